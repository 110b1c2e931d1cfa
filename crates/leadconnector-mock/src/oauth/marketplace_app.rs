//! The app that the server knows, as the vendor's marketplace does.

use std::fmt;
use std::time::Duration;

/// An app of the vendor's marketplace, for [`ServerBuilder::oauth`](crate::ServerBuilder::oauth).
///
/// ```
/// use std::time::Duration;
///
/// use leadconnector_mock::MarketplaceApp;
///
/// let app = MarketplaceApp::new("6866c5ad3e9cb0bb3ad47d8e-mcq1x2yz", "client-secret")
///     .redirect_uri("https://example.com/oauth/callback")
///     .locations(["ve9EPM428h8vShlRW1KT", "C2QujeCh8ZnC7al2InWR"])
///     .token_lifetime(Duration::from_secs(60));
/// ```
#[derive(Clone)]
pub struct MarketplaceApp {
    pub(super) client_id: String,
    client_secret: String,
    /// None for any.
    pub(super) redirect_uri: Option<String>,
    pub(super) company: String,
    pub(super) locations: Vec<String>,
    pub(super) token_lifetime: Duration,
    pub(super) repeat_window: Duration,
}

impl MarketplaceApp {
    /// An app with this client id and this secret. The part of the id before its first hyphen is the id of the app.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            redirect_uri: None,
            company: "5DP4iH6HLkQsiKESj6rh".to_owned(),
            locations: vec!["ve9EPM428h8vShlRW1KT".to_owned()],
            token_lifetime: Duration::from_secs(86_399),
            repeat_window: Duration::from_secs(30),
        }
    }

    /// The address to which the consent page sends the browser. Without it any address is taken, but a request has to name one.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// The id of the company, which is the agency. The default is `5DP4iH6HLkQsiKESj6rh`.
    #[must_use]
    pub fn company(mut self, id: impl Into<String>) -> Self {
        self.company = id.into();
        self
    }

    /// The ids of the locations in which the app is installed. The consent page chooses the first one, unless a request names another.
    /// The default is `ve9EPM428h8vShlRW1KT` alone.
    #[must_use]
    pub fn locations(mut self, ids: impl IntoIterator<Item: Into<String>>) -> Self {
        self.locations = ids.into_iter().map(Into::into).collect();
        self
    }

    /// How long an access token lives, in whole seconds: what is beyond them is left out. The default is 86399 seconds.
    #[must_use]
    pub fn token_lifetime(mut self, time: Duration) -> Self {
        self.token_lifetime = Duration::from_secs(time.as_secs());
        self
    }

    /// How long a refresh token that was used gets the same answer again. The default is 30 seconds.
    #[must_use]
    pub fn repeat_window(mut self, time: Duration) -> Self {
        self.repeat_window = time;
        self
    }

    /// The id of the app.
    pub(super) fn id(&self) -> &str {
        self.client_id.split('-').next().unwrap_or_default()
    }

    /// Whether these are the app's id and secret.
    pub(super) fn is(&self, client_id: &str, client_secret: &str) -> bool {
        self.client_id == client_id && self.client_secret == client_secret
    }

    pub(super) fn has_location(&self, id: &str) -> bool {
        self.locations.iter().any(|location| location == id)
    }
}

/// Without the secret.
impl fmt::Debug for MarketplaceApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MarketplaceApp")
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .field("company", &self.company)
            .field("locations", &self.locations)
            .field("token_lifetime", &self.token_lifetime)
            .field("repeat_window", &self.repeat_window)
            .finish_non_exhaustive()
    }
}
