use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;

/// A value was refused before anything was sent.
///
/// It names the field and what is wrong with the value, and never holds the value itself. Of a custom field that is looked for by
/// what it is called ([`CustomFields`](crate::CustomFields)), it has that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidValue {
    field: &'static str,
    reason: Cow<'static, str>,
}

impl InvalidValue {
    pub(crate) fn new(field: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { field, reason: reason.into() }
    }

    /// The same of the same value, which comes from something with another name.
    pub(crate) fn of(self, field: &'static str) -> Self {
        Self { field, ..self }
    }

    /// The name of the field: that on the page, such as `locationId`, if the page has it. Otherwise the name of an option, or
    /// of an environment variable.
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// What is wrong with the value, and what is expected.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.reason)
    }
}

impl std::error::Error for InvalidValue {}

/// For places that take anything that can become a checked value, which a checked value always can.
impl From<Infallible> for InvalidValue {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
