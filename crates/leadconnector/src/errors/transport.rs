//! What went wrong on the way.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// What went wrong with a connection. The chain of sources says more.
#[derive(Clone, Debug)]
pub struct TransportError(
    // Those who waited for one answer share its error.
    Arc<reqwest::Error>,
);

impl TransportError {
    pub(crate) fn new(error: reqwest::Error) -> Self {
        Self(Arc::new(error.without_url()))
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
