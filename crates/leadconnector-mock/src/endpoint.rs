//! What the vendor's server answers.

use std::time::Instant;

use bytes::Bytes;
use chrono::Utc;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::contact;
use crate::rate_limit::{Limits, RateLimit};
use crate::store::Store;
use crate::validation::Validator;
use crate::{InvalidContact, Request};

/// An answer that is not a success.
type Refusal = Box<Response<Bytes>>;

/// The contacts endpoint.
#[derive(Debug)]
pub(crate) struct Endpoint {
    validator: Validator,
    allow_duplicates: bool,
    recording: bool,
    store: Store,
    rate_limit: RateLimit,
}

impl Endpoint {
    pub(crate) fn new(validator: Validator, allow_duplicates: bool, limits: Limits, recording: bool) -> Self {
        Self { validator, allow_duplicates, recording, store: Store::default(), rate_limit: RateLimit::new(limits) }
    }

    pub(crate) fn refused(&self) -> u64 {
        self.rate_limit.refused()
    }

    pub(crate) fn contacts(&self) -> &[Value] {
        self.store.contacts()
    }

    pub(crate) fn insert(&mut self, body: &Value) -> Result<Value, InvalidContact> {
        self.validator.check(body)?;
        Ok(self.stored(body))
    }

    /// The answer to a request; `too_large` if its body was not kept for its size.
    pub(crate) fn answer(&mut self, request: &Request, too_large: bool) -> Response<Bytes> {
        let location = location(request);
        let mut response = if too_large {
            *error(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large", &json!("request entity too large"))
        } else if self.rate_limit.admit(location.as_deref(), Instant::now()) {
            self.outcome(request).unwrap_or_else(|refusal| *refusal)
        } else {
            *error(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests", &json!("Too Many Requests"))
        };
        self.rate_limit.headers(location.as_deref(), response.headers_mut());
        response
    }

    fn outcome(&mut self, request: &Request) -> Result<Response<Bytes>, Refusal> {
        authorized(&request.headers)?;
        match (&request.method, request.path.split('?').next()) {
            (&Method::POST, Some("/contacts/")) => self.create(&json_body(request)?),
            (&Method::GET, Some("/contacts/search/duplicate")) => self.find_duplicate(request),
            (method, path) => {
                let message = format!("Cannot {method} {}", path.unwrap_or_default());
                Err(error(StatusCode::NOT_FOUND, "Not Found", &json!(message)))
            }
        }
    }

    fn create(&mut self, body: &Value) -> Result<Response<Bytes>, Refusal> {
        self.validator.check(body).map_err(|invalid| {
            error(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable Entity", &json!(invalid.messages()))
        })?;
        if !self.allow_duplicates
            && let Some((contact, matching_field)) = self.store.duplicate(body)
        {
            return Err(duplicated(contact, matching_field));
        }
        let contact = self.stored(body);
        Ok(respond(StatusCode::CREATED, &json!({"contact": contact, "traceId": self.store.trace_id()})))
    }

    fn find_duplicate(&mut self, request: &Request) -> Result<Response<Bytes>, Refusal> {
        if request.query("locationId").is_none_or(|location| location.is_empty()) {
            let messages = json!(["locationId should not be empty"]);
            return Err(error(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable Entity", &messages));
        }
        let wanted = json!({
            "locationId": request.query("locationId"),
            "email": request.query("email"),
            "phone": request.query("number"),
        });
        let contact = self.store.duplicate(&wanted).map(|(contact, _)| contact.clone());
        Ok(respond(StatusCode::OK, &json!({"contact": contact, "traceId": self.store.trace_id()})))
    }

    fn stored(&mut self, body: &Value) -> Value {
        let contact = contact::stored(body, self.validator.accepting(), &self.store.contact_id(), Utc::now());
        if self.recording {
            self.store.add(contact.clone());
        }
        contact
    }
}

/// The location that a request is about.
fn location(request: &Request) -> Option<String> {
    let in_body = || request.json().ok()?.get("locationId")?.as_str().map(str::to_owned);
    request.query("locationId").or_else(in_body)
}

/// Asks for a bearer token and for the version header.
fn authorized(headers: &HeaderMap) -> Result<(), Refusal> {
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = authorization.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    let message = match (token, headers.get("version")) {
        (None | Some(""), _) => "Invalid token: access token is invalid",
        (_, None) => "version header was not found",
        _ => return Ok(()),
    };
    Err(error(StatusCode::UNAUTHORIZED, "Unauthorized", &json!(message)))
}

fn json_body(request: &Request) -> Result<Value, Refusal> {
    let content_type = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        let message = json!("the Content-Type must be application/json");
        return Err(error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type", &message));
    }
    request.json().map_err(|problem| {
        let message = format!("Unexpected token in JSON at line {}, column {}", problem.line(), problem.column());
        error(StatusCode::BAD_REQUEST, "Bad Request", &json!(message))
    })
}

fn duplicated(contact: &Value, matching_field: &str) -> Refusal {
    let body = json!({
        "statusCode": 400,
        "message": "This location does not allow duplicated contacts.",
        "meta": {
            "contactId": contact["id"],
            "contactName": contact::full_name(contact),
            "matchingField": matching_field,
        },
    });
    Box::new(respond(StatusCode::BAD_REQUEST, &body))
}

fn error(status: StatusCode, name: &str, message: &Value) -> Refusal {
    Box::new(respond(status, &json!({"statusCode": status.as_u16(), "message": message, "error": name})))
}

fn respond(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}
