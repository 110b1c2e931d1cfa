//! The places of one location in an interval: those that our requests hold, and those that others hold.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::daily_allowance::DAY;
use crate::call::jitter::random;

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
    /// When each request began that has no answer yet; which is which does not matter.
    in_flight: VecDeque<Instant>,
    /// When the places of our requests were released that are still held, or were when the oldest request began.
    ours: VecDeque<Instant>,
    /// When the places will be free that others hold.
    others: Vec<Instant>,
}

impl Default for Interval {
    fn default() -> Self {
        Self { max: MAX, length: INTERVAL, in_flight: VecDeque::new(), ours: VecDeque::new(), others: Vec::new() }
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
        self.others.retain(|free| *free > now);
    }

    /// The places that our requests hold, or held at some time before.
    pub(super) fn used_by_us(&self, at: Instant) -> u64 {
        let free = self.ours.partition_point(|since| *since + self.length <= at);
        (self.in_flight.len() + self.ours.len() - free) as u64
    }

    pub(super) fn used(&self, at: Instant) -> u64 {
        self.used_by_us(at) + self.others.len() as u64
    }

    pub(super) fn has_room(&self, now: Instant) -> bool {
        self.used(now) < self.max
    }

    pub(super) fn take(&mut self, now: Instant) {
        self.in_flight.push_back(now);
    }

    /// When the next place will be free; none if all wait for an answer.
    pub(super) fn next_free(&self, now: Instant) -> Option<Instant> {
        let ours = self.ours.iter().map(|since| *since + self.length).find(|free| *free > now);
        self.others.iter().copied().chain(ours).min()
    }

    /// A request has ended: gives when it began. One that was refused holds no place any more.
    pub(super) fn release(&mut self, now: Instant, refused: bool) -> Instant {
        // The oldest one: this request began then, or later.
        let begun = self.in_flight.pop_front().unwrap_or(now);
        if !refused {
            self.ours.push_back(now);
        }
        begun
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

    /// Counts what others used, as far as it was not counted before, and gives how much that is. The server counted at some
    /// time after the request began: what we held then it may have counted, although it is free by now.
    pub(super) fn count_others(&mut self, remaining: u64, begun: Instant, now: Instant) -> u64 {
        let used = self.max.saturating_sub(remaining);
        let by_others = used.saturating_sub(self.used(begun));
        // They were sent at some time in the last interval, so they end at some time in the next one. At random, since two
        // that keep time with each other would never see what the other leaves.
        self.others.extend((0..by_others).map(|_| now + self.length.mul_f64(random())));
        by_others
    }

    pub(super) fn is_idle(&self) -> bool {
        self.in_flight.is_empty() && self.ours.is_empty() && self.others.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::pacing::for_tests::{left, location, release};
    use crate::call::pacing::{Pacing, SlidingWindow};

    #[tokio::test(start_paused = true)]
    async fn a_burst_within_the_allowance_is_sent_at_once() {
        let (pacing, location, begun) = (SlidingWindow::default(), location(), Instant::now());
        for _ in 0..100 {
            pacing.acquire(&location).await.unwrap();
        }
        assert_eq!(begun.elapsed(), Duration::ZERO);
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
}
