use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::{ContactId, InvalidValue};

/// Why a contact was not created, or may not have been.
///
/// `Display` says it in one line, without tokens and without anything from a body. What the server said is there for
/// whoever asks for it: [`Response::body`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A value was refused before anything was sent.
    Invalid(InvalidValue),
    /// The location does not allow duplicated contacts, and has this one already.
    Duplicate(Box<Duplicate>),
    /// The server answered with a status that is not a success.
    Status(Box<Response>),
    /// The server answered with a success, but its answer is not a contact with an id. The contact was created.
    Undecodable(Box<UndecodableError>),
    /// No answer came. The contact may have been created.
    Transport(TransportError),
}

impl Error {
    /// The server's answer, if there was one.
    pub fn response(&self) -> Option<&Response> {
        match self {
            Self::Duplicate(duplicate) => Some(&duplicate.response),
            Self::Status(response) => Some(response),
            Self::Undecodable(error) => Some(&error.response),
            Self::Invalid(_) | Self::Transport(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => error.fmt(f),
            Self::Duplicate(_) => {
                f.write_str("the location does not allow duplicated contacts, and has this one already")
            }
            Self::Status(response) => write!(f, "the server answered {}", response.status),
            Self::Undecodable(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Transport(error) => error.source(),
            Self::Invalid(_) | Self::Duplicate(_) | Self::Status(_) | Self::Undecodable(_) => None,
        }
    }
}

impl From<InvalidValue> for Error {
    fn from(error: InvalidValue) -> Self {
        Self::Invalid(error)
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

/// The contact that is already there: `meta` in the server's answer.
#[non_exhaustive]
pub struct Duplicate {
    /// The id of the contact that is already there: `contactId`.
    pub contact_id: ContactId,
    /// The field in which the two agree, if the server said so: `matchingField`.
    pub matching_field: Option<MatchingField>,
    /// The name of the contact that is already there, if it has one: `contactName`.
    pub contact_name: Option<String>,
    /// The server's answer.
    pub response: Response,
}

/// Without the name, which is a person's.
impl fmt::Debug for Duplicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Duplicate")
            .field("contact_id", &self.contact_id)
            .field("matching_field", &self.matching_field)
            .field("response", &self.response)
            .finish_non_exhaustive()
    }
}

/// The field in which a new contact agrees with one that is already there: `matchingField` in the server's answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MatchingField {
    /// `email`.
    Email,
    /// `phone`.
    Phone,
    /// `additionalEmail`: one of the other emails of the contact that is already there.
    AdditionalEmail,
    /// Another field, by the server's name for it.
    Other(String),
}

impl MatchingField {
    pub(crate) fn received(name: String) -> Self {
        match name.as_str() {
            "email" => Self::Email,
            "phone" => Self::Phone,
            "additionalEmail" => Self::AdditionalEmail,
            _ => Self::Other(name),
        }
    }
}

impl fmt::Display for MatchingField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::AdditionalEmail => "additionalEmail",
            Self::Other(name) => name,
        })
    }
}

/// An answer of the server.
#[derive(Clone)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Response {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self { status, headers, body }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, as far as it arrived.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

/// Without the headers and the body, which may hold a person's data.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A successful answer that is not a contact with an id.
#[derive(Debug)]
pub struct UndecodableError {
    pub(crate) reason: &'static str,
    pub(crate) response: Response,
}

impl fmt::Display for UndecodableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server answered {}, but its answer cannot be read: {}", self.response.status, self.reason)
    }
}

impl StdError for UndecodableError {}

/// No answer came: the connection could not be made, broke, or took too long.
#[derive(Debug)]
pub struct TransportError(reqwest::Error);

impl TransportError {
    pub(crate) fn new(error: reqwest::Error) -> Self {
        Self(error.without_url())
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_timeout() {
            "the server did not answer in time"
        } else if self.0.is_connect() {
            "no connection to the server could be made"
        } else {
            "the connection to the server failed"
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

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
