//! The connections of a client: its own, or those of another one.

use std::time::Duration;

use url::Url;

use super::base_url::is_loopback;
use super::{Client, tls};
#[cfg(doc)]
use crate::ClientBuilder;
use crate::{BuildError, InvalidValue};

/// What is set of the connections; none where it is as by default.
#[derive(Debug, Default)]
pub(super) struct Connections {
    pub(super) http: Option<reqwest::ClientBuilder>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) idle_timeout: Option<Duration>,
}

impl Connections {
    /// Those of another client; or what is set here, and is set there already.
    pub(super) fn of(
        &self,
        client: &Client,
        base_url: &Url,
        base_url_name: &'static str,
    ) -> Result<reqwest::Client, InvalidValue> {
        let set = [
            ("http", self.http.is_some()),
            ("connect_timeout", self.connect_timeout.is_some()),
            ("idle_timeout", self.idle_timeout.is_some()),
        ];
        if let Some((name, _)) = set.into_iter().find(|(_, is_set)| *is_set) {
            let reason = "belongs to the connections, which are another client's: set it there, or leave out `pool_of`";
            return Err(InvalidValue::new(name, reason));
        }
        if base_url.origin() != client.base_url().origin() {
            let reason = "leads to another host than the connections of the other client: leave out `pool_of`";
            return Err(InvalidValue::new(base_url_name, reason));
        }
        Ok(client.http().clone())
    }

    pub(super) fn build(
        self,
        base_url: &Url,
        allow_http: bool,
        timeout: Duration,
    ) -> Result<reqwest::Client, BuildError> {
        let is_own = self.http.is_some();
        let mut http = self.http.unwrap_or_else(|| reqwest::Client::builder().user_agent(USER_AGENT));
        if !is_own && base_url.scheme() == "http" && !allow_http {
            // Nothing is asked of another machine, nor by TLS: to read the certificates would take most of the time of a test.
            http = tls::trust_nobody(http);
        }
        if is_loopback(base_url) && !allow_http {
            // A proxy cannot reach this machine's own servers, and would be sent the token in the clear.
            http = http.no_proxy();
        }
        let http = http
            .timeout(timeout)
            // Within the time of the whole attempt, so that it is known that nothing was sent.
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT).min(timeout.mul_f64(0.9)))
            // It is added to the time of day.
            .pool_idle_timeout(self.idle_timeout.unwrap_or(IDLE_TIMEOUT).min(Duration::from_secs(24 * 60 * 60)))
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
        Ok(tls::build(http)?)
    }
}

/// The default of [`ClientBuilder::connect_timeout`], and that of [`ClientBuilder::idle_timeout`].
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_TIMEOUT: Duration = Duration::from_secs(50);

pub(super) const USER_AGENT: &str = concat!("leadconnector-rust/", env!("CARGO_PKG_VERSION"));

/// Whether a client sends a user agent of its own. It says so in its `Debug` alone, where a quote within a value is escaped.
pub(super) fn has_user_agent(http: &reqwest::Client) -> bool {
    format!("{http:?}").contains(r#""user-agent": "#)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

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
    fn no_pool_for_what_it_cannot_do() {
        let own = Client::builder("token").base_url("http://127.0.0.1:1/api").build().unwrap();
        let pooled = || Client::builder("another").pool_of(&own);
        let second = Duration::from_secs(1);
        // The path may be another one.
        for (client, url) in [
            (pooled(), "http://127.0.0.1:1/api"),
            (pooled().base_url("http://127.0.0.1:1/v2").timeout(second), "http://127.0.0.1:1/v2"),
        ] {
            assert_eq!(client.build().unwrap().base_url().as_str(), url);
        }
        for (client, said) in [
            (pooled().http(reqwest::Client::builder()), "http belongs to the connections, which are another client's"),
            (pooled().connect_timeout(second), "connect_timeout belongs to the connections"),
            (pooled().idle_timeout(second), "idle_timeout belongs to the connections"),
            (pooled().base_url("http://127.0.0.1:2"), "base URL leads to another host than the connections"),
        ] {
            let error = client.build().unwrap_err().to_string();
            assert!(error.starts_with(said), "{error}");
        }
    }
}
