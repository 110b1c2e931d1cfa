//! What has to hold before anything is packaged.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail, ensure};
use semver::Version;

use super::{Arguments, Package, Registry, changelog};
use crate::tools::Tool;
use crate::{generate, process, public_api};

pub(super) fn check(
    root: &Path,
    target: &Path,
    packages: &[Package],
    registry: &Registry,
    arguments: &Arguments,
) -> anyhow::Result<()> {
    let version = common_version(packages)?;
    println!("== looking at the commit from which {version} would be published");
    clean_tree(root)?;
    up_to_date(root)?;
    let last = last_release(root)?;
    new_version(root, version, last.as_ref())?;
    let changelog = fs::read_to_string(root.join("CHANGELOG.md")).context("cannot read CHANGELOG.md")?;
    changelog::check(&changelog, version)?;
    let without: Vec<_> =
        packages.iter().filter(|package| !package.has_repository).map(|package| &*package.name).collect();
    if !without.is_empty() {
        let what = format!(
            "{}: no `repository` in the manifest, so nobody would find the source: set it in [workspace.package] of \
             Cargo.toml, and inherit it",
            without.join(", ")
        );
        ensure!(arguments.dry_run, "{what}");
        println!("warning: {what}; a release is refused without it");
    }
    ensure!(
        public_api::is_written_down(root)?,
        "crates/leadconnector/public-api.txt is not what the crate offers: run `cargo xtask public-api`, and commit"
    );
    match last {
        None => {
            no_release_without_a_tag(target, packages, registry, version)?;
            println!("no earlier release, so no API to compare with");
        }
        Some(last) if arguments.without_semver_checks => println!("not compared with {last}, as told"),
        Some(last) => semver_checks(root, packages, &last)?,
    }
    Ok(())
}

fn common_version(packages: &[Package]) -> anyhow::Result<&Version> {
    let mut versions = packages.iter().map(|package| (&package.name, &package.version));
    let (first, version) = versions.next().context("there is no crate to publish")?;
    if let Some((other, different)) = versions.find(|(_, other)| *other != version) {
        bail!("{first} has version {version} and {other} has {different}: the crates are released in one version");
    }
    Ok(version)
}

fn clean_tree(root: &Path) -> anyhow::Result<()> {
    process::capture(process::git(root).args(["rev-parse", "--git-dir"]))
        .context("only a commit can be published: run this in a clone of the repository")?;
    let changed = process::capture(process::git(root).args(["status", "--porcelain"]))?;
    let files: Vec<_> = changed.lines().filter_map(|line| line.get(3..)).collect();
    ensure!(
        files.is_empty(),
        "there are changes that are not committed: commit them, or stash them: {}",
        files.join(", ")
    );
    Ok(())
}

fn up_to_date(root: &Path) -> anyhow::Result<()> {
    ensure!(
        generate::succeeds(root, true),
        "what is generated is not what openapi/contacts.yaml says: run `cargo xtask generate`, and commit"
    );
    Ok(())
}

/// The newest version of which the tag is an ancestor of the commit, and not on it.
fn last_release(root: &Path) -> anyhow::Result<Option<Version>> {
    let shallow = process::capture(process::git(root).args(["rev-parse", "--is-shallow-repository"]))?;
    ensure!(
        shallow.trim() == "false",
        "this clone is shallow, so the last release cannot be seen: run `git fetch --unshallow --tags`"
    );
    let merged = process::capture(process::git(root).args(["tag", "--list", "v*", "--merged", "HEAD"]))?;
    let here = process::capture(process::git(root).args(["tag", "--list", "v*", "--points-at", "HEAD"]))?;
    let versions = merged.lines().filter(|tag| here.lines().all(|here| here != *tag)).filter_map(version_of_tag);
    Ok(versions.max())
}

/// An earlier release whose tag is not here cannot be compared with, and must not pass for none.
fn no_release_without_a_tag(
    target: &Path,
    packages: &[Package],
    registry: &Registry,
    version: &Version,
) -> anyhow::Result<()> {
    for package in packages {
        if let Some(published) = registry.newest(target, &package.name, "*")?
            && published.version != *version
        {
            let yanked = if published.checksum.is_none() { ", which was yanked" } else { "" };
            bail!(
                "{registry} has {} {}{yanked}, and this commit has no earlier tag v{}: run `git fetch --tags`, or tag the commit from \
                 which it was published",
                package.name,
                published.version,
                published.version
            );
        }
    }
    Ok(())
}

fn version_of_tag(tag: &str) -> Option<Version> {
    Version::parse(tag.strip_prefix('v')?).ok()
}

fn new_version(root: &Path, version: &Version, last: Option<&Version>) -> anyhow::Result<()> {
    if let Some(last) = last {
        ensure!(
            version > last,
            "the version is {version}, and the last release was {last}: raise it in Cargo.toml (RELEASING.md says where)"
        );
    }
    let tag = format!("v{version}");
    let tagged = process::capture(process::git(root).args(["tag", "--list", &tag]))?;
    let here = process::capture(process::git(root).args(["tag", "--list", &tag, "--points-at", "HEAD"]))?;
    ensure!(
        tagged == here,
        "the tag {tag} is on another commit: publish from that one (git switch --detach {tag}), or raise the version"
    );
    let others = process::capture(process::git(root).args(["tag", "--list", "v[0-9]*", "--points-at", "HEAD"]))?;
    if let Some(other) = others.lines().find(|other| *other != tag) {
        bail!("the commit has the tag {other}, and the version is {version}: take back the one or the other");
    }
    Ok(())
}

/// Compares each crate with the commit of the last release.
fn semver_checks(root: &Path, packages: &[Package], last: &Version) -> anyhow::Result<()> {
    let Some(program) = Tool::CargoSemverChecks.find(root) else {
        bail!(
            "cargo-semver-checks is not installed, so {last} cannot be compared with: get it with `{}`, or go on with \
             --without-semver-checks",
            Tool::CargoSemverChecks.how_to_get()
        );
    };
    println!("\n== comparing the public API with that of {last}");
    let mut checks = Command::new(program);
    checks.args(["semver-checks", "--baseline-rev", &format!("v{last}")]).current_dir(root);
    // It builds both, with code of all dependencies.
    checks.env_remove("CARGO_REGISTRY_TOKEN");
    for package in packages {
        checks.args(["--package", &package.name]);
    }
    process::run(&mut checks).context(
        "the public API is not compatible with the last release, or could not be compared: raise the version further \
         (in 0.x the second number), or take back what breaks",
    )
}
