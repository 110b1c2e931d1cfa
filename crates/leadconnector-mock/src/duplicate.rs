//! What a duplicate of a contact is, and what the server answers to who creates one.

use http::StatusCode;
use serde_json::{Value, json};

use crate::answers::{Refusal, respond};
use crate::contact::{digits, full_name};

/// The contact of the same location that has the same email, or else the same phone; and which of them.
pub(crate) fn find<'a>(
    contacts: impl Iterator<Item = &'a Value> + Clone,
    request: &Value,
) -> Option<(&'a Value, &'static str)> {
    let email = request["email"].as_str().map(str::to_lowercase).filter(|email| !email.is_empty());
    let phone = request["phone"].as_str().map(digits).filter(|phone| !phone.is_empty());
    let find = |member: &str, text: String| {
        let same = |contact: &&Value| {
            contact["locationId"] == request["locationId"] && contact[member].as_str() == Some(&text)
        };
        contacts.clone().find(same)
    };
    let by_email = email.and_then(|email| find("emailLowerCase", email)).map(|contact| (contact, "email"));
    by_email.or_else(|| phone.and_then(|phone| find("phone", phone)).map(|contact| (contact, "phone")))
}

/// The answer, with the contact that is there already.
pub(crate) fn refusal(contact: &Value, matching_field: &str) -> Refusal {
    let body = json!({
        "statusCode": 400,
        "message": "This location does not allow duplicated contacts.",
        "meta": {
            "contactId": contact["id"],
            "contactName": full_name(contact),
            "matchingField": matching_field,
        },
    });
    Box::new(respond(StatusCode::BAD_REQUEST, &body))
}
