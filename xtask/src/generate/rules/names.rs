//! Names that become one in Rust.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToPascalCase, ToSnakeCase};
use serde_json::Value;

use super::{Problems, list};
use crate::document::{Document, Part, Schema, child, members};

/// Types that become one in Rust: named schemas, and schemas in place that a `title` names.
pub(super) fn type_names(document: &Document, problems: &mut Problems) {
    let components = document.root().get("components").unwrap_or(&Value::Null);
    let mut names: Vec<_> = members(components, "schemas").map(|(name, _)| name).collect();
    for schema in document.schemas() {
        names.extend(schema.value.get("title").and_then(Value::as_str));
    }
    for (rust, names) in same_name(names.into_iter(), |name| name.to_pascal_case()) {
        problems.add(
            "#/components/schemas",
            format!("has {} with one Rust name, `{rust}`", list(&names)),
            "names and titles that differ in more than case and punctuation",
        );
    }
}

/// Properties that become one field, or the field that the generator adds.
pub(super) fn property_names(schema: &Schema<'_>, parts: &[Part<'_>], problems: &mut Problems) {
    let names: BTreeSet<_> = parts.iter().flat_map(Part::properties).collect();
    for (rust, names) in same_name(names.into_iter(), |name| name.to_snake_case()) {
        let has_all = |part: &&Part<'_>| names.iter().all(|name| part.properties().any(|property| property == *name));
        problems.add(
            parts.iter().find(has_all).map_or_else(|| schema.path.clone(), |part| child(&part.path, "properties")),
            format!("has {} with one Rust name, `{rust}`", list(&names)),
            "one of them; the other can travel as an additional property",
        );
    }
    if !parts.iter().any(|part| part.value.contains_key("additionalProperties")) {
        return;
    }
    for part in parts {
        if let Some(extra) = part.properties().find(|name| name.to_snake_case() == "extra") {
            problems.add(
                child(&child(&part.path, "properties"), extra),
                "has the Rust name `extra`, which the generator gives to the additional properties",
                "leave it out; it can travel as an additional property",
            );
        }
    }
}

/// The names that become one in Rust.
pub(super) fn same_name<'a>(
    names: impl Iterator<Item = &'a str>,
    case: impl Fn(&str) -> String,
) -> impl Iterator<Item = (String, Vec<&'a str>)> {
    let mut by_rust: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in names {
        let words = name.replace('\'', "").replace(|c: char| !c.is_alphanumeric(), "-");
        by_rust.entry(case(&words)).or_default().push(name);
    }
    by_rust.into_iter().filter(|(_, names)| names.len() > 1)
}
