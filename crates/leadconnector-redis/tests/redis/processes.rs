//! What three processes get of one location, and what becomes of it when one of them is killed and Redis goes.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use leadconnector::{Client, LocationId, NewContact};
use leadconnector_mock::Enforcement;
use leadconnector_redis::{Redis, RedisPacing, WhenAway};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::server::Server;

const INTERVAL: Duration = Duration::from_secs(1);
const MAX: u64 = 100;
const TASKS: u64 = 32;
const PROCESSES: u32 = 3;

/// Creates contacts until its input is closed, and writes a line for each: the tests below start this test again as a process, and tell
/// it so.
#[tokio::test]
async fn in_a_process_of_its_own() {
    let [Ok(vendor), Ok(redis)] = ["VENDOR", "REDIS"].map(|name| std::env::var(format!("LEADCONNECTOR_TEST_{name}")))
    else {
        return;
    };
    let pacing = RedisPacing::builder(Redis::connect(&redis).await.unwrap())
        .allowance(MAX, INTERVAL)
        .when_away(WhenAway::LocalShare { processes: PROCESSES })
        .build();
    let client = Client::builder("token").base_url(vendor).pacing(pacing).build().unwrap();
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());
    let is_over = Arc::new(AtomicBool::new(false));
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (contacts, is_over) = (contacts.clone(), Arc::clone(&is_over));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    // Without a key, so that the processes do not collide.
                    match contacts.create(NewContact::builder().first_name("Rosan").build()).await {
                        Ok(_) => println!("\ncreated"),
                        Err(error) => println!("\nfailed: {error}: {error:?}"),
                    }
                }
            })
        })
        .collect();
    tokio::task::spawn_blocking(move || {
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        is_over.store(true, Ordering::Relaxed);
    })
    .await
    .unwrap();
    for task in tasks {
        task.await.unwrap();
    }
}

/// One of the processes.
struct Process {
    child: Child,
    _input: ChildStdin,
}

/// The processes, and what they have written.
struct Processes {
    processes: Vec<Option<Process>>,
    created: UnboundedReceiver<(usize, Instant)>,
}

impl Processes {
    fn start(vendor: &leadconnector_mock::Server, redis: &Server) -> Self {
        let (sender, created) = unbounded_channel();
        let start = |number| Some(Process::start(number, vendor.url(), &redis.url(), sender.clone()));
        Self { processes: (0..PROCESSES as usize).map(start).collect(), created }
    }

    /// Waits until so many more contacts are created, after the first ones that are there already. Says how many by each process, and how
    /// long that took from the last of those before on.
    async fn create(&mut self, number: u64) -> ([u64; PROCESSES as usize], Duration) {
        let (mut by_each, mut first, mut last) = ([0; PROCESSES as usize], None, None);
        for _ in 0..=number {
            // Much longer than any pause.
            let next = tokio::time::timeout(Duration::from_secs(30), self.created.recv()).await;
            let (process, when) = next.expect("the processes go on").unwrap();
            if first.is_some() {
                by_each[process] += 1;
            }
            first = first.or(Some(when));
            last = Some(when);
        }
        (by_each, last.unwrap() - first.unwrap())
    }

    fn kill(&mut self, process: usize) {
        let mut killed = self.processes[process].take().unwrap();
        killed.child.kill().unwrap();
        killed.child.wait().unwrap();
    }

    /// Has them finish what they have begun. Says how many more were created.
    async fn end(mut self) -> u64 {
        tokio::task::spawn_blocking(move || {
            for Process { mut child, _input } in self.processes.drain(..).flatten() {
                drop(_input);
                assert!(child.wait().unwrap().success());
            }
            std::iter::from_fn(|| self.created.blocking_recv()).count() as u64
        })
        .await
        .unwrap()
    }
}

impl Process {
    fn start(number: usize, vendor: &str, redis: &str, created: UnboundedSender<(usize, Instant)>) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "processes::in_a_process_of_its_own", "--nocapture"])
            .env("LEADCONNECTOR_TEST_VENDOR", vendor)
            .env("LEADCONNECTOR_TEST_REDIS", redis)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if line == "created" {
                    let _ = created.send((number, Instant::now()));
                } else if line.starts_with("failed") {
                    // It shows, and the test that waits for the next one fails.
                    eprintln!("{line}");
                    return;
                }
            }
        });
        let input = child.stdin.take().unwrap();
        Self { child, _input: input }
    }
}

async fn vendor() -> leadconnector_mock::Server {
    leadconnector_mock::Server::builder()
        .enforce(Enforcement::SlidingWindow)
        .rate_limit(MAX, INTERVAL)
        .start()
        .await
        .unwrap()
}

/// How much of the allowance so many requests are in a time.
fn share_of_allowance(number: u64, time: Duration) -> f64 {
    number as f64 / MAX as f64 * INTERVAL.as_secs_f64() / time.as_secs_f64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_share_a_location() {
    let (server, vendor) = (Server::start().await, vendor().await);
    let mut processes = Processes::start(&vendor, &server);
    // The pause, and the first requests, of which none is in its rhythm yet.
    processes.create(2 * MAX).await;
    let (scripts, number) = (server.scripts_run().await, 12 * MAX);
    let (by_each, time) = processes.create(number).await;
    let scripts = (server.scripts_run().await - scripts) as f64 / number as f64;
    let share = share_of_allowance(number, time);
    println!(
        "three processes of {TASKS} tasks: {share:.3} of the allowance, {} refused; by each {by_each:?}; {scripts:.1} scripts in Redis for \
         each request",
        vendor.refused()
    );
    processes.end().await;
    assert_eq!(vendor.refused(), 0);
    assert!(share >= 0.97, "{share}");
    let (least, most) = (by_each.into_iter().min().unwrap(), by_each.into_iter().max().unwrap());
    assert!(most as f64 <= least as f64 * 1.1, "{by_each:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_is_killed_and_redis_starts_anew() {
    let (mut server, vendor) = (Server::start().await, vendor().await);
    let mut processes = Processes::start(&vendor, &server);
    let (all, _) = processes.create(2 * MAX).await;
    processes.kill(0);
    // What it has written before may still be read.
    let (without_one, time) = processes.create(4 * MAX).await;
    println!(
        "before one is killed {all:?}; without it {without_one:?}, {:.2} of the allowance",
        share_of_allowance(4 * MAX, time)
    );
    server.stop();
    // Those that had a place are created yet; the rest is by the local shares.
    let (pause, _) = processes.create(2 * TASKS).await;
    let (away, time) = processes.create(3 * MAX).await;
    let share = share_of_allowance(3 * MAX, time);
    println!("without Redis {pause:?}, then {away:?}, {share:.2} of the allowance");
    assert!(away[1] > MAX && away[2] > MAX, "{away:?}");
    server.start_again().await;
    // As before: by the shares, until it is found to be back.
    let (back, _) = processes.create(2 * MAX).await;
    let (again, time) = processes.create(5 * MAX).await;
    let share = share_of_allowance(5 * MAX, time);
    println!(
        "with Redis again {back:?}, then {again:?}, {share:.2} of the allowance; {} refused in all",
        vendor.refused()
    );
    let rest = processes.end().await;
    assert_eq!(vendor.refused(), 0);
    assert!(share > 0.75, "{share}");
    let [all, without_one, pause, away, back, again] =
        [all, without_one, pause, away, back, again].map(|by_each| by_each.iter().sum::<u64>());
    // One of each phase is where its time begins.
    let written = all + without_one + pause + away + back + again + 6 + rest;
    let lost = vendor.carried_out("create_contact") - written;
    println!("{written} were created; {lost} more by the one that was killed, which knows of no answer");
    assert!(lost <= TASKS, "{lost}");
}
