//! What an attempt came to: the answer that arrived becomes a value or an error.

use http::StatusCode;
use http::header::SERVER;
use leadconnector_raw as raw;
use raw::document::DUPLICATE_PROPERTIES;
use raw::types::ErrorBody;
use raw::{Content, Member};
use serde::de::DeserializeOwned;

use super::called::Called;
use super::decode::{self, Decoded};
use super::receive::Arrival;
use crate::error::{
    Duplicate, Incomplete, MatchingField, RateLimited, TransportError, Undecodable, UndecodableReason, Validation,
};
use crate::{Answer, Contact, ContactId, Error, InvalidValue, Response};

/// What a successful answer is decoded into, and what a caller gets of it.
pub(crate) trait Read: DeserializeOwned {
    type Value: Send + 'static;

    /// The value; or why it is not there.
    fn read(self, reading: &mut Reading<'_>) -> Result<Self::Value, UndecodableReason>;

    /// The body of a success as this, as far as it can be; none if it is something else, or not all of it has arrived.
    fn decode(called: &Called, body: &[u8], _is_whole: bool) -> Option<Decoded<Self>> {
        decode::strict(body).or_else(|| decode::tolerant(called.answer(), body))
    }

    /// What is wrong with the body of a success of which nothing could be decoded, and at which path, if that is known.
    fn misfit(body: &[u8]) -> (UndecodableReason, Option<String>) {
        (reason(body), None)
    }

    /// The value where the body of a success is empty; none if there has to be something in it.
    fn of_nothing() -> Option<Self::Value> {
        None
    }

    /// What the call is about, by the vendor's word for it, and the value where that is not there (any more) and an earlier
    /// attempt may be the reason; none if that is an error.
    fn of_gone() -> Option<(&'static str, Self::Value)> {
        None
    }
}

/// Refuses an answer with a flag of success that says no. One without any flag is a success.
pub(crate) fn succeeded<const N: usize>(flags: [Option<bool>; N]) -> Result<(), UndecodableReason> {
    if flags.contains(&Some(false)) { Err(UndecodableReason::Denied) } else { Ok(()) }
}

/// What is known of an answer while it is read.
pub(crate) struct Reading<'a> {
    pub(crate) body: &'a [u8],
    /// The paths of what could not be read.
    pub(crate) undecoded: Vec<String>,
    /// Of a list that lacks items, the places of those that it has.
    pub(crate) places: Vec<usize>,
    /// Whether an earlier attempt may have been carried out.
    pub(crate) unknown: bool,
}

impl Reading<'_> {
    /// The contact in the member `contact`.
    pub(crate) fn contact(&mut self, contact: Option<Box<raw::types::Contact>>) -> Result<Contact, UndecodableReason> {
        let mut undecoded = Vec::new();
        let contact = contact.and_then(|contact| Contact::read(*contact, &mut undecoded));
        self.undecoded.extend(undecoded.into_iter().map(|name| format!("contact.{name}")));
        contact.ok_or(UndecodableReason::NoId)
    }

    /// The items of the list in this member. One that cannot be read is left out, and named; so are the members of one that cannot be.
    pub(crate) fn list<T, U>(
        &mut self,
        name: &'static str,
        list: Option<Vec<T>>,
        read: impl Fn(T, &mut Vec<&'static str>) -> Option<U>,
    ) -> Result<Vec<U>, UndecodableReason> {
        let list = list.ok_or_else(|| {
            // There is one, and nearly nothing of it can be read.
            let is_there = decode::items(self.body, name).len() > decode::BAD_ITEMS;
            if is_there { UndecodableReason::BadItems } else { UndecodableReason::NoList }
        })?;
        let (mut places, mut bad) = (Vec::new(), 0);
        let mut items = Vec::with_capacity(list.len());
        for (place, item) in list.into_iter().enumerate() {
            let place = self.places.get(place).copied().unwrap_or(place);
            let mut members = Vec::new();
            match read(item, &mut members) {
                Some(item) => {
                    self.undecoded.extend(members.into_iter().map(|member| format!("{name}[{place}].{member}")));
                    places.push(place);
                    items.push(item);
                }
                None => {
                    bad += 1;
                    if bad > decode::BAD_ITEMS {
                        return Err(UndecodableReason::BadItems);
                    }
                    self.undecoded.push(format!("{name}[{place}]"));
                }
            }
        }
        if bad > 0 {
            self.places = places;
        }
        Ok(items)
    }
}

/// The value of a successful answer; or what happened instead. `unknown` says that an earlier attempt may have been carried out.
pub(crate) fn outcome<R: Read>(
    called: &Called,
    answer: reqwest::Result<(Response, Arrival)>,
    unknown: bool,
) -> Result<Answer<R::Value>, Error> {
    let (response, arrival) = answer.map_err(|error| without_answer(called, error))?;
    if !response.status().is_success() {
        return match (refusal(response.with_created(unknown)), R::of_gone().filter(|_| unknown)) {
            (Error::NotFound(response), Some((thing, value)))
                if texts(&response).any(|text| is_missing(&text, thing)) =>
            {
                Ok(Answer::new(value, *response))
            }
            (error, _) => Err(error),
        };
    }
    // Complete JSON counts, whatever went wrong behind it.
    let is_whole = matches!(arrival, Arrival::Whole);
    if let Some(Decoded { value, undecoded, places }) = R::decode(called, response.body(), is_whole) {
        let mut reading = Reading { body: response.body(), undecoded, places, unknown };
        return match value.read(&mut reading) {
            Ok(value) => {
                let Reading { undecoded, places, .. } = reading;
                Ok(Answer { undecoded, places, ..Answer::new(value, response) })
            }
            // What has an id there may be what was not changed.
            Err(UndecodableReason::Denied) => Err(Undecodable::new(UndecodableReason::Denied, response).into()),
            Err(reason) => Err(Undecodable::new(reason, response.with_created(unknown)).into()),
        };
    }
    let incomplete =
        |response: Response, source| Box::new(Incomplete::of(called, Some(response.with_created(unknown)), source));
    Err(match arrival {
        Arrival::Whole => match (R::misfit(response.body()), R::of_nothing()) {
            ((UndecodableReason::Empty, _), Some(value)) => return Ok(Answer::new(value, response)),
            ((reason, path), _) => {
                Undecodable { path, ..Undecodable::new(reason, response.with_created(unknown)) }.into()
            }
        },
        Arrival::TooLarge => Error::TooLarge(incomplete(response, None)),
        Arrival::BrokenOff(error) if error.is_timeout() => {
            Error::TimedOut(incomplete(response, Some(TransportError::new(error))))
        }
        Arrival::BrokenOff(error) => Error::BrokenOff(incomplete(response, Some(TransportError::new(error)))),
    })
}

fn reason(body: &[u8]) -> UndecodableReason {
    if decode::is_empty(body) {
        UndecodableReason::Empty
    } else if decode::is_json(body) {
        UndecodableReason::NoObject
    } else {
        UndecodableReason::NotJson
    }
}

fn without_answer(called: &Called, error: reqwest::Error) -> Error {
    if error.is_builder() {
        return InvalidValue::new("request", "could not be made").into();
    }
    // A connection that takes too long to make is one that was not made.
    let (connect, timeout) = (error.is_connect(), error.is_timeout());
    let error = TransportError::new(error);
    if connect {
        return Error::NotConnected(error);
    }
    let incomplete = Box::new(Incomplete::of(called, None, Some(error)));
    if timeout { Error::TimedOut(incomplete) } else { Error::BrokenOff(incomplete) }
}

/// The body of an error, member by member.
const ERROR_BODY: &[Member] = &[
    Member { name: "statusCode", content: Content::Value },
    Member { name: "error", content: Content::Value },
    Member { name: "meta", content: Content::Object(DUPLICATE_PROPERTIES) },
];

/// What an answer that is no success says, also if its body did not arrive whole.
fn refusal(response: Response) -> Error {
    let status = response.status();
    let body = decode::tolerant(ERROR_BODY, response.body()).map(|decoded| decoded.value).unwrap_or_default();
    // The messages are read apart from the rest, since one that is no text must not cost the others.
    let ErrorBody { status_code, message: _, error, meta } = body;
    let (mut messages, list) = decode::messages(response.body());
    if messages.is_empty() {
        messages.extend(error);
    }
    // The vendor has answered a refusal of the values with 400, and with 422 in the body alone.
    let unprocessable = list || status_code == Some(422.0);
    let says = |words: &str| messages.iter().any(|message| message.to_lowercase().contains(words));
    // Of a body that broke off, the id may be all that can be read.
    let duplicate_id = decode::text_at(response.body(), &["meta", "contactId"]);
    match status {
        // The gateway in front has given up waiting; nothing is known of what is behind it.
        StatusCode::UNAUTHORIZED if says("command timed out") => {
            let called = response.called().clone();
            Error::TimedOut(Box::new(Incomplete::of(&called, Some(response), None)))
        }
        // The token is good, and another one would be refused as well.
        StatusCode::UNAUTHORIZED
            if says("access to this location")
                || says("not accessible from this token")
                || says("user type mismatch")
                || says("authorized for this scope") =>
        {
            Error::Forbidden(response.into())
        }
        StatusCode::UNAUTHORIZED => Error::Unauthorized(response.into()),
        StatusCode::FORBIDDEN if is_of_the_network(&response) => Error::Blocked(response.into()),
        StatusCode::FORBIDDEN => Error::Forbidden(response.into()),
        StatusCode::TOO_MANY_REQUESTS => RateLimited::new(response).into(),
        _ if status.is_server_error() => Error::Server(response.into()),
        _ if !status.is_client_error() => Error::Unexpected(response.into()),
        _ => match duplicate_id {
            Some(id) => {
                let (matching_field, contact_name) = match meta {
                    Some(raw::types::Duplicate { contact_id: _, contact_name, matching_field }) => {
                        (matching_field, contact_name)
                    }
                    None => (None, None),
                };
                Error::from(Duplicate {
                    matching_field: matching_field.filter(|name| !name.is_empty()).map(MatchingField::received),
                    contact_name: contact_name.filter(|name| !name.is_empty()),
                    ..Duplicate::new(ContactId::received(id), response)
                })
            }
            None if status == StatusCode::UNPROCESSABLE_ENTITY
                || (status == StatusCode::BAD_REQUEST && unprocessable) =>
            {
                Validation::new(messages, response).into()
            }
            // Only where the status says that nothing was carried out.
            None if matches!(status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND)
                && texts(&response).any(|text| is_missing(&text, "")) =>
            {
                Error::NotFound(response.into())
            }
            None => Error::Rejected(response.into()),
        },
    }
}

/// What the server says in words: its messages, and the text in `error`.
fn texts(response: &Response) -> impl Iterator<Item = String> {
    let (messages, _) = decode::messages(response.body());
    messages.into_iter().chain(decode::text_at(response.body(), &["error"]))
}

/// Whether a 403 is the word of the network in front of the server: Cloudflare's, in text, where the server itself speaks JSON.
fn is_of_the_network(response: &Response) -> bool {
    let server = response.headers().get(SERVER).map(|value| value.as_bytes().to_ascii_lowercase());
    let named = server.is_some_and(|server| server.starts_with(b"cloudflare"));
    let body = response.body().trim_ascii_start();
    body.starts_with(b"error code:") || (named && body.starts_with(b"<"))
}

/// Whether a 401 is about the token itself, so that another one may be accepted: it says so, or says nothing that can be read.
pub(crate) fn refuses_the_token(response: &Response) -> bool {
    let mut texts = texts(response).map(|text| text.to_lowercase()).peekable();
    texts.peek().is_none()
        || texts.any(|text| {
            text.contains("jwt")
                || (text.contains("token")
                    && ["invalid", "not valid", "expired", "revoked"].iter().any(|word| text.contains(word))
                    && !["location", "scope", "user type"].iter().any(|word| text.contains(word)))
        })
}

/// Whether a text is `Contact with id … not found`, or the same of another thing.
fn is_missing(text: &str, thing: &str) -> bool {
    text.starts_with(thing) && text.contains(" with id ") && text.trim_end_matches(['.', ' ']).ends_with(" not found")
}
