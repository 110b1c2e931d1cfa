//! What the vendor's server answers.

use std::collections::HashMap;
use std::time::Instant;

use bytes::Bytes;
use chrono::Utc;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use crate::rate_limit::{Limits, RateLimit};
use crate::routes::{Call, Effect, Routes};
use crate::store::Store;
use crate::validation::Validator;
use crate::{InvalidContact, InvalidNote, Request, contact, note};

/// An answer that is not a success.
type Refusal = Box<Response<Bytes>>;

/// The parameter of a path that is the id of a contact.
const CONTACT_ID: &str = "contactId";

/// The contacts endpoint.
#[derive(Debug)]
pub(crate) struct Endpoint {
    routes: Routes,
    validator: Validator,
    allow_duplicates: bool,
    recording: bool,
    store: Store,
    rate_limit: RateLimit,
    /// How many requests that do more than read were carried out, by the id of the operation.
    carried_out: HashMap<String, u64>,
}

impl Endpoint {
    pub(crate) fn new(
        routes: Routes,
        validator: Validator,
        allow_duplicates: bool,
        limits: Limits,
        recording: bool,
    ) -> Self {
        Self {
            routes,
            validator,
            allow_duplicates,
            recording,
            store: Store::default(),
            rate_limit: RateLimit::new(limits),
            carried_out: HashMap::new(),
        }
    }

    pub(crate) fn refused(&self) -> u64 {
        self.rate_limit.refused()
    }

    pub(crate) fn carried_out(&self, operation_id: &str) -> u64 {
        self.carried_out.get(operation_id).copied().unwrap_or_default()
    }

    pub(crate) fn contacts(&self) -> Vec<Value> {
        self.store.contacts().cloned().collect()
    }

    pub(crate) fn insert(&mut self, body: &Value) -> Result<Value, InvalidContact> {
        self.validator.check(body)?;
        Ok(self.stored(body))
    }

    pub(crate) fn insert_note(&mut self, contact_id: &str, body: &Value) -> Result<Value, InvalidNote> {
        self.validator.check_note(body)?;
        let note = note::stored(body, contact_id, &self.store.id(), Utc::now());
        if self.store.add_note(contact_id, note.clone()) {
            Ok(note)
        } else {
            Err(InvalidNote::UnknownContact(contact_id.to_owned()))
        }
    }

    /// The answer to a request; `too_large` if its body was not kept for its size.
    pub(crate) fn answer(&mut self, request: &Request, too_large: bool) -> Response<Bytes> {
        let call = self.routes.find(&request.method, path(request));
        let location = self.location(request, call.as_ref());
        let mut response = if too_large {
            *error(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large", &json!("request entity too large"))
        } else if self.rate_limit.admit(location.as_deref(), Instant::now()) {
            self.outcome(request, call.as_ref()).unwrap_or_else(|refusal| *refusal)
        } else {
            *error(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests", &json!("Too Many Requests"))
        };
        self.rate_limit.headers(location.as_deref(), response.headers_mut());
        response
    }

    /// The location that a request is about: that of the contact in its path, or else the one that it names.
    fn location(&self, request: &Request, call: Option<&Call>) -> Option<String> {
        match call.and_then(|call| call.parameter(CONTACT_ID)) {
            Some(id) => self.store.contact(id)?["locationId"].as_str().map(str::to_owned),
            None => named_location(request),
        }
    }

    fn outcome(&mut self, request: &Request, call: Option<&Call>) -> Result<Response<Bytes>, Refusal> {
        authorized(&request.headers)?;
        let Some(call) = call else {
            let message = format!("Cannot {} {}", request.method, path(request));
            return Err(error(StatusCode::NOT_FOUND, "Not Found", &json!(message)));
        };
        let response = self.carry_out(request, call)?;
        if call.operation.effect != Effect::Reads {
            *self.carried_out.entry(call.operation.id.clone()).or_default() += 1;
        }
        Ok(response)
    }

    fn carry_out(&mut self, request: &Request, call: &Call) -> Result<Response<Bytes>, Refusal> {
        let contact_id = call.parameter(CONTACT_ID).unwrap_or_default();
        match call.operation.id.as_str() {
            "create_contact" => self.create(&json_body(request)?),
            "get_duplicate_contact" => self.find_duplicate(request),
            "get_contact" => self.get(contact_id),
            "delete_contact" => self.delete(contact_id),
            "get_all_notes" => self.list_notes(contact_id),
            // An operation that the fragment has got, and this file not yet.
            other => Err(error(StatusCode::NOT_IMPLEMENTED, "Not Implemented", &json!(other))),
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

    fn get(&mut self, id: &str) -> Result<Response<Bytes>, Refusal> {
        let contact = self.store.contact(id).cloned().ok_or_else(|| not_found(id))?;
        Ok(respond(StatusCode::OK, &json!({"contact": contact, "traceId": self.store.trace_id()})))
    }

    fn delete(&mut self, id: &str) -> Result<Response<Bytes>, Refusal> {
        if !self.store.remove(id) {
            return Err(not_found(id));
        }
        // The vendor's own spelling, and the one that it has come to add.
        let body = json!({"succeded": true, "succeeded": true, "traceId": self.store.trace_id()});
        Ok(respond(StatusCode::OK, &body))
    }

    fn list_notes(&mut self, contact_id: &str) -> Result<Response<Bytes>, Refusal> {
        let notes = self.store.notes(contact_id).map(<[_]>::to_vec).ok_or_else(|| not_found(contact_id))?;
        Ok(respond(StatusCode::OK, &json!({"notes": notes, "traceId": self.store.trace_id()})))
    }

    fn stored(&mut self, body: &Value) -> Value {
        let id = self.store.id();
        let contact = contact::stored(body, self.validator.accepting(), &id, Utc::now());
        if self.recording {
            self.store.add(id, contact.clone());
        }
        contact
    }
}

/// The path without the query.
fn path(request: &Request) -> &str {
    request.path.split('?').next().unwrap_or_default()
}

/// The location that a request names, in its query or its body.
fn named_location(request: &Request) -> Option<String> {
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

/// The vendor's answer for a contact that is not there, in a form that no other refusal has.
fn not_found(id: &str) -> Refusal {
    let body = json!({"error": format!("Contact with id {id} not found"), "status": 400});
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FRAGMENT;

    #[test]
    fn every_operation_of_the_fragment_has_a_handler() {
        let fragment: Value = serde_json::from_str(FRAGMENT).unwrap();
        let (routes, validator) = (Routes::new(&fragment).unwrap(), Validator::new(fragment.clone(), &[]).unwrap());
        let mut endpoint = Endpoint::new(routes, validator, false, Limits::default(), true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer any-token"));
        headers.insert("version", HeaderValue::from_static("2021-04-15"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));

        let paths = fragment["paths"].as_object().unwrap();
        let operations = paths.iter().flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.filter_map(move |(method, operation)| Some((path, method, operation["operationId"].as_str()?)))
        });
        let mut handled = 0;
        for (path, method, id) in operations {
            let method = method.to_uppercase().parse().unwrap();
            let path = path.replace(['{', '}'], "");
            let request = Request { method, path, headers: headers.clone(), body: Bytes::from_static(b"{}") };
            let status = endpoint.answer(&request, false).status();
            assert!(![StatusCode::NOT_FOUND, StatusCode::NOT_IMPLEMENTED].contains(&status), "{id}: {status}");
            handled += 1;
        }
        assert!(handled >= 5);
    }
}
