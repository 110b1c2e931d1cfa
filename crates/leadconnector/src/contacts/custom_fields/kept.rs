//! What is asked for once, however many want it, and kept for a while: for each location.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as FairMutex;
use tokio::time::{Instant, timeout};

use crate::{Error, LocationId};

/// Locations are looked through for what has expired when there are so many of them, or twice as many as were left by the last
/// look.
const FIRST_SWEEP: usize = 64;

/// Answers that are kept for a while, one for each location.
pub(crate) struct Kept<T> {
    /// How long an answer is kept; zero for not at all.
    time: Duration,
    locations: Mutex<Locations<T>>,
}

/// How somebody wants it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct How {
    /// Only a question will do that is begun after this.
    pub(crate) anew: bool,
    /// How long to wait for another one's question before asking it as well. The other one may be a future that is neither polled nor
    /// dropped.
    pub(crate) patience: Duration,
    /// Whether an error is nobody else's: it may come of what this one wants otherwise than the others.
    pub(crate) is_alone: bool,
}

struct Locations<T> {
    places: HashMap<LocationId, Arc<Place<T>>>,
    /// The number of places at which they are looked through.
    sweep_at: usize,
}

/// What is kept of a location, and those who wait for it.
struct Place<T> {
    /// Held by the one who asks. The lock is free again when that one is dropped, and the next one asks.
    last: FairMutex<Last<T>>,
    /// The number of the last question that was begun, and of the last one that has ended.
    begun: AtomicU64,
    ended: AtomicU64,
}

/// What has come of the last questions, each with its number.
struct Last<T> {
    /// The answer of the last one that had one, and when it came.
    answer: Option<(u64, Instant, T)>,
    /// The error of the last one, while somebody is here who waited for it.
    error: Option<(u64, Error)>,
}

impl<T: Clone> Kept<T> {
    pub(crate) fn new(time: Duration) -> Self {
        let locations = Locations { places: HashMap::new(), sweep_at: FIRST_SWEEP };
        Self { time, locations: Mutex::new(locations) }
    }

    /// What is kept, or else what is answered now. Who waits for an answer that is an error takes it; who comes later asks again.
    pub(crate) async fn get<F>(&self, location: &LocationId, how: How, ask: impl FnOnce() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        if self.time.is_zero() {
            return ask().await;
        }
        let visit = Visit::new(self, location);
        let place = &*visit.place;
        let (begun, ended) = (place.begun.load(Ordering::Relaxed), place.ended.load(Ordering::Relaxed));
        let Ok(mut last) = timeout(how.patience, place.last.lock()).await else {
            return ask().await;
        };
        if let Some((number, at, answer)) = &last.answer
            && if how.anew { *number > begun } else { *number > ended || self.is_fresh(*at) }
        {
            return Ok(answer.clone());
        }
        if let Some((number, error)) = &last.error
            && *number > ended
        {
            return Err(error.clone());
        }
        let number = place.begun.fetch_add(1, Ordering::Relaxed) + 1;
        let outcome = ask().await;
        match &outcome {
            Ok(answer) => *last = Last { answer: Some((number, Instant::now(), answer.clone())), error: None },
            Err(error) => last.error = (!how.is_alone).then(|| (number, error.clone())),
        }
        place.ended.store(number, Ordering::Relaxed);
        outcome
    }
}

impl<T> Kept<T> {
    fn is_fresh(&self, at: Instant) -> bool {
        at.elapsed() < self.time
    }

    /// Forgets what has expired in a place that nobody else has, and whether something is left.
    fn is_filled(&self, place: &Place<T>) -> bool {
        place.last.try_lock().is_ok_and(|mut last| {
            // Who waited for it has gone.
            last.error = None;
            last.answer.take_if(|(_, at, _)| !self.is_fresh(*at));
            last.answer.is_some()
        })
    }

    fn locations(&self) -> MutexGuard<'_, Locations<T>> {
        // A thread that panicked while it held the lock left the map whole.
        self.locations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who wants what a place has.
struct Visit<'a, T> {
    kept: &'a Kept<T>,
    location: &'a LocationId,
    place: Arc<Place<T>>,
}

impl<'a, T> Visit<'a, T> {
    fn new(kept: &'a Kept<T>, location: &'a LocationId) -> Self {
        let mut locations = kept.locations();
        let place = match locations.places.get(location) {
            Some(place) => Arc::clone(place),
            None => {
                if locations.places.len() >= locations.sweep_at {
                    // Nobody can come to a place while the locations are locked.
                    locations.places.retain(|_, place| Arc::strong_count(place) > 1 || kept.is_filled(place));
                    locations.sweep_at = (locations.places.len() * 2).max(FIRST_SWEEP);
                }
                let place = Arc::new(Place {
                    last: FairMutex::new(Last { answer: None, error: None }),
                    begun: 0.into(),
                    ended: 0.into(),
                });
                locations.places.insert(location.clone(), Arc::clone(&place));
                place
            }
        };
        Self { kept, location, place }
    }
}

impl<T> Drop for Visit<'_, T> {
    fn drop(&mut self) {
        let mut locations = self.kept.locations();
        // The map's own and this one: nobody else is here.
        if Arc::strong_count(&self.place) <= 2 && !self.kept.is_filled(&self.place) {
            locations.places.remove(self.location);
        }
    }
}

impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("time", &self.time).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use futures_util::future::{join_all, pending};

    use super::*;
    use crate::InvalidValue;

    const MINUTE: Duration = Duration::from_secs(60);
    const USUALLY: How = How { anew: false, patience: MINUTE, is_alone: false };
    const ANEW: How = How { anew: true, ..USUALLY };

    fn location(name: &str) -> LocationId {
        LocationId::new(name).unwrap()
    }

    fn kept() -> Kept<u32> {
        Kept::new(5 * MINUTE)
    }

    /// Answers with how often it was asked, after a second.
    struct Server {
        asked: AtomicU64,
        fails: bool,
    }

    impl Server {
        fn new() -> Self {
            Self { asked: 0.into(), fails: false }
        }

        fn failing() -> Self {
            Self { fails: true, ..Self::new() }
        }

        async fn ask(&self) -> Result<u32, Error> {
            let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
            tokio::time::sleep(Duration::from_secs(1)).await;
            if self.fails { Err(InvalidValue::new("x", number.to_string()).into()) } else { Ok(number as u32) }
        }

        fn asked(&self) -> u64 {
            self.asked.load(Ordering::Relaxed)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn however_many_want_it_it_is_asked_for_once_while_it_is_kept() {
        let (kept, server, a) = (kept(), Server::new(), location("a"));
        let burst = || join_all((0..32).map(|_| kept.get(&a, USUALLY, || server.ask())));
        for expected in 1..=3 {
            for _ in 0..2 {
                assert!(burst().await.into_iter().all(|answer| answer.unwrap() == expected));
                tokio::time::advance(5 * MINUTE - Duration::from_secs(2)).await;
            }
            assert_eq!(server.asked(), u64::from(expected));
        }
        // Another location is another question.
        assert_eq!(kept.get(&location("b"), USUALLY, || server.ask()).await.unwrap(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_kept_is_asked_for_by_each() {
        let (kept, server, a) = (Kept::new(Duration::ZERO), Server::new(), location("a"));
        join_all((0..3).map(|_| kept.get(&a, USUALLY, || server.ask()))).await;
        assert_eq!((server.asked(), kept.locations().places.len()), (3, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waited_for_one_that_fails_takes_its_error() {
        let (kept, server, a) = (kept(), Server::failing(), location("a"));
        let errors = join_all((0..32).map(|_| kept.get(&a, USUALLY, || server.ask()))).await;
        assert!(errors.into_iter().all(|error| error.unwrap_err().to_string() == "x 1"));
        // No error is kept.
        assert_eq!((server.asked(), kept.locations().places.len()), (1, 0));
        // Who comes later asks again, also while somebody is still to be told.
        let call = || kept.get(&a, USUALLY, || server.ask());
        let (mut first, mut waits) = (Box::pin(call()), Box::pin(call()));
        assert!((&mut first).now_or_never().is_none() && (&mut waits).now_or_never().is_none());
        let first = first.await;
        let mut later = Box::pin(call());
        assert!((&mut later).now_or_never().is_none());
        let (waits, later) = (waits.await, later.await);
        assert_eq!([first, waits, later].map(|error| error.unwrap_err().to_string()), ["x 2", "x 2", "x 3"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_after_the_time_is_no_answer_to_who_comes_later() {
        let (kept, server, a) = (kept(), Server::new(), location("a"));
        assert_eq!(kept.get(&a, USUALLY, || server.ask()).await.unwrap(), 1);
        tokio::time::advance(5 * MINUTE).await;
        let failing = Server::failing();
        kept.get(&a, USUALLY, || failing.ask()).await.unwrap_err();
        assert_eq!(kept.get(&a, USUALLY, || server.ask()).await.unwrap(), 2);
    }

    /// Who wants it anew learns that it failed; the others have what is kept.
    #[tokio::test(start_paused = true)]
    async fn what_is_kept_outlives_a_failure() {
        let (kept, server, failing, a) = (kept(), Server::new(), Server::failing(), location("a"));
        assert_eq!(kept.get(&a, USUALLY, || server.ask()).await.unwrap(), 1);
        let (anew, waits) = tokio::join!(kept.get(&a, ANEW, || failing.ask()), kept.get(&a, USUALLY, || server.ask()));
        assert_eq!((anew.unwrap_err().to_string(), waits.unwrap()), ("x 1".to_owned(), 1));
        assert_eq!((kept.get(&a, USUALLY, || server.ask()).await.unwrap(), server.asked()), (1, 1));
        let place = Arc::clone(&kept.locations().places[&a]);
        assert!(place.last.try_lock().unwrap().error.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn if_the_one_who_asks_is_dropped_the_next_one_asks() {
        let (kept, server, a) = (kept(), Server::new(), location("a"));
        let mut first = Box::pin(kept.get(&a, USUALLY, || server.ask()));
        let mut second = Box::pin(kept.get(&a, USUALLY, || server.ask()));
        assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
        assert_eq!(server.asked(), 1);
        drop(first);
        assert_eq!((second.await.unwrap(), server.asked()), (2, 2));
        // Nothing is left of one who was alone.
        let b = location("b");
        let mut alone = Box::pin(kept.get(&b, USUALLY, || server.ask()));
        assert!((&mut alone).now_or_never().is_none());
        drop(alone);
        assert_eq!(kept.locations().places.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let (kept, server, a) = (kept(), Server::new(), location("a"));
        let mut forgotten = Box::pin(kept.get(&a, USUALLY, pending::<Result<u32, Error>>));
        assert!((&mut forgotten).now_or_never().is_none());
        let begun = Instant::now();
        let answers = join_all((0..3).map(|_| kept.get(&a, USUALLY, || server.ask()))).await;
        assert!(answers.into_iter().all(|answer| answer.is_ok()));
        assert_eq!(begun.elapsed(), MINUTE + Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_wanted_anew_is_asked_for_after_that() {
        let (kept, server, a) = (kept(), Server::new(), location("a"));
        let ordinary = || kept.get(&a, USUALLY, || server.ask());
        let anew = || kept.get(&a, ANEW, || server.ask());
        assert_eq!(ordinary().await.unwrap(), 1);
        assert_eq!(anew().await.unwrap(), 2);
        assert_eq!(ordinary().await.unwrap(), 2);
        // A question that is under way may be answered as it was before.
        tokio::time::advance(5 * MINUTE).await;
        let (asks, waits, one, other) = tokio::join!(ordinary(), ordinary(), anew(), anew());
        assert_eq!([asks, waits, one, other].map(Result::unwrap), [3, 3, 4, 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn many_locations() {
        let (kept, server) = (kept(), Server::new());
        let most = |range: std::ops::Range<u32>| {
            let (kept, server) = (&kept, &server);
            async move {
                let mut most = 0;
                for number in range {
                    kept.get(&location(&format!("location-{number}")), USUALLY, || server.ask()).await.unwrap();
                    most = most.max(kept.locations().places.len());
                }
                most
            }
        };
        // One is asked for in each second, so that 300 of them are kept at any time.
        let most = most(0..10_000).await;
        assert!((300..=601).contains(&most), "{most}");
    }
}
