use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use leadconnector_raw as raw;
use url::{Host, Url};

use crate::error::HttpSetupError;
use crate::{ApiVersion, BuildError, Contacts, InvalidValue, LocationId, Token, mapping};

/// The largest body of an answer that is read, in bytes.
const RESPONSE_LIMIT: usize = 4 * 1024 * 1024;

/// The way to the API: a token, a base URL and a pool of connections.
///
/// Cloning it is cheap, and the clones share the connections.
///
/// ```
/// use leadconnector::{ApiVersion, Client};
///
/// let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").build()?;
///
/// let newer = Client::builder("9c48df2694a849b6089f9d0d3513efe")
///     .version(ApiVersion::new("2021-07-28")?)
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    http: reqwest::Client,
    base_url: String,
    version: raw::types::Version,
    authorization: HeaderValue,
}

impl Client {
    /// Starts a client with the token of a sub-account: a [`Token`], or text that can become one.
    pub fn builder(token: impl TryInto<Token, Error: Into<InvalidValue>>) -> ClientBuilder {
        ClientBuilder {
            token: token.try_into().map_err(Into::into),
            base_url: raw::document::SERVER.to_owned(),
            version: ApiVersion::default(),
        }
    }

    /// The contacts of a location.
    pub fn contacts(&self, location: LocationId) -> Contacts {
        Contacts::new(self.clone(), location)
    }

    pub(crate) fn version(&self) -> &raw::types::Version {
        &self.shared.version
    }

    /// The raw client for one call, which keeps the answer.
    pub(crate) fn call(&self) -> raw::Client {
        let Shared { http, base_url, authorization, .. } = &*self.shared;
        let call = raw::Call::capturing(authorization.clone(), RESPONSE_LIMIT);
        raw::Client::new_with_client(base_url, http.clone(), call)
    }
}

/// Sets up a [`Client`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    token: Result<Token, InvalidValue>,
    base_url: String,
    version: ApiVersion,
}

impl ClientBuilder {
    /// The base URL, to which the paths of the API are added. The default is `https://services.leadconnectorhq.com`.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// The version of the API to ask for: the header `Version` on the page. The default is `2021-04-15`.
    pub fn version(mut self, version: ApiVersion) -> Self {
        self.version = version;
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// - The token is not one: see [`Token::new`].
    /// - The base URL is not an `http` or `https` URL, has a user, a query or a fragment, or is `https` in a build without
    ///   a TLS feature.
    /// - The HTTP client cannot be set up.
    pub fn build(self) -> Result<Client, BuildError> {
        let authorization = self.token?.authorization()?;
        let base_url = checked_base_url(&self.base_url)?;
        let mut http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(60))
            // A POST must not become a GET, and a contact must not travel to another host.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("leadconnector-rust/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&base_url) {
            // A proxy cannot reach this machine's own servers.
            http = http.no_proxy();
        }
        let http = http.build().map_err(HttpSetupError::new)?;
        let version = mapping::version(&self.version)?;
        // The paths of the API begin with a slash.
        let base_url = base_url.as_str().trim_end_matches('/').to_owned();
        Ok(Client { shared: Arc::new(Shared { http, base_url, version, authorization }) })
    }
}

fn checked_base_url(text: &str) -> Result<Url, InvalidValue> {
    let invalid = |reason| InvalidValue::new("base URL", reason);
    let url = Url::parse(text).map_err(|_| invalid("is not a URL such as `https://services.leadconnectorhq.com`"))?;
    match url.scheme() {
        "http" => {}
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
    fn loopback() {
        for (url, loopback) in [
            ("http://127.0.0.1:8080", true),
            ("http://127.1.2.3", true),
            ("http://[::1]:8080", true),
            ("http://localhost", true),
            ("http://mock.localhost", true),
            ("http://127.0.0.1.example.com", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(is_loopback(&checked_base_url(url).unwrap()), loopback, "{url}");
        }
    }

    #[test]
    fn a_base_url_loses_the_slash_at_its_end() {
        for (url, base_url) in [("http://[::1]/", "http://[::1]"), ("http://[::1]/proxy/", "http://[::1]/proxy")] {
            let client = Client::builder("token").base_url(url).build().unwrap();
            assert_eq!(client.shared.base_url, base_url);
        }
    }
}
