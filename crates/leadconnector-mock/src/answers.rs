//! The forms that the vendor's answers have: a success, and the refusals that several operations share.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

/// An answer that is not a success.
pub(crate) type Refusal = Box<Response<Bytes>>;

/// The vendor's answer for a contact that is not there, in a form that no other refusal has.
pub(crate) fn not_found(id: &str) -> Refusal {
    let body = json!({"error": format!("Contact with id {id} not found"), "status": 400});
    Box::new(respond(StatusCode::BAD_REQUEST, &body))
}

/// The refusal of a body, with the server's messages.
pub(crate) fn unprocessable(messages: &[String]) -> Refusal {
    error(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable Entity", &json!(messages))
}

/// A refusal in the form of the framework that the vendor uses.
pub(crate) fn error(status: StatusCode, name: &str, message: &Value) -> Refusal {
    Box::new(respond(status, &json!({"statusCode": status.as_u16(), "message": message, "error": name})))
}

/// An answer with this status and a body of JSON.
pub(crate) fn respond(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}
