//! Schemas that the generator takes, and gets wrong.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Problems, list};
use crate::document::{Direction, Document, Part, Schema, child, is_composition, is_object, required};

/// The keywords of OpenAPI 3.0.
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

/// Keywords that are misspelled, or that say what the generator gets wrong.
pub(super) fn keywords(schema: &Schema<'_>, problems: &mut Problems) {
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
    if let Some(values) = schema.value.get("enum")
        && schema.value.get("type").is_none_or(|kind| kind == "string")
        && !is_texts(values)
    {
        problems.add(
            child(&schema.path, "enum"),
            "is not a list of texts",
            "each value in quotes: without them, yes and no are booleans and 1 is a number",
        );
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

fn is_texts(values: &Value) -> bool {
    values.as_array().is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_string))
}

/// Keywords that say nothing of what a schema describes. The generator mixes the two, and where a schema contains itself, it does
/// not end.
pub(super) fn together(schema: &Schema<'_>, document: &Document, problems: &mut Problems) {
    const ANYWHERE: [&str; 9] = [
        "deprecated",
        "description",
        "discriminator",
        "example",
        "externalDocs",
        "nullable",
        "readOnly",
        "title",
        "writeOnly",
    ];
    const OBJECT: [&str; 7] =
        ["additionalProperties", "allOf", "maxProperties", "minProperties", "properties", "required", "type"];
    const ARRAY: [&str; 5] = ["items", "maxItems", "minItems", "type", "uniqueItems"];
    const STRING: [&str; 7] = ["enum", "format", "maxLength", "minLength", "not", "pattern", "type"];
    const NUMBER: [&str; 8] =
        ["enum", "exclusiveMaximum", "exclusiveMinimum", "format", "maximum", "minimum", "multipleOf", "type"];

    let has = |keyword: &str| schema.value.contains_key(keyword);
    if is_composition(schema.value) && !is_object(schema.value) {
        // That is said of it already.
        return;
    }
    let kind = schema.value.get("type").and_then(Value::as_str);
    let union = ["allOf", "oneOf", "anyOf"].into_iter().find(|keyword| has(keyword) && !is_composition(schema.value));
    let (what, known): (&str, &[&str]) = match (union, kind) {
        (Some("allOf"), Some(_)) if of_the_same_type(schema, document) => ("an `allOf` of one", &["allOf", "type"]),
        (Some("allOf"), _) => ("an `allOf` of one", &["allOf"]),
        (Some("oneOf"), _) => ("a `oneOf`", &["oneOf"]),
        (Some(_), _) => ("an `anyOf`", &["anyOf"]),
        (None, Some("object")) => ("an object", &OBJECT),
        (None, Some("array")) => ("an array", &ARRAY),
        (None, Some("string")) => ("a string", &STRING),
        (None, Some("integer" | "number")) => ("a number", &NUMBER),
        (None, Some("boolean")) => ("a boolean", &["enum", "type"]),
        // Which is said of it already.
        (None, Some(_)) => return,
        (None, None) if is_object(schema.value) => ("an object", &OBJECT),
        (None, None) if has("items") => ("an array", &ARRAY),
        (None, None) if has("enum") => ("a string", &["enum"]),
        (None, None) => ("of no type", &[]),
    };
    let others: Vec<_> = schema
        .value
        .keys()
        .map(String::as_str)
        .filter(|keyword| KEYWORDS.contains(keyword) && !ANYWHERE.contains(keyword) && !known.contains(keyword))
        .collect();
    if !others.is_empty() {
        problems.add(
            &schema.path,
            format!("is {what}, and has {}, which the generator does not put together", list(&others)),
            "the keywords of one type; beside an `allOf` of one, a `oneOf` or an `anyOf`, only words and `nullable`",
        );
    }
}

/// Whether what an `allOf` of one refers to has the type that is beside it.
fn of_the_same_type(schema: &Schema<'_>, document: &Document) -> bool {
    let only = schema.value.get("allOf").and_then(|all| all.as_array()?.first());
    let referred = only.and_then(|only| document.resolve(only).as_object());
    let kind = schema.value.get("type");
    referred
        .is_some_and(|referred| referred.get("type") == kind || (kind == Some(&"object".into()) && is_object(referred)))
}

/// Lists of alternatives without one, and lists of values of a fixed length.
pub(super) fn listed(schema: &Schema<'_>, problems: &mut Problems) {
    /// The longest array of a fixed length that serde reads and writes.
    const LONGEST: u64 = 32;

    for keyword in ["allOf", "anyOf", "oneOf"] {
        if schema.value.get(keyword).is_some_and(|list| list.as_array().is_none_or(Vec::is_empty)) {
            problems.add(child(&schema.path, keyword), "is no list of schemas, or an empty one", "one schema or more");
        }
    }
    let length = |keyword| schema.value.get(keyword).and_then(Value::as_u64);
    if let (Some(least), Some(most)) = (length("minItems"), length("maxItems"))
        && least == most
        && most > LONGEST
    {
        problems.add(
            &schema.path,
            format!("is a list of {most}, no more and no less, which does not compile"),
            format!("another `maxItems`, or none; a fixed length of {LONGEST} at most"),
        );
    }
    if let Some(not) = schema.value.get("not")
        && !(not.as_object().is_some_and(|not| not.len() == 1 && not.get("enum").is_some_and(is_texts)))
    {
        problems.add(
            child(&schema.path, "not"),
            "excludes something else than listed texts, which the generator cannot",
            "`not: {enum: […]}` beside `type: string`, or nothing, and what is meant in the description",
        );
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
    let has_members = schema.value.contains_key("properties") || schema.value.contains_key("allOf");
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
