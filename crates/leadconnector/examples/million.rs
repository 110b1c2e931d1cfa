//! 1,000,000 contacts through `create_all`, with pacing off, against a server in this process that keeps nothing.
//!
//! Prints how the memory of the process grows (Linux only): it must not. Another number can be given as the argument.

use std::time::Instant;

use futures_util::{StreamExt, stream};
use leadconnector::pacing::NoPacing;
use leadconnector::{Client, LocationId, NewContact};
use leadconnector_mock::Server;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let number = std::env::args().nth(1).map_or(Ok(1_000_000), |number| number.parse::<usize>())?;
    let server = Server::builder().recording(false).start().await?;
    let client = Client::builder("token").base_url(server.url()).pacing(NoPacing).build()?;
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
    let list = (0..number).map(|number| NewContact::builder().first_name(format!("Number {number}")).build());

    let (begun, before) = (Instant::now(), memory()?);
    let mut most = before;
    let mut results = contacts.create_all(stream::iter(list.enumerate()));
    let mut done = 0_usize;
    while let Some((_, result)) = results.next().await {
        result?;
        done += 1;
        if done.is_multiple_of(10_000) {
            most = most.max(memory()?);
        }
        if done.is_multiple_of(100_000) {
            println!("{done:8} contacts after {:5.1} s, {} KiB", begun.elapsed().as_secs_f64(), memory()?);
        }
    }
    let more = most.saturating_sub(before);
    println!("memory: {before} KiB before, {most} KiB at the most, {more} KiB more");
    if more < 32 * 1024 { Ok(()) } else { Err("that is more than 32 MiB".into()) }
}

/// The resident memory, in KiB.
fn memory() -> Result<u64, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS in /proc/self/status")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
