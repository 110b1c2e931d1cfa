//! The answers to "was it carried out?" and "was it created?".

use std::fmt;

use crate::{ContactId, NoteId};

/// Whether an operation was carried out, although its call failed: [`Error::carried_out`](crate::Error::carried_out).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarriedOut {
    /// It was not.
    No,
    /// It was.
    Yes,
    /// It may have been.
    Unknown,
}

/// Whether something was created, although a call to create it failed: [`Error::created`](crate::Error::created).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created<'a> {
    /// Nothing was.
    No,
    /// Something was, and this is its id.
    Yes(&'a CreatedId),
    /// Something may have been.
    Unknown,
}

impl<'a> Created<'a> {
    /// The answer for what has this id, of which it is known or not whether it is new.
    pub(super) fn of(id: &'a CreatedId, is_new: Option<bool>) -> Self {
        match is_new {
            Some(true) => Self::Yes(id),
            Some(false) => Self::No,
            None => Self::Unknown,
        }
    }
}

/// The id of what an operation has created.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CreatedId {
    /// Of a contact.
    Contact(ContactId),
    /// Of a note.
    Note(NoteId),
}

impl CreatedId {
    /// The id that stands at a place of an answer; none if nothing of ours has its id there.
    pub(crate) fn received(place: &[&str], id: String) -> Option<Self> {
        match place {
            ["contact", "id"] => Some(Self::Contact(ContactId::received(id))),
            ["note", "id"] => Some(Self::Note(NoteId::received(id))),
            _ => None,
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Contact(id) => id.as_str(),
            Self::Note(id) => id.as_str(),
        }
    }
}

impl fmt::Display for CreatedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
