//! A success that is not one.

use std::fmt;

use super::incomplete::known_all_the_same;
use crate::Response;

/// A successful answer whose body is not an answer to the operation.
#[derive(Clone)]
#[non_exhaustive]
pub struct Undecodable {
    /// What is wrong with it.
    pub reason: UndecodableReason,
    /// The path of the value that is not of the type that the program has asked for, such as `pipelines[3].stages`:
    /// [`UndecodableReason::OtherType`]. It may hold a person's data, if an object has such data in the names of its members.
    pub path: Option<String>,
    /// The server's answer.
    pub response: Response,
}

impl Undecodable {
    /// An answer that is not what was asked for, for a test.
    pub fn new(reason: UndecodableReason, response: Response) -> Self {
        Self { reason, path: None, response }
    }
}

/// Without the path, which comes from a body.
impl fmt::Debug for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undecodable")
            .field("reason", &self.reason)
            .field("response", &self.response)
            .finish_non_exhaustive()
    }
}

/// What is wrong with a successful answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UndecodableReason {
    /// The body is empty.
    Empty,
    /// The body is not JSON: text, or a page of a proxy.
    NotJson,
    /// The body is JSON, but not an object.
    NoObject,
    /// The body is JSON, but not of the type that the program has asked for: [`Client::request`](crate::Client::request).
    OtherType,
    /// The body does not have what the operation answers with, such as a contact with an id.
    NoId,
    /// The list that was asked for is not in the body: it is missing, null, or something else than a list.
    NoList,
    /// The list has more than a thousand items that are not objects with an id.
    BadItems,
    /// The body says that the operation did not succeed.
    Denied,
    /// The page of a search has contacts that cannot be read: they are not objects, or have no id.
    BadContact,
    /// The page of a search is the page before it.
    RepeatedPage,
    /// The page of a search has no contacts, although there should be more.
    EarlyEnd,
    /// The page of a search does not say where the next one begins: its last contact has no `searchAfter`.
    NoNextPage,
    /// The page of a search does not say how many contacts were found.
    NoTotal,
}

impl UndecodableReason {
    /// Whether the server itself has said so, and would say it again.
    pub(crate) fn is_deliberate(self) -> bool {
        match self {
            Self::Empty | Self::NotJson => false,
            Self::NoObject
            | Self::OtherType
            | Self::NoId
            | Self::NoList
            | Self::BadItems
            | Self::Denied
            | Self::BadContact
            | Self::RepeatedPage
            | Self::EarlyEnd
            | Self::NoNextPage
            | Self::NoTotal => true,
        }
    }
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            UndecodableReason::Empty => "is empty",
            UndecodableReason::NotJson => "is not JSON",
            UndecodableReason::NoObject => "is not an object",
            UndecodableReason::OtherType => "is not of the type that was asked for",
            UndecodableReason::NoId => "has nothing with an id where it should be",
            UndecodableReason::NoList => "does not have the list",
            UndecodableReason::BadItems => "has a list of which too many items cannot be read",
            UndecodableReason::Denied => "says that it did not succeed",
            UndecodableReason::BadContact => "has a contact that cannot be read",
            UndecodableReason::RepeatedPage => "is the page before it once more",
            UndecodableReason::EarlyEnd => "has no contacts, although not all that were found have come",
            UndecodableReason::NoNextPage => "does not say where the next page begins",
            UndecodableReason::NoTotal => "does not say how many contacts were found",
        };
        write!(f, "the server answered {}, but its body {reason}", self.response.status())?;
        if self.path.is_some() {
            f.write_str("; its `path` says where")?;
        }
        let items = matches!(self.reason, UndecodableReason::NotJson | UndecodableReason::BadItems)
            && self.response.called().list().is_some();
        match known_all_the_same(self.response.called(), Some(&self.response)) {
            Some(clause) if items || self.response.created().is_some() => write!(f, "; {clause}"),
            _ => Ok(()),
        }
    }
}
