//! Whatever a builder can build is valid under the strict schema, and arrives with the values that were put in.

use std::collections::BTreeMap;
use std::ops::Range;

use leadconnector::{
    Channel, Client, Country, CustomField, CustomFieldId, CustomFieldValue, DndSetting, Email, InboundDndSetting,
    LocationId, NewContact, NewContactBuilder, NoPacing, Nullable, Phone, PropertyName, UploadedFile, UserId,
};
use leadconnector_mock::Server;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const LOCATION: &str = "ve9EPM428h8vShlRW1KT";
const UNMODELLED: &str = "dateOfBirth";

/// Something that is put into a contact.
#[derive(Clone, Debug)]
enum Piece {
    NullableText(&'static str, Nullable<String>),
    Text(&'static str, Option<String>),
    Email(Nullable<Email>),
    Phone(Nullable<Phone>),
    Dnd(bool),
    DndSetting(&'static str, &'static str, Option<String>, Option<String>),
    InboundDndSetting(&'static str, Option<String>),
    Tags(Vec<String>),
    CustomField(String, Option<String>, CustomFieldValue, Value),
    Country(Country),
    AssignedTo(String),
    Unmodelled(Value),
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let text = || any::<String>();
    let id = || "[A-Za-z0-9_~-]{1,24}";
    let names = ["firstName", "lastName", "name", "address1", "city", "state", "website", "timezone", "companyName"];
    let channels = ["Call", "Email", "SMS", "WhatsApp", "GMB", "FB"];
    let piece = prop_oneof![
        (select(names), nullable(text())).prop_map(|(name, value)| Piece::NullableText(name, value)),
        (select(["gender", "postalCode", "source"]), option::of(text()))
            .prop_map(|(name, value)| Piece::Text(name, value)),
        nullable(email()).prop_map(Piece::Email),
        nullable(phone()).prop_map(Piece::Phone),
        any::<bool>().prop_map(Piece::Dnd),
        (select(channels), select(["active", "inactive", "permanent"]), option::of(text()), option::of(text()))
            .prop_map(|(channel, status, message, code)| Piece::DndSetting(channel, status, message, code)),
        (select(["active", "inactive"]), option::of(text()))
            .prop_map(|(status, message)| Piece::InboundDndSetting(status, message)),
        vec(text(), FEW).prop_map(Piece::Tags),
        (id(), option::of(text()), custom_field_value())
            .prop_map(|(id, key, (value, json))| Piece::CustomField(id, key, value, json)),
        "[A-Za-z]{2}".prop_filter_map("no country", |code| Country::new(code).ok()).prop_map(Piece::Country),
        id().prop_map(Piece::AssignedTo),
        option::of(text()).prop_map(|value| Piece::Unmodelled(json!(value))),
    ];
    vec(piece, 0..12)
}

const FEW: Range<usize> = 0..4;

fn select<const N: usize>(values: [&'static str; N]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(values.to_vec())
}

fn nullable<T: Clone + std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Nullable<T>> {
    prop_oneof![1 => Just(Nullable::Absent), 1 => Just(Nullable::Null), 2 => value.prop_map(Nullable::Value)]
}

/// Any address that [`Email`] takes.
fn email() -> impl Strategy<Value = Email> {
    let address = prop_oneof!["[!-~]{1,8}@[a-z0-9-]{1,8}\\.[a-z]{2,4}", "\\PC{1,8}@\\PC{1,8}\\.[a-z]{2,4}"];
    address.prop_filter_map("no email address", |address| Email::new(address).ok())
}

/// Any number that [`Phone`] takes.
fn phone() -> impl Strategy<Value = Phone> {
    "\\+?[0-9() ./-]{4,20}".prop_filter_map("no phone number", |number| Phone::new(number).ok())
}

/// A value and how it is sent.
fn custom_field_value() -> impl Strategy<Value = (CustomFieldValue, Value)> {
    let text = || any::<String>();
    prop_oneof![
        text().prop_map(|text| (text.as_str().into(), json!(text))),
        any::<i64>().prop_map(|number| (number.into(), json!(number))),
        any::<f64>()
            .prop_filter_map("not JSON", |number| Some((CustomFieldValue::try_from(number).ok()?, json!(number)))),
        vec(text(), FEW).prop_map(|choices| (choices.clone().into(), json!(choices))),
        (text(), text(), any::<u64>()).prop_map(|(uuid, url, size)| {
            let file = json!({"url": url, "meta": {"uuid": uuid, "size": size}});
            (
                BTreeMap::from([(uuid.clone(), UploadedFile::new(url).size(size))]).into(),
                Value::Object(Map::from_iter([(uuid, file)])),
            )
        }),
    ]
}

impl Piece {
    /// Puts the piece into the builder, and by its name on the page into what is expected at the server.
    fn put(self, builder: NewContactBuilder, expected: &mut Map<String, Value>) -> NewContactBuilder {
        match self {
            Self::NullableText(name, value) => {
                expect_nullable(expected, name, &value, String::as_str);
                match name {
                    "firstName" => builder.first_name(value),
                    "lastName" => builder.last_name(value),
                    "name" => builder.name(value),
                    "address1" => builder.address1(value),
                    "city" => builder.city(value),
                    "state" => builder.state(value),
                    "website" => builder.website(value),
                    "timezone" => builder.timezone(value),
                    "companyName" => builder.company_name(value),
                    other => panic!("{other}"),
                }
            }
            Self::Text(name, value) => {
                expect(expected, name, value.as_ref().map(|value| json!(value)));
                match name {
                    "gender" => builder.gender(value),
                    "postalCode" => builder.postal_code(value),
                    "source" => builder.source(value),
                    other => panic!("{other}"),
                }
            }
            Self::Email(value) => {
                expect_nullable(expected, "email", &value, Email::as_str);
                builder.email(value)
            }
            Self::Phone(value) => {
                expect_nullable(expected, "phone", &value, Phone::as_str);
                builder.phone(value)
            }
            Self::Dnd(value) => {
                expect(expected, "dnd", Some(json!(value)));
                builder.dnd(value)
            }
            Self::DndSetting(channel, status, message, code) => {
                let sent =
                    present([("status", Some(status.into())), ("message", message.clone()), ("code", code.clone())]);
                expected.entry("dndSettings").or_insert_with(|| json!({}))[channel] = sent;
                let setting = match status {
                    "active" => DndSetting::active(),
                    "inactive" => DndSetting::inactive(),
                    _ => DndSetting::permanent(),
                };
                let channel = match channel {
                    "Call" => Channel::Call,
                    "Email" => Channel::Email,
                    "SMS" => Channel::Sms,
                    "WhatsApp" => Channel::WhatsApp,
                    "GMB" => Channel::Gmb,
                    _ => Channel::Fb,
                };
                builder.dnd_setting(channel, setting.message(message).code(code))
            }
            Self::InboundDndSetting(status, message) => {
                let sent = present([("status", Some(status.into())), ("message", message.clone())]);
                expect(expected, "inboundDndSettings", Some(json!({"all": sent})));
                let setting =
                    if status == "active" { InboundDndSetting::active() } else { InboundDndSetting::inactive() };
                builder.inbound_dnd_setting(setting.message(message))
            }
            Self::Tags(tags) => {
                append(expected, "tags", tags.iter().map(|tag| json!(tag)));
                builder.tags(tags)
            }
            Self::CustomField(id, key, value, sent) => {
                let mut item = present([("id", Some(id.clone())), ("key", key.clone())]);
                item["field_value"] = sent;
                append(expected, "customFields", [item]);
                builder.custom_field(CustomField::new(CustomFieldId::new(id).unwrap(), value).key(key))
            }
            Self::Country(country) => {
                expect(expected, "country", Some(json!(country.as_str())));
                builder.country(country)
            }
            Self::AssignedTo(user) => {
                expect(expected, "assignedTo", Some(json!(user)));
                builder.assigned_to(UserId::new(user).unwrap())
            }
            Self::Unmodelled(value) => {
                expected.insert(UNMODELLED.into(), value.clone());
                builder.property(PropertyName::new(UNMODELLED).unwrap(), value)
            }
        }
    }
}

fn expect(expected: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => expected.insert(name.into(), value),
        None => expected.remove(name),
    };
}

fn expect_nullable<T>(expected: &mut Map<String, Value>, name: &str, value: &Nullable<T>, text: fn(&T) -> &str) {
    let value = match value {
        Nullable::Absent => None,
        Nullable::Null => Some(Value::Null),
        Nullable::Value(value) => Some(json!(text(value))),
    };
    expect(expected, name, value);
}

fn append(expected: &mut Map<String, Value>, name: &str, items: impl IntoIterator<Item = Value>) {
    for item in items {
        expected.entry(name).or_insert_with(|| json!([])).as_array_mut().unwrap().push(item);
    }
}

fn present<const N: usize>(members: [(&str, Option<String>); N]) -> Value {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?)))).collect()
}

#[test]
fn what_a_builder_builds_is_valid_and_arrives() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let start = Server::builder().accepting([UNMODELLED]).allow_duplicates(true).start();
    let server = runtime.block_on(start).unwrap();
    let client = Client::builder("token").base_url(server.url()).pacing(NoPacing).build().unwrap();
    let contacts = client.contacts(LocationId::new(LOCATION).unwrap());

    let config = ProptestConfig { failure_persistence: None, cases: 1_000, ..ProptestConfig::default() };
    proptest!(config, |(pieces in pieces())| {
        let mut expected = Map::from_iter([("locationId".to_owned(), json!(LOCATION))]);
        let mut builder = pieces.into_iter().fold(NewContact::builder(), |builder, piece| piece.put(builder, &mut expected));
        // The server asks for one of these.
        let named = |name| expected.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        if !["email", "phone", "firstName", "lastName"].into_iter().any(named) {
            builder = Piece::NullableText("firstName", Nullable::Value("Rosan".into())).put(builder, &mut expected);
        }
        // As a reader of JSON sees it: the last digit of a fraction may differ.
        let expected: Value = serde_json::from_str(&Value::Object(expected).to_string()).unwrap();

        let created = runtime.block_on(contacts.create(builder.build()));
        prop_assert!(created.is_ok(), "{:?}", created.unwrap_err().response().map(leadconnector::Response::body));
        let received = server.last_request().unwrap().json().unwrap();
        prop_assert_eq!(received, expected);
    });
}
