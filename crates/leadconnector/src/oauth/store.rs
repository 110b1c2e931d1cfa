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
/// that is one statement, and whether it has changed a row:
///
/// ```
/// use leadconnector::oauth::{Holder, Record, TokenStore};
/// use leadconnector::token::BoxError;
/// # struct Pool;
/// # struct Row { revision: i64, record: String }
/// # impl Pool {
/// #     async fn fetch(&self, _: &str, _: (&str,)) -> Result<Option<Row>, BoxError> { Ok(None) }
/// #     async fn execute<T>(&self, _: &str, _: T) -> Result<u64, BoxError> { Ok(0) }
/// # }
///
/// struct Tokens {
///     pool: Pool,
/// }
///
/// impl TokenStore for Tokens {
///     async fn load(&self, holder: &Holder) -> Result<Option<Record>, BoxError> {
///         let sql = "SELECT revision, record FROM tokens WHERE holder = $1";
///         let row = self.pool.fetch(sql, (&holder.to_string(),)).await?;
///         Ok(row.map(|row| Record::new(row.revision, row.record)))
///     }
///
///     async fn compare_and_swap(
///         &self,
///         holder: &Holder,
///         expected: Option<&Record>,
///         new: Option<&Record>,
///     ) -> Result<bool, BoxError> {
///         let holder = holder.to_string();
///         let rows = match (expected, new) {
///             (None, None) => return Ok(true),
///             (None, Some(new)) => {
///                 let sql = "INSERT INTO tokens (holder, revision, record) VALUES ($1, $2, $3)
///                            ON CONFLICT DO NOTHING";
///                 self.pool.execute(sql, (&holder, new.revision(), new.text())).await?
///             }
///             (Some(old), Some(new)) => {
///                 let sql = "UPDATE tokens SET revision = $3, record = $4
///                            WHERE holder = $1 AND revision = $2";
///                 let values = (&holder, old.revision(), new.revision(), new.text());
///                 self.pool.execute(sql, values).await?
///             }
///             (Some(old), None) => {
///                 let sql = "DELETE FROM tokens WHERE holder = $1 AND revision = $2";
///                 self.pool.execute(sql, (&holder, old.revision())).await?
///             }
///         };
///         Ok(rows == 1)
///     }
/// }
/// ```
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
    /// [revisions](Record::revision) are. One of the two is there always.
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
    revision: i64,
    text: String,
}

impl Record {
    /// A record as it was stored.
    pub fn new(revision: i64, text: impl Into<String>) -> Self {
        Self { revision, text: text.into() }
    }

    /// A number that no other record of the holder has.
    pub fn revision(&self) -> i64 {
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
