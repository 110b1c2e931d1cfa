//! "Get Custom Fields": `GET /locations/{locationId}/customFields`.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use super::Operations;
use crate::answers::{Refusal, respond};

impl Operations {
    pub(super) fn get_custom_fields(&mut self) -> Result<Response<Bytes>, Refusal> {
        Ok(respond(StatusCode::OK, &json!({"customFields": [], "traceId": self.store.trace_id()})))
    }
}
