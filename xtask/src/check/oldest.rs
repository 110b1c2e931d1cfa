//! The oldest Rust and the oldest dependencies with which the published crates have to build.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use toml_edit::{Array, DocumentMut, value};

use super::End;
use crate::tools::MSRV;
use crate::{process, publish, workspace};

/// Builds with the oldest Rust, and the dependencies of Cargo.lock.
pub(super) fn rust(root: &Path) -> anyhow::Result<End> {
    build(root, root)
}

/// Builds with the oldest Rust, and of each dependency the oldest version that a manifest allows.
pub(super) fn dependencies(root: &Path) -> anyhow::Result<End> {
    let folder = workspace::target(root).join("oldest");
    workspace::copy(root, &folder)?;
    keep_what_is_published(&folder)?;
    let mut update = workspace::cargo(&folder);
    // An option of cargo that is not stable yet; the build does not depend on it.
    update.args(["update", "--quiet", "-Z", "direct-minimal-versions"]).env("RUSTC_BOOTSTRAP", "1");
    process::run(&mut update).context("cannot choose the oldest versions of the dependencies, or has no network")?;
    build(root, &folder)
}

fn build(root: &Path, folder: &Path) -> anyhow::Result<End> {
    let mut check = Command::new("rustup");
    check.args(["run", MSRV, "cargo", "check", "--locked", "--target-dir"]).arg(workspace::target(root).join("msrv"));
    if workspace::has_openssl() {
        check.arg("--all-features");
    } else {
        println!("with the default features alone: {}", workspace::HOW_TO_GET_OPENSSL);
    }
    for package in publish::packages(folder)? {
        check.args(["--package", &package.name]);
    }
    // The cargo that runs this command says which toolchain it is to the programs that it starts.
    process::run(check.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO").current_dir(folder))?;
    Ok(End::Passed)
}

/// Takes from the manifests what only we build: its requirements would raise the versions.
fn keep_what_is_published(folder: &Path) -> anyhow::Result<()> {
    let mut members = Array::new();
    for package in publish::packages(folder)? {
        let member = format!("crates/{}", package.name);
        let path = format!("{member}/Cargo.toml");
        ensure!(folder.join(&path).is_file(), "{} is not in {member}: adapt this step", package.name);
        edit(&folder.join(path), |manifest| {
            for ours in ["bench", "dev-dependencies", "example", "test"] {
                manifest.remove(ours);
            }
        })?;
        members.push(member);
    }
    edit(&folder.join("Cargo.toml"), |manifest| {
        if let Some(workspace) = manifest.get_mut("workspace") {
            workspace["members"] = value(members);
        }
    })
}

fn edit(path: &Path, change: impl FnOnce(&mut DocumentMut)) -> anyhow::Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut manifest = text.parse().with_context(|| format!("cannot read {}", path.display()))?;
    change(&mut manifest);
    fs::write(path, manifest.to_string()).with_context(|| format!("cannot write {}", path.display()))
}
