//! The places of one location in an interval: those that our requests hold, and those that others hold.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::daily_allowance::DAY;

/// What the vendor allows a location, until the headers of an answer say otherwise.
pub(super) const MAX: u64 = 100;
pub(super) const INTERVAL: Duration = Duration::from_secs(10);
/// More in an interval, or a longer interval than a day, is no figure to rely on.
const LARGEST_MAX: u64 = 100_000;

/// The places in an interval. A request holds its place until one interval after its answer.
#[derive(Debug)]
pub(super) struct Interval {
    max: u64,
    length: Duration,
    /// When each request began that has no answer yet, in their order.
    in_flight: VecDeque<Instant>,
    /// When the places of our requests were released that are still held, or were when the oldest request began.
    ours: VecDeque<Instant>,
}

impl Default for Interval {
    fn default() -> Self {
        Self { max: MAX, length: INTERVAL, in_flight: VecDeque::new(), ours: VecDeque::new() }
    }
}

impl Interval {
    pub(super) fn max(&self) -> u64 {
        self.max
    }

    pub(super) fn length(&self) -> Duration {
        self.length
    }

    /// How many of our requests have no answer yet.
    pub(super) fn in_flight(&self) -> u64 {
        self.in_flight.len() as u64
    }

    pub(super) fn forget(&mut self, now: Instant) {
        let horizon = self.in_flight.front().copied().unwrap_or(now);
        while self.ours.front().is_some_and(|since| *since + self.length <= horizon) {
            self.ours.pop_front();
        }
    }

    /// The places that our requests hold, or held at some time before.
    pub(super) fn used_by_us(&self, at: Instant) -> u64 {
        let free = self.ours.partition_point(|since| *since + self.length <= at);
        (self.in_flight.len() + self.ours.len() - free) as u64
    }

    pub(super) fn has_room(&self, now: Instant) -> bool {
        self.used_by_us(now) < self.max
    }

    pub(super) fn take(&mut self, now: Instant) {
        self.in_flight.push_back(now);
    }

    /// When the next place will be free; none if all wait for an answer.
    pub(super) fn next_free(&self, now: Instant) -> Option<Instant> {
        self.ours.iter().map(|since| *since + self.length).find(|free| *free > now)
    }

    /// A request has ended that began at this time; it holds its place from `since` on, or not any more.
    pub(super) fn release(&mut self, begun: Instant, since: Option<Instant>) {
        if let Ok(place) = self.in_flight.binary_search(&begun) {
            self.in_flight.remove(place);
        }
        self.ours.extend(since);
    }

    /// Takes over the server's figures, as far as they can be relied on.
    pub(super) fn resize(&mut self, max: Option<u64>, length: Option<Duration>) {
        if let Some(max) = max.filter(|max| (1..=LARGEST_MAX).contains(max)) {
            self.max = max;
        }
        if let Some(length) = length.filter(|length| !length.is_zero() && *length <= DAY) {
            self.length = length;
        }
    }

    /// How many places others hold, after an answer. The server counted at some time after the request began: what we held then
    /// it may have counted, although it is free by now.
    pub(super) fn used_by_others(&self, remaining: u64, begun: Instant) -> u64 {
        self.max.saturating_sub(remaining).saturating_sub(self.used_by_us(begun))
    }

    pub(super) fn is_idle(&self) -> bool {
        self.in_flight.is_empty() && self.ours.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::pacing::for_tests::{answer, learnt, left, location};
    use crate::call::pacing::{Pacing, SlidingWindow};

    /// The first hundred permits of a location whose figures are known.
    async fn a_hundred(pacing: &SlidingWindow) -> Vec<crate::WindowPermit> {
        learnt(pacing, &location()).await;
        tokio::time::advance(INTERVAL).await;
        let begun = Instant::now();
        let mut permits = Vec::new();
        for _ in 0..100 {
            permits.push(pacing.acquire(&location()).await.unwrap());
        }
        assert_eq!(begun.elapsed(), Duration::ZERO, "a burst within the allowance is sent at once");
        permits
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_is_held_until_an_interval_after_the_answer() {
        let (pacing, location) = (SlidingWindow::default(), location());
        let mut permits = a_hundred(&pacing).await;
        tokio::time::advance(Duration::from_secs(60)).await;
        let begun = Instant::now();
        let next = async {
            let _permit = pacing.acquire(&location).await.unwrap();
            begun.elapsed()
        };
        let answered = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            drop(permits.pop());
        };
        let (waited, ()) = tokio::join!(next, answered);
        assert_eq!(waited, Duration::from_secs(15));
    }

    /// An answer that is read late tells of a time when we held more than now.
    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_read_late_tells_of_no_others() {
        let (pacing, location) = (SlidingWindow::default(), location());
        let permits = a_hundred(&pacing).await;
        let begun = Instant::now();
        for (released, permit) in (1..).zip(permits) {
            drop(permit);
            if released == 50 {
                tokio::time::advance(Duration::from_millis(5)).await;
            }
        }
        // Half of the places are free again, and the server counts the other half and this request.
        let permit = pacing.acquire(&location).await.unwrap();
        assert_eq!(begun.elapsed(), INTERVAL);
        tokio::time::advance(Duration::from_millis(10)).await;
        answer(permit, left(49), false);
        // By now all are free, and nobody else has any.
        let mut held = Vec::new();
        for _ in 0..99 {
            held.push(tokio::time::timeout(INTERVAL, pacing.acquire(&location)).await.unwrap().unwrap());
        }
        assert_eq!(begun.elapsed(), INTERVAL + Duration::from_millis(10));
    }
}
