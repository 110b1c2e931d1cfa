//! `GET /oauth/chooselocation`: the page where a user consents. Here everybody consents at once.

use std::time::Duration;

use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use super::OAuth;
use super::issued::Code;
use crate::Request;
use crate::answers::{Refusal, error};

impl OAuth {
    /// Sends the browser to the app, with a code for the location that the query names, or else for the first one.
    pub(super) fn consent_page(&mut self, request: &Request, now: Duration) -> Result<Response<Bytes>, Refusal> {
        let sent = |name| request.query(name).filter(|value| !value.trim().is_empty());
        if sent("response_type").as_deref() != Some("code") {
            return Err(refused("response_type must be code"));
        }
        if sent("client_id").as_ref() != Some(&self.app.client_id) {
            return Err(refused("client_id is not that of the app"));
        }
        let redirect_uri = sent("redirect_uri").ok_or_else(|| refused("redirect_uri should not be empty"))?;
        if self.app.redirect_uri.as_ref().is_some_and(|own| *own != redirect_uri) {
            return Err(refused("redirect_uri is not that of the app"));
        }
        let scope = sent("scope").ok_or_else(|| refused("scope should not be empty"))?;
        let location = match sent("locationId") {
            None => self.app.locations.first().ok_or_else(|| refused("the app has no location"))?.clone(),
            Some(location) if self.app.has_location(&location) => location,
            Some(_) => return Err(refused("locationId is no location of the app")),
        };

        // Before there is a code: without an address, there is no consent.
        header(&redirect_uri)?;
        self.uninstalled.remove(&location);
        let code = self.issued.add_code(Code { location, scope, redirect_uri: redirect_uri.clone(), issued: now });
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::FOUND;
        let target = with_code(&redirect_uri, &code, request.query("state").as_deref());
        response.headers_mut().insert(LOCATION, header(&target)?);
        Ok(response)
    }
}

/// The address to which the browser goes, with what the app is told.
fn with_code(redirect_uri: &str, code: &str, state: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("code", code);
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{separator}{}", query.finish())
}

/// An address as a header; a fragment would swallow the code.
fn header(address: &str) -> Result<HeaderValue, Refusal> {
    let header = Some(address).filter(|address| !address.contains('#'));
    header
        .and_then(|address| HeaderValue::from_str(address).ok())
        .ok_or_else(|| refused("redirect_uri must be a URL address"))
}

fn refused(message: &str) -> Refusal {
    error(StatusCode::BAD_REQUEST, "Bad Request", &json!(message))
}
