//! A scratch copy of the workspace, on which a guide is followed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;

use crate::workspace::FRAGMENT;
use crate::{generate, process, workspace};

pub(super) struct Scratch {
    folder: PathBuf,
    target: PathBuf,
}

/// What came of a build that is meant to fail.
pub(super) struct Built {
    /// The errors of the crates, each with its file.
    pub(super) errors: BTreeSet<String>,
    /// The names of what was built.
    pub(super) built: BTreeSet<String>,
}

impl Scratch {
    /// A copy of the workspace. It is built where the workspace is, so that the dependencies are there, and always has the same
    /// place, so that what is built of it takes the place of what was built before.
    pub(super) fn of(root: &Path) -> anyhow::Result<Self> {
        let target = workspace::target(root);
        let folder = target.join("guides");
        workspace::copy(root, &folder)?;
        Ok(Self { folder, target })
    }

    /// Adds something to the fragment, and generates.
    pub(super) fn describe(&self, place: &str, text: &str) -> anyhow::Result<()> {
        self.insert(FRAGMENT, place, text)?;
        ensure!(generate::succeeds(&self.folder, false), "the generator does not take what is new");
        Ok(())
    }

    /// Writes something behind the only lines of a file that say this.
    pub(super) fn insert(&self, file: &str, place: &str, text: &str) -> anyhow::Result<()> {
        let path = self.folder.join(file);
        let content = fs::read_to_string(&path).with_context(|| format!("cannot read {file}"))?;
        ensure!(
            content.matches(place).count() == 1,
            "{file} no longer has the lines behind which this step writes: adapt the step in xtask/src/check/"
        );
        fs::write(&path, content.replacen(place, &format!("{place}{text}"), 1))
            .with_context(|| format!("cannot write {file}"))
    }

    /// Builds the published crates, and fails unless each error stands in this file and has this word.
    pub(super) fn fails_only_in(&self, file: &str, word: &str) -> anyhow::Result<Built> {
        let built = self.build()?;
        for error in &built.errors {
            println!("{error}");
        }
        ensure!(!built.errors.is_empty(), "the build passes, so nobody would decide what is new in {file}");
        let expected = |error: &String| error.starts_with(file) && error.contains(word);
        ensure!(built.errors.iter().all(expected), "the build fails elsewhere than in {file}, or for another reason");
        Ok(built)
    }

    /// Checks the whole workspace.
    pub(super) fn passes(&self) -> anyhow::Result<()> {
        let mut cargo = workspace::cargo(&self.folder);
        cargo.args(["check", "--workspace", "--all-targets", "--locked", "--quiet", "--target-dir"]).arg(&self.target);
        process::run(&mut cargo).context("something else has to be changed")
    }

    /// Looks at a package with a feature: neither its code nor its documentation has anything to warn of.
    pub(super) fn is_clean(&self, package: &str, feature: &str) -> anyhow::Result<()> {
        let package = ["--package", package, "--features", feature, "--locked", "--quiet", "--target-dir"];
        let mut clippy = workspace::cargo(&self.folder);
        clippy.arg("clippy").args(package).arg(&self.target).args(["--", "--deny", "warnings"]);
        process::run(&mut clippy).context("what is generated does not compile, or not without a warning")?;
        let mut doc = workspace::cargo(&self.folder);
        doc.args(["doc", "--no-deps"]).args(package).arg(&self.target).env("RUSTDOCFLAGS", "--deny warnings");
        process::run(&mut doc).context("the documentation of what is generated has something to warn of")
    }

    fn build(&self) -> anyhow::Result<Built> {
        let mut cargo = workspace::cargo(&self.folder);
        cargo.args(["check", "--keep-going", "--all-targets", "--locked", "--message-format", "json", "--quiet"]);
        for package in crate::publish::packages(&self.folder)? {
            cargo.args(["--package", &package.name]);
        }
        // It is meant to fail, so its exit code says nothing.
        let output = cargo.arg("--target-dir").arg(&self.target).output().context("cannot start cargo")?;

        let (mut errors, mut built) = (BTreeSet::new(), BTreeSet::new());
        for message in Message::parse_stream(output.stdout.as_slice()) {
            match message.context("cannot read what cargo says")? {
                Message::CompilerArtifact(artifact) => {
                    built.insert(artifact.target.name);
                }
                Message::CompilerMessage(message) if message.message.level == DiagnosticLevel::Error => {
                    let place = message.message.spans.iter().find(|span| span.is_primary);
                    // Without a place, it only says how many errors there were.
                    if let Some(place) = place {
                        errors.insert(format!("{}:{}: {}", place.file_name, place.line_start, message.message.message));
                    }
                }
                _ => {}
            }
        }
        ensure!(!built.is_empty(), "cargo could not begin: {}", String::from_utf8_lossy(&output.stderr).trim());
        Ok(Built { errors, built })
    }
}
