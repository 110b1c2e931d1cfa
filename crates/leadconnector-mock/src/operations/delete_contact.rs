//! "Delete Contact": `DELETE /contacts/{contactId}`.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use super::Operations;
use crate::answers::{Refusal, not_found, respond};

impl Operations {
    pub(super) fn delete_contact(&mut self, id: &str) -> Result<Response<Bytes>, Refusal> {
        if !self.store.remove(id) {
            return Err(not_found(id));
        }
        // The vendor's own spelling, and the one that it has come to add.
        let body = json!({"succeded": true, "succeeded": true, "traceId": self.store.trace_id()});
        Ok(respond(StatusCode::OK, &body))
    }
}
