//! A contact that was looked up, and that proves nothing.

use std::fmt;

use crate::{Contact, Error};

/// It is unknown whether a contact was created, and a look-up has found a contact by the email, or by the phone if no email was
/// sent. But that contact was added before, or nothing says when it was added, or it has another email or another name.
#[derive(Clone)]
#[non_exhaustive]
pub struct Unreconciled {
    /// The contact that was found.
    pub found: Contact,
    /// Why the outcome is unknown.
    pub error: Error,
}

impl Unreconciled {
    /// A contact that was found, and why the outcome is unknown.
    pub fn new(found: Contact, error: Error) -> Self {
        Self { found, error }
    }
}

impl fmt::Display for Unreconciled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}; a look-up found a contact that this call need not have created, which is in the error",
            self.error
        )
    }
}

/// Without the contact, which is a person's data.
impl fmt::Debug for Unreconciled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unreconciled").field("error", &self.error).finish_non_exhaustive()
    }
}
