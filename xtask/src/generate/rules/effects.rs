//! What operations say of being repeated: it has to be there, and to be true of what they send and receive.

use serde_json::Value;

use super::Problems;
use crate::document::{Document, child, is_true, members};
use crate::effect::{Effect, Repetition};

pub(super) fn effects(document: &Document, composed: &Document, problems: &mut Problems) {
    for (path, operation) in document.operations() {
        match Repetition::of(operation) {
            Err(problem) => problems.add_within(&path, problem),
            Ok(repetition) => {
                // What is sent and received is looked up where compositions are objects.
                let operation = composed.at(&path).unwrap_or(operation);
                creates(&child(&path, "x-creates"), operation, &repetition, composed, problems);
                once_if(&child(&path, "x-once-if"), operation, &repetition, composed, problems);
            }
        }
    }
}

fn creates(path: &str, operation: &Value, repetition: &Repetition, document: &Document, problems: &mut Problems) {
    let Some(names) = &repetition.creates else { return };
    if repetition.effect == Effect::Reads {
        problems.add(
            path,
            "is on an operation that reads, and so creates nothing",
            "leave it out, or say another `x-effect`",
        );
    }
    let successes = members(operation, "responses").filter(|(status, _)| status.starts_with('2'));
    let answers: Vec<_> = successes.map(|(_, response)| document.json_schema(response)).collect();
    let ends = answers.iter().map(|answer| end(document, *answer, names));
    let what = match ends.collect::<Result<Vec<_>, _>>() {
        Ok(ends) if ends.is_empty() => "leads nowhere: there is no successful answer".to_owned(),
        Ok(ends) if ends.iter().all(|end| end.get("type").is_some_and(|kind| kind == "string")) => return,
        Ok(_) => format!("leads to `{}`, which is no text", names.join(".")),
        Err(stop) => stop,
    };
    problems.add(path, what, "the members of the successful answer that lead to the new id, such as `contact.id`");
}

/// The schema to which the names lead; or where they stop.
fn end<'a>(document: &'a Document, answer: Option<&'a Value>, names: &[String]) -> Result<&'a Value, String> {
    let mut schema = answer.ok_or("leads nowhere: the successful answer has no JSON")?;
    let mut before = Vec::new();
    for name in names {
        schema = property(document, schema, name).ok_or_else(|| {
            let holder = if before.is_empty() { "the answer".into() } else { format!("`{}`", before.join(".")) };
            format!("leads nowhere: {holder} has no property `{name}`")
        })?;
        before.push(name.as_str());
    }
    Ok(document.resolve(schema))
}

fn once_if(path: &str, operation: &Value, repetition: &Repetition, document: &Document, problems: &mut Problems) {
    let Some(name) = &repetition.once_if else { return };
    if repetition.effect != Effect::Repeats {
        problems.add(
            path,
            format!("is on an operation whose `x-effect` is `{}` in any case", repetition.effect.name()),
            "leave it out, or say `x-effect: repeats`",
        );
    }
    let body = operation.get("requestBody").and_then(|body| document.json_schema(body));
    let what = match body.map(|body| property(document, body, name)) {
        None => "names a member of the request, which has no JSON".to_owned(),
        Some(None) => format!("names `{name}`, which is no property of the request's body"),
        Some(Some(member)) if document.resolve(member).get("type").is_none_or(|kind| kind != "boolean") => {
            format!("names `{name}`, which is no boolean")
        }
        Some(Some(member)) if is_true(member, "nullable") || is_true(document.resolve(member), "nullable") => {
            format!("names `{name}`, which may be null")
        }
        Some(Some(_)) if body.is_some_and(|body| requires(document, body, name)) => {
            format!("names `{name}`, which each request has")
        }
        Some(Some(_)) => return,
    };
    problems.add(path, what, "the name of a boolean property of the request's body that may be left out");
}

fn requires(document: &Document, schema: &Value, name: &str) -> bool {
    let required = document.resolve(schema).get("required").and_then(Value::as_array);
    required.is_some_and(|required| required.iter().any(|one| one == name))
}

fn property<'a>(document: &'a Document, schema: &'a Value, name: &str) -> Option<&'a Value> {
    document.resolve(schema).get("properties")?.get(name)
}
