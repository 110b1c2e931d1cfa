use crate::send::{Operation, send};
use crate::{Client, Contact, ContactKey, Error, LocationId, NewContact, mapping};

const CREATE_CONTACT: Operation = Operation { id: "create_contact", idempotent: false };
const GET_DUPLICATE_CONTACT: Operation = Operation { id: "get_duplicate_contact", idempotent: true };

/// The contacts of a location.
///
/// ```
/// use leadconnector::{Client, Email, LocationId, NewContact};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = leadconnector_mock::Server::start().await?;
/// let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(server.url()).build()?;
/// let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
///
/// let rosan = NewContact::builder().first_name("Rosan").email(Email::new("rosan@deos.com")?).build();
/// let created = contacts.create(rosan).await?;
/// assert_eq!(created.first_name.as_deref(), Some("Rosan"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Contacts {
    client: Client,
    location: LocationId,
}

impl Contacts {
    pub(crate) fn new(client: Client, location: LocationId) -> Self {
        Self { client, location }
    }

    /// Creates a contact: "Create Contact" on the page.
    ///
    /// A success whose body has the id of the contact is always `Ok`, whatever else is in it: see [`Contact`]. The request is
    /// sent again only where no second contact can come of it: see [`Retry`](crate::Retry). Dropping the future stops the
    /// call; whether the contact was created is unknown then.
    ///
    /// # Errors
    ///
    /// See [`Error`]: each says whether the contact was created all the same. The one that calls for a decision is
    /// [`Error::Duplicate`], with the id of the contact that is already there.
    pub async fn create(&self, contact: NewContact) -> Result<Contact, Error> {
        let body = &mapping::request(&self.location, contact);
        let version = self.client.version();
        let success =
            send(&self.client, CREATE_CONTACT, |raw| async move { (raw.create_contact(version, body).await, raw) })
                .await?;
        mapping::created(success)
    }

    /// Finds the contact with which a new one would collide: "Get Duplicate Contact" in the vendor's public specification.
    /// None if there is none.
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
    /// See [`Error`]. Nothing is created here: what an error says of that does not matter. An answer that says neither that
    /// there is a contact, with its id, nor that there is none, is [`Error::Undecodable`].
    pub async fn find_duplicate(&self, key: impl Into<ContactKey>) -> Result<Option<Contact>, Error> {
        let key = &key.into();
        let (email, number) = match key {
            ContactKey::Email(email) => (Some(email.as_str()), None),
            ContactKey::Phone(phone) => (None, Some(phone.as_str())),
        };
        let (location, version) = (self.location.as_str(), self.client.version());
        let success = send(&self.client, GET_DUPLICATE_CONTACT, |raw| async move {
            (raw.get_duplicate_contact(email, location, number, version).await, raw)
        })
        .await?;
        mapping::found(success)
    }

    /// The body that [`create`](Self::create) sends for this contact: to look at it, or to keep it.
    pub fn request_body(&self, contact: &NewContact) -> serde_json::Value {
        // The members of the request are texts, numbers, lists and maps with text keys: nothing that JSON cannot say.
        serde_json::to_value(mapping::request(&self.location, contact.clone())).unwrap_or_default()
    }
}
