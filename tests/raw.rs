//! The raw crate, used by itself.

use leadconnector_mock::Server;
use leadconnector_raw::{BaseUrl, Call, Client, Error, reqwest, types};

fn client(server: &Server, authorization: &'static str) -> Client {
    let call = Call::new(http::HeaderValue::from_static(authorization));
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    Client::new_with_client(BaseUrl::new(server.url()).unwrap(), http, call)
}

fn body(first_name: &str) -> types::CreateContactRequest {
    serde_json::from_value(serde_json::json!({"locationId": "ve9EPM428h8vShlRW1KT", "firstName": first_name})).unwrap()
}

fn version() -> types::Version {
    types::DocumentedVersion::X20210415.into()
}

#[tokio::test]
async fn two_calls_on_one_client() {
    let server = Server::start().await.unwrap();
    let client = client(&server, "Bearer token");
    for name in ["Rosan", "Rubika"] {
        let answer = client.create_contact(&version(), &body(name)).await.unwrap();
        assert_eq!(answer.status(), 201);
        assert_eq!(answer.contact.as_ref().unwrap().first_name.as_deref(), Some(name));
    }
    for request in server.requests() {
        assert_eq!(request.headers["authorization"], "Bearer token");
        assert!(!request.headers.contains_key("api-version"), "progenitor's header was sent");
    }
}

#[tokio::test]
async fn an_error_has_the_documented_body() {
    let server = Server::start().await.unwrap();
    let client = client(&server, "Basic nothing");
    match client.create_contact(&version(), &body("Rosan")).await {
        Err(Error::ErrorResponse(error)) => {
            assert_eq!(error.status(), 401);
            assert_eq!(error.error.as_deref(), Some("Unauthorized"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn debug_does_not_print_the_token() {
    let client = Client::new_with_client(
        BaseUrl::new("http://127.0.0.1").unwrap(),
        reqwest::Client::new(),
        Call::new(http::HeaderValue::from_static("Bearer secret")),
    );
    assert!(!format!("{client:?}").contains("secret"));
}
