//! What the mock answers to a search.

use super::*;

fn searching(server: &Server, body: &Value) -> reqwest::RequestBuilder {
    request(server, Method::POST, "/contacts/search", body)
}

/// Changes the first name of a contact.
async fn rename(server: &Server, path: &str, name: &str) {
    assert!(answer(request(server, Method::PUT, path, &json!({"firstName": name}))).await.starts_with("200"));
}

/// The body of the answer to a search in the location, which is a success.
async fn found(server: &Server, mut body: Value) -> Value {
    body["locationId"] = LOCATION.into();
    let response = searching(server, &body).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{body}");
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

fn names(page: &Value) -> Vec<&str> {
    page["contacts"].as_array().unwrap().iter().map(|contact| contact["firstName"].as_str().unwrap()).collect()
}

/// A contact of the location that was added at this second.
fn insert(server: &Server, name: &str, second: usize) -> Value {
    let date = format!("2021-08-31T09:59:{second:02}.937Z");
    server.insert(&json!({"locationId": LOCATION, "firstName": name, "dateAdded": date})).unwrap()
}

#[tokio::test]
async fn a_page() {
    let server = Server::start().await.unwrap();
    let full = json!({
        "locationId": LOCATION, "name": "Rosan Deo", "email": "Rosan@Deos.com", "phone": "+1 888-888-8888", "gender": "male",
        "address1": "3535 1st St N", "city": "Dolomite", "state": "AL", "postalCode": "35061", "country": "DE",
        "website": "https://www.tesla.com", "timezone": "America/Chihuahua", "companyName": "DGS VolMAX",
        "source": "public api", "tags": ["VIP"], "dnd": true, "dndSettings": {"SMS": {"status": "permanent"}},
        "assignedTo": "y0BeYjuRIlDwsDcOHOJo", "dateAdded": "2021-08-31T09:59:41.937Z",
        "customFields": [{"id": "6dvNaf7VhkQ9snc5vnjJ", "field_value": 42}],
    });
    server.insert(&full).unwrap();
    insert(&server, "Rubika", 42);
    insert(&server, "Third", 40);
    server.insert(&json!({"locationId": "another", "firstName": "Rosan"})).unwrap();
    let body = json!({"locationId": LOCATION, "pageLimit": 2});
    insta::assert_snapshot!(answer(searching(&server, &body)).await);
    // It reads, and belongs to the location of its body.
    assert_eq!(server.carried_out("search_contacts_advanced"), 0);
}

#[tokio::test]
async fn pages_to_the_end() {
    let server = Server::start().await.unwrap();
    // Two in each second.
    for number in 0..25 {
        insert(&server, &format!("{number:02}"), number / 2);
    }
    let mut by_position = Vec::new();
    let mut next = json!({"pageLimit": 10});
    loop {
        let page = found(&server, next.clone()).await;
        assert_eq!(page["total"], 25);
        let Some(last) = page["contacts"].as_array().unwrap().last() else { break };
        next["searchAfter"] = last["searchAfter"].clone();
        by_position.extend(names(&page).into_iter().map(str::to_owned));
    }
    let mut by_number = Vec::new();
    for page in 1..=3 {
        by_number.extend(
            names(&found(&server, json!({"pageLimit": 10, "page": page})).await).into_iter().map(str::to_owned),
        );
    }
    assert_eq!((by_position.len(), &by_position), (25, &by_number));
    by_position.sort_unstable_by(|one, other| other.cmp(one));
    let seconds = |names: &[String]| names.iter().map(|name| name.parse::<u32>().unwrap() / 2).collect::<Vec<_>>();
    assert_eq!(seconds(&by_number), seconds(&by_position));
}

#[tokio::test]
async fn what_is_deleted_between_two_pages() {
    let server = Server::start().await.unwrap();
    let contacts: Vec<_> = (0..6).map(|second| insert(&server, &second.to_string(), second)).collect();
    let first = found(&server, json!({"pageLimit": 2})).await;
    assert_eq!(names(&first), ["5", "4"]);
    // The one that the next page begins behind, one that is on it, and one that is not yet.
    for number in [4, 3, 0] {
        answers(&server, [(Method::DELETE, &path_of(&contacts[number]))]).await;
    }
    let after = &first["contacts"][1]["searchAfter"];
    let second = found(&server, json!({"pageLimit": 2, "searchAfter": after})).await;
    assert_eq!((names(&second), &second["total"]), (vec!["2", "1"], &json!(3)));
    let after = &second["contacts"][1]["searchAfter"];
    let third = found(&server, json!({"pageLimit": 2, "searchAfter": after})).await;
    assert_eq!((&third["contacts"], &third["total"]), (&json!([]), &json!(3)));
}

#[tokio::test]
async fn what_is_asked_for() {
    let server = Server::start().await.unwrap();
    let person = |name: &str, tags: &[&str]| {
        server.insert(&json!({"locationId": LOCATION, "firstName": name, "tags": tags})).unwrap()
    };
    let (_, rubika) = (person("Rosan", &["vip", "trial"]), person("Rubika", &["vip"]));
    let path = format!("{}/workflow/0b9c8a54", path_of(&rubika));
    assert!(answer(request(&server, Method::POST, &path, &json!({}))).await.starts_with("201"));

    let by_name = json!([{"field": "firstNameLowerCase", "direction": "asc"}]);
    let filters = |filters: Value| json!({"pageLimit": 5, "filters": filters, "sort": by_name});
    let tag = |operator: &str, tag: &str| json!({"field": "tags", "operator": operator, "value": tag});
    let workflow = json!({"field": "activeWorkflows", "operator": "eq", "value": "0b9c8a54"});
    for (asked, expected) in [
        (filters(json!([])), &["Rosan", "Rubika"][..]),
        (filters(json!([tag("eq", "vip")])), &["Rosan", "Rubika"]),
        (filters(json!([tag("eq", "vip"), tag("not_eq", "trial")])), &["Rubika"]),
        (filters(json!([{"group": "OR", "filters": [tag("contains", "tri"), workflow]}])), &["Rosan", "Rubika"]),
        (json!({"pageLimit": 5, "query": "RUB"}), &["Rubika"]),
    ] {
        let page = found(&server, asked.clone()).await;
        assert_eq!((names(&page), &page["total"]), (expected.to_vec(), &json!(expected.len())), "{asked}");
    }

    // It changes from one search to the next.
    assert_eq!(names(&found(&server, filters(json!([workflow]))).await), ["Rubika"]);
    assert!(answer(request(&server, Method::DELETE, &path, &json!({}))).await.starts_with("200"));
    assert_eq!(found(&server, filters(json!([workflow]))).await["total"], 0);
}

#[tokio::test]
async fn refused() {
    let server = Server::start().await.unwrap();
    let filter = |field: &str, operator: &str, value: Value| {
        let filter = json!({"field": field, "operator": operator, "value": value});
        json!({"pageLimit": 20, "filters": [filter]})
    };
    let sort = |fields: &[&str]| {
        let sort: Vec<_> = fields.iter().map(|field| json!({"field": field, "direction": "asc"})).collect();
        json!({"pageLimit": 20, "sort": sort})
    };
    let mut text = String::new();
    for mut body in [
        json!({}),
        json!({"pageLimit": 0, "page": 0}),
        json!({"pageLimit": 501, "query": "é".repeat(76)}),
        json!({"pageLimit": "20", "page": 1.5, "searchAfter": null, "filters": {}, "sort": {}, "query": 1}),
        json!({"pageLimit": 20, "limit": 20, "startAfterId": "a"}),
        json!({"pageLimit": 500, "page": 21}),
        json!({"pageLimit": 20, "page": 2, "searchAfter": [1_630_403_981_937_u64, "a"]}),
        json!({"pageLimit": 20, "searchAfter": ["a"]}),
        sort(&["email", "dnd", "source"]),
        sort(&["city"]),
        json!({"pageLimit": 20, "sort": [{"field": "email", "direction": "up", "order": 1}, {}]}),
        filter("city", "eq", json!("é".repeat(76))),
        filter("city", "eq", json!(["a"])),
        json!({"pageLimit": 20, "filters": [{"field": "city", "operator": "exists", "value": true, "note": 1}]}),
        json!({"pageLimit": 20, "filters": [{"group": "NOT", "filters": [1]}]}),
        filter("dateAdded", "range", json!({"from": "2021-08-31"})),
        filter("town", "eq", json!("Dolomite")),
        filter("city", "like", json!("Dolomite")),
        filter("email", "contains", json!("deos")),
        json!({"pageLimit": 20, "filters": [{"field": "opportunities", "operator": "nested", "filters": []}]}),
    ] {
        let said = body.to_string().replace(&"é".repeat(76), "[76 characters]");
        body["locationId"] = LOCATION.into();
        let response = searching(&server, &body).send().await.unwrap();
        let status = response.status();
        let answer: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        text += &format!("## {said}\n{status}\n{answer:#}\n\n");
    }
    let nowhere = searching(&server, &json!({"locationId": "", "pageLimit": 20})).send().await.unwrap();
    text += &format!("## No location\n{}", nowhere.text().await.unwrap());
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn a_search_that_lags() {
    let server = Server::builder().search_lag(60 * MINUTE).start().await.unwrap();
    let old = server.insert(&json!({"locationId": LOCATION, "firstName": "Rosan", "email": "rosan@deos.com"})).unwrap();
    let deleted = insert(&server, "Rubika", 0);
    assert!(
        answer_to(&server, json!({"locationId": LOCATION, "firstName": "New", "email": "new@deos.com"}))
            .await
            .starts_with("201")
    );
    rename(&server, &path_of(&old), "Changed").await;
    answers(&server, [(Method::DELETE, &path_of(&deleted))]).await;

    // As it was. Everything else knows of it.
    let page = found(&server, json!({"pageLimit": 10})).await;
    assert_eq!((names(&page), &page["total"]), (vec!["Rosan", "Rubika"], &json!(2)));
    assert_eq!(looked_up(&server, "email=new%40deos.com").await, server.contacts()[1]["id"]);
    assert!(answers(&server, [(Method::GET, &path_of(&old))]).await.contains("\"firstName\": \"Changed\""));
    assert!(answers(&server, [(Method::GET, &path_of(&deleted))]).await.contains("\n400 "));
}

#[tokio::test]
async fn the_lag_of_a_search_ends() {
    let server = Server::builder().search_lag(Duration::from_millis(20)).start().await.unwrap();
    let finds = async |expected: &[&str]| names(&found(&server, json!({"pageLimit": 10})).await) == expected;
    assert!(answer_to(&server, json!({"locationId": LOCATION, "firstName": "New"})).await.starts_with("201"));
    until(async || finds(&["New"]).await).await;
    let path = path_of(&server.contacts()[0]);
    rename(&server, &path, "Changed").await;
    until(async || finds(&["Changed"]).await).await;
    answers(&server, [(Method::DELETE, &path)]).await;
    until(async || finds(&[]).await).await;
}

#[tokio::test]
async fn a_search_whose_lag_has_no_end() {
    let server = Server::builder().search_lag(Duration::MAX).start().await.unwrap();
    assert!(answer_to(&server, json!({"locationId": LOCATION, "firstName": "New"})).await.starts_with("201"));
    assert_eq!(found(&server, json!({"pageLimit": 10})).await["total"], 0);
}

#[tokio::test]
async fn without_recording_nothing_is_found() {
    let server = Server::builder().recording(false).start().await.unwrap();
    assert!(answer_to(&server, json!({"locationId": LOCATION, "firstName": "New"})).await.starts_with("201"));
    assert_eq!(found(&server, json!({"pageLimit": 10})).await["contacts"], json!([]));
}

/// Whatever filters arrive, there is an answer.
#[test]
fn any_filters_have_an_answer() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Server::start()).unwrap();
    insert(&server, "Rosan", 0);
    let words = [
        "field",
        "operator",
        "value",
        "group",
        "filters",
        "AND",
        "OR",
        "city",
        "tags",
        "dateAdded",
        "customFields.a",
        "eq",
        "contains",
        "exists",
        "range",
        "gte",
        "lt",
        "2021-08-31",
    ];
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(filters in any_json(&words), search_after in any_json(&["dateAdded"]))| {
        for body in [
            json!({"locationId": LOCATION, "pageLimit": 20, "filters": [filters]}),
            json!({"locationId": LOCATION, "pageLimit": 20, "searchAfter": [search_after, "a"]}),
        ] {
            let text = runtime.block_on(answer(searching(&server, &body)));
            prop_assert!(["422", "400", "200"].iter().any(|status| text.starts_with(status)), "{text}");
        }
    });
}
