//! Creates one contact: what `cargo xtask footprint` compares with the program of `floor`.

use leadconnector::{Client, Email, LocationId, NewContact};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::builder(std::env::var("LEADCONNECTOR_TOKEN")?).build()?;
    let contacts = client.contacts(LocationId::new(std::env::var("LEADCONNECTOR_LOCATION_ID")?)?);
    let rosan = NewContact::builder().first_name("Rosan").email(Email::new("rosan@deos.com")?).build();
    println!("{}", contacts.create(rosan).await?.id);
    Ok(())
}
