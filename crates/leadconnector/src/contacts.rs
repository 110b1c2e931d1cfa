//! The contacts of a location: an operation a file.

mod create;
mod create_all;
mod create_note;
mod custom_fields;
mod delete;
mod find_duplicate;
mod get;
mod notes;
mod reconcile;
mod search;
mod tags;
mod update;
mod upsert;
mod workflow;

use std::sync::Arc;
use std::time::Instant;

pub use create_all::CreateAll;
pub(crate) use custom_fields::Kept;
use leadconnector_raw as raw;
pub use reconcile::Reconcile;
pub use search::{SearchPage, SearchPages, SearchResults};
use tokio::sync::Mutex as FairMutex;

use crate::call::outcome::Read;
use crate::call::{Call, send};
use crate::{Answer, Client, ContactId, Error, InvalidValue, LocationId};

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
    /// Of the calls of a list: see [`send`].
    list: Option<Arc<FairMutex<()>>>,
}

impl Contacts {
    pub(crate) fn new(client: Client, location: LocationId) -> Self {
        Self { client, location, list: None }
    }

    /// The same for the calls of one list.
    fn for_a_list(&self) -> Self {
        Self { list: Some(Arc::default()), ..self.clone() }
    }

    /// The call of the request that is made once it is awaited.
    fn call<R: Read>(
        &self,
        request: impl FnOnce(&raw::Client, &LocationId) -> Result<raw::Request<R>, raw::RequestError> + Send + 'static,
    ) -> Call<R::Value> {
        let contacts = self.clone();
        Call::new(async move { contacts.send(request(contacts.client.raw(), &contacts.location)).await })
    }

    /// The same for a call about a contact: an id that would be another path is refused.
    fn call_about<R: Read>(
        &self,
        id: &ContactId,
        request: impl FnOnce(&raw::Client, &str) -> Result<raw::Request<R>, raw::RequestError> + Send + 'static,
    ) -> Call<R::Value> {
        let (contacts, id) = (self.clone(), id.clone());
        Call::new(async move { contacts.send(request(contacts.client.raw(), id.in_path()?)).await })
    }

    /// The same with a body that was checked already: what is wrong with it is the error of the call.
    fn checked_call_about<R: Read, B: Send + 'static>(
        &self,
        id: &ContactId,
        body: Result<B, InvalidValue>,
        request: impl FnOnce(&raw::Client, &str, B) -> Result<raw::Request<R>, raw::RequestError> + Send + 'static,
    ) -> Call<R::Value> {
        let (contacts, id) = (self.clone(), id.clone());
        Call::new(async move {
            let body = body?;
            contacts.send(request(contacts.client.raw(), id.in_path()?, body)).await
        })
    }

    async fn send<R: Read>(
        &self,
        request: Result<raw::Request<R>, raw::RequestError>,
    ) -> Result<Answer<R::Value>, Error> {
        self.send_timed(request, &mut None).await
    }

    /// Sends a request, and tells when the last attempt was sent.
    async fn send_timed<R: Read>(
        &self,
        request: Result<raw::Request<R>, raw::RequestError>,
        sent_at: &mut Option<Instant>,
    ) -> Result<Answer<R::Value>, Error> {
        send(&self.client, &self.location, self.list.as_deref(), request.map_err(refused)?, sent_at).await
    }
}

/// What is wrong with a request that could not be made.
fn refused(error: raw::RequestError) -> Error {
    Error::Invalid(match error {
        raw::RequestError::Path(name) => InvalidValue::new(name, "is empty, `.` or `..`, which is another path"),
        _ => InvalidValue::new("request", "cannot be written as JSON"),
    })
}
