//! The scripts that Redis runs, and what they answer.

use std::sync::Arc;
use std::time::Duration;

use leadconnector::answer::RateLimit;
use redis::{FromRedisValue, ParsingError, Script, Value};

pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Clone)]
pub(super) struct Scripts {
    pub(super) take: Arc<Script>,
    pub(super) give_back: Arc<Script>,
    pub(super) put_off: Arc<Script>,
}

impl Scripts {
    pub(super) fn new() -> Self {
        let script = |code| Arc::new(Script::new(code));
        Self {
            take: script(include_str!("take.lua")),
            give_back: script(include_str!("give_back.lua")),
            put_off: script(include_str!("put_off.lua")),
        }
    }
}

/// What `take.lua` answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) outcome: Outcome,
    pub(super) seen: Seen,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    Taken,
    Wait(Duration),
    DayUsedUp(Duration),
    Held(Duration),
}

/// The budget of a location, as it was when a place was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) max: u64,
    pub(super) interval: Duration,
    /// How many places are taken, and how many have ever been.
    pub(super) taken: u64,
    pub(super) grants: u64,
    daily: u64,
    daily_used: u64,
    day_ends_in: Duration,
    /// Whether an answer has said what is allowed.
    pub(super) is_known: bool,
}

impl Seen {
    /// What is left of the allowance, so long after that was said; none if nobody has said what is allowed.
    pub(super) fn rate_limit(&self, ago: Duration) -> Option<RateLimit> {
        let mut limit = RateLimit::default();
        limit.max = Some(self.max);
        limit.interval = Some(self.interval);
        // What others have taken since then is not known here.
        limit.remaining = (ago < self.interval).then(|| self.max.saturating_sub(self.taken));
        limit.daily_limit = Some(self.daily);
        limit.daily_remaining = Some(self.daily.saturating_sub(self.daily_used));
        limit.daily_reset = Some(self.day_ends_in.saturating_sub(ago));
        self.is_known.then_some(limit)
    }
}

impl FromRedisValue for Answer {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        type Numbers = (u8, u64, u64, u64, u64, u64, u64, u64, u64, u64);
        let numbers: Numbers = FromRedisValue::from_redis_value(value)?;
        let (outcome, wait, max, interval, taken, grants, daily, daily_used, day_ends_in, is_known) = numbers;
        let wait = Duration::from_millis(wait);
        let outcome = match outcome {
            0 => Outcome::Taken,
            1 => Outcome::Wait(wait),
            2 => Outcome::DayUsedUp(wait),
            _ => Outcome::Held(wait),
        };
        let [interval, day_ends_in] = [interval, day_ends_in].map(Duration::from_millis);
        let is_known = is_known == 1;
        Ok(Self { outcome, seen: Seen { max, interval, taken, grants, daily, daily_used, day_ends_in, is_known } })
    }
}
