//! How many requests a location has in a day, and when the next day begins.

use std::time::Duration;

use tokio::time::Instant;

use super::PacingError;
use crate::RateLimit;

/// What the vendor allows a location, until the headers of an answer say otherwise.
pub(super) const DAILY_LIMIT: u64 = 200_000;
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How often a request asks whether the day has begun anew, where the server does not say when it will.
const ASK_AGAIN: Duration = Duration::from_secs(60 * 60);
/// The same where it has said that something is left, and only requests without an answer may have used it up.
const ASK_SOON: Duration = Duration::from_secs(60);
/// A day that is said to end sooner has not ended yet when the next request arrives.
const LEAST_RESET: Duration = Duration::from_secs(1);

/// The allowance of a day. It is counted from the first request on, and ends when the server says, or else after 24 hours.
#[derive(Debug)]
pub(super) struct DailyAllowance {
    limit: u64,
    began: Option<Instant>,
    ends: Option<Instant>,
    /// What the server has last said.
    word: Option<Word>,
    /// Requests of which the server's word does not say whether they are counted in it: those under way, and those that ended
    /// without an answer, or without a figure in it.
    unreported: u64,
    /// Of them, those that have ended; and when the last of them did.
    lost: u64,
    last_lost: Option<Instant>,
}

/// What the server has said of a day.
#[derive(Clone, Copy, Debug)]
struct Word {
    used: u64,
    at: Instant,
    /// When an answer has last said more than those before.
    raised: Instant,
    /// Whether it said when the day ends.
    has_end: bool,
}

impl Default for DailyAllowance {
    fn default() -> Self {
        Self { limit: DAILY_LIMIT, began: None, ends: None, word: None, unreported: 0, lost: 0, last_lost: None }
    }
}

impl DailyAllowance {
    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    pub(super) fn set_limit(&mut self, limit: Option<u64>) {
        if let Some(limit) = limit.filter(|limit| *limit > 0) {
            self.limit = limit;
        }
    }

    pub(super) fn forget(&mut self, now: Instant) {
        if self.ends.is_some_and(|ends| ends <= now) {
            *self = Self { limit: self.limit, ..Self::default() };
        }
    }

    /// How many requests are left today.
    pub(super) fn remaining(&self) -> u64 {
        let used = self.word.map_or(0, |word| word.used).saturating_add(self.unreported);
        self.limit.saturating_sub(used)
    }

    /// The time until the day ends; none if it has not begun.
    pub(super) fn ends_in(&self, now: Instant) -> Option<Duration> {
        self.ends.map(|ends| ends.saturating_duration_since(now))
    }

    /// Whether something is left, or it is time to ask whether there is.
    pub(super) fn has_room(&self, now: Instant) -> bool {
        self.remaining() > 0 || (self.unreported == self.lost && self.ask_again().is_some_and(|at| at <= now))
    }

    /// When a request asks whether the day has begun anew; none if the server has said when it does, or nothing at all.
    fn ask_again(&self) -> Option<Instant> {
        let word = self.word.filter(|word| !word.has_end || self.lost > 0)?;
        let wait = if word.used < self.limit { ASK_SOON } else { ASK_AGAIN };
        Some(self.last_lost.map_or(word.at, |lost| lost.max(word.at)) + wait)
    }

    /// The error while nothing is left.
    pub(super) fn used_up(&self, now: Instant) -> PacingError {
        let again = [self.ends, self.ask_again()].into_iter().flatten().min().unwrap_or(now);
        PacingError::DayUsedUp { again_in: again.saturating_duration_since(now) }
    }

    pub(super) fn take(&mut self, now: Instant) {
        self.unreported += 1;
        self.began.get_or_insert(now);
        self.ends.get_or_insert(now + DAY);
    }

    /// A request has ended that was not sent.
    pub(super) fn unused(&mut self, begun: Instant) {
        if self.is_of_this_day(begun) {
            self.unreported = self.unreported.saturating_sub(1);
        }
    }

    /// A request has ended of which it is not known whether it was counted.
    pub(super) fn lost(&mut self, begun: Instant, now: Instant) {
        if self.is_of_this_day(begun) {
            self.lost += 1;
            self.last_lost = Some(now);
        }
    }

    /// Takes over the server's figures, as far as they can be relied on.
    pub(super) fn answered(&mut self, limit: &RateLimit, begun: Instant, now: Instant) {
        self.set_limit(limit.daily_limit);
        if !self.is_of_this_day(begun) {
            return;
        }
        let Some(remaining) = limit.daily_remaining else { return self.lost(begun, now) };
        self.unreported = self.unreported.saturating_sub(1);
        // What had ended before this request was sent is counted in its answer.
        if self.last_lost.is_some_and(|lost| lost < begun) {
            self.unreported = self.unreported.saturating_sub(self.lost);
            (self.lost, self.last_lost) = (0, None);
        }
        let used = self.limit.saturating_sub(remaining);
        let word = match self.word {
            // Sent before the last answer came, so that the server may have counted in another order.
            Some(word) if begun <= word.at && used > word.used => Word { used, raised: now, ..word },
            Some(word) if begun <= word.at => word,
            before => {
                if let Some(reset) = limit.daily_reset {
                    self.ends = Some(now + reset.clamp(LEAST_RESET, DAY));
                }
                // A higher figure may have come from a request that was counted later than this one.
                let higher = before.filter(|word| begun <= word.raised && used < word.used);
                let (used, raised) = higher.map_or((used, now), |word| (word.used, word.raised));
                Word { used, at: now, raised, has_end: limit.daily_reset.is_some() }
            }
        };
        self.word = Some(word);
    }

    /// Whether a request began in the day that is counted. The figures of one that did not may be those of the day before.
    fn is_of_this_day(&self, begun: Instant) -> bool {
        self.began.is_some_and(|began| began <= begun)
    }

    pub(super) fn is_idle(&self) -> bool {
        self.ends.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::pacing::for_tests::{answer, learnt, location};
    use crate::call::pacing::{Pacing, Permit, SlidingWindow};

    const HOUR: Duration = Duration::from_secs(60 * 60);

    fn of_the_day(daily_limit: u64, daily_remaining: u64, daily_reset: Option<Duration>) -> RateLimit {
        let (daily_limit, daily_remaining) = (Some(daily_limit), Some(daily_remaining));
        RateLimit { daily_limit, daily_remaining, daily_reset, ..RateLimit::default() }
    }

    fn again_in<T>(result: Result<T, PacingError>) -> Duration {
        match result {
            Err(PacingError::DayUsedUp { again_in }) => again_in,
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("not used up"),
        }
    }

    /// The server knows when its day ends.
    #[tokio::test(start_paused = true)]
    async fn the_day_ends_when_the_server_says() {
        let (pacing, location) = (SlidingWindow::default(), location());
        let limit = of_the_day(200_000, 0, Some(HOUR / 2));
        answer(pacing.acquire(&location).await.unwrap(), limit, true);
        assert_eq!(again_in(pacing.acquire(&location).await), HOUR / 2);
        tokio::time::advance(HOUR / 2).await;
        answer(pacing.acquire(&location).await.unwrap(), of_the_day(200_000, 199_999, Some(DAY)), false);
        // Read on each answer, also of what it says while there is enough left.
        tokio::time::advance(Duration::from_millis(1)).await;
        answer(pacing.acquire(&location).await.unwrap(), of_the_day(5, 1, Some(HOUR)), false);
        tokio::time::advance(Duration::from_millis(1)).await;
        answer(pacing.acquire(&location).await.unwrap(), of_the_day(5, 0, Some(HOUR)), false);
        assert_eq!(again_in(pacing.acquire(&location).await), HOUR);
        // A day that has ended already ends soon; one without end, after a day.
        for (reset, expected) in [(Duration::ZERO, LEAST_RESET), (Duration::MAX, DAY)] {
            let pacing = SlidingWindow::default();
            answer(pacing.acquire(&location).await.unwrap(), of_the_day(5, 0, Some(reset)), false);
            assert_eq!(again_in(pacing.acquire(&location).await), expected);
        }
    }

    /// The vendor's day may begin long before 24 hours are over.
    #[tokio::test(start_paused = true)]
    async fn an_empty_day_of_which_no_end_is_known_is_asked_for_each_hour() {
        let (pacing, location) = (SlidingWindow::default(), location());
        answer(pacing.acquire(&location).await.unwrap(), of_the_day(200_000, 0, None), false);
        for _ in 0..3 {
            assert_eq!(again_in(pacing.acquire(&location).await), HOUR);
            tokio::time::advance(HOUR).await;
            let asking = pacing.acquire(&location).await.unwrap();
            // The others wait for what it is told.
            let (other, ()) = tokio::join!(pacing.acquire(&location), async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                answer(asking, of_the_day(200_000, 0, None), true);
            });
            assert!(other.is_err());
        }
        tokio::time::advance(HOUR).await;
        answer(pacing.acquire(&location).await.unwrap(), of_the_day(200_000, 199_999, None), false);
        for _ in 0..50 {
            pacing.acquire(&location).await.unwrap();
        }
    }

    /// Near the end of the day, answers come in any order.
    #[tokio::test(start_paused = true)]
    async fn answers_out_of_order() {
        let (pacing, location) = (SlidingWindow::default(), location());
        answer(pacing.acquire(&location).await.unwrap(), of_the_day(150, 149, None), false);
        let mut created = 1;
        while created < 150 {
            tokio::time::advance(Duration::from_secs(10)).await;
            let mut under_way = Vec::new();
            while let Ok(permit) = tokio::time::timeout(Duration::ZERO, pacing.acquire(&location)).await {
                under_way.push(permit.unwrap());
                if under_way.len() == 32 {
                    break;
                }
            }
            assert!(!under_way.is_empty(), "only {created} of 150 were sent");
            let counted = created;
            created += under_way.len() as u64;
            // The last one is answered first.
            for (place, permit) in under_way.into_iter().enumerate().rev() {
                let remaining = 150 - counted - place as u64 - 1;
                answer(permit, of_the_day(150, remaining, None), false);
            }
        }
        assert_eq!(created, 150);
        assert_eq!(again_in(pacing.acquire(&location).await), HOUR);
    }

    /// What never reached the server is not counted, and what may have is, until the server says otherwise.
    #[tokio::test(start_paused = true)]
    async fn what_was_not_sent_is_given_back() {
        let (pacing, location) = (SlidingWindow::default(), location());
        learnt(&pacing, &location).await;
        for _ in 0..=DAILY_LIMIT {
            pacing.acquire(&location).await.unwrap().unused();
        }
        tokio::time::advance(Duration::from_millis(1)).await;
        answer(pacing.acquire(&location).await.unwrap(), of_the_day(10, 5, None), false);
        for _ in 0..4 {
            drop(pacing.acquire(&location).await.unwrap());
        }
        tokio::time::advance(Duration::from_millis(1)).await;
        // The server has not seen those that were lost.
        answer(pacing.acquire(&location).await.unwrap(), of_the_day(10, 4, None), false);
        for _ in 0..4 {
            drop(pacing.acquire(&location).await.unwrap());
        }
        assert_eq!(again_in(pacing.acquire(&location).await), ASK_SOON);
    }

    /// What may have been lost on its way does not close a day of which the server has said that something is left.
    #[tokio::test(start_paused = true)]
    async fn what_was_lost_does_not_close_the_day() {
        let (pacing, location) = (SlidingWindow::default(), location());
        answer(pacing.acquire(&location).await.unwrap(), of_the_day(10_000, 50, Some(HOUR * 20)), false);
        tokio::time::advance(Duration::from_millis(1)).await;
        for _ in 0..50 {
            drop(pacing.acquire(&location).await.unwrap());
        }
        assert_eq!(again_in(pacing.acquire(&location).await), ASK_SOON);
        tokio::time::advance(ASK_SOON).await;
        answer(pacing.acquire(&location).await.unwrap(), of_the_day(10_000, 49, Some(HOUR * 19)), false);
        pacing.acquire(&location).await.unwrap().unused();
    }

    /// A late answer may have been counted early.
    #[tokio::test(start_paused = true)]
    async fn an_older_count_does_not_lower_a_newer_one() {
        let (pacing, location) = (SlidingWindow::default(), location());
        learnt(&pacing, &location).await;
        let tick = || tokio::time::advance(Duration::from_millis(1));
        tick().await;
        let (first, second) = (pacing.acquire(&location).await.unwrap(), pacing.acquire(&location).await.unwrap());
        tick().await;
        answer(first, of_the_day(6, 3, None), false);
        tick().await;
        let third = pacing.acquire(&location).await.unwrap();
        tick().await;
        // Counted behind the third.
        answer(second, of_the_day(6, 1, None), false);
        tick().await;
        answer(third, of_the_day(6, 2, None), false);
        let _last = pacing.acquire(&location).await.unwrap();
        assert!(tokio::time::timeout(Duration::ZERO, pacing.acquire(&location)).await.is_err());
    }

    /// What the server said of the day before does not close the new one.
    #[tokio::test(start_paused = true)]
    async fn a_day_that_ends_while_requests_are_under_way() {
        let (pacing, location) = (SlidingWindow::default(), location());
        learnt(&pacing, &location).await;
        tokio::time::advance(DAY - Duration::from_secs(5)).await;
        let late = pacing.acquire(&location).await.unwrap();
        tokio::time::advance(Duration::from_secs(10)).await;
        let permit = pacing.acquire(&location).await.unwrap();
        answer(late, of_the_day(200_000, 0, None), false);
        answer(permit, of_the_day(200_000, 199_999, None), false);
        for _ in 0..50 {
            pacing.acquire(&location).await.unwrap();
        }
    }
}
