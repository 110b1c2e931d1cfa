//! Creates the contact of the vendor's page, and prints the request and the created contact.
//!
//! With `LEADCONNECTOR_TOKEN` and `LEADCONNECTOR_LOCATION_ID` in the environment it creates the contact in that location.
//! Without them it starts a mock server, and needs neither an account nor a network.

mod page_example;

use std::env::{self, VarError};
use std::error::Error;

use leadconnector::{Client, Error as CreateError, LocationId};
use leadconnector_mock::Server;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // The mock server runs as long as this binding lives.
    let mut _mock = None;
    let (client, location) = match (variable("LEADCONNECTOR_TOKEN")?, variable("LEADCONNECTOR_LOCATION_ID")?) {
        (Some(token), Some(location)) => {
            println!("Creating a contact in location {location}.\n");
            (Client::builder(token).build()?, LocationId::new(location)?)
        }
        (None, None) => {
            println!("LEADCONNECTOR_TOKEN and LEADCONNECTOR_LOCATION_ID are not set: using a mock server.\n");
            let server = _mock.insert(Server::start().await?);
            let client = Client::builder("a-token-for-the-mock").base_url(server.url()).build()?;
            (client, LocationId::new("ve9EPM428h8vShlRW1KT")?)
        }
        _ => return Err("set both LEADCONNECTOR_TOKEN and LEADCONNECTOR_LOCATION_ID, or neither".into()),
    };

    let contacts = client.contacts(location);
    let rosan = page_example::page_example()?;
    println!("Request: POST /contacts/\n{:#}\n", contacts.request_body(&rosan));

    match contacts.create(rosan).await {
        Ok(contact) => println!("Created contact {}:\n{contact:#?}", contact.id),
        Err(CreateError::Duplicate(found)) => {
            println!(
                "The location has this contact already: {} has the same {}.",
                found.contact_id, found.matching_field
            );
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// The value of an environment variable; none if it is not set.
fn variable(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name} is not valid text")),
    }
}
