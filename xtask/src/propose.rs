//! `cargo xtask propose`: what the workflow `regenerate` does after a change of the fragment.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context, ensure};

use crate::workspace::FRAGMENT;
use crate::{diff, generate, process, workspace};

/// Generate, and open a pull request with what has changed and what that means
///
/// For the workflow `regenerate`: it needs the program `gh` and a GH_TOKEN that may write contents and pull requests.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The revision with which the fragment is compared
    base: String,
    /// The branch to which the pull request goes
    #[arg(long, default_value = "main")]
    onto: String,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let root = workspace::root()?;
    // All that can be wrong is looked at before anything is written.
    process::capture(Command::new("gh").arg("--version")).context("a pull request is opened by gh")?;
    let changed = process::capture(process::git(&root).args(["status", "--porcelain"]))?;
    ensure!(changed.is_empty(), "there are changes that are not committed: commit them, or stash them");
    let meaning = diff::report(&root, &arguments.base, true)?;
    ensure!(
        generate::succeeds(&root, false),
        "nothing was generated, so there is nothing to propose: the reason stands above"
    );

    let changed = process::capture(process::git(&root).args(["status", "--porcelain", "--untracked-files=no"]))?;
    if changed.is_empty() {
        println!("what is generated was up to date: there is nothing to propose");
        return Ok(ExitCode::SUCCESS);
    }
    let commit = process::capture(process::git(&root).args(["rev-parse", "--short", "HEAD"]))?;
    let branch = format!("regenerate/{}", commit.trim());
    let title = format!("Regenerate from {FRAGMENT}");
    process::run(process::git(&root).args(["switch", "--quiet", "--create", &branch]))?;
    process::run(process::git(&root).args([
        "-c",
        "user.name=github-actions[bot]",
        "-c",
        "user.email=41898282+github-actions[bot]@users.noreply.github.com",
        "commit",
        "--quiet",
        "--all",
        "--message",
        &title,
    ]))?;
    // The checkout keeps no credentials; `gh` has the token.
    process::run(process::git(&root).args([
        "-c",
        "credential.helper=!gh auth git-credential",
        "push",
        "--quiet",
        "--force",
        "origin",
        &branch,
    ]))?;
    let body = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
    fs::write(body.path(), meaning).context("cannot write the text of the pull request")?;
    let mut gh = Command::new("gh");
    gh.args(["pr", "create", "--base", &arguments.onto, "--head", &branch, "--title", &title, "--body-file"]);
    process::run(gh.arg(body.path()).current_dir(&root))?;
    Ok(ExitCode::SUCCESS)
}
