//! What the mock does with the custom fields that a location has.

use super::*;

fn listing(server: &Server, location: &str, query: &str) -> reqwest::RequestBuilder {
    client()
        .get(format!("{}/locations/{location}/customFields{query}", server.url()))
        .header("authorization", "Bearer any-token")
        .header("version", "2021-07-28")
}

fn define(server: &Server, definition: &Value) -> Value {
    server.define_custom_field(definition).unwrap()
}

/// A location with a field of choice, one of choices, one of numbers and one of text.
fn defined(server: &Server) {
    for (id, name, data_type, options) in [
        ("plan", "Plan", "SINGLE_OPTIONS", json!(["Basic", "Enterprise annual"])),
        ("colors", "Colors", "CHECKBOX", json!(["Red", "Blue"])),
        ("seats", "Seats", "NUMERICAL", json!(null)),
        ("remark", "Any Remark", "TEXT", json!(null)),
    ] {
        let definition = json!({
            "id": id, "name": name, "dataType": data_type, "locationId": LOCATION, "picklistOptions": options,
        });
        define(server, &definition);
    }
}

#[tokio::test]
async fn those_of_a_location_are_listed() {
    let server = Server::builder().rate_limit(50, MINUTE).start().await.unwrap();
    let full = json!({
        "id": "3sv6UEo51C9Bmpo1cKTq", "name": "Plan", "fieldKey": "contact.the_plan", "placeholder": "Choose a plan",
        "dataType": "SINGLE_OPTIONS", "position": 7, "picklistOptions": ["Basic", "Enterprise annual"],
        "isAllowedCustomOption": true, "locationId": LOCATION, "model": "contact",
    });
    assert_eq!(define(&server, &full), full);
    let smallest = define(&server, &json!({"name": "Any Remark", "dataType": "TEXT", "locationId": LOCATION}));
    define(&server, &json!({"name": "Plan", "dataType": "RADIO", "locationId": "another"}));

    let mut text = String::new();
    for query in ["?model=contact", "?model=opportunity", "?model=user"] {
        text += &format!("## {query}\n{}\n\n", answer(listing(&server, LOCATION, query)).await);
    }
    insta::assert_snapshot!(text);
    for query in ["", "?model=all"] {
        let answer = answer(listing(&server, LOCATION, query)).await;
        let body: Value = serde_json::from_str(&answer[answer.find('{').unwrap()..]).unwrap();
        assert_eq!(body["customFields"], json!([full, smallest]));
    }
    // A location that is unknown has none, and requests of its own.
    let answer = answer(listing(&server, "third", "?model=contact&locationId=another")).await;
    assert!(answer.contains("\"customFields\": []") && answer.contains("x-ratelimit-remaining: 49\n"), "{answer}");
}

#[tokio::test]
async fn a_definition_that_is_refused() {
    let server = Server::start().await.unwrap();
    defined(&server);
    let refused = [
        json!([]),
        json!({}),
        json!({"name": "", "dataType": "", "locationId": "", "id": "", "fieldKey": ""}),
        json!({"name": 1, "dataType": null, "locationId": LOCATION, "picklistOptions": "Basic", "isAllowedCustomOption": 1}),
        json!({"name": "New", "dataType": "TEXT", "locationId": LOCATION, "model": "opportunity", "options": []}),
        json!({"name": "New", "dataType": "TEXT", "locationId": LOCATION, "id": "plan"}),
        json!({"name": "any remark", "dataType": "TEXT", "locationId": LOCATION}),
    ];
    let errors = refused.map(|body| format!("{body}: {}\n", server.define_custom_field(&body).unwrap_err()));
    insta::assert_snapshot!(errors.concat());
    assert!(answer(listing(&server, LOCATION, "")).await.matches("\"fieldKey\"").count() == 4);
}

/// The custom fields of the contact in the answer to a request that is a success.
async fn kept(request: reqwest::RequestBuilder) -> Value {
    let response = request.send().await.unwrap();
    assert!(response.status().is_success(), "{}", response.status());
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    body["contact"]["customFields"].clone()
}

#[tokio::test]
async fn what_a_location_does_not_have_is_dropped() {
    let server = Server::start().await.unwrap();
    defined(&server);
    let sent = json!([
        {"id": "plan", "field_value": "basic"},
        {"id": "colors", "field_value": ["Blue", "Green"]},
        {"id": "seats", "field_value": "many"},
        {"key": "any_remark", "field_value": "by its key"},
        {"key": "contact.unknown", "field_value": "a"},
        {"id": "unknown", "field_value": "a"},
    ]);
    let taken = json!([{"id": "colors", "value": ["Blue"]}, {"id": "remark", "value": "by its key"}]);
    let body = |name: &str, fields: &Value| json!({"locationId": LOCATION, "email": format!("{name}@deos.com"), "customFields": fields});
    assert_eq!(kept(request(&server, Method::POST, "/contacts/", &body("a", &sent))).await, taken);
    assert_eq!(kept(request(&server, Method::POST, "/contacts/upsert", &body("b", &sent))).await, taken);
    assert_eq!(server.insert(&body("c", &sent)).unwrap()["customFields"], taken);

    // Of a contact that is there, a value that is dropped changes nothing, and an empty one clears.
    let changes = json!([
        {"id": "colors", "field_value": ["Green"]},
        {"key": "contact.any_remark", "fieldValue": ""},
        {"id": "plan", "fieldValue": "Enterprise annual"},
        {"key": "seats", "field_value": 5},
    ]);
    let changed = json!([
        {"id": "colors", "value": ["Blue"]},
        {"id": "plan", "value": "Enterprise annual"},
        {"id": "seats", "value": 5},
    ]);
    assert_eq!(kept(request(&server, Method::POST, "/contacts/upsert", &body("a", &changes))).await, changed);
    let path = path_of(&server.contacts()[1]);
    let update = json!({"customFields": changes});
    assert_eq!(kept(request(&server, Method::PUT, &path, &update)).await, changed);

    // Nothing of it is known in another location, where a key alone is refused.
    let elsewhere = json!({"locationId": "another", "email": "a@deos.com", "customFields": [sent[0], sent[5]]});
    let all = json!([{"id": "plan", "value": "basic"}, {"id": "unknown", "value": "a"}]);
    assert_eq!(kept(request(&server, Method::POST, "/contacts/", &elsewhere)).await, all);
    let by_key = json!({"locationId": "another", "email": "b@deos.com", "customFields": [sent[3]]});
    assert!(answer_to(&server, by_key).await.contains("customFields.0.id should not be empty"));
}

#[tokio::test]
async fn what_is_no_custom_field_is_refused_all_the_same() {
    let server = Server::start().await.unwrap();
    defined(&server);
    let fields = json!([{"id": "unknown", "value": "a"}, {"field_value": "a"}, {"key": 1}, "plan"]);
    insta::assert_snapshot!(
        answer_to(&server, json!({"locationId": LOCATION, "firstName": "Rosan", "customFields": fields})).await
    );
}

#[tokio::test]
async fn a_search_by_those_of_the_location() {
    let server = Server::start().await.unwrap();
    defined(&server);
    server
        .insert(
            &json!({"locationId": LOCATION, "firstName": "Rosan", "customFields": [{"id": "seats", "field_value": 5}]}),
        )
        .unwrap();
    let search = |field: &str, operator: &str, value: Value| {
        let filter = json!({"field": field, "operator": operator, "value": value});
        let body = json!({"locationId": LOCATION, "pageLimit": 20, "filters": [filter]});
        answer(request(&server, Method::POST, "/contacts/search", &body))
    };
    assert!(search("customFields.seats", "range", json!({"gt": 4})).await.contains("\"total\": 1"));
    assert!(search("customFields.seats", "range", json!({"gt": 5})).await.contains("\"total\": 0"));
    assert!(search("customFields.unknown", "eq", json!(5)).await.contains("Invalid field customFields.unknown"));
}
