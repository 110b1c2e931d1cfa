//! "Add Tags": `POST /contacts/{contactId}/tags`.

use bytes::Bytes;
use chrono::Utc;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::Operations;
use crate::answers::{Refusal, not_found, respond, unprocessable};
use crate::contact;

impl Operations {
    pub(super) fn add_tags(&mut self, contact_id: &str, body: &Value) -> Result<Response<Bytes>, Refusal> {
        self.validator.check_tags(body).map_err(|messages| unprocessable(&messages))?;
        let mut tags = self.tags_of(contact_id).ok_or_else(|| not_found(contact_id))?;
        let mut added = contact::tags(&body["tags"]);
        added.retain(|tag| !tags.contains(tag));
        tags.extend_from_slice(&added);
        self.set_tags(contact_id, &tags);
        let body = json!({"tags": tags, "tagsAdded": added, "traceId": self.store.trace_id()});
        Ok(respond(StatusCode::CREATED, &body))
    }

    /// The tags of a contact; none if there is no such contact.
    pub(super) fn tags_of(&self, contact_id: &str) -> Option<Vec<String>> {
        self.store.contact(contact_id).map(|contact| contact::tags(&contact["tags"]))
    }

    pub(super) fn set_tags(&mut self, contact_id: &str, tags: &[String]) {
        self.store.change(contact_id, |contact| contact::write(contact, &json!({"tags": tags}), &[], Utc::now()));
    }
}
