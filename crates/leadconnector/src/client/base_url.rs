//! The URL to which the token is sent.

use url::{Host, Url};

use super::tls;
use crate::InvalidValue;

/// A base URL to which a token may be sent; or what is wrong with it.
pub(super) fn checked_base_url(text: &str, allow_http: bool) -> Result<Url, InvalidValue> {
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

/// The URL of a page to which a browser is sent, and which may have a query.
#[cfg(feature = "oauth")]
pub(crate) fn checked_page(text: &str) -> Result<Url, InvalidValue> {
    match Url::parse(text) {
        Ok(url) if url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url) => Ok(url),
        _ => Err(InvalidValue::new("page", "is not an https URL, nor an http URL of this machine")),
    }
}

/// Whether it leads to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
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
    use crate::Client;

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
