//! Signing up, with a mock of the vendor's server.

use downstream::{SignUp, sign_up};
use leadconnector::{Client, Contacts, Email, Error, LocationId, Phone};
use leadconnector_mock::http::StatusCode;
use leadconnector_mock::{Reply, Server};
use serde_json::json;

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

const LOCATION: &str = "ve9EPM428h8vShlRW1KT";

fn contacts(server: &Server) -> std::result::Result<Contacts, Box<dyn std::error::Error>> {
    let client = Client::builder("any-token").base_url(server.url()).build()?;
    Ok(client.contacts(LocationId::new(LOCATION)?))
}

async fn rosan(server: &Server) -> std::result::Result<SignUp, Box<dyn std::error::Error>> {
    let (email, phone) = (Email::new("rosan@deos.com")?, Phone::new("+1 888-888-8888")?);
    Ok(sign_up(&contacts(server)?, "Rosan Deo", email, phone).await?)
}

#[tokio::test]
async fn somebody_new() -> Result {
    let server = Server::start().await?;
    let signed_up = rosan(&server).await?;

    let stored = server.contacts();
    assert_eq!(stored.len(), 1);
    assert!(matches!(signed_up, SignUp::New(id) if stored[0]["id"] == id.as_str()));
    Ok(())
}

#[tokio::test]
async fn what_is_sent() -> Result {
    let server = Server::start().await?;
    rosan(&server).await?;

    insta::assert_json_snapshot!(server.requests()[0].json()?);
    Ok(())
}

#[tokio::test]
async fn somebody_who_is_there() -> Result {
    let server = Server::start().await?;
    let known = server.insert(&json!({"locationId": LOCATION, "email": "rosan@deos.com"}))?;

    assert!(matches!(rosan(&server).await?, SignUp::Known(id) if known["id"] == id.as_str()));
    assert_eq!(server.contacts().len(), 1);
    Ok(())
}

#[tokio::test]
async fn somebody_whose_phone_is_there() -> Result {
    let server = Server::start().await?;
    server.insert(&json!({"locationId": LOCATION, "firstName": "Rubika", "phone": "+1 888-888-8888"}))?;

    let error = rosan(&server).await.unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(Error::Duplicate(_))), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_not_accepted() -> Result {
    let server = Server::start().await?;
    server.reply(Reply::new(StatusCode::UNAUTHORIZED));

    let error = rosan(&server).await.unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(Error::Unauthorized(_))), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn an_answer_that_is_lost() -> Result {
    let server = Server::start().await?;
    server.reply(Reply::ordinary().cut_before());

    assert!(matches!(rosan(&server).await?, SignUp::Unclear(_)));
    // They were created; nothing was sent a second time.
    assert_eq!(server.contacts().len(), 1);
    assert_eq!(server.requests().len(), 1);
    Ok(())
}
