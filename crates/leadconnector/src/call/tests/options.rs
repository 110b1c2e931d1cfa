//! What is different for one call.

use super::*;
use crate::call::caller::Caller;
use crate::{ApiVersion, Error};

/// The contacts whose calls have these options.
fn with(contacts: Contacts, set: impl FnOnce(&mut crate::call::options::Options)) -> Contacts {
    let Caller { mut options, client, location, list } = contacts.into_caller();
    set(&mut options);
    Contacts::of(Caller { options, client, location, list })
}

/// Each request of each operation has them, also where a call makes several.
#[tokio::test]
async fn options_reach_each_request() {
    for operation in operations::ALL {
        let server = Server::start().await.unwrap();
        let id = insert(&server);
        let contacts = with(fixed(server.url()), |options| {
            options.set_version(&ApiVersion::new("2021-07-28").unwrap());
            options.set_header("X-Request-Id", b"5");
        });
        let _ = call(operation.id, &contacts, &id).await;
        let tagged = NewContact::builder().email(Email::new("MARKER@example.com").unwrap()).tag(MARKER).build();
        if operation.id == OperationId::UpsertContact {
            contacts.upsert(tagged).await.unwrap();
            assert_eq!(server.requests().len(), 3);
        }
        if operation.id == OperationId::GetCustomFields {
            contacts.refresh_custom_fields().await.unwrap();
            assert_eq!(server.requests().len(), 2);
        }
        assert!(!server.requests().is_empty(), "{}", operation.name);
        for request in server.requests() {
            let has = |name, value: &str| request.headers.get(name).is_some_and(|header| header == value);
            assert!(has("version", "2021-07-28") && has("x-request-id", "5"), "{} {}", operation.name, request.path);
        }
    }
}

/// So does the look-up of what may have been created.
#[tokio::test]
async fn options_reach_the_look_up() {
    let server = Server::start().await.unwrap();
    server.reply(Reply::ordinary().cut_before());
    let reconcile = Reconcile::default().waits([Duration::ZERO]);
    let contacts = contacts(Client::builder("MARKER-token").reconcile(reconcile), server.url());
    contacts.create(rosan()).header("X-Request-Id", "5").await.unwrap();
    let sent: Vec<_> = server.requests().iter().map(|request| request.headers["x-request-id"].clone()).collect();
    assert_eq!(sent, ["5", "5"]);
}

/// What one call wants otherwise is not what others get: neither its answer nor its error.
#[tokio::test]
async fn options_of_a_call_whose_answer_is_shared() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    let fields = |name: &str| answer(200, json!({"customFields": [{"id": name, "name": name}]}));
    let first = |fields: crate::CustomFields| fields.iter().next().unwrap().id.to_string();
    server.reply(fields("v3"));
    server.reply(fields("all"));
    let other = contacts.custom_fields().version(ApiVersion::new("v3").unwrap()).await.unwrap();
    assert_eq!(first(other), "v3");
    assert_eq!(first(contacts.custom_fields().await.unwrap()), "all");
    // What is kept does for a call that only wants it soon.
    assert_eq!(first(contacts.custom_fields().timeout(Duration::from_secs(5)).await.unwrap()), "all");
    assert_eq!(server.requests().len(), 2);

    let server = Server::start().await.unwrap();
    server.reply(text(503, MARKER));
    let contacts = fixed(server.url());
    let (hasty, patient) = tokio::join!(contacts.custom_fields().retry(NoRetry), contacts.custom_fields());
    assert_eq!((variant(&hasty.unwrap_err()), patient.is_ok()), ("Server", true));
}

/// They are set on the call, and are those of no other.
#[tokio::test]
async fn options_are_of_one_call() {
    let server = Server::start().await.unwrap();
    let (contacts, id) = (fixed(server.url()), insert(&server));
    contacts.get(&id).header("X-Request-Id", "1").version(ApiVersion::new("v3").unwrap()).answer().await.unwrap();
    contacts.get(&id).await.unwrap();
    let mut pages = contacts.search_pages(Search::new()).header("X-Request-Id", "2");
    pages.next().await.unwrap().unwrap();
    let mut found = contacts.search(Search::new()).header("X-Request-Id", "3");
    found.try_next().await.unwrap();
    let list = futures_util::stream::iter([("key", without_key())]);
    let mut created = contacts.create_all(list).header("X-Request-Id", "4");
    created.next().await.unwrap().1.unwrap();
    let sent = |name: &str| {
        let of = |request: &leadconnector_mock::Request| Some(request.headers.get(name)?.to_str().unwrap().to_owned());
        server.requests().iter().map(of).map(Option::unwrap_or_default).collect::<Vec<_>>()
    };
    assert_eq!(sent("x-request-id"), ["1", "", "2", "3", "4"]);
    let page = "2021-04-15";
    assert_eq!(sent("version"), ["v3", page, page, page, page]);
}

#[tokio::test]
async fn a_time_of_its_own() {
    let server = Server::start().await.unwrap();
    let (contacts, id) = (fixed(server.url()), insert(&server));
    contacts.count(Search::new()).await.unwrap();
    server.reply(Reply::ordinary().delay(Duration::from_secs(60)));
    let error = contacts.get(&id).timeout(Duration::from_millis(200)).retry(NoRetry).await.unwrap_err();
    assert_eq!(variant(&error), "TimedOut");
    // Longer than that of the client.
    let client = Client::builder("MARKER-token").timeout(Duration::from_millis(300)).base_url(server.url());
    let contacts = client.retry(NoRetry).build().unwrap().contacts(contacts.location().clone());
    server.reply(Reply::ordinary().delay(Duration::from_millis(600)));
    contacts.get(&id).timeout(Duration::from_secs(30)).await.unwrap();
}

/// With the connections of a client that waits longer.
#[tokio::test]
async fn a_time_of_its_own_in_a_pool() {
    let server = Server::start().await.unwrap();
    let (contacts, id) = (fixed(server.url()), insert(&server));
    let pooled = Client::builder("MARKER-token").pool_of(&contacts.clone().into_caller().client);
    let pooled = pooled.timeout(Duration::from_millis(300)).retry(NoRetry).build().unwrap();
    server.reply(Reply::ordinary().delay(Duration::from_secs(60)));
    let error = pooled.contacts(contacts.location().clone()).get(&id).await.unwrap_err();
    assert_eq!(variant(&error), "TimedOut");
}

/// A source of tokens that hangs is given up after the time of the call.
#[tokio::test]
async fn a_time_of_its_own_for_the_token() {
    struct Hanging;
    impl TokenSource for Hanging {
        async fn token(&self, _: &LocationId) -> Result<Token, BoxError> {
            std::future::pending().await
        }

        async fn refresh(&self, _: &LocationId) -> Result<Token, BoxError> {
            std::future::pending().await
        }
    }
    let contacts = contacts(Client::with_token_source(Arc::new(Hanging)), "http://127.0.0.1:1");
    let error = contacts.get(&id()).timeout(Duration::from_millis(1)).await.unwrap_err();
    assert_eq!(variant(&error), "Token");
}

#[tokio::test]
async fn retries_of_its_own() {
    for (expected, policy) in [(1, Retry::default().max_attempts(1)), (2, Retry::default().max_attempts(2))] {
        let server = Server::start().await.unwrap();
        for _ in 0..3 {
            server.reply(text(503, MARKER));
        }
        let policy = Arc::new(policy.base_wait(Duration::from_millis(1)));
        let error = fixed(server.url()).get(&id()).retry(policy).await.unwrap_err();
        assert_eq!((variant(&error), server.requests().len()), ("Server", expected));
    }
}

/// Nothing is sent, and nothing that was kept is given.
#[tokio::test]
async fn an_option_that_is_wrong() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    contacts.custom_fields().await.unwrap();
    let said = |error: Error| (variant(&error), error.to_string());
    let timeout = ("Invalid", "timeout is zero: no request ends in that time".to_owned());
    assert_eq!(said(contacts.custom_fields().timeout(Duration::ZERO).await.unwrap_err()), timeout);
    assert_eq!(said(contacts.create(rosan()).timeout(Duration::ZERO).answer().await.unwrap_err()), timeout);
    let mut pages = contacts.search_pages(Search::new()).timeout(Duration::ZERO);
    assert_eq!(said(pages.next().await.unwrap().unwrap_err()), timeout);
    let header = said(contacts.get(&id()).header("authorization", "Bearer MARKER").await.unwrap_err());
    assert_eq!(header, ("Invalid", "header `authorization` is the client's: give it another token".to_owned()));
    assert_eq!(server.requests().len(), 1);
}
