//! Why there is no token.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use crate::{BoxError, Response};

/// A [`TokenSource`](crate::TokenSource) had no token. The source of this error is what it said.
#[derive(Clone, Debug)]
pub struct TokenError {
    // Those who waited for one refresh share its error.
    source: Arc<dyn StdError + Send + Sync>,
    pub(super) response: Option<Box<Response>>,
}

impl TokenError {
    /// What a source says instead of a token. It should hold no secret.
    pub fn new(source: BoxError) -> Self {
        Self { source: source.into(), response: None }
    }

    /// Why the source had no token, if it is an [`App`](crate::oauth::App): this says whether to try again, to ask for consent again, or
    /// what to mend.
    #[cfg(feature = "oauth")]
    pub fn oauth(&self) -> Option<&crate::oauth::OAuthError> {
        self.source.downcast_ref()
    }

    /// The same, when another token was asked for after a 401.
    pub(crate) fn after(self, response: Option<Response>) -> Self {
        Self { response: response.map(Box::new), ..self }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.response {
            Some(_) => "the server does not accept the token (401), and the token source had no other",
            None => "the token source had no token; nothing was sent",
        })
    }
}

impl StdError for TokenError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}
