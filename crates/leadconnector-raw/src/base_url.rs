//! The URL to which the paths of the operations are added.

use std::fmt;
use std::sync::Arc;

use reqwest::{IntoUrl, Url};

use crate::document::PATHS;

/// The base URL of a [`Client`](crate::Client), such as [`document::SERVER`](crate::document::SERVER). It is parsed once, and
/// shared by its clones.
#[derive(Clone)]
pub struct BaseUrl(Arc<Urls>);

struct Urls {
    base: Url,
    /// Of the operations whose paths are the same for each request.
    operations: Vec<(&'static str, Url)>,
}

impl BaseUrl {
    /// Takes a URL with a scheme and a host. It may have a port, and a path to which the paths of the operations are
    /// added.
    ///
    /// # Errors
    ///
    /// It is not a URL, or has no host.
    pub fn new(url: impl IntoUrl) -> reqwest::Result<Self> {
        let base = url.into_url()?;
        let operations = PATHS.iter().map(|path| (*path, joined(&base, path))).collect();
        Ok(Self(Arc::new(Urls { base, operations })))
    }

    /// The URL of an operation. The path begins with a slash.
    pub(crate) fn at(&self, path: &str) -> Url {
        let known = self.0.operations.iter().find(|(known, _)| *known == path);
        known.map_or_else(|| joined(&self.0.base, path), |(_, url)| url.clone())
    }
}

fn joined(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    match base.path().trim_end_matches('/') {
        "" => url.set_path(path),
        stem => url.set_path(&format!("{stem}{path}")),
    }
    url
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without a user and a password, which it may have.
        write!(f, "{}{}", self.0.base.origin().ascii_serialization(), self.0.base.path())
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
            let operation = url.replace("a%2Fb", "");
            assert_eq!(BaseUrl::new(base).unwrap().at("/contacts/").as_str(), operation);
        }
        assert!(BaseUrl::new("example.com").is_err());
    }
}
