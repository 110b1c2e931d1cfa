//! "Get Duplicate Contact": `GET /contacts/search/duplicate`. What a duplicate is says `duplicate.rs`.

use std::time::Instant;

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
            // A national number finds nobody.
            "phone": request.query("number").filter(|number| number.starts_with('+')),
        });
        let found = duplicate::find(&self.store, &wanted, Some(Instant::now()));
        let contact = found.map(|(contact, _)| contact.clone());
        Ok(respond(StatusCode::OK, &json!({"contact": contact, "traceId": self.store.trace_id()})))
    }
}
