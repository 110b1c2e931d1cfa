//! The contacts of all locations, with their notes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Instant;

use serde_json::Value;

/// The contacts and the ids that were given.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// By their places in the order of creation.
    contacts: BTreeMap<u64, Kept>,
    /// The places of the contacts, by their ids.
    places: HashMap<String, u64>,
    /// The places of the contacts, by what a duplicate would have.
    keys: HashMap<Key, BTreeSet<u64>>,
    next_place: u64,
    numbers: Numbers,
}

/// What the contacts of a location are told apart by: the stored member and what is in it.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    location: String,
    member: &'static str,
    text: String,
}

/// The members that are keys.
pub(crate) const EMAIL: &str = "emailLowerCase";
pub(crate) const PHONE: &str = "phone";

/// A contact, and its notes in the order in which they were added.
#[derive(Debug)]
struct Kept {
    contact: Value,
    notes: Vec<Value>,
    /// The ids of the workflows in which it is enrolled, each as often as it is.
    workflows: Vec<String>,
    /// When a look-up begins to find it; none for never.
    found_from: Option<Instant>,
}

impl Store {
    /// The contacts, in the order of their creation.
    pub(crate) fn contacts(&self) -> impl Iterator<Item = &Value> {
        self.contacts.values().map(|kept| &kept.contact)
    }

    /// The first contact of a location that has this text in this member. With a time, only one that a look-up finds by then.
    pub(crate) fn having(
        &self,
        location: &str,
        member: &'static str,
        text: String,
        found_by: Option<Instant>,
    ) -> Option<&Value> {
        let places = self.keys.get(&Key { location: location.to_owned(), member, text })?;
        let mut kept = places.iter().filter_map(|place| self.contacts.get(place));
        let is_found = |kept: &&Kept| found_by.is_none_or(|now| kept.found_from.is_some_and(|from| from <= now));
        kept.find(is_found).map(|kept| &kept.contact)
    }

    /// Adds a contact, which a look-up finds from then on; none for never.
    pub(crate) fn add(&mut self, id: String, contact: Value, found_from: Option<Instant>) {
        for key in keys(&contact) {
            self.keys.entry(key).or_default().insert(self.next_place);
        }
        self.contacts.insert(self.next_place, Kept { contact, notes: Vec::new(), workflows: Vec::new(), found_from });
        self.places.insert(id, self.next_place);
        self.next_place += 1;
    }

    pub(crate) fn contact(&self, id: &str) -> Option<&Value> {
        self.contacts.get(self.places.get(id)?).map(|kept| &kept.contact)
    }

    /// Changes a contact, which is found by what it has then; none if there is no such contact.
    pub(crate) fn change(&mut self, id: &str, change: impl FnOnce(&mut Value)) -> Option<&Value> {
        let place = *self.places.get(id)?;
        let kept = self.contacts.get_mut(&place)?;
        forget(&mut self.keys, &kept.contact, place);
        change(&mut kept.contact);
        for key in keys(&kept.contact) {
            self.keys.entry(key).or_default().insert(place);
        }
        Some(&kept.contact)
    }

    /// Removes a contact with its notes; false if there is none.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let Some(place) = self.places.remove(id) else { return false };
        let Some(kept) = self.contacts.remove(&place) else { return false };
        forget(&mut self.keys, &kept.contact, place);
        true
    }

    /// The notes of a contact; none if there is no such contact.
    pub(crate) fn notes(&self, contact_id: &str) -> Option<&[Value]> {
        self.contacts.get(self.places.get(contact_id)?).map(|kept| kept.notes.as_slice())
    }

    /// The ids of the workflows in which a contact is enrolled; none if there is no such contact.
    pub(crate) fn workflows_mut(&mut self, contact_id: &str) -> Option<&mut Vec<String>> {
        self.contacts.get_mut(self.places.get(contact_id)?).map(|kept| &mut kept.workflows)
    }

    /// Adds a note to a contact; false if there is no such contact.
    pub(crate) fn add_note(&mut self, contact_id: &str, note: Value) -> bool {
        let kept = self.places.get(contact_id).and_then(|place| self.contacts.get_mut(place));
        kept.map(|kept| kept.notes.push(note)).is_some()
    }

    /// The id of a new contact or note: twenty letters and digits.
    pub(crate) fn id(&mut self) -> String {
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

/// Takes the keys of a contact away.
fn forget(keys_of_all: &mut HashMap<Key, BTreeSet<u64>>, contact: &Value, place: u64) {
    for key in keys(contact) {
        if let Some(places) = keys_of_all.get_mut(&key) {
            places.remove(&place);
            if places.is_empty() {
                keys_of_all.remove(&key);
            }
        }
    }
}

/// The keys of a contact.
fn keys(contact: &Value) -> impl Iterator<Item = Key> {
    [EMAIL, PHONE].into_iter().filter_map(|member| {
        let (location, text) = (contact["locationId"].as_str()?.to_owned(), contact[member].as_str()?.to_owned());
        Some(Key { location, member, text })
    })
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
