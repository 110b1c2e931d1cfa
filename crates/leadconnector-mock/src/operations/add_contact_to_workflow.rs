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
        self.validator.check_workflow(body).map_err(|messages| unprocessable(&messages))?;
        let workflows = self.store.workflows_mut(contact_id).ok_or_else(|| not_found(contact_id))?;
        workflows.push(workflow_id.to_owned());
        Ok(self.workflow_changed(StatusCode::CREATED))
    }

    pub(super) fn workflow_changed(&mut self, status: StatusCode) -> Response<Bytes> {
        // The vendor's own spelling, and the one that it has come to add.
        respond(status, &json!({"succeded": true, "succeeded": true, "traceId": self.store.trace_id()}))
    }
}
