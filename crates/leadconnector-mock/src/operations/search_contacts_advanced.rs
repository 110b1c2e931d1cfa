//! "Search Contacts": `POST /contacts/search`.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::Operations;
use crate::answers::{Refusal, respond};

impl Operations {
    pub(super) fn search_contacts_advanced(&mut self, body: &Value) -> Result<Response<Bytes>, Refusal> {
        let of_location: Vec<_> =
            self.store.contacts().filter(|contact| contact["locationId"] == body["locationId"]).cloned().collect();
        let after = body["searchAfter"][1].as_str();
        let begin = after
            .and_then(|after| of_location.iter().position(|contact| contact["id"] == after))
            .map_or(0, |place| place + 1);
        let limit = body["pageLimit"].as_u64().unwrap_or(20) as usize;
        let page: Vec<_> = of_location
            .iter()
            .skip(begin)
            .take(limit)
            .cloned()
            .map(|mut contact| {
                contact["searchAfter"] = json!([1_784_292_472_386_i64, contact["id"]]);
                contact
            })
            .collect();
        let body = json!({"contacts": page, "total": of_location.len(), "traceId": self.store.trace_id()});
        Ok(respond(StatusCode::OK, &body))
    }
}
