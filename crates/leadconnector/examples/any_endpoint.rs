//! Lists the sales pipelines of a location, which this crate does not model.
//!
//! Needs `LEADCONNECTOR_TOKEN` and `LEADCONNECTOR_LOCATION_ID` in the environment.

use leadconnector::reqwest::Method;
use leadconnector::{Client, Error, LocationId};

#[derive(serde::Deserialize)]
struct Pipelines {
    pipelines: Vec<Pipeline>,
}

#[derive(serde::Deserialize)]
struct Pipeline {
    id: String,
    name: String,
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Error> {
    let (client, location) = (Client::from_env()?, LocationId::from_env()?);
    let request = client.request(&location, Method::GET, "/opportunities/pipelines");
    let answer: Pipelines = request.query("locationId", &location).await?;
    for Pipeline { id, name } in answer.pipelines {
        println!("{id}  {name}");
    }
    Ok(())
}
