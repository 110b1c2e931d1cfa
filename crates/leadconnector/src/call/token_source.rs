//! Tokens that change.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as FairMutex;
use tokio::time::timeout;

use crate::error::TokenError;
use crate::{LocationId, Token};

/// What a [`TokenSource`] says when it has no token. It becomes the source of [`Error::Token`](crate::Error::Token), so it
/// should hold no secret.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Tokens that change, or differ from location to location. Those of an app of the vendor's marketplace, which expire, are
/// [`oauth::App`](crate::oauth::App).
///
/// Both methods are told the location, so that one source, and one client, serves all locations of an agency. Both are given up
/// after the client's [`timeout`](crate::ClientBuilder::timeout); [`token`](Self::token) after that of a [`Call`](crate::Call) that has
/// one of its own.
///
/// ```
/// use std::collections::HashMap;
/// use std::path::PathBuf;
/// use std::sync::RwLock;
///
/// use leadconnector::token::{BoxError, TokenSource};
/// use leadconnector::{Client, LocationId, Token};
///
/// /// Private integration tokens: a file for each location, which somebody writes anew when a
/// /// token is rotated.
/// struct Files {
///     directory: PathBuf,
///     read: RwLock<HashMap<LocationId, Token>>,
/// }
///
/// impl TokenSource for Files {
///     async fn token(&self, location: &LocationId) -> Result<Token, BoxError> {
///         let known = self.read.read().unwrap().get(location).cloned();
///         match known {
///             Some(token) => Ok(token),
///             None => self.refresh(location).await,
///         }
///     }
///
///     async fn refresh(&self, location: &LocationId) -> Result<Token, BoxError> {
///         let file = std::fs::read_to_string(self.directory.join(location.as_str()))?;
///         let token = Token::new(file.trim_end())?;
///         self.read.write().unwrap().insert(location.clone(), token.clone());
///         Ok(token)
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (server, directory) = (leadconnector_mock::Server::start().await?, tempfile::tempdir()?);
/// # let location = LocationId::new("ve9EPM428h8vShlRW1KT")?;
/// # std::fs::write(directory.path().join(location.as_str()), "pit-9c48df26\n")?;
/// # let directory = directory.path().to_owned();
/// let client = Client::with_token_source(Files { directory, read: RwLock::default() });
/// # let client = client.base_url(server.url()).build()?;
/// # client.contacts(location).search(Default::default()).try_next().await?;
/// # assert_eq!(server.last_request().unwrap().headers["authorization"], "Bearer pit-9c48df26");
/// # Ok(())
/// # }
/// ```
pub trait TokenSource: Send + Sync + 'static {
    /// The token to send to a location. It is asked for before each attempt, so it should be kept, not fetched.
    fn token(&self, location: &LocationId) -> impl Future<Output = Result<Token, BoxError>> + Send;

    /// Another token for a location, since the server did not accept the last one. It is then sent once.
    ///
    /// At most one refresh runs at a time for a location. Who waited for it takes the token that [`token`](Self::token) then
    /// gives, or the error if it failed; who comes later tries again. The future is dropped with the call that waits for it:
    /// what must not be lost half-way belongs in a task of its own.
    fn refresh(&self, location: &LocationId) -> impl Future<Output = Result<Token, BoxError>> + Send;
}

/// Clients that share a source have a clone each.
impl<S: TokenSource> TokenSource for Arc<S> {
    fn token(&self, location: &LocationId) -> impl Future<Output = Result<Token, BoxError>> + Send {
        (**self).token(location)
    }

    fn refresh(&self, location: &LocationId) -> impl Future<Output = Result<Token, BoxError>> + Send {
        (**self).refresh(location)
    }
}

type Pending<'a> = Pin<Box<dyn Future<Output = Result<Token, BoxError>> + Send + 'a>>;

/// A [`TokenSource`] whose type does not show.
trait AnyTokenSource: Send + Sync {
    fn token<'a>(&'a self, location: &'a LocationId) -> Pending<'a>;
    fn refresh<'a>(&'a self, location: &'a LocationId) -> Pending<'a>;
}

impl<S: TokenSource> AnyTokenSource for S {
    fn token<'a>(&'a self, location: &'a LocationId) -> Pending<'a> {
        Box::pin(TokenSource::token(self, location))
    }

    fn refresh<'a>(&'a self, location: &'a LocationId) -> Pending<'a> {
        Box::pin(TokenSource::refresh(self, location))
    }
}

/// Where a client has its token from.
pub(crate) enum Tokens {
    /// One for good.
    Fixed(Token),
    Changing(Box<Changing>),
}

/// A source, and the refreshes under way.
pub(crate) struct Changing {
    source: Box<dyn AnyTokenSource>,
    refreshes: Mutex<HashMap<LocationId, Arc<Refreshes>>>,
}

/// The refreshes of a location while somebody waits for one.
#[derive(Default)]
struct Refreshes {
    /// Held by a refresh; with the error of the last one that failed.
    running: FairMutex<Option<TokenError>>,
    failed: AtomicU64,
}

impl Tokens {
    pub(crate) fn changing(source: impl TokenSource) -> Self {
        Self::Changing(Box::new(Changing { source: Box::new(source), refreshes: Mutex::default() }))
    }

    /// The token to send.
    pub(crate) async fn current(&self, location: &LocationId, limit: Duration) -> Result<Token, TokenError> {
        match self {
            Self::Fixed(token) => Ok(token.clone()),
            Self::Changing(changing) => within(limit, changing.source.token(location)).await,
        }
    }

    /// Another token than the one that the server did not accept; none if there is only one.
    pub(crate) async fn fresh(
        &self,
        location: &LocationId,
        refused: &Token,
        limit: Duration,
    ) -> Result<Option<Token>, TokenError> {
        let Self::Changing(changing) = self else { return Ok(None) };
        let waiting = Waiting::new(changing, location);
        changing.refresh(location, refused, limit, &waiting.refreshes).await.map(Some)
    }
}

/// Somebody who waits for a refresh.
struct Waiting<'a> {
    changing: &'a Changing,
    location: &'a LocationId,
    refreshes: Arc<Refreshes>,
}

impl<'a> Waiting<'a> {
    fn new(changing: &'a Changing, location: &'a LocationId) -> Self {
        let refreshes = Arc::clone(lock(&changing.refreshes).entry(location.clone()).or_default());
        Self { changing, location, refreshes }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut all = lock(&self.changing.refreshes);
        // The map's own and this one: nobody else waits.
        if Arc::strong_count(&self.refreshes) <= 2 {
            all.remove(self.location);
        }
    }
}

impl Changing {
    async fn refresh(
        &self,
        location: &LocationId,
        refused: &Token,
        limit: Duration,
        refreshes: &Refreshes,
    ) -> Result<Token, TokenError> {
        let failed_before = refreshes.failed.load(Ordering::Relaxed);
        let mut last_error = refreshes.running.lock().await;
        if let Some(error) = &*last_error
            && refreshes.failed.load(Ordering::Relaxed) != failed_before
        {
            return Err(error.clone());
        }
        let fresh = async {
            // Somebody else may have refreshed it in the meantime.
            let current = within(limit, self.source.token(location)).await?;
            if current != *refused { Ok(current) } else { within(limit, self.source.refresh(location)).await }
        };
        let fresh = fresh.await;
        if let Err(error) = &fresh {
            *last_error = Some(error.clone());
            refreshes.failed.fetch_add(1, Ordering::Relaxed);
        }
        fresh
    }
}

/// What a source says, if it says it in time.
async fn within(limit: Duration, token: Pending<'_>) -> Result<Token, TokenError> {
    match timeout(limit, token).await {
        Ok(token) => token.map_err(TokenError::new),
        Err(_) => Err(TokenError::new("it took longer than the timeout".into())),
    }
}

/// A thread that panicked while it held the lock left the map whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fixed(_) => "Fixed(…)",
            Self::Changing(_) => "Changing(…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    /// A source that counts how often it is asked for another token.
    struct Counting {
        refreshes: AtomicU64,
        is_hanging: bool,
    }

    impl TokenSource for Counting {
        async fn token(&self, location: &LocationId) -> Result<Token, BoxError> {
            Ok(Token::new(format!("stale-{location}"))?)
        }

        async fn refresh(&self, _: &LocationId) -> Result<Token, BoxError> {
            self.refreshes.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            if self.is_hanging {
                std::future::pending::<()>().await;
            }
            Err("signed out".into())
        }
    }

    fn tokens(is_hanging: bool) -> (Arc<Counting>, Tokens) {
        let source = Arc::new(Counting { refreshes: AtomicU64::new(0), is_hanging });
        (Arc::clone(&source), Tokens::changing(source))
    }

    const LIMIT: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn who_waited_for_a_refresh_that_fails_takes_its_error() {
        let (source, tokens) = tokens(false);
        let locations = ["a", "b"].map(|location| LocationId::new(location).unwrap());
        let refused = locations.each_ref().map(|location| Token::new(format!("stale-{location}")).unwrap());
        let fresh = |_| async { tokens.fresh(&locations[0], &refused[0], LIMIT).await.unwrap_err().to_string() };
        let other = tokens.fresh(&locations[1], &refused[1], LIMIT);
        let (errors, other) = tokio::join!(join_all((0..32).map(fresh)), other);
        assert_eq!((errors.len(), other.is_err()), (32, true));
        // One for each location.
        assert_eq!(source.refreshes.load(Ordering::Relaxed), 2);
        // Who comes later tries again, and nothing is kept for anybody.
        tokens.fresh(&locations[0], &refused[0], LIMIT).await.unwrap_err();
        assert_eq!(source.refreshes.load(Ordering::Relaxed), 3);
        let Tokens::Changing(changing) = &tokens else { panic!("fixed") };
        assert!(lock(&changing.refreshes).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_hangs_is_given_up_once() {
        struct Hanging;
        impl TokenSource for Hanging {
            async fn token(&self, _: &LocationId) -> Result<Token, BoxError> {
                std::future::pending().await
            }

            async fn refresh(&self, location: &LocationId) -> Result<Token, BoxError> {
                TokenSource::token(self, location).await
            }
        }
        let tokens = Tokens::changing(Hanging);
        let (location, refused) = (LocationId::new("a").unwrap(), Token::new("stale").unwrap());
        let begun = tokio::time::Instant::now();
        join_all((0..32).map(|_| tokens.fresh(&location, &refused, LIMIT))).await;
        assert_eq!(begun.elapsed(), LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refresh_that_hangs_is_given_up() {
        let (_, tokens) = tokens(true);
        let (location, refused) = (LocationId::new("a").unwrap(), Token::new("stale-a").unwrap());
        let begun = tokio::time::Instant::now();
        let fresh = || tokens.fresh(&location, &refused, LIMIT);
        let (one, two) = tokio::join!(fresh(), fresh());
        assert_eq!((one.is_err(), two.is_err(), begun.elapsed()), (true, true, LIMIT));
        assert_eq!(one.unwrap_err().source().unwrap().to_string(), "it took longer than the timeout");
    }
}
