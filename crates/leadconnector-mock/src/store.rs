//! The contacts of all locations, with their notes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::search::{Page, Search, SearchIndex};

/// The contacts and the ids that were given.
#[derive(Debug, Default)]
pub(crate) struct Store {
    lags: Lags,
    /// By their places in the order of creation.
    contacts: BTreeMap<u64, Kept>,
    /// The places of the contacts, by their ids.
    places: HashMap<String, u64>,
    /// The places of the contacts, by what a duplicate would have.
    keys: HashMap<Key, BTreeSet<u64>>,
    index: SearchIndex,
    next_place: u64,
    numbers: Numbers,
}

/// How long it takes until what is stored is found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lags {
    /// By a look-up for a duplicate: what is new.
    pub(crate) look_up: Duration,
    /// By a search: whatever happened to a contact.
    pub(crate) search: Duration,
}

/// Since when a contact is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// For long: it is found at once.
    Old,
    New,
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
    contact: Arc<Value>,
    notes: Vec<Value>,
    /// The ids of the workflows in which it is enrolled, each as often as it is.
    workflows: Vec<Value>,
    /// When a look-up begins to find it; none for never.
    found_from: Option<Instant>,
}

impl Store {
    pub(crate) fn new(lags: Lags) -> Self {
        Self { lags, ..Self::default() }
    }

    /// The contacts, in the order of their creation.
    pub(crate) fn contacts(&self) -> impl Iterator<Item = &Value> {
        self.contacts.values().map(|kept| &*kept.contact)
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
        kept.find(is_found).map(|kept| &*kept.contact)
    }

    /// Adds a contact.
    pub(crate) fn add(&mut self, id: String, contact: Value, age: Age) {
        for key in keys(&contact) {
            self.keys.entry(key).or_default().insert(self.next_place);
        }
        let lags = if age == Age::Old { Lags::default() } else { self.lags };
        let kept = Kept {
            contact: Arc::new(contact),
            notes: Vec::new(),
            workflows: Vec::new(),
            found_from: Instant::now().checked_add(lags.look_up),
        };
        self.contacts.insert(self.next_place, kept);
        self.places.insert(id.clone(), self.next_place);
        self.next_place += 1;
        self.index_after(lags.search, &id);
    }

    pub(crate) fn contact(&self, id: &str) -> Option<&Value> {
        self.kept(id).map(|kept| &*kept.contact)
    }

    fn kept(&self, id: &str) -> Option<&Kept> {
        self.contacts.get(self.places.get(id)?)
    }

    /// Has the index read a contact, which was added, changed or removed, after a while.
    fn index_after(&mut self, lag: Duration, id: &str) {
        let now = Instant::now();
        // Without an end of the lag, never.
        if let Some(then) = now.checked_add(lag) {
            self.index.read_at(then, id);
        }
        self.catch_up(now);
    }

    /// Has the index read what is due by now.
    fn catch_up(&mut self, now: Instant) {
        while let Some(id) = self.index.next_due(now) {
            let kept = self.places.get(&id).and_then(|place| self.contacts.get(place));
            self.index.read(&id, kept.map(|kept| &kept.contact));
        }
    }

    /// The page that a search finds, in what the index has read by now.
    pub(crate) fn search(&mut self, search: &Search) -> Page {
        self.catch_up(Instant::now());
        let Self { places, contacts, index, .. } = self;
        let kept = |id: &str| contacts.get(places.get(id)?);
        index.search(search, &|id| kept(id).map_or(&[], |kept| &kept.workflows))
    }

    /// Changes a contact, which is found by what it has then; none if there is no such contact.
    pub(crate) fn change(&mut self, id: &str, change: impl FnOnce(&mut Value)) -> Option<&Value> {
        let place = *self.places.get(id)?;
        let kept = self.contacts.get_mut(&place)?;
        forget(&mut self.keys, &kept.contact, place);
        change(Arc::make_mut(&mut kept.contact));
        for key in keys(&kept.contact) {
            self.keys.entry(key).or_default().insert(place);
        }
        self.index_after(self.lags.search, id);
        self.contact(id)
    }

    /// Removes a contact with its notes; false if there is none.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let Some(place) = self.places.remove(id) else { return false };
        let Some(kept) = self.contacts.remove(&place) else { return false };
        forget(&mut self.keys, &kept.contact, place);
        self.index_after(self.lags.search, id);
        true
    }

    /// The notes of a contact; none if there is no such contact.
    pub(crate) fn notes(&self, contact_id: &str) -> Option<&[Value]> {
        self.kept(contact_id).map(|kept| kept.notes.as_slice())
    }

    /// The ids of the workflows in which a contact is enrolled.
    pub(crate) fn workflows(&self, contact_id: &str) -> &[Value] {
        self.kept(contact_id).map_or(&[], |kept| &kept.workflows)
    }

    /// The same, to be changed; none if there is no such contact. A search knows of it at once.
    pub(crate) fn workflows_mut(&mut self, contact_id: &str) -> Option<&mut Vec<Value>> {
        self.index.forget();
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
