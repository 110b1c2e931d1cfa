//! The budget of one location: when the next request may be sent, and what an answer changes of it.

use tokio::time::Instant;

use super::daily_allowance::DailyAllowance;
use super::interval::Interval;
use super::share::Share;
use super::{BudgetAnswer, PacingError};

/// The budget of one location.
#[derive(Debug, Default)]
pub(super) struct Budget {
    interval: Interval,
    /// How many places we take of a budget that others share; none while nobody does.
    share: Option<Share>,
    day: DailyAllowance,
}

/// What is to be done before a request may be sent.
pub(super) enum Turn {
    Send,
    WaitUntil(Instant),
    WaitForAnAnswer,
}

impl Budget {
    pub(super) fn forget(&mut self, now: Instant) {
        self.interval.forget(now);
        if self.share.is_some_and(|share| share.is_over(&self.interval, now)) {
            self.share = None;
        }
        self.day.forget(now);
    }

    pub(super) fn take(&mut self, now: Instant) -> Result<Turn, PacingError> {
        self.forget(now);
        self.day.check(now)?;
        let has_room = match self.share {
            None => self.interval.has_room(now),
            Some(share) => share.has_room(&self.interval, now),
        };
        if has_room {
            self.interval.take(now);
            self.day.take(now);
            return Ok(Turn::Send);
        }
        Ok(self.interval.next_free(now).map_or(Turn::WaitForAnAnswer, Turn::WaitUntil))
    }

    pub(super) fn release(&mut self, now: Instant, answer: Option<BudgetAnswer<'_>>) {
        let refused = answer.is_some_and(|answer| answer.refused());
        let begun = self.interval.release(now, refused);
        let Some(limit) = answer.map(|answer| answer.limit()) else { return };
        self.interval.resize(limit.max, limit.interval);
        // Who is refused knows that nothing is left, whatever else the answer says.
        if let Some(remaining) = if refused { Some(0) } else { limit.remaining } {
            self.reported(remaining, begun, now);
        }
        self.day.correct(limit.daily_limit, limit.daily_remaining, self.interval.in_flight(), now);
    }

    /// Takes in how much the server had left, which is less than we counted if others share the budget.
    fn reported(&mut self, remaining: u64, begun: Instant, now: Instant) {
        let by_others = self.interval.count_others(remaining, begun, now);
        match &mut self.share {
            Some(share) => share.adjust(&self.interval, by_others, remaining, now),
            None if by_others > 0 => self.share = Some(Share::new(&self.interval, remaining, now)),
            None => {}
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.interval.is_idle() && self.day.is_idle()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::call::pacing::for_tests::{location, release};
    use crate::call::pacing::interval::INTERVAL;
    use crate::call::pacing::{Pacing, SlidingWindow};
    use crate::{LocationId, RateLimit};

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
}
