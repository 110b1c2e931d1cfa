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

pub use create_all::CreateAll;
pub(crate) use custom_fields::Kept;
use leadconnector_raw as raw;
pub use reconcile::Reconcile;
pub use search::{SearchPage, SearchPages, SearchResults};

use crate::call::outcome::Read;
use crate::call::{Call, Caller};
use crate::{Answer, Client, ContactId, Error, InvalidValue, LocationId};

/// The contacts of a location.
///
/// ```
/// use leadconnector::{Client, Email, LocationId, NewContact};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = leadconnector_mock::Server::start().await?;
/// let client = Client::builder("any-token").base_url(server.url()).build()?;
/// let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
///
/// let email = Email::new("rosan@deos.com")?;
/// let rosan = NewContact::builder().first_name("Rosan").email(email).build();
/// let created = contacts.create(rosan).await?;
/// assert_eq!(created.first_name.as_deref(), Some("Rosan"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Contacts {
    caller: Caller,
}

impl Contacts {
    pub(crate) fn new(client: Client, location: LocationId) -> Self {
        Self { caller: Caller::new(client, location) }
    }

    /// The location.
    pub fn location(&self) -> &LocationId {
        &self.caller.location
    }

    #[cfg(test)]
    pub(crate) fn of(caller: Caller) -> Self {
        Self { caller }
    }

    #[cfg(test)]
    pub(crate) fn into_caller(self) -> Caller {
        self.caller
    }

    fn client(&self) -> &Client {
        &self.caller.client
    }

    fn raw(&self) -> &raw::Client {
        self.caller.client.raw()
    }

    /// The same for the calls of one list.
    fn for_a_list(&self) -> Self {
        Self { caller: Caller { list: Some(Arc::default()), ..self.caller.clone() } }
    }

    /// A call that is made of several steps, by these contacts with the options of the call.
    fn composite_call<T: Send + 'static, F>(&self, steps: impl FnOnce(Self) -> F + Send + 'static) -> Call<T>
    where
        F: Future<Output = Result<Answer<T>, Error>> + Send + 'static,
    {
        Call::new(self.caller.clone(), |caller| steps(Self { caller }))
    }

    /// The call of the request that is made once it is awaited.
    fn call<R: Read>(
        &self,
        request: impl FnOnce(&raw::Client, &LocationId) -> Result<raw::Request<R>, raw::RequestError> + Send + 'static,
    ) -> Call<R::Value> {
        Call::new(self.caller.clone(), |caller| async move {
            caller.send(request(caller.client.raw(), &caller.location)).await
        })
    }

    /// The same for a call about a contact: an id that would be another path is refused.
    fn call_about<R: Read>(
        &self,
        id: &ContactId,
        request: impl FnOnce(&raw::Client, &str) -> Result<raw::Request<R>, raw::RequestError> + Send + 'static,
    ) -> Call<R::Value> {
        self.checked_call_about(id, Ok(()), |raw, id, ()| request(raw, id))
    }

    /// The same with a body that was checked already: what is wrong with it is the error of the call.
    fn checked_call_about<R: Read, B: Send + 'static>(
        &self,
        id: &ContactId,
        body: Result<B, InvalidValue>,
        request: impl FnOnce(&raw::Client, &str, B) -> Result<raw::Request<R>, raw::RequestError> + Send + 'static,
    ) -> Call<R::Value> {
        let id = id.clone();
        Call::new(self.caller.clone(), |caller| async move {
            let body = body?;
            caller.send(request(caller.client.raw(), id.in_path()?, body)).await
        })
    }
}
