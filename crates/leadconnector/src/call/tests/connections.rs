//! Connections that a server closes while they are idle, or just as they are used again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::{created, fixed, rosan, variant};
use crate::{Client, LocationId};

/// What a server does with a connection after its first answer.
#[derive(Clone, Copy)]
enum Afterwards {
    Keep,
    Close,
    /// Closes when the next request arrives, and does not read it.
    CloseOnArrival,
}

/// A server of the kind that is in front of many others, and what it has seen.
struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
    closed: Arc<Notify>,
}

impl Server {
    async fn start(afterwards: Afterwards) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (connections, requests, closed) = (Arc::default(), Arc::default(), Arc::default());
        let server = Self { url, connections, requests, closed };
        let (connections, requests, closed) =
            (Arc::clone(&server.connections), Arc::clone(&server.requests), Arc::clone(&server.closed));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                connections.fetch_add(1, Ordering::Relaxed);
                let (requests, closed) = (Arc::clone(&requests), Arc::clone(&closed));
                tokio::spawn(async move {
                    while answer(&mut stream, &requests).await {
                        match afterwards {
                            Afterwards::Keep => continue,
                            Afterwards::Close => {}
                            Afterwards::CloseOnArrival => drop(stream.peek(&mut [0]).await),
                        }
                        drop(stream);
                        closed.notify_one();
                        return;
                    }
                });
            }
        });
        server
    }

    /// How many connections there were, and how many requests arrived whole.
    fn seen(&self) -> (usize, usize) {
        (self.connections.load(Ordering::Relaxed), self.requests.load(Ordering::Relaxed))
    }
}

/// Reads a request and answers it; false if there is none any more.
async fn answer(stream: &mut TcpStream, requests: &AtomicUsize) -> bool {
    let mut text = String::new();
    let mut bytes = [0; 1024];
    loop {
        let Ok(length @ 1..) = stream.read(&mut bytes).await else { return false };
        text += std::str::from_utf8(&bytes[..length]).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() == length.parse::<usize>().unwrap() {
            break;
        }
    }
    requests.fetch_add(1, Ordering::Relaxed);
    let contact = r#"{"contact":{"id":"seD4PfOuKoVMLkEZqohJ"}}"#;
    let answer = format!("HTTP/1.1 201 Created\r\ncontent-length: {}\r\n\r\n{contact}", contact.len());
    stream.write_all(answer.as_bytes()).await.unwrap();
    true
}

#[tokio::test]
async fn what_was_not_sent_on_a_closed_connection_is_sent_on_another() {
    let server = Server::start(Afterwards::Close).await;
    let contacts = fixed(&server.url);
    contacts.create(rosan()).await.unwrap();
    server.closed.notified().await;
    // The end of the connection has arrived; here the runtime looks at it.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let answer = contacts.create(rosan()).answer().await.unwrap();
    assert_eq!((answer.attempts(), server.seen()), (1, (2, 2)));
}

#[tokio::test]
async fn what_may_have_been_read_before_the_connection_was_closed_is_not_sent_again() {
    let server = Server::start(Afterwards::CloseOnArrival).await;
    let contacts = fixed(&server.url);
    contacts.create(rosan()).await.unwrap();
    let error = contacts.create(rosan()).await.unwrap_err();
    assert_eq!((variant(&error), created(&error), server.seen()), ("BrokenOff", "unknown", (1, 1)));
}

#[tokio::test]
async fn an_idle_connection_is_given_up() {
    for (idle_timeout, connections) in [(None, 1), (Some(Duration::ZERO), 3)] {
        let server = Server::start(Afterwards::Keep).await;
        let client = Client::builder("token").base_url(&server.url);
        let client = match idle_timeout {
            Some(timeout) => client.idle_timeout(timeout),
            None => client,
        };
        let contacts = client.build().unwrap().contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());
        for _ in 0..3 {
            contacts.create(rosan()).await.unwrap();
        }
        assert_eq!(server.seen(), (connections, 3));
    }
}
