//! What makes requests, and can send them.

use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use reqwest::header::{HeaderValue, InvalidHeaderValue};
use reqwest::{Method, StatusCode, Url};
use serde::de::DeserializeOwned;

use crate::headers::headers;
use crate::{BaseUrl, Operation, Request, types};

/// Makes the request of each operation, and can send it.
///
/// What belongs to all requests is set here: the base URL, the header `Version`, and the HTTP client, which brings the header
/// `Authorization`.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) base_url: BaseUrl,
    version: HeaderValue,
    http: reqwest::Client,
}

impl Client {
    /// A client that asks for this version of the API.
    ///
    /// # Errors
    ///
    /// The version has a character that a header cannot have.
    pub fn new(base_url: BaseUrl, version: &types::Version, http: reqwest::Client) -> Result<Self, InvalidHeaderValue> {
        Ok(Self { base_url, version: version.to_string().try_into()?, http })
    }

    /// The HTTP client underneath.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The request of an operation.
    pub(crate) fn request<T>(&self, operation: &'static Operation, url: Url, body: Option<Vec<u8>>) -> Request<T> {
        Request::new(operation, self.http_request(operation.method.clone(), url, body))
    }

    /// A request to a path that the document does not have, with the headers of all requests. The path begins with a slash, and is
    /// added to the base URL; the body is JSON.
    pub fn other_request(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> reqwest::Request {
        self.http_request(method, self.base_url.at(path), body)
    }

    fn http_request(&self, method: Method, url: Url, body: Option<Vec<u8>>) -> reqwest::Request {
        let mut http = reqwest::Request::new(method, url);
        *http.headers_mut() = headers(&self.version, body.is_some());
        *http.body_mut() = body.map(Into::into);
        http
    }

    /// Sends a request, and decodes the answer. An empty body is read as `{}`.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn send<T: DeserializeOwned>(&self, request: Request<T>) -> Result<T, Error> {
        let answer = self.http.execute(request.into_http()).await.map_err(Error::transport)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(Error::transport)?;
        if !status.is_success() {
            return Err(Error::Refused { status, body });
        }
        // An answer without a body says no more than its status.
        let json = if body.trim_ascii().is_empty() { b"{}" } else { &*body };
        serde_json::from_slice(json).map_err(|_| Error::Undecodable { status, body })
    }
}

/// Why [`Client::send`] gives no answer. What it prints holds nothing of a request or a body.
#[non_exhaustive]
pub enum Error {
    /// No answer came, or not all of it.
    Transport(reqwest::Error),
    /// The server answered with another status than a success. The body is a [`types::ErrorBody`], as a rule.
    Refused {
        /// The status.
        status: StatusCode,
        /// The body.
        body: Bytes,
    },
    /// The server answered with a success, but not as the document says.
    Undecodable {
        /// The status.
        status: StatusCode,
        /// The body.
        body: Bytes,
    },
}

impl Error {
    /// Without the URL, whose query may hold a person's data.
    fn transport(error: reqwest::Error) -> Self {
        Self::Transport(error.without_url())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(_) => f.write_str("the whole answer did not arrive"),
            Self::Refused { status, .. } => write!(f, "the server answered {status}"),
            Self::Undecodable { status, .. } => {
                write!(f, "the server answered {status}, but with another body than the document says")
            }
        }
    }
}

/// Without the body, which may hold a person's data.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => f.debug_tuple("Transport").field(error).finish(),
            Self::Refused { status, body } => {
                f.debug_struct("Refused").field("status", status).field("body_length", &body.len()).finish()
            }
            Self::Undecodable { status, body } => {
                f.debug_struct("Undecodable").field("status", status).field("body_length", &body.len()).finish()
            }
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Transport(error) => Some(error),
            Self::Refused { .. } | Self::Undecodable { .. } => None,
        }
    }
}
