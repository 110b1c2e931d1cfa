use leadconnector_raw::types as raw;

/// A member that the page calls "string or null": absent, null, or a value.
///
/// Made from a value, from an `Option`, whose `None` is absent, or from [`Nullable::Null`], which the crate also exports by
/// itself: `.city(Null)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Nullable<T> {
    /// Not sent.
    #[default]
    Absent,
    /// Sent as `null`.
    Null,
    /// Sent as this value.
    Value(T),
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Value)
    }
}

impl<T> Nullable<T> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The same with another value.
    pub(crate) fn map<U>(self, map: impl FnOnce(T) -> U) -> Nullable<U> {
        match self {
            Self::Absent => Nullable::Absent,
            Self::Null => Nullable::Null,
            Self::Value(value) => Nullable::Value(map(value)),
        }
    }
}

impl<T: Into<String>> Nullable<T> {
    pub(crate) fn into_request(self) -> Option<raw::NullableString> {
        match self {
            Self::Absent => None,
            Self::Null => Some(raw::NullableString(None)),
            Self::Value(value) => Some(raw::NullableString(Some(value.into()))),
        }
    }
}

/// A member that may be absent, but not null.
///
/// Made from a value, or from an `Option`, whose `None` is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Optional<T>(pub(crate) Option<T>);

impl<T> From<T> for Optional<T> {
    fn from(value: T) -> Self {
        Self(Some(value))
    }
}

impl<T> From<Option<T>> for Optional<T> {
    fn from(value: Option<T>) -> Self {
        Self(value)
    }
}

/// Borrowed text becomes a text of its own.
macro_rules! from_borrowed_text {
    ($($text:ty),*) => {
        $(
            impl From<$text> for Nullable<String> {
                #[inline]
                fn from(value: $text) -> Self {
                    Self::Value(value.to_owned())
                }
            }

            impl From<Option<$text>> for Nullable<String> {
                #[inline]
                fn from(value: Option<$text>) -> Self {
                    value.map(|value| value.to_owned()).into()
                }
            }

            impl From<$text> for Optional<String> {
                #[inline]
                fn from(value: $text) -> Self {
                    Self(Some(value.to_owned()))
                }
            }

            impl From<Option<$text>> for Optional<String> {
                #[inline]
                fn from(value: Option<$text>) -> Self {
                    Self(value.map(|value| value.to_owned()))
                }
            }
        )*
    };
}
from_borrowed_text!(&str, &String);
