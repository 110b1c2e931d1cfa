//! Requests to paths that this crate does not model: a call like all others.

use serde::Deserialize;

use super::*;
use crate::Request;

fn location() -> LocationId {
    LocationId::new("ve9EPM428h8vShlRW1KT").unwrap()
}

fn client(server: &Server) -> Client {
    fixed(server.url()).into_caller().client
}

fn request<T>(server: &Server, method: Method) -> Request<T> {
    client(server).request(&location(), method, "/opportunities/pipelines")
}

#[derive(Debug, PartialEq, Deserialize)]
struct Pipelines {
    pipelines: Vec<Pipeline>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Pipeline {
    name: String,
}

/// What is sent is what was said, beside what each request has.
#[tokio::test]
async fn a_request_is_sent_as_it_was_made() {
    let server = Server::start().await.unwrap();
    server.reply(answer(200, json!({"pipelines": [{"name": "Sales", "id": 7}], "traceId": "5"})));
    let call = client(&server)
        .request(&location(), Method::PUT, "/contacts/{contactId}/tasks")
        .path_parameter("contactId", "a/b")
        .query("locationId", location())
        .query("name", "Rosan & Deo+")
        .query("limit", 20)
        .json(&json!({"title": MARKER}))
        .header("X-Request-Id", "5")
        .header("user-agent", "mine")
        .version(crate::ApiVersion::new("v3").unwrap());
    let answer: Answer<Pipelines> = call.answer().await.unwrap();
    assert_eq!(answer.value, Pipelines { pipelines: vec![Pipeline { name: "Sales".into() }] });
    assert_eq!((answer.trace_id().as_deref(), answer.attempts(), answer.undecoded().len()), (Some("5"), 1, 0));

    let sent = server.last_request().unwrap();
    let path = "/contacts/a%2Fb/tasks?locationId=ve9EPM428h8vShlRW1KT&name=Rosan+%26+Deo%2B&limit=20";
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("PUT", path));
    assert_eq!(sent.json().unwrap(), json!({"title": MARKER}));
    let header =
        |name: &str| sent.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(header("authorization"), ["Bearer MARKER-token"]);
    assert_eq!(header("content-type"), ["application/json"]);
    assert_eq!(
        (header("version"), header("x-request-id"), header("user-agent")),
        (vec!["v3"], vec!["5"], vec!["mine"])
    );
}

/// What repeating it does is what the program says; for a `GET`, nothing.
#[tokio::test]
async fn a_request_is_sent_again_where_the_program_lets_it() {
    for (method, effect, again) in [
        (Method::GET, None, true),
        (Method::POST, None, false),
        (Method::DELETE, None, false),
        (Method::POST, Some(Effect::Reads), true),
        (Method::PUT, Some(Effect::Repeats), true),
        (Method::GET, Some(Effect::Once), false),
        (Method::HEAD, None, true),
    ] {
        for reply in [text(500, MARKER), status(200).cut_before()] {
            let server = Server::start().await.unwrap();
            server.reply(reply);
            server.reply(status(204));
            let request = request::<Value>(&server, method.clone());
            let request = if let Some(effect) = effect { request.effect(effect) } else { request };
            let result = request.await;
            assert_eq!(
                (result.is_ok(), server.requests().len()),
                (again, 1 + usize::from(again)),
                "{method} {effect:?}"
            );
            if let Err(error) = result {
                assert_eq!((carried_out(&error), created(&error)), ("unknown", "unknown"), "{method} {effect:?}");
                assert_private(&error);
            }
        }
        // What was certainly not carried out is sent again in any case.
        let server = Server::start().await.unwrap();
        server.reply(text(429, MARKER));
        server.reply(answer(200, json!({})));
        assert!(request::<Value>(&server, method).await.is_ok());
        assert_eq!(server.requests().len(), 2);
    }
}

/// Where there is nothing on purpose, there would be nothing again.
#[tokio::test]
async fn no_content_is_not_asked_for_again() {
    let server = Server::start().await.unwrap();
    server.reply(status(204));
    let request = request::<Pipelines>(&server, Method::DELETE).effect(Effect::Repeats);
    assert_eq!((variant(&request.await.unwrap_err()), server.requests().len()), ("Undecodable", 1));
}

/// Each refusal is the error that it is for all operations.
#[tokio::test]
async fn a_request_fails_as_all_others() {
    let refused = |message: &str| answer(422, json!({"message": [message], "statusCode": 422}));
    for (name, reply, expected, answer) in [
        ("not there", not_found(400), "NotFound", "no"),
        ("an unknown path", text(404, MARKER), "Rejected", "no"),
        ("a duplicate", duplicate(400), "Duplicate", "no"),
        ("401", status(401), "Unauthorized", "no"),
        ("403", text(403, MARKER), "Forbidden", "no"),
        ("422 about a member that was sent", refused("title must be a string"), "Validation", "no"),
        ("422 about something else", refused("MARKER must be MARKER"), "Validation", "unknown"),
        ("500", text(500, HTML), "Server", "unknown"),
        ("lost", status(200).cut_before(), "BrokenOff", "unknown"),
        ("HTML", text(200, HTML), "Undecodable", "unknown"),
        ("of another type", self::answer(200, json!([MARKER])), "Undecodable", "unknown"),
        ("half of it", text(200, r#"{"pipelines":[]}"#).cut_after(10), "BrokenOff", "unknown"),
        ("too large", text(200, &" ".repeat(1_000_000)), "TooLarge", "unknown"),
    ] {
        let server = Server::start().await.unwrap();
        server.reply(reply);
        let request = request::<Pipelines>(&server, Method::POST).json(&json!({"title": MARKER}));
        let error = request.await.unwrap_err();
        assert_eq!((variant(&error), carried_out(&error)), (expected, answer), "{name}");
        assert_private(&error);
        assert_eq!(server.requests().len(), 1, "{name}");
    }
}

/// What is not of the type that was asked for is named by its path, which is not printed.
#[tokio::test]
async fn an_answer_of_another_type() {
    let server = Server::start().await.unwrap();
    server.reply(answer(200, json!({"pipelines": [{"name": "Sales"}, {"name": [MARKER]}]})));
    let error = request::<Pipelines>(&server, Method::GET).await.unwrap_err();
    assert_private(&error);
    let Error::Undecodable(undecodable) = &error else { panic!("{error}") };
    assert_eq!(undecodable.reason, UndecodableReason::OtherType);
    assert_eq!(undecodable.path.as_deref(), Some("pipelines[1].name"));
    let said = "the server answered 200 OK, but its body is not of the type that was asked for; its `path` says where";
    assert_eq!(error.to_string(), said);
    // It would be of that type again.
    assert_eq!(server.requests().len(), 1);
}

/// Nothing is an answer where the type has one for it; a part of a number is none.
#[tokio::test]
async fn what_is_an_answer() {
    async fn of<T: serde::de::DeserializeOwned + Send + 'static>(reply: Reply) -> Result<T, &'static str> {
        let server = Server::start().await.unwrap();
        server.reply(reply);
        request::<T>(&server, Method::POST).await.map_err(|error| variant(&error))
    }
    assert_eq!(of::<Value>(status(204)).await, Ok(Value::Null));
    assert_eq!(of::<()>(text(200, " \n")).await, Ok(()));
    assert_eq!(of::<Option<Pipelines>>(status(200)).await, Ok(None));
    assert_eq!(of::<Pipelines>(status(200)).await, Err("Undecodable"));
    assert_eq!(of::<Option<Pipelines>>(status(200).cut_before()).await, Err("BrokenOff"));
    assert_eq!(of::<u32>(text(200, " 123\n")).await, Ok(123));
    assert_eq!(of::<Value>(text(200, "404 page not found")).await, Err("Undecodable"));
    assert_eq!(of::<Value>(text(200, "nullable")).await, Err("Undecodable"));
    assert_eq!(of::<u32>(text(200, "123").cut_after(2)).await, Err("BrokenOff"));
    assert_eq!(of::<Value>(text(200, r#"{"a":1}  "#).cut_after(8)).await, Ok(json!({"a": 1})));
    assert_eq!(of::<String>(text(201, "\u{feff}\"a\"")).await, Ok("a".to_owned()));
}

/// A path that leads elsewhere is refused, and nothing is sent: neither there nor anywhere.
#[tokio::test]
async fn a_path_that_leads_elsewhere() {
    let server = Server::start().await.unwrap();
    let elsewhere = Server::start().await.unwrap();
    let host = elsewhere.url().strip_prefix("http:").unwrap();
    for path in [elsewhere.url(), host, &format!("/\\{host}"), "/../contacts/", "opportunities", "/contacts/?a=b"] {
        let error = client(&server).request::<Value>(&location(), Method::GET, path).await.unwrap_err();
        assert_eq!((variant(&error), carried_out(&error)), ("Invalid", "no"), "{path}");
    }
    let unwritable = std::collections::BTreeMap::from([(vec![MARKER], 1)]);
    let error = request::<Value>(&server, Method::POST).json(&unwritable).await.unwrap_err();
    assert_private(&error);
    assert_eq!(error.to_string(), "body cannot be written as JSON");
    assert_eq!((server.requests().len(), elsewhere.requests().len()), (0, 0));
}

/// The allowance of the location is used.
#[tokio::test]
async fn a_request_takes_a_place_in_the_budget() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    assert_eq!(client.allowance(&location()), None);
    client.contacts(location()).count(Search::new()).await.unwrap();
    let before = client.allowance(&location()).unwrap();
    server.reply(header(answer(200, json!({})), "x-ratelimit-daily-remaining", "100"));
    client.request::<Value>(&location(), Method::GET, "/opportunities/pipelines").await.unwrap();
    let after = client.allowance(&location()).unwrap();
    assert_eq!((before.remaining, after.remaining), (Some(99), Some(98)));
    assert_eq!(after.daily_remaining, Some(100));
}
