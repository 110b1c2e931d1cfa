use leadconnector_raw::types::{WorkflowRequest, WorkflowResponse};

use super::Contacts;
use crate::call::outcome::{self, Read, Reading};
use crate::{Call, ContactId, UndecodableReason, WorkflowId};

impl Contacts {
    /// Enrols a contact in a workflow: "Add Contact to Workflow" in the vendor's public specification.
    ///
    /// The vendor queues the enrolment, and does not say whether a workflow runs once more for a contact that is enrolled already:
    /// it may send a message twice. So the request is not sent again where it may have arrived.
    ///
    /// ```
    /// use leadconnector::{Client, ContactId, LocationId, WorkflowId};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = leadconnector_mock::Server::start().await?;
    /// # let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(server.url()).build()?;
    /// # let rosan = server.insert(&serde_json::json!({"locationId": "ve9EPM428h8vShlRW1KT", "firstName": "Rosan"}))?;
    /// # let id = ContactId::new(rosan["id"].as_str().unwrap_or_default())?;
    /// let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
    /// let welcome = WorkflowId::new("sx6wyHhbFdRXh302LLNR")?;
    /// contacts.add_to_workflow(&id, &welcome).await?;
    /// contacts.remove_from_workflow(&id, &welcome).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Error`](crate::Error): [`carried_out`](crate::Error::carried_out) says whether the contact was enrolled all the same.
    /// A contact that is not there is [`Error::NotFound`](crate::Error::NotFound).
    pub fn add_to_workflow(&self, id: &ContactId, workflow: &WorkflowId) -> Call<()> {
        let workflow = workflow.in_path().map(String::from);
        self.checked_call_about(id, workflow, |raw, id, workflow: String| {
            raw.add_contact_to_workflow(id, &workflow, &WorkflowRequest { event_start_time: None })
        })
    }

    /// Takes a contact out of a workflow: "Delete Contact from Workflow" in the vendor's public specification.
    ///
    /// It has the same end however often it is sent, so it is sent again after a lost answer.
    ///
    /// # Errors
    ///
    /// See [`Error`](crate::Error). A contact that is not there is [`Error::NotFound`](crate::Error::NotFound).
    pub fn remove_from_workflow(&self, id: &ContactId, workflow: &WorkflowId) -> Call<()> {
        let workflow = workflow.in_path().map(String::from);
        self.checked_call_about(id, workflow, |raw, id, workflow: String| {
            raw.delete_contact_from_workflow(id, &workflow, &WorkflowRequest { event_start_time: None })
        })
    }
}

impl Read for WorkflowResponse {
    type Value = ();

    fn read(self, _: &mut Reading<'_>) -> Result<(), UndecodableReason> {
        let Self { succeded, succeeded } = self;
        outcome::succeeded([succeded, succeeded])
    }

    fn of_nothing() -> Option<()> {
        Some(())
    }
}
