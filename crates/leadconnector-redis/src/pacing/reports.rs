//! How requests have ended, which a task tells Redis: who has an answer must not wait for that.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use leadconnector::LocationId;
use leadconnector::answer::RateLimit;
use leadconnector::pacing::BudgetAnswer;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::scripts::{DAY, Scripts, Seen};
use super::{Allowance, LEASE, lock, millis};
use crate::error::RedisError;
use crate::{Redis, connection};

/// How often the places of requests that last long are put off.
const PUT_OFF_EACH: Duration = Duration::from_secs(2);

/// How many reports are on their way to Redis at once.
const AT_ONCE: usize = 64;

/// More requests in an interval, or more of a day, is no figure to rely on.
pub(super) const LARGEST_MAX: u64 = 100_000;
const LARGEST_DAILY: u64 = 1_000_000_000_000;

/// How a request has ended.
#[derive(Debug)]
pub(super) enum End {
    Answered(Box<Answered>),
    /// Nothing was sent.
    Unused,
    /// Without an answer: it may have been counted.
    Lost,
}

/// What an answer says of the budget, as far as it can be relied on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answered {
    pub(super) limit: RateLimit,
    /// Whether it is known by this what is allowed, be it that nothing is said of it.
    pub(super) is_known: bool,
    pub(super) is_refused: bool,
    pub(super) retry_after: Option<Duration>,
}

impl End {
    pub(super) fn answered(answer: &BudgetAnswer<'_>) -> Self {
        let (mut limit, is_refused) = (answer.limit(), answer.refused());
        limit.max = limit.max.filter(|max| (1..=LARGEST_MAX).contains(max));
        limit.interval = limit.interval.filter(|length| millis(*length) > 0 && *length <= DAY);
        limit.daily_limit = limit.daily_limit.filter(|daily| (1..=LARGEST_DAILY).contains(daily));
        limit.daily_remaining = limit.daily_remaining.map(|left| left.min(LARGEST_DAILY));
        limit.daily_reset = limit.daily_reset.map(|reset| reset.min(DAY));
        // Who is refused knows that nothing is left, whatever else the answer says.
        limit.remaining = if is_refused { Some(0) } else { limit.remaining.map(|left| left.min(LARGEST_MAX)) };
        let retry_after = answer.retry_after().map(|wait| wait.min(DAY));
        let is_known = limit.max.is_some() || answer.is_of_the_server();
        Self::Answered(Box::new(Answered { limit, is_known, is_refused, retry_after }))
    }
}

/// What Redis is to be told.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) location: LocationId,
    pub(super) place: String,
    pub(super) end: End,
    /// When the request ended.
    pub(super) when: Instant,
    /// How the budget was when the request got its place, if Redis gave it.
    pub(super) seen: Option<Seen>,
    /// The interval of the location.
    pub(super) interval: Duration,
}

impl Report {
    /// Whether it is of no use any more: what it tells of is out of the vendor's count, and the place in Redis lapses by itself.
    fn is_out_of_date(&self) -> bool {
        let held = match &self.end {
            End::Answered(answered) => answered.retry_after,
            End::Unused | End::Lost => None,
        };
        self.when.elapsed() > self.interval.max(held.unwrap_or_default())
    }
}

/// Where reports go; and the places that are in use.
#[derive(Clone)]
pub(super) struct Reports {
    sender: UnboundedSender<Report>,
    in_use: Arc<Mutex<HashMap<String, InUse>>>,
}

/// A request that is under way.
struct InUse {
    location: LocationId,
    since: Instant,
    interval: Duration,
}

impl Reports {
    /// Starts the task. It ends when all that has a sender is gone, and everything is told.
    pub(super) fn start(redis: &Redis, scripts: Scripts, process: String, first: Allowance) -> Self {
        let (sender, receiver) = unbounded_channel();
        let in_use = Arc::default();
        let (redis_of_task, in_use_of_task) = (redis.clone(), Arc::clone(&in_use));
        let reporter =
            Reporter { redis: redis_of_task, scripts, process, first, in_use: in_use_of_task, late: VecDeque::new() };
        redis.runtime().spawn(reporter.run(receiver));
        Self { sender, in_use }
    }

    pub(super) fn begun(&self, location: &LocationId, place: &str, interval: Duration) {
        let in_use = InUse { location: location.clone(), since: Instant::now(), interval };
        lock(&self.in_use).insert(place.to_owned(), in_use);
    }

    pub(super) fn send(&self, report: Report) {
        lock(&self.in_use).remove(&report.place);
        // The task is gone with its runtime, and so is whoever could wait.
        let _ = self.sender.send(report);
    }
}

struct Reporter {
    redis: Redis,
    scripts: Scripts,
    process: String,
    first: Allowance,
    in_use: Arc<Mutex<HashMap<String, InUse>>>,
    /// What Redis could not be told yet, in its order.
    late: VecDeque<Report>,
}

impl Reporter {
    async fn run(mut self, mut receiver: UnboundedReceiver<Report>) {
        let [mut put_off, mut again] = [PUT_OFF_EACH, connection::RETRY].map(|each| {
            let mut interval = interval(each);
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            interval
        });
        let mut received = Vec::new();
        loop {
            tokio::select! {
                number = receiver.recv_many(&mut received, AT_ONCE) => {
                    let is_away = !self.late.is_empty();
                    self.late.extend(received.drain(..));
                    // Redis may be away for long.
                    while self.late.front().is_some_and(Report::is_out_of_date) {
                        self.late.pop_front();
                    }
                    if !is_away {
                        self.tell_all().await;
                    }
                    if number == 0 {
                        return;
                    }
                }
                _ = again.tick(), if !self.late.is_empty() => self.tell_all().await,
                _ = put_off.tick() => self.put_off().await,
            }
        }
    }

    /// Tells what there is to tell, until Redis is found away.
    async fn tell_all(&mut self) {
        while !self.late.is_empty() {
            let batch: Vec<_> = self.late.drain(..self.late.len().min(AT_ONCE)).collect();
            let results = join_all(batch.iter().map(|report| self.tell(report))).await;
            let mut is_away = false;
            for (report, result) in batch.into_iter().zip(results).rev() {
                match result {
                    Ok(()) => {}
                    Err(RedisError::Away(_)) => {
                        self.late.push_front(report);
                        is_away = true;
                    }
                    Err(RedisError::Command(error)) => {
                        tracing::debug!(error.message = %error, "Redis was not told how a request has ended");
                    }
                }
            }
            if is_away {
                return;
            }
        }
    }

    async fn tell(&self, report: &Report) -> Result<(), RedisError> {
        let Report { location, place, end, when, seen, interval: _ } = report;
        if report.is_out_of_date() {
            return Ok(());
        }
        let keys = ["places", "state", "line"].map(|kind| self.redis.key(kind, location));
        let (how, answered) = match end {
            End::Answered(answered) if answered.is_known => ("answered", **answered),
            // Of something before the server, which has failed.
            End::Answered(answered) => ("lost", **answered),
            End::Unused => ("unused", Answered::default()),
            End::Lost => ("lost", Answered::default()),
        };
        let Answered { limit, is_known: _, is_refused: _, retry_after } = answered;
        let mut told = vec![
            ("process", self.process.clone()),
            ("place", place.clone()),
            ("how", how.to_owned()),
            ("age", millis(when.elapsed()).to_string()),
            ("day", millis(DAY).to_string()),
            ("first_max", self.first.max.to_string()),
            ("first_interval", millis(self.first.interval).to_string()),
        ];
        let numbers = [
            ("taken", seen.map(|seen| seen.taken)),
            ("grants", seen.map(|seen| seen.grants)),
            ("max", limit.max),
            ("interval", limit.interval.map(millis)),
            ("remaining", limit.remaining),
            ("daily", limit.daily_limit),
            ("daily_remaining", limit.daily_remaining),
            ("daily_reset", limit.daily_reset.map(millis)),
            ("retry_after", retry_after.map(millis)),
        ];
        let known = numbers.into_iter().filter_map(|(name, number)| Some((name, number?.to_string())));
        told.extend(known);
        self.redis
            .run(&self.scripts.give_back, &keys, |give_back, _| {
                give_back.arg(&told);
            })
            .await
    }

    /// Puts off the places of requests that last long.
    async fn put_off(&self) {
        let mut long: HashMap<LocationId, (Duration, Vec<String>)> = HashMap::new();
        for (place, in_use) in &*lock(&self.in_use) {
            if in_use.since.elapsed() >= PUT_OFF_EACH {
                let (interval, places) = long.entry(in_use.location.clone()).or_default();
                *interval = in_use.interval;
                places.push(place.clone());
            }
        }
        let put_off = async |(location, (interval, places)): (LocationId, (Duration, Vec<String>))| {
            let key = [self.redis.key("places", location)];
            let put_off = self.redis.run::<()>(&self.scripts.put_off, &key, |put_off, _| {
                put_off.arg(millis(interval)).arg(millis(LEASE)).arg(&places);
            });
            // If it fails, it is done again the next time.
            let _ = put_off.await;
        };
        join_all(long.into_iter().map(put_off)).await;
    }
}
