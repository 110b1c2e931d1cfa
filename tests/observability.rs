//! What a call leaves in a log, with everything turned on that can be: ours, and that of the crates below.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::io;
use std::sync::{Arc, Mutex};

use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use leadconnector::{Client, Email, LocationId, NewContact, Phone};
use leadconnector_mock::{Reply, Server};
use tracing::Level;
use tracing_log::LogTracer;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_log_has_what_happened_and_no_secrets() {
    let log = Log::default();
    // For this thread, on which everything runs; the records of the crate `log` come in as well.
    LogTracer::init().unwrap();
    let subscriber = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_ansi(false).with_writer(log.clone());
    let _default = tracing::subscriber::set_default(subscriber.finish());

    let server = Server::start().await.unwrap();
    let limited = Reply::new(StatusCode::TOO_MANY_REQUESTS).body("secret-body");
    server.reply(limited.header(HeaderName::from_static("retry-after"), HeaderValue::from_static("0")));
    let client = Client::builder("secret-token").base_url(server.url()).build().unwrap();
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());
    let contact = NewContact::builder()
        .name("secret-name")
        .email(Email::new("secret@example.com").unwrap())
        .phone(Phone::new("+1 333-444-5555").unwrap())
        .build();
    contacts.create(contact.clone()).await.unwrap();
    server.reply(Reply::json(StatusCode::CREATED, &serde_json::json!({"contact": {"city": "secret"}})).cut_after(20));
    contacts.create(contact.clone()).await.unwrap_err();
    contacts.create(contact.clone()).await.unwrap_err();
    let untidy = serde_json::json!({"contact": {"id": "seD4PfOuKoVMLkEZqohJ", "tags": [{"secret": "secret"}]}});
    server.reply(Reply::json(StatusCode::CREATED, &untidy));
    contacts.create(contact).await.unwrap();

    let log = log.text();
    for part in [
        "operation=\"create_contact\"",
        "failed attempt=1 status=429 error=too many requests (429)",
        "sending again after a wait attempt=1 wait_ms=",
        "succeeded attempt=2 status=201 trace_id=\"",
        "failed attempt=1 status=201 error=the connection failed after the request may have left",
        "remaining=99 daily_remaining=199999",
        "undecoded=[\"contact.tags[0]\"]",
    ] {
        assert!(log.contains(part), "{part:?} is not in the log:\n{log}");
    }
    for secret in ["secret", "444-5555", "Bearer"] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret:?} is in the log");
    }
}
