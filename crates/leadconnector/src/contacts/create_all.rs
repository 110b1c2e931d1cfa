use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::{Stream, StreamExt};
use leadconnector_raw::operations::CREATE_CONTACT;
use tokio::task::{JoinError, JoinSet};
use tracing::Instrument;

use super::Contacts;
use crate::call::Called;
use crate::call::options::{Options, options};
use crate::{Answer, Contact, Error, Incomplete, NewContact};

impl Contacts {
    /// Creates the contacts of a list, several at a time, as fast as the location's allowance permits.
    ///
    /// Each contact has a key of the program's own, such as the number of its line, its id in another system, or its place in the
    /// list, which `enumerate` gives. Each result comes with the key of its contact. Results come as they are ready, not in the order
    /// of the list. An error does not stop the others.
    ///
    /// The list is read as the results are taken. So it needs memory only for the contacts under way,
    /// [`ClientBuilder::concurrency`](crate::ClientBuilder::concurrency) of them, however long it is. Dropping the results stops
    /// everything; then it is unknown whether the contacts under way were created.
    ///
    /// A task of tokio creates each contact. So the others go on while the program handles a result.
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
    /// let list = [("customer 17", "Rosan"), ("customer 23", "Rubika")]
    ///     .map(|(customer, name)| (customer, NewContact::builder().first_name(name).build()));
    ///
    /// let mut results = contacts.create_all(stream::iter(list));
    /// while let Some((customer, result)) = results.next().await {
    ///     match result {
    ///         Ok(contact) => println!("{customer}: created {}", contact.id),
    ///         Err(error) => println!("{customer}: {error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Whole programs: the examples `million`, a list that is longer than the memory, and `pace`, the vendor's pace, in the repository.
    pub fn create_all<K, L>(&self, list: L) -> CreateAll<K>
    where
        K: Send + 'static,
        L: Stream<Item = (K, NewContact)> + Send + 'static,
    {
        let mut contacts = self.for_a_list();
        let concurrency = self.client().concurrency();
        let begin = move |options| {
            contacts.caller.options = options;
            let creations = list.map(move |(key, contact)| {
                // Of one task, which ends when the set is dropped.
                let mut task = JoinSet::new();
                task.spawn(contacts.create(contact).answer().in_current_span());
                // The key stays outside of it, so that it is there however the task ends.
                async move { (key, joined(task.join_next().await, Called::Operation(&CREATE_CONTACT))) }
            });
            Box::pin(creations.buffer_unordered(concurrency)) as Results<K>
        };
        CreateAll { options: self.caller.options.clone(), begin: Some(Box::new(begin)), results: None }
    }
}

/// The results of [`Contacts::create_all`], each with the key of its contact.
#[must_use = "a stream does nothing until its items are taken"]
pub struct CreateAll<K> {
    options: Options,
    /// Begins the list, with what was set until then.
    begin: Option<Box<dyn FnOnce(Options) -> Results<K> + Send>>,
    results: Option<Results<K>>,
}

/// What came of a contact, with its key.
type Keyed<K> = (K, Result<Answer<Contact>, Error>);

type Results<K> = Pin<Box<dyn Stream<Item = Keyed<K>> + Send>>;

options!(CreateAll<K>, options);

impl<K> CreateAll<K> {
    /// The same results, each with all that came with it: see [`Call::answer`](crate::Call::answer).
    pub fn answers(self) -> impl Stream<Item = (K, Result<Answer<Contact>, Error>)> + Send + Unpin {
        Answers(self)
    }

    fn poll_answers(&mut self, context: &mut Context<'_>) -> Poll<Option<Keyed<K>>> {
        if let Some(begin) = self.begin.take() {
            self.results = Some(begin(std::mem::take(&mut self.options)));
        }
        self.results.as_mut().map_or(Poll::Ready(None), |results| results.as_mut().poll_next(context))
    }
}

/// The results of a list with all that came with each.
struct Answers<K>(CreateAll<K>);

impl<K> Stream for Answers<K> {
    type Item = Keyed<K>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_answers(context)
    }
}

impl<K> Stream for CreateAll<K> {
    type Item = (K, Result<Contact, Error>);

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let result = self.poll_answers(context);
        result.map(|next| next.map(|(key, result)| (key, result.map(|answer| answer.value))))
    }
}

impl<K> fmt::Debug for CreateAll<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateAll").finish_non_exhaustive()
    }
}

/// What came of the only task of a set, which made a call.
pub(super) fn joined<T>(
    result: Option<Result<Result<Answer<T>, Error>, JoinError>>,
    called: Called,
) -> Result<Answer<T>, Error> {
    match result {
        Some(Ok(result)) => result,
        // Of code that the program handed in, such as its `Pacing`: it goes on where the program sees it.
        Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // Only a runtime that shuts down ends a task that nobody has ended.
        Some(Err(_)) | None => Err(Error::BrokenOff(Box::new(Incomplete::of(&called, None, None)))),
    }
}
