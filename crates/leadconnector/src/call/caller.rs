//! Who calls: a client, for a location, with the options of a call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use leadconnector_raw as raw;
use tokio::sync::Mutex as FairMutex;

use super::called::Called;
use super::options::Options;
use super::outcome::Read;
use super::retry::RetryPolicy;
use super::send::send;
use crate::{Answer, Client, Effect, Error, InvalidValue, LocationId};

/// Who calls: a client, for a location, with the options of a call.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) client: Client,
    pub(crate) location: LocationId,
    /// Held while a call of a list waits for a place: one at a time, so that no list keeps others waiting for long.
    pub(crate) list: Option<Arc<FairMutex<()>>>,
    pub(crate) options: Options,
}

/// A request that is not sent yet.
pub(crate) struct Prepared {
    pub(crate) called: Called,
    /// What repeating it does: that of what is called, or stricter.
    pub(crate) effect: Effect,
    pub(crate) http: reqwest::Request,
}

impl<T> From<raw::Request<T>> for Prepared {
    fn from(request: raw::Request<T>) -> Self {
        Self { called: request.operation().into(), effect: request.effect(), http: request.into_http() }
    }
}

impl Caller {
    pub(crate) fn new(client: Client, location: LocationId) -> Self {
        Self { client, location, list: None, options: Options::default() }
    }

    pub(crate) async fn send<R: Read>(
        &self,
        request: Result<raw::Request<R>, raw::RequestError>,
    ) -> Result<Answer<R::Value>, Error> {
        self.send_timed(request, &mut None).await
    }

    /// Sends a request, and tells when the last attempt was sent.
    pub(crate) async fn send_timed<R: Read>(
        &self,
        request: Result<raw::Request<R>, raw::RequestError>,
        sent_at: &mut Option<Instant>,
    ) -> Result<Answer<R::Value>, Error> {
        send::<R>(self, request.map_err(refused)?.into(), sent_at).await
    }

    /// Sends a request that is none of the fragment's.
    pub(crate) async fn send_other<R: Read>(&self, request: Prepared) -> Result<Answer<R::Value>, Error> {
        send::<R>(self, request, &mut None).await
    }

    /// The longest time of one attempt, and of a question to the source of tokens.
    pub(crate) fn timeout(&self) -> Duration {
        self.options.timeout().unwrap_or_else(|| self.client.timeout())
    }

    /// The same where the HTTP client has another one. To set it on a request takes 2,500 instructions, so it is not set where it is
    /// the same.
    pub(crate) fn own_timeout(&self) -> Option<Duration> {
        self.options.timeout().or_else(|| self.client.is_pooled().then(|| self.client.timeout()))
    }

    pub(crate) fn retry(&self) -> &dyn RetryPolicy {
        self.options.retry().unwrap_or_else(|| self.client.retry())
    }
}

/// What is wrong with a request that could not be made.
fn refused(error: raw::RequestError) -> Error {
    Error::Invalid(match error {
        raw::RequestError::Path(name) => InvalidValue::new(name, "is empty, `.` or `..`, which is another path"),
        _ => InvalidValue::new("request", "cannot be written as JSON"),
    })
}
