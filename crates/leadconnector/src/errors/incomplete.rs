//! An answer that is not whole, and what is known all the same.

use std::fmt;

use crate::call::Called;
use crate::{CreatedId, Effect, Response, TransportError};

/// An answer that did not arrive, or did not arrive whole.
#[derive(Clone)]
#[non_exhaustive]
pub struct Incomplete {
    /// What arrived of the answer; none if not even its status did.
    pub response: Option<Response>,
    /// What went wrong with the connection. None if the connection did not fail: then the answer was too large, the gateway
    /// gave up, or the runtime shut down.
    pub source: Option<TransportError>,
    pub(super) called: Called,
}

impl Incomplete {
    /// An answer that did not arrive whole, for a test: what arrived of it, if anything.
    pub fn new(response: Option<Response>) -> Self {
        let called = response.as_ref().map(|response| response.called().clone());
        Self::of(&called.unwrap_or_else(|| Called::other(Effect::Once, Vec::new())), response, None)
    }

    pub(crate) fn of(called: &Called, response: Option<Response>, source: Option<TransportError>) -> Self {
        Self { response, source, called: called.clone() }
    }
}

impl fmt::Debug for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incomplete")
            .field("response", &self.response)
            .field("source", &self.source)
            .field("operation", &self.called.name())
            .finish()
    }
}

/// What is known all the same, behind a semicolon.
impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match known_all_the_same(&self.called, self.response.as_ref()) {
            Some(clause) => write!(f, "; {clause}"),
            None => Ok(()),
        }
    }
}

/// What is known of an operation whose answer is not there as a whole; none if there is nothing to say.
pub(super) fn known_all_the_same(called: &Called, response: Option<&Response>) -> Option<&'static str> {
    match (response.and_then(Response::created), called.effect()) {
        // What repeats and creates is an upsert.
        (Some(CreatedId::Contact(_)), Effect::Repeats) => {
            Some("the contact was created or updated, and its id is in the error")
        }
        (Some(CreatedId::Contact(_)), _) => Some("the contact was created, and its id is in the error"),
        (Some(CreatedId::Note(_)), _) => Some("the note was created, and its id is in the error"),
        (None, Effect::Reads) if called.list().is_some() && response.is_some() => {
            Some("the items that arrived whole are in the error, and are not all")
        }
        (None, Effect::Reads) => None,
        (None, Effect::Repeats | Effect::Once) => Some(match called.creates() {
            Some(["contact", ..]) if called.effect() == Effect::Repeats => {
                "the contact may have been created or updated"
            }
            Some(["contact", ..]) => "the contact may have been created",
            Some(_) => "what it creates may have been created",
            None => "it may have been carried out",
        }),
    }
}
