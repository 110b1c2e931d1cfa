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

/// The tags of a contact are not lost by an answer of which only the id arrived.
#[tokio::test]
async fn what_breaks_off_behind_the_id_is_sent_again() {
    for reply in [broken(r#""new":true,"#), broken(""), answer(503, json!({"contact": {"id": ID}}))] {
        let server = Server::start().await.unwrap();
        server.reply(reply);
        let upserted = fixed(server.url()).upsert(tagged()).await.unwrap();
        assert_eq!((upserted.contact.tags.len(), server.requests().len()), (2, 3));
    }
}

/// A contact that was there is not called created: whoever takes back what was created would delete it.
#[tokio::test]
async fn what_was_there_is_not_called_created() {
    for (new, expected) in
        [(r#""new":true,"#, "yes"), (r#""new":false,"#, "no"), (r#""new":null,"#, "unknown"), ("", "unknown")]
    {
        let server = Server::start().await.unwrap();
        server.reply(broken(new));
        let client = Client::builder("MARKER-token").base_url(server.url()).retry(NoRetry).build().unwrap();
        let location = LocationId::new("ve9EPM428h8vShlRW1KT").unwrap();
        let error = client.contacts(location).upsert(rosan()).await.unwrap_err();
        assert_eq!((variant(&error), carried_out(&error), created(&error)), ("Undecodable", "yes", expected), "{new}");
        assert_private(&error);
    }
    // An attempt before may have created it.
    let server = Server::start().await.unwrap();
    server.reply(text(500, MARKER));
    for _ in 0..2 {
        server.reply(broken(r#""new":false,"#));
    }
    let error = fixed(server.url()).upsert(rosan()).await.unwrap_err();
    assert_eq!((carried_out(&error), created(&error), server.requests().len()), ("yes", "unknown", 3));
}

/// What is known of an attempt is not forgotten over a later one.
#[tokio::test]
async fn what_is_known_stays_known() {
    for later in [text(403, MARKER), text(500, MARKER)] {
        let server = Server::start().await.unwrap();
        server.reply(broken(r#""new":true,"#));
        for _ in 0..2 {
            server.reply(later.clone());
        }
        let error = fixed(server.url()).upsert(rosan()).await.unwrap_err();
        assert_eq!((carried_out(&error), created(&error)), ("yes", "yes"));
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

/// A success that says that it is none.
#[tokio::test]
async fn an_upsert_that_did_not_succeed() {
    for name in ["succeded", "succeeded"] {
        let server = Server::start().await.unwrap();
        server.reply(answer(200, json!({"new": true, name: false, "contact": {"id": ID}})));
        let error = fixed(server.url()).upsert(rosan()).await.unwrap_err();
        assert_eq!((variant(&error), carried_out(&error), created(&error)), ("Undecodable", "unknown", "unknown"));
    }
}
