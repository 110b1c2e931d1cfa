//! What an answer says of the budget of a location.

use std::fmt;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};

use crate::RateLimit;
use crate::call::response::retry_after;

/// What an answer says of the budget of a location.
#[derive(Clone, Copy)]
pub struct BudgetAnswer<'a> {
    status: StatusCode,
    headers: &'a HeaderMap,
}

impl<'a> BudgetAnswer<'a> {
    /// Makes what an answer with this status and these headers says: for the tests of a [`Pacing`](crate::Pacing).
    pub fn new(status: StatusCode, headers: &'a HeaderMap) -> Self {
        Self { status, headers }
    }

    /// The figures in the headers, which are read on each call.
    pub fn limit(&self) -> RateLimit {
        RateLimit::of(self.headers)
    }

    /// Whether the request was refused, with 429.
    pub fn refused(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
    }

    /// How long the server asks to send nothing to the location: `Retry-After` of a 429 or a 503.
    pub fn retry_after(&self) -> Option<Duration> {
        let asks = self.refused() || self.status == StatusCode::SERVICE_UNAVAILABLE;
        if asks { retry_after(self.headers, SystemTime::now()) } else { None }
    }

    /// Whether the server itself was reached, or at least none before it has failed: an answer without figures is then one of a server that
    /// says none.
    pub fn is_of_the_server(&self) -> bool {
        !self.status.is_server_error()
    }
}

impl fmt::Debug for BudgetAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BudgetAnswer").field("limit", &self.limit()).field("refused", &self.refused()).finish()
    }
}
