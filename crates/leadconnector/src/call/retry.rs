//! Whether and when a request is sent again: a pure function of what happened.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};

use super::outcome::refuses_the_token;
use super::response::{RateLimit, retry_after};
use crate::{CarriedOut, Effect, Error};

/// What is known when an attempt has failed, beside the error.
#[derive(Clone, Copy)]
pub(crate) struct Facts {
    pub(crate) effect: Effect,
    /// How many attempts were made.
    pub(crate) number: u32,
    /// The time since the first attempt began.
    pub(crate) elapsed: Duration,
    pub(crate) now: SystemTime,
    pub(crate) random: f64,
    /// Whether another token was asked for already.
    pub(crate) refreshed: bool,
}

/// What comes after an attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Stop,
    /// Ask for another token, and send the request again with it.
    Refresh,
    Wait(Duration),
}

/// Decides whether a request is sent again, whatever the policy is: what happens once, and may have happened, is not.
pub(crate) fn next(policy: &dyn RetryPolicy, error: &Error, facts: Facts) -> Next {
    let carried_out = error.carried_out();
    match (carried_out, facts.effect) {
        (CarriedOut::Yes | CarriedOut::Unknown, Effect::Once) => return Next::Stop,
        // Also if it was carried out: the whole answer is still to be had.
        (CarriedOut::No, _) | (_, Effect::Reads | Effect::Repeats) => {}
    }
    if let Error::Unauthorized(response) = error
        && !facts.refreshed
        && refuses_the_token(response)
    {
        return Next::Refresh;
    }
    let Some(failure) = failure(error) else { return Next::Stop };
    let Facts { effect, number, elapsed, now, random, refreshed: _ } = facts;
    match policy.decide(&Attempt { effect, failure, number, elapsed, now, random }) {
        Decision::Stop => Next::Stop,
        Decision::Wait(wait) => Next::Wait(wait),
    }
}

/// How an attempt failed; none if nothing was sent and nothing would change.
fn failure(error: &Error) -> Option<Failure<'_>> {
    match (error, error.response()) {
        (Error::Pacing(error), _) => error.again_in().map(|again_in| Failure::NotSent { again_in }),
        (Error::Invalid(_) | Error::Token(_), _) => None,
        (Error::NotConnected(_), _) => Some(Failure::NotConnected),
        // The server has said what it has to say.
        (Error::Undecodable(error), Some(response))
            if error.reason.is_deliberate() || has_no_content(response.status()) =>
        {
            Some(Failure::Answered { status: response.status(), headers: response.headers() })
        }
        // It would be too large again.
        (Error::TooLarge(_), _) => None,
        (Error::TimedOut(_) | Error::BrokenOff(_) | Error::Undecodable(_), _) | (_, None) => Some(Failure::Lost),
        (_, Some(response)) => Some(Failure::Answered { status: response.status(), headers: response.headers() }),
    }
}

/// Whether an answer with this status has no body on purpose.
fn has_no_content(status: StatusCode) -> bool {
    matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT)
}

/// Decides whether a request is sent again. [`Retry`] is the one of this crate.
/// [`ClientBuilder::retry`](crate::ClientBuilder::retry) takes another one.
///
/// It is not asked about what happens once more when it is sent again, such as the creation of a contact, and may have reached
/// the server: that is never sent again. Nor is it asked about the one fresh try that follows a 401 when the token can be
/// refreshed.
pub trait RetryPolicy: Debug + Send + Sync + 'static {
    /// What to do after an attempt that failed.
    fn decide(&self, attempt: &Attempt<'_>) -> Decision;
}

/// Clients and calls that share a policy have a clone each.
impl<P: RetryPolicy + ?Sized> RetryPolicy for Arc<P> {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        (**self).decide(attempt)
    }
}

/// An attempt that failed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// What sending the request again does.
    pub effect: Effect,
    /// What happened.
    pub failure: Failure<'a>,
    /// How many attempts were made, with this one: 1 at first. An attempt that [sent nothing](Failure::NotSent) does not count.
    pub number: u32,
    /// The time since the first attempt began.
    pub elapsed: Duration,
    /// The time of the decision.
    pub now: SystemTime,
    /// A random number from 0 up to but not including 1, to spread the waits of many clients.
    pub random: f64,
}

impl<'a> Attempt<'a> {
    /// The first attempt, which failed at once: to try a policy.
    pub fn first(failure: Failure<'a>, effect: Effect) -> Self {
        Self { effect, failure, number: 1, elapsed: Duration::ZERO, now: SystemTime::now(), random: 0.5 }
    }
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Failure<'a> {
    /// The server answered: with a status that is no success, or with a success that is not what the operation answers with.
    Answered {
        /// The status of the answer.
        status: StatusCode,
        /// The headers of the answer.
        headers: &'a HeaderMap,
    },
    /// No connection could be made: the server has not seen the request.
    NotConnected,
    /// Nothing was sent: the day's allowance of the location is used up, or the server has asked it to wait.
    NotSent {
        /// After which time a request may be sent again.
        again_in: Duration,
    },
    /// The request may have reached the server, and no answer came that can be read.
    Lost,
}

/// What to do after an attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Give the error to the caller.
    Stop,
    /// Wait so long, and send the request again.
    Wait(Duration),
}

/// Never sends a request again, with one exception: after a 401, if the token can be refreshed, it is sent once more. It does
/// not wait if the server has asked to: such a call fails at once, with [`PacingError::Held`](crate::PacingError::Held).
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRetry;

impl RetryPolicy for NoRetry {
    fn decide(&self, _: &Attempt<'_>) -> Decision {
        Decision::Stop
    }
}

/// Sends a request again if that is safe, at most so many times and for so long.
///
/// | what happened | what happens [once](Effect::Once) | what [reads](Effect::Reads) or [repeats](Effect::Repeats) |
/// | --- | --- | --- |
/// | no connection could be made | again | again |
/// | the day's allowance is used up, or the server has asked to wait | again, when it may | again, when it may |
/// | 401 about the token itself, and the [`TokenSource`](crate::TokenSource) has another one | again, once | again, once |
/// | 429, and the day's allowance is used up | again, when the day begins anew, if that is said | the same |
/// | 429 | again | again |
/// | 408, 500, 502, 503, 504 | stop | again |
/// | a success that is empty, or is not JSON | stop | again |
/// | any other answer, also one that is larger than the client reads | stop | stop |
/// | the request may have reached the server | stop | again |
///
/// The second column holds for every policy: of what happens once, only what was certainly not carried out is sent again.
///
/// The wait is what `Retry-After` says; after a 429 without it, what `X-RateLimit-Interval-Milliseconds` says; otherwise, and
/// at least, a time that doubles with each attempt, and of which half is random.
///
/// ```
/// use std::time::Duration;
///
/// use leadconnector::Client;
/// use leadconnector::retry::Retry;
///
/// let retry = Retry::default().max_attempts(3).max_elapsed(Duration::from_secs(30));
/// let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").retry(retry).build()?;
/// # Ok::<(), leadconnector::error::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retry {
    max_attempts: u32,
    max_elapsed: Duration,
    base_wait: Duration,
}

impl Retry {
    /// How many attempts are made at the most, the first one included. The default is 5.
    #[must_use]
    pub fn max_attempts(self, max_attempts: u32) -> Self {
        Self { max_attempts, ..self }
    }

    /// The longest time from the beginning of the first attempt to the end of the last wait. The default is 2 minutes.
    #[must_use]
    pub fn max_elapsed(self, max_elapsed: Duration) -> Self {
        Self { max_elapsed, ..self }
    }

    /// The wait after the first attempt, if the server does not say how long to wait. The default is 500 milliseconds.
    #[must_use]
    pub fn base_wait(self, base_wait: Duration) -> Self {
        Self { base_wait, ..self }
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self { max_attempts: 5, max_elapsed: Duration::from_secs(120), base_wait: Duration::from_millis(500) }
    }
}

impl RetryPolicy for Retry {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        if attempt.number >= self.max_attempts {
            return Decision::Stop;
        }
        let Some(wait) = self.wait(attempt) else { return Decision::Stop };
        match attempt.elapsed.checked_add(wait) {
            Some(end) if end <= self.max_elapsed => Decision::Wait(wait),
            _ => Decision::Stop,
        }
    }
}

impl Retry {
    /// The wait before the next attempt; none if there must not be one.
    fn wait(&self, attempt: &Attempt<'_>) -> Option<Duration> {
        let backoff = self.backoff(attempt);
        match attempt.failure {
            Failure::NotConnected => Some(backoff),
            Failure::NotSent { again_in } => Some(again_in),
            Failure::Lost => attempt.effect.is_repeatable().then_some(backoff),
            Failure::Answered { status: StatusCode::TOO_MANY_REQUESTS, headers } => {
                let limit = RateLimit::of(headers);
                let asked = retry_after(headers, attempt.now);
                if limit.daily_remaining == Some(0) {
                    // An interval later nothing would be left either.
                    return asked.max(limit.daily_reset).map(|wait| wait.max(backoff));
                }
                Some(asked.or(limit.interval).unwrap_or(backoff).max(backoff))
            }
            Failure::Answered { status, headers } => {
                let transient = matches!(status.as_u16(), 408 | 500 | 502 | 503 | 504);
                (attempt.effect.is_repeatable() && transient)
                    .then(|| retry_after(headers, attempt.now).unwrap_or(backoff).max(backoff))
            }
        }
    }

    fn backoff(&self, attempt: &Attempt<'_>) -> Duration {
        let doublings = attempt.number.saturating_sub(1).min(16);
        let full = self.base_wait.saturating_mul(1 << doublings);
        full / 2 + (full / 2).mul_f64(attempt.random.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(members: &[(&'static str, &'static str)]) -> HeaderMap {
        members.iter().map(|(name, value)| ((*name).parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    fn attempt(failure: Failure<'_>, effect: Effect, number: u32) -> Attempt<'_> {
        let now = SystemTime::UNIX_EPOCH;
        Attempt { effect, failure, number, elapsed: Duration::ZERO, now, random: 0.0 }
    }

    /// Every status there can be, for each kind of request.
    #[test]
    fn every_status() {
        let none = HeaderMap::new();
        for code in 100..=999 {
            let status = StatusCode::from_u16(code).unwrap();
            let again = |effect| {
                let failure = Failure::Answered { status, headers: &none };
                Retry::default().decide(&attempt(failure, effect, 1)) != Decision::Stop
            };
            assert_eq!(again(Effect::Once), code == 429, "{code}");
            for repeatable in [Effect::Reads, Effect::Repeats] {
                assert_eq!(again(repeatable), [408, 429, 500, 502, 503, 504].contains(&code), "{code}");
            }
        }
    }

    #[test]
    fn a_creation_is_not_sent_again_when_it_may_have_arrived() {
        let decide = |failure, effect| Retry::default().decide(&attempt(failure, effect, 1));
        assert_eq!(decide(Failure::Lost, Effect::Once), Decision::Stop);
        assert_eq!(decide(Failure::Lost, Effect::Reads), Decision::Wait(Duration::from_millis(250)));
        assert_eq!(decide(Failure::Lost, Effect::Repeats), Decision::Wait(Duration::from_millis(250)));
        assert_eq!(decide(Failure::NotConnected, Effect::Once), Decision::Wait(Duration::from_millis(250)));
    }

    #[test]
    fn the_wait_of_a_429() {
        let wait = |members: &[_]| {
            let headers = headers(members);
            let failure = Failure::Answered { status: StatusCode::TOO_MANY_REQUESTS, headers: &headers };
            Retry::default().decide(&attempt(failure, Effect::Once, 1))
        };
        let seconds = |seconds| Decision::Wait(Duration::from_secs(seconds));
        let interval = ("x-ratelimit-interval-milliseconds", "10000");
        assert_eq!(wait(&[("retry-after", "3"), interval]), seconds(3));
        assert_eq!(wait(&[("retry-after", "Thu, 01 Jan 1970 00:00:04 GMT"), interval]), seconds(4));
        assert_eq!(wait(&[("retry-after", "soon"), interval]), seconds(10));
        assert_eq!(wait(&[interval]), seconds(10));
        assert_eq!(wait(&[]), Decision::Wait(Duration::from_millis(250)));
        assert_eq!(wait(&[interval, ("x-ratelimit-daily-remaining", "1")]), seconds(10));
        let nothing = ("x-ratelimit-daily-remaining", "0");
        assert_eq!(wait(&[interval, nothing]), Decision::Stop);
        assert_eq!(wait(&[interval, nothing, ("x-ratelimit-daily-reset", "90000")]), seconds(90));
        assert_eq!(wait(&[interval, nothing, ("x-ratelimit-daily-reset", "1800000")]), Decision::Stop);
        assert_eq!(wait(&[("retry-after", "120")]), seconds(120));
        assert_eq!(wait(&[("retry-after", "121")]), Decision::Stop);
    }

    #[test]
    fn what_may_not_be_sent_yet() {
        let decide = |seconds| {
            let again_in = Duration::from_secs(seconds);
            Retry::default().decide(&attempt(Failure::NotSent { again_in }, Effect::Once, 1))
        };
        assert_eq!(decide(120), Decision::Wait(Duration::from_secs(120)));
        assert_eq!(decide(121), Decision::Stop);
    }

    #[test]
    fn the_wait_doubles_and_is_spread() {
        let wait = |number, random| {
            let attempt = Attempt { random, ..attempt(Failure::NotConnected, Effect::Once, number) };
            match (Retry { max_attempts: 99, max_elapsed: Duration::MAX, ..Retry::default() }).decide(&attempt) {
                Decision::Wait(wait) => wait.as_millis(),
                Decision::Stop => panic!("stopped"),
            }
        };
        assert_eq!((wait(1, 0.0), wait(1, 0.5)), (250, 375));
        assert_eq!((wait(2, 0.0), wait(3, 0.0)), (500, 1000));
        // It stops growing, and nothing overflows.
        assert_eq!(wait(50, 0.0), wait(17, 0.0));
    }

    #[test]
    fn attempts_and_time_are_bounded() {
        let last = attempt(Failure::NotConnected, Effect::Reads, 5);
        assert_eq!(Retry::default().decide(&last), Decision::Stop);
        let late = Attempt { elapsed: Duration::from_secs(120), ..attempt(Failure::NotConnected, Effect::Reads, 1) };
        assert_eq!(Retry::default().decide(&late), Decision::Stop);
        let endless = Attempt { elapsed: Duration::MAX, ..late };
        assert_eq!(Retry::default().decide(&endless), Decision::Stop);
        assert_eq!(NoRetry.decide(&attempt(Failure::NotConnected, Effect::Reads, 1)), Decision::Stop);
    }
}
