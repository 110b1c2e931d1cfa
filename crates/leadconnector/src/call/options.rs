//! What is different for one call.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap,
    HeaderName, HeaderValue, RANGE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};

use super::retry::RetryPolicy;
use crate::{ApiVersion, InvalidValue};

/// The options of a call; those that are not set are the client's.
#[derive(Clone, Default)]
pub(crate) struct Options(
    // Nearly no call has any.
    Option<Box<Set>>,
);

#[derive(Clone, Default)]
struct Set {
    timeout: Option<Duration>,
    retry: Option<Arc<dyn RetryPolicy>>,
    headers: HeaderMap,
    /// What is wrong with the first option that is.
    refused: Option<InvalidValue>,
}

impl Options {
    fn set(&mut self) -> &mut Set {
        self.0.get_or_insert_default()
    }

    fn refuse(&mut self, error: InvalidValue) {
        self.set().refused.get_or_insert(error);
    }

    pub(crate) fn set_timeout(&mut self, timeout: Duration) {
        if timeout.is_zero() {
            self.refuse(InvalidValue::new("timeout", "is zero: no request ends in that time"));
        }
        self.set().timeout = Some(timeout);
    }

    pub(crate) fn set_retry(&mut self, policy: impl RetryPolicy) {
        self.set().retry = Some(Arc::new(policy));
    }

    pub(crate) fn set_version(&mut self, version: &ApiVersion) {
        // Letters, digits, `-` and `.`.
        if let Ok(version) = HeaderValue::from_str(version.as_str()) {
            self.set().headers.insert(VERSION, version);
        }
    }

    pub(crate) fn set_header(&mut self, name: &str, value: &[u8]) {
        match header(name, value) {
            Ok((name, value)) => {
                self.set().headers.insert(name, value);
            }
            Err(error) => self.refuse(error),
        }
    }

    /// Refuses the options if one of them is wrong.
    pub(crate) fn check(&self) -> Result<(), InvalidValue> {
        self.0.as_ref().and_then(|set| set.refused.clone()).map_or(Ok(()), Err)
    }

    /// Whether there are any.
    pub(crate) fn are_set(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.0.as_ref()?.timeout
    }

    pub(crate) fn retry(&self) -> Option<&dyn RetryPolicy> {
        self.0.as_ref()?.retry.as_deref()
    }

    pub(crate) fn headers(&self) -> Option<&HeaderMap> {
        self.0.as_ref().map(|set| &set.headers)
    }
}

const VERSION: HeaderName = HeaderName::from_static("version");

/// A header that a program may set; or what is wrong with it.
fn header(name: &str, value: &[u8]) -> Result<(HeaderName, HeaderValue), InvalidValue> {
    let name = HeaderName::try_from(name).map_err(|_| {
        InvalidValue::new("header", "has a name that is empty, or has a character that no name can have")
    })?;
    let invalid = |reason: &str| Err(InvalidValue::new("header", format!("`{name}` {reason}")));
    if name == VERSION {
        return invalid("has a method of its own: `version`");
    }
    match name {
        AUTHORIZATION => invalid("is the client's: give it another token"),
        CONTENT_TYPE => invalid("is always `application/json`, in which the body is written"),
        ACCEPT_ENCODING => invalid("is not sent: an answer that is compressed would not be read"),
        CONTENT_ENCODING => invalid("is not sent: the body is not compressed"),
        RANGE => invalid("is not sent: a part of an answer would not be read"),
        CONNECTION | CONTENT_LENGTH | HOST | TE | TRAILER | TRANSFER_ENCODING | UPGRADE => {
            invalid("is set by the connection, not by a program")
        }
        _ => match HeaderValue::from_bytes(value) {
            Ok(value) => Ok((name, value)),
            Err(_) => invalid("has a value with a line break, or another character that no header can have"),
        },
    }
}

/// Without the values, which may be anybody's.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Options(…)" } else { "Options" })
    }
}

/// The methods that set the options of a call, of which `$options` is the place in `self`.
macro_rules! options {
    ($call:ident $(<$parameter:ident>)?, $($options:ident).+) => {
        /// What is different for this call. A composite call, such as [`Contacts::upsert`](crate::Contacts::upsert), has the same
        /// options for each of its requests. An option that is wrong is [`Error::Invalid`](crate::Error::Invalid), before anything is
        /// sent.
        impl $(<$parameter>)? $call $(<$parameter>)? {
            /// The longest time of one attempt, from connecting to the last byte of the answer, instead of
            /// [`ClientBuilder::timeout`](crate::ClientBuilder::timeout).
            ///
            /// The time for connecting stays the client's. Where this one is shorter, and is up while a connection is still being made, that
            /// counts as one that may have been used. Another token, after a 401, is waited for as long as the client waits.
            pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
                self.$($options).+.set_timeout(timeout);
                self
            }

            /// Whether and when the request is sent again, instead of [`ClientBuilder::retry`](crate::ClientBuilder::retry).
            pub fn retry(mut self, policy: impl $crate::RetryPolicy) -> Self {
                self.$($options).+.set_retry(policy);
                self
            }

            /// The version of the API to ask for: the header `Version` on the page, instead of
            /// [`ClientBuilder::version`](crate::ClientBuilder::version).
            pub fn version(mut self, version: $crate::ApiVersion) -> Self {
                self.$($options).+.set_version(&version);
                self
            }

            /// A header to send, such as `X-Request-Id`. It replaces one of the same name, which the client would send or which was set
            /// before.
            ///
            /// The token, the version, and what the body and the connection need cannot be set by this.
            pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
                self.$($options).+.set_header(name.as_ref(), value.as_ref());
                self
            }
        }
    };
}
pub(crate) use options;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NoRetry;

    #[test]
    fn what_is_wrong_is_named() {
        let refused = |set: &dyn Fn(&mut Options)| {
            let mut options = Options::default();
            set(&mut options);
            options.check().unwrap_err().to_string()
        };
        let header =
            |name: &'static str, value: &'static str| refused(&|options| options.set_header(name, value.as_bytes()));
        assert_eq!(
            refused(&|options| options.set_timeout(Duration::ZERO)),
            "timeout is zero: no request ends in that time"
        );
        assert_eq!(
            header("Authorization", "Bearer x"),
            "header `authorization` is the client's: give it another token"
        );
        assert_eq!(header("VERSION", "v3"), "header `version` has a method of its own: `version`");
        assert_eq!(header("Host", "x"), "header `host` is set by the connection, not by a program");
        assert!(header("Content-Type", "text/plain").contains("`content-type` is always `application/json`"));
        assert!(header("Accept-Encoding", "gzip").contains("`accept-encoding` is not sent"));
        assert!(header("Content-Encoding", "gzip").contains("`content-encoding` is not sent"));
        assert!(header("Range", "bytes=0-1").contains("`range` is not sent"));
        assert!(header("", "x").starts_with("header has a name that is empty"));
        assert!(header("X Y", "x").starts_with("header has a name that is empty, or has a character"));
        assert!(header("X-Y", "a\nb").starts_with("header `x-y` has a value with a line break"));
        // The first one counts, whatever is set later.
        let both = refused(&|options| {
            options.set_header("host", b"x");
            options.set_timeout(Duration::ZERO);
            options.set_header("host", b"y");
        });
        assert!(both.starts_with("header"), "{both}");
    }

    #[test]
    fn what_is_right_is_set() {
        let mut options = Options::default();
        assert!(options.check().is_ok() && options.headers().is_none() && options.retry().is_none());
        options.set_timeout(Duration::from_secs(1));
        options.set_retry(NoRetry);
        options.set_version(&ApiVersion::new("v3").unwrap());
        options.set_header("X-Request-Id", b"7");
        options.set_header("x-request-id", b"8");
        assert!(options.check().is_ok() && options.retry().is_some());
        assert_eq!(options.timeout(), Some(Duration::from_secs(1)));
        let headers = options.headers().unwrap();
        let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        assert_eq!((headers.len(), value("version"), value("x-request-id")), (2, Some("v3"), Some("8")));
    }
}
