//! The releases there were: the tags `vX.Y.Z` of the repository.

use std::path::Path;

use anyhow::{bail, ensure};
use semver::Version;

use crate::process;

/// The releases from which the commit descends, without one that is made from the commit itself.
pub(crate) struct Releases(Vec<Version>);

impl Releases {
    pub(crate) fn before(root: &Path) -> anyhow::Result<Self> {
        let here = tags(root, &["v*", "--points-at", "HEAD"])?;
        let merged = Self::so_far(root)?;
        Ok(Self(merged.0.into_iter().filter(|version| !here.contains(&tag_of(version))).collect()))
    }

    /// Those there are, also one that is made from the commit itself.
    pub(crate) fn so_far(root: &Path) -> anyhow::Result<Self> {
        let shallow = process::capture(process::git(root).args(["rev-parse", "--is-shallow-repository"]))?;
        ensure!(
            shallow.trim() == "false",
            "this clone is shallow, so the last release cannot be seen: run `git fetch --unshallow --tags`"
        );
        let merged = tags(root, &["v*", "--merged", "HEAD"])?;
        Ok(Self(merged.iter().filter_map(|tag| version_of(tag)).collect()))
    }

    pub(crate) fn last(&self) -> Option<&Version> {
        self.0.iter().max()
    }

    /// The one whose public API counts: a pre-release promises none.
    pub(crate) fn last_stable(&self) -> Option<&Version> {
        self.0.iter().filter(|version| version.pre.is_empty()).max()
    }

    /// Whether a version can be made now: it is new, and after the last one.
    pub(crate) fn has_room_for(&self, version: &Version, root: &Path) -> anyhow::Result<()> {
        let tag = tag_of(version);
        ensure!(
            tags(root, &[&tag])?.is_empty(),
            "{version} was released: there is a tag {tag}; choose a higher version, or take the tag away if nothing was published"
        );
        if let Some(last) = self.last() {
            ensure!(version > last, "{version} goes back, since {last} was released: choose a higher version");
        }
        Ok(())
    }

    /// Whether a version can be published from this commit, where nothing else is tagged on this commit.
    pub(crate) fn can_be_followed_by(&self, version: &Version, root: &Path) -> anyhow::Result<()> {
        if let Some(last) = self.last() {
            ensure!(
                version > last,
                "the version is {version}, and the last release was {last}: raise it with `cargo xtask release`"
            );
        }
        let tag = tag_of(version);
        let tagged = tags(root, &[&tag])?;
        ensure!(
            tagged.is_empty() || tags(root, &[&tag, "--points-at", "HEAD"])? == tagged,
            "the tag {tag} is on another commit: publish from that one (git switch --detach {tag}), or raise the version"
        );
        if let Some(other) = tags(root, &["v[0-9]*", "--points-at", "HEAD"])?.iter().find(|other| **other != tag) {
            bail!("the commit has the tag {other}, and the version is {version}: take back the one or the other");
        }
        Ok(())
    }
}

pub(crate) fn tag_of(version: &Version) -> String {
    format!("v{version}")
}

fn version_of(tag: &str) -> Option<Version> {
    Version::parse(tag.strip_prefix('v')?).ok()
}

fn tags(root: &Path, which: &[&str]) -> anyhow::Result<Vec<String>> {
    let tags = process::capture(process::git(root).args(["tag", "--list"]).args(which))?;
    Ok(tags.lines().map(str::to_owned).collect())
}
