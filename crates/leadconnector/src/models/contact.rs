//! A contact, as the server answered with it, and the two conversions: what is read, and what is written.
//!
//! Each names every field, on both sides and without `..`: a field that appears in the fragment breaks the build here until
//! someone has decided what it means.

mod attribution_source;
mod custom_field;
mod dnd;

use chrono::{DateTime, Month, NaiveDate, Utc};
use leadconnector_raw::types as raw;
use serde_json::Value;

pub use attribution_source::AttributionSource;
pub use custom_field::ContactCustomField;
pub use dnd::{ContactDndSetting, ContactDndSettings, ContactDndStatus};

use crate::models::json::as_raw;
use crate::{BusinessId, ContactId, LocationId, UserId};

/// A contact, as the server answered with it: `contact` on the page.
///
/// Every member but the id may be missing. What arrives as `null` is missing too, and an empty list where it is a list. A
/// member whose value has an unforeseen type is missing as well: [`Answer::undecoded`](crate::Answer::undecoded) names it, and
/// [`Answer::json`](crate::Answer::json) has it, as it has all that the page does not list.
///
/// It can be written as JSON with the page's names, and read from it; an id is then taken as it is. A test makes one of an id:
///
/// ```
/// use leadconnector::{Contact, ContactId};
///
/// let mut rosan = Contact::new(ContactId::new("seD4PfOuKoVMLkEZqohJ")?);
/// rosan.first_name = Some("Rosan".into());
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
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
    /// The custom fields: `customFields` on the page. [`Answer::not_taken`](crate::Answer::not_taken) names those that were sent,
    /// and are not here.
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
    /// The full name: `name`. Like the members after it, it is in the answers of get, update and upsert in the vendor's public
    /// specification, and not on the page.
    pub name: Option<String>,
    /// The time zone, such as `America/Chihuahua`: `timezone`.
    pub timezone: Option<String>,
    /// The attachments, which the specification does not explain: `attachments`, a text for one version, and a list for another.
    pub attachments: Option<Value>,
    /// The number of a social security: `ssn`.
    pub ssn: Option<String>,
    /// The keyword, which the specification does not explain: `keyword`.
    pub keyword: Option<String>,
    /// When the contact was last active: `lastActivity`.
    pub last_activity: Option<DateTime<Utc>>,
    /// Where the contact came from first: `attributionSource`.
    pub attribution_source: Option<Box<AttributionSource>>,
    /// Where the contact came from last: `lastAttributionSource`.
    pub last_attribution_source: Option<Box<AttributionSource>>,
    /// The visitor of a website that the contact was: `visitorId`.
    pub visitor_id: Option<String>,
    /// The gender, such as `male`: `gender`, which the page has in the request alone. The live API may answer with it.
    pub gender: Option<String>,
}

as_raw!(Contact, raw::Contact, |contact| {
    Contact::read(contact, &mut Vec::new()).ok_or_else(|| serde::de::Error::custom("has no id"))
});

impl Contact {
    /// A contact with this id, and nothing else.
    pub fn new(id: ContactId) -> Self {
        Self {
            id,
            date_added: None,
            date_updated: None,
            deleted: None,
            tags: Vec::new(),
            kind: None,
            custom_fields: Vec::new(),
            location_id: None,
            first_name: None,
            first_name_lower_case: None,
            full_name_lower_case: None,
            last_name: None,
            last_name_lower_case: None,
            email: None,
            email_lower_case: None,
            bounce_email: None,
            unsubscribe_email: None,
            dnd: None,
            dnd_settings: ContactDndSettings::default(),
            phone: None,
            address1: None,
            city: None,
            state: None,
            country: None,
            postal_code: None,
            website: None,
            source: None,
            company_name: None,
            date_of_birth: None,
            birth_month: None,
            birth_day: None,
            last_session_activity_at: None,
            offers: Vec::new(),
            products: Vec::new(),
            business_id: None,
            assigned_to: None,
            name: None,
            timezone: None,
            attachments: None,
            ssn: None,
            keyword: None,
            last_activity: None,
            attribution_source: None,
            last_attribution_source: None,
            visitor_id: None,
            gender: None,
        }
    }

    /// The contact, of which the generated type is read further; none if it has no id. What cannot be read is named.
    pub(crate) fn read(contact: raw::Contact, undecoded: &mut Vec<&'static str>) -> Option<Self> {
        let raw::Contact {
            id,
            date_added,
            date_updated,
            deleted,
            tags,
            type_,
            custom_fields,
            location_id,
            first_name,
            first_name_lower_case,
            full_name_lower_case,
            last_name,
            last_name_lower_case,
            email,
            email_lower_case,
            bounce_email,
            unsubscribe_email,
            dnd,
            dnd_settings,
            phone,
            address1,
            city,
            state,
            country,
            postal_code,
            website,
            source,
            company_name,
            date_of_birth,
            birth_month,
            birth_day,
            last_session_activity_at,
            offers,
            products,
            business_id,
            assigned_to,
            name,
            timezone,
            attachments,
            ssn,
            keyword,
            last_activity,
            attribution_source,
            last_attribution_source,
            visitor_id,
            gender,
        } = contact;
        Some(Self {
            id: ContactId::received(id.filter(|id| !id.is_empty())?),
            date_added,
            date_updated,
            deleted,
            tags: tags.unwrap_or_default(),
            kind: type_,
            custom_fields: custom_fields.unwrap_or_default().into_iter().map(ContactCustomField::read).collect(),
            location_id: location_id.map(LocationId::received),
            first_name,
            first_name_lower_case,
            full_name_lower_case,
            last_name,
            last_name_lower_case,
            email,
            email_lower_case,
            bounce_email,
            unsubscribe_email,
            dnd,
            dnd_settings: dnd_settings.map(|settings| ContactDndSettings::read(*settings)).unwrap_or_default(),
            phone,
            address1,
            city,
            state,
            country,
            postal_code,
            website,
            source,
            company_name,
            date_of_birth: read_further("dateOfBirth", undecoded, date_of_birth, parse_date_of_birth),
            birth_month: read_further("birthMonth", undecoded, birth_month, month_from_zero),
            birth_day: read_further("birthDay", undecoded, birth_day, |day| {
                whole(day).filter(|day| (1..=31).contains(day))
            }),
            last_session_activity_at,
            offers: offers.unwrap_or_default(),
            products: products.unwrap_or_default(),
            business_id: business_id.map(BusinessId::received),
            assigned_to: assigned_to.map(UserId::received),
            name,
            timezone,
            attachments,
            ssn,
            keyword,
            last_activity,
            attribution_source: attribution_source.map(|source| Box::new(AttributionSource::read(*source))),
            last_attribution_source: last_attribution_source.map(|source| Box::new(AttributionSource::read(*source))),
            visitor_id,
            gender,
        })
    }

    pub(crate) fn into_raw(self) -> raw::Contact {
        let Self {
            id,
            date_added,
            date_updated,
            deleted,
            tags,
            kind,
            custom_fields,
            location_id,
            first_name,
            first_name_lower_case,
            full_name_lower_case,
            last_name,
            last_name_lower_case,
            email,
            email_lower_case,
            bounce_email,
            unsubscribe_email,
            dnd,
            dnd_settings,
            phone,
            address1,
            city,
            state,
            country,
            postal_code,
            website,
            source,
            company_name,
            date_of_birth,
            birth_month,
            birth_day,
            last_session_activity_at,
            offers,
            products,
            business_id,
            assigned_to,
            name,
            timezone,
            attachments,
            ssn,
            keyword,
            last_activity,
            attribution_source,
            last_attribution_source,
            visitor_id,
            gender,
        } = self;
        raw::Contact {
            id: Some(id.into()),
            date_added,
            date_updated,
            deleted,
            tags: listed(tags),
            type_: kind,
            custom_fields: listed(custom_fields.into_iter().map(ContactCustomField::into_raw).collect()),
            location_id: location_id.map(String::from),
            first_name,
            first_name_lower_case,
            full_name_lower_case,
            last_name,
            last_name_lower_case,
            email,
            email_lower_case,
            bounce_email,
            unsubscribe_email,
            dnd,
            dnd_settings: (dnd_settings != ContactDndSettings::default()).then(|| Box::new(dnd_settings.into_raw())),
            phone,
            address1,
            city,
            state,
            country,
            postal_code,
            website,
            source,
            company_name,
            date_of_birth: date_of_birth.map(|day| raw::DateOfBirth::Text(day.to_string())),
            birth_month: birth_month.map(|month| f64::from(month.number_from_month()) - 1.0),
            birth_day: birth_day.map(f64::from),
            last_session_activity_at,
            offers: listed(offers),
            products: listed(products),
            business_id: business_id.map(String::from),
            assigned_to: assigned_to.map(String::from),
            name,
            timezone,
            attachments,
            ssn,
            keyword,
            last_activity,
            attribution_source: attribution_source.map(|source| Box::new(source.into_raw())),
            last_attribution_source: last_attribution_source.map(|source| Box::new(source.into_raw())),
            visitor_id,
            gender,
        }
    }
}

/// A list, which is left out if it is empty.
pub(super) fn listed<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// Reads a member further than the generated type does; what cannot be read is named.
pub(super) fn read_further<T, U>(
    name: &'static str,
    undecoded: &mut Vec<&'static str>,
    value: Option<T>,
    read: impl FnOnce(T) -> Option<U>,
) -> Option<U> {
    let read = read(value?);
    if read.is_none() {
        undecoded.push(name);
    }
    read
}

/// The day, in each of the forms that the server uses: a date, a date with a time, milliseconds since 1970.
pub(super) fn parse_date_of_birth(date_of_birth: raw::DateOfBirth) -> Option<NaiveDate> {
    match date_of_birth {
        raw::DateOfBirth::Text(text) => {
            // As it is written: the day must not move with the offset of the time behind it.
            DateTime::parse_from_rfc3339(&text).map(|time| time.date_naive()).or_else(|_| text.parse()).ok()
        }
        raw::DateOfBirth::Milliseconds(milliseconds) => {
            DateTime::from_timestamp_millis(milliseconds).map(|time| time.date_naive())
        }
    }
}

fn month_from_zero(number: f64) -> Option<Month> {
    Month::try_from(whole(number)?.checked_add(1)?).ok()
}

/// A whole number, which the generated type has as a floating-point one.
fn whole(number: f64) -> Option<u8> {
    let whole = number as u8;
    (f64::from(whole) == number).then_some(whole)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Channel;

    fn received(member: &str, value: Value) -> Contact {
        serde_json::from_value(json!({"id": "seD4PfOuKoVMLkEZqohJ", member: value})).unwrap()
    }

    #[test]
    fn there_is_no_contact_without_an_id() {
        for body in [json!({}), json!({"id": null}), json!({"id": ""})] {
            let error = serde_json::from_value::<Contact>(body.clone()).unwrap_err();
            assert_eq!(error.to_string(), "has no id", "{body}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let contact = json!({"id": "seD4PfOuKoVMLkEZqohJ", "birthMonth": 12, "birthDay": 0, "dateOfBirth": "soon"});
        let mut undecoded = Vec::new();
        let contact = Contact::read(serde_json::from_value(contact).unwrap(), &mut undecoded).unwrap();
        assert_eq!(undecoded, ["dateOfBirth", "birthMonth", "birthDay"]);
        assert_eq!(contact, Contact::new(ContactId::new("seD4PfOuKoVMLkEZqohJ").unwrap()));
    }

    #[test]
    fn ids_are_taken_as_they_are() {
        assert_eq!(received("assignedTo", json!("a/b c")).assigned_to.unwrap().as_str(), "a/b c");
    }

    #[test]
    fn forms_of_the_day_of_birth() {
        let day = |value| received("dateOfBirth", value).date_of_birth;
        let september = NaiveDate::from_ymd_opt(1990, 9, 25);
        assert_eq!(day(json!("1990-09-25")), september);
        assert_eq!(day(json!("1990-09-25T00:00:00.000Z")), september);
        assert_eq!(day(json!("1990-09-25T00:00:00+05:30")), september);
        assert_eq!(day(json!(654_220_800_000_i64)), september);
        assert_eq!(day(json!("yesterday")), None);
        assert_eq!(day(json!(i64::MAX)), None);
        assert_eq!(day(json!(null)), None);
    }

    #[test]
    fn the_month_of_birth_counts_from_zero() {
        let month = |value| received("birthMonth", value).birth_month;
        assert_eq!(month(json!(0)), Some(Month::January));
        assert_eq!(month(json!(8)), Some(Month::September));
        assert_eq!(month(json!(11)), Some(Month::December));
        for other in [json!(12), json!(-1), json!(8.5), json!(1e300), json!(null)] {
            assert_eq!(month(other), None);
        }
    }

    #[test]
    fn dates_may_have_an_offset_and_no_fraction() {
        let date = |value| received("dateAdded", value).date_added.unwrap().to_rfc3339();
        assert_eq!(date(json!("2021-08-31T09:59:41.937Z")), "2021-08-31T09:59:41.937+00:00");
        assert_eq!(date(json!("2021-08-31T11:59:41+02:00")), "2021-08-31T09:59:41+00:00");
    }

    #[test]
    fn a_status_that_is_not_documented_is_kept() {
        let settings = json!({"SMS": {"status": "active"}, "Call": {"status": "snoozed", "message": null}});
        let settings = received("dndSettings", settings).dnd_settings;
        let statuses: Vec<_> = settings.iter().map(|(channel, setting)| (channel, setting.status.clone())).collect();
        assert_eq!(
            statuses,
            [(Channel::Call, ContactDndStatus::Other("snoozed".into())), (Channel::Sms, ContactDndStatus::Active)]
        );
    }

    /// An opt-out is not lost by the spelling of its channel.
    #[test]
    fn channels_in_either_spelling() {
        let sms = |settings| received("dndSettings", settings).dnd_settings.get(Channel::Sms).cloned();
        let status = |settings| sms(settings).map(|setting| setting.status);
        for spelling in ["SMS", "sms"] {
            let settings = json!({spelling: {"status": "permanent", "message": "STOP"}});
            let setting = sms(settings).unwrap();
            assert_eq!((setting.status, setting.message.as_deref()), (ContactDndStatus::Permanent, Some("STOP")));
        }
        assert_eq!(status(json!({"sms": null, "SMS": null})), None);
        assert_eq!(status(json!({"sms": {"status": "active"}, "SMS": null})), Some(ContactDndStatus::Active));
        let both = |page, v3| status(json!({"SMS": {"status": page}, "sms": {"status": v3}}));
        assert_eq!(both("inactive", "active"), Some(ContactDndStatus::Active));
        assert_eq!(both("permanent", "active"), Some(ContactDndStatus::Permanent));

        let v3 = ["call", "email", "sms", "whatsApp", "gmb", "fb"];
        let settings: Value = v3.into_iter().map(|name| (name.to_owned(), json!({"status": name}))).collect();
        let settings = received("dndSettings", settings).dnd_settings;
        let read: Vec<_> = settings.iter().map(|(channel, setting)| (channel, setting.status.clone())).collect();
        let channels = [Channel::Call, Channel::Email, Channel::Sms, Channel::WhatsApp, Channel::Gmb, Channel::Fb];
        let expected =
            channels.into_iter().zip(v3).map(|(channel, name)| (channel, ContactDndStatus::Other(name.into())));
        assert_eq!(read, expected.collect::<Vec<_>>());

        // It is written as the page has it.
        let written = serde_json::to_value(&settings).unwrap();
        assert_eq!(
            written.as_object().unwrap().keys().collect::<Vec<_>>(),
            ["Call", "Email", "FB", "GMB", "SMS", "WhatsApp"]
        );
    }

    #[test]
    fn values_of_custom_fields_in_each_spelling() {
        for (field, value) in [
            (json!({"value": 1}), json!(1)),
            (json!({"fieldValue": ["a"]}), json!(["a"])),
            (json!({"field_value": "a"}), json!("a")),
            (json!({"field_value": 3, "fieldValue": 2, "value": 1}), json!(1)),
            (json!({"field_value": 3, "fieldValue": 2, "value": null}), json!(2)),
        ] {
            assert_eq!(received("customFields", json!([field])).custom_fields[0].value, Some(value), "{field}");
        }
        assert_eq!(received("customFields", json!([{"value": null}])).custom_fields[0].value, None);
    }

    #[test]
    fn the_day_of_birth_is_one_of_a_month() {
        let day = |value| received("birthDay", value).birth_day;
        assert_eq!((day(json!(1)), day(json!(31))), (Some(1), Some(31)));
        for other in [json!(0), json!(32), json!(25.5), json!(-1), json!(null)] {
            assert_eq!(day(other), None);
        }
    }
}
