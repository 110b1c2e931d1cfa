//! The two conversions, side by side: what a program builds into what is sent, what was received into what a program
//! reads.
//!
//! Each names every field, on both sides and without `..`: a field that appears in the fragment breaks the build here
//! until someone has decided what it means.

use chrono::{DateTime, Month, NaiveDate};
use leadconnector_raw::types as raw;
use serde_json::{Map, Value};

use crate::decode::{self, Decoded};
use crate::new_contact::{DndSettings, Members};
use crate::outcome::{Success, undecodable};
use crate::{
    ApiVersion, BusinessId, Channel, Contact, ContactCustomField, ContactDndSetting, ContactDndSettings,
    ContactDndStatus, ContactId, CustomField, CustomFieldId, CustomFieldValue, DndSetting, DndStatus, Error,
    InboundDndSetting, InboundDndStatus, InvalidValue, LocationId, NewContact, Nullable, Response, UndecodableReason,
    UploadedFile, UserId,
};

/// What is sent.
pub(crate) fn request(location: &LocationId, contact: NewContact) -> raw::CreateContactRequest {
    let Members {
        first_name,
        last_name,
        name,
        email,
        gender,
        phone,
        address1,
        city,
        state,
        postal_code,
        website,
        timezone,
        dnd,
        dnd_settings,
        inbound_dnd_setting,
        tags,
        custom_fields,
        source,
        country,
        company_name,
        assigned_to,
        properties,
    } = *contact.0;
    raw::CreateContactRequest {
        first_name: nullable(first_name),
        last_name: nullable(last_name),
        name: nullable(name),
        email: nullable(email),
        location_id: location.as_str().to_owned(),
        gender,
        phone: nullable(phone),
        address1: nullable(address1),
        city: nullable(city),
        state: nullable(state),
        postal_code,
        website: nullable(website),
        timezone: nullable(timezone),
        dnd,
        dnd_settings: dnd_settings.map(|settings| Box::new(request_dnd_settings(settings))),
        inbound_dnd_settings: inbound_dnd_setting
            .map(|setting| raw::InboundDndSettings { all: Some(request_inbound_dnd_setting(setting)) }),
        tags,
        custom_fields: custom_fields.into_iter().map(request_custom_field).collect(),
        source,
        country: country.map(String::from),
        company_name: nullable(company_name),
        assigned_to: assigned_to.map(String::from),
        extra: properties,
    }
}

/// The contact that was created; an error if there is none with an id.
pub(crate) fn created(success: Success<raw::CreateContactResponse>) -> Result<Contact, Error> {
    let Success { decoded: Decoded { value, undecoded }, response } = success;
    let raw::CreateContactResponse { contact } = value;
    contact_of(contact, undecoded, response)
}

/// The contact that was found; none if the server says that there is none.
pub(crate) fn found(success: Success<raw::GetDuplicateContactResponse>) -> Result<Option<Contact>, Error> {
    let Success { decoded: Decoded { value, undecoded }, response } = success;
    let raw::GetDuplicateContactResponse { contact } = value;
    // Only null says that there is none: an answer without the member says nothing.
    let without_id = contact.as_ref().is_none_or(|contact| contact.id.is_none());
    if without_id && decode::has_null(response.body(), "contact") {
        return Ok(None);
    }
    contact_of(contact, undecoded, response).map(Some)
}

fn contact_of(
    contact: Option<Box<raw::Contact>>,
    mut undecoded: Vec<String>,
    response: Response,
) -> Result<Contact, Error> {
    let Some(contact) = contact else { return Err(undecodable(UndecodableReason::NoId, response)) };
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
    } = *contact;
    let Some(id) = id.filter(|id| !id.is_empty()) else {
        return Err(undecodable(UndecodableReason::NoId, response));
    };
    Ok(Contact {
        id: ContactId::received(id),
        date_added,
        date_updated,
        deleted,
        tags: tags.unwrap_or_default(),
        kind: type_,
        custom_fields: custom_fields.unwrap_or_default().into_iter().map(contact_custom_field).collect(),
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
        dnd_settings: dnd_settings.map(|settings| contact_dnd_settings(*settings)).unwrap_or_default(),
        phone,
        address1,
        city,
        state,
        country,
        postal_code,
        website,
        source,
        company_name,
        date_of_birth: read("dateOfBirth", &mut undecoded, date_of_birth, parse_date_of_birth),
        birth_month: read("birthMonth", &mut undecoded, birth_month, month_from_zero),
        birth_day: read("birthDay", &mut undecoded, birth_day, |day| whole(day).filter(|day| (1..=31).contains(day))),
        last_session_activity_at,
        offers: offers.unwrap_or_default(),
        products: products.unwrap_or_default(),
        business_id: business_id.map(BusinessId::received),
        assigned_to: assigned_to.map(UserId::received),
        undecoded,
        response,
    })
}

/// Reads a member further than the generated type does; what cannot be read is named.
fn read<T, U>(
    name: &str,
    undecoded: &mut Vec<String>,
    value: Option<T>,
    read: impl FnOnce(T) -> Option<U>,
) -> Option<U> {
    let read = read(value?);
    if read.is_none() {
        undecoded.push(format!("contact.{name}"));
    }
    read
}

/// The version header.
pub(crate) fn version(version: &ApiVersion) -> Result<raw::Version, InvalidValue> {
    let text = version.as_str();
    match text.parse::<raw::DocumentedVersion>() {
        Ok(documented) => Ok(documented.into()),
        Err(_) => raw::VersionOtherVersion::try_from(text.to_owned())
            .map(Into::into)
            .map_err(|_| InvalidValue::new("Version", "is neither a documented version nor another one")),
    }
}

fn nullable(value: Nullable<impl Into<String>>) -> Option<raw::NullableString> {
    match value {
        Nullable::Absent => None,
        Nullable::Null => Some(raw::NullableString(None)),
        Nullable::Value(value) => Some(raw::NullableString(Some(value.into()))),
    }
}

fn request_dnd_settings(settings: DndSettings) -> raw::DndSettings {
    let DndSettings { call, email, sms, whats_app, gmb, fb } = settings;
    raw::DndSettings {
        call: call.map(request_dnd_setting),
        email: email.map(request_dnd_setting),
        sms: sms.map(request_dnd_setting),
        whats_app: whats_app.map(request_dnd_setting),
        gmb: gmb.map(request_dnd_setting),
        fb: fb.map(request_dnd_setting),
    }
}

fn request_dnd_setting(setting: DndSetting) -> raw::DndSetting {
    let DndSetting { status, message, code } = setting;
    let status = match status {
        DndStatus::Active => raw::DndStatus::Active,
        DndStatus::Inactive => raw::DndStatus::Inactive,
        DndStatus::Permanent => raw::DndStatus::Permanent,
    };
    raw::DndSetting { status, message, code }
}

fn request_inbound_dnd_setting(setting: InboundDndSetting) -> raw::InboundDndSetting {
    let InboundDndSetting { status, message } = setting;
    let status = match status {
        InboundDndStatus::Active => raw::InboundDndStatus::Active,
        InboundDndStatus::Inactive => raw::InboundDndStatus::Inactive,
    };
    raw::InboundDndSetting { status, message }
}

fn request_custom_field(field: CustomField) -> raw::CustomField {
    let CustomField { id, key, value } = field;
    let value = match value {
        CustomFieldValue::Text(text) => Value::String(text),
        CustomFieldValue::Number(number) => Value::Number(number),
        CustomFieldValue::Choices(choices) => choices.into(),
        CustomFieldValue::Files(files) => Value::Object(files.into_iter().map(request_file).collect()),
    };
    raw::CustomField { id: id.into(), key, field_value: Some(value) }
}

/// A file under its UUID, in the form of the vendor's public specification, schema `FileField`.
fn request_file((uuid, file): (String, UploadedFile)) -> (String, Value) {
    let UploadedFile { url, document_id, field_name, original_name, encoding, mime_type, size } = file;
    let meta = [
        ("fieldname", field_name.map(Value::from)),
        ("originalname", original_name.map(Value::from)),
        ("encoding", encoding.map(Value::from)),
        ("mimetype", mime_type.map(Value::from)),
        ("size", size.map(Value::from)),
        ("uuid", Some(Value::from(uuid.as_str()))),
    ];
    let file = [("meta", Some(present(meta))), ("url", Some(url.into())), ("documentId", document_id.map(Value::from))];
    (uuid, present(file))
}

/// An object of the members that are there.
fn present<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(members.collect::<Map<_, _>>())
}

fn contact_custom_field(field: raw::ContactCustomField) -> ContactCustomField {
    let raw::ContactCustomField { id, value } = field;
    ContactCustomField { id: id.map(CustomFieldId::received), value }
}

fn contact_dnd_settings(settings: raw::ContactDndSettings) -> ContactDndSettings {
    let raw::ContactDndSettings { call, email, sms, whats_app, gmb, fb } = settings;
    let channels = [
        (Channel::Call, call),
        (Channel::Email, email),
        (Channel::Sms, sms),
        (Channel::WhatsApp, whats_app),
        (Channel::Gmb, gmb),
        (Channel::Fb, fb),
    ];
    let mut settings = Vec::with_capacity(channels.len());
    let mentioned = |(channel, setting): (Channel, Option<_>)| Some((channel, contact_dnd_setting(setting?)));
    settings.extend(channels.into_iter().filter_map(mentioned));
    ContactDndSettings(settings)
}

fn contact_dnd_setting(setting: raw::ContactDndSetting) -> ContactDndSetting {
    let raw::ContactDndSetting { status, message, code } = setting;
    let status = match status {
        raw::ContactDndStatus::DocumentedDndStatus(status) => match status {
            raw::DocumentedDndStatus::Active => ContactDndStatus::Active,
            raw::DocumentedDndStatus::Inactive => ContactDndStatus::Inactive,
            raw::DocumentedDndStatus::Permanent => ContactDndStatus::Permanent,
        },
        raw::ContactDndStatus::OtherDndStatus(status) => ContactDndStatus::Other(status.into()),
    };
    ContactDndSetting { status, message, code }
}

/// The day, in each of the forms that the server uses: a date, a date with a time, milliseconds since 1970.
fn parse_date_of_birth(date_of_birth: raw::ContactDateOfBirth) -> Option<NaiveDate> {
    match date_of_birth {
        raw::ContactDateOfBirth::Text(text) => {
            // As it is written: the day must not move with the offset of the time behind it.
            DateTime::parse_from_rfc3339(&text).map(|time| time.date_naive()).or_else(|_| text.parse()).ok()
        }
        raw::ContactDateOfBirth::Milliseconds(milliseconds) => {
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
        created(&json!({"contact": {"id": "seD4PfOuKoVMLkEZqohJ", member: value}})).unwrap()
    }

    fn created(body: &Value) -> Result<Contact, Error> {
        let decoded = Decoded { value: serde_json::from_value(body.clone()).unwrap(), undecoded: Vec::new() };
        let response = Response::new(http::StatusCode::CREATED, http::HeaderMap::new(), body.to_string().into());
        super::created(Success { decoded, response })
    }

    #[test]
    fn there_is_no_contact_without_an_id() {
        for body in [json!({}), json!({"contact": null}), json!({"contact": {}}), json!({"contact": {"id": ""}})] {
            assert!(created(&body).is_err(), "{body}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_and_kept() {
        let contact = received("birthMonth", json!(12));
        assert_eq!(contact.undecoded(), ["contact.birthMonth"]);
        assert_eq!(contact.json()["birthMonth"], 12);
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

    #[test]
    fn the_day_of_birth_is_one_of_a_month() {
        let day = |value| received("birthDay", value).birth_day;
        assert_eq!((day(json!(1)), day(json!(31))), (Some(1), Some(31)));
        for other in [json!(0), json!(32), json!(25.5), json!(-1), json!(null)] {
            assert_eq!(day(other), None);
        }
    }

    #[test]
    fn a_documented_version_and_another_one() {
        let raw = |version| super::version(&version).unwrap();
        assert!(matches!(raw(ApiVersion::default()), raw::Version::DocumentedVersion(_)));
        let other = raw(ApiVersion::new("v3").unwrap());
        assert!(matches!(other, raw::Version::OtherVersion(_)));
        assert_eq!(other.to_string(), "v3");
    }

    /// A status that appears in the fragment breaks the build here.
    #[test]
    fn every_status_can_be_sent() {
        use raw::{DndStatus as Dnd, InboundDndStatus as Inbound};
        for sent in [Dnd::Active, Dnd::Inactive, Dnd::Permanent] {
            let status = match sent {
                Dnd::Active => DndStatus::Active,
                Dnd::Inactive => DndStatus::Inactive,
                Dnd::Permanent => DndStatus::Permanent,
            };
            assert_eq!(request_dnd_setting(DndSetting::new(status)).status, sent);
        }
        for sent in [Inbound::Active, Inbound::Inactive] {
            let status = match sent {
                Inbound::Active => InboundDndStatus::Active,
                Inbound::Inactive => InboundDndStatus::Inactive,
            };
            assert_eq!(request_inbound_dnd_setting(InboundDndSetting::new(status)).status, sent);
        }
    }
}
