//! The connection to Redis: made, checked, and made again when it is lost.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ErrorKind, FromRedisValue, Script, ScriptInvocation, ServerErrorKind};
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::error::{Cause, ConnectError, RedisError};

/// The oldest version of Redis, as its first two numbers. Valkey calls itself 7.2 to old clients.
const OLDEST: (u32, u32) = (7, 0);

/// While there is no connection, one is tried no more often than this.
pub(crate) const RETRY: Duration = Duration::from_millis(500);

/// The form of the keys, as the marker says it.
const FORMAT: &str = "1";

/// A Redis that holds what several processes share: the pace of each location, and tokens.
///
/// Cloning it is cheap, and the clones share one connection. A connection that is lost is made again by itself, with the next call.
///
/// All keys begin with a prefix, `{leadconnector}:` by default. What stands in braces keeps them together on one node of a cluster.
#[derive(Clone)]
pub struct Redis {
    shared: Arc<Shared>,
}

struct Shared {
    client: redis::Client,
    prefix: String,
    timeout: Duration,
    runtime: Handle,
    connection: Mutex<Connection>,
}

#[derive(Default)]
struct Connection {
    live: Option<Live>,
    /// The last attempt that failed.
    failed: Option<(Instant, ConnectError)>,
    /// How many were made.
    number: u64,
}

/// A connection that works, as far as is known.
#[derive(Clone)]
struct Live {
    connection: MultiplexedConnection,
    number: u64,
    /// A text that is another one after each start of the server.
    run: Arc<str>,
}

impl Redis {
    /// Connects to the Redis of a URL, such as `redis://127.0.0.1` or `rediss://user:password@redis.example.com:6380`. Needs a runtime
    /// of tokio.
    ///
    /// # Errors
    ///
    /// See [`ConnectError`].
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        Self::builder(url).connect().await
    }

    /// Sets up a connection to the Redis of a URL.
    pub fn builder(url: impl Into<String>) -> RedisBuilder {
        RedisBuilder { url: url.into(), prefix: "{leadconnector}:".into(), timeout: Duration::from_secs(1) }
    }

    /// The key of something of a kind. The kind comes first, so that whatever its name is, no other kind has that key.
    pub(crate) fn key(&self, kind: &str, name: impl fmt::Display) -> String {
        format!("{}{kind}:{name}", self.shared.prefix)
    }

    /// Where tasks run: the runtime that has connected.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.shared.runtime
    }

    /// The key that says that the others are ours.
    pub(crate) fn marker(&self) -> String {
        self.shared.marker()
    }

    /// Runs a script, on a new connection if the last one is lost: so it may be run twice. `arguments` is told which start of the
    /// server it is.
    pub(crate) async fn run<T: FromRedisValue>(
        &self,
        script: &Script,
        keys: &[String],
        arguments: impl Fn(&mut ScriptInvocation<'_>, &str),
    ) -> Result<T, RedisError> {
        let mut is_second = false;
        loop {
            let Live { mut connection, number, run } = self.live().await.map_err(RedisError::Away)?;
            let mut invocation = script.prepare_invoke();
            for key in keys {
                invocation.key(key);
            }
            arguments(&mut invocation, &run);
            let error = match invocation.invoke_async(&mut connection).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match trouble(&error) {
                Trouble::Command => return Err(RedisError::Command(Cause::new(error))),
                Trouble::Server => return Err(RedisError::Away(connect_error(error))),
                Trouble::Connection => self.lost(number).await,
            }
            // A connection that the server has closed shows that only when it is used. One that is too slow would be so again.
            if is_second || error.is_timeout() {
                return Err(RedisError::Away(connect_error(error)));
            }
            is_second = true;
        }
    }

    /// The connection, or a new one.
    async fn live(&self) -> Result<Live, ConnectError> {
        let shared = &*self.shared;
        let mut connection = shared.connection.lock().await;
        if let Some(live) = &connection.live {
            return Ok(live.clone());
        }
        if let Some((when, error)) = &connection.failed
            && when.elapsed() < RETRY
        {
            return Err(error.clone());
        }
        match shared.connect().await {
            Ok((made, run)) => {
                connection.number += 1;
                let live = Live { connection: made, number: connection.number, run: run.into() };
                connection.live = Some(live.clone());
                connection.failed = None;
                Ok(live)
            }
            Err(error) => {
                connection.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Takes note that a connection is lost, unless there is a newer one.
    async fn lost(&self, number: u64) {
        let mut connection = self.shared.connection.lock().await;
        if connection.live.as_ref().is_some_and(|live| live.number == number) {
            connection.live = None;
        }
    }
}

impl Shared {
    /// A connection to a server that can be used, and which start of it that is.
    async fn connect(&self) -> Result<(MultiplexedConnection, String), ConnectError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(self.timeout));
        let mut connection =
            self.client.get_multiplexed_async_connection_with_config(&config).await.map_err(connect_error)?;
        let info: String =
            redis::cmd("INFO").arg("server").query_async(&mut connection).await.map_err(connect_error)?;
        let run = checked(&info)?;
        self.check_keys(&mut connection).await?;
        Ok((connection, run))
    }

    fn marker(&self) -> String {
        format!("{}marker", self.prefix)
    }

    /// Refuses a prefix under which somebody else has keys. The marker is written together with the first of ours.
    async fn check_keys(&self, connection: &mut MultiplexedConnection) -> Result<(), ConnectError> {
        if self.has_marker(connection).await? {
            return Ok(());
        }
        let pattern = format!("{}*", escaped(&self.prefix));
        let mut cursor = 0_u64;
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(&pattern).arg("COUNT").arg(10_000);
            let (next, keys): (u64, Vec<Vec<u8>>) = scan.query_async(connection).await.map_err(connect_error)?;
            if let Some(key) = keys.first() {
                // It may be one of another process that starts at the same time.
                let is_ours = self.has_marker(connection).await?;
                let key = String::from_utf8_lossy(key).into_owned();
                return if is_ours { Ok(()) } else { Err(ConnectError::OtherKeys { key }) };
            }
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }

    /// Whether the marker is there; an error if something else has its name.
    async fn has_marker(&self, connection: &mut MultiplexedConnection) -> Result<bool, ConnectError> {
        let key = self.marker();
        let kind: String = redis::cmd("TYPE").arg(&key).query_async(connection).await.map_err(connect_error)?;
        if kind == "none" {
            return Ok(false);
        }
        if kind == "hash" {
            let mut format = redis::cmd("HGET");
            let format = format.arg(&key).arg("format").query_async(connection);
            let format: Option<String> = format.await.map_err(connect_error)?;
            if format.as_deref() == Some(FORMAT) {
                return Ok(true);
            }
        }
        Err(ConnectError::OtherKeys { key })
    }
}

/// A prefix as a pattern that stands for itself.
fn escaped(prefix: &str) -> String {
    prefix.chars().fold(String::new(), |mut pattern, character| {
        if matches!(character, '*' | '?' | '[' | ']' | '\\' | '^') {
            pattern.push('\\');
        }
        pattern.push(character);
        pattern
    })
}

/// Which start of the server it is, by what it says of itself; or that it is too old, or is none that says so.
fn checked(info: &str) -> Result<String, ConnectError> {
    let value = |name: &str| {
        info.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .map(str::trim)
            .filter(|text| !text.is_empty())
    };
    let numbers = |version: &str| {
        let mut numbers = version.split('.').map(|number| number.parse().ok());
        Some((numbers.next()??, numbers.next()??))
    };
    let found = match (value("redis_version"), value("run_id")) {
        (Some(version), Some(run)) if numbers(version).is_some_and(|numbers| numbers >= OLDEST) => {
            return Ok(run.to_owned());
        }
        (Some(version), Some(_)) => format!("Redis {version}"),
        (Some(version), None) => format!("Redis {version} that does not say its `run_id`"),
        (None, _) => "no Redis".into(),
    };
    Err(ConnectError::Version { found })
}

/// Why a command has failed.
enum Trouble {
    /// What was connected to is gone, or is no longer the one to ask.
    Connection,
    /// The server cannot do its work now: as good as none.
    Server,
    /// The server refuses this command.
    Command,
}

fn trouble(error: &redis::RedisError) -> Trouble {
    match error.kind() {
        ErrorKind::Server(ServerErrorKind::ReadOnly) => Trouble::Connection,
        ErrorKind::Server(
            ServerErrorKind::BusyLoading
            | ServerErrorKind::MasterDown
            | ServerErrorKind::ClusterDown
            | ServerErrorKind::TryAgain,
        ) => Trouble::Server,
        _ if error.is_io_error()
            || error.is_timeout()
            || error.is_connection_dropped()
            || error.is_unrecoverable_error() =>
        {
            Trouble::Connection
        }
        // A script of somebody else does not end; the memory, the disk or the replicas do not allow to write.
        _ if error.code().is_some_and(|code| matches!(code, "BUSY" | "OOM" | "MISCONF" | "NOREPLICAS")) => {
            Trouble::Server
        }
        _ => Trouble::Command,
    }
}

fn connect_error(error: redis::RedisError) -> ConnectError {
    let is_refused = match error.kind() {
        ErrorKind::AuthenticationFailed => true,
        _ => error.code().is_some_and(|code| matches!(code, "NOAUTH" | "WRONGPASS" | "NOPERM")),
    };
    if is_refused {
        ConnectError::Refused(Cause::new(error))
    } else if matches!(trouble(&error), Trouble::Connection) || error.is_connection_refusal() {
        ConnectError::NotConnected(Cause::new(error))
    } else {
        ConnectError::Failed(Cause::new(error))
    }
}

/// Without the URL, which may have a password.
impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("prefix", &self.shared.prefix).finish_non_exhaustive()
    }
}

/// Sets up a [`Redis`].
#[must_use = "a builder does nothing until `connect` is called"]
pub struct RedisBuilder {
    url: String,
    prefix: String,
    timeout: Duration,
}

impl RedisBuilder {
    /// What all keys begin with. The default is `{leadconnector}:`. Processes that shall share have the same one.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The longest time to connect, and to wait for an answer of Redis. The default is a second.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Connects, and looks at the server and at what is there under the prefix.
    ///
    /// # Errors
    ///
    /// See [`ConnectError`].
    pub async fn connect(self) -> Result<Redis, ConnectError> {
        let client = redis::Client::open(self.url).map_err(|error| ConnectError::Url(Cause::new(error)))?;
        let Self { prefix, timeout, .. } = self;
        let redis = Redis {
            shared: Arc::new(Shared {
                client,
                prefix,
                timeout,
                runtime: Handle::current(),
                connection: Mutex::default(),
            }),
        };
        redis.live().await?;
        Ok(redis)
    }
}

/// Without the URL, which may have a password.
impl fmt::Debug for RedisBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisBuilder")
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_what_it_is() {
        let info = |version: &str| format!("# Server\r\nredis_version:{version}\r\nrun_id:5a1f\r\n");
        for version in ["7.0.15", "7.2.4", "8.0.0", "10.1"] {
            assert_eq!(checked(&info(version)).unwrap(), "5a1f");
        }
        for (info, said) in [
            (info("6.2.14"), "the server is Redis 6.2.14, and Redis 7.0 or newer is needed, or Valkey"),
            (info("x"), "the server is Redis x, and Redis 7.0 or newer is needed, or Valkey"),
            ("hello".into(), "the server is no Redis, and Redis 7.0 or newer is needed, or Valkey"),
            (
                "redis_version:7.0.1".into(),
                "the server is Redis 7.0.1 that does not say its `run_id`, and Redis 7.0 or newer is needed, or Valkey",
            ),
        ] {
            assert_eq!(checked(&info).unwrap_err().to_string(), said);
        }
    }

    #[test]
    fn a_prefix_stands_for_itself() {
        assert_eq!(escaped("{leadconnector}:"), "{leadconnector}:");
        assert_eq!(escaped("a*[b]?"), r"a\*\[b\]\?");
    }
}
