//! Creates the contact of the vendor's page, and prints the request and the created contact.
//!
//! With `LEADCONNECTOR_TOKEN` and `LEADCONNECTOR_LOCATION_ID` in the environment it creates the contact in that location.
//! Without them it starts a mock server, and needs neither an account nor a network.

mod page_example;

use std::env::{self, VarError};
use std::process::ExitCode;

use leadconnector::{ApiVersion, Client, Error as CreateError, LocationId, NewContact};
use leadconnector_mock::Server;
use page_example::{of_the_pages_location, page_example};

type Error = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Error> {
    match (variable("LEADCONNECTOR_TOKEN")?, variable("LEADCONNECTOR_LOCATION_ID")?) {
        (Some(token), Some(location)) => {
            let client = Client::builder(token).build()?;
            let location = LocationId::new(location)?;
            println!("Creating a contact in location {location}, without the page's user and custom field,");
            println!("which belong to another location.\n");
            create(client, location, page_example()?.build()).await
        }
        (None, None) => {
            println!("LEADCONNECTOR_TOKEN and LEADCONNECTOR_LOCATION_ID are not set: using a mock server.\n");
            let server = Server::start().await?;
            let client = Client::builder("a-token-for-the-mock").base_url(server.url()).build()?;
            let rosan = of_the_pages_location(page_example()?)?.build();
            create(client, LocationId::new("ve9EPM428h8vShlRW1KT")?, rosan).await
        }
        (Some(_), None) => Err("LEADCONNECTOR_TOKEN is set: set LEADCONNECTOR_LOCATION_ID too, or neither".into()),
        (None, Some(_)) => Err("LEADCONNECTOR_LOCATION_ID is set: set LEADCONNECTOR_TOKEN too, or neither".into()),
    }
}

async fn create(client: Client, location: LocationId, contact: NewContact) -> Result<(), Error> {
    let contacts = client.contacts(location);
    println!("POST /contacts/\nAuthorization: Bearer …\nVersion: {}\n", ApiVersion::default());
    let body: serde_json::Value = serde_json::from_slice(&contacts.request_body(contact.clone()))?;
    println!("{body:#}\n");

    match contacts.create(contact).await {
        Ok(contact) => println!("Created contact {}:\n{contact:#?}", contact.id),
        Err(CreateError::Duplicate(found)) => println!("The location has this contact already: {}", found.contact_id),
        Err(error) => {
            if let Some(response) = error.response() {
                println!("{}\n", String::from_utf8_lossy(response.body()));
            }
            return Err(error.into());
        }
    }
    Ok(())
}

/// The value of an environment variable; none if it is not set, or empty.
fn variable(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name} is not valid text")),
    }
}
