//! What the vendor's server answers.

use bytes::Bytes;
use chrono::Utc;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use crate::Request;
use crate::contact::{self, Numbers};

pub(crate) type Response = http::Response<Bytes>;

/// The contacts endpoint.
#[derive(Debug, Default)]
pub(crate) struct Endpoint {
    numbers: Numbers,
}

impl Endpoint {
    pub(crate) fn answer(&mut self, request: &Request) -> Response {
        if let Some(refusal) = unauthorized(&request.headers) {
            return refusal;
        }
        match (&request.method, request.path.as_str()) {
            (&Method::POST, "/contacts/") => self.create(request),
            (method, path) => error(StatusCode::NOT_FOUND, "Not Found", &json!(format!("Cannot {method} {path}"))),
        }
    }

    fn create(&mut self, request: &Request) -> Response {
        let Ok(Value::Object(body)) = request.json() else {
            return error(StatusCode::BAD_REQUEST, "Bad Request", &json!("Unexpected token in JSON"));
        };
        let contact = contact::stored(&body, &self.numbers.id(), Utc::now());
        respond(StatusCode::CREATED, &json!({"contact": contact, "traceId": self.numbers.uuid()}))
    }
}

/// The refusal of a request without a bearer token or without the version header.
fn unauthorized(headers: &HeaderMap) -> Option<Response> {
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = authorization.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    let message = match (token, headers.get("version")) {
        (None | Some(""), _) => "Invalid token: access token is invalid",
        (_, None) => "version header was not found",
        _ => return None,
    };
    Some(error(StatusCode::UNAUTHORIZED, "Unauthorized", &json!(message)))
}

fn error(status: StatusCode, name: &str, message: &Value) -> Response {
    respond(status, &json!({"statusCode": status.as_u16(), "message": message, "error": name}))
}

fn respond(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
