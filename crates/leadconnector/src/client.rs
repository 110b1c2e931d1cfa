pub(crate) mod base_url;
mod connections;
mod environment;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use base_url::checked_base_url;
use connections::{Connections, USER_AGENT, has_user_agent};
use http::HeaderValue;
use leadconnector_raw as raw;
use url::Url;

use crate::call::pacing::{AnyPacing, Pacing, SlidingWindow};
use crate::call::retry::{Retry, RetryPolicy};
use crate::call::token_source::{TokenSource, Tokens};
use crate::contacts::Kept;
use crate::{
    Answer, ApiVersion, BuildError, Contacts, CustomFields, InvalidValue, LocationId, RateLimit, Reconcile, Token,
};

/// A client of the API: it has the token, the base URL and a pool of connections.
///
/// Cloning it is cheap, and the clones share the connections.
///
/// ```
/// use std::time::Duration;
///
/// use leadconnector::{ApiVersion, Client};
///
/// let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").build()?;
///
/// let other = Client::builder("9c48df2694a849b6089f9d0d3513efe")
///     .version(ApiVersion::new("2021-07-28")?)
///     .timeout(Duration::from_secs(10))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    raw: raw::Client,
    base_url: Url,
    /// Whether the connections are those of another client.
    is_pooled: bool,
    tokens: Tokens,
    timeout: Duration,
    pacing: Box<dyn AnyPacing>,
    retry: Box<dyn RetryPolicy>,
    response_limit: usize,
    concurrency: usize,
    reconcile: Reconcile,
    custom_fields: Kept<Answer<CustomFields>>,
    /// Sent with each request, where the HTTP client has none of its own.
    user_agent: Option<HeaderValue>,
}

impl Client {
    /// Starts a client with the token of a sub-account: a [`Token`], or text that can become one.
    pub fn builder(token: impl TryInto<Token, Error: Into<InvalidValue>>) -> ClientBuilder {
        ClientBuilder::with_token(token.try_into().map_err(Into::into))
    }

    /// Starts a client whose tokens change, or differ from location to location.
    pub fn with_token_source(source: impl TokenSource) -> ClientBuilder {
        ClientBuilder::new(Ok(Tokens::changing(source)))
    }

    /// The contacts of a location.
    pub fn contacts(&self, location: LocationId) -> Contacts {
        Contacts::new(self.clone(), location)
    }

    /// How much of a location's allowance is left, as the [pacing](ClientBuilder::pacing) counts it. The server is not asked.
    /// None before the first answer, or if the pacing does not count, as [`NoPacing`](crate::NoPacing). Where the answers do
    /// not say a number, it is the one that the vendor documents: 100 requests in 10 seconds, and 200,000 in a day.
    pub fn allowance(&self, location: &LocationId) -> Option<RateLimit> {
        self.shared.pacing.allowance(location)
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.shared.tokens
    }

    /// The longest time of one attempt, and of a question to the source of tokens.
    pub(crate) fn timeout(&self) -> Duration {
        self.shared.timeout
    }

    pub(crate) fn is_pooled(&self) -> bool {
        self.shared.is_pooled
    }

    pub(crate) fn pacing(&self) -> &dyn AnyPacing {
        &*self.shared.pacing
    }

    pub(crate) fn concurrency(&self) -> usize {
        self.shared.concurrency
    }

    pub(crate) fn reconcile(&self) -> &Reconcile {
        &self.shared.reconcile
    }

    /// Those of each location that are kept.
    pub(crate) fn custom_fields(&self) -> &Kept<Answer<CustomFields>> {
        &self.shared.custom_fields
    }

    pub(crate) fn retry(&self) -> &dyn RetryPolicy {
        &*self.shared.retry
    }

    /// What makes the requests.
    pub(crate) fn raw(&self) -> &raw::Client {
        &self.shared.raw
    }

    /// What sends them.
    pub(crate) fn http(&self) -> &reqwest::Client {
        self.shared.raw.http()
    }

    pub(crate) fn base_url(&self) -> &Url {
        &self.shared.base_url
    }

    pub(crate) fn user_agent(&self) -> Option<&HeaderValue> {
        self.shared.user_agent.as_ref()
    }

    pub(crate) fn response_limit(&self) -> usize {
        self.shared.response_limit
    }
}

/// Sets up a [`Client`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    tokens: Result<Tokens, InvalidValue>,
    base_url: Result<Option<String>, InvalidValue>,
    /// What the base URL is called where it comes from.
    base_url_name: &'static str,
    allow_http: bool,
    version: ApiVersion,
    pool: Option<Client>,
    connections: Connections,
    timeout: Duration,
    response_limit: usize,
    pacing: Box<dyn AnyPacing>,
    retry: Box<dyn RetryPolicy>,
    concurrency: usize,
    reconcile: Reconcile,
    keep_custom_fields_for: Duration,
}

impl ClientBuilder {
    pub(crate) fn with_token(token: Result<Token, InvalidValue>) -> Self {
        Self::new(token.map(Tokens::Fixed))
    }

    fn new(tokens: Result<Tokens, InvalidValue>) -> Self {
        Self {
            tokens,
            base_url: Ok(None),
            base_url_name: "base URL",
            allow_http: false,
            version: ApiVersion::default(),
            pool: None,
            connections: Connections::default(),
            timeout: Duration::from_secs(60),
            response_limit: 4 * 1024 * 1024,
            pacing: Box::new(SlidingWindow::default()),
            retry: Box::new(Retry::default()),
            concurrency: 32,
            reconcile: Reconcile::off(),
            keep_custom_fields_for: Duration::from_secs(5 * 60),
        }
    }

    /// The base URL, to which the paths of the API are added. The default is `https://services.leadconnectorhq.com`.
    pub fn base_url(self, base_url: impl Into<String>) -> Self {
        self.named_base_url("base URL", Ok(base_url.into()))
    }

    pub(crate) fn named_base_url(mut self, name: &'static str, base_url: Result<String, InvalidValue>) -> Self {
        (self.base_url_name, self.base_url) = (name, base_url.map(Some));
        self
    }

    /// Whether the base URL may be `http` for another machine, or for this one through a proxy. The default is no: the token
    /// and the contacts would travel unencrypted.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// The version of the API to ask for: the header `Version` on the page. The default is `2021-04-15`.
    pub fn version(mut self, version: ApiVersion) -> Self {
        self.version = version;
        self
    }

    /// The HTTP client to start from: with a proxy, certificates, a user agent, or the like. If it has no user agent, that of
    /// this crate is sent, since the network in front of the server refuses requests without one.
    ///
    /// [`build`](Self::build) sets on it: the timeouts of this builder; no decompression; no retries; no log of what is sent; no
    /// proxy if the base URL is this machine and [`allow_http`](Self::allow_http) is off; and no redirects, since the creation of a
    /// contact must not become a look-up, nor travel to another host.
    ///
    /// Which TLS it has cannot be seen from outside. So with the feature `rustls-no-provider` alone, a cryptography has to be
    /// installed also where this client has a TLS configuration of its own.
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.connections.http = Some(http);
        self
    }

    /// The client whose pool of connections this one uses, with its HTTP client and, unless another path on the same host is set, its
    /// base URL. The default is a pool of its own. The time for connecting, the proxy and the certificates are those of the other
    /// client.
    ///
    /// An agency whose locations have a token each makes one client for all of them by [`Client::with_token_source`]. Where there is a
    /// reason for several clients, they share the connections by this, and the budget of a location by an
    /// `Arc` of one [`pacing`](Self::pacing):
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use leadconnector::pacing::SlidingWindow;
    /// use leadconnector::Client;
    ///
    /// let budget = Arc::new(SlidingWindow::default());
    /// let first = Client::builder("a-token").pacing(Arc::clone(&budget)).build()?;
    /// let second = Client::builder("another-token").pacing(budget).pool_of(&first).build()?;
    /// # Ok::<(), leadconnector::error::BuildError>(())
    /// ```
    pub fn pool_of(mut self, client: &Client) -> Self {
        self.pool = Some(client.clone());
        self
    }

    /// The longest time to make a connection. The default is 10 seconds; it is at most nine tenths of the whole
    /// [`timeout`](Self::timeout).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connections.connect_timeout = Some(timeout);
        self
    }

    /// The longest time of one attempt, from connecting to the last byte of the answer. The default is 60 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The longest time that a connection is kept for the next request while nothing is sent. The default is 50 seconds.
    ///
    /// A request on a connection that the server is just closing may be lost, and nobody knows then whether the contact was
    /// created. So a connection is given up before the server does that: common load balancers wait for 60 seconds or more.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.connections.idle_timeout = Some(timeout);
        self
    }

    /// The largest body of an answer that is read, in bytes. The default is 4 MiB.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// How fast requests are sent to a location. The default is [`SlidingWindow`], which the clones of the client share.
    /// [`NoPacing`](crate::NoPacing) turns it off.
    pub fn pacing(mut self, pacing: impl Pacing) -> Self {
        self.pacing = Box::new(pacing);
        self
    }

    /// Whether and when a request is sent again. The default is [`Retry::default`]; [`NoRetry`](crate::NoRetry) turns it off.
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.retry = Box::new(policy);
        self
    }

    /// How many contacts [`Contacts::create_all`] creates at the same time, at most. The default is 32; 0 is taken as 1.
    pub fn concurrency(mut self, contacts: usize) -> Self {
        self.concurrency = contacts.max(1);
        self
    }

    /// Whether the client looks a contact up if it is unknown whether it was created, and how: `true` for
    /// [`Reconcile::default`]. The default is that it does not.
    ///
    /// The contact is looked up by its email, and then by its phone, several times with a wait before each. If the location has it,
    /// and it was added after the request was sent, it is what the call yields. If one is found that may be another, the error is
    /// [`Error::Unreconciled`](crate::Error::Unreconciled), which has it. If none is found, the contact has neither email nor
    /// phone, or the look-up is refused, the error is that of the creation, and the outcome stays unknown.
    ///
    /// Nothing is sent again, unless [`Reconcile::risk_a_second_contact`] asks for it.
    pub fn reconcile(mut self, reconcile: impl Into<Reconcile>) -> Self {
        self.reconcile = reconcile.into();
        self
    }

    /// How long the custom fields of a location are kept after [`Contacts::custom_fields`] has fetched them. The default is 5
    /// minutes. With zero, they are not kept, and each call fetches them.
    ///
    /// A field or an option that is added meanwhile is not known until then, or until [`Contacts::refresh_custom_fields`].
    pub fn keep_custom_fields_for(mut self, time: Duration) -> Self {
        self.keep_custom_fields_for = time;
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// - The token is not one: see [`Token::new`].
    /// - The base URL is not an `http` or `https` URL; has a user, a query or a fragment; is `http` and leads to another
    ///   machine; or is `https` in a build without a TLS feature.
    /// - The timeout, or the one for connecting, is zero.
    /// - There is a [`pool_of`](Self::pool_of) another client, and something is set that the pool has already, or the base URL leads
    ///   to another host.
    /// - The HTTP client cannot be set up; with the feature `rustls-no-provider` alone also because the program has not installed a
    ///   cryptography, even where the base URL is `http`.
    pub fn build(self) -> Result<Client, BuildError> {
        let tokens = self.tokens?;
        let base_url = match (self.base_url?, &self.pool) {
            (None, Some(client)) => client.base_url().clone(),
            (text, _) => checked_base_url(text.as_deref().unwrap_or(raw::document::SERVER), self.allow_http)
                .map_err(|error| error.of(self.base_url_name))?,
        };
        for (name, timeout) in [("timeout", Some(self.timeout)), ("connect_timeout", self.connections.connect_timeout)]
        {
            if timeout.is_some_and(|timeout| timeout.is_zero()) {
                return Err(InvalidValue::new(name, "is zero: no request ends in that time").into());
            }
        }
        let http = match &self.pool {
            Some(client) => self.connections.of(client, &base_url, self.base_url_name)?,
            None => self.connections.build(&base_url, self.allow_http, self.timeout)?,
        };
        let user_agent = (!has_user_agent(&http)).then(|| HeaderValue::from_static(USER_AGENT));
        let raw_base_url =
            raw::BaseUrl::new(base_url.clone()).map_err(|_| InvalidValue::new(self.base_url_name, "has no host"))?;
        let raw = raw::Client::new(raw_base_url, &self.version.to_raw(), http)
            .map_err(|_| InvalidValue::new("Version", "has a character that a header cannot have"))?;
        let Self { timeout, pacing, retry, response_limit, concurrency, reconcile, .. } = self;
        let custom_fields = Kept::new(self.keep_custom_fields_for);
        let shared = Shared {
            raw,
            base_url,
            is_pooled: self.pool.is_some(),
            tokens,
            timeout,
            pacing,
            retry,
            response_limit,
            concurrency,
            reconcile,
            custom_fields,
            user_agent,
        };
        Ok(Client { shared: Arc::new(shared) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_request_ends_in_no_time() {
        let client = || Client::builder("token").base_url("http://127.0.0.1:1");
        for (client, said) in [
            (client().timeout(Duration::ZERO), "timeout is zero: no request ends in that time"),
            (client().connect_timeout(Duration::ZERO), "connect_timeout is zero: no request ends in that time"),
        ] {
            assert_eq!(client.build().unwrap_err().to_string(), said);
        }
    }
}
