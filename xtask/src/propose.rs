//! `cargo xtask propose`: what the workflow `regenerate` proposes after a change of the fragment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};

use crate::{diff, generate, process, workspace};

/// Generate, and write what has changed and what that means, for a pull request
///
/// For the workflow `regenerate`, whose script `.github/scripts/propose.sh` opens it: into the folder go generated.patch, which is
/// empty if what is generated was up to date, and meaning.md.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    folder: PathBuf,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let root = workspace::root()?;
    workspace::is_clean(&root)?;
    let base = last_generated(&root)?;
    let meaning = diff::report(&root, &base, true)?;
    ensure!(
        generate::succeeds(&root, false),
        "nothing was generated, so there is nothing to propose: the reason stands above"
    );
    let patch = process::capture(process::git(&root).args(["diff", "--binary"]))?;

    let folder = arguments.folder;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (name, content) in [("generated.patch", patch), ("meaning.md", meaning)] {
        let path = folder.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("what is to be proposed is in {}", folder.display());
    Ok(ExitCode::SUCCESS)
}

/// The last commit for which something was generated from the fragment: several changes of it may have come since.
fn last_generated(root: &Path) -> anyhow::Result<String> {
    let log = ["log", "-1", "--format=%H", "--", generate::FRAGMENT_AS_JSON];
    let commit = process::capture(process::git(root).args(log))?;
    let commit = commit.trim();
    ensure!(
        !commit.is_empty(),
        "{} was never committed, so there is nothing to compare with",
        generate::FRAGMENT_AS_JSON
    );
    Ok(commit.to_owned())
}
