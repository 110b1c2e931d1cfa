//! When a token is renewed, and by whom: one refresh at a time for each holder, in a task of its own, which stores what it got before
//! anybody uses it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared as SharedFuture};
use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinHandle};

use super::app::Settings;
use super::clock::Now;
use super::error::NotAnswered;
use super::grant::{Claim, Kept};
use super::store::AnyStore;
use super::token_endpoint::Exchanged;
use super::{Code, Holder, OAuthError, Record};
use crate::{BoxError, Client, Token};

/// How often the store is asked whether another process has done the refresh that it has begun.
const POLL: Duration = Duration::from_millis(200);

/// How long a renewal that failed is left alone, while the old token still lasts.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// How long a refresh token that the vendor does not take is not sent again.
const REFUSED_FOR: Duration = Duration::from_secs(60);

/// How often a swap is tried, and the time between. Others swap no more than a few times for each token.
const SWAPS: u32 = 20;
const SWAP_AGAIN: Duration = Duration::from_millis(10);

/// What the clones of an app share.
pub(super) struct Shared {
    pub(super) settings: Settings,
    /// Sends what an agency asks for; and has the connections for everything else.
    pub(super) client: Client,
    pub(super) store: Box<dyn AnyStore>,
    /// A number of this process, by which it knows its own refreshes.
    pub(super) id: i64,
    pub(super) holders: Mutex<HashMap<Holder, Arc<Mutex<State>>>>,
}

/// A renewal under way, for all who wait for it.
#[derive(Clone)]
struct Renewal {
    renewed: SharedFuture<BoxFuture<'static, Result<Arc<Held>, OAuthError>>>,
    /// Of the task; none if there is no runtime for it.
    task: Option<AbortHandle>,
}

impl Renewal {
    /// Whether it has ended. One that was interrupted leaves no word.
    fn has_ended(&self) -> bool {
        self.task.as_ref().is_none_or(AbortHandle::is_finished)
    }
}

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
    /// The refresh token that the vendor does not take, what it said, and until when that one is not sent again.
    refused: Option<(String, OAuthError, Instant)>,
}

impl State {
    /// Whether nothing is known.
    fn is_empty(&self) -> bool {
        let Self { held, renewal, not_before: _, unsaved, refused } = self;
        held.is_none() && renewal.is_none() && unsaved.is_none() && refused.is_none()
    }
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
    /// Nothing, or what is older: a user has consented.
    Older,
    /// What has this refresh token.
    RefreshToken(String),
    /// Nothing, or what was made with the agency's token.
    Minted,
}

impl InsteadOf {
    fn may_replace(&self, current: Option<&Kept>, new: &Kept) -> bool {
        match (self, current) {
            (Self::Older | Self::Minted, None) => true,
            (Self::Older, Some(current)) => new.is_as_new_as(current),
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
    /// The access token of a holder. It is renewed if it is about to end: who finds that waits, since a program may end with its call, and
    /// the others go on with the old one.
    pub(super) async fn token(self: &Arc<Self>, holder: &Holder) -> Result<Token, OAuthError> {
        let (renewal, old) = {
            let state = self.state(holder);
            let mut locked = lock(&state);
            let now = self.settings.clock.now();
            let old = locked.held.clone().filter(|held| held.lasts(now));
            if let Some(held) = &old {
                let is_wanted = !held.is_fresh(now) || locked.unsaved.is_some();
                let is_due = locked.not_before.is_none_or(|moment| moment <= now.steady);
                let is_under_way = locked.renewal.as_ref().is_some_and(|renewal| !renewal.has_ended());
                if !is_wanted || !is_due || is_under_way {
                    return Ok(held.token.clone());
                }
            }
            (self.renewal(holder, &state, &mut locked), old)
        };
        match (renewal.renewed.await, old) {
            (Ok(held), _) | (Err(_), Some(held)) => Ok(held.token.clone()),
            (Err(error), None) => Err(error),
        }
    }

    /// Another access token than the one that is held, which the vendor does not take.
    pub(super) async fn refresh(self: &Arc<Self>, holder: &Holder) -> Result<Token, OAuthError> {
        let renewal = {
            let state = self.state(holder);
            let mut locked = lock(&state);
            self.renewal(holder, &state, &mut locked)
        };
        Ok(renewal.renewed.await?.token.clone())
    }

    /// Exchanges a code for tokens, and stores them.
    pub(super) async fn exchange(self: &Arc<Self>, code: Code) -> Result<(Holder, Kept), OAuthError> {
        let shared = Arc::clone(self);
        // So that a request that a browser gives up does not lose the tokens.
        let exchanged = in_a_task(async move {
            let (holder, kept) = shared.settings.exchange(&shared.client, &Exchanged::Code(&code)).await?;
            // A renewal of the tokens before that is under way is left with the state before.
            let state = Arc::default();
            let saved = shared.save(&holder, &state, Unsaved { kept, instead_of: InsteadOf::Older }).await;
            lock(&shared.holders).insert(holder.clone(), state);
            Ok((holder, saved?))
        });
        exchanged.await.map_err(OAuthError::CodeLost)?
    }

    /// Removes the tokens of a holder.
    pub(super) async fn forget(self: &Arc<Self>, holder: Holder) -> Result<(), OAuthError> {
        let shared = Arc::clone(self);
        let forgotten = in_a_task(async move {
            let failed = |error| OAuthError::store(&holder, error, false);
            // Also afterwards, since a renewal may have begun meanwhile.
            lock(&shared.holders).remove(&holder);
            let mut swaps = Swaps::default();
            while let Some(record) = shared.store.load(&holder).await.map_err(failed)? {
                if shared.store.compare_and_swap(&holder, Some(&record), None).await.map_err(failed)? {
                    break;
                }
                swaps.again().await.map_err(failed)?;
            }
            lock(&shared.holders).remove(&holder);
            Ok(())
        });
        forgotten.await.map_err(OAuthError::NotAnswered)?
    }

    /// What the store has for a holder.
    pub(super) async fn load(&self, holder: &Holder) -> Result<Option<(Record, Kept)>, OAuthError> {
        let record = self.store.load(holder).await.map_err(|error| OAuthError::store(holder, error, false))?;
        let Some(record) = record else { return Ok(None) };
        let kept = self.kept(&record, holder)?;
        Ok(Some((record, kept)))
    }

    fn kept(&self, record: &Record, holder: &Holder) -> Result<Kept, OAuthError> {
        Kept::of_record(record, holder, &self.settings.client_id, self.settings.clock.now())
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
        if let Some(renewal) = locked.renewal.as_ref().filter(|renewal| !renewal.has_ended()) {
            return renewal.clone();
        }
        let (shared, holder, state) = (Arc::clone(self), holder.clone(), Arc::clone(state));
        let stale = locked.held.as_ref().map(|held| held.token.clone());
        let renewed = in_a_task(async move {
            let renewed = shared.renew(&holder, &state, stale).await;
            shared.renewed(&holder, &state, &renewed);
            renewed
        });
        let task = renewed.task.as_ref().map(JoinHandle::abort_handle);
        let renewed = async move { renewed.await.map_err(OAuthError::NotAnswered)? }.boxed().shared();
        let renewal = Renewal { renewed, task };
        locked.renewal = Some(renewal.clone());
        renewal
    }

    /// Takes note of what a renewal came to.
    fn renewed(&self, holder: &Holder, state: &Arc<Mutex<State>>, renewed: &Result<Arc<Held>, OAuthError>) {
        let is_empty = {
            let mut state = lock(state);
            state.renewal = None;
            match renewed {
                Ok(held) => {
                    tracing::debug!(leadconnector.holder = %holder, "the token is renewed");
                    state.held = Some(Arc::clone(held));
                    state.not_before = None;
                }
                Err(error) => {
                    if state.unsaved.is_some() {
                        tracing::warn!(leadconnector.holder = %holder, error.message = %error, "new tokens are not stored");
                    } else {
                        tracing::debug!(leadconnector.holder = %holder, error.message = %error, "the token is not renewed");
                    }
                    state.not_before = self.settings.clock.now().steady.checked_add(RETRY_AFTER);
                }
            }
            state.is_empty()
        };
        if is_empty {
            // Anybody can ask for a location that is none.
            let mut holders = lock(&self.holders);
            if holders.get(holder).is_some_and(|known| Arc::ptr_eq(known, state)) {
                holders.remove(holder);
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
        let unsaved = lock(state).unsaved.clone();
        if let Some(unsaved) = unsaved {
            self.save(holder, state, unsaved).await?;
        }
        let mut watched: Option<(i64, Instant)> = None;
        let mut swaps = Swaps::default();
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
            if let Some((_, error, _)) =
                refused.filter(|(token, _, until)| *token == refresh_token && *until > now.steady)
            {
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
            let failed = |error| OAuthError::store(holder, error, false);
            let kept = kept.claimed(Claim { by: self.id, at: now.unix });
            let claimed = kept.to_record(holder)?;
            if !self.store.compare_and_swap(holder, Some(&record), Some(&claimed)).await.map_err(failed)? {
                swaps.again().await.map_err(failed)?;
                continue;
            }
            let exchanged = Exchanged::RefreshToken { token: &refresh_token, holder, kept: &kept };
            let error = match self.settings.exchange(&self.client, &exchanged).await {
                Ok((_, kept)) => {
                    let instead_of = InsteadOf::RefreshToken(refresh_token);
                    return self.held(self.save(holder, state, Unsaved { kept, instead_of }).await?);
                }
                Err(error) => error,
            };
            // Others need not wait for this refresh any more. If the store fails now, they do.
            let lost_at = matches!(error, OAuthError::NotAnswered(_)).then_some(now.unix);
            let released = kept.released(lost_at).to_record(holder)?;
            let _ = self.store.compare_and_swap(holder, Some(&claimed), Some(&released)).await;
            if let OAuthError::RefreshRefused { .. } = error {
                // Somebody else may have used it, and stored what came.
                let current = self.load(holder).await?;
                if current.is_some_and(|(_, kept)| kept.refresh_token.as_ref() != Some(&refresh_token)) {
                    continue;
                }
                let until = now.steady.checked_add(REFUSED_FOR).unwrap_or(now.steady);
                lock(state).refused = Some((refresh_token, error.clone(), until));
            }
            return Err(error);
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

    /// Stores new tokens, and gives them; or those that somebody else has stored meanwhile. Until they are stored, they are in memory.
    async fn save(&self, holder: &Holder, state: &Mutex<State>, new: Unsaved) -> Result<Kept, OAuthError> {
        lock(state).unsaved = Some(new.clone());
        let saved = self.save_once(holder, &new).await;
        if !matches!(saved, Err(OAuthError::Store { .. })) {
            lock(state).unsaved = None;
        }
        saved
    }

    async fn save_once(&self, holder: &Holder, new: &Unsaved) -> Result<Kept, OAuthError> {
        let failed = |error| OAuthError::store(holder, error, true);
        let record = new.kept.to_record(holder).map_err(|error| failed(error.into()))?;
        let mut swaps = Swaps::default();
        loop {
            let current = self.store.load(holder).await.map_err(failed)?;
            let kept = match current.as_ref().map(|current| self.kept(current, holder)).transpose() {
                Ok(kept) => kept,
                // A consent mends what is there.
                Err(OAuthError::Unreadable(_) | OAuthError::OtherHolder { .. })
                    if matches!(new.instead_of, InsteadOf::Older) =>
                {
                    None
                }
                Err(error) => return Err(failed(error.into())),
            };
            if !new.instead_of.may_replace(kept.as_ref(), &new.kept) {
                return kept.ok_or_else(|| OAuthError::NoConsent(holder.clone()));
            }
            if self.store.compare_and_swap(holder, current.as_ref(), Some(&record)).await.map_err(failed)? {
                return Ok(new.kept.clone());
            }
            swaps.again().await.map_err(failed)?;
        }
    }
}

/// How often a swap was tried.
#[derive(Default)]
struct Swaps(u32);

impl Swaps {
    /// Waits for another try; an error if there were enough.
    async fn again(&mut self) -> Result<(), BoxError> {
        self.0 += 1;
        if self.0 >= SWAPS {
            let problem = "it swaps nothing, whatever is expected: does `load` see what was swapped last, and does a revision keep \
                           all of its 64 bits?";
            return Err(problem.into());
        }
        tokio::time::sleep(SWAP_AGAIN).await;
        Ok(())
    }
}

/// What a task of its own does, which goes on when nobody waits for it.
fn in_a_task<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Task<T> {
    Task { task: Handle::try_current().ok().map(|runtime| runtime.spawn(work)) }
}

struct Task<T> {
    /// None without a runtime of tokio.
    task: Option<JoinHandle<T>>,
}

impl<T> IntoFuture for Task<T>
where
    T: Send + 'static,
{
    type Output = Result<T, Arc<NotAnswered>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move {
            let interrupted = || Arc::new(NotAnswered::Interrupted);
            self.task.ok_or_else(interrupted)?.await.map_err(|_| interrupted())
        }
        .boxed()
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
