//! Schemas that the generator takes, and gets wrong.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Problems, list};
use crate::document::{Direction, Document, Part, Schema, child, is_composition, required};

/// Keywords that are misspelled, or that say what the generator gets wrong.
pub(super) fn keywords(schema: &Schema<'_>, problems: &mut Problems) {
    const KEYWORDS: [&str; 35] = [
        "additionalProperties",
        "allOf",
        "anyOf",
        "deprecated",
        "description",
        "discriminator",
        "enum",
        "example",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "externalDocs",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "not",
        "nullable",
        "oneOf",
        "pattern",
        "properties",
        "readOnly",
        "required",
        "title",
        "type",
        "uniqueItems",
        "writeOnly",
        "xml",
        "$ref",
    ];
    for keyword in schema.value.keys().filter(|keyword| !keyword.starts_with("x-")) {
        if keyword == "default" {
            problems.add(
                child(&schema.path, keyword),
                "is a default: in a request it would always be sent, in a response it refuses null",
                "leave it out, and say it in the description",
            );
        } else if !KEYWORDS.contains(&keyword.as_str()) {
            problems.add(
                child(&schema.path, keyword),
                "is no keyword of a schema, and would be passed over",
                "a keyword of OpenAPI 3.0",
            );
        }
    }
    let known = ["string", "number", "integer", "boolean", "array", "object"];
    if let Some(kind) = schema.value.get("type")
        && !kind.as_str().is_some_and(|kind| known.contains(&kind))
    {
        problems.add(child(&schema.path, "type"), "is no type of OpenAPI 3.0", format!("one of {}", list(&known)));
    }
    if let Some(values) = schema.value.get("enum") {
        let texts = values.as_array().is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_string));
        if schema.value.get("type").is_none_or(|kind| kind == "string") && !texts {
            problems.add(
                child(&schema.path, "enum"),
                "is not a list of texts",
                "each value in quotes: without them, yes and no are booleans and 1 is a number",
            );
        }
    }
    let format = schema.value.get("format").filter(|format| *format == "uuid").map(|_| "format");
    for keyword in schema.value.get("pattern").map(|_| "pattern").into_iter().chain(format) {
        problems.add(
            child(&schema.path, keyword),
            "becomes code that needs a crate which the raw client does not have",
            "leave it out, and say it in the description: what a value may be is checked by the wrapper",
        );
    }
    if schema.value.get("type").is_some_and(|kind| kind == "array") && !schema.value.contains_key("items") {
        problems.add(&schema.path, "is an array without `items`", "`items: {}` for any JSON values, or their schema");
    }
}

/// Names that are required but not there, which would be passed over in silence.
pub(super) fn required_properties(parts: &[Part<'_>], problems: &mut Problems) {
    let properties: BTreeSet<_> = parts.iter().flat_map(Part::properties).collect();
    for part in parts {
        for name in required(part.value).filter(|name| !properties.contains(name)) {
            problems.add(
                child(&part.path, "required"),
                format!("requires `{name}`, which is not among the properties"),
                "the name as it is under `properties`",
            );
        }
    }
}

/// The type of a scalar; none for anything else.
fn scalar<'a>(member: &'a Value, document: &'a Document) -> Option<&'a str> {
    let member = document.resolve(member);
    let kind = member.get("type").and_then(Value::as_str).or(member.get("enum").map(|_| "string"))?;
    matches!(kind, "string" | "number" | "integer" | "boolean").then_some(kind)
}

pub(super) fn any_of(schema: &Schema<'_>, document: &Document, problems: &mut Problems) {
    let alternatives = schema.value.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    if alternatives.into_iter().any(|member| scalar(member, document).is_some()) {
        problems.add(
            &schema.path,
            "is an `anyOf` of scalars: it compiles, and fails at run time",
            "a `oneOf` whose members exclude each other; for an open enum, the enum and a string with `not: {enum: […]}`",
        );
    }
}

pub(super) fn one_of(schema: &Schema<'_>, document: &Document, problems: &mut Problems) {
    let alternatives = schema.value.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let mut kinds = BTreeSet::new();
    let overlap = alternatives
        .filter(|member| document.resolve(member).get("not").is_none())
        .filter_map(|member| scalar(member, document))
        .any(|kind| !kinds.insert(kind));
    if overlap {
        problems.add(
            &schema.path,
            "is a `oneOf` of scalars of one type, which do not exclude each other",
            "for an open enum, the enum and a string with `not: {enum: […]}`, the same values on both sides",
        );
    }
}

pub(super) fn closed_enum(schema: &Schema<'_>, problems: &mut Problems) {
    let received = schema.directions.contains(&Direction::Response);
    if received && !schema.in_open_enum && schema.value.contains_key("enum") {
        problems.add(
            &schema.path,
            "is a closed enum in a response: one new value loses the whole response",
            "a `oneOf` of the enum and of a string with `not: {enum: […]}`, the same values on both sides",
        );
    }
}

pub(super) fn nullable(schema: &Schema<'_>, problems: &mut Problems) {
    let nullable = schema.value.get("nullable") == Some(&Value::Bool(true));
    let union = schema.value.contains_key("anyOf") || schema.value.contains_key("oneOf");
    if nullable && union && !schema.path.contains("/properties/") {
        problems.add(
            &schema.path,
            "is a named `anyOf` or `oneOf` that is nullable: its type contains itself",
            "`nullable: true` on the property that uses it, beside `allOf: [$ref: …]`",
        );
    }
    if nullable && schema.optional_in.contains(&Direction::Request) {
        problems.add(
            &schema.path,
            "is optional and nullable in place: null could not be sent",
            "a named schema that is nullable, referenced with `allOf: [$ref: …]`; for a string, `NullableString`",
        );
    }
    let kind = schema.value.get("type").and_then(Value::as_str);
    let has_members = schema.value.contains_key("properties") || is_composition(schema.value);
    let collection = kind == Some("array") || (kind == Some("object") && !has_members);
    if collection && schema.optional_in.contains(&Direction::Response) && !nullable {
        problems.add(
            &schema.path,
            "is a list or map in a response that may not be null, and the live API sends null",
            "`nullable: true`",
        );
    }
}

pub(super) fn number(schema: &Schema<'_>, problems: &mut Problems) {
    let number = schema.value.get("type").is_some_and(|kind| kind == "number");
    if number && schema.directions.contains(&Direction::Request) {
        problems.add(
            &schema.path,
            "is a number in a request: it would be an `f64`, which sends 42 as 42.0",
            "`type: integer`, or no type at all for any JSON value",
        );
    }
}

pub(super) fn additional_properties(schema: &Schema<'_>, problems: &mut Problems) {
    if is_true(schema.value.get("additionalProperties")) {
        problems.add(
            child(&schema.path, "additionalProperties"),
            "is `true`, with which unknown members are dropped",
            "`additionalProperties: {}` in a request; in a response, leave it out",
        );
    }
}

pub(super) fn additional_properties_received(schema: &Schema<'_>, parts: &[Part<'_>], problems: &mut Problems) {
    let received = schema.directions.contains(&Direction::Response);
    if !received || !parts.iter().any(|part| part.value.contains_key("properties")) {
        return;
    }
    for part in parts {
        let additional = part.value.get("additionalProperties");
        if additional.is_some() && !is_true(additional) {
            problems.add(
                child(&part.path, "additionalProperties"),
                "slows the decoding of this response to less than half the speed",
                "leave it out: the bytes of the answer are kept, and unknown members are read from them on request",
            );
        }
    }
}

fn is_true(value: Option<&Value>) -> bool {
    value == Some(&Value::Bool(true))
}
