//! "Get All Notes": `GET /contacts/{contactId}/notes`.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use super::Operations;
use crate::answers::{Refusal, not_found, respond};

impl Operations {
    pub(super) fn get_all_notes(&mut self, contact_id: &str) -> Result<Response<Bytes>, Refusal> {
        let notes = self.store.notes(contact_id).map(<[_]>::to_vec).ok_or_else(|| not_found(contact_id))?;
        Ok(respond(StatusCode::OK, &json!({"notes": notes, "traceId": self.store.trace_id()})))
    }
}
