//! How fast a location is asked.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use tokio::sync::{Mutex as FairMutex, Notify};
use tokio::time::{Instant, timeout_at};

use super::jitter::random;
use crate::{BoxError, LocationId, RateLimit};

/// What the vendor allows a location, until the headers of an answer say otherwise.
const MAX: u64 = 100;
const INTERVAL: Duration = Duration::from_secs(10);
const DAILY_LIMIT: u64 = 200_000;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// More in an interval, or a longer interval than a day, is no figure to rely on.
const LARGEST_MAX: u64 = 100_000;

/// The budget of requests of each location.
///
/// [`SlidingWindow`] is the one that comes with this crate, and keeps the budget in the memory of a client and its clones.
/// Hand in another with [`ClientBuilder::pacing`](crate::ClientBuilder::pacing) to keep it in a store that several processes
/// share; or [`NoPacing`].
pub trait Pacing: Send + Sync + 'static {
    /// Waits until a request for this location may be sent, and takes its place in the budget.
    ///
    /// The future may be dropped while it waits; then nothing must be taken.
    fn acquire(&self, location: &LocationId) -> impl Future<Output = Result<(), PacingError>> + Send;

    /// The request has ended for which `acquire` had taken a place; called once for each. `answer` is what the answer said of
    /// the budget; none if there was no answer.
    fn release(&self, location: &LocationId, answer: Option<BudgetAnswer<'_>>);
}

/// What an answer says of the budget of a location.
#[derive(Clone, Copy)]
pub struct BudgetAnswer<'a> {
    status: StatusCode,
    headers: &'a HeaderMap,
}

impl<'a> BudgetAnswer<'a> {
    /// What an answer with this status and these headers says: for the tests of a [`Pacing`].
    pub fn new(status: StatusCode, headers: &'a HeaderMap) -> Self {
        Self { status, headers }
    }

    /// The figures in the headers, which are read on each call.
    pub fn limit(&self) -> RateLimit {
        RateLimit::of(self.headers)
    }

    /// Whether the request was refused, with 429.
    pub fn refused(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
    }
}

impl fmt::Debug for BudgetAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BudgetAnswer").field("limit", &self.limit()).field("refused", &self.refused()).finish()
    }
}

/// Why no request may be sent, however long one waits.
#[derive(Debug)]
#[non_exhaustive]
pub enum PacingError {
    /// The day's allowance of the location is used up; a request may be sent again after this time.
    DayUsedUp {
        /// Counted from the error.
        again_in: Duration,
    },
    /// The store of the budget failed. The source of this error is what it said.
    Store(BoxError),
}

impl fmt::Display for PacingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DayUsedUp { again_in } => {
                let minutes = again_in.as_secs().div_ceil(60);
                write!(
                    f,
                    "the location's allowance of the day is used up; nothing was sent, try again in {minutes} min"
                )
            }
            Self::Store(_) => f.write_str("the store of the location's budget failed; nothing was sent"),
        }
    }
}

impl std::error::Error for PacingError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::DayUsedUp { .. } => None,
            Self::Store(error) => Some(&**error),
        }
    }
}

/// Does not wait.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPacing;

impl Pacing for NoPacing {
    async fn acquire(&self, _: &LocationId) -> Result<(), PacingError> {
        Ok(())
    }

    fn release(&self, _: &LocationId, _: Option<BudgetAnswer<'_>>) {}
}

/// Uses the allowance of each location to the full, and never more: 100 requests in any 10 seconds and 200,000 in a day, or
/// what the server's headers say.
///
/// A request holds its place until one interval after its *answer*: the server may count it at any time before. Who comes
/// first is served first, and a burst within the allowance is sent at once. When the server reports less left than was
/// counted here, others share the budget: then what they used is counted as well, a tenth of the allowance is left alone for
/// what is not reported yet, and ours is a share that shrinks while little is left and grows while there is room.
///
/// A day is 24 hours from the first request of a location; the vendor does not say when its own day begins.
#[derive(Debug, Default)]
pub struct SlidingWindow {
    locations: Mutex<HashMap<LocationId, Arc<Window>>>,
}

/// The budget of one location.
#[derive(Debug, Default)]
struct Window {
    /// Held by who is first in line: the lock serves in the order of the requests.
    first_in_line: FairMutex<()>,
    budget: Mutex<Budget>,
    released: Notify,
}

#[derive(Debug)]
struct Budget {
    max: u64,
    interval: Duration,
    /// When each request began that has no answer yet; which is which does not matter.
    in_flight: VecDeque<Instant>,
    /// When the places of our requests were released that are still held, or were when the oldest request began.
    ours: VecDeque<Instant>,
    /// When the places will be free that others hold.
    others: Vec<Instant>,
    /// How many places we take of a budget that others share; none while nobody does.
    share: Option<Share>,
    daily_limit: u64,
    today: u64,
    day_began: Option<Instant>,
}

/// Our part of a budget that others share. It grows evenly while there is room, and shrinks by a part when there is not: so
/// whoever shares the budget ends up with about the same.
#[derive(Clone, Copy, Debug)]
struct Share {
    places: u64,
    /// When others' requests were last reported.
    reported: Instant,
    /// When the number of places last changed.
    changed: Instant,
    /// The least that the server had left since then.
    least: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            max: MAX,
            interval: INTERVAL,
            in_flight: VecDeque::new(),
            ours: VecDeque::new(),
            others: Vec::new(),
            share: None,
            daily_limit: DAILY_LIMIT,
            today: 0,
            day_began: None,
        }
    }
}

/// What is to be done before a request may be sent.
enum Turn {
    Send,
    WaitUntil(Instant),
    WaitForAnAnswer,
}

impl Budget {
    fn forget(&mut self, now: Instant) {
        let horizon = self.in_flight.front().copied().unwrap_or(now);
        while self.ours.front().is_some_and(|since| *since + self.interval <= horizon) {
            self.ours.pop_front();
        }
        self.others.retain(|free| *free > now);
        if self.share.is_some_and(|share| now.duration_since(share.reported) >= self.interval * 2) {
            self.share = None;
        }
        if self.day_began.is_some_and(|began| now.duration_since(began) >= DAY) {
            self.day_began = None;
            self.today = 0;
        }
    }

    /// The places that our requests hold, or held at some time before.
    fn used_by_us(&self, at: Instant) -> u64 {
        let free = self.ours.partition_point(|since| *since + self.interval <= at);
        (self.in_flight.len() + self.ours.len() - free) as u64
    }

    fn used(&self, at: Instant) -> u64 {
        self.used_by_us(at) + self.others.len() as u64
    }

    /// What is left alone of a budget that others share: their latest requests are not reported yet.
    fn margin(&self) -> u64 {
        (self.max / 10).max(1)
    }

    fn has_room(&self, now: Instant) -> bool {
        match self.share {
            None => self.used(now) < self.max,
            Some(share) => self.used_by_us(now) < share.places && self.used(now) + self.margin() < self.max.max(2),
        }
    }

    fn take(&mut self, now: Instant) -> Result<Turn, PacingError> {
        self.forget(now);
        if self.today >= self.daily_limit {
            let began = self.day_began.unwrap_or(now);
            return Err(PacingError::DayUsedUp { again_in: DAY.saturating_sub(now.duration_since(began)) });
        }
        if self.has_room(now) {
            self.in_flight.push_back(now);
            self.today += 1;
            self.day_began.get_or_insert(now);
            return Ok(Turn::Send);
        }
        let ours = self.ours.iter().map(|since| *since + self.interval).find(|free| *free > now);
        let next = self.others.iter().copied().chain(ours).min();
        Ok(next.map_or(Turn::WaitForAnAnswer, Turn::WaitUntil))
    }

    fn release(&mut self, now: Instant, answer: Option<BudgetAnswer<'_>>) {
        // The oldest one: this request began then, or later.
        let begun = self.in_flight.pop_front().unwrap_or(now);
        let refused = answer.is_some_and(|answer| answer.refused());
        if !refused {
            self.ours.push_back(now);
        }
        let Some(limit) = answer.map(|answer| answer.limit()) else { return };
        if let Some(max) = limit.max.filter(|max| (1..=LARGEST_MAX).contains(max)) {
            self.max = max;
        }
        if let Some(interval) = limit.interval.filter(|interval| !interval.is_zero() && *interval <= DAY) {
            self.interval = interval;
        }
        // Who is refused knows that nothing is left, whatever else the answer says.
        if let Some(remaining) = if refused { Some(0) } else { limit.remaining } {
            self.reported(remaining, begun, now);
        }
        if let Some(daily_limit) = limit.daily_limit.filter(|daily_limit| *daily_limit > 0) {
            self.daily_limit = daily_limit;
        }
        if let Some(remaining) = limit.daily_remaining {
            // The server knows when its day begins; requests on their way may not be counted there yet.
            self.today = self.daily_limit.saturating_sub(remaining).saturating_add(self.in_flight.len() as u64);
            // Our day may have ended while the request was under way; what is counted must end at some time.
            self.day_began.get_or_insert(now);
        }
    }

    /// Takes in how much the server had left, which is less than we counted if others share the budget. It counted at some time
    /// after the request began: what we held then it may have counted, although it is free by now.
    fn reported(&mut self, remaining: u64, begun: Instant, now: Instant) {
        let used = self.max.saturating_sub(remaining);
        let by_others = used.saturating_sub(self.used(begun));
        // They were sent at some time in the last interval, so they end at some time in the next one. At random, since two
        // that keep time with each other would never see what the other leaves.
        self.others.extend((0..by_others).map(|_| now + self.interval.mul_f64(random())));
        let Some(share) = &mut self.share else {
            if by_others > 0 {
                self.share =
                    Some(Share { places: self.max.div_ceil(2), reported: now, changed: now, least: remaining });
            }
            return;
        };
        if by_others > 0 {
            share.reported = now;
        }
        share.least = share.least.min(remaining);
        // Once in an interval: only then have the answers shown what the last change has done.
        if now.duration_since(share.changed) >= self.interval {
            let scarce = share.least < self.max / 5;
            let step = (self.max / 33).max(1);
            let places = if scarce { share.places - share.places / 4 } else { share.places + step };
            *share = Share { places: places.clamp(1, self.max), changed: now, least: remaining, ..*share };
        }
    }

    fn is_idle(&self) -> bool {
        self.in_flight.is_empty() && self.ours.is_empty() && self.others.is_empty() && self.day_began.is_none()
    }
}

/// A thread that panicked while it held the lock left the numbers as they were: they are whole after each line.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SlidingWindow {
    fn window(&self, location: &LocationId) -> Arc<Window> {
        let mut locations = lock(&self.locations);
        if let Some(window) = locations.get(location) {
            return Arc::clone(window);
        }
        let now = Instant::now();
        locations.retain(|_, window| {
            let mut budget = lock(&window.budget);
            budget.forget(now);
            Arc::strong_count(window) > 1 || !budget.is_idle()
        });
        Arc::clone(locations.entry(location.clone()).or_default())
    }
}

impl Pacing for SlidingWindow {
    async fn acquire(&self, location: &LocationId) -> Result<(), PacingError> {
        let window = self.window(location);
        let _first_in_line = window.first_in_line.lock().await;
        loop {
            let released = window.released.notified();
            let turn = lock(&window.budget).take(Instant::now())?;
            match turn {
                Turn::Send => return Ok(()),
                // An answer may change the figures, so that the wait is shorter.
                Turn::WaitUntil(time) => drop(timeout_at(time, released).await),
                Turn::WaitForAnAnswer => released.await,
            }
        }
    }

    fn release(&self, location: &LocationId, answer: Option<BudgetAnswer<'_>>) {
        let window = self.window(location);
        lock(&window.budget).release(Instant::now(), answer);
        window.released.notify_waiters();
    }
}

/// A [`Pacing`] whose type does not show.
pub(crate) trait AnyPacing: Send + Sync {
    fn take_place<'a>(
        &'a self,
        location: &'a LocationId,
    ) -> Pin<Box<dyn Future<Output = Result<(), PacingError>> + Send + 'a>>;
    fn give_back(&self, location: &LocationId, answer: Option<BudgetAnswer<'_>>);
}

impl<P: Pacing> AnyPacing for P {
    fn take_place<'a>(
        &'a self,
        location: &'a LocationId,
    ) -> Pin<Box<dyn Future<Output = Result<(), PacingError>> + Send + 'a>> {
        Box::pin(Pacing::acquire(self, location))
    }

    fn give_back(&self, location: &LocationId, answer: Option<BudgetAnswer<'_>>) {
        Pacing::release(self, location, answer);
    }
}

impl fmt::Debug for dyn AnyPacing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pacing(…)")
    }
}

/// A place in the budget. It is released with what an answer says, or else when it is dropped.
pub(crate) struct Place<'a> {
    pacing: &'a dyn AnyPacing,
    location: &'a LocationId,
}

impl<'a> Place<'a> {
    pub(crate) async fn acquire(pacing: &'a dyn AnyPacing, location: &'a LocationId) -> Result<Self, PacingError> {
        pacing.take_place(location).await?;
        Ok(Self { pacing, location })
    }

    pub(crate) fn answered(self, answer: BudgetAnswer<'_>) {
        let place = ManuallyDrop::new(self);
        place.pacing.give_back(place.location, Some(answer));
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.pacing.give_back(self.location, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location() -> LocationId {
        LocationId::new("ve9EPM428h8vShlRW1KT").unwrap()
    }

    fn left(remaining: u64) -> RateLimit {
        let interval = Some(Duration::from_secs(10));
        RateLimit { max: Some(100), remaining: Some(remaining), interval, ..RateLimit::default() }
    }

    /// Releases a place with an answer that has these figures.
    fn release(pacing: &SlidingWindow, location: &LocationId, limit: RateLimit, refused: bool) {
        let RateLimit { daily_limit, daily_remaining, interval, max, remaining } = limit;
        // More than a header can say is said as the most that it can.
        let interval = interval.map(|interval| u64::try_from(interval.as_millis()).unwrap_or(u64::MAX));
        let figures = [
            ("x-ratelimit-limit-daily", daily_limit),
            ("x-ratelimit-daily-remaining", daily_remaining),
            ("x-ratelimit-interval-milliseconds", interval),
            ("x-ratelimit-max", max),
            ("x-ratelimit-remaining", remaining),
        ];
        let headers = figures
            .into_iter()
            .filter_map(|(name, figure)| Some((http::HeaderName::from_static(name), http::HeaderValue::from(figure?))));
        let status = if refused { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::CREATED };
        pacing.release(location, Some(BudgetAnswer::new(status, &headers.collect())));
    }

    /// The largest number of times in any interval; a time at its very end is in the next one.
    fn largest_number_in_any(interval: Duration, times: &[Instant]) -> usize {
        let in_interval = |(place, begin): (usize, &Instant)| {
            times[place..].iter().take_while(|time| time.duration_since(*begin) < interval).count()
        };
        times.iter().enumerate().map(in_interval).max().unwrap_or_default()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_within_the_allowance_is_sent_at_once() {
        let (pacing, location, begun) = (SlidingWindow::default(), location(), Instant::now());
        for _ in 0..100 {
            pacing.acquire(&location).await.unwrap();
        }
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    /// Two days of work, with answers at once.
    #[tokio::test(start_paused = true)]
    async fn two_days_at_the_full_allowance() {
        let (pacing, location, begun) = (SlidingWindow::default(), location(), Instant::now());
        let mut times = Vec::new();
        for day in 1..=2_u32 {
            let error = loop {
                match pacing.acquire(&location).await {
                    Ok(()) => {
                        times.push(Instant::now());
                        pacing.release(&location, None);
                    }
                    Err(error) => break error,
                }
            };
            assert_eq!(times.len() as u64, u64::from(day) * DAILY_LIMIT);
            let PacingError::DayUsedUp { again_in } = error else { panic!("{error}") };
            assert_eq!(begun.elapsed() + again_in, DAY * day);
            tokio::time::advance(again_in).await;
        }
        assert_eq!(largest_number_in_any(INTERVAL, &times), 100);
        // Each day's work takes as long as it must, and at most a hundredth more.
        let work = times[DAILY_LIMIT as usize - 1].duration_since(times[0]);
        let least = INTERVAL * (DAILY_LIMIT / MAX - 1) as u32;
        assert!(work >= least && work <= least.mul_f64(1.01), "{work:?} instead of {least:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_is_held_until_an_interval_after_the_answer() {
        let (pacing, location) = (SlidingWindow::default(), location());
        for _ in 0..100 {
            pacing.acquire(&location).await.unwrap();
        }
        tokio::time::advance(Duration::from_secs(60)).await;
        let begun = Instant::now();
        let next = async {
            pacing.acquire(&location).await.unwrap();
            begun.elapsed()
        };
        let answer = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            pacing.release(&location, None);
        };
        let (waited, ()) = tokio::join!(next, answer);
        assert_eq!(waited, Duration::from_secs(15));
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_first_is_served_first_also_if_somebody_leaves() {
        let (pacing, location) = (SlidingWindow::default(), location());
        for _ in 0..100 {
            pacing.acquire(&location).await.unwrap();
            pacing.release(&location, None);
        }
        let served = Mutex::new(Vec::new());
        let waiting = |number: u32, patience: u64| {
            let (pacing, location, served) = (&pacing, &location, &served);
            async move {
                let acquired = tokio::time::timeout(Duration::from_secs(patience), pacing.acquire(location)).await;
                if acquired.is_ok() {
                    lock(served).push(number);
                }
            }
        };
        tokio::join!(waiting(1, 60), waiting(2, 5), waiting(3, 60), waiting(4, 60));
        assert_eq!(*lock(&served), [1, 3, 4]);
        // Who left has taken nothing: of a hundred places, three are held.
        tokio::time::advance(INTERVAL).await;
        for _ in 0..97 {
            tokio::time::timeout(Duration::ZERO, pacing.acquire(&location)).await.unwrap().unwrap();
        }
        assert!(tokio::time::timeout(Duration::ZERO, pacing.acquire(&location)).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_others_use_is_counted() {
        let (pacing, location, begun) = (SlidingWindow::default(), location(), Instant::now());
        pacing.acquire(&location).await.unwrap();
        // One of ours and fifty of others.
        release(&pacing, &location, left(49), false);
        for _ in 0..39 {
            pacing.acquire(&location).await.unwrap();
        }
        assert_eq!(begun.elapsed(), Duration::ZERO);
        // Ten are left alone for what others have sent since; the first of the fifty ends within the interval.
        pacing.acquire(&location).await.unwrap();
        assert!(begun.elapsed() > Duration::ZERO && begun.elapsed() < INTERVAL);
    }

    /// An answer that is read late tells of a time when we held more than now.
    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_read_late_tells_of_no_others() {
        let (pacing, location, begun) = (SlidingWindow::default(), location(), Instant::now());
        for _ in 0..100 {
            pacing.acquire(&location).await.unwrap();
        }
        for released in 1..=100 {
            pacing.release(&location, None);
            if released == 50 {
                tokio::time::advance(Duration::from_millis(5)).await;
            }
        }
        // Half of the places are free again, and the server counts the other half and this request.
        pacing.acquire(&location).await.unwrap();
        assert_eq!(begun.elapsed(), INTERVAL);
        tokio::time::advance(Duration::from_millis(10)).await;
        release(&pacing, &location, left(49), false);
        // By now all are free, and nobody else has any.
        for _ in 0..99 {
            tokio::time::timeout(INTERVAL, pacing.acquire(&location)).await.unwrap().unwrap();
        }
        assert_eq!(begun.elapsed(), INTERVAL + Duration::from_millis(10));
    }

    /// Two that share a budget end up with about the same, also if one of them had it all before, and little is refused.
    #[tokio::test(start_paused = true)]
    async fn a_budget_that_is_shared() {
        let (one, two, location) = (SlidingWindow::default(), SlidingWindow::default(), location());
        let admitted = Mutex::new(VecDeque::<Instant>::new());
        let refusals = Mutex::new(0_u32);
        let end = Instant::now() + INTERVAL * 100;
        let (location, admitted, refusals) = (&location, &admitted, &refusals);
        let working = |pacing, delay| {
            let pacing: &SlidingWindow = pacing;
            async move {
                tokio::time::sleep(delay).await;
                let mut sent = 0_u32;
                while Instant::now() < end {
                    Pacing::acquire(pacing, location).await.unwrap();
                    tokio::time::sleep(Duration::from_millis(40)).await;
                    let answer = {
                        let mut admitted = lock(admitted);
                        while admitted.front().is_some_and(|at| at.elapsed() >= INTERVAL) {
                            admitted.pop_front();
                        }
                        let refused = admitted.len() >= 100;
                        if refused {
                            *lock(refusals) += 1;
                        } else {
                            admitted.push_back(Instant::now());
                        }
                        (left(100 - admitted.len() as u64), refused)
                    };
                    tokio::time::sleep(Duration::from_millis(40)).await;
                    release(pacing, location, answer.0, answer.1);
                    sent += 1;
                }
                sent
            }
        };
        let many = |pacing, delay| {
            futures_util::future::join_all(
                (0..16).map(move |number| working(pacing, delay + Duration::from_millis(number))),
            )
        };
        let (one, two) = tokio::join!(many(&one, Duration::ZERO), many(&two, INTERVAL * 5));
        let (one, two) = (one.iter().sum::<u32>(), two.iter().sum::<u32>());
        let refused = *lock(refusals);
        // The second one comes to a budget that is all taken, and is refused until it finds room.
        assert!(refused * 40 < one + two, "{refused} of {} refused", one + two);
        assert!(f64::from(one.min(two)) > 0.4 * f64::from(one.max(two)), "{one} and {two}");
        assert!(one + two > 6_000, "{} of 10,000 used", one + two);
    }

    #[tokio::test(start_paused = true)]
    async fn the_servers_figures_count() {
        let (pacing, location, begun) = (SlidingWindow::default(), location(), Instant::now());
        let figures = RateLimit {
            max: Some(3),
            interval: Some(Duration::from_secs(1)),
            daily_limit: Some(7),
            daily_remaining: Some(6),
            ..RateLimit::default()
        };
        for _ in 0..7 {
            pacing.acquire(&location).await.unwrap();
            let limit = RateLimit { daily_remaining: None, ..figures };
            release(&pacing, &location, limit, false);
        }
        assert_eq!(begun.elapsed(), Duration::from_secs(2));
        assert!(matches!(pacing.acquire(&location).await, Err(PacingError::DayUsedUp { .. })));

        let other = LocationId::new("another").unwrap();
        pacing.acquire(&other).await.unwrap();
        let limit = RateLimit { daily_remaining: Some(0), ..figures };
        release(&pacing, &other, limit, false);
        assert!(matches!(pacing.acquire(&other).await, Err(PacingError::DayUsedUp { .. })));
    }

    /// Headers are from outside: none of them may cause a panic, or fill the memory.
    #[tokio::test(start_paused = true)]
    async fn figures_that_cannot_be() {
        let (pacing, location, begun) = (SlidingWindow::default(), location(), Instant::now());
        let figures = RateLimit {
            max: Some(u64::MAX),
            remaining: Some(0),
            interval: Some(Duration::MAX),
            daily_limit: Some(u64::MAX),
            daily_remaining: Some(u64::MAX),
        };
        for refused in [false, true] {
            pacing.acquire(&location).await.unwrap();
            release(&pacing, &location, figures, refused);
        }
        // The vendor's figures are kept: at the latest after its interval there is room.
        pacing.acquire(&location).await.unwrap();
        assert!(begun.elapsed() <= INTERVAL * 2);

        // No allowance at all is no figure either; and a day that is used up ends, whatever is under way.
        for (daily_limit, daily_remaining) in [(0, None), (u64::MAX, Some(0))] {
            pacing.acquire(&location).await.unwrap();
            pacing.acquire(&location).await.unwrap();
            let limit = RateLimit { daily_limit: Some(daily_limit), daily_remaining, ..RateLimit::default() };
            release(&pacing, &location, limit, false);
            pacing.release(&location, None);
        }
        assert!(matches!(pacing.acquire(&location).await, Err(PacingError::DayUsedUp { .. })));
    }

    /// Our day can end between a request and its answer.
    #[tokio::test(start_paused = true)]
    async fn a_day_that_is_used_up_when_it_turns() {
        let (pacing, location) = (SlidingWindow::default(), location());
        for place in 0..MAX {
            // All are still under way when the day of the first one ends.
            let wait = if place == 1 { DAY - INTERVAL } else { Duration::ZERO };
            tokio::time::advance(wait).await;
            pacing.acquire(&location).await.unwrap();
        }
        tokio::time::advance(INTERVAL).await;
        assert!(tokio::time::timeout(Duration::ZERO, pacing.acquire(&location)).await.is_err());
        let limit = RateLimit { daily_remaining: Some(0), ..RateLimit::default() };
        for _ in 0..MAX {
            release(&pacing, &location, limit, false);
        }
        let Err(PacingError::DayUsedUp { again_in }) = pacing.acquire(&location).await else { panic!("not used up") };
        tokio::time::advance(again_in).await;
        pacing.acquire(&location).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn locations_that_are_done_are_forgotten() {
        let pacing = SlidingWindow::default();
        for number in 0..100 {
            let location = LocationId::new(format!("location-{number}")).unwrap();
            pacing.acquire(&location).await.unwrap();
            pacing.release(&location, None);
            tokio::time::advance(DAY).await;
        }
        assert_eq!(lock(&pacing.locations).len(), 1);
    }
}
