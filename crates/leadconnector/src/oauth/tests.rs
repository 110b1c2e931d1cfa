//! Whole apps beside the mock of the vendor's server: over a real socket, with clocks that a test moves.

mod agencies;
mod refusals;
mod renewals;
mod stores;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use leadconnector_mock::{MarketplaceApp, Server};
use serde_json::{Value, json};

use super::clock::{Clock, Now};
use super::grant::Kept;
use super::{App, AppBuilder, Holder, MemoryStore, TokenStore};
use crate::{LocationId, NoPacing};

const CLIENT_ID: &str = "66a1d0c4f2b3a49e1c7d5e8f-m3kz9x1q";
const SECRET: &str = "0b6c2a9e-secret";
const LOCATION: &str = "ve9EPM428h8vShlRW1KT";
const COMPANY: &str = "5DP4iH6HLkQsiKESj6rh";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn marketplace_app() -> MarketplaceApp {
    MarketplaceApp::new(CLIENT_ID, SECRET)
}

async fn server() -> Server {
    Server::builder().oauth(marketplace_app()).start().await.unwrap()
}

fn location() -> LocationId {
    LocationId::new(LOCATION).unwrap()
}

fn holder() -> Holder {
    location().into()
}

/// An app at this server, whose waits are short.
fn builder(server: &Server, store: impl TokenStore) -> AppBuilder {
    let mut builder = App::builder(CLIENT_ID, SECRET, store)
        .base_url(server.url())
        .redirect_uri("https://example.com/callback")
        .consent_page(format!("{}/oauth/chooselocation", server.url()));
    builder.pause = Duration::from_millis(1);
    builder
}

/// Stores the tokens that a user has granted.
async fn consented(server: &Server, store: &impl TokenStore, id: &str) -> Kept {
    stored(store, &server.consent(id).unwrap(), Clock::default().now()).await
}

async fn stored(store: &impl TokenStore, answer: &Value, now: Now) -> Kept {
    let kept = Kept::of_answer(answer.to_string().as_bytes(), CLIENT_ID, now, None).unwrap();
    let holder = kept.holder().unwrap();
    let before = store.load(&holder).await.unwrap();
    let record = kept.to_record(&holder).unwrap();
    assert!(store.compare_and_swap(&holder, before.as_ref(), Some(&record)).await.unwrap());
    kept
}

/// A contact of the location, and a client of the app.
fn client(app: &App, server: &Server) -> (crate::Contacts, crate::ContactId) {
    let contact = server.insert(&json!({"locationId": LOCATION, "firstName": "Rosan"})).unwrap();
    let id = crate::ContactId::new(contact["id"].as_str().unwrap()).unwrap();
    (app.client().pacing(NoPacing).build().unwrap().contacts(location()), id)
}

/// Lets time pass for the app alone.
fn pass(clock: &Clock, time: Duration) {
    clock.ahead.fetch_add(time.as_secs(), Ordering::Relaxed);
}

fn clock_of(app: &App) -> &Clock {
    &app.settings().clock
}

/// An app whose user has consented a day ago, by its clock.
async fn with_a_token_that_has_ended() -> (Server, Arc<MemoryStore>, App) {
    let server = server().await;
    let store = Arc::new(MemoryStore::new());
    consented(&server, &store, LOCATION).await;
    let app = builder(&server, Arc::clone(&store)).build().unwrap();
    pass(clock_of(&app), DAY);
    (server, store, app)
}

/// How many requests the token endpoint got.
fn asked(server: &Server) -> usize {
    server.requests().iter().filter(|request| request.path == "/oauth/token").count()
}

/// Waits until the server has got so many requests for tokens.
async fn until_asked(server: &Server, times: usize) {
    let asked = async {
        while asked(server) < times {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asked).await.unwrap();
}

/// Everything that an error says, in every way.
fn all_of(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said = format!("{error}\n{error:?}\n");
    let mut source = error.source();
    while let Some(error) = source {
        said += &format!("{error}\n{error:?}\n");
        source = error.source();
    }
    said
}

/// An app is one for all tasks of a program.
#[test]
fn an_app_can_be_shared() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<App>();
    shared::<Arc<MemoryStore>>();
}
