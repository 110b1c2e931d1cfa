//! How much memory locations take in Redis.

use futures_util::future::join_all;
use leadconnector::LocationId;
use leadconnector::pacing::{Pacing, Permit};
use leadconnector_redis::RedisPacing;
use std::time::Duration;

use crate::server::Server;

async fn used(server: &Server) -> u64 {
    server.info("memory", "used_memory").await.parse().unwrap()
}

#[tokio::test]
async fn ten_thousand_locations() {
    const LOCATIONS: u64 = 10_000;
    let server = Server::start().await;
    let pacing = RedisPacing::builder(server.redis().await).allowance(100, Duration::from_secs(60)).build();
    server.has_been_here_for_long().await;
    let before = used(&server).await;
    let take =
        async |number: u64| pacing.acquire(&LocationId::new(format!("location{number:012}")).unwrap()).await.unwrap();
    for first in (0..LOCATIONS).step_by(100) {
        for permit in join_all((first..first + 100).map(take)).await {
            permit.answered(leadconnector::pacing::BudgetAnswer::new(
                leadconnector::reqwest::StatusCode::OK,
                &leadconnector::reqwest::header::HeaderMap::new(),
            ));
        }
    }
    let one = (used(&server).await - before) / LOCATIONS;
    const FULL: u64 = 500;
    let before = used(&server).await;
    for number in 0..FULL {
        for _ in 0..99 {
            drop(take(number).await);
        }
    }
    let full = (used(&server).await - before) / FULL + one;
    println!("in Redis, a location takes {one} bytes with one place in use, and {full} with all hundred");
    assert!(one < 1_000 && full < 8_000, "{one} {full}");
}
