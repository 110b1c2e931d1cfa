//! What an agency's token does: it makes tokens for the agency's locations, and lists where the app is installed.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock, Weak};
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::error::NotAnswered;
use super::grant::Kept;
use super::renewal::Shared;
use super::token_endpoint::FORM;
use super::{App, Holder, OAuthError};
use crate::call::caller::Prepared;
use crate::call::{Called, Caller};
use crate::newtypes::CompanyId;
use crate::request::Any;
use crate::{
    Answer, BoxError, Client, Effect, Error, InvalidValue, LocationId, Token, TokenSource, Undecodable,
    UndecodableReason,
};

/// How many locations are asked for at once.
const PAGE: usize = 100;

/// The tokens of agencies, for a client to which an agency is what a location is to others.
pub(super) struct AgencyTokens(pub(super) Arc<OnceLock<Weak<Shared>>>);

impl AgencyTokens {
    fn shared(&self) -> Result<Arc<Shared>, BoxError> {
        let shared = self.0.get().and_then(Weak::upgrade);
        shared.ok_or_else(|| "the app that it belongs to is gone".into())
    }
}

impl TokenSource for AgencyTokens {
    async fn token(&self, company: &LocationId) -> Result<Token, BoxError> {
        Ok(self.shared()?.token(&agency(company)).await?)
    }

    async fn refresh(&self, company: &LocationId) -> Result<Token, BoxError> {
        Ok(self.shared()?.refresh(&agency(company)).await?)
    }
}

fn agency(id: &LocationId) -> Holder {
    Holder::Company(CompanyId::received(id.to_string()))
}

/// Calls for an agency, with its token and by its allowance.
fn caller(client: &Client, company: &CompanyId) -> Caller {
    Caller::new(client.clone(), LocationId::received(company.to_string()))
}

impl Shared {
    /// Makes a token for a location with that of its agency: "Get Location Access Token from Agency Token" in the vendor's
    /// specification.
    pub(super) async fn mint(&self, location: &LocationId, company: &CompanyId) -> Result<Kept, OAuthError> {
        let failed = |error| OAuthError::NotMinted { location: location.clone(), error: Box::new(error) };
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("companyId", company.as_str())
            .append_pair("locationId", location.as_str())
            .finish();
        let mut http = self.client.raw().other_request(Method::POST, "/oauth/locationToken", Some(form.into_bytes()));
        http.headers_mut().insert(CONTENT_TYPE, FORM);
        // A second one is another token, which does no harm.
        let effect = Effect::Repeats;
        let members = vec!["companyId".into(), "locationId".into()];
        let request = Prepared { called: Called::other(effect, members), effect, http };
        let answer =
            caller(&self.client, company).send_other::<Any<Map<String, Value>>>(request).await.map_err(failed)?;
        let body = Value::Object(answer.value).to_string();
        // The answer itself is in no error: it may have a token in it.
        let kept = Kept::of_answer(body.as_bytes(), &self.settings.client_id, self.settings.clock.now(), None);
        let kept = kept.map_err(|problem| OAuthError::NotAnswered(Arc::new(NotAnswered::Undecodable { problem })))?;
        let (kept, holder) = (kept.minted(location, company), Holder::Location(location.clone()));
        match kept.holder() {
            Some(found) if found != holder => Err(OAuthError::OtherGrant { holder, found }),
            _ => Ok(kept),
        }
    }
}

/// A location, and whether the app is installed there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InstalledLocation {
    /// The id: `_id`.
    pub id: LocationId,
    /// The name: `name`.
    pub name: Option<String>,
    /// The address: `address`.
    pub address: Option<String>,
    /// Whether the app is installed there: `isInstalled`.
    pub is_installed: Option<bool>,
}

impl InstalledLocation {
    fn read(location: &Value) -> Option<Self> {
        let text = |name: &str| location.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            id: LocationId::received(text("_id").filter(|id| !id.is_empty())?),
            name: text("name"),
            address: text("address"),
            is_installed: location.get("isInstalled").and_then(Value::as_bool),
        })
    }
}

impl App {
    /// The locations of an agency for which the app is installed: "Get Location where app is installed" in the vendor's specification.
    ///
    /// They are a stream, which fetches a page when the one before is used up. It needs the agency's consent, with the scope
    /// `oauth.readonly`.
    ///
    /// # Errors
    ///
    /// See [`Error`]. A page that has no list of locations, or is the one before once more, is [`Error::Undecodable`]. After an error,
    /// there is nothing more.
    pub fn installed_locations(&self, company: &CompanyId) -> InstalledLocations {
        InstalledLocations {
            app: self.clone(),
            company: company.clone(),
            page: VecDeque::new(),
            seen: 0,
            first: None,
            next: Next::Ask,
        }
    }
}

/// The locations of [`App::installed_locations`].
#[must_use = "a stream does nothing until its items are taken"]
pub struct InstalledLocations {
    app: App,
    company: CompanyId,
    page: VecDeque<InstalledLocation>,
    /// How many have come before this page; and the first of the last one.
    seen: usize,
    first: Option<LocationId>,
    next: Next,
}

enum Next {
    Ask,
    Page(Pin<Box<dyn Future<Output = Result<Answer<Value>, Error>> + Send>>),
    End,
}

impl InstalledLocations {
    /// The next location; none at the end.
    ///
    /// # Errors
    ///
    /// As of [`App::installed_locations`].
    pub async fn try_next(&mut self) -> Result<Option<InstalledLocation>, Error> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await.transpose()
    }

    fn ask(&self) -> Next {
        let (app, company, skip) = (self.app.clone(), self.company.clone(), self.seen.to_string());
        Next::Page(Box::pin(async move {
            let shared = app.shared();
            // The vendor's form of a client id.
            let (app_id, _) = shared.settings.client_id.split_once('-').ok_or_else(|| {
                InvalidValue::new("client_id", "has no hyphen, before which the id of the app would stand")
            })?;
            let mut http = shared.client.raw().other_request(Method::GET, "/oauth/installedLocations", None);
            http.url_mut()
                .query_pairs_mut()
                .append_pair("companyId", company.as_str())
                .append_pair("appId", app_id)
                .append_pair("isInstalled", "true")
                .append_pair("skip", &skip)
                .append_pair("limit", &PAGE.to_string());
            let effect = Effect::Reads;
            let request = Prepared { called: Called::other(effect, Vec::new()), effect, http };
            caller(&shared.client, &company).send_other::<Any<Value>>(request).await
        }))
    }

    /// Takes a page, and says whether there may be another one.
    fn take(&mut self, answer: &Answer<Value>) -> Result<bool, Error> {
        let undecodable = |reason| Error::from(Undecodable::new(reason, answer.response.clone()));
        let list = answer.value.get("locations").and_then(Value::as_array);
        let list = list.ok_or_else(|| undecodable(UndecodableReason::NoList))?;
        let page: Option<VecDeque<_>> = list.iter().map(InstalledLocation::read).collect();
        self.page = page.ok_or_else(|| undecodable(UndecodableReason::NoId))?;
        let first = self.page.front().map(|location| location.id.clone());
        if first.is_some() && first == self.first {
            self.page.clear();
            return Err(undecodable(UndecodableReason::RepeatedPage));
        }
        self.first = first;
        self.seen = self.seen.saturating_add(list.len());
        // Only an empty page is the last one: a server may give less at once than it is asked for, and it is not documented whether
        // `count` is that of all pages.
        Ok(!list.is_empty())
    }
}

impl Stream for InstalledLocations {
    type Item = Result<InstalledLocation, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(location) = self.page.pop_front() {
                return Poll::Ready(Some(Ok(location)));
            }
            match &mut self.next {
                Next::Ask => self.next = self.ask(),
                Next::Page(page) => {
                    let answer = ready!(page.as_mut().poll(context));
                    self.next = Next::End;
                    match answer.and_then(|answer| self.take(&answer)) {
                        Ok(true) => self.next = Next::Ask,
                        Ok(false) => {}
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    }
                }
                Next::End => return Poll::Ready(None),
            }
        }
    }
}

impl fmt::Debug for InstalledLocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstalledLocations").finish_non_exhaustive()
    }
}
