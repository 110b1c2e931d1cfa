//! A web server for an app of the vendor's marketplace: users install it in their location, and whoever signs up there becomes a
//! contact.
//!
//! `cargo run --example marketplace_app --features oauth` starts it beside a mock of the vendor's server, and prints the address to
//! open. For a real app, set `LEADCONNECTOR_CLIENT_ID`, `LEADCONNECTOR_CLIENT_SECRET` and `LEADCONNECTOR_REDIRECT_URI`, which ends in
//! `/oauth/callback`. `LEADCONNECTOR_TOKENS` is the file of the tokens, by default `tokens.json`; `PORT` is the port to listen on, by
//! default 8080, or a free one beside the mock.

use std::env;
use std::error::Error as StdError;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use leadconnector::oauth::{App, Code, FileStore, Holder, OAuthError, Remedy};
use leadconnector::{Client, Email, Error, InvalidValue, LocationId, NewContact};
use leadconnector_mock::{MarketplaceApp, Server};
use tokio::net::TcpListener;

const CLIENT_ID: &str = "LEADCONNECTOR_CLIENT_ID";
const SCOPES: [&str; 2] = ["contacts.readonly", "contacts.write"];

#[derive(Clone)]
struct Site {
    app: App,
    client: Client,
    is_real: bool,
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn StdError>> {
    let client_id = optional(CLIENT_ID);
    let port = match optional("PORT") {
        Some(port) => port.parse().map_err(|_| format!("PORT is not the number of a port: {port}"))?,
        None if client_id.is_some() => 8080,
        None => 0,
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let (app, mock) = match client_id {
        Some(client_id) => (real(client_id)?, None),
        None => {
            let (app, mock) = mocked(&address).await?;
            (app, Some(mock))
        }
    };
    let client = app.client().build()?;
    let site = Site { app, client, is_real: mock.is_none() };
    let routes = Router::new()
        .route("/", get(home))
        .route("/install", get(install))
        .route("/oauth/callback", get(callback))
        .route("/sign-up/{location}", get(form).post(sign_up))
        .with_state(Arc::new(site));
    println!("open {address}");
    Ok(axum::serve(listener, routes).await?)
}

fn optional(name: &str) -> Option<String> {
    env::var(name).ok()
}

fn required(name: &str) -> Result<String, String> {
    optional(name).ok_or_else(|| format!("{name} is not set, and {CLIENT_ID} is"))
}

/// An app that the vendor knows.
fn real(client_id: String) -> Result<App, Box<dyn StdError>> {
    let tokens = optional("LEADCONNECTOR_TOKENS").unwrap_or_else(|| "tokens.json".into());
    let secret = required("LEADCONNECTOR_CLIENT_SECRET")?;
    let redirect_uri = required("LEADCONNECTOR_REDIRECT_URI")?;
    Ok(App::builder(client_id, secret, FileStore::new(tokens)).redirect_uri(redirect_uri).build()?)
}

/// An app that a mock of the vendor's server knows.
async fn mocked(address: &str) -> Result<(App, (Server, tempfile::TempDir)), Box<dyn StdError>> {
    let (client_id, secret) = ("66a1d0c4f2b3a49e1c7d5e8f-m3kz9x1q", "secret-of-the-mock");
    let server = Server::builder().oauth(MarketplaceApp::new(client_id, secret)).start().await?;
    let directory = tempfile::tempdir()?;
    let app = App::builder(client_id, secret, FileStore::new(directory.path().join("tokens.json")))
        .redirect_uri(format!("{address}/oauth/callback"))
        .base_url(server.url())
        .consent_page(format!("{}/oauth/chooselocation", server.url()))
        .build()?;
    println!("a mock of the vendor's server listens on {}", server.url());
    Ok((app, (server, directory)))
}

async fn home() -> Html<&'static str> {
    Html(r#"<h1>Sign-ups</h1> <a href="/install">Install in a location</a>"#)
}

/// Sends the browser to the consent page, with a cookie by which it is known when it comes back.
async fn install(State(site): State<Arc<Site>>) -> Result<Response, Failure> {
    let consent = site.app.consent(SCOPES)?;
    // A mock is no https server.
    let secure = if site.is_real { "; Secure" } else { "" };
    let cookie = format!("state={}; Path=/oauth; HttpOnly; SameSite=Lax; Max-Age=600{secure}", consent.state);
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Redirect::to(&consent.url)).into_response())
}

/// The browser is back from the consent page.
async fn callback(
    State(site): State<Arc<Site>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Redirect, Failure> {
    let query = query.unwrap_or_default();
    let cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut cookies = cookies.flat_map(|cookies| cookies.split("; "));
    let code = match cookies.find_map(|cookie| cookie.strip_prefix("state=")) {
        Some(state) => Code::from_callback(&query, state)?,
        // Begun in the vendor's marketplace. Nobody is signed in here whose account the location could be joined with.
        None => Code::from_marketplace(&query)?,
    };
    match site.app.exchange(code).await?.holder {
        Holder::Location(location) => Ok(Redirect::to(&format!("/sign-up/{location}"))),
        Holder::Company(_) => Ok(Redirect::to("/")),
    }
}

async fn form() -> Html<&'static str> {
    Html(
        r#"<h1>Sign up</h1>
<form method="post">
  <input name="first_name" placeholder="First name" required>
  <input name="email" type="email" placeholder="Email" required>
  <button>Sign up</button>
</form>"#,
    )
}

#[derive(serde::Deserialize)]
struct SignUp {
    first_name: String,
    email: String,
}

async fn sign_up(
    State(site): State<Arc<Site>>,
    Path(location): Path<String>,
    Form(SignUp { first_name, email }): Form<SignUp>,
) -> Result<Html<&'static str>, Failure> {
    let contacts = site.client.contacts(LocationId::new(location)?);
    let contact = NewContact::builder().first_name(first_name).email(Email::new(email)?).tag("signed-up").build();
    // Whoever signs up twice is one contact.
    contacts.upsert(contact).await?;
    Ok(Html("<h1>Thank you</h1>"))
}

/// What a visitor is told when something goes wrong. The log has the rest.
enum Failure {
    OAuth(OAuthError),
    Call(Error),
}

impl From<OAuthError> for Failure {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

impl From<InvalidValue> for Failure {
    fn from(error: InvalidValue) -> Self {
        Self::Call(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (error, oauth): (&dyn StdError, _) = match &self {
            Self::OAuth(error) => (error, Some(error)),
            Self::Call(Error::Token(error)) => (error, error.oauth()),
            Self::Call(error) => (error, None),
        };
        log(error);
        let (status, text) = match (oauth.map(OAuthError::remedy), &self) {
            (Some(Remedy::Consent), _) => {
                (StatusCode::FORBIDDEN, r#"Please <a href="/install">install the app again</a>."#.to_owned())
            }
            (_, Self::Call(Error::Invalid(error))) => {
                (StatusCode::BAD_REQUEST, format!("Please look at what you entered: {error}."))
            }
            _ => (StatusCode::SERVICE_UNAVAILABLE, "Please try again in a while.".to_owned()),
        };
        (status, Html(text)).into_response()
    }
}

/// Writes an error with its reasons.
fn log(error: &dyn StdError) {
    eprintln!("{error}");
    let mut reason = error.source();
    while let Some(error) = reason {
        eprintln!("  {error}");
        reason = error.source();
    }
}
