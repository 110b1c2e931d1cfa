//! The pacing that comes with this crate: a budget in memory for each location.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::time::Instant;

use super::budget::{Budget, End, Learnt};
use super::waiting_line::{WaitingLine, lock};
use super::{BudgetAnswer, Pacing, PacingError, Permit};
use crate::{LocationId, RateLimit};

/// Lines are looked through for those that can be forgotten when there are so many of them, or twice as many as were left by
/// the last look.
const FIRST_SWEEP: usize = 64;

/// Uses the allowance of each location to the full, and never more: 100 requests in any 10 seconds and 200,000 in a day, or
/// what the server's headers say.
///
/// Nobody knows before the first answer what a location is allowed. So until then one request goes ahead, and another every 10
/// seconds; one that fails passes its turn on. What the answers have said is kept, however long the location is not used.
///
/// A request holds its place until one interval after its *answer*: the server may count it at any time before. Who comes
/// first is served first, and a burst within the allowance is sent at once. When the server reports less left than was
/// counted here, others share the budget: then requests are spread over the interval, and ours is a share that shrinks while
/// nothing is left and grows while there is room.
///
/// A `Retry-After` holds the location, not only the call that got it: until then, [`PacingError::Held`] says for how long.
///
/// A day ends when the server says (`X-RateLimit-Daily-Reset`), or else 24 hours after its first request. Where the server has
/// said that nothing is left, but not until when, one request asks again each hour; where only requests without an answer may
/// have used up the rest, after a minute.
///
/// The example `sharing` in the repository simulates several processes that share a location.
#[derive(Debug)]
pub struct SlidingWindow {
    locations: Mutex<Locations>,
}

#[derive(Debug)]
struct Locations {
    lines: HashMap<LocationId, Arc<WaitingLine>>,
    /// Of the locations whose lines are forgotten.
    learnt: HashMap<LocationId, Learnt>,
    /// The number of lines at which they are looked through.
    sweep_at: usize,
    /// How many lines were looked at.
    #[cfg(test)]
    looked_at: usize,
}

impl Default for SlidingWindow {
    fn default() -> Self {
        let locations = Locations {
            lines: HashMap::new(),
            learnt: HashMap::new(),
            sweep_at: FIRST_SWEEP,
            #[cfg(test)]
            looked_at: 0,
        };
        Self { locations: Mutex::new(locations) }
    }
}

impl SlidingWindow {
    fn line(&self, location: &LocationId) -> Arc<WaitingLine> {
        let mut locations = lock(&self.locations);
        if let Some(line) = locations.lines.get(location) {
            return Arc::clone(line);
        }
        if locations.lines.len() >= locations.sweep_at {
            locations.sweep(Instant::now());
        }
        let line = Arc::new(locations.learnt.remove(location).map_or_else(WaitingLine::default, WaitingLine::of));
        locations.lines.insert(location.clone(), Arc::clone(&line));
        line
    }
}

impl Locations {
    /// Forgets the lines where nothing is counted any more, save what was learnt there.
    fn sweep(&mut self, now: Instant) {
        #[cfg(test)]
        {
            self.looked_at += self.lines.len();
        }
        let learnt = &mut self.learnt;
        self.lines.retain(|location, line| {
            // Asked first: a line that nobody else has cannot be joined while the locations are locked.
            let in_use = Arc::strong_count(line) > 1;
            let is_kept = in_use || !line.is_idle(now);
            if !is_kept && let Some(figures) = line.learnt() {
                learnt.insert(location.clone(), figures);
            }
            is_kept
        });
        self.sweep_at = (self.lines.len() * 2).max(FIRST_SWEEP);
    }
}

impl Pacing for SlidingWindow {
    type Permit = WindowPermit;

    /// What is counted here: an answer that has told of others is taken into account, what they have used since then is not. None
    /// until an answer has come.
    fn allowance(&self, location: &LocationId) -> Option<RateLimit> {
        let locations = lock(&self.locations);
        match locations.lines.get(location) {
            Some(line) => line.allowance(Instant::now()),
            None => locations.learnt.get(location).map(|learnt| Budget::of(*learnt).allowance(Instant::now()))?,
        }
    }

    async fn acquire(&self, location: &LocationId) -> Result<WindowPermit, PacingError> {
        let line = self.line(location);
        let begun = line.acquire().await?;
        Ok(WindowPermit { line, begun, is_ended: false })
    }
}

/// The place of one request in a [`SlidingWindow`].
#[derive(Debug)]
pub struct WindowPermit {
    line: Arc<WaitingLine>,
    begun: Instant,
    is_ended: bool,
}

impl WindowPermit {
    fn end(&mut self, end: End<'_>) {
        if !std::mem::replace(&mut self.is_ended, true) {
            self.line.release(self.begun, end);
        }
    }
}

impl Permit for WindowPermit {
    fn answered(mut self, answer: BudgetAnswer<'_>) {
        self.end(End::Answered(answer));
    }

    fn unused(mut self) {
        self.end(End::Unused);
    }
}

impl Drop for WindowPermit {
    fn drop(&mut self) {
        self.end(End::Lost);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::call::pacing::daily_allowance::{DAILY_LIMIT, DAY};
    use crate::call::pacing::for_tests::{answer, left, location};
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
                    Ok(permit) => {
                        times.push(Instant::now());
                        answer(permit, RateLimit::default(), false);
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

    /// What is not used is forgotten, save what is allowed there; and no line is looked at again and again.
    #[tokio::test(start_paused = true)]
    async fn many_locations() {
        let pacing = SlidingWindow::default();
        let trial = LocationId::new("trial").unwrap();
        answer(pacing.acquire(&trial).await.unwrap(), RateLimit { max: Some(25), ..left(24) }, false);
        for number in 0..10_000 {
            let location = LocationId::new(format!("location-{number}")).unwrap();
            answer(pacing.acquire(&location).await.unwrap(), RateLimit::default(), false);
        }
        assert!(lock(&pacing.locations).looked_at < 20_000, "{}", lock(&pacing.locations).looked_at);
        tokio::time::advance(DAY).await;
        for number in 0..10_000 {
            pacing.acquire(&LocationId::new(format!("new-{number}")).unwrap()).await.unwrap().unused();
        }
        assert!(lock(&pacing.locations).lines.len() < 20_000);
        assert!(lock(&pacing.locations).learnt.contains_key(&trial));
        // A burst at once, of what was learnt.
        let begun = Instant::now();
        let mut permits = Vec::new();
        for _ in 0..25 {
            permits.push(pacing.acquire(&trial).await.unwrap());
        }
        assert_eq!(begun.elapsed(), Duration::ZERO);
        assert!(tokio::time::timeout(Duration::ZERO, pacing.acquire(&trial)).await.is_err());
    }
}
