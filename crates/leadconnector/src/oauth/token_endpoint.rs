//! The endpoint that exchanges codes and refresh tokens for tokens: "Get Access Token" in the vendor's specification.

use std::sync::Arc;
use std::time::Instant;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, StatusCode};
use serde_json::Value;
use url::form_urlencoded;

use super::app::Settings;
use super::error::NotAnswered;
use super::grant::Kept;
use super::{Code, Holder, OAuthError, UserType};
use crate::call::Called;
use crate::call::receive::{Arrival, receive};
use crate::{Client, Effect, Response, TransportError};

/// What is exchanged for tokens.
pub(super) enum Exchanged<'a> {
    Code(&'a Code),
    RefreshToken { token: &'a str, holder: &'a Holder, kept: &'a Kept },
}

pub(super) const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

impl Exchanged<'_> {
    fn form(&self, settings: &Settings) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", &settings.client_id).append_pair("client_secret", &settings.client_secret);
        match self {
            Self::Code(code) => {
                form.append_pair("grant_type", "authorization_code")
                    .append_pair("code", code.as_str())
                    .append_pair("user_type", settings.user_type.as_str());
                if let Some(redirect_uri) = &settings.redirect_uri {
                    form.append_pair("redirect_uri", redirect_uri);
                }
            }
            Self::RefreshToken { token, holder, .. } => {
                let user_type = match holder {
                    Holder::Location(_) => UserType::Location,
                    Holder::Company(_) => UserType::Company,
                };
                form.append_pair("grant_type", "refresh_token")
                    .append_pair("refresh_token", token)
                    .append_pair("user_type", user_type.as_str());
            }
        }
        form.finish()
    }

    fn before(&self) -> Option<&Kept> {
        match self {
            Self::Code(_) => None,
            Self::RefreshToken { kept, .. } => Some(kept),
        }
    }
}

impl Settings {
    /// The tokens, and whose they are. Where the answer is lost, it is asked for once more with the same refresh token, or the same code: for
    /// a refresh token the vendor repeats its answer for 30 seconds, and a code that has not arrived can still be used.
    pub(super) async fn exchange(
        &self,
        client: &Client,
        exchanged: &Exchanged<'_>,
    ) -> Result<(Holder, Kept), OAuthError> {
        let sent_at = Instant::now();
        let error = match self.send(client, exchanged).await {
            Err(OAuthError::NotAnswered(error)) => error,
            answered => return answered,
        };
        let again = if sent_at.elapsed() + self.pause < self.repeat_within {
            tokio::time::sleep(self.pause).await;
            self.send(client, exchanged).await
        } else {
            Err(OAuthError::NotAnswered(Arc::clone(&error)))
        };
        match (again, exchanged) {
            (Err(OAuthError::CodeRefused(_) | OAuthError::NotAnswered(_)), Exchanged::Code(_)) => {
                Err(OAuthError::CodeLost(error))
            }
            (again, _) => again,
        }
    }

    async fn send(&self, client: &Client, exchanged: &Exchanged<'_>) -> Result<(Holder, Kept), OAuthError> {
        let form = exchanged.form(self);
        let mut request = client.raw().other_request(Method::POST, "/oauth/token", Some(form.into_bytes()));
        let headers = request.headers_mut();
        // The vendor's specification has no version here.
        headers.remove("version");
        headers.insert(CONTENT_TYPE, FORM);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(user_agent) = client.user_agent() {
            headers.insert(USER_AGENT, user_agent.clone());
        }
        *request.timeout_mut() = Some(self.timeout);
        let called = Called::other(Effect::Once, Vec::new());
        let received = receive(client.http().execute(request), client.response_limit(), &called).await;
        let (response, arrival) = received.map_err(|error| lost(NotAnswered::Transport(TransportError::new(error))))?;
        if !response.status().is_success() {
            return Err(refused(response, exchanged));
        }
        match arrival {
            Arrival::Whole => {}
            Arrival::TooLarge => return Err(undecodable("is larger than the client reads")),
            Arrival::BrokenOff(error) => return Err(lost(NotAnswered::Transport(TransportError::new(error)))),
        }
        // The answer itself is in no error: it may have tokens in it.
        let kept = Kept::of_answer(response.body(), &self.client_id, self.clock.now(), exchanged.before());
        let kept = kept.map_err(undecodable)?;
        let Some(found) = kept.holder() else { return Err(undecodable("names neither a location nor an agency")) };
        match exchanged {
            Exchanged::RefreshToken { holder, .. } if **holder != found => {
                Err(OAuthError::OtherGrant { holder: (*holder).clone(), found })
            }
            _ => Ok((found, kept)),
        }
    }
}

fn lost(error: NotAnswered) -> OAuthError {
    OAuthError::NotAnswered(Arc::new(error))
}

fn undecodable(problem: &'static str) -> OAuthError {
    lost(NotAnswered::Undecodable { problem })
}

/// What a refusal means. It comes in the form of OAuth, with `error` and `error_description`, or in that of the vendor's framework, with
/// `message`, which may be a list.
fn refused(response: Response, exchanged: &Exchanged<'_>) -> OAuthError {
    let status = response.status();
    if status.is_server_error() || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) {
        return lost(NotAnswered::Status(response));
    }
    let said = said(response.body());
    let response = Box::new(response);
    let speaks_of = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if speaks_of(&["invalid_client", "client_id", "client_secret", "client credentials"]) {
        return OAuthError::CredentialsRefused(response);
    }
    match exchanged {
        Exchanged::Code(_) if speaks_of(&["invalid_grant", "authorization code"]) => OAuthError::CodeRefused(response),
        Exchanged::RefreshToken { holder, kept, .. }
            if speaks_of(&["invalid_grant"])
                || speaks_of(&["refresh token"]) && speaks_of(&["invalid", "expired", "revoked", "not found"]) =>
        {
            let lost_at = kept.lost_at.map(super::grant::moment);
            OAuthError::RefreshRefused { holder: (*holder).clone(), lost_at, response }
        }
        _ if status == StatusCode::UNAUTHORIZED => OAuthError::CredentialsRefused(response),
        _ => OAuthError::Rejected(response),
    }
}

/// The words of a refusal, in lower case.
fn said(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let mut said = String::new();
    for name in ["error", "error_description", "message"] {
        match body.get(name) {
            Some(Value::String(text)) => said.push_str(text),
            Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).for_each(|text| {
                said.push_str(text);
                said.push('\n');
            }),
            _ => continue,
        }
        said.push('\n');
    }
    said.make_ascii_lowercase();
    said
}
