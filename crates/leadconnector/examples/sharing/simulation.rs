//! Processes that share the allowance of one location, and a server that counts. Time is simulated too, so that minutes take a
//! moment.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use leadconnector::LocationId;
use leadconnector::pacing::{BudgetAnswer, Pacing, Permit, SlidingWindow};
use leadconnector_mock::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::time::{Instant, sleep};

const MAX: usize = 100;
/// The length of an interval.
pub(crate) const INTERVAL: Duration = Duration::from_secs(10);
/// From here to the server, and back.
const WAY: Duration = Duration::from_millis(40);
/// As many as `create_all` has under way.
const CONCURRENCY: u64 = 32;
/// How long a simulation lasts.
pub(crate) const LENGTH: Duration = Duration::from_secs(500);
/// How many requests are possible in that time.
pub(crate) const POSSIBLE: u32 = 5_000;

/// How the server counts: by intervals that follow each other, or by the one that ends now.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Window {
    Fixed,
    Sliding,
}

/// The server, which counts and refuses.
struct Server {
    window: Window,
    begun: Instant,
    admitted: Mutex<VecDeque<Instant>>,
}

impl Server {
    /// Whether a request is admitted, and how many are left.
    fn count(&self) -> (bool, usize) {
        let now = Instant::now();
        let mut admitted = lock(&self.admitted);
        let is_over = |at: &Instant| match self.window {
            Window::Sliding => now.duration_since(*at) >= INTERVAL,
            Window::Fixed => self.number(*at) < self.number(now),
        };
        while admitted.front().is_some_and(is_over) {
            admitted.pop_front();
        }
        let is_admitted = admitted.len() < MAX;
        if is_admitted {
            admitted.push_back(now);
        }
        (is_admitted, MAX - admitted.len())
    }

    /// The number of the interval in which a time is.
    fn number(&self, at: Instant) -> u128 {
        at.duration_since(self.begun).as_nanos() / INTERVAL.as_nanos()
    }
}

/// What a process got.
#[derive(Clone, Copy, Default)]
pub(crate) struct Got {
    pub(crate) admitted: u32,
    pub(crate) refused: u32,
}

/// The same while it is counted.
#[derive(Default)]
struct Counting(Mutex<Got>);

impl Counting {
    fn count(&self, is_admitted: bool) {
        let mut got = lock(&self.0);
        *if is_admitted { &mut got.admitted } else { &mut got.refused } += 1;
    }
}

/// A process with more to send than it may.
async fn process(server: &Server, begins: Duration, end: Instant) -> Got {
    let (pacing, got) = (SlidingWindow::default(), Counting::default());
    let Ok(location) = LocationId::new("ve9EPM428h8vShlRW1KT") else { return Got::default() };
    let work = |number: u64| {
        let (pacing, location, got) = (&pacing, &location, &got);
        async move {
            // Not all at the same moment, as it is on a machine.
            sleep(begins + Duration::from_millis(number)).await;
            while Instant::now() < end {
                let Ok(permit) = pacing.acquire(location).await else { return };
                sleep(WAY).await;
                let (is_admitted, remaining) = server.count();
                sleep(WAY).await;
                let status = if is_admitted { StatusCode::CREATED } else { StatusCode::TOO_MANY_REQUESTS };
                permit.answered(BudgetAnswer::new(status, &headers(remaining)));
                got.count(is_admitted);
                if !is_admitted {
                    // As a call does after a 429.
                    sleep(INTERVAL).await;
                }
            }
        }
    };
    join_all((0..CONCURRENCY).map(work)).await;
    *lock(&got.0)
}

/// Somebody who sends a request each interval, and looks at nothing.
async fn stranger(server: &Server, end: Instant) {
    while Instant::now() < end {
        server.count();
        sleep(INTERVAL).await;
    }
}

fn headers(remaining: usize) -> HeaderMap {
    let figures = [
        ("x-ratelimit-max", MAX as u64),
        ("x-ratelimit-interval-milliseconds", INTERVAL.as_millis() as u64),
        ("x-ratelimit-remaining", remaining as u64),
    ];
    figures.into_iter().map(|(name, figure)| (HeaderName::from_static(name), HeaderValue::from(figure))).collect()
}

/// What processes get that begin at these times, beside a stranger or not.
pub(crate) async fn simulate(window: Window, begin: &[Duration], is_stranger: bool) -> Vec<Got> {
    let server = Server { window, begun: Instant::now(), admitted: Mutex::default() };
    // No process begins with an interval of the server's.
    sleep(Duration::from_millis(137)).await;
    let end = Instant::now() + LENGTH;
    let processes = join_all(begin.iter().map(|begins| process(&server, *begins, end)));
    let strange = async {
        if is_stranger {
            stranger(&server, end).await;
        }
    };
    let (got, ()) = tokio::join!(processes, strange);
    got
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
