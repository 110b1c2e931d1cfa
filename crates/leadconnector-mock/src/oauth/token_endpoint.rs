//! `POST /oauth/token`, "Get Access Token" on the vendor's page: tokens for a code, or for a refresh token.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::issued::RefreshState;
use super::members::Members;
use super::{Grant, Holder, OAuth, USER_ID};
use crate::Request;
use crate::answers::{Refusal, respond};

const AUTHORIZATION_CODE: &str = "authorization_code";
const REFRESH_TOKEN: &str = "refresh_token";
const CLIENT_CREDENTIALS: &str = "client_credentials";

/// What every request has.
struct Sent {
    client_id: String,
    client_secret: String,
    user_type: Option<String>,
    redirect_uri: Option<String>,
}

impl OAuth {
    pub(super) fn token_endpoint(&mut self, request: &Request, now: Duration) -> Result<Response<Bytes>, Refusal> {
        let mut members = Members::of_body(request)?;
        let sent = Sent {
            client_id: members.required("client_id"),
            client_secret: members.required("client_secret"),
            user_type: members.optional("user_type"),
            redirect_uri: members.optional("redirect_uri"),
        };
        if let Some(user_type) = &sent.user_type {
            members.one_of("user_type", user_type, &["Company", "Location"]);
        }
        let grant_type = members.required("grant_type");
        if !grant_type.is_empty() {
            members.one_of("grant_type", &grant_type, &[AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS]);
        }
        let answer = match grant_type.as_str() {
            AUTHORIZATION_CODE => {
                let code = members.required("code");
                members.check()?;
                self.for_code(&code, &sent, now)?
            }
            REFRESH_TOKEN => {
                let token = members.required("refresh_token");
                members.check()?;
                self.for_refresh_token(&token, &sent, now)?
            }
            _ => {
                members.check()?;
                self.authenticate(&sent)?;
                let description = "The grant type is not supported";
                return Err(refused(StatusCode::BAD_REQUEST, "unsupported_grant_type", description));
            }
        };
        Ok(respond(StatusCode::OK, &answer))
    }

    /// Tokens for a code, which is used up by that.
    fn for_code(&mut self, text: &str, sent: &Sent, now: Duration) -> Result<Value, Refusal> {
        let not_found = || refused(StatusCode::UNAUTHORIZED, "UnAuthorized!", "Authorization code not found");
        // The vendor looks at the code before it looks at the client.
        let code = self.issued.code(text, now).ok_or_else(not_found)?.clone();
        self.authenticate(sent)?;
        if sent.redirect_uri.as_ref().is_some_and(|uri| *uri != code.redirect_uri) {
            return Err(invalid_grant("The redirect_uri is not that of the authorization code"));
        }
        self.issued.use_code_up(text);
        let holder = match sent.user_type.as_deref() {
            Some("Company") => Holder::Company,
            _ => Holder::Location(code.location),
        };
        Ok(self.issue_tokens(Grant { holder, scope: code.scope, of_company: false }, now))
    }

    /// Tokens for a refresh token, which is used up by that. For a while, who uses it again gets the same ones.
    fn for_refresh_token(&mut self, text: &str, sent: &Sent, now: Duration) -> Result<Value, Refusal> {
        self.authenticate(sent)?;
        let invalid = || invalid_grant("This refresh token is invalid");
        let token = self.issued.refresh_token(text).ok_or_else(invalid)?;
        if sent.user_type.as_ref().is_some_and(|user_type| user_type != token.grant.holder.user_type()) {
            return Err(invalid());
        }
        match &token.state {
            RefreshState::Used { at, answer } if now.saturating_sub(*at) < self.app.repeat_window => Ok(answer.clone()),
            RefreshState::Unused { expires } if now < *expires => {
                let answer = self.issue_tokens(token.grant.clone(), now);
                self.issued.use_refresh_token_up(text, now, answer.clone());
                Ok(answer)
            }
            RefreshState::Used { .. } | RefreshState::Unused { .. } => Err(invalid()),
        }
    }

    fn authenticate(&self, sent: &Sent) -> Result<(), Refusal> {
        if self.app.is(&sent.client_id, &sent.client_secret) {
            return Ok(());
        }
        Err(refused(StatusCode::UNAUTHORIZED, "UnAuthorized!", "Invalid client credentials!"))
    }

    /// Issues an access token and a refresh token, and gives the answer with them.
    pub(super) fn issue_tokens(&mut self, grant: Grant, now: Duration) -> Value {
        let lifetime = self.app.token_lifetime;
        let mut answer = json!({
            "access_token": self.issued.add_access_token(grant.clone(), now.saturating_add(lifetime)),
            "token_type": "Bearer",
            "expires_in": lifetime.as_secs(),
            "refresh_token": self.issued.add_refresh_token(grant.clone(), now),
            "scope": grant.scope,
            "userType": grant.holder.user_type(),
            "companyId": self.app.company,
            "userId": USER_ID,
            "refreshTokenId": format!("{:024x}", self.issued.number()),
            "traceId": self.trace_id(),
        });
        match grant.holder {
            Holder::Location(id) => answer["locationId"] = json!(id),
            Holder::Company => {
                let locations = self.app.locations.iter().filter(|id| self.is_installed(id));
                answer["approvedLocations"] = locations.cloned().collect();
            }
        }
        answer
    }

    /// The trace id of an answer: a UUID.
    pub(super) fn trace_id(&mut self) -> String {
        format!("00000000-0000-4000-a000-{:012x}", self.issued.number())
    }
}

/// The refusal of a grant that needs another consent.
fn invalid_grant(description: &str) -> Refusal {
    refused(StatusCode::BAD_REQUEST, "invalid_grant", description)
}

/// A refusal in the form of OAuth.
fn refused(status: StatusCode, error: &str, description: &str) -> Refusal {
    Box::new(respond(status, &json!({"error": error, "error_description": description})))
}
