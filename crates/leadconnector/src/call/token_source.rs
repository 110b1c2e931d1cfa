//! Tokens that change.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use tokio::sync::Mutex;

use crate::Token;
use crate::error::TokenError;

/// What a [`TokenSource`] says when it has no token. It becomes the source of [`Error::Token`](crate::Error::Token), so it
/// should hold no secret.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Tokens that change: the access tokens of OAuth, which expire and are refreshed.
///
/// ```
/// use std::sync::Mutex;
///
/// use leadconnector::{BoxError, Client, Token, TokenSource};
///
/// struct OAuth {
///     access_token: Mutex<Token>,
/// }
///
/// impl TokenSource for OAuth {
///     async fn token(&self) -> Result<Token, BoxError> {
///         Ok(self.access_token.lock().unwrap().clone())
///     }
///
///     async fn refresh(&self) -> Result<Token, BoxError> {
///         let fresh = Token::new("the answer of the OAuth server")
///             .or_else(|_| Token::new("9c48df2694a849b6089f9d0d3513efe"))?;
///         *self.access_token.lock().unwrap() = fresh.clone();
///         Ok(fresh)
///     }
/// }
///
/// let client = Client::with_token_source(OAuth { access_token: Mutex::new(Token::new("stale")?) }).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait TokenSource: Send + Sync + 'static {
    /// The token to send. It is asked for before each attempt, so it should be kept, not fetched.
    fn token(&self) -> impl Future<Output = Result<Token, BoxError>> + Send;

    /// Another token, since the server did not accept the last one. It is then sent once.
    ///
    /// At most one refresh runs at a time; who waited for it takes the token that [`token`](Self::token) then gives. After one
    /// that failed, the next who needs a token tries again. The future is dropped with the call that waits for it: what must
    /// not be lost half-way, such as a refresh token that is replaced, belongs in a task of its own.
    fn refresh(&self) -> impl Future<Output = Result<Token, BoxError>> + Send;
}

type Pending<'a> = Pin<Box<dyn Future<Output = Result<Token, BoxError>> + Send + 'a>>;

/// A [`TokenSource`] whose type does not show.
trait AnyTokenSource: Send + Sync {
    fn token(&self) -> Pending<'_>;
    fn refresh(&self) -> Pending<'_>;
}

impl<S: TokenSource> AnyTokenSource for S {
    fn token(&self) -> Pending<'_> {
        Box::pin(TokenSource::token(self))
    }

    fn refresh(&self) -> Pending<'_> {
        Box::pin(TokenSource::refresh(self))
    }
}

/// Where a client has its token from.
pub(crate) enum Tokens {
    /// One for good.
    Fixed(Token),
    /// A source, and a lock that a refresh holds.
    Changing(Box<Changing>),
}

pub(crate) struct Changing {
    source: Box<dyn AnyTokenSource>,
    refreshing: Mutex<()>,
}

impl Tokens {
    pub(crate) fn changing(source: impl TokenSource) -> Self {
        Self::Changing(Box::new(Changing { source: Box::new(source), refreshing: Mutex::new(()) }))
    }

    /// The token to send.
    pub(crate) async fn current(&self) -> Result<Token, TokenError> {
        match self {
            Self::Fixed(token) => Ok(token.clone()),
            Self::Changing(changing) => changing.source.token().await.map_err(TokenError::new),
        }
    }

    /// Another token than the one that the server did not accept; none if there is only one.
    pub(crate) async fn fresh(&self, refused: &Token) -> Result<Option<Token>, TokenError> {
        let Self::Changing(changing) = self else { return Ok(None) };
        let _refreshing = changing.refreshing.lock().await;
        // Somebody else may have refreshed it in the meantime.
        let current = changing.source.token().await.map_err(TokenError::new)?;
        if current != *refused {
            return Ok(Some(current));
        }
        changing.source.refresh().await.map(Some).map_err(TokenError::new)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fixed(_) => "Fixed(…)",
            Self::Changing(_) => "Changing(…)",
        })
    }
}
