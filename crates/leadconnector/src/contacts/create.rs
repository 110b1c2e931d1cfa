use leadconnector_raw as raw;
use leadconnector_raw::types::CreateContactResponse;
use tracing::debug;

use super::Contacts;
use crate::call::outcome::{Read, Reading};
use crate::{Answer, Call, CarriedOut, Contact, ContactKey, Error, NewContact, UndecodableReason};

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
            let keys = if contacts.client.reconciles() { contact.keys() } else { Vec::new() };
            if keys.is_empty() {
                return contacts.send_creation(contact).await;
            }
            match contacts.send_creation(contact.clone()).await {
                // A duplicate has the id already.
                Err(unknown)
                    if unknown.carried_out() == CarriedOut::Unknown && !matches!(unknown, Error::Duplicate(_)) =>
                {
                    contacts.reconcile(contact, &keys, unknown).await
                }
                decided => decided,
            }
        })
    }

    /// Looks up a contact of which it is unknown whether it was created, and sends the request once more if it is not there,
    /// unless the server has said that it was created: a look-up may come too early. Where that decides nothing, the outcome is
    /// as unknown as before, and the error is the one that said so.
    async fn reconcile(
        &self,
        contact: NewContact,
        keys: &[ContactKey],
        unknown: Error,
    ) -> Result<Answer<Contact>, Error> {
        debug!(error = %unknown, "looking up whether the contact was created");
        match self.find_any(keys).await {
            Ok(Some(contact)) => return Ok(contact),
            Ok(None) if unknown.response().is_some_and(|response| response.status().is_success()) => {
                return Err(unknown);
            }
            Ok(None) => {}
            Err(error) => {
                debug!(%error, "the look-up failed");
                return Err(unknown);
            }
        }
        match self.send_creation(contact).await {
            Ok(contact) => Ok(contact),
            // It is there after all, from the first request or from somebody else.
            Err(Error::Duplicate(mut found)) => match self.find_any(keys).await {
                Ok(Some(contact)) => Ok(contact),
                Ok(None) | Err(_) => {
                    found.may_be_new = true;
                    Err(Error::Duplicate(found))
                }
            },
            Err(error) if error.carried_out() == CarriedOut::No => {
                debug!(%error, "the second request failed");
                Err(unknown)
            }
            Err(error) => Err(error),
        }
    }

    async fn send_creation(&self, contact: NewContact) -> Result<Answer<Contact>, Error> {
        self.send(self.client.raw().create_contact(&contact.into_request(&self.location))).await
    }

    /// The first contact that one of the keys finds.
    async fn find_any(&self, keys: &[ContactKey]) -> Result<Option<Answer<Contact>>, Error> {
        for key in keys {
            if let Some(found) = self.find_duplicate(key.clone()).answer().await?.transposed() {
                return Ok(Some(found));
            }
        }
        Ok(None)
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
