//! Why a call failed: a variant for each thing that a caller does differently. What holds more than an answer has a file of its own.

mod build;
mod carried_out;
mod conversions;
mod duplicate;
mod incomplete;
mod rate_limited;
mod tags_not_added;
mod token;
mod transport;
mod undecodable;
mod unreconciled;
mod validation;

use std::error::Error as StdError;
use std::fmt;

pub use build::{BuildError, HttpSetupError};
pub use carried_out::{CarriedOut, Created, CreatedId};
pub use duplicate::{Duplicate, MatchingField};
use http::StatusCode;
pub use incomplete::Incomplete;
pub use rate_limited::RateLimited;
pub use tags_not_added::TagsNotAdded;
pub use token::TokenError;
pub use transport::TransportError;
pub use undecodable::{Undecodable, UndecodableReason};
pub use unreconciled::Unreconciled;
pub use validation::{Validation, ValidationMessage};

use crate::call::Called;
use crate::{InvalidValue, ListItem, PacingError, Response};

/// Why a call failed. Each variant is something that a program may want to handle differently.
///
/// # Was it carried out?
///
/// What matters after an error is whether the operation was carried out all the same: is the contact deleted, is the note there?
/// [`carried_out`](Self::carried_out) answers that. Where the operation creates something, such as a contact,
/// [`created`](Self::created) gives the same answer, with the id of what was created. Creating is not idempotent, so an unknown
/// outcome is looked into, not tried again.
///
/// | variant | what happened | was it carried out? |
/// | --- | --- | --- |
/// | [`Invalid`](Self::Invalid) | a value was refused before anything was sent | no |
/// | [`Setup`](Self::Setup) | the client could not be built | no |
/// | [`Token`](Self::Token) | the [`TokenSource`](crate::TokenSource) had no token, or no other one after a 401 | no |
/// | [`Pacing`](Self::Pacing) | the day's allowance of the location is used up, the server has asked it to wait, or the store of its budget failed | no |
/// | [`NotConnected`](Self::NotConnected) | no connection could be made | no |
/// | [`Duplicate`](Self::Duplicate) | the location has this contact already | no |
/// | [`Duplicate`](Self::Duplicate) | the same, after a first request of which it is unknown what it did | unknown |
/// | [`Unauthorized`](Self::Unauthorized) | 401 | no |
/// | [`Forbidden`](Self::Forbidden) | 403, or a 401 for a location, a scope or a kind of user that the token is not for | no |
/// | [`Blocked`](Self::Blocked) | 403 of the network in front of the server | no |
/// | [`Validation`](Self::Validation) | 422 with a message that names a member of the request | no |
/// | [`Validation`](Self::Validation) | 400 with a list of messages, or with 422 in its body | no |
/// | [`Validation`](Self::Validation) | 422 that names none | unknown: it has been reported that the contact was created |
/// | [`RateLimited`](Self::RateLimited) | 429 | no |
/// | [`NotFound`](Self::NotFound) | what the call is about is not there | no |
/// | [`Rejected`](Self::Rejected) | another 4xx that says so, such as 400, 404 or 413 | no |
/// | [`Rejected`](Self::Rejected) | another 4xx, such as 408 or 409 | unknown |
/// | [`Unexpected`](Self::Unexpected) | a redirect, which is not followed, or a status beyond the known ones | unknown |
/// | [`Server`](Self::Server) | 5xx | unknown |
/// | [`Undecodable`](Self::Undecodable) | a success, but its body is not what the operation answers with | unknown |
/// | [`TimedOut`](Self::TimedOut) | the answer took too long, for us or for the vendor's gateway (401 `Command timed out`) | unknown |
/// | [`BrokenOff`](Self::BrokenOff) | the connection failed after the request may have left | unknown |
/// | [`TooLarge`](Self::TooLarge) | a success with a body beyond the limit | unknown |
/// | [`Unreconciled`](Self::Unreconciled) | one of these, and a look-up found a contact that may be an older one | unknown |
/// | [`TagsNotAdded`](Self::TagsNotAdded) | a contact was upserted, and the request that adds its tags failed | yes |
///
/// Whatever the variant, the answer is yes if the id of what the operation creates could be read from what arrived. And if an
/// earlier attempt of a call that changes something may have been carried out, the error is the one that says so, and not a
/// refusal that came later.
///
/// # Privacy
///
/// `Display`, `Debug` and the chain of sources hold no token, nothing from a body, and no URL; but [`Invalid`](Self::Invalid) may
/// say what a location calls its custom fields and their options. What the server said is there for whoever asks for it:
/// [`Response::body`].
///
/// # Conversions
///
/// Each error of this crate that stands for one variant becomes an [`Error`] by `?`: also those of what comes before a call, a value
/// that is refused and a client that cannot be built.
///
/// # Clones
///
/// Those who waited for one answer share its error: [`Contacts::custom_fields`](crate::Contacts::custom_fields).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// A value was refused before anything was sent.
    Invalid(InvalidValue),
    /// The HTTP client could not be set up: one of the two cases of [`BuildError`].
    Setup(HttpSetupError),
    /// The [`TokenSource`](crate::TokenSource) had no token, or no other token after a 401.
    Token(TokenError),
    /// The day's allowance of the location is used up, the server has asked the location to wait, or the store of its budget failed;
    /// nothing was sent.
    Pacing(PacingError),
    /// No connection could be made: no such host, no route, nobody listening, or no agreement on TLS.
    NotConnected(TransportError),
    /// The location does not allow duplicated contacts, and has this one already.
    Duplicate(Box<Duplicate>),
    /// The token is not valid, or not any more: 401.
    Unauthorized(Box<Response>),
    /// The token is valid, but not for this location or this operation: 403, or a 401 that says so.
    Forbidden(Box<Response>),
    /// The network in front of the server refused the request: 403 of Cloudflare, as it has been seen for a request without a
    /// familiar `User-Agent`. It says nothing of the token or the location.
    Blocked(Box<Response>),
    /// The server does not accept a value: 422, or 400 with a list of messages or with 422 in its body.
    Validation(Box<Validation>),
    /// Too many requests: 429.
    RateLimited(Box<RateLimited>),
    /// The contact, or whatever the call is about, is not there. The server says so in a text, under 400 or 404; a 404 without
    /// such a text is a path that the server does not know.
    NotFound(Box<Response>),
    /// The server refused the request for another reason: another 4xx.
    Rejected(Box<Response>),
    /// The server answered with a status that is neither a success nor an error.
    Unexpected(Box<Response>),
    /// The server failed: 5xx.
    Server(Box<Response>),
    /// The server answered with a success, but the body is not an answer to this operation.
    Undecodable(Box<Undecodable>),
    /// The whole answer did not arrive in time, or the vendor's gateway gave up waiting: 401 `Command timed out`.
    TimedOut(Box<Incomplete>),
    /// The connection failed after the request may have left.
    BrokenOff(Box<Incomplete>),
    /// The server answered with a success, but the body is larger than the client reads.
    TooLarge(Box<Incomplete>),
    /// It is unknown whether the contact was created. [`ClientBuilder::reconcile`](crate::ClientBuilder::reconcile) has found a
    /// contact, but this call may not be the one that created it.
    Unreconciled(Box<Unreconciled>),
    /// A contact was upserted, and the request that adds its tags failed. The error has the contact.
    TagsNotAdded(Box<TagsNotAdded>),
}

impl Error {
    /// Whether the operation was carried out all the same. An operation that only reads changes nothing in any case.
    pub fn carried_out(&self) -> CarriedOut {
        if self.response().is_some_and(|response| response.created().is_some()) {
            return CarriedOut::Yes;
        }
        match self {
            Self::TagsNotAdded(_) => CarriedOut::Yes,
            Self::Invalid(_)
            | Self::Setup(_)
            | Self::Token(_)
            | Self::Pacing(_)
            | Self::NotConnected(_)
            | Self::Unauthorized(_)
            | Self::Forbidden(_)
            | Self::Blocked(_)
            | Self::NotFound(_)
            | Self::RateLimited(_) => CarriedOut::No,
            Self::Duplicate(found) if found.may_be_new => CarriedOut::Unknown,
            Self::Duplicate(_) => CarriedOut::No,
            // A refusal names what it refuses. A 422 that does not was reported once for a contact that was created.
            Self::Validation(error)
                if error.response.status() == StatusCode::UNPROCESSABLE_ENTITY && !error.names_a_member() =>
            {
                CarriedOut::Unknown
            }
            Self::Validation(_) => CarriedOut::No,
            Self::Rejected(response) if decides(response.status()) => CarriedOut::No,
            Self::Rejected(_)
            | Self::Unexpected(_)
            | Self::Server(_)
            | Self::Undecodable(_)
            | Self::TimedOut(_)
            | Self::BrokenOff(_)
            | Self::TooLarge(_)
            | Self::Unreconciled(_) => CarriedOut::Unknown,
        }
    }

    /// Whether something was created all the same, and its id: the answer of [`carried_out`](Self::carried_out) for an operation
    /// that creates something, such as a contact. Any other operation has created nothing; a
    /// [request of the program's own](crate::Client::request) may have, save one that only reads. An upsert that was carried out has created
    /// nothing if the contact was there already, and it is unknown if the answer does not say so.
    pub fn created(&self) -> Created<'_> {
        if let Self::TagsNotAdded(error) = self {
            return error.created();
        }
        if let Some(response) = self.response()
            && let Some(id) = response.created()
        {
            return Created::of(id, response.is_new());
        }
        match self.called() {
            Some(called) if called.may_create() && self.carried_out() == CarriedOut::Unknown => Created::Unknown,
            _ => Created::No,
        }
    }

    /// The items of a list that arrived whole, although the call that asked for the list failed. They may not be all. Members
    /// that cannot be read are missing, as in a list that arrived.
    pub fn items<T: ListItem>(&self) -> Vec<T> {
        self.response().map(Response::items).unwrap_or_default()
    }

    /// What was called; none if nothing was sent.
    fn called(&self) -> Option<&Called> {
        match self {
            Self::TimedOut(error) | Self::BrokenOff(error) | Self::TooLarge(error) => Some(&error.called),
            Self::Unreconciled(error) => error.error.called(),
            Self::TagsNotAdded(error) => error.error.called(),
            _ => self.response().map(Response::called),
        }
    }

    /// The server's answer, as far as it arrived; none if there was no answer.
    pub fn response(&self) -> Option<&Response> {
        match self {
            Self::Invalid(_) | Self::Setup(_) | Self::Pacing(_) | Self::NotConnected(_) => None,
            Self::Token(error) => error.response.as_deref(),
            Self::Duplicate(error) => Some(&error.response),
            Self::Validation(error) => Some(&error.response),
            Self::RateLimited(error) => Some(&error.response),
            Self::Undecodable(error) => Some(&error.response),
            Self::Unauthorized(response)
            | Self::Forbidden(response)
            | Self::Blocked(response)
            | Self::NotFound(response)
            | Self::Rejected(response)
            | Self::Unexpected(response)
            | Self::Server(response) => Some(response),
            Self::TimedOut(error) | Self::BrokenOff(error) | Self::TooLarge(error) => error.response.as_ref(),
            Self::Unreconciled(error) => error.error.response(),
            Self::TagsNotAdded(error) => error.error.response(),
        }
    }
}

/// Whether a status other than the known ones says that the request was not carried out. The others are also given by
/// servers in between, which may have passed the request on.
fn decides(status: StatusCode) -> bool {
    matches!(status.as_u16(), 400 | 402 | 404..=407 | 410..=417 | 421 | 426 | 428 | 431 | 451)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => error.fmt(f),
            Self::Setup(error) => error.fmt(f),
            Self::Token(error) => error.fmt(f),
            Self::Pacing(error) => error.fmt(f),
            Self::NotConnected(_) => f.write_str("no connection to the server could be made; nothing was sent"),
            Self::Duplicate(error) => {
                f.write_str("the location does not allow duplicated contacts, and has this one already")?;
                match &error.matching_field {
                    Some(MatchingField::Other(_)) | None => Ok(()),
                    Some(field) => write!(f, " (the same {field})"),
                }
            }
            Self::Unauthorized(_) => {
                f.write_str("the server does not accept the token (401): is it current, and of this sub-account?")
            }
            Self::Forbidden(response) => {
                write!(f, "the token is not for this location or operation ({})", response.status().as_u16())
            }
            Self::Blocked(_) => f.write_str(
                "the network in front of the server refused the request (403): is a `User-Agent` sent, and may this machine call it?",
            ),
            Self::Validation(error) => error.fmt(f),
            Self::RateLimited(error) => error.fmt(f),
            Self::NotFound(response) => {
                write!(f, "what the call is about is not there ({})", response.status().as_u16())
            }
            Self::Rejected(response) => write!(f, "the server refused the request: {}", response.status()),
            Self::Unexpected(response) if response.status().is_redirection() => {
                write!(
                    f,
                    "the server redirects ({}), which is not followed: is the base URL right?",
                    response.status().as_u16()
                )
            }
            Self::Unexpected(response) => {
                write!(f, "the server answered with an unexpected status: {}", response.status())
            }
            Self::Server(response) => write!(f, "the server failed: {}", response.status()),
            Self::Undecodable(error) => error.fmt(f),
            Self::TimedOut(error) => write!(f, "the answer did not arrive in time{error}"),
            Self::BrokenOff(error) => write!(f, "the connection failed after the request may have left{error}"),
            Self::TooLarge(error) => write!(f, "the answer is larger than the client reads{error}"),
            Self::Unreconciled(error) => error.fmt(f),
            Self::TagsNotAdded(error) => error.fmt(f),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::NotConnected(error) => Some(error),
            Self::Setup(error) => error.source(),
            Self::Token(error) => error.source(),
            Self::Pacing(error) => error.source(),
            Self::Unreconciled(error) => error.error.source(),
            Self::TagsNotAdded(error) => error.error.source(),
            Self::TimedOut(error) | Self::BrokenOff(error) | Self::TooLarge(error) => {
                error.source.as_ref().map(|error| error as _)
            }
            Self::Invalid(_)
            | Self::Duplicate(_)
            | Self::Unauthorized(_)
            | Self::Forbidden(_)
            | Self::Blocked(_)
            | Self::Validation(_)
            | Self::RateLimited(_)
            | Self::NotFound(_)
            | Self::Rejected(_)
            | Self::Unexpected(_)
            | Self::Server(_)
            | Self::Undecodable(_) => None,
        }
    }
}
