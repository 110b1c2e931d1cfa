//! Whole requests, as the server received them.

use std::collections::BTreeMap;

use leadconnector::contact::{PropertyName, UpdatePropertyName};
use leadconnector::custom_fields::{CustomField, CustomFieldValue, UploadedFile};
use leadconnector::dnd::{Channel, DndSetting, InboundDndSetting};
use leadconnector::search::{Direction, Filter, Search};
use leadconnector::{
    ApiVersion, Client, ContactId, ContactUpdate, Country, CustomFieldId, Email, LocationId, NewContact,
    NewContactBuilder, NewNote, Null, Phone, Upsert, UserId, WorkflowId,
};
use leadconnector_mock::{Reply, Request, Server};

#[path = "../crates/leadconnector/examples/create_contact/page_example.rs"]
mod page_example;
use page_example::{of_the_pages_location, page_example};

const TOKEN: &str = "9c48df2694a849b6089f9d0d3513efe";

/// Creates a contact at a mock server, and gives what the server received.
async fn sent(contact: NewContact) -> String {
    sent_with(contact, ApiVersion::default()).await
}

async fn sent_with(contact: NewContact, version: ApiVersion) -> String {
    let server = Server::builder().accepting(["dateOfBirth"]).start().await.unwrap();
    let client = Client::builder(TOKEN).base_url(server.url()).version(version).build().unwrap();
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());
    let announced = contacts.request_body(contact.clone());
    contacts.create(contact).await.unwrap();

    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("{} requests instead of one", requests.len()) };
    assert_eq!(request.body, announced, "`request_body` differs from what was sent");
    as_text(request)
}

/// A request with what differs from run to run replaced, and the token redacted.
fn as_text(request: &Request) -> String {
    let mut headers: Vec<_> = request
        .headers
        .iter()
        .map(|(name, value)| {
            let value = value.to_str().unwrap();
            let value = match name.as_str() {
                "authorization" => value.replace(TOKEN, "[token]"),
                "host" => "[host]".to_owned(),
                "user-agent" => value.replace(env!("CARGO_PKG_VERSION"), "[version]"),
                _ => value.to_owned(),
            };
            format!("{name}: {value}\n")
        })
        .collect();
    headers.sort();
    let body = if request.body.is_empty() { String::new() } else { indented(&request.body) };
    format!("{} {}\n{}\n{body}", request.method, request.path, headers.concat())
}

/// JSON with line breaks: its members in their order, and each as often as it is there.
fn indented(json: &[u8]) -> String {
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::pretty(&mut text);
    serde_transcode::transcode(&mut serde_json::Deserializer::from_slice(json), &mut serializer).unwrap();
    String::from_utf8(text).unwrap()
}

fn custom_field(value: impl Into<CustomFieldValue>) -> CustomField {
    CustomField::new(CustomFieldId::new("6dvNaf7VhkQ9snc5vnjJ").unwrap(), value)
}

/// A contact with the least that the server asks for: a part of a name, or an email or a phone.
fn rosan() -> NewContactBuilder {
    NewContact::builder().first_name("Rosan")
}

#[tokio::test]
async fn smallest() {
    insta::assert_snapshot!(sent(rosan().build()).await);
}

#[tokio::test]
async fn page_example_with_every_field() {
    let sent = sent(of_the_pages_location(page_example().unwrap()).unwrap().build()).await;
    for property in leadconnector_raw::document::CREATE_CONTACT_REQUEST_PROPERTIES {
        assert!(sent.contains(&format!("\n  \"{property}\": ")), "page_example.rs does not set {property}: add it");
    }
    insta::assert_snapshot!(sent);
}

#[tokio::test]
async fn another_version() {
    let version = ApiVersion::new("2021-07-28").unwrap();
    insta::assert_snapshot!(sent_with(rosan().build(), version).await);
}

type Setter = fn(NewContactBuilder) -> NewContactBuilder;

#[tokio::test]
async fn nullable_fields() {
    let fields: [(&str, Setter, Setter, Setter); 11] = [
        ("firstName", |b| b.first_name(None::<&str>), |b| b.first_name(Null), |b| b.first_name("Rosan")),
        ("lastName", |b| b.last_name(None::<&str>), |b| b.last_name(Null), |b| b.last_name("Deo")),
        ("name", |b| b.name(None::<&str>), |b| b.name(Null), |b| b.name("Rosan Deo")),
        ("email", |b| b.email(None), |b| b.email(Null), |b| b.email(Email::new("rosan@deos.com").unwrap())),
        ("phone", |b| b.phone(None), |b| b.phone(Null), |b| b.phone(Phone::new("+1 888-888-8888").unwrap())),
        ("address1", |b| b.address1(None::<&str>), |b| b.address1(Null), |b| b.address1("3535 1st St N")),
        ("city", |b| b.city(None::<&str>), |b| b.city(Null), |b| b.city("Dolomite")),
        ("state", |b| b.state(None::<&str>), |b| b.state(Null), |b| b.state("AL")),
        ("website", |b| b.website(None::<&str>), |b| b.website(Null), |b| b.website("https://www.tesla.com")),
        ("timezone", |b| b.timezone(None::<&str>), |b| b.timezone(Null), |b| b.timezone("America/Chihuahua")),
        ("companyName", |b| b.company_name(None::<&str>), |b| b.company_name(Null), |b| b.company_name("DGS VolMAX")),
    ];
    let mut text = String::new();
    for (name, absent, null, set) in fields {
        for (state, setter) in [("absent", absent), ("null", null), ("set", set)] {
            let sent = sent(setter(rosan().last_name("Deo")).build()).await;
            text += &format!("## {name}, {state}\n{sent}\n\n");
        }
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn custom_fields_of_each_kind() {
    let photo = UploadedFile::new("https://services.leadconnectorhq.com/documents/download/w2M9qTZ0ZJz8rGt02jdJ")
        .document_id("w2M9qTZ0ZJz8rGt02jdJ")
        .field_name("1HeGizb13P0odwgOgKSs")
        .original_name("IMG_20231215_164412935.jpg")
        .encoding("7bit")
        .mime_type("image/jpeg")
        .size(1_786_611);
    let bare = UploadedFile::new("https://example.com/file");
    let files = BTreeMap::from([
        ("f31175d4-2b06-4fc6-b7bc-74cd814c68cb".to_owned(), photo),
        ("0c48df26-94a8-49b6-889f-9d0d3513efe0".to_owned(), bare),
    ]);
    let contact = rosan()
        .custom_field(custom_field("My Text"))
        .custom_field(custom_field("a text with a key").key("my_custom_field"))
        .custom_field(custom_field(42))
        .custom_field(custom_field(-1_i64))
        .custom_field(custom_field(CustomFieldValue::try_from(19.99).unwrap()))
        .custom_field(custom_field(["red", "green"]))
        .custom_fields([custom_field(Vec::<String>::new()), custom_field(files)])
        .build();
    insta::assert_snapshot!(sent(contact).await);
}

/// The fields by what they are called, and values as those of each kind are sent.
#[tokio::test]
async fn custom_fields_by_their_names() {
    let server = Server::start().await.unwrap();
    let field = |id: &str, name: &str, kind: &str, options: &[&str]| {
        let key = format!("contact.{}", name.to_lowercase());
        serde_json::json!({"id": id, "name": name, "fieldKey": key, "dataType": kind, "picklistOptions": options})
    };
    let fields = [
        field("3sv6UEo51C9Bmpo1cKTq", "Plan", "SINGLE_OPTIONS", &["Basic", "Enterprise annual"]),
        field("5tRzkfyFE6PEQGsLWPhA", "Seats", "NUMERICAL", &[]),
        field("6dvNaf7VhkQ9snc5vnjJ", "Colors", "CHECKBOX", &["red", "green"]),
        field("8xTqVnYpzLwR2sKd4mGb", "Renewal", "DATE", &[]),
    ];
    let fields = serde_json::json!({"customFields": fields});
    server.reply(Reply::json(http::StatusCode::OK, &fields));
    let client = Client::builder(TOKEN).base_url(server.url()).build().unwrap();
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());

    let fields = contacts.custom_fields().await.unwrap();
    let day = chrono::NaiveDate::from_ymd_opt(2027, 1, 31).unwrap();
    let contact = rosan()
        .custom_field(fields.by_key("contact.plan").unwrap().value("Enterprise annual").unwrap())
        .custom_field(fields.by_key("seats").unwrap().value(" 42 ").unwrap())
        .custom_field(fields.by_name("colors").unwrap().value("green").unwrap())
        .custom_field(fields.find("Renewal").unwrap().value(day).unwrap())
        .build();
    contacts.create(contact).await.unwrap();
    let requests: Vec<_> = server.requests().iter().map(as_text).collect();
    insta::assert_snapshot!(requests.join("\n\n"));
}

#[tokio::test]
async fn dnd_on_every_channel_with_every_status() {
    let channels = [Channel::Call, Channel::Email, Channel::Sms, Channel::WhatsApp, Channel::Gmb, Channel::Fb];
    let settings = [
        DndSetting::active(),
        DndSetting::inactive().message("asked for it"),
        DndSetting::permanent().message("replied STOP").code("STOP"),
    ];
    let mut text = String::new();
    for setting in settings {
        let on_each = |builder: NewContactBuilder, &channel| builder.dnd_setting(channel, setting.clone());
        let contact = channels.iter().fold(rosan(), on_each).build();
        text += &format!("{}\n\n", sent(contact).await);
    }
    for setting in [InboundDndSetting::active(), InboundDndSetting::inactive().message("may write to us")] {
        text += &format!("{}\n\n", sent(rosan().inbound_dnd_setting(setting).build()).await);
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn unmodelled_property() {
    let contact = rosan().property(PropertyName::new("dateOfBirth").unwrap(), "1990-09-25").build();
    insta::assert_snapshot!(sent(contact).await);
}

#[tokio::test]
async fn text_beyond_ascii() {
    let contact = NewContact::builder()
        .first_name("Łukasz \u{1F44B}")
        .last_name("Müller-Õunapuu")
        .company_name("株式会社 \"quoted\" \\ \u{0}")
        .tag("ελληνικά")
        .build();
    insta::assert_snapshot!(sent(contact).await);
}

#[tokio::test]
async fn finding_a_duplicate() {
    let server = Server::start().await.unwrap();
    let known =
        serde_json::json!({"locationId": "ve9EPM428h8vShlRW1KT", "email": "rosan+a@deos.com", "phone": "+18888888888"});
    let known = server.insert(&known).unwrap();
    let client = Client::builder(TOKEN).base_url(server.url()).build().unwrap();
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());

    let by_email = contacts.find_duplicate(Email::new("rosan+a@deos.com").unwrap()).await.unwrap();
    let by_phone = contacts.find_duplicate(Phone::new("+1 888-888-8888").unwrap()).await.unwrap();
    for found in [by_email, by_phone] {
        assert_eq!(known["id"], found.unwrap().id.as_str());
    }
    assert!(contacts.find_duplicate(Email::new("rosan@deos.com").unwrap()).await.unwrap().is_none());
    let requests: Vec<_> = server.requests().iter().map(as_text).collect();
    insta::assert_snapshot!(requests.join("\n\n"));
}

#[tokio::test]
async fn upserts() {
    let server = Server::start().await.unwrap();
    let client = Client::builder(TOKEN).base_url(server.url()).build().unwrap();
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());
    let day = chrono::NaiveDate::from_ymd_opt(1990, 9, 25);
    let rosan = || of_the_pages_location(page_example().unwrap()).unwrap();
    let with_a_day = rosan().property(PropertyName::new("dateOfBirth").unwrap(), "soon").build();

    let id = contacts.upsert(rosan().build()).await.unwrap().contact.id;
    let upsert = Upsert::new(with_a_day).date_of_birth(day).replace_tags(true).create_new_if_duplicate_allowed(true);
    assert_eq!(contacts.upsert(upsert).await.unwrap().contact.date_of_birth, day);
    let email = Email::new("rosan@deos.com").unwrap();
    let nothing = Upsert::new(NewContact::builder().email(email).build()).date_of_birth(Null).replace_tags(true);
    let cleared = contacts.upsert(nothing).await.unwrap().contact;
    assert_eq!((cleared.id, cleared.date_of_birth, cleared.tags.len()), (id.clone(), None, 0));
    let requests: Vec<_> =
        server.requests().iter().map(|request| as_text(request).replace(id.as_str(), "[id]")).collect();
    insta::assert_snapshot!(requests.join("\n\n"));
}

#[tokio::test]
async fn updates() {
    let server = Server::start().await.unwrap();
    let rosan =
        server.insert(&serde_json::json!({"locationId": "ve9EPM428h8vShlRW1KT", "firstName": "Rosan"})).unwrap();
    let id = ContactId::new(rosan["id"].as_str().unwrap()).unwrap();
    let client = Client::builder(TOKEN).base_url(server.url()).build().unwrap();
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());
    let every = ContactUpdate::builder()
        .first_name("Rosan")
        .last_name("Deo")
        .name("Rosan Deo")
        .email(Email::new("rosan@deos.com").unwrap())
        .phone(Phone::new("+1 888-888-8888").unwrap())
        .address1("3535 1st St N")
        .city("Dolomite")
        .state("AL")
        .postal_code("35061")
        .website("https://www.tesla.com")
        .timezone("America/Chihuahua")
        .dnd(true)
        .dnd_setting(Channel::Sms, DndSetting::permanent())
        .inbound_dnd_setting(InboundDndSetting::inactive())
        .replace_tags(["nisi sint commodo amet", "consequat"])
        .custom_field(custom_field("My Text"))
        .source("public api")
        .date_of_birth(chrono::NaiveDate::from_ymd_opt(1990, 9, 25))
        .country(Country::new("US").unwrap())
        .assigned_to(UserId::new("y0BeYjuRIlDwsDcOHOJo").unwrap())
        .property(UpdatePropertyName::new("companyName").unwrap(), "DGS VolMAX");
    let cleared = ContactUpdate::builder()
        .first_name(Null)
        .last_name(Null)
        .name(Null)
        .email(Null)
        .phone(Null)
        .address1(Null)
        .city(Null)
        .state(Null)
        .website(Null)
        .timezone(Null)
        .source(Null)
        .date_of_birth(Null)
        .assigned_to(Null)
        .replace_tags(Vec::<String>::new());
    let one = ContactUpdate::builder().first_name(None::<&str>).last_name("Deo");
    for update in [every, cleared, one] {
        contacts.update(&id, update.build()).await.unwrap();
    }
    let requests: Vec<_> =
        server.requests().iter().map(|request| as_text(request).replace(id.as_str(), "[id]")).collect();
    insta::assert_snapshot!(requests.join("\n\n"));
}

#[tokio::test]
async fn searches() {
    let server = Server::start().await.unwrap();
    let client = Client::builder(TOKEN).base_url(server.url()).build().unwrap();
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());
    let page = |contacts: &[&str]| {
        let one = |id: &&str| serde_json::json!({"id": id, "searchAfter": [1_784_292_472_386_i64, id]});
        let contacts: Vec<_> = contacts.iter().map(one).collect();
        Reply::json(http::StatusCode::OK, &serde_json::json!({"contacts": contacts, "total": 2}))
    };
    for reply in [page(&["a"]), page(&["b"]), page(&[]), page(&[])] {
        server.reply(reply);
    }
    let search = Search::new()
        .filter(Filter::eq("tags", "vip"))
        .filter(Filter::any([Filter::exists("email"), Filter::not_exists("phone")]))
        .query("tom")
        .sort("dateAdded", Direction::Descending)
        .sort("firstNameLowerCase", Direction::Ascending)
        .page_size(1)
        .page(1);
    let mut found = contacts.search(search.clone());
    while found.try_next().await.unwrap().is_some() {}
    assert_eq!(contacts.count(search).await.unwrap(), 2);
    let requests: Vec<_> = server.requests().iter().map(as_text).collect();
    insta::assert_snapshot!(requests.join("\n\n"));
}

#[tokio::test]
async fn what_is_done_with_a_contact() {
    let server = Server::start().await.unwrap();
    let rosan =
        server.insert(&serde_json::json!({"locationId": "ve9EPM428h8vShlRW1KT", "firstName": "Rosan"})).unwrap();
    let id = rosan["id"].as_str().unwrap();
    server.insert_note(id, &serde_json::json!({"body": "Called back.", "title": "Follow-up"})).unwrap();
    let client = Client::builder(TOKEN).base_url(server.url()).build().unwrap();
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());

    let id = ContactId::new(id).unwrap();
    assert_eq!(contacts.get(&id).await.unwrap().first_name.as_deref(), Some("Rosan"));
    let notes = contacts.notes(&id).await.unwrap();
    assert_eq!((notes[0].body.as_deref(), notes[0].title.as_deref()), (Some("Called back."), Some("Follow-up")));
    assert_eq!(notes[0].contact_id.as_ref(), Some(&id));
    let user = UserId::new("GCs5KuzPqTls7vWclkEV").unwrap();
    let note =
        NewNote::new("lorem ipsum").unwrap().title("Follow-up summary").color("#FFAA00").user(user).pinned(false);
    assert_eq!(contacts.create_note(&id, note).await.unwrap().color.as_deref(), Some("#FFAA00"));
    let workflow = WorkflowId::new("sx6wyHhbFdRXh302LLNR").unwrap();
    contacts.add_to_workflow(&id, &workflow).await.unwrap();
    contacts.remove_from_workflow(&id, &workflow).await.unwrap();
    assert_eq!(contacts.add_tags(&id, ["minim", "velit magna"]).await.unwrap().tags.len(), 2);
    assert_eq!(contacts.remove_tags(&id, ["minim"]).await.unwrap().tags, ["velit magna"]);
    contacts.delete(&id).await.unwrap();
    assert!(server.contacts().is_empty());

    let requests: Vec<_> =
        server.requests().iter().map(|request| as_text(request).replace(id.as_str(), "[id]")).collect();
    insta::assert_snapshot!(requests.join("\n\n"));
}
