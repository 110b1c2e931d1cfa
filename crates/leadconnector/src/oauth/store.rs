//! Where tokens are kept.

mod file;
mod memory;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

pub use file::FileStore;
pub use memory::MemoryStore;

use super::Holder;
use crate::BoxError;

/// Where the tokens of an [`App`](super::App) are kept: a file, a database.
///
/// A store keeps a [`Record`] for each [`Holder`], under the holder's text. It has to keep what it was given once a call has returned,
/// also if the process is killed right after: a refresh token can be used only once, and the one that replaces it is saved here before
/// the new access token is used.
///
/// Several processes may share a store, if [`compare_and_swap`](Self::compare_and_swap) is one step for all of them. In a database
/// that is one statement, such as `UPDATE tokens SET record = $1, revision = $2 WHERE holder = $3 AND revision = $4`, and whether it
/// has changed a row.
///
/// [`load`](Self::load) has to see what the last swap has put there, so it does not read from a replica that lags. Each app needs a store
/// of its own.
///
/// An error of a store should say what to do about it, and hold no token. The call that needed the store then fails, and later calls
/// try again.
pub trait TokenStore: Send + Sync + 'static {
    /// The record of a holder; none if there is none.
    fn load(&self, holder: &Holder) -> impl Future<Output = Result<Option<Record>, BoxError>> + Send;

    /// Puts a record in the place of another one, in one step, if that is still there; and says whether it did. `expected` is what
    /// should be there, or none if nothing should be. Without `new`, what is there is removed. Records are the same if their
    /// [revisions](Record::revision) are.
    fn compare_and_swap(
        &self,
        holder: &Holder,
        expected: Option<&Record>,
        new: Option<&Record>,
    ) -> impl Future<Output = Result<bool, BoxError>> + Send;
}

/// Apps that share a store have a clone each.
impl<S: TokenStore> TokenStore for Arc<S> {
    fn load(&self, holder: &Holder) -> impl Future<Output = Result<Option<Record>, BoxError>> + Send {
        (**self).load(holder)
    }

    fn compare_and_swap(
        &self,
        holder: &Holder,
        expected: Option<&Record>,
        new: Option<&Record>,
    ) -> impl Future<Output = Result<bool, BoxError>> + Send {
        (**self).compare_and_swap(holder, expected, new)
    }
}

/// What a [`TokenStore`] keeps for a holder.
///
/// The text has tokens in it, so it is a secret. What else is in it, and its form, are this crate's business. `Debug` does not print
/// it.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    revision: u64,
    text: String,
}

impl Record {
    /// A record as it was stored.
    pub fn new(revision: u64, text: impl Into<String>) -> Self {
        Self { revision, text: text.into() }
    }

    /// A number that no other record of the holder has. It fits into 63 bits, as the integers of databases do.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// What is to be stored. It is a secret.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("revision", &self.revision).finish_non_exhaustive()
    }
}

type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send + 'a>>;

/// A [`TokenStore`] whose type does not show.
pub(super) trait AnyStore: Send + Sync {
    fn load<'a>(&'a self, holder: &'a Holder) -> Pending<'a, Option<Record>>;
    fn compare_and_swap<'a>(
        &'a self,
        holder: &'a Holder,
        expected: Option<&'a Record>,
        new: Option<&'a Record>,
    ) -> Pending<'a, bool>;
}

impl<S: TokenStore> AnyStore for S {
    fn load<'a>(&'a self, holder: &'a Holder) -> Pending<'a, Option<Record>> {
        Box::pin(TokenStore::load(self, holder))
    }

    fn compare_and_swap<'a>(
        &'a self,
        holder: &'a Holder,
        expected: Option<&'a Record>,
        new: Option<&'a Record>,
    ) -> Pending<'a, bool> {
        Box::pin(TokenStore::compare_and_swap(self, holder, expected, new))
    }
}
