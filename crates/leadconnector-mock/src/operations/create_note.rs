//! "Create Note": `POST /contacts/{contactId}/notes`.

use bytes::Bytes;
use chrono::Utc;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::Operations;
use crate::answers::{Refusal, not_found, respond, unprocessable};
use crate::{InvalidNote, note};

impl Operations {
    pub(super) fn create_note(&mut self, contact_id: &str, body: &Value) -> Result<Response<Bytes>, Refusal> {
        match self.insert_note(contact_id, body) {
            Ok(note) => Ok(respond(StatusCode::CREATED, &json!({"note": note, "traceId": self.store.trace_id()}))),
            Err(InvalidNote::UnknownContact(id)) => Err(not_found(&id)),
            Err(InvalidNote::Body(messages)) => Err(unprocessable(&messages)),
        }
    }

    /// Adds a note without a request.
    pub(crate) fn insert_note(&mut self, contact_id: &str, body: &Value) -> Result<Value, InvalidNote> {
        self.validator.check_note(body)?;
        let note = note::stored(body, contact_id, &self.store.id(), Utc::now());
        if self.store.add_note(contact_id, note.clone()) {
            Ok(note)
        } else {
            Err(InvalidNote::UnknownContact(contact_id.to_owned()))
        }
    }
}
