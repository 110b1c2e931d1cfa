//! Two processes that share a location, at the full allowance of it. It takes half a minute, so it is a step of
//! `cargo xtask check`, and no part of `cargo test --workspace`.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use leadconnector::{Client, LocationId, NewContact};
use leadconnector_mock::{Enforcement, Server};

/// Creates contacts in a process of its own: the test below starts this one again, and tells it so.
#[tokio::test]
async fn in_a_process_of_its_own() {
    let Ok(url) = std::env::var("LEADCONNECTOR_TEST_SERVER") else { return };
    let client = Client::builder("token").base_url(url).build().unwrap();
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());
    let begun = std::time::Instant::now();
    // Without a key, so that the two processes do not collide.
    let rosan = || ((), NewContact::builder().first_name("Rosan").build());
    let list = stream::iter(std::iter::repeat_with(rosan).take(5_000));
    let results = contacts.create_all(list);
    let failures = results.filter(|(_, result)| std::future::ready(result.is_err())).count().await;
    println!("\nfailures {failures} milliseconds {}", begun.elapsed().as_millis());
}

fn in_another_process(url: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "in_a_process_of_its_own", "--nocapture"])
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
