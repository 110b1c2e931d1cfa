//! The contacts of all locations.

use serde_json::Value;

use crate::contact::{digits, full_name};

/// The contacts, in the order of their creation, and the ids that were given.
#[derive(Debug, Default)]
pub(crate) struct Store {
    contacts: Vec<Value>,
    numbers: Numbers,
}

/// A contact that is already there.
pub(crate) struct Duplicate {
    pub(crate) contact_id: String,
    pub(crate) contact_name: String,
    pub(crate) matching_field: &'static str,
}

impl Store {
    pub(crate) fn contacts(&self) -> &[Value] {
        &self.contacts
    }

    pub(crate) fn add(&mut self, contact: Value) {
        self.contacts.push(contact);
    }

    /// The contact of the same location that has the same email, or else the same phone.
    pub(crate) fn duplicate(&self, request: &Value) -> Option<Duplicate> {
        let email = request["email"].as_str().map(str::to_lowercase).filter(|email| !email.is_empty());
        let phone = request["phone"].as_str().map(digits).filter(|phone| !phone.is_empty());
        let in_location = || self.contacts.iter().filter(|contact| contact["locationId"] == request["locationId"]);
        let by_email = || in_location().find(|contact| contact["emailLowerCase"].as_str() == email.as_deref());
        let by_phone = || in_location().find(|contact| contact["phone"].as_str() == phone.as_deref());
        let (contact, matching_field) = match (email.is_some().then(by_email), phone.is_some().then(by_phone)) {
            (Some(Some(contact)), _) => (contact, "email"),
            (_, Some(Some(contact))) => (contact, "phone"),
            _ => return None,
        };
        Some(Duplicate {
            contact_id: contact["id"].as_str().unwrap_or_default().to_owned(),
            contact_name: full_name(contact),
            matching_field,
        })
    }

    /// The id of a new contact: twenty letters and digits.
    pub(crate) fn contact_id(&mut self) -> String {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut id = String::with_capacity(20);
        for _ in 0..2 {
            let mut number = self.numbers.next();
            for _ in 0..10 {
                id.extend(ALPHABET.get((number % 62) as usize).copied().map(char::from));
                number /= 62;
            }
        }
        id
    }

    /// The trace id of an answer: a UUID.
    pub(crate) fn trace_id(&mut self) -> String {
        let (high, low) = (self.numbers.next(), self.numbers.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 48 & 0xfff,
            low & 0xffff_ffff_ffff
        )
    }
}

/// Numbers for ids, well spread and the same on every run: SplitMix64.
#[derive(Debug, Default)]
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
