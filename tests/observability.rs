//! What a call leaves in a log, with everything turned on that can be: ours, and that of the crates below.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use http::{Method, StatusCode};
use leadconnector::oauth::{App, Code, CompanyId, MemoryStore, UserType};
use leadconnector::search::Search;
use leadconnector::token::{BoxError, TokenSource};
use leadconnector::{Client, ContactId, Email, Error, LocationId, NewContact, Phone, Token};
use leadconnector_mock::{MarketplaceApp, Reply, Server};
use tracing::Level;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;
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

/// A source that has no token, and says why in words that nobody else should read.
struct WithoutToken;

impl TokenSource for WithoutToken {
    async fn token(&self, _: &LocationId) -> Result<Token, BoxError> {
        Err("secret".into())
    }

    async fn refresh(&self, location: &LocationId) -> Result<Token, BoxError> {
        self.token(location).await
    }
}

/// An agency's app, from the consent to a refresh token that is refused.
async fn renews_tokens() {
    let (id, company, day) = ("app-1", "5DP4iH6HLkQsiKESj6rh", Duration::from_secs(24 * 60 * 60));
    let server = Server::builder().oauth(MarketplaceApp::new(id, "secret-of-the-app")).start().await.unwrap();
    let company = CompanyId::new(company).unwrap();
    let app = App::builder(id, "secret-of-the-app", MemoryStore::new())
        .base_url(server.url())
        .consent_page(format!("{}/oauth/chooselocation", server.url()))
        .redirect_uri("https://example.com/callback")
        .user_type(UserType::Company)
        .company(company.clone())
        .build()
        .unwrap();
    let consent = app.consent(["contacts.readonly", "oauth.write"]).unwrap();
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    // Not a request of ours, so not one whose log is ours.
    let answer = browser.get(&consent.url).send().with_subscriber(NoSubscriber::new()).await.unwrap();
    let (_, query) = answer.headers()["location"].to_str().unwrap().split_once('?').unwrap();
    app.exchange(Code::from_callback(query, &consent.state).unwrap()).await.unwrap();
    let contacts = app.client().build().unwrap().contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());
    let nobody = ContactId::new("nobody").unwrap();
    for _ in 0..2 {
        assert!(matches!(contacts.get(&nobody).await, Err(Error::NotFound(_))));
        server.advance(day);
    }
    server.uninstall(company.as_str());
    contacts.get(&nobody).await.unwrap_err();
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
    server.reply(Reply::json(StatusCode::OK, &serde_json::json!({"secret": ["secret"]})));
    let request = client.request::<BTreeMap<String, u32>>(contacts.location(), Method::GET, "/secret/path");
    request.query("secret", "secret").header("X-Secret", "secret").await.unwrap_err();

    let without_token = Client::with_token_source(WithoutToken).base_url(server.url()).build().unwrap();
    without_token.contacts(contacts.location().clone()).count(Search::new()).await.unwrap_err();

    renews_tokens().await;

    let log = log.text();
    let port = server.url().rsplit_once(':').unwrap().1;
    let attempt = format!(
        "HTTP{{otel.name=\"POST /contacts/\" otel.kind=\"client\" http.request.method=\"POST\" server.address=\"127.0.0.1\" \
         server.port={port} url.scheme=\"http\" url.template=\"/contacts/\""
    );
    let again = attempt.replace(" server.address", " http.request.resend_count=1 server.address");
    for part in [
        "leadconnector{leadconnector.operation=\"create_contact\"}",
        &format!("{attempt} http.response.status_code=429 otel.status_code=\"ERROR\" error.type=\"429\"}}"),
        &format!("{again} http.response.status_code=201}}"),
        "failed http.response.status_code=429 error.type=\"429\" error.message=too many requests (429)",
        "sending again after a wait leadconnector.wait_ms=",
        "succeeded http.request.resend_count=1 http.response.status_code=201 leadconnector.trace_id=\"",
        "failed http.response.status_code=201 error.type=\"broken_off\" \
         error.message=the connection failed after the request may have left",
        "leadconnector.remaining=99 leadconnector.daily_remaining=199999",
        "leadconnector.undecoded=[\"contact.tags[0]\"]",
        // The path of a request of the program's own may hold anything.
        "HTTP{otel.name=\"GET\" otel.kind=\"client\" http.request.method=\"GET\" server.address=\"127.0.0.1\"",
        "failed http.response.status_code=200 error.type=\"undecodable\" error.message=",
        "not sent error.type=\"token\" error.message=the token source had no token; nothing was sent",
        "DEBUG leadconnector::oauth::renewal: the token is renewed leadconnector.holder=location:ve9EPM428h8vShlRW1KT",
        "the token is not renewed leadconnector.holder=company:5DP4iH6HLkQsiKESj6rh error.message=the vendor does not take",
    ] {
        assert!(log.contains(part), "{part:?} is not in the log:\n{log}");
    }
    for secret in ["secret", "444-5555", "Bearer", "mock-access-token", "mock-refresh-token", "mock-code"] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret:?} is in the log");
    }
}
