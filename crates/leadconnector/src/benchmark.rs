//! For the benchmarks alone: what a call does before it sends and after it has received, without a network.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use leadconnector_raw::operations::CREATE_CONTACT;
use leadconnector_raw::types::CreateContactResponse;

use crate::call::Arrival;
use crate::call::outcome::outcome;
use crate::{Contact, Error, LocationId, NewContact, Response};

/// The bytes of the request's body.
pub fn request(location: &LocationId, contact: NewContact) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&contact.into_request(location))
}

/// The contact of the body of a success.
pub fn contact(body: Bytes) -> Result<Contact, Error> {
    let response = Response::new(StatusCode::CREATED, HeaderMap::new(), body, &CREATE_CONTACT);
    outcome::<CreateContactResponse>(&CREATE_CONTACT, Ok((response, Arrival::Whole)), false).map(|answer| answer.value)
}
