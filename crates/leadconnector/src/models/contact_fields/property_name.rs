use leadconnector_raw::document::{CREATE_CONTACT_REQUEST_PROPERTIES, UPDATE_CONTACT_REQUEST_PROPERTIES};

use crate::InvalidValue;
use crate::newtypes::checked_text;

/// The name of a property of a new contact that the page does not list, such as `dateOfBirth`, which newer versions of the endpoint
/// take.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PropertyName(String);

impl PropertyName {
    /// Takes a name that has no setter in [`NewContactBuilder`](crate::NewContactBuilder).
    ///
    /// # Errors
    ///
    /// The name is empty, or is one of the page's: use its setter (for `locationId`,
    /// [`Client::contacts`](crate::Client::contacts)). Or it is no property of a contact: `createNewIfDuplicateAllowed`, for
    /// which there is [`Upsert`](crate::Upsert).
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidValue> {
        let name = name.into();
        match name.as_str() {
            "locationId" => refused("is `locationId`, which `Client::contacts` takes"),
            // It decides whether the request may be sent again.
            "createNewIfDuplicateAllowed" => refused("is `createNewIfDuplicateAllowed`, which `Upsert` takes"),
            _ => without_setter(name, CREATE_CONTACT_REQUEST_PROPERTIES).map(Self),
        }
    }
}

checked_text!(PropertyName);

/// The name of a property of an update that the vendor's specification does not have, such as `companyName`, which the live API
/// takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UpdatePropertyName(String);

impl UpdatePropertyName {
    /// Takes a name that has no setter in [`ContactUpdateBuilder`](crate::ContactUpdateBuilder).
    ///
    /// # Errors
    ///
    /// The name is empty, is one that has a setter, or is `locationId` or `gender`, which the server refuses in an update.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidValue> {
        let name = name.into();
        match name.as_str() {
            "locationId" => refused("is `locationId`, which the server refuses in an update"),
            "gender" => refused("is `gender`, which the server refuses in an update"),
            _ => without_setter(name, UPDATE_CONTACT_REQUEST_PROPERTIES).map(Self),
        }
    }
}

checked_text!(UpdatePropertyName);

fn refused<T>(reason: &'static str) -> Result<T, InvalidValue> {
    Err(InvalidValue::new("property name", reason))
}

/// A name that is none of those that have a setter.
fn without_setter(name: String, known: &[&str]) -> Result<String, InvalidValue> {
    if name.is_empty() {
        refused("is empty")
    } else if known.contains(&name.as_str()) {
        Err(InvalidValue::new("property name", format!("is `{name}`, which has a setter of its own")))
    } else {
        Ok(name)
    }
}
