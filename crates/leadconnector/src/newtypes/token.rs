use std::fmt;

use http::HeaderValue;
use serde::de::{Deserialize, Deserializer};

use super::deserialize_checked;
use crate::InvalidValue;

/// An access token of a sub-account, or its private integration token.
///
/// `Debug` does not print it. It is read from settings as text, and never written.
///
/// ```
/// use leadconnector::Token;
///
/// let token = Token::new("9c48df2694a849b6089f9d0d3513efe")?;
/// assert_eq!(format!("{token:?}"), "Token(…)");
/// let refused = Token::new("9c48df\n").unwrap_err();
/// assert_eq!(refused.to_string(), "token has a line break, which is not a part of it");
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Token(
    // The `Authorization` header, which each request shares.
    HeaderValue,
);

impl Token {
    /// Takes the token alone, without the word `Bearer`.
    ///
    /// # Errors
    ///
    /// The token is empty, begins with `Bearer`, stands in quotes, or has a byte order mark, a space, a line break or another
    /// character that cannot be part of a token.
    pub fn new(token: impl Into<String>) -> Result<Self, InvalidValue> {
        let text = token.into();
        let invalid = |reason| Err(InvalidValue::new("token", reason));
        if text.is_empty() {
            invalid("is empty")
        } else if text.contains('\u{feff}') {
            invalid("has a byte order mark, which is a part of the file that it was read from")
        } else if text.starts_with(['"', '\'', '`']) || text.ends_with(['"', '\'', '`']) {
            invalid("stands in quotes, which are not a part of it")
        } else if text.contains(['\r', '\n']) {
            invalid("has a line break, which is not a part of it")
        } else if text.split(' ').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer")) {
            invalid("begins with `Bearer`, which is not a part of it")
        } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            invalid("has a space or another character that cannot be part of a token")
        } else if let Ok(mut header) = HeaderValue::try_from(format!("Bearer {text}")) {
            header.set_sensitive(true);
            Ok(Self(header))
        } else {
            invalid("cannot be sent in a header")
        }
    }

    pub(crate) fn authorization(&self) -> &HeaderValue {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl TryFrom<&str> for Token {
    type Error = InvalidValue;

    fn try_from(token: &str) -> Result<Self, Self::Error> {
        Self::new(token)
    }
}

impl TryFrom<&String> for Token {
    type Error = InvalidValue;

    fn try_from(token: &String) -> Result<Self, Self::Error> {
        Self::new(token)
    }
}

impl TryFrom<String> for Token {
    type Error = InvalidValue;

    fn try_from(token: String) -> Result<Self, Self::Error> {
        Self::new(token)
    }
}

/// From text that is checked as by `new`. The error does not have it, whatever stands there; one that a format prints with the line of
/// its file, as TOML does, has that line.
impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_checked(deserializer, "token", |text| Self::new(text))
    }
}
