//! What searches look at: the contacts as the index has read them, which lags behind.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::{Page, Search};
use crate::values;

/// The contacts of a location in the order in which they were added: by the milliseconds since 1970, and the id.
pub(crate) type Documents = BTreeMap<(i64, String), Arc<Value>>;

/// The contacts as they were when they were read.
#[derive(Debug, Default)]
pub(crate) struct SearchIndex {
    /// By their locations.
    documents: HashMap<String, Documents>,
    /// By their ids.
    contacts: HashMap<String, Arc<Value>>,
    /// The ids of the contacts that are to be read, and when.
    due: BTreeSet<(Instant, String)>,
    /// What was found last, until something changes: the next request is for another page of it, as a rule.
    last: Option<Found>,
}

/// All contacts that a search found, in its order.
#[derive(Debug)]
struct Found {
    location: String,
    asked: [Value; 3],
    contacts: Vec<Arc<Value>>,
}

impl SearchIndex {
    /// Has a contact read then, since it was created, changed or deleted.
    pub(crate) fn read_at(&mut self, then: Instant, id: &str) {
        self.due.insert((then, id.to_owned()));
    }

    /// The id of a contact that is to be read by now, once for each time.
    pub(crate) fn next_due(&mut self, now: Instant) -> Option<String> {
        let (then, _) = self.due.first()?;
        if *then > now { None } else { self.due.pop_first().map(|(_, id)| id) }
    }

    /// Takes a contact as it is now; none if it was deleted.
    pub(crate) fn read(&mut self, id: &str, contact: Option<&Arc<Value>>) {
        self.forget();
        if let Some(read_before) = self.contacts.remove(id)
            && let Some(documents) = self.documents.get_mut(location(&read_before))
        {
            documents.remove(&key(&read_before, id));
        }
        if let Some(contact) = contact {
            let documents = self.documents.entry(location(contact).to_owned()).or_default();
            documents.insert(key(contact, id), Arc::clone(contact));
            self.contacts.insert(id.to_owned(), Arc::clone(contact));
        }
    }

    /// Searches anew the next time, since something changed.
    pub(crate) fn forget(&mut self) {
        self.last = None;
    }

    /// The page that a search finds; with what gives the workflows of the contact with an id.
    pub(crate) fn search<'a>(&'a mut self, search: &Search, workflows: &'a dyn Fn(&str) -> &'a [Value]) -> Page {
        let last = self.last.take();
        let is_known = |last: &Found| last.location == search.location && last.asked == search.asked;
        let found = last.filter(is_known).unwrap_or_else(|| {
            let documents = self.documents.get(&search.location);
            Found {
                location: search.location.clone(),
                asked: search.asked.clone(),
                contacts: documents.map(|documents| search.all(documents, workflows)).unwrap_or_default(),
            }
        });
        search.page(&self.last.insert(found).contacts)
    }
}

fn location(contact: &Value) -> &str {
    contact["locationId"].as_str().unwrap_or_default()
}

fn key(contact: &Value, id: &str) -> (i64, String) {
    (values::milliseconds(&contact["dateAdded"]).unwrap_or_default(), id.to_owned())
}
