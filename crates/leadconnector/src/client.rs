use std::sync::Arc;
use std::time::Duration;

use leadconnector_raw as raw;
use url::{Host, Url};

use crate::call::pacing::{AnyPacing, Pacing, SlidingWindow};
use crate::call::retry::{Retry, RetryPolicy};
use crate::call::token_source::{TokenSource, Tokens};
use crate::error::HttpSetupError;
use crate::{ApiVersion, BuildError, Contacts, InvalidValue, LocationId, Token};

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
    pacing: Box<dyn AnyPacing>,
    retry: Box<dyn RetryPolicy>,
    response_limit: usize,
    concurrency: usize,
    reconcile: bool,
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

    pub(crate) fn pacing(&self) -> &dyn AnyPacing {
        &*self.shared.pacing
    }

    pub(crate) fn concurrency(&self) -> usize {
        self.shared.concurrency
    }

    pub(crate) fn reconciles(&self) -> bool {
        self.shared.reconcile
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
    response_limit: usize,
    pacing: Box<dyn AnyPacing>,
    retry: Box<dyn RetryPolicy>,
    concurrency: usize,
    reconcile: bool,
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
            response_limit: 4 * 1024 * 1024,
            pacing: Box::new(SlidingWindow::default()),
            retry: Box::new(Retry::default()),
            concurrency: 32,
            reconcile: false,
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

    /// The HTTP client to start from: with a proxy, certificates, a user agent, or the like.
    ///
    /// [`build`](Self::build) sets on it: the timeouts of this builder; no decompression; no retries; no log of what is sent; no
    /// proxy if the base URL is this machine and [`allow_http`](Self::allow_http) is off; and no redirects, since the creation of a
    /// contact must not become a look-up, nor travel to another host.
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

    /// Whether a creation whose outcome is unknown is looked up. The default is that it is not.
    ///
    /// The contact is looked up by its email, and then by its phone. If the location has it, it is returned as if it had just
    /// been created; it may be an older one. If not, the request is sent once more.
    ///
    /// With neither email nor phone, or if the look-up fails or the second request is refused, the outcome stays unknown, and the
    /// error is the first one; so it does if the server had answered with a success and the contact is not found, since a look-up
    /// may not know it yet. If the outcome of the second request is unknown too, the error is the second one. If that request finds
    /// a duplicate that cannot be looked up, the error is [`Error::Duplicate`](crate::Error::Duplicate), and the outcome is unknown.
    pub fn reconcile(mut self, reconcile: bool) -> Self {
        self.reconcile = reconcile;
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// - The token is not one: see [`Token::new`].
    /// - The base URL is not an `http` or `https` URL; has a user, a query or a fragment; is `http` and leads to another
    ///   machine; or is `https` in a build without a TLS feature.
    /// - The HTTP client cannot be set up.
    pub fn build(self) -> Result<Client, BuildError> {
        let tokens = self.tokens?;
        let base_url = checked_base_url(&self.base_url, self.allow_http)?;
        let mut http = self.http.unwrap_or_else(|| {
            reqwest::Client::builder().user_agent(concat!("leadconnector-rust/", env!("CARGO_PKG_VERSION")))
        });
        if is_loopback(&base_url) && !self.allow_http {
            // A proxy cannot reach this machine's own servers, and would be sent the token in the clear.
            http = http.no_proxy();
        }
        http = http
            .timeout(self.timeout)
            // Within the time of the whole attempt, so that it is known that nothing was sent.
            .connect_timeout(self.connect_timeout.min(self.timeout.mul_f64(0.9)))
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
        let http = http.build().map_err(HttpSetupError::new)?;
        let base_url = raw::BaseUrl::new(base_url).map_err(|_| InvalidValue::new("base URL", "has no host"))?;
        let raw = raw::Client::new(base_url, &self.version.to_raw(), http)
            .map_err(|_| InvalidValue::new("Version", "has a character that a header cannot have"))?;
        let Self { pacing, retry, response_limit, concurrency, reconcile, .. } = self;
        let shared = Shared { raw, tokens, pacing, retry, response_limit, concurrency, reconcile };
        Ok(Client { shared: Arc::new(shared) })
    }
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
        "https" if cfg!(any(feature = "rustls", feature = "native-tls")) => {}
        "https" => {
            return Err(invalid("is https, and this build has no TLS: enable the feature `rustls` or `native-tls`"));
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
        if cfg!(any(feature = "rustls", feature = "native-tls")) {
            built.unwrap();
        } else {
            let error = built.unwrap_err().to_string();
            assert_eq!(
                error,
                "base URL is https, and this build has no TLS: enable the feature `rustls` or `native-tls`"
            );
            Client::builder("token").base_url("http://127.0.0.1:1").build().unwrap();
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
