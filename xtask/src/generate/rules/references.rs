//! References that lead nowhere or to themselves, and descriptions that would not stay text.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Problems;
use crate::document::{Document, child, holds_names, is_value, reference};

/// Looks anywhere in the document, save in values: examples and the like. `kind` is where the components are to which a
/// reference can lead from here.
pub(super) fn references(
    path: &str,
    value: &Value,
    kind: &str,
    by_name: bool,
    document: &Document,
    problems: &mut Problems,
) {
    match value {
        Value::Object(object) => {
            match value.get("$ref") {
                Some(Value::String(target)) if !by_name => refers(path, target, kind, object, document, problems),
                Some(_) if !by_name => {
                    problems.add(path, "has a `$ref` that is no text", "`#/components/…`, in quotes")
                }
                _ => {}
            }
            for (name, member) in object {
                if !by_name && DOCUMENTED.contains(&name.as_str()) && member.as_str().is_some_and(has_code) {
                    problems.add(
                        child(path, name),
                        "has a block of code, which would be compiled as an example in Rust",
                        "code between single backticks, in a line",
                    );
                }
                if by_name || !is_value(name) {
                    let kind = if by_name { kind } else { components(name) };
                    references(&child(path, name), member, kind, !by_name && holds_names(name), document, problems);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                references(&child(path, &index.to_string()), item, kind, false, document, problems);
            }
        }
        _ => {}
    }
}

/// What becomes documentation.
const DOCUMENTED: [&str; 3] = ["description", "summary", "title"];

/// The components to which a reference can lead from what stands at a keyword.
fn components(keyword: &str) -> &str {
    match keyword {
        "requestBody" => "requestBodies",
        "callbacks" | "examples" | "headers" | "links" | "parameters" | "requestBodies" | "responses"
        | "securitySchemes" => keyword,
        _ => "schemas",
    }
}

/// Whether Markdown has a block of code.
fn has_code(text: &str) -> bool {
    text.contains("```")
        || text.contains("~~~")
        || text.lines().any(|line| line.starts_with("    ") || line.starts_with('\t'))
}

fn refers(
    path: &str,
    target: &str,
    kind: &str,
    object: &Map<String, Value>,
    document: &Document,
    problems: &mut Problems,
) {
    let component = target.strip_prefix("#/components/").is_some_and(|name| name.split('/').count() == 2);
    if !component || document.at(target).is_none() {
        problems.add(
            path,
            format!("refers to `{target}`, which is no component of this file"),
            "a `$ref` to something under `#/components`, spelled as it is there",
        );
    } else if !target.starts_with(&format!("#/components/{kind}/")) {
        problems.add(
            path,
            format!("refers to `{target}`, where something of another kind has to stand"),
            format!("a `$ref` to something under `#/components/{kind}`"),
        );
    }
    if object.len() > 1 {
        problems.add(
            path,
            "has members beside its `$ref`, which count for nothing",
            "`allOf: [$ref: …]` with the members beside it",
        );
    }
    if stands_for(document.at(target), target, document, &mut BTreeSet::new()) {
        problems.add(
            path,
            format!("refers to `{target}`, which refers to itself with no member between"),
            "a reference from a property or from `items`, or no circle",
        );
    }
}

/// Whether a value stands, by references and compositions alone, for what is at `target`.
fn stands_for<'a>(
    value: Option<&'a Value>,
    target: &str,
    document: &'a Document,
    seen: &mut BTreeSet<&'a str>,
) -> bool {
    let Some(value) = value else { return false };
    if let Some(next) = reference(value) {
        return next == target || (seen.insert(next) && stands_for(document.at(next), target, document, seen));
    }
    let parts = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| value.get(key)?.as_array());
    parts.flatten().any(|part| stands_for(Some(part), target, document, seen))
}
