//! `cargo xtask propose` with a remote repository, and a program in place of `gh` that writes down what it is asked for.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests")]

mod environment;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const FRAGMENT: &str = "openapi/contacts.yaml";

/// A folder with a remote repository, a clone of it in which the generated files are up to date, and a `gh`.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        let path = folder.0.path();
        for name in [
            "clone/openapi",
            "clone/crates/leadconnector/docs",
            "clone/crates/leadconnector-raw/src",
            "clone/crates/leadconnector-mock/src",
            "bin",
        ] {
            fs::create_dir_all(path.join(name)).unwrap();
        }
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(FRAGMENT), path.join("clone").join(FRAGMENT))
            .unwrap();
        // The text of the pull request is the last argument.
        let gh = format!(
            "#!/bin/sh\n[ \"$1\" = --version ] && exit\nprintf '%s\\n' \"$@\" | sed '$d' > {0}/asked\nfor body; do :; done\ncp \"$body\" {0}/body\n",
            path.display()
        );
        fs::write(path.join("bin/gh"), gh).unwrap();
        fs::set_permissions(path.join("bin/gh"), fs::Permissions::from_mode(0o755)).unwrap();
        folder.git(&["init", "--quiet", "--bare", "../remote"]);
        folder.git(&["init", "--quiet", "--initial-branch", "main"]);
        folder.git(&["remote", "add", "origin", "../remote"]);
        assert!(folder.xtask(&["generate"]).status.success());
        folder.commit();
        folder
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.0.path().join("clone"));
        environment::isolate(&mut command);
        let path = std::env::var_os("PATH").unwrap();
        let folders = [self.0.path().join("bin")].into_iter().chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).unwrap());
        command
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> String {
        let output = self.command("git").args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "test"]);
    }

    fn xtask(&self, arguments: &[&str]) -> Output {
        self.command(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap()
    }

    fn edit(&self, from: &str, to: &str) {
        let path = self.0.path().join("clone").join(FRAGMENT);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "the fragment no longer has {from:?}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    /// What `gh` was given.
    fn given(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }
}

#[test]
fn a_change_of_the_fragment() {
    let folder = Folder::new();
    folder.edit(
        "            gender:\n              type: string\n",
        "            nickname:\n              type: string\n            gender:\n              type: string\n",
    );
    folder.commit();
    let output = folder.xtask(&["propose", "HEAD~1"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let revision = |name: &str| folder.git(&["rev-parse", "--short", name]).trim().to_owned();
    let branch = format!("regenerate/{}", revision("main"));
    insta::assert_snapshot!(folder.given("asked").replace(&branch, "[branch]"));
    insta::assert_snapshot!(folder.given("body").replace(&revision("main~1"), "[revision]"));
    let pushed = folder.git(&["--git-dir", "../remote", "show", "--stat", "--format=%an: %s", &branch]);
    insta::assert_snapshot!(pushed);
}

#[test]
fn nothing_to_propose() {
    let folder = Folder::new();
    folder.edit("# ", "#  ");
    folder.commit();
    let output = folder.xtask(&["propose", "HEAD~1"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stdout).unwrap().ends_with("there is nothing to propose\n"));
    assert!(!folder.0.path().join("asked").exists());
    assert_eq!(folder.git(&["--git-dir", "../remote", "branch", "--list"]), "");
}

#[test]
fn an_unknown_revision() {
    let folder = Folder::new();
    folder.edit("            gender:\n", "            nickname:\n              type: string\n            gender:\n");
    folder.commit();
    let output = folder.xtask(&["propose", "0000000000000000000000000000000000000000"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr));
    // Nothing was generated.
    assert_eq!(folder.git(&["status", "--porcelain"]), "");
}

#[test]
fn changes_that_are_not_committed() {
    let folder = Folder::new();
    folder.edit("            gender:\n", "            nickname:\n              type: string\n            gender:\n");
    let output = folder.xtask(&["propose", "HEAD"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"error: there are changes that are not committed: commit them, or stash them");
    assert_eq!(folder.git(&["status", "--porcelain"]), format!(" M {FRAGMENT}\n"));
}
