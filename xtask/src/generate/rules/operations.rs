//! Operations: their names, bodies and responses.

use std::collections::BTreeSet;

use serde_json::Value;

use super::names::same_name;
use super::{Problems, list};
use crate::document::{Document, child, members};
use crate::generate::rust_names;

const JSON: &str = "application/json";

pub(super) fn operations(document: &Document, problems: &mut Problems) {
    let operations = document.operations();
    let names = operations.iter().filter_map(|(_, operation)| operation.get("operationId")?.as_str());
    for (rust, names) in same_name(names.map(|name| (rust_names::type_name(name), name))) {
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
        if let Some(body) = operation.get("requestBody") {
            json(document, &child(&path, "requestBody"), body, "a body", problems);
        }
        let responses = child(&path, "responses");
        let (success, failure): (Vec<_>, Vec<_>) =
            members(operation, "responses").partition(|(status, _)| status.starts_with('2'));
        if success.is_empty() {
            problems.add(
                if operation.get("responses").is_some() { &responses } else { &path },
                "has no successful response, so its request would be of no answer",
                "`2XX`, with what a success answers",
            );
        }
        for (status, response) in &success {
            json(document, &child(&responses, status), response, "an answer", problems);
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

/// A body or an answer that is anything else than JSON, which is all that the client sends and reads.
fn json(document: &Document, path: &str, holder: &Value, what: &str, problems: &mut Problems) {
    let (path, holder) = document.follow(path.to_owned(), holder);
    let others: Vec<_> = members(holder, "content").map(|(kind, _)| kind).filter(|kind| *kind != JSON).collect();
    if document.json_schema(holder).is_none() {
        problems.add(
            path,
            format!("is {what} without JSON, or without its `schema`"),
            format!("`content: {{{JSON}: {{schema: …}}}}`; for an object of which nothing is known, `type: object`"),
        );
    } else if !others.is_empty() {
        problems.add(
            child(&path, "content"),
            format!("has {} beside `{JSON}`, which would be passed over", list(&others)),
            format!("`{JSON}` alone"),
        );
    }
}
