//! The client hooks: what a call carries in, and what it brings out instead of progenitor's result.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use progenitor_client::{ClientHooks, OperationInfo};

use crate::{Client, Error, types};

/// What a call carries in (the authorization), and what it brings out if it captures (the [`Answer`]).
///
/// A call that does not capture can be shared by any number of requests. One that captures belongs to one request.
#[derive(Clone)]
pub struct Call {
    authorization: HeaderValue,
    capture: Option<Capture>,
}

#[derive(Clone)]
struct Capture {
    limit: usize,
    answer: Arc<Mutex<Option<Answer>>>,
}

/// What came back from the server, as it is.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as far as it arrived.
    pub body: Bytes,
    /// Whether the body arrived whole.
    pub arrival: Arrival,
}

/// How much of a body arrived.
#[derive(Debug)]
pub enum Arrival {
    /// All of it.
    Whole,
    /// More than the call's limit; what is beyond was not read.
    TooLarge,
    /// Less than all: the connection failed, or the time was up.
    BrokenOff(reqwest::Error),
}

impl Call {
    /// A call that sends this `Authorization` header, which is `Bearer` and a token. The value is marked as sensitive.
    pub fn new(mut authorization: HeaderValue) -> Self {
        authorization.set_sensitive(true);
        Self { authorization, capture: None }
    }

    /// The same for one request, whose answer is kept: up to `limit` bytes of its body.
    ///
    /// Progenitor does not see the answer: the method of the [`Client`] then returns [`Error::Custom`], and the answer is here.
    pub fn capturing(authorization: HeaderValue, limit: usize) -> Self {
        Self { capture: Some(Capture { limit, answer: Arc::default() }), ..Self::new(authorization) }
    }

    /// The answer to the request that was made with this call; none if no answer came, or if the call does not capture.
    pub fn take_answer(&self) -> Option<Answer> {
        self.capture.as_ref()?.answer.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("authorization", &self.authorization)
            .field("capturing", &self.capture.is_some())
            .finish()
    }
}

impl ClientHooks<Call> for Client {
    async fn pre<E>(&self, request: &mut reqwest::Request, _: &OperationInfo) -> Result<(), Error<E>> {
        request.headers_mut().insert(AUTHORIZATION, self.inner.authorization.clone());
        Ok(())
    }

    async fn exec(&self, request: reqwest::Request, _: &OperationInfo) -> reqwest::Result<reqwest::Response> {
        let mut response = self.client.execute(request).await?;
        let Some(capture) = &self.inner.capture else {
            return Ok(response);
        };
        // What goes wrong with the body is said in the answer, since a `reqwest::Error` cannot be made here.
        let (body, arrival) = read(&mut response, capture.limit).await;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let answer = Answer { status, headers, body, arrival };
        *capture.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
        Ok(response)
    }

    async fn post<E>(&self, result: &reqwest::Result<reqwest::Response>, _: &OperationInfo) -> Result<(), Error<E>> {
        match (&self.inner.capture, result) {
            // What is left of it would only be taken for an answer without a body.
            (Some(_), Ok(_)) => Err(Error::Custom(String::new())),
            _ => Ok(()),
        }
    }
}

/// Reads a body up to a limit, without a copy if it comes in one piece.
async fn read(response: &mut reqwest::Response, limit: usize) -> (Bytes, Arrival) {
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    let arrival = loop {
        match response.chunk().await {
            Ok(Some(piece)) if first.is_empty() => first = piece,
            Ok(Some(piece)) => {
                if joined.is_empty() {
                    joined.extend_from_slice(&first);
                }
                joined.extend_from_slice(&piece);
            }
            Ok(None) => break Arrival::Whole,
            Err(error) => break Arrival::BrokenOff(error),
        }
        if first.len().max(joined.len()) > limit {
            break Arrival::TooLarge;
        }
    };
    let mut body = if joined.is_empty() { first } else { joined.freeze() };
    body.truncate(limit);
    (body, arrival)
}

/// As it is written in the header.
impl fmt::Display for types::Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DocumentedVersion(version) => version.fmt(f),
            Self::OtherVersion(version) => f.write_str(version),
        }
    }
}
