//! What an attempt came to: the answer that the call kept becomes a value or an error.

use http::StatusCode;
use leadconnector_raw as raw;
use raw::types::ErrorBody;
use serde::de::IgnoredAny;

use crate::arrival::Arrival;
use crate::decode::{self, Answer, CONTACT_ID, DUPLICATE_ID, Decoded};
use crate::error::{
    Duplicate, Error, Incomplete, MatchingField, RateLimited, TransportError, Undecodable, UndecodableReason,
    Validation, ValidationMessage,
};
use crate::{ContactId, InvalidValue, Response};

/// A success: the value, what it lacks, and the answer.
pub(crate) struct Success<T> {
    pub(crate) decoded: Decoded<T>,
    pub(crate) response: Response,
}

/// The value of a successful answer; or what happened instead.
pub(crate) fn outcome<T: Answer>(answer: reqwest::Result<(Response, Arrival)>) -> Result<Success<T>, Error> {
    let (response, arrival) = answer.map_err(without_answer)?;
    if !response.status().is_success() {
        return Err(failure(with_contact_id(response)));
    }
    // Complete JSON counts, whatever went wrong behind it.
    if let Some(decoded) = decode::strict(response.body()).or_else(|| decode::tolerant(response.body())) {
        return Ok(Success { decoded, response });
    }
    let incomplete = |source| Box::new(Incomplete { response: Some(with_contact_id(response.clone())), source });
    Err(match arrival {
        Arrival::Whole => undecodable(reason(response.body()), response),
        Arrival::TooLarge => Error::TooLarge(incomplete(None)),
        Arrival::BrokenOff(error) if error.is_timeout() => {
            Error::TimedOut(incomplete(Some(TransportError::new(error))))
        }
        Arrival::BrokenOff(error) => Error::BrokenOff(incomplete(Some(TransportError::new(error)))),
    })
}

/// The response, with the id of the contact if it can be read from what arrived.
fn with_contact_id(response: Response) -> Response {
    let contact_id = decode::text_at(response.body(), &CONTACT_ID).map(ContactId::received);
    response.with_contact_id(contact_id)
}

fn reason(body: &[u8]) -> UndecodableReason {
    if body.trim_ascii().is_empty() {
        UndecodableReason::Empty
    } else if decode::first_value::<IgnoredAny>(body).is_some() {
        UndecodableReason::NoId
    } else {
        UndecodableReason::NotJson
    }
}

pub(crate) fn undecodable(reason: UndecodableReason, response: Response) -> Error {
    Error::Undecodable(Box::new(Undecodable { reason, response: with_contact_id(response) }))
}

fn without_answer(error: reqwest::Error) -> Error {
    if error.is_builder() {
        return InvalidValue::new("request", "could not be made").into();
    }
    // A connection that takes too long to make is one that was not made.
    let (connect, timeout) = (error.is_connect(), error.is_timeout());
    let error = TransportError::new(error);
    if connect {
        return Error::NotConnected(error);
    }
    let incomplete = Box::new(Incomplete { response: None, source: Some(error) });
    if timeout { Error::TimedOut(incomplete) } else { Error::BrokenOff(incomplete) }
}

/// What an answer that is no success says, also if its body did not arrive whole.
fn failure(response: Response) -> Error {
    let status = response.status();
    let body = decode::tolerant::<ErrorBody>(response.body()).map(|decoded| decoded.value).unwrap_or_default();
    // The messages are read apart from the rest, since one that is no text must not cost the others.
    let ErrorBody { status_code: _, message: _, error: _, meta } = body;
    let (messages, list) = decode::messages(response.body());
    let says = |words: &str| messages.iter().any(|message| message.contains(words));
    // Of a body that broke off, the id may be all that can be read.
    let duplicate_id = decode::text_at(response.body(), &DUPLICATE_ID);
    match status {
        StatusCode::UNAUTHORIZED if says("access to this location") || says("authorized for this scope") => {
            Error::Forbidden(response.into())
        }
        StatusCode::UNAUTHORIZED => Error::Unauthorized(response.into()),
        StatusCode::FORBIDDEN => Error::Forbidden(response.into()),
        StatusCode::TOO_MANY_REQUESTS => Error::RateLimited(RateLimited::new(response).into()),
        _ if status.is_server_error() => Error::Server(response.into()),
        _ if !status.is_client_error() => Error::Unexpected(response.into()),
        _ => match duplicate_id {
            Some(id) => {
                let (matching_field, contact_name) = match meta {
                    Some(raw::types::Duplicate { contact_id: _, contact_name, matching_field }) => {
                        (matching_field, contact_name)
                    }
                    None => (None, None),
                };
                Error::Duplicate(Box::new(Duplicate {
                    contact_id: ContactId::received(id),
                    matching_field: matching_field.filter(|name| !name.is_empty()).map(MatchingField::received),
                    contact_name: contact_name.filter(|name| !name.is_empty()),
                    response,
                    may_be_new: false,
                }))
            }
            None if status == StatusCode::UNPROCESSABLE_ENTITY || (status == StatusCode::BAD_REQUEST && list) => {
                let messages = messages.into_iter().map(ValidationMessage::received).collect();
                Error::Validation(Box::new(Validation { messages, response }))
            }
            None => Error::Rejected(response.into()),
        },
    }
}
