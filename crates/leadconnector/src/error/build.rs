//! Why there is no client.

use std::error::Error as StdError;
use std::fmt;

use crate::InvalidValue;

/// Why a [`Client`](crate::Client) could not be built.
#[derive(Debug)]
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

/// The HTTP client could not be set up, for example because the system's certificates could not be read.
#[derive(Debug)]
pub struct HttpSetupError(reqwest::Error);

impl HttpSetupError {
    pub(crate) fn new(error: reqwest::Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for HttpSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the HTTP client could not be set up")
    }
}

impl StdError for HttpSetupError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}
