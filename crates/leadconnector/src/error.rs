use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;
use leadconnector_raw::{Effect, Operation};

use crate::{BoxError, ContactId, InvalidValue, ListItem, NoteId, PacingError, Response};

/// Why a call failed: a variant for each thing that a caller does differently.
///
/// # Was it carried out?
///
/// What matters after an error is whether the operation was carried out all the same: whether the contact is deleted, the note is
/// there. [`carried_out`](Self::carried_out) answers that. Where the operation creates something, such as a contact,
/// [`created`](Self::created) gives the same answer, with the id of what was created. Creating is not idempotent, so an unknown
/// outcome is looked into, not tried again.
///
/// | variant | what happened | was it carried out? |
/// | --- | --- | --- |
/// | [`Invalid`](Self::Invalid) | a value was refused before anything was sent | no |
/// | [`Token`](Self::Token) | the [`TokenSource`](crate::TokenSource) had no token, or no other one after a 401 | no |
/// | [`Pacing`](Self::Pacing) | the day's allowance of the location is used up, or the store of its budget failed | no |
/// | [`NotConnected`](Self::NotConnected) | no connection could be made | no |
/// | [`Duplicate`](Self::Duplicate) | the location has this contact already | no |
/// | [`Duplicate`](Self::Duplicate) | the same, under 422, or after a first request of which it is unknown what it did | unknown |
/// | [`Unauthorized`](Self::Unauthorized) | 401 | no |
/// | [`Forbidden`](Self::Forbidden) | 403, or a 401 for a location or scope that the token is not for | no |
/// | [`Validation`](Self::Validation) | 422 | unknown: it has been reported that the contact was created |
/// | [`Validation`](Self::Validation) | 400 with a list of messages | no |
/// | [`RateLimited`](Self::RateLimited) | 429 | no |
/// | [`NotFound`](Self::NotFound) | what the call is about is not there | no |
/// | [`Rejected`](Self::Rejected) | another 4xx that says so, such as 400, 404 or 413 | no |
/// | [`Rejected`](Self::Rejected) | another 4xx, such as 408 or 409 | unknown |
/// | [`Unexpected`](Self::Unexpected) | a redirect, which is not followed, or a status beyond the known ones | unknown |
/// | [`Server`](Self::Server) | 5xx | unknown |
/// | [`Undecodable`](Self::Undecodable) | a success, but its body is not what the operation answers with | unknown |
/// | [`TimedOut`](Self::TimedOut) | the answer took too long | unknown |
/// | [`BrokenOff`](Self::BrokenOff) | the connection failed after the request may have left | unknown |
/// | [`TooLarge`](Self::TooLarge) | a success with a body beyond the limit | unknown |
///
/// Whatever the variant, the answer is yes if the id of what the operation creates could be read from what arrived. And if an
/// earlier attempt of a call that changes something may have been carried out, the error is the one that says so, and not a
/// refusal that came later.
///
/// # Privacy
///
/// `Display`, `Debug` and the chain of sources hold no token, nothing from a body, and no URL. What the server said is there
/// for whoever asks for it: [`Response::body`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A value was refused before anything was sent.
    Invalid(InvalidValue),
    /// The [`TokenSource`](crate::TokenSource) had no token, or no other one after a 401.
    Token(TokenError),
    /// The budget of the location does not allow a request, however long one waits, so nothing was sent.
    Pacing(PacingError),
    /// No connection could be made: no such host, no route, nobody listening, or no agreement on TLS.
    NotConnected(TransportError),
    /// The location does not allow duplicated contacts, and has this one already.
    Duplicate(Box<Duplicate>),
    /// The token is not valid, or not any more: 401.
    Unauthorized(Box<Response>),
    /// The token is valid, but not for this location or this operation: 403.
    Forbidden(Box<Response>),
    /// The server does not accept a value: 422, or 400 with a list of messages.
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
    /// The server answered with a success, but its body is not what the operation answers with.
    Undecodable(Box<Undecodable>),
    /// The whole answer did not arrive in time.
    TimedOut(Box<Incomplete>),
    /// The connection failed after the request may have left.
    BrokenOff(Box<Incomplete>),
    /// The server answered with a success, whose body is larger than the client reads.
    TooLarge(Box<Incomplete>),
}

/// Whether an operation was carried out, although its call failed: [`Error::carried_out`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarriedOut {
    /// It was not.
    No,
    /// It was.
    Yes,
    /// It may have been.
    Unknown,
}

/// Whether something was created, although a call to create it failed: [`Error::created`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created<'a> {
    /// Nothing was.
    No,
    /// Something was, and this is its id.
    Yes(&'a CreatedId),
    /// Something may have been.
    Unknown,
}

/// The id of what an operation has created.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CreatedId {
    /// Of a contact.
    Contact(ContactId),
    /// Of a note.
    Note(NoteId),
}

impl CreatedId {
    /// The id that stands at a place of an answer; none if nothing of ours has its id there.
    pub(crate) fn received(place: &[&str], id: String) -> Option<Self> {
        match place {
            ["contact", "id"] => Some(Self::Contact(ContactId::received(id))),
            ["note", "id"] => Some(Self::Note(NoteId::received(id))),
            _ => None,
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Contact(id) => id.as_str(),
            Self::Note(id) => id.as_str(),
        }
    }
}

impl fmt::Display for CreatedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Error {
    /// Whether the operation was carried out all the same. An operation that only reads changes nothing in any case.
    pub fn carried_out(&self) -> CarriedOut {
        if self.response().is_some_and(|response| response.created().is_some()) {
            return CarriedOut::Yes;
        }
        match self {
            Self::Invalid(_)
            | Self::Token(_)
            | Self::Pacing(_)
            | Self::NotConnected(_)
            | Self::Unauthorized(_)
            | Self::Forbidden(_)
            | Self::NotFound(_)
            | Self::RateLimited(_) => CarriedOut::No,
            Self::Duplicate(found) if found.may_be_new => CarriedOut::Unknown,
            Self::Duplicate(_) | Self::Validation(_) => {
                let unprocessable =
                    self.response().is_some_and(|response| response.status() == StatusCode::UNPROCESSABLE_ENTITY);
                if unprocessable { CarriedOut::Unknown } else { CarriedOut::No }
            }
            Self::Rejected(response) if decides(response.status()) => CarriedOut::No,
            Self::Rejected(_)
            | Self::Unexpected(_)
            | Self::Server(_)
            | Self::Undecodable(_)
            | Self::TimedOut(_)
            | Self::BrokenOff(_)
            | Self::TooLarge(_) => CarriedOut::Unknown,
        }
    }

    /// Whether something was created all the same, and its id: the answer of [`carried_out`](Self::carried_out) for an operation
    /// that creates something, such as a contact. Any other operation has created nothing.
    pub fn created(&self) -> Created<'_> {
        if let Some(id) = self.response().and_then(Response::created) {
            return Created::Yes(id);
        }
        match self.operation() {
            Some(Operation { creates: Some(_), .. }) if self.carried_out() == CarriedOut::Unknown => Created::Unknown,
            _ => Created::No,
        }
    }

    /// The items of a list that arrived whole, although the call that asked for the list failed: the error says that they are
    /// not all. Members that cannot be read are missing, as in a list that arrived.
    pub fn items<T: ListItem>(&self) -> Vec<T> {
        self.response().map(Response::items).unwrap_or_default()
    }

    /// The operation; none if nothing was sent.
    fn operation(&self) -> Option<&'static Operation> {
        match self {
            Self::TimedOut(error) | Self::BrokenOff(error) | Self::TooLarge(error) => Some(error.operation),
            _ => self.response().map(Response::operation),
        }
    }

    /// The server's answer, as far as it arrived; none if there was no answer.
    pub fn response(&self) -> Option<&Response> {
        match self {
            Self::Invalid(_) | Self::Pacing(_) | Self::NotConnected(_) => None,
            Self::Token(error) => error.response.as_deref(),
            Self::Duplicate(error) => Some(&error.response),
            Self::Validation(error) => Some(&error.response),
            Self::RateLimited(error) => Some(&error.response),
            Self::Undecodable(error) => Some(&error.response),
            Self::Unauthorized(response)
            | Self::Forbidden(response)
            | Self::NotFound(response)
            | Self::Rejected(response)
            | Self::Unexpected(response)
            | Self::Server(response) => Some(response),
            Self::TimedOut(error) | Self::BrokenOff(error) | Self::TooLarge(error) => error.response.as_ref(),
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
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::NotConnected(error) => Some(error),
            Self::Token(error) => error.source(),
            Self::Pacing(error) => error.source(),
            Self::TimedOut(error) | Self::BrokenOff(error) | Self::TooLarge(error) => {
                error.source.as_ref().map(|error| error as _)
            }
            Self::Invalid(_)
            | Self::Duplicate(_)
            | Self::Unauthorized(_)
            | Self::Forbidden(_)
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

impl From<InvalidValue> for Error {
    fn from(error: InvalidValue) -> Self {
        Self::Invalid(error)
    }
}

/// The contact that is already there: `meta` in the server's answer.
#[non_exhaustive]
pub struct Duplicate {
    /// The id of the contact that is already there: `contactId`.
    pub contact_id: ContactId,
    /// The field in which the two agree, if the server said so: `matchingField`.
    pub matching_field: Option<MatchingField>,
    /// The name of the contact that is already there, if it has one: `contactName`.
    pub contact_name: Option<String>,
    /// The server's answer.
    pub response: Response,
    /// Whether an earlier request of the same call may have created it.
    pub(crate) may_be_new: bool,
}

/// Without the members, which come from a body.
impl fmt::Debug for Duplicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Duplicate").field("response", &self.response).finish_non_exhaustive()
    }
}

/// The field in which a new contact agrees with one that is already there: `matchingField` in the server's answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MatchingField {
    /// `email`.
    Email,
    /// `phone`.
    Phone,
    /// `additionalEmail`: one of the other emails of the contact that is already there.
    AdditionalEmail,
    /// Another field, by the server's name for it.
    Other(String),
}

impl MatchingField {
    pub(crate) fn received(name: String) -> Self {
        match name.as_str() {
            "email" => Self::Email,
            "phone" => Self::Phone,
            "additionalEmail" => Self::AdditionalEmail,
            _ => Self::Other(name),
        }
    }
}

impl fmt::Display for MatchingField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::AdditionalEmail => "additionalEmail",
            Self::Other(name) => name,
        })
    }
}

/// What the server does not accept: `message` in its answer.
#[non_exhaustive]
pub struct Validation {
    /// The server's messages, such as `email must be an email`.
    pub messages: Vec<ValidationMessage>,
    /// The server's answer.
    pub response: Response,
}

impl fmt::Display for Validation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sent = self.response.operation().request;
        let what = if self.response.operation().creates.is_some() { "the contact" } else { "the request" };
        write!(f, "the server does not accept {what} ({})", self.response.status().as_u16())?;
        // Only names that the fragment has: anything else may be a value.
        let known = |message: &ValidationMessage| {
            let field = message.field()?.split('.').next()?.to_owned();
            sent.contains(&field.as_str()).then_some(field)
        };
        let fields: BTreeSet<_> = self.messages.iter().filter_map(known).collect();
        if !fields.is_empty() {
            write!(f, ": {}", Vec::from_iter(fields).join(", "))?;
        }
        f.write_str("; its messages are in the error")
    }
}

/// Without the messages, which come from a body.
impl fmt::Debug for Validation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validation")
            .field("messages", &self.messages.len())
            .field("response", &self.response)
            .finish_non_exhaustive()
    }
}

/// A message of the server about a value.
#[derive(Clone, PartialEq, Eq)]
pub struct ValidationMessage(String);

impl ValidationMessage {
    pub(crate) fn received(text: String) -> Self {
        Self(text)
    }

    /// The message, in the server's words.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The field that the message names, such as `email` or `customFields.0.id`.
    ///
    /// It is read from the forms that the server has been seen to use: `… must be …`, `… should not be …`,
    /// `property … should not exist`, `each value in … must be …`.
    pub fn field(&self) -> Option<String> {
        let mut words = self.0.split(' ');
        let field = match (words.next()?, words.next()?) {
            ("property", name) => name.to_owned(),
            ("each", "value") => words.nth(1)?.to_owned(),
            (name, "must" | "should") => name.to_owned(),
            (path, name) => format!("{}.{name}", path.strip_suffix(".property")?),
        };
        field.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '[' | ']')).then_some(field)
    }
}

impl fmt::Debug for ValidationMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValidationMessage").finish_non_exhaustive()
    }
}

/// Too many requests.
#[derive(Debug)]
#[non_exhaustive]
pub struct RateLimited {
    /// When to try again, from the moment of the answer, if the server said so: `Retry-After`, or else the interval in
    /// `X-RateLimit-Interval-Milliseconds`. None if the allowance of the day is used up and nothing says when it begins
    /// anew.
    pub retry_after: Option<std::time::Duration>,
    /// Whether the allowance of the day is used up: `X-RateLimit-Daily-Remaining` is 0.
    pub day_used_up: bool,
    /// The server's answer.
    pub response: Response,
}

impl RateLimited {
    pub(crate) fn new(response: Response) -> Self {
        let limit = response.rate_limit();
        let day_used_up = limit.daily_remaining == Some(0);
        let interval = limit.interval.filter(|_| !day_used_up);
        Self { retry_after: response.retry_after().or(interval), day_used_up, response }
    }
}

impl fmt::Display for RateLimited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.day_used_up {
            "the allowance of the day is used up (429)"
        } else {
            "too many requests (429)"
        })?;
        match self.retry_after {
            Some(wait) => write!(f, "; try again in {:.1} s", wait.as_secs_f64()),
            None => Ok(()),
        }
    }
}

/// A successful answer that is not what the operation answers with.
#[derive(Debug)]
#[non_exhaustive]
pub struct Undecodable {
    /// What is wrong with it.
    pub reason: UndecodableReason,
    /// The server's answer.
    pub response: Response,
}

/// What is wrong with a successful answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UndecodableReason {
    /// The body is empty.
    Empty,
    /// The body is not JSON: text, or a page of a proxy.
    NotJson,
    /// The body is JSON, but not an object.
    NoObject,
    /// There is no contact with an id in the body.
    NoId,
    /// The list that was asked for is not in the body: it is missing, null, or something else than a list.
    NoList,
    /// The list has more than a thousand items that are no objects with an id.
    BadItems,
    /// The body says that the operation did not succeed.
    Denied,
}

impl UndecodableReason {
    /// Whether the server itself has said so, and would say it again.
    pub(crate) fn is_deliberate(self) -> bool {
        match self {
            Self::Empty | Self::NotJson => false,
            Self::NoObject | Self::NoId | Self::NoList | Self::BadItems | Self::Denied => true,
        }
    }
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            UndecodableReason::Empty => "is empty",
            UndecodableReason::NotJson => "is not JSON",
            UndecodableReason::NoObject => "is not an object",
            UndecodableReason::NoId => "has no contact with an id",
            UndecodableReason::NoList => "does not have the list",
            UndecodableReason::BadItems => "has a list of which too many items cannot be read",
            UndecodableReason::Denied => "says that it did not succeed",
        };
        write!(f, "the server answered {}, but its body {reason}", self.response.status())?;
        let items = matches!(self.reason, UndecodableReason::NotJson | UndecodableReason::BadItems)
            && self.response.operation().list().is_some();
        match known_all_the_same(self.response.operation(), Some(&self.response)) {
            Some(clause) if items || self.response.created().is_some() => write!(f, "; {clause}"),
            _ => Ok(()),
        }
    }
}

/// An answer that did not arrive, or not whole.
#[non_exhaustive]
pub struct Incomplete {
    /// What arrived of the answer; none if not even its status did.
    pub response: Option<Response>,
    /// What went wrong.
    pub source: Option<TransportError>,
    pub(crate) operation: &'static Operation,
}

impl fmt::Debug for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incomplete")
            .field("response", &self.response)
            .field("source", &self.source)
            .field("operation", &self.operation.name)
            .finish()
    }
}

/// What is known all the same, behind a semicolon.
impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match known_all_the_same(self.operation, self.response.as_ref()) {
            Some(clause) => write!(f, "; {clause}"),
            None => Ok(()),
        }
    }
}

/// What is known of an operation whose answer is not there as a whole; none if there is nothing to say.
fn known_all_the_same(operation: &Operation, response: Option<&Response>) -> Option<&'static str> {
    match (response.and_then(Response::created), operation.effect) {
        (Some(CreatedId::Contact(_)), _) => Some("the contact was created, and its id is in the error"),
        (Some(CreatedId::Note(_)), _) => Some("the note was created, and its id is in the error"),
        (None, Effect::Reads) if operation.list().is_some() && response.is_some() => {
            Some("the items that arrived whole are in the error, and are not all")
        }
        (None, Effect::Reads) => None,
        (None, Effect::Repeats | Effect::Once) => Some(match operation.creates {
            Some(["contact", ..]) => "the contact may have been created",
            Some(_) => "what it creates may have been created",
            None => "it may have been carried out",
        }),
    }
}

/// What went wrong with a connection. The chain of sources says more.
#[derive(Debug)]
pub struct TransportError(reqwest::Error);

impl TransportError {
    pub(crate) fn new(error: reqwest::Error) -> Self {
        Self(error.without_url())
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.0.is_connect(), self.0.is_timeout()) {
            (true, true) => "connecting took too long",
            (true, false) => "connecting failed",
            (false, true) => "the time was up",
            (false, false) => "the connection failed",
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

/// A [`TokenSource`](crate::TokenSource) had no token. The source of this error is what it said.
#[derive(Debug)]
pub struct TokenError {
    source: BoxError,
    response: Option<Box<Response>>,
}

impl TokenError {
    pub(crate) fn new(source: BoxError) -> Self {
        Self { source, response: None }
    }

    /// The same, when another token was asked for after a 401.
    pub(crate) fn after(self, response: Option<Response>) -> Self {
        Self { response: response.map(Box::new), ..self }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.response {
            Some(_) => "the server does not accept the token (401), and the token source had no other",
            None => "the token source had no token; nothing was sent",
        })
    }
}

impl StdError for TokenError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}

/// Why a [`Client`](crate::Client) could not be built.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// A value was refused.
    Invalid(InvalidValue),
    /// The HTTP client could not be set up.
    Http(HttpSetupError),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => error.fmt(f),
            Self::Http(error) => error.fmt(f),
        }
    }
}

impl StdError for BuildError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Invalid(_) => None,
            Self::Http(error) => error.source(),
        }
    }
}

impl From<InvalidValue> for BuildError {
    fn from(error: InvalidValue) -> Self {
        Self::Invalid(error)
    }
}

impl From<HttpSetupError> for BuildError {
    fn from(error: HttpSetupError) -> Self {
        Self::Http(error)
    }
}

/// The HTTP client could not be set up, for example because the system's certificates could not be read.
#[derive(Debug)]
pub struct HttpSetupError(reqwest::Error);

impl HttpSetupError {
    pub(crate) fn new(error: reqwest::Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for HttpSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the HTTP client could not be set up")
    }
}

impl StdError for HttpSetupError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_of_a_message() {
        for (text, field) in [
            ("email must be an email", Some("email")),
            ("locationId should not be empty", Some("locationId")),
            ("property additionalEmails should not exist", Some("additionalEmails")),
            ("dndSettings.property RCS should not exist", Some("dndSettings.RCS")),
            ("each value in tags must be a string", Some("tags")),
            ("customFields.0.id must be a string", Some("customFields.0.id")),
            ("Unprocessable Entity", None),
            ("rosan@deos.com must be different", None),
            ("", None),
        ] {
            assert_eq!(ValidationMessage::received(text.into()).field().as_deref(), field, "{text}");
        }
    }
}
