//! What a program sees of a call while it runs: spans and events of `tracing`, with the names of OpenTelemetry's conventions for
//! HTTP clients. Nothing in them is private: no URL, no query, no body, no token.

use std::borrow::Cow;
use std::time::Duration;

use reqwest::Request;
use tracing::field::Empty;
use tracing::{Level, Span, debug, debug_span, enabled};

use super::called::Called;
use crate::{Error, Response};

/// How many paths of what could not be decoded are named.
const LISTED: usize = 10;

/// The span of a request: of all its attempts, and the waits before them. An upsert that adds tags has two.
pub(super) fn request_span(called: &Called) -> Span {
    debug_span!("leadconnector", leadconnector.operation = called.name())
}

/// The span of an attempt, from connecting to what the answer came to. `sent` is how often the request was sent before.
pub(super) fn attempt_span(called: &Called, request: &Request, sent: u32) -> Span {
    let (method, url, template) = (request.method().as_str(), request.url(), called.path_template());
    debug_span!(
        "HTTP",
        otel.name = template.map_or(Cow::Borrowed(method), |path| format!("{method} {path}").into()).as_ref(),
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = method,
        http.request.resend_count = resend_count(sent),
        http.response.status_code = Empty,
        server.address = url.host_str(),
        server.port = url.port_or_known_default(),
        url.scheme = url.scheme(),
        url.template = template,
        "error.type" = Empty,
    )
}

/// An attempt has succeeded.
pub(super) fn succeeded(span: Span, sent: u32, response: &Response, undecoded: &[String]) {
    if enabled!(Level::DEBUG) {
        ended(&span, sent, Some(response), undecoded, None);
    }
}

/// An attempt has failed.
pub(super) fn failed(span: Span, sent: u32, error: &Error) {
    if enabled!(Level::DEBUG) {
        ended(&span, sent, error.response(), &[], Some(error));
    }
}

fn ended(span: &Span, sent: u32, response: Option<&Response>, undecoded: &[String], error: Option<&Error>) {
    let status = response.map(|response| response.status().as_u16());
    let error_type = error.map(error_type);
    if let Some(status) = status {
        span.record("http.response.status_code", status);
    }
    if let Some(error_type) = &error_type {
        span.record("otel.status_code", "ERROR").record("error.type", &**error_type);
    }
    let limit = response.map(Response::rate_limit).unwrap_or_default();
    debug!(
        parent: span,
        http.request.resend_count = resend_count(sent.saturating_sub(1)),
        http.response.status_code = status,
        "error.type" = error_type.as_deref(),
        error.message = error.map(display),
        leadconnector.trace_id = response.and_then(Response::trace_id).filter(|id| id.len() <= 100),
        leadconnector.remaining = limit.remaining,
        leadconnector.daily_remaining = limit.daily_remaining,
        // By their paths alone: what stands there is somebody's data.
        leadconnector.undecoded =
            (!undecoded.is_empty()).then(|| debug(undecoded.iter().take(LISTED).collect::<Vec<_>>())),
        leadconnector.undecoded_count = (undecoded.len() > LISTED).then_some(undecoded.len()),
        "{}",
        if error.is_some() { "failed" } else { "succeeded" }
    );
}

/// Nothing is sent: there is no token, or no other one; or no place in the budget.
pub(super) fn not_sent(error: &Error) {
    debug!("error.type" = &*error_type(error), error.message = %error, "not sent");
}

/// A place in the location's budget was waited for.
pub(super) fn waited_for_a_place(wait: Duration) {
    debug!(leadconnector.wait_ms = millis(wait), "waited for a place in the location's budget");
}

/// The request is sent again after this time.
pub(super) fn waits(wait: Duration) {
    debug!(leadconnector.wait_ms = millis(wait), "sending again after a wait");
}

pub(super) fn refreshed() {
    debug!("sending again with a fresh token");
}

pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// How often a request was sent before; none for the first time, as the conventions want it.
fn resend_count(sent: u32) -> Option<u32> {
    (sent > 0).then_some(sent)
}

/// The kind of an error, of which there are few: the status where that says it.
fn error_type(error: &Error) -> Cow<'static, str> {
    let kind = match error {
        Error::Undecodable(_) => "undecodable",
        Error::TimedOut(_) => "timed_out",
        Error::BrokenOff(_) => "broken_off",
        Error::TooLarge(_) => "too_large",
        Error::NotConnected(_) => "not_connected",
        Error::Token(_) => "token",
        Error::Pacing(_) => "pacing",
        Error::Invalid(_) => "invalid",
        // The conventions' word for what has none: all others come with a status.
        _ => "_OTHER",
    };
    match error.response() {
        Some(response) if !response.status().is_success() => response.status().as_str().to_owned().into(),
        _ => kind.into(),
    }
}
