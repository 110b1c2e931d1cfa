use leadconnector_raw::types::UpsertContactResponse;

use super::Contacts;
use crate::call::NotTaken;
use crate::call::outcome::{self, Read, Reading};
use crate::{Call, TagsNotAdded, UndecodableReason, Upsert, Upserted};

impl Contacts {
    /// Updates the contact that is there already, or creates it: "Upsert Contact" in the vendor's public specification.
    ///
    /// The location decides which contact that is, by its setting "Allow Duplicate Contact": it looks for the email and the phone, in
    /// the order that is set there. The members that are not set stay as they are.
    ///
    /// The request is sent again after a lost answer, with two exceptions: with [`Upsert::create_new_if_duplicate_allowed`], and if the
    /// contact has neither an email nor a phone. Such a contact would be a new one each time.
    ///
    /// The server would replace all tags by those of the request. So the contact is sent without its tags, and a second request adds
    /// them, unless the contact has them already. [`Upsert::replace_tags`] replaces them instead.
    ///
    /// ```
    /// use leadconnector::{Client, Email, LocationId, NewContact};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = leadconnector_mock::Server::start().await?;
    /// # let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(server.url()).build()?;
    /// let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
    /// let rosan = NewContact::builder()
    ///     .first_name("Rosan")
    ///     .email(Email::new("rosan@deos.com")?)
    ///     .tag("newsletter")
    ///     .build();
    /// let saved = contacts.upsert(rosan).await?;
    /// match saved.new {
    ///     Some(true) => println!("created {}", saved.contact.id),
    ///     Some(false) => println!("updated {}", saved.contact.id),
    ///     None => println!("created or updated {}", saved.contact.id),
    /// }
    /// # assert_eq!(saved.new, Some(true));
    /// # assert_eq!(saved.contact.tags, ["newsletter"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A whole program, with tags, an update, a note and a workflow: the example `around_create` in the repository.
    ///
    /// The server does not write some values, and does not say so: the gender of a contact that was there, an email or a phone that
    /// belongs to another contact, and custom fields that the location does not have.
    /// [`Answer::not_taken`](crate::Answer::not_taken) names them. The [`Answer`](crate::Answer) is that of the first request, and counts
    /// its attempts.
    ///
    /// # Errors
    ///
    /// See [`Error`](crate::Error). A tag without text is [`Error::Invalid`](crate::Error::Invalid), before anything is sent. If only the request that adds the
    /// tags failed, it is [`Error::TagsNotAdded`](crate::Error::TagsNotAdded), which has the contact.
    pub fn upsert(&self, contact: impl Into<Upsert>) -> Call<Upserted> {
        let upsert = contact.into();
        self.composite_call(|contacts| async move {
            let sent = upsert.contact().clone();
            let (request, tags) = upsert.into_request(contacts.location())?;
            let request = contacts.raw().upsert_contact(&request);
            // Nothing finds it: another request would make another contact.
            let request = request.map(|request| request.once_if(sent.keys().is_empty()));
            let mut answer = contacts.caller.send(request).await?;
            answer.not_taken = NotTaken::of_upsert(&sent, &answer.value, &answer.undecoded);

            let has = |tag: &String| answer.value.contact.tags.contains(&tag.to_lowercase());
            if tags.iter().all(has) {
                return Ok(answer);
            }
            match contacts.add_tags(&answer.value.contact.id, &tags).await {
                Ok(change) => answer.value.contact.tags = change.tags,
                Err(error) => {
                    return Err(TagsNotAdded::new(answer.value, tags, error).into());
                }
            }
            Ok(answer)
        })
    }
}

impl Read for UpsertContactResponse {
    type Value = Upserted;

    fn read(self, reading: &mut Reading<'_>) -> Result<Upserted, UndecodableReason> {
        let Self { new, succeded, succeeded, contact } = self;
        outcome::succeeded([succeded, succeeded])?;
        // A request before this one may have created what this one found.
        let new = new.filter(|new| *new || !reading.unknown);
        Ok(Upserted { new, contact: reading.contact(contact)? })
    }
}
