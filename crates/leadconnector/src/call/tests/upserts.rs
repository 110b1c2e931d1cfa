//! What becomes of an upsert, whatever the server answers to either of its two requests.

use super::*;
use crate::Null;

/// Whether it was created, in one word.
fn created(error: &Error) -> &'static str {
    match error.created() {
        Created::No => "no",
        Created::Yes(id) => {
            assert_eq!(id.as_str(), ID);
            "yes"
        }
        Created::Unknown => "unknown",
    }
}

/// An answer that breaks off behind the id.
fn broken(new: &str) -> Reply {
    text(200, &format!(r#"{{{new}"contact":{{"id":"{ID}","city":"MARKER"#))
}

/// Nobody is found by a name: each upsert of one makes another contact.
#[tokio::test]
async fn who_has_no_key_is_not_sent_again() {
    let without_email = NewContact::builder().first_name(MARKER).email(Null).phone(Null).build();
    for contact in [without_key(), without_email] {
        for reply in [Reply::ordinary().cut_before(), text(500, MARKER)] {
            let server = Server::start().await.unwrap();
            server.reply(reply);
            let error = fixed(server.url()).upsert(contact.clone()).await.unwrap_err();
            assert_eq!((created(&error), server.requests().len()), ("unknown", 1));
        }
    }
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
    let second = Upsert::new(rosan()).create_new_if_duplicate_allowed(true);
    for upsert in [second, without_key().into()] {
        for reply in [Reply::ordinary().cut_before(), text(500, MARKER), status(200), broken("")] {
            let server = Server::builder().allow_duplicates(true).start().await.unwrap();
            server.reply(reply);
            let client = Client::builder("token").base_url(server.url()).retry(Always).build().unwrap();
            let location = LocationId::new("ve9EPM428h8vShlRW1KT").unwrap();
            client.contacts(location).upsert(upsert.clone()).await.unwrap_err();
            assert_eq!(server.requests().len(), 1);
        }
    }
}
