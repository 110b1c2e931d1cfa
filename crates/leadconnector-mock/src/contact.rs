//! A contact as the vendor stores it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

/// The country of each location.
const COUNTRY: &str = "US";

/// The members of a request that are stored as they came.
const AS_SENT: [&str; 16] = [
    "locationId",
    "firstName",
    "lastName",
    "email",
    "address1",
    "city",
    "state",
    "postalCode",
    "website",
    "timezone",
    "dnd",
    "dndSettings",
    "source",
    "country",
    "companyName",
    "assignedTo",
];

/// What the vendor makes of a request: with an id, dates, and lower-case copies.
pub(crate) fn stored(request: &Value, accepted: &[String], id: &str, added: DateTime<Utc>) -> Value {
    let mut contact = Map::new();
    for name in AS_SENT.into_iter().chain(accepted.iter().map(String::as_str)) {
        if let Some(value) = request.get(name).filter(|value| !value.is_null()) {
            contact.insert(name.into(), value.clone());
        }
    }

    // A full name is taken apart where the parts are not given.
    if let (Some(name), Value::Null, Value::Null) =
        (request["name"].as_str(), &request["firstName"], &request["lastName"])
    {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        contact.insert("firstName".into(), first.into());
        if !last.is_empty() {
            contact.insert("lastName".into(), last.into());
        }
    }
    if let Some(phone) = request["phone"].as_str() {
        contact.insert("phone".into(), digits(phone).into());
    }
    if let Some(fields) = request["customFields"].as_array() {
        let fields = fields.iter().map(|field| json!({"id": field["id"], "value": field["field_value"]}));
        contact.insert("customFields".into(), fields.collect());
    }

    contact.insert("tags".into(), tags(&request["tags"]).into());
    for (name, value) in [("country", COUNTRY), ("type", "lead")] {
        contact.entry(name).or_insert_with(|| value.into());
    }

    for (name, value) in [
        ("id", json!(id)),
        ("dateAdded", date(added)),
        ("dateUpdated", date(added)),
        ("deleted", json!(false)),
        ("bounceEmail", json!(false)),
        ("unsubscribeEmail", json!(false)),
    ] {
        contact.insert(name.into(), value);
    }

    let mut contact = Value::Object(contact);
    let copies = [
        ("firstNameLowerCase", text(&contact, "firstName").to_lowercase()),
        ("lastNameLowerCase", text(&contact, "lastName").to_lowercase()),
        ("fullNameLowerCase", full_name(&contact).to_lowercase()),
        ("emailLowerCase", text(&contact, "email").to_lowercase()),
    ];
    for (name, copy) in copies.into_iter().filter(|(_, copy)| !copy.is_empty()) {
        contact[name] = copy.into();
    }
    contact
}

/// A date as it is stored.
pub(crate) fn date(date: DateTime<Utc>) -> Value {
    date.to_rfc3339_opts(SecondsFormat::Millis, true).into()
}

/// Tags as they are stored: in lower case, and each once.
pub(crate) fn tags(sent: &Value) -> Vec<String> {
    let mut tags = Vec::new();
    for tag in sent.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_lowercase) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// A phone number as it is stored: without spaces and punctuation.
pub(crate) fn digits(phone: &str) -> String {
    phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// The first and the last name of a contact.
pub(crate) fn full_name(contact: &Value) -> String {
    format!("{} {}", text(contact, "firstName"), text(contact, "lastName")).trim().to_owned()
}

fn text<'a>(contact: &'a Value, name: &str) -> &'a str {
    contact[name].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::FRAGMENT;

    /// A member that appears in the request of the fragment is stored, or named here with the reason why it is not as it came.
    #[test]
    fn every_member_of_the_request_is_stored_or_not_on_purpose() {
        // Taken apart, freed from punctuation, in lower case, under another name, and twice not answered with.
        const OTHERWISE: [&str; 6] = ["name", "phone", "tags", "customFields", "gender", "inboundDndSettings"];
        let fragment: Value = serde_json::from_str(FRAGMENT).unwrap();
        let properties =
            |name: &str| fragment["components"]["schemas"][name]["properties"].as_object().unwrap().clone();
        let request: BTreeSet<_> = properties("CreateContactRequest").keys().cloned().collect();
        let handled: BTreeSet<_> = AS_SENT.into_iter().chain(OTHERWISE).map(str::to_owned).collect();
        assert_eq!(handled, request);

        // What is stored has a place in the answer; the vendor answers with a time zone that the page does not list.
        let contact = properties("Contact");
        let known = |name: &str| contact.contains_key(name) || name == "timezone";
        let full = request.into_iter().map(|name| (name, json!("a")));
        let stored = stored(&full.collect(), &[], "id", Utc::now());
        for name in stored.as_object().unwrap().keys() {
            assert!(known(name), "{name} is stored, and in no answer of the fragment");
        }
    }

    #[test]
    fn two_spellings_are_one_tag() {
        let tags = |sent: Value| stored(&json!({"tags": sent}), &[], "id", Utc::now())["tags"].clone();
        assert_eq!(tags(json!(["VIP", "Ärzte", "vip", "ÄRZTE", "new", "Vip"])), json!(["vip", "ärzte", "new"]));
        assert_eq!(tags(json!(null)), json!([]));
    }

    #[test]
    fn what_is_not_sent_has_a_default() {
        let of = |body: Value| {
            let contact = stored(&body, &["type".to_owned()], "id", Utc::now());
            (contact["country"].clone(), contact["type"].clone())
        };
        assert_eq!(of(json!({})), (json!("US"), json!("lead")));
        assert_eq!(of(json!({"country": null})), (json!("US"), json!("lead")));
        assert_eq!(of(json!({"country": "DE", "type": "customer"})), (json!("DE"), json!("customer")));
    }
}
