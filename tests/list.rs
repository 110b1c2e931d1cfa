//! Lists of contacts, at the full allowance, over real sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use http::StatusCode;
use leadconnector::pacing::NoPacing;
use leadconnector::{Client, ClientBuilder, Contacts, Email, Error, LocationId, NewContact};
use leadconnector_mock::{Enforcement, Reply, Server};

const LOCATION: &str = "ve9EPM428h8vShlRW1KT";

fn contacts(client: ClientBuilder, url: &str) -> Contacts {
    client.base_url(url).build().unwrap().contacts(LocationId::new(LOCATION).unwrap())
}

fn contact(number: usize) -> NewContact {
    NewContact::builder().email(Email::new(format!("{number}@example.com")).unwrap()).build()
}

#[tokio::test]
async fn each_result_has_its_key_and_an_error_stops_nothing() {
    let server = Server::start().await.unwrap();
    for _ in 0..3 {
        server.reply(Reply::new(StatusCode::NOT_FOUND));
    }
    let contacts = contacts(Client::builder("token"), server.url());
    // A key that cannot be cloned nor shared.
    let list = (0..50).map(|number| (std::cell::Cell::new(number), contact(number)));
    let mut results: Vec<_> = contacts.create_all(stream::iter(list)).collect().await;
    results.sort_by_key(|(key, _)| key.get());
    assert!(results.iter().map(|(key, _)| key.get()).eq(0..50));
    for (key, result) in &results {
        if let Ok(created) = result {
            assert_eq!(created.email, Some(format!("{}@example.com", key.get())));
        }
    }
    assert_eq!(results.iter().filter(|(_, result)| result.is_err()).count(), 3);
    assert_eq!(server.contacts().len(), 47);
}

/// Who is told that an outcome is unknown has to know of whom.
#[test]
fn a_key_is_there_although_its_task_is_gone() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (one, other) = (runtime(), runtime());
    let contacts = contacts(Client::builder("token"), "http://127.0.0.1:1");
    let mut results = contacts.create_all(stream::iter([("customer 17", contact(17))]));
    assert!(one.block_on(async { results.next().now_or_never() }).is_none());
    drop(one);
    let (key, result) = other.block_on(results.next()).unwrap();
    assert!(key == "customer 17" && matches!(result, Err(Error::BrokenOff(_))), "{key}: {result:?}");
}

#[tokio::test]
async fn each_answer_comes_with_its_contact() {
    let server = Server::start().await.unwrap();
    let limited = Reply::new(StatusCode::TOO_MANY_REQUESTS);
    server.reply(limited.header("retry-after".parse().unwrap(), "0".parse().unwrap()));
    let contacts = contacts(Client::builder("token"), server.url());
    let answers: Vec<_> = contacts.create_all(stream::iter((0..3).map(contact).enumerate())).answers().collect().await;
    let answers: Vec<_> = answers
        .into_iter()
        .map(|(place, answer)| {
            let answer = answer.unwrap();
            assert_eq!(answer.value.email, Some(format!("{place}@example.com")));
            answer
        })
        .collect();
    assert!(answers.iter().all(|answer| answer.status() == StatusCode::CREATED && answer.trace_id().is_some()));
    assert_eq!(answers.iter().map(|answer| answer.attempts()).sum::<u32>(), 4);
}

#[tokio::test]
async fn the_list_is_read_as_the_results_are_taken() {
    let server = Server::builder().recording(false).start().await.unwrap();
    let contacts = contacts(Client::builder("token").concurrency(8).pacing(NoPacing), server.url());
    let read = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&read);
    let list = stream::iter(0..1_000).map(move |number| {
        counting.fetch_add(1, Ordering::Relaxed);
        (number, contact(number))
    });
    let mut results = contacts.create_all(list);
    for taken in 1..=100 {
        results.next().await.unwrap().1.unwrap();
        let ahead = read.load(Ordering::Relaxed) - taken;
        assert!(ahead <= 8, "{ahead} contacts are read ahead");
    }
    drop(results);
    assert!(read.load(Ordering::Relaxed) <= 108);
}

/// What is done with a result may need the same location, also while a contact of the list waits for its turn.
#[tokio::test]
async fn a_call_between_two_results() {
    let server = Server::builder().rate_limit(4, Duration::from_millis(50)).start().await.unwrap();
    let contacts = contacts(Client::builder("token"), server.url());
    let mut results = contacts.create_all(stream::iter((0..40).map(contact).enumerate()));
    while let Some((_, result)) = results.next().await {
        let key = Email::new(result.unwrap().email.unwrap()).unwrap();
        assert!(contacts.find_duplicate(key).await.unwrap().is_some());
    }
    assert_eq!((server.contacts().len(), server.requests().len(), server.refused()), (40, 80, 0));
}

/// 1,500 contacts, with an interval that is a fiftieth of the vendor's.
async fn no_429(enforcement: Enforcement) {
    let limit = Duration::from_millis(200);
    let server = Server::builder().enforce(enforcement).rate_limit(100, limit).start().await.unwrap();
    let contacts = contacts(Client::builder("token"), server.url());
    // The first answer says how long the interval is.
    contacts.create(contact(usize::MAX)).await.unwrap();
    let results = contacts.create_all(stream::iter((0..1_500).map(contact).enumerate()));
    let failures = results.filter(|(_, result)| std::future::ready(result.is_err())).count().await;
    assert_eq!((failures, server.refused(), server.contacts().len()), (0, 0, 1_501));
}

#[tokio::test]
async fn no_429_with_a_fixed_window() {
    no_429(Enforcement::FixedWindow).await;
}

#[tokio::test]
async fn no_429_with_a_sliding_window() {
    no_429(Enforcement::SlidingWindow).await;
}
