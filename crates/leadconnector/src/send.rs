//! Sends a request, and again where that is safe.

use std::time::{Instant, SystemTime};

use http::header::AUTHORIZATION;
use leadconnector_raw as raw;
use raw::ClientInfo;
use reqwest::Request;
use tracing::{Instrument, Level, debug, debug_span, enabled};

use crate::arrival::{Arrival, receive};
use crate::decode::Answer;
use crate::jitter::random;
use crate::outcome::{Success, outcome};
use crate::pacing::{BudgetAnswer, Place};
use crate::retry::{Attempt, Decision, Failure};
use crate::{Client, Created, Error, InvalidValue, LocationId, Response, Token};

/// An operation, as far as sending is concerned.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    /// Its name in the fragment.
    pub(crate) id: &'static str,
    /// Whether it can be sent twice without a second effect.
    pub(crate) idempotent: bool,
}

/// Sends a request until it succeeds, or must not be sent again. It is made anew for each attempt.
pub(crate) fn send<'a, T: Answer>(
    client: &'a Client,
    operation: Operation,
    location: &'a LocationId,
    request: impl Fn(&raw::Client) -> reqwest::Result<Request> + Send + 'a,
) -> impl Future<Output = Result<Success<T>, Error>> + Send + 'a {
    let attempts = async move {
        // From the first request on: the wait for a place is not the server's.
        let mut begun = None;
        let mut fresh: Option<Token> = None;
        let mut refreshed = false;
        let mut number: u32 = 0;
        loop {
            number = number.saturating_add(1);
            let place = Place::acquire(client.pacing(), location).await.map_err(Error::Pacing)?;
            // After the wait, in which a token may have expired.
            let token = match fresh.take() {
                Some(token) => token,
                None => client.tokens().current().await.map_err(Error::Token)?,
            };
            let begun = *begun.get_or_insert_with(Instant::now);
            let sent = client.raw().client().execute(authorized(request(client.raw()), &token)?);
            let error = match settled(place, receive(sent, client.response_limit()).await) {
                Ok(success) => {
                    log(number, Some(&success.response), None);
                    return Ok(success);
                }
                Err(error) => error,
            };
            log(number, error.response(), Some(&error));

            if matches!(error, Error::Unauthorized(_)) && error.created() == Created::No && !refreshed {
                refreshed = true;
                let refused = || error.response().cloned();
                fresh = client.tokens().fresh(&token).await.map_err(|error| Error::Token(error.after(refused())))?;
                if fresh.is_some() {
                    debug!(attempt = number, "sending again with a fresh token");
                    continue;
                }
            }
            // Whatever the policy would say: what may have created a contact is not sent again.
            if !operation.idempotent && error.created() != Created::No {
                return Err(error);
            }
            let Some(failure) = failure(&error) else { return Err(error) };
            let decision = client.retry().decide(&Attempt {
                idempotent: operation.idempotent,
                failure,
                number,
                elapsed: begun.elapsed(),
                now: SystemTime::now(),
                random: random(),
            });
            match decision {
                Decision::Stop => return Err(error),
                Decision::Wait(wait) => {
                    debug!(attempt = number, wait_ms = wait.as_millis() as u64, "sending again after a wait");
                    tokio::time::sleep(wait).await;
                }
            }
        }
    };
    attempts.instrument(debug_span!("leadconnector", operation = operation.id))
}

fn authorized(request: reqwest::Result<Request>, token: &Token) -> Result<Request, Error> {
    let mut request = request.map_err(|_| InvalidValue::new("request", "could not be made"))?;
    request.headers_mut().insert(AUTHORIZATION, token.authorization().clone());
    Ok(request)
}

/// What came of a request, which gives its place back.
fn settled<T: Answer>(place: Place<'_>, answer: reqwest::Result<(Response, Arrival)>) -> Result<Success<T>, Error> {
    if let Ok((response, _)) = &answer {
        place.answered(BudgetAnswer::new(response.status(), response.headers()));
    } else {
        drop(place);
    }
    outcome(answer)
}

/// How an attempt failed; none if nothing was sent and nothing would change.
fn failure(error: &Error) -> Option<Failure<'_>> {
    match (error, error.response()) {
        (Error::Invalid(_) | Error::Token(_) | Error::Pacing(_), _) => None,
        (Error::NotConnected(_), _) => Some(Failure::NotConnected),
        (Error::TimedOut(_) | Error::BrokenOff(_) | Error::TooLarge(_) | Error::Undecodable(_), _) | (_, None) => {
            Some(Failure::Lost)
        }
        (_, Some(response)) => Some(Failure::Answered { status: response.status(), headers: response.headers() }),
    }
}

fn log(attempt: u32, response: Option<&Response>, error: Option<&Error>) {
    if !enabled!(Level::DEBUG) {
        return;
    }
    let limit = response.map(Response::rate_limit).unwrap_or_default();
    debug!(
        attempt,
        status = response.map(|response| response.status().as_u16()),
        error = error.map(tracing::field::display),
        trace_id = response.and_then(Response::trace_id),
        remaining = limit.remaining,
        daily_remaining = limit.daily_remaining,
        "{}",
        if error.is_some() { "failed" } else { "succeeded" }
    );
}
