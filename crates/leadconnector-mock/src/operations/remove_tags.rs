//! "Remove Tags": `DELETE /contacts/{contactId}/tags`, with a body.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::Operations;
use crate::answers::{Refusal, not_found, respond, unprocessable};
use crate::contact;

impl Operations {
    pub(super) fn remove_tags(&mut self, contact_id: &str, body: &Value) -> Result<Response<Bytes>, Refusal> {
        self.validator.check_tags(body).map_err(|messages| unprocessable(&messages))?;
        let mut tags = self.tags_of(contact_id).ok_or_else(|| not_found(contact_id))?;
        let mut removed = contact::tags(&body["tags"]);
        removed.retain(|tag| tags.contains(tag));
        tags.retain(|tag| !removed.contains(tag));
        self.set_tags(contact_id, &tags);
        let body = json!({"tags": tags, "tagsRemoved": removed, "traceId": self.store.trace_id()});
        Ok(respond(StatusCode::OK, &body))
    }
}
