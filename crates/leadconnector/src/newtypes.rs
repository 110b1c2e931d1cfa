//! Values that have a form: checked when a program makes them, taken as they are when the server sends them.

mod api_version;
mod country;
mod email;
mod id;
mod phone;
mod token;

pub use api_version::ApiVersion;
pub use country::Country;
pub use email::Email;
pub use id::{BusinessId, ContactId, CustomFieldId, LocationId, NoteId, UserId, WorkflowId};
pub use phone::Phone;
pub use token::Token;

/// The traits that all checked texts have in common.
macro_rules! checked_text {
    ($name:ident) => {
        impl $name {
            /// The value as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::InvalidValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::InvalidValue;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl TryFrom<&String> for $name {
            type Error = $crate::InvalidValue;

            fn try_from(text: &String) -> Result<Self, Self::Error> {
                Self::new(text.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::InvalidValue;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0.into()
            }
        }
    };
}
pub(crate) use checked_text;
