use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};

use leadconnector_raw::operations::CREATE_CONTACT;

use super::called::Called;
use super::decode::{self, TRACE_ID};
use crate::{CreatedId, Effect, ListItem};

/// An answer of the server.
#[derive(Clone)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    called: Called,
    /// What was created in spite of the error, or was there already.
    created: Option<CreatedId>,
    /// Whether it was created; none if that is not known.
    is_new: Option<bool>,
}

impl Response {
    /// An answer that a test makes: to try what a program does with an error, or with an [`Answer`](crate::Answer).
    ///
    /// It is one to a request of which nothing is known: whether that was carried out is unknown wherever the status does not say it.
    pub fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Vec<u8>>) -> Self {
        Self::received(status, headers, body.into().into(), Called::other(Effect::Once, Vec::new()))
    }

    /// The same answer, as one to the creation of a contact, for a test. An error then has the id that is in it, and knows that
    /// a 422 which names a member of a contact is a refusal.
    #[must_use]
    pub fn of_creation(self) -> Self {
        Self { called: Called::Operation(&CREATE_CONTACT), ..self }.with_created(false)
    }

    pub(crate) fn received(status: StatusCode, headers: HeaderMap, body: Bytes, called: Called) -> Self {
        Self { status, headers, body, called, created: None, is_new: None }
    }

    /// The same, with the id of what was created if it can be read from what arrived. `unknown` says that an earlier attempt may have
    /// been carried out.
    pub(crate) fn with_created(self, unknown: bool) -> Self {
        let created = self.called.creates().and_then(|place| {
            let id = decode::text_at(&self.body, place)?;
            CreatedId::received(place, id)
        });
        let is_new = match self.called.effect() {
            // An upsert, which may have found what an earlier attempt created.
            Effect::Repeats => decode::bool_at(&self.body, "new").filter(|new| *new || !unknown),
            Effect::Reads | Effect::Once => Some(true),
        };
        Self { created, is_new, ..self }
    }

    /// The id that an answer has in spite of the error, where the operation has that of what it creates.
    pub(crate) fn created(&self) -> Option<&CreatedId> {
        self.created.as_ref()
    }

    /// Whether what has this id was created, and was not there already; none if that is not known.
    pub(crate) fn is_new(&self) -> Option<bool> {
        self.is_new
    }

    pub(crate) fn called(&self) -> &Called {
        &self.called
    }

    /// The items of a list that arrived whole; none if the body has no such list.
    pub(crate) fn items<T: ListItem>(&self) -> Vec<T> {
        decode::items(&self.body, T::LIST).into_iter().filter_map(|item| T::read_item(&item)).collect()
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, as far as it arrived. It may hold a person's data.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// What the vendor's support asks for: `traceId` in the body.
    pub fn trace_id(&self) -> Option<String> {
        decode::text_at(&self.body, &TRACE_ID)
    }

    /// How much the server still allows.
    pub fn rate_limit(&self) -> RateLimit {
        RateLimit::of(&self.headers)
    }

    /// How long the server asks to wait: the header `Retry-After`, in seconds or as a date.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(&self.headers, SystemTime::now())
    }
}

/// Without the headers and the body, which may hold a person's data.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// How much the server allows a location, as the headers of an answer say it. A header that is absent, or is not a number,
/// is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests in a day: `X-RateLimit-Limit-Daily`.
    pub daily_limit: Option<u64>,
    /// Requests left today: `X-RateLimit-Daily-Remaining`.
    pub daily_remaining: Option<u64>,
    /// The time until the day's allowance begins anew: `X-RateLimit-Daily-Reset`, in milliseconds.
    pub daily_reset: Option<Duration>,
    /// The length of an interval: `X-RateLimit-Interval-Milliseconds`.
    pub interval: Option<Duration>,
    /// Requests in an interval: `X-RateLimit-Max`.
    pub max: Option<u64>,
    /// Requests left in this interval: `X-RateLimit-Remaining`.
    pub remaining: Option<u64>,
}

impl RateLimit {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut limit = Self::default();
        // One look at each header is less work than six look-ups.
        for (name, value) in headers {
            let Some(name) = name.as_str().strip_prefix("x-ratelimit-") else { continue };
            let number = || std::str::from_utf8(value.as_bytes().trim_ascii()).ok()?.parse().ok();
            match name {
                "limit-daily" => limit.daily_limit = limit.daily_limit.or_else(number),
                "daily-remaining" => limit.daily_remaining = limit.daily_remaining.or_else(number),
                "daily-reset" => limit.daily_reset = limit.daily_reset.or_else(|| number().map(Duration::from_millis)),
                "interval-milliseconds" => {
                    limit.interval = limit.interval.or_else(|| number().map(Duration::from_millis))
                }
                "max" => limit.max = limit.max.or_else(number),
                "remaining" => limit.remaining = limit.remaining.or_else(number),
                _ => {}
            }
        }
        limit
    }
}

/// The wait of `Retry-After`. A date is compared with the server's clock where the answer shows it.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(value).ok()?.to_utc();
    Some((until - date(headers).unwrap_or_else(|| now.into())).to_std().unwrap_or_default())
}

/// The time of an answer by the server's clock.
pub(crate) fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc2822(headers.get(DATE)?.to_str().ok()?).ok()?.to_utc())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn forms_of_retry_after() {
        // Sunday, 6 November 1994, 08:49:37.
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let wait = |value: &'static str, date: Option<&'static str>| {
            let mut headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(value))]);
            headers.extend(date.map(|date| (DATE, HeaderValue::from_static(date))));
            retry_after(&headers, now).map(|wait| wait.as_secs())
        };
        assert_eq!(wait("7", None), Some(7));
        assert_eq!(wait(" 0 ", None), Some(0));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:47 GMT", None), Some(10));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:00 GMT", None), Some(0));
        assert_eq!(wait("Sun, 06 Nov 1994 09:00:07 GMT", Some("Sun, 06 Nov 1994 09:00:00 GMT")), Some(7));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:47 GMT", Some("noon")), Some(10));
        for nonsense in ["", "soon", "-1", "1.5", "99999999999999999999"] {
            assert_eq!(wait(nonsense, None), None, "{nonsense}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn headers_that_are_no_numbers_are_none() {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-max", HeaderValue::from_static("100"));
        headers.insert("x-ratelimit-remaining", HeaderValue::from_static("many"));
        headers.insert("x-ratelimit-interval-milliseconds", HeaderValue::from_static("10000"));
        let expected = RateLimit { max: Some(100), interval: Some(Duration::from_secs(10)), ..RateLimit::default() };
        assert_eq!(RateLimit::of(&headers), expected);
    }
}
