//! For the benchmarks alone: what a call does before it sends and after it has received, without a network.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use leadconnector_raw as raw;

use crate::outcome::outcome;
use crate::{Contact, Error, LocationId, NewContact, mapping};

/// The bytes of the request's body.
pub fn request(location: &LocationId, contact: NewContact) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&mapping::request(location, contact))
}

/// The contact of the body of a success.
pub fn contact(body: Bytes) -> Result<Contact, Error> {
    let answer =
        raw::Answer { status: StatusCode::CREATED, headers: HeaderMap::new(), body, arrival: raw::Arrival::Whole };
    outcome(None, Some(answer)).and_then(mapping::created)
}
