//! Parameters and paths: each has what the other says of it, and a request can have it as it is.

use std::collections::BTreeMap;

use serde_json::Value;

use super::names::same_name;
use super::{Problems, list};
use crate::document::{Document, address, child, is_true, members, reference};
use crate::generate::rust_names;

/// The header that belongs to the client, and its schema.
const CLIENTS_HEADER: &str = "Version";
const CLIENTS_SCHEMA: &str = "#/components/schemas/Version";
/// The variants that crates/leadconnector-raw/src/version.rs writes.
const CLIENTS_VARIANTS: [&str; 2] = ["DocumentedVersion", "OtherVersion"];

pub(super) fn parameters(document: &Document, problems: &mut Problems) {
    for (path, parameter) in document.parameters() {
        described(&path, parameter, problems);
    }
    clients_schema(document, problems);
    let mut alike: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (path, _) in members(document.root(), "paths").filter(|(path, _)| path.starts_with('/')) {
        match placeholders(path) {
            Ok(names) => {
                let without_names =
                    names.iter().fold(path.to_owned(), |path, name| path.replacen(&braces(name), "{}", 1));
                alike.entry(without_names).or_default().push(path);
            }
            Err((what, instead)) => problems.add(child("#/paths", path), what, instead),
        }
    }
    for (_, paths) in alike.into_iter().filter(|(_, paths)| paths.len() > 1) {
        problems.add(
            "#/paths",
            format!("has {}, which differ in the names of their parameters alone", list(&paths)),
            "one of them, with the operations of both",
        );
    }
    for (pointer, operation) in document.operations() {
        of_operation(&pointer, &document.parameters_of(&pointer, operation), problems);
    }
}

fn text<'a>(parameter: &'a Value, key: &str) -> &'a str {
    parameter.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The schema of the client's own header, which code by hand knows.
fn clients_schema(document: &Document, problems: &mut Problems) {
    let schema = document.at(CLIENTS_SCHEMA);
    let alternatives = schema.and_then(|schema| schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array());
    let titles: Vec<_> = alternatives.into_iter().flatten().map(|one| text(document.resolve(one), "title")).collect();
    if titles != CLIENTS_VARIANTS {
        problems.add(
            CLIENTS_SCHEMA,
            "is not what the client writes into the header of each request",
            format!("an open enum of which the titles are {}, in this order", list(&CLIENTS_VARIANTS)),
        );
    }
}

/// What a parameter says of itself.
fn described(path: &str, parameter: &Value, problems: &mut Problems) {
    let (name, place) = (text(parameter, "name"), text(parameter, "in"));
    if name.is_empty() {
        problems.add(path, "has no `name`", "the name that it has in the request");
        return;
    }
    if name.eq_ignore_ascii_case("authorization") {
        problems.add(
            path,
            "makes `Authorization` an argument of each call",
            "a security scheme under `#/components/securitySchemes`; the client sets the header",
        );
        return;
    }
    if rust_names::argument(name) == "body" {
        problems.add(
            path,
            "has the Rust name `body`, which the generator gives to the body of a request",
            "another name, if the API lets you choose; otherwise the operation cannot be generated",
        );
    }
    let required = is_true(parameter, "required");
    match place {
        "header" if !name.eq_ignore_ascii_case(CLIENTS_HEADER) => problems.add(
            path,
            format!("is the header `{name}`, which would be part of no request"),
            format!(
                "no other header than `{CLIENTS_HEADER}` here: one that each request has belongs to the client, in \
                 crates/leadconnector-raw/src/headers.rs"
            ),
        ),
        "header" if !required || parameter.get("schema").and_then(reference) != Some(CLIENTS_SCHEMA) => problems.add(
            path,
            format!("is the header `{CLIENTS_HEADER}`, and would be an argument that does nothing"),
            format!("`required: true`, with `schema: {{$ref: \"{CLIENTS_SCHEMA}\"}}`: it belongs to the client"),
        ),
        "header" => {}
        "path" if !required => problems.add(path, "is in the path, and may be left out", "`required: true`"),
        "path" => form(path, parameter, &["string"], problems),
        "query" => form(path, parameter, &["string", "integer", "boolean"], problems),
        _ => problems.add(
            child(path, "in"),
            format!("is `{place}`, where the generator puts no parameter"),
            "`path`, `query`, or `header` for the one that belongs to the client",
        ),
    }
    let usual = if place == "query" { "form" } else { "simple" };
    if parameter.get("style").is_some_and(|style| style != usual) {
        problems.add(child(path, "style"), "is a form that the generator does not write", "nothing: leave it out");
    }
}

/// A value that would not be written as JSON has it, or of which the argument would be a type of its own.
fn form(path: &str, parameter: &Value, kinds: &[&str], problems: &mut Problems) {
    const WORDS: [&str; 5] = ["deprecated", "description", "example", "title", "type"];
    const OTHER_TYPES: [&str; 6] = ["date", "date-time", "ip", "ipv4", "ipv6", "uuid"];
    let schema = parameter.get("schema").and_then(Value::as_object);
    let plain = schema.is_some_and(|schema| {
        let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default();
        let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
        kinds.contains(&kind)
            && !OTHER_TYPES.contains(&format)
            && schema.keys().all(|key| WORDS.contains(&key.as_str()) || key == "format" || key.starts_with("x-"))
    });
    if !plain {
        let types: Vec<_> = kinds.iter().map(|kind| format!("`type: {kind}`")).collect();
        problems.add(
            child(path, "schema"),
            format!(
                "is no plain {}: it would be written in another form than JSON has, or be of a type of its own",
                kinds.join(" or ")
            ),
            format!("{} and no more, with the form and the limits in the description", types.join(" or ")),
        );
    }
}

/// What an operation's path says beside its parameters.
fn of_operation(pointer: &str, parameters: &[(String, &Value)], problems: &mut Problems) {
    let names = parameters.iter().map(|(_, parameter)| text(parameter, "name")).filter(|name| !name.is_empty());
    for (rust, names) in same_name(names.map(|name| (rust_names::argument(name), name))) {
        problems.add(
            child(pointer, "parameters"),
            format!("has {} with one Rust name, `{rust}`", list(&names)),
            "one of them; if the API needs both, the operation cannot be generated",
        );
    }
    let (method, path) = address(pointer);
    let Ok(placeholders) = placeholders(&path) else { return };
    let in_path = || parameters.iter().filter(|(_, parameter)| text(parameter, "in") == "path");
    for name in &placeholders {
        if !in_path().any(|(_, parameter)| text(parameter, "name") == *name) {
            problems.add(
                pointer,
                format!("has no parameter `{name}`, which stands in its path"),
                "a parameter of that name, with `in: path` and `required: true`",
            );
        }
    }
    for (place, parameter) in in_path().filter(|(_, parameter)| !placeholders.contains(&text(parameter, "name"))) {
        let name = text(parameter, "name");
        problems.add(
            place,
            format!("is the parameter `{name}` of a path, and `{method} {path}` has no `{}`", braces(name)),
            "the name as it is in the path, or no such parameter of this operation",
        );
    }
}

fn braces(name: &str) -> String {
    format!("{{{name}}}")
}

/// The names in braces; or what is wrong with a path, and what to write.
fn placeholders(path: &str) -> Result<Vec<&str>, (String, &'static str)> {
    let mut names = Vec::new();
    let (mut literal, mut rest) = (String::new(), path);
    while let Some((before, behind)) = rest.split_once('{') {
        literal.push_str(before);
        // What stands for it is never empty.
        literal.push('x');
        let (name, behind) = behind.split_once('}').unwrap_or_default();
        if name.is_empty() || name.contains(['{', '/']) {
            return Err(("has a brace without its other, or without a name".to_owned(), "`{contactId}`, or the like"));
        }
        if names.contains(&name) {
            return Err((format!("has `{}` more than once", braces(name)), "a parameter of its own for each place"));
        }
        names.push(name);
        rest = behind;
    }
    literal.push_str(rest);
    let stands = |c: char| c.is_ascii_alphanumeric() || "/-._~!$&'()*+,;=:@%".contains(c);
    if let Some(other) = literal.chars().find(|c| !stands(*c)) {
        return Err((
            format!("has `{}`, which is no part of a path as it is", other.escape_debug()),
            "the path alone, percent-encoded: what stands behind a `?` are parameters in the query",
        ));
    }
    let segments: Vec<_> = literal.split('/').skip(1).collect();
    let is_lost = |(index, segment): (usize, &&str)| {
        matches!(*segment, "." | "..") || (segment.is_empty() && index + 1 < segments.len())
    };
    if segments.iter().enumerate().any(is_lost) {
        return Err(("has an empty segment, `.` or `..`, which would be lost".to_owned(), "the path without it"));
    }
    Ok(names)
}
