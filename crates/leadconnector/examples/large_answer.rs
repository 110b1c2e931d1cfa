//! How much memory an answer of 200 MB costs, of which a client reads only up to its limit; and one of 4 MB with so many small
//! values that they would take a hundred times as much.
//!
//! Prints the largest memory of the process before and after (Linux only).

use leadconnector::{Client, Error, LocationId, NewContact};
use leadconnector_mock::{Reply, Server};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::start().await?;
    let client = Client::builder("token").base_url(server.url()).build()?;
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
    // One ordinary call first, so that what every call needs is there already.
    let rosan = NewContact::builder().first_name("Rosan").build();
    contacts.create(rosan.clone()).await?;

    // The server would go on for ever; the answer below says that it is 200 MB long.
    let answer = Reply::new(http::StatusCode::CREATED)
        .header(http::header::CONTENT_LENGTH, http::HeaderValue::from_static("200000000"))
        .body(r#"{"contact": {"id": "seD4PfOuKoVMLkEZqohJ", "#)
        .endless();
    server.reply(answer);
    let before = peak_memory()?;
    match contacts.create(rosan.clone()).await {
        Err(Error::TooLarge(answer)) => println!("refused: {}", Error::TooLarge(answer)),
        other => return Err(format!("not refused: {other:?}").into()),
    }
    more_than(before, 16)?;

    let values = "[],".repeat(1_300_000);
    let body =
        format!(r#"{{"contact": {{"id": "seD4PfOuKoVMLkEZqohJ", "customFields": [{{"value": [{values}0]}}]}}}}"#);
    server.reply(Reply::new(http::StatusCode::CREATED).body(body));
    let before = peak_memory()?;
    let answer = contacts.create(rosan).answer().await?;
    println!("created {}, without {:?}", answer.value.id, answer.undecoded());
    more_than(before, 32)
}

/// Prints how much more memory there is than before, and fails if that is too much.
fn more_than(before: u64, mebibytes: u64) -> Result<(), Box<dyn std::error::Error>> {
    let after = peak_memory()?;
    let more = after - before;
    println!("memory: {before} KiB before, {after} KiB after, {more} KiB more");
    if more < mebibytes * 1024 { Ok(()) } else { Err(format!("that is more than {mebibytes} MiB").into()) }
}

/// The largest resident memory so far, in KiB.
fn peak_memory() -> Result<u64, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM in /proc/self/status")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
