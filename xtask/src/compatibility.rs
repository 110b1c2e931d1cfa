//! What a change of the public API asks of the version.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use semver::{Prerelease, Version};

use crate::publish::Package;
use crate::releases::tag_of;
use crate::tools::Tool;
use crate::{process, public_api};

/// How far a public API is from what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    /// Nothing that a dependent can see.
    None,
    Additions,
    /// Something is gone, or reads otherwise, so that a dependent may no longer build.
    Breaking,
}

impl Change {
    /// What a step from one version to another leaves room for, by the rules that cargo has for requirements.
    pub(crate) fn allowed_by(last: &Version, version: &Version) -> Self {
        let (old, new) = ([last.major, last.minor, last.patch], [version.major, version.minor, version.patch]);
        let raised = old.iter().zip(new).position(|(old, new)| *old != new);
        let leading = old.iter().position(|number| *number != 0).unwrap_or(2);
        match raised {
            None => Self::None,
            Some(raised) if raised <= leading => Self::Breaking,
            Some(1) => Self::Additions,
            // In 0.x there is no number between the one for what breaks and the last one.
            Some(_) if leading == 1 => Self::Additions,
            Some(_) => Self::None,
        }
    }

    /// The smallest version after this one that leaves room for the change.
    pub(crate) fn asks_for(self, last: &Version) -> Version {
        let steps = [
            Version::new(last.major, last.minor, last.patch + 1),
            Version::new(last.major, last.minor + 1, 0),
            Version::new(last.major + 1, 0, 0),
        ];
        let mut enough = steps.into_iter().filter(|version| Self::allowed_by(last, version) >= self);
        enough.next().unwrap_or_else(|| Version::new(last.major + 1, 0, 0))
    }
}

/// How the lines of public-api.txt have changed.
pub(crate) struct Lines {
    pub(crate) gone: Vec<String>,
    pub(crate) new: Vec<String>,
}

impl Lines {
    pub(crate) fn between(before: &str, after: &str) -> Self {
        let mut count: BTreeMap<&str, i64> = BTreeMap::new();
        for line in before.lines() {
            *count.entry(line).or_default() -= 1;
        }
        for line in after.lines() {
            *count.entry(line).or_default() += 1;
        }
        let those = |is: fn(i64) -> bool| {
            count.iter().filter(|(_, count)| is(**count)).map(|(line, _)| (*line).to_owned()).collect()
        };
        Self { gone: those(|count| count < 0), new: those(|count| count > 0) }
    }

    /// Since a release, in the working tree.
    pub(crate) fn since(root: &Path, last: &Version, now: &str) -> anyhow::Result<Self> {
        let file = format!("{}:./{}", tag_of(last), public_api::FILE);
        let before = process::capture(process::git(root).args(["show", &file])).with_context(|| {
            format!(
                "{last} has no {}, so what the API's change asks cannot be told: look yourself, and go on with --compatible",
                public_api::FILE
            )
        })?;
        Ok(Self::between(&before, now))
    }

    pub(crate) fn change(&self) -> Change {
        match (self.gone.is_empty(), self.new.is_empty()) {
            (false, _) => Change::Breaking,
            (true, false) => Change::Additions,
            (true, true) => Change::None,
        }
    }
}

/// Compares each library with the commit of a release, as a step to this version. None of it is done where the step leaves room for
/// everything.
pub(crate) fn semver_checks(
    root: &Path,
    packages: &[Package],
    last: &Version,
    version: &Version,
) -> anyhow::Result<()> {
    let kind = match Change::allowed_by(last, version) {
        Change::Breaking => {
            println!("not compared with {last}: {} leaves room for what breaks", without_pre(version));
            return Ok(());
        }
        Change::Additions => "minor",
        Change::None => "patch",
    };
    let Some(program) = Tool::CargoSemverChecks.find(root) else {
        bail!(
            "cargo-semver-checks is not installed, so {last} cannot be compared with: get it with `{}`, or go on with \
             --without-semver-checks",
            Tool::CargoSemverChecks.how_to_get()
        );
    };
    println!("\n== comparing the public API with that of {last}");
    let mut checks = Command::new(program);
    checks.args(["semver-checks", "--baseline-rev", &tag_of(last), "--release-type", kind]).current_dir(root);
    // It builds both, with code of all dependencies.
    checks.env_remove("CARGO_REGISTRY_TOKEN");
    for package in packages.iter().filter(|package| package.has_library) {
        checks.args(["--package", &package.name]);
    }
    process::run(&mut checks).context(
        "the public API is not compatible with the last release, or could not be compared: raise the version further \
         (in 0.x the second number), or take back what breaks",
    )
}

/// What a dependent writes who takes whatever is compatible: the numbers to which cargo looks. A pre-release fits no requirement that
/// does not name it.
pub(crate) fn requirement(version: &Version) -> String {
    match (version.pre.is_empty(), version.major) {
        (false, _) => version.to_string(),
        (true, 0) if version.minor > 0 => format!("0.{}", version.minor),
        (true, 0) => version.to_string(),
        (true, major) => major.to_string(),
    }
}

/// The version that a pre-release leads to.
pub(crate) fn without_pre(version: &Version) -> Version {
    Version { pre: Prerelease::EMPTY, ..version.clone() }
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::{Change, Lines};

    #[test]
    fn what_a_step_leaves_room_for() {
        let room = |last: &str, version: &str| {
            Change::allowed_by(&Version::parse(last).unwrap(), &Version::parse(version).unwrap())
        };
        for (last, version, change) in [
            ("0.1.0", "0.1.1", Change::Additions),
            ("0.1.0", "0.2.0", Change::Breaking),
            ("0.1.0", "0.2.0-rc.1", Change::Breaking),
            ("0.1.0", "1.0.0", Change::Breaking),
            ("0.0.1", "0.0.2", Change::Breaking),
            ("0.0.0", "0.0.1", Change::Breaking),
            ("1.2.3", "1.2.4", Change::None),
            ("1.2.3", "1.3.0", Change::Additions),
            ("1.2.3", "2.0.0", Change::Breaking),
            ("1.2.3", "1.2.3", Change::None),
        ] {
            assert_eq!(room(last, version), change, "{last} -> {version}");
        }
    }

    #[test]
    fn what_a_change_asks_for() {
        let asks = |last: &str, change: Change| change.asks_for(&Version::parse(last).unwrap()).to_string();
        for (last, none, additions, breaking) in [
            ("0.1.2", "0.1.3", "0.1.3", "0.2.0"),
            ("0.0.2", "0.0.3", "0.0.3", "0.0.3"),
            ("1.2.3", "1.2.4", "1.3.0", "2.0.0"),
        ] {
            assert_eq!(asks(last, Change::None), none);
            assert_eq!(asks(last, Change::Additions), additions);
            assert_eq!(asks(last, Change::Breaking), breaking);
        }
    }

    #[test]
    fn what_becomes_of_lines() {
        let change = |before, after| Lines::between(before, after).change();
        assert_eq!(change("pub fn a\npub fn b\n", "pub fn b\npub fn a\n"), Change::None);
        assert_eq!(change("pub fn a\n", "pub fn a\npub fn b\n"), Change::Additions);
        assert_eq!(change("pub fn a\npub fn b\n", "pub fn a\n"), Change::Breaking);
        assert_eq!(change("pub fn a()\n", "pub fn a(u8)\n"), Change::Breaking);
        // Two items can read the same.
        assert_eq!(change("impl A\nimpl A\n", "impl A\n"), Change::Breaking);
    }
}
