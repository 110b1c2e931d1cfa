use leadconnector_raw::types::GetContactResponse;

use super::Contacts;
use crate::call::outcome::{Read, Reading};
use crate::{Call, Contact, ContactId, UndecodableReason};

impl Contacts {
    /// Gets a contact by its id: "Get Contact" in the vendor's public specification.
    ///
    /// ```
    /// use leadconnector::{Client, ContactId, Error, LocationId};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = leadconnector_mock::Server::start().await?;
    /// # let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(server.url()).build()?;
    /// # let rosan = server.insert(&serde_json::json!({"locationId": "ve9EPM428h8vShlRW1KT", "firstName": "Rosan"}))?;
    /// # let id = ContactId::new(rosan["id"].as_str().unwrap_or_default())?;
    /// let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
    /// match contacts.get(&id).await {
    ///     Ok(rosan) => println!("{:?}", rosan.first_name),
    ///     Err(Error::NotFound(_)) => println!("not there"),
    ///     Err(error) => return Err(error.into()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Error`](crate::Error). A contact that is not there is [`Error::NotFound`](crate::Error::NotFound). An id that would
    /// be another path, as one that the server sent can be, is [`Error::Invalid`](crate::Error::Invalid).
    pub fn get(&self, id: &ContactId) -> Call<Contact> {
        self.call_about(id, |raw, id| raw.get_contact(id))
    }
}

impl Read for GetContactResponse {
    type Value = Contact;

    fn read(self, reading: &mut Reading<'_>) -> Result<Contact, UndecodableReason> {
        let Self { contact } = self;
        reading.contact(contact)
    }
}
