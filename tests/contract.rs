//! One request, described three times: by the fragment, by the generated types, by what the builder really sends. They
//! must not drift apart.

mod builder;
mod examples;
mod types;

use serde_json::Value;

/// The fragment as JSON.
fn fragment() -> Value {
    serde_saphyr::from_str(include_str!("../openapi/contacts.yaml")).unwrap()
}
