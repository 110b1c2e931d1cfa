use leadconnector_raw::types::{AddTagsResponse, RemoveTagsResponse, TagsRequest};

use super::Contacts;
use crate::call::outcome::{Read, Reading};
use crate::models::tag_change::with_text;
use crate::{Call, ContactId, InvalidValue, TagChange, UndecodableReason};

impl Contacts {
    /// Adds tags to a contact: "Add Tags" in the vendor's public specification.
    ///
    /// The vendor stores tags in lower case. One that is new to the location is defined for all of it. A tag that the contact has
    /// already is not added again, so the request is sent again after a lost answer; what had been added by then is not in
    /// [`TagChange::added`].
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
    /// let change = contacts.add_tags(&id, ["newsletter", "vip"]).await?;
    /// println!("added {:?}, so that there are {:?}", change.added, change.tags);
    /// let change = contacts.remove_tags(&id, ["vip"]).await?;
    /// assert_eq!(change.tags, ["newsletter"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Error`](crate::Error). No tags, or one without text, is [`Error::Invalid`](crate::Error::Invalid); a contact that is
    /// not there, [`Error::NotFound`](crate::Error::NotFound).
    pub fn add_tags(&self, id: &ContactId, tags: impl IntoIterator<Item: Into<String>>) -> Call<TagChange> {
        let request = request(tags);
        self.checked_call_about(id, request, |raw, id, request| raw.add_tags(id, &request))
    }

    /// Removes tags from a contact: "Remove Tags" in the vendor's public specification.
    ///
    /// A tag that the contact does not have is passed over, so the request is sent again after a lost answer. The tag stays one
    /// of the location.
    ///
    /// # Errors
    ///
    /// As of [`add_tags`](Self::add_tags).
    pub fn remove_tags(&self, id: &ContactId, tags: impl IntoIterator<Item: Into<String>>) -> Call<TagChange> {
        let request = request(tags);
        self.checked_call_about(id, request, |raw, id, request| raw.remove_tags(id, &request))
    }
}

fn request(tags: impl IntoIterator<Item: Into<String>>) -> Result<TagsRequest, InvalidValue> {
    let tags = with_text(tags.into_iter().map(Into::into).collect())?;
    if tags.is_empty() {
        return Err(InvalidValue::new("tags", "are none: give at least one"));
    }
    Ok(TagsRequest { tags })
}

impl Read for AddTagsResponse {
    type Value = TagChange;

    fn read(self, _: &mut Reading<'_>) -> Result<TagChange, UndecodableReason> {
        let Self { tags, tags_added } = self;
        let tags = tags.ok_or(UndecodableReason::NoList)?;
        Ok(TagChange { tags, added: tags_added.unwrap_or_default(), removed: Vec::new() })
    }
}

impl Read for RemoveTagsResponse {
    type Value = TagChange;

    fn read(self, _: &mut Reading<'_>) -> Result<TagChange, UndecodableReason> {
        let Self { tags, tags_removed } = self;
        let tags = tags.ok_or(UndecodableReason::NoList)?;
        Ok(TagChange { tags, added: Vec::new(), removed: tags_removed.unwrap_or_default() })
    }
}
