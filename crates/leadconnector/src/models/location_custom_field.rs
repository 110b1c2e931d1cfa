//! A custom field that a location has, and the two conversions: what is read, and what is written.

mod value;

use std::fmt;

use leadconnector_raw::document::LOCATION_CUSTOM_FIELD_PROPERTIES;
use leadconnector_raw::types as raw;

use super::contact::{listed, read_further};
use super::list_item::{ListItem, Sealed};
use crate::call::decode;
use crate::models::json::as_raw;
use crate::{CustomFieldId, LocationId};

/// A custom field that a location has: an item of `customFields` in the vendor's public specification. [`value`](Self::value)
/// makes a [`CustomField`](crate::CustomField) of it, which can be written.
///
/// Every member but the id may be missing. What arrives as `null` is missing too, and an empty list where it is a list. A member
/// whose value has an unforeseen type is missing as well: [`Answer::undecoded`](crate::Answer::undecoded) names it, and
/// [`Answer::json_at`](crate::Answer::json_at) has it.
///
/// It can be written as JSON with the vendor's names, and read from it; an id is then taken as it is. A test makes one of an id:
///
/// ```
/// use leadconnector::CustomFieldId;
/// use leadconnector::custom_fields::{CustomFieldKind, LocationCustomField};
///
/// let mut plan = LocationCustomField::new(CustomFieldId::new("3sv6UEo51C9Bmpo1cKTq")?);
/// plan.kind = Some(CustomFieldKind::SingleOptions);
/// plan.options = vec!["Basic".into(), "Enterprise annual".into()];
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LocationCustomField {
    /// The id: `id`.
    pub id: CustomFieldId,
    /// The name, as the vendor's forms show it: `name`.
    pub name: Option<String>,
    /// The key, such as `contact.plan`: `fieldKey`.
    pub key: Option<String>,
    /// The kind of its values: `dataType`.
    pub kind: Option<CustomFieldKind>,
    /// What a form shows while it is empty: `placeholder`.
    pub placeholder: Option<String>,
    /// Its place among the fields, from the smallest number on: `position`.
    pub position: Option<f64>,
    /// The options that can be chosen: `picklistOptions`.
    pub options: Vec<String>,
    /// Whether a value may be something other than one of the options: `isAllowedCustomOption`.
    pub other_options_allowed: Option<bool>,
    /// Whether it takes more than one file: `isMultiFileAllowed`.
    pub several_files_allowed: Option<bool>,
    /// How many files it takes at the most: `maxFileLimit`.
    pub max_files: Option<u64>,
    /// The location: `locationId`.
    pub location_id: Option<LocationId>,
    /// What has the field, such as `contact`: `model`.
    pub model: Option<String>,
}

as_raw!(LocationCustomField, raw::LocationCustomField, |field| {
    Self::read(field, &mut Vec::new()).ok_or_else(|| serde::de::Error::custom("has no id"))
});

impl LocationCustomField {
    /// A custom field with this id, and nothing else.
    pub fn new(id: CustomFieldId) -> Self {
        Self {
            id,
            name: None,
            key: None,
            kind: None,
            placeholder: None,
            position: None,
            options: Vec::new(),
            other_options_allowed: None,
            several_files_allowed: None,
            max_files: None,
            location_id: None,
            model: None,
        }
    }

    /// The custom field, with the names of the members that cannot be read; none if it has no id.
    pub(crate) fn read(field: raw::LocationCustomField, undecoded: &mut Vec<&'static str>) -> Option<Self> {
        let raw::LocationCustomField {
            id,
            name,
            field_key,
            placeholder,
            data_type,
            position,
            picklist_options,
            is_allowed_custom_option,
            is_multi_file_allowed,
            max_file_limit,
            location_id,
            model,
        } = field;
        Some(Self {
            id: CustomFieldId::received(id.filter(|id| !id.is_empty())?),
            name,
            key: field_key,
            kind: data_type.map(CustomFieldKind::read),
            placeholder,
            position,
            options: picklist_options.unwrap_or_default(),
            other_options_allowed: is_allowed_custom_option,
            several_files_allowed: is_multi_file_allowed,
            max_files: read_further("maxFileLimit", undecoded, max_file_limit, whole),
            location_id: location_id.map(LocationId::received),
            model,
        })
    }

    fn into_raw(self) -> raw::LocationCustomField {
        let Self {
            id,
            name,
            key,
            kind,
            placeholder,
            position,
            options,
            other_options_allowed,
            several_files_allowed,
            max_files,
            location_id,
            model,
        } = self;
        raw::LocationCustomField {
            id: Some(id.into()),
            name,
            field_key: key,
            placeholder,
            data_type: kind.map(CustomFieldKind::into_raw),
            position,
            picklist_options: listed(options),
            is_allowed_custom_option: other_options_allowed,
            is_multi_file_allowed: several_files_allowed,
            max_file_limit: max_files.map(|files| files as f64),
            location_id: location_id.map(String::from),
            model,
        }
    }
}

impl Sealed for LocationCustomField {
    const LIST: &'static str = "customFields";

    fn read_item(json: &str) -> Option<Self> {
        Self::read(decode::item(LOCATION_CUSTOM_FIELD_PROPERTIES, json)?, &mut Vec::new())
    }
}

impl ListItem for LocationCustomField {}

/// A whole number, which the generated type has as a floating-point one.
fn whole(number: f64) -> Option<u64> {
    let whole = number as u64;
    (whole as f64 == number).then_some(whole)
}

/// The kind of the values of a custom field: `dataType` in the vendor's public specification.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CustomFieldKind {
    /// `TEXT`: a line of text.
    Text,
    /// `LARGE_TEXT`: text of several lines.
    LargeText,
    /// `NUMERICAL`: a number.
    Numerical,
    /// `MONETORY`, as the vendor spells it: an amount of money, as a number.
    Monetary,
    /// `PHONE`: a phone number.
    Phone,
    /// `EMAIL`: an email address.
    Email,
    /// `SINGLE_OPTIONS`: one of the options.
    SingleOptions,
    /// `RADIO`: one of the options.
    Radio,
    /// `MULTIPLE_OPTIONS`: any of the options.
    MultipleOptions,
    /// `CHECKBOX`: any of the options.
    Checkbox,
    /// `DATE`: a day.
    Date,
    /// `TIME`: a time of day.
    Time,
    /// `TEXTBOX_LIST`: several texts, each with a name.
    TextboxList,
    /// `FILE_UPLOAD`: uploaded files.
    FileUpload,
    /// A kind that is not known here.
    Other(String),
}

as_raw!(CustomFieldKind, String);

impl CustomFieldKind {
    fn read(name: String) -> Self {
        match name.as_str() {
            "TEXT" => Self::Text,
            "LARGE_TEXT" => Self::LargeText,
            "NUMERICAL" => Self::Numerical,
            "MONETORY" => Self::Monetary,
            "PHONE" => Self::Phone,
            "EMAIL" => Self::Email,
            "SINGLE_OPTIONS" => Self::SingleOptions,
            "RADIO" => Self::Radio,
            "MULTIPLE_OPTIONS" => Self::MultipleOptions,
            "CHECKBOX" => Self::Checkbox,
            "DATE" => Self::Date,
            "TIME" => Self::Time,
            "TEXTBOX_LIST" => Self::TextboxList,
            "FILE_UPLOAD" => Self::FileUpload,
            _ => Self::Other(name),
        }
    }

    fn into_raw(self) -> String {
        self.to_string()
    }
}

/// The vendor's name.
impl fmt::Display for CustomFieldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Text => "TEXT",
            Self::LargeText => "LARGE_TEXT",
            Self::Numerical => "NUMERICAL",
            Self::Monetary => "MONETORY",
            Self::Phone => "PHONE",
            Self::Email => "EMAIL",
            Self::SingleOptions => "SINGLE_OPTIONS",
            Self::Radio => "RADIO",
            Self::MultipleOptions => "MULTIPLE_OPTIONS",
            Self::Checkbox => "CHECKBOX",
            Self::Date => "DATE",
            Self::Time => "TIME",
            Self::TextboxList => "TEXTBOX_LIST",
            Self::FileUpload => "FILE_UPLOAD",
            Self::Other(name) => name,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn there_is_no_field_without_an_id() {
        for body in [json!({}), json!({"id": null}), json!({"id": ""})] {
            let error = serde_json::from_value::<LocationCustomField>(body.clone()).unwrap_err();
            assert_eq!(error.to_string(), "has no id", "{body}");
        }
    }

    /// Each kind of the vendor's has a variant, and is written as it was read; so is one that is not known.
    #[test]
    fn kinds() {
        let known = [
            "TEXT",
            "LARGE_TEXT",
            "NUMERICAL",
            "PHONE",
            "MONETORY",
            "CHECKBOX",
            "SINGLE_OPTIONS",
            "MULTIPLE_OPTIONS",
            "DATE",
            "TIME",
            "TEXTBOX_LIST",
            "FILE_UPLOAD",
            "RADIO",
            "EMAIL",
        ];
        for name in known.into_iter().chain(["SIGNATURE", "text", ""]) {
            let kind: CustomFieldKind = serde_json::from_value(json!(name)).unwrap();
            assert_eq!(!matches!(kind, CustomFieldKind::Other(_)), known.contains(&name), "{name}");
            assert_eq!(serde_json::to_value(&kind).unwrap(), json!(name));
        }
    }

    #[test]
    fn a_number_of_files() {
        let read = |limit: Value| {
            let mut undecoded = Vec::new();
            let field = serde_json::from_value(json!({"id": "a", "maxFileLimit": limit})).unwrap();
            (LocationCustomField::read(field, &mut undecoded).unwrap().max_files, undecoded.len())
        };
        assert_eq!([json!(3), json!(3.0), json!(null)].map(read), [(Some(3), 0), (Some(3), 0), (None, 0)]);
        assert_eq!([json!(-1), json!(2.5), json!(1e30)].map(read), [(None, 1); 3]);
    }
}
