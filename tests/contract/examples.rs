//! The examples in the fragment, decoded by the client.

use http::StatusCode;
use leadconnector::custom_fields::{CustomFields, LocationCustomField};
use leadconnector::{Client, Contact, ContactId, Error, LocationId, NewContact, Note};
use leadconnector_mock::{Reply, Server};
use serde_json::{Value, json};

use super::fragment;

/// What a client makes of an answer.
async fn create(status: StatusCode, body: &Value) -> Result<Contact, Error> {
    let server = Server::start().await.unwrap();
    server.reply(Reply::json(status, body));
    let client = Client::builder("token").base_url(server.url()).build().unwrap();
    client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap()).create(NewContact::default()).await
}

/// The example of a schema: its own, or else made of those of its members. Where the page has none, a text.
fn example(schema: &Value, fragment: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return example(fragment.pointer(reference.trim_start_matches('#')).unwrap(), fragment);
    }
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
        return example(only, fragment);
    }
    if let Some(values) = schema.pointer("/oneOf/0/enum").or(schema.get("enum")) {
        return values[0].clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let members = schema["properties"].as_object().unwrap().iter();
            members.map(|(name, member)| (name.clone(), example(member, fragment))).collect()
        }
        Some("array") => json!([example(&schema["items"], fragment)]),
        Some("string") => json!("a text"),
        other => panic!("no example for {other:?}"),
    }
}

#[tokio::test]
async fn the_contact_has_every_member() {
    let fragment = fragment();
    let answer = example(&fragment["components"]["schemas"]["CreateContactResponse"], &fragment);
    let described = fragment["components"]["schemas"]["Contact"]["properties"].as_object().unwrap();
    let of_the_page = described.values().filter(|member| member.get("x-beyond-page").is_none());
    assert_eq!((answer["contact"].as_object().unwrap().len(), of_the_page.count()), (described.len(), 36));

    let contact = format!("{:#?}", create(StatusCode::OK, &answer).await.unwrap());
    assert!(!contact.contains("None"), "a member of the page's example is lost:\n{contact}");
    insta::assert_snapshot!(contact);
}

/// The same value, in which each member that has another spelling at this place of their list comes under that.
fn respelled(value: &Value, schema: &Value, fragment: &Value, place: usize) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return respelled(value, fragment.pointer(reference.trim_start_matches('#')).unwrap(), fragment, place);
    }
    if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
        return respelled(value, only, fragment, place);
    }
    match value {
        Value::Object(members) => {
            let respelled = members.iter().map(|(name, value)| {
                let property = &schema["properties"][name];
                let name = property["x-other-spellings"][place].as_str().unwrap_or(name);
                (name.to_owned(), respelled(value, property, fragment, place))
            });
            respelled.collect()
        }
        Value::Array(items) => items.iter().map(|item| respelled(item, &schema["items"], fragment, place)).collect(),
        scalar => scalar.clone(),
    }
}

/// Each spelling that the fragment names is read: as a whole, and where something else cannot be decoded.
#[tokio::test]
async fn every_spelling_is_read() {
    let fragment = fragment();
    let schema = &fragment["components"]["schemas"]["CreateContactResponse"];
    let answer = example(schema, &fragment);
    let mut contact = create(StatusCode::OK, &answer).await.unwrap();
    for place in 0..2 {
        let mut respelled = respelled(&answer, schema, &fragment, place);
        assert_ne!(respelled, answer);
        assert_eq!(create(StatusCode::OK, &respelled).await.unwrap(), contact, "{respelled:#}");

        respelled["contact"]["city"] = json!({});
        let city = contact.city.take();
        assert_eq!(create(StatusCode::OK, &respelled).await.unwrap(), contact, "{respelled:#}");
        contact.city = city;
    }
}

/// The page's examples are the same for some members: here each text is the name of its member.
#[tokio::test]
async fn no_member_is_taken_for_another() {
    let fragment = fragment();
    let mut contact = example(&fragment["components"]["schemas"]["Contact"], &fragment);
    for (name, value) in contact.as_object_mut().unwrap() {
        match value {
            Value::String(text) if !name.starts_with("date") && !name.ends_with("At") && name != "lastActivity" => {
                *text = name.clone();
            }
            Value::Object(members) if name.ends_with("ttributionSource") => {
                members.iter_mut().for_each(|(member, value)| *value = json!(format!("{name}.{member}")));
            }
            Value::Array(items) if name != "customFields" => *items = vec![json!(name)],
            _ => {}
        }
    }
    contact["dateUpdated"] = json!("2022-01-01T00:00:00Z");
    insta::assert_debug_snapshot!(create(StatusCode::OK, &json!({"contact": contact})).await.unwrap());
}

#[tokio::test]
async fn the_note_has_every_member() {
    let fragment = fragment();
    let answer = example(&fragment["components"]["schemas"]["GetAllNotesResponse"], &fragment);
    let server = Server::start().await.unwrap();
    server.reply(Reply::json(StatusCode::OK, &answer));
    let client = Client::builder("token").base_url(server.url()).build().unwrap();
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());
    let notes = contacts.notes(&ContactId::new("sx6wyHhbFdRXh302LLNR").unwrap()).await.unwrap();
    insta::assert_debug_snapshot!(notes);

    let written = serde_json::to_value(&notes).unwrap();
    assert_eq!(written, answer["notes"]);
    assert_eq!(serde_json::from_value::<Vec<Note>>(written).unwrap(), notes);
}

#[tokio::test]
async fn the_custom_field_has_every_member() {
    let fragment = fragment();
    let answer = example(&fragment["components"]["schemas"]["GetCustomFieldsResponse"], &fragment);
    let server = Server::start().await.unwrap();
    server.reply(Reply::json(StatusCode::OK, &answer));
    let client = Client::builder("token").base_url(server.url()).build().unwrap();
    let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());
    let fields = contacts.custom_fields().await.unwrap();
    insta::assert_debug_snapshot!(fields.iter().collect::<Vec<_>>());

    let written = serde_json::to_value(fields.iter().collect::<Vec<_>>()).unwrap();
    assert_eq!(written, answer["customFields"]);
    assert_eq!(
        serde_json::from_value::<Vec<LocationCustomField>>(written).unwrap().into_iter().collect::<CustomFields>(),
        fields
    );
}

/// A contact is written as the page has it, and read again as it was.
#[tokio::test]
async fn what_is_read_can_be_written() {
    let fragment = fragment();
    let mut example = example(&fragment["components"]["schemas"]["CreateContactResponse"], &fragment);
    let contact = create(StatusCode::OK, &example).await.unwrap();
    let written = serde_json::to_value(&contact).unwrap();
    assert_eq!(serde_json::from_value::<Contact>(written.clone()).unwrap(), contact);

    let example = example["contact"].as_object_mut().unwrap();
    // Lists that are empty are left out, and the day of birth is a date.
    example.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    example["dateOfBirth"] = json!("1990-09-25");
    assert_eq!(written, json!(example));
}

#[tokio::test]
async fn the_errors_have_every_member() {
    let fragment = fragment();
    let responses = fragment["paths"]["/contacts/"]["post"]["responses"].as_object().unwrap();
    let mut count = 0;
    for (status, response) in responses.iter().filter(|(status, _)| *status != "2XX") {
        let example = &response["content"]["application/json"]["example"];
        let status: StatusCode = status.parse().unwrap();
        let error = create(status, example).await.unwrap_err();
        let received = error.response().unwrap();
        assert_eq!(received.status(), status);
        assert_eq!(&serde_json::from_slice::<Value>(received.body()).unwrap(), example);

        let decoded: leadconnector_raw::types::ErrorBody = serde_json::from_value(example.clone()).unwrap();
        let mut again = serde_json::to_value(decoded).unwrap();
        // The page's "number" is a floating-point number in the generated type.
        again["statusCode"] = json!(again["statusCode"].as_f64().unwrap() as u16);
        assert_eq!(&again, example);
        count += 1;
    }
    assert_eq!(count, 3);
}
