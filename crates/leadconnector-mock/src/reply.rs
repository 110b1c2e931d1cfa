use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::Value;

/// An answer that a test asks for, in place of the one that the server would give: [`Server::reply`](crate::Server::reply).
#[derive(Clone, Debug)]
pub struct Reply(pub(crate) Response<Bytes>);

impl Reply {
    /// An answer with this status and no body.
    pub fn new(status: StatusCode) -> Self {
        let mut response = Response::default();
        *response.status_mut() = status;
        Self(response)
    }

    /// An answer with this status and a body of JSON.
    pub fn json(status: StatusCode, body: &Value) -> Self {
        Self::new(status)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"))
            .body(body.to_string())
    }

    /// Sets a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers_mut().insert(name, value);
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        *self.0.body_mut() = body.into();
        self
    }
}
