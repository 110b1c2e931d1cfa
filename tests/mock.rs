//! What the mock answers, to a client that is not ours.

use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use leadconnector_mock::{Reply, Server};
use proptest::prelude::*;
use serde_json::{Value, json};

const LOCATION: &str = "ve9EPM428h8vShlRW1KT";

/// A client that finds loopback also where a proxy is set.
fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
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

/// Status, rate limit and body of the answer, with the dates replaced.
async fn answer(request: reqwest::RequestBuilder) -> String {
    let response = request.send().await.unwrap();
    let mut text = format!("{}\n", response.status());
    for (name, value) in response.headers() {
        if name.as_str().starts_with("x-ratelimit") {
            text += &format!("{name}: {}\n", value.to_str().unwrap());
        }
    }
    let body = response.bytes().await.unwrap();
    let Ok(mut body) = serde_json::from_slice::<Value>(&body) else {
        return text + &String::from_utf8_lossy(&body);
    };
    for date in ["dateAdded", "dateUpdated"] {
        if let Some(date) = body.pointer_mut(&format!("/contact/{date}")) {
            chrono::DateTime::parse_from_rfc3339(date.as_str().unwrap()).unwrap();
            *date = "[now]".into();
        }
    }
    text + &format!("{body:#}")
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
        "phone": "+1 888-888-8888", "gender": "male", "city": null, "tags": ["a"], "dnd": true, "country": "US",
        "dndSettings": {"SMS": {"status": "permanent"}}, "assignedTo": "y0BeYjuRIlDwsDcOHOJo",
        "customFields": [{"id": "6dvNaf7VhkQ9snc5vnjJ", "key": "my_custom_field", "field_value": 42}],
    });
    let named = json!({"locationId": LOCATION, "name": "Rubika Deo"});
    insta::assert_snapshot!(answers_to(&server, [json!({"locationId": LOCATION}), full, named]).await);
    assert_eq!(server.contacts().len(), 3);
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
    for body in [json!({"locationId": LOCATION}), json!({"locationId": LOCATION, "email": null, "phone": null})] {
        assert!(answer_to(&server, body.clone()).await.starts_with("201"));
        assert!(answer_to(&server, body).await.starts_with("201"));
    }
}

#[tokio::test]
async fn a_property_that_is_let_through_is_stored() {
    let server = Server::builder().accepting(["dateOfBirth"]).start().await.unwrap();
    let body = json!({"locationId": LOCATION, "dateOfBirth": "1990-09-25"});
    assert!(answer_to(&server, body).await.starts_with("201"));
    assert_eq!(server.contacts()[0]["dateOfBirth"], "1990-09-25");
}

#[tokio::test]
async fn insert_refuses_what_the_server_would_refuse() {
    let server = Server::start().await.unwrap();
    let error = server.insert(&json!({"email": "rosan"})).unwrap_err();
    assert_eq!(error.to_string(), "email must be an email; locationId should not be empty");
    assert!(server.contacts().is_empty());
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
    let response = post(&server).body(json!({"locationId": LOCATION}).to_string()).send().await.unwrap();
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
    assert!(answer_to(&server, json!({"locationId": LOCATION})).await.starts_with("201"));
    assert_eq!((server.requests().len(), server.contacts().len()), (1, 1));
}

#[tokio::test]
async fn a_port_that_is_taken() {
    let server = Server::start().await.unwrap();
    let port = server.url().rsplit(':').next().unwrap().parse().unwrap();
    let error = Server::builder().port(port).start().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever JSON arrives, there is an answer, and it is JSON.
    #[test]
    fn any_json_has_an_answer(body in any_json()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let text = runtime.block_on(async {
            let server = Server::start().await.unwrap();
            answer_to(&server, body).await
        });
        prop_assert!(text.starts_with("422") || text.starts_with("201"), "{text}");
    }
}

/// JSON that looks like a request here and there.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        Just(json!(LOCATION)),
        Just(json!("active")),
    ];
    let name = prop_oneof![
        proptest::sample::select(vec![
            "locationId",
            "email",
            "phone",
            "name",
            "tags",
            "dndSettings",
            "SMS",
            "status",
            "customFields",
            "id",
            "field_value",
        ])
        .prop_map(str::to_owned),
        ".{0,8}",
    ];
    leaf.prop_recursive(4, 32, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name.clone(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
