//! "Create Contact": `POST /contacts/`.

use bytes::Bytes;
use chrono::Utc;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::Operations;
use crate::answers::{Refusal, error, respond};
use crate::{InvalidContact, contact, duplicate};

impl Operations {
    pub(super) fn create_contact(&mut self, body: &Value) -> Result<Response<Bytes>, Refusal> {
        self.validator.check(body).map_err(|invalid| {
            error(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable Entity", &json!(invalid.messages()))
        })?;
        if !self.allow_duplicates
            && let Some((contact, matching_field)) = duplicate::find(&self.store, body)
        {
            return Err(duplicate::refusal(contact, matching_field));
        }
        let contact = self.stored(body);
        Ok(respond(StatusCode::CREATED, &json!({"contact": contact, "traceId": self.store.trace_id()})))
    }

    /// Stores a contact without a request, and also if it is a duplicate.
    pub(crate) fn insert(&mut self, body: &Value) -> Result<Value, InvalidContact> {
        self.validator.check(body)?;
        Ok(self.stored(body))
    }

    /// Stores a contact, and gives it as the vendor makes it of this body.
    fn stored(&mut self, body: &Value) -> Value {
        let id = self.store.id();
        let contact = contact::stored(body, self.validator.accepting(), &id, Utc::now());
        if self.recording {
            self.store.add(id, contact.clone());
        }
        contact
    }
}
