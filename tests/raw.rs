//! The raw crate, used by itself.

use http::StatusCode;
use leadconnector_mock::{Reply, Server};
use leadconnector_raw::{BaseUrl, Client, Effect, Error, RequestError, operations, reqwest, types};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};

fn client(server: &Server, authorization: &'static str) -> Client {
    let mut authorization = HeaderValue::from_static(authorization);
    authorization.set_sensitive(true);
    let headers = HeaderMap::from_iter([(AUTHORIZATION, authorization)]);
    let http = reqwest::Client::builder().no_proxy().default_headers(headers).build().unwrap();
    let version = types::DocumentedVersion::X20210415.into();
    Client::new(BaseUrl::new(server.url()).unwrap(), &version, http).unwrap()
}

fn body(first_name: &str) -> types::CreateContactRequest {
    serde_json::from_value(serde_json::json!({"locationId": "ve9EPM428h8vShlRW1KT", "firstName": first_name})).unwrap()
}

#[tokio::test]
async fn two_calls_on_one_client() {
    let server = Server::start().await.unwrap();
    let client = client(&server, "Bearer token");
    for name in ["Rosan", "Rubika"] {
        let answer = client.send(client.create_contact(&body(name)).unwrap()).await.unwrap();
        assert_eq!(answer.contact.unwrap().first_name.as_deref(), Some(name));
    }
    for request in server.requests() {
        assert_eq!(request.headers["authorization"], "Bearer token");
        assert_eq!(request.headers["version"], "2021-04-15");
        assert!(!request.headers.contains_key("api-version"), "progenitor's header was sent");
    }
}

#[tokio::test]
async fn an_error_has_the_documented_body() {
    let server = Server::start().await.unwrap();
    let client = client(&server, "Basic nothing");
    match client.send(client.create_contact(&body("Rosan")).unwrap()).await {
        Err(Error::Refused { status, body }) => {
            let error: types::ErrorBody = serde_json::from_slice(&body).unwrap();
            assert_eq!((status.as_u16(), error.error.as_deref()), (401, Some("Unauthorized")));
        }
        other => panic!("{other:?}"),
    }
}

/// A request can be looked at without being sent, and sent by other means.
#[tokio::test]
async fn a_request_is_a_value() {
    let server = Server::start().await.unwrap();
    let client = client(&server, "Bearer token");
    let request = client.create_contact(&body("Rosan")).unwrap();
    assert_eq!((request.operation(), request.effect()), (&operations::CREATE_CONTACT, Effect::Once));
    assert_eq!(format!("{request:?}"), r#"Request { operation: "create_contact", .. }"#);
    client.http().execute(request.http().try_clone().unwrap()).await.unwrap();
    assert_eq!(server.carried_out("create_contact"), 1);

    let [sent] = &server.requests()[..] else { panic!("one request was to be sent") };
    let request = request.into_http();
    assert_eq!((request.method(), request.url().path()), (&sent.method, &*sent.path));
    for (name, value) in request.headers() {
        assert_eq!(sent.headers[name], value);
    }
    assert_eq!(request.body().and_then(reqwest::Body::as_bytes), Some(&*sent.body));
}

#[tokio::test]
async fn parameters_of_a_path() {
    let server = Server::start().await.unwrap();
    let client = client(&server, "Bearer token");
    assert_eq!(client.get_contact("a/b").unwrap().http().url().path(), "/contacts/a%2Fb");
    assert_eq!(client.get_all_notes("a").unwrap().http().url().path(), "/contacts/a/notes");
    for other_path in ["", ".", ".."] {
        assert!(matches!(client.delete_contact(other_path), Err(RequestError::Path("contactId"))));
    }
}

/// What an error prints says nothing of a person: neither a query, nor a body, nor a user in a URL.
#[tokio::test]
async fn an_error_says_nothing_private() {
    let server = Server::start().await.unwrap();
    let client = client(&server, "Bearer token");
    let duplicate = || client.get_duplicate_contact(Some("secret@deos.com"), "secret", None).unwrap();
    server.reply(Reply::ordinary().cut_before());
    let lost = client.send(duplicate()).await.unwrap_err();
    server.reply(Reply::json(StatusCode::OK, &serde_json::json!({"contact": {"dnd": "secret"}})));
    let undecodable = client.send(duplicate()).await.unwrap_err();
    assert!(matches!((&lost, &undecodable), (Error::Transport(_), Error::Undecodable { .. })));
    for error in [lost, undecodable] {
        let mut said = format!("{error} {error:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(error) = source {
            said += &format!(" {error} {error:?}");
            source = error.source();
        }
        assert!(!said.contains("secret"), "{said}");
    }
    let url = BaseUrl::new("https://user:secret@example.com/api").unwrap();
    assert_eq!(format!("{url:?}"), "https://example.com/api");

    // An answer without a body is one of which nothing is known.
    server.reply(Reply::new(StatusCode::NO_CONTENT));
    let deleted = client.send(client.delete_contact("a").unwrap()).await.unwrap();
    assert_eq!((deleted.succeded, deleted.succeeded), (None, None));
}
