//! What went wrong on the way.

use std::error::Error as StdError;
use std::fmt;

/// What went wrong with a connection. The chain of sources says more.
#[derive(Debug)]
pub struct TransportError(reqwest::Error);

impl TransportError {
    pub(crate) fn new(error: reqwest::Error) -> Self {
        Self(error.without_url())
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.0.is_connect(), self.0.is_timeout()) {
            (true, true) => "connecting took too long",
            (true, false) => "connecting failed",
            (false, true) => "the time was up",
            (false, false) => "the connection failed",
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}
