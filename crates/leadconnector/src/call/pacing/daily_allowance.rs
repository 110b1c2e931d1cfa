//! How many requests a location has in a day, and when the next day begins.

use std::time::Duration;

use tokio::time::Instant;

use super::PacingError;

/// What the vendor allows a location, until the headers of an answer say otherwise.
pub(super) const DAILY_LIMIT: u64 = 200_000;
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The allowance of a day, which begins with the first request.
#[derive(Debug)]
pub(super) struct DailyAllowance {
    limit: u64,
    used: u64,
    began: Option<Instant>,
}

impl Default for DailyAllowance {
    fn default() -> Self {
        Self { limit: DAILY_LIMIT, used: 0, began: None }
    }
}

impl DailyAllowance {
    pub(super) fn forget(&mut self, now: Instant) {
        if self.began.is_some_and(|began| now.duration_since(began) >= DAY) {
            self.began = None;
            self.used = 0;
        }
    }

    /// An error if nothing is left.
    pub(super) fn check(&self, now: Instant) -> Result<(), PacingError> {
        if self.used >= self.limit {
            let began = self.began.unwrap_or(now);
            return Err(PacingError::DayUsedUp { again_in: DAY.saturating_sub(now.duration_since(began)) });
        }
        Ok(())
    }

    pub(super) fn take(&mut self, now: Instant) {
        self.used += 1;
        self.began.get_or_insert(now);
    }

    /// Takes over the server's figures, as far as they can be relied on.
    pub(super) fn correct(&mut self, limit: Option<u64>, remaining: Option<u64>, in_flight: u64, now: Instant) {
        if let Some(limit) = limit.filter(|limit| *limit > 0) {
            self.limit = limit;
        }
        if let Some(remaining) = remaining {
            // The server knows when its day begins; requests on their way may not be counted there yet.
            self.used = self.limit.saturating_sub(remaining).saturating_add(in_flight);
            // Our day may have ended while the request was under way; what is counted must end at some time.
            self.began.get_or_insert(now);
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.began.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RateLimit;
    use crate::call::pacing::for_tests::{location, release};
    use crate::call::pacing::interval::{INTERVAL, MAX};
    use crate::call::pacing::{Pacing, SlidingWindow};

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
}
