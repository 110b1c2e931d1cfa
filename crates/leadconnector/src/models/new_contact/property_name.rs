use leadconnector_raw::document::CREATE_CONTACT_REQUEST_PROPERTIES;

use crate::InvalidValue;
use crate::newtypes::checked_text;

/// The name of a property that the page does not list, such as `dateOfBirth`, which newer versions of the endpoint take.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PropertyName(String);

impl PropertyName {
    /// Takes a name that has no setter in [`NewContactBuilder`](crate::NewContactBuilder).
    ///
    /// # Errors
    ///
    /// The name is empty, or is one of the page's: use its setter (for `locationId`,
    /// [`Client::contacts`](crate::Client::contacts)).
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidValue> {
        let name = name.into();
        if name.is_empty() {
            Err(InvalidValue::new("property name", "is empty"))
        } else if name == "locationId" {
            Err(InvalidValue::new("property name", "is `locationId`, which `Client::contacts` takes"))
        } else if let Some(known) = CREATE_CONTACT_REQUEST_PROPERTIES.iter().find(|known| **known == name) {
            Err(InvalidValue::new("property name", format!("is `{known}`, which has a setter of its own")))
        } else {
            Ok(Self(name))
        }
    }
}

checked_text!(PropertyName);
