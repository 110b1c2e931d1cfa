//! "Delete Contact from Workflow": `DELETE /contacts/{contactId}/workflow/{workflowId}`, with a body.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use super::Operations;
use crate::answers::Refusal;

impl Operations {
    pub(super) fn delete_contact_from_workflow(
        &mut self,
        contact_id: &str,
        workflow_id: &str,
        body: &Value,
    ) -> Result<Response<Bytes>, Refusal> {
        self.workflows_of(contact_id, body)?.retain(|workflow| workflow != workflow_id);
        Ok(self.workflow_changed(StatusCode::OK))
    }
}
