//! The rate limit of each location, in an interval and in a day: counted always, enforced on request.

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

/// What the vendor allows a location: [`ServerBuilder::allowance`](crate::ServerBuilder::allowance).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Allowance {
    /// 100 requests in 10 seconds, and 200,000 in a day.
    #[default]
    Ordinary,
    /// That of a trial, or of a sandbox: 25 requests in 10 seconds, and 10,000 in a day.
    Trial,
}

impl Allowance {
    /// How many requests a location has in each interval.
    pub const fn max(self) -> u64 {
        match self {
            Self::Ordinary => 100,
            Self::Trial => 25,
        }
    }

    /// How long an interval is.
    pub const fn interval(self) -> Duration {
        Duration::from_secs(10)
    }

    /// How many requests a location has in a day.
    pub const fn daily(self) -> u64 {
        match self {
            Self::Ordinary => 200_000,
            Self::Trial => 10_000,
        }
    }
}

/// How long a day is.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a location is allowed, and which requests are refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) enforcement: Enforcement,
    pub(crate) max: u64,
    pub(crate) interval: Duration,
    pub(crate) daily: u64,
    pub(crate) day: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let ordinary = Allowance::Ordinary;
        Self {
            enforcement: Enforcement::Off,
            max: ordinary.max(),
            interval: ordinary.interval(),
            daily: ordinary.daily(),
            day: DAY,
        }
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

#[derive(Debug)]
struct Count {
    recent: VecDeque<Instant>,
    day_began: Instant,
    in_day: u64,
}

impl Count {
    fn new(now: Instant) -> Self {
        Self { recent: VecDeque::new(), day_began: now, in_day: 0 }
    }

    /// How much of the day is left; nothing if it is over.
    fn left_of(&self, day: Duration, now: Instant) -> Duration {
        day.saturating_sub(now.duration_since(self.day_began))
    }
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
        let Limits { enforcement, max, interval, daily, day } = self.limits;
        let count = self.locations.entry(location.to_owned()).or_insert_with(|| Count::new(now));
        if count.left_of(day, now).is_zero() {
            (count.day_began, count.in_day) = (now, 0);
        }
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
        let full = count.recent.len() as u64 >= max || count.in_day >= daily;
        if full && enforcement != Enforcement::Off {
            self.refused += 1;
            return false;
        }
        count.recent.push_back(now);
        count.in_day += 1;
        true
    }

    /// Says in the headers what is left.
    pub(crate) fn headers(&self, location: Option<&str>, now: Instant, headers: &mut HeaderMap) {
        let count = location.and_then(|location| self.locations.get(location));
        let Limits { max, interval, daily, day, .. } = self.limits;
        let recent = count.map_or(0, |count| count.recent.len() as u64);
        // Who has no day yet, or none any more, has a whole one from the next request on.
        let in_day = count.filter(|count| !count.left_of(day, now).is_zero());
        let (used, left) = in_day.map_or((0, day), |count| (count.in_day, count.left_of(day, now)));
        for (name, value) in [
            ("x-ratelimit-limit-daily", daily),
            ("x-ratelimit-daily-remaining", daily.saturating_sub(used)),
            // Rounded up, so that the day is over for who has waited for so long.
            ("x-ratelimit-daily-reset", left.as_nanos().div_ceil(1_000_000) as u64),
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
        RateLimit::new(Limits { enforcement, max: 2, interval, daily: 5, ..Limits::default() })
    }

    /// What the headers say is left: of the interval, of the day's allowance, and of the day in milliseconds.
    fn left(rate_limit: &RateLimit, location: Option<&str>, now: Instant) -> [u64; 3] {
        let mut headers = HeaderMap::new();
        rate_limit.headers(location, now, &mut headers);
        ["x-ratelimit-remaining", "x-ratelimit-daily-remaining", "x-ratelimit-daily-reset"]
            .map(|name| headers[name].to_str().unwrap().parse().unwrap())
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
    fn a_day_begins_with_the_first_request() {
        let mut limit = rate_limit(Enforcement::SlidingWindow);
        let hour = Duration::from_secs(60 * 60);
        let first = limit.begun + hour;
        let whole = DAY.as_millis() as u64;
        assert_eq!(left(&limit, Some("a"), first), [2, 5, whole]);
        for number in 0..5 {
            assert!(limit.admit(Some("a"), first + hour * number));
            assert_eq!(left(&limit, Some("a"), first + hour * number)[2], whole - u64::from(number) * 3_600_000);
        }
        let last = first + DAY - Duration::from_nanos(1);
        assert!(!limit.admit(Some("a"), last));
        assert_eq!(left(&limit, Some("a"), last)[1..], [0, 1]);

        // It is over, and the next one begins when somebody asks again.
        assert_eq!(left(&limit, Some("a"), first + DAY)[1..], [5, whole]);
        assert_eq!(left(&limit, Some("a"), first + DAY * 3)[1..], [5, whole]);
        let next = first + DAY + hour;
        assert!(limit.admit(Some("a"), next));
        assert_eq!(left(&limit, Some("a"), next + hour)[1..], [4, whole - 3_600_000]);
        // Each location has its own.
        assert_eq!(left(&limit, Some("b"), next)[1..], [5, whole]);
        assert_eq!(left(&limit, None, next)[1..], [5, whole]);
    }

    #[test]
    fn what_is_not_enforced_is_counted_all_the_same() {
        let mut limit = rate_limit(Enforcement::Off);
        let begun = limit.begun;
        for _ in 0..3 {
            assert!(limit.admit(Some("a"), begun) && limit.admit(None, begun));
        }
        assert_eq!(left(&limit, Some("a"), begun)[..2], [0, 2]);
        assert_eq!(left(&limit, Some("b"), begun)[..2], [2, 5]);
        assert_eq!(left(&limit, None, begun)[..2], [2, 5]);
    }
}
