//! The pace of each location, in Redis.

mod local_share;
mod reports;
mod scripts;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use leadconnector::LocationId;
use leadconnector::answer::RateLimit;
use leadconnector::pacing::{BudgetAnswer, Pacing, PacingError, Permit};
use local_share::LocalShare;
use reports::{End, Report, Reports};
use scripts::{Answer, DAY, Outcome, Scripts, Seen};
use tokio::sync::Mutex as FairMutex;
use tokio::time::Instant;

use crate::error::RedisError;
use crate::{Redis, connection};

/// How long a place lasts beyond an interval if its process does not put that off: then the process is dead.
const LEASE: Duration = Duration::from_secs(5);

/// How often somebody who waits for another one's answer looks whether it has come.
const POLL: Duration = Duration::from_millis(100);

/// How much longer than an interval nothing is sent after Redis has gone, or has come back: until all have noticed, and what they sent
/// before has arrived.
const MARGIN: Duration = Duration::from_secs(2);

/// What happens while Redis is away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenAway {
    /// Calls fail with [`PacingError::Store`], and nothing is sent.
    #[default]
    Fail,
    /// After a pause of an interval and two seconds, each process goes on with its part of a location's allowance: the allowance
    /// divided by the number of processes. A part of less than one request fails as [`WhenAway::Fail`] does.
    ///
    /// All of them have to be cut off from Redis, or none: those that still reach it use the whole allowance.
    LocalShare {
        /// How many processes share the allowance, at the most.
        processes: u32,
    },
}

/// The pace of each location, kept in Redis for all processes that use it.
///
/// Within a process, who comes first is served first. Of a budget that is used up, each process that waits gets an equal part.
///
/// `ClientBuilder::pacing` takes it. Cloning it is cheap, and the clones are one process to the others. Guide: [Several
/// machines](crate::guide).
#[derive(Clone)]
pub struct RedisPacing {
    shared: Arc<Shared>,
}

struct Shared {
    redis: Redis,
    scripts: Scripts,
    when_away: WhenAway,
    first: Allowance,
    /// This process, as the others see it.
    process: String,
    /// How many places were asked for.
    places: AtomicU64,
    lines: Mutex<HashMap<LocationId, Arc<Line>>>,
    reports: Reports,
    outage: Mutex<Outage>,
}

/// What is allowed before an answer has said it.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    max: u64,
    interval: Duration,
    daily: u64,
}

#[derive(Default)]
struct Outage {
    /// Since when Redis is away; none if it is not.
    since: Option<Instant>,
    /// How many requests were sent by the local share; and how many of them there were when Redis was told so.
    sent_locally: u64,
    told: u64,
}

/// Those of this process who wait for a location.
#[derive(Default)]
struct Line {
    /// Held by the first one, who asks.
    first: FairMutex<()>,
    /// How many there are, with the first one.
    length: AtomicU64,
    state: Mutex<LineState>,
}

#[derive(Default)]
struct LineState {
    /// What Redis has said last, and when.
    seen: Option<(Seen, Instant)>,
    /// What is allowed, if an answer has said that.
    learnt: Option<(u64, Duration)>,
    local: LocalShare,
}

impl RedisPacing {
    /// The pace in this Redis. Without it, calls fail: [`WhenAway::Fail`].
    pub fn new(redis: Redis) -> Self {
        Self::builder(redis).build()
    }

    /// Sets up the pace in this Redis.
    pub fn builder(redis: Redis) -> RedisPacingBuilder {
        let first = Allowance { max: 100, interval: Duration::from_secs(10), daily: 200_000 };
        RedisPacingBuilder { redis, when_away: WhenAway::default(), first }
    }

    fn line(&self, location: &LocationId) -> Arc<Line> {
        let mut lines = lock(&self.shared.lines);
        match lines.get(location) {
            Some(line) => Arc::clone(line),
            None => Arc::clone(lines.entry(location.clone()).or_default()),
        }
    }

    /// Takes a place, of Redis or else of the local share.
    async fn try_acquire(&self, asking: &mut Asking<'_>, line: &Arc<Line>) -> Result<Turn, PacingError> {
        let shared = &*self.shared;
        let Answer { outcome, seen } = match shared.ask(asking, line).await {
            Ok(answer) => answer,
            Err(error) => return self.try_locally(error, asking, line),
        };
        line.has_seen(seen);
        let error = match outcome {
            Outcome::Taken => return Ok(Turn::Send(asking.permit(line, Some(seen), seen.interval))),
            Outcome::Wait(wait) => return Ok(Turn::Wait(wait)),
            Outcome::DayUsedUp(again_in) => PacingError::DayUsedUp { again_in },
            Outcome::Held(again_in) => PacingError::Held { again_in },
        };
        asking.is_settled = true;
        Err(error)
    }

    /// Takes a place of the local share, if Redis is away and that is what to do then.
    fn try_locally(&self, error: RedisError, asking: &mut Asking<'_>, line: &Arc<Line>) -> Result<Turn, PacingError> {
        let shared = &*self.shared;
        let (WhenAway::LocalShare { processes }, RedisError::Away(_)) = (shared.when_away, &error) else {
            return Err(PacingError::Store(error.into()));
        };
        let mut state = lock(&line.state);
        let (max, interval) = state.learnt.unwrap_or((shared.first.max, shared.first.interval));
        let share = max / u64::from(processes.max(1));
        if share == 0 {
            return Err(PacingError::Store(error.into()));
        }
        // Until it is known what is allowed, one request goes ahead.
        let share = if state.learnt.is_some() { share } else { 1 };
        let (mut outage, now) = (lock(&shared.outage), Instant::now());
        // Another call may have found that it is back.
        let Some(since) = outage.since else { return Ok(Turn::Wait(Duration::ZERO)) };
        // What Redis gave places to is out of the vendor's count after an interval.
        let opens = since + interval + MARGIN;
        let wait = if opens > now { Some(opens - now) } else { state.local.take(share, interval, now)? };
        Ok(match wait {
            // By then Redis may be back.
            Some(wait) => Turn::Wait(wait.min(connection::RETRY)),
            None => {
                outage.sent_locally += 1;
                Turn::Send(asking.permit(line, None, interval))
            }
        })
    }
}

/// What somebody does who has asked for a place.
enum Turn {
    Send(RedisPermit),
    Wait(Duration),
}

impl Shared {
    /// Asks Redis for a place.
    async fn ask(&self, asking: &Asking<'_>, line: &Line) -> Result<Answer, RedisError> {
        let (sent_locally, told) = {
            let outage = lock(&self.outage);
            (outage.sent_locally, outage.told)
        };
        let answer = self.take(asking, line, sent_locally > told).await;
        let mut outage = lock(&self.outage);
        match &answer {
            Ok(_) => {
                outage.told = outage.told.max(sent_locally);
                if outage.since.take().is_some() {
                    tracing::info!("Redis is back");
                }
            }
            Err(error) => {
                if outage.since.is_none() && matches!(error, RedisError::Away(_)) {
                    tracing::warn!(error.message = %error, "Redis is away");
                    outage.since = Some(Instant::now());
                }
            }
        }
        answer
    }

    async fn take(&self, asking: &Asking<'_>, line: &Line, begins_anew: bool) -> Result<Answer, RedisError> {
        let key = |kind| self.redis.key(kind, asking.location);
        let keys = [key("places"), key("state"), key("line"), self.redis.marker()];
        let Allowance { max, interval, daily } = self.first;
        let numbers = [
            ("behind", line.length.load(Ordering::Relaxed).saturating_sub(1)),
            ("max", max),
            ("interval", millis(interval)),
            ("daily", daily),
            ("lease", millis(LEASE)),
            ("margin", millis(MARGIN)),
            ("poll", millis(POLL)),
            ("day", millis(DAY)),
        ];
        self.redis
            .run(&self.scripts.take, &keys, |take, run| {
                take.arg(&[("run", run), ("process", &self.process), ("place", &asking.place)]).arg(&numbers);
                if begins_anew {
                    take.arg(&[("begins_anew", true)]);
                }
            })
            .await
    }
}

impl Line {
    fn has_seen(&self, seen: Seen) {
        let mut state = lock(&self.state);
        state.seen = Some((seen, Instant::now()));
        if seen.is_known {
            state.learnt = Some((seen.max, seen.interval));
        }
    }
}

impl LineState {
    /// Takes in what an answer says is allowed; what it does not say, nobody has said.
    fn learn(&mut self, limit: &RateLimit, first: Allowance) {
        let (max, interval) = self.learnt.unwrap_or((first.max, first.interval));
        self.learnt = Some((limit.max.unwrap_or(max), limit.interval.unwrap_or(interval)));
    }
}

impl Pacing for RedisPacing {
    type Permit = RedisPermit;

    async fn acquire(&self, location: &LocationId) -> Result<RedisPermit, PacingError> {
        let line = self.line(location);
        let _waiting = Waiting::new(&line);
        let _first = line.first.lock().await;
        let number = self.shared.places.fetch_add(1, Ordering::Relaxed);
        let place = format!("{}.{number:x}", self.shared.process);
        let mut asking = Asking { pacing: self, location, place, is_settled: false };
        loop {
            match self.try_acquire(&mut asking, &line).await? {
                Turn::Send(permit) => return Ok(permit),
                Turn::Wait(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    /// What Redis has said last, to this process. None until an answer of the vendor has said what is allowed.
    fn allowance(&self, location: &LocationId) -> Option<RateLimit> {
        let line = Arc::clone(lock(&self.shared.lines).get(location)?);
        let (seen, when) = lock(&line.state).seen?;
        seen.rate_limit(when.elapsed())
    }
}

/// One of a line.
struct Waiting<'a>(&'a Line);

impl<'a> Waiting<'a> {
    fn new(line: &'a Line) -> Self {
        line.length.fetch_add(1, Ordering::Relaxed);
        Self(line)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.length.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Somebody who asks for a place. If this is dropped before that is settled, Redis is told that nobody waits any more.
struct Asking<'a> {
    pacing: &'a RedisPacing,
    location: &'a LocationId,
    place: String,
    is_settled: bool,
}

impl Asking<'_> {
    /// The place is taken.
    fn permit(&mut self, line: &Arc<Line>, seen: Option<Seen>, interval: Duration) -> RedisPermit {
        self.is_settled = true;
        let (pacing, location, place) = (self.pacing.clone(), self.location.clone(), self.place.clone());
        pacing.shared.reports.begun(&location, &place, interval);
        RedisPermit { used: Some(Used { pacing, location, line: Arc::clone(line), place, seen, interval }) }
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if !self.is_settled {
            let (shared, location) = (&self.pacing.shared, self.location.clone());
            let interval = shared.first.interval;
            let (place, when) = (std::mem::take(&mut self.place), Instant::now());
            shared.reports.send(Report { location, place, end: End::Unused, when, seen: None, interval });
        }
    }
}

/// The place of one request in the budget of a location.
pub struct RedisPermit {
    used: Option<Used>,
}

struct Used {
    pacing: RedisPacing,
    location: LocationId,
    line: Arc<Line>,
    place: String,
    /// How the budget was; none if Redis was away, and the place is one of the local share.
    seen: Option<Seen>,
    interval: Duration,
}

impl Used {
    fn ended(self, end: End) {
        let Self { pacing, location, line, place, seen, interval } = self;
        let mut state = lock(&line.state);
        if let End::Answered(answered) = &end
            && answered.is_known
        {
            state.learn(&answered.limit, pacing.shared.first);
        }
        if seen.is_none() {
            state.local.ended(&end, interval, Instant::now());
        }
        drop(state);
        // Also of the local share: Redis may be back while the vendor still counts the request.
        pacing.shared.reports.send(Report { location, place, end, when: Instant::now(), seen, interval });
    }
}

impl Permit for RedisPermit {
    fn answered(mut self, answer: BudgetAnswer<'_>) {
        if let Some(used) = self.used.take() {
            used.ended(End::answered(&answer));
        }
    }

    fn unused(mut self) {
        if let Some(used) = self.used.take() {
            used.ended(End::Unused);
        }
    }
}

/// Without an answer: it may have been counted.
impl Drop for RedisPermit {
    fn drop(&mut self) {
        if let Some(used) = self.used.take() {
            used.ended(End::Lost);
        }
    }
}

impl fmt::Debug for RedisPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisPermit(…)")
    }
}

impl fmt::Debug for RedisPacing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisPacing")
            .field("redis", &self.shared.redis)
            .field("when_away", &self.shared.when_away)
            .finish_non_exhaustive()
    }
}

/// Sets up a [`RedisPacing`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct RedisPacingBuilder {
    redis: Redis,
    when_away: WhenAway,
    first: Allowance,
}

impl RedisPacingBuilder {
    /// What happens while Redis is away. The default is [`WhenAway::Fail`].
    pub fn when_away(mut self, when_away: WhenAway) -> Self {
        self.when_away = when_away;
        self
    }

    /// How many requests a location has in an interval, and how long that is, until an answer has said it. The default is what the
    /// vendor documents: 100 in 10 seconds. Of all processes it should be the same.
    pub fn allowance(mut self, max: u64, interval: Duration) -> Self {
        let interval = interval.clamp(Duration::from_millis(1), DAY);
        self.first = Allowance { max: max.clamp(1, reports::LARGEST_MAX), interval, ..self.first };
        self
    }

    /// The pace. A task in the runtime that has connected to Redis reports how requests have ended.
    pub fn build(self) -> RedisPacing {
        let Self { redis, when_away, first } = self;
        let scripts = Scripts::new();
        let process = process();
        let reports = Reports::start(&redis, scripts.clone(), process.clone(), first);
        let shared = Shared {
            redis,
            scripts,
            when_away,
            first,
            process,
            places: AtomicU64::new(0),
            lines: Mutex::default(),
            reports,
            outage: Mutex::default(),
        };
        RedisPacing { shared: Arc::new(shared) }
    }
}

/// A name that no other process has, by the randomness of the standard library's hash maps.
fn process() -> String {
    use std::hash::{BuildHasher, RandomState};

    // Short, since each place has it in its name.
    format!("{:x}", RandomState::new().hash_one(std::process::id()) >> 16)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A thread that panicked while it held the lock left it whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
