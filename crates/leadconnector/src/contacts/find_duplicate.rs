use leadconnector_raw::types::GetDuplicateContactResponse;

use super::Contacts;
use crate::call::decode;
use crate::call::outcome::{Read, Reading};
use crate::{Call, Contact, ContactKey, UndecodableReason};

impl Contacts {
    /// Finds the contact that has this email or phone, as the location would for a new contact: "Get Duplicate Contact" in the
    /// vendor's public specification. None if there is none.
    ///
    /// ```
    /// use leadconnector::{Client, Email, LocationId};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = leadconnector_mock::Server::start().await?;
    /// # let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(server.url()).build()?;
    /// let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
    /// if let Some(rosan) = contacts.find_duplicate(Email::new("rosan@deos.com")?).await? {
    ///     println!("already there: {}", rosan.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Error`](crate::Error). An answer that says neither that there is a contact, with its id, nor that there is none, is
    /// [`Error::Undecodable`](crate::Error::Undecodable).
    pub fn find_duplicate(&self, key: impl Into<ContactKey>) -> Call<Option<Contact>> {
        let key = key.into();
        self.call(move |raw, location| {
            let (email, number) = match &key {
                ContactKey::Email(email) => (Some(email.as_str()), None),
                ContactKey::Phone(phone) => (None, Some(phone.as_str())),
            };
            raw.get_duplicate_contact(email, location.as_str(), number)
        })
    }
}

impl Read for GetDuplicateContactResponse {
    type Value = Option<Contact>;

    fn read(self, reading: &mut Reading<'_>) -> Result<Option<Contact>, UndecodableReason> {
        let Self { contact } = self;
        // Only null says that there is none: an answer without the member says nothing.
        let without_id = contact.as_ref().is_none_or(|contact| contact.id.is_none());
        if without_id && decode::has_null(reading.body, "contact") {
            return Ok(None);
        }
        reading.contact(contact).map(Some)
    }
}
