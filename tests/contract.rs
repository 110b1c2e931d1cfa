//! One request, described three times: by the fragment, by the generated types, by what the builder really sends. They
//! must not drift apart.

mod builder;
mod examples;
mod types;

use serde_json::Value;

/// The fragment as JSON, as `cargo xtask generate` writes it for the mock: each composed schema is one object.
fn fragment() -> Value {
    serde_json::from_str(include_str!("../crates/leadconnector-mock/src/contacts.json")).unwrap()
}

/// What stands where the id of a contact could stand, in any path of the fragment, is no id.
#[test]
fn no_id_is_another_path() {
    let fragment = fragment();
    let paths: Vec<Vec<&str>> =
        fragment["paths"].as_object().unwrap().keys().map(|path| path.split('/').collect()).collect();
    let mut others = 0;
    for path in &paths {
        let Some(place) = path.iter().position(|segment| *segment == "{contactId}") else { continue };
        let beside = |other: &&Vec<&str>| other.len() > place && other[..place] == path[..place];
        for other in paths.iter().filter(beside).map(|other| other[place]) {
            if !other.is_empty() && !other.starts_with('{') {
                others += 1;
                assert!(leadconnector::ContactId::new(other).is_err(), "{other}");
            }
        }
    }
    assert!(others > 0);
}
