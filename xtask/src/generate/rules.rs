//! What the generator cannot do, or does in a way that fails later: found in the fragment, and said in words.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToPascalCase, ToSnakeCase};
use serde_json::{Map, Value};

use crate::document::{Direction, Document, Problem, Schema, child, members, reference};

/// Every problem of the document; none if it can be generated.
pub(super) fn check(document: &Document) -> Vec<Problem> {
    let mut problems = Problems::default();
    version(document, &mut problems);
    if problems.0.is_empty() {
        references("#", document.root(), false, document, &mut problems);
    }
    if !problems.0.is_empty() {
        // Another version has other rules, and what a reference should lead to is not known: more only distracts.
        return problems.0;
    }
    keys(document, &mut problems);
    operations(document, &mut problems);
    type_names(document, &mut problems);
    for schema in document.schemas() {
        keywords(&schema, &mut problems);
        any_of(&schema, document, &mut problems);
        one_of(&schema, document, &mut problems);
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
    let version = document.root().get("openapi").map(|version| match version {
        Value::String(version) => version.clone(),
        other => other.to_string(),
    });
    match version {
        Some(version) if version.starts_with("3.0.") => {}
        Some(version) => problems.add(
            "#/openapi",
            format!("is {version}, which the generator does not read"),
            "`openapi: 3.0.3`, with `nullable: true` in place of a list of types",
        ),
        None => problems.add("#/openapi", "is missing", "`openapi: 3.0.3`"),
    }
}

/// References that lead nowhere or to themselves, and descriptions that would not stay text, anywhere in the document save in values: examples and the like.
fn references(path: &str, value: &Value, by_name: bool, document: &Document, problems: &mut Problems) {
    match value {
        Value::Object(object) => {
            match value.get("$ref") {
                Some(Value::String(target)) if !by_name => refers(path, target, object, document, problems),
                Some(_) if !by_name => {
                    problems.add(path, "has a `$ref` that is no text", "`#/components/…`, in quotes")
                }
                _ => {}
            }
            for (name, member) in object {
                // The members of these have names that somebody chose; elsewhere a name is a keyword.
                let names = matches!(
                    name.as_str(),
                    "callbacks"
                        | "content"
                        | "examples"
                        | "headers"
                        | "links"
                        | "parameters"
                        | "paths"
                        | "properties"
                        | "requestBodies"
                        | "responses"
                        | "schemas"
                        | "securitySchemes"
                );
                if !by_name && name == "description" && member.as_str().is_some_and(has_code) {
                    problems.add(
                        child(path, name),
                        "has a block of code, which would be compiled as an example in Rust",
                        "code between single backticks, in a line",
                    );
                }
                if by_name || !matches!(name.as_str(), "example" | "examples" | "default" | "enum") {
                    references(&child(path, name), member, names && !by_name, document, problems);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                references(&child(path, &index.to_string()), item, false, document, problems);
            }
        }
        _ => {}
    }
}

/// Whether Markdown has a block of code.
fn has_code(text: &str) -> bool {
    text.contains("```") || text.lines().any(|line| line.starts_with("    ") || line.starts_with('\t'))
}

fn refers(path: &str, target: &str, object: &Map<String, Value>, document: &Document, problems: &mut Problems) {
    let component = target.strip_prefix("#/components/").is_some_and(|name| name.split('/').count() == 2);
    if !component || document.at(target).is_none() {
        problems.add(
            path,
            format!("refers to `{target}`, which is no component of this file"),
            "a `$ref` to something under `#/components`, spelled as it is there",
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

/// Keys that are misspelled, and would be passed over in silence.
fn keys(document: &Document, problems: &mut Problems) {
    let mut check = |path: &str, value: &Value, known: &[&str]| {
        for key in value.as_object().into_iter().flat_map(Map::keys) {
            if !known.contains(&key.as_str()) && !key.starts_with("x-") {
                problems.add(
                    child(path, key),
                    "is not known at this place, and would be passed over",
                    format!("one of {}, or a name that begins with `x-`", list(known)),
                );
            }
        }
    };
    let root = document.root();
    check("#", root, &["openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs"]);
    if let Some(components) = root.get("components") {
        let known = ["schemas", "responses", "parameters", "requestBodies", "headers", "securitySchemes"];
        check("#/components", components, &known);
    }
    for (path, item) in members(root, "paths") {
        let known =
            ["get", "put", "post", "delete", "patch", "head", "parameters", "servers", "summary", "description"];
        check(&child("#/paths", path), item, &known);
    }
    for (path, operation) in document.operations() {
        let known = [
            "operationId",
            "summary",
            "description",
            "parameters",
            "requestBody",
            "responses",
            "security",
            "tags",
            "deprecated",
            "externalDocs",
            "servers",
        ];
        check(&path, operation, &known);
        for (status, response) in members(operation, "responses") {
            let known = ["description", "content", "headers", "links", "$ref"];
            check(&child(&child(&path, "responses"), status), response, &known);
        }
        if let Some(body) = operation.get("requestBody") {
            check(&child(&path, "requestBody"), body, &["description", "content", "required", "$ref"]);
        }
    }
    for (path, parameter) in document.parameters() {
        let known = ["name", "in", "required", "description", "schema", "deprecated", "example", "explode", "style"];
        check(&path, parameter, &known);
    }
    for (path, _) in members(root, "paths").filter(|(path, _)| !path.starts_with('/')) {
        problems.add(child("#/paths", path), "does not begin with a slash", format!("`/{path}`"));
    }
}

fn operations(document: &Document, problems: &mut Problems) {
    for (path, parameter) in document.parameters() {
        let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
        if name.eq_ignore_ascii_case("authorization") {
            problems.add(
                &path,
                "makes `Authorization` an argument of each call",
                "a security scheme under `#/components/securitySchemes`; the client sets the header",
            );
        }
        if name.to_snake_case() == "body" {
            problems.add(
                &path,
                "has the Rust name `body`, which the generator gives to the body of a request",
                "another name, if the API lets you choose; otherwise the operation cannot be generated",
            );
        }
    }
    let operations = document.operations();
    let names = operations.iter().filter_map(|(_, operation)| operation.get("operationId")?.as_str());
    for (rust, names) in same_name(names, |name| name.to_snake_case()) {
        problems.add(
            "#/paths",
            format!("has {} with one Rust name, `{rust}`", list(&names)),
            "an `operationId` for each operation that differs in more than case and punctuation",
        );
    }
    for (path, operation) in operations {
        if operation.get("operationId").and_then(Value::as_str).is_none() {
            problems.add(
                &path,
                "has no `operationId`, so its function has no name",
                "`operationId: create_contact`, or the like",
            );
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

/// Types that become one in Rust: named schemas, and schemas in place that a `title` names.
fn type_names(document: &Document, problems: &mut Problems) {
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
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Keywords that are misspelled, and names that are required but not there: both would be passed over in silence.
fn keywords(schema: &Schema<'_>, problems: &mut Problems) {
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
                "a keyword of OpenAPI 3.0, or a name that begins with `x-`",
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
    let required = schema.value.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if schema.value.get("properties").and_then(|properties| properties.get(name)).is_none() {
            problems.add(
                child(&schema.path, "required"),
                format!("requires `{name}`, which is not among the properties"),
                "the name as it is under `properties`",
            );
        }
    }
    if schema.value.get("type").is_some_and(|kind| kind == "array") && !schema.value.contains_key("items") {
        problems.add(&schema.path, "is an array without `items`", "`items: {}` for any JSON values, or their schema");
    }
}

/// The type of a scalar; none for anything else.
fn scalar<'a>(member: &'a Value, document: &'a Document) -> Option<&'a str> {
    let member = document.resolve(member);
    let kind = member.get("type").and_then(Value::as_str).or(member.get("enum").map(|_| "string"))?;
    matches!(kind, "string" | "number" | "integer" | "boolean").then_some(kind)
}

fn any_of(schema: &Schema<'_>, document: &Document, problems: &mut Problems) {
    let alternatives = schema.value.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    if alternatives.into_iter().any(|member| scalar(member, document).is_some()) {
        problems.add(
            &schema.path,
            "is an `anyOf` of scalars: it compiles, and fails at run time",
            "a `oneOf` whose members exclude each other; for an open enum, the enum and a string with `not: {enum: […]}`",
        );
    }
}

fn one_of(schema: &Schema<'_>, document: &Document, problems: &mut Problems) {
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
            "a named schema that is nullable, referenced with `allOf: [$ref: …]`; for a string, `NullableString`",
        );
    }
    let kind = schema.value.get("type").and_then(Value::as_str);
    let collection = kind == Some("array") || (kind == Some("object") && !schema.value.contains_key("properties"));
    let received = schema.directions.contains(&Direction::Response);
    if collection && received && schema.optional_member && !nullable {
        problems.add(
            &schema.path,
            "is a list or map in a response that may not be null, and the live API sends null",
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
