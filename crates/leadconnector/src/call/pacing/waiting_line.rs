//! Those who wait for the budget of one location, in the order in which they came.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as FairMutex, Notify};
use tokio::time::{Instant, timeout_at};

use super::budget::{Budget, Turn};
use super::{BudgetAnswer, PacingError};

/// The budget of one location, and those who wait for it.
#[derive(Debug, Default)]
pub(super) struct WaitingLine {
    /// Held by who is first in line: the lock serves in the order of the requests.
    first_in_line: FairMutex<()>,
    budget: Mutex<Budget>,
    released: Notify,
}

impl WaitingLine {
    pub(super) async fn acquire(&self) -> Result<(), PacingError> {
        let _first_in_line = self.first_in_line.lock().await;
        loop {
            let released = self.released.notified();
            let turn = lock(&self.budget).take(Instant::now())?;
            match turn {
                Turn::Send => return Ok(()),
                // An answer may change the figures, so that the wait is shorter.
                Turn::WaitUntil(time) => drop(timeout_at(time, released).await),
                Turn::WaitForAnAnswer => released.await,
            }
        }
    }

    pub(super) fn release(&self, answer: Option<BudgetAnswer<'_>>) {
        lock(&self.budget).release(Instant::now(), answer);
        self.released.notify_waiters();
    }

    /// Whether nothing is counted any more.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        let mut budget = lock(&self.budget);
        budget.forget(now);
        budget.is_idle()
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
    use crate::call::pacing::for_tests::location;
    use crate::call::pacing::interval::INTERVAL;
    use crate::call::pacing::{Pacing, SlidingWindow};

    #[tokio::test(start_paused = true)]
    async fn who_comes_first_is_served_first_also_if_somebody_leaves() {
        let (pacing, location) = (SlidingWindow::default(), location());
        for _ in 0..100 {
            pacing.acquire(&location).await.unwrap();
            pacing.release(&location, None);
        }
        let served = Mutex::new(Vec::new());
        let waiting = |number: u32, patience: u64| {
            let (pacing, location, served) = (&pacing, &location, &served);
            async move {
                let acquired = tokio::time::timeout(Duration::from_secs(patience), pacing.acquire(location)).await;
                if acquired.is_ok() {
                    lock(served).push(number);
                }
            }
        };
        tokio::join!(waiting(1, 60), waiting(2, 5), waiting(3, 60), waiting(4, 60));
        assert_eq!(*lock(&served), [1, 3, 4]);
        // Who left has taken nothing: of a hundred places, three are held.
        tokio::time::advance(INTERVAL).await;
        for _ in 0..97 {
            tokio::time::timeout(Duration::ZERO, pacing.acquire(&location)).await.unwrap().unwrap();
        }
        assert!(tokio::time::timeout(Duration::ZERO, pacing.acquire(&location)).await.is_err());
    }
}
