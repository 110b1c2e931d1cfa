//! The upserts of a list, several at a time, but never two that may be for the same contact.

use futures_util::stream::{self, Stream, StreamExt};
use leadconnector::{Answer, Contacts, Error, NewContact, Upserted};

use crate::same_contact::{Groups, Turns};

/// How many lines are under way at the most, those included that wait for their turn: as many as of a list of creations.
const CONCURRENCY: usize = 32;

/// The results of upserts, each with the key that its contact has in the list, as they are ready. The list is read as they are taken;
/// `groups` says which of its contacts may be the same.
pub(crate) fn upserts<K: Send + 'static>(
    contacts: &Contacts,
    groups: Groups,
    list: impl Iterator<Item = (K, NewContact)> + Send + 'static,
) -> impl Stream<Item = (K, Result<Answer<Upserted>, Error>)> + Send + Unpin + 'static {
    let (contacts, mut turns) = (contacts.clone(), Turns::new(groups));
    let calls = list.map(move |(key, contact)| {
        let mut turn = turns.next(&contact);
        let call = contacts.upsert(contact).answer();
        async move {
            turn.comes().await;
            (key, call.await)
        }
    });
    Box::pin(stream::iter(calls).buffer_unordered(CONCURRENCY))
}
