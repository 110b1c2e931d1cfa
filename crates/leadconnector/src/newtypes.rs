//! Values that have a form: checked when a program makes them, taken as they are when the server sends them.

mod api_version;
mod country;
mod email;
mod id;
mod phone;
mod token;

use std::fmt;

pub use api_version::ApiVersion;
pub use country::Country;
pub use email::Email;
pub use id::{BusinessId, ContactId, CustomFieldId, LocationId, NoteId, UserId, WorkflowId};
pub use phone::Phone;
use serde::de::{self, Visitor};
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

        /// From text that is checked as by `new`, whose error it has.
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::newtypes::Checked(<Self as std::str::FromStr>::from_str))
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

/// Reads a text by a function that checks it. The check is made where the text is read, so that the error has its place.
pub(crate) struct Checked<F>(pub(crate) F);

impl<F> Checked<F> {
    fn no_text<T, E: de::Error>(self) -> E
    where
        Self: Visitor<'static, Value = T>,
    {
        E::invalid_type(de::Unexpected::Other("something else"), &self)
    }
}

impl<T, F: FnOnce(&str) -> Result<T, InvalidValue>> Visitor<'_> for Checked<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }

    // Serde's own error would have what stands there: a phone without quotes is somebody's number.

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<T, E> {
        Err(self.no_text())
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<T, E> {
        Err(self.no_text())
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<T, E> {
        Err(self.no_text())
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<T, E> {
        Err(self.no_text())
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<T, E> {
        Err(self.no_text())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<T, E> {
        Err(self.no_text())
    }

    fn visit_bytes<E: de::Error>(self, _: &[u8]) -> Result<T, E> {
        Err(self.no_text())
    }
}
