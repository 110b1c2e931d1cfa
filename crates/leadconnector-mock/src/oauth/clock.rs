//! The time that tokens and codes live by: the real one, and what a test adds to it.

use std::time::{Duration, Instant};

/// A clock that can be put forward. It shows how long it has been going.
#[derive(Debug)]
pub(super) struct Clock {
    begun: Instant,
    ahead: Duration,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self { begun: Instant::now(), ahead: Duration::ZERO }
    }

    pub(super) fn now(&self) -> Duration {
        self.begun.elapsed().saturating_add(self.ahead)
    }

    pub(super) fn advance(&mut self, time: Duration) {
        self.ahead = self.ahead.saturating_add(time);
    }
}
