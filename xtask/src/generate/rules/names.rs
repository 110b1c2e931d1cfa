//! Names that become one in Rust.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Problems, list};
use crate::document::{Document, Part, Schema, child, members};
use crate::generate::rust_names;

/// Types that become one in Rust: named schemas, and schemas in place that a `title` names.
pub(super) fn type_names(document: &Document, problems: &mut Problems) {
    let components = document.root().get("components").unwrap_or(&Value::Null);
    let mut names: Vec<_> = members(components, "schemas").map(|(name, _)| name).collect();
    for schema in document.schemas() {
        names.extend(schema.value.get("title").and_then(Value::as_str));
    }
    for (rust, names) in same_name(names.into_iter().map(|name| (rust_names::type_name(name), name))) {
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
    for (rust, names) in same_name(names.into_iter().map(|name| (rust_names::field(name), name))) {
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
        if let Some(extra) = part.properties().find(|name| rust_names::field(name) == "extra") {
            problems.add(
                child(&child(&part.path, "properties"), extra),
                "has the Rust name `extra`, which the generator gives to the additional properties",
                "leave it out; it can travel as an additional property",
            );
        }
    }
}

/// Names of which the Rust names cannot be used as they are: ours to choose, unlike those of members and parameters.
pub(super) fn own_names(document: &Document, problems: &mut Problems) {
    for (path, operation) in document.operations() {
        let Some(id) = operation.get("operationId").and_then(Value::as_str) else { continue };
        let (path, method) = (child(&path, "operationId"), rust_names::method(id));
        if !is_plain(id) {
            problems.add(path, format!("is `{id}`, of which no name in Rust can be made"), PLAIN);
        } else if TAKEN.contains(&method.as_str()) {
            problems.add(
                path,
                format!("has the Rust name `{method}`, which the client or what is generated has already"),
                "what the operation does, and to what: `create_contact`, or the like",
            );
        } else if syn::parse_str::<syn::Ident>(&method).is_err() {
            problems.add(
                path,
                format!("has the Rust name `{method}`, which is a keyword"),
                "what the operation does, and to what: `create_contact`, or the like",
            );
        }
    }
    let components = document.root().get("components").unwrap_or(&Value::Null);
    for (name, _) in members(components, "schemas").filter(|(name, _)| !is_plain(name)) {
        let path = child("#/components/schemas", name);
        problems.add(path, "has a name of which no name in Rust can be made", PLAIN);
    }
}

/// The names of methods that the client has beside those of the operations, and `all`, the list of them.
const TAKEN: [&str; 8] = ["all", "clone", "http", "http_request", "new", "other_request", "request", "send"];
const PLAIN: &str = "a name that begins with a letter, and has only letters from A to Z, digits, `_`, `-` and `.`";

fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// Values of an enum that become one variant.
pub(super) fn values(schema: &Schema<'_>, problems: &mut Problems) {
    let values = schema.value.get("enum").and_then(Value::as_array).into_iter().flatten();
    let values: Vec<_> = values.filter_map(Value::as_str).collect();
    for (rust, values) in same_name(rust_names::variants(&values)) {
        problems.add(
            child(&schema.path, "enum"),
            format!("has {} with one Rust name, `{rust}`", list(&values)),
            "one of them: an open enum takes the other as any other text; where only these are allowed, a text without `enum`",
        );
    }
}

/// The names that become one in Rust.
pub(super) fn same_name<'a>(
    names: impl IntoIterator<Item = (String, &'a str)>,
) -> impl Iterator<Item = (String, Vec<&'a str>)> {
    let mut by_rust: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (rust, name) in names {
        by_rust.entry(rust).or_default().push(name);
    }
    by_rust.into_iter().filter(|(_, names)| names.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::TAKEN;

    #[test]
    fn each_method_of_the_client_is_taken() {
        let client = include_str!("../../../../crates/leadconnector-raw/src/client.rs");
        let methods = client.split_once("impl Client {").and_then(|(_, rest)| rest.split_once("\n}\n"));
        let lines = methods.map(|(methods, _)| methods.lines()).into_iter().flatten();
        let names = lines.filter_map(|line| line.trim_start().split_once("fn ")?.1.split(['(', '<']).next());
        let names: Vec<_> = names.collect();
        assert!(names.contains(&"send"), "{names:?}");
        assert!(names.iter().all(|name| TAKEN.contains(name)), "{names:?}");
    }
}
