//! What goes wrong, and what each error says to do about it.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use leadconnector_mock::{MarketplaceApp, Reply, Server};
use serde_json::json;

use super::{
    CLIENT_ID, COMPANY, DAY, LOCATION, SECRET, asked, builder, clock_of, consented, holder, pass, server, stored,
    with_a_token_that_has_ended,
};
use crate::oauth::clock::Clock;
use crate::oauth::{App, Code, Holder, MemoryStore, OAuthError, Record, Remedy, TokenStore, UserType};
use crate::{Error, NoPacing};

/// What a browser brings back from the consent page.
pub(super) async fn code(app: &App) -> Code {
    let consent = app.consent(["contacts.readonly", "contacts.write", "oauth.readonly", "oauth.write"]).unwrap();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let answer = http.get(&consent.url).send().await.unwrap();
    let back = answer.headers()["location"].to_str().unwrap().to_owned();
    let (uri, query) = back.split_once('?').unwrap();
    assert_eq!(uri, "https://example.com/callback");
    Code::from_callback(query, &consent.state).unwrap()
}

#[tokio::test]
async fn a_code_is_exchanged_once() {
    let server = server().await;
    let app = builder(&server, MemoryStore::new()).build().unwrap();
    let code = code(&app).await;
    let grant = app.exchange(code.clone()).await.unwrap();
    assert_eq!(grant.holder, holder());
    assert_eq!(grant.company_id.as_ref().map(|id| id.as_str()), Some(COMPANY));
    assert_eq!(grant.scopes, ["contacts.readonly", "contacts.write", "oauth.readonly", "oauth.write"]);
    assert_eq!(app.grant(&grant.holder).await.unwrap(), Some(grant));
    // It is stored: nothing is asked for.
    app.access_token(&holder()).await.unwrap();
    let asked_before = asked(&server);

    let error = app.exchange(code).await.unwrap_err();
    assert!(matches!(error, OAuthError::CodeRefused(_)), "{error:?}");
    assert_eq!((error.remedy(), asked(&server)), (Remedy::Consent, asked_before + 1));
    assert!(error.to_string().contains("the authorization code (401): it was used already"), "{error}");
    // What was there is still there.
    app.access_token(&holder()).await.unwrap();

    let error = app.exchange(Code::from_marketplace("code=made-up").unwrap()).await.unwrap_err();
    assert!(matches!(error, OAuthError::CodeRefused(_)), "{error:?}");
}

#[tokio::test]
async fn a_code_whose_answer_is_lost_may_be_used_up() {
    let server = server().await;
    let app = builder(&server, MemoryStore::new()).build().unwrap();
    let lost = code(&app).await;
    server.reply(Reply::ordinary().cut_before());
    let error = app.exchange(lost).await.unwrap_err();
    assert!(matches!(error, OAuthError::CodeLost(_)), "{error:?}");
    assert_eq!(error.remedy(), Remedy::Consent);
    assert!(error.to_string().ends_with("the authorization code may be used up: begin the consent again"), "{error}");
    // One that has not arrived can still be used.
    server.reply(Reply::new(StatusCode::BAD_GATEWAY));
    // A reply is for whatever request is next, and the consent page is one.
    let consent = app.consent(["contacts.readonly"]).unwrap();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    assert_eq!(http.get(&consent.url).send().await.unwrap().status(), StatusCode::BAD_GATEWAY);
    let code = code(&app).await;
    server.reply(Reply::new(StatusCode::BAD_GATEWAY));
    app.exchange(code).await.unwrap();
}

#[tokio::test]
async fn an_exchange_that_is_dropped_goes_on() {
    let server = server().await;
    let app = builder(&server, MemoryStore::new()).build().unwrap();
    let code = code(&app).await;
    server.reply(Reply::ordinary().delay(Duration::from_millis(20)));
    tokio::select! {
        biased;
        _ = app.exchange(code) => panic!("it cannot be done yet"),
        () = super::until_asked(&server, 1) => {}
    }
    while app.grant(&holder()).await.unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    app.access_token(&holder()).await.unwrap();
}

#[tokio::test]
async fn a_consent_while_the_old_token_is_renewed_is_the_one_that_counts() {
    for slow_first in [true, false] {
        let (server, _, app) = with_a_token_that_has_ended().await;
        let code = code(&app).await;
        if slow_first {
            // The renewal is done after the consent.
            server.reply(Reply::ordinary().delay(Duration::from_millis(50)));
        }
        let renewing = tokio::spawn({
            let app = app.clone();
            async move { app.access_token(&holder()).await }
        });
        super::until_asked(&server, 1).await;
        app.exchange(code).await.unwrap();
        let _ = renewing.await.unwrap();
        let (_, kept) = app.shared().load(&holder()).await.unwrap().unwrap();
        assert!(app.access_token(&holder()).await.unwrap() == crate::Token::new(&*kept.access_token).unwrap());
        assert!(kept.grant(holder()).scopes.contains(&"oauth.write".to_owned()));
        // What the store has is what the consent gave: it can be renewed.
        app.renew(&holder()).await.unwrap();
    }
}

#[tokio::test]
async fn a_token_of_somebody_else_is_not_used() {
    let (server, _, app) = with_a_token_that_has_ended().await;
    let other = json!({"access_token": "a", "refresh_token": "b", "userType": "Location", "locationId": "another"});
    server.reply(Reply::json(StatusCode::OK, &other));
    let error = app.access_token(&holder()).await.unwrap_err();
    assert_eq!(error.remedy(), Remedy::Consent);
    assert_eq!(
        error.to_string(),
        format!(
            "the vendor has answered with a token of location:another where one for location:{LOCATION} was asked for; \
             the user has to consent again"
        )
    );
    // An agency's, for one.
    let agency = json!({"access_token": "a", "refresh_token": "b", "userType": "Company", "companyId": COMPANY});
    server.reply(Reply::json(StatusCode::OK, &agency));
    let error = app.access_token(&holder()).await.unwrap_err();
    assert!(matches!(&error, OAuthError::OtherGrant { found: Holder::Company(_), .. }), "{error:?}");
}

#[tokio::test]
async fn two_apps_need_two_stores() {
    let server = server().await;
    let store = Arc::new(MemoryStore::new());
    consented(&server, &store, LOCATION).await;
    let other = App::builder("another-app", SECRET, store).base_url(server.url()).build().unwrap();
    let error = other.access_token(&holder()).await.unwrap_err();
    assert_eq!((error.remedy(), asked(&server)), (Remedy::MendStore, 0));
    assert_eq!(
        error.to_string(),
        format!("the store has a token of another app for location:{LOCATION}: give each app a store of its own")
    );
}

#[tokio::test]
async fn a_new_consent_takes_the_place_of_the_old_one() {
    let server = server().await;
    let app = builder(&server, MemoryStore::new()).build().unwrap();
    app.exchange(code(&app).await).await.unwrap();
    let one = app.access_token(&holder()).await.unwrap();
    app.exchange(code(&app).await).await.unwrap();
    assert!(one != app.access_token(&holder()).await.unwrap());
}

#[tokio::test]
async fn an_app_of_another_secret_is_told_so() {
    let server = server().await;
    let other = MarketplaceApp::new(CLIENT_ID, "another-secret");
    let stranger = Server::builder().oauth(other).start().await.unwrap();
    let store = MemoryStore::new();
    consented(&stranger, &store, LOCATION).await;
    let app = builder(&stranger, store).build().unwrap();
    pass(clock_of(&app), DAY);
    let error = app.access_token(&holder()).await.unwrap_err();
    assert!(matches!(error, OAuthError::CredentialsRefused(_)), "{error:?}");
    assert_eq!(error.remedy(), Remedy::ChangeSettings);
    assert_eq!(
        error.to_string(),
        "the vendor does not take the client id or the client secret (401): are they those of the app?"
    );
    drop(server);
}

#[tokio::test]
async fn a_refusal_comes_in_two_forms() {
    let refused = |error: &OAuthError| matches!(error, OAuthError::RefreshRefused { .. });
    let credentials = |error: &OAuthError| matches!(error, OAuthError::CredentialsRefused(_));
    let rejected = |error: &OAuthError| matches!(error, OAuthError::Rejected(_));
    type Check<'a> = &'a dyn Fn(&OAuthError) -> bool;
    let cases: [(u16, serde_json::Value, Check<'_>, Remedy); 10] = [
        (400, json!({"error": "invalid_grant", "error_description": "gone"}), &refused, Remedy::Consent),
        (
            401,
            json!({"error": "UnAuthorized!", "error_description": "Invalid refresh token"}),
            &refused,
            Remedy::Consent,
        ),
        (400, json!({"statusCode": 400, "message": "This refresh token is invalid"}), &refused, Remedy::Consent),
        (
            422,
            json!({"statusCode": 422, "message": ["refresh_token must be a string"]}),
            &rejected,
            Remedy::ChangeSettings,
        ),
        (403, json!({"message": "Too many refresh token requests"}), &rejected, Remedy::ChangeSettings),
        (
            401,
            json!({"error": "invalid_client", "error_description": "invalid refresh token"}),
            &credentials,
            Remedy::ChangeSettings,
        ),
        (401, json!({"error": "invalid_client"}), &credentials, Remedy::ChangeSettings),
        (400, json!({"message": ["client_id should not be empty"]}), &credentials, Remedy::ChangeSettings),
        (404, json!({"message": "Cannot POST /oauth/token"}), &rejected, Remedy::ChangeSettings),
        (302, json!(null), &rejected, Remedy::ChangeSettings),
    ];
    for (status, body, check, remedy) in cases {
        let (server, _, app) = with_a_token_that_has_ended().await;
        server.reply(Reply::json(StatusCode::from_u16(status).unwrap(), &body));
        let error = app.access_token(&holder()).await.unwrap_err();
        assert!(check(&error), "{status} {body}: {error:?}");
        assert_eq!((error.remedy(), error.response().unwrap().status().as_u16()), (remedy, status), "{body}");
        assert_eq!(asked(&server), 1, "{status} {body}");
    }
    for status in [408, 429, 500, 503] {
        let (server, _, app) = with_a_token_that_has_ended().await;
        for _ in 0..2 {
            server.reply(Reply::new(StatusCode::from_u16(status).unwrap()));
        }
        let error = app.access_token(&holder()).await.unwrap_err();
        assert_eq!((error.remedy(), asked(&server)), (Remedy::TryAgain, 2), "{status}");
    }
}

#[tokio::test]
async fn a_call_says_why_there_is_no_token() {
    let server = server().await;
    let app = builder(&server, MemoryStore::new()).build().unwrap();
    let contacts = app.client().pacing(NoPacing).build().unwrap().contacts(super::location());
    let error = contacts.get(&crate::ContactId::new("a").unwrap()).await.unwrap_err();
    let Error::Token(error) = error else { panic!("{error:?}") };
    let oauth = error.oauth().unwrap();
    assert!(matches!(oauth, OAuthError::NoConsent(found) if *found == holder()), "{oauth:?}");
    assert_eq!((oauth.remedy(), server.requests().len()), (Remedy::Consent, 0));
    assert!(crate::TokenError::new("something else".into()).oauth().is_none());
}

#[tokio::test]
async fn a_store_may_have_something_else() {
    let server = server().await;
    let store = Arc::new(MemoryStore::new());
    let app = builder(&server, Arc::clone(&store)).build().unwrap();
    let other = Holder::Location(crate::LocationId::new("another").unwrap());
    let kept = consented(&server, &store, LOCATION).await;
    let put = async |holder: &Holder, text: &str| {
        let before = store.load(holder).await.unwrap();
        let record = Record::new(7, text);
        assert!(store.compare_and_swap(holder, before.as_ref(), Some(&record)).await.unwrap());
    };
    let text = kept.to_record(&holder()).unwrap();
    put(&other, text.text()).await;
    let error = app.access_token(&other).await.unwrap_err();
    assert_eq!(error.remedy(), Remedy::MendStore);
    assert_eq!(
        error.to_string(),
        format!(
            "the store has the token of location:{LOCATION} in the place of that for location:another: mend the store"
        )
    );
    for unreadable in ["", "{}", "null", &text.text().replace("access_token", "token"), "[1"] {
        put(&other, unreadable).await;
        let error = app.access_token(&other).await.unwrap_err();
        assert!(matches!(error, OAuthError::Unreadable(_)), "{unreadable}: {error:?}");
        assert_eq!(error.remedy(), Remedy::MendStore);
    }
    assert_eq!(asked(&server), 0);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_named() {
    let server = server().await;
    let store = Arc::new(MemoryStore::new());
    let clock = Clock::default();
    pass(&clock, DAY + Duration::from_secs(60));
    stored(&store, &server.consent(LOCATION).unwrap(), clock.now()).await;
    let app = builder(&server, Arc::clone(&store)).build().unwrap();
    let error = app.access_token(&holder()).await.unwrap_err();
    assert!(matches!(error, OAuthError::ClockBehind { .. }), "{error:?}");
    assert_eq!((error.remedy(), asked(&server)), (Remedy::ChangeSettings, 0));
    assert!(error.to_string().contains("and this machine's clock says 20"), "{error}");
    // A little is nothing to stop for: at worst the server says when the token ends.
    pass(clock_of(&app), Duration::from_secs(120));
    app.access_token(&holder()).await.unwrap();
    assert_eq!(asked(&server), 0);
}

#[tokio::test]
async fn a_clock_that_is_ahead_costs_one_renewal() {
    let server = server().await;
    let store = MemoryStore::new();
    consented(&server, &store, LOCATION).await;
    let app = builder(&server, store).build().unwrap();
    pass(clock_of(&app), 100 * DAY);
    for _ in 0..3 {
        app.access_token(&holder()).await.unwrap();
    }
    assert_eq!(server.refreshes(), 1);
}

#[tokio::test]
async fn a_location_that_has_uninstalled_the_app_has_to_consent() {
    let server = server().await;
    let store = MemoryStore::new();
    consented(&server, &store, LOCATION).await;
    let app = builder(&server, store).build().unwrap();
    let (contacts, id) = super::client(&app, &server);
    contacts.get(&id).await.unwrap();
    server.uninstall(LOCATION);
    let error = contacts.get(&id).await.unwrap_err();
    let Error::Token(error) = error else { panic!("{error:?}") };
    assert_eq!(error.oauth().unwrap().remedy(), Remedy::Consent);
    assert!(error.to_string().starts_with("the server does not accept the token (401)"), "{error}");
}

#[tokio::test]
async fn settings_that_are_wrong_are_refused() {
    let server = server().await;
    let url = server.url();
    let app = |id: &str, secret: &str| App::builder(id, secret, MemoryStore::new()).base_url(url);
    for (builder, said) in [
        (app("", SECRET), "client_id is empty"),
        (app(CLIENT_ID, ""), "client_secret is empty"),
        (app(CLIENT_ID, "a b"), "client_secret has a space or a line break"),
        (app("a\n", SECRET), "client_id has a space or a line break"),
        (app(CLIENT_ID, SECRET).redirect_uri("/callback"), "redirect_uri is not a URL"),
        (app(CLIENT_ID, SECRET).redirect_uri("https://a.example/#b"), "redirect_uri has a fragment"),
        (app(CLIENT_ID, SECRET).consent_page("http://a.example"), "consent_page is not an https URL"),
        (app(CLIENT_ID, SECRET).base_url("http://a.example"), "base URL is http and leads to another machine"),
        (app(CLIENT_ID, SECRET).timeout(Duration::ZERO), "timeout is zero"),
        (app(CLIENT_ID, SECRET).timeout(Duration::from_secs(11)), "timeout is longer than a third of `repeat_within`"),
    ] {
        let error = builder.build().unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
    let ready = app(CLIENT_ID, SECRET).build().unwrap();
    let error = ready.consent(["contacts.readonly"]).unwrap_err().to_string();
    assert!(error.starts_with("redirect_uri is not set"), "{error}");
    let ready = app(CLIENT_ID, SECRET).redirect_uri("https://a.example/b?c=d").build().unwrap();
    assert!(ready.consent([""; 0]).unwrap_err().to_string().starts_with("scope is missing"));
    assert!(ready.consent(["a b"]).unwrap_err().to_string().starts_with("scope is empty or has a space"));
    let consent = ready.consent(["contacts.readonly", "contacts.write"]).unwrap();
    assert_eq!(
        consent.url,
        format!(
            "https://marketplace.gohighlevel.com/oauth/chooselocation?response_type=code&client_id={CLIENT_ID}\
             &redirect_uri=https%3A%2F%2Fa.example%2Fb%3Fc%3Dd&scope=contacts.readonly+contacts.write&state={}",
            consent.state
        )
    );
}

#[tokio::test]
async fn the_request_for_a_token_is_what_the_vendor_asks_for() {
    let server = server().await;
    let app = builder(&server, MemoryStore::new()).user_type(UserType::Company).build().unwrap();
    let code = code(&app).await;
    let grant = app.exchange(code).await.unwrap();
    assert_eq!(grant.holder.to_string(), format!("company:{COMPANY}"));
    app.renew(&grant.holder).await.unwrap();
    let requests = server.requests();
    let forms: Vec<_> = requests
        .iter()
        .filter(|request| request.path == "/oauth/token")
        .map(|request| {
            assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
            assert_eq!(request.headers["accept"], "application/json");
            assert!(request.headers["user-agent"].to_str().unwrap().starts_with("leadconnector-rust/"));
            assert!(!request.headers.contains_key("version") && !request.headers.contains_key("authorization"));
            let form = url::form_urlencoded::parse(&request.body).into_owned();
            form.filter(|(name, _)| !matches!(&**name, "code" | "refresh_token")).collect::<Vec<_>>()
        })
        .collect();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let credentials = [pair("client_id", CLIENT_ID), pair("client_secret", SECRET)];
    let rest = [
        vec![
            pair("grant_type", "authorization_code"),
            pair("user_type", "Company"),
            pair("redirect_uri", "https://example.com/callback"),
        ],
        vec![pair("grant_type", "refresh_token"), pair("user_type", "Company")],
    ];
    assert_eq!(forms, rest.map(|rest| [&credentials[..], &rest].concat()));
}
