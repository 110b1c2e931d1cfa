//! What fits a custom field, by its kind and its options.

use chrono::NaiveDate;
use serde_json::Number;

use super::{CustomFieldKind, LocationCustomField};
use crate::models::custom_fields::{listed, nearest, quoted};
use crate::{CustomField, CustomFieldValue, Email, InvalidValue, Phone};

impl LocationCustomField {
    /// This field with a value, to write it. A value that does not fit is refused here. The server would drop it, and not say
    /// so.
    ///
    /// | kind | what fits | how it is sent |
    /// | --- | --- | --- |
    /// | text, large text | text | as it is |
    /// | numerical, monetary | a number, or text that is one: digits with a minus sign before them, or with a point and more digits behind | as a number, which is exactly this one |
    /// | single options, radio | one of the options, to the letter | as it is |
    /// | multiple options, checkbox | a list of options, each to the letter; or one as text | as a list |
    /// | date | a [`NaiveDate`], or text of the form `YYYY-MM-DD` | as text |
    /// | email, phone | text that [`Email`] or [`Phone`] takes | as that has it |
    /// | file upload | uploaded files | as they are |
    /// | time, list of text boxes, one that is not known here | anything | as it is |
    ///
    /// Spaces around a number or a date are left out. A number with leading zeros, which it would lose, with an exponent, which programs
    /// write that have rounded, or with more digits than a number can hold is refused; so is one with a comma or a currency.
    ///
    /// Something else than an option fits where the field allows that
    /// ([`other_options_allowed`](Self::other_options_allowed)), or where no options are known. An empty value, which clears the field,
    /// always fits: text without anything but spaces, a list without anything but such texts, no files.
    ///
    /// ```
    /// # use leadconnector::CustomFieldId;
    /// # use leadconnector::custom_fields::{CustomFieldKind, LocationCustomField};
    /// let mut plan = LocationCustomField::new(CustomFieldId::new("3sv6UEo51C9Bmpo1cKTq")?);
    /// plan.name = Some("Plan".into());
    /// plan.kind = Some(CustomFieldKind::SingleOptions);
    /// plan.options = vec!["Basic".into(), "Enterprise annual".into()];
    ///
    /// let field = plan.value("Enterprise annual")?;
    /// assert_eq!(
    ///     plan.value("enterprise annual").unwrap_err().to_string(),
    ///     "customFields[].field_value of `Plan` is none of its options: \
    ///      did you mean `Enterprise annual`?"
    /// );
    /// # Ok::<(), leadconnector::InvalidValue>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The value does not fit. The error says what does, and names the option that was probably meant, or the first few; it does not
    /// have the value.
    pub fn value(&self, value: impl Into<CustomFieldValue>) -> Result<CustomField, InvalidValue> {
        let value = value.into();
        let value = if value.is_empty() { value } else { self.fitting(value)? };
        Ok(CustomField::new(self.id.clone(), value))
    }

    fn fitting(&self, value: CustomFieldValue) -> Result<CustomFieldValue, InvalidValue> {
        use CustomFieldKind as Kind;
        use CustomFieldValue as Value;

        let text = |value, expected| match value {
            Value::Text(text) => Ok(text),
            _ => Err(self.refused(expected)),
        };
        Ok(match &self.kind {
            None | Some(Kind::Time | Kind::TextboxList | Kind::Other(_)) => value,
            Some(Kind::Text | Kind::LargeText) => text(value, "has to be text")?.into(),
            Some(Kind::Numerical | Kind::Monetary) => Value::Number(match value {
                Value::Number(number) => number,
                Value::Text(text) => number(&text).map_err(|reason| self.refused(reason))?,
                _ => return Err(self.refused("has to be a number")),
            }),
            Some(Kind::SingleOptions | Kind::Radio) => {
                let option = text(value, "has to be one of its options, as text")?;
                self.check_option(&option)?;
                option.into()
            }
            Some(Kind::MultipleOptions | Kind::Checkbox) => {
                let options = match value {
                    Value::Choices(options) => options,
                    value => vec![text(value, "has to be a list of its options, as texts")?],
                };
                options.iter().try_for_each(|option| self.check_option(option))?;
                options.into()
            }
            Some(Kind::Date) => {
                let day = text(value, "has to be a day of the form `YYYY-MM-DD`, as text")?;
                date(&day).map_err(|reason| self.refused(reason))?.into()
            }
            Some(Kind::Email) => {
                let email = Email::new(text(value, "has to be an email address, as text")?);
                String::from(email.map_err(|error| self.refused(error.reason()))?).into()
            }
            Some(Kind::Phone) => {
                let phone = Phone::new(text(value, "has to be a phone number, as text")?);
                String::from(phone.map_err(|error| self.refused(error.reason()))?).into()
            }
            Some(Kind::FileUpload) => match value {
                files @ Value::Files(_) => files,
                _ => return Err(self.refused("has to be uploaded files")),
            },
        })
    }

    fn check_option(&self, option: &str) -> Result<(), InvalidValue> {
        if self.options.is_empty()
            || self.other_options_allowed == Some(true)
            || self.options.iter().any(|o| o == option)
        {
            return Ok(());
        }
        Err(self.refused(&match nearest(option, &self.options, |option| option) {
            Some(near) => format!("is none of its options: did you mean {}?", quoted(near)),
            None => format!("is none of its options: {}", listed(self.options.iter().map(|option| quoted(option)))),
        }))
    }

    fn refused(&self, reason: &str) -> InvalidValue {
        InvalidValue::new("customFields[].field_value", format!("of {} {reason}", self.label()))
    }
}

/// The number that a text is, with nothing lost.
fn number(text: &str) -> Result<Number, &'static str> {
    const NO_NUMBER: &str =
        "has to be a number such as `42` or `-19.99`, without an exponent, a currency and separators of thousands";
    let text = text.trim();
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(whole, part)| (whole, Some(part)));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || fraction.is_some_and(|part| !is_digits(part)) {
        return Err(NO_NUMBER);
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return Err("begins with a zero, which a number would lose");
    }
    if let Ok(number) = text.parse::<i64>() {
        return Ok(number.into());
    }
    if let Ok(number) = text.parse::<u64>() {
        return Ok(number.into());
    }
    let number: f64 = text.parse().map_err(|_| NO_NUMBER)?;
    let shortest = if fraction.is_some() { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    if number.to_string() != shortest {
        return Err("has more digits than a number can hold");
    }
    Number::from_f64(number).ok_or(NO_NUMBER)
}

/// The day that a text is.
fn date(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    match text.parse::<NaiveDate>() {
        Ok(day) if text.len() == 10 && day.to_string() == text => Ok(text.to_owned()),
        _ => Err("has to be a day of the form `YYYY-MM-DD`, such as `1990-09-25`"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::{CustomFieldId, UploadedFile};

    const KINDS: [CustomFieldKind; 15] = [
        CustomFieldKind::Text,
        CustomFieldKind::LargeText,
        CustomFieldKind::Numerical,
        CustomFieldKind::Monetary,
        CustomFieldKind::Phone,
        CustomFieldKind::Email,
        CustomFieldKind::SingleOptions,
        CustomFieldKind::Radio,
        CustomFieldKind::MultipleOptions,
        CustomFieldKind::Checkbox,
        CustomFieldKind::Date,
        CustomFieldKind::Time,
        CustomFieldKind::TextboxList,
        CustomFieldKind::FileUpload,
        CustomFieldKind::Other(String::new()),
    ];

    fn field(kind: impl Into<Option<CustomFieldKind>>) -> LocationCustomField {
        let mut field = LocationCustomField::new(CustomFieldId::new("3sv6UEo51C9Bmpo1cKTq").unwrap());
        field.name = Some("Plan".to_owned());
        field.kind = kind.into();
        field
    }

    fn with_options<const N: usize>(kind: CustomFieldKind, options: [&str; N]) -> LocationCustomField {
        LocationCustomField { options: options.map(str::to_owned).into(), ..field(kind) }
    }

    /// The value as it is sent, or what is wrong with it.
    fn sent(field: &LocationCustomField, value: impl Into<CustomFieldValue>) -> Result<Value, String> {
        match field.value(value) {
            Ok(field) => Ok(field.into_request().field_value.unwrap()),
            Err(error) => {
                assert_eq!(error.field(), "customFields[].field_value");
                Err(error.reason().strip_prefix("of `Plan` ").unwrap().to_owned())
            }
        }
    }

    fn files() -> BTreeMap<String, UploadedFile> {
        BTreeMap::from([("f31175d4".to_owned(), UploadedFile::new("https://example.com/file"))])
    }

    #[test]
    fn the_field_is_written_by_its_id() {
        let field = LocationCustomField { key: Some("contact.plan".to_owned()), ..field(CustomFieldKind::Text) };
        assert_eq!(field.value("x").unwrap(), CustomField::new(field.id.clone(), "x"));
    }

    #[test]
    fn text() {
        for kind in [CustomFieldKind::Text, CustomFieldKind::LargeText] {
            let field = with_options(kind, ["an option"]);
            assert_eq!(sent(&field, " two\nlines "), Ok(json!(" two\nlines ")));
            for other in [42.into(), ["a"].into(), files().into()] {
                assert_eq!(sent(&field, CustomFieldValue::clone(&other)), Err("has to be text".to_owned()));
            }
        }
    }

    #[test]
    fn numbers() {
        for kind in [CustomFieldKind::Numerical, CustomFieldKind::Monetary] {
            let field = field(kind);
            let number = |value: &str| sent(&field, value).map(|sent| sent.to_string());
            for (text, number_sent) in [
                ("42", "42"),
                (" 7 ", "7"),
                ("\u{a0}7\t", "7"),
                ("0", "0"),
                ("-5", "-5"),
                ("19.99", "19.99"),
                ("-0.5", "-0.5"),
                ("19.90", "19.9"),
                ("9007199254740993", "9007199254740993"),
                ("18446744073709551615", "18446744073709551615"),
            ] {
                assert_eq!(number(text), Ok(number_sent.to_owned()), "{text}");
            }
            assert_eq!(sent(&field, 42), Ok(json!(42)));
            assert_eq!(sent(&field, CustomFieldValue::try_from(19.99).unwrap()), Ok(json!(19.99)));
            for (text, reason) in [
                ("007", "begins with a zero"),
                ("-01.5", "begins with a zero"),
                ("1e3", "has to be a number such as"),
                ("1.23E+11", "has to be a number such as"),
                ("1,000", "has to be a number such as"),
                ("19,99", "has to be a number such as"),
                ("$5", "has to be a number such as"),
                ("+5", "has to be a number such as"),
                ("- 5", "has to be a number such as"),
                (".5", "has to be a number such as"),
                ("5.", "has to be a number such as"),
                ("-", "has to be a number such as"),
                ("0x1f", "has to be a number such as"),
                ("NaN", "has to be a number such as"),
                ("inf", "has to be a number such as"),
                ("٤٢", "has to be a number such as"),
                ("18446744073709551617", "has more digits than"),
                ("0.12345678901234567890", "has more digits than"),
                ("9007199254740993.5", "has more digits than"),
                (&"9".repeat(400), "has more digits than"),
            ] {
                assert!(number(text).unwrap_err().starts_with(reason), "{text}: {:?}", number(text));
            }
            for other in [["a"].into(), files().into()] {
                assert_eq!(sent(&field, CustomFieldValue::clone(&other)), Err("has to be a number".to_owned()));
            }
        }
    }

    #[test]
    fn one_option() {
        for kind in [CustomFieldKind::SingleOptions, CustomFieldKind::Radio] {
            let mut field = with_options(kind, ["Basic", "Enterprise annual"]);
            assert_eq!(sent(&field, "Enterprise annual"), Ok(json!("Enterprise annual")));
            for near in ["enterprise annual", " Enterprise annual", "Enterprise anual", "enterprise-annual"] {
                let said = "is none of its options: did you mean `Enterprise annual`?";
                assert_eq!(sent(&field, near), Err(said.to_owned()), "{near}");
            }
            let said = "is none of its options: `Basic`, `Enterprise annual`";
            assert_eq!(sent(&field, "MARKER"), Err(said.to_owned()));
            for other in [["Basic"].into(), 1.into(), files().into()] {
                let said = "has to be one of its options, as text";
                assert_eq!(sent(&field, CustomFieldValue::clone(&other)), Err(said.to_owned()));
            }
            field.other_options_allowed = Some(false);
            assert!(sent(&field, "Premium").is_err());
            field.other_options_allowed = Some(true);
            assert_eq!(sent(&field, "Premium"), Ok(json!("Premium")));
        }
        // Nothing is known of its options.
        assert_eq!(sent(&field(CustomFieldKind::Radio), "Premium"), Ok(json!("Premium")));
    }

    #[test]
    fn several_options() {
        for kind in [CustomFieldKind::MultipleOptions, CustomFieldKind::Checkbox] {
            let mut field = with_options(kind, ["red", "green", "blue"]);
            assert_eq!(sent(&field, ["green", "red"]), Ok(json!(["green", "red"])));
            assert_eq!(sent(&field, "green"), Ok(json!(["green"])));
            let said = "is none of its options: did you mean `red`?";
            assert_eq!(sent(&field, ["green", "Red"]), Err(said.to_owned()));
            let said = "is none of its options: `red`, `green`, `blue`";
            assert_eq!(sent(&field, ["green", ""]), Err(said.to_owned()));
            for other in [1.into(), files().into()] {
                let said = "has to be a list of its options, as texts";
                assert_eq!(sent(&field, CustomFieldValue::clone(&other)), Err(said.to_owned()));
            }
            field.other_options_allowed = Some(true);
            assert_eq!(sent(&field, ["green", "mauve"]), Ok(json!(["green", "mauve"])));
        }
    }

    #[test]
    fn many_options_are_not_all_listed() {
        let options: [String; 22] = std::array::from_fn(|number| format!("{number}{}", "x".repeat(number * 5)));
        let field = with_options(CustomFieldKind::Radio, options.each_ref().map(String::as_str));
        let said = "is none of its options: `0`, `1xxxxx`, `2xxxxxxxxxx`, `3xxxxxxxxxxxxxxx`, `4xxxxxxxxxxxxxxxxxxxx` and 17 more";
        assert_eq!(sent(&field, "MARKER"), Err(said.to_owned()));
        let field = with_options(CustomFieldKind::Radio, [&*"a long\noption ".repeat(9)]);
        let said = format!("is none of its options: `{}…`", &"a long option ".repeat(9)[..60]);
        assert_eq!(sent(&field, "MARKER"), Err(said));
    }

    #[test]
    fn days() {
        let field = field(CustomFieldKind::Date);
        let day = NaiveDate::from_ymd_opt(1990, 9, 25).unwrap();
        assert_eq!(sent(&field, day), Ok(json!("1990-09-25")));
        assert_eq!(sent(&field, " 2024-02-29 "), Ok(json!("2024-02-29")));
        let said = "has to be a day of the form `YYYY-MM-DD`, such as `1990-09-25`";
        for text in [
            "2023-02-29",
            "25.09.1990",
            "09/25/1990",
            "1990-9-25",
            "1990-09-25T00:00:00Z",
            "+199-09-25",
            "19900925",
            "soon",
            "1990 09 25",
        ] {
            assert_eq!(sent(&field, text), Err(said.to_owned()), "{text}");
        }
        assert_eq!(sent(&field, NaiveDate::from_ymd_opt(12_345, 1, 1).unwrap()), Err(said.to_owned()));
        assert!(sent(&field, 654_220_800).is_err());
    }

    #[test]
    fn emails_and_phones() {
        let (email, phone) = (field(CustomFieldKind::Email), field(CustomFieldKind::Phone));
        assert_eq!(sent(&email, "rosan@deos.com"), Ok(json!("rosan@deos.com")));
        assert!(sent(&email, "rosan").unwrap_err().starts_with("is not an email address such as"));
        assert_eq!(sent(&phone, "+1\u{202f}512\u{2011}555 0123"), Ok(json!("+1 512-555 0123")));
        assert_eq!(sent(&phone, "+1"), Err("has fewer than 4 digits".to_owned()));
        assert!(sent(&phone, 5_125_550_123_u64).is_err() && sent(&email, ["rosan@deos.com"]).is_err());
    }

    #[test]
    fn uploaded_files() {
        let field = field(CustomFieldKind::FileUpload);
        assert_eq!(sent(&field, files()).unwrap()["f31175d4"]["url"], "https://example.com/file");
        assert_eq!(sent(&field, "https://example.com/file"), Err("has to be uploaded files".to_owned()));
    }

    #[test]
    fn what_is_not_known_takes_anything() {
        let kinds = [CustomFieldKind::Time, CustomFieldKind::TextboxList, CustomFieldKind::Other("X".to_owned())];
        for kind in kinds.map(Some).into_iter().chain([None]) {
            let field = LocationCustomField { options: vec!["a".to_owned()], ..field(kind) };
            assert_eq!(sent(&field, "b"), Ok(json!("b")));
            assert_eq!(sent(&field, 42), Ok(json!(42)));
            assert_eq!(sent(&field, ["b"]), Ok(json!(["b"])));
            assert!(sent(&field, files()).is_ok());
        }
    }

    #[test]
    fn what_is_empty_clears_any_field() {
        for kind in KINDS {
            let field = with_options(kind, ["an option"]);
            assert_eq!(sent(&field, ""), Ok(json!("")));
            assert_eq!(sent(&field, Vec::<String>::new()), Ok(json!([])));
            assert_eq!(sent(&field, BTreeMap::new()), Ok(json!({})));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// A number is sent as it is written, whatever it is.
        #[test]
        fn a_number_stays_what_it_is(whole in any::<i64>(), large in any::<u64>(), float in any::<f64>()) {
            prop_assert_eq!(number(&whole.to_string()).unwrap().as_i64(), Some(whole));
            prop_assert_eq!(number(&large.to_string()).unwrap().as_u64(), Some(large));
            if float.is_finite() {
                prop_assert_eq!(number(&float.to_string()).unwrap().as_f64(), Some(float));
            }
        }

        /// No error has the value, whatever it is and whatever the kind.
        #[test]
        fn no_error_has_the_value(kind in proptest::sample::select(KINDS.to_vec()), rest in ".{0,20}") {
            let field = with_options(kind, ["Basic", "Enterprise annual"]);
            let value = format!("MARKER{rest}");
            for value in [CustomFieldValue::from(value.as_str()), [value.as_str()].into()] {
                if let Err(error) = field.value(value) {
                    prop_assert!(!error.to_string().contains("MARKER"), "{error}");
                }
            }
        }
    }
}
