//! What the generator cannot do, or does in a way that fails later: found in the fragment, and said in words.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToPascalCase, ToSnakeCase};
use serde_json::{Map, Value};

use super::document::{Direction, Document, Problem, Schema, child, members, reference};

/// Every problem of the document; none if it can be generated.
pub(super) fn check(document: &Document) -> Vec<Problem> {
    let mut problems = Problems::default();
    version(document, &mut problems);
    if !problems.0.is_empty() {
        // Another version has other rules: what they would say of it only distracts.
        return problems.0;
    }
    references("#", document.root(), document, &mut problems);
    operations(document, &mut problems);
    type_names(document, &mut problems);
    for schema in document.schemas() {
        any_of(&schema, document, &mut problems);
        closed_enum(&schema, &mut problems);
        nullable(&schema, &mut problems);
        number(&schema, &mut problems);
        additional_properties(&schema, &mut problems);
        property_names(&schema, &mut problems);
    }
    problems.0
}

#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, path: impl Into<String>, what: impl Into<String>, instead: impl Into<String>) {
        self.0.push(Problem { path: path.into(), what: what.into(), instead: instead.into() });
    }
}

fn version(document: &Document, problems: &mut Problems) {
    match document.root().get("openapi").and_then(Value::as_str) {
        Some(version) if version.starts_with("3.0.") => {}
        Some(version) => problems.add(
            "#/openapi",
            format!("is {version}, which the generator does not read"),
            "`openapi: 3.0.3`, with `nullable: true` in place of a list of types",
        ),
        None => problems.add("#/openapi", "is missing, or is not text", "`openapi: 3.0.3`"),
    }
}

/// References that lead nowhere, anywhere in the document save in examples.
fn references(path: &str, value: &Value, document: &Document, problems: &mut Problems) {
    match value {
        Value::Object(object) => {
            let by_name = path.ends_with("/properties");
            if !by_name
                && let Some(target) = reference(value)
                && document.at(target).is_none()
            {
                problems.add(
                    path,
                    format!("refers to `{target}`, which is not in this file"),
                    "a `$ref` to something under `#/components`, spelled as it is there",
                );
            }
            for (name, member) in object {
                if by_name || !matches!(name.as_str(), "example" | "examples" | "default" | "enum") {
                    references(&child(path, name), member, document, problems);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                references(&child(path, &index.to_string()), item, document, problems);
            }
        }
        _ => {}
    }
}

fn operations(document: &Document, problems: &mut Problems) {
    for (path, operation) in document.operations() {
        if operation.get("operationId").and_then(Value::as_str).is_none() {
            problems.add(
                &path,
                "has no `operationId`, so its function has no name",
                "`operationId: create_contact`, or the like",
            );
        }
        let parameters = operation.get("parameters").and_then(Value::as_array);
        for (index, parameter) in parameters.into_iter().flatten().enumerate() {
            let name = document.resolve(parameter).get("name").and_then(Value::as_str);
            if name.is_some_and(|name| name.eq_ignore_ascii_case("authorization")) {
                problems.add(
                    child(&child(&path, "parameters"), &index.to_string()),
                    "makes `Authorization` an argument of each call",
                    "a security scheme under `#/components/securitySchemes`; the client sets the header",
                );
            }
        }

        let responses = child(&path, "responses");
        let (success, failure): (Vec<_>, Vec<_>) =
            members(operation, "responses").partition(|(status, _)| status.starts_with('2'));
        for (status, _) in &success {
            if *status != "2XX" {
                problems.add(
                    child(&responses, status),
                    "numbers the success: any other 2xx becomes an unexpected response",
                    "`2XX`",
                );
            }
        }
        for (kind, group) in [("success", success), ("error", failure)] {
            let schemas: BTreeSet<_> = group.iter().map(|(_, response)| json_schema(document, response)).collect();
            if schemas.len() > 1 {
                let statuses: Vec<_> = group.iter().map(|(status, _)| *status).collect();
                problems.add(
                    &responses,
                    format!(
                        "has {} {kind} schemas ({}): the generator takes one for an operation",
                        schemas.len(),
                        statuses.join(", ")
                    ),
                    "one named schema for all of them, a member that differs as a `oneOf`",
                );
            }
        }
    }
}

/// The schema of a response's JSON, as comparable text; none for a response without one.
fn json_schema(document: &Document, response: &Value) -> Option<String> {
    let content = document.resolve(response).get("content")?;
    Some(content.get("application/json")?.get("schema")?.to_string())
}

fn type_names(document: &Document, problems: &mut Problems) {
    let components = document.root().get("components").unwrap_or(&Value::Null);
    let names = members(components, "schemas").map(|(name, _)| name);
    for (rust, names) in same_name(names, |name| name.to_pascal_case()) {
        problems.add(
            "#/components/schemas",
            format!("has {} with one Rust name, `{rust}`", list(&names)),
            "names that differ in more than case and punctuation",
        );
    }
}

fn property_names(schema: &Schema<'_>, problems: &mut Problems) {
    let properties = schema.value.get("properties").and_then(Value::as_object);
    let names = || properties.into_iter().flat_map(Map::keys).map(String::as_str);
    for (rust, names) in same_name(names(), |name| name.to_snake_case()) {
        problems.add(
            child(&schema.path, "properties"),
            format!("has {} with one Rust name, `{rust}`", list(&names)),
            "one of them; the other can travel as an additional property",
        );
    }
    if schema.value.contains_key("additionalProperties")
        && let Some(extra) = names().find(|name| name.to_snake_case() == "extra")
    {
        problems.add(
            child(&child(&schema.path, "properties"), extra),
            "has the Rust name `extra`, which the generator gives to the additional properties",
            "leave it out; it can travel as an additional property",
        );
    }
}

/// The names that become one in Rust.
fn same_name<'a>(
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

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
}

fn any_of(schema: &Schema<'_>, document: &Document, problems: &mut Problems) {
    let alternatives = schema.value.get("anyOf").and_then(Value::as_array);
    let scalar = |member: &Value| {
        let member = document.resolve(member);
        member.get("enum").is_some()
            || matches!(member.get("type").and_then(Value::as_str), Some("string" | "number" | "integer" | "boolean"))
    };
    if alternatives.is_some_and(|members| members.iter().any(scalar)) {
        problems.add(
            &schema.path,
            "is an `anyOf` of scalars: it compiles, and fails at run time",
            "a `oneOf` whose members exclude each other; for an open enum, the enum and a string with `not: {enum: […]}`",
        );
    }
}

fn closed_enum(schema: &Schema<'_>, problems: &mut Problems) {
    let received = schema.directions.contains(&Direction::Response);
    if received && !schema.in_open_enum && schema.value.contains_key("enum") {
        problems.add(
            &schema.path,
            "is a closed enum in a response: one new value loses the whole response",
            "a `oneOf` of the enum and of a string with `not: {enum: […]}`, the same values on both sides",
        );
    }
}

fn nullable(schema: &Schema<'_>, problems: &mut Problems) {
    let nullable = schema.value.get("nullable") == Some(&Value::Bool(true));
    let union = schema.value.contains_key("anyOf") || schema.value.contains_key("oneOf");
    if nullable && union && !schema.path.contains("/properties/") {
        problems.add(
            &schema.path,
            "is a named `anyOf` or `oneOf` that is nullable: its type contains itself",
            "`nullable: true` on the property that uses it, beside `allOf: [$ref: …]`",
        );
    }
    let sent = schema.directions.contains(&Direction::Request);
    if nullable && schema.optional_member && sent {
        problems.add(
            &schema.path,
            "is optional and nullable in place: null could not be sent",
            "a named schema that is nullable, referenced: `allOf: [$ref: \"#/components/schemas/NullableString\"]`",
        );
    }
    let array = schema.value.get("type").is_some_and(|kind| kind == "array");
    let received = schema.directions.contains(&Direction::Response);
    if array && received && schema.optional_member && !nullable {
        problems.add(
            &schema.path,
            "is an array in a response that may not be null, and the live API sends null",
            "`nullable: true`",
        );
    }
}

fn number(schema: &Schema<'_>, problems: &mut Problems) {
    let number = schema.value.get("type").is_some_and(|kind| kind == "number");
    if number && schema.directions.contains(&Direction::Request) {
        problems.add(
            &schema.path,
            "is a number in a request: it would be an `f64`, which sends 42 as 42.0",
            "`type: integer`, or no type at all for any JSON value",
        );
    }
}

fn additional_properties(schema: &Schema<'_>, problems: &mut Problems) {
    let Some(additional) = schema.value.get("additionalProperties") else {
        return;
    };
    if additional == &Value::Bool(true) {
        problems.add(
            child(&schema.path, "additionalProperties"),
            "is `true`, with which unknown members are dropped",
            "`additionalProperties: {}` in a request; in a response, leave it out",
        );
    } else if schema.directions.contains(&Direction::Response) && schema.value.contains_key("properties") {
        problems.add(
            child(&schema.path, "additionalProperties"),
            "slows the decoding of this response to less than half the speed",
            "leave it out: the bytes of the answer are kept, and unknown members are read from them on request",
        );
    }
}
