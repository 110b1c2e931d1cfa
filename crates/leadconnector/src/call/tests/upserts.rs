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

/// Tags that could not be read are not taken to be there.
#[tokio::test]
async fn tags_that_cannot_be_read() {
    for tags in [json!(null), json!("newsletter,vip"), json!(["newsletter", 7]), json!({"vip": true}), json!([["vip"]])]
    {
        let server = Server::start().await.unwrap();
        server.reply(answer(200, json!({"new": false, "contact": {"id": ID, "tags": tags}})));
        server.reply(answer(201, json!({"tags": ["newsletter", "vip", "other"]})));
        let upserted = fixed(server.url()).upsert(tagged()).await.unwrap();
        assert_eq!((upserted.contact.tags.len(), server.requests().len()), (3, 2), "{tags}");
        assert_eq!(server.requests()[1].json().unwrap(), json!({"tags": ["Newsletter", "vip"]}));
    }
}

#[tokio::test]
async fn what_new_may_be() {
    for (new, expected) in [
        (json!(true), Some(true)),
        (json!(false), Some(false)),
        (json!(null), None),
        (json!("true"), None),
        (json!(1), None),
        (json!({}), None),
    ] {
        let server = Server::start().await.unwrap();
        server.reply(answer(200, json!({"new": new, "contact": {"id": ID}})));
        let answer = fixed(server.url()).upsert(without_key()).answer().await.unwrap();
        assert_eq!(answer.value.new, expected, "{new}");
        assert_eq!(answer.undecoded().len(), usize::from(expected.is_none() && !new.is_null()), "{new}");
    }
}

/// An id of the server that would be another path costs the tags, and nothing else.
#[tokio::test]
async fn an_odd_id() {
    for id in ["a/b", "..", "search", "upsert", "a?b=c", " "] {
        let server = Server::start().await.unwrap();
        server.reply(answer(200, json!({"new": true, "contact": {"id": id}})));
        let error = fixed(server.url()).upsert(tagged()).await.unwrap_err();
        assert_eq!((variant(&error), carried_out(&error), server.requests().len()), ("TagsNotAdded", "yes", 1), "{id}");
        let Error::TagsNotAdded(error) = error else { unreachable!() };
        assert_eq!((error.upserted.contact.id.as_str(), variant(&error.error)), (id, "Invalid"));
    }
}

/// What may have been done is not said to be not done.
#[tokio::test]
async fn tags_that_may_have_been_added() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    server.reply(Reply::ordinary());
    for _ in 0..3 {
        server.reply(Reply::ordinary().cut_before());
    }
    let error = contacts.upsert(tagged()).await.unwrap_err();
    assert_eq!(server.contacts()[0]["tags"], json!(["newsletter", "vip"]));
    assert!(!error.to_string().contains("not added"), "{error}");
    assert_eq!((variant(&error), carried_out(&error)), ("TagsNotAdded", "yes"));

    let server = Server::start().await.unwrap();
    server.reply(Reply::ordinary());
    server.reply(status(403));
    let error = fixed(server.url()).upsert(tagged()).await.unwrap_err();
    assert!(error.to_string().contains("not added"), "{error}");
}

#[tokio::test]
async fn a_contact_that_is_deleted_in_between() {
    let server = Server::start().await.unwrap();
    server.reply(Reply::ordinary());
    server.reply(super::not_found(400));
    let error = fixed(server.url()).upsert(tagged()).await.unwrap_err();
    let Error::TagsNotAdded(error) = error else { panic!("{error:?}") };
    assert_eq!((variant(&error.error), error.upserted.new), ("NotFound", Some(true)));
}

#[tokio::test]
async fn tags_beyond_ascii() {
    let server = Server::start().await.unwrap();
    let contacts = fixed(server.url());
    let tags = ["Ärzte", "İstanbul", "ΟΔΟΣ", "STRASSE", " spaced "];
    let contact =
        || NewContact::builder().first_name(MARKER).email(Email::new("rosan@deos.com").unwrap()).tags(tags).build();
    contacts.upsert(contact()).await.unwrap();
    let again = contacts.upsert(contact()).await.unwrap();
    assert_eq!((again.contact.tags.len(), server.requests().len()), (5, 3));
}

/// Nothing of an untidy origin costs more than itself.
#[tokio::test]
async fn an_untidy_origin() {
    let server = Server::start().await.unwrap();
    let contact = json!({
        "id": ID, "attributionSource": {"url": 7, "ip": "a", "sessionSource": "Direct"}, "lastAttributionSource": [],
        "lastActivity": 7, "attachments": null, "visitorId": {}, "name": ["a"],
    });
    server.reply(answer(200, json!({"succeded": true, "contact": contact})));
    let update = ContactUpdate::builder().city("a").build();
    let answer = fixed(server.url()).update(&super::id(), update).answer().await.unwrap();
    let mut undecoded = answer.undecoded().to_vec();
    undecoded.sort();
    assert_eq!(
        undecoded,
        [
            "contact.attributionSource.url",
            "contact.lastActivity",
            "contact.lastAttributionSource",
            "contact.name",
            "contact.visitorId"
        ]
    );
    assert_eq!(answer.value.attribution_source.unwrap().ip.as_deref(), Some("a"));
}
