//! Operations: their names, parameters and responses.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use serde_json::Value;

use super::names::same_name;
use super::{Problems, list};
use crate::document::{Document, child, members};

pub(super) fn operations(document: &Document, problems: &mut Problems) {
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
            let schemas: BTreeSet<_> =
                group.iter().map(|(_, response)| document.json_schema(response).map(Value::to_string)).collect();
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
