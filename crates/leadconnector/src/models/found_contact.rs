//! A contact, as a search answers with it, and the two conversions: what is read, and what is written.

use chrono::{DateTime, NaiveDate, Utc};
use leadconnector_raw::document::FOUND_CONTACT_PROPERTIES;
use leadconnector_raw::types as raw;
use serde_json::{Value, json};

use super::contact::{listed, parse_date_of_birth, read_further};
use super::list_item::{ListItem, Sealed};
use crate::call::decode;
use crate::models::json::as_raw;
use crate::{AttributionSource, BusinessId, ContactCustomField, ContactDndSettings, ContactId, LocationId, UserId};

/// A contact that a search has found: an item of `contacts` in the vendor's guide "Contacts Search". Its members differ a
/// little from those of a [`Contact`](crate::Contact), which [`Contacts::get`](crate::Contacts::get) gives.
///
/// Every member but the id may be missing. What arrives as `null` is missing too, and an empty list where it is a list; so is a member
/// whose value has an unforeseen type: [`Answer::undecoded`](crate::Answer::undecoded) of the page names it.
///
/// It can be written as JSON with the vendor's names, and read from it; an id is then taken as it is. A test makes one of an id:
///
/// ```
/// use leadconnector::ContactId;
/// use leadconnector::search::FoundContact;
///
/// let mut rosan = FoundContact::new(ContactId::new("seD4PfOuKoVMLkEZqohJ")?);
/// rosan.first_name = Some("Rosan".into());
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FoundContact {
    /// The id: `id`.
    pub id: ContactId,
    /// When the contact was created: `dateAdded`.
    pub date_added: Option<DateTime<Utc>>,
    /// When the contact was last changed: `dateUpdated`. The record's own may differ by some milliseconds.
    pub date_updated: Option<DateTime<Utc>>,
    /// The tags: `tags`.
    pub tags: Vec<String>,
    /// The type of the contact, such as `lead`: `type`.
    pub kind: Option<String>,
    /// The custom fields: `customFields`.
    pub custom_fields: Vec<ContactCustomField>,
    /// The location: `locationId`.
    pub location_id: Option<LocationId>,
    /// The full name in lower case: `contactName`.
    pub contact_name: Option<String>,
    /// The first name: `firstName`.
    pub first_name: Option<String>,
    /// The first name in lower case: `firstNameLowerCase`.
    pub first_name_lower_case: Option<String>,
    /// The last name: `lastName`.
    pub last_name: Option<String>,
    /// The last name in lower case: `lastNameLowerCase`.
    pub last_name_lower_case: Option<String>,
    /// The email address: `email`.
    pub email: Option<String>,
    /// The other email addresses: `additionalEmails`, texts or objects with an `email`.
    pub additional_emails: Vec<String>,
    /// Whether the email address was found to be valid: `validEmail`.
    pub valid_email: Option<bool>,
    /// The phone number, such as `+123456789`: `phone`.
    pub phone: Option<String>,
    /// What the phone number is called, such as `Mobile`: `phoneLabel`.
    pub phone_label: Option<String>,
    /// The other phone numbers: `additionalPhones`, texts or objects with a `phone`.
    pub additional_phones: Vec<String>,
    /// Whether do-not-disturb is on as a whole: `dnd`.
    pub dnd: Option<bool>,
    /// Do-not-disturb for each channel: `dndSettings`.
    pub dnd_settings: ContactDndSettings,
    /// Do-not-disturb for what the contact sends, as JSON: `inboundDndSettings`.
    pub inbound_dnd_settings: Option<Value>,
    /// The street and number: `address`, which is `address1` elsewhere.
    pub address: Option<String>,
    /// The city: `city`.
    pub city: Option<String>,
    /// The state or province: `state`.
    pub state: Option<String>,
    /// The country: `country`.
    pub country: Option<String>,
    /// The postal code: `postalCode`.
    pub postal_code: Option<String>,
    /// The website: `website`.
    pub website: Option<String>,
    /// The time zone, such as `America/Chihuahua`: `timezone`.
    pub timezone: Option<String>,
    /// Where the contact comes from: `source`.
    pub source: Option<String>,
    /// The name of the company: `companyName`.
    pub company_name: Option<String>,
    /// The name of the business that the contact belongs to: `businessName`.
    pub business_name: Option<String>,
    /// The business that the contact belongs to: `businessId`.
    pub business_id: Option<BusinessId>,
    /// The day of birth: the date in `dateOfBirth`.
    pub date_of_birth: Option<NaiveDate>,
    /// The user who looks after the contact: `assignedTo`.
    pub assigned_to: Option<UserId>,
    /// The users who follow the contact: `followers`.
    pub followers: Vec<UserId>,
    /// The opportunities of the contact: `opportunities`.
    pub opportunities: Vec<ContactOpportunity>,
    /// Where the contact came from first: `attributionSource`.
    pub attribution_source: Option<Box<AttributionSource>>,
    /// Where the contact came from last: `lastAttributionSource`.
    pub last_attribution_source: Option<Box<AttributionSource>>,
    /// Where a search goes on behind this contact, for [`Search::search_after`](crate::Search::search_after): `searchAfter`.
    pub search_after: Vec<Value>,
}

as_raw!(FoundContact, raw::FoundContact, |contact| {
    FoundContact::read(contact, &mut Vec::new()).ok_or_else(|| serde::de::Error::custom("has no id"))
});

impl FoundContact {
    /// A contact with this id, and nothing else.
    pub fn new(id: ContactId) -> Self {
        Self {
            id,
            date_added: None,
            date_updated: None,
            tags: Vec::new(),
            kind: None,
            custom_fields: Vec::new(),
            location_id: None,
            contact_name: None,
            first_name: None,
            first_name_lower_case: None,
            last_name: None,
            last_name_lower_case: None,
            email: None,
            additional_emails: Vec::new(),
            valid_email: None,
            phone: None,
            phone_label: None,
            additional_phones: Vec::new(),
            dnd: None,
            dnd_settings: ContactDndSettings::default(),
            inbound_dnd_settings: None,
            address: None,
            city: None,
            state: None,
            country: None,
            postal_code: None,
            website: None,
            timezone: None,
            source: None,
            company_name: None,
            business_name: None,
            business_id: None,
            date_of_birth: None,
            assigned_to: None,
            followers: Vec::new(),
            opportunities: Vec::new(),
            attribution_source: None,
            last_attribution_source: None,
            search_after: Vec::new(),
        }
    }

    /// The contact, of which the generated type is read further; none if it has no id. What cannot be read is named.
    pub(crate) fn read(contact: raw::FoundContact, undecoded: &mut Vec<&'static str>) -> Option<Self> {
        let raw::FoundContact {
            id,
            date_added,
            date_updated,
            tags,
            type_,
            custom_fields,
            location_id,
            contact_name,
            first_name,
            first_name_lower_case,
            last_name,
            last_name_lower_case,
            email,
            additional_emails,
            valid_email,
            phone,
            phone_label,
            additional_phones,
            dnd,
            dnd_settings,
            inbound_dnd_settings,
            address,
            city,
            state,
            country,
            postal_code,
            website,
            timezone,
            source,
            company_name,
            business_name,
            business_id,
            date_of_birth,
            assigned_to,
            followers,
            opportunities,
            attribution_source,
            last_attribution_source,
            search_after,
        } = contact;
        Some(Self {
            id: ContactId::received(id.filter(|id| !id.is_empty())?),
            date_added,
            date_updated,
            tags: tags.unwrap_or_default(),
            kind: type_,
            custom_fields: custom_fields.unwrap_or_default().into_iter().map(ContactCustomField::read).collect(),
            location_id: location_id.map(LocationId::received),
            contact_name,
            first_name,
            first_name_lower_case,
            last_name,
            last_name_lower_case,
            email,
            additional_emails: texts("additionalEmails", "email", additional_emails, undecoded),
            valid_email,
            phone,
            phone_label,
            additional_phones: texts("additionalPhones", "phone", additional_phones, undecoded),
            dnd,
            dnd_settings: dnd_settings.map(|settings| ContactDndSettings::read(*settings)).unwrap_or_default(),
            inbound_dnd_settings,
            address,
            city,
            state,
            country,
            postal_code,
            website,
            timezone,
            source,
            company_name,
            business_name,
            business_id: business_id.map(BusinessId::received),
            date_of_birth: read_further("dateOfBirth", undecoded, date_of_birth, parse_date_of_birth),
            assigned_to: assigned_to.map(UserId::received),
            followers: followers.unwrap_or_default().into_iter().map(UserId::received).collect(),
            opportunities: opportunities.unwrap_or_default().into_iter().map(ContactOpportunity::read).collect(),
            attribution_source: attribution_source.map(|source| Box::new(AttributionSource::read(*source))),
            last_attribution_source: last_attribution_source.map(|source| Box::new(AttributionSource::read(*source))),
            search_after: search_after.unwrap_or_default(),
        })
    }

    fn into_raw(self) -> raw::FoundContact {
        let Self {
            id,
            date_added,
            date_updated,
            tags,
            kind,
            custom_fields,
            location_id,
            contact_name,
            first_name,
            first_name_lower_case,
            last_name,
            last_name_lower_case,
            email,
            additional_emails,
            valid_email,
            phone,
            phone_label,
            additional_phones,
            dnd,
            dnd_settings,
            inbound_dnd_settings,
            address,
            city,
            state,
            country,
            postal_code,
            website,
            timezone,
            source,
            company_name,
            business_name,
            business_id,
            date_of_birth,
            assigned_to,
            followers,
            opportunities,
            attribution_source,
            last_attribution_source,
            search_after,
        } = self;
        raw::FoundContact {
            id: Some(id.into()),
            date_added,
            date_updated,
            tags: listed(tags),
            type_: kind,
            custom_fields: listed(custom_fields.into_iter().map(ContactCustomField::into_raw).collect()),
            location_id: location_id.map(String::from),
            contact_name,
            first_name,
            first_name_lower_case,
            last_name,
            last_name_lower_case,
            email,
            additional_emails: as_objects("email", additional_emails),
            valid_email,
            phone,
            phone_label,
            additional_phones: as_objects("phone", additional_phones),
            dnd,
            dnd_settings: (dnd_settings != ContactDndSettings::default()).then(|| Box::new(dnd_settings.into_raw())),
            inbound_dnd_settings,
            address,
            city,
            state,
            country,
            postal_code,
            website,
            timezone,
            source,
            company_name,
            business_name,
            business_id: business_id.map(String::from),
            date_of_birth: date_of_birth.map(|day| raw::DateOfBirth::Text(day.to_string())),
            assigned_to: assigned_to.map(String::from),
            followers: listed(followers.into_iter().map(String::from).collect()),
            opportunities: listed(opportunities.into_iter().map(ContactOpportunity::into_raw).collect()),
            attribution_source: attribution_source.map(|source| Box::new(source.into_raw())),
            last_attribution_source: last_attribution_source.map(|source| Box::new(source.into_raw())),
            search_after: listed(search_after),
        }
    }
}

impl Sealed for FoundContact {
    const LIST: &'static str = "contacts";

    fn read_item(json: &str) -> Option<Self> {
        decode::item(FOUND_CONTACT_PROPERTIES, json).and_then(|contact| Self::read(contact, &mut Vec::new()))
    }
}

impl ListItem for FoundContact {}

/// An opportunity of a contact: an item of `opportunities`. A test makes one by `default`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ContactOpportunity {
    /// The id: `id`.
    pub id: Option<String>,
    /// The pipeline: `pipelineId`, or `pipeline_id`.
    pub pipeline_id: Option<String>,
    /// The stage in the pipeline: `pipelineStageId`, or `pipeline_stage_id`.
    pub pipeline_stage_id: Option<String>,
    /// What it is worth: `monetaryValue`, or `monetary_value`.
    pub monetary_value: Option<f64>,
    /// The status, such as `open`: `status`.
    pub status: Option<String>,
}

as_raw!(ContactOpportunity, raw::ContactOpportunity);

impl ContactOpportunity {
    fn read(opportunity: raw::ContactOpportunity) -> Self {
        let raw::ContactOpportunity { id, pipeline_id, pipeline_stage_id, monetary_value, status } = opportunity;
        Self { id, pipeline_id, pipeline_stage_id, monetary_value, status }
    }

    fn into_raw(self) -> raw::ContactOpportunity {
        let Self { id, pipeline_id, pipeline_stage_id, monetary_value, status } = self;
        raw::ContactOpportunity { id, pipeline_id, pipeline_stage_id, monetary_value, status }
    }
}

/// The texts of a list, which come as they are, or each in a member of an object. One that is neither is left out, and the list named.
fn texts(
    name: &'static str,
    member: &str,
    items: Option<Vec<Value>>,
    undecoded: &mut Vec<&'static str>,
) -> Vec<String> {
    let items = items.unwrap_or_default();
    let count = items.len();
    let text = |item| match item {
        Value::String(text) => Some(text),
        Value::Object(mut members) => match members.remove(member) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        },
        _ => None,
    };
    let texts: Vec<_> = items.into_iter().filter_map(text).collect();
    if texts.len() < count {
        undecoded.push(name);
    }
    texts
}

/// The texts as the live API sends them.
fn as_objects(member: &str, texts: Vec<String>) -> Option<Vec<Value>> {
    listed(texts.into_iter().map(|text| json!({member: text})).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_emails_in_either_form() {
        let read = |emails: Value| {
            let contact = json!({"id": "102goXVW3lIExEQPOnd3", "additionalEmails": emails});
            let mut undecoded = Vec::new();
            let contact = FoundContact::read(serde_json::from_value(contact).unwrap(), &mut undecoded).unwrap();
            (contact.additional_emails.join(" "), undecoded)
        };
        let both = || "a@deos.com b@deos.com".to_owned();
        assert_eq!(read(json!(["a@deos.com", {"email": "b@deos.com"}])), (both(), vec![]));
        assert_eq!(read(json!(["a@deos.com", 7, {"email": "b@deos.com"}])), (both(), vec!["additionalEmails"]));
        assert_eq!(read(json!([{"phone": "1"}])), (String::new(), vec!["additionalEmails"]));
        assert_eq!(read(json!(null)), (String::new(), vec![]));
    }

    #[test]
    fn there_is_no_contact_without_an_id() {
        assert!(serde_json::from_value::<FoundContact>(json!({"email": "a@deos.com"})).is_err());
        let rosan = FoundContact::new(ContactId::new("102goXVW3lIExEQPOnd3").unwrap());
        assert_eq!(serde_json::to_value(&rosan).unwrap(), json!({"id": "102goXVW3lIExEQPOnd3"}));
    }
}
