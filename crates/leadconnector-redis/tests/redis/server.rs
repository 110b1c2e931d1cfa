//! A real Redis, on a free port.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use leadconnector_redis::Redis;
use tempfile::TempDir;

/// A server with nothing in it, which ends with this.
pub(crate) struct Server {
    process: Child,
    port: u16,
    options: Vec<String>,
    directory: TempDir,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(options: &[&str]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let directory = tempfile::tempdir().unwrap();
        let options: Vec<_> = options.iter().map(|&option| option.to_owned()).collect();
        let process = process(port, &options, &directory);
        let server = Self { process, port, options, directory };
        server.until_it_listens().await;
        server
    }

    /// The program, which may be that of Valkey.
    pub(crate) fn program() -> String {
        std::env::var("REDIS_SERVER").unwrap_or_else(|_| "redis-server".into())
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) async fn redis(&self) -> Redis {
        Redis::connect(&self.url()).await.unwrap()
    }

    pub(crate) fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Sends it a signal, by its name.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.process.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// Starts it again, with nothing in it.
    pub(crate) async fn start_again(&mut self) {
        self.process = process(self.port, &self.options, &self.directory);
        self.until_it_listens().await;
    }

    /// Runs a command by hand.
    pub(crate) async fn run<T: redis::FromRedisValue>(&self, command: &[&str]) -> T {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let (name, arguments) = command.split_first().unwrap();
        redis::cmd(name).arg(arguments).query_async(&mut connection).await.unwrap()
    }

    /// As if nothing had been sent without it for long, so that there is no pause.
    pub(crate) async fn has_been_here_for_long(&self) {
        let run = self.info("server", "run_id").await;
        let () = self.run(&["HSET", "{leadconnector}:marker", "format", "1", "run", &run, "since", "0"]).await;
    }

    /// Waits until a command has this answer: what a pace tells Redis, it tells by and by.
    pub(crate) async fn until(&self, command: &[&str], expected: &str) {
        while self.run::<Option<String>>(command).await.as_deref() != Some(expected) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Its clock.
    pub(crate) async fn milliseconds(&self) -> u64 {
        let (seconds, microseconds): (u64, u64) = self.run(&["TIME"]).await;
        seconds * 1000 + microseconds / 1000
    }

    /// How many scripts it has run.
    pub(crate) async fn scripts_run(&self) -> u64 {
        let said = self.info("commandstats", "cmdstat_evalsha").await;
        said.strip_prefix("calls=").unwrap().split(',').next().unwrap().parse().unwrap()
    }

    /// What it says of itself.
    pub(crate) async fn info(&self, section: &str, name: &str) -> String {
        let info: String = self.run(&["INFO", section]).await;
        info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap().trim().to_owned()
    }

    async fn until_it_listens(&self) {
        while tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn process(port: u16, options: &[String], directory: &TempDir) -> Child {
    Command::new(Server::program())
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .args(options)
        .current_dir(directory)
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server is a program of the Debian package of that name; REDIS_SERVER names another one")
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
