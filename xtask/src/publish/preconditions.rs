//! What has to hold before anything is packaged.

use std::path::Path;

use anyhow::{bail, ensure};
use semver::Version;

use super::{Arguments, Package, Registry, common_version};
use crate::releases::Releases;
use crate::{changelog, compatibility, generate, public_api, workspace};

pub(super) fn check(
    root: &Path,
    target: &Path,
    packages: &[Package],
    registry: &Registry,
    arguments: &Arguments,
) -> anyhow::Result<()> {
    let version = common_version(packages)?;
    println!("== looking at the commit from which {version} would be published");
    workspace::is_clean(root)?;
    up_to_date(root)?;
    let releases = Releases::before(root)?;
    releases.can_be_followed_by(version, root)?;
    changelog::check(&changelog::read(root)?, version)?;
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
        "{} is not what the crate offers: run `cargo xtask public-api`, and commit",
        public_api::FILE
    );
    if releases.last().is_none() {
        no_release_without_a_tag(target, packages, registry, version)?;
    }
    match releases.last_stable() {
        None => println!("no earlier release, so no API to compare with"),
        Some(last) if arguments.without_semver_checks => println!("not compared with {last}, as told"),
        Some(last) => compatibility::semver_checks(root, packages, last, version)?,
    }
    Ok(())
}

fn up_to_date(root: &Path) -> anyhow::Result<()> {
    ensure!(
        generate::succeeds(root, true),
        "what is generated is not what openapi/contacts.yaml says: run `cargo xtask generate`, and commit"
    );
    Ok(())
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
