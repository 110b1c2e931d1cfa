//! The JSON Schema of the generated types against the fragment: names, what is required, types, values of enums.
//!
//! Both are brought to a [`shape`] first, because they say the same in different words:
//!
//! - schemars makes every `Option` nullable, and the fragment marks as nullable what the live API sends as null. So null is
//!   left out on both sides; that it can be sent is what the snapshots of requests show.
//! - schemars writes `oneOf` as `anyOf`, and drops `not`. So both are a set of alternatives, and an open enum is a list
//!   of values beside any string.
//! - schemars puts what a type refers to under `$defs`; an `allOf` of one is a reference with an example beside it.
//! - Descriptions, examples, formats and limits are left out. That dates are dates shows when the examples are decoded.

use std::collections::BTreeMap;

use leadconnector_raw::types;
use serde_json::{Value, json};

use super::fragment;

#[test]
fn generated_types_are_what_the_fragment_says() {
    let fragment = fragment();
    for (name, schema) in [
        ("CreateContactRequest", schemars::schema_for!(types::CreateContactRequest)),
        ("CreateContactResponse", schemars::schema_for!(types::CreateContactResponse)),
        ("GetDuplicateContactResponse", schemars::schema_for!(types::GetDuplicateContactResponse)),
        ("UpsertContactRequest", schemars::schema_for!(types::UpsertContactRequest)),
        ("UpsertContactResponse", schemars::schema_for!(types::UpsertContactResponse)),
        ("GetContactResponse", schemars::schema_for!(types::GetContactResponse)),
        ("UpdateContactRequest", schemars::schema_for!(types::UpdateContactRequest)),
        ("UpdateContactResponse", schemars::schema_for!(types::UpdateContactResponse)),
        ("DeleteContactResponse", schemars::schema_for!(types::DeleteContactResponse)),
        ("GetAllNotesResponse", schemars::schema_for!(types::GetAllNotesResponse)),
        ("CreateNoteRequest", schemars::schema_for!(types::CreateNoteRequest)),
        ("CreateNoteResponse", schemars::schema_for!(types::CreateNoteResponse)),
        ("TagsRequest", schemars::schema_for!(types::TagsRequest)),
        ("AddTagsResponse", schemars::schema_for!(types::AddTagsResponse)),
        ("RemoveTagsResponse", schemars::schema_for!(types::RemoveTagsResponse)),
        ("WorkflowRequest", schemars::schema_for!(types::WorkflowRequest)),
        ("WorkflowResponse", schemars::schema_for!(types::WorkflowResponse)),
        ("GetCustomFieldsResponse", schemars::schema_for!(types::GetCustomFieldsResponse)),
        ("ErrorBody", schemars::schema_for!(types::ErrorBody)),
        ("Version", schemars::schema_for!(types::Version)),
    ] {
        let schema = schema.to_value();
        let generated = shape(&schema, &schema);
        let described = shape(&fragment["components"]["schemas"][name], &fragment);
        similar_asserts(name, &described, &generated);
    }
}

#[track_caller]
fn similar_asserts(name: &str, described: &Value, generated: &Value) {
    assert!(
        described == generated,
        "{name}: the fragment says\n{described:#}\nand the generated type is\n{generated:#}"
    );
}

fn shape(schema: &Value, document: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return shape(document.pointer(reference.trim_start_matches('#')).unwrap(), document);
    }
    if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
        return shape(only, document);
    }
    if let Some(alternatives) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let not_null = alternatives.iter().filter(|alternative| alternative["type"] != "null");
        let mut shapes: Vec<_> = not_null.map(|alternative| shape(alternative, document)).collect();
        shapes.sort_by_key(Value::to_string);
        return if shapes.len() == 1 { shapes.remove(0) } else { json!({"one of": shapes}) };
    }
    if let Some(values) = schema["enum"].as_array() {
        return json!({"enum": values});
    }
    match type_of(schema) {
        Some("object") => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let members: BTreeMap<_, _> = schema["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, member)| {
                    let required = required.iter().any(|one| one == name);
                    (name, json!({"required": required, "shape": shape(member, document)}))
                })
                .collect();
            let open = schema.get("additionalProperties").is_some();
            json!({"members": members, "open": open})
        }
        Some("array") => json!({"array of": shape(&schema["items"], document)}),
        Some(kind) => json!(kind),
        None => json!("any"),
    }
}

/// The type besides null.
fn type_of(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}
