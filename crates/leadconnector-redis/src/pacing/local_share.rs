//! This process's part of a location's budget, while Redis is away.

use std::collections::VecDeque;
use std::time::Duration;

use leadconnector::pacing::PacingError;
use tokio::time::Instant;

use super::reports::{Answered, End};
use super::scripts::DAY;

/// The requests of this process that the vendor may still count.
#[derive(Debug, Default)]
pub(super) struct LocalShare {
    in_flight: u64,
    /// When each of those that have ended is out of the vendor's count.
    ended: VecDeque<Instant>,
    /// Who was refused leaves the location alone until then.
    refused_until: Option<Instant>,
    /// What the vendor has said.
    held_until: Option<Instant>,
    day_used_up_until: Option<Instant>,
}

impl LocalShare {
    /// Takes one of so many places, or says how long to wait for one.
    pub(super) fn take(
        &mut self,
        places: u64,
        interval: Duration,
        now: Instant,
    ) -> Result<Option<Duration>, PacingError> {
        let is_ahead = |until: Option<Instant>| until.filter(|until| *until > now).map(|until| until - now);
        if let Some(again_in) = is_ahead(self.held_until) {
            return Err(PacingError::Held { again_in });
        }
        if let Some(again_in) = is_ahead(self.day_used_up_until) {
            return Err(PacingError::DayUsedUp { again_in });
        }
        if let Some(wait) = is_ahead(self.refused_until) {
            return Ok(Some(wait));
        }
        while self.ended.front().is_some_and(|free| *free <= now) {
            self.ended.pop_front();
        }
        let used = self.in_flight.saturating_add(self.ended.len() as u64);
        if used < places {
            self.in_flight += 1;
            return Ok(None);
        }
        // If all are under way, at least one interval goes by.
        Ok(Some(self.ended.front().map_or(interval, |free| *free - now)))
    }

    /// A request has ended.
    pub(super) fn ended(&mut self, end: &End, interval: Duration, now: Instant) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if matches!(end, End::Unused) {
            return;
        }
        self.ended.push_back(now + interval);
        let End::Answered(answered) = end else { return };
        let Answered { limit, is_known: _, is_refused, retry_after } = **answered;
        self.refused_until = self.refused_until.max(is_refused.then(|| now + interval));
        self.held_until = self.held_until.max(retry_after.map(|wait| now + wait.min(DAY)));
        if limit.daily_remaining == Some(0) {
            self.day_used_up_until = limit.daily_reset.map(|ends_in| now + ends_in.min(DAY));
        }
    }
}

#[cfg(test)]
mod tests {
    use leadconnector::answer::RateLimit;

    use super::*;

    const INTERVAL: Duration = Duration::from_secs(10);
    const SECOND: Duration = Duration::from_secs(1);

    /// How long to wait for one of three places.
    fn wait(share: &mut LocalShare, now: Instant) -> Option<Duration> {
        share.take(3, INTERVAL, now).unwrap()
    }

    fn answered(answered: Answered) -> End {
        End::Answered(Box::new(answered))
    }

    #[test]
    fn it_is_never_exceeded() {
        let (mut share, now) = (LocalShare::default(), Instant::now());
        for _ in 0..3 {
            assert_eq!(wait(&mut share, now), None);
        }
        assert_eq!(wait(&mut share, now), Some(INTERVAL));
        share.ended(&End::Unused, INTERVAL, now);
        assert_eq!(wait(&mut share, now), None);
        share.ended(&End::Lost, INTERVAL, now + SECOND);
        assert_eq!(wait(&mut share, now + SECOND * 2), Some(SECOND * 9));
        assert_eq!(wait(&mut share, now + SECOND * 11), None);
        assert_eq!(wait(&mut share, now + SECOND * 11), Some(INTERVAL));
    }

    #[test]
    fn who_is_refused_waits() {
        let (mut share, now) = (LocalShare::default(), Instant::now());
        assert_eq!(wait(&mut share, now), None);
        share.ended(&answered(Answered { is_refused: true, ..Answered::default() }), INTERVAL, now);
        assert_eq!(wait(&mut share, now), Some(INTERVAL));
        assert_eq!(wait(&mut share, now + INTERVAL), None);
    }

    #[test]
    fn what_the_vendor_says_is_an_error() {
        let (mut share, now) = (LocalShare::default(), Instant::now());
        assert_eq!(wait(&mut share, now), None);
        share.ended(&answered(Answered { retry_after: Some(SECOND * 60), ..Answered::default() }), INTERVAL, now);
        let Err(PacingError::Held { again_in }) = share.take(3, INTERVAL, now + SECOND) else { panic!() };
        assert_eq!(again_in, SECOND * 59);

        let later = now + SECOND * 60;
        assert_eq!(wait(&mut share, later), None);
        let mut limit = RateLimit::default();
        (limit.daily_remaining, limit.daily_reset) = (Some(0), Some(SECOND * 3600));
        share.ended(&answered(Answered { limit, ..Answered::default() }), INTERVAL, later);
        let Err(PacingError::DayUsedUp { again_in }) = share.take(3, INTERVAL, later) else { panic!() };
        assert_eq!(again_in, SECOND * 3600);
    }
}
