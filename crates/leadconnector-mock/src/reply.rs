use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::Value;

/// How the server is to answer one request, in place of its ordinary way: [`Server::reply`](crate::Server::reply).
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
/// // A page of a proxy in front of the server, after a while.
/// let slow = Reply::new(http::StatusCode::BAD_GATEWAY).body("<html>").delay(Duration::from_secs(1));
/// ```
#[derive(Clone, Debug)]
pub struct Reply {
    /// The answer; none for the one that the server would give.
    pub(crate) answer: Option<Response<Bytes>>,
    pub(crate) delay: Duration,
    pub(crate) delivery: Delivery,
}

/// How much of an answer is delivered, and in which way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Delivery {
    Whole,
    CutBefore,
    CutAfter(usize),
    CutAtEnd,
    Endless,
    Trickle(Duration),
}

impl Reply {
    /// The answer that the server would give, with the contact stored if it would store it.
    pub fn ordinary() -> Self {
        Self { answer: None, delay: Duration::ZERO, delivery: Delivery::Whole }
    }

    /// An answer with this status and no body. Nothing is stored.
    pub fn new(status: StatusCode) -> Self {
        let mut answer = Response::default();
        *answer.status_mut() = status;
        Self { answer: Some(answer), ..Self::ordinary() }
    }

    /// An answer with this status and a body of JSON. Nothing is stored.
    pub fn json(status: StatusCode, body: &Value) -> Self {
        Self::new(status)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"))
            .body(body.to_string())
    }

    /// Sets a header. It has no effect on an ordinary answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if let Some(answer) = &mut self.answer {
            answer.headers_mut().insert(name, value);
        }
        self
    }

    /// Sets the body. It has no effect on an ordinary answer.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        if let Some(answer) = &mut self.answer {
            *answer.body_mut() = body.into();
        }
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

    /// Cuts the connection after so many bytes of the body.
    #[must_use]
    pub fn cut_after(self, bytes: usize) -> Self {
        self.deliver(Delivery::CutAfter(bytes))
    }

    /// Cuts the connection after the whole body, before the client can know that it was the whole.
    #[must_use]
    pub fn cut_at_end(self) -> Self {
        self.deliver(Delivery::CutAtEnd)
    }

    /// Goes on after the body with spaces, without end.
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
}
