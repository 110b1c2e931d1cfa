use leadconnector_raw::types::UpdateContactResponse;

use super::Contacts;
use crate::call::NotTaken;
use crate::call::outcome::{self, Read, Reading};
use crate::{Call, Contact, ContactId, ContactUpdate, CustomField, UndecodableReason};

impl Contacts {
    /// Changes a contact: "Update Contact" in the vendor's public specification.
    ///
    /// What the update does not set stays as it is. The request is sent again after a lost answer.
    ///
    /// ```
    /// use leadconnector::{Client, ContactId, ContactUpdate, LocationId, Null};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = leadconnector_mock::Server::start().await?;
    /// # let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(server.url()).build()?;
    /// # let rosan = server.insert(&serde_json::json!({"locationId": "ve9EPM428h8vShlRW1KT", "firstName": "Rosan"}))?;
    /// # let id = ContactId::new(rosan["id"].as_str().unwrap_or_default())?;
    /// let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
    /// let update = ContactUpdate::builder().city("Dolomite").website(Null).build();
    /// let rosan = contacts.update(&id, update).await?;
    /// assert_eq!(rosan.first_name.as_deref(), Some("Rosan"));
    /// assert_eq!(rosan.city.as_deref(), Some("Dolomite"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [`Answer::not_taken`](crate::Answer::not_taken) names the custom fields that the server did not write.
    ///
    /// # Errors
    ///
    /// See [`Error`](crate::Error). An update of nothing, or with a tag without text, is
    /// [`Error::Invalid`](crate::Error::Invalid); a contact that is not there, [`Error::NotFound`](crate::Error::NotFound); an email or
    /// a phone of another contact, where the location does not allow duplicated contacts,
    /// [`Error::Duplicate`](crate::Error::Duplicate) with that one.
    pub fn update(&self, id: &ContactId, update: ContactUpdate) -> Call<Contact> {
        let id = id.clone();
        self.composite_call(|contacts| async move {
            let sent = CustomField::filled(update.custom_fields());
            let request = update.into_request()?;
            let mut answer = contacts.caller.send(contacts.raw().update_contact(id.in_path()?, &request)).await?;
            answer.not_taken = NotTaken::of_custom_fields(sent, &answer.value, &answer.undecoded);
            Ok(answer)
        })
    }
}

impl Read for UpdateContactResponse {
    type Value = Contact;

    fn read(self, reading: &mut Reading<'_>) -> Result<Contact, UndecodableReason> {
        let Self { succeded, succeeded, contact } = self;
        outcome::succeeded([succeded, succeeded])?;
        reading.contact(contact)
    }
}
