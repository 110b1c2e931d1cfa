//! The rate-limit headers.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName, HeaderValue};

/// Requests that a location has in each interval.
const MAX: u64 = 100;
const INTERVAL: Duration = Duration::from_secs(10);
/// Requests that a location has in a day.
const DAILY: u64 = 200_000;

/// The requests of each location.
#[derive(Debug, Default)]
pub(crate) struct RateLimit {
    locations: HashMap<String, Count>,
}

#[derive(Debug, Default)]
struct Count {
    recent: VecDeque<Instant>,
    total: u64,
}

impl RateLimit {
    /// Counts a request, and says in the headers what is left. A request that names no location is not counted.
    pub(crate) fn count(&mut self, location: Option<&str>, now: Instant, headers: &mut HeaderMap) {
        let mut nobody = Count::default();
        let count = match location {
            Some(location) => self.locations.entry(location.to_owned()).or_default(),
            None => &mut nobody,
        };
        while count.recent.front().is_some_and(|sent| now.duration_since(*sent) >= INTERVAL) {
            count.recent.pop_front();
        }
        if location.is_some() {
            count.recent.push_back(now);
            count.total += 1;
        }
        for (name, value) in [
            ("x-ratelimit-limit-daily", DAILY),
            ("x-ratelimit-daily-remaining", DAILY.saturating_sub(count.total)),
            ("x-ratelimit-interval-milliseconds", INTERVAL.as_millis() as u64),
            ("x-ratelimit-max", MAX),
            ("x-ratelimit-remaining", MAX.saturating_sub(count.recent.len() as u64)),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_location_in_a_sliding_window() {
        let mut rate_limit = RateLimit::default();
        let mut remaining = |location, at| {
            let mut headers = HeaderMap::new();
            rate_limit.count(location, at, &mut headers);
            (headers["x-ratelimit-remaining"].clone(), headers["x-ratelimit-daily-remaining"].clone())
        };
        let start = Instant::now();
        assert_eq!(remaining(None, start), (100.into(), 200_000.into()));
        assert_eq!(remaining(Some("a"), start), (99.into(), 199_999.into()));
        assert_eq!(remaining(Some("a"), start + INTERVAL / 2), (98.into(), 199_998.into()));
        assert_eq!(remaining(Some("b"), start + INTERVAL / 2), (99.into(), 199_999.into()));
        assert_eq!(remaining(Some("a"), start + INTERVAL), (98.into(), 199_997.into()));
    }
}
