use std::fmt;

use super::Answer;
use crate::{Contact, CustomFieldId};

/// Something that was sent, and that the answer does not have: [`Answer::not_taken`].
///
/// Written out with `Display`, it says what it is, and nothing private.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotTaken {
    /// The custom field of this id.
    CustomField(CustomFieldId),
}

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CustomField(id) => write!(f, "the custom field `{id}`"),
        }
    }
}

impl Answer<Contact> {
    /// The same answer, which names those of these custom fields, sent with a value, that it does not have.
    pub(crate) fn compared_with(mut self, sent: Vec<CustomFieldId>) -> Self {
        if sent.is_empty() || !self.has_all_custom_fields() {
            return self;
        }
        for id in sent {
            let is_taken = self.value.custom_fields.iter().any(|field| field.id.as_ref() == Some(&id));
            let not_taken = NotTaken::CustomField(id);
            if !is_taken && !self.not_taken.contains(&not_taken) {
                self.not_taken.push(not_taken);
            }
        }
        self
    }

    /// Whether the contact has every custom field of the answer, with its id: what is missing in another one may be what could
    /// not be read.
    fn has_all_custom_fields(&self) -> bool {
        self.value.custom_fields.iter().all(|field| field.id.is_some())
            && !self.undecoded.iter().any(|path| path.starts_with("contact.customFields"))
    }
}
