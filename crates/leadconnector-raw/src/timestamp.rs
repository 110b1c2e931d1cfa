//! Timestamps, read in the form that the vendor uses without the work that any other form takes.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::{Deserializer, Error, Visitor};

/// Reads a timestamp that may be null: for fields that are generated.
pub(crate) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    deserializer.deserialize_option(Optional)
}

struct Optional;

impl<'de> Visitor<'de> for Optional {
    type Value = Option<DateTime<Utc>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a timestamp or null")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        usual(text).map_or_else(|| text.parse().map_err(E::custom), Ok).map(Some)
    }
}

/// The time of `2021-08-31T09:59:41.937Z`, also without the fraction; none for any other form.
fn usual(text: &str) -> Option<DateTime<Utc>> {
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0, |number: u32, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
    };
    let (time, fraction) = match *text.as_bytes() {
        [ref time @ .., b'.', a, b, c, b'Z'] => (time, number(&[a, b, c])?),
        [ref time @ .., b'Z'] => (time, 0),
        _ => return None,
    };
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2] = *time else {
        return None;
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)?;
    let time = day.and_hms_milli_opt(number(&[h1, h2])?, number(&[n1, n2])?, number(&[s1, s2])?, fraction)?;
    Some(time.and_utc())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Holder {
        #[serde(default, deserialize_with = "optional")]
        at: Option<DateTime<Utc>>,
    }

    fn at(json: &str) -> Option<DateTime<Utc>> {
        serde_json::from_str::<Holder>(json).unwrap().at
    }

    #[test]
    fn the_usual_form_is_read_as_chrono_reads_it() {
        for text in
            ["2021-08-31T09:59:41.937Z", "2021-08-31T09:59:41Z", "2024-02-29T23:59:59.000Z", "0001-01-01T00:00:00Z"]
        {
            assert_eq!(usual(text), Some(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn any_other_form_is_chronos() {
        for text in [
            "2021-08-31T11:59:41+02:00",
            "2021-08-31T09:59:41.93Z",
            "2021-08-31T09:59:41.937123Z",
            "2021-08-31 09:59:41Z",
            "2016-12-31T23:59:60Z",
            "2021-02-29T00:00:00Z",
            "+021-08-31T09:59:41Z",
            "2021-08-31T09:59:41z",
            "",
            "Z",
            "20210831T095941.937Z",
        ] {
            assert_eq!(usual(text), None, "{text}");
            let read = serde_json::from_value::<Holder>(serde_json::json!({"at": text})).map(|holder| holder.at).ok();
            assert_eq!(read, text.parse().ok().map(Some), "{text}");
        }
    }

    #[test]
    fn null_and_absent() {
        assert_eq!((at(r#"{"at": null}"#), at("{}")), (None, None));
        assert!(serde_json::from_str::<Holder>(r#"{"at": 1}"#).is_err());
    }
}
