mod kept;

use kept::How;
pub(crate) use kept::Kept;
use leadconnector_raw::types::GetCustomFieldsResponse;

use super::Contacts;
use crate::call::outcome::{Read, Reading};
use crate::{Call, CustomFields, LocationCustomField, UndecodableReason};

impl Contacts {
    /// Gets the custom fields of the location's contacts: "Get Custom Fields" in the vendor's public specification. A program
    /// finds a field by its name, key or id, and makes of it what a contact can be written with:
    ///
    /// ```
    /// use leadconnector::{Client, LocationId, NewContact};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use leadconnector_mock::{Reply, Server, http::StatusCode};
    /// # let server = Server::start().await?;
    /// # let plan = serde_json::json!({"id": "3sv6UEo51C9Bmpo1cKTq", "fieldKey": "contact.plan", "dataType": "TEXT"});
    /// # server.reply(Reply::json(StatusCode::OK, &serde_json::json!({"customFields": [plan]})));
    /// # let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(server.url()).build()?;
    /// let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
    /// let fields = contacts.custom_fields().await?;
    /// // Refused here if the location has no such field, or the field no such option.
    /// let plan = fields.by_key("contact.plan")?.value("Enterprise annual")?;
    /// let rosan = NewContact::builder().first_name("Rosan").custom_field(plan).build();
    /// contacts.create(rosan).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// They are kept for a while, [`ClientBuilder::keep_custom_fields_for`](crate::ClientBuilder::keep_custom_fields_for), for each
    /// location, by a client and its clones. Until then nothing is sent: what comes with the answer is that of the request that was sent.
    /// However many calls need them, they are asked for once. If the call that asks is dropped, the next one asks; who has waited for longer
    /// than the client's [`timeout`](crate::ClientBuilder::timeout), or the call's, asks as well. A call with a version or a header of its
    /// own always asks, and what it is answered is not kept.
    ///
    /// A field that is no object or has no id is left out, and a member of an unforeseen type is missing:
    /// [`Answer::undecoded`](crate::Answer::undecoded) names them.
    ///
    /// # Errors
    ///
    /// See [`Error`](crate::Error). Who waited for a call that failed takes its error; no error is kept. If there is no list in the answer,
    /// or not all of it, the fields that arrived whole are in the error: [`Error::items`](crate::Error::items). An id of a location that
    /// would be another path, as one that the server sent can be, is [`Error::Invalid`](crate::Error::Invalid).
    pub fn custom_fields(&self) -> Call<CustomFields> {
        self.kept_custom_fields(false)
    }

    /// The same, always fetched from the server: for a program whose user has just added a field or an option. The answer
    /// replaces what was kept. If the call fails, what was kept stays.
    ///
    /// # Errors
    ///
    /// As of [`custom_fields`](Self::custom_fields).
    pub fn refresh_custom_fields(&self) -> Call<CustomFields> {
        self.kept_custom_fields(true)
    }

    fn kept_custom_fields(&self, anew: bool) -> Call<CustomFields> {
        self.composite_call(move |contacts| async move {
            let ask = || async {
                let location = contacts.location().in_path()?;
                contacts.caller.send(contacts.raw().get_custom_fields(location, Some("contact"))).await
            };
            let options = &contacts.caller.options;
            // What another version answers is not what everybody else has asked for.
            if options.headers().is_some_and(|headers| !headers.is_empty()) {
                return ask().await;
            }
            let how = How { anew, patience: contacts.caller.timeout(), is_alone: options.are_set() };
            contacts.client().custom_fields().get(contacts.location(), how, ask).await
        })
    }
}

impl Read for GetCustomFieldsResponse {
    type Value = CustomFields;

    fn read(self, reading: &mut Reading<'_>) -> Result<CustomFields, UndecodableReason> {
        let Self { custom_fields } = self;
        let fields = reading.list("customFields", custom_fields, LocationCustomField::read)?;
        Ok(CustomFields::from_iter(fields))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::join_all;
    use leadconnector_mock::http::StatusCode;
    use leadconnector_mock::{Reply, Server};
    use serde_json::{Value, json};

    use crate::{Client, ClientBuilder, Contacts, Error, LocationCustomField, LocationId, NoPacing, NoRetry};

    const LOCATION: &str = "ve9EPM428h8vShlRW1KT";

    fn location(id: &str) -> LocationId {
        LocationId::new(id).unwrap()
    }

    fn client(server: &Server) -> ClientBuilder {
        Client::builder("token").base_url(server.url()).retry(NoRetry).pacing(NoPacing)
    }

    fn contacts(client: ClientBuilder) -> Contacts {
        client.build().unwrap().contacts(location(LOCATION))
    }

    /// An answer with one field, of this id.
    fn field(id: &str) -> Reply {
        fields(json!([{"id": id}]))
    }

    fn fields(fields: Value) -> Reply {
        Reply::json(StatusCode::OK, &json!({"customFields": fields, "traceId": "t"}))
    }

    async fn ids(contacts: &Contacts) -> Vec<String> {
        contacts.custom_fields().await.unwrap().iter().map(|field| field.id.to_string()).collect()
    }

    #[tokio::test]
    async fn they_are_asked_for_once_for_each_location() {
        let server = Server::start().await.unwrap();
        server.reply(field("a"));
        let client = client(&server).build().unwrap();
        let all = join_all((0..32).map(|_| {
            let contacts = client.clone().contacts(location(LOCATION));
            async move { ids(&contacts).await }
        }));
        assert_eq!(all.await, vec![["a"]; 32]);
        assert_eq!(ids(&client.contacts(location(LOCATION))).await, ["a"]);
        assert_eq!(server.received(), 1);
        server.reply(field("b"));
        assert_eq!(ids(&client.contacts(location("other"))).await, ["b"]);
        let paths: Vec<_> = server.requests().iter().map(|request| request.path.clone()).collect();
        assert_eq!(paths, [LOCATION, "other"].map(|id| format!("/locations/{id}/customFields?model=contact")));
    }

    #[tokio::test]
    async fn they_can_be_asked_for_anew_and_need_not_be_kept() {
        let server = Server::start().await.unwrap();
        let reply = |ids: &[&str]| ids.iter().for_each(|id| server.reply(field(id)));
        let contacts = contacts(client(&server));
        reply(&["a", "b"]);
        assert_eq!(ids(&contacts).await, ["a"]);
        let answer = contacts.refresh_custom_fields().answer().await.unwrap();
        assert_eq!((answer.value.iter().next().unwrap().id.as_str(), answer.attempts()), ("b", 1));
        // What is kept has its answer with it.
        let kept = contacts.custom_fields().answer().await.unwrap();
        assert_eq!((&kept.value, kept.body(), kept.trace_id().as_deref()), (&answer.value, answer.body(), Some("t")));
        assert_eq!(server.received(), 2);

        let contacts = self::contacts(client(&server).keep_custom_fields_for(Duration::ZERO));
        reply(&["c", "d"]);
        assert_eq!([ids(&contacts).await, ids(&contacts).await], [["c"], ["d"]]);
        let contacts = self::contacts(client(&server).keep_custom_fields_for(Duration::from_nanos(1)));
        reply(&["e", "f"]);
        // Who waited for it takes it all the same.
        assert_eq!(join_all((0..32).map(|_| ids(&contacts))).await, vec![["e"]; 32]);
        assert_eq!(ids(&contacts).await, ["f"]);
    }

    #[tokio::test]
    async fn an_error_is_for_those_who_waited() {
        let server = Server::start().await.unwrap();
        let contacts = contacts(client(&server));
        for (reply, said) in [
            (Reply::new(StatusCode::SERVICE_UNAVAILABLE), "the server failed: 503 Service Unavailable"),
            (Reply::ordinary().cut_before(), "the connection failed after the request may have left"),
            (fields(Value::Null), "the server answered 200 OK, but its body does not have the list"),
        ] {
            let before = server.received();
            server.reply(reply);
            let errors = join_all((0..32).map(|_| contacts.custom_fields())).await;
            assert!(errors.into_iter().all(|error| error.unwrap_err().to_string() == said), "{said}");
            assert_eq!(server.received() - before, 1, "{said}");
        }
        server.reply(field("a"));
        assert_eq!(ids(&contacts).await, ["a"]);
    }

    /// Of those who wait, one is dropped after the other: each time the next one asks.
    #[tokio::test]
    async fn who_is_dropped_leaves_it_to_the_next_one() {
        let server = Server::start().await.unwrap();
        let contacts = contacts(client(&server));
        let never = || field("never").delay(Duration::from_secs(600));
        server.reply(never());
        server.reply(never());
        server.reply(field("a"));
        let call = || tokio::spawn(contacts.custom_fields());
        let (first, second, third) = (call(), call(), call());
        for (received, asking) in [(1, first), (2, second)] {
            while server.received() < received {
                tokio::task::yield_now().await;
            }
            asking.abort();
        }
        assert_eq!(third.await.unwrap().unwrap().iter().next().unwrap().id.as_str(), "a");
        assert_eq!(server.received(), 3);
    }

    #[tokio::test]
    async fn untidy_fields() {
        let server = Server::start().await.unwrap();
        let untidy = json!([
            {"id": "a", "name": "Plan", "parentId": "p", "standard": false, "picklistOptions": null},
            "no field",
            {"name": "no id"},
            {"id": 4, "name": ["x"], "fieldKey": "contact.four", "maxFileLimit": 2.5, "picklistOptions": ["x", 1, "y"]},
        ]);
        server.reply(fields(untidy.clone()));
        let contacts = contacts(client(&server));
        let answer = contacts.custom_fields().answer().await.unwrap();
        let named = ["[1]", "[2]", "[3].maxFileLimit", "[3].name", "[3].picklistOptions[1]"];
        let mut undecoded = answer.undecoded().to_vec();
        undecoded.sort();
        assert_eq!(undecoded, named.map(|place| format!("customFields{place}")));
        let [plan, four] = [0, 1].map(|place| answer.value.iter().nth(place).unwrap());
        assert_eq!((plan.name.as_deref(), plan.options.len()), (Some("Plan"), 0));
        assert_eq!(
            (four.id.as_str(), four.name.as_deref(), &*four.options),
            ("4", None, &["x".into(), "y".into()][..])
        );
        assert_eq!(answer.json_at("customFields[0].parentId"), Some(json!("p")));

        let body = r#"{"customFields": [{"id": "a"}, {"name": "no id"}, {"id": "b"}, {"id": "c", "na"#;
        server.reply(Reply::new(StatusCode::OK).body(body));
        let error = contacts.refresh_custom_fields().await.unwrap_err();
        let whole: Vec<LocationCustomField> = error.items();
        assert_eq!(whole.iter().map(|field| field.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[tokio::test]
    async fn a_location_that_would_change_the_path() {
        let server = Server::start().await.unwrap();
        let client = client(&server).build().unwrap();
        for odd in ["", ".", "..", "a/b", "a?b", "a b", "…"] {
            let contacts = client.contacts(LocationId::received(odd.to_owned()));
            let error = contacts.custom_fields().await.unwrap_err();
            assert!(matches!(error, Error::Invalid(_)), "{odd:?}: {error}");
        }
        assert_eq!(server.received(), 0);
    }
}
