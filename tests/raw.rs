//! The raw crate, used by itself.

use leadconnector_mock::Server;
use leadconnector_raw::{BaseUrl, Client, Error, Json, reqwest, types};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};

fn client(server: &Server, authorization: &'static str) -> Client {
    let mut authorization = HeaderValue::from_static(authorization);
    authorization.set_sensitive(true);
    let headers = HeaderMap::from_iter([(AUTHORIZATION, authorization)]);
    let http = reqwest::Client::builder().no_proxy().default_headers(headers).build().unwrap();
    Client::new_with_client(BaseUrl::new(server.url()).unwrap(), http)
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

/// Whoever sends the request by other means sends what the client itself sends.
#[tokio::test]
async fn a_request_is_the_one_that_is_sent() {
    let server = Server::start().await.unwrap();
    let client = client(&server, "Bearer token");
    client.create_contact(&version(), &body("Rosan")).await.unwrap();
    let request = client.create_contact_request(&version(), &Json::of(&body("Rosan")).unwrap()).unwrap();

    let [sent] = &server.requests()[..] else { panic!("one request was to be sent") };
    assert_eq!((request.method(), request.url().path()), (&sent.method, &*sent.path));
    for (name, value) in request.headers() {
        assert_eq!(sent.headers[name], value);
    }
    assert_eq!(request.body().and_then(reqwest::Body::as_bytes), Some(&*sent.body));
}
