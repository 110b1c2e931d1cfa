//! Where the contacts go: to the location of the environment, or to a mock server.

use leadconnector::{Client, Contacts, LocationId};
use leadconnector_mock::Server;

use crate::AnyError;
use crate::report::say;

pub(crate) struct Destination {
    pub(crate) contacts: Contacts,
    /// The same in words, as the journal has it.
    pub(crate) words: String,
    /// Runs as long as it is kept.
    pub(crate) mock: Option<Server>,
}

impl Destination {
    pub(crate) async fn of_environment() -> Result<Self, AnyError> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        // A slash at the end makes no other server of it.
        let url = variable("LEADCONNECTOR_BASE_URL").map(|url| url.trim_end_matches('/').to_owned());
        let (client, location, mock) = match (variable("LEADCONNECTOR_TOKEN"), variable("LEADCONNECTOR_LOCATION_ID")) {
            (Some(token), Some(location)) => (Client::builder(token), location, None),
            (None, None) if url.is_some() => {
                let missing =
                    "LEADCONNECTOR_BASE_URL is set: set LEADCONNECTOR_TOKEN and LEADCONNECTOR_LOCATION_ID as well";
                return Err(missing.into());
            }
            (None, None) => {
                say("LEADCONNECTOR_TOKEN and LEADCONNECTOR_LOCATION_ID are not set: using a mock server");
                let server = Server::start().await?;
                let client = Client::builder("a-token-for-the-mock").base_url(server.url());
                (client, "ve9EPM428h8vShlRW1KT".to_owned(), Some(server))
            }
            _ => return Err("set both LEADCONNECTOR_TOKEN and LEADCONNECTOR_LOCATION_ID, or neither".into()),
        };
        let words = match (&mock, &url) {
            (Some(_), _) => "a mock server".to_owned(),
            (None, Some(url)) => format!("the location {location} at {url}"),
            (None, None) => format!("the location {location}"),
        };
        let client = match url {
            Some(url) => client.base_url(url),
            None => client,
        };
        // What a lost answer leaves unknown is looked up.
        let contacts = client.reconcile(true).build()?.contacts(LocationId::new(location)?);
        Ok(Self { contacts, words, mock })
    }
}
