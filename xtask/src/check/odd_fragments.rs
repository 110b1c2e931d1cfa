//! What is unusual in a fragment and accepted: what is generated from it has to compile.

use std::path::Path;

use anyhow::{Context, ensure};

use super::End;
use super::scratch::Scratch;
use crate::workspace::FRAGMENT;

const ODD: &str = include_str!("odd_fragments.yaml");
/// The places of the fragment where paths and schemas begin.
const PATHS: &str = "\npaths:\n";
const SCHEMAS: &str = "\n  schemas:\n";
/// The file in which the mock has to answer each operation, and so does not compile.
const ANSWERED: &str = "crates/leadconnector-mock/src/operations.rs";

pub(super) fn run(root: &Path) -> anyhow::Result<End> {
    let (_, odd) = ODD.split_once("paths:\n").context("what is odd has no paths")?;
    let (paths, schemas) = odd.split_once("\nschemas:\n").context("what is odd has no schemas")?;
    let schemas: String = schemas.lines().map(|line| format!("  {line}\n")).collect();

    let scratch = Scratch::of(root)?;
    scratch.insert(FRAGMENT, PATHS, paths)?;
    scratch.describe(SCHEMAS, &format!("{schemas}{}{}", long(), deep()))?;
    let built = scratch.fails_only_in(ANSWERED, "OperationId")?.built;
    for package in ["leadconnector_raw", "leadconnector"] {
        ensure!(built.contains(package), "{package} no longer builds by itself");
    }
    scratch.is_clean("leadconnector-raw", "schemars")?;
    scratch.is_clean("leadconnector", "oauth")?;
    Ok(End::Passed)
}

/// An enum of many values.
fn long() -> String {
    let values: Vec<_> = (0..1000).map(|number| format!("value {number}")).collect();
    format!("    OddLong: {{type: string, enum: [{}]}}\n", values.join(", "))
}

/// Compositions and references within each other, deeper than anybody would write them.
fn deep() -> String {
    let level = |level: usize| {
        let next = format!("{{$ref: \"#/components/schemas/OddDeep{}\"}}", level + 1);
        let beside = match level % 2 {
            0 => format!(", {{type: object, properties: {{member{level}: {{type: string}}}}}}"),
            _ => String::new(),
        };
        format!("    OddDeep{level}: {{allOf: [{next}{beside}]}}\n")
    };
    let levels: String = (0..100).map(level).collect();
    format!("{levels}    OddDeep100: {{type: object, properties: {{end: {{type: string}}}}}}\n")
}
