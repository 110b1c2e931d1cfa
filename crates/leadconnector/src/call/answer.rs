mod not_taken;

use std::fmt;

use http::{HeaderMap, StatusCode};
pub use not_taken::NotTaken;
use serde_json::Value;

use super::decode;
use crate::{RateLimit, Response};

/// The value of a call, with all that came with it: [`Call::answer`](crate::Call::answer) yields it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Answer<T> {
    /// The value that the operation answers with.
    pub value: T,
    pub(crate) response: Response,
    pub(crate) undecoded: Vec<String>,
    /// Of a list, the places of its items in the answer; empty if none was left out.
    pub(crate) places: Vec<usize>,
    pub(crate) attempts: u32,
    pub(crate) not_taken: Vec<NotTaken>,
}

impl<T> Answer<T> {
    /// A value, and the answer that it came with: for a test, in which nothing was sent. All of it could be read, nothing was left
    /// out, and one attempt was made.
    pub fn new(value: T, response: Response) -> Self {
        Self { value, response, undecoded: Vec::new(), places: Vec::new(), attempts: 1, not_taken: Vec::new() }
    }

    /// The paths of the members that could not be read, such as `contact.tags[3]` or `notes[3].body`, and of the items of a list
    /// that are no objects or have no id, such as `notes[3]`; none as a rule. [`json_at`](Self::json_at) has what is there.
    pub fn undecoded(&self) -> &[String] {
        &self.undecoded
    }

    /// What was sent, but the server did not write, and did not say so. As a rule, this is empty.
    /// [`Contacts::create`](crate::Contacts::create) and [`Contacts::update`](crate::Contacts::update) look for custom fields,
    /// and [`Contacts::upsert`](crate::Contacts::upsert) for each [`NotTaken`].
    ///
    /// What could not be read of the answer may be what was sent: so no custom field is named if [`undecoded`](Self::undecoded) names
    /// `contact.customFields` or one of its items, or if one of them has no id.
    pub fn not_taken(&self) -> &[NotTaken] {
        &self.not_taken
    }

    /// How many times the request was sent, 1 or more. For a contact that was looked up after an unknown outcome, it counts the look-up.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The answer of the server.
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The body. It may hold a person's data.
    pub fn body(&self) -> &[u8] {
        self.response.body()
    }

    /// What the vendor's support asks for: `traceId` in the body.
    pub fn trace_id(&self) -> Option<String> {
        self.response.trace_id()
    }

    /// How much the server still allows.
    pub fn rate_limit(&self) -> RateLimit {
        self.response.rate_limit()
    }

    /// The body as JSON. It also has the members that the value does not have.
    ///
    /// It is read on each call; null if the body has something that cannot be held: nesting beyond a hundred levels, half of a
    /// surrogate pair, a number beyond what a float can be. [`body`](Self::body) has the bytes.
    pub fn json(&self) -> Value {
        decode::value(self.body()).unwrap_or_default()
    }

    /// The JSON at a path, such as `contact.createdBy`, `contact.dndSettings.RCS` or `notes[3]`. None if nothing is there, or
    /// something that Rust cannot hold.
    ///
    /// It is read on each call, and nothing else of the body is.
    pub fn json_at(&self, path: &str) -> Option<Value> {
        decode::value_at(self.body(), path)
    }
}

impl<T> Answer<T> {
    /// The same answer with another value.
    pub(crate) fn map<U>(self, map: impl FnOnce(T) -> U) -> Answer<U> {
        let Self { value, response, undecoded, places, attempts, not_taken } = self;
        Answer { value: map(value), response, undecoded, places, attempts, not_taken }
    }
}

impl<T> Answer<Option<T>> {
    /// The same of the value; none if there is none.
    pub(crate) fn transposed(self) -> Option<Answer<T>> {
        let Self { value, response, undecoded, places, attempts, not_taken } = self;
        Some(Answer { value: value?, response, undecoded, places, attempts, not_taken })
    }
}

impl<T> Answer<Vec<T>> {
    /// An item of the list as JSON, also with the members that the value does not have. None if there is no such item, or if it
    /// has something that Rust cannot hold.
    ///
    /// The place is the one in [`value`](Self::value) as it came, counted from 0, also if items before it could not be decoded. It
    /// is read on each call, by going through the list up to it.
    pub fn item_json(&self, place: usize) -> Option<Value> {
        let list = self.response.called().list()?;
        self.value.get(place)?;
        let place = self.places.get(place).copied().unwrap_or(place);
        self.json_at(&format!("{list}[{place}]"))
    }
}

/// The value, which may hold a person's data, and what is known of the answer without looking into it.
impl<T: fmt::Debug> fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("value", &self.value)
            .field("undecoded", &self.undecoded)
            .field("not_taken", &self.not_taken)
            .field("response", &self.response)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}
