//! `POST /oauth/locationToken`, "Get Location Access Token from Agency Token" on the vendor's page.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use super::members::Members;
use super::{Grant, Holder, OAuth, USER_ID};
use crate::Request;
use crate::answers::{Refusal, error, respond};
use crate::endpoint::bearer;

/// The scope that it needs.
pub(super) const SCOPE: &str = "oauth.write";

impl OAuth {
    /// A token for a location, made of one of the company. It has the same scopes, and no refresh token.
    pub(super) fn location_token(&mut self, request: &Request, now: Duration) -> Result<Response<Bytes>, Refusal> {
        let scope = self.permit_company(bearer(&request.headers)?, SCOPE, now)?.scope.clone();
        let mut members = Members::of_body(request)?;
        let (company, location) = (members.required("companyId"), members.required("locationId"));
        members.check()?;
        self.own_company(&company)?;
        if !self.is_installed(&location) {
            return Err(error(StatusCode::BAD_REQUEST, "Bad Request", &json!("Location is not active")));
        }
        let lifetime = self.app.token_lifetime;
        let holder = Holder::Location(location.clone());
        let user_type = holder.user_type();
        let grant = Grant { holder, scope: scope.clone(), of_company: true };
        let answer = json!({
            "access_token": self.issued.add_access_token(grant, now.saturating_add(lifetime)),
            "token_type": "Bearer",
            "expires_in": lifetime.as_secs(),
            "scope": scope,
            "locationId": location,
            "userId": USER_ID,
            "userType": user_type,
            "appId": self.app.id(),
            "traceId": self.trace_id(),
        });
        Ok(respond(StatusCode::CREATED, &answer))
    }
}
