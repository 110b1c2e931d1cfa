//! The guide docs/adding-a-field.md, followed for real up to the point where the maintainer decides.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;

use super::End;
use crate::workspace::FRAGMENT;
use crate::{generate, process, workspace};

/// The place of the fragment where the new field goes, and the field.
const PLACE: &str = "          required: [locationId]\n          properties:\n";
const FIELD: &str = "            favouriteColour:\n              type: string\n              example: teal\n";
/// The only file in which the wrapper decides what a field means; the place there; and a decision.
const DECISION: &str = "crates/leadconnector/src/models/new_contact.rs";
const LITERAL: &str = "        raw::CreateContactRequest {\n";
const DECIDED: &str = "            favourite_colour: None,\n";

pub(super) fn run(root: &Path) -> anyhow::Result<End> {
    let copy = tempfile::tempdir().context("cannot make a temporary folder")?;
    workspace::copy(root, copy.path())?;
    insert(copy.path(), FRAGMENT, PLACE, FIELD)?;
    ensure!(generate::succeeds(copy.path(), false), "the generator does not take the new field");
    let target = root.join("target/adding-a-field");
    let (errors, built) = build(copy.path(), &target)?;

    for error in &errors {
        println!("{error}");
    }
    let expected = |error: &String| error.starts_with(DECISION) && error.contains("favourite_colour");
    ensure!(!errors.is_empty(), "the build passes, so nobody would decide what the new field means");
    ensure!(errors.iter().all(expected), "the build fails elsewhere than in {DECISION}, or for another reason");
    for package in ["leadconnector_raw", "leadconnector_mock"] {
        ensure!(built.contains(package), "{package} no longer builds by itself");
    }

    // What depends on the wrapper is only built once the decision is made.
    insert(copy.path(), DECISION, LITERAL, DECIDED)?;
    let mut cargo = workspace::cargo(copy.path());
    cargo.args(["check", "--workspace", "--all-targets", "--locked", "--quiet", "--target-dir"]).arg(&target);
    process::run(&mut cargo).context("something else has to be changed for a new field")?;
    Ok(End::Passed)
}

/// Writes something behind the only lines of a file that say this.
fn insert(folder: &Path, file: &str, place: &str, text: &str) -> anyhow::Result<()> {
    let path = folder.join(file);
    let content = fs::read_to_string(&path).with_context(|| format!("cannot read {file}"))?;
    ensure!(
        content.matches(place).count() == 1,
        "{file} no longer has the lines behind which this step writes: adapt xtask/src/check/adding_a_field.rs"
    );
    fs::write(&path, content.replacen(place, &format!("{place}{text}"), 1))
        .with_context(|| format!("cannot write {file}"))
}

/// The errors of the crates, each with its file, and the names of what was built.
fn build(folder: &Path, target: &Path) -> anyhow::Result<(BTreeSet<String>, BTreeSet<String>)> {
    let mut cargo = workspace::cargo(folder);
    cargo.args(["check", "--keep-going", "--all-targets", "--locked", "--message-format", "json", "--quiet"]);
    for package in crate::publish::packages(folder)? {
        cargo.args(["--package", &package.name]);
    }
    // It is meant to fail, so its exit code says nothing.
    let output = cargo.arg("--target-dir").arg(target).output().context("cannot start cargo")?;

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
    Ok((errors, built))
}
