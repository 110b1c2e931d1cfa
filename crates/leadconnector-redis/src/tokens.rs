//! The tokens of an app of the marketplace, in Redis.

use leadconnector::oauth::{Holder, Record, TokenStore};
use leadconnector::token::BoxError;
use redis::Script;

use crate::Redis;

/// The tokens of an app in Redis, which all its processes share: one of them refreshes a token, and the others take what it has stored.
///
/// Redis has to keep them: with its append-only file, flushed always, or else with replicas. What it loses costs a new consent, unless
/// the last refresh is no more than 30 seconds ago.
///
/// ```no_run
/// use leadconnector::oauth::App;
/// use leadconnector_redis::{Redis, RedisTokenStore};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let redis = Redis::connect("redis://127.0.0.1").await?;
/// let app = App::builder("client-id", "client-secret", RedisTokenStore::new(redis)).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RedisTokenStore {
    redis: Redis,
    load: std::sync::Arc<Script>,
    swap: std::sync::Arc<Script>,
}

impl RedisTokenStore {
    /// A store in this Redis.
    pub fn new(redis: Redis) -> Self {
        let [load, swap] = [include_str!("tokens/load.lua"), include_str!("tokens/swap.lua")];
        Self { redis, load: Script::new(load).into(), swap: Script::new(swap).into() }
    }

    fn key(&self, holder: &Holder) -> String {
        self.redis.key("token", holder)
    }
}

impl TokenStore for RedisTokenStore {
    async fn load(&self, holder: &Holder) -> Result<Option<Record>, BoxError> {
        let found: Option<(i64, String)> = self.redis.run(&self.load, &[self.key(holder)], |_, _| {}).await?;
        Ok(found.map(|(revision, text)| Record::new(revision, text)))
    }

    async fn compare_and_swap(
        &self,
        holder: &Holder,
        expected: Option<&Record>,
        new: Option<&Record>,
    ) -> Result<bool, BoxError> {
        let expected = expected.map_or_else(String::new, |record| record.revision().to_string());
        let keys = [self.key(holder), self.redis.marker()];
        let swapped = self.redis.run(&self.swap, &keys, |swap, _| {
            swap.arg(&expected);
            if let Some(new) = new {
                swap.arg(new.revision()).arg(new.text());
            }
        });
        Ok(swapped.await?)
    }
}
