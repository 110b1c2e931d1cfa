use std::time::Instant;

use leadconnector_raw as raw;
use leadconnector_raw::types::CreateContactResponse;

use super::Contacts;
use super::reconcile::Unknown;
use crate::call::outcome::{Read, Reading};
use crate::{
    Answer, Call, CarriedOut, Contact, CustomField, CustomFieldId, Error, NewContact, NotTaken, UndecodableReason,
};

impl Contacts {
    /// Creates a contact: "Create Contact" on the page.
    ///
    /// A success whose body has the id of the contact is always `Ok`, whatever else is in it: see [`Contact`]. The request is
    /// sent again only where no second contact can come of it: see [`Retry`](crate::Retry) and
    /// [`ClientBuilder::reconcile`](crate::ClientBuilder::reconcile).
    ///
    /// The server often drops a custom field that the location does not have, or a choice that is not exactly one of the field's options.
    /// It does not say so. [`custom_fields`](Self::custom_fields) gives fields that refuse both before anything is
    /// sent. [`Answer::not_taken`] names each custom field that was sent with a value and is not in the answer:
    ///
    /// ```
    /// # use leadconnector::custom_fields::CustomField;
    /// # use leadconnector::{Client, CustomFieldId, LocationId, NewContact};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = leadconnector_mock::Server::start().await?;
    /// # let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(server.url()).build()?;
    /// # let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
    /// let size = CustomField::new(CustomFieldId::new("6dvNaf7VhkQ9snc5vnjJ")?, "large");
    /// let rosan = NewContact::builder().first_name("Rosan").custom_field(size).build();
    /// let answer = contacts.create(rosan).answer().await?;
    /// for not_taken in answer.not_taken() {
    ///     println!("{} was created without {not_taken}", answer.value.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A whole program, with every field of the page: the example `create_contact` in the repository.
    ///
    /// # Errors
    ///
    /// See [`Error`]: each says whether the contact was created all the same. [`Error::Duplicate`] has the id of the contact that is
    /// already there, and needs a decision of the program.
    pub fn create(&self, contact: NewContact) -> Call<Contact> {
        self.composite_call(|contacts| async move {
            let sent = CustomField::filled(contact.custom_fields());
            let keys = if contacts.client().reconcile().is_off() { Vec::new() } else { contact.keys() };
            if keys.is_empty() {
                return contacts.send_creation(contact, &mut None).await.map(|answer| compared_with(answer, sent));
            }
            let mut sent_at = None;
            match contacts.send_creation(contact.clone(), &mut sent_at).await {
                // A duplicate has the id already.
                Err(error) if error.carried_out() == CarriedOut::Unknown && !matches!(error, Error::Duplicate(_)) => {
                    let sent = sent_at.unwrap_or_else(Instant::now);
                    contacts.reconcile(Unknown { contact, keys, sent, not_before: None, error }).await
                }
                decided => decided,
            }
            .map(|answer| compared_with(answer, sent))
        })
    }

    /// Sends a contact, and tells when its last request was sent.
    pub(super) async fn send_creation(
        &self,
        contact: NewContact,
        sent_at: &mut Option<Instant>,
    ) -> Result<Answer<Contact>, Error> {
        self.caller.send_timed(self.raw().create_contact(&contact.into_request(self.location())), sent_at).await
    }

    /// The body that [`create`](Self::create) would send for this contact, as JSON: to look at it, or to keep it.
    pub fn request_body(&self, contact: NewContact) -> Vec<u8> {
        // The members of the request are texts, numbers, lists and maps with text keys: nothing that JSON cannot say.
        raw::json(&contact.into_request(self.location())).unwrap_or_default()
    }
}

fn compared_with(mut answer: Answer<Contact>, sent: Vec<CustomFieldId>) -> Answer<Contact> {
    answer.not_taken = NotTaken::of_custom_fields(sent, &answer.value, &answer.undecoded);
    answer
}

impl Read for CreateContactResponse {
    type Value = Contact;

    fn read(self, reading: &mut Reading<'_>) -> Result<Contact, UndecodableReason> {
        let Self { contact } = self;
        reading.contact(contact)
    }
}
