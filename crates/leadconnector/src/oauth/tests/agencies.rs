//! An agency's token, and those of its locations that are made with it.

use std::sync::Arc;

use futures_util::TryStreamExt;
use http::StatusCode;
use leadconnector_mock::{MarketplaceApp, Reply, Server};
use serde_json::json;

use super::{CLIENT_ID, COMPANY, DAY, LOCATION, SECRET, builder, client, clock_of, consented, holder, pass};
use crate::oauth::{App, CompanyId, Holder, MemoryStore, OAuthError, Remedy, TokenStore};
use crate::{Error, LocationId, UndecodableReason};

fn company() -> CompanyId {
    CompanyId::new(COMPANY).unwrap()
}

/// A server where the app is installed in so many locations, and an app to which the agency has consented.
async fn agency(locations: usize) -> (Server, Arc<MemoryStore>, App) {
    let others = (1..locations).map(|number| format!("location-{number}"));
    let app = MarketplaceApp::new(CLIENT_ID, SECRET).locations(std::iter::once(LOCATION.to_owned()).chain(others));
    let server = Server::builder().oauth(app).start().await.unwrap();
    let store = Arc::new(MemoryStore::new());
    consented(&server, &store, COMPANY).await;
    let app = builder(&server, Arc::clone(&store)).company(company()).build().unwrap();
    (server, store, app)
}

fn count(server: &Server, path: &str) -> usize {
    server.requests().iter().filter(|request| request.path.split('?').next() == Some(path)).count()
}

#[tokio::test]
async fn a_location_gets_a_token_of_its_agency() {
    let (server, store, app) = agency(1).await;
    let (contacts, id) = client(&app, &server);
    futures_util::future::try_join_all((0..16).map(|_| contacts.get(&id))).await.unwrap();
    assert_eq!(count(&server, "/oauth/locationToken"), 1);
    let request = server.requests().into_iter().find(|request| request.path == "/oauth/locationToken").unwrap();
    assert_eq!(request.body, format!("companyId={COMPANY}&locationId={LOCATION}"));
    assert_eq!(request.headers["version"], "2021-07-28");
    // It is kept: another process takes it.
    let grant = app.grant(&holder()).await.unwrap().unwrap();
    assert_eq!((grant.holder, grant.company_id), (holder(), Some(company())));
    let restarted = builder(&server, store).company(company()).build().unwrap();
    restarted.access_token(&holder()).await.unwrap();
    assert_eq!(count(&server, "/oauth/locationToken"), 1);
}

#[tokio::test]
async fn it_is_renewed_with_the_token_of_the_agency_which_is_renewed_too() {
    let (server, _, app) = agency(1).await;
    let (contacts, id) = client(&app, &server);
    contacts.get(&id).await.unwrap();
    for _ in 0..2 {
        server.advance(DAY);
        pass(clock_of(&app), DAY);
        futures_util::future::try_join_all((0..16).map(|_| contacts.get(&id))).await.unwrap();
    }
    // A day of which the app knows nothing: both are refused with 401.
    server.advance(DAY);
    futures_util::future::try_join_all((0..16).map(|_| contacts.get(&id))).await.unwrap();
    assert_eq!((server.refreshes(), count(&server, "/oauth/token")), (3, 3));
    // The last time, the first attempt had the agency's old token.
    assert_eq!(count(&server, "/oauth/locationToken"), 5);
}

#[tokio::test]
async fn a_location_that_has_consented_itself_has_its_own() {
    let (server, store, app) = agency(1).await;
    let kept = consented(&server, &store, LOCATION).await;
    let token = app.access_token(&holder()).await.unwrap();
    assert!(token == crate::Token::new(kept.access_token).unwrap());
    assert_eq!(count(&server, "/oauth/locationToken"), 0);
}

#[tokio::test]
async fn an_agency_that_cannot_says_why() {
    let (server, store, app) = agency(1).await;
    let other = Holder::Location(LocationId::new("not-there").unwrap());
    let error = app.access_token(&other).await.unwrap_err();
    assert!(
        matches!(&error, OAuthError::NotMinted { error, .. } if matches!(**error, Error::Rejected(_))),
        "{error:?}"
    );
    assert_eq!(error.remedy(), Remedy::Consent);
    assert_eq!(error.to_string(), "no token for the location not-there could be made with that of its agency");
    assert_eq!(error.response().unwrap().status(), StatusCode::BAD_REQUEST);

    server.reply(Reply::json(StatusCode::CREATED, &json!({"traceId": "1"})));
    let error = app.access_token(&holder()).await.unwrap_err();
    assert_eq!(error.to_string(), "the answer with the token has no `access_token`; try again");

    // Without the agency's consent.
    let agency = Holder::Company(company());
    app.forget(&agency).await.unwrap();
    let error = app.access_token(&holder()).await.unwrap_err();
    assert_eq!(error.remedy(), Remedy::Consent);
    assert!(super::all_of(&error).contains(&format!("there is no token for company:{COMPANY}")), "{error:?}");
    assert!(store.load(&agency).await.unwrap().is_none());
}

#[tokio::test]
async fn all_locations_are_listed() {
    let (server, _, app) = agency(250).await;
    let found: Vec<_> = app.installed_locations(&company()).try_collect().await.unwrap();
    assert_eq!(found.len(), 250);
    assert_eq!((found[0].id.as_str(), found[249].id.as_str()), (LOCATION, "location-249"));
    assert_eq!((found[0].is_installed, found[0].name.is_some()), (Some(true), true));
    // An empty page is the end.
    assert_eq!(count(&server, "/oauth/installedLocations"), 4);
    let first = server.requests().into_iter().find(|request| request.path.contains("installedLocations")).unwrap();
    assert_eq!(first.query("appId").as_deref(), Some("66a1d0c4f2b3a49e1c7d5e8f"));
    assert_eq!((first.query("skip").as_deref(), first.query("limit").as_deref()), (Some("0"), Some("100")));
}

#[tokio::test]
async fn a_page_that_is_none_is_an_error() {
    let page = |id: &str| Reply::json(StatusCode::OK, &json!({"locations": [{"_id": id}], "count": 1}));
    let empty = || Reply::json(StatusCode::OK, &json!({"locations": []}));
    let cases = [
        (vec![page("a"), page("b"), empty()], 2, None),
        (vec![page("a"), page("a")], 1, Some(UndecodableReason::RepeatedPage)),
        (vec![page("a"), Reply::json(StatusCode::OK, &json!({}))], 1, Some(UndecodableReason::NoList)),
        (vec![page("")], 0, Some(UndecodableReason::NoId)),
    ];
    for (replies, locations, reason) in cases {
        let (server, _, app) = agency(1).await;
        replies.into_iter().for_each(|reply| server.reply(reply));
        let mut found = app.installed_locations(&company());
        for _ in 0..locations {
            assert!(found.try_next().await.unwrap().is_some());
        }
        let error = found.try_next().await.err();
        let found_reason = error.map(|error| match error {
            Error::Undecodable(error) => error.reason,
            error => panic!("{error:?}"),
        });
        assert_eq!(found_reason, reason);
        assert!(found.try_next().await.unwrap().is_none(), "nothing comes after an error");
    }
}
