//! The guide docs/adding-a-field.md, followed for real up to the point where the maintainer decides.

use std::path::Path;

use anyhow::ensure;

use super::End;
use super::scratch::Scratch;

/// The place of the fragment where the new field goes, and the field.
const PLACE: &str = "    ContactFields:\n      type: object\n      properties:\n";
const FIELD: &str = "        favouriteColour:\n          type: string\n          example: teal\n";
/// The only file in which the wrapper decides what a field means; the place there; and a decision.
const DECISION: &str = "crates/leadconnector/src/models/contact_fields.rs";
const LITERAL: &str = "        leadconnector_raw::types::$request {\n";
const DECIDED: &str = "            favourite_colour: None,\n";

pub(super) fn run(root: &Path) -> anyhow::Result<End> {
    let scratch = Scratch::of(root)?;
    scratch.describe(PLACE, FIELD)?;
    let built = scratch.fails_only_in(DECISION, "favourite_colour")?.built;
    for package in ["leadconnector_raw", "leadconnector_mock"] {
        ensure!(built.contains(package), "{package} no longer builds by itself");
    }
    // What depends on the wrapper is only built once the decision is made.
    scratch.insert(DECISION, LITERAL, DECIDED)?;
    scratch.passes()?;
    Ok(End::Passed)
}
