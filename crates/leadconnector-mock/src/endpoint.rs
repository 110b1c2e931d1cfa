//! What each request goes through: is it allowed, which operation does it ask for, and was it carried out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};

use crate::answers::{Refusal, error, respond};
use crate::oauth::{OAuth, OAuthPath};
use crate::operations::{CONTACT_ID, LOCATION_ID, Operations, Settings};
use crate::rate_limit::{Limits, RateLimit};
use crate::routes::{Effect, Matched, Routes};
use crate::validation::Validator;
use crate::{InvalidContact, InvalidCustomField, InvalidNote, MarketplaceApp, Request};

/// The contacts endpoint.
#[derive(Debug)]
pub(crate) struct Endpoint {
    routes: Arc<Routes>,
    operations: Operations,
    rate_limit: RateLimit,
    /// How many requests that do more than read were carried out, by the id of the operation.
    carried_out: HashMap<String, u64>,
    /// None if every token is accepted.
    oauth: Option<OAuth>,
}

impl Endpoint {
    pub(crate) fn new(
        routes: Arc<Routes>,
        validator: Arc<Validator>,
        settings: Settings,
        limits: Limits,
        app: Option<MarketplaceApp>,
    ) -> Self {
        Self {
            oauth: app.map(|app| OAuth::new(app, routes.scopes())),
            routes,
            operations: Operations::new(validator, settings),
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
        self.operations.contacts()
    }

    pub(crate) fn workflows(&self, contact_id: &str) -> Vec<String> {
        self.operations.workflows(contact_id)
    }

    pub(crate) fn insert(&mut self, body: &Value) -> Result<Value, InvalidContact> {
        self.operations.insert(body)
    }

    pub(crate) fn insert_note(&mut self, contact_id: &str, body: &Value) -> Result<Value, InvalidNote> {
        self.operations.insert_note(contact_id, body)
    }

    pub(crate) fn define_custom_field(&mut self, definition: &Value) -> Result<Value, InvalidCustomField> {
        self.operations.define_custom_field(definition)
    }

    /// What the app has got; none if there is no app.
    pub(crate) fn oauth(&mut self) -> Option<&mut OAuth> {
        self.oauth.as_mut()
    }

    /// The answer to a request; `too_large` if its body was not kept for its size.
    pub(crate) fn answer(&mut self, request: &Request, too_large: bool) -> Response<Bytes> {
        let now = Instant::now();
        let matched = self.routes.find(&request.method, path(request));
        let oauth_path = self.oauth.as_ref().and_then(|_| OAuthPath::of(&request.method, path(request)));
        // What is asked of OAuth is no request of the location that it names.
        let location = if oauth_path.is_some() { None } else { self.location(request, matched.as_ref()) };
        let mut response = if too_large {
            *error(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large", &json!("request entity too large"))
        } else if self.rate_limit.admit(location.as_deref(), now) {
            let outcome = match (oauth_path, &mut self.oauth) {
                (Some(path), Some(oauth)) => oauth.answer(path, request),
                _ => self.outcome(request, matched.as_ref(), location.as_deref()),
            };
            outcome.unwrap_or_else(|refusal| *refusal)
        } else {
            respond(StatusCode::TOO_MANY_REQUESTS, &json!({"statusCode": 429, "message": "Too Many Requests"}))
        };
        self.rate_limit.headers(location.as_deref(), now, response.headers_mut());
        response
    }

    /// The location that a request is about: that of its path, or of the contact in its path, or else the one that it names.
    fn location(&self, request: &Request, matched: Option<&Matched>) -> Option<String> {
        let of_path = |name| matched.and_then(|matched| matched.parameter(name));
        match (of_path(LOCATION_ID), of_path(CONTACT_ID)) {
            (Some(location), _) => Some(location.to_owned()),
            (None, Some(id)) => self.operations.contact(id)?["locationId"].as_str().map(str::to_owned),
            (None, None) => named_location(request),
        }
    }

    fn outcome(
        &mut self,
        request: &Request,
        matched: Option<&Matched>,
        location: Option<&str>,
    ) -> Result<Response<Bytes>, Refusal> {
        let token = bearer(&request.headers)?;
        if let Some(oauth) = &self.oauth {
            let scope = matched.and_then(|matched| matched.operation.scope.as_deref());
            // The body may name another location than the query does.
            let in_body = location_in_body(request);
            oauth.permit(token, scope, location.into_iter().chain(in_body.as_deref()))?;
        }
        let Some(matched) = matched else {
            let message = format!("Cannot {} {}", request.method, path(request));
            return Err(error(StatusCode::NOT_FOUND, "Not Found", &json!(message)));
        };
        let response = self.operations.carry_out(request, matched)?;
        if matched.operation.effect != Effect::Reads {
            *self.carried_out.entry(matched.operation.id.clone()).or_default() += 1;
        }
        Ok(response)
    }
}

/// The path without the query.
fn path(request: &Request) -> &str {
    request.path.split('?').next().unwrap_or_default()
}

/// The location that a request names, in its query or its body.
fn named_location(request: &Request) -> Option<String> {
    request.query("locationId").or_else(|| location_in_body(request))
}

fn location_in_body(request: &Request) -> Option<String> {
    request.json().ok()?.get("locationId")?.as_str().map(str::to_owned)
}

/// The bearer token of a request, which must have the version header too.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = authorization.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    let message = match (token, headers.get("version")) {
        (None | Some(""), _) => "Invalid token: access token is invalid",
        (_, None) => "version header was not found",
        (Some(token), _) => return Ok(token),
    };
    Err(error(StatusCode::UNAUTHORIZED, "Unauthorized", &json!(message)))
}
