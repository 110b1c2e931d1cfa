//! "Create Contact": `POST /contacts/`.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::{Operations, location};
use crate::answers::{Refusal, respond};
use crate::store::Age;
use crate::{InvalidContact, contact, duplicate, validation};

impl Operations {
    pub(super) fn create_contact(&mut self, body: &Value) -> Result<Response<Bytes>, Refusal> {
        let body = &*self.custom_fields.with_ids(location(body), body);
        self.validator.check(body).map_err(|invalid| invalid.refusal())?;
        if !self.settings.allow_duplicates
            && let Some((contact, matching_field)) = duplicate::find(&self.store, body, None)
        {
            return Err(duplicate::refusal(contact, matching_field));
        }
        let contact = self.create(body);
        Ok(respond(StatusCode::CREATED, &json!({"contact": contact, "traceId": self.store.trace_id()})))
    }

    /// Stores a new contact.
    pub(super) fn create(&mut self, body: &Value) -> Value {
        self.stored(body, Utc::now(), Age::New)
    }

    /// Stores a contact without a request, and also if it is a duplicate. The body may say when it was added.
    pub(crate) fn insert(&mut self, body: &Value) -> Result<Value, InvalidContact> {
        let mut body = body.clone();
        let added = body.as_object_mut().and_then(|body| body.remove("dateAdded"));
        let body = &*self.custom_fields.with_ids(location(&body), &body);
        self.validator.check(body)?;
        let added = match added {
            Some(added) => validation::date("dateAdded", &added)?,
            None => Utc::now(),
        };
        Ok(self.stored(body, added, Age::Old))
    }

    /// Stores a contact, and gives it as the vendor makes it of this body.
    fn stored(&mut self, body: &Value, added: DateTime<Utc>, age: Age) -> Value {
        let id = self.store.id();
        let body = &*self.custom_fields.taken(location(body), body);
        let contact = contact::stored(body, self.validator.accepting(), &id, added);
        if self.settings.recording {
            self.store.add(id, contact.clone(), age);
        }
        contact
    }
}
