//! What a duplicate of a contact is, and what the server answers to who creates one.

use std::time::Instant;

use http::StatusCode;
use serde_json::{Value, json};

use crate::answers::{Refusal, respond};
use crate::contact::{digits, full_name};
use crate::store::{EMAIL, PHONE, Store};

/// The contact of the same location that has the same email, or else the same phone; and which of them. With a time, only one
/// that a look-up finds by then.
pub(crate) fn find<'a>(
    store: &'a Store,
    request: &Value,
    found_by: Option<Instant>,
) -> Option<(&'a Value, &'static str)> {
    let location = request["locationId"].as_str()?;
    let email = request["email"].as_str().map(str::to_lowercase).filter(|email| !email.is_empty());
    let phone = request["phone"].as_str().map(digits).filter(|phone| !phone.is_empty());
    let by_email = email.and_then(|email| store.having(location, EMAIL, email, found_by));
    let by_phone = || phone.and_then(|phone| store.having(location, PHONE, phone, found_by));
    by_email.map(|contact| (contact, "email")).or_else(|| by_phone().map(|contact| (contact, "phone")))
}

/// The same, if the contact of this id has not that email or that phone itself.
pub(crate) fn find_other<'a>(store: &'a Store, request: &Value, id: &str) -> Option<(&'a Value, &'static str)> {
    let own = store.contact(id);
    [("email", EMAIL), ("phone", PHONE)].into_iter().find_map(|(member, key)| {
        let alone = json!({"locationId": request["locationId"], member: request[member]});
        find(store, &alone, None).filter(|(found, _)| own.is_none_or(|own| own[key] != found[key]))
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Age;

    #[test]
    fn a_contact_is_no_duplicate_for_what_it_has_already() {
        let mut store = Store::default();
        for id in ["first", "second", "third"] {
            let email = if id == "third" { "rubika@deos.com" } else { "rosan@deos.com" };
            let contact = json!({"id": id, "locationId": "location", EMAIL: email, PHONE: format!("+1{email}")});
            store.add(id.to_owned(), contact, Age::Old);
        }
        let other = |id| {
            let wanted = json!({"locationId": "location", "email": "Rosan@deos.com"});
            find_other(&store, &wanted, id).map(|(contact, field)| (contact["id"].clone(), field))
        };
        assert_eq!((other("first"), other("second")), (None, None));
        assert_eq!(other("third"), Some((json!("first"), "email")));
    }
}
