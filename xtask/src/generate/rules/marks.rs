//! What properties say beside what OpenAPI has words for: it has to be understood, and to have an effect.

use std::collections::BTreeSet;
use std::ptr;

use serde_json::{Map, Value};

use super::{Problems, list};
use crate::document::{Direction, Document, Part, Schema, child, members, required};
use crate::generate::marks::{KEYS, OTHER_SPELLINGS, other_spellings, problem};

/// Keys that are misspelled, out of place, or have another value than they can have.
pub(super) fn keys(schema: &Schema<'_>, problems: &mut Problems) {
    let is_property = schema.path.rsplit('/').nth(1) == Some("properties");
    for (key, value) in schema.value.iter().filter(|(key, _)| key.starts_with("x-")) {
        let path = child(&schema.path, key);
        if !is_property || !KEYS.contains(&key.as_str()) {
            let what = "is not known at this place, and would be passed over";
            problems.add(path, what, format!("on a property, one of {}", list(&KEYS)));
        } else if let Some((what, instead)) = problem(key, value) {
            problems.add(path, what, instead);
        }
    }
}

/// Other spellings that would not be read.
pub(super) fn spellings(schema: &Schema<'_>, parts: &[Part<'_>], document: &Document, problems: &mut Problems) {
    let is_named = schema.path.strip_prefix("#/components/schemas/").is_some_and(|name| !name.contains('/'));
    let is_answer = || parts.iter().any(|part| answers(document).any(|answer| ptr::eq(answer, part.value)));
    let is_sent = schema.directions.contains(&Direction::Request);
    let required: BTreeSet<_> = parts.iter().flat_map(|part| required(part.value)).collect();
    let mut names: BTreeSet<_> = parts.iter().flat_map(Part::properties).collect();
    for part in parts {
        let properties = part.value.get("properties").and_then(Value::as_object).into_iter().flatten();
        for (name, property) in properties {
            let mut spellings = other_spellings(property).peekable();
            if spellings.peek().is_none() {
                continue;
            }
            let path = child(&child(&child(&part.path, "properties"), name), OTHER_SPELLINGS);
            let mut refuse = |what: &str, instead: &str| problems.add(&path, what, instead);
            if !is_named {
                refuse(
                    "is in an object without a name, whose type is not found",
                    "a named schema for the object, referenced",
                );
            }
            if is_sent {
                refuse(
                    "is on a property that is sent, and sent under one name",
                    "leave it out; in a response, a schema of its own",
                );
            }
            if required.contains(name.as_str()) {
                refuse(
                    "is on a property that is required, so that no other name could stand for it",
                    "take it out of `required`",
                );
            }
            if name == "id" {
                refuse(
                    "is on an id, which is looked for under this name where nothing else can be read",
                    "leave it out",
                );
            }
            if is_answer() {
                refuse("is on a member of the answer as a whole, which is looked for under this name", "leave it out");
            }
            for spelling in spellings.filter(|spelling| !names.insert(spelling)) {
                refuse(
                    &format!("has `{spelling}`, which is the name of another property or stands there twice"),
                    "each name once",
                );
            }
        }
    }
}

/// What each operation answers with.
fn answers(document: &Document) -> impl Iterator<Item = &Map<String, Value>> {
    let responses = document.operations().into_iter().flat_map(|(_, operation)| members(operation, "responses"));
    let schemas = responses.filter_map(|(_, response)| document.json_schema(response));
    schemas.filter_map(|schema| document.resolve(schema).as_object())
}
