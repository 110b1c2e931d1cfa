use leadconnector_raw::types as raw;
use serde_json::Value;

use crate::CustomFieldId;
use crate::models::json::as_raw;

/// A custom field of a contact: an item of `customFields` on the page.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ContactCustomField {
    /// The id of the custom field: `id` on the page.
    pub id: Option<CustomFieldId>,
    /// The value: `value` on the page, text there. The live API answers with text, numbers, lists and objects. `fieldValue` and
    /// `field_value`, its names in a request, are read as well.
    pub value: Option<Value>,
}

as_raw!(ContactCustomField, raw::ContactCustomField);

impl ContactCustomField {
    /// A custom field by its id, with its value; null is none.
    pub fn new(id: CustomFieldId, value: impl Into<Value>) -> Self {
        Self { id: Some(id), value: Some(value.into()).filter(|value| !value.is_null()) }
    }

    pub(crate) fn read(field: raw::ContactCustomField) -> Self {
        let raw::ContactCustomField { id, value } = field;
        Self { id: id.map(CustomFieldId::received), value }
    }

    pub(crate) fn into_raw(self) -> raw::ContactCustomField {
        let Self { id, value } = self;
        raw::ContactCustomField { id: id.map(String::from), value }
    }
}
