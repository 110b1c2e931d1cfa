use super::checked_text;
use crate::InvalidValue;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $field:literal $(, unless $refused:path)?) => {
        $(#[$doc])*
        ///
        /// An id that a program makes is safe in the path of a URL; one that the server sent is what it sent.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes an id of letters, digits, and `-`, `.`, `_`, `~`.
            ///
            /// # Errors
            ///
            /// The id is empty, has another character, or is `.` or `..`. The id of a contact is
            /// also refused if it is the name of another path, that of a custom field if it is a key.
            pub fn new(id: impl Into<String>) -> Result<Self, InvalidValue> {
                let id = Self(id.into());
                id.in_path()?;
                Ok(id)
            }

            /// The id as text that can stand in the path of a URL. One that the server sent may be anything, so it is checked here.
            pub(crate) fn in_path(&self) -> Result<&str, InvalidValue> {
                checked(&self.0, $field)?;
                $(if let Some(reason) = $refused(&self.0) {
                    return Err(InvalidValue::new($field, reason));
                })?
                Ok(&self.0)
            }
        }

        checked_text!($name);
    };
}

id! {
    /// The id of a location, the vendor's word for a sub-account: `locationId` on the page.
    LocationId, "locationId"
}
#[cfg(feature = "oauth")]
id! {
    /// The id of an agency, which the vendor calls a company: `companyId` in the vendor's specification of OAuth.
    CompanyId, "companyId"
}
id! {
    /// The id of a contact: `contact.id` on the page.
    ContactId, "contact.id", unless other_path
}
id! {
    /// The id of a note of a contact: `id` of a note in the vendor's public specification.
    NoteId, "note.id"
}
id! {
    /// The id of a user: `assignedTo` on the page.
    UserId, "assignedTo"
}
id! {
    /// The id of a business: `businessId` on the page.
    BusinessId, "businessId"
}
id! {
    /// The id of a workflow: `workflowId` in the vendor's public specification.
    WorkflowId, "workflowId"
}
id! {
    /// The id of a custom field: `customFields[].id` on the page.
    CustomFieldId, "customFields[].id", unless key
}

macro_rules! received {
    ($($name:ident),*) => {
        $(impl $name {
            /// Takes what the server sent, whatever it is: an id that looks odd is an id all the same.
            pub(crate) fn received(id: String) -> Self {
                Self(id)
            }
        })*
    };
}
// The server sends no id of a workflow.
received!(LocationId, ContactId, NoteId, UserId, BusinessId, CustomFieldId);
#[cfg(feature = "oauth")]
received!(CompanyId);

/// Whether it stands where the id of a contact stands in another path of the vendor's, also in one that the fragment does not have.
fn other_path(id: &str) -> Option<&'static str> {
    matches!(id, "bulk" | "business" | "lookup" | "search" | "upsert")
        .then_some("is the name of another path, not an id")
}

/// Whether it is the key of a custom field, such as `contact.invite_token`.
fn key(id: &str) -> Option<&'static str> {
    id.contains('.').then_some("is a key, not an id: `Contacts::custom_fields` finds the field by either")
}

fn checked(id: &str, field: &'static str) -> Result<(), InvalidValue> {
    if id.is_empty() {
        Err(InvalidValue::new(field, "is empty"))
    } else if !id.bytes().fold(true, |safe, byte| safe & is_safe(byte)) {
        Err(InvalidValue::new(field, "has a character that is no letter, no digit and none of `-`, `.`, `_`, `~`"))
    } else if matches!(id, "." | "..") {
        Err(InvalidValue::new(field, "is a relative path, not an id"))
    } else {
        Ok(())
    }
}

/// Whether a character can stand in the path of a URL as it is. A table: comparisons would be twice the instructions.
#[expect(clippy::indexing_slicing, reason = "the table has a place for every byte")]
fn is_safe(byte: u8) -> bool {
    static SAFE: [bool; 256] = {
        let mut safe = [false; 256];
        let mut byte = 0;
        while byte < 128_u8 {
            safe[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
            byte += 1;
        }
        safe
    };
    SAFE[usize::from(byte)]
}
