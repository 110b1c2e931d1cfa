//! What a value stands for: a number, or a date.

use chrono::{DateTime, NaiveDate, NaiveTime};
use serde_json::Value;

/// A number, also one that is written as a text.
pub(crate) fn number(value: &Value) -> Option<f64> {
    let written = || value.as_str()?.trim().parse().ok().filter(|number: &f64| number.is_finite());
    value.as_f64().or_else(written)
}

/// The milliseconds since 1970 of a date: of such a number, of a text as RFC 3339 has it, or of the begin of a day in UTC.
pub(crate) fn milliseconds(date: &Value) -> Option<i64> {
    let moment = |text| DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.timestamp_millis());
    match date {
        Value::Number(_) => date.as_i64(),
        Value::String(text) => moment(text).or_else(|| begin_of_day(text)),
        _ => None,
    }
}

/// The milliseconds since 1970 at which a day begins in UTC.
pub(crate) fn begin_of_day(text: &str) -> Option<i64> {
    let day: NaiveDate = text.parse().ok()?;
    Some(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
}
