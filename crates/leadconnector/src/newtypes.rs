//! Values that have a form: checked when a program makes them, taken as they are when the server sends them.

mod api_version;
mod country;
mod email;
mod id;
mod phone;
mod token;

use std::cell::Cell;
use std::fmt;

pub use api_version::ApiVersion;
pub use country::Country;
pub use email::Email;
#[cfg(feature = "oauth")]
pub use id::CompanyId;
pub use id::{BusinessId, ContactId, CustomFieldId, LocationId, NoteId, UserId, WorkflowId};
pub use phone::Phone;
use serde::de::{self, Deserializer, Error as _, Visitor};
pub use token::Token;

use crate::InvalidValue;

/// The traits that all checked texts have in common. As JSON or in another format of serde's, such as a file of settings, it is text,
/// and what is read is checked as by `new`; what the server sends is read by the models, which do not ask for this.
///
/// It is borrowed as text, so that a map with such keys can be asked by a `&str`: `Eq`, `Ord` and `Hash` have to be those of the text.
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

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        /// As text.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        /// From text that is checked as by `new`, whose error it has. What is no text is not in the error.
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::newtypes::deserialize_checked(deserializer, stringify!($name), std::str::FromStr::from_str)
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

/// Reads a text, and checks it where it is read, so that the error has its place. Where there is something else than text, the error
/// does not have it: a phone without quotes is somebody's number.
pub(crate) fn deserialize_checked<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    name: &str,
    check: impl FnOnce(&str) -> Result<T, InvalidValue>,
) -> Result<T, D::Error> {
    let is_text = Cell::new(false);
    deserializer.deserialize_str(Checked { check, is_text: &is_text }).map_err(|error| {
        if is_text.get() { error } else { D::Error::custom(format_args!("{name} is not a string that can be read")) }
    })
}

struct Checked<'a, F> {
    check: F,
    is_text: &'a Cell<bool>,
}

impl<T, F: FnOnce(&str) -> Result<T, InvalidValue>> Visitor<'_> for Checked<'_, F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        self.is_text.set(true);
        (self.check)(text).map_err(E::custom)
    }
}
