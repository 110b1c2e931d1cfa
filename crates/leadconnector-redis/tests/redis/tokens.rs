//! The tokens of an app, in Redis.

use std::time::Duration;

use leadconnector::LocationId;
use leadconnector::oauth::{App, Code, Holder, Record, TokenStore};
use leadconnector_mock::MarketplaceApp;
use leadconnector_redis::RedisTokenStore;

use crate::server::Server;

fn holder(id: &str) -> Holder {
    LocationId::new(id).unwrap().into()
}

#[tokio::test]
async fn a_store_compares_and_swaps() {
    let server = Server::start().await;
    let store = RedisTokenStore::new(server.redis().await);
    let (a, b) = (holder("a"), holder("b"));
    let [one, two] = [1, i64::MIN].map(|revision| Record::new(revision, format!("text \"{revision}\"\n")));
    assert_eq!(store.load(&a).await.unwrap(), None);
    for (expected, new, done, there) in [
        (Some(&one), Some(&two), false, None),
        (None, Some(&one), true, Some(&one)),
        (None, Some(&two), false, Some(&one)),
        (Some(&two), None, false, Some(&one)),
        (Some(&one), Some(&two), true, Some(&two)),
        (Some(&one), None, false, Some(&two)),
        (Some(&two), None, true, None),
    ] {
        assert_eq!(store.compare_and_swap(&a, expected, new).await.unwrap(), done);
        assert_eq!(store.load(&a).await.unwrap().as_ref(), there);
        assert_eq!(store.load(&b).await.unwrap(), None);
    }
}

#[tokio::test]
async fn one_process_at_a_time_refreshes_a_token() {
    let (server, client_id) = (Server::start().await, "66a1d0c4f2b3a49e1c7d5e8f-m3kz9x1q");
    let vendor = leadconnector_mock::Server::builder().oauth(MarketplaceApp::new(client_id, "secret"));
    let vendor = vendor.start().await.unwrap();
    let mut apps = Vec::new();
    for _ in 0..4 {
        let store = RedisTokenStore::new(server.redis().await);
        let app = App::builder(client_id, "secret", store)
            .base_url(vendor.url())
            .consent_page(format!("{}/oauth/chooselocation", vendor.url()))
            .redirect_uri("https://example.com/callback")
            .build()
            .unwrap();
        apps.push(app);
    }
    let consent = apps[0].consent(["contacts.write"]).unwrap();
    let browser = leadconnector::reqwest::Client::builder().no_proxy();
    let browser = browser.redirect(leadconnector::reqwest::redirect::Policy::none()).build().unwrap();
    let back = browser.get(&consent.url).send().await.unwrap();
    let (_, query) = back.headers()["location"].to_str().unwrap().split_once('?').unwrap();
    apps[0].exchange(Code::from_callback(query, &consent.state).unwrap()).await.unwrap();

    let location = LocationId::new("ve9EPM428h8vShlRW1KT").unwrap();
    let calls = async |app: &App| {
        let contacts = app.client().build().unwrap().contacts(location.clone());
        for _ in 0..3 {
            contacts.create(leadconnector::NewContact::builder().first_name("Rosan").build()).await.unwrap();
        }
    };
    for day in 1..=3 {
        vendor.advance(Duration::from_secs(24 * 60 * 60));
        tokio::join!(calls(&apps[0]), calls(&apps[1]), calls(&apps[2]), calls(&apps[3]));
        assert_eq!(vendor.refreshes(), day);
    }
    let asked = vendor.requests().iter().filter(|request| request.path == "/oauth/token").count();
    assert_eq!(asked, 4, "a code, and three refreshes");
}

#[tokio::test]
async fn a_redis_that_is_away_is_a_store_to_mend() {
    let mut server = Server::start().await;
    let app = App::builder("id", "secret", RedisTokenStore::new(server.redis().await)).base_url("http://127.0.0.1:1");
    let app = app.build().unwrap();
    server.stop();
    let error = app.access_token(&holder("a")).await.unwrap_err();
    assert_eq!(error.remedy(), leadconnector::oauth::Remedy::MendStore);
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "Redis is away");
}
