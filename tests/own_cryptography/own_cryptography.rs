//! A program that brings its own cryptography for TLS: without it a client is refused, with it there is TLS.

#![allow(clippy::unwrap_used, reason = "tests")]

use leadconnector::error::BuildError;
use leadconnector::retry::NoRetry;
use leadconnector::{Client, ClientBuilder, Email, LocationId, NewContact, reqwest};
use leadconnector_mock::Server;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

const ON_THIS_MACHINE: &str = "http://127.0.0.1:1";

fn client() -> ClientBuilder {
    Client::builder("token")
}

/// The ways to a client: each would panic in reqwest without cryptography.
fn clients() -> [ClientBuilder; 3] {
    [client(), client().base_url(ON_THIS_MACHINE), client().http(reqwest::Client::builder())]
}

/// One test, since what is installed stays installed.
#[tokio::test]
async fn what_is_installed_is_used() {
    for refused in clients() {
        let error = refused.build().unwrap_err();
        assert!(matches!(error, BuildError::Http(_)), "{error:?}");
        assert_eq!(
            error.to_string(),
            "the HTTP client could not be set up: TLS has no cryptography. Install one first, such as with \
             `rustls::crypto::ring::default_provider().install_default()`, or enable the feature `rustls` of leadconnector, \
             which brings one"
        );
    }
    // What is wrong besides is said first.
    let error = client().base_url("services.leadconnectorhq.com").build().unwrap_err();
    assert!(matches!(error, BuildError::Invalid(_)), "{error:?}");

    rustls::crypto::ring::default_provider().install_default().unwrap();
    for accepted in clients() {
        accepted.build().unwrap();
    }

    let server = Server::start().await.unwrap();
    assert_eq!(create(server.url()).await.unwrap(), server.contacts()[0]["id"].as_str().unwrap());

    assert_eq!(first_bytes_of_a_creation_by_https().await, [HANDSHAKE, 3]);
}

async fn create(base_url: &str) -> Result<String, leadconnector::Error> {
    let contacts = client()
        .base_url(base_url)
        .retry(NoRetry)
        .build()
        .unwrap()
        .contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());
    let rosan = NewContact::builder().email(Email::new("rosan@deos.com").unwrap()).build();
    contacts.create(rosan).await.map(|contact| contact.id.as_str().to_owned())
}

/// The kind of the record of TLS with which a client begins; what follows is the number of SSL 3, as which TLS goes on.
const HANDSHAKE: u8 = 22;

/// A server that hangs up after them: what rustls does with a certificate is not ours.
async fn first_bytes_of_a_creation_by_https() -> [u8; 2] {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("https://{}", listener.local_addr().unwrap());
    let creation = tokio::spawn(async move { create(&base_url).await });
    let mut bytes = [0; 2];
    listener.accept().await.unwrap().0.read_exact(&mut bytes).await.unwrap();
    drop(listener);
    creation.await.unwrap().unwrap_err();
    bytes
}
