//! Keys that are misspelled, and would be passed over in silence.

use serde_json::{Map, Value};

use super::{Problems, list};
use crate::document::{Document, child, members};
use crate::{effect, scope};

pub(super) fn keys(document: &Document, problems: &mut Problems) {
    let root = document.root();
    check(
        problems,
        "#",
        root,
        &["openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs"],
    );
    if let Some(components) = root.get("components") {
        let known = ["schemas", "responses", "parameters", "requestBodies", "headers", "securitySchemes"];
        check(problems, "#/components", components, &known);
    }
    for (path, item) in members(root, "paths") {
        let known = ["get", "put", "post", "delete", "patch", "head", "parameters", "summary", "description"];
        check(problems, &child("#/paths", path), item, &known);
    }
    for (path, operation) in document.operations() {
        let known = [
            "operationId",
            "summary",
            "description",
            "parameters",
            "requestBody",
            "responses",
            "tags",
            "deprecated",
            "externalDocs",
        ];
        of_operation(problems, &path, operation, &known);
        for (status, response) in members(operation, "responses") {
            let known = ["description", "content", "headers", "links", "$ref"];
            let (path, response) = document.follow(child(&child(&path, "responses"), status), response);
            check(problems, &path, response, &known);
        }
        if let Some(body) = operation.get("requestBody") {
            let (path, body) = document.follow(child(&path, "requestBody"), body);
            check(problems, &path, body, &["description", "content", "required", "$ref"]);
        }
    }
    for (path, parameter) in document.parameters() {
        let known = ["name", "in", "required", "description", "schema", "deprecated", "example", "explode", "style"];
        check(problems, &path, parameter, &known);
    }
    for (path, _) in members(root, "paths").filter(|(path, _)| !path.starts_with('/')) {
        problems.add(child("#/paths", path), "does not begin with a slash", format!("`/{path}`"));
    }
}

fn check(problems: &mut Problems, path: &str, value: &Value, known: &[&str]) {
    for key in unknown(value, known).filter(|key| !key.starts_with("x-")) {
        problems.add(
            child(path, key),
            "is not known at this place, and would be passed over",
            format!("one of {}, or a name that begins with `x-`", list(known)),
        );
    }
}

/// The same for an operation, where names that begin with `x-` mean something.
fn of_operation(problems: &mut Problems, path: &str, operation: &Value, known: &[&str]) {
    let ours = [&effect::KEYS[..], &[scope::KEY]].concat();
    let known = [known, &ours].concat();
    for key in unknown(operation, &known) {
        let instead = list(if key.starts_with("x-") { &ours } else { &known });
        problems.add(
            child(path, key),
            "is not known at this place, and would be passed over",
            format!("one of {instead}"),
        );
    }
}

fn unknown<'a>(value: &'a Value, known: &[&str]) -> impl Iterator<Item = &'a str> {
    let keys = value.as_object().into_iter().flat_map(Map::keys).map(String::as_str);
    keys.filter(|key| !known.contains(key))
}
