//! `GET /oauth/installedLocations`, "Get Location where app is installed" on the vendor's page.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::OAuth;
use super::members::Members;
use crate::Request;
use crate::answers::{Refusal, error, respond};
use crate::endpoint::bearer;

/// The scope that it needs.
pub(super) const SCOPE: &str = "oauth.readonly";

impl OAuth {
    /// A page of the app's locations, and how many there are in all.
    pub(super) fn installed_locations(&self, request: &Request, now: Duration) -> Result<Response<Bytes>, Refusal> {
        self.permit_company(bearer(&request.headers)?, SCOPE, now)?;
        let mut members = Members::of_query(request);
        let (company, app) = (members.required("companyId"), members.required("appId"));
        let (skip, limit) = (members.number("skip", 0), members.number("limit", 20));
        members.check()?;
        self.own_company(&company)?;
        if app != self.app.id() {
            return Err(error(StatusCode::BAD_REQUEST, "Bad Request", &json!("appId is not that of the app")));
        }
        let locations = &self.app.locations;
        let page: Vec<Value> = locations.iter().skip(skip).take(limit).map(|id| self.listed(id)).collect();
        let body = json!({"locations": page, "count": locations.len(), "installToFutureLocations": false});
        Ok(respond(StatusCode::OK, &body))
    }

    fn listed(&self, location: &str) -> Value {
        let (name, installed) = (format!("Location {location}"), self.is_installed(location));
        json!({"_id": location, "name": name, "address": "", "isInstalled": installed})
    }
}
