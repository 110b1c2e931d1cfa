//! The shape that a contact has where a search finds it: `FoundContact` of the fragment.

use serde_json::{Value, json};

use crate::contact;

/// A stored contact in that shape, with each of its members: null, or an empty list or object, where there is nothing.
pub(crate) fn of(contact: &Value, search_after: Value) -> Value {
    let or = |name: &str, nothing: Value| contact.get(name).cloned().unwrap_or(nothing);
    json!({
        "id": contact["id"],
        "phoneLabel": contact["phoneLabel"],
        "country": contact["country"],
        "address": contact["address1"],
        "source": contact["source"],
        "type": contact["type"],
        "locationId": contact["locationId"],
        "dnd": or("dnd", json!(false)),
        "state": contact["state"],
        "businessName": contact["businessName"],
        "customFields": or("customFields", json!([])),
        "tags": contact["tags"],
        "dateAdded": contact["dateAdded"],
        "additionalEmails": or("additionalEmails", json!([])),
        "phone": contact["phone"],
        "companyName": contact["companyName"],
        "additionalPhones": or("additionalPhones", json!([])),
        "dateUpdated": contact["dateUpdated"],
        "city": contact["city"],
        "dateOfBirth": contact["dateOfBirth"],
        "firstName": contact["firstName"],
        "lastName": contact["lastName"],
        "firstNameLowerCase": contact["firstNameLowerCase"],
        "lastNameLowerCase": contact["lastNameLowerCase"],
        "email": contact["email"],
        "assignedTo": contact["assignedTo"],
        "followers": or("followers", json!([])),
        "validEmail": contact["validEmail"],
        "dndSettings": or("dndSettings", json!({})),
        "opportunities": or("opportunities", json!([])),
        "postalCode": contact["postalCode"],
        "businessId": contact["businessId"],
        "searchAfter": search_after,
        "website": contact["website"],
        "contactName": contact::full_name(contact).to_lowercase(),
        "timezone": contact["timezone"],
        "inboundDndSettings": or("inboundDndSettings", json!({})),
        "attributionSource": or("attributionSource", json!({})),
        "lastAttributionSource": or("lastAttributionSource", json!({})),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::Utc;

    use super::*;
    use crate::FRAGMENT;

    fn found(request: Value) -> Value {
        of(&contact::stored(&request, &[], "a", Utc::now()), json!([1, "a"]))
    }

    #[test]
    fn it_has_each_member_of_the_schema() {
        let fragment: Value = serde_json::from_str(FRAGMENT).unwrap();
        let schema = fragment["components"]["schemas"]["FoundContact"]["properties"].as_object().unwrap();
        let found = found(json!({"locationId": "a", "firstName": "Rosan"}));
        let names = |object: &serde_json::Map<String, Value>| object.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(found.as_object().unwrap()), names(schema));
        assert_eq!(schema.len(), 39);
    }

    /// What a request can have is found again, in its place.
    #[test]
    fn nothing_is_lost_on_the_way() {
        let sent = json!({
            "locationId": "a", "firstName": "Rosan", "lastName": "Deo", "email": "Rosan@deos.com", "phone": "+18888888888",
            "address1": "3535 1st St N", "city": "Dolomite", "state": "AL", "postalCode": "35061",
            "website": "https://www.tesla.com", "timezone": "America/Chihuahua", "dnd": true,
            "dndSettings": {"SMS": {"status": "active"}}, "tags": ["vip"], "source": "public api",
            "dateOfBirth": "1990-09-25", "country": "DE", "companyName": "DGS VolMAX", "assignedTo": "y0BeYjuRIlDwsDcOHOJo",
        });
        let found = found(sent.clone());
        for (name, value) in sent.as_object().unwrap() {
            let name = if name == "address1" { "address" } else { name };
            assert_eq!(found[name], *value, "{name}");
        }
        assert_eq!(found["contactName"], "rosan deo");
        let with_field = self::found(json!({"customFields": [{"id": "1", "field_value": "one"}]}));
        assert_eq!(with_field["customFields"], json!([{"id": "1", "value": "one"}]));
    }
}
