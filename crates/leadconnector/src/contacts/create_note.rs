use leadconnector_raw::types::CreateNoteResponse;

use super::Contacts;
use crate::call::outcome::{Read, Reading};
use crate::{Call, ContactId, NewNote, Note, UndecodableReason};

impl Contacts {
    /// Adds a note to a contact: "Create Note" in the vendor's public specification.
    ///
    /// Sent again, there would be a second note. So it is not sent again where it may have arrived.
    ///
    /// ```
    /// use leadconnector::{Client, ContactId, LocationId, NewNote};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = leadconnector_mock::Server::start().await?;
    /// # let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(server.url()).build()?;
    /// # let rosan = server.insert(&serde_json::json!({"locationId": "ve9EPM428h8vShlRW1KT", "firstName": "Rosan"}))?;
    /// # let id = ContactId::new(rosan["id"].as_str().unwrap_or_default())?;
    /// let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
    /// let note = contacts.create_note(&id, NewNote::new("Called back.")?).await?;
    /// println!("{}", note.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Error`](crate::Error): [`created`](crate::Error::created) says whether the note was created all the same. A contact
    /// that is not there is [`Error::NotFound`](crate::Error::NotFound).
    pub fn create_note(&self, id: &ContactId, note: NewNote) -> Call<Note> {
        self.call_about(id, move |raw, id| raw.create_note(id, &note.into_request()))
    }
}

impl Read for CreateNoteResponse {
    type Value = Note;

    fn read(self, _: &mut Reading<'_>) -> Result<Note, UndecodableReason> {
        let Self { note } = self;
        note.and_then(|note| Note::read(*note)).ok_or(UndecodableReason::NoId)
    }
}
