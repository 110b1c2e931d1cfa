//! What the unit tests of pacing share: a location, and answers with figures.

use std::time::Duration;

use http::StatusCode;

use super::{BudgetAnswer, Pacing, SlidingWindow};
use crate::{LocationId, RateLimit};

pub(super) fn location() -> LocationId {
    LocationId::new("ve9EPM428h8vShlRW1KT").unwrap()
}

pub(super) fn left(remaining: u64) -> RateLimit {
    let interval = Some(Duration::from_secs(10));
    RateLimit { max: Some(100), remaining: Some(remaining), interval, ..RateLimit::default() }
}

/// Releases a place with an answer that has these figures.
pub(super) fn release(pacing: &SlidingWindow, location: &LocationId, limit: RateLimit, refused: bool) {
    let RateLimit { daily_limit, daily_remaining, interval, max, remaining } = limit;
    // More than a header can say is said as the most that it can.
    let interval = interval.map(|interval| u64::try_from(interval.as_millis()).unwrap_or(u64::MAX));
    let figures = [
        ("x-ratelimit-limit-daily", daily_limit),
        ("x-ratelimit-daily-remaining", daily_remaining),
        ("x-ratelimit-interval-milliseconds", interval),
        ("x-ratelimit-max", max),
        ("x-ratelimit-remaining", remaining),
    ];
    let headers = figures
        .into_iter()
        .filter_map(|(name, figure)| Some((http::HeaderName::from_static(name), http::HeaderValue::from(figure?))));
    let status = if refused { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::CREATED };
    pacing.release(location, Some(BudgetAnswer::new(status, &headers.collect())));
}
