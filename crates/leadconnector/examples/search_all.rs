//! A search over 100,000 contacts, with pacing off, at a server in a process of its own: this program, started once more.
//!
//! Prints how the memory of the searching process grows (Linux only): it must not. Another number can be given as the argument.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use leadconnector::pacing::NoPacing;
use leadconnector::search::Search;
use leadconnector::{Client, LocationId};
use leadconnector_mock::Server;
use serde_json::json;

const LOCATION: &str = "ve9EPM428h8vShlRW1KT";
/// The argument that makes this program the server.
const SERVE: &str = "serve";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [serve, number] = arguments.as_slice()
        && serve == SERVE
    {
        return self::serve(number.parse()?).await;
    }
    let number = arguments.first().map_or(Ok(100_000), |number| number.parse::<usize>())?;
    let mut server = Command::new(std::env::current_exe()?)
        .args([SERVE, &number.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut url = String::new();
    BufReader::new(server.stdout.take().ok_or("the server has no output")?).read_line(&mut url)?;
    let outcome = search(url.trim(), number).await;
    server.kill()?;
    server.wait()?;
    outcome
}

async fn search(url: &str, number: usize) -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::builder("token").base_url(url).pacing(NoPacing).build()?;
    let contacts = client.contacts(LocationId::new(LOCATION)?);
    let mut found = contacts.search(Search::new());
    let (begun, mut count, mut before, mut most) = (Instant::now(), 0_usize, 0, 0);
    while found.try_next().await?.is_some() {
        count += 1;
        // From the third page on, all is there that a search needs.
        if count == 1_500 {
            before = memory()?;
        } else if count > 1_500 && count.is_multiple_of(500) {
            most = most.max(memory()?);
        }
        if count.is_multiple_of(20_000) {
            println!("{count:8} contacts after {:5.1} s, {} KiB", begun.elapsed().as_secs_f64(), memory()?);
        }
    }
    if count != number {
        return Err(format!("{count} contacts came, and not {number}").into());
    }
    let more = most.saturating_sub(before);
    println!("memory: {before} KiB after three pages, {most} KiB at the most, {more} KiB more");
    if more < 8 * 1024 { Ok(()) } else { Err("that is more than 8 MiB".into()) }
}

/// Serves so many contacts, until it is ended.
async fn serve(number: usize) -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::builder().keep_requests(1).start().await?;
    for number in 0..number {
        let (name, email) = (format!("Number {number}"), format!("number.{number}@deos.com"));
        server.insert(&json!({"locationId": LOCATION, "firstName": name, "email": email, "tags": ["a", "b"]}))?;
    }
    println!("{}", server.url());
    std::future::pending().await
}

/// The resident memory, in KiB.
fn memory() -> Result<u64, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS in /proc/self/status")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
