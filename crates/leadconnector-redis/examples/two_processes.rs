//! Two processes that share the allowance of one location through Redis, beside a mock of the vendor's server.
//!
//! ```console
//! $ cargo run --package leadconnector-redis --example two_processes
//! ```
//!
//! It uses the Redis of `REDIS_URL`, with a prefix of its own, or else starts a `redis-server` for itself.

use std::error::Error;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use leadconnector::{Client, LocationId, NewContact};
use leadconnector_mock::{Enforcement, Server};
use leadconnector_redis::{ConnectError, Redis, RedisPacing};

/// The vendor's is ten seconds long. A shorter one shows the same sooner.
const INTERVAL: Duration = Duration::from_secs(1);
const MAX: u64 = 100;
const INTERVALS: u32 = 8;
const TASKS: usize = 32;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [vendor, redis] = &arguments[..] {
        one_of_the_two(vendor, redis).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let (redis, _server) = match std::env::var("REDIS_URL") {
        Ok(url) => (url, None),
        Err(_) => match redis_server().await? {
            Some((url, server)) => (url, Some(server)),
            None => {
                eprintln!("there is no redis-server; get one with: apt install redis-server, or set REDIS_URL");
                return Ok(ExitCode::FAILURE);
            }
        },
    };
    let vendor = Server::builder().enforce(Enforcement::SlidingWindow).rate_limit(MAX, INTERVAL).start().await?;
    println!("two processes create contacts for {INTERVALS} intervals, in which a location allows {MAX} requests each");
    println!("(first a pause of an interval and two seconds: nobody knows what was sent before Redis was there)");
    let start = || {
        let mut process = Command::new(std::env::current_exe()?);
        process.args([vendor.url(), &redis]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
    };
    let mut both = [start()?, start()?];
    while vendor.received() == 0 {
        for process in &mut both {
            if let Some(status) = process.try_wait()? {
                return Err(format!("a process has ended too early: {status}").into());
            }
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(INTERVAL * INTERVALS).await;
    // Their input is closed. Each of their tasks still creates the contact that it waits for.
    println!("(at the end, each of their {} tasks creates the one that it waits for)", 2 * TASKS);
    both.iter_mut().for_each(|process| drop(process.stdin.take()));
    for (name, process) in ["one", "the other"].into_iter().zip(both) {
        let output = tokio::task::spawn_blocking(move || process.wait_with_output()).await??;
        println!("{name} has created {}", String::from_utf8_lossy(&output.stdout).trim());
    }
    println!("the server has carried out {}, and refused {}", vendor.carried_out("create_contact"), vendor.refused());
    Ok(ExitCode::SUCCESS)
}

/// Creates contacts by several tasks until the input is closed, and writes how many there are.
async fn one_of_the_two(vendor: &str, redis: &str) -> Result<()> {
    let redis = Redis::builder(redis).prefix("{leadconnector-example}:").connect().await?;
    // A program that talks to the vendor leaves the allowance as it is: `RedisPacing::new(redis)`.
    let pacing = RedisPacing::builder(redis).allowance(MAX, INTERVAL).build();
    let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(vendor).pacing(pacing).build()?;
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
    let is_over = Arc::new(AtomicBool::new(false));
    let tasks = (0..TASKS).map(|_| {
        let (contacts, is_over) = (contacts.clone(), Arc::clone(&is_over));
        tokio::spawn(async move {
            let mut created = 0;
            while !is_over.load(Ordering::Relaxed) {
                contacts.create(NewContact::builder().first_name("Rosan").build()).await?;
                created += 1;
            }
            Ok::<_, leadconnector::Error>(created)
        })
    });
    let tasks: Vec<_> = tasks.collect();
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    is_over.store(true, Ordering::Relaxed);
    let mut created = 0;
    for task in tasks {
        created += task.await??;
    }
    println!("{created}");
    Ok(())
}

/// A Redis for this example alone.
struct RedisServer(Child);

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a Redis on a free port; none if there is no such program.
async fn redis_server() -> Result<Option<(String, RedisServer)>> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port().to_string();
    let mut command = Command::new("redis-server");
    command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]).stdout(Stdio::null());
    let server = match command.spawn() {
        Ok(server) => RedisServer(server),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let url = format!("redis://127.0.0.1:{port}");
    loop {
        match Redis::connect(&url).await {
            Ok(_) => return Ok(Some((url, server))),
            Err(ConnectError::NotConnected(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => return Err(error.into()),
        }
    }
}
