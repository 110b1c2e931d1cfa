//! The budget of one location: when the next request may be sent, and what an answer changes of it.

use std::time::Duration;

use tokio::time::Instant;

use super::daily_allowance::{DAY, DailyAllowance};
use super::interval::Interval;
use super::share::Share;
use super::{BudgetAnswer, PacingError};
use crate::RateLimit;

/// The budget of one location.
#[derive(Debug, Default)]
pub(super) struct Budget {
    interval: Interval,
    /// How many places we take of a budget that others share; none while nobody does.
    share: Option<Share>,
    day: DailyAllowance,
    /// Whether an answer has said what is allowed, or that nothing is said of it.
    is_known: bool,
    /// When the last request was sent.
    sent: Option<Instant>,
    /// Until when the server has asked to be left alone.
    held_until: Option<Instant>,
}

/// What the answers have said of what is allowed: kept when the rest is forgotten.
#[derive(Clone, Copy, Debug)]
pub(super) struct Learnt {
    max: u64,
    interval: Duration,
    daily_limit: u64,
}

/// What is to be done before a request may be sent.
pub(super) enum Turn {
    Send,
    WaitUntil(Instant),
    WaitForAnAnswer,
}

/// How a request has ended.
pub(super) enum End<'a> {
    Answered(BudgetAnswer<'a>),
    /// Nothing was sent.
    Unused,
    /// Without an answer; it may have been counted.
    Lost,
}

impl Budget {
    pub(super) fn of(learnt: Learnt) -> Self {
        let Learnt { max, interval, daily_limit } = learnt;
        let mut budget = Self { is_known: true, ..Self::default() };
        budget.interval.resize(Some(max), Some(interval));
        budget.day.set_limit(Some(daily_limit));
        budget
    }

    pub(super) fn learnt(&self) -> Option<Learnt> {
        let (max, interval, daily_limit) = (self.interval.max(), self.interval.length(), self.day.limit());
        self.is_known.then_some(Learnt { max, interval, daily_limit })
    }

    pub(super) fn forget(&mut self, now: Instant) {
        self.interval.forget(now);
        if self.share.is_some_and(|share| share.is_over(&self.interval, now)) {
            self.share = None;
        }
        self.day.forget(now);
        self.held_until = self.held_until.filter(|until| *until > now);
    }

    pub(super) fn take(&mut self, now: Instant) -> Result<Turn, PacingError> {
        self.forget(now);
        if let Some(until) = self.held_until {
            return Err(PacingError::Held { again_in: until - now });
        }
        let in_flight = self.interval.in_flight();
        if !self.day.has_room(now) {
            // The answers that are out will say how much is left.
            return if in_flight > 0 { Ok(Turn::WaitForAnAnswer) } else { Err(self.day.used_up(now)) };
        }
        // Until it is known what is allowed, one request goes ahead; and another if that takes too long.
        let ahead = self.sent.filter(|_| !self.is_known && in_flight > 0).map(|sent| sent + self.interval.length());
        let spread = self.share.and_then(|share| share.next(&self.interval));
        if let Some(next) = ahead.max(spread).filter(|next| *next > now) {
            return Ok(Turn::WaitUntil(next));
        }
        if !self.interval.has_room(now) {
            return Ok(self.interval.next_free(now).map_or(Turn::WaitForAnAnswer, Turn::WaitUntil));
        }
        self.interval.take(now);
        self.day.take(now);
        self.sent = Some(now);
        if let Some(share) = &mut self.share {
            share.take(now);
        }
        Ok(Turn::Send)
    }

    /// A request has ended that began at this time.
    pub(super) fn release(&mut self, begun: Instant, now: Instant, end: End<'_>) {
        let answer = match end {
            End::Answered(answer) => answer,
            End::Unused => {
                self.interval.release(begun, None);
                return self.day.unused(begun);
            }
            End::Lost => {
                self.interval.release(begun, Some(now));
                return self.day.lost(begun, now);
            }
        };
        let (limit, refused) = (answer.limit(), answer.refused());
        // One that was refused holds no place.
        self.interval.release(begun, Some(now).filter(|_| !refused));
        self.is_known |= limit.max.is_some() || answer.is_of_the_server();
        self.interval.resize(limit.max, limit.interval);
        if let Some(wait) = answer.retry_after() {
            // No longer than a day, so that nothing overflows.
            self.held_until = self.held_until.max(Some(now + wait.min(DAY)));
        }
        // Who is refused knows that nothing is left, whatever else the answer says.
        if let Some(remaining) = if refused { Some(0) } else { limit.remaining } {
            self.reported(remaining, refused, begun, now);
        }
        self.day.answered(&limit, begun, now);
    }

    /// Takes in how much the server had left, which is less than we counted if others share the budget.
    fn reported(&mut self, remaining: u64, refused: bool, begun: Instant, now: Instant) {
        let by_others = self.interval.used_by_others(remaining, begun);
        match &mut self.share {
            Some(share) => share.adjust(&self.interval, by_others, remaining, refused, now),
            None if by_others > 0 => self.share = Some(Share::new(&self.interval, by_others, remaining, now)),
            None => {}
        }
    }

    /// What is left, as it is counted here; none if nobody has said yet what is allowed.
    pub(super) fn allowance(&mut self, now: Instant) -> Option<RateLimit> {
        self.forget(now);
        let places = self.share.map_or(self.interval.max(), |share| share.places());
        let remaining = places.saturating_sub(self.interval.used_by_us(now));
        self.is_known.then(|| RateLimit {
            daily_limit: Some(self.day.limit()),
            daily_remaining: Some(self.day.remaining()),
            daily_reset: self.day.ends_in(now),
            interval: Some(self.interval.length()),
            max: Some(self.interval.max()),
            remaining: Some(if self.held_until.is_some() { 0 } else { remaining }),
        })
    }

    /// Whether nothing is counted any more.
    pub(super) fn is_idle(&self) -> bool {
        self.interval.is_idle() && self.day.is_idle() && self.held_until.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LocationId;
    use crate::call::pacing::for_tests::{answer, learnt, left, location};
    use crate::call::pacing::interval::INTERVAL;
    use crate::call::pacing::{Pacing, Permit, SlidingWindow};

    #[tokio::test(start_paused = true)]
    async fn the_servers_figures_count() {
        let (pacing, location) = (SlidingWindow::default(), location());
        let figures = RateLimit {
            max: Some(3),
            interval: Some(Duration::from_secs(1)),
            daily_limit: Some(7),
            daily_remaining: Some(6),
            ..RateLimit::default()
        };
        let begun = Instant::now();
        for sent in 1..=7 {
            let limit = RateLimit { daily_remaining: Some(7 - sent), ..figures };
            answer(pacing.acquire(&location).await.unwrap(), limit, false);
        }
        assert_eq!(begun.elapsed(), Duration::from_secs(2));
        assert!(matches!(pacing.acquire(&location).await, Err(PacingError::DayUsedUp { .. })));
    }

    /// A location on trial has fewer requests than the documented ones, and nobody knows before the first answer.
    #[tokio::test(start_paused = true)]
    async fn one_request_goes_ahead() {
        let (pacing, location) = (SlidingWindow::default(), location());
        let first = pacing.acquire(&location).await.unwrap();
        let waiting = |ends_in| tokio::time::timeout(ends_in, pacing.acquire(&location));
        assert!(waiting(INTERVAL / 2).await.is_err());
        // One that fails passes its turn on, also if the server in front has failed.
        drop(first);
        let second = waiting(Duration::ZERO).await.unwrap().unwrap();
        let unavailable = http::StatusCode::BAD_GATEWAY;
        second.answered(BudgetAnswer::new(unavailable, &http::HeaderMap::new()));
        let third = waiting(Duration::ZERO).await.unwrap().unwrap();
        third.unused();
        let fourth = waiting(Duration::ZERO).await.unwrap().unwrap();
        assert!(waiting(INTERVAL / 2).await.is_err());
        answer(fourth, RateLimit { max: Some(25), ..left(24) }, false);
        let begun = Instant::now();
        let mut burst = Vec::new();
        while let Ok(permit) = waiting(Duration::ZERO).await {
            burst.push(permit.unwrap());
        }
        // Those that were lost may have been counted: the first and, until it is answered, the second.
        assert_eq!((burst.len(), begun.elapsed()), (25 - 3, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn a_first_request_that_hangs_holds_nobody_for_long() {
        let (pacing, location, begun) = (SlidingWindow::default(), location(), Instant::now());
        let _hanging = pacing.acquire(&location).await.unwrap();
        let _next = pacing.acquire(&location).await.unwrap();
        assert_eq!(begun.elapsed(), INTERVAL);
    }

    /// An answer without figures leaves the documented ones.
    #[tokio::test(start_paused = true)]
    async fn an_answer_that_says_nothing() {
        let (pacing, location, begun) = (SlidingWindow::default(), location(), Instant::now());
        learnt(&pacing, &location).await;
        let permits = futures_util::future::join_all((0..99).map(|_| pacing.acquire(&location))).await;
        assert_eq!((permits.len(), begun.elapsed()), (99, Duration::ZERO));
    }

    /// A wait that the server asks for is one of the location.
    #[tokio::test(start_paused = true)]
    async fn retry_after_holds_the_location() {
        let (pacing, location) = (SlidingWindow::default(), location());
        learnt(&pacing, &location).await;
        let (one, other) = (pacing.acquire(&location).await.unwrap(), pacing.acquire(&location).await.unwrap());
        let asked = |seconds: &'static str| {
            [(http::header::RETRY_AFTER, http::HeaderValue::from_static(seconds))].into_iter().collect()
        };
        one.answered(BudgetAnswer::new(http::StatusCode::TOO_MANY_REQUESTS, &asked("600")));
        // A shorter one does not end it, nor does an answer without.
        other.answered(BudgetAnswer::new(http::StatusCode::SERVICE_UNAVAILABLE, &asked("3")));
        let Err(PacingError::Held { again_in }) = pacing.acquire(&location).await else { panic!("not held") };
        assert_eq!(again_in, Duration::from_secs(600));
        assert!(pacing.acquire(&LocationId::new("another").unwrap()).await.is_ok());
        tokio::time::advance(again_in).await;
        pacing.acquire(&location).await.unwrap().unused();
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
            daily_reset: Some(Duration::MAX),
        };
        for refused in [false, true] {
            answer(pacing.acquire(&location).await.unwrap(), figures, refused);
        }
        // The vendor's figures are kept: at the latest after its interval there is room.
        pacing.acquire(&location).await.unwrap().unused();
        assert!(begun.elapsed() <= INTERVAL * 2);

        // No allowance at all is no figure either; and a day that is used up ends.
        for (daily_limit, daily_remaining) in [(0, None), (u64::MAX, Some(0))] {
            let permit = pacing.acquire(&location).await.unwrap();
            let limit = RateLimit { daily_limit: Some(daily_limit), daily_remaining, ..RateLimit::default() };
            answer(permit, limit, false);
        }
        let Err(PacingError::DayUsedUp { again_in }) = pacing.acquire(&location).await else { panic!("not used up") };
        assert!(again_in <= DAY);
    }
}
