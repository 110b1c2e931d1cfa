//! Creates one contact by the floor: what `cargo xtask footprint` compares `one_contact` with.

use floor::{Client, CreateContact};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(&std::env::var("LEADCONNECTOR_TOKEN")?, "https://services.leadconnectorhq.com")?;
    let rosan = CreateContact {
        location_id: std::env::var("LEADCONNECTOR_LOCATION_ID")?,
        first_name: Some("Rosan".into()),
        email: Some("rosan@deos.com".into()),
        ..CreateContact::default()
    };
    println!("{}", client.create(&rosan).await?.id);
    Ok(())
}
