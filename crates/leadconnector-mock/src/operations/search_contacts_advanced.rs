//! "Search Contacts": `POST /contacts/search`. What is found says `search.rs`.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::{Operations, location};
use crate::answers::{Refusal, respond, unprocessable};
use crate::search::{Invalid, Page, Search};

impl Operations {
    pub(super) fn search_contacts_advanced(&mut self, body: &Value) -> Result<Response<Bytes>, Refusal> {
        self.validator.check_search(body).map_err(|messages| unprocessable(&messages))?;
        let search = Search::read(body, self.custom_fields.of(location(body))).map_err(|invalid| match invalid {
            Invalid::Body(messages) => unprocessable(&messages),
            Invalid::Unknown(message) => self.unknown(&message),
        })?;
        let Page { contacts, total } = self.store.search(&search);
        let mut answer = json!({"total": total, "traceId": self.store.trace_id()});
        answer["contacts"] = contacts.into();
        Ok(respond(StatusCode::OK, &answer))
    }

    /// The refusal of a field or an operator that there is not.
    fn unknown(&mut self, message: &str) -> Refusal {
        let status = StatusCode::BAD_REQUEST;
        let body = json!({
            "statusCode": status.as_u16(),
            "message": message,
            "error": "Bad Request",
            "traceId": self.store.trace_id(),
        });
        Box::new(respond(status, &body))
    }
}
