//! "Get Custom Fields": `GET /locations/{locationId}/customFields`. What comes of them in a request says `custom_fields.rs`.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::Operations;
use crate::answers::{Refusal, respond, unprocessable};
use crate::{InvalidCustomField, Request};

impl Operations {
    pub(super) fn get_custom_fields(
        &mut self,
        location_id: &str,
        request: &Request,
    ) -> Result<Response<Bytes>, Refusal> {
        let fields = match request.query("model").as_deref() {
            None | Some("contact" | "all") => self.custom_fields.of(location_id),
            Some("opportunity") => &[],
            Some(_) => {
                let message = "model must be one of the following values: contact, opportunity, all";
                return Err(unprocessable(&[message.to_owned()]));
            }
        };
        Ok(respond(StatusCode::OK, &json!({"customFields": fields, "traceId": self.store.trace_id()})))
    }

    /// Gives a location a custom field.
    pub(crate) fn define_custom_field(&mut self, definition: &Value) -> Result<Value, InvalidCustomField> {
        self.validator.check_custom_field(definition)?;
        let id = self.store.id();
        self.custom_fields.define(definition, id).map_err(InvalidCustomField::of)
    }
}
