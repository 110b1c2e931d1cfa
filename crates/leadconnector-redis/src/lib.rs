//! One allowance, and one set of tokens, for many machines: the pace of [leadconnector] and its OAuth tokens in Redis.
//!
//! Unofficial: not made by HighLevel, nor affiliated with it.
//!
//! ```console
//! $ cargo add leadconnector leadconnector-redis
//! ```
//!
//! A location allows 100 requests in 10 seconds, however many machines ask. Clients that know nothing of each other guess their shares,
//! and are refused now and then. With [`RedisPacing`], they count together:
//!
//! ```no_run
//! use leadconnector::Client;
//! use leadconnector_redis::{Redis, RedisPacing};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let redis = Redis::connect("redis://127.0.0.1").await?;
//! let client = Client::builder_from_env().pacing(RedisPacing::new(redis)).build()?;
//! # Ok(())
//! # }
//! ```
//!
//! - Each request takes its place in one atomic step, by the clock of the server. The places of a process that dies are free again after
//!   an interval and five seconds.
//! - What the vendor's headers say of a location corrects the count for everybody.
//! - [`WhenAway`] says what happens without Redis.
//! - With the feature `oauth`, `RedisTokenStore` keeps the tokens of an app of the marketplace.
//!
//! The guide [Several machines](guide) has the numbers, and what is the limit of each promise.
//!
//! Needs Redis 7.0 or newer, or Valkey. `rediss://` URLs need the feature `rustls` or `native-tls`.

mod connection;
mod error;
#[doc = include_str!("../docs/several-machines.md")]
pub mod guide {}
mod pacing;
#[cfg(feature = "oauth")]
mod tokens;

pub use connection::{Redis, RedisBuilder};
pub use error::{Cause, ConnectError, RedisError};
pub use pacing::{RedisPacing, RedisPacingBuilder, RedisPermit, WhenAway};
#[cfg(feature = "oauth")]
pub use tokens::RedisTokenStore;
