//! "Get Contact": `GET /contacts/{contactId}`.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use super::Operations;
use crate::answers::{Refusal, not_found, respond};

impl Operations {
    pub(super) fn get_contact(&mut self, id: &str) -> Result<Response<Bytes>, Refusal> {
        let contact = self.store.contact(id).cloned().ok_or_else(|| not_found(id))?;
        Ok(respond(StatusCode::OK, &json!({"contact": contact, "traceId": self.store.trace_id()})))
    }
}
