use leadconnector_raw::types::DeleteContactResponse;

use super::Contacts;
use crate::call::outcome::{self, Read, Reading};
use crate::{Call, ContactId, UndecodableReason};

impl Contacts {
    /// Deletes a contact by its id: "Delete Contact" in the vendor's public specification.
    ///
    /// A deletion has the same end however often it is sent, so it is sent again after a lost answer. If the contact is not there by
    /// then, it was deleted.
    ///
    /// ```
    /// use leadconnector::{Client, ContactId, LocationId};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = leadconnector_mock::Server::start().await?;
    /// # let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(server.url()).build()?;
    /// # let rosan = server.insert(&serde_json::json!({"locationId": "ve9EPM428h8vShlRW1KT", "firstName": "Rosan"}))?;
    /// # let id = ContactId::new(rosan["id"].as_str().unwrap_or_default())?;
    /// let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
    /// contacts.delete(&id).await?;
    /// # assert!(server.contacts().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Error`](crate::Error). A contact that was not there from the first is [`Error::NotFound`](crate::Error::NotFound).
    /// An id that would be another path, as one that the server sent can be, is [`Error::Invalid`](crate::Error::Invalid).
    pub fn delete(&self, id: &ContactId) -> Call<()> {
        self.call_about(id, |raw, id| raw.delete_contact(id))
    }
}

impl Read for DeleteContactResponse {
    type Value = ();

    fn read(self, _: &mut Reading<'_>) -> Result<(), UndecodableReason> {
        let Self { succeded, succeeded, success } = self;
        outcome::succeeded([succeded, succeeded, success])
    }

    fn of_nothing() -> Option<()> {
        Some(())
    }

    fn of_gone() -> Option<(&'static str, ())> {
        Some(("Contact", ()))
    }
}
