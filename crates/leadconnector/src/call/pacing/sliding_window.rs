//! The pacing that comes with this crate: a budget in memory for each location.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::time::Instant;

use super::waiting_line::{WaitingLine, lock};
use super::{BudgetAnswer, Pacing, PacingError};
use crate::LocationId;

/// Uses the allowance of each location to the full, and never more: 100 requests in any 10 seconds and 200,000 in a day, or
/// what the server's headers say.
///
/// A request holds its place until one interval after its *answer*: the server may count it at any time before. Who comes
/// first is served first, and a burst within the allowance is sent at once. When the server reports less left than was
/// counted here, others share the budget: then what they used is counted as well, a tenth of the allowance is left alone for
/// what is not reported yet, and ours is a share that shrinks while little is left and grows while there is room.
///
/// A day is 24 hours from the first request of a location; the vendor does not say when its own day begins.
#[derive(Debug, Default)]
pub struct SlidingWindow {
    locations: Mutex<HashMap<LocationId, Arc<WaitingLine>>>,
}

impl SlidingWindow {
    fn line(&self, location: &LocationId) -> Arc<WaitingLine> {
        let mut locations = lock(&self.locations);
        if let Some(line) = locations.get(location) {
            return Arc::clone(line);
        }
        let now = Instant::now();
        locations.retain(|_, line| {
            // Asked first: a line that nobody else has cannot be joined while the locations are locked.
            let in_use = Arc::strong_count(line) > 1;
            !line.is_idle(now) || in_use
        });
        Arc::clone(locations.entry(location.clone()).or_default())
    }
}

impl Pacing for SlidingWindow {
    async fn acquire(&self, location: &LocationId) -> Result<(), PacingError> {
        self.line(location).acquire().await
    }

    fn release(&self, location: &LocationId, answer: Option<BudgetAnswer<'_>>) {
        self.line(location).release(answer);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::call::pacing::daily_allowance::{DAILY_LIMIT, DAY};
    use crate::call::pacing::for_tests::location;
    use crate::call::pacing::interval::{INTERVAL, MAX};

    /// The largest number of times in any interval; a time at its very end is in the next one.
    fn largest_number_in_any(interval: Duration, times: &[Instant]) -> usize {
        let in_interval = |(place, begin): (usize, &Instant)| {
            times[place..].iter().take_while(|time| time.duration_since(*begin) < interval).count()
        };
        times.iter().enumerate().map(in_interval).max().unwrap_or_default()
    }

    /// Two days of work, with answers at once.
    #[tokio::test(start_paused = true)]
    async fn two_days_at_the_full_allowance() {
        let (pacing, location, begun) = (SlidingWindow::default(), location(), Instant::now());
        let mut times = Vec::new();
        for day in 1..=2_u32 {
            let error = loop {
                match pacing.acquire(&location).await {
                    Ok(()) => {
                        times.push(Instant::now());
                        pacing.release(&location, None);
                    }
                    Err(error) => break error,
                }
            };
            assert_eq!(times.len() as u64, u64::from(day) * DAILY_LIMIT);
            let PacingError::DayUsedUp { again_in } = error else { panic!("{error}") };
            assert_eq!(begun.elapsed() + again_in, DAY * day);
            tokio::time::advance(again_in).await;
        }
        assert_eq!(largest_number_in_any(INTERVAL, &times), 100);
        // Each day's work takes as long as it must, and at most a hundredth more.
        let work = times[DAILY_LIMIT as usize - 1].duration_since(times[0]);
        let least = INTERVAL * (DAILY_LIMIT / MAX - 1) as u32;
        assert!(work >= least && work <= least.mul_f64(1.01), "{work:?} instead of {least:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn locations_that_are_done_are_forgotten() {
        let pacing = SlidingWindow::default();
        for number in 0..100 {
            let location = LocationId::new(format!("location-{number}")).unwrap();
            pacing.acquire(&location).await.unwrap();
            pacing.release(&location, None);
            tokio::time::advance(DAY).await;
        }
        assert_eq!(lock(&pacing.locations).len(), 1);
    }
}
