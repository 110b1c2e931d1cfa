//! What the unit tests of pacing share: a location, and answers with figures.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::{BudgetAnswer, Pacing, Permit, SlidingWindow, WindowPermit};
use crate::{LocationId, RateLimit};

pub(super) fn location() -> LocationId {
    LocationId::new("ve9EPM428h8vShlRW1KT").unwrap()
}

pub(super) fn left(remaining: u64) -> RateLimit {
    let interval = Some(Duration::from_secs(10));
    RateLimit { max: Some(100), remaining: Some(remaining), interval, ..RateLimit::default() }
}

/// Sends the first request, whose answer says nothing: so the documented figures hold.
pub(super) async fn learnt(pacing: &SlidingWindow, location: &LocationId) {
    answer(pacing.acquire(location).await.unwrap(), RateLimit::default(), false);
}

/// Ends a request with an answer that has these figures.
pub(super) fn answer(permit: WindowPermit, limit: RateLimit, refused: bool) {
    let RateLimit { daily_limit, daily_remaining, daily_reset, interval, max, remaining } = limit;
    // More than a header can say is said as the most that it can.
    let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let figures = [
        ("x-ratelimit-limit-daily", daily_limit),
        ("x-ratelimit-daily-remaining", daily_remaining),
        ("x-ratelimit-daily-reset", daily_reset.map(milliseconds)),
        ("x-ratelimit-interval-milliseconds", interval.map(milliseconds)),
        ("x-ratelimit-max", max),
        ("x-ratelimit-remaining", remaining),
    ];
    let headers: HeaderMap = figures
        .into_iter()
        .filter_map(|(name, figure)| Some((HeaderName::from_static(name), HeaderValue::from(figure?))))
        .collect();
    let status = if refused { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::CREATED };
    permit.answered(BudgetAnswer::new(status, &headers));
}
