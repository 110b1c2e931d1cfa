//! What two processes, here two paces in one, see of a location's budget.

use std::time::{Duration, Instant};

use leadconnector::LocationId;
use leadconnector::pacing::{BudgetAnswer, Pacing, PacingError, Permit};
use leadconnector::reqwest::StatusCode;
use leadconnector::reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use leadconnector_redis::{Redis, RedisPacing, RedisPermit, WhenAway};

use crate::server::Server;

const INTERVAL: Duration = Duration::from_secs(1);

/// What Redis keeps of the location.
const PLACES: &str = "{leadconnector}:places:ve9EPM428h8vShlRW1KT";
const STATE: &str = "{leadconnector}:state:ve9EPM428h8vShlRW1KT";
const LINE: &str = "{leadconnector}:line:ve9EPM428h8vShlRW1KT";

fn location() -> LocationId {
    LocationId::new("ve9EPM428h8vShlRW1KT").unwrap()
}

fn pace(redis: &Redis, max: u64) -> RedisPacing {
    RedisPacing::builder(redis.clone()).allowance(max, INTERVAL).build()
}

/// Two paces that share a budget of so many places, which is known and open.
async fn two(server: &Server, max: u64) -> [RedisPacing; 2] {
    server.has_been_here_for_long().await;
    let both = [pace(&server.redis().await, max), pace(&server.redis().await, max)];
    let () = server.run(&["HSET", STATE, "known", "1"]).await;
    both
}

fn answered(permit: RedisPermit, headers: &[(&str, u64)]) {
    answered_with(permit, StatusCode::OK, headers);
}

fn answered_with(permit: RedisPermit, status: StatusCode, headers: &[(&str, u64)]) {
    let name = |name: &str| match name {
        "retry-after" => HeaderName::from_static("retry-after"),
        name => HeaderName::try_from(format!("x-ratelimit-{name}")).unwrap(),
    };
    let headers: HeaderMap = headers.iter().map(|(header, value)| (name(header), HeaderValue::from(*value))).collect();
    permit.answered(BudgetAnswer::new(status, &headers));
}

/// A place that is there at once.
async fn now(pacing: &RedisPacing) -> Option<RedisPermit> {
    // Much longer than Redis takes, and much shorter than an interval.
    tokio::time::timeout(INTERVAL / 4, pacing.acquire(&location())).await.ok().map(Result::unwrap)
}

#[tokio::test]
async fn a_place_is_free_an_interval_after_the_answer() {
    let server = Server::start().await;
    let [one, other] = two(&server, 3).await;
    let mut permits = Vec::new();
    for pacing in [&one, &other, &one] {
        permits.push(now(pacing).await.unwrap());
    }
    assert!(now(&other).await.is_none());
    let begun = Instant::now();
    answered(permits.pop().unwrap(), &[]);
    let again = other.acquire(&location()).await.unwrap();
    let waited = begun.elapsed();
    assert!(waited >= INTERVAL && waited < INTERVAL * 2, "{waited:?}");
    // What was not used is free at once.
    again.unused();
    server.until(&["ZCARD", PLACES], "2").await;
    assert!(now(&one).await.is_some());
}

#[tokio::test]
async fn who_comes_first_is_served_first() {
    let server = Server::start().await;
    let [one, other] = two(&server, 2).await;
    let permits = [now(&one).await.unwrap(), now(&one).await.unwrap()];
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    // One process has four who wait, the other has two who came later.
    for (name, pacing) in [("a", &one), ("b", &one), ("c", &one), ("d", &one), ("y", &other), ("z", &other)] {
        let (pacing, sender) = (pacing.clone(), sender.clone());
        tokio::spawn(async move {
            let permit = pacing.acquire(&location()).await.unwrap();
            sender.send(name).unwrap();
            answered(permit, &[]);
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(sender);
    permits.into_iter().for_each(|permit| answered(permit, &[]));
    let mut order = Vec::new();
    while let Some(name) = receiver.recv().await {
        order.push(name);
    }
    let place = |name| order.iter().position(|other| *other == name).unwrap();
    // Within a process in the order of coming; between the two by turns.
    assert!(place("a") < place("b") && place("b") < place("c") && place("c") < place("d"), "{order:?}");
    assert!(place("y") < place("z") && place("y") < place("b") && place("z") < place("c"), "{order:?}");
}

#[tokio::test]
async fn who_gives_up_takes_nothing_and_keeps_nobody_waiting() {
    let server = Server::start().await;
    let [one, other] = two(&server, 1).await;
    let permit = now(&one).await.unwrap();
    assert!(now(&other).await.is_none());
    permit.unused();
    server.until(&["EXISTS", PLACES, LINE], "0").await;
    assert!(now(&one).await.is_some());
}

/// The place of a process that has died while it waited is kept for it no longer than a second after it should have asked again.
#[tokio::test]
async fn who_dies_in_the_line_keeps_nobody_waiting() {
    let server = Server::start().await;
    let [one, other] = two(&server, 1).await;
    let permit = now(&one).await.unwrap();
    // As a process that died leaves it.
    let dead = format!("0:{}:1:x", server.milliseconds().await + 1_500);
    let () = server.run(&["HSET", LINE, "dead", &dead]).await;
    permit.unused();
    let begun = Instant::now();
    other.acquire(&location()).await.unwrap();
    let waited = begun.elapsed().as_secs_f64();
    assert!((1.4..3.0).contains(&waited), "{waited}");
}

/// Who waits asks when a place can be free, and no more often.
#[tokio::test]
async fn who_waits_hardly_asks() {
    let server = Server::start().await;
    let [one, other] = two(&server, 2).await;
    let third = pace(&server.redis().await, 2);
    let permits = [now(&one).await.unwrap(), now(&other).await.unwrap()];
    let before = server.scripts_run().await;
    let waiting = [&one, &other, &third].map(|pacing| {
        let pacing = pacing.clone();
        tokio::spawn(async move { pacing.acquire(&location()).await.unwrap().unused() })
    });
    tokio::time::sleep(INTERVAL * 3).await;
    let asked = server.scripts_run().await - before;
    println!("three processes that wait for three intervals ask Redis {asked} times");
    // At the beginning, and after each interval. The places are put off once.
    assert!((3..=3 * 4 + 2).contains(&asked), "{asked}");
    permits.into_iter().for_each(|permit| answered(permit, &[]));
    for waiting in waiting {
        waiting.await.unwrap();
    }
}

/// A clock that is set back, as by an hour here, keeps nobody waiting for long.
#[tokio::test]
async fn moments_that_cannot_be() {
    let server = Server::start().await;
    let [one, _] = two(&server, 1).await;
    let later = (server.milliseconds().await + 3_600_000).to_string();
    let () = server.run(&["ZADD", PLACES, &later, "a"]).await;
    let () = server.run(&["HSET", "{leadconnector}:marker", "since", &later]).await;
    tokio::time::timeout(Duration::from_secs(10), one.acquire(&location())).await.unwrap().unwrap();
}

/// Whatever Redis keeps of a location goes by itself.
#[tokio::test]
async fn every_key_has_an_end() {
    let server = Server::start().await;
    let [one, other] = two(&server, 2).await;
    let permits = [now(&one).await.unwrap(), now(&other).await.unwrap()];
    let waiting = tokio::spawn(async move { one.acquire(&location()).await.unwrap() });
    server.until(&["EXISTS", LINE], "1").await;
    for (key, longest) in [("places", 70), ("line", 20), ("state", 26 * 3600)] {
        let key = format!("{{leadconnector}}:{key}:ve9EPM428h8vShlRW1KT");
        let seconds: i64 = server.run(&["TTL", &key]).await;
        assert!((1..=longest).contains(&seconds), "{key} {seconds}");
    }
    permits.into_iter().for_each(|permit| answered(permit, &[("max", 2)]));
    answered(waiting.await.unwrap(), &[("max", 2)]);
    server.until(&["EXISTS", LINE], "0").await;
    let mut keys: Vec<String> = server.run(&["KEYS", "*"]).await;
    keys.sort();
    assert_eq!(
        keys,
        ["marker", "places:ve9EPM428h8vShlRW1KT", "state:ve9EPM428h8vShlRW1KT"]
            .map(|key| format!("{{leadconnector}}:{key}"))
    );
}

#[tokio::test]
async fn the_headers_correct_it_for_everybody() {
    let server = Server::start().await;
    let [one, other] = two(&server, 100).await;
    // Somebody else has used 88 of 100.
    answered(now(&one).await.unwrap(), &[("max", 100), ("remaining", 11)]);
    server.until(&["ZCARD", PLACES], "89").await;
    let mut permits = Vec::new();
    while let Some(permit) = now(&other).await {
        permits.push(permit);
    }
    assert_eq!(permits.len(), 11);
    permits.into_iter().for_each(Permit::unused);

    // It is a trial's.
    answered(one.acquire(&location()).await.unwrap(), &[("max", 25), ("remaining", 24)]);
    tokio::time::sleep(INTERVAL * 2).await;
    let permit = now(&other).await.unwrap();
    let limit = other.allowance(&location()).unwrap();
    assert_eq!((limit.max, limit.remaining), (Some(25), Some(24)));
    answered(permit, &[]);
}

#[tokio::test]
async fn a_day_that_is_used_up_is_so_for_everybody() {
    let server = Server::start().await;
    let [one, other] = two(&server, 100).await;
    let left = [("limit-daily", 200_000), ("daily-remaining", 1), ("daily-reset", 3_600_000)];
    answered(now(&one).await.unwrap(), &left);
    server.until(&["HGET", STATE, "used"], "199999").await;
    now(&other).await.unwrap();
    for pacing in [one, other] {
        let Err(PacingError::DayUsedUp { again_in }) = pacing.acquire(&location()).await else { panic!() };
        assert!((3_590..=3_600).contains(&again_in.as_secs()), "{again_in:?}");
        assert_eq!(pacing.allowance(&location()).unwrap().daily_remaining, Some(0));
    }
}

#[tokio::test]
async fn a_location_that_asks_to_wait_is_left_alone_by_everybody() {
    let server = Server::start().await;
    let [one, other] = two(&server, 100).await;
    answered_with(now(&one).await.unwrap(), StatusCode::TOO_MANY_REQUESTS, &[("retry-after", 60)]);
    server.until(&["HEXISTS", STATE, "held"], "1").await;
    let Err(PacingError::Held { again_in }) = other.acquire(&location()).await else { panic!() };
    assert!((58..=60).contains(&again_in.as_secs()), "{again_in:?}");
}

#[tokio::test]
async fn until_it_is_known_what_is_allowed_one_request_goes_ahead() {
    let server = Server::start().await;
    let [one, other] = [pace(&server.redis().await, 100), pace(&server.redis().await, 100)];
    // The pause after a start of Redis, of which it is not known what was there before.
    let begun = Instant::now();
    let permit = one.acquire(&location()).await.unwrap();
    assert!(begun.elapsed() >= INTERVAL);
    assert!(now(&other).await.is_none());
    // Something before the server has failed, and says nothing of what is allowed: another one goes ahead.
    answered_with(permit, StatusCode::BAD_GATEWAY, &[]);
    let permit = other.acquire(&location()).await.unwrap();
    assert!(now(&one).await.is_none());
    answered(permit, &[("max", 100)]);
    server.until(&["HGET", STATE, "known"], "1").await;
    assert!(now(&other).await.is_some());
}

#[tokio::test]
async fn the_places_of_a_process_that_dies_are_free_again() {
    let server = Server::start().await;
    let [one, _] = two(&server, 1).await;
    let url = server.url();
    // A runtime that ends takes all its tasks with it, as the end of a process does.
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let dead = runtime.block_on(async { pace(&Redis::connect(&url).await.unwrap(), 1) });
        let permit = runtime.block_on(dead.acquire(&location())).unwrap();
        runtime.shutdown_background();
        drop(permit);
    })
    .join()
    .unwrap();
    let begun = Instant::now();
    one.acquire(&location()).await.unwrap();
    let waited = begun.elapsed().as_secs_f64();
    assert!((4.5..8.0).contains(&waited), "{waited}");
}

#[tokio::test]
async fn a_request_that_lasts_long_keeps_its_place() {
    let server = Server::start().await;
    let [one, other] = two(&server, 1).await;
    let permit = now(&one).await.unwrap();
    tokio::time::timeout(Duration::from_secs(7), other.acquire(&location())).await.unwrap_err();
    answered(permit, &[]);
    other.acquire(&location()).await.unwrap();
}

#[tokio::test]
async fn without_redis_a_call_fails_and_then_goes_on() {
    let mut server = Server::start().await;
    let [one, _] = two(&server, 100).await;
    now(&one).await.unwrap().unused();
    server.stop();
    let Err(error) = one.acquire(&location()).await else { panic!() };
    assert_eq!(error.to_string(), "the store of the location's budget failed; nothing was sent");
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "Redis is away");
    server.start_again().await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    // It is empty, so there is a pause.
    let begun = Instant::now();
    one.acquire(&location()).await.unwrap();
    assert!(begun.elapsed() >= INTERVAL);
}

/// One that takes connections and does not answer is away, too.
#[tokio::test]
async fn a_redis_that_hangs() {
    let server = Server::start().await;
    server.has_been_here_for_long().await;
    let redis = Redis::builder(server.url()).timeout(Duration::from_millis(200)).connect().await.unwrap();
    let pacing = pace(&redis, 100);
    now(&pacing).await.unwrap().unused();
    server.signal("STOP");
    for _ in 0..2 {
        let error =
            tokio::time::timeout(Duration::from_secs(5), pacing.acquire(&location())).await.unwrap().unwrap_err();
        assert!(matches!(error, PacingError::Store(_)), "{error:?}");
    }
    server.signal("CONT");
    // It is tried again each half second.
    tokio::time::sleep(Duration::from_millis(600)).await;
    now(&pacing).await.unwrap().unused();
}

#[tokio::test]
async fn without_redis_a_process_goes_on_with_its_share() {
    let mut server = Server::start().await;
    let redis = server.redis().await;
    let builder = RedisPacing::builder(redis).allowance(9, INTERVAL);
    let pacing = builder.when_away(WhenAway::LocalShare { processes: 3 }).build();
    answered(pacing.acquire(&location()).await.unwrap(), &[("max", 9)]);
    server.stop();
    let begun = Instant::now();
    let mut permits = vec![pacing.acquire(&location()).await.unwrap()];
    assert!(begun.elapsed() >= INTERVAL, "{:?}", begun.elapsed());
    while let Some(permit) = now(&pacing).await {
        permits.push(permit);
    }
    assert_eq!(permits.len(), 3);
    permits.into_iter().for_each(|permit| answered(permit, &[]));
    server.start_again().await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    // What was sent meanwhile is not known to Redis, so there is a pause.
    let begun = Instant::now();
    pacing.acquire(&location()).await.unwrap();
    assert!(begun.elapsed() >= INTERVAL, "{:?}", begun.elapsed());
}
