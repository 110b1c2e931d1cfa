//! Why there is no client.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use crate::InvalidValue;

/// Why a [`Client`](crate::Client) could not be built.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// A value was refused.
    Invalid(InvalidValue),
    /// The HTTP client could not be set up.
    Http(HttpSetupError),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => error.fmt(f),
            Self::Http(error) => error.fmt(f),
        }
    }
}

impl StdError for BuildError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Invalid(_) => None,
            Self::Http(error) => error.source(),
        }
    }
}

impl From<InvalidValue> for BuildError {
    fn from(error: InvalidValue) -> Self {
        Self::Invalid(error)
    }
}

impl From<HttpSetupError> for BuildError {
    fn from(error: HttpSetupError) -> Self {
        Self::Http(error)
    }
}

/// The HTTP client could not be set up, for example because the system's certificates could not be read, or because the program has
/// installed no cryptography.
#[derive(Clone, Debug)]
pub struct HttpSetupError(Reason);

#[derive(Clone, Debug)]
enum Reason {
    // An `Error` can be cloned.
    Failed(Arc<reqwest::Error>),
    /// What to do about it, or what the panic said.
    Panics(Cow<'static, str>),
}

impl HttpSetupError {
    pub(crate) fn new(error: reqwest::Error) -> Self {
        Self(Reason::Failed(Arc::new(error)))
    }

    pub(crate) fn no_cryptography() -> Self {
        Self(Reason::Panics(Cow::Borrowed(NO_CRYPTOGRAPHY)))
    }

    /// With what [`catch_unwind`](std::panic::catch_unwind) gives.
    pub(crate) fn panicked(said: &(dyn Any + Send)) -> Self {
        let literal = said.downcast_ref::<&str>().copied();
        let said = literal.or_else(|| said.downcast_ref::<String>().map(String::as_str)).unwrap_or("it panicked");
        Self(Reason::Panics(Cow::Owned(said.to_owned())))
    }
}

const NO_CRYPTOGRAPHY: &str = "TLS has no cryptography. Install one first, such as with \
                               `rustls::crypto::ring::default_provider().install_default()`, or enable the feature `rustls` \
                               of leadconnector, which brings one";

impl fmt::Display for HttpSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the HTTP client could not be set up")?;
        match &self.0 {
            Reason::Failed(_) => Ok(()),
            Reason::Panics(why) => write!(f, ": {why}"),
        }
    }
}

impl StdError for HttpSetupError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0 {
            Reason::Failed(error) => Some(&**error),
            Reason::Panics(_) => None,
        }
    }
}
