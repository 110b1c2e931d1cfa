//! What is wrong with a Redis is said before anything is sent.

use std::time::Duration;

use leadconnector::LocationId;
use leadconnector::oauth::{Record, TokenStore};
use leadconnector::pacing::{BudgetAnswer, Pacing, Permit};
use leadconnector::reqwest::StatusCode;
use leadconnector::reqwest::header::HeaderMap;
use leadconnector_redis::{ConnectError, Redis, RedisPacing, RedisTokenStore};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::server::Server;

async fn refused(url: &str) -> ConnectError {
    Redis::connect(url).await.unwrap_err()
}

#[tokio::test]
async fn a_url_that_is_none() {
    for url in ["", "localhost", "http://localhost", "redis://", "redis://localhost:notaport"] {
        let error = refused(url).await;
        assert!(matches!(error, ConnectError::Url(_)), "{url}: {error:?}");
    }
    let error = refused("redis://:secret@127.0.0.1:1").await;
    assert!(matches!(error, ConnectError::NotConnected(_)), "{error:?}");
    assert_eq!(error.to_string(), "no connection to Redis could be made: is it running, and is the URL right?");
    assert!(!format!("{error:?}").contains("secret"));
}

#[tokio::test]
async fn a_password_that_is_wrong() {
    let server = Server::with(&["--requirepass", "secret"]).await;
    let at = |user: &str| server.url().replace("redis://", &format!("redis://{user}"));
    for user in ["", ":another@", "nobody:secret@"] {
        let error = refused(&at(user)).await;
        assert!(matches!(error, ConnectError::Refused(_)), "{user}: {error:?}");
        assert!(error.to_string().starts_with("Redis does not take the user or the password"), "{error}");
    }
    let redis = Redis::connect(&at(":secret@")).await.unwrap();
    assert!(!format!("{redis:?}").contains("secret"));
}

#[tokio::test]
async fn keys_of_something_else() {
    let server = Server::start().await;
    let url = server.url();
    for (set, delete) in [
        (&["SET", "{leadconnector}:sessions", "1"][..], "{leadconnector}:sessions"),
        (&["SET", "{leadconnector}:marker", "1"], "{leadconnector}:marker"),
        (&["HSET", "{leadconnector}:marker", "a", "b"], "{leadconnector}:marker"),
        (&["HSET", "{leadconnector}:marker", "format", "2"], "{leadconnector}:marker"),
    ] {
        let _: redis::Value = server.run(set).await;
        let error = refused(&url).await;
        assert_eq!(
            error.to_string(),
            format!("the key `{delete}` is something else, under the prefix of leadconnector: choose another prefix")
        );
        Redis::builder(&url).prefix("other:").connect().await.unwrap();
        let () = server.run(&["DEL", delete]).await;
    }
    // What is beside the prefix is none of these; and nothing was written.
    let () = server.run(&["SET", "something", "else"]).await;
    let redis = Redis::connect(&url).await.unwrap();
    assert_eq!(server.run::<u64>(&["DBSIZE"]).await, 1);
    // Nor are our own, of whatever kind.
    let (holder, record) = (LocationId::new("a").unwrap().into(), Record::new(1, "text"));
    RedisTokenStore::new(redis).compare_and_swap(&holder, None, Some(&record)).await.unwrap();
    Redis::connect(&url).await.unwrap();
}

/// Processes that start at the same time find each other's keys, and these are theirs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_those_that_start_at_the_same_time() {
    let server = Server::start().await;
    let store = RedisTokenStore::new(server.redis().await);
    let (holder, record) = (LocationId::new("a").unwrap().into(), Record::new(1, "text"));
    for round in 0..200 {
        let () = server.run(&["FLUSHALL"]).await;
        let url = server.url();
        let connecting = tokio::spawn(async move { Redis::connect(&url).await });
        // At one moment or another of the connecting, which takes about a millisecond.
        std::thread::sleep(Duration::from_micros(round * 10));
        store.compare_and_swap(&holder, None, Some(&record)).await.unwrap();
        connecting.await.unwrap().unwrap();
    }
}

/// Something else that comes under the prefix later is an error of each call, with nothing sent.
#[tokio::test]
async fn keys_of_something_else_that_come_later() {
    let server = Server::start().await;
    let pacing = RedisPacing::new(server.redis().await);
    let () = server.run(&["SET", "{leadconnector}:places:a", "1"]).await;
    let error = pacing.acquire(&LocationId::new("a").unwrap()).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("is there something else under the prefix of leadconnector?"), "{source}");
}

/// The rights that the guide says are enough.
#[tokio::test]
async fn a_user_with_these_rights_alone() {
    const GUIDE: &str = include_str!("../../docs/several-machines.md");
    let server = Server::start().await;
    let (_, rule) = GUIDE.split_once("redis-cli ").unwrap();
    let (rule, _) = rule.split_once("```").unwrap();
    let words: Vec<_> =
        rule.split_whitespace().filter(|word| *word != "\\").map(|word| word.trim_matches('\'')).collect();
    let () = server.run(&words).await;
    server.has_been_here_for_long().await;
    let url = server.url().replace("redis://", "redis://leadconnector:secret@");
    let redis = Redis::connect(&url).await.unwrap();
    let pacing = RedisPacing::builder(redis.clone()).allowance(1, Duration::from_millis(100)).build();
    let location = LocationId::new("a").unwrap();
    for _ in 0..2 {
        let permit = pacing.acquire(&location).await.unwrap();
        permit.answered(BudgetAnswer::new(StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new()));
    }
    pacing.acquire(&location).await.unwrap().unused();
    let (store, holder, record) = (RedisTokenStore::new(redis), location.clone().into(), Record::new(1, "text"));
    assert!(store.compare_and_swap(&holder, None, Some(&record)).await.unwrap());
    assert_eq!(store.load(&holder).await.unwrap().as_ref(), Some(&record));
    assert!(store.compare_and_swap(&holder, Some(&record), None).await.unwrap());
    // What is told later needs no other right.
    server.until(&["EXISTS", "{leadconnector}:places:a"], "0").await;
    // A newer server logs that the client library may not say its name: it does without.
    let denied: Vec<redis::Value> = server.run(&["ACL", "LOG"]).await;
    assert!(denied.iter().all(|entry| format!("{entry:?}").contains("client|setinfo")), "{denied:?}");
}

#[tokio::test]
async fn a_server_that_is_too_old() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line).await.unwrap() == 0 {
                return;
            }
            let answer = match line.trim_end() {
                "INFO" => "$43\r\nredis_version:5.0.14\r\nrun_id:0123456789abcd\r\n",
                "CLIENT" => "+OK\r\n",
                _ => continue,
            };
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let error = refused(&url).await;
    assert_eq!(error.to_string(), "the server is Redis 5.0.14, and Redis 7.0 or newer is needed, or Valkey");
}
