//! OAuth, as an app of the vendor's marketplace meets it: each endpoint in a file that is named after it, what was issued, and what a
//! token reaches.

mod clock;
mod consent_page;
mod installed_locations;
mod issued;
mod location_token;
mod marketplace_app;
mod members;
mod permission;
mod token_endpoint;

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use serde_json::Value;

use crate::Request;
use crate::answers::Refusal;
use clock::Clock;
use issued::{Grant, Holder, Issued};
pub use marketplace_app::MarketplaceApp;

/// The user who consents, and to whom the tokens belong.
const USER_ID: &str = "GCs5KuzPqTls7vWclkEV";

/// An app, and what it has got so far.
#[derive(Debug)]
pub(crate) struct OAuth {
    app: MarketplaceApp,
    /// All scopes that there are, for a consent without a page.
    scopes: String,
    clock: Clock,
    issued: Issued,
    /// The locations of the app from which it was removed.
    uninstalled: BTreeSet<String>,
}

/// The paths of OAuth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OAuthPath {
    ConsentPage,
    TokenEndpoint,
    LocationToken,
    InstalledLocations,
}

impl OAuthPath {
    /// The one with this method and this path, without its query.
    pub(crate) fn of(method: &Method, path: &str) -> Option<Self> {
        match (method.as_str(), path) {
            ("GET", "/oauth/chooselocation" | "/v2/oauth/chooselocation") => Some(Self::ConsentPage),
            ("POST", "/oauth/token") => Some(Self::TokenEndpoint),
            ("POST", "/oauth/locationToken") => Some(Self::LocationToken),
            ("GET", "/oauth/installedLocations") => Some(Self::InstalledLocations),
            _ => None,
        }
    }
}

impl OAuth {
    /// An app that has no token yet, where these are the scopes of the operations.
    pub(crate) fn new<'a>(app: MarketplaceApp, scopes: impl Iterator<Item = &'a str>) -> Self {
        let scopes: BTreeSet<_> = scopes.chain([installed_locations::SCOPE, location_token::SCOPE]).collect();
        let scopes = scopes.into_iter().collect::<Vec<_>>().join(" ");
        Self { app, scopes, clock: Clock::new(), issued: Issued::default(), uninstalled: BTreeSet::new() }
    }

    /// The answer to a request for one of the paths of OAuth.
    pub(crate) fn answer(&mut self, path: OAuthPath, request: &Request) -> Result<Response<Bytes>, Refusal> {
        let now = self.clock.now();
        match path {
            OAuthPath::ConsentPage => self.consent_page(request, now),
            OAuthPath::TokenEndpoint => self.token_endpoint(request, now),
            OAuthPath::LocationToken => self.location_token(request, now),
            OAuthPath::InstalledLocations => self.installed_locations(request, now),
        }
    }

    /// The answer of the token endpoint after a consent to all scopes for a location of the app or its company; none if it is neither.
    pub(crate) fn consent(&mut self, id: &str) -> Option<Value> {
        let holder = if self.app.has_location(id) {
            Holder::Location(id.to_owned())
        } else if id == self.app.company {
            Holder::Company
        } else {
            return None;
        };
        self.uninstalled.remove(id);
        let grant = Grant { holder, scope: self.scopes.clone(), of_company: false };
        Some(self.issue_tokens(grant, self.clock.now()))
    }

    /// Lets time pass.
    pub(crate) fn advance(&mut self, time: Duration) {
        self.clock.advance(time);
    }

    /// How many refresh tokens were used up.
    pub(crate) fn refreshes(&self) -> u64 {
        self.issued.refreshes()
    }

    /// Ends whatever was issued for a location, or for the company, and removes the app from the location.
    pub(crate) fn uninstall(&mut self, id: &str) {
        if id == self.app.company {
            self.issued.end_of_company();
        }
        if self.app.has_location(id) {
            self.issued.end_of_location(id);
            self.uninstalled.insert(id.to_owned());
        }
    }

    /// Whether the app is installed in a location.
    fn is_installed(&self, location: &str) -> bool {
        self.app.has_location(location) && !self.uninstalled.contains(location)
    }
}
