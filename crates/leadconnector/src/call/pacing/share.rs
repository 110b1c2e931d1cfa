//! Our share of a budget that other processes use as well.

use tokio::time::Instant;

use super::interval::Interval;

/// Our part of a budget that others share. It grows evenly while there is room, and shrinks by a part when there is not: so
/// whoever shares the budget ends up with about the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    places: u64,
    /// When others' requests were last reported.
    reported: Instant,
    /// When the number of places last changed.
    changed: Instant,
    /// The least that the server had left since then.
    least: u64,
}

impl Share {
    /// The share to begin with, when others are seen for the first time: half of the places.
    pub(super) fn new(interval: &Interval, remaining: u64, now: Instant) -> Self {
        Self { places: interval.max().div_ceil(2), reported: now, changed: now, least: remaining }
    }

    /// Whether others have not been seen for so long that they are taken to be gone.
    pub(super) fn is_over(&self, interval: &Interval, now: Instant) -> bool {
        now.duration_since(self.reported) >= interval.length() * 2
    }

    pub(super) fn has_room(&self, interval: &Interval, now: Instant) -> bool {
        interval.used_by_us(now) < self.places && interval.used(now) + margin(interval.max()) < interval.max().max(2)
    }

    /// Grows or shrinks, after an answer that says how much the server had left, and so how much of it others have used.
    pub(super) fn adjust(&mut self, interval: &Interval, by_others: u64, remaining: u64, now: Instant) {
        if by_others > 0 {
            self.reported = now;
        }
        self.least = self.least.min(remaining);
        // Once in an interval: only then have the answers shown what the last change has done.
        if now.duration_since(self.changed) >= interval.length() {
            let max = interval.max();
            let scarce = self.least < max / 5;
            let step = (max / 33).max(1);
            let places = if scarce { self.places - self.places / 4 } else { self.places + step };
            *self = Self { places: places.clamp(1, max), changed: now, least: remaining, ..*self };
        }
    }
}

/// What is left alone of a budget that others share: their latest requests are not reported yet.
fn margin(max: u64) -> u64 {
    (max / 10).max(1)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Mutex;
    use std::time::Duration;

    use super::*;
    use crate::call::pacing::for_tests::{left, location, release};
    use crate::call::pacing::interval::INTERVAL;
    use crate::call::pacing::waiting_line::lock;
    use crate::call::pacing::{Pacing, SlidingWindow};

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
}
