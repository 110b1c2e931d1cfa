//! A line whose request may have been sent before, and of which no outcome is known: it is looked up.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use leadconnector::contact::ContactKey;
use leadconnector::{Answer, Contact, Contacts, Error};
use serde_json::Value;

use crate::journal::{Journal, Sent, State, Times};
use crate::table::Row;

/// A line that was begun.
pub(crate) struct Begun {
    pub(crate) row: Row,
    pub(crate) times: Times,
    /// What is said of it if it is not found.
    pub(crate) not_found: String,
    /// Whether the last look-up was answered, and found nothing.
    pub(crate) is_not_there: bool,
}

/// What a look-up has shown.
pub(crate) enum Finding {
    /// The contact that was created for the line.
    Created(String),
    /// A contact that may be another's, in words.
    ProvesNothing(String),
    Nothing,
}

impl Begun {
    /// A line that was begun at these times.
    pub(crate) fn new(row: Row, times: Times) -> Self {
        let not_found = "it was begun before, and was not looked up, since the import stopped".to_owned();
        Self { row, times, not_found, is_not_there: false }
    }

    /// Takes in that a look-up has found nothing.
    pub(crate) fn found_nothing(&mut self) {
        let why = if self.row.contact.keys().is_empty() {
            "it has neither email nor phone to be looked up by"
        } else {
            "it may have been created, and no look-up finds it"
        };
        self.not_found = format!("{why}; --send-again sends it again");
        self.is_not_there = true;
    }

    /// Takes in that a look-up has failed.
    pub(crate) fn look_up_failed(&mut self, error: &Error) {
        self.not_found = format!("its look-up failed: {error}");
        self.is_not_there = false;
    }

    /// The entry of the journal that it goes on from.
    pub(crate) fn sent(&self) -> Sent {
        Sent { line: self.row.line, times: self.times, before: State::Begun(self.times) }
    }

    /// When lines are looked up: three times until the youngest is old enough, or as often as there is still time to.
    pub(crate) fn rounds(begun: &[Self], wait: Duration) -> Vec<DateTime<Utc>> {
        let Some(youngest) = begun.iter().map(|line| line.times.at).max() else { return Vec::new() };
        let youngest = DateTime::from_timestamp_millis(youngest).unwrap_or_default();
        let now = Utc::now();
        let due = |share| youngest + TimeDelta::from_std(wait / share).unwrap_or_default();
        // One that is followed at once by the next shows nothing more.
        let mut rounds: Vec<_> = [due(4), due(2)].into_iter().filter(|due| *due > now).collect();
        rounds.push(due(1));
        rounds
    }

    /// Looks the line up by its email, and then by its phone.
    pub(crate) async fn look_up(&self, contacts: &Contacts, journal: &Journal) -> Result<Finding, Error> {
        let keys = self.row.contact.keys();
        let email = keys.iter().find_map(|key| match key {
            ContactKey::Email(email) => Some(email.as_str().to_lowercase()),
            _ => None,
        });
        for key in keys {
            let by_phone = matches!(key, ContactKey::Phone(_));
            let answer = contacts.find_duplicate(key).answer().await?;
            let Some(contact) = &answer.value else { continue };
            let has_email = email.is_none() || email == contact.email.as_ref().map(|email| email.to_lowercase());
            // Two people may share a phone.
            if by_phone && !has_email {
                continue;
            }
            let id = contact.id.to_string();
            if let Some(other) = journal.other_line_of(&id, &self.row.line) {
                let why = format!("its email or phone finds the contact of line {other}");
                return Ok(Finding::ProvesNothing(why));
            }
            let is_it = if email.is_some() { has_email } else { self.may_be(contacts, contact) };
            if is_it && self.began_before(&answer, contact) {
                return Ok(Finding::Created(id));
            }
            let why = format!("its email or phone finds a contact that may be another one: {id}");
            return Ok(Finding::ProvesNothing(why));
        }
        Ok(Finding::Nothing)
    }

    /// Whether a contact may be that of the line, which has no email: it has none either, and no other name.
    fn may_be(&self, contacts: &Contacts, found: &Contact) -> bool {
        let sent: Value = serde_json::from_slice(&contacts.request_body(self.row.contact.clone())).unwrap_or_default();
        let is_another = |name: &str, found: &Option<String>| match (sent.get(name).and_then(Value::as_str), found) {
            (Some(sent), Some(found)) => sent.to_lowercase() != found.to_lowercase(),
            _ => false,
        };
        let has_another_name = is_another("firstName", &found.first_name) || is_another("lastName", &found.last_name);
        found.email.is_none() && !has_another_name
    }

    /// Whether the line was begun before the contact was added, by the server's clock. A date of HTTP has no fractions of a
    /// second, so that the beginning is never too late.
    fn began_before(&self, answer: &Answer<Option<Contact>>, contact: &Contact) -> bool {
        let date = answer.headers().get("date").and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok());
        let (Some(date), Some(added)) = (date, contact.date_added) else { return false };
        let since = DateTime::from_timestamp_millis(self.times.since).unwrap_or_default();
        let age = Utc::now() - since + TimeDelta::milliseconds(1);
        added >= date.to_utc() - age
    }
}
