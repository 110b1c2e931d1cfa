//! The rate limit of each location: counted always, enforced on request.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName, HeaderValue};

/// Which requests the server refuses with 429: [`ServerBuilder::enforce`](crate::ServerBuilder::enforce).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Enforcement {
    /// None.
    #[default]
    Off,
    /// Those beyond the allowance of the current interval; intervals follow each other.
    FixedWindow,
    /// Those beyond the allowance of the interval that ends with them.
    SlidingWindow,
}

/// What a location is allowed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) enforcement: Enforcement,
    pub(crate) max: u64,
    pub(crate) interval: Duration,
    pub(crate) daily: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { enforcement: Enforcement::Off, max: 100, interval: Duration::from_secs(10), daily: 200_000 }
    }
}

/// The requests of each location.
#[derive(Debug)]
pub(crate) struct RateLimit {
    limits: Limits,
    begun: Instant,
    locations: HashMap<String, Count>,
    refused: u64,
}

#[derive(Debug, Default)]
struct Count {
    recent: VecDeque<Instant>,
    total: u64,
}

impl RateLimit {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, begun: Instant::now(), locations: HashMap::new(), refused: 0 }
    }

    /// How many requests were refused.
    pub(crate) fn refused(&self) -> u64 {
        self.refused
    }

    /// Counts a request; false if it is to be refused. One that names no location is not counted.
    pub(crate) fn admit(&mut self, location: Option<&str>, now: Instant) -> bool {
        let Some(location) = location else { return true };
        let Limits { enforcement, max, interval, daily } = self.limits;
        let count = self.locations.entry(location.to_owned()).or_default();
        let window_began = match enforcement {
            Enforcement::FixedWindow => {
                let elapsed = now.duration_since(self.begun).as_nanos();
                let into_window = elapsed.checked_rem(interval.as_nanos()).unwrap_or_default();
                now.checked_sub(Duration::from_nanos(into_window as u64))
            }
            Enforcement::Off | Enforcement::SlidingWindow => now.checked_sub(interval),
        };
        let outside = |sent: &Instant| match enforcement {
            Enforcement::FixedWindow => window_began.is_some_and(|began| *sent < began),
            Enforcement::Off | Enforcement::SlidingWindow => window_began.is_some_and(|began| *sent <= began),
        };
        while count.recent.front().is_some_and(outside) {
            count.recent.pop_front();
        }
        let full = count.recent.len() as u64 >= max || count.total >= daily;
        if full && enforcement != Enforcement::Off {
            self.refused += 1;
            return false;
        }
        count.recent.push_back(now);
        count.total += 1;
        true
    }

    /// Says in the headers what is left.
    pub(crate) fn headers(&self, location: Option<&str>, headers: &mut HeaderMap) {
        let count = location.and_then(|location| self.locations.get(location));
        let (recent, total) = count.map_or((0, 0), |count| (count.recent.len() as u64, count.total));
        let Limits { max, interval, daily, .. } = self.limits;
        for (name, value) in [
            ("x-ratelimit-limit-daily", daily),
            ("x-ratelimit-daily-remaining", daily.saturating_sub(total)),
            ("x-ratelimit-interval-milliseconds", interval.as_millis() as u64),
            ("x-ratelimit-max", max),
            ("x-ratelimit-remaining", max.saturating_sub(recent)),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate_limit(enforcement: Enforcement) -> RateLimit {
        let interval = Duration::from_secs(10);
        RateLimit::new(Limits { enforcement, max: 2, interval, daily: 5 })
    }

    fn remaining(rate_limit: &RateLimit, location: Option<&str>) -> [String; 2] {
        let mut headers = HeaderMap::new();
        rate_limit.headers(location, &mut headers);
        ["x-ratelimit-remaining", "x-ratelimit-daily-remaining"].map(|name| headers[name].to_str().unwrap().to_owned())
    }

    #[test]
    fn a_sliding_window_ends_with_the_request() {
        let mut limit = rate_limit(Enforcement::SlidingWindow);
        let begun = limit.begun;
        let mut admit = |seconds| limit.admit(Some("a"), begun + Duration::from_secs(seconds));
        assert_eq!(
            [admit(0), admit(9), admit(9), admit(10), admit(11), admit(19)],
            [true, true, false, true, false, true]
        );
        assert_eq!(limit.refused(), 2);
    }

    #[test]
    fn a_fixed_window_follows_the_last_one() {
        let mut limit = rate_limit(Enforcement::FixedWindow);
        let begun = limit.begun;
        let mut admit = |seconds| limit.admit(Some("a"), begun + Duration::from_secs(seconds));
        assert_eq!(
            [admit(9), admit(9), admit(9), admit(10), admit(11), admit(19)],
            [true, true, false, true, true, false]
        );
    }

    #[test]
    fn the_day_has_an_end() {
        let mut limit = rate_limit(Enforcement::SlidingWindow);
        let begun = limit.begun;
        let admitted = (0..8).filter(|number| limit.admit(Some("a"), begun + Duration::from_secs(number * 60))).count();
        assert_eq!((admitted, limit.refused()), (5, 3));
        assert!(limit.admit(Some("b"), begun));
    }

    #[test]
    fn what_is_not_enforced_is_counted_all_the_same() {
        let mut limit = rate_limit(Enforcement::Off);
        let begun = limit.begun;
        for _ in 0..3 {
            assert!(limit.admit(Some("a"), begun) && limit.admit(None, begun));
        }
        assert_eq!(remaining(&limit, Some("a")), ["0", "2"]);
        assert_eq!(remaining(&limit, Some("b")), ["2", "5"]);
        assert_eq!(remaining(&limit, None), ["2", "5"]);
    }
}
