//! A request that is not sent yet.

use std::error::Error as StdError;
use std::fmt;
use std::marker::PhantomData;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use serde::Serialize;

use crate::{Effect, Operation};

/// A request that is not sent yet, and whose successful answer is a `T`.
///
/// It has everything but the `Authorization` header, which whoever sends it adds. Its body is written already, once,
/// however often it is sent.
pub struct Request<T> {
    operation: &'static Operation,
    effect: Effect,
    http: reqwest::Request,
    answer: PhantomData<fn() -> T>,
}

impl<T> Request<T> {
    pub(crate) fn new(operation: &'static Operation, http: reqwest::Request) -> Self {
        Self { operation, effect: operation.effect, http, answer: PhantomData }
    }

    /// The same request. If `once` is true, sending it again does it once more.
    pub fn once_if(self, once: bool) -> Self {
        Self { effect: if once { Effect::Once } else { self.effect }, ..self }
    }

    /// The operation.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// What sending it again does.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// The request of HTTP.
    pub fn http(&self) -> &reqwest::Request {
        &self.http
    }

    /// The request of HTTP, to send it by other means than [`Client::send`](crate::Client::send).
    pub fn into_http(self) -> reqwest::Request {
        self.http
    }
}

/// Without its parameters and its body, which may hold a person's data.
impl<T> fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("operation", &self.operation.name).finish_non_exhaustive()
    }
}

/// Why a request could not be made. Nothing was sent.
#[derive(Debug)]
#[non_exhaustive]
pub enum RequestError {
    /// A parameter, by its name, is empty, `.` or `..`: the path would be another one.
    Path(&'static str),
    /// The body has something that JSON cannot say.
    Body(serde_json::Error),
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(name) => write!(f, "`{name}` is empty, `.` or `..`, which would be another path"),
            Self::Body(_) => f.write_str("the body cannot be written as JSON"),
        }
    }
}

impl StdError for RequestError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Path(_) => None,
            Self::Body(error) => Some(error),
        }
    }
}

/// The characters of a value that stand in a path as they are.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value as one segment of a path, encoded as a URL needs it. None if the value is empty, `.` or `..`, which would
/// lead to another path.
pub fn path_segment(value: &str) -> Option<String> {
    match value {
        "" | "." | ".." => None,
        value => Some(utf8_percent_encode(value, UNRESERVED).to_string()),
    }
}

/// The value of a parameter as one segment of a path.
pub(crate) fn segment(name: &'static str, value: &str) -> Result<String, RequestError> {
    path_segment(value).ok_or(RequestError::Path(name))
}

/// Adds a parameter to the query of a URL.
pub(crate) fn append(url: &mut Url, name: &str, value: impl fmt::Display) {
    url.query_pairs_mut().append_pair(name, &value.to_string());
}

/// The bytes of a request's body, such as a [`CreateContactRequest`](crate::types::CreateContactRequest): JSON.
///
/// # Errors
///
/// The body has something that JSON cannot say.
pub fn json(body: &(impl Serialize + ?Sized)) -> Result<Vec<u8>, RequestError> {
    // Room for a body of the ordinary size, so that it is not copied as it grows.
    let mut bytes = Vec::with_capacity(2048);
    serde_json::to_writer(&mut bytes, body).map_err(RequestError::Body)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_segment() {
        let encoded = |value| segment("contactId", value).unwrap();
        assert_eq!(encoded("ocQHyuzHvysMo5N5VsXc"), "ocQHyuzHvysMo5N5VsXc");
        assert_eq!(encoded("a/b"), "a%2Fb");
        assert_eq!(encoded("a?b#c%d e"), "a%3Fb%23c%25d%20e");
        assert_eq!(encoded("…"), "%E2%80%A6");
        for other_path in ["", ".", ".."] {
            let error = segment("contactId", other_path).unwrap_err();
            assert_eq!(error.to_string(), "`contactId` is empty, `.` or `..`, which would be another path");
        }
    }

    #[test]
    fn parameters_are_encoded() {
        let mut url = Url::parse("https://example.com/a").unwrap();
        append(&mut url, "email", "rosan+a@deos.com");
        append(&mut url, "page", 2);
        assert_eq!(url.query(), Some("email=rosan%2Ba%40deos.com&page=2"));
    }
}
