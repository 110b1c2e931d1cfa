use std::time::Instant;

use leadconnector_raw as raw;
use leadconnector_raw::types::CreateContactResponse;

use super::Contacts;
use super::reconcile::Unknown;
use crate::call::outcome::{Read, Reading};
use crate::{Answer, Call, CarriedOut, Contact, Error, NewContact, UndecodableReason};

impl Contacts {
    /// Creates a contact: "Create Contact" on the page.
    ///
    /// A success whose body has the id of the contact is always `Ok`, whatever else is in it: see [`Contact`]. The request is
    /// sent again only where no second contact can come of it: see [`Retry`](crate::Retry) and
    /// [`ClientBuilder::reconcile`](crate::ClientBuilder::reconcile).
    ///
    /// # Errors
    ///
    /// See [`Error`]: each says whether the contact was created all the same. The one that calls for a decision is
    /// [`Error::Duplicate`], with the id of the contact that is already there.
    pub fn create(&self, contact: NewContact) -> Call<Contact> {
        let contacts = self.clone();
        Call::new(async move {
            let keys = if contacts.client.reconcile().is_off() { Vec::new() } else { contact.keys() };
            if keys.is_empty() {
                return contacts.send_creation(contact).await;
            }
            let began = Instant::now();
            match contacts.send_creation(contact.clone()).await {
                // A duplicate has the id already.
                Err(error) if error.carried_out() == CarriedOut::Unknown && !matches!(error, Error::Duplicate(_)) => {
                    contacts.reconcile(Unknown { contact, keys, began, error }).await
                }
                decided => decided,
            }
        })
    }

    pub(super) async fn send_creation(&self, contact: NewContact) -> Result<Answer<Contact>, Error> {
        self.send(self.client.raw().create_contact(&contact.into_request(&self.location))).await
    }

    /// The body that [`create`](Self::create) sends for this contact, as JSON: to look at it, or to keep it.
    pub fn request_body(&self, contact: NewContact) -> Vec<u8> {
        // The members of the request are texts, numbers, lists and maps with text keys: nothing that JSON cannot say.
        raw::json(&contact.into_request(&self.location)).unwrap_or_default()
    }
}

impl Read for CreateContactResponse {
    type Value = Contact;

    fn read(self, reading: &mut Reading<'_>) -> Result<Contact, UndecodableReason> {
        let Self { contact } = self;
        reading.contact(contact)
    }
}
