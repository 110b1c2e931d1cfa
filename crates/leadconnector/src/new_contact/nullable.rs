use crate::{Email, Phone};

/// Sends `null`: `.city(Null)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Null;

/// A member that the page calls "string or null": absent, null, or a value.
///
/// Made from a value, from [`Null`], or from an `Option`, whose `None` is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Nullable<T> {
    /// Not sent.
    #[default]
    Absent,
    /// Sent as `null`.
    Null,
    /// Sent as this value.
    Value(T),
}

impl<T> From<Null> for Nullable<T> {
    fn from(_: Null) -> Self {
        Self::Null
    }
}

impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Value)
    }
}

// One by one, since a general `From<T>` would overlap with `From<Null>`.
impl From<String> for Nullable<String> {
    fn from(value: String) -> Self {
        Self::Value(value)
    }
}

impl From<&str> for Nullable<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl From<Option<&str>> for Nullable<String> {
    fn from(value: Option<&str>) -> Self {
        value.map(str::to_owned).into()
    }
}

impl From<Email> for Nullable<Email> {
    fn from(value: Email) -> Self {
        Self::Value(value)
    }
}

impl From<Phone> for Nullable<Phone> {
    fn from(value: Phone) -> Self {
        Self::Value(value)
    }
}

/// A member that may be absent, but not null.
///
/// Made from a value, or from an `Option`, whose `None` is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Optional<T>(pub(super) Option<T>);

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

impl From<&str> for Optional<String> {
    fn from(value: &str) -> Self {
        Self(Some(value.to_owned()))
    }
}

impl From<Option<&str>> for Optional<String> {
    fn from(value: Option<&str>) -> Self {
        Self(value.map(str::to_owned))
    }
}
