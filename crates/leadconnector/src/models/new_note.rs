//! A note to add to a contact.

use leadconnector_raw::types as raw;

use crate::{InvalidValue, Optional, UserId};

/// A note to add to a contact: the body of "Create Note" in the vendor's public specification.
///
/// ```
/// use leadconnector::{NewNote, UserId};
///
/// let user = UserId::new("GCs5KuzPqTls7vWclkEV")?;
/// let note = NewNote::new("Called back.")?.title("Follow-up").user(user);
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNote {
    body: String,
    user: Option<UserId>,
    title: Option<String>,
    color: Option<String>,
    pinned: Option<bool>,
}

impl NewNote {
    /// A note with this text, which may have markup: `body`.
    ///
    /// # Errors
    ///
    /// There is nothing in it but spaces.
    pub fn new(body: impl Into<String>) -> Result<Self, InvalidValue> {
        let body = body.into();
        if body.trim().is_empty() {
            return Err(InvalidValue::new("note.body", "is empty"));
        }
        Ok(Self { body, user: None, title: None, color: None, pinned: None })
    }

    /// The user who wrote the note: `userId`.
    #[must_use]
    pub fn user(self, user: impl Into<Optional<UserId>>) -> Self {
        Self { user: user.into().0, ..self }
    }

    /// The title: `title`.
    #[must_use]
    pub fn title(self, title: impl Into<Optional<String>>) -> Self {
        Self { title: title.into().0, ..self }
    }

    /// The color, such as `#FFAA00`: `color`.
    #[must_use]
    pub fn color(self, color: impl Into<Optional<String>>) -> Self {
        Self { color: color.into().0, ..self }
    }

    /// Whether the note is shown before the others: `pinned`.
    #[must_use]
    pub fn pinned(self, pinned: impl Into<Optional<bool>>) -> Self {
        Self { pinned: pinned.into().0, ..self }
    }

    pub(crate) fn into_request(self) -> raw::CreateNoteRequest {
        let Self { body, user, title, color, pinned } = self;
        raw::CreateNoteRequest { body, user_id: user.map(String::from), title, color, pinned }
    }
}
