use futures_util::{Stream, StreamExt};
use leadconnector_raw::types::{CreateContactRequest, CreateContactResponse};
use leadconnector_raw::{Client as Raw, Json};
use tokio::task::JoinSet;
use tracing::debug;

use crate::outcome::Success;
use crate::send::{Operation, send};
use crate::{Client, Contact, ContactKey, Created, Error, Incomplete, InvalidValue, LocationId, NewContact, mapping};

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
    /// sent again only where no second contact can come of it: see [`Retry`](crate::Retry) and
    /// [`ClientBuilder::reconcile`](crate::ClientBuilder::reconcile). Dropping the future stops the
    /// call; whether the contact was created is unknown then.
    ///
    /// # Errors
    ///
    /// See [`Error`]: each says whether the contact was created all the same. The one that calls for a decision is
    /// [`Error::Duplicate`], with the id of the contact that is already there.
    pub async fn create(&self, contact: NewContact) -> Result<Contact, Error> {
        let keys = if self.client.reconciles() { contact.keys() } else { Vec::new() };
        let body = &Json::of(&mapping::request(&self.location, contact))
            .map_err(|_| InvalidValue::new("contact", "cannot be written as JSON"))?;
        let unknown = match self.send_creation(body).await.and_then(mapping::created) {
            Err(error) if error.created() == Created::Unknown && !keys.is_empty() => error,
            decided => return decided,
        };
        match unknown {
            // It has the id already.
            Error::Duplicate(_) => Err(unknown),
            // Boxed, so that the future of a call stays small: it is moved around while nothing has begun.
            _ => Box::pin(self.reconcile(body, &keys, unknown)).await,
        }
    }

    /// Looks up a contact of which it is unknown whether it was created, and sends the request once more if it is not there,
    /// unless the server has said that it was created: a look-up may come too early. Where that decides nothing, the outcome is
    /// as unknown as before, and the error is the one that said so.
    async fn reconcile(
        &self,
        body: &Json<CreateContactRequest>,
        keys: &[ContactKey],
        unknown: Error,
    ) -> Result<Contact, Error> {
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
        match self.send_creation(body).await.and_then(mapping::created) {
            Ok(contact) => Ok(contact),
            // It is there after all, from the first request or from somebody else.
            Err(Error::Duplicate(mut found)) => match self.find_any(keys).await {
                Ok(Some(contact)) => Ok(contact),
                Ok(None) | Err(_) => {
                    found.may_be_new = true;
                    Err(Error::Duplicate(found))
                }
            },
            Err(error) if error.created() == Created::No => {
                debug!(%error, "the second request failed");
                Err(unknown)
            }
            Err(error) => Err(error),
        }
    }

    fn send_creation<'a>(
        &'a self,
        body: &'a Json<CreateContactRequest>,
    ) -> impl Future<Output = Result<Success<CreateContactResponse>, Error>> + Send + 'a {
        let request = |raw: &Raw| raw.create_contact_request(self.client.version(), body);
        send(&self.client, CREATE_CONTACT, &self.location, request)
    }

    /// The first contact that one of the keys finds.
    async fn find_any(&self, keys: &[ContactKey]) -> Result<Option<Contact>, Error> {
        for key in keys {
            if let Some(contact) = self.find_duplicate(key.clone()).await? {
                return Ok(Some(contact));
            }
        }
        Ok(None)
    }

    /// Creates the contacts of a list, several at a time and as fast as the location's allowance lets them.
    ///
    /// Each result comes with the place of its contact in the list, counted from 0. Results come as they are ready, not in the
    /// order of the list. An error does not stop the others. The list is read as the results are taken: however long it is,
    /// the memory is that of the contacts under way, [`ClientBuilder::concurrency`](crate::ClientBuilder::concurrency) of
    /// them. Dropping the results stops everything; whether the contacts under way were created is unknown then.
    ///
    /// Each contact is created by a task of tokio, so that those under way get on, and keep nobody waiting, while the program
    /// does something else with a result.
    ///
    /// ```
    /// use futures_util::{StreamExt, stream};
    /// use leadconnector::{Client, Email, LocationId, NewContact};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = leadconnector_mock::Server::start().await?;
    /// # let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(server.url()).build()?;
    /// let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
    /// let list = ["Rosan", "Rubika"].map(|name| NewContact::builder().first_name(name).build());
    ///
    /// let mut results = contacts.create_all(stream::iter(list));
    /// while let Some((place, result)) = results.next().await {
    ///     match result {
    ///         Ok(contact) => println!("{place}: created {}", contact.id),
    ///         Err(error) => println!("{place}: {error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_all<L>(&self, list: L) -> impl Stream<Item = (usize, Result<Contact, Error>)> + Send + Unpin + use<L>
    where
        L: Stream<Item = NewContact> + Send + 'static,
    {
        let contacts = self.clone();
        let concurrency = self.client.concurrency();
        let creations = list.enumerate().map(move |(place, contact)| {
            let contacts = contacts.clone();
            // Of one task, which ends when the set is dropped.
            let mut task = JoinSet::new();
            task.spawn(async move { contacts.create(contact).await });
            async move { (place, result_of(task).await) }
        });
        Box::pin(creations.buffer_unordered(concurrency))
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
        let request = |raw: &Raw| raw.get_duplicate_contact_request(email, location, number, version);
        send(&self.client, GET_DUPLICATE_CONTACT, &self.location, request).await.and_then(mapping::found)
    }

    /// The body that [`create`](Self::create) sends for this contact: to look at it, or to keep it.
    pub fn request_body(&self, contact: &NewContact) -> serde_json::Value {
        // The members of the request are texts, numbers, lists and maps with text keys: nothing that JSON cannot say.
        serde_json::to_value(mapping::request(&self.location, contact.clone())).unwrap_or_default()
    }
}

/// What came of the only task of a set.
async fn result_of(mut task: JoinSet<Result<Contact, Error>>) -> Result<Contact, Error> {
    match task.join_next().await {
        Some(Ok(result)) => result,
        // Of code that the program handed in, such as its `Pacing`: it goes on where the program sees it.
        Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // Only a runtime that shuts down ends a task that nobody has ended.
        Some(Err(_)) | None => Err(Error::BrokenOff(Box::new(Incomplete { response: None, source: None }))),
    }
}
