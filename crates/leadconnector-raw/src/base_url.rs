//! The URL to which the paths of the operations are added.

use std::fmt;
use std::sync::Arc;

use reqwest::{IntoUrl, Url};

/// The base URL of a [`Client`](crate::Client), such as [`document::SERVER`](crate::document::SERVER). It is parsed once, and
/// shared by its clones.
#[derive(Clone)]
pub struct BaseUrl(Arc<Url>);

impl BaseUrl {
    /// A URL of a scheme and a host, perhaps with a port and a path to which the paths of the operations are added.
    ///
    /// # Errors
    ///
    /// It is not a URL, or has no host.
    pub fn new(url: impl IntoUrl) -> reqwest::Result<Self> {
        url.into_url().map(|url| Self(Arc::new(url)))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The URL of an operation. The path begins with a slash.
    pub(crate) fn at(&self, path: &str) -> Url {
        let mut url = Url::clone(&self.0);
        match self.0.path().trim_end_matches('/') {
            "" => url.set_path(path),
            stem => url.set_path(&format!("{stem}{path}")),
        }
        url
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_str().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::BaseUrl;

    #[test]
    fn paths_are_added() {
        for (base, url) in [
            ("https://example.com", "https://example.com/contacts/a%2Fb"),
            ("https://example.com/", "https://example.com/contacts/a%2Fb"),
            ("http://[::1]:8080/proxy/", "http://[::1]:8080/proxy/contacts/a%2Fb"),
        ] {
            assert_eq!(BaseUrl::new(base).unwrap().at("/contacts/a%2Fb").as_str(), url);
        }
        assert!(BaseUrl::new("example.com").is_err());
    }
}
