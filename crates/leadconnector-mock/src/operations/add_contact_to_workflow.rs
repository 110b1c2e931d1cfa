//! "Add Contact to Workflow": `POST /contacts/{contactId}/workflow/{workflowId}`. Any id is one of a workflow.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::Operations;
use crate::answers::{Refusal, not_found, respond, unprocessable};

impl Operations {
    pub(super) fn add_contact_to_workflow(
        &mut self,
        contact_id: &str,
        workflow_id: &str,
        body: &Value,
    ) -> Result<Response<Bytes>, Refusal> {
        self.workflows_of(contact_id, body)?.push(workflow_id.into());
        Ok(self.workflow_changed(StatusCode::CREATED))
    }

    /// The workflows of the contact, for a request with this body.
    pub(super) fn workflows_of(&mut self, contact_id: &str, body: &Value) -> Result<&mut Vec<Value>, Refusal> {
        self.validator.check_workflow(body).map_err(|messages| unprocessable(&messages))?;
        self.store.workflows_mut(contact_id).ok_or_else(|| not_found(contact_id))
    }

    pub(super) fn workflow_changed(&mut self, status: StatusCode) -> Response<Bytes> {
        // The vendor's own spelling, and the one that it has come to add.
        respond(status, &json!({"succeded": true, "succeeded": true, "traceId": self.store.trace_id()}))
    }
}
