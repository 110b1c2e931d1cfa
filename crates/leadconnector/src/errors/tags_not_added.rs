//! A contact that was upserted without its tags.

use std::fmt;

use crate::{CarriedOut, Created, CreatedId, Error, Upserted};

/// A contact was upserted, but its tags may not have been added. Call [`Contacts::add_tags`](crate::Contacts::add_tags) with
/// its id to add them: that does no harm if they were.
#[derive(Clone)]
#[non_exhaustive]
pub struct TagsNotAdded {
    /// What came of the upsert itself.
    pub upserted: Upserted,
    /// The tags that were to be added.
    pub tags: Vec<String>,
    /// Why the request that adds them failed.
    pub error: Error,
    id: CreatedId,
}

impl TagsNotAdded {
    /// What came of an upsert, and why the request that adds these tags failed.
    pub fn new(upserted: Upserted, tags: Vec<String>, error: Error) -> Self {
        let id = CreatedId::Contact(upserted.contact.id.clone());
        Self { upserted, tags, error, id }
    }

    pub(super) fn created(&self) -> Created<'_> {
        Created::of(&self.id, self.upserted.new)
    }
}

impl fmt::Display for TagsNotAdded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tags = match self.error.carried_out() {
            CarriedOut::No => "its tags were not added",
            CarriedOut::Yes | CarriedOut::Unknown => "it is unknown whether its tags were added",
        };
        write!(f, "the contact was upserted, and is in the error; {tags}: {}", self.error)
    }
}

/// Without the contact and the tags, which are a person's data.
impl fmt::Debug for TagsNotAdded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TagsNotAdded").field("error", &self.error).finish_non_exhaustive()
    }
}
