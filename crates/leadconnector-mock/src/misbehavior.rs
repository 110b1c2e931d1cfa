//! How the server misbehaves on request: a [`Reply`] that a test asks for, in place of the ordinary answer.

mod delivery;

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use serde_json::Value;

pub(crate) use delivery::{DeliveredBody, Delivery};

/// An answer to one request, in place of the ordinary one: [`Server::reply`](crate::Server::reply) takes it.
///
/// ```
/// use std::time::Duration;
///
/// use leadconnector_mock::Reply;
///
/// // The contact is stored, and the connection is cut before the client learns of it.
/// let lost = Reply::ordinary().cut_before();
/// // The same, after twenty bytes of the answer's body.
/// let broken = Reply::ordinary().cut_after(20);
/// // A page of a proxy in front of the server, a second late.
/// let second = Duration::from_secs(1);
/// let slow = Reply::new(http::StatusCode::BAD_GATEWAY).body("<html>").delay(second);
/// // The connection is cut while the server is still at work. The contact is there a second
/// // later.
/// let at_work = Reply::ordinary().cut_before().carried_out_after(second);
/// ```
#[derive(Clone, Debug)]
pub struct Reply {
    /// None for the answer that the server would give.
    status: Option<StatusCode>,
    headers: HeaderMap,
    body: Option<Bytes>,
    /// None for at once.
    pub(crate) carried_out_after: Option<Duration>,
    pub(crate) delay: Duration,
    pub(crate) delivery: Delivery,
}

impl Reply {
    /// The ordinary answer. The request is carried out: a contact is stored or deleted.
    pub fn ordinary() -> Self {
        Self {
            status: None,
            headers: HeaderMap::new(),
            body: None,
            carried_out_after: None,
            delay: Duration::ZERO,
            delivery: Delivery::Whole,
        }
    }

    /// An answer with this status and no body. The request is not carried out, except by
    /// [`carried_out_after`](Self::carried_out_after).
    pub fn new(status: StatusCode) -> Self {
        Self { status: Some(status), ..Self::ordinary() }
    }

    /// An answer with this status and a JSON body, and otherwise as [`Reply::new`].
    pub fn json(status: StatusCode, body: &Value) -> Self {
        Self::new(status)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"))
            .body(body.to_string())
    }

    /// Sets a header.
    ///
    /// A `Content-Length` is sent as it is, so it can say what is not so.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Carries the request out only after this time, even if the connection is gone by then: the server was still at
    /// work. If the server itself is gone by then, it does nothing.
    ///
    /// It does so behind an answer with a status of its own, too. Neither that nor an answer that is cut before it begins waits
    /// for it; the ordinary answer does, since it says what came of it.
    #[must_use]
    pub fn carried_out_after(mut self, time: Duration) -> Self {
        self.carried_out_after = Some(time);
        self
    }

    /// Waits before the answer begins.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Cuts the connection before the answer.
    #[must_use]
    pub fn cut_before(self) -> Self {
        self.deliver(Delivery::CutBefore)
    }

    /// Cuts the connection after so many bytes of the body; 0 is right after the headers.
    #[must_use]
    pub fn cut_after(self, bytes: usize) -> Self {
        self.deliver(Delivery::CutAfter(bytes))
    }

    /// Cuts the connection after the whole body, but before the client can know that the body is whole.
    #[must_use]
    pub fn cut_at_end(self) -> Self {
        self.deliver(Delivery::CutAtEnd)
    }

    /// Sends spaces after the body, and never ends.
    #[must_use]
    pub fn endless(self) -> Self {
        self.deliver(Delivery::Endless)
    }

    /// Sends the body byte by byte, with a pause after each.
    #[must_use]
    pub fn trickle(self, pause: Duration) -> Self {
        self.deliver(Delivery::Trickle(pause))
    }

    fn deliver(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Whether the client gets the server's own answer, or a part of it.
    pub(crate) fn needs_ordinary(&self) -> bool {
        self.status.is_none() && !matches!(self.delivery, Delivery::CutBefore)
    }

    /// The answer, made of the ordinary one or not.
    pub(crate) fn answer(self, ordinary: impl FnOnce() -> Response<Bytes>) -> Response<Bytes> {
        let mut answer = match self.status {
            None => ordinary(),
            Some(status) => {
                let mut answer = Response::default();
                *answer.status_mut() = status;
                answer
            }
        };
        answer.headers_mut().extend(self.headers);
        if let Some(body) = self.body {
            *answer.body_mut() = body;
        }
        answer
    }
}
