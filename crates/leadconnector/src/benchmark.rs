//! For the benchmarks alone: what a call does before it sends and after it has received, without a network.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::arrival::Arrival;
use crate::outcome::outcome;
use crate::{Contact, Error, LocationId, NewContact, Response, mapping};

/// The bytes of the request's body.
pub fn request(location: &LocationId, contact: NewContact) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&mapping::request(location, contact))
}

/// The contact of the body of a success.
pub fn contact(body: Bytes) -> Result<Contact, Error> {
    let response = Response::new(StatusCode::CREATED, HeaderMap::new(), body);
    outcome(Ok((response, Arrival::Whole))).and_then(mapping::created)
}
