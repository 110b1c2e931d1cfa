//! The custom fields that locations have, and what the vendor takes of those that a request sends.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Value, json};

use crate::contact::sent_value;
use crate::values;

/// What the key of each custom field of a contact begins with, and may be sent without.
const KEY_PREFIX: &str = "contact.";

/// The custom fields of each location, in the order in which they were defined. Where a location has none, nothing is known of its
/// custom fields, and whatever is sent is taken.
#[derive(Debug, Default)]
pub(crate) struct CustomFields(HashMap<String, Vec<Value>>);

impl CustomFields {
    pub(crate) fn of(&self, location: &str) -> &[Value] {
        self.0.get(location).map_or(&[], Vec::as_slice)
    }

    /// Adds a custom field, and gives it with what its definition does not say. An error says what another one has already.
    pub(crate) fn define(&mut self, definition: &Value, id: String) -> Result<Value, String> {
        let location = definition["locationId"].as_str().unwrap_or_default();
        let fields = self.0.entry(location.to_owned()).or_default();
        let key = format!("{KEY_PREFIX}{}", snake_case(definition["name"].as_str().unwrap_or_default()));
        let mut field = json!({
            "id": id,
            "fieldKey": key,
            "model": "contact",
            "placeholder": "",
            "position": fields.len() * 50,
        });
        for (name, value) in definition.as_object().into_iter().flatten() {
            field[name] = value.clone();
        }
        for name in ["id", "fieldKey"] {
            if fields.iter().any(|other| other[name] == field[name]) {
                return Err(format!("{name} {} is that of another custom field of the location", field[name]));
            }
        }
        fields.push(field.clone());
        Ok(field)
    }

    /// A request, in which a custom field that is given by its key has an id, so that it is valid. For an unknown key, it is one that no
    /// custom field has.
    pub(crate) fn with_ids<'a>(&self, location: &str, body: &'a Value) -> Cow<'a, Value> {
        let fields = self.of(location);
        let mut body = Cow::Borrowed(body);
        if fields.is_empty() || !body["customFields"].is_array() {
            return body;
        }
        for sent in body.to_mut()["customFields"].as_array_mut().into_iter().flatten() {
            if let (None, Some(key)) = (sent.get("id"), sent["key"].as_str()) {
                let known = fields.iter().find(|field| field["fieldKey"].as_str().map(bare) == Some(bare(key)));
                let id = known.map_or(json!(key), |field| field["id"].clone());
                sent["id"] = id;
            }
        }
        body
    }

    /// A valid request, without what the vendor drops of its custom fields in silence.
    pub(crate) fn taken<'a>(&self, location: &str, body: &'a Value) -> Cow<'a, Value> {
        let fields = self.of(location);
        let Some(sent) = body["customFields"].as_array().filter(|_| !fields.is_empty()) else {
            return Cow::Borrowed(body);
        };
        let taken = sent.iter().filter_map(|sent| {
            let field = fields.iter().find(|field| field["id"] == sent["id"])?;
            Some(json!({"id": field["id"], "field_value": taken_value(field, sent_value(sent))?}))
        });
        let taken: Vec<_> = taken.collect();
        let mut body = body.clone();
        body["customFields"] = taken.into();
        Cow::Owned(body)
    }
}

/// What a custom field takes of a value; none if it is of the wrong kind, or no choice.
fn taken_value(field: &Value, value: &Value) -> Option<Value> {
    // These clear it.
    if value.is_null() || value == "" {
        return Some(value.clone());
    }
    let options = field["picklistOptions"].as_array().map_or(&[][..], Vec::as_slice);
    let is_choice =
        |value: &Value| value.is_string() && (field["isAllowedCustomOption"] == true || options.contains(value));
    let is_taken = match field["dataType"].as_str().unwrap_or_default() {
        "TEXT" | "LARGE_TEXT" | "PHONE" | "EMAIL" | "TIME" => value.is_string(),
        "NUMERICAL" | "MONETORY" => values::number(value).is_some(),
        "DATE" => values::milliseconds(value).is_some(),
        "SINGLE_OPTIONS" | "RADIO" => is_choice(value),
        "CHECKBOX" | "MULTIPLE_OPTIONS" => {
            let sent = value.as_array()?;
            let choices: Vec<_> = sent.iter().filter(|value| is_choice(value)).cloned().collect();
            // Nothing is not what was chosen.
            return if choices.is_empty() && !sent.is_empty() { None } else { Some(choices.into()) };
        }
        "TEXTBOX_LIST" | "FILE_UPLOAD" => value.is_object(),
        _ => true,
    };
    is_taken.then(|| value.clone())
}

fn bare(key: &str) -> &str {
    key.strip_prefix(KEY_PREFIX).unwrap_or(key)
}

/// A name in lower case, with one underscore for whatever is between its letters and digits.
fn snake_case(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> CustomFields {
        let mut fields = CustomFields::default();
        for (id, data_type, more) in [
            ("text", "TEXT", json!({"name": "Favorite  Color?"})),
            ("number", "NUMERICAL", json!({})),
            ("money", "MONETORY", json!({})),
            ("date", "DATE", json!({})),
            ("one", "SINGLE_OPTIONS", json!({"picklistOptions": ["Basic", "Enterprise annual"]})),
            ("open", "RADIO", json!({"picklistOptions": ["Basic"], "isAllowedCustomOption": true})),
            ("several", "CHECKBOX", json!({"picklistOptions": ["Red", "Blue"]})),
            ("files", "FILE_UPLOAD", json!({})),
            ("odd", "SIGNATURE", json!({})),
        ] {
            let mut definition = json!({"name": id, "dataType": data_type, "locationId": "a"});
            for (name, value) in more.as_object().unwrap() {
                definition[name] = value.clone();
            }
            fields.define(&definition, id.to_owned()).unwrap();
        }
        fields
    }

    #[test]
    fn what_a_custom_field_takes() {
        let fields = fields();
        for (id, value, expected) in [
            ("text", json!("red"), Some(json!("red"))),
            ("text", json!(1), None),
            ("text", json!(["red"]), None),
            ("text", json!(""), Some(json!(""))),
            ("number", json!(42), Some(json!(42))),
            ("number", json!("42.5"), Some(json!("42.5"))),
            ("number", json!("many"), None),
            ("number", json!("inf"), None),
            ("number", json!(true), None),
            ("number", json!(null), Some(json!(null))),
            ("money", json!("-0.5"), Some(json!("-0.5"))),
            ("money", json!("€ 5"), None),
            ("date", json!("2021-08-31"), Some(json!("2021-08-31"))),
            ("date", json!("2021-08-31T09:59:41.937Z"), Some(json!("2021-08-31T09:59:41.937Z"))),
            ("date", json!(1_630_403_981_937_u64), Some(json!(1_630_403_981_937_u64))),
            ("date", json!("31.8.2021"), None),
            ("one", json!("Basic"), Some(json!("Basic"))),
            ("one", json!("basic"), None),
            ("one", json!("Basic "), None),
            ("one", json!(["Basic"]), None),
            ("open", json!("Own"), Some(json!("Own"))),
            ("open", json!(1), None),
            ("several", json!(["Blue", "Red"]), Some(json!(["Blue", "Red"]))),
            ("several", json!(["Blue", "Green", 1, "red"]), Some(json!(["Blue"]))),
            ("several", json!(["Green"]), None),
            ("several", json!([]), Some(json!([]))),
            ("several", json!("Blue"), None),
            ("files", json!({"a": {}}), Some(json!({"a": {}}))),
            ("files", json!("a"), None),
            ("odd", json!([1]), Some(json!([1]))),
            ("unknown", json!("a"), None),
        ] {
            let expected: Vec<_> = expected.map(|value| json!({"id": id, "field_value": value})).into_iter().collect();
            for spelling in ["field_value", "fieldValue"] {
                let body = json!({"customFields": [{"id": id, spelling: value}]});
                assert_eq!(fields.taken("a", &body)["customFields"], Value::from(expected.clone()), "{body}");
                // Of another location, nothing is known.
                assert_eq!(*fields.taken("b", &body), body);
            }
        }
    }

    #[test]
    fn a_key_stands_for_an_id() {
        let fields = fields();
        let id = |sent: Value| {
            let body = json!({"firstName": "Rosan", "customFields": [sent]});
            let body = fields.with_ids("a", &body).into_owned();
            assert_eq!(body["firstName"], "Rosan");
            body["customFields"][0]["id"].clone()
        };
        for (sent, expected) in [
            (json!({"key": "favorite_color"}), json!("text")),
            (json!({"key": "contact.favorite_color"}), json!("text")),
            (json!({"key": "other"}), json!("other")),
            (json!({"id": "one", "key": "favorite_color"}), json!("one")),
            (json!({"id": 1, "key": "favorite_color"}), json!(1)),
            (json!({"key": 1}), json!(null)),
            (json!("favorite_color"), json!(null)),
        ] {
            assert_eq!(id(sent.clone()), expected, "{sent}");
        }
        let body = json!({"customFields": [{"key": "favorite_color"}]});
        assert_eq!(*fields.with_ids("b", &body), body);
        for body in [json!([]), json!({}), json!({"customFields": {}}), json!(null)] {
            assert_eq!((&*fields.with_ids("a", &body), &*fields.taken("a", &body)), (&body, &body));
        }
    }

    #[test]
    fn two_custom_fields_differ() {
        let mut fields = fields();
        let mut define = |definition: Value, id: &str| fields.define(&definition, id.to_owned());
        let named = |name: &str| json!({"name": name, "dataType": "TEXT", "locationId": "a"});
        assert_eq!(
            define(named("favorite color"), "new").unwrap_err(),
            "fieldKey \"contact.favorite_color\" is that of another custom field of the location"
        );
        assert_eq!(
            define(named("New"), "one").unwrap_err(),
            "id \"one\" is that of another custom field of the location"
        );
        let defined = define(named("Größe (2)"), "new").unwrap();
        assert_eq!((&defined["fieldKey"], &defined["position"]), (&json!("contact.größe_2"), &json!(450)));
    }
}
