//! "Upsert Contact": `POST /contacts/upsert`. `duplicate.rs` says which contact is there already.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::{Operations, location};
use crate::answers::{Refusal, respond};
use crate::duplicate;

impl Operations {
    pub(super) fn upsert_contact(&mut self, body: &Value) -> Result<Response<Bytes>, Refusal> {
        let body = &*self.custom_fields.with_ids(location(body), body);
        self.validator.check_upsert(body).map_err(|invalid| invalid.refusal())?;
        let may_be_second = self.settings.allow_duplicates && body["createNewIfDuplicateAllowed"] == true;
        let found = if may_be_second { None } else { duplicate::find(&self.store, body, None) };
        let id = found.and_then(|(contact, _)| Some(contact["id"].as_str()?.to_owned()));
        let updated = id.and_then(|id| {
            let body = self.without_what_is_left_alone(body, &id);
            self.change(&id, &body)
        });
        let is_new = updated.is_none();
        let contact = updated.unwrap_or_else(|| self.create(body));
        let answer = json!({
            "new": is_new,
            "succeded": true,
            "succeeded": true,
            "contact": contact,
            "traceId": self.store.trace_id(),
        });
        Ok(respond(StatusCode::OK, &answer))
    }

    /// The body without what the vendor leaves alone in a contact that is there: its gender, and an email or a phone that belongs to
    /// another contact.
    fn without_what_is_left_alone(&self, body: &Value, id: &str) -> Value {
        let belongs_to_another = |member: &&str| {
            let wanted = json!({"locationId": body["locationId"], *member: body[*member]});
            duplicate::find_other(&self.store, &wanted, id).is_some()
        };
        let mut left = body.clone();
        if let Some(members) = left.as_object_mut() {
            for member in ["email", "phone"].into_iter().filter(belongs_to_another).chain(["gender"]) {
                members.remove(member);
            }
        }
        left
    }
}
