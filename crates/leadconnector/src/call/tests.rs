//! Faults over a real socket: what the caller is told, how many requests the server saw, and which contacts there are.
//!
//! In the crate, and not beside the other tests, because here a match over the variants of `Error` has to be exhaustive.

mod any_endpoint;
mod connections;
mod options;
mod searching;
mod upserts;

use std::error::Error as StdError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use http::header::{HeaderName, HeaderValue, LOCATION, USER_AGENT};
use http::{Method, StatusCode};
use leadconnector_mock::{Enforcement, Reply, Server};
use proptest::prelude::*;
use serde_json::{Value, json};

use leadconnector_raw::operations::{self, CREATE_CONTACT, OperationId};
use leadconnector_raw::types::CreateContactResponse;

use super::called::Called;
use super::outcome::outcome;
use super::receive::Arrival;
use super::retry;
use crate::{
    Answer, BoxError, CarriedOut, Client, ClientBuilder, Contact, ContactId, ContactUpdate, Contacts, Created,
    CreatedId, CustomField, CustomFieldId, CustomFieldValue, Decision, Effect, Email, Error, InvalidValue, LocationId,
    NewContact, NewNote, NoPacing, NoRetry, NotTaken, Note, Pacing, PacingError, Reconcile, Response, Retry,
    RetryPolicy, Search, Token, TokenSource, UndecodableReason, UpdatePropertyName, Upsert, WorkflowId,
};

/// Stands in tokens, requests and answers; it must not stand in any error.
const MARKER: &str = "MARKER";
const ID: &str = "seD4PfOuKoVMLkEZqohJ";
const HTML: &str = "<html>MARKER</html>";

/// What a caller can tell of an error, and what the server can tell.
struct Case {
    name: &'static str,
    replies: Vec<Reply>,
    variant: &'static str,
    created: &'static str,
    requests: usize,
    contacts: usize,
}

/// A case in which one request is made, and no contact is stored.
fn case(name: &'static str, variant: &'static str, created: &'static str, reply: Reply) -> Case {
    Case { name, replies: vec![reply], variant, created, requests: 1, contacts: 0 }
}

/// A case in which the contact is stored all the same.
fn stored(name: &'static str, variant: &'static str, created: &'static str, reply: Reply) -> Case {
    Case { contacts: 1, ..case(name, variant, created, reply) }
}

fn status(code: u16) -> Reply {
    Reply::new(StatusCode::from_u16(code).unwrap())
}

fn text(code: u16, body: &str) -> Reply {
    status(code).body(body.to_owned())
}

fn answer(code: u16, body: Value) -> Reply {
    Reply::json(StatusCode::from_u16(code).unwrap(), &body)
}

fn header(reply: Reply, name: &'static str, value: &'static str) -> Reply {
    reply.header(HeaderName::from_static(name), HeaderValue::from_static(value))
}

fn duplicate(code: u16) -> Reply {
    let meta = json!({"contactId": ID, "contactName": MARKER, "matchingField": MARKER});
    answer(code, json!({"message": MARKER, "meta": meta, "statusCode": code}))
}

fn not_found(code: u16) -> Reply {
    answer(code, json!({"error": "Contact with id MARKER not found", "status": 400}))
}

/// A success whose id comes first, and is followed by so many bytes.
fn long(bytes: usize) -> Reply {
    text(201, &format!(r#"{{"contact":{{"id":"{ID}","note":"{}"}}}}"#, MARKER.repeat(bytes / MARKER.len())))
}

fn redirect(code: u16) -> Reply {
    status(code).header(LOCATION, HeaderValue::from_static("/contacts/?MARKER")).body(MARKER)
}

fn cases() -> Vec<Case> {
    let too_many = || text(429, MARKER);
    vec![
        case("duplicate", "Duplicate", "no", duplicate(400)),
        case("duplicate with another status", "Duplicate", "no", duplicate(409)),
        case("duplicate that breaks off behind the id", "Duplicate", "no", duplicate(400).cut_after(80)),
        case(
            "duplicate with members of other types",
            "Duplicate",
            "no",
            answer(
                400,
                json!({"statusCode": "400", "message": {}, "meta": {"contactId": 7, "matchingField": ["email"]}}),
            ),
        ),
        case("401", "Unauthorized", "no", answer(401, json!({"message": "Invalid JWT", "statusCode": 401}))),
        case("401, empty", "Unauthorized", "no", status(401)),
        case("401, HTML", "Unauthorized", "no", text(401, HTML)),
        case("401 that breaks off", "Unauthorized", "no", text(401, HTML).cut_after(3)),
        case("403", "Forbidden", "no", text(403, MARKER)),
        case("403 of Cloudflare", "Blocked", "no", header(text(403, "error code: 1010"), "server", "cloudflare")),
        case("403 of Cloudflare as a page", "Blocked", "no", header(text(403, HTML), "server", "cloudflare")),
        case(
            "403 in words, behind Cloudflare",
            "Forbidden",
            "no",
            header(text(403, "The token does not have access to this location."), "server", "cloudflare"),
        ),
        case("403, empty, behind Cloudflare", "Forbidden", "no", header(status(403), "server", "cloudflare")),
        case(
            "403 behind Cloudflare",
            "Forbidden",
            "no",
            header(answer(403, json!({"message": "Forbidden resource"})), "server", "cloudflare"),
        ),
        case(
            "401 for another location",
            "Forbidden",
            "no",
            answer(401, json!({"message": "The token does not have access to this location."})),
        ),
        case(
            "422",
            "Validation",
            "no",
            answer(422, json!({"message": ["MARKER must be MARKER", "email must be an email"], "statusCode": 422})),
        ),
        case("422, one message", "Validation", "no", answer(422, json!({"message": "phone must be MARKER"}))),
        case(
            "422, an item of a list",
            "Validation",
            "no",
            answer(422, json!({"message": ["customFields.0.id must be a string"]})),
        ),
        case(
            "422, an unknown member",
            "Validation",
            "no",
            answer(422, json!({"message": ["property MARKER should not exist", "property x should not exist"]})),
        ),
        case(
            "422 in prose",
            "Validation",
            "no",
            answer(422, json!({"message": "Contacts without email, MARKER are not allowed."})),
        ),
        case("422 with a sentence", "Validation", "no", answer(422, json!({"message": "Phone number is invalid"}))),
        case(
            "422 with constraints",
            "Validation",
            "no",
            answer(
                422,
                json!({"message": [{"property": "email", "constraints": {"isEmail": "email must be an email"}}]}),
            ),
        ),
        case("422 that names no member", "Validation", "unknown", answer(422, json!({"message": [MARKER]}))),
        case("422, empty", "Validation", "unknown", status(422)),
        case(
            "400 with 422 in the body",
            "Validation",
            "no",
            answer(400, json!({"statusCode": 422, "message": "Contacts without email, MARKER are not allowed."})),
        ),
        case("400 with a list", "Validation", "no", answer(400, json!({"message": ["email must be an email"]}))),
        Case {
            requests: 3,
            replies: vec![too_many(), too_many(), too_many()],
            ..case("429 to the end", "RateLimited", "no", too_many())
        },
        case(
            "429, the day's allowance used up",
            "RateLimited",
            "no",
            header(too_many(), "x-ratelimit-daily-remaining", "0"),
        ),
        case("429 that asks for too long a wait", "RateLimited", "no", header(too_many(), "retry-after", "3600")),
        case("400 for something that is not there", "NotFound", "no", not_found(400)),
        case("422 that speaks of something else", "Validation", "unknown", not_found(422)),
        case("409 that speaks of something else", "Rejected", "unknown", not_found(409)),
        case(
            "400 with a list that speaks of something else",
            "Validation",
            "no",
            answer(400, json!({"message": ["User with id MARKER not found"]})),
        ),
        case(
            "the same in another member",
            "NotFound",
            "no",
            answer(400, json!({"message": "Task with id MARKER not found.", "statusCode": 400})),
        ),
        case("404 for something that is not there", "NotFound", "no", not_found(404)),
        case("404 for an unknown path", "Rejected", "no", answer(404, json!({"message": "Cannot POST /MARKER"}))),
        case("400", "Rejected", "no", answer(400, json!({"message": MARKER, "statusCode": 400}))),
        case("404", "Rejected", "no", text(404, HTML)),
        case("400 that breaks off", "Rejected", "no", answer(400, json!({"message": MARKER})).cut_after(5)),
        case("301", "Unexpected", "unknown", redirect(301)),
        case("302", "Unexpected", "unknown", redirect(302)),
        case("303", "Unexpected", "unknown", redirect(303)),
        case("307", "Unexpected", "unknown", redirect(307)),
        case("308", "Unexpected", "unknown", redirect(308)),
        case("an unknown status", "Unexpected", "unknown", text(799, MARKER)),
        case("500", "Server", "unknown", answer(500, json!({"message": MARKER}))),
        case("502", "Server", "unknown", text(502, HTML)),
        case("503 that asks to wait", "Server", "unknown", header(text(503, MARKER), "retry-after", "0")),
        case("500 that breaks off", "Server", "unknown", text(500, HTML).cut_after(3)),
        case("408", "Rejected", "unknown", text(408, MARKER)),
        case("409 of a proxy", "Rejected", "unknown", text(409, HTML)),
        case("499", "Rejected", "unknown", text(499, HTML)),
        case("duplicate under 422", "Duplicate", "no", duplicate(422)),
        case("an id under 500", "Server", "yes", answer(500, json!({"contact": {"id": ID}}))),
        case("an id under 404", "Rejected", "yes", answer(404, json!({"contact": {"id": ID}}))),
        case("an id under 422", "Validation", "yes", answer(422, json!({"contact": {"id": ID}, "message": MARKER}))),
        case(
            "401 for a location that is not the token's",
            "Forbidden",
            "no",
            answer(401, json!({"message": "This location is not accessible from this token!", "statusCode": 401})),
        ),
        case(
            "401 for a token of an agency",
            "Forbidden",
            "no",
            answer(401, json!({"message": "Token's user type mismatch!"})),
        ),
        case("401 of the gateway", "TimedOut", "unknown", answer(401, json!({"message": "Command timed out"}))),
        case(
            "401 for another scope",
            "Forbidden",
            "no",
            answer(401, json!({"message": "The token is not authorized for this scope."})),
        ),
        case(
            "400 with a list of more than texts",
            "Validation",
            "no",
            answer(400, json!({"message": ["email must be MARKER", null, {}]})),
        ),
        case(
            "success, broken behind the id",
            "Undecodable",
            "yes",
            text(201, &format!(r#"{{"contact":{{"id":"{ID}","city":NaN}}}}"#)),
        ),
        case(
            "success, cut off behind the id",
            "Undecodable",
            "yes",
            text(201, &format!(r#"{{"contact":{{"id":"{ID}","city":"MARKER"#)),
        ),
        case("success, a list with an id", "Undecodable", "unknown", answer(201, json!([{"id": ID}]))),
        case("success, a text", "Undecodable", "unknown", text(200, r#""MARKER""#)),
        case("success, empty", "Undecodable", "unknown", status(200)),
        case("success, HTML", "Undecodable", "unknown", text(200, HTML)),
        case("success, not UTF-8", "Undecodable", "unknown", status(200).body(vec![b'{', 0xff])),
        case("success without contact", "Undecodable", "unknown", answer(200, json!({"MARKER": MARKER}))),
        case("success, null", "Undecodable", "unknown", answer(201, json!({"contact": null}))),
        case("success without id", "Undecodable", "unknown", answer(201, json!({"contact": {"email": MARKER}}))),
        case("success, the id null", "Undecodable", "unknown", answer(201, json!({"contact": {"id": null}}))),
        case("success, a list", "Undecodable", "unknown", answer(201, json!([MARKER]))),
        stored("no answer in time", "TimedOut", "unknown", Reply::ordinary().delay(Duration::from_secs(60))),
        stored("an answer that trickles", "TimedOut", "unknown", Reply::ordinary().trickle(Duration::from_millis(100))),
        case(
            "an answer that trickles behind the id",
            "TimedOut",
            "yes",
            long(10_000).trickle(Duration::from_millis(1)),
        ),
        stored("cut before the answer", "BrokenOff", "unknown", Reply::ordinary().cut_before()),
        stored("cut before the body", "BrokenOff", "unknown", Reply::ordinary().cut_after(0)),
        stored("cut before the id", "BrokenOff", "unknown", Reply::ordinary().cut_after(20)),
        case("cut behind the id", "BrokenOff", "yes", long(1_000).cut_after(60)),
        case("cut within the id", "BrokenOff", "unknown", long(1_000).cut_after(25)),
        case("too large behind the id", "TooLarge", "yes", long(1_000_000)),
        case("too large before the id", "TooLarge", "unknown", text(201, &" ".repeat(1_000_000))),
        case("without end", "TooLarge", "unknown", text(201, r#"{"contact": {"#).endless()),
    ]
}

fn contacts(client: ClientBuilder, url: &str) -> Contacts {
    let retry =
        Retry::default().max_attempts(3).max_elapsed(Duration::from_secs(30)).base_wait(Duration::from_millis(1));
    let client = client.base_url(url).retry(retry).response_limit(100_000);
    client.build().unwrap().contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap())
}

fn fixed(url: &str) -> Contacts {
    contacts(Client::builder("MARKER-token"), url)
}

fn rosan() -> NewContact {
    NewContact::builder().name(MARKER).email(Email::new("MARKER@deos.com").unwrap()).build()
}

/// A contact with neither an email nor a phone, so that the server takes it any number of times.
fn without_key() -> NewContact {
    NewContact::builder().first_name(MARKER).build()
}

/// The variant's name. Exhaustive: a new variant needs a name here, and a row in the documentation and a case.
fn variant(error: &Error) -> &'static str {
    match error {
        Error::Invalid(_) => "Invalid",
        Error::Setup(_) => "Setup",
        Error::Token(_) => "Token",
        Error::Pacing(_) => "Pacing",
        Error::NotConnected(_) => "NotConnected",
        Error::Duplicate(_) => "Duplicate",
        Error::Unauthorized(_) => "Unauthorized",
        Error::Forbidden(_) => "Forbidden",
        Error::Blocked(_) => "Blocked",
        Error::Validation(_) => "Validation",
        Error::RateLimited(_) => "RateLimited",
        Error::NotFound(_) => "NotFound",
        Error::Rejected(_) => "Rejected",
        Error::Unexpected(_) => "Unexpected",
        Error::Server(_) => "Server",
        Error::Undecodable(_) => "Undecodable",
        Error::TimedOut(_) => "TimedOut",
        Error::BrokenOff(_) => "BrokenOff",
        Error::TooLarge(_) => "TooLarge",
        Error::Unreconciled(_) => "Unreconciled",
        Error::TagsNotAdded(_) => "TagsNotAdded",
    }
}

/// The answer to "was it created?", which is the one to "was it carried out?" for what creates.
fn created(error: &Error) -> &'static str {
    let answer = match error.created() {
        Created::No => "no",
        Created::Yes(id) => {
            assert_eq!(id.as_str(), ID);
            assert!(matches!(id, CreatedId::Contact(_)));
            "yes"
        }
        Created::Unknown => "unknown",
    };
    assert_eq!(answer, carried_out(error));
    answer
}

/// The answer to "was it carried out?".
fn carried_out(error: &Error) -> &'static str {
    match error.carried_out() {
        CarriedOut::No => "no",
        CarriedOut::Yes => "yes",
        CarriedOut::Unknown => "unknown",
    }
}

/// An error says nothing that came from a token, a request or a body.
#[track_caller]
fn assert_private(error: &Error) {
    let mut said = format!("{error} {error:?} {error:#?} {:?}", error.response());
    let mut source = error.source();
    while let Some(error) = source {
        said += &format!(" {error} {error:?} {error:#?}");
        source = error.source();
    }
    for secret in [MARKER, ID, "Bearer", "/contacts/", "invalid type"] {
        assert!(!said.contains(secret), "{secret:?} is in: {said}");
    }
}

#[tokio::test]
async fn faults() {
    // Some TLS libraries take a while to make a client, and no call should wait for that.
    let mut prepared = Vec::new();
    for mut case in cases() {
        let server = Server::start().await.unwrap();
        for reply in case.replies.drain(..) {
            server.reply(reply);
        }
        // Short only where the time is the point.
        let timeout = Duration::from_secs(if case.variant == "TimedOut" { 1 } else { 30 });
        let client = contacts(Client::builder("MARKER-token").timeout(timeout), server.url());
        prepared.push((case, server, client));
    }
    // All at once, since some take their time.
    let tried = prepared.into_iter().map(async |(case, server, client)| {
        let Case { name, replies: _, variant: expected, created: answer, requests, contacts } = case;
        let error = client.create(rosan()).await.expect_err(name);
        assert_eq!((variant(&error), created(&error)), (expected, answer), "{name}: {error}");
        assert_private(&error);
        let answered = !matches!(name, "no answer in time" | "cut before the answer");
        assert_eq!(error.response().is_some(), answered, "{name}");

        let seen = server.requests();
        assert_eq!((seen.len(), server.contacts().len()), (requests, contacts), "{name}");
        assert!(seen.iter().all(|request| request.method == Method::POST && request.path == "/contacts/"), "{name}");
    });
    futures_util::future::join_all(tried).await;
}

/// Each row of the table in the documentation of `Error`, as the variant and the first word of its answer.
fn documented() -> Vec<(String, String)> {
    let rows = include_str!("../errors.rs").lines().filter_map(|line| line.strip_prefix("/// | [`"));
    let mut documented: Vec<(String, String)> = Vec::new();
    for row in rows {
        let variant = row.split('`').next().unwrap().to_owned();
        let answer = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap().trim();
        documented.push((variant, answer.split([' ', ':']).next().unwrap().to_owned()));
    }
    documented
}

#[test]
fn every_row_of_the_documentation_has_a_case() {
    // "Yes" is documented once, for all variants.
    let decided = cases().into_iter().filter(|case| case.created != "yes");
    let mut tested: Vec<_> = decided.map(|case| (case.variant.to_owned(), case.created.to_owned())).collect();
    // These have a test of their own.
    tested.extend(
        ["Invalid", "Setup", "Token", "Pacing", "NotConnected"].map(|variant| (variant.to_owned(), "no".to_owned())),
    );
    tested.extend(["Duplicate", "Unreconciled"].map(|variant| (variant.to_owned(), "unknown".to_owned())));
    tested.push(("TagsNotAdded".to_owned(), "yes".to_owned()));
    let mut documented = documented();
    for list in [&mut tested, &mut documented] {
        list.sort();
        list.dedup();
    }
    assert_eq!(tested, documented);
}

#[tokio::test]
async fn nobody_is_listening() {
    #[derive(Debug)]
    struct Counting(Arc<AtomicUsize>, Retry);
    impl RetryPolicy for Counting {
        fn decide(&self, attempt: &retry::Attempt<'_>) -> Decision {
            self.0.fetch_add(1, Ordering::Relaxed);
            assert!(matches!(attempt.failure, retry::Failure::NotConnected));
            self.1.decide(attempt)
        }
    }
    let attempts = Arc::default();
    let policy = Counting(Arc::clone(&attempts), Retry::default().base_wait(Duration::from_millis(1)));
    let client = Client::builder("MARKER-token").base_url("http://127.0.0.1:1").retry(policy).build().unwrap();
    let location = LocationId::new("ve9EPM428h8vShlRW1KT").unwrap();
    let error = client.contacts(location).create(rosan()).await.unwrap_err();
    assert_eq!((variant(&error), created(&error)), ("NotConnected", "no"));
    assert_private(&error);
    assert!(error.source().unwrap().source().is_some(), "the source is lost");
    assert_eq!(attempts.load(Ordering::Relaxed), 5);
}

/// Whatever comes before a call fails with an error that `?` makes one of a call.
#[test]
fn a_client_that_cannot_be_built() {
    fn client(http: reqwest::ClientBuilder) -> Result<Client, Error> {
        Ok(Client::builder("MARKER-token").base_url("http://127.0.0.1:1").http(http).build()?)
    }
    let error = client(reqwest::Client::builder().user_agent("MARKER\n")).unwrap_err();
    assert_eq!((variant(&error), created(&error)), ("Setup", "no"));
    assert_private(&error);
    assert!(error.source().is_some(), "the source is lost");
    let invalid = || -> Result<Client, Error> { Ok(Client::builder("MARKER token").build()?) };
    assert_eq!(variant(&invalid().unwrap_err()), "Invalid");
}

#[test]
fn a_value_that_is_refused() {
    let error = Error::from(Email::new("MARKER").unwrap_err());
    assert_eq!((variant(&error), created(&error)), ("Invalid", "no"));
    assert_private(&error);
    let field = |error: InvalidValue| error.field();
    assert_eq!(field(Email::new(MARKER).unwrap_err()), "email");
}

/// What a caller finds in a success.
async fn success(replies: impl IntoIterator<Item = Reply>) -> (Answer<Contact>, usize) {
    let server = Server::start().await.unwrap();
    for reply in replies {
        server.reply(reply);
    }
    let contact = fixed(server.url()).create(rosan()).answer().await.unwrap();
    (contact, server.requests().len())
}

#[tokio::test]
async fn complete_json_with_an_id_is_a_success() {
    let whole = || answer(201, json!({"contact": {"id": ID, "firstName": "Rosan"}, "traceId": "t"}));
    for reply in [
        whole(),
        whole().cut_at_end(),
        whole().endless(),
        text(200, &format!(r#"{{"contact":{{"id":"{ID}","firstName":"Rosan"}},"traceId":"t"}} and more"#)),
        text(299, &format!(r#"{{"traceId":"t","contact":{{"dnd":"?","id":"{ID}","firstName":"Rosan"}}}}"#)),
    ] {
        let (answer, requests) = success([reply]).await;
        assert_eq!((answer.value.id.as_str(), answer.value.first_name.as_deref()), (ID, Some("Rosan")));
        assert_eq!((answer.trace_id().as_deref(), answer.attempts(), requests), (Some("t"), 1, 1));
    }
}

/// The notes on the live API, in one contact.
#[tokio::test]
async fn an_untidy_contact() {
    let untidy = json!({"traceId": "4f0c", "contact": {
        "id": 4711, "dateAdded": "2021-08-31T11:59:41+02:00", "dateUpdated": null, "deleted": null, "tags": null,
        "customFields": [
            {"id": "a", "value": "text"}, {"id": "b", "value": 7}, {"id": "c", "value": ["x", "y"]},
            {"id": "d", "value": {"uuid": {"url": "u"}}}, {"id": "e", "value": null}, {"id": "f"},
        ],
        "dndSettings": {"SMS": {"status": "snoozed", "message": null}, "RCS": {"status": "active"}, "Call": null},
        "dateOfBirth": 654_220_800_000_i64, "birthMonth": "September", "firstName": ["Rosan"], "lastName": "Deo",
        "attributionSource": {"url": null}, "createdBy": {"source": "INTEGRATION"}, "followers": [],
    }});
    let (answer, _) = success([answer(201, untidy.clone())]).await;
    let contact = &answer.value;
    assert_eq!(contact.id.as_str(), "4711");
    assert_eq!(contact.date_added.unwrap().to_rfc3339(), "2021-08-31T09:59:41+00:00");
    assert_eq!(contact.tags, Vec::<String>::new());
    assert_eq!(contact.custom_fields.len(), 6);
    assert_eq!(contact.custom_fields[3].value, Some(json!({"uuid": {"url": "u"}})));
    assert_eq!(contact.dnd_settings.iter().count(), 1);
    assert_eq!(answer.json_at("contact.dndSettings.RCS"), Some(json!({"status": "active"})));
    assert_eq!(contact.date_of_birth.unwrap().to_string(), "1990-09-25");
    assert_eq!(contact.last_name.as_deref(), Some("Deo"));
    let mut undecoded = answer.undecoded().to_vec();
    undecoded.sort();
    assert_eq!(undecoded, ["contact.birthMonth", "contact.firstName"]);
    assert_eq!(answer.json_at("contact.birthMonth"), Some(json!("September")));
    assert_eq!(answer.json(), untidy);
    assert_eq!(answer.trace_id().as_deref(), Some("4f0c"));
}

/// A byte order mark, or a byte that is no text, does not take the rest away.
#[tokio::test]
async fn a_body_that_is_not_quite_text() {
    let body = |before: &[u8], city: &[u8]| {
        let contact: [&[u8]; 5] = [
            before,
            br#"{"contact":{"id":"seD4","city":""#,
            city,
            br#"","dndSettings":{"RCS":{"status":"active"}}}}"#,
            b"\n",
        ];
        contact.concat()
    };
    for (body, city) in [
        (body(b"\xef\xbb\xbf", b"Dolomite"), "Dolomite"),
        (body(b"", b"D\xffl"), "D\u{fffd}l"),
        (body(b"\xef\xbb\xbf ", b"\xe4"), "\u{fffd}"),
    ] {
        let (answer, _) = success([status(201).body(body)]).await;
        assert_eq!((answer.value.id.as_str(), answer.value.city.as_deref()), ("seD4", Some(city)));
        assert_eq!(answer.json()["contact"]["city"], city);
        assert_eq!(answer.json_at("contact.dndSettings.RCS.status"), Some(json!("active")));
        assert!(answer.undecoded().is_empty());
    }
}

#[tokio::test]
async fn a_429_is_waited_out() {
    for hint in [("retry-after", "0"), ("x-ratelimit-interval-milliseconds", "1"), ("x-other", "none")] {
        let limited = || header(text(429, MARKER), hint.0, hint.1);
        let (answer, requests) = success([limited(), limited()]).await;
        assert_eq!((answer.attempts(), requests), (3, 3), "{hint:?}");
    }
}

#[tokio::test]
async fn what_an_error_says() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    let reply = answer(
        422,
        json!({"message": ["email must be an email", "each value in tags must be a string"], "traceId": "t"}),
    );
    server.reply(header(reply, "x-ratelimit-remaining", "99"));
    let error = contacts.create(rosan()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the server does not accept the contact (422): email, tags; its messages are in the error"
    );
    let Error::Validation(validation) = &error else { panic!("{error}") };
    let fields: Vec<_> = validation.messages.iter().filter_map(|message| message.field()).collect();
    assert_eq!(fields, ["email", "tags"]);
    let response = error.response().unwrap();
    assert_eq!((response.rate_limit().remaining, response.trace_id().as_deref()), (Some(99), Some("t")));

    // What is said in `error` counts where there is no message.
    let said = "Contacts without email, phone, firstName and lastName are not allowed.";
    for body in [json!({"statusCode": 422, "message": said}), json!({"statusCode": 422, "error": said})] {
        server.reply(answer(400, body));
        let Err(Error::Validation(validation)) = contacts.create(rosan()).await else { panic!("not refused") };
        assert_eq!(validation.messages.iter().map(|message| message.text()).collect::<Vec<_>>(), [said]);
    }

    server.reply(duplicate(400));
    let Err(Error::Duplicate(found)) = contacts.create(rosan()).await else { panic!("no duplicate") };
    assert_eq!((found.contact_id.as_str(), found.contact_name.as_deref()), (ID, Some(MARKER)));
    assert!(found.response.body().starts_with(b"{"));

    for (code, said) in [
        (401, "the server does not accept the token (401): is it current, and of this sub-account?"),
        (302, "the server redirects (302), which is not followed: is the base URL right?"),
        (404, "the server refused the request: 404 Not Found"),
        (500, "the server failed: 500 Internal Server Error"),
        (200, "the server answered 200 OK, but its body is empty"),
    ] {
        server.reply(status(code));
        assert_eq!(contacts.create(rosan()).await.unwrap_err().to_string(), said);
    }

    server.reply(header(header(text(429, ""), "retry-after", "3600"), "x-ratelimit-daily-remaining", "0"));
    let Err(Error::RateLimited(limited)) = contacts.create(rosan()).await else { panic!("not limited") };
    assert_eq!((limited.retry_after, limited.day_used_up), (Some(Duration::from_secs(3600)), true));
}

/// A source whose tokens are numbered, and which refreshes slowly.
#[derive(Default)]
struct Numbered {
    number: Mutex<usize>,
    refreshes: AtomicUsize,
}

impl Numbered {
    fn current(&self) -> Result<Token, BoxError> {
        Ok(Token::new(format!("MARKER-{}", self.number.lock().unwrap()))?)
    }
}

impl TokenSource for Arc<Numbered> {
    async fn token(&self, _: &LocationId) -> Result<Token, BoxError> {
        self.current()
    }

    async fn refresh(&self, _: &LocationId) -> Result<Token, BoxError> {
        self.refreshes.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        *self.number.lock().unwrap() += 1;
        self.current()
    }
}

fn sent_tokens(server: &Server) -> Vec<String> {
    server.requests().iter().map(|request| request.headers["authorization"].to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn one_fresh_try_after_a_401() {
    let server = Server::start().await.unwrap();
    let source = Arc::new(Numbered::default());
    let contacts = contacts(Client::with_token_source(Arc::clone(&source)), server.url());

    server.reply(status(401));
    contacts.create(rosan()).await.unwrap();
    assert_eq!(sent_tokens(&server), ["Bearer MARKER-0", "Bearer MARKER-1"]);

    for _ in 0..2 {
        server.reply(status(401));
    }
    let error = contacts.create(without_key()).await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized(_)));
    assert_eq!(source.refreshes.load(Ordering::Relaxed), 2);
    assert_eq!(server.requests().len(), 4);

    // An id under a 401 is the one of a contact that was created all the same.
    server.reply(answer(401, json!({"contact": {"id": ID}})));
    let error = contacts.create(without_key()).await.unwrap_err();
    assert_eq!((variant(&error), created(&error)), ("Unauthorized", "yes"));
    assert_eq!((source.refreshes.load(Ordering::Relaxed), server.requests().len()), (2, 5));

    // A token for another location does not become right by a refresh, nor does anything that is not said of the token.
    for (reply, expected) in [
        (status(403), "Forbidden"),
        (answer(401, json!({"message": "This location is not accessible from this token!"})), "Forbidden"),
        (answer(401, json!({"message": "Token's user type mismatch!"})), "Forbidden"),
        (answer(401, json!({"message": "Command timed out"})), "TimedOut"),
        (answer(401, json!({"message": "command timed out."})), "TimedOut"),
        (answer(401, json!({"message": "Invalid location for this token"})), "Unauthorized"),
        (answer(401, json!({"message": "version header was not found."})), "Unauthorized"),
        (answer(401, json!({"message": "Unauthorized"})), "Unauthorized"),
    ] {
        server.reply(reply);
        assert_eq!(variant(&contacts.create(without_key()).await.unwrap_err()), expected);
        assert_eq!(source.refreshes.load(Ordering::Relaxed), 2);
    }
    for message in [
        "Invalid token: access token is invalid",
        "The access token has expired",
        "Invalid JWT",
        "Token is not valid",
        "The token has been revoked",
    ] {
        let before = source.refreshes.load(Ordering::Relaxed);
        server.reply(answer(401, json!({"message": message})));
        contacts.create(without_key()).await.unwrap();
        assert_eq!(source.refreshes.load(Ordering::Relaxed), before + 1, "{message}");
    }
}

/// A source that hangs is given up, and holds no place in the budget meanwhile.
#[tokio::test]
async fn a_source_that_hangs() {
    struct Hanging;
    impl TokenSource for Hanging {
        async fn token(&self, _: &LocationId) -> Result<Token, BoxError> {
            std::future::pending().await
        }

        async fn refresh(&self, location: &LocationId) -> Result<Token, BoxError> {
            self.token(location).await
        }
    }
    struct Closed;
    impl Pacing for Closed {
        type Permit = ();

        async fn acquire(&self, _: &LocationId) -> Result<(), PacingError> {
            panic!("a place is taken")
        }
    }
    let server = Server::start().await.unwrap();
    let client = Client::with_token_source(Hanging).timeout(Duration::from_millis(20)).pacing(Closed);
    let error = contacts(client, server.url()).create(rosan()).await.unwrap_err();
    assert_eq!((variant(&error), created(&error), server.requests().len()), ("Token", "no", 0));
    assert_eq!(error.source().unwrap().to_string(), "it took longer than the timeout");
}

/// What the source has by now is sent, rather than what a refresh once gave.
#[tokio::test]
async fn the_newest_token_is_sent() {
    struct Newer(AtomicUsize);
    impl TokenSource for Newer {
        async fn token(&self, location: &LocationId) -> Result<Token, BoxError> {
            Ok(Token::new(format!("{location}-{}", self.0.load(Ordering::Relaxed)))?)
        }

        async fn refresh(&self, location: &LocationId) -> Result<Token, BoxError> {
            self.0.store(2, Ordering::Relaxed);
            Ok(Token::new(format!("{location}-1"))?)
        }
    }
    let server = Server::start().await.unwrap();
    server.reply(status(401));
    contacts(Client::with_token_source(Newer(AtomicUsize::new(0))), server.url()).create(rosan()).await.unwrap();
    assert_eq!(sent_tokens(&server), ["Bearer ve9EPM428h8vShlRW1KT-0", "Bearer ve9EPM428h8vShlRW1KT-2"]);
}

#[tokio::test]
async fn one_refresh_at_a_time() {
    let server = Server::start().await.unwrap();
    let source = Arc::new(Numbered::default());
    let contacts = contacts(Client::with_token_source(Arc::clone(&source)), server.url());
    for _ in 0..3 {
        server.reply(status(401));
    }
    let create = || contacts.create(without_key());
    let results = tokio::join!(create(), create(), create());
    assert!(results.0.is_ok() && results.1.is_ok() && results.2.is_ok());
    assert_eq!(source.refreshes.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_source_without_a_token() {
    struct Nothing;
    impl TokenSource for Nothing {
        async fn token(&self, _: &LocationId) -> Result<Token, BoxError> {
            Err("signed out".into())
        }

        async fn refresh(&self, location: &LocationId) -> Result<Token, BoxError> {
            self.token(location).await
        }
    }
    let server = Server::start().await.unwrap();
    let error = contacts(Client::with_token_source(Nothing), server.url()).create(rosan()).await.unwrap_err();
    assert_eq!((variant(&error), created(&error)), ("Token", "no"));
    assert_private(&error);
    assert_eq!(error.source().unwrap().to_string(), "signed out");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_refresh_that_fails() {
    struct Stale;
    impl TokenSource for Stale {
        async fn token(&self, _: &LocationId) -> Result<Token, BoxError> {
            Ok(Token::new("MARKER-token")?)
        }

        async fn refresh(&self, _: &LocationId) -> Result<Token, BoxError> {
            Err("signed out".into())
        }
    }
    let server = Server::start().await.unwrap();
    server.reply(answer(401, json!({"message": "Invalid JWT", "traceId": "t"})));
    let error = contacts(Client::with_token_source(Stale), server.url()).create(rosan()).await.unwrap_err();
    assert_eq!((variant(&error), created(&error)), ("Token", "no"));
    assert_private(&error);
    assert_eq!(error.response().unwrap().trace_id().as_deref(), Some("t"));
}

#[tokio::test]
async fn a_day_that_is_used_up() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    let last = answer(201, json!({"contact": {"id": ID}}));
    server.reply(header(header(last, "x-ratelimit-limit-daily", "1"), "x-ratelimit-daily-remaining", "0"));
    contacts.create(rosan()).await.unwrap();
    let error = contacts.create(rosan()).await.unwrap_err();
    assert_eq!((variant(&error), created(&error)), ("Pacing", "no"));
    assert_private(&error);
    let said = "the location's allowance of the day is used up; nothing was sent, try again in 60 min";
    assert_eq!(error.to_string(), said);
    assert_eq!(server.requests().len(), 1);
}

/// The server's word, where a day ends and no `Retry-After` comes with it.
#[tokio::test]
async fn a_day_that_ends_in_half_an_hour() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    let used_up = header(status(429), "x-ratelimit-daily-remaining", "0");
    server.reply(header(used_up, "x-ratelimit-daily-reset", "1800000"));
    let Err(Error::RateLimited(limited)) = contacts.create(rosan()).await else { panic!("not limited") };
    let half_an_hour = Duration::from_secs(1800);
    assert_eq!((limited.retry_after, limited.day_used_up), (Some(half_an_hour), true));
    assert_eq!(limited.response.rate_limit().daily_reset, Some(half_an_hour));
    let Err(Error::Pacing(PacingError::DayUsedUp { again_in })) = contacts.create(rosan()).await else {
        panic!("not used up")
    };
    assert!(again_in <= half_an_hour && again_in > half_an_hour - Duration::from_secs(60), "{again_in:?}");
    assert_eq!(server.requests().len(), 1);
}

/// A time stamp is no time to wait.
#[tokio::test]
async fn a_day_that_ends_in_fifty_years() {
    let server = Server::start().await.unwrap();
    let used_up = header(status(429), "x-ratelimit-daily-remaining", "0");
    server.reply(header(used_up, "x-ratelimit-daily-reset", "1790000000000"));
    let Err(Error::RateLimited(limited)) = fixed(server.url()).create(rosan()).await else { panic!("not limited") };
    assert_eq!(limited.retry_after, Some(Duration::from_secs(24 * 60 * 60)));
}

/// A wait that is asked for holds all calls to the location: those that would wait too long fail, and say for how long.
#[tokio::test]
async fn a_wait_that_the_server_asks_for() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    server.reply(header(status(503), "retry-after", "600"));
    let _ = contacts.create(rosan()).await;
    let error = contacts.get(&id()).await.unwrap_err();
    let Error::Pacing(PacingError::Held { again_in }) = &error else { panic!("{error}") };
    assert!(again_in.as_secs() > 500, "{again_in:?}");
    assert_eq!(error.to_string(), "the server has asked this location to wait; nothing was sent, try again in 600 s");
    assert_eq!((carried_out(&error), server.requests().len()), ("no", 1));

    // One that is short is waited out, and is no request.
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    server.reply(header(status(429), "retry-after", "1"));
    let (one, other) = tokio::join!(contacts.create(rosan()).answer(), async {
        while server.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        contacts.find_duplicate(Email::new("nobody@deos.com").unwrap()).answer().await
    });
    assert_eq!((one.unwrap().attempts(), other.unwrap().attempts()), (2, 1));
}

/// A hold is no attempt: it is the location that waits.
#[tokio::test]
async fn short_holds_do_not_use_up_the_attempts() {
    struct Holding(AtomicUsize);
    impl Pacing for Holding {
        type Permit = ();

        async fn acquire(&self, _: &LocationId) -> Result<(), PacingError> {
            let again_in = Duration::from_millis(1);
            if self.0.fetch_add(1, Ordering::Relaxed) < 7 { Err(PacingError::Held { again_in }) } else { Ok(()) }
        }
    }
    let server = Server::start().await.unwrap();
    let client = Client::builder("token").pacing(Holding(AtomicUsize::new(0)));
    let answer = contacts(client, server.url()).create(rosan()).answer().await.unwrap();
    assert_eq!((answer.attempts(), server.requests().len()), (1, 1));
}

/// A call that is dropped before it is sent takes nothing.
#[tokio::test]
async fn dropped_before_anything_is_sent() {
    #[derive(Default)]
    struct Ended {
        unused: AtomicUsize,
        otherwise: AtomicUsize,
    }
    struct OnePermit(Arc<Ended>, bool);
    impl crate::Permit for OnePermit {
        fn answered(mut self, _: crate::BudgetAnswer<'_>) {
            self.1 = true;
            self.0.otherwise.fetch_add(1, Ordering::Relaxed);
        }

        fn unused(mut self) {
            self.1 = true;
            self.0.unused.fetch_add(1, Ordering::Relaxed);
        }
    }
    impl Drop for OnePermit {
        fn drop(&mut self) {
            self.0.otherwise.fetch_add(usize::from(!self.1), Ordering::Relaxed);
        }
    }
    struct Late(Arc<Ended>);
    impl Pacing for Late {
        type Permit = OnePermit;

        async fn acquire(&self, _: &LocationId) -> Result<OnePermit, PacingError> {
            tokio::time::sleep(Duration::from_millis(1_050)).await;
            Ok(OnePermit(Arc::clone(&self.0), false))
        }
    }
    /// Has a token once.
    struct Once(AtomicUsize);
    impl TokenSource for Once {
        async fn token(&self, _: &LocationId) -> Result<Token, BoxError> {
            if self.0.fetch_add(1, Ordering::Relaxed) > 0 {
                std::future::pending::<()>().await;
            }
            Ok(Token::new("first")?)
        }

        async fn refresh(&self, location: &LocationId) -> Result<Token, BoxError> {
            self.token(location).await
        }
    }
    let (ended, server) = (Arc::new(Ended::default()), Server::start().await.unwrap());
    let client = Client::with_token_source(Once(AtomicUsize::new(0))).pacing(Late(Arc::clone(&ended)));
    let call = contacts(client, server.url()).get(&id());
    assert!(tokio::time::timeout(Duration::from_millis(1_300), call).await.is_err());
    let [unused, otherwise] = [&ended.unused, &ended.otherwise].map(|count| count.load(Ordering::Relaxed));
    assert_eq!((unused, otherwise, server.requests().len()), (1, 0, 0));
}

/// A location on trial has 25 requests in an interval, which nobody knows before the first answer.
#[tokio::test]
async fn the_first_burst_of_a_location_on_trial() {
    let allowance = Server::builder().rate_limit(25, Duration::from_millis(500));
    let server = allowance.enforce(Enforcement::SlidingWindow).start().await.unwrap();
    let list = (0..60).map(|number| NewContact::builder().first_name(format!("Number {number}")).build());
    let results = fixed(server.url()).create_all(futures_util::stream::iter(list.enumerate().collect::<Vec<_>>()));
    let created = results.filter(|(_, result)| std::future::ready(result.is_ok())).count().await;
    assert_eq!((created, server.refused()), (60, 0));
}

/// A call beside a long list waits for its own turn, and not for the list.
#[tokio::test]
async fn a_call_beside_a_list() {
    let server = Server::builder().rate_limit(10, Duration::from_millis(100)).start().await.unwrap();
    let contacts = contacts(Client::builder("token").concurrency(1_000), server.url());
    let list = (0..1_000).map(|number| NewContact::builder().first_name(format!("Number {number}")).build());
    let mut results = contacts.create_all(futures_util::stream::iter(list.enumerate().collect::<Vec<_>>()));
    results.next().await.unwrap().1.unwrap();
    let before = server.requests().len();
    let found = contacts.find_duplicate(Email::new("nobody@deos.com").unwrap()).await.unwrap();
    let meanwhile = server.requests().len() - before;
    assert!(found.is_none() && meanwhile <= 30, "{meanwhile} requests of the list came first");
}

/// What never reached the server is not counted.
#[tokio::test]
async fn what_is_not_sent_takes_no_place() {
    let retry = Retry::default().max_attempts(1);
    let client = Client::builder("token").base_url("http://127.0.0.1:1").retry(retry).build().unwrap();
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());
    let calls = async {
        // As many as the places of three intervals.
        for _ in 0..300 {
            assert_eq!(variant(&contacts.get(&id()).await.unwrap_err()), "NotConnected");
        }
    };
    tokio::time::timeout(Duration::from_secs(8), calls).await.expect("they wait for places");
}

#[tokio::test]
async fn retries_can_be_turned_off() {
    let server = Server::start().await.unwrap();
    server.reply(header(status(429), "retry-after", "0"));
    let client = Client::builder("token").base_url(server.url()).retry(NoRetry).build().unwrap();
    let location = LocationId::new("ve9EPM428h8vShlRW1KT").unwrap();
    assert!(matches!(client.contacts(location).create(rosan()).await, Err(Error::RateLimited(_))));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn dropping_the_future_ends_the_call() {
    let server = Server::start().await.unwrap();
    server.reply(header(status(429), "x-ratelimit-interval-milliseconds", "500"));
    let contacts = fixed(server.url());
    let answered = async {
        while server.requests().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        result = contacts.create(rosan()) => panic!("did not wait: {result:?}"),
        () = answered => {}
    }
    // Longer than the wait that was dropped.
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(server.requests().len(), 1);
}

/// A policy of the caller's own cannot make a second contact.
#[tokio::test]
async fn a_policy_that_would_repeat_everything() {
    #[derive(Debug)]
    struct Always;
    impl RetryPolicy for Always {
        fn decide(&self, attempt: &retry::Attempt<'_>) -> Decision {
            if attempt.number < 3 { Decision::Wait(Duration::ZERO) } else { Decision::Stop }
        }
    }
    for (reply, requests) in [
        (Reply::ordinary().cut_before(), 1),
        (text(500, HTML), 1),
        (status(201), 1),
        (answer(422, json!({"message": ["email must be an email"]})), 2),
        (status(422), 1),
        (status(404), 2),
        (not_found(422), 1),
        (not_found(408), 1),
    ] {
        let server = Server::start().await.unwrap();
        server.reply(reply);
        let client = Client::builder("token").base_url(server.url()).retry(Always).build().unwrap();
        let location = LocationId::new("ve9EPM428h8vShlRW1KT").unwrap();
        let _ = client.contacts(location).create(rosan()).await;
        assert_eq!(server.requests().len(), requests);
        assert!(server.contacts().len() <= 1);
    }
}

#[tokio::test]
async fn an_http_client_of_the_callers_own() {
    let server = Server::start().await.unwrap();
    let follows = reqwest::redirect::Policy::limited(10);
    let own = reqwest::Client::builder().user_agent("mine").no_proxy().redirect(follows).timeout(Duration::MAX);
    let client = Client::builder("token").http(own).timeout(Duration::from_secs(1));
    let contacts = contacts(client, server.url());
    server.reply(redirect(307));
    assert!(matches!(contacts.create(rosan()).await, Err(Error::Unexpected(_))));
    server.reply(Reply::ordinary().delay(Duration::from_secs(60)));
    assert!(matches!(contacts.create(rosan()).await, Err(Error::TimedOut(_))));
    assert_eq!(server.requests()[0].headers["user-agent"], "mine");
}

#[tokio::test]
async fn a_user_agent_is_always_sent() {
    let ours = concat!("leadconnector-rust/", env!("CARGO_PKG_VERSION"));
    let own = || reqwest::Client::builder().no_proxy();
    let header = || [(USER_AGENT, HeaderValue::from_static("mine"))].into_iter().collect();
    for (http, expected) in [
        (None, ours),
        (Some(own()), ours),
        (Some(own().user_agent("mine")), "mine"),
        (Some(own().default_headers(header())), "mine"),
    ] {
        let server = Server::start().await.unwrap();
        let client = Client::builder("token");
        let client = match http {
            Some(http) => client.http(http),
            None => client,
        };
        contacts(client, server.url()).create(rosan()).await.unwrap();
        let sent = server.last_request().unwrap().headers;
        assert_eq!(sent.get_all(USER_AGENT).iter().collect::<Vec<_>>(), [expected]);
    }
}

#[tokio::test]
async fn what_a_look_up_finds() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    let find = || contacts.find_duplicate(Email::new("MARKER@deos.com").unwrap());
    server.reply(answer(200, json!({"contact": {"id": 7, "tags": 1}})));
    assert_eq!(find().await.unwrap().unwrap().id.as_str(), "7");
    // Neither says that there is none.
    for nothing in [json!({}), json!({"contact": {"email": MARKER}}), json!({"contact": []})] {
        server.reply(answer(200, nothing));
        let error = find().await.unwrap_err();
        assert_eq!(variant(&error), "Undecodable");
        assert_private(&error);
    }
    server.reply(status(404));
    let error = find().await.unwrap_err();
    assert_eq!(variant(&error), "Rejected");
    assert_private(&error);
}

/// Three look-ups in quick succession.
fn quickly() -> Reconcile {
    Reconcile::default().waits([Duration::from_millis(1); 3])
}

fn reconciling(url: &str, reconcile: impl Into<Reconcile>) -> Contacts {
    contacts(Client::builder("MARKER-token").reconcile(reconcile), url)
}

/// The answer of a look-up that finds nothing.
fn nowhere() -> Reply {
    answer(200, json!({"contact": null}))
}

/// The answer of a look-up that finds a contact with this email, added so many seconds ago.
fn found(email: Option<&str>, seconds: i64) -> Reply {
    let added = chrono::Utc::now() - chrono::TimeDelta::seconds(seconds);
    answer(200, json!({"contact": {"id": ID, "email": email, "dateAdded": added.to_rfc3339()}}))
}

#[tokio::test]
async fn what_is_unknown_is_looked_up() {
    let lost = || Reply::ordinary().cut_before();
    let unstored = || text(500, HTML);
    // The replies; then the requests and contacts at the end, how the call ends, and whether it was created if that is an error.
    for (name, replies, requests, contacts, ends) in [
        ("created, and the answer lost", vec![lost()], 2, 1, ("Ok", "")),
        ("created, and not found at first", vec![lost(), nowhere(), nowhere()], 4, 1, ("Ok", "")),
        ("not created", vec![unstored()], 4, 0, ("Server", "unknown")),
        (
            "created by the gateway's time",
            vec![answer(401, json!({"message": "Command timed out"}))],
            4,
            0,
            ("TimedOut", "unknown"),
        ),
        ("a success that broke off", vec![Reply::ordinary().cut_after(3), nowhere()], 3, 1, ("Ok", "")),
        ("422 that names a duplicate", vec![duplicate(422)], 1, 0, ("Duplicate", "no")),
        (
            "422 that names a member",
            vec![answer(422, json!({"message": ["customFields.0.id must be a string"]}))],
            1,
            0,
            ("Validation", "no"),
        ),
        ("422 that names none", vec![status(422)], 4, 0, ("Validation", "unknown")),
        ("the look-up refused", vec![unstored(), status(403)], 2, 0, ("Server", "unknown")),
        ("the first look-up fails", vec![lost(), text(502, HTML), text(502, HTML), text(502, HTML)], 5, 1, ("Ok", "")),
        ("408, and not there", vec![text(408, MARKER)], 4, 0, ("Rejected", "unknown")),
        ("decided at once", vec![status(403)], 1, 0, ("Forbidden", "no")),
        ("found, and older", vec![unstored(), found(Some("MARKER@deos.com"), 60)], 2, 0, ("Unreconciled", "unknown")),
        (
            "found, and without a date",
            vec![unstored(), answer(200, json!({"contact": {"id": ID, "email": "marker@deos.com"}}))],
            2,
            0,
            ("Unreconciled", "unknown"),
        ),
        (
            "found by another of its emails",
            vec![unstored(), found(Some("other@deos.com"), -60)],
            2,
            0,
            ("Unreconciled", "unknown"),
        ),
        ("found in other letters", vec![unstored(), found(Some("marker@DEOS.com"), -60)], 2, 0, ("Ok", "")),
    ] {
        let server = Server::start().await.unwrap();
        for reply in replies {
            server.reply(reply);
        }
        let result = reconciling(server.url(), quickly()).create(rosan()).await;
        let ended = result.as_ref().map_or_else(|error| (variant(error), created(error)), |_| ("Ok", ""));
        assert_eq!((ended, server.requests().len(), server.contacts().len()), (ends, requests, contacts), "{name}");
        let posts = server.requests().iter().filter(|request| request.method == Method::POST).count();
        assert_eq!(posts, 1, "{name}: sent again");
        if let Err(error) = &result {
            assert_private(error);
        }
        if let Err(Error::Unreconciled(error)) = &result {
            assert_eq!((error.found.id.as_str(), variant(&error.error)), (ID, "Server"), "{name}");
        }
    }
}

/// A look-up may come too early: it lags, the server is still at work, or it finds no one by a national number.
#[tokio::test]
async fn what_is_found_late_is_not_sent_again() {
    let email = || NewContact::builder().email(Email::new("MARKER@deos.com").unwrap()).build();
    let national = || NewContact::builder().phone(crate::Phone::new("(512) 555-0123").unwrap()).build();
    let lost = || Reply::ordinary().cut_before();
    for (name, contact, reply, lag, ends) in [
        ("a look-up that lags", email(), lost(), 60, "Ok"),
        ("a server at work", email(), lost().carried_out_after(Duration::from_millis(60)), 0, "Ok"),
        ("a national number", national(), lost(), 0, "BrokenOff"),
    ] {
        let server = Server::builder().allow_duplicates(true).look_up_lag(Duration::from_millis(lag));
        let server = server.start().await.unwrap();
        server.reply(reply);
        let often = Reconcile::default().waits([Duration::from_millis(20); 10]);
        let client = Client::builder("token").reconcile(often).pacing(NoPacing);
        let result = contacts(client, server.url()).create(contact).await;
        assert_eq!(result.as_ref().map_or_else(variant, |_| "Ok"), ends, "{name}");
        assert_eq!((server.contacts().len(), server.carried_out("create_contact")), (1, 1), "{name}");
    }
}

/// Two people of a household share a phone.
#[tokio::test]
async fn what_is_found_by_the_phone_alone() {
    let phone = || crate::Phone::new("+1 512 555 0123").unwrap();
    let with_email = || NewContact::builder().email(Email::new("MARKER@deos.com").unwrap()).phone(phone()).build();
    let without = || NewContact::builder().first_name(MARKER).phone(phone()).build();
    let neighbour = || found(Some("neighbour@deos.com"), -60);
    for (name, contact, replies, ends) in [
        (
            "with another email",
            with_email(),
            vec![nowhere(), neighbour(), nowhere(), neighbour(), nowhere(), nowhere()],
            "Server",
        ),
        ("with none", with_email(), vec![nowhere(), found(None, -60)], "Server"),
        ("with the email that was sent", with_email(), vec![nowhere(), found(Some("MARKER@deos.com"), -60)], "Ok"),
        ("no email was sent", without(), vec![found(None, -60)], "Ok"),
        ("no email was sent, and it has one", without(), vec![neighbour()], "Unreconciled"),
        ("no email was sent, and it is older", without(), vec![found(None, 60)], "Unreconciled"),
    ] {
        let server = Server::start().await.unwrap();
        server.reply(text(500, HTML));
        for reply in replies {
            server.reply(reply);
        }
        let result = reconciling(server.url(), quickly()).create(contact).await;
        assert_eq!(result.as_ref().map_or_else(variant, |_| "Ok"), ends, "{name}");
    }
}

/// Two people of a household are in one list.
#[tokio::test]
async fn one_contact_is_not_two_people() {
    let server = Server::start().await.unwrap();
    let phone = || crate::Phone::new("+1 512 555 0123").unwrap();
    server.reply(text(500, HTML));
    let list = ["Rosan", "Rubika"].map(|name| (name, NewContact::builder().first_name(name).phone(phone()).build()));
    let results = reconciling(server.url(), quickly()).create_all(futures_util::stream::iter(list));
    let created: Vec<_> = results.filter_map(|(_, result)| std::future::ready(result.ok())).collect().await;
    assert_eq!((created.len(), server.contacts().len()), (1, 1));
}

/// What was added while the request waited for its turn is not what it created.
#[tokio::test]
async fn a_contact_that_was_added_while_the_request_waited() {
    /// At first.
    struct Slow(AtomicUsize);
    impl Pacing for Slow {
        type Permit = ();

        async fn acquire(&self, _: &LocationId) -> Result<(), PacingError> {
            if self.0.fetch_add(1, Ordering::Relaxed) == 0 {
                tokio::time::sleep(Duration::from_millis(1_100)).await;
            }
            Ok(())
        }
    }
    let server = Server::start().await.unwrap();
    server.reply(text(500, HTML));
    let known = json!({"locationId": "ve9EPM428h8vShlRW1KT", "email": "MARKER@deos.com"});
    let client = Client::builder("token").pacing(Slow(AtomicUsize::new(0))).reconcile(quickly());
    let contacts = contacts(client, server.url());
    let (result, ()) = tokio::join!(contacts.create(rosan()), async {
        server.insert(&known).unwrap();
    });
    assert_eq!(variant(&result.unwrap_err()), "Unreconciled");
}

/// Sending again is what somebody asks for.
#[tokio::test]
async fn who_risks_a_second_contact() {
    let lost = || Reply::ordinary().cut_before();
    let unstored = || text(500, HTML);
    let nothing = || vec![nowhere(), nowhere(), nowhere()];
    for (name, replies, requests, contacts, ends) in [
        ("not created: sent again", [vec![unstored()], nothing()].concat(), 5, 1, ("Ok", "")),
        (
            "a success is not sent again",
            [vec![Reply::ordinary().cut_after(3)], nothing()].concat(),
            4,
            1,
            ("BrokenOff", "unknown"),
        ),
        ("both answers lost", [vec![unstored()], nothing(), vec![lost()]].concat(), 5, 1, ("BrokenOff", "unknown")),
        ("it is there after all", [vec![lost()], nothing()].concat(), 6, 1, ("Ok", "")),
        (
            "it cannot be looked up",
            [vec![lost()], nothing(), vec![duplicate(400), status(403)]].concat(),
            6,
            1,
            ("Duplicate", "unknown"),
        ),
        (
            "it was there before",
            [vec![unstored()], nothing(), vec![duplicate(400), found(Some("MARKER@deos.com"), 60)]].concat(),
            6,
            0,
            ("Duplicate", "no"),
        ),
        (
            "a neighbour was added",
            [vec![unstored()], nothing(), vec![duplicate(400), found(Some("other@deos.com"), -60)]].concat(),
            6,
            0,
            ("Duplicate", "unknown"),
        ),
        (
            "the second request refused",
            [vec![unstored()], nothing(), vec![status(403)]].concat(),
            5,
            0,
            ("Server", "unknown"),
        ),
    ] {
        let server = Server::start().await.unwrap();
        for reply in replies {
            server.reply(reply);
        }
        let result = reconciling(server.url(), quickly().risk_a_second_contact(true)).create(rosan()).await;
        let ended = result.as_ref().map_or_else(|error| (variant(error), created(error)), |_| ("Ok", ""));
        assert_eq!((ended, server.requests().len(), server.contacts().len()), (ends, requests, contacts), "{name}");
    }
}

/// A look-up that fails says nothing: then nothing is sent again.
#[tokio::test]
async fn who_risks_a_second_contact_needs_a_look_up() {
    let server = Server::builder().allow_duplicates(true).start().await.unwrap();
    server.reply(Reply::ordinary().cut_before());
    for _ in 0..9 {
        server.reply(text(503, HTML));
    }
    let result = reconciling(server.url(), quickly().risk_a_second_contact(true)).create(rosan()).await;
    assert_eq!((variant(&result.unwrap_err()), server.contacts().len()), ("BrokenOff", 1));
}

#[test]
fn how_long_a_contact_is_looked_up() {
    assert_eq!((Reconcile::from(true), Reconcile::from(false).is_off()), (Reconcile::default(), true));
    assert!(Reconcile::default().waits([]).is_off() && !Reconcile::default().is_off());
}

#[tokio::test]
async fn what_has_no_key_stays_unknown() {
    let server = Server::start().await.unwrap();
    server.reply(Reply::ordinary().cut_before());
    let keyless = NewContact::builder().first_name(MARKER).email(crate::Null).build();
    let error = reconciling(server.url(), quickly()).create(keyless).await.unwrap_err();
    assert_eq!((variant(&error), created(&error), server.requests().len()), ("BrokenOff", "unknown", 1));
}

#[tokio::test]
async fn a_contact_is_found_by_its_phone_too() {
    let server = Server::start().await.unwrap();
    server.reply(Reply::ordinary().cut_before());
    let phone = crate::Phone::new("+1 888-888-8888").unwrap();
    let created =
        reconciling(server.url(), quickly()).create(NewContact::builder().phone(phone).build()).await.unwrap();
    assert_eq!(server.contacts()[0]["id"], created.id.as_str());
    assert_eq!(server.contacts().len(), 1);
}

fn id() -> ContactId {
    ContactId::new(ID).unwrap()
}

/// A way to lose an answer, or to have none yet.
fn faulty() -> Vec<(&'static str, Reply)> {
    let empty = || text(200, "");
    vec![
        ("lost", Reply::ordinary().cut_before()),
        ("broken off", Reply::ordinary().cut_after(3)),
        ("too many requests", header(text(429, MARKER), "retry-after", "0")),
        ("408", text(408, MARKER)),
        ("401 of the gateway", answer(401, json!({"message": "Command timed out"}))),
        ("500", text(500, HTML)),
        ("502", text(502, HTML)),
        ("503", text(503, MARKER)),
        ("504", text(504, HTML)),
        ("a page of a proxy", text(200, HTML)),
        ("late", empty().delay(Duration::from_secs(60))),
    ]
}

fn insert(server: &Server) -> ContactId {
    let contact = server.insert(&json!({"locationId": "ve9EPM428h8vShlRW1KT", "firstName": MARKER})).unwrap();
    ContactId::new(contact["id"].as_str().unwrap()).unwrap()
}

fn workflow() -> WorkflowId {
    WorkflowId::new("sx6wyHhbFdRXh302LLNR").unwrap()
}

/// A call of each operation, as far as it is the same for all of them. Exhaustive: a new operation needs a call here, and is
/// thereby tried with every fault.
async fn call(operation: OperationId, contacts: &Contacts, id: &ContactId) -> Result<u32, Error> {
    match operation {
        OperationId::CreateContact => contacts.create(rosan()).answer().await.map(|answer| answer.attempts()),
        OperationId::GetDuplicateContact => {
            let email = Email::new("MARKER@deos.com").unwrap();
            contacts.find_duplicate(email).answer().await.map(|answer| answer.attempts())
        }
        OperationId::SearchContactsAdvanced => {
            contacts.count(Search::new()).answer().await.map(|answer| answer.attempts())
        }
        OperationId::GetCustomFields => contacts.custom_fields().answer().await.map(|answer| answer.attempts()),
        OperationId::UpsertContact => contacts.upsert(rosan()).answer().await.map(|answer| answer.attempts()),
        OperationId::UpdateContact => {
            let update = ContactUpdate::builder().city(MARKER).build();
            contacts.update(id, update).answer().await.map(|answer| answer.attempts())
        }
        OperationId::GetContact => contacts.get(id).answer().await.map(|answer| answer.attempts()),
        OperationId::DeleteContact => contacts.delete(id).answer().await.map(|answer| answer.attempts()),
        OperationId::GetAllNotes => contacts.notes(id).answer().await.map(|answer| answer.attempts()),
        OperationId::CreateNote => {
            let note = NewNote::new(MARKER).unwrap();
            contacts.create_note(id, note).answer().await.map(|answer| answer.attempts())
        }
        OperationId::AddTags => contacts.add_tags(id, [MARKER]).answer().await.map(|answer| answer.attempts()),
        OperationId::AddContactToWorkflow => {
            contacts.add_to_workflow(id, &workflow()).answer().await.map(|answer| answer.attempts())
        }
        OperationId::DeleteContactFromWorkflow => {
            contacts.remove_from_workflow(id, &workflow()).answer().await.map(|answer| answer.attempts())
        }
        OperationId::RemoveTags => contacts.remove_tags(id, [MARKER]).answer().await.map(|answer| answer.attempts()),
    }
}

/// What reads or repeats is sent again, whatever became of the answer; what happens once, only where nothing happened.
#[tokio::test]
async fn what_can_be_repeated_is_sent_again() {
    for (name, reply) in faulty() {
        // Some TLS libraries take a while to make a client, and no call should wait for that.
        let mut prepared = Vec::new();
        for operation in operations::ALL {
            let server = Server::start().await.unwrap();
            let id = insert(&server);
            server.reply(reply.clone());
            // Short only where the time is the point.
            let timeout = Duration::from_millis(if name == "late" { 600 } else { 30_000 });
            let client = Client::builder("MARKER-token").timeout(timeout).pacing(NoPacing);
            let contacts = contacts(client, server.url());
            prepared.push((operation, server, contacts, id));
        }
        // All at once, since some take their time.
        let tried = prepared.into_iter().map(async |(operation, server, contacts, id)| {
            let result = call(operation.id, &contacts, &id).await;
            let again = operation.effect.is_repeatable() || name == "too many requests";
            assert_eq!(result.ok(), again.then_some(2), "{}, {name}", operation.name);
            assert_eq!(server.requests().len(), 1 + usize::from(again), "{}, {name}", operation.name);
            let most = if operation.effect == Effect::Once { 1 } else { 2 };
            assert!(server.carried_out(operation.name) <= most, "{}, {name}", operation.name);
        });
        futures_util::future::join_all(tried).await;
    }
}

/// Each error of each operation says whether it was carried out, and only what creates something may have created it.
#[tokio::test]
async fn what_becomes_of_each_operation() {
    // The variant; whether it was carried out; and whether what can be repeated is sent again.
    for (name, reply, expected, answer, again) in [
        ("not there", not_found(400), "NotFound", "no", false),
        ("an unknown path", text(404, MARKER), "Rejected", "no", false),
        ("401", status(401), "Unauthorized", "no", false),
        ("403", text(403, MARKER), "Forbidden", "no", false),
        ("422", self::answer(422, json!({"message": ["MARKER must be MARKER"]})), "Validation", "unknown", false),
        ("500", text(500, HTML), "Server", "unknown", true),
        ("lost", status(200).cut_before(), "BrokenOff", "unknown", true),
        ("HTML", text(200, HTML), "Undecodable", "unknown", true),
        ("a list", self::answer(200, json!([MARKER])), "Undecodable", "unknown", false),
        ("too large", text(200, &" ".repeat(1_000_000)), "TooLarge", "unknown", false),
        ("an id where none is expected", self::answer(500, json!({"other": {"id": ID}})), "Server", "unknown", true),
    ] {
        for operation in operations::ALL {
            let server = Server::start().await.unwrap();
            for _ in 0..3 {
                server.reply(reply.clone());
            }
            let Err(error) = call(operation.id, &fixed(server.url()), &id()).await else {
                panic!("{}, {name}", operation.name)
            };
            assert_eq!((variant(&error), carried_out(&error)), (expected, answer), "{}, {name}", operation.name);
            let may_be_new = operation.creates.is_some() && answer == "unknown";
            let created = if may_be_new { Created::Unknown } else { Created::No };
            assert_eq!(error.created(), created, "{}, {name}", operation.name);
            let requests = if again && operation.effect.is_repeatable() { 3 } else { 1 };
            assert_eq!(server.requests().len(), requests, "{}, {name}", operation.name);
            assert_private(&error);
        }
    }
}

#[tokio::test]
async fn a_delete_that_meets_its_own_effect_is_done() {
    let server = Server::start().await.unwrap();
    let id = insert(&server);
    let contacts = fixed(server.url());
    server.reply(Reply::ordinary().cut_before());
    let answer = contacts.delete(&id).answer().await.unwrap();
    assert_eq!((answer.status(), answer.attempts(), server.contacts().len()), (StatusCode::BAD_REQUEST, 2, 0));

    // Nobody has deleted it here: neither a refusal nor somebody else's request is ours.
    assert_eq!(variant(&contacts.delete(&id).await.unwrap_err()), "NotFound");
    server.reply(header(text(429, MARKER), "retry-after", "0"));
    assert_eq!(variant(&contacts.delete(&id).await.unwrap_err()), "NotFound");
    // Something else that is not there says nothing of the contact.
    let rubika = insert(&server);
    server.reply(text(503, MARKER));
    server.reply(self::answer(400, json!({"error": "Location with id MARKER not found"})));
    let error = contacts.delete(&rubika).await.unwrap_err();
    assert_eq!((variant(&error), carried_out(&error), server.contacts().len()), ("Server", "unknown", 1));
    // What only reads does not make it so.
    server.reply(Reply::ordinary().cut_before());
    assert_eq!(variant(&contacts.get(&id).await.unwrap_err()), "NotFound");
}

/// A refusal says nothing of an attempt before it.
#[tokio::test]
async fn what_was_unknown_stays_unknown() {
    let server = Server::start().await.unwrap();
    let id = insert(&server);
    server.reply(Reply::ordinary().cut_before());
    server.reply(text(403, MARKER));
    let error = fixed(server.url()).delete(&id).await.unwrap_err();
    assert_eq!((variant(&error), carried_out(&error)), ("BrokenOff", "unknown"));
    assert_eq!(
        error.to_string(),
        "the connection failed after the request may have left; it may have been carried out"
    );
    assert!(server.contacts().is_empty());
}

#[tokio::test]
async fn what_a_delete_answers() {
    for (reply, deleted) in [
        (answer(200, json!({"succeded": true, "succeeded": true})), true),
        (answer(200, json!({})), true),
        (answer(202, json!({"succeded": "yes", "traceId": MARKER})), true),
        (status(204), true),
        (text(200, "\u{feff}"), true),
        (answer(200, json!({"succeeded": false})), false),
        (answer(200, json!({"success": false, "succeded": true})), false),
    ] {
        let server = Server::start().await.unwrap();
        server.reply(reply);
        let result = fixed(server.url()).delete(&id()).await;
        assert_eq!(result.is_ok(), deleted);
        if let Err(error) = result {
            let said = "the server answered 200 OK, but its body says that it did not succeed";
            assert_eq!((error.to_string().as_str(), carried_out(&error)), (said, "unknown"));
        }
        assert_eq!(server.requests().len(), 1);
    }
}

/// What a change of tags comes to, and what is refused before it is sent.
#[tokio::test]
async fn what_becomes_of_tags() {
    let server = Server::start().await.unwrap();
    let (contacts, id) = (fixed(server.url()), insert(&server));
    let change = contacts.add_tags(&id, ["Newsletter", "newsletter", "vip"]).await.unwrap();
    assert_eq!((change.added, change.removed.len()), (vec!["newsletter".to_owned(), "vip".to_owned()], 0));
    let change = contacts.add_tags(&id, ["vip", "new"]).await.unwrap();
    assert_eq!((change.added, change.tags.len()), (vec!["new".to_owned()], 3));
    let change = contacts.remove_tags(&id, ["VIP", "absent"]).await.unwrap();
    assert_eq!(
        (change.removed, change.tags),
        (vec!["vip".to_owned()], vec!["newsletter".to_owned(), "new".to_owned()])
    );
    let sent = server.requests().len();
    for tags in [vec![], vec![""], vec!["vip", "  "]] {
        for error in [contacts.add_tags(&id, tags.clone()).await, contacts.remove_tags(&id, tags).await] {
            assert_eq!(variant(&error.unwrap_err()), "Invalid");
        }
    }
    assert!(NewNote::new(" \n").is_err());
    assert_eq!(server.requests().len(), sent);

    // The vendor's specification has nothing but the tags.
    server.reply(answer(201, json!({"tags": ["vip"]})));
    let change = contacts.add_tags(&id, ["vip"]).await.unwrap();
    assert_eq!((change.tags.len(), change.added.len()), (1, 0));
    server.reply(answer(201, json!({"tags": ["vip", 7], "tagsAdded": null})));
    let change = contacts.add_tags(&id, ["vip"]).answer().await.unwrap();
    assert_eq!((change.value.tags.len(), change.undecoded()), (1, ["tags[1]".to_owned()].as_slice()));
    server.reply(answer(201, json!({})));
    let error = contacts.add_tags(&id, ["vip"]).await.unwrap_err();
    assert_eq!((variant(&error), carried_out(&error)), ("Undecodable", "unknown"));
}

fn tagged() -> NewContact {
    let email = Email::new("MARKER@deos.com").unwrap();
    NewContact::builder().first_name(MARKER).email(email).tags(["Newsletter", "vip"]).build()
}

/// The paths of the requests so far.
fn paths(server: &Server, id: &ContactId) -> Vec<String> {
    let request = |request: &leadconnector_mock::Request| format!("{} {}", request.method, request.path);
    server.requests().iter().map(|one| request(one).replace(id.as_str(), "[id]")).collect()
}

/// The tags that somebody else gave a contact are not lost, unless that is asked for.
#[tokio::test]
async fn an_upsert_adds_its_tags() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    let first = contacts.upsert(tagged()).await.unwrap();
    let id = first.contact.id;
    assert_eq!((first.new, first.contact.tags), (Some(true), vec!["newsletter".to_owned(), "vip".to_owned()]));
    assert_eq!(paths(&server, &id), ["POST /contacts/upsert", "POST /contacts/[id]/tags"]);
    assert!(server.requests()[0].json().unwrap().get("tags").is_none());

    contacts.add_tags(&id, ["other"]).await.unwrap();
    let sent = server.requests().len();
    let again = contacts.upsert(tagged()).await.unwrap();
    assert_eq!((again.new, &again.contact.id, again.contact.tags.len()), (Some(false), &id, 3));
    // It has them already.
    assert_eq!(server.requests().len(), sent + 1);

    let replaced = contacts.upsert(Upsert::new(tagged()).replace_tags(true)).await.unwrap();
    assert_eq!((replaced.contact.tags.len(), server.requests().len()), (2, sent + 2));
    let none = contacts.upsert(Upsert::new(rosan()).replace_tags(true)).await.unwrap();
    assert_eq!((none.contact.tags.len(), server.requests().len()), (0, sent + 3));
    assert_eq!(server.requests().last().unwrap().json().unwrap()["tags"], json!([]));

    for replace in [false, true] {
        let blank = NewContact::builder().first_name("Rosan").tags(["vip", " "]).build();
        let error = contacts.upsert(Upsert::new(blank).replace_tags(replace)).await.unwrap_err();
        assert_eq!((variant(&error), error.to_string().as_str()), ("Invalid", "tags have one without text"));
    }
    assert_eq!(server.requests().len(), sent + 3);
}

/// The contact is there, and is not lost with its tags.
#[tokio::test]
async fn an_upsert_whose_tags_fail() {
    for (new, expected) in [(json!(true), "yes"), (json!(false), "no"), (json!(null), "unknown")] {
        let server = Server::start().await.unwrap();
        server.reply(answer(200, json!({"new": new, "contact": {"id": ID, "firstName": MARKER}})));
        server.reply(text(403, MARKER));
        let error = fixed(server.url()).upsert(tagged()).await.unwrap_err();
        assert_eq!((variant(&error), carried_out(&error)), ("TagsNotAdded", "yes"));
        let created = match error.created() {
            Created::No => "no",
            Created::Yes(id) if id.as_str() == ID => "yes",
            Created::Yes(id) => panic!("{id}"),
            Created::Unknown => "unknown",
        };
        assert_eq!(created, expected);
        assert_private(&error);
        assert_eq!(error.response().unwrap().status(), StatusCode::FORBIDDEN);
        let Error::TagsNotAdded(error) = error else { unreachable!() };
        assert_eq!((error.upserted.contact.first_name.as_deref(), error.tags.len()), (Some(MARKER), 2));
        assert_eq!((error.upserted.new, variant(&error.error)), (new.as_bool(), "Forbidden"));
    }
}

/// An upsert is sent again, save one that may create a second contact; and whether the contact is new is not claimed then.
#[tokio::test]
async fn an_upsert_whose_answer_is_lost() {
    let lost = || Reply::ordinary().cut_before();
    let limited = || header(text(429, MARKER), "retry-after", "0");
    for (reply, new) in [(lost(), None), (limited(), Some(true))] {
        let server = Server::start().await.unwrap();
        server.reply(reply);
        let upserted = fixed(server.url()).upsert(rosan()).await.unwrap();
        assert_eq!((upserted.new, server.contacts().len()), (new, 1));
    }

    let server = Server::builder().allow_duplicates(true).start().await.unwrap();
    let contacts = fixed(server.url());
    let second = || Upsert::new(rosan()).create_new_if_duplicate_allowed(true);
    for number in 1..=2 {
        assert_eq!(contacts.upsert(second()).await.unwrap().new, Some(true));
        assert_eq!(server.contacts().len(), number);
    }
    server.reply(lost());
    let error = contacts.upsert(second()).await.unwrap_err();
    assert_eq!((variant(&error), created(&error), server.requests().len()), ("BrokenOff", "unknown", 3));
    assert_eq!(contacts.upsert(rosan()).await.unwrap().new, Some(false));

    // What was read of the id before the answer broke off.
    server.reply(text(200, &format!(r#"{{"new":true,"contact":{{"id":"{ID}","city":"MARKER"#)));
    let error = contacts.upsert(second()).await.unwrap_err();
    assert_eq!((variant(&error), created(&error)), ("Undecodable", "yes"));
    let said = error.to_string();
    assert!(said.contains("the contact was created or updated, and its id is in the error"), "{said}");
}

/// What an upsert left alone is named.
#[tokio::test]
async fn what_an_upsert_does_not_take() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    let email = |name: &str| Email::new(format!("{name}@deos.com")).unwrap();
    let phone = |number: &str| crate::Phone::new(number).unwrap();
    let said = async |contact: NewContact| -> Vec<_> {
        let answer = contacts.upsert(contact).answer().await.unwrap();
        answer.not_taken().iter().map(NotTaken::to_string).collect()
    };
    let nothing: [&str; 0] = [];
    let of = |name: &str, number: &str| NewContact::builder().email(email(name)).phone(phone(number)).gender("male");
    assert_eq!(said(of("rosan", "+1 888-888-8888").build()).await, nothing);
    assert_eq!(said(NewContact::builder().phone(phone("+1 777-777-7777")).build()).await, nothing);
    assert_eq!(said(of("ROSAN", "+1 (888) 888-8888").build()).await, ["the gender"]);
    assert_eq!(said(of("rosan", "+1 777-777-7777").build()).await, ["the gender", "the phone"]);
    assert_eq!(said(NewContact::builder().email(email("rosan")).build()).await, nothing);

    let answered = async |contact: Value| {
        server.reply(answer(200, json!({"new": true, "contact": contact})));
        said(of("rosan", "+1 888-888-8888").build()).await
    };
    let both = ["the email", "the phone"];
    assert_eq!(answered(json!({"id": ID})).await, both);
    assert_eq!(answered(json!({"id": ID, "email": "other@deos.com", "phone": "+17777777777"})).await, both);
    // What could not be read may be what was sent.
    assert_eq!(answered(json!({"id": ID, "email": ["rosan@deos.com"], "phone": {}})).await, nothing);
    server.reply(answer(200, json!({"new": false, "contact": {"id": ID, "email": MARKER, "customFields": []}})));
    let sent = with_custom_fields();
    let said = said(sent).await;
    assert_eq!(said[..3], ["the custom field `text`", "the custom field `number`", "the custom field `choices`"]);
    assert_eq!(said[3..], ["the email"]);
}

/// What is not set stays, null clears, and an update of nothing is not sent.
#[tokio::test]
async fn what_an_update_changes() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    let rosan = NewContact::builder().first_name("Rosan").city("Dolomite").website("https://www.tesla.com").tag("vip");
    let id = contacts.create(rosan.build()).await.unwrap().id;

    let day = chrono::NaiveDate::from_ymd_opt(1990, 9, 25);
    let user = crate::UserId::new("y0BeYjuRIlDwsDcOHOJo").unwrap();
    let update = ContactUpdate::builder().last_name("Deo").city(None::<&str>).website(crate::Null).date_of_birth(day);
    let company = UpdatePropertyName::new("companyName").unwrap();
    let update = update.assigned_to(user.clone()).source("api").property(company, "DGS VolMAX");
    let changed = contacts.update(&id, update.build()).await.unwrap();
    assert_eq!((changed.first_name.as_deref(), changed.last_name.as_deref()), (Some("Rosan"), Some("Deo")));
    assert_eq!((changed.city.as_deref(), changed.website.as_deref()), (Some("Dolomite"), None));
    assert_eq!((changed.date_of_birth, changed.assigned_to, changed.tags.len()), (day, Some(user), 1));
    assert_eq!((changed.company_name.as_deref(), changed.source.as_deref()), (Some("DGS VolMAX"), Some("api")));

    let update = ContactUpdate::builder().assigned_to(crate::Null).source(crate::Null).date_of_birth(crate::Null);
    let cleared = contacts.update(&id, update.replace_tags(Vec::<String>::new()).build()).await.unwrap();
    assert_eq!((cleared.assigned_to, cleared.source, cleared.date_of_birth), (None, None, None));
    assert!(cleared.tags.is_empty());
    assert_eq!(contacts.get(&id).await.unwrap().first_name.as_deref(), Some("Rosan"));

    let sent = server.requests().len();
    for (update, said) in [
        (ContactUpdate::builder(), "update changes nothing: set at least one member"),
        (ContactUpdate::builder().city(None::<&str>), "update changes nothing: set at least one member"),
        (ContactUpdate::builder().replace_tags(["vip", ""]), "tags have one without text"),
    ] {
        let error = contacts.update(&id, update.build()).await.unwrap_err();
        assert_eq!((variant(&error), error.to_string().as_str()), ("Invalid", said));
    }
    assert_eq!(server.requests().len(), sent);

    let field = CustomField::new(CustomFieldId::new("absent").unwrap(), MARKER);
    server.reply(answer(200, json!({"succeded": true, "contact": {"id": ID, "customFields": []}})));
    let update = ContactUpdate::builder().custom_field(field).build();
    assert_eq!(not_taken(&contacts.update(&id, update.clone()).answer().await.unwrap()), ["absent"]);
    server.reply(answer(200, json!({"succeeded": false, "contact": {"id": ID}})));
    let error = contacts.update(&id, update).await.unwrap_err();
    assert_eq!((variant(&error), carried_out(&error)), ("Undecodable", "unknown"));
    // Another contact has the email.
    let other = contacts.create(self::rosan()).await.unwrap().id;
    let update = ContactUpdate::builder().email(Email::new("marker@deos.com").unwrap()).build();
    let Err(Error::Duplicate(found)) = contacts.update(&id, update).await else { panic!("not refused") };
    assert_eq!(found.contact_id, other);
}

/// A workflow may send a message again: who may be enrolled is not enrolled once more.
#[tokio::test]
async fn what_becomes_of_a_workflow() {
    let server = Server::start().await.unwrap();
    let (contacts, id) = (fixed(server.url()), insert(&server));
    server.reply(Reply::ordinary().cut_before());
    let error = contacts.add_to_workflow(&id, &workflow()).await.unwrap_err();
    assert_eq!((carried_out(&error), error.created()), ("unknown", Created::No));
    assert_eq!(server.workflows(id.as_str()), [workflow().as_str()]);
    server.reply(Reply::ordinary().cut_before());
    contacts.remove_from_workflow(&id, &workflow()).await.unwrap();
    assert!(server.workflows(id.as_str()).is_empty());
    server.reply(answer(200, json!({"succeded": false})));
    let error = contacts.add_to_workflow(&id, &workflow()).await.unwrap_err();
    assert_eq!(error.to_string(), "the server answered 200 OK, but its body says that it did not succeed");
    server.reply(status(204));
    contacts.add_to_workflow(&id, &workflow()).await.unwrap();
    assert!(WorkflowId::new("../..").is_err());
}

/// A note is not added twice, and its id is not lost.
#[tokio::test]
async fn what_becomes_of_a_note() {
    let server = Server::start().await.unwrap();
    let (contacts, id) = (fixed(server.url()), insert(&server));
    let new = || NewNote::new("Called back.").unwrap().title("Follow-up").pinned(true);
    let note = contacts.create_note(&id, new()).await.unwrap();
    assert_eq!(
        (note.body.as_deref(), note.title.as_deref(), note.pinned),
        (Some("Called back."), Some("Follow-up"), Some(true))
    );
    assert_eq!(contacts.notes(&id).await.unwrap(), [note]);

    server.reply(text(201, &format!(r#"{{"note":{{"id":"{ID}","body":"MARK"#)));
    let error = contacts.create_note(&id, new()).await.unwrap_err();
    assert!(matches!(error.created(), Created::Yes(CreatedId::Note(id)) if id.as_str() == ID));
    assert_private(&error);
    server.reply(Reply::ordinary().cut_before());
    let error = contacts.create_note(&id, new()).await.unwrap_err();
    assert_eq!((error.created(), server.carried_out("create_note")), (Created::Unknown, 2));
    server.reply(answer(422, json!({"message": ["color must be a string"]})));
    let said = contacts.create_note(&id, new()).await.unwrap_err().to_string();
    assert_eq!(said, "the server does not accept the note (422): color; its messages are in the error");
}

/// An id of the server's may be anything; it does not lead to another path.
#[tokio::test]
async fn an_id_that_would_change_the_path() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    for odd in ["", ".", "..", "a/b", "a?b", "search", "upsert", "a b", "…"] {
        let id = ContactId::received(odd.to_owned());
        let errors = [
            contacts.get(&id).await.unwrap_err(),
            contacts.update(&id, ContactUpdate::builder().city("x").build()).await.unwrap_err(),
            contacts.delete(&id).await.unwrap_err(),
            contacts.notes(&id).await.unwrap_err(),
            contacts.create_note(&id, NewNote::new("x").unwrap()).await.unwrap_err(),
            contacts.add_to_workflow(&id, &workflow()).await.unwrap_err(),
            contacts.remove_from_workflow(&id, &workflow()).await.unwrap_err(),
            contacts.add_tags(&id, ["x"]).await.unwrap_err(),
            contacts.remove_tags(&id, ["x"]).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!((variant(&error), carried_out(&error)), ("Invalid", "no"), "{odd:?}");
        }
        assert!(ContactId::new(odd).is_err(), "{odd:?}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn an_untidy_list() {
    let server = Server::start().await.unwrap();
    let untidy = json!({"traceId": "t", "notes": [
        {"id": "a", "body": "first", "relations": [], "userId": null, "dateAdded": "2021-07-08T12:02:11.285Z"},
        "no note",
        {"body": "no id"},
        {"id": 4, "body": ["x"], "title": "fourth", "pinned": true},
    ]});
    server.reply(answer(200, untidy.clone()));
    let answer = fixed(server.url()).notes(&id()).answer().await.unwrap();
    let ids: Vec<_> = answer.value.iter().map(|note| note.id.as_str()).collect();
    assert_eq!(ids, ["a", "4"]);
    assert_eq!((answer.value[1].body.as_deref(), answer.value[1].title.as_deref()), (None, Some("fourth")));
    assert_eq!(answer.undecoded(), ["notes[1]", "notes[2]", "notes[3].body"]);
    assert_eq!(answer.json_at("notes[2]"), Some(json!({"body": "no id"})));
    assert_eq!(answer.item_json(1), Some(untidy["notes"][3].clone()));
    assert_eq!((answer.item_json(0).unwrap()["relations"].clone(), answer.item_json(2)), (json!([]), None));

    // Decoded as a whole, an item without an id is left out and named all the same.
    server.reply(self::answer(200, json!({"notes": [{"body": "no id"}, {"id": ""}, {"id": "c"}]})));
    let answer = fixed(server.url()).notes(&id()).answer().await.unwrap();
    assert_eq!(
        (answer.value.len(), answer.undecoded()),
        (1, ["notes[0]".to_owned(), "notes[1]".to_owned()].as_slice())
    );
    assert_eq!(answer.item_json(0), Some(json!({"id": "c"})));

    // A list in an object's place is no object, whatever stands in it.
    server.reply(self::answer(
        200,
        json!({"notes": [["b", "bt", "#fff", "c", null, "HG", true, "t", "u"], {"id": "d"}]}),
    ));
    let answer = fixed(server.url()).notes(&id()).answer().await.unwrap();
    assert_eq!((answer.value.len(), answer.undecoded()), (1, ["notes[0]".to_owned()].as_slice()));
}

#[tokio::test]
async fn a_list_in_the_place_of_an_object() {
    let by_place: Vec<_> = (0..40).map(|place| json!(place.to_string())).collect();
    let untidy = json!({"contact": {"id": ID, "customFields": [["id", "value"], {"id": "f"}], "dndSettings": [null]}});
    let (answer, _) = success([self::answer(201, untidy)]).await;
    let mut undecoded = answer.undecoded().to_vec();
    undecoded.sort();
    assert_eq!(undecoded, ["contact.customFields[0]", "contact.dndSettings"]);
    assert_eq!(answer.value.custom_fields.len(), 1);

    let server = Server::start().await.unwrap();
    server.reply(self::answer(201, json!({"contact": by_place})));
    let error = fixed(server.url()).create(rosan()).await.unwrap_err();
    assert_eq!((variant(&error), created(&error)), ("Undecodable", "unknown"));
}

#[tokio::test]
async fn a_list_that_is_not_all_there() {
    let ids = |error: &Error| error.items::<Note>().into_iter().map(|note| note.id.to_string()).collect::<Vec<_>>();
    for nothing in [json!({}), json!({"notes": null}), json!({"notes": {"0": {"id": "a"}}}), json!({"notes": 7})] {
        let server = Server::start().await.unwrap();
        server.reply(answer(200, nothing));
        let error = fixed(server.url()).notes(&id()).await.unwrap_err();
        assert_eq!(error.to_string(), "the server answered 200 OK, but its body does not have the list");
        let Error::Undecodable(undecodable) = &error else { panic!("{error}") };
        assert_eq!((undecodable.reason, ids(&error).len()), (UndecodableReason::NoList, 0));
    }
    for item in ["{}", "1"] {
        let server = Server::start().await.unwrap();
        server.reply(text(200, &format!(r#"{{"notes": [{}{{"id": "a"}}]}}"#, format!("{item},").repeat(1_001))));
        let error = fixed(server.url()).notes(&id()).await.unwrap_err();
        let Error::Undecodable(undecodable) = &error else { panic!("{error}") };
        assert_eq!((undecodable.reason, ids(&error)), (UndecodableReason::BadItems, vec!["a".to_owned()]));
        assert_eq!(
            error.to_string(),
            "the server answered 200 OK, but its body has a list of which too many items cannot be read; \
             the items that arrived whole are in the error, and are not all"
        );
    }
    let body = r#"{"notes": [{"id": "a", "body": 7}, ["b", "bt", null, null, null, "by place", null, null, null], {"body": "no id"}, {"id": "b"}, {"id": "c", "bo"#;
    let whole = format!("{body}dy\": \"c\"}}]}}");
    for reply in [text(200, body), text(200, &whole).cut_after(body.len())] {
        let server = Server::start().await.unwrap();
        for _ in 0..3 {
            server.reply(reply.clone());
        }
        let error = fixed(server.url()).notes(&id()).await.unwrap_err();
        assert_eq!((ids(&error), carried_out(&error)), (vec!["a".to_owned(), "b".to_owned()], "unknown"));
        assert_private(&error);
    }
    let server = Server::start().await.unwrap();
    server.reply(text(200, &whole).cut_after(body.len()));
    let client = Client::builder("token").base_url(server.url()).retry(NoRetry).build().unwrap();
    let error = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap()).notes(&id()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the connection failed after the request may have left; the items that arrived whole are in the error, and are not all"
    );
}

/// A call is a value: it can be made before it is needed, spawned, joined and selected, and does nothing until then.
#[tokio::test]
async fn a_call_is_a_value() {
    fn is_a_value<T: Send + Unpin + 'static>(value: T) -> T {
        value
    }
    let server = Server::start().await.unwrap();
    let call = {
        let contacts = fixed(server.url());
        is_a_value(contacts.create(rosan()))
    };
    drop(fixed(server.url()).create(rosan()));
    tokio::task::yield_now().await;
    assert!(server.requests().is_empty(), "a call that nobody awaits does something");

    let contact = tokio::spawn(call).await.unwrap().unwrap();
    let moved: ContactId = contact.id;
    let contacts = fixed(server.url());
    let (got, notes) = tokio::join!(contacts.get(&moved), contacts.notes(&moved));
    assert_eq!((got.unwrap().id, notes.unwrap()), (moved.clone(), vec![]));
    tokio::select! {
        deleted = contacts.delete(&moved) => deleted.unwrap(),
        () = tokio::time::sleep(Duration::from_secs(60)) => panic!("not selected"),
    }
    assert_eq!(server.carried_out("create_contact"), 1);
    // What holds a call stays small.
    assert!(size_of_val(&contacts.get(&moved)) <= 4 * size_of::<usize>());
}

/// Where an operation creates something else than a contact, the id is of that kind.
#[test]
fn the_id_of_a_note() {
    let creates_a_note = |id| CreatedId::received(&["note", "id"], id);
    assert!(matches!(creates_a_note("n".to_owned()), Some(CreatedId::Note(_))));
    // Each operation of the fragment that creates something has a kind of id.
    for operation in operations::ALL.iter().filter(|operation| operation.creates.is_some()) {
        assert!(CreatedId::received(operation.creates.unwrap(), "id".to_owned()).is_some(), "{}", operation.name);
    }
}

/// How many cases the ordinary run tries; `PROPTEST_CASES=1000000 cargo test -p leadconnector` tries more.
fn fuzzing() -> ProptestConfig {
    let ordinary = std::env::var_os("PROPTEST_CASES").is_none().then_some(1_000);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    ProptestConfig { cases: ordinary.unwrap_or(config.cases), ..config }
}

proptest! {
    #![proptest_config(fuzzing())]

    /// Whatever happens behind the id of a contact, under any status: it is a success with this id, or an error that has it.
    #[test]
    fn an_id_is_not_lost_by_what_comes_behind_it(
        code in prop_oneof![3 => Just(201_u16), 1 => 200_u16..600],
        behind in proptest::collection::vec(any::<u8>(), 0..60),
        json_behind in "[\\[\\]{}\\\\\",:a-z0-9 ]{0,40}",
        arrival in 0..2,
        binary in any::<bool>(),
    ) {
        let mut body = format!(r#"{{"contact":{{"id":"{ID}","tags":"#).into_bytes();
        body.extend(if binary { behind } else { json_behind.into_bytes() });
        let arrival = if arrival == 0 { Arrival::Whole } else { Arrival::TooLarge };
        let (status, called) = (StatusCode::from_u16(code).unwrap(), Called::Operation(&CREATE_CONTACT));
        let response = Response::received(status, http::HeaderMap::new(), body.into(), called.clone());
        let result = outcome::<CreateContactResponse>(&called, Ok((response, arrival)), false);
        match &result {
            Ok(answer) => prop_assert_eq!(answer.value.id.as_str(), ID),
            Err(error) => {
                prop_assert_eq!(created(error), "yes");
                assert_private(error);
            }
        }
    }
}

/// A contact with custom fields of each kind, of which those whose id ends in a zero have nothing in them.
fn with_custom_fields() -> NewContact {
    let fields: [(&str, CustomFieldValue); 8] = [
        ("text", MARKER.into()),
        ("text0", " ".into()),
        ("number", 0.into()),
        ("choices", [MARKER].into()),
        ("choices0", Vec::<String>::new().into()),
        ("blank0", [""].into()),
        ("files0", CustomFieldValue::Files([].into())),
        ("text", "again".into()),
    ];
    let fields = fields.map(|(id, value)| CustomField::new(CustomFieldId::new(id).unwrap(), value));
    NewContact::builder().email(Email::new("MARKER@deos.com").unwrap()).custom_fields(fields).build()
}

fn not_taken(answer: &Answer<Contact>) -> Vec<&str> {
    let ids = answer.not_taken().iter().map(|not_taken| match not_taken {
        NotTaken::CustomField(id) => id.as_str(),
        other => panic!("{other}"),
    });
    ids.collect()
}

#[tokio::test]
async fn custom_fields_that_were_not_taken() {
    let nothing: [&str; 0] = [];
    let all = ["text", "number", "choices"].as_slice();
    for (contact, expected) in [
        (json!({"customFields": []}), all),
        (json!({}), all),
        (json!({"customFields": null, "city": 7}), all),
        (json!({"customFields": [{"id": "number", "value": 0}, {"id": "other", "value": 1}]}), &["text", "choices"]),
        (json!({"customFields": [{"id": "text"}, {"id": "number"}, {"id": "choices"}]}), &nothing),
        // What cannot be read may be what was sent.
        (json!({"customFields": MARKER}), &nothing),
        (json!({"customFields": ["text"]}), &nothing),
        (json!({"customFields": [{"id": 7, "value": 1}]}), &nothing),
        (json!({"customFields": [{"key": "text", "value": 1}]}), &nothing),
    ] {
        let body = json!({"contact": contact});
        let mut stored = body.clone();
        stored["contact"]["id"] = json!(ID);
        let server = Server::start().await.unwrap();
        server.reply(self::answer(201, stored));
        let answer = fixed(server.url()).create(with_custom_fields()).answer().await.unwrap();
        assert_eq!(not_taken(&answer), expected, "{body}");
    }
}

#[tokio::test]
async fn what_was_taken_or_not_sent_is_not_named() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    let taken = contacts.create(with_custom_fields()).answer().await.unwrap();
    assert_eq!((not_taken(&taken).len(), taken.value.custom_fields.len()), (0, 7));

    let server = Server::start().await.unwrap();
    server.reply(self::answer(201, json!({"contact": {"id": ID, "customFields": []}})));
    assert!(fixed(server.url()).create(rosan()).answer().await.unwrap().not_taken().is_empty());
}

#[tokio::test]
async fn what_was_not_taken_of_a_list_and_by_a_look_up() {
    let created = || self::answer(201, json!({"contact": {"id": ID, "customFields": [{"id": "text"}]}}));
    let server = Server::start().await.unwrap();
    server.reply(created());
    let list = futures_util::stream::iter([((), with_custom_fields())]);
    let mut answers = fixed(server.url()).create_all(list).answers();
    let (_, answer) = futures_util::StreamExt::next(&mut answers).await.unwrap();
    assert_eq!(not_taken(&answer.unwrap()), ["number", "choices"]);

    let server = Server::start().await.unwrap();
    server.reply(text(500, HTML));
    server.reply(found(Some("MARKER@deos.com"), -60));
    let answer = reconciling(server.url(), quickly()).create(with_custom_fields()).answer().await.unwrap();
    assert_eq!(not_taken(&answer), ["text", "number", "choices"]);
    let said: Vec<_> = answer.not_taken().iter().map(NotTaken::to_string).collect();
    assert_eq!(said.join(", "), "the custom field `text`, the custom field `number`, the custom field `choices`");
}
