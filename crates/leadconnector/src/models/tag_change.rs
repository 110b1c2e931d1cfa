//! What became of the tags of a contact.

use crate::InvalidValue;

/// What became of the tags of a contact: the answer of "Add Tags" and of "Remove Tags" in the vendor's public specification.
///
/// Tags are in lower case, as the vendor stores them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TagChange {
    /// All tags of the contact, after the change: `tags`.
    pub tags: Vec<String>,
    /// The tags that the contact did not have before: `tagsAdded`. Empty if none was added, or the server does not say.
    pub added: Vec<String>,
    /// The tags that the contact has no more: `tagsRemoved`. Empty if none was removed, or the server does not say.
    pub removed: Vec<String>,
}

impl TagChange {
    /// A contact that has these tags, and no change, for a test. A test can set what was added or removed.
    pub fn new(tags: Vec<String>) -> Self {
        Self { tags, ..Self::default() }
    }
}

/// Tags each of which has a text.
pub(crate) fn with_text(tags: Vec<String>) -> Result<Vec<String>, InvalidValue> {
    if tags.iter().any(|tag| tag.trim().is_empty()) {
        return Err(InvalidValue::new("tags", "have one without text"));
    }
    Ok(tags)
}
