//! What is sent and received, as plain data: each model has its conversions to or from the generated type beside it.

pub(crate) mod contact;
pub(crate) mod contact_fields;
pub(crate) mod contact_key;
pub(crate) mod contact_update;
pub(crate) mod custom_fields;
pub(crate) mod found_contact;
mod json;
pub(crate) mod list;
pub(crate) mod list_item;
pub(crate) mod location_custom_field;
pub(crate) mod new_contact;
pub(crate) mod new_note;
pub(crate) mod note;
pub(crate) mod search;
pub(crate) mod tag_change;
pub(crate) mod upsert;
