//! The places that have the version of the crates.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use semver::{Version, VersionReq};
use toml_edit::{DocumentMut, Item, TableLike, Value};

use crate::outputs::Output;
use crate::publish::Package;
use crate::{changelog, compatibility, process};

const LOCK: &str = "Cargo.lock";
/// The tables of a manifest that hold dependencies.
const DEPENDENCIES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Each file that has the version, with the new one in the place of the old.
pub(super) fn written(root: &Path, packages: &[Package], old: &Version, new: &Version) -> anyhow::Result<Vec<Output>> {
    let names: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let tracked = process::capture(process::git(root).args(["ls-files", "-z"]))?;
    let mut outputs = Vec::new();
    let mut members = BTreeSet::new();
    for path in tracked.split('\0') {
        let is_manifest = path == "Cargo.toml" || path.ends_with("/Cargo.toml");
        let is_text = path.ends_with(".md") && path != changelog::FILE;
        if !is_manifest && !is_text {
            continue;
        }
        let text = read(root, path)?;
        let content = if is_manifest {
            let mut manifest: DocumentMut = text.parse().with_context(|| format!("cannot read {path}"))?;
            in_manifest(&mut manifest, path == "Cargo.toml", &names, new)?;
            members.extend(inherits(&manifest));
            manifest.to_string()
        } else {
            in_text(&text, &names, new)
        };
        if content != text {
            outputs.push(Output { path: path.into(), content });
        }
    }
    outputs.push(Output { path: LOCK.into(), content: in_lock(&read(root, LOCK)?, &members, old, new)? });
    Ok(outputs)
}

fn read(root: &Path, path: &str) -> anyhow::Result<String> {
    fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"))
}

/// The name of a crate that has the version of the workspace.
fn inherits(manifest: &DocumentMut) -> Option<String> {
    let package = manifest.get("package")?;
    package.get("version")?.get("workspace")?.as_bool()?.then_some(())?;
    Some(package.get("name")?.as_str()?.to_owned())
}

fn in_manifest(
    manifest: &mut DocumentMut,
    is_root: bool,
    names: &BTreeSet<&str>,
    version: &Version,
) -> anyhow::Result<()> {
    if is_root {
        let package = manifest.get_mut("workspace").and_then(|workspace| workspace.get_mut("package"));
        let Some(Item::Value(place)) = package.and_then(|package| package.get_mut("version")) else {
            bail!("Cargo.toml has no version under [workspace.package]: the crates have theirs from there");
        };
        replace(place, version.to_string());
    }
    let mut tables: Vec<&mut dyn TableLike> = Vec::new();
    for (key, item) in manifest.as_table_mut().iter_mut() {
        match key.get() {
            "workspace" => tables.extend(item.get_mut("dependencies").and_then(Item::as_table_like_mut)),
            key if DEPENDENCIES.contains(&key) => tables.extend(item.as_table_like_mut()),
            "target" => {
                let targets = item.as_table_like_mut().into_iter().flat_map(|targets| targets.iter_mut());
                for (_, target) in targets {
                    let target = target.as_table_like_mut().into_iter().flat_map(|target| target.iter_mut());
                    let held = target.filter(|(key, _)| DEPENDENCIES.contains(&key.get()));
                    tables.extend(held.filter_map(|(_, held)| held.as_table_like_mut()));
                }
            }
            _ => {}
        }
    }
    for table in tables {
        for (name, dependency) in table.iter_mut() {
            let Some(dependency) = dependency.as_table_like_mut().filter(|_| names.contains(name.get())) else {
                continue;
            };
            if dependency.contains_key("path")
                && let Some(Item::Value(place)) = dependency.get_mut("version")
                && let Some(old) = place.as_str()
            {
                let new = requirement(old, version);
                replace(place, new);
            }
        }
    }
    Ok(())
}

/// Another value, with the blanks and comments of the one before.
fn replace(place: &mut Value, new: String) {
    let decor = place.decor().clone();
    *place = Value::from(new);
    *place.decor_mut() = decor;
}

/// The requirement in the form of the one before: an exact one stays so.
fn requirement(old: &str, version: &Version) -> String {
    if old.starts_with('=') { format!("={version}") } else { compatibility::requirement(version) }
}

/// A text in which lines say how to depend on the crates, as in a manifest.
fn in_text(text: &str, names: &BTreeSet<&str>, version: &Version) -> String {
    text.split_inclusive('\n').map(|line| in_line(line, names, version).unwrap_or_else(|| line.to_owned())).collect()
}

fn in_line(line: &str, names: &BTreeSet<&str>, version: &Version) -> Option<String> {
    let (name, dependency) = line.split_once(" = ")?;
    if !names.contains(name.trim()) {
        return None;
    }
    let before = if dependency.starts_with('"') { "\"" } else { "version = \"" };
    let start = line.len() - dependency.len() + dependency.find(before)? + before.len();
    let (head, rest) = line.split_at_checked(start)?;
    let (old, tail) = rest.split_once('"')?;
    VersionReq::parse(old).ok()?;
    Some(format!("{head}{}\"{tail}", requirement(old, version)))
}

fn in_lock(text: &str, members: &BTreeSet<String>, old: &Version, new: &Version) -> anyhow::Result<String> {
    let mut lock: DocumentMut = text.parse().with_context(|| format!("cannot read {LOCK}"))?;
    let packages = lock.get_mut("package").and_then(Item::as_array_of_tables_mut);
    for package in packages.into_iter().flat_map(|packages| packages.iter_mut()) {
        let text = |key| package.get(key).and_then(Item::as_str);
        let is_ours = text("source").is_none() && text("version") == Some(&old.to_string());
        if is_ours
            && text("name").is_some_and(|name| members.contains(name))
            && let Some(Item::Value(place)) = package.get_mut("version")
        {
            replace(place, new.to_string());
        }
    }
    Ok(lock.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use semver::Version;

    use super::{in_lock, in_manifest, in_text, inherits, requirement};

    fn names() -> BTreeSet<&'static str> {
        ["ours", "ours-mock"].into()
    }

    #[test]
    fn requirements_keep_their_form() {
        let to = |old: &str, version: &str| requirement(old, &Version::parse(version).unwrap());
        assert_eq!(to("=0.1.0", "0.2.0"), "=0.2.0");
        assert_eq!(to("=0.1.0", "0.2.0-rc.1"), "=0.2.0-rc.1");
        assert_eq!(to("0.1", "0.1.1"), "0.1");
        assert_eq!(to("0.1", "0.2.0"), "0.2");
        assert_eq!(to("0.1", "0.2.0-rc.1"), "0.2.0-rc.1");
        assert_eq!(to("0.2.0-rc.1", "0.2.0"), "0.2");
        assert_eq!(to("0.2", "1.0.0"), "1");
    }

    #[test]
    fn a_manifest() {
        let text = "[workspace.package]\nversion = \"0.1.0\" # of all\n\n[workspace.dependencies]\n\
                    ours = { path = \"a\", version = \"=0.1.0\" } # exact\nother = { path = \"b\", version = \"0.1\" }\n\
                    ours-mock = { path = \"c\" }\n\n[target.'cfg(unix)'.dev-dependencies]\n\
                    ours-mock = { version = \"0.1\", path = \"c\" }\n\n[dependencies]\nours = \"0.1\"\n";
        let mut manifest = text.parse().unwrap();
        in_manifest(&mut manifest, true, &names(), &Version::new(0, 2, 0)).unwrap();
        insta::assert_snapshot!(manifest.to_string(), @r#"
        [workspace.package]
        version = "0.2.0" # of all

        [workspace.dependencies]
        ours = { path = "a", version = "=0.2.0" } # exact
        other = { path = "b", version = "0.1" }
        ours-mock = { path = "c" }

        [target.'cfg(unix)'.dev-dependencies]
        ours-mock = { version = "0.2", path = "c" }

        [dependencies]
        ours = "0.1"
        "#);

        let mut manifest = "[package]\nname = \"ours\"\n".parse().unwrap();
        let error = in_manifest(&mut manifest, true, &names(), &Version::new(0, 2, 0)).unwrap_err();
        insta::assert_snapshot!(error, @"Cargo.toml has no version under [workspace.package]: the crates have theirs from there");
    }

    #[test]
    fn who_has_the_version_of_the_workspace() {
        let inherits = |text: &str| inherits(&text.parse().unwrap());
        assert_eq!(inherits("[package]\nname = \"a\"\nversion.workspace = true\n").as_deref(), Some("a"));
        assert_eq!(inherits("[package]\nname = \"a\"\nversion = \"0.0.0\"\n"), None);
        assert_eq!(inherits("[workspace]\n"), None);
    }

    #[test]
    fn a_text() {
        let text = "```toml\nours = \"0.1\"\n  ours-mock = { features = [\"a\"], version = \"0.1\" }\nother = \"0.1\"\n```\n\
                    Write ours = \"0.1\".\nours = \"what it is\"\nours = {}\nours = \"0.1";
        insta::assert_snapshot!(in_text(text, &names(), &"0.2.0-rc.1".parse().unwrap()), @r#"
        ```toml
        ours = "0.2.0-rc.1"
          ours-mock = { features = ["a"], version = "0.2.0-rc.1" }
        other = "0.1"
        ```
        Write ours = "0.1".
        ours = "what it is"
        ours = {}
        ours = "0.1
        "#);
    }

    #[test]
    fn a_lock_file() {
        let text = "version = 4\n\n[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\ndependencies = [\n \"other\",\n]\n\n\
                    [[package]]\nname = \"ours\"\nversion = \"0.0.9\"\nsource = \"registry\"\n\n\
                    [[package]]\nname = \"other\"\nversion = \"0.1.0\"\n";
        let members = ["ours".to_owned()].into();
        insta::assert_snapshot!(in_lock(text, &members, &Version::new(0, 1, 0), &Version::new(0, 2, 0)).unwrap(), @r#"
        version = 4

        [[package]]
        name = "ours"
        version = "0.2.0"
        dependencies = [
         "other",
        ]

        [[package]]
        name = "ours"
        version = "0.0.9"
        source = "registry"

        [[package]]
        name = "other"
        version = "0.1.0"
        "#);
    }
}
