//! Reads an answer, up to a limit.

use bytes::{Bytes, BytesMut};

use super::called::Called;
use crate::Response;

/// How much of the body of an answer arrived.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// All of it.
    Whole,
    /// More than the limit; what is beyond was not read.
    TooLarge,
    /// Less than all: the connection failed, or the time was up.
    BrokenOff(reqwest::Error),
}

/// Waits for an answer, and reads up to `limit` bytes of its body: without a copy, if that comes in one piece. Whatever goes
/// wrong with the body, the rest is there.
pub(crate) async fn receive(
    answer: impl Future<Output = reqwest::Result<reqwest::Response>>,
    limit: usize,
    called: &Called,
) -> reqwest::Result<(Response, Arrival)> {
    let mut answer = answer.await?;
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    let arrival = loop {
        match answer.chunk().await {
            Ok(Some(piece)) if first.is_empty() => first = piece,
            Ok(Some(piece)) => {
                if joined.is_empty() {
                    joined.extend_from_slice(&first);
                }
                joined.extend_from_slice(&piece);
            }
            Ok(None) => break Arrival::Whole,
            Err(error) => break Arrival::BrokenOff(error),
        }
        if first.len().max(joined.len()) > limit {
            break Arrival::TooLarge;
        }
    };
    let mut body = if joined.is_empty() { first } else { joined.freeze() };
    body.truncate(limit);
    let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
    Ok((Response::received(status, headers, body, called.clone()), arrival))
}
