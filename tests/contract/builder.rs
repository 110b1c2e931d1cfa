//! Whatever a builder can build is valid under the strict schema, and arrives with the values that were put in.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::NaiveDate;
use leadconnector::answer::Response;
use leadconnector::contact::{Nullable, PropertyName, UpdatePropertyName};
use leadconnector::custom_fields::{CustomField, CustomFieldValue, UploadedFile};
use leadconnector::dnd::{Channel, DndSetting, DndStatus, InboundDndSetting, InboundDndStatus};
use leadconnector::pacing::NoPacing;
use leadconnector::{
    Client, ContactUpdate, ContactUpdateBuilder, Contacts, Country, CustomFieldId, Email, Error, LocationId,
    NewContact, NewContactBuilder, Phone, Upsert, UserId,
};
use leadconnector_mock::Server;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use super::fragment;

const LOCATION: &str = "ve9EPM428h8vShlRW1KT";
const UNMODELLED: &str = "dateOfBirth";

/// Something that is put into a contact or an update: what both take, and what one of them takes.
#[derive(Clone, Debug)]
enum Piece {
    NullableText(&'static str, Nullable<String>),
    PostalCode(Option<String>),
    Email(Nullable<Email>),
    Phone(Nullable<Phone>),
    Dnd(bool),
    DndSetting(&'static str, &'static str, Option<String>, Option<String>),
    InboundDndSetting(&'static str, Option<String>),
    CustomField(String, Option<String>, CustomFieldValue, Value),
    Country(Country),
    OfNew(OfNew),
    OfUpdate(OfUpdate),
}

#[derive(Clone, Debug)]
enum OfNew {
    CompanyName(Nullable<String>),
    Text(&'static str, Option<String>),
    Tags(Vec<String>),
    AssignedTo(String),
    Unmodelled(Value),
}

#[derive(Clone, Debug)]
enum OfUpdate {
    Source(Nullable<String>),
    AssignedTo(Nullable<String>),
    DateOfBirth(Nullable<NaiveDate>),
    ReplaceTags(Vec<String>),
    Unmodelled(Value),
}

fn text() -> impl Strategy<Value = String> {
    any::<String>()
}

fn id() -> &'static str {
    "[A-Za-z0-9_~-]{1,24}"
}

fn tags() -> impl Strategy<Value = Vec<String>> {
    vec(text().prop_filter("without text", |tag| !tag.trim().is_empty()), FEW)
}

fn date() -> impl Strategy<Value = NaiveDate> {
    (1_900..2_030, 1_u32..=366).prop_filter_map("no day", |(year, day)| NaiveDate::from_yo_opt(year, day))
}

fn of_new() -> impl Strategy<Value = Piece> {
    let piece = prop_oneof![
        nullable(text()).prop_map(OfNew::CompanyName),
        (select(["gender", "source"]), option::of(text())).prop_map(|(name, value)| OfNew::Text(name, value)),
        tags().prop_map(OfNew::Tags),
        id().prop_map(OfNew::AssignedTo),
        option::of(text()).prop_map(|value| OfNew::Unmodelled(json!(value))),
    ];
    piece.prop_map(Piece::OfNew)
}

fn of_update() -> impl Strategy<Value = Piece> {
    let piece = prop_oneof![
        nullable(text()).prop_map(OfUpdate::Source),
        nullable(id()).prop_map(OfUpdate::AssignedTo),
        nullable(date()).prop_map(OfUpdate::DateOfBirth),
        tags().prop_map(OfUpdate::ReplaceTags),
        option::of(text()).prop_map(|value| OfUpdate::Unmodelled(json!(value))),
    ];
    piece.prop_map(Piece::OfUpdate)
}

/// Pieces that both take, with some of one of them.
fn pieces(own: impl Strategy<Value = Piece>) -> impl Strategy<Value = Vec<Piece>> {
    let names = ["firstName", "lastName", "name", "address1", "city", "state", "website", "timezone"];
    let channels = ["Call", "Email", "SMS", "WhatsApp", "GMB", "FB"];
    let piece = prop_oneof![
        (select(names), nullable(text())).prop_map(|(name, value)| Piece::NullableText(name, value)),
        option::of(text()).prop_map(Piece::PostalCode),
        nullable(email()).prop_map(Piece::Email),
        nullable(phone()).prop_map(Piece::Phone),
        any::<bool>().prop_map(Piece::Dnd),
        (select(channels), select(["active", "inactive", "permanent"]), option::of(text()), option::of(text()))
            .prop_map(|(channel, status, message, code)| Piece::DndSetting(channel, status, message, code)),
        (select(["active", "inactive"]), option::of(text()))
            .prop_map(|(status, message)| Piece::InboundDndSetting(status, message)),
        (id(), option::of(text()), custom_field_value())
            .prop_map(|(id, key, (value, json))| Piece::CustomField(id, key, value, json)),
        "[A-Za-z]{2}".prop_filter_map("no country", |code| Country::new(code).ok()).prop_map(Piece::Country),
    ];
    vec(prop_oneof![3 => piece, 1 => own], 0..12)
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

/// Puts a piece into a builder, and by its name on the page into what is expected at the server.
macro_rules! put {
    ($piece:expr, $builder:ident, $expected:ident, $own:pat => $put:expr) => {
        match $piece {
            Piece::NullableText(name, value) => {
                expect_nullable($expected, name, &value, String::as_str);
                match name {
                    "firstName" => $builder.first_name(value),
                    "lastName" => $builder.last_name(value),
                    "name" => $builder.name(value),
                    "address1" => $builder.address1(value),
                    "city" => $builder.city(value),
                    "state" => $builder.state(value),
                    "website" => $builder.website(value),
                    "timezone" => $builder.timezone(value),
                    other => panic!("{other}"),
                }
            }
            Piece::PostalCode(value) => {
                expect($expected, "postalCode", value.as_ref().map(|value| json!(value)));
                $builder.postal_code(value)
            }
            Piece::Email(value) => {
                expect_nullable($expected, "email", &value, Email::as_str);
                $builder.email(value)
            }
            Piece::Phone(value) => {
                expect_nullable($expected, "phone", &value, Phone::as_str);
                $builder.phone(value)
            }
            Piece::Dnd(value) => {
                expect($expected, "dnd", Some(json!(value)));
                $builder.dnd(value)
            }
            Piece::DndSetting(channel, status, message, code) => {
                let sent =
                    present([("status", Some(status.into())), ("message", message.clone()), ("code", code.clone())]);
                $expected.entry("dndSettings").or_insert_with(|| json!({}))[channel] = sent;
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
                $builder.dnd_setting(channel, setting.message(message).code(code))
            }
            Piece::InboundDndSetting(status, message) => {
                let sent = present([("status", Some(status.into())), ("message", message.clone())]);
                expect($expected, "inboundDndSettings", Some(json!({"all": sent})));
                let setting =
                    if status == "active" { InboundDndSetting::active() } else { InboundDndSetting::inactive() };
                $builder.inbound_dnd_setting(setting.message(message))
            }
            Piece::CustomField(id, key, value, sent) => {
                let mut item = present([("id", Some(id.clone())), ("key", key.clone())]);
                item["field_value"] = sent;
                append($expected, "customFields", [item]);
                $builder.custom_field(CustomField::new(CustomFieldId::new(id).unwrap(), value).key(key))
            }
            Piece::Country(country) => {
                expect($expected, "country", Some(json!(country.as_str())));
                $builder.country(country)
            }
            $own => $put,
            other => panic!("{other:?}"),
        }
    };
}

impl Piece {
    fn put(self, builder: NewContactBuilder, expected: &mut Map<String, Value>) -> NewContactBuilder {
        put!(self, builder, expected, Piece::OfNew(own) => own.put(builder, expected))
    }

    fn put_into_update(self, builder: ContactUpdateBuilder, expected: &mut Map<String, Value>) -> ContactUpdateBuilder {
        put!(self, builder, expected, Piece::OfUpdate(own) => own.put(builder, expected))
    }
}

impl OfNew {
    fn put(self, builder: NewContactBuilder, expected: &mut Map<String, Value>) -> NewContactBuilder {
        match self {
            Self::CompanyName(value) => {
                expect_nullable(expected, "companyName", &value, String::as_str);
                builder.company_name(value)
            }
            Self::Text(name, value) => {
                expect(expected, name, value.as_ref().map(|value| json!(value)));
                if name == "gender" { builder.gender(value) } else { builder.source(value) }
            }
            Self::Tags(tags) => {
                append(expected, "tags", tags.iter().map(|tag| json!(tag)));
                builder.tags(tags)
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

impl OfUpdate {
    fn put(self, builder: ContactUpdateBuilder, expected: &mut Map<String, Value>) -> ContactUpdateBuilder {
        match self {
            Self::Source(value) => {
                expect_nullable(expected, "source", &value, String::as_str);
                builder.source(value)
            }
            Self::AssignedTo(value) => {
                expect_nullable(expected, "assignedTo", &value, String::as_str);
                builder.assigned_to(match value {
                    Nullable::Absent => Nullable::Absent,
                    Nullable::Null => Nullable::Null,
                    Nullable::Value(user) => Nullable::Value(UserId::new(user).unwrap()),
                })
            }
            Self::DateOfBirth(value) => {
                let sent = match &value {
                    Nullable::Absent => None,
                    Nullable::Null => Some(Value::Null),
                    Nullable::Value(day) => Some(json!(day.format("%Y-%m-%d").to_string())),
                };
                expect(expected, "dateOfBirth", sent);
                builder.date_of_birth(value)
            }
            Self::ReplaceTags(tags) => {
                expect(expected, "tags", Some(json!(tags)));
                builder.replace_tags(tags)
            }
            Self::Unmodelled(value) => {
                expected.insert("companyName".into(), value.clone());
                builder.property(UpdatePropertyName::new("companyName").unwrap(), value)
            }
        }
    }
}

/// What can be read of what was built, by its names on the page.
macro_rules! read_shared {
    ($built:expr) => {{
        let built = $built;
        let mut read = Map::new();
        let texts = [
            ("firstName", built.first_name()),
            ("lastName", built.last_name()),
            ("name", built.name()),
            ("address1", built.address1()),
            ("city", built.city()),
            ("state", built.state()),
            ("website", built.website()),
            ("timezone", built.timezone()),
        ];
        for (name, value) in texts {
            expect_nullable(&mut read, name, value, String::as_str);
        }
        expect_nullable(&mut read, "email", built.email(), Email::as_str);
        expect_nullable(&mut read, "phone", built.phone(), Phone::as_str);
        expect(&mut read, "postalCode", built.postal_code().map(|code| json!(code)));
        expect(&mut read, "dnd", built.dnd().map(|dnd| json!(dnd)));
        expect(&mut read, "country", built.country().map(|country| json!(country)));
        let channels = [
            ("Call", Channel::Call),
            ("Email", Channel::Email),
            ("SMS", Channel::Sms),
            ("WhatsApp", Channel::WhatsApp),
            ("GMB", Channel::Gmb),
            ("FB", Channel::Fb),
        ];
        for (name, channel) in channels {
            if let Some(setting) = built.dnd_setting(channel) {
                let status = match setting.status {
                    DndStatus::Active => "active",
                    DndStatus::Inactive => "inactive",
                    DndStatus::Permanent => "permanent",
                    other => panic!("{other:?}"),
                };
                let (message, code) = (setting.message.clone(), setting.code.clone());
                read.entry("dndSettings").or_insert_with(|| json!({}))[name] =
                    present([("status", Some(status.into())), ("message", message), ("code", code)]);
            }
        }
        if let Some(setting) = built.inbound_dnd_setting() {
            let status = if setting.status == InboundDndStatus::Active { "active" } else { "inactive" };
            let all = present([("status", Some(status.into())), ("message", setting.message.clone())]);
            read.insert("inboundDndSettings".into(), json!({"all": all}));
        }
        append(&mut read, "customFields", built.custom_fields().iter().map(read_custom_field));
        read
    }};
}

fn read_custom_field(field: &CustomField) -> Value {
    let mut item = present([("id", Some(field.id.to_string())), ("key", field.key.clone())]);
    item["field_value"] = match &field.value {
        CustomFieldValue::Text(text) => json!(text),
        CustomFieldValue::Number(number) => json!(number),
        CustomFieldValue::Choices(choices) => json!(choices),
        CustomFieldValue::Files(files) => {
            let file = |(uuid, file): (&String, &UploadedFile)| {
                (uuid.clone(), json!({"url": file.url, "meta": {"uuid": uuid, "size": file.size}}))
            };
            files.iter().map(file).collect()
        }
        other => panic!("{other:?}"),
    };
    item
}

fn read_contact(contact: &NewContact) -> Map<String, Value> {
    let mut read = read_shared!(contact);
    expect_nullable(&mut read, "companyName", contact.company_name(), String::as_str);
    expect(&mut read, "gender", contact.gender().map(|gender| json!(gender)));
    expect(&mut read, "source", contact.source().map(|source| json!(source)));
    expect(&mut read, "assignedTo", contact.assigned_to().map(|user| json!(user)));
    append(&mut read, "tags", contact.tags().iter().map(|tag| json!(tag)));
    expect(&mut read, UNMODELLED, contact.property(UNMODELLED).cloned());
    read
}

fn read_update(update: &ContactUpdate) -> Map<String, Value> {
    let mut read = read_shared!(update);
    expect_nullable(&mut read, "source", update.source(), String::as_str);
    expect_nullable(&mut read, "assignedTo", update.assigned_to(), UserId::as_str);
    let day = match update.date_of_birth() {
        Nullable::Absent => None,
        day => Some(json!(day.value())),
    };
    expect(&mut read, "dateOfBirth", day);
    expect(&mut read, "tags", update.tags().map(|tags| json!(tags)));
    expect(&mut read, "companyName", update.property("companyName").cloned());
    read
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

/// A mock that takes whatever is valid, and who asks it.
fn server_and_contacts(runtime: &Runtime) -> (Server, Contacts) {
    let start = Server::builder().accepting([UNMODELLED]).allow_duplicates(true).keep_requests(2).start();
    let server = runtime.block_on(start).unwrap();
    let client = Client::builder("token").base_url(server.url()).pacing(NoPacing).build().unwrap();
    (server, client.contacts(LocationId::new(LOCATION).unwrap()))
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, cases, ..ProptestConfig::default() }
}

/// A contact of these pieces, with what the server asks for, and what is expected there.
fn new_contact(pieces: Vec<Piece>) -> (NewContact, Map<String, Value>) {
    let mut expected = Map::from_iter([("locationId".to_owned(), json!(LOCATION))]);
    let mut builder =
        pieces.into_iter().fold(NewContact::builder(), |builder, piece| piece.put(builder, &mut expected));
    let named = |name| expected.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    if !["email", "phone", "firstName", "lastName"].into_iter().any(named) {
        builder = Piece::NullableText("firstName", Nullable::Value("Rosan".into())).put(builder, &mut expected);
    }
    (builder.build(), expected)
}

fn contact_update(pieces: Vec<Piece>) -> (ContactUpdate, Map<String, Value>) {
    let mut expected = Map::new();
    let update = pieces
        .into_iter()
        .fold(ContactUpdate::builder(), |builder, piece| piece.put_into_update(builder, &mut expected))
        .build();
    (update, expected)
}

/// As a reader of JSON sees it: the last digit of a fraction may differ.
fn as_read(expected: Map<String, Value>) -> Value {
    serde_json::from_str(&Value::Object(expected).to_string()).unwrap()
}

/// The members that were expected of a request, so that none is forgotten here.
struct Covered {
    request: &'static str,
    members: RefCell<BTreeSet<String>>,
}

impl Covered {
    fn of(request: &'static str) -> Self {
        Self { request, members: RefCell::default() }
    }

    fn note(&self, expected: &Map<String, Value>) {
        self.members.borrow_mut().extend(expected.keys().cloned());
    }

    #[track_caller]
    fn assert_all(self) {
        let described = &fragment()["components"]["schemas"][self.request]["properties"];
        let described: BTreeSet<_> = described.as_object().unwrap().keys().cloned().collect();
        let members = self.members.into_inner();
        let missing: Vec<_> = described.difference(&members).collect();
        assert!(
            missing.is_empty(),
            "no piece of this test sets {missing:?} of {}: add it, with its setter",
            self.request
        );
    }
}

#[track_caller]
fn succeeded<T>(result: Result<T, Error>) -> Result<T, TestCaseError> {
    result.map_err(|error| TestCaseError::fail(format!("{error}: {:?}", error.response().map(Response::body))))
}

/// With what `Covered` asks of the tests below, a member that has a setter and no getter is noticed here.
#[test]
fn what_was_set_is_read_and_stays_when_a_builder_goes_on() {
    proptest!(config(500), |(of_new in pieces(of_new()), of_update in pieces(of_update()))| {
        let (contact, mut expected) = new_contact(of_new);
        expected.remove("locationId");
        prop_assert_eq!(read_contact(&contact), expected);
        prop_assert_eq!(contact.clone().into_builder().build(), contact.clone());
        let upsert = Upsert::new(contact.clone());
        prop_assert_eq!(upsert.contact(), &contact);

        let (update, expected) = contact_update(of_update);
        prop_assert_eq!(read_update(&update), expected);
        prop_assert_eq!(update.clone().into_builder().build(), update);
    });
}

#[test]
fn what_a_builder_builds_is_valid_and_arrives() {
    let runtime = runtime();
    let (server, contacts) = server_and_contacts(&runtime);
    let covered = Covered::of("CreateContactRequest");
    proptest!(config(1_000), |(pieces in pieces(of_new()))| {
        let (contact, expected) = new_contact(pieces);
        covered.note(&expected);
        succeeded(runtime.block_on(contacts.create(contact)))?;
        prop_assert_eq!(server.last_request().unwrap().json().unwrap(), as_read(expected));
    });
    covered.assert_all();
}

#[test]
fn what_is_upserted_is_valid_and_arrives() {
    let runtime = runtime();
    let (server, contacts) = server_and_contacts(&runtime);
    let covered = Covered::of("UpsertContactRequest");
    proptest!(config(300), |(
        pieces in pieces(of_new()),
        day in nullable(date()),
        second in any::<bool>(),
        replace in any::<bool>(),
    )| {
        let (contact, mut expected) = new_contact(pieces);
        let upsert = Upsert::new(contact).date_of_birth(day).create_new_if_duplicate_allowed(second).replace_tags(replace);
        match day {
            Nullable::Absent => {}
            Nullable::Null => drop(expected.insert(UNMODELLED.into(), Value::Null)),
            Nullable::Value(day) => drop(expected.insert(UNMODELLED.into(), json!(day.format("%Y-%m-%d").to_string()))),
        }
        if second {
            expected.insert("createNewIfDuplicateAllowed".into(), json!(true));
        }
        covered.note(&expected);
        let tags = if replace { None } else { expected.remove("tags") };
        if replace {
            expected.entry("tags").or_insert_with(|| json!([]));
        }
        succeeded(runtime.block_on(contacts.upsert(upsert)))?;
        let requests = server.requests();
        let sent = requests.iter().rfind(|request| request.path == "/contacts/upsert").unwrap();
        prop_assert_eq!(sent.json().unwrap(), as_read(expected));
        if let (Some(tags), Some(last)) = (tags, requests.last().filter(|last| last.path.ends_with("/tags"))) {
            prop_assert_eq!(&last.json().unwrap()["tags"], &tags);
        }
    });
    covered.assert_all();
}

#[test]
fn what_an_update_changes_is_valid_and_arrives() {
    let runtime = runtime();
    let (server, contacts) = server_and_contacts(&runtime);
    let rosan = NewContact::builder().first_name("Rosan").build();
    let id = runtime.block_on(contacts.create(rosan)).unwrap().id;
    let covered = Covered::of("UpdateContactRequest");
    proptest!(config(300), |(pieces in pieces(of_update()))| {
        let (update, expected) = contact_update(pieces);
        prop_assert_eq!(update.is_empty(), expected.is_empty());
        prop_assume!(!expected.is_empty());
        covered.note(&expected);
        succeeded(runtime.block_on(contacts.update(&id, update)))?;
        prop_assert_eq!(server.last_request().unwrap().json().unwrap(), as_read(expected));
    });
    covered.assert_all();
}
