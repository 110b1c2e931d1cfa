//! What a token reaches.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use super::{Grant, Holder, OAuth};
use crate::answers::{Refusal, error};

/// How a Private Integration Token begins. No app gets one, so the server knows none of them, and takes all.
const PRIVATE_INTEGRATION: &str = "pit-";

impl OAuth {
    /// Lets a request through that needs a token of a location, with this scope, for these locations.
    pub(crate) fn permit<'a>(
        &self,
        token: &str,
        scope: Option<&str>,
        locations: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), Refusal> {
        if token.starts_with(PRIVATE_INTEGRATION) {
            return Ok(());
        }
        let grant = self.issued.grant(token, self.clock.now()).ok_or_else(invalid)?;
        let Holder::Location(own) = &grant.holder else { return Err(mismatch()) };
        if let Some(scope) = scope {
            has_scope(grant, scope)?;
        }
        if locations.into_iter().any(|location| location != own) {
            let message = json!("The token does not have access to this location.");
            return Err(error(StatusCode::FORBIDDEN, "Forbidden", &message));
        }
        Ok(())
    }

    /// What a token of the company stands for, if it has this scope.
    pub(super) fn permit_company(&self, token: &str, scope: &str, now: Duration) -> Result<&Grant, Refusal> {
        if token.starts_with(PRIVATE_INTEGRATION) {
            return Err(mismatch());
        }
        let grant = self.issued.grant(token, now).ok_or_else(invalid)?;
        if grant.holder != Holder::Company {
            return Err(mismatch());
        }
        has_scope(grant, scope)?;
        Ok(grant)
    }

    /// Refuses a company that is not the app's.
    pub(super) fn own_company(&self, id: &str) -> Result<(), Refusal> {
        if id == self.app.company {
            return Ok(());
        }
        Err(error(StatusCode::FORBIDDEN, "Forbidden", &json!("Forbidden resource")))
    }
}

fn has_scope(grant: &Grant, scope: &str) -> Result<(), Refusal> {
    if grant.has_scope(scope) { Ok(()) } else { Err(unauthorized("The token is not authorized for this scope.")) }
}

/// The refusal of a token that is unknown or has expired.
fn invalid() -> Refusal {
    unauthorized("Invalid JWT")
}

/// The refusal of a token for a location where one for a company is needed, and the other way round.
fn mismatch() -> Refusal {
    unauthorized("Token's user type mismatch!")
}

fn unauthorized(message: &str) -> Refusal {
    error(StatusCode::UNAUTHORIZED, "Unauthorized", &json!(message))
}
