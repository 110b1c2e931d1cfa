//! A program in the place of `gh`, which writes down what it is asked for, and answers as a test has it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// Each call is a block: the arguments, a line each, and in the place of a file its text.
const PROGRAM: &str = r#"#!/usr/bin/env bash
{
    file=
    for argument; do
        if [ -n "$file" ]; then
            sed 's/^/    | /' "${argument#body=@}"
        else
            printf '%s\n' "$argument"
        fi
        case $argument in --body-file | --field | --notes-file) file=yes ;; *) file= ;; esac
    done
    echo
} >>"$GH_FOLDER/asked"
answer="$GH_FOLDER/$1 $2"
if [ ! -e "$answer" ]; then exit; fi
grep '^fails$' "$answer" >/dev/null && exit 1
cat "$answer"
"#;

pub(crate) struct Gh(TempDir);

impl Gh {
    pub(crate) fn new() -> Self {
        let gh = Self(TempDir::new().unwrap());
        let path = gh.path().join("gh");
        fs::write(&path, PROGRAM).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        gh
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Makes it the `gh` of a command.
    pub(crate) fn stands_in(&self, command: &mut Command) {
        let path = std::env::var_os("PATH").unwrap();
        let folders = [self.path().to_owned()].into_iter().chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).unwrap()).env("GH_FOLDER", self.path());
    }

    /// What it prints from now on, if it is asked for this.
    pub(crate) fn answers(&self, what: &str, answer: &str) {
        fs::write(self.path().join(what), answer).unwrap();
    }

    /// What it was asked for since this was called last.
    pub(crate) fn asked(&self) -> String {
        let path = self.path().join("asked");
        let asked = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        asked
    }
}
