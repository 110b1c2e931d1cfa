//! What a program sees of its calls while they run: spans and events with the names of OpenTelemetry's conventions for HTTP clients,
//! printed here. With a mock server: it needs neither an account nor a network.
//!
//! A program that sends them to OpenTelemetry has the layer of the crate `tracing-opentelemetry` instead of the one that prints.

use leadconnector::{Client, Email, LocationId, NewContact};
use leadconnector_mock::http::StatusCode;
use leadconnector_mock::{Reply, Server};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Those of this crate alone, and what is of interest to somebody who looks into its requests.
    let of_leadconnector = Targets::new().with_target("leadconnector", tracing::Level::DEBUG);
    let printed = tracing_subscriber::fmt::layer().without_time().with_ansi(false).with_target(false);
    tracing_subscriber::registry().with(printed.with_filter(of_leadconnector)).init();

    let server = Server::start().await?;
    let client = Client::builder("a-token-for-the-mock").base_url(server.url()).build()?;
    let location = LocationId::new("ve9EPM428h8vShlRW1KT")?;
    let contacts = client.contacts(location.clone());
    let rosan = NewContact::builder().first_name("Rosan").email(Email::new("rosan@deos.com")?).build();

    println!("An upsert, which is sent again since the server fails at first:");
    server.reply(Reply::new(StatusCode::SERVICE_UNAVAILABLE));
    contacts.upsert(rosan.clone()).await?;

    println!("\nA creation of somebody who is there:");
    if let Err(error) = contacts.create(rosan).await {
        println!("The error: {error}");
    }
    if let Some(left) = client.allowance(&location).and_then(|allowance| allowance.remaining) {
        println!("\nLeft of the location's allowance, without a call: {left} requests");
    }
    Ok(())
}
