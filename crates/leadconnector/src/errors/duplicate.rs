//! The contact that is already there.

use std::fmt;

use crate::{ContactId, Response};

/// The contact that is already there: `meta` in the server's answer.
#[derive(Clone)]
#[non_exhaustive]
pub struct Duplicate {
    /// The id of the contact that is already there: `contactId`.
    pub contact_id: ContactId,
    /// The field in which the two agree, if the server said so: `matchingField`.
    pub matching_field: Option<MatchingField>,
    /// The name of the contact that is already there, if it has one: `contactName`.
    pub contact_name: Option<String>,
    /// The server's answer.
    pub response: Response,
    /// Whether an earlier request of the same call may have created it.
    pub(crate) may_be_new: bool,
}

impl Duplicate {
    /// A duplicate, for a test: the id of the contact that is there already, and the server's answer. The other members can be
    /// set.
    pub fn new(contact_id: ContactId, response: Response) -> Self {
        Self { contact_id, matching_field: None, contact_name: None, response, may_be_new: false }
    }
}

/// Without the members, which come from a body.
impl fmt::Debug for Duplicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Duplicate").field("response", &self.response).finish_non_exhaustive()
    }
}

/// The field in which a new contact agrees with one that is already there: `matchingField` in the server's answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MatchingField {
    /// `email`.
    Email,
    /// `phone`.
    Phone,
    /// `additionalEmail`: one of the other emails of the contact that is already there.
    AdditionalEmail,
    /// Another field, by the server's name for it.
    Other(String),
}

impl MatchingField {
    pub(crate) fn received(name: String) -> Self {
        match name.as_str() {
            "email" => Self::Email,
            "phone" => Self::Phone,
            "additionalEmail" => Self::AdditionalEmail,
            _ => Self::Other(name),
        }
    }
}

impl fmt::Display for MatchingField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::AdditionalEmail => "additionalEmail",
            Self::Other(name) => name,
        })
    }
}
