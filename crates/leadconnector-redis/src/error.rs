//! Why Redis cannot be used.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// Why [`Redis::connect`](crate::Redis::connect) gives nothing. Nothing was written to Redis.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL is not one of Redis, or asks for TLS in a build without it.
    Url(Cause),
    /// No connection could be made.
    NotConnected(Cause),
    /// Redis does not take the user or the password, or wants one.
    Refused(Cause),
    /// Redis is too old, or is something else.
    Version {
        /// What it says of itself.
        found: String,
    },
    /// There is something else under the prefix.
    OtherKeys {
        /// One of the keys.
        key: String,
    },
    /// A command failed.
    Failed(Cause),
}

/// What the client library of Redis said. It holds no password.
#[derive(Clone)]
pub struct Cause(Arc<redis::RedisError>);

impl Cause {
    pub(crate) fn new(error: redis::RedisError) -> Self {
        Self(Arc::new(error))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl StdError for Cause {}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(_) => f.write_str(
                "the URL is not one of Redis: write it as `redis://:password@host:6379/0`; `rediss://` needs the feature \
                 `rustls` or `native-tls`",
            ),
            Self::NotConnected(_) => f.write_str("no connection to Redis could be made: is it running, and is the URL right?"),
            Self::Refused(_) => {
                f.write_str("Redis does not take the user or the password of the URL, or wants one, or does not let it do this")
            }
            Self::Version { found } => {
                write!(f, "the server is {found}, and Redis 7.0 or newer is needed, or Valkey")
            }
            Self::OtherKeys { key } => {
                write!(f, "the key `{key}` is something else, under the prefix of leadconnector: choose another prefix")
            }
            Self::Failed(_) => f.write_str("a command of Redis failed"),
        }
    }
}

impl StdError for ConnectError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Url(cause) | Self::NotConnected(cause) | Self::Refused(cause) | Self::Failed(cause) => Some(cause),
            Self::Version { .. } | Self::OtherKeys { .. } => None,
        }
    }
}

/// Why a call that needs Redis failed: the source of an error of leadconnector.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RedisError {
    /// There is no connection; it is made again as soon as it can be.
    Away(ConnectError),
    /// Redis refused a command.
    Command(Cause),
}

impl fmt::Display for RedisError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away(_) => f.write_str("Redis is away"),
            Self::Command(_) => f.write_str(
                "Redis refused a command: does its user lack a right, or is there something else under the prefix of leadconnector?",
            ),
        }
    }
}

impl StdError for RedisError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Away(error) => Some(error),
            Self::Command(cause) => Some(cause),
        }
    }
}
