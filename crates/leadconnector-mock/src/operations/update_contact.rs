//! "Update Contact": `PUT /contacts/{contactId}`.

use bytes::Bytes;
use chrono::Utc;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::{Operations, location};
use crate::answers::{Refusal, not_found, respond, unprocessable};
use crate::validation::ACCEPTED_IN_UPDATES;
use crate::{contact, duplicate};

impl Operations {
    pub(super) fn update_contact(&mut self, id: &str, body: &Value) -> Result<Response<Bytes>, Refusal> {
        let known = self.store.contact(id);
        let body = &*self.custom_fields.with_ids(known.map(location).unwrap_or_default(), body);
        self.validator.check_update(body).map_err(|messages| unprocessable(&messages))?;
        let stored = known.ok_or_else(|| not_found(id))?;
        let wanted = json!({"locationId": stored["locationId"], "email": body["email"], "phone": body["phone"]});
        if !self.settings.allow_duplicates
            && let Some((other, matching_field)) = duplicate::find_other(&self.store, &wanted, id)
        {
            return Err(duplicate::refusal(other, matching_field));
        }
        let contact = self.change(id, body).ok_or_else(|| not_found(id))?;
        let answer = json!({"succeded": true, "succeeded": true, "contact": contact, "traceId": self.store.trace_id()});
        Ok(respond(StatusCode::OK, &answer))
    }

    /// Changes a contact, and gives it; none if there is no such contact.
    pub(super) fn change(&mut self, id: &str, body: &Value) -> Option<Value> {
        let accepted: Vec<_> =
            self.validator.accepting().iter().cloned().chain(ACCEPTED_IN_UPDATES.map(String::from)).collect();
        let body = &*self.custom_fields.taken(location(self.store.contact(id)?), body);
        self.store.change(id, |contact| contact::write(contact, body, &accepted, Utc::now())).cloned()
    }
}
