//! Those who wait for the budget of one location, in the order in which they came.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as FairMutex, Notify};
use tokio::time::{Instant, timeout_at};

use super::PacingError;
use super::budget::{Budget, End, Learnt, Turn};
use crate::RateLimit;

/// The budget of one location, and those who wait for it.
#[derive(Debug, Default)]
pub(super) struct WaitingLine {
    /// Held by who is first in line: the lock serves in the order of the requests.
    first_in_line: FairMutex<()>,
    budget: Mutex<Budget>,
    released: Notify,
}

impl WaitingLine {
    pub(super) fn of(learnt: Learnt) -> Self {
        Self { budget: Mutex::new(Budget::of(learnt)), ..Self::default() }
    }

    /// Waits for a place, and gives when it was taken.
    pub(super) async fn acquire(&self) -> Result<Instant, PacingError> {
        let _first_in_line = self.first_in_line.lock().await;
        loop {
            let released = self.released.notified();
            let now = Instant::now();
            let turn = lock(&self.budget).take(now)?;
            match turn {
                Turn::Send => return Ok(now),
                // An answer may change the figures, so that the wait is shorter.
                Turn::WaitUntil(time) => drop(timeout_at(time, released).await),
                Turn::WaitForAnAnswer => released.await,
            }
        }
    }

    /// A request has ended whose place was taken at this time.
    pub(super) fn release(&self, begun: Instant, end: End<'_>) {
        lock(&self.budget).release(begun, Instant::now(), end);
        self.released.notify_waiters();
    }

    /// Whether nothing is counted any more.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        let mut budget = lock(&self.budget);
        budget.forget(now);
        budget.is_idle()
    }

    pub(super) fn allowance(&self, now: Instant) -> Option<RateLimit> {
        lock(&self.budget).allowance(now)
    }

    pub(super) fn learnt(&self) -> Option<Learnt> {
        lock(&self.budget).learnt()
    }
}

/// A thread that panicked while it held the lock left the numbers as they were: they are whole after each line.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::call::pacing::for_tests::{learnt, location};
    use crate::call::pacing::interval::INTERVAL;
    use crate::call::pacing::{Pacing, SlidingWindow};

    #[tokio::test(start_paused = true)]
    async fn who_comes_first_is_served_first_also_if_somebody_leaves() {
        let (pacing, location) = (SlidingWindow::default(), location());
        learnt(&pacing, &location).await;
        for _ in 0..99 {
            drop(pacing.acquire(&location).await.unwrap());
        }
        let served = Mutex::new(Vec::new());
        let waiting = |number: u32, patience: u64| {
            let (pacing, location, served) = (&pacing, &location, &served);
            async move {
                let acquired = tokio::time::timeout(Duration::from_secs(patience), pacing.acquire(location)).await;
                if acquired.is_ok() {
                    lock(served).push(number);
                }
                acquired
            }
        };
        let held = tokio::join!(waiting(1, 60), waiting(2, 5), waiting(3, 60), waiting(4, 60));
        assert_eq!(*lock(&served), [1, 3, 4]);
        // Who left has taken nothing: of a hundred places, three are held.
        tokio::time::advance(INTERVAL).await;
        let mut others = Vec::new();
        for _ in 0..97 {
            others.push(tokio::time::timeout(Duration::ZERO, pacing.acquire(&location)).await.unwrap().unwrap());
        }
        assert!(tokio::time::timeout(Duration::ZERO, pacing.acquire(&location)).await.is_err());
        drop(held);
    }
}
