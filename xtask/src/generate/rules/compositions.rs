//! Compositions: an `allOf` of several objects, which stands for the one object that they make.

use std::collections::{BTreeMap, BTreeSet};

use super::{Problems, list};
use crate::document::{Document, Part, Schema, is_composition, is_object};

/// Parts that make no object, or of which something would be passed over.
pub(super) fn parts(schema: &Schema<'_>, parts: &[Part<'_>], problems: &mut Problems) {
    if !is_composition(schema.value) {
        return;
    }
    for part in parts {
        match (is_object(part.value), part.path == schema.path) {
            (false, true) => problems.add(
                &part.path,
                "is a composition, and beside its `allOf` stands what no object has",
                "`properties` and the like, or nothing; a `oneOf` as one of the properties",
            ),
            (false, false) => problems.add(
                &part.path,
                "is a part of a composition, and is no object: an `allOf` puts the members of objects together",
                "`type: object` with `properties`; a text, a list or a `oneOf` as one of them",
            ),
            (true, false) => passed_over(part, problems),
            (true, true) => {}
        }
    }

    let mut paths = BTreeSet::new();
    let (once, again): (Vec<_>, Vec<_>) = parts.iter().partition(|part| paths.insert(&part.path));
    for part in again {
        problems.add(
            &schema.path,
            format!("has the part `{}` more than once", part.path),
            "each part once, also where it is a part of another one",
        );
    }
    let mut holders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for part in &once {
        for name in part.properties() {
            holders.entry(name).or_default().push(&part.path);
        }
    }
    for (name, holders) in holders.into_iter().filter(|(_, holders)| holders.len() > 1) {
        problems.add(
            &schema.path,
            format!("has `{name}` in more than one part, of which the last would win in silence: {}", list(&holders)),
            format!("`{name}` in one part; if it is not the same everywhere, in none that is shared"),
        );
    }
    let open = once.iter().filter(|part| part.value.contains_key("additionalProperties"));
    let open: Vec<_> = open.map(|part| part.path.as_str()).collect();
    if open.len() > 1 {
        problems.add(
            &schema.path,
            format!(
                "has `additionalProperties` in more than one part, of which one would win in silence: {}",
                list(&open)
            ),
            "it once, beside the `allOf`",
        );
    }
}

/// Keywords of a part that say nothing of its members: the composition has only its own.
fn passed_over(part: &Part<'_>, problems: &mut Problems) {
    const TAKEN: [&str; 5] = ["additionalProperties", "allOf", "properties", "required", "type"];
    const TEXTS: [&str; 4] = ["description", "example", "externalDocs", "title"];
    let keywords = part.value.keys().map(String::as_str);
    let others: Vec<_> = keywords
        .filter(|keyword| !TAKEN.contains(keyword) && !TEXTS.contains(keyword) && !keyword.starts_with("x-"))
        .collect();
    if !others.is_empty() {
        problems.add(
            &part.path,
            format!("is a part of a composition, and has {}, which would be passed over", list(&others)),
            "it beside the `allOf` of the composition",
        );
    }
}

/// Compositions that stand within one of their own parts, with a member between.
pub(super) fn endless(document: &Document, problems: &mut Problems) {
    for (path, part) in document.endless_compositions() {
        problems.add(
            path,
            format!("has the part `{part}`, within which it stands: the object would have no end"),
            "a named schema for the composition, referenced",
        );
    }
}
