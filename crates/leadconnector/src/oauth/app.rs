//! An app of the vendor's marketplace, and what is set for it.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use url::Url;

use super::agency::AgencyTokens;
use super::clock::Clock;
use super::grant::random;
use super::renewal::Shared;
use super::store::AnyStore;
use super::{Code, Grant, Holder, OAuthError, TokenStore, UserType};
use crate::client::base_url::checked_page;
use crate::newtypes::CompanyId;
use crate::{ApiVersion, BoxError, BuildError, Client, ClientBuilder, InvalidValue, LocationId, Token, TokenSource};

const CONSENT_PAGE: &str = "https://marketplace.gohighlevel.com/oauth/chooselocation";

/// The version of the API that has the endpoints of agencies.
const VERSION: &str = "2021-07-28";

/// An app of the vendor's marketplace: it gets tokens by the consent of users, keeps them in a [`TokenStore`], and renews them.
///
/// It is a [`TokenSource`]: one client, from [`client`](Self::client), serves all locations whose users have consented. Cloning it is
/// cheap, and the clones share everything. Guide: [an app of the marketplace](crate::guide::marketplace).
///
/// A token is renewed before it ends, while other calls go on with it, and after a 401 that speaks of the token. However many calls wait,
/// there is one refresh at a time. It goes on if a call is dropped, and the new refresh token is stored before the new access token is
/// used. The renewal is a task of the runtime of tokio that makes the call.
///
/// ```
/// use leadconnector::oauth::{App, Code, FileStore};
/// use leadconnector::{LocationId, NewContact};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use leadconnector_mock::{MarketplaceApp, Server};
/// # let client_id = "66a1d0c4f2b3a49e1c7d5e8f-m3kz9x1q";
/// # let server = Server::builder().oauth(MarketplaceApp::new(client_id, "secret")).start().await?;
/// # let directory = tempfile::tempdir()?;
/// # let (tokens, url) = (directory.path().join("tokens.json"), server.url());
/// let app = App::builder(client_id, "secret", FileStore::new(tokens))
///     .redirect_uri("https://example.com/oauth/callback")
/// #   .base_url(url).consent_page(format!("{url}/oauth/chooselocation"))
///     .build()?;
///
/// // Send the browser of a user to the URL, and keep the state.
/// let consent = app.consent(["contacts.readonly", "contacts.write"])?;
///
/// // It comes back to the redirect URI, with a query.
/// # let http = leadconnector::reqwest::Client::builder();
/// # let http = http.redirect(leadconnector::reqwest::redirect::Policy::none()).build()?;
/// # let back = http.get(&consent.url).send().await?;
/// # let back = back.headers()["location"].to_str()?.to_owned();
/// # let query = back.split_once('?').unwrap().1;
/// let code = Code::from_callback(query, &consent.state)?;
/// let grant = app.exchange(code).await?;
/// println!("{} may do {:?}", grant.holder, grant.scopes);
///
/// // From now on, and after each restart:
/// let client = app.client().build()?;
/// let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
/// contacts.create(NewContact::builder().first_name("Rosan").build()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct App {
    shared: Arc<Shared>,
}

/// What is set for an app.
pub(super) struct Settings {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) redirect_uri: Option<String>,
    pub(super) consent_page: Url,
    pub(super) user_type: UserType,
    pub(super) company: Option<CompanyId>,
    pub(super) renew_before: Duration,
    /// Of one attempt at the token endpoint; and how long another process is given for a refresh.
    pub(super) timeout: Duration,
    pub(super) repeat_within: Duration,
    /// Before an attempt is repeated.
    pub(super) pause: Duration,
    pub(super) clock: Clock,
}

impl App {
    /// Starts an app with its client id and its client secret, from the vendor's page "My Apps", and the store of its tokens.
    pub fn builder(
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
        store: impl TokenStore,
    ) -> AppBuilder {
        AppBuilder {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            store: Box::new(store),
            redirect_uri: None,
            consent_page: CONSENT_PAGE.to_owned(),
            user_type: UserType::default(),
            company: None,
            base_url: None,
            allow_http: false,
            http: None,
            timeout: Duration::from_secs(10),
            renew_before: Duration::from_secs(5 * 60),
            repeat_within: Duration::from_secs(30),
            pause: Duration::from_millis(500),
            clock: Clock::default(),
        }
    }

    /// Starts a client whose tokens are those of this app. It shares the app's connections and its base URL.
    pub fn client(&self) -> ClientBuilder {
        Client::with_token_source(self.clone()).pool_of(&self.shared.client)
    }

    /// Exchanges an authorization code for tokens, and stores them: those of the location or the agency that the user has chosen.
    /// They replace those that are there for it. It goes on if the future is dropped.
    ///
    /// # Errors
    ///
    /// See [`OAuthError`]. If the store fails, the tokens are kept in memory, and the next call for the holder stores them. Whatever else
    /// fails, the code may be used up.
    pub async fn exchange(&self, code: Code) -> Result<Grant, OAuthError> {
        let (holder, kept) = self.shared.exchange(code).await?;
        Ok(kept.grant(holder))
    }

    /// What the store has of a holder; none if its user has not consented, and no token was made for it.
    ///
    /// # Errors
    ///
    /// The store fails, or has something else.
    pub async fn grant(&self, holder: &Holder) -> Result<Option<Grant>, OAuthError> {
        Ok(self.shared.load(holder).await?.map(|(_, kept)| kept.grant(holder.clone())))
    }

    /// The access token of a holder, for a client of its own. It may be about to end, so ask for it each time.
    ///
    /// # Errors
    ///
    /// See [`OAuthError`].
    pub async fn access_token(&self, holder: &Holder) -> Result<Token, OAuthError> {
        self.shared.token(holder).await
    }

    /// Renews the token of a holder now, and yields it; or another one that another process has stored meanwhile. There is no need to call
    /// this: it is renewed by itself.
    ///
    /// # Errors
    ///
    /// See [`OAuthError`].
    pub async fn renew(&self, holder: &Holder) -> Result<Token, OAuthError> {
        // What the store has must be known, so that it is not taken for the new one.
        self.shared.token(holder).await?;
        self.shared.refresh(holder).await
    }

    /// Removes the tokens of a holder from the store, such as after the vendor's webhook `UNINSTALL`. Another process goes on with the
    /// access token that it has. It goes on if the future is dropped.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn forget(&self, holder: &Holder) -> Result<(), OAuthError> {
        self.shared.forget(holder.clone()).await
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

impl TokenSource for App {
    async fn token(&self, location: &LocationId) -> Result<Token, BoxError> {
        Ok(self.shared.token(&Holder::Location(location.clone())).await?)
    }

    async fn refresh(&self, location: &LocationId) -> Result<Token, BoxError> {
        Ok(self.shared.refresh(&Holder::Location(location.clone())).await?)
    }
}

/// Sets up an [`App`].
#[must_use = "a builder does nothing until `build` is called"]
pub struct AppBuilder {
    client_id: String,
    client_secret: String,
    store: Box<dyn AnyStore>,
    redirect_uri: Option<String>,
    consent_page: String,
    user_type: UserType,
    company: Option<CompanyId>,
    base_url: Option<String>,
    allow_http: bool,
    http: Option<reqwest::ClientBuilder>,
    timeout: Duration,
    renew_before: Duration,
    repeat_within: Duration,
    pub(super) pause: Duration,
    pub(super) clock: Clock,
}

impl AppBuilder {
    /// The URL to which the consent page sends the browser back, exactly as it is set in the app: `redirect_uri`. A process that only
    /// renews tokens needs none.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// Which kind of token a code is exchanged for. The default is [`UserType::Location`].
    pub fn user_type(mut self, user_type: UserType) -> Self {
        self.user_type = user_type;
        self
    }

    /// The agency whose token makes those of the locations that have none of their own. The default is that such a location has no
    /// token. The agency has to consent, with the scope `oauth.write`.
    pub fn company(mut self, company: CompanyId) -> Self {
        self.company = Some(company);
        self
    }

    /// The URL of the consent page. The default is `https://marketplace.gohighlevel.com/oauth/chooselocation`. It may have a query, such
    /// as `version_id` for a private app, or `loginWindowOpenMode=self`.
    pub fn consent_page(mut self, url: impl Into<String>) -> Self {
        self.consent_page = url.into();
        self
    }

    /// The base URL: see [`ClientBuilder::base_url`].
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// Whether the base URL may be `http` for another machine: see [`ClientBuilder::allow_http`].
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// The HTTP client to start from: see [`ClientBuilder::http`].
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// The longest time of one attempt to get a token. The default is 10 seconds; it is a third of
    /// [`repeat_within`](Self::repeat_within) at most. For as long, a refresh that another process has begun is left to that.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long before its end a token is renewed. The default is 5 minutes; it is at most half of the time that the token lasts.
    pub fn renew_before(mut self, time: Duration) -> Self {
        self.renew_before = time;
        self
    }

    /// How long the vendor repeats an answer with new tokens: within that time, one that was lost is asked for once more. The default is
    /// 30 seconds.
    pub fn repeat_within(mut self, time: Duration) -> Self {
        self.repeat_within = time;
        self
    }

    /// The app. Nothing is sent, and the store is not asked.
    ///
    /// # Errors
    ///
    /// - The client id or the client secret is empty, or has a space or a line break.
    /// - The redirect URI is not an absolute URL, or has a fragment.
    /// - The timeout is zero, or longer than a third of [`repeat_within`](Self::repeat_within).
    /// - The consent page is not an `https` URL, nor an `http` URL of this machine.
    /// - What [`ClientBuilder::build`] refuses.
    pub fn build(self) -> Result<App, BuildError> {
        for (name, value) in [("client_id", &self.client_id), ("client_secret", &self.client_secret)] {
            if value.is_empty() {
                return Err(InvalidValue::new(name, "is empty").into());
            }
            if value.contains(|c: char| c.is_whitespace() || c.is_control()) {
                return Err(InvalidValue::new(name, "has a space or a line break, which is not a part of it").into());
            }
        }
        if self.timeout.is_zero() {
            return Err(InvalidValue::new("timeout", "is zero: no request ends in that time").into());
        }
        if self.timeout > self.repeat_within / 3 {
            let reason = "is longer than a third of `repeat_within`: an answer that is lost could not be asked for again in time";
            return Err(InvalidValue::new("timeout", reason).into());
        }
        let invalid = |reason| BuildError::from(InvalidValue::new("redirect_uri", reason));
        match self.redirect_uri.as_deref().map(Url::parse) {
            Some(Err(_)) => return Err(invalid("is not a URL such as `https://example.com/oauth/callback`")),
            Some(Ok(url)) if url.fragment().is_some() => {
                return Err(invalid("has a fragment, which OAuth does not allow"));
            }
            Some(Ok(_)) | None => {}
        }
        let settings = Settings {
            consent_page: checked_page(&self.consent_page).map_err(|error| error.of("consent_page"))?,
            client_id: self.client_id,
            client_secret: self.client_secret,
            redirect_uri: self.redirect_uri,
            user_type: self.user_type,
            company: self.company,
            renew_before: self.renew_before,
            timeout: self.timeout,
            repeat_within: self.repeat_within,
            pause: self.pause,
            clock: self.clock,
        };
        let owner = Arc::new(OnceLock::new());
        let mut client = Client::with_token_source(AgencyTokens(Arc::clone(&owner)))
            .version(ApiVersion::new(VERSION)?)
            .timeout(self.timeout)
            .allow_http(self.allow_http);
        if let Some(base_url) = self.base_url {
            client = client.base_url(base_url);
        }
        if let Some(http) = self.http {
            client = client.http(http);
        }
        let id = random()
            .map_err(|_| InvalidValue::new("app", "cannot be set up: the operating system has no randomness"))?;
        let holders = Mutex::default();
        let shared = Arc::new(Shared { settings, client: client.build()?, store: self.store, id, holders });
        // Nobody else has it yet.
        let _ = owner.set(Arc::downgrade(&shared));
        Ok(App { shared })
    }
}

/// Without the secret.
impl fmt::Debug for AppBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppBuilder").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}
