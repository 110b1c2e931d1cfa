//! Our share of a budget that other processes use as well.

use tokio::time::Instant;

use super::interval::Interval;

/// Our part of a budget that others share. It grows evenly while there is room, and shrinks by a part when there is not: so
/// whoever shares the budget ends up with about the same.
///
/// Requests are spread over the interval. Who sends all at once would take the places away from those who come a little later,
/// and each would see another budget than the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    places: u64,
    /// When the last request was sent.
    sent: Option<Instant>,
    /// When others' requests were last seen.
    seen: Instant,
    /// When the number of places last changed.
    changed: Instant,
    /// The least that the server had left since then.
    least: u64,
    /// The most that others had used since then.
    by_others: u64,
    /// Whether a request was admitted since then.
    is_admitted: bool,
}

impl Share {
    /// The share to begin with, when others are seen for the first time.
    pub(super) fn new(interval: &Interval, by_others: u64, remaining: u64, now: Instant) -> Self {
        let quarter = (interval.max() / 4).max(1);
        let places = beside(interval.max(), by_others).clamp(quarter, interval.used_by_us(now).max(quarter));
        Self { places, sent: None, seen: now, changed: now, least: remaining, by_others, is_admitted: false }
    }

    /// How many requests may be sent in an interval.
    pub(super) fn places(&self) -> u64 {
        self.places
    }

    /// Whether others have not been seen for so long that they are taken to be gone.
    pub(super) fn is_over(&self, interval: &Interval, now: Instant) -> bool {
        now.duration_since(self.seen) >= interval.length() * 2
    }

    /// When the next request may be sent.
    pub(super) fn next(&self, interval: &Interval) -> Option<Instant> {
        Some(self.sent? + interval.length() / u32::try_from(self.places).unwrap_or(u32::MAX))
    }

    pub(super) fn take(&mut self, now: Instant) {
        self.sent = Some(now);
    }

    /// Grows or shrinks, after an answer that says how much the server had left, and so how much of it others have used.
    pub(super) fn adjust(&mut self, interval: &Interval, by_others: u64, remaining: u64, refused: bool, now: Instant) {
        if by_others > 0 {
            self.seen = now;
        }
        self.least = self.least.min(remaining);
        self.by_others = self.by_others.max(by_others);
        self.is_admitted |= !refused;
        // Once in an interval: only then have the answers shown what the last change has done.
        if now.duration_since(self.changed) >= interval.length() {
            let max = interval.max();
            let places = if !self.is_admitted {
                // Whoever has all of it notices us only when one of our requests is admitted.
                self.places
            } else if self.least < (max / 33).max(1) {
                let given = self.places * self.places * 2 / (3 * max) + u64::from(self.least == 0);
                self.places.saturating_sub(given).max(beside(max, self.by_others).min(self.places))
            } else {
                // Where others use little, half of what is missing; an eighth of the room where they may be many.
                let missing = beside(max, self.by_others).saturating_sub(self.places);
                self.places + (self.least / 8).max(missing / 2).max(1)
            };
            *self = Self {
                places: places.clamp(1, max),
                changed: now,
                least: remaining,
                by_others,
                is_admitted: !refused,
                ..*self
            };
        }
    }
}

/// The places that leave others four times what they have used: who wants more will take it, and be left more.
fn beside(max: u64, by_others: u64) -> u64 {
    max.saturating_sub(by_others.saturating_mul(4) + max / 50)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::call::pacing::for_tests::{answer, left, location};
    use crate::call::pacing::{Pacing, SlidingWindow};

    /// Requests are spread as soon as others are seen, so that these find places; and no more when they are gone.
    #[tokio::test(start_paused = true)]
    async fn a_budget_that_others_use() {
        let (pacing, location, begun) = (SlidingWindow::default(), location(), Instant::now());
        // One of ours, and fifty of others.
        answer(pacing.acquire(&location).await.unwrap(), left(49), false);
        let mut permits = Vec::new();
        for _ in 0..=25 {
            permits.push(pacing.acquire(&location).await.unwrap());
        }
        assert_eq!(begun.elapsed(), Duration::from_secs(10), "a quarter, in an interval");
        tokio::time::advance(Duration::from_secs(60)).await;
        drop(permits);
        tokio::time::advance(Duration::from_secs(60)).await;
        let begun = Instant::now();
        let _burst = futures_util::future::join_all((0..100).map(|_| pacing.acquire(&location))).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    /// Also of an allowance that is small.
    #[test]
    fn a_share_of_a_location_on_trial_shrinks() {
        let (mut interval, now) = (Interval::default(), Instant::now());
        interval.resize(Some(25), None);
        let mut share = Share::new(&interval, 12, 0, now);
        let before = share.places;
        share.adjust(&interval, 20, 0, false, now + interval.length());
        assert!(share.places < before, "{} of {before}", share.places);
    }

    /// After each interval the share is another one.
    #[test]
    fn a_share_grows_and_shrinks() {
        let (interval, mut now) = (Interval::default(), Instant::now());
        let mut share = Share::new(&interval, 1, 90, now);
        let mut places = |by_others, remaining, refused| {
            now += interval.length();
            share.adjust(&interval, by_others, remaining, refused, now);
            share.places
        };
        assert_eq!(places(30, 40, false), 25 + 40 / 8);
        assert_eq!(places(20, 8, false), 30 + 1);
        // The more of it is ours, the more is given: here a little, and one for what was refused.
        assert_eq!(places(60, 0, true), 31 - 6 - 1);
        // Nothing of ours was admitted: whoever has the others does not know of us.
        assert_eq!(places(100, 0, true), 24);
        assert_eq!(places(100, 0, true), 24);
        // Who uses little is left four times that.
        for _ in 0..50 {
            places(1, 20, false);
        }
        assert_eq!((places(1, 20, false), places(1, 2, false)), (100, 94));
    }
}
