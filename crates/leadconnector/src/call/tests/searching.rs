//! Searches: page after page, with what goes wrong between them.

use std::pin::pin;

use futures_util::TryStreamExt;

use super::*;
use crate::{Filter, FoundContact, Search, SearchResults};

fn found(id: &str, place: Value) -> Value {
    json!({"id": id, "firstName": MARKER, "searchAfter": place})
}

/// A page of these contacts, each with the place of the next one.
fn page(total: u64, ids: &[&str]) -> Reply {
    let contacts: Vec<_> = ids.iter().map(|id| found(id, json!([1, id]))).collect();
    answer(200, json!({"contacts": contacts, "total": total}))
}

/// The ids that come, and what the search ends with.
async fn drained(mut results: SearchResults) -> (Vec<String>, Option<Error>) {
    let mut ids = Vec::new();
    let error = loop {
        match results.try_next().await {
            Ok(Some(contact)) => ids.push(contact.id.to_string()),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    assert!(matches!(results.try_next().await, Ok(None)), "it goes on after its end");
    (ids, error)
}

fn many(server: &Server, count: usize) -> Vec<String> {
    let one = |number| {
        let contact = json!({"locationId": "ve9EPM428h8vShlRW1KT", "firstName": format!("Rosan {number}")});
        server.insert(&contact).unwrap()["id"].as_str().unwrap().to_owned()
    };
    (0..count).map(one).collect()
}

/// Whatever goes wrong in between, each contact comes once.
#[tokio::test]
async fn a_search_over_thirty_pages() {
    let server = Server::start().await.unwrap();
    let mut all = many(&server, 301);
    for _ in 0..5 {
        server.reply(Reply::ordinary());
    }
    for fault in [
        header(text(429, MARKER), "retry-after", "0"),
        Reply::ordinary().cut_before(),
        Reply::ordinary().cut_after(300),
        text(503, HTML),
        text(200, HTML),
    ] {
        server.reply(fault);
        server.reply(Reply::ordinary());
        server.reply(Reply::ordinary());
    }
    let client = Client::builder("MARKER-token").pacing(NoPacing);
    let results = contacts(client, server.url()).search(Search::new().page_size(10));
    let (mut ids, error) = drained(results).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(ids.len(), 301);
    ids.sort();
    all.sort();
    assert_eq!(ids, all);
    assert_eq!(server.requests().len(), 31 + 5);
}

/// What there is comes first, then what is wrong, and then nothing.
#[tokio::test]
async fn pages_that_are_wrong() {
    use UndecodableReason::{BadContact, BadItems, EarlyEnd, NoList, NoNextPage, RepeatedPage};
    let bad = || {
        let contacts = json!([found("a", json!([1, "a"])), {"email": MARKER}, found("c", json!([1, "c"]))]);
        answer(200, json!({"contacts": contacts, "total": 9}))
    };
    let lost = || answer(200, json!({"contacts": [found("c", json!(null)), found("d", json!(null))], "total": 9}));
    let two = || page(9, &["a", "b"]);
    let nothing = || page(9, &[]);
    let many_bad = answer(200, json!({"contacts": vec![json!(7); 1_001], "total": 9}));
    for (name, replies, ids, reason) in [
        ("missing", vec![two(), answer(200, json!({"total": 9}))], "a b", Some(NoList)),
        ("null", vec![answer(200, json!({"contacts": null, "total": 0}))], "", Some(NoList)),
        ("empty too early", vec![two(), nothing()], "a b", Some(EarlyEnd)),
        ("empty at once, although there are some", vec![nothing()], "", Some(EarlyEnd)),
        ("the one before", vec![two(), two()], "a b", Some(RepeatedPage)),
        ("with a contact without an id", vec![bad(), two()], "a c", Some(BadContact)),
        ("with nothing that can be read", vec![two(), many_bad], "a b", Some(BadItems)),
        ("without the place of the next one", vec![two(), lost()], "a b c d", Some(NoNextPage)),
        ("short, and not the last", vec![page(3, &["a"]), page(3, &["b", "c"]), page(3, &[])], "a b c", None),
        ("the last", vec![page(3, &["a", "b"]), page(3, &["c"])], "a b c", None),
        ("full, and the last", vec![page(2, &["a", "b"]), page(2, &[])], "a b", None),
        ("none", vec![page(0, &[])], "", None),
        ("without a total", vec![answer(200, json!({"contacts": [found("a", json!(null))]}))], "a", None),
    ] {
        let server = Server::start().await.unwrap();
        let requests = replies.len();
        for reply in replies {
            server.reply(reply);
        }
        let (came, error) = drained(fixed(server.url()).search(Search::new().page_size(2))).await;
        assert_eq!(came.join(" "), ids, "{name}");
        let said = error.as_ref().map(|error| match error {
            Error::Undecodable(error) => error.reason,
            other => panic!("{name}: {other}"),
        });
        assert_eq!(said, reason, "{name}");
        if let Some(error) = &error {
            assert_private(error);
        }
        let asked = server.requests().len();
        // A page that is wrong is followed by none.
        assert!(asked <= requests, "{name}: {asked}");
    }
}

#[tokio::test]
async fn an_error_ends_a_search_behind_what_came() {
    let server = Server::start().await.unwrap();
    server.reply(page(9, &["a", "b"]));
    server.reply(text(403, MARKER));
    let (ids, error) = drained(fixed(server.url()).search(Search::new().page_size(2))).await;
    assert_eq!((ids.len(), variant(&error.unwrap())), (2, "Forbidden"));
}

/// The next page is under way while the present one is used, and no page before the first contact is asked for.
#[tokio::test]
async fn the_next_page_is_fetched_meanwhile() {
    let server = Server::start().await.unwrap();
    many(&server, 5);
    let mut results = fixed(server.url()).search(Search::new().page_size(2));
    tokio::task::yield_now().await;
    assert!(server.requests().is_empty());
    assert!(results.try_next().await.unwrap().is_some());
    let asked = async |pages: usize| {
        while server.requests().len() < pages {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), asked(2)).await.unwrap();
    assert!(results.try_next().await.unwrap().is_some());
    // And no more than the next one.
    assert!(results.try_next().await.unwrap().is_some());
    tokio::time::timeout(Duration::from_secs(10), asked(3)).await.unwrap();
    drop(results);
    assert_eq!(server.requests().len(), 3);
}

/// What the server would refuse is not sent.
#[tokio::test]
async fn searches_that_are_refused() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    for search in [Search::new().page_size(501), Search::new().filter(Filter::eq("email", "a".repeat(76)))] {
        let (ids, error) = drained(contacts.search(search.clone())).await;
        assert_eq!((ids.len(), variant(&error.unwrap())), (0, "Invalid"));
        if search != Search::new().page_size(501) {
            assert_eq!(variant(&contacts.count(search).await.unwrap_err()), "Invalid");
        }
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn how_many_there_are() {
    let server = Server::start().await.unwrap();
    many(&server, 7);
    let contacts = fixed(server.url());
    assert_eq!(contacts.count(Search::new().page_size(5).page(3)).await.unwrap(), 7);
    for total in [json!(null), json!(-1), json!("7")] {
        server.reply(answer(200, json!({"contacts": [], "total": total})));
        let error = contacts.count(Search::new()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the server answered 200 OK, but its body does not say how many contacts were found"
        );
    }
}

/// As a stream, and page by page with what came with each.
#[tokio::test]
async fn a_search_as_a_stream() {
    let server = Server::start().await.unwrap();
    let all = many(&server, 5);
    let contacts = fixed(server.url());
    let found: Vec<FoundContact> = contacts.search(Search::new().page_size(2)).try_collect().await.unwrap();
    assert_eq!(found.len(), 5);

    // It goes on behind a contact, and with the page of a number.
    let rest = contacts.search(Search::new().page_size(2).search_after(found[2].search_after.clone()));
    let rest: Vec<_> = rest.try_collect().await.unwrap();
    assert_eq!(rest, found[3..]);

    server.reply(
        page(1, &["a"]).body(r#"{"contacts":[{"id":"a","dnd":"?","dateOfBirth":"soon"}],"total":1,"traceId":"t"}"#),
    );
    let mut pages = pin!(contacts.search_pages(Search::new()));
    let only = pages.try_next().await.unwrap().unwrap();
    assert_eq!((only.value.contacts.len(), only.value.total, only.trace_id().as_deref()), (1, Some(1), Some("t")));
    assert_eq!(only.undecoded(), ["contacts[0].dnd", "contacts[0].dateOfBirth"]);
    assert!(pages.try_next().await.unwrap().is_none());
    assert_eq!(all.len(), 5);
}
