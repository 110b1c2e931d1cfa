//! Lists of contacts, at the full allowance, over real sockets.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use http::StatusCode;
use leadconnector::{Client, ClientBuilder, Contacts, Email, LocationId, NewContact, NoPacing};
use leadconnector_mock::{Enforcement, Reply, Server};

const LOCATION: &str = "ve9EPM428h8vShlRW1KT";

fn contacts(client: ClientBuilder, url: &str) -> Contacts {
    client.base_url(url).build().unwrap().contacts(LocationId::new(LOCATION).unwrap())
}

fn contact(number: usize) -> NewContact {
    NewContact::builder().email(Email::new(format!("{number}@example.com")).unwrap()).build()
}

#[tokio::test]
async fn each_result_has_its_place_and_an_error_stops_nothing() {
    let server = Server::start().await.unwrap();
    for _ in 0..3 {
        server.reply(Reply::new(StatusCode::NOT_FOUND));
    }
    let contacts = contacts(Client::builder("token"), server.url());
    let mut results: Vec<_> = contacts.create_all(stream::iter((0..50).map(contact))).collect().await;
    results.sort_by_key(|(place, _)| *place);
    assert!(results.iter().enumerate().all(|(number, (place, _))| number == *place));
    for (place, result) in &results {
        if let Ok(created) = result {
            assert_eq!(created.email.as_deref(), Some(format!("{place}@example.com").as_str()));
        }
    }
    assert_eq!(results.iter().filter(|(_, result)| result.is_err()).count(), 3);
    assert_eq!(server.contacts().len(), 47);
}

#[tokio::test]
async fn each_answer_comes_with_its_contact() {
    let server = Server::start().await.unwrap();
    let limited = Reply::new(StatusCode::TOO_MANY_REQUESTS);
    server.reply(limited.header("retry-after".parse().unwrap(), "0".parse().unwrap()));
    let contacts = contacts(Client::builder("token"), server.url());
    let answers: Vec<_> = contacts.create_all(stream::iter((0..3).map(contact))).answers().collect().await;
    let answers: Vec<_> = answers.into_iter().map(|(_, answer)| answer.unwrap()).collect();
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
        contact(number)
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
    let mut results = contacts.create_all(stream::iter((0..40).map(contact)));
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
    let results = contacts.create_all(stream::iter((0..1_500).map(contact)));
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

/// Creates contacts in a process of its own: the test below starts this one again, and tells it so.
#[tokio::test]
async fn in_a_process_of_its_own() {
    let Ok(url) = std::env::var("LEADCONNECTOR_TEST_SERVER") else { return };
    let contacts = contacts(Client::builder("token"), &url);
    let begun = std::time::Instant::now();
    // Without a key, so that the two processes do not collide.
    let list = stream::iter(std::iter::repeat_with(NewContact::default).take(5_000));
    let results = contacts.create_all(list);
    let failures = results.filter(|(_, result)| std::future::ready(result.is_err())).count().await;
    println!("\nfailures {failures} milliseconds {}", begun.elapsed().as_millis());
}

fn in_another_process(url: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "list::in_a_process_of_its_own", "--nocapture"])
        .env("LEADCONNECTOR_TEST_SERVER", url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn two_processes_that_share_a_location() {
    let interval = Duration::from_millis(200);
    let server = Server::builder().enforce(Enforcement::SlidingWindow).rate_limit(100, interval).start().await.unwrap();
    let url = server.url().to_owned();
    let finished = tokio::task::spawn_blocking(move || {
        let mut both = [in_another_process(&url), in_another_process(&url)];
        both.each_mut().map(|child| {
            let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
            let line = lines.filter(|line| line.starts_with("failures")).last().unwrap();
            assert!(child.wait().unwrap().success());
            let words: Vec<_> = line.split(' ').collect();
            (words[1].parse::<u64>().unwrap(), words[3].parse::<f64>().unwrap())
        })
    });
    let [(failures, time), (other_failures, other_time)] = finished.await.unwrap();
    assert_eq!((failures, other_failures), (0, 0));
    assert_eq!(server.contacts().len(), 10_000);
    let share = (time / other_time).min(other_time / time);
    let refused = server.refused() as f64 / 10_000.0;
    println!("the slower one had {share:.2} of the other's rate; {:.2} % were refused", refused * 100.0);
    assert!(share >= 0.3 && refused < 0.01, "share {share}, refused {refused}");
}
