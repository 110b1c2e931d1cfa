//! What a whole call costs over loopback, beside the floor: at 1 and at 16 at a time, and a list of 100,000 contacts.
//!
//! No harness of the field compares two clients while the machine drifts by more than they differ, so this is one of its own:
//! short rounds of the one and the other take turns, and the ratio is the median of the rounds'. Each client is a process of
//! its own with one thread on the first core, as it would be in a program (in one process, each works on the heap that the
//! other leaves); its CPU time is that of the thread. The server is a process on the second core.

#![allow(missing_docs, clippy::indexing_slicing, clippy::unwrap_used, reason = "a benchmark")]

mod page;

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use leadconnector::pacing::NoPacing;
use leadconnector::search::Search;
use leadconnector::{Client, Contacts, LocationId};

const TOKEN: &str = "9c48df2694a849b6089f9d0d3513efe";
/// The cores of the clients and of the server: on one, or wherever the kernel likes, the figures differ by a factor of two.
const CORES: [&str; 2] = ["0", "1"];
/// The contacts of a list that are under way at the same time: the default of the client.
const CONCURRENCY: usize = 32;
/// How often the two begin anew: where the memory of a process lies is luck, and lasts as long as it does.
const PAIRS: usize = 5;
/// What is measured: its name, what the workers are told, the calls of a round, and the rounds of a pair.
const MEASURED: [(&str, &str, usize, usize); 3] = [
    ("a call, 1 at a time", "1", 1_000, 12),
    ("a call, 16 at a time", "16", 1_600, 12),
    ("create_all of 100,000, a contact", "list", 100_000, 1),
];

/// Whose instructions are counted: its name, what the process is told, how often it is done first, and how often it is counted.
const COUNTED: [(&str, &str, u32, u32); 2] =
    [("a call, 1 at a time", "call", 200, 1_000), ("a search of 10,000 contacts", "search", 1, 2)];
/// The contacts that a search finds, and those of a page.
const FOUND: usize = 10_000;
const PAGE: usize = 500;

type AnyError = Box<dyn Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve"] => runtime().and_then(|runtime| Ok(runtime.block_on(serve())?)),
        ["floor", url] => floors_work(url),
        ["leadconnector", url] => our_work(url),
        ["count", what, who, url, times] => {
            times.parse().map_err(Into::into).and_then(|times| counted(what, who, url, times))
        }
        // As cargo starts it for `cargo bench`, and otherwise for `cargo test`.
        [.., "--bench"] => measure(),
        _ => {
            println!("this is measured by: cargo bench --package leadconnector --bench calls");
            Ok(())
        }
    };
    outcome.map_or_else(
        |error| {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}

fn runtime() -> Result<tokio::runtime::Runtime, AnyError> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// This program again, in another role and on one core. It ends when it is dropped.
struct Process {
    child: Child,
    says: BufReader<ChildStdout>,
    hears: ChildStdin,
}

impl Process {
    fn start(core: &str, arguments: &[&str]) -> Result<Self, AnyError> {
        let mut child = Command::new("taskset")
            .args(["--cpu-list", core])
            .arg(std::env::current_exe()?)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start taskset, which is part of Linux: {error}"))?;
        let says = BufReader::new(child.stdout.take().ok_or("a process has no output")?);
        let hears = child.stdin.take().ok_or("a process has no input")?;
        Ok(Self { child, says, hears })
    }

    fn line(&mut self) -> Result<String, AnyError> {
        let mut line = String::new();
        self.says.read_line(&mut line)?;
        if line.is_empty() { Err("a process ended: what it said stands above".into()) } else { Ok(line.trim().into()) }
    }

    /// Has a worker do something, and gives what it cost.
    fn cost(&mut self, work: &str) -> Result<Cost, AnyError> {
        writeln!(self.hears, "{work}")?;
        let line = self.line()?;
        let (wall, cpu) = line.split_once(' ').ok_or("a worker said something else than two times")?;
        Ok(Cost { wall: wall.parse()?, cpu: cpu.parse()? })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// In nanoseconds.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    cpu: f64,
}

/// Lets the two take turns, and prints what a call cost and the medians of the ratios.
fn measure() -> Result<(), AnyError> {
    let [clients, server] = CORES;
    let mut server = Process::start(server, &["serve"])?;
    let url = server.line()?;
    println!("{:<52} {:>10} {:>14} {:>6}  of each pair of processes", "", "floor", "leadconnector", "ratio");
    for (name, what, first, times) in COUNTED {
        let of = |who| instructions(what, who, &url, first, times);
        let (floor, ours) = (of("floor")?, of("leadconnector")?);
        println!("{:<52} {floor:>10.0} {ours:>14.0} {:>6.3}", format!("{name}: instructions"), ours / floor);
    }
    for (name, work, calls, rounds) in MEASURED {
        let mut pairs = Vec::new();
        for pair in 0..PAIRS {
            let mut floor = Process::start(clients, &["floor", &url])?;
            let mut ours = Process::start(clients, &["leadconnector", &url])?;
            // Connections are made, and memory is taken, before anything counts.
            floor.cost(work)?;
            ours.cost(work)?;
            for round in 0..rounds {
                // Neither is always the first.
                pairs.push(if (pair + round) % 2 == 0 {
                    (floor.cost(work)?, ours.cost(work)?)
                } else {
                    let ours = ours.cost(work)?;
                    (floor.cost(work)?, ours)
                });
            }
        }
        let of = |value: fn(&(Cost, Cost)) -> f64| median(pairs.iter().map(value));
        let line = |what: &str, floor: f64, ours: f64, ratio: fn(&(Cost, Cost)) -> f64| {
            let of_pairs = pairs.chunks(rounds).map(|pair| median(pair.iter().map(ratio)));
            let (least, most) =
                of_pairs.fold((f64::MAX, f64::MIN), |(least, most), one| (least.min(one), most.max(one)));
            println!(
                "{:<52} {floor:>10.1} {ours:>14.1} {:>6.3}  {least:.3} to {most:.3}",
                format!("{name}: {what}"),
                of(ratio)
            );
        };
        let calls = calls as f64;
        let in_a_second = |time: f64| calls / time * 1e9;
        line("a second", in_a_second(of(|pair| pair.0.wall)), in_a_second(of(|pair| pair.1.wall)), |pair| {
            pair.0.wall / pair.1.wall
        });
        line("CPU, µs", of(|pair| pair.0.cpu) / calls / 1e3, of(|pair| pair.1.cpu) / calls / 1e3, |pair| {
            pair.1.cpu / pair.0.cpu
        });
    }
    Ok(())
}

/// The instructions of something that is done many times after the first ones, as callgrind counts them.
fn instructions(what: &str, who: &str, url: &str, first: u32, times: u32) -> Result<f64, AnyError> {
    let all = |times: u32| -> Result<f64, AnyError> {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(std::env::current_exe()?)
            .args(["count", what, who, url, &times.to_string()])
            .output()
            .map_err(|error| format!("cannot start valgrind, which counts instructions: {error}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let count = said.lines().find_map(|line| line.split_once("Collected : "));
        Ok(count.ok_or("valgrind gives no number of instructions")?.1.trim().parse()?)
    };
    Ok((all(first + times)? - all(first)?) / f64::from(times))
}

fn counted(what: &str, who: &str, url: &str, times: usize) -> Result<(), AnyError> {
    let (runtime, client, contacts) = (runtime()?, floor::Client::new(TOKEN, url)?, our_contacts(url)?);
    match (what, who) {
        ("call", "floor") => runtime.block_on(in_turn(times, 1, || async {
            drop(client.create(&page::floors_contact()).await.unwrap());
        })),
        ("call", _) => runtime.block_on(in_turn(times, 1, || async {
            drop(contacts.create(page::contact().unwrap()).await.unwrap());
        })),
        (_, "floor") => runtime.block_on(in_turn(times, 1, || async {
            let mut count = 0;
            client.search(page::LOCATION, |contact| count += usize::from(!contact.id.is_empty())).await.unwrap();
            assert_eq!(count, FOUND);
        })),
        _ => runtime.block_on(in_turn(times, 1, || async {
            let (mut count, mut found) = (0, contacts.search(Search::new()));
            while let Some(contact) = found.try_next().await.unwrap() {
                count += usize::from(!contact.id.as_str().is_empty());
            }
            assert_eq!(count, FOUND);
        })),
    }
    Ok(())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

/// The pages of a search, the last of which is empty. Each contact has an id of its own.
fn found() -> Vec<Bytes> {
    let contact = page::FOUND_CONTACT.trim();
    let numbered = |number: usize| contact.replace("seD4PfOuKoVMLkEZqohJ", &format!("seD4PfOuKoVML{number:07}"));
    let mut pages: Vec<Bytes> = (0..FOUND / PAGE)
        .map(|page| {
            let contacts: Vec<_> = (page * PAGE..(page + 1) * PAGE).map(numbered).collect();
            format!(r#"{{"contacts":[{}],"total":{FOUND},"traceId":"t"}}"#, contacts.join(",")).into()
        })
        .collect();
    pages.push(format!(r#"{{"contacts":[],"total":{FOUND},"traceId":"t"}}"#).into());
    pages
}

/// The page that a search asks for: the one behind the number of a contact.
fn asked_for(body: &[u8]) -> usize {
    let body = std::str::from_utf8(body).unwrap();
    let number = body.split_once("seD4PfOuKoVML").map(|(_, rest)| rest[..7].parse::<usize>().unwrap());
    number.map_or(0, |number| (number + 1) / PAGE)
}

/// Answers each request with the page's answer, and the headers that the vendor sends. Prints its URL.
async fn serve() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let pages = Arc::new(found());
    println!("http://{}", listener.local_addr()?);
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let pages = Arc::clone(&pages);
        let service = hyper::service::service_fn(move |request| answer(request, Arc::clone(&pages)));
        let connection = hyper::server::conn::http1::Builder::new();
        tokio::spawn(connection.serve_connection(hyper_util::rt::TokioIo::new(socket), service));
    }
}

async fn answer(request: Request<Incoming>, pages: Arc<Vec<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let is_search = request.uri().path() == "/contacts/search";
    // All of it, so that the connection can be used again.
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let answer = if is_search { pages[asked_for(&body)].clone() } else { Bytes::from_static(page::ANSWER) };
    let response = Response::builder()
        .status(201)
        .header("content-type", "application/json; charset=utf-8")
        .header("x-ratelimit-limit-daily", "200000")
        .header("x-ratelimit-daily-remaining", "199999")
        .header("x-ratelimit-interval-milliseconds", "10000")
        .header("x-ratelimit-max", "100")
        .header("x-ratelimit-remaining", "99")
        .body(Full::new(answer));
    Ok(response.unwrap())
}

fn floors_work(url: &str) -> Result<(), AnyError> {
    let client = floor::Client::new(TOKEN, url)?;
    let client = &client;
    let call = || async move { drop(client.create(&page::floors_contact()).await.unwrap()) };
    work(call, |length| in_turn(length, CONCURRENCY, call))
}

fn our_contacts(url: &str) -> Result<Contacts, AnyError> {
    let client = Client::builder(TOKEN).base_url(url).pacing(NoPacing).concurrency(CONCURRENCY).build()?;
    Ok(client.contacts(LocationId::new(page::LOCATION)?))
}

fn our_work(url: &str) -> Result<(), AnyError> {
    let contacts = &our_contacts(url)?;
    let call = || async move { drop(contacts.create(page::contact().unwrap()).await.unwrap()) };
    work(call, |length| async move {
        let list = stream::iter(0..length).map(|number| (number, page::contact().unwrap()));
        contacts.create_all(list).for_each(|(_, result)| async { drop(result.unwrap()) }).await;
    })
}

/// Does what it is told, line by line, and says what it cost: so many calls at a time, or a list.
fn work<C, L>(call: impl Fn() -> C, list: impl Fn(usize) -> L) -> Result<(), AnyError>
where
    C: Future<Output = ()>,
    L: Future<Output = ()>,
{
    let runtime = runtime()?;
    for told in std::io::stdin().lines() {
        let told = told?;
        let (_, _, calls, _) =
            MEASURED.into_iter().find(|(_, work, ..)| *work == told).ok_or("there is no such work")?;
        let (begun, before) = (Instant::now(), cpu());
        match told.parse() {
            Ok(at_a_time) => runtime.block_on(in_turn(calls, at_a_time, &call)),
            Err(_) => runtime.block_on(list(calls)),
        }
        println!("{} {}", begun.elapsed().as_nanos(), (cpu() - before).as_nanos());
    }
    Ok(())
}

/// So many calls, in so many loops at a time.
async fn in_turn<C: Future<Output = ()>>(calls: usize, at_a_time: usize, call: impl Fn() -> C) {
    let one_loop = || async {
        for _ in 0..calls / at_a_time {
            call().await;
        }
    };
    join_all((0..at_a_time).map(|_| one_loop())).await;
}

/// The time that this thread has run, in the kernel and outside it.
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
