//! The TLS of the HTTP client: which there is, and whether it has the cryptography that it needs.

use std::panic::{self, AssertUnwindSafe};

use crate::error::HttpSetupError;

/// Whether there is any.
pub(super) const IS_THERE: bool = cfg!(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"));

/// Has a client trust no certificates, so that it reads none.
pub(super) fn trust_nobody(http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
    let http = http.tls_certs_only([]);
    http
}

/// Sets up a client, which panics in reqwest where rustls has no cryptography.
pub(super) fn build(http: reqwest::ClientBuilder) -> Result<reqwest::Client, HttpSetupError> {
    if lacks_cryptography() { Err(HttpSetupError::no_cryptography()) } else { caught(|| http.build()) }
}

/// Whether a client would be one with rustls, and the program has not installed what that needs. reqwest brings it with the
/// feature `rustls`, and takes the other TLS where both are there. What another crate enables in reqwest cannot be seen.
fn lacks_cryptography() -> bool {
    // The version of rustls has to be that of reqwest: another one knows nothing of what is installed in it.
    #[cfg(all(feature = "rustls-no-provider", not(any(feature = "rustls", feature = "native-tls"))))]
    return rustls::crypto::CryptoProvider::get_default().is_none();
    #[cfg(not(all(feature = "rustls-no-provider", not(any(feature = "rustls", feature = "native-tls")))))]
    false
}

/// What is left where it cannot be seen that cryptography is missing: a builder that asks for rustls beside native-tls, or another
/// crate that enables rustls in reqwest.
fn caught(build: impl FnOnce() -> reqwest::Result<reqwest::Client>) -> Result<reqwest::Client, HttpSetupError> {
    // The builder is used up, so nobody sees what the panic has left of it.
    match panic::catch_unwind(AssertUnwindSafe(build)) {
        Ok(built) => built.map_err(HttpSetupError::new),
        Err(said) => Err(HttpSetupError::panicked(&*said)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BuildError;

    #[test]
    fn a_panic_is_an_error() {
        let error =
            |build: fn() -> reqwest::Result<reqwest::Client>| BuildError::from(caught(build).unwrap_err()).to_string();
        assert_eq!(error(|| panic!("no provider")), "the HTTP client could not be set up: no provider");
        assert_eq!(error(|| panic!("no {}", "provider")), "the HTTP client could not be set up: no provider");
        assert_eq!(error(|| panic::panic_any(1)), "the HTTP client could not be set up: it panicked");
    }
}
