//! What a call came to: progenitor's result, and the answer that the call kept.

use leadconnector_raw as raw;
use raw::types::ErrorBody;

use crate::error::{Duplicate, Error, MatchingField, Response, TransportError, UndecodableError};
use crate::{ContactId, InvalidValue};

/// The value of a successful answer, and the answer; or what happened instead.
pub(crate) fn outcome<T>(
    result: Result<raw::ResponseValue<T>, raw::Error<ErrorBody>>,
    answer: Option<raw::Answer>,
) -> Result<(T, Response), Error> {
    let Some(raw::Answer { status, headers, body, arrival }) = answer else {
        return Err(match result {
            Err(raw::Error::CommunicationError(error)) if !error.is_builder() => TransportError::new(error).into(),
            _ => InvalidValue::new("request", "could not be made").into(),
        });
    };
    let response = Response::new(status, headers, body);
    match (arrival, result) {
        (raw::Arrival::Whole, Ok(value)) => Ok((value.into_inner(), response)),
        (raw::Arrival::Whole, Err(raw::Error::ErrorResponse(error))) => Err(refusal(error.into_inner(), response)),
        (_, _) if !status.is_success() => Err(Error::Status(response.into())),
        (raw::Arrival::Whole, Err(_)) => Err(undecodable("it is not the JSON of a contact", response)),
        (raw::Arrival::TooLarge, _) => Err(undecodable("it is too large", response)),
        (raw::Arrival::BrokenOff(_), _) => Err(undecodable("it broke off", response)),
    }
}

pub(crate) fn undecodable(reason: &'static str, response: Response) -> Error {
    Error::Undecodable(Box::new(UndecodableError { reason, response }))
}

fn refusal(body: ErrorBody, response: Response) -> Error {
    let ErrorBody { status_code: _, message: _, error: _, meta } = body;
    match meta {
        Some(raw::types::Duplicate { contact_id: Some(id), contact_name, matching_field }) => {
            Error::Duplicate(Box::new(Duplicate {
                contact_id: ContactId::received(id),
                matching_field: matching_field.map(MatchingField::received),
                contact_name: contact_name.filter(|name| !name.is_empty()),
                response,
            }))
        }
        _ => Error::Status(response.into()),
    }
}
