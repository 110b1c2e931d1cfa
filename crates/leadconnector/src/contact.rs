//! A contact, as the server answered with it.

mod dnd;

use std::collections::BTreeMap;

use chrono::{DateTime, Month, NaiveDate, Utc};
use leadconnector_raw::document::CONTACT_DND_SETTINGS_PROPERTIES;
use serde_json::Value;

pub use dnd::{ContactDndSetting, ContactDndSettings, ContactDndStatus};

use crate::{BusinessId, ContactId, CustomFieldId, LocationId, Response, UserId, decode};

/// A contact, as the server answered with it: `contact` on the page.
///
/// Every member but the id may be missing. What arrives as `null` is missing too, and an empty list where it is a list. A
/// member whose value has an unforeseen type is missing as well: [`undecoded`](Self::undecoded) names it, and
/// [`json`](Self::json) has it, as it has all that the page does not list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Contact {
    /// The id: `id` on the page.
    pub id: ContactId,
    /// When the contact was created: `dateAdded` on the page.
    pub date_added: Option<DateTime<Utc>>,
    /// When the contact was last changed: `dateUpdated` on the page.
    pub date_updated: Option<DateTime<Utc>>,
    /// Whether the contact was deleted: `deleted` on the page.
    pub deleted: Option<bool>,
    /// The tags: `tags` on the page.
    pub tags: Vec<String>,
    /// The type of the contact, such as `read`: `type` on the page.
    pub kind: Option<String>,
    /// The custom fields: `customFields` on the page.
    pub custom_fields: Vec<ContactCustomField>,
    /// The location: `locationId` on the page.
    pub location_id: Option<LocationId>,
    /// The first name: `firstName` on the page.
    pub first_name: Option<String>,
    /// The first name in lower case: `firstNameLowerCase` on the page.
    pub first_name_lower_case: Option<String>,
    /// The full name in lower case: `fullNameLowerCase` on the page.
    pub full_name_lower_case: Option<String>,
    /// The last name: `lastName` on the page.
    pub last_name: Option<String>,
    /// The last name in lower case: `lastNameLowerCase` on the page.
    pub last_name_lower_case: Option<String>,
    /// The email address: `email` on the page.
    pub email: Option<String>,
    /// The email address in lower case: `emailLowerCase` on the page.
    pub email_lower_case: Option<String>,
    /// Whether emails to the address bounce: `bounceEmail` on the page.
    pub bounce_email: Option<bool>,
    /// Whether the contact has unsubscribed from emails: `unsubscribeEmail` on the page.
    pub unsubscribe_email: Option<bool>,
    /// Whether do-not-disturb is on as a whole: `dnd` on the page.
    pub dnd: Option<bool>,
    /// Do-not-disturb for each channel: `dndSettings` on the page.
    pub dnd_settings: ContactDndSettings,
    /// The phone number, such as `+18832327657`: `phone` on the page.
    pub phone: Option<String>,
    /// The street and number: `address1` on the page.
    pub address1: Option<String>,
    /// The city: `city` on the page.
    pub city: Option<String>,
    /// The state or province: `state` on the page.
    pub state: Option<String>,
    /// The country's code, such as `US`: `country` on the page.
    pub country: Option<String>,
    /// The postal code: `postalCode` on the page.
    pub postal_code: Option<String>,
    /// The website: `website` on the page.
    pub website: Option<String>,
    /// Where the contact comes from: `source` on the page.
    pub source: Option<String>,
    /// The name of the company: `companyName` on the page.
    pub company_name: Option<String>,
    /// The day of birth: the date in `dateOfBirth` on the page.
    pub date_of_birth: Option<NaiveDate>,
    /// The month of birth: `birthMonth` on the page, where it counts from zero. The page's example is 8, beside a day of
    /// birth in September.
    pub birth_month: Option<Month>,
    /// The day of the month of birth, from 1 to 31: `birthDay` on the page.
    pub birth_day: Option<u8>,
    /// When the contact was last active: `lastSessionActivityAt` on the page.
    pub last_session_activity_at: Option<DateTime<Utc>>,
    /// The offers, which the page does not explain: `offers`.
    pub offers: Vec<String>,
    /// The products, which the page does not explain: `products`.
    pub products: Vec<String>,
    /// The business that the contact belongs to: `businessId` on the page.
    pub business_id: Option<BusinessId>,
    /// The user who looks after the contact: `assignedTo` on the page.
    pub assigned_to: Option<UserId>,
    pub(crate) undecoded: Vec<String>,
    pub(crate) response: Response,
}

impl Contact {
    /// The paths of the members that could not be read, such as `contact.tags[3]`; none as a rule.
    pub fn undecoded(&self) -> &[String] {
        &self.undecoded
    }

    /// The contact as JSON, with what the page does not list: `createdBy`, `followers`, DND channels beyond the six.
    ///
    /// It is read from the answer on each call; null if the answer has something that cannot be held: nesting beyond a hundred
    /// levels, half of a surrogate pair, a number beyond what a float can be. [`response`](Self::response) has the bytes.
    pub fn json(&self) -> Value {
        let mut answer: Value = decode::first_value(self.response.body()).unwrap_or_default();
        answer.get_mut("contact").map(Value::take).unwrap_or_default()
    }

    /// Do-not-disturb for the channels that the page does not list, by the server's names, such as `RCS`.
    ///
    /// It is read from the answer on each call.
    pub fn other_dnd_settings(&self) -> BTreeMap<String, Value> {
        match self.json().get_mut("dndSettings").map(Value::take) {
            Some(Value::Object(channels)) => channels
                .into_iter()
                .filter(|(name, _)| !CONTACT_DND_SETTINGS_PROPERTIES.contains(&name.as_str()))
                .collect(),
            _ => BTreeMap::new(),
        }
    }

    /// The server's answer, with its rate limits and trace id.
    pub fn response(&self) -> &Response {
        &self.response
    }
}

/// A custom field of a contact: an item of `customFields` on the page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContactCustomField {
    /// The id of the custom field: `id` on the page.
    pub id: Option<CustomFieldId>,
    /// The value: `value` on the page, text there. The live API answers with text, numbers, lists and objects.
    pub value: Option<Value>,
}
