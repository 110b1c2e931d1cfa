//! A note of a contact, as the server answered with it, and the two conversions: what is read, and what is written.

use chrono::{DateTime, Utc};
use leadconnector_raw::document::NOTE_PROPERTIES;
use leadconnector_raw::types as raw;

use super::list_item::{ListItem, Sealed};
use crate::call::decode;
use crate::models::json::as_raw;
use crate::{ContactId, NoteId, UserId};

/// A note of a contact, as the server answered with it: an item of `notes` in the vendor's public specification.
///
/// Every member but the id may be missing. What arrives as `null` is missing too, and so is a member whose value has an
/// unforeseen type: [`Answer::undecoded`](crate::Answer::undecoded) names it, and
/// [`Answer::item_json`](crate::Answer::item_json) has it.
///
/// It can be written as JSON with the vendor's names, and read from it; an id is then taken as it is. A test makes one of an id:
///
/// ```
/// use leadconnector::{Note, NoteId};
///
/// let mut note = Note::new(NoteId::new("HGPcayliwcdoUFzvbTok")?);
/// note.body = Some("Called back.".into());
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Note {
    /// The id: `id`.
    pub id: NoteId,
    /// The text, which may have markup: `body`.
    pub body: Option<String>,
    /// The text without markup: `bodyText`. The vendor's specification does not have it; the live API answers with it.
    pub body_text: Option<String>,
    /// The user who wrote the note: `userId`.
    pub user_id: Option<UserId>,
    /// When the note was written: `dateAdded`.
    pub date_added: Option<DateTime<Utc>>,
    /// The contact: `contactId`.
    pub contact_id: Option<ContactId>,
    /// The title: `title`.
    pub title: Option<String>,
    /// The color, such as `#FFAA00`: `color`.
    pub color: Option<String>,
    /// Whether the note is shown before the others: `pinned`.
    pub pinned: Option<bool>,
}

as_raw!(Note, raw::Note, |note| Note::read(note).ok_or_else(|| serde::de::Error::custom("has no id")));

impl Note {
    /// A note with this id, and nothing else.
    pub fn new(id: NoteId) -> Self {
        Self {
            id,
            body: None,
            body_text: None,
            user_id: None,
            date_added: None,
            contact_id: None,
            title: None,
            color: None,
            pinned: None,
        }
    }

    /// The note; none if it has no id.
    pub(crate) fn read(note: raw::Note) -> Option<Self> {
        let raw::Note { id, body, body_text, user_id, date_added, contact_id, title, color, pinned } = note;
        Some(Self {
            id: NoteId::received(id.filter(|id| !id.is_empty())?),
            body,
            body_text,
            user_id: user_id.map(UserId::received),
            date_added,
            contact_id: contact_id.map(ContactId::received),
            title,
            color,
            pinned,
        })
    }

    fn into_raw(self) -> raw::Note {
        let Self { id, body, body_text, user_id, date_added, contact_id, title, color, pinned } = self;
        raw::Note {
            id: Some(id.into()),
            body,
            body_text,
            user_id: user_id.map(String::from),
            date_added,
            contact_id: contact_id.map(String::from),
            title,
            color,
            pinned,
        }
    }
}

impl Sealed for Note {
    const LIST: &'static str = "notes";

    fn read_item(json: &str) -> Option<Self> {
        decode::item(NOTE_PROPERTIES, json).and_then(Self::read)
    }
}

impl ListItem for Note {}
