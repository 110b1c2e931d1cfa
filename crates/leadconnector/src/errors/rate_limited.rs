//! Too many requests.

use std::fmt;

use crate::Response;
use crate::call::pacing::DAY;

/// Too many requests.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RateLimited {
    /// How long to wait from the answer on, if the server says so: `Retry-After`, or else the interval in
    /// `X-RateLimit-Interval-Milliseconds`. If the allowance of the day is used up, how long until the next one:
    /// `X-RateLimit-Daily-Reset`, or a later `Retry-After`. None if the server says neither.
    pub retry_after: Option<std::time::Duration>,
    /// Whether the allowance of the day is used up: `X-RateLimit-Daily-Remaining` is 0.
    pub day_used_up: bool,
    /// The server's answer.
    pub response: Response,
}

impl RateLimited {
    /// What an answer with the status 429 says.
    pub fn new(response: Response) -> Self {
        let limit = response.rate_limit();
        let day_used_up = limit.daily_remaining == Some(0);
        let asked = response.retry_after();
        // No day is longer: what says so is something else than a time to wait, such as a time stamp.
        let next_day = limit.daily_reset.map(|reset| reset.min(DAY));
        let retry_after = if day_used_up { asked.max(next_day) } else { asked.or(limit.interval) };
        Self { retry_after, day_used_up, response }
    }
}

impl fmt::Display for RateLimited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.day_used_up {
            "the allowance of the day is used up (429)"
        } else {
            "too many requests (429)"
        })?;
        match self.retry_after {
            Some(wait) => write!(f, "; try again in {:.1} s", wait.as_secs_f64()),
            None => Ok(()),
        }
    }
}
