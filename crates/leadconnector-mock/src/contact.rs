//! A contact as the vendor stores it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// The country of each location.
const COUNTRY: &str = "US";

/// The members of a request that are stored as they came.
const AS_SENT: [&str; 18] = [
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
    "gender",
    "source",
    "country",
    "companyName",
    "assignedTo",
    "dateOfBirth",
];

/// What the vendor makes of a request: with an id, dates, and lower-case copies.
pub(crate) fn stored(request: &Value, accepted: &[String], id: &str, added: DateTime<Utc>) -> Value {
    let mut contact = json!({
        "tags": [],
        "country": COUNTRY,
        "type": "lead",
        "id": id,
        "dateAdded": date(added),
        "deleted": false,
        "bounceEmail": false,
        "unsubscribeEmail": false,
    });
    write(&mut contact, request, accepted, added);
    contact
}

/// Changes a contact as a request says: what it does not have stays, null clears, and a list of tags replaces the one before.
pub(crate) fn write(contact: &mut Value, request: &Value, accepted: &[String], now: DateTime<Utc>) {
    let mut changed: Vec<(&str, Value)> = Vec::new();
    for name in AS_SENT.into_iter().chain(accepted.iter().map(String::as_str)) {
        changed.extend(request.get(name).map(|value| (name, value.clone())));
    }
    // A full name is taken apart where the parts are not given.
    if let (Some(name), Value::Null, Value::Null) =
        (request["name"].as_str(), &request["firstName"], &request["lastName"])
    {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        changed.extend([("firstName", first.into()), ("lastName", last.into())]);
    }
    if let Some(phone) = request.get("phone") {
        changed.push(("phone", phone.as_str().map(digits).into()));
    }
    if let Some(fields) = request["customFields"].as_array() {
        changed.push(("customFields", custom_fields(&contact["customFields"], fields)));
    }
    if let Some(sent) = request.get("tags").filter(|tags| !tags.is_null()) {
        changed.push(("tags", tags(sent).into()));
    }
    changed.push(("dateUpdated", date(now)));
    changed.into_iter().for_each(|(name, value)| set(contact, name, value));
    for (name, default) in [("country", COUNTRY), ("type", "lead")] {
        if contact[name].is_null() {
            set(contact, name, default.into());
        }
    }
    for (name, copy) in [
        ("firstNameLowerCase", text(contact, "firstName").to_lowercase()),
        ("lastNameLowerCase", text(contact, "lastName").to_lowercase()),
        ("fullNameLowerCase", full_name(contact).to_lowercase()),
        ("emailLowerCase", text(contact, "email").to_lowercase()),
    ] {
        set(contact, name, copy.into());
    }
}

/// Sets a member; one of null, or of an empty text, is not there.
fn set(contact: &mut Value, name: &str, value: Value) {
    let Some(members) = contact.as_object_mut() else { return };
    if value.is_null() || value == "" {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
}

/// The custom fields that are stored, with those that are sent: by their ids, and one without a value is no more there.
fn custom_fields(stored: &Value, sent: &[Value]) -> Value {
    let mut fields = stored.as_array().cloned().unwrap_or_default();
    for field in sent {
        fields.retain(|stored| stored["id"] != field["id"]);
        let value = sent_value(field);
        if !value.is_null() && *value != "" {
            fields.push(json!({"id": field["id"], "value": value}));
        }
    }
    fields.into()
}

/// The value of a custom field in a request, in either spelling.
pub(crate) fn sent_value(field: &Value) -> &Value {
    field.get("field_value").unwrap_or(&field["fieldValue"])
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
        // Taken apart, freed from punctuation, in lower case, under another name, not answered with, and not of the contact.
        const OTHERWISE: [&str; 6] =
            ["name", "phone", "tags", "customFields", "inboundDndSettings", "createNewIfDuplicateAllowed"];
        let fragment: Value = serde_json::from_str(FRAGMENT).unwrap();
        let properties =
            |name: &str| fragment["components"]["schemas"][name]["properties"].as_object().unwrap().clone();
        let requests = ["CreateContactRequest", "UpsertContactRequest", "UpdateContactRequest"].map(properties);
        let request: BTreeSet<_> = requests.iter().flat_map(|request| request.keys().cloned()).collect();
        let handled: BTreeSet<_> = AS_SENT.into_iter().chain(OTHERWISE).map(str::to_owned).collect();
        assert_eq!(handled, request);

        // What is stored has a place in the answer.
        let contact = properties("Contact");
        let full = request.into_iter().map(|name| (name, json!("a")));
        let stored = stored(&full.collect(), &[], "id", Utc::now());
        for name in stored.as_object().unwrap().keys() {
            assert!(contact.contains_key(name), "{name} is stored, and in no answer of the fragment");
        }
    }

    #[test]
    fn two_spellings_are_one_tag() {
        let tags = |sent: Value| stored(&json!({"tags": sent}), &[], "id", Utc::now())["tags"].clone();
        assert_eq!(tags(json!(["VIP", "Ärzte", "vip", "ÄRZTE", "new", "Vip"])), json!(["vip", "ärzte", "new"]));
        assert_eq!(tags(json!(null)), json!([]));
    }

    #[test]
    fn an_update_changes_what_it_has() {
        let sent = json!({
            "firstName": "Rosan", "lastName": "Deo", "email": "Rosan@deos.com", "city": "Dolomite", "tags": ["a", "b"],
            "customFields": [{"id": "1", "field_value": "one"}, {"id": "2", "fieldValue": "two"}],
        });
        let mut contact = stored(&sent, &[], "id", Utc::now());
        let update = json!({
            "lastName": "Müller", "city": null, "tags": ["C"],
            "customFields": [{"id": "1", "field_value": ""}, {"id": "3", "field_value": 3}],
        });
        write(&mut contact, &update, &[], Utc::now());
        assert_eq!(contact["fullNameLowerCase"], "rosan müller");
        assert_eq!(
            (&contact["email"], &contact["emailLowerCase"]),
            (&json!("Rosan@deos.com"), &json!("rosan@deos.com"))
        );
        assert_eq!((contact.get("city"), &contact["tags"]), (None, &json!(["c"])));
        assert_eq!(contact["customFields"], json!([{"id": "2", "value": "two"}, {"id": "3", "value": 3}]));
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
