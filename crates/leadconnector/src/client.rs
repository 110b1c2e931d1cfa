mod tls;

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use leadconnector_raw as raw;
use url::{Host, Url};

use crate::call::pacing::{AnyPacing, Pacing, SlidingWindow};
use crate::call::retry::{Retry, RetryPolicy};
use crate::call::token_source::{TokenSource, Tokens};
use crate::contacts::Kept;
use crate::{Answer, ApiVersion, BuildError, Contacts, CustomFields, InvalidValue, LocationId, Reconcile, Token};

/// The way to the API: a token, a base URL and a pool of connections.
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
        ClientBuilder::new(token.try_into().map(Tokens::Fixed).map_err(Into::into))
    }

    /// Starts a client with tokens that change.
    pub fn with_token_source(source: impl TokenSource) -> ClientBuilder {
        ClientBuilder::new(Ok(Tokens::changing(source)))
    }

    /// The contacts of a location.
    pub fn contacts(&self, location: LocationId) -> Contacts {
        Contacts::new(self.clone(), location)
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.shared.tokens
    }

    /// The longest time of one attempt, and of a question to the source of tokens.
    pub(crate) fn timeout(&self) -> Duration {
        self.shared.timeout
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
    base_url: String,
    allow_http: bool,
    version: ApiVersion,
    http: Option<reqwest::ClientBuilder>,
    connect_timeout: Duration,
    timeout: Duration,
    idle_timeout: Duration,
    response_limit: usize,
    pacing: Box<dyn AnyPacing>,
    retry: Box<dyn RetryPolicy>,
    concurrency: usize,
    reconcile: Reconcile,
    keep_custom_fields_for: Duration,
}

impl ClientBuilder {
    fn new(tokens: Result<Tokens, InvalidValue>) -> Self {
        Self {
            tokens,
            base_url: raw::document::SERVER.to_owned(),
            allow_http: false,
            version: ApiVersion::default(),
            http: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(50),
            response_limit: 4 * 1024 * 1024,
            pacing: Box::new(SlidingWindow::default()),
            retry: Box::new(Retry::default()),
            concurrency: 32,
            reconcile: Reconcile::off(),
            keep_custom_fields_for: Duration::from_secs(5 * 60),
        }
    }

    /// The base URL, to which the paths of the API are added. The default is `https://services.leadconnectorhq.com`.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Whether the base URL may be `http` also where it leads to another machine, or to this one through a proxy. The default is
    /// that it may not: the token and the contacts would travel in the clear.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// The version of the API to ask for: the header `Version` on the page. The default is `2021-04-15`.
    pub fn version(mut self, version: ApiVersion) -> Self {
        self.version = version;
        self
    }

    /// The HTTP client to start from: with a proxy, certificates, a user agent, or the like. Where it has no user agent, that of
    /// this crate is sent, since the network in front of the server refuses requests without one.
    ///
    /// [`build`](Self::build) sets on it: the timeouts of this builder; no decompression; no retries; no log of what is sent; no
    /// proxy if the base URL is this machine and [`allow_http`](Self::allow_http) is off; and no redirects, since the creation of a
    /// contact must not become a look-up, nor travel to another host.
    ///
    /// Which TLS it has cannot be seen from outside. So with the feature `rustls-no-provider` alone, a cryptography has to be
    /// installed also where this client has a TLS configuration of its own.
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// The longest time to make a connection. The default is 10 seconds; it is at most nine tenths of the whole
    /// [`timeout`](Self::timeout).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
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
        self.idle_timeout = timeout;
        self
    }

    /// The largest body of an answer that is read, in bytes. The default is 4 MiB.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// How fast a location is asked. The default is [`SlidingWindow`], which the clones of the client share;
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

    /// How many contacts [`Contacts::create_all`] has under way at the most. The default is 32; 0 is taken as 1.
    pub fn concurrency(mut self, contacts: usize) -> Self {
        self.concurrency = contacts.max(1);
        self
    }

    /// Whether, or how, a creation whose outcome is unknown is looked up: `true` for [`Reconcile::default`]. The default is that it
    /// is not.
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

    /// How long the custom fields of a location are kept after they were asked for with
    /// [`Contacts::custom_fields`]. The default is 5 minutes. After zero, they are not kept, and each call asks.
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
    /// - The HTTP client cannot be set up; with the feature `rustls-no-provider` alone also because the program has not installed a
    ///   cryptography, even where the base URL is `http`.
    pub fn build(self) -> Result<Client, BuildError> {
        let tokens = self.tokens?;
        let base_url = checked_base_url(&self.base_url, self.allow_http)?;
        for (name, timeout) in [("timeout", self.timeout), ("connect_timeout", self.connect_timeout)] {
            if timeout.is_zero() {
                return Err(InvalidValue::new(name, "is zero: no request ends in that time").into());
            }
        }
        let is_own = self.http.is_some();
        let mut http = self.http.unwrap_or_else(|| reqwest::Client::builder().user_agent(USER_AGENT));
        if !is_own && base_url.scheme() == "http" && !self.allow_http {
            // Nothing is asked of another machine, nor by TLS: to read the certificates would take most of the time of a test.
            http = tls::trust_nobody(http);
        }
        if is_loopback(&base_url) && !self.allow_http {
            // A proxy cannot reach this machine's own servers, and would be sent the token in the clear.
            http = http.no_proxy();
        }
        http = http
            .timeout(self.timeout)
            // Within the time of the whole attempt, so that it is known that nothing was sent.
            .connect_timeout(self.connect_timeout.min(self.timeout.mul_f64(0.9)))
            // It is added to the time of day.
            .pool_idle_timeout(self.idle_timeout.min(Duration::from_secs(24 * 60 * 60)))
            .redirect(reqwest::redirect::Policy::none())
            // Whether a request may be sent again is decided here alone.
            .retry(reqwest::retry::never())
            // The limit on an answer's size is one on what arrives, and what arrived of a broken answer can be read.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            // It would log the token and the contacts.
            .connection_verbose(false);
        let http = tls::build(http)?;
        let user_agent = (!has_user_agent(&http)).then(|| HeaderValue::from_static(USER_AGENT));
        let base_url = raw::BaseUrl::new(base_url).map_err(|_| InvalidValue::new("base URL", "has no host"))?;
        let raw = raw::Client::new(base_url, &self.version.to_raw(), http)
            .map_err(|_| InvalidValue::new("Version", "has a character that a header cannot have"))?;
        let Self { timeout, pacing, retry, response_limit, concurrency, reconcile, .. } = self;
        let custom_fields = Kept::new(self.keep_custom_fields_for, timeout);
        let shared = Shared {
            raw,
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

const USER_AGENT: &str = concat!("leadconnector-rust/", env!("CARGO_PKG_VERSION"));

/// Whether a client sends a user agent of its own. It says so in its `Debug` alone, where a quote within a value is escaped.
fn has_user_agent(http: &reqwest::Client) -> bool {
    format!("{http:?}").contains(r#""user-agent": "#)
}

fn checked_base_url(text: &str, allow_http: bool) -> Result<Url, InvalidValue> {
    let invalid = |reason| InvalidValue::new("base URL", reason);
    let url = Url::parse(text).map_err(|_| invalid("is not a URL such as `https://services.leadconnectorhq.com`"))?;
    match url.scheme() {
        "http" if allow_http || is_loopback(&url) => {}
        "http" => {
            return Err(invalid(
                "is http and leads to another machine, to which the token would travel in the clear: \
                 begin it with `https://`, or allow it with `allow_http`",
            ));
        }
        "https" if tls::IS_THERE => {}
        "https" => {
            return Err(invalid(
                "is https, and this build has no TLS: enable the feature `rustls`, `rustls-no-provider` or `native-tls`",
            ));
        }
        _ => return Err(invalid("is neither http nor https: begin it with `https://`")),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("has a query or a fragment, to which no path can be added"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("has a user or a password; the token is the only credential"));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Run in both kinds of build: with TLS by the ordinary tests, without by `--no-default-features`.
    #[test]
    fn https_needs_a_tls_feature() {
        let built = Client::builder("token").build();
        if tls::IS_THERE {
            built.unwrap();
        } else {
            let error = built.unwrap_err().to_string();
            assert_eq!(
                error,
                "base URL is https, and this build has no TLS: enable the feature `rustls`, `rustls-no-provider` or `native-tls`"
            );
            Client::builder("token").base_url("http://127.0.0.1:1").build().unwrap();
        }
    }

    /// The user agent of a client shows in its `Debug` alone: this fails if a version of reqwest changes that.
    #[test]
    fn the_user_agent_of_a_client_shows() {
        let client = || reqwest::Client::builder();
        let named = |name, value: &'static str| {
            client().default_headers([(name, HeaderValue::from_static(value))].into_iter().collect())
        };
        assert!(has_user_agent(&client().user_agent("mine").build().unwrap()));
        assert!(has_user_agent(&named(http::header::USER_AGENT, "mine").build().unwrap()));
        assert!(!has_user_agent(&client().build().unwrap()));
        assert!(!has_user_agent(&named(http::header::ACCEPT, "\"user-agent\": \"mine\"").build().unwrap()));
    }

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

    #[test]
    fn plain_http_is_for_this_machine() {
        for (url, loopback) in [
            ("http://127.0.0.1:8080", true),
            ("http://127.1.2.3", true),
            ("http://[::1]:8080", true),
            ("http://localhost", true),
            ("http://mock.localhost", true),
            ("http://127.0.0.1.example.com", false),
            ("http://localhost.example.com", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(checked_base_url(url, false).is_ok(), loopback, "{url}");
            assert!(checked_base_url(url, true).is_ok(), "{url}");
        }
    }
}
