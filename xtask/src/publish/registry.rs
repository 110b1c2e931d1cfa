//! The registry to which the crates go, asked in cargo's own way: by resolving a dependency.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use semver::Version;
use sha2::{Digest, Sha256};
use toml_edit::{DocumentMut, Item};

use crate::workspace;

/// A registry by its name in cargo's configuration, or crates.io.
pub(super) struct Registry {
    name: Option<String>,
    /// Where its index is, if the configuration does not say.
    index: Option<String>,
}

impl Registry {
    pub(super) fn new(name: Option<String>) -> Self {
        Self { name, index: None }
    }

    /// One that no configuration names, and that takes any token.
    pub(super) fn on_loopback(name: &str, index: String) -> Self {
        Self { name: Some(name.into()), index: Some(index) }
    }

    /// Makes it the registry of a command that packages or publishes.
    pub(super) fn name_to(&self, command: &mut Command) {
        if let Some(name) = &self.name {
            command.args(["--registry", name]);
        }
        self.known_to(command);
    }

    /// Says to a cargo where it is.
    pub(super) fn known_to(&self, command: &mut Command) {
        if let (Some(name), Some(index)) = (&self.name, &self.index) {
            let variable = format!("CARGO_REGISTRIES_{}", name.to_uppercase());
            command.env(format!("{variable}_INDEX"), index).env(format!("{variable}_TOKEN"), "any");
        }
    }

    /// A version of a crate, if the registry has it.
    pub(super) fn published(&self, target: &Path, name: &str, version: &Version) -> anyhow::Result<Option<Published>> {
        self.newest(target, name, &format!("={version}"))
    }

    /// The newest version of a crate that fits a requirement, if the registry has one. One that was yanked counts where there is
    /// no other: it is there for good.
    pub(super) fn newest(&self, target: &Path, name: &str, fitting: &str) -> anyhow::Result<Option<Published>> {
        fs::create_dir_all(target).with_context(|| format!("cannot make {}", target.display()))?;
        // Below the workspace, so that cargo finds the same configuration; but a workspace of its own.
        let folder = tempfile::tempdir_in(target).context("cannot make a temporary folder")?;
        let registry = self.name.as_ref().map(|registry| format!(", registry = {registry:?}")).unwrap_or_default();
        let manifest = format!(
            "[package]\nname = \"question\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\n{name} = {{ version = {fitting:?}{registry} }}\n"
        );
        fs::create_dir(folder.path().join("src")).context("cannot make a folder")?;
        fs::write(folder.path().join("src/lib.rs"), "").context("cannot write a file")?;
        fs::write(folder.path().join("Cargo.toml"), manifest).context("cannot write a manifest")?;

        let mut resolve = workspace::cargo(folder.path());
        self.known_to(&mut resolve);
        let output = resolve.arg("generate-lockfile").output().context("cannot start cargo")?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return match unresolved(&said, name) {
                Unresolved::None => Ok(None),
                Unresolved::Yanked(version) => Ok(Some(Published { version, checksum: None })),
                Unresolved::Unknown(cause) => {
                    bail!("{self} cannot be asked: {cause}; nothing was published, so try again later")
                }
            };
        }
        let lock = fs::read_to_string(folder.path().join("Cargo.lock")).context("cannot read what cargo resolved")?;
        Published::in_lock(&lock, name).map(Some)
    }
}

/// A version that a registry has.
pub(super) struct Published {
    pub(super) version: Version,
    /// None if it was yanked, since nothing new can depend on it.
    pub(super) checksum: Option<String>,
}

impl Published {
    fn in_lock(lock: &str, name: &str) -> anyhow::Result<Self> {
        let lock: DocumentMut = lock.parse().context("cannot read the lock file that cargo made")?;
        let mut packages = lock.get("package").and_then(Item::as_array_of_tables).into_iter().flatten();
        let package = packages.find(|package| package.get("name").and_then(Item::as_str) == Some(name));
        let text = |key| {
            let value = package.and_then(|package| package.get(key)).and_then(Item::as_str);
            value.with_context(|| format!("the registry has {name}, but no {key} for it"))
        };
        let version = text("version")?.parse().with_context(|| format!("the version of {name} is not one"))?;
        Ok(Self { version, checksum: Some(text("checksum")?.to_owned()) })
    }
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "the registry {name}"),
            None => f.write_str("crates.io"),
        }
    }
}

/// What a resolution that failed says of a crate.
#[derive(Debug, PartialEq, Eq)]
enum Unresolved<'a> {
    /// There is no such version.
    None,
    /// Those that there are were yanked; the newest of them.
    Yanked(Version),
    /// It says something else: its last cause, since what stands before it is about the question that was put.
    Unknown(&'a str),
}

fn unresolved<'a>(said: &'a str, name: &str) -> Unresolved<'a> {
    // Of a version that is there, and that this cargo cannot read.
    const UNREADABLE: [&str; 2] =
        ["'s index entry is invalid", " requires a Cargo version that supports index version "];

    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    if let Some(unreadable) = lines().find(|line| UNREADABLE.iter().any(|what| line.contains(what))) {
        return Unresolved::Unknown(unreadable);
    }
    let yanked = lines().filter_map(|line| line.strip_prefix("version ")?.strip_suffix(" is yanked"));
    if let Some(version) = yanked.filter_map(|version| Version::parse(version).ok()).max() {
        return Unresolved::Yanked(version);
    }
    let none = [
        format!("no matching package named `{name}` found"),
        format!("failed to select a version for the requirement `{name} = "),
    ];
    if none.iter().any(|none| said.contains(none)) {
        return Unresolved::None;
    }
    Unresolved::Unknown(lines().next_back().unwrap_or("it does not say why"))
}

/// The checksum of a package, as a registry's index has it.
pub(super) fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::{Unresolved, unresolved};

    #[test]
    fn what_cargo_says_of_a_version() {
        let said = |reasons: &str| {
            format!(
                "    Updating `local` index\nerror: failed to select a version for the requirement `a = \"=0.1.0\"`\n{reasons}\
                 location searched: `local` index\nrequired by package `question v0.0.0 (/tmp/q)`\n"
            )
        };
        assert_eq!(
            unresolved("error: no matching package named `a` found\nlocation searched: …\n", "a"),
            Unresolved::None
        );
        assert_eq!(unresolved(&said("candidate versions found which didn't match: 0.0.9\n"), "a"), Unresolved::None);
        let yanked = "  version 0.9.0 is yanked\n  version 0.10.0 is yanked\n";
        assert_eq!(unresolved(&said(yanked), "a"), Unresolved::Yanked(Version::new(0, 10, 0)));
        let invalid = "version 0.1.0's index entry is invalid";
        assert_eq!(unresolved(&said(&format!("  {invalid}\n")), "a"), Unresolved::Unknown(invalid));
        assert_eq!(unresolved("error: a\n\nCaused by:\n  down\n", "a"), Unresolved::Unknown("down"));
        assert_eq!(unresolved("", "a"), Unresolved::Unknown("it does not say why"));
    }
}
