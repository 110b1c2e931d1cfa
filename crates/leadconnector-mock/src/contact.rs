//! A contact as the vendor stores it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

/// The members of a request that are stored as they came.
const AS_SENT: [&str; 17] = [
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
    "tags",
    "source",
    "country",
    "companyName",
    "assignedTo",
];

/// What the vendor makes of a request: with an id, dates, and lower-case copies.
pub(crate) fn stored(request: &Map<String, Value>, id: &str, now: DateTime<Utc>) -> Value {
    let mut contact = Map::new();
    for name in AS_SENT {
        if let Some(value) = request.get(name).filter(|value| !value.is_null()) {
            contact.insert(name.into(), value.clone());
        }
    }
    let text = |name: &str| request.get(name).and_then(Value::as_str);

    // A full name is taken apart where the parts are not given.
    if let (Some(name), None, None) = (text("name"), text("firstName"), text("lastName")) {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        contact.insert("firstName".into(), first.into());
        if !last.is_empty() {
            contact.insert("lastName".into(), last.into());
        }
    }
    let part = |name: &str| contact.get(name).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let (first, last) = (part("firstName"), part("lastName"));
    let full = format!("{first} {last}").trim().to_owned();
    let email = part("email");
    for (name, lower) in [
        ("firstNameLowerCase", first),
        ("lastNameLowerCase", last),
        ("fullNameLowerCase", full),
        ("emailLowerCase", email),
    ] {
        if !lower.is_empty() {
            contact.insert(name.into(), lower.into());
        }
    }
    if let Some(phone) = text("phone") {
        contact.insert("phone".into(), phone.replace(|c: char| !c.is_ascii_digit() && c != '+', "").into());
    }
    if let Some(fields) = request.get("customFields").and_then(Value::as_array) {
        let fields = fields.iter().map(|field| json!({"id": field.get("id"), "value": field.get("field_value")}));
        contact.insert("customFields".into(), fields.collect());
    }

    let now = now.to_rfc3339_opts(SecondsFormat::Millis, true);
    for (name, value) in [
        ("id", json!(id)),
        ("dateAdded", json!(now)),
        ("dateUpdated", json!(now)),
        ("deleted", json!(false)),
        ("type", json!("read")),
        ("bounceEmail", json!(false)),
        ("unsubscribeEmail", json!(false)),
    ] {
        contact.insert(name.into(), value);
    }
    contact.entry("tags").or_insert_with(|| json!([]));
    Value::Object(contact)
}

/// Ids that look like the vendor's, the same ones on every run.
#[derive(Debug, Default)]
pub(crate) struct Numbers(u64);

impl Numbers {
    /// Twenty letters and digits.
    pub(crate) fn id(&mut self) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut id = String::with_capacity(20);
        for _ in 0..2 {
            let mut number = self.next();
            for _ in 0..10 {
                let index = (number % ALPHABET.len() as u64) as usize;
                id.extend(ALPHABET.get(index).copied().map(char::from));
                number /= ALPHABET.len() as u64;
            }
        }
        id
    }

    /// A UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 48 & 0xfff,
            low & 0xffff_ffff_ffff
        )
    }

    /// SplitMix64: well spread from one number to the next.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
