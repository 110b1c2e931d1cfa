//! Numbers, which the vendor writes without a fraction where they have none.

use serde::Serializer;

/// The numbers that a floating-point number counts exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Writes a number: for fields that are generated.
pub(crate) fn optional<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match *number {
        Some(number) if number.fract() == 0.0 && number.abs() < EXACT => serializer.serialize_some(&(number as i64)),
        Some(number) => serializer.serialize_some(&number),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use crate::types::Contact;

    #[test]
    fn a_whole_number_has_no_fraction() {
        let written =
            |number| serde_json::to_string(&Contact { birth_day: Some(number), ..Contact::default() }).unwrap();
        assert_eq!(written(25.0), r#"{"birthDay":25}"#);
        assert_eq!(written(-1.0), r#"{"birthDay":-1}"#);
        assert_eq!(written(2.5), r#"{"birthDay":2.5}"#);
        assert_eq!(written(1e300), r#"{"birthDay":1e+300}"#);
    }
}
