//! Sends a request, and again where that is safe.

use std::time::{Duration, Instant, SystemTime};

use http::header::{AUTHORIZATION, USER_AGENT};
use reqwest::Request;
use tracing::{Instrument, Span};

use super::called::Called;
use super::caller::{Caller, Prepared};
use super::jitter::random;
use super::outcome::{Read, outcome};
use super::pacing::{AnyPermit, BudgetAnswer};
use super::receive::{Arrival, receive};
use super::retry::{Facts, Next, next};
use super::telemetry;
use crate::{Answer, CarriedOut, Effect, Error, InvalidValue, Response, Token};

/// After a wait of this length for a place, the token is asked for again: it may have expired.
const LONG_WAIT: Duration = Duration::from_secs(1);

/// A shorter wait for a place is none.
const NOTABLE_WAIT: Duration = Duration::from_millis(1);

/// Sends a request until it succeeds, or must not be sent again.
pub(super) async fn send<R: Read>(
    caller: &Caller,
    request: Prepared,
    sent_at: &mut Option<Instant>,
) -> Result<Answer<R::Value>, Error> {
    let span = telemetry::request_span(&request.called);
    let mut attempts = Attempts::of(caller, request);
    let made = async {
        loop {
            let received = match attempts.make(sent_at).await {
                Ok(received) => received,
                Err(error) => {
                    telemetry::not_sent(&error);
                    attempts.follow(error).await?;
                    continue;
                }
            };
            let error = match outcome::<R>(&attempts.called, received, attempts.unknown.is_some()) {
                Ok(answer) => {
                    telemetry::succeeded(attempts.ended_span(), attempts.sent, &answer.response, &answer.undecoded);
                    return Ok(Answer { attempts: attempts.sent, ..answer });
                }
                Err(error) => error,
            };
            telemetry::failed(attempts.ended_span(), attempts.sent, &error);
            attempts.follow(error).await?;
        }
    };
    made.instrument(span).await
}

/// A place in the budget until something is sent; given back unused if nothing is.
struct Unsent(Option<Box<dyn AnyPermit>>);

impl Unsent {
    fn sent(mut self) -> Option<Box<dyn AnyPermit>> {
        self.0.take()
    }
}

impl Drop for Unsent {
    fn drop(&mut self) {
        if let Some(permit) = self.0.take() {
            permit.unused();
        }
    }
}

/// The attempts of a call: the same for all operations.
struct Attempts<'a> {
    caller: &'a Caller,
    called: Called,
    effect: Effect,
    /// Made once; each attempt sends a copy, which shares the body.
    request: Request,
    /// How many attempts were made: those that got a place. And how many of them were sent.
    number: u32,
    sent: u32,
    /// Of the last attempt.
    span: Span,
    /// From the first request on, or the first time that none may be sent: the wait for a place is not the server's.
    begun: Option<Instant>,
    /// The token of the last attempt.
    token: Option<Token>,
    /// Another one, to be sent next.
    fresh: Option<Token>,
    refreshed: bool,
    /// What an attempt came to that may have been carried out: the last one, or the first one that certainly was.
    unknown: Option<Error>,
}

impl<'a> Attempts<'a> {
    fn of(caller: &'a Caller, request: Prepared) -> Self {
        let Prepared { called, effect, http: mut request } = request;
        if let Some(user_agent) = caller.client.user_agent() {
            request.headers_mut().insert(USER_AGENT, user_agent.clone());
        }
        if let Some(headers) = caller.options.headers() {
            request.headers_mut().extend(headers.clone());
        }
        if let Some(timeout) = caller.own_timeout() {
            *request.timeout_mut() = Some(timeout);
        }
        Self {
            caller,
            called,
            effect,
            request,
            number: 0,
            sent: 0,
            span: Span::none(),
            begun: None,
            token: None,
            fresh: None,
            refreshed: false,
            unknown: None,
        }
    }

    /// Sends the request once.
    async fn make(&mut self, sent_at: &mut Option<Instant>) -> Result<reqwest::Result<(Response, Arrival)>, Error> {
        // Before a place is taken, which a source that hangs would hold.
        let mut token = self.token_to_send().await?;
        let asked = Instant::now();
        let permit = Unsent(Some(self.place().await?));
        self.number = self.number.saturating_add(1);
        let waited = asked.elapsed();
        if waited >= NOTABLE_WAIT {
            telemetry::waited_for_a_place(waited);
        }
        if waited >= LONG_WAIT {
            token = self.token_to_send().await?;
        }
        self.fresh = None;
        self.begun.get_or_insert_with(Instant::now);
        // A body of bytes can be copied, always.
        let mut request =
            self.request.try_clone().ok_or_else(|| InvalidValue::new("request", "cannot be sent again"))?;
        request.headers_mut().insert(AUTHORIZATION, token.authorization().clone());
        self.token = Some(token);
        self.span = telemetry::attempt_span(&self.called, &request, self.sent);
        let sent = self.caller.client.http().execute(request);
        self.sent = self.sent.saturating_add(1);
        *sent_at = Some(Instant::now());
        let permit = permit.sent();
        let received = receive(sent, self.caller.client.response_limit(), &self.called);
        let received = received.instrument(self.span.clone()).await;
        if let Some(permit) = permit {
            match &received {
                Ok((response, _)) => permit.answered(BudgetAnswer::new(response.status(), response.headers())),
                Err(error) if error.is_connect() || error.is_builder() => permit.unused(),
                Err(_) => drop(permit),
            }
        }
        Ok(received)
    }

    /// The span of the last attempt, which ends with what is done with it.
    fn ended_span(&mut self) -> Span {
        std::mem::replace(&mut self.span, Span::none())
    }

    /// A place in the location's budget.
    async fn place(&self) -> Result<Box<dyn AnyPermit>, Error> {
        let _turn = match &self.caller.list {
            Some(list) => Some(list.lock().await),
            None => None,
        };
        self.caller.client.pacing().acquire(&self.caller.location).await.map_err(Error::Pacing)
    }

    /// The token of the source; or the fresh one, if the source still has the one that was refused.
    async fn token_to_send(&self) -> Result<Token, Error> {
        let Caller { client, location, .. } = self.caller;
        let current = client.tokens().current(location, self.caller.timeout()).await.map_err(Error::Token)?;
        Ok(match &self.fresh {
            Some(fresh) if self.token.as_ref() == Some(&current) => fresh.clone(),
            _ => current,
        })
    }

    /// Waits for the next attempt; the error itself if there must not be one.
    async fn follow(&mut self, error: Error) -> Result<(), Error> {
        if matches!(error, Error::Pacing(_)) {
            self.begun.get_or_insert_with(Instant::now);
        }
        let facts = Facts {
            effect: self.effect,
            number: self.number,
            elapsed: self.begun.map(|begun| begun.elapsed()).unwrap_or_default(),
            now: SystemTime::now(),
            random: random(),
            refreshed: self.refreshed,
        };
        let wait = match next(self.caller.retry(), &error, facts) {
            Next::Stop => return Err(self.ended(error)),
            Next::Refresh => match self.refresh(&error).await {
                Ok(true) => Duration::ZERO,
                // The same token is refused as often as it is sent.
                Ok(false) => match next(self.caller.retry(), &error, Facts { refreshed: true, ..facts }) {
                    Next::Wait(wait) => wait,
                    Next::Stop | Next::Refresh => return Err(self.ended(error)),
                },
                Err(error) => {
                    telemetry::not_sent(&error);
                    return Err(self.ended(error));
                }
            },
            Next::Wait(wait) => wait,
        };
        if error.carried_out() != CarriedOut::No && !self.was_carried_out() {
            self.unknown = Some(error);
        }
        if !wait.is_zero() {
            telemetry::waits(wait);
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    /// The error with which the call ends. That the last attempt was not carried out says nothing of one before: then the outcome
    /// is as unknown as it was, and the error is the one that said so. It also is if an attempt before was certainly carried out.
    fn ended(&mut self, error: Error) -> Error {
        let was_carried_out = self.was_carried_out();
        match self.unknown.take() {
            Some(unknown)
                if self.effect != Effect::Reads && (was_carried_out || error.carried_out() == CarriedOut::No) =>
            {
                unknown
            }
            _ => error,
        }
    }

    /// Whether an attempt before was certainly carried out.
    fn was_carried_out(&self) -> bool {
        self.unknown.as_ref().is_some_and(|error| error.carried_out() == CarriedOut::Yes)
    }

    /// Asks for another token than the refused one; false if there is only one.
    async fn refresh(&mut self, error: &Error) -> Result<bool, Error> {
        self.refreshed = true;
        let Some(refused) = &self.token else { return Ok(false) };
        let Caller { client, location, .. } = self.caller;
        let fresh = client.tokens().fresh(location, refused, client.timeout()).await;
        self.fresh = fresh.map_err(|failed| Error::Token(failed.after(error.response().cloned())))?;
        if self.fresh.is_some() {
            telemetry::refreshed();
        }
        Ok(self.fresh.is_some())
    }
}
