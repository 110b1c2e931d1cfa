use leadconnector_raw::types::GetAllNotesResponse;

use super::Contacts;
use crate::call::outcome::{Read, Reading};
use crate::{Call, ContactId, Note, UndecodableReason};

impl Contacts {
    /// Lists the notes of a contact: "Get All Notes" in the vendor's public specification. The whole list is one answer.
    ///
    /// A note that is no object or has no id is left out, and a member of an unforeseen type is missing:
    /// [`Answer::undecoded`](crate::Answer::undecoded) names them.
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
    /// for note in contacts.notes(&id).await? {
    ///     println!("{:?}: {}", note.date_added, note.body.unwrap_or_default());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Error`](crate::Error). A contact that is not there is [`Error::NotFound`](crate::Error::NotFound). If there is no
    /// list in the answer, or not all of it, the notes that arrived whole are in the error:
    /// [`Error::items`](crate::Error::items).
    pub fn notes(&self, id: &ContactId) -> Call<Vec<Note>> {
        self.call_about(id, |raw, id| raw.get_all_notes(id))
    }
}

impl Read for GetAllNotesResponse {
    type Value = Vec<Note>;

    fn read(self, reading: &mut Reading<'_>) -> Result<Vec<Note>, UndecodableReason> {
        let Self { notes } = self;
        reading.list("notes", notes, |note, _| Note::read(note))
    }
}
