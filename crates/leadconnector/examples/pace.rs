//! 1,500 contacts at the vendor's own allowance, 100 in any 10 seconds, against a server that enforces it.
//!
//! Prints the time over the least possible, the requests that were refused, and the largest number in any 10 seconds.
//! It takes two and a half minutes.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use leadconnector::{Client, LocationId, NewContact};
use leadconnector_mock::{Enforcement, Server};

const CONTACTS: usize = 1_500;
const MAX: usize = 100;
const INTERVAL: Duration = Duration::from_secs(10);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::builder().enforce(Enforcement::SlidingWindow).start().await?;
    let client = Client::builder("token").base_url(server.url()).build()?;
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);

    let begun = Instant::now();
    let mut answered = Vec::with_capacity(CONTACTS);
    // Without an email and a phone, so that none is a duplicate.
    let rosan = || ((), NewContact::builder().first_name("Rosan").build());
    let mut results = contacts.create_all(stream::iter(std::iter::repeat_with(rosan).take(CONTACTS)));
    while let Some((_, result)) = results.next().await {
        result?;
        answered.push(Instant::now());
        if answered.len().is_multiple_of(MAX) {
            println!("{:5} contacts after {:6.1} s", answered.len(), begun.elapsed().as_secs_f64());
        }
    }

    // The first hundred need no time, and each further hundred one interval.
    let least = INTERVAL * (CONTACTS / MAX - 1) as u32;
    let ratio = begun.elapsed().as_secs_f64() / least.as_secs_f64();
    println!("elapsed {:.1} s, {ratio:.3} times the least possible", begun.elapsed().as_secs_f64());
    println!("{} requests refused", server.refused());
    println!("{} requests at the most in any {} s", largest(&answered), INTERVAL.as_secs());
    if ratio <= 1.03 && server.refused() == 0 { Ok(()) } else { Err("that is too slow, or too fast".into()) }
}

/// The largest number in any interval.
fn largest(times: &[Instant]) -> usize {
    let in_interval = |(place, begin): (usize, &Instant)| {
        times.iter().skip(place).take_while(|time| time.duration_since(*begin) < INTERVAL).count()
    };
    times.iter().enumerate().map(in_interval).max().unwrap_or_default()
}
