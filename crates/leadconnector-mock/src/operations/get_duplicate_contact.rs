//! "Get Duplicate Contact": `GET /contacts/search/duplicate`. What a duplicate is says `duplicate.rs`.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use super::Operations;
use crate::answers::{Refusal, error, respond};
use crate::{Request, duplicate};

impl Operations {
    pub(super) fn get_duplicate_contact(&mut self, request: &Request) -> Result<Response<Bytes>, Refusal> {
        if request.query("locationId").is_none_or(|location| location.is_empty()) {
            let messages = json!(["locationId should not be empty"]);
            return Err(error(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable Entity", &messages));
        }
        let wanted = json!({
            "locationId": request.query("locationId"),
            "email": request.query("email"),
            "phone": request.query("number"),
        });
        let contact = duplicate::find(&self.store, &wanted).map(|(contact, _)| contact.clone());
        Ok(respond(StatusCode::OK, &json!({"contact": contact, "traceId": self.store.trace_id()})))
    }
}
