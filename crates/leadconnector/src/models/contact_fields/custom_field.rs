use std::collections::BTreeMap;

use chrono::NaiveDate;
use leadconnector_raw::types as raw;
use serde_json::{Map, Number, Value};

use crate::{CustomFieldId, InvalidValue, Optional};

/// A custom field to write: an item of `customFields` on the page. [`new`](Self::new) makes one of an id.
/// [`Contacts::custom_fields`](crate::Contacts::custom_fields) makes one by its name, with a value that was checked.
///
/// ```
/// use leadconnector::CustomFieldId;
/// use leadconnector::custom_fields::CustomField;
///
/// let id = CustomFieldId::new("6dvNaf7VhkQ9snc5vnjJ")?;
/// let text = CustomField::new(id.clone(), "My Text").key("my_custom_field");
/// let number = CustomField::new(id.clone(), 42);
/// let choices = CustomField::new(id, ["red", "green"]);
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CustomField {
    /// The id of the custom field: `id` on the page.
    pub id: CustomFieldId,
    /// The key of the custom field: `key` on the page.
    pub key: Option<String>,
    /// The value: `field_value` on the page.
    pub value: CustomFieldValue,
}

impl CustomField {
    /// A custom field by its id, `id` on the page, with its value, `field_value`.
    pub fn new(id: CustomFieldId, value: impl Into<CustomFieldValue>) -> Self {
        Self { id, key: None, value: value.into() }
    }

    /// The key of the custom field: `key` on the page. Its example is `my_custom_field`.
    #[inline]
    #[must_use]
    pub fn key(mut self, key: impl Into<Optional<String>>) -> Self {
        self.key = key.into().0;
        self
    }

    /// The ids of those that have a value. An empty one is none, and is not expected in the answer.
    pub(crate) fn filled(fields: &[Self]) -> Vec<CustomFieldId> {
        let filled = fields.iter().filter(|field| !field.value.is_empty());
        filled.map(|field| field.id.clone()).collect()
    }

    pub(crate) fn into_request(self) -> raw::CustomField {
        let Self { id, key, value } = self;
        let value = match value {
            CustomFieldValue::Text(text) => Value::String(text),
            CustomFieldValue::Number(number) => Value::Number(number),
            CustomFieldValue::Choices(choices) => choices.into(),
            CustomFieldValue::Files(files) => {
                Value::Object(files.into_iter().map(|(uuid, file)| file.into_request(uuid)).collect())
            }
        };
        raw::CustomField { id: id.into(), key, field_value: Some(value) }
    }
}

/// The value of a custom field: `field_value` on the page.
///
/// The page documents text. The vendor's public specification takes the others too, each for its types of field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CustomFieldValue {
    /// Text, or one choice: for text, large text, single select and radio fields.
    Text(String),
    /// A number: for numeric and monetary fields.
    Number(Number),
    /// Several choices: for checkbox and multi-select fields.
    Choices(Vec<String>),
    /// Uploaded files, by the UUID under which the vendor keeps each: for file fields.
    Files(BTreeMap<String, UploadedFile>),
}

impl CustomFieldValue {
    /// Whether there is nothing in it but spaces.
    pub(in crate::models) fn is_empty(&self) -> bool {
        let blank = |text: &String| text.trim().is_empty();
        match self {
            Self::Text(text) => blank(text),
            Self::Number(_) => false,
            Self::Choices(choices) => choices.iter().all(blank),
            Self::Files(files) => files.is_empty(),
        }
    }
}

impl From<String> for CustomFieldValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for CustomFieldValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// The form of a date field, `YYYY-MM-DD`.
impl From<NaiveDate> for CustomFieldValue {
    fn from(day: NaiveDate) -> Self {
        Self::Text(day.to_string())
    }
}

macro_rules! from_number {
    ($($number:ty),*) => {
        $(impl From<$number> for CustomFieldValue {
            fn from(number: $number) -> Self {
                Self::Number(number.into())
            }
        })*
    };
}
from_number!(i32, u32, i64, u64);

impl TryFrom<f64> for CustomFieldValue {
    type Error = InvalidValue;

    /// # Errors
    ///
    /// The number is infinite or not a number, which JSON cannot say.
    fn try_from(number: f64) -> Result<Self, Self::Error> {
        let number = Number::from_f64(number)
            .ok_or_else(|| InvalidValue::new("customFields[].field_value", "is infinite or not a number"))?;
        Ok(Self::Number(number))
    }
}

impl<T: Into<String>> From<Vec<T>> for CustomFieldValue {
    fn from(choices: Vec<T>) -> Self {
        Self::Choices(choices.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<String>, const N: usize> From<[T; N]> for CustomFieldValue {
    fn from(choices: [T; N]) -> Self {
        Self::Choices(choices.into_iter().map(Into::into).collect())
    }
}

impl From<BTreeMap<String, UploadedFile>> for CustomFieldValue {
    fn from(files: BTreeMap<String, UploadedFile>) -> Self {
        Self::Files(files)
    }
}

/// A file that was uploaded to the vendor, as the value of a custom field.
///
/// Not on the page: the members are those of the example in the vendor's public specification, schema `FileField`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadedFile {
    /// The URL from which it can be fetched: `url`.
    pub url: String,
    /// The id of the document: `documentId`.
    pub document_id: Option<String>,
    /// The name of the form's field: `meta.fieldname`.
    pub field_name: Option<String>,
    /// The name that the file had before it was uploaded: `meta.originalname`.
    pub original_name: Option<String>,
    /// The transfer encoding: `meta.encoding`.
    pub encoding: Option<String>,
    /// The media type: `meta.mimetype`.
    pub mime_type: Option<String>,
    /// The size: `meta.size`.
    pub size: Option<u64>,
}

impl UploadedFile {
    /// A file by the URL from which it can be fetched: `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            document_id: None,
            field_name: None,
            original_name: None,
            encoding: None,
            mime_type: None,
            size: None,
        }
    }

    /// The id of the document: `documentId`.
    #[inline]
    #[must_use]
    pub fn document_id(mut self, id: impl Into<Optional<String>>) -> Self {
        self.document_id = id.into().0;
        self
    }

    /// The name of the form's field, the id of the custom field in the vendor's example: `meta.fieldname`.
    #[inline]
    #[must_use]
    pub fn field_name(mut self, name: impl Into<Optional<String>>) -> Self {
        self.field_name = name.into().0;
        self
    }

    /// The name that the file had before it was uploaded: `meta.originalname`.
    #[inline]
    #[must_use]
    pub fn original_name(mut self, name: impl Into<Optional<String>>) -> Self {
        self.original_name = name.into().0;
        self
    }

    /// The transfer encoding, such as `7bit`: `meta.encoding`.
    #[inline]
    #[must_use]
    pub fn encoding(mut self, encoding: impl Into<Optional<String>>) -> Self {
        self.encoding = encoding.into().0;
        self
    }

    /// The media type, such as `image/jpeg`: `meta.mimetype`.
    #[inline]
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<Optional<String>>) -> Self {
        self.mime_type = mime_type.into().0;
        self
    }

    /// The size in bytes: `meta.size`.
    #[inline]
    #[must_use]
    pub fn size(mut self, bytes: impl Into<Optional<u64>>) -> Self {
        self.size = bytes.into().0;
        self
    }

    /// The file under its UUID, in the form of the vendor's public specification, schema `FileField`.
    fn into_request(self, uuid: String) -> (String, Value) {
        let Self { url, document_id, field_name, original_name, encoding, mime_type, size } = self;
        let meta = [
            ("fieldname", field_name.map(Value::from)),
            ("originalname", original_name.map(Value::from)),
            ("encoding", encoding.map(Value::from)),
            ("mimetype", mime_type.map(Value::from)),
            ("size", size.map(Value::from)),
            ("uuid", Some(Value::from(uuid.as_str()))),
        ];
        let file =
            [("meta", Some(present(meta))), ("url", Some(url.into())), ("documentId", document_id.map(Value::from))];
        (uuid, present(file))
    }
}

/// An object of the members that are there.
fn present<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(members.collect::<Map<_, _>>())
}
