//! What the mock answers, to a client that is not ours.

mod custom_fields;
mod oauth;
mod search;

use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use http::{Method, StatusCode};
use leadconnector_mock::{Allowance, Enforcement, InvalidNote, Reply, Server};
use proptest::prelude::*;
use serde_json::{Value, json};

const LOCATION: &str = "ve9EPM428h8vShlRW1KT";

const MINUTE: Duration = Duration::from_secs(60);

const DAY: u64 = 24 * 60 * 60 * 1_000;

/// A client that finds loopback also where a proxy is set, and reads no certificates, which would take most of the time.
fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

fn post(server: &Server) -> reqwest::RequestBuilder {
    post_as("application/json", server)
}

fn post_as(content_type: &str, server: &Server) -> reqwest::RequestBuilder {
    client()
        .post(format!("{}/contacts/", server.url()))
        .header("authorization", "Bearer any-token")
        .header("version", "2021-04-15")
        .header("content-type", content_type)
}

/// A request with a body for any operation.
fn request(server: &Server, method: Method, path: &str, body: &Value) -> reqwest::RequestBuilder {
    client()
        .request(method, format!("{}{path}", server.url()))
        .header("authorization", "Bearer any-token")
        .header("version", "2021-07-28")
        .header("content-type", "application/json")
        .body(body.to_string())
}

/// Status, rate limit and body of the answer, with the dates replaced.
async fn answer(request: reqwest::RequestBuilder) -> String {
    let response = request.send().await.unwrap();
    let mut text = format!("{}\n", response.status());
    for (name, value) in response.headers() {
        let value = value.to_str().unwrap();
        if name == "x-ratelimit-daily-reset" {
            // Of the milliseconds of a day, some have passed since the first request.
            let left: u64 = value.parse().unwrap();
            assert!((DAY - 600_000..=DAY).contains(&left), "{left}");
            text += &format!("{name}: [nearly a day]\n");
        } else if name.as_str().starts_with("x-ratelimit") {
            text += &format!("{name}: {value}\n");
        }
    }
    let body = response.bytes().await.unwrap();
    let Ok(mut body) = serde_json::from_slice::<Value>(&body) else {
        return text + &String::from_utf8_lossy(&body);
    };
    body.get_mut("contact").into_iter().for_each(replace_dates);
    body.get_mut("note").into_iter().for_each(replace_dates);
    body.get_mut("notes").and_then(Value::as_array_mut).into_iter().flatten().for_each(replace_dates);
    text + &format!("{body:#}")
}

fn replace_dates(dated: &mut Value) {
    for name in ["dateAdded", "dateUpdated"] {
        if let Some(date) = dated.get_mut(name) {
            chrono::DateTime::parse_from_rfc3339(date.as_str().unwrap()).unwrap();
            *date = "[now]".into();
        }
    }
}

/// The answers to requests with a method and a path, one after the other at one server.
async fn answers<const N: usize>(server: &Server, requests: [(Method, &str); N]) -> String {
    let mut text = String::new();
    for (method, path) in requests {
        let request = client()
            .request(method.clone(), format!("{}{path}", server.url()))
            .header("authorization", "Bearer any-token")
            .header("version", "2021-04-15");
        text += &format!("## {method} {path}\n{}\n\n", answer(request).await);
    }
    text
}

fn id_of(contact: &Value) -> &str {
    contact["id"].as_str().unwrap()
}

fn path_of(contact: &Value) -> String {
    format!("/contacts/{}", id_of(contact))
}

async fn answer_to(server: &Server, body: Value) -> String {
    answer(post(server).body(body.to_string())).await
}

/// The answers to these bodies, one after the other at one server.
async fn answers_to<const N: usize>(server: &Server, bodies: [Value; N]) -> String {
    let mut text = String::new();
    for body in bodies {
        let answer = answer_to(server, body.clone()).await;
        text += &format!("## {body}\n{answer}\n\n");
    }
    text
}

#[tokio::test]
async fn created() {
    let server = Server::start().await.unwrap();
    let full = json!({
        "locationId": LOCATION, "firstName": "Rosan", "lastName": "Deo", "name": "Rosan Deo", "email": "Rosan@Deos.com",
        "phone": "+1 888-888-8888", "gender": "male", "city": null, "tags": ["VIP", "a", "vip"], "dnd": true, "country": "DE",
        "dndSettings": {"SMS": {"status": "permanent"}}, "assignedTo": "y0BeYjuRIlDwsDcOHOJo",
        "customFields": [{"id": "6dvNaf7VhkQ9snc5vnjJ", "key": "my_custom_field", "field_value": 42}],
    });
    let smallest = json!({"locationId": LOCATION, "lastName": "Deo"});
    let named = json!({"locationId": LOCATION, "name": "Rubika Deo", "email": "rubika@deos.com"});
    insta::assert_snapshot!(answers_to(&server, [smallest, full, named]).await);
    assert_eq!(server.contacts().len(), 3);
}

#[tokio::test]
async fn neither_a_name_nor_a_key() {
    let server = Server::start().await.unwrap();
    let bodies = [
        json!({"locationId": LOCATION}),
        json!({"locationId": LOCATION, "name": "Rosan Deo"}),
        json!({"locationId": LOCATION, "tags": ["newsletter"]}),
        json!({"locationId": LOCATION, "email": null, "phone": "", "firstName": "", "lastName": null}),
    ];
    for body in &bodies {
        let error = server.insert(body).unwrap_err();
        assert_eq!(error.messages(), ["Contacts without email, phone, firstName and lastName are not allowed."]);
    }
    insta::assert_snapshot!(answers_to(&server, bodies).await);
    assert_eq!((server.contacts().len(), server.carried_out("create_contact")), (0, 0));

    for (number, name) in ["email", "phone", "firstName", "lastName"].into_iter().enumerate() {
        let value = if name == "email" { "rosan@deos.com" } else { "+1 888-888-8888" };
        assert!(answer_to(&server, json!({"locationId": LOCATION, name: value})).await.starts_with("201"), "{name}");
        assert_eq!(server.contacts().len(), number + 1);
    }
}

#[tokio::test]
async fn unauthorized() {
    let server = Server::start().await.unwrap();
    let request = || client().post(format!("{}/contacts/", server.url())).body("{}");
    let answers = [
        answer(request()).await,
        answer(request().header("authorization", "Basic dXNlcg==").header("version", "2021-04-15")).await,
        answer(request().header("authorization", "Bearer ").header("version", "2021-04-15")).await,
        answer(request().header("authorization", "Bearer any-token")).await,
    ];
    insta::assert_snapshot!(answers.join("\n\n"));
}

#[tokio::test]
async fn other_paths() {
    let server = Server::start().await.unwrap();
    let client = client();
    let mut text = String::new();
    for request in
        [client.post(format!("{}/contacts", server.url())), client.get(format!("{}/contacts/?x=y", server.url()))]
    {
        text += &answer(request.header("authorization", "Bearer any-token").header("version", "v3")).await;
        text += "\n\n";
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn bodies_that_are_not_json() {
    let server = Server::start().await.unwrap();
    let answers = [
        answer(post(&server).body("no JSON")).await,
        answer(post(&server).body(r#"{"locationId": "ve9E"#)).await,
        answer(post(&server)).await,
        answer(post(&server).body([0xff_u8, 0x00].to_vec())).await,
        answer(post_as("text/plain", &server).body("{}")).await,
        answer_to(&server, json!([])).await,
        answer_to(&server, json!(null)).await,
    ];
    insta::assert_snapshot!(answers.join("\n\n"));
}

#[tokio::test]
async fn invalid() {
    let server = Server::start().await.unwrap();
    let bodies = [
        json!({}),
        json!({"locationId": 1}),
        json!({"locationId": ""}),
        json!({
            "locationId": LOCATION, "firstName": 1, "gender": null, "dnd": "yes", "tags": "newsletter", "dndSettings": [],
            "customFields": {}
        }),
        json!({"locationId": LOCATION, "tags": ["newsletter", 2026]}),
        json!({"locationId": LOCATION, "dndSettings": {"SMS": {"status": "snoozed"}, "Call": {}, "RCS": {}}}),
        json!({"locationId": LOCATION, "inboundDndSettings": {"all": {"status": "permanent"}}}),
        json!({"locationId": LOCATION, "customFields": [{"key": "my_custom_field"}, "text"]}),
        json!({"locationId": LOCATION, "email": "rosan"}),
        json!({"locationId": LOCATION, "email": "Rosan Deo <rosan@deos.com>"}),
        json!({"locationId": LOCATION, "additionalEmails": [], "dateOfBirth": "1990-09-25"}),
    ];
    insta::assert_snapshot!(answers_to(&server, bodies).await);
    assert!(server.contacts().is_empty());
}

#[tokio::test]
async fn duplicates() {
    let server = Server::start().await.unwrap();
    let known =
        json!({"locationId": LOCATION, "name": "Rosan Deo", "email": "rosan@deos.com", "phone": "+1 888-888-8888"});
    server.insert(&known).unwrap();
    let bodies = [
        json!({"locationId": LOCATION, "email": "ROSAN@deos.com"}),
        json!({"locationId": LOCATION, "phone": "+18888888888"}),
        json!({"locationId": LOCATION, "email": "rubika@deos.com", "phone": "+1 (888) 888-8888"}),
        known,
        json!({"locationId": "another", "email": "rosan@deos.com"}),
    ];
    insta::assert_snapshot!(answers_to(&server, bodies).await);
    assert_eq!(server.contacts().len(), 2);
}

#[tokio::test]
async fn duplicates_that_the_location_allows() {
    let server = Server::builder().allow_duplicates(true).start().await.unwrap();
    let body = json!({"locationId": LOCATION, "email": "rosan@deos.com"});
    for _ in 0..2 {
        assert!(answer_to(&server, body.clone()).await.starts_with("201"));
    }
    assert_eq!(server.contacts().len(), 2);
}

#[tokio::test]
async fn contacts_without_email_and_phone_are_no_duplicates() {
    let server = Server::start().await.unwrap();
    let body = json!({"locationId": LOCATION, "firstName": "Rosan"});
    for body in [body, json!({"locationId": LOCATION, "email": null, "phone": null, "lastName": "Deo"})] {
        assert!(answer_to(&server, body.clone()).await.starts_with("201"));
        assert!(answer_to(&server, body).await.starts_with("201"));
    }
}

#[tokio::test]
async fn a_property_that_is_let_through_is_stored() {
    let server = Server::builder().accepting(["dateOfBirth"]).start().await.unwrap();
    let body = json!({"locationId": LOCATION, "firstName": "Rosan", "dateOfBirth": "1990-09-25"});
    assert!(answer_to(&server, body).await.starts_with("201"));
    assert_eq!(server.contacts()[0]["dateOfBirth"], "1990-09-25");
}

#[tokio::test]
async fn a_contact_that_is_there() {
    let server = Server::start().await.unwrap();
    let body = json!({"locationId": LOCATION, "name": "Rosan Deo", "email": "rosan@deos.com"});
    server.insert(&json!({"locationId": "another", "firstName": "Rubika"})).unwrap();
    let known = server.insert(&body).unwrap();
    insta::assert_snapshot!(answers(&server, [(Method::GET, &path_of(&known))]).await);
    assert_eq!(server.contacts().len(), 2);
}

#[tokio::test]
async fn deleted_twice() {
    let server = Server::start().await.unwrap();
    let body = json!({"locationId": LOCATION, "email": "rosan@deos.com"});
    let others = ["A", "B"].map(|name| json!({"locationId": LOCATION, "firstName": name}));
    let first = server.insert(&others[0]).unwrap();
    let known = server.insert(&body).unwrap();
    let last = server.insert(&others[1]).unwrap();
    server.insert_note(id_of(&known), &json!({"body": "lorem ipsum"})).unwrap();

    let path = path_of(&known);
    let requests = [
        (Method::DELETE, path.as_str()),
        (Method::DELETE, &path),
        (Method::GET, &path),
        (Method::GET, &format!("{path}/notes")),
        (Method::GET, &format!("/contacts/search/duplicate?locationId={LOCATION}&email=rosan%40deos.com")),
    ];
    insta::assert_snapshot!(answers(&server, requests).await);
    assert_eq!(server.contacts(), [first, last]);
    // It is no duplicate any more.
    assert!(answer_to(&server, body).await.starts_with("201"));
}

#[tokio::test]
async fn notes() {
    let server = Server::start().await.unwrap();
    let known = server.insert(&json!({"locationId": LOCATION, "firstName": "Rosan"})).unwrap();
    let path = format!("{}/notes", path_of(&known));
    let none = answers(&server, [(Method::GET, &path)]).await;

    let full = json!({
        "body": "<p>lorem ipsum</p>", "userId": "GCs5KuzPqTls7vWclkEV", "title": "Follow-up summary", "color": "#FFAA00",
        "pinned": true,
    });
    let smallest = server.insert_note(id_of(&known), &json!({"body": "lorem ipsum"})).unwrap();
    server.insert_note(id_of(&known), &full).unwrap();
    assert_eq!((&smallest["body"], &smallest["contactId"]), (&json!("lorem ipsum"), &known["id"]));
    insta::assert_snapshot!(none + &answers(&server, [(Method::GET, &path)]).await);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn insert_note_refuses_what_the_server_would_refuse() {
    let server = Server::start().await.unwrap();
    let known = server.insert(&json!({"locationId": LOCATION, "firstName": "Rosan"})).unwrap();
    let refused = [
        json!({}),
        json!("lorem ipsum"),
        json!({"body": 1}),
        json!({"body": null}),
        json!({"body": "", "pinned": "yes", "userId": null, "title": 1, "color": []}),
        json!({"body": "", "contactId": "a"}),
    ];
    let errors = refused.map(|note| format!("{note}: {}\n", server.insert_note(id_of(&known), &note).unwrap_err()));
    insta::assert_snapshot!(errors.concat());
    let unknown = server.insert_note("a", &json!({"body": "lorem ipsum"})).unwrap_err();
    assert_eq!(unknown, InvalidNote::UnknownContact("a".into()));
    assert_eq!(unknown.to_string(), "Contact with id a not found");
    assert!(answers(&server, [(Method::GET, &format!("{}/notes", path_of(&known)))]).await.contains("\"notes\": []"));
}

#[tokio::test]
async fn paths_with_an_id_that_no_contact_has() {
    let server = Server::start().await.unwrap();
    let requests = [
        (Method::GET, "/contacts/ocQHyuzHvysMo5N5VsXc"),
        (Method::DELETE, "/contacts/ocQHyuzHvysMo5N5VsXc?locationId=ve9EPM428h8vShlRW1KT"),
        (Method::GET, "/contacts/ocQHyuzHvysMo5N5VsXc/notes"),
        (Method::GET, "/contacts/a%2Fb"),
        (Method::GET, "/contacts/a+b%20%22%C3%A9%0A%3F"),
        (Method::GET, "/contacts/%"),
        (Method::GET, "/contacts/%FF"),
        (Method::GET, "/contacts/search"),
        (Method::GET, "/contacts/search/notes"),
    ];
    insta::assert_snapshot!(answers(&server, requests).await);
}

#[tokio::test]
async fn paths_around_an_id() {
    let server = Server::start().await.unwrap();
    let requests = [
        (Method::GET, "/contacts/"),
        (Method::DELETE, "/contacts/"),
        (Method::GET, "/contacts//notes"),
        (Method::GET, "/contacts/a/"),
        (Method::GET, "/contacts/a/b"),
        (Method::GET, "/contacts/a/notes/"),
        (Method::PATCH, "/contacts/a"),
        (Method::DELETE, "/contacts/a/notes"),
        (Method::DELETE, "/contacts/search/duplicate"),
    ];
    let text = answers(&server, requests).await;
    let lines: Vec<_> = text
        .lines()
        .filter(|line| ["## ", "404 ", "  \"message"].iter().any(|start| line.starts_with(start)))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn a_request_with_an_id_is_one_of_the_location_of_the_contact() {
    let server = Server::builder().enforce(Enforcement::SlidingWindow).rate_limit(3, MINUTE).start().await.unwrap();
    let known = server.insert(&json!({"locationId": LOCATION, "firstName": "Rosan"})).unwrap();
    let path = path_of(&known);
    let left = async |method, path: &str| {
        let text = answers(&server, [(method, path)]).await;
        let left = text.lines().find_map(|line| line.strip_prefix("x-ratelimit-remaining: ")).unwrap().to_owned();
        (text.lines().nth(1).unwrap()[..3].to_owned(), left)
    };
    assert_eq!(left(Method::GET, &path).await, ("200".into(), "2".into()));
    // Whatever location the query names.
    assert_eq!(left(Method::GET, &format!("{path}/notes?locationId=another")).await, ("200".into(), "1".into()));
    assert_eq!(left(Method::DELETE, &path).await, ("200".into(), "0".into()));
    // It is a contact of no location now.
    assert_eq!(left(Method::GET, &path).await, ("400".into(), "3".into()));
    let duplicate = format!("/contacts/search/duplicate?locationId={LOCATION}&email=a");
    assert_eq!(left(Method::GET, &duplicate).await, ("429".into(), "0".into()));
}

#[tokio::test]
async fn what_the_server_carried_out_is_counted() {
    let server = Server::start().await.unwrap();
    let known = server.insert(&json!({"locationId": LOCATION, "email": "rosan@deos.com"})).unwrap();
    let path = path_of(&known);
    let counts = || {
        ["create_contact", "delete_contact", "get_contact", "get_duplicate_contact", "get_all_notes", "other"]
            .map(|operation_id| server.carried_out(operation_id))
    };
    let body = |name: &str| json!({"locationId": LOCATION, "firstName": name}).to_string();
    assert_eq!(counts(), [0; 6]);

    // Refused: by the schema, as a duplicate, without a token.
    assert!(answer_to(&server, json!({})).await.starts_with("422"));
    assert!(answer_to(&server, json!({"locationId": LOCATION, "email": "rosan@deos.com"})).await.starts_with("400"));
    client().delete(format!("{}{path}", server.url())).send().await.unwrap();
    // Answered in place of the server.
    server.reply(Reply::json(StatusCode::CREATED, &json!({"contact": {}})));
    post(&server).body(body("a")).send().await.unwrap();
    assert_eq!(counts(), [0; 6]);

    // Carried out, and then the answer was lost, broken or replaced.
    server.reply(Reply::ordinary().cut_before());
    post(&server).body(body("b")).send().await.unwrap_err();
    server.reply(Reply::ordinary().cut_after(20));
    post(&server).body(body("c")).send().await.unwrap().text().await.unwrap_err();
    server.reply(Reply::ordinary().body("<html>"));
    post(&server).body(body("d")).send().await.unwrap();
    assert!(post(&server).body(body("e")).send().await.unwrap().status().is_success());
    assert_eq!(counts(), [4, 0, 0, 0, 0, 0]);
    assert_eq!(server.contacts().len(), 5);

    let requests = [
        (Method::GET, path.as_str()),
        (Method::GET, &format!("{path}/notes")),
        (Method::GET, "/contacts/search/duplicate?locationId=a"),
        (Method::DELETE, &path),
        (Method::DELETE, &path),
    ];
    answers(&server, requests).await;
    assert_eq!(counts(), [4, 1, 0, 0, 0, 0]);
}

/// The requests about a contact that have a body.
#[tokio::test]
async fn notes_tags_and_workflows() {
    let server = Server::start().await.unwrap();
    let known = server.insert(&json!({"locationId": LOCATION, "firstName": "Rosan", "tags": ["VIP"]})).unwrap();
    let path = path_of(&known);
    let mut text = String::new();
    for (method, path, body) in [
        (Method::POST, format!("{path}/notes"), json!({"body": "<b>Called</b> back.", "title": "Follow-up"})),
        (Method::POST, format!("{path}/notes"), json!({"title": 7, "other": true})),
        (Method::POST, "/contacts/nobody/notes".to_owned(), json!({"body": "x"})),
        (Method::POST, format!("{path}/tags"), json!({"tags": ["vip", "Newsletter"]})),
        (Method::DELETE, format!("{path}/tags"), json!({"tags": ["vip", "absent"]})),
        (Method::POST, format!("{path}/tags"), json!({"tags": "vip"})),
        (Method::DELETE, "/contacts/nobody/tags".to_owned(), json!({"tags": ["vip"]})),
        (Method::POST, format!("{path}/workflow/w"), json!({})),
        (Method::POST, format!("{path}/workflow/w"), json!({"eventStartTime": 7})),
        (Method::DELETE, format!("{path}/workflow/w"), json!({})),
        (Method::POST, "/contacts/nobody/workflow/w".to_owned(), json!({})),
    ] {
        let request = client()
            .request(method.clone(), format!("{}{path}", server.url()))
            .header("authorization", "Bearer any-token")
            .header("version", "2021-04-15")
            .header("content-type", "application/json")
            .body(body.to_string());
        text += &format!("## {method} {path} {body}\n{}\n\n", answer(request).await);
    }
    let counts = ["create_note", "add_tags", "remove_tags"].map(|operation| server.carried_out(operation));
    assert_eq!(counts, [1, 1, 1]);
    insta::assert_snapshot!(text.replace(id_of(&known), "[id]"));
}

/// What a client of any language sees of it.
#[tokio::test]
async fn upserts_and_updates() {
    let server = Server::start().await.unwrap();
    let to = |method: Method, path: &str, body: Value| {
        let request = client().request(method, format!("{}{path}", server.url())).bearer_auth("token");
        let request = request.header("Version", "2021-04-15").header("Content-Type", "application/json");
        answer(request.body(body.to_string()))
    };
    let upsert = |body: Value| to(Method::POST, "/contacts/upsert", body);
    let rosan = json!({
        "locationId": LOCATION, "email": "rosan@deos.com", "phone": "+1 888-888-8888", "firstName": "Rosan",
        "gender": "male", "tags": ["VIP"], "customFields": [{"id": "a", "field_value": 1}],
    });
    let mut said = upsert(rosan).await;
    let changed = json!({
        "locationId": LOCATION, "email": "ROSAN@deos.com", "phone": "+1 777-777-7777", "gender": "female",
        "source": "api", "tags": [], "customFields": [{"id": "b", "field_value": "two"}], "dateOfBirth": "1990-09-25",
    });
    server.insert(&json!({"locationId": LOCATION, "phone": "+17777777777"})).unwrap();
    said += &format!("\n\n## The phone is somebody else's\n{}", upsert(changed).await);
    let refused = json!({"locationId": LOCATION, "email": "a", "favouriteColour": "teal", "dateOfBirth": 7});
    said += &format!("\n\n## Refused\n{}", upsert(refused).await);

    let path = path_of(&server.contacts()[0]);
    let update = |body: Value| to(Method::PUT, &path, body);
    let changed = json!({"lastName": "Deo", "source": null, "customFields": [{"id": "a", "field_value": null}], "companyName": "DGS"});
    said += &format!("\n\n## Updated\n{}", update(changed).await);
    let refused = json!({"gender": "male", "locationId": LOCATION, "firstNameLowerCase": "a", "additionalEmails": []});
    said += &format!("\n\n## Refused\n{}", update(refused).await);
    said += &format!("\n\n## Somebody else's phone\n{}", update(json!({"phone": "+17777777777"})).await);
    let nobody = to(Method::PUT, "/contacts/seD4PfOuKoVMLkEZqohJ", json!({"city": "Dolomite"})).await;
    said += &format!("\n\n## Nobody\n{nobody}");
    let counts = ["upsert_contact", "update_contact"].map(|operation_id| server.carried_out(operation_id));
    assert_eq!(counts, [2, 1]);
    let id = server.contacts()[0]["id"].as_str().unwrap().to_owned();
    let other = server.contacts()[1]["id"].as_str().unwrap().to_owned();
    insta::assert_snapshot!(said.replace(&id, "[id]").replace(&other, "[other]"));

    // A contact is found by what it has now.
    to(Method::PUT, &path, json!({"email": "new@deos.com"})).await;
    let known = |email: &str| upsert(json!({"locationId": LOCATION, "email": email}));
    assert!(known("new@deos.com").await.contains("\"new\": false"));
    assert!(known("rosan@deos.com").await.contains("\"new\": true"));
}

/// Who asks for a second contact gets one where the location allows it.
#[tokio::test]
async fn a_second_contact_by_an_upsert() {
    for (allowed, asked_for, contacts) in [(true, true, 2), (true, false, 1), (false, true, 1)] {
        let server = Server::builder().allow_duplicates(allowed).start().await.unwrap();
        let body = json!({"locationId": LOCATION, "email": "rosan@deos.com", "createNewIfDuplicateAllowed": asked_for});
        for _ in 0..2 {
            let request = client().post(format!("{}/contacts/upsert", server.url())).bearer_auth("token");
            let request = request.header("Version", "2021-04-15").header("Content-Type", "application/json");
            assert!(answer(request.body(body.to_string())).await.starts_with("200"));
        }
        assert_eq!(server.contacts().len(), contacts, "{allowed}, {asked_for}");
    }
}

#[tokio::test]
async fn without_recording_no_contact_is_found() {
    let server = Server::builder().recording(false).start().await.unwrap();
    let known = server.insert(&json!({"locationId": LOCATION, "firstName": "Rosan"})).unwrap();
    assert!(answers(&server, [(Method::GET, &path_of(&known))]).await.contains("\n400 "));
    assert!(answer_to(&server, json!({"locationId": LOCATION, "firstName": "Rosan"})).await.starts_with("201"));
    assert_eq!(server.carried_out("create_contact"), 1);
}

#[tokio::test]
async fn insert_refuses_what_the_server_would_refuse() {
    let server = Server::start().await.unwrap();
    let error = server.insert(&json!({"email": "rosan"})).unwrap_err();
    assert_eq!(error.to_string(), "email must be an email; locationId should not be empty");
    assert!(server.contacts().is_empty());
}

#[tokio::test]
async fn a_contact_that_was_added_long_ago() {
    let server = Server::start().await.unwrap();
    let body = |date: Value| json!({"locationId": LOCATION, "email": "rosan@deos.com", "dateAdded": date});
    let known = server.insert(&body(json!("2021-08-31T11:59:41.9371+02:00"))).unwrap();
    assert_eq!(known["dateAdded"], "2021-08-31T09:59:41.937Z");
    assert_eq!(server.contacts(), [known]);

    for date in [json!("2021-08-31"), json!("yesterday"), json!(1_630_403_981_937_u64), json!(null)] {
        let error = server.insert(&body(date)).unwrap_err();
        assert_eq!(error.to_string(), "dateAdded must be a valid ISO 8601 date string");
    }
    // No request may have it.
    let answer = answer_to(&server, body(json!("2021-08-31T09:59:41.937Z"))).await;
    assert!(answer.starts_with("422") && answer.contains("property dateAdded should not exist"), "{answer}");
    assert_eq!(server.contacts().len(), 1);
}

/// The id of the contact that a look-up finds.
async fn looked_up(server: &Server, key: &str) -> Value {
    let request = client()
        .get(format!("{}/contacts/search/duplicate?locationId={LOCATION}&{key}", server.url()))
        .header("authorization", "Bearer any-token")
        .header("version", "2021-04-15");
    let answer: Value = serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap();
    answer["contact"]["id"].clone()
}

#[tokio::test]
async fn a_look_up_needs_the_country_code() {
    let server = Server::start().await.unwrap();
    let body = json!({"locationId": LOCATION, "email": "rosan@deos.com", "phone": "+1 888-888-8888"});
    let known = server.insert(&body).unwrap();
    let national = json!({"locationId": LOCATION, "phone": "(888) 888-8888"});
    server.insert(&national).unwrap();

    assert_eq!(looked_up(&server, "number=%2B18888888888").await, known["id"]);
    assert_eq!(looked_up(&server, "number=%2B1%20(888)%20888-8888").await, known["id"]);
    // The last one has a plus sign that is not encoded, and thereby a space.
    for number in ["8888888888", "(888)%20888-8888", "18888888888", "+18888888888"] {
        assert_eq!(looked_up(&server, &format!("number={number}")).await, Value::Null, "{number}");
    }
    assert_eq!(looked_up(&server, "email=ROSAN%40deos.com&number=8888888888").await, known["id"]);
    // It is a duplicate all the same.
    assert!(answer_to(&server, national).await.contains("\"matchingField\": \"phone\""));
}

#[tokio::test]
async fn a_look_up_that_lags() {
    let server = Server::builder().look_up_lag(60 * MINUTE).start().await.unwrap();
    let old = server.insert(&json!({"locationId": LOCATION, "email": "rubika@deos.com"})).unwrap();
    let body = json!({"locationId": LOCATION, "email": "rosan@deos.com", "phone": "+1 888-888-8888"});
    assert!(answer_to(&server, body.clone()).await.starts_with("201"));

    assert_eq!(looked_up(&server, "email=rubika%40deos.com").await, old["id"]);
    for key in ["email=rosan%40deos.com", "number=%2B18888888888"] {
        assert_eq!(looked_up(&server, key).await, Value::Null, "{key}");
    }
    // It is there for everything else.
    let path = path_of(&server.contacts()[1]);
    assert!(answers(&server, [(Method::GET, &path)]).await.contains("\n200 "));
    assert!(answer_to(&server, body).await.contains("\"matchingField\": \"email\""));
}

/// Asks again and again until something is so. A test that waits for ever has failed.
async fn until(is_so: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(MINUTE, waiting).await.unwrap();
}

#[tokio::test]
async fn a_lag_ends() {
    let server = Server::builder().look_up_lag(Duration::from_millis(20)).start().await.unwrap();
    assert!(answer_to(&server, json!({"locationId": LOCATION, "email": "rosan@deos.com"})).await.starts_with("201"));
    let known = server.contacts()[0]["id"].clone();
    until(async || looked_up(&server, "email=rosan%40deos.com").await == known).await;
}

#[tokio::test]
async fn a_lag_without_end() {
    let server = Server::builder().look_up_lag(Duration::MAX).start().await.unwrap();
    assert!(answer_to(&server, json!({"locationId": LOCATION, "email": "rosan@deos.com"})).await.starts_with("201"));
    assert_eq!(looked_up(&server, "email=rosan%40deos.com").await, Value::Null);
}

#[tokio::test]
async fn a_server_that_is_still_at_work() {
    let server = Server::start().await.unwrap();
    let body = |name: &str| json!({"locationId": LOCATION, "firstName": name}).to_string();
    let state = || (server.contacts().len(), server.carried_out("create_contact"));

    // An answer that waits for it, though it should not, comes too late.
    let send = async |name| tokio::time::timeout(MINUTE, post(&server).body(body(name)).send()).await.unwrap();
    server.reply(Reply::ordinary().cut_before().carried_out_after(60 * MINUTE));
    send("a").await.unwrap_err();
    server.reply(Reply::new(StatusCode::GATEWAY_TIMEOUT).carried_out_after(60 * MINUTE));
    assert_eq!(send("b").await.unwrap().status(), StatusCode::GATEWAY_TIMEOUT);
    assert_eq!((server.requests().len(), state()), (2, (0, 0)));

    server.reply(Reply::ordinary().cut_before().carried_out_after(Duration::from_millis(20)));
    send("c").await.unwrap_err();
    until(async || state() == (1, 1)).await;
    server.reply(Reply::new(StatusCode::GATEWAY_TIMEOUT).carried_out_after(Duration::from_millis(20)));
    assert_eq!(send("d").await.unwrap().status(), StatusCode::GATEWAY_TIMEOUT);
    until(async || state() == (2, 2)).await;

    // A client that does not wait for the answer changes nothing.
    server.reply(Reply::ordinary().carried_out_after(Duration::from_millis(20)));
    tokio::select! {
        _ = send("e") => {}
        () = until(async || server.requests().len() == 5) => {}
    }
    until(async || state() == (3, 3)).await;
    server.reply(Reply::ordinary().carried_out_after(Duration::from_millis(1)).cut_after(20));
    let response = send("f").await.unwrap();
    assert_eq!((response.status(), state()), (StatusCode::CREATED, (4, 4)));
    response.text().await.unwrap_err();

    // What the server refuses, it refuses then.
    server.reply(Reply::ordinary().carried_out_after(Duration::from_millis(1)));
    assert!(answer_to(&server, json!({"locationId": LOCATION})).await.starts_with("400"));
    let names: Vec<_> = server.contacts().iter().map(|contact| contact["firstName"].clone()).collect();
    assert_eq!((names, state()), (vec![json!("c"), json!("d"), json!("e"), json!("f")], (4, 4)));
}

#[tokio::test]
async fn too_many_requests() {
    let server = Server::builder().enforce(Enforcement::SlidingWindow).daily_limit(1).start().await.unwrap();
    let body = json!({"locationId": LOCATION, "firstName": "Rosan"});
    assert!(answer_to(&server, body.clone()).await.starts_with("201"));
    insta::assert_snapshot!(answer_to(&server, body.clone()).await);
    let response = post(&server).body(body.to_string()).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(!response.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn a_day_ends() {
    let day = Duration::from_millis(200);
    let server = Server::builder().enforce(Enforcement::SlidingWindow).daily_limit(1).day(day).start().await.unwrap();
    let create = async || {
        let response = post(&server).body(json!({"locationId": LOCATION, "firstName": "Rosan"}).to_string()).send();
        let response = response.await.unwrap();
        let reset: u64 = response.headers()["x-ratelimit-daily-reset"].to_str().unwrap().parse().unwrap();
        assert!((1..=200).contains(&reset), "{reset}");
        (response.status() == StatusCode::CREATED, reset)
    };
    assert_eq!(create().await, (true, 200));
    // The first request of the next day has all of it.
    until(async || create().await == (true, 200)).await;
    assert_eq!(server.contacts().len(), 2);
}

#[tokio::test]
async fn the_allowance_of_a_trial() {
    let trial = Server::builder().allowance(Allowance::Trial).start().await.unwrap();
    let body = json!({"locationId": LOCATION, "firstName": "Rosan"});
    insta::assert_snapshot!(answer_to(&trial, body.clone()).await);

    // What is set afterwards takes the place of a part: here the interval, which is to last as long as the test.
    let server = Server::builder().allowance(Allowance::Trial).rate_limit(Allowance::Trial.max(), MINUTE);
    let server = server.enforce(Enforcement::SlidingWindow).start().await.unwrap();
    for _ in 0..25 {
        assert!(answer_to(&server, body.clone()).await.starts_with("201"));
    }
    let answer = answer_to(&server, body).await;
    assert!(answer.starts_with("429") && answer.contains("x-ratelimit-daily-remaining: 9975\n"), "{answer}");
}

#[tokio::test]
async fn a_body_of_100_megabytes() {
    let server = Server::start().await.unwrap();
    let answer = answer(post(&server).body(vec![b' '; 100_000_000])).await;
    assert!(answer.starts_with("413"), "{answer}");
    assert!(server.requests()[0].body.is_empty());
}

#[tokio::test]
async fn a_reply_that_a_test_asks_for() {
    let server = Server::start().await.unwrap();
    let retry_after = (HeaderName::from_static("retry-after"), HeaderValue::from_static("1"));
    server.reply(Reply::new(StatusCode::TOO_MANY_REQUESTS).header(retry_after.0, retry_after.1).body("slow down"));
    server.reply(Reply::json(StatusCode::OK, &json!({})));

    let response = post(&server).body("{}").send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &HeaderValue::from_static("1")));
    assert_eq!(response.text().await.unwrap(), "slow down");
    assert_eq!(answer(post(&server).body("{}")).await, "200 OK\n{}");
    assert!(answer(post(&server).body("{}")).await.starts_with("422"));
}

#[tokio::test]
async fn a_reply_may_be_ordinary_save_for_something() {
    let server = Server::start().await.unwrap();
    let header = (HeaderName::from_static("x-traced"), HeaderValue::from_static("yes"));
    server.reply(Reply::ordinary().header(header.0, header.1));
    let body = json!({"locationId": LOCATION, "firstName": "Rosan"}).to_string();
    let response = post(&server).body(body).send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["x-traced"]), (201, &HeaderValue::from_static("yes")));
    assert_eq!(server.contacts().len(), 1);
}

#[tokio::test]
async fn a_length_that_is_more_than_there_is() {
    let server = Server::start().await.unwrap();
    let length = (http::header::CONTENT_LENGTH, HeaderValue::from_static("500"));
    server.reply(Reply::new(StatusCode::OK).header(length.0, length.1).body("0123456789"));
    assert!(post(&server).send().await.unwrap().text().await.is_err());
}

#[tokio::test]
async fn a_request_that_breaks_off_is_none() {
    use tokio::io::AsyncWriteExt;
    let server = Server::start().await.unwrap();
    let mut stream = tokio::net::TcpStream::connect(server.url().trim_start_matches("http://")).await.unwrap();
    let head = "POST /contacts/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\nVersion: v3\r\n\
                Content-Type: application/json\r\nContent-Length: 500\r\n\r\n";
    stream.write_all(format!("{head}{{\"locationId\": \"a\"}}").as_bytes()).await.unwrap();
    drop(stream);
    // The server is done with it when the next request is answered, on a connection that was made later.
    assert!(answer_to(&server, json!({"locationId": LOCATION, "firstName": "Rosan"})).await.starts_with("201"));
    assert_eq!((server.requests().len(), server.contacts().len()), (1, 1));
}

#[tokio::test]
async fn a_port_that_is_taken() {
    let server = Server::start().await.unwrap();
    let port = server.url().rsplit(':').next().unwrap().parse().unwrap();
    let error = Server::builder().port(port).start().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

/// Whatever JSON arrives, there is an answer, and it is JSON.
#[test]
fn any_json_has_an_answer() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Server::builder().allow_duplicates(true).start()).unwrap();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let words = [
        "locationId",
        "email",
        "phone",
        "firstName",
        "name",
        "tags",
        "dndSettings",
        "SMS",
        "status",
        "customFields",
        "id",
        "field_value",
        LOCATION,
        "active",
    ];
    proptest!(config, |(body in any_json(&words))| {
        let text = runtime.block_on(answer_to(&server, body));
        prop_assert!(["422", "400", "201"].iter().any(|status| text.starts_with(status)), "{text}");
    });
}

/// JSON that looks like a request here and there: it has these words for names and for values.
fn any_json(words: &[&'static str]) -> impl Strategy<Value = Value> + use<> {
    let word = proptest::sample::select(words.to_vec());
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    let name = prop_oneof![word.prop_map(str::to_owned), ".{0,8}"];
    leaf.prop_recursive(4, 32, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name.clone(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
