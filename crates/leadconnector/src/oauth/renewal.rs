//! When a token is renewed, and by whom: one refresh at a time for each holder, in a task of its own, which stores what it got before
//! anybody uses it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared as SharedFuture};

use super::app::Settings;
use super::clock::Now;
use super::grant::{Claim, Kept};
use super::store::AnyStore;
use super::token_endpoint::Exchanged;
use super::{Code, Holder, OAuthError, Record};
use crate::{Client, Token};

/// How often the store is asked whether another process has done the refresh that it has begun.
const POLL: Duration = Duration::from_millis(200);

/// How long a renewal that failed is left alone, while the old token still lasts.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// What the clones of an app share.
pub(super) struct Shared {
    pub(super) settings: Settings,
    /// Sends what an agency asks for; and has the connections for everything else.
    pub(super) client: Client,
    pub(super) store: Box<dyn AnyStore>,
    /// A number of this process, by which it knows its own refreshes.
    pub(super) id: u64,
    pub(super) holders: Mutex<HashMap<Holder, Arc<Mutex<State>>>>,
}

type Renewal = SharedFuture<BoxFuture<'static, Result<Arc<Held>, OAuthError>>>;

/// What is known of a holder's tokens.
#[derive(Default)]
pub(super) struct State {
    /// Those that are used.
    held: Option<Arc<Held>>,
    /// The renewal under way.
    renewal: Option<Renewal>,
    /// Not to be renewed before this moment, unless the token has ended.
    not_before: Option<Instant>,
    /// New tokens that the store did not take.
    unsaved: Option<Unsaved>,
    /// The refresh token that the vendor does not take, and what it said: it is not sent again.
    refused: Option<(String, OAuthError)>,
}

/// An access token in use.
struct Held {
    token: Token,
    ends: Option<Ends>,
}

/// When an access token ends, by both clocks: whichever is first.
struct Ends {
    steady: Option<Instant>,
    unix: u64,
    /// How long before that it is renewed.
    early: Duration,
}

/// New tokens that are in memory alone.
#[derive(Clone)]
struct Unsaved {
    kept: Kept,
    instead_of: InsteadOf,
}

/// What new tokens may replace in the store. Where there is something else, somebody else has stored newer ones.
#[derive(Clone)]
enum InsteadOf {
    /// Whatever is there: a user has consented.
    Anything,
    /// What has this refresh token.
    RefreshToken(String),
    /// Nothing, or what was made with the agency's token.
    Minted,
}

impl InsteadOf {
    fn may_replace(&self, current: Option<&Kept>) -> bool {
        match (self, current) {
            (Self::Anything, _) | (Self::Minted, None) => true,
            (Self::RefreshToken(token), Some(current)) => current.refresh_token.as_ref() == Some(token),
            (Self::Minted, Some(current)) => current.refresh_token.is_none(),
            // The app was uninstalled, or the tokens were forgotten.
            (Self::RefreshToken(_), None) => false,
        }
    }
}

impl Held {
    fn new(kept: &Kept, settings: &Settings, now: Now) -> Result<Self, OAuthError> {
        let ends = kept.life().zip(kept.ends_at()).map(|(life, unix)| {
            // A clock that was ahead when the token was stored does not make it last longer.
            let left = Duration::from_secs(unix.saturating_sub(now.unix).min(life));
            let early = settings.renew_before.min(Duration::from_secs(life) / 2);
            Ends { steady: now.steady.checked_add(left), unix, early }
        });
        Ok(Self { token: Token::new(&*kept.access_token)?, ends })
    }

    /// Whether it can still be used.
    fn lasts(&self, now: Now) -> bool {
        self.lasts_for(Duration::ZERO, now)
    }

    /// Whether it need not be renewed yet.
    fn is_fresh(&self, now: Now) -> bool {
        self.ends.as_ref().is_none_or(|ends| self.lasts_for(ends.early, now))
    }

    fn lasts_for(&self, time: Duration, now: Now) -> bool {
        self.ends.as_ref().is_none_or(|ends| {
            let by_steady = ends.steady.is_none_or(|end| end.saturating_duration_since(now.steady) > time);
            by_steady && Duration::from_secs(ends.unix.saturating_sub(now.unix)) > time
        })
    }
}

impl Shared {
    /// The access token of a holder. It is renewed first if it has ended, and meanwhile if it is about to end.
    pub(super) async fn token(self: &Arc<Self>, holder: &Holder) -> Result<Token, OAuthError> {
        let renewal = {
            let state = self.state(holder);
            let mut locked = lock(&state);
            let now = self.settings.clock.now();
            match locked.held.clone().filter(|held| held.lasts(now)) {
                Some(held) => {
                    if !held.is_fresh(now) && locked.not_before.is_none_or(|moment| moment <= now.steady) {
                        drop(self.renewal(holder, &state, &mut locked));
                    }
                    return Ok(held.token.clone());
                }
                None => self.renewal(holder, &state, &mut locked),
            }
        };
        Ok(renewal.await?.token.clone())
    }

    /// Another access token than the one that is held, which the vendor does not take.
    pub(super) async fn refresh(self: &Arc<Self>, holder: &Holder) -> Result<Token, OAuthError> {
        let renewal = {
            let state = self.state(holder);
            let mut locked = lock(&state);
            self.renewal(holder, &state, &mut locked)
        };
        Ok(renewal.await?.token.clone())
    }

    /// Exchanges a code for tokens, and stores them.
    pub(super) async fn exchange(self: &Arc<Self>, code: Code) -> Result<(Holder, Kept), OAuthError> {
        let shared = Arc::clone(self);
        // In a task, so that a request that a browser gives up does not lose the tokens.
        let task = tokio::spawn(async move {
            let kept = shared.settings.exchange(&shared.client, &Exchanged::Code(&code)).await?;
            let Some(holder) = kept.holder() else { return Err(OAuthError::Interrupted) };
            let state = shared.state(&holder);
            *lock(&state) = State::default();
            let unsaved = Unsaved { kept, instead_of: InsteadOf::Anything };
            let kept = shared.save(&holder, &state, unsaved).await?;
            // A renewal of the tokens before may have ended meanwhile.
            *lock(&state) = State::default();
            Ok((holder, kept))
        });
        task.await.unwrap_or(Err(OAuthError::Interrupted))
    }

    /// Removes the tokens of a holder.
    pub(super) async fn forget(&self, holder: &Holder) -> Result<(), OAuthError> {
        let failed = |error| OAuthError::store(holder, error, false);
        while let Some(record) = self.store.load(holder).await.map_err(failed)? {
            if self.store.compare_and_swap(holder, Some(&record), None).await.map_err(failed)? {
                break;
            }
        }
        lock(&self.holders).remove(holder);
        Ok(())
    }

    /// What the store has for a holder.
    pub(super) async fn load(&self, holder: &Holder) -> Result<Option<(Record, Kept)>, OAuthError> {
        let record = self.store.load(holder).await.map_err(|error| OAuthError::store(holder, error, false))?;
        let Some(record) = record else { return Ok(None) };
        let kept = Kept::of_record(&record, holder, self.settings.clock.now())?;
        Ok(Some((record, kept)))
    }

    fn state(&self, holder: &Holder) -> Arc<Mutex<State>> {
        let mut holders = lock(&self.holders);
        match holders.get(holder) {
            Some(state) => Arc::clone(state),
            None => Arc::clone(holders.entry(holder.clone()).or_default()),
        }
    }

    /// The renewal under way, or one that begins now.
    fn renewal(self: &Arc<Self>, holder: &Holder, state: &Arc<Mutex<State>>, locked: &mut State) -> Renewal {
        // One that was waited for and is still here was interrupted.
        if let Some(renewal) = locked.renewal.as_ref().filter(|renewal| renewal.peek().is_none()) {
            return renewal.clone();
        }
        let (shared, holder, state) = (Arc::clone(self), holder.clone(), Arc::clone(state));
        let stale = locked.held.as_ref().map(|held| held.token.clone());
        let task = tokio::spawn(async move {
            let renewed = shared.renew(&holder, &state, stale).await;
            shared.renewed(&holder, &state, &renewed);
            renewed
        });
        let renewal = async move { task.await.unwrap_or(Err(OAuthError::Interrupted)) }.boxed().shared();
        locked.renewal = Some(renewal.clone());
        renewal
    }

    /// Takes note of what a renewal came to.
    fn renewed(&self, holder: &Holder, state: &Mutex<State>, renewed: &Result<Arc<Held>, OAuthError>) {
        let mut state = lock(state);
        state.renewal = None;
        match renewed {
            Ok(held) => {
                tracing::debug!(leadconnector.holder = %holder, "the token is renewed");
                state.held = Some(Arc::clone(held));
                state.not_before = None;
            }
            Err(error) => {
                tracing::debug!(leadconnector.holder = %holder, error.message = %error, "the token is not renewed");
                state.not_before = self.settings.clock.now().steady.checked_add(RETRY_AFTER);
            }
        }
    }

    /// Gets another token than the stale one: that which somebody else has stored, or a new one.
    async fn renew(
        self: &Arc<Self>,
        holder: &Holder,
        state: &Mutex<State>,
        stale: Option<Token>,
    ) -> Result<Arc<Held>, OAuthError> {
        let unsaved = lock(state).unsaved.take();
        if let Some(unsaved) = unsaved {
            self.save(holder, state, unsaved).await?;
        }
        let mut watched: Option<(u64, Instant)> = None;
        loop {
            let Some((record, kept)) = self.load(holder).await? else {
                return self.held(self.minted(holder, state).await?);
            };
            let now = self.settings.clock.now();
            let held = Held::new(&kept, &self.settings, now)?;
            if held.is_fresh(now) && Some(&held.token) != stale.as_ref() {
                return Ok(Arc::new(held));
            }
            let Some(refresh_token) = kept.refresh_token.clone() else {
                return self.held(self.minted(holder, state).await?);
            };
            let refused = lock(state).refused.clone();
            if let Some((_, error)) = refused.filter(|(token, _)| *token == refresh_token) {
                return Err(error);
            }
            if let Some(claim) = kept.claim.filter(|claim| claim.by != self.id) {
                let since = match watched {
                    Some((revision, since)) if revision == record.revision() => since,
                    _ => now.steady,
                };
                watched = Some((record.revision(), since));
                // The clock of another machine may be wrong: what is watched for as long is over, too.
                let age = Duration::from_secs(now.unix.saturating_sub(claim.at));
                if age.max(now.steady.saturating_duration_since(since)) < self.settings.timeout {
                    tokio::time::sleep(POLL).await;
                    continue;
                }
            }
            let first_at = kept.claim.map_or(now.unix, |claim| claim.first_at);
            let claim = Claim { by: self.id, at: now.unix, first_at };
            let claimed = kept.clone().claimed(claim).to_record(holder)?;
            let swapped = self.store.compare_and_swap(holder, Some(&record), Some(&claimed)).await;
            if !swapped.map_err(|error| OAuthError::store(holder, error, false))? {
                continue;
            }
            let exchanged = Exchanged::RefreshToken { token: &refresh_token, holder, kept: &kept };
            match self.settings.exchange(&self.client, &exchanged).await {
                Ok(kept) => {
                    let instead_of = InsteadOf::RefreshToken(refresh_token);
                    return self.held(self.save(holder, state, Unsaved { kept, instead_of }).await?);
                }
                Err(error @ OAuthError::RefreshRefused { .. }) => {
                    // Somebody else may have used it, and stored what came.
                    let current = self.load(holder).await?;
                    if current.is_some_and(|(_, kept)| kept.refresh_token.as_ref() != Some(&refresh_token)) {
                        continue;
                    }
                    lock(state).refused = Some((refresh_token, error.clone()));
                    return Err(error);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// A token for a location that has none of its own, made with that of its agency.
    async fn minted(&self, holder: &Holder, state: &Mutex<State>) -> Result<Kept, OAuthError> {
        let (Holder::Location(location), Some(company)) = (holder, &self.settings.company) else {
            return Err(OAuthError::NoConsent(holder.clone()));
        };
        let kept = self.mint(location, company).await?;
        self.save(holder, state, Unsaved { kept, instead_of: InsteadOf::Minted }).await
    }

    fn held(&self, kept: Kept) -> Result<Arc<Held>, OAuthError> {
        Ok(Arc::new(Held::new(&kept, &self.settings, self.settings.clock.now())?))
    }

    /// Stores new tokens, and gives them; or those that somebody else has stored meanwhile. What cannot be stored is kept in memory.
    async fn save(&self, holder: &Holder, state: &Mutex<State>, new: Unsaved) -> Result<Kept, OAuthError> {
        let saved = self.save_once(holder, &new).await;
        if saved.as_ref().is_err_and(|error| matches!(error, OAuthError::Store { unsaved: true, .. })) {
            lock(state).unsaved = Some(new);
        }
        saved
    }

    async fn save_once(&self, holder: &Holder, new: &Unsaved) -> Result<Kept, OAuthError> {
        let failed = |error| OAuthError::store(holder, error, true);
        let record = new.kept.to_record(holder).map_err(|error| failed(error.into()))?;
        loop {
            let current = self.store.load(holder).await.map_err(failed)?;
            let now = self.settings.clock.now();
            let kept = match (&current, &new.instead_of) {
                (Some(_), InsteadOf::Anything) | (None, _) => None,
                (Some(current), _) => {
                    Some(Kept::of_record(current, holder, now).map_err(|error| failed(error.into()))?)
                }
            };
            if !new.instead_of.may_replace(kept.as_ref()) {
                return kept.ok_or_else(|| OAuthError::NoConsent(holder.clone()));
            }
            if self.store.compare_and_swap(holder, current.as_ref(), Some(&record)).await.map_err(failed)? {
                return Ok(new.kept.clone());
            }
        }
    }
}

/// A thread that panicked while it held the lock left it whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("client_id", &self.settings.client_id).finish_non_exhaustive()
    }
}
