//! What the mock does for an app of the marketplace: who gets which token, and what the token reaches.

use std::sync::{Arc, Mutex};

use leadconnector_mock::{MarketplaceApp, ServerBuilder};

use super::*;

const APP_ID: &str = "6866c5ad3e9cb0bb3ad47d8e";
const CLIENT_ID: &str = "6866c5ad3e9cb0bb3ad47d8e-mcq1x2yz";
const SECRET: &str = "the-client-secret";
const COMPANY: &str = "5DP4iH6HLkQsiKESj6rh";
const OTHER_LOCATION: &str = "C2QujeCh8ZnC7al2InWR";
const CALLBACK: &str = "https://example.com/callback";

const SECOND: Duration = Duration::from_secs(1);

fn app() -> MarketplaceApp {
    MarketplaceApp::new(CLIENT_ID, SECRET).locations([LOCATION, OTHER_LOCATION])
}

fn builder() -> ServerBuilder {
    Server::builder().oauth(app())
}

async fn started() -> Server {
    builder().start().await.unwrap()
}

/// Members of a form or a query, as they are sent.
fn encoded(members: &[(&str, &str)]) -> String {
    let mut url = reqwest::Url::parse("http://localhost").unwrap();
    url.query_pairs_mut().extend_pairs(members);
    url.query().unwrap_or_default().to_owned()
}

/// Members of which the latter take the place of the former, and empty ones are left out.
fn with<'a>(members: &[(&'a str, &'a str)], others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = members.iter().filter(|(name, _)| others.iter().all(|(other, _)| other != name));
    kept.chain(others).filter(|(_, value)| !value.is_empty()).copied().collect()
}

/// The status and the body of an answer.
async fn sent(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// The status of an answer, and the words of a refusal.
async fn said(request: reqwest::RequestBuilder) -> String {
    let (status, body) = sent(request).await;
    let words = ["error", "error_description", "message"].map(|name| match &body[name] {
        Value::Null => String::new(),
        Value::String(words) => format!(" {words}"),
        words => format!(" {words}"),
    });
    format!("{status}{}", words.concat())
}

const ASKED: [(&str, &str); 4] = [
    ("response_type", "code"),
    ("client_id", CLIENT_ID),
    ("redirect_uri", CALLBACK),
    ("scope", "contacts.readonly contacts.write"),
];

/// A visit of the consent page. A browser sends no token.
async fn visit(server: &Server, path: &str, members: &[(&str, &str)]) -> reqwest::Response {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]);
    let client = client.redirect(reqwest::redirect::Policy::none()).build().unwrap();
    client.get(format!("{}{path}?{}", server.url(), encoded(members))).send().await.unwrap()
}

/// Where the consent page sends the browser.
fn target(response: &reqwest::Response) -> &str {
    response.headers()["location"].to_str().unwrap()
}

/// The code for a consent.
async fn code(server: &Server, others: &[(&str, &str)]) -> String {
    let response = visit(server, "/oauth/chooselocation", &with(&ASKED, others)).await;
    let target = reqwest::Url::parse(target(&response)).unwrap();
    target.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
}

fn token_request(server: &Server, members: &[(&str, &str)]) -> reqwest::RequestBuilder {
    client()
        .post(format!("{}/oauth/token", server.url()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(encoded(members))
}

fn exchange(server: &Server, code: &str, others: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let members =
        [("client_id", CLIENT_ID), ("client_secret", SECRET), ("grant_type", "authorization_code"), ("code", code)];
    token_request(server, &with(&members, others))
}

fn refresh(server: &Server, tokens: &Value, others: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let members = [
        ("client_id", CLIENT_ID),
        ("client_secret", SECRET),
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    token_request(server, &with(&members, others))
}

fn access_token(tokens: &Value) -> &str {
    tokens["access_token"].as_str().unwrap()
}

/// A request with a token.
fn authorized(server: &Server, method: Method, path: &str, token: &str) -> reqwest::RequestBuilder {
    client().request(method, format!("{}{path}", server.url())).bearer_auth(token).header("version", "2021-07-28")
}

/// A read that the tokens of a location reach.
fn look_up(server: &Server, token: &str, location: &str) -> reqwest::RequestBuilder {
    let path = format!("/contacts/search/duplicate?locationId={location}&email=rosan%40deos.com");
    authorized(server, Method::GET, &path, token)
}

/// Tokens for these scopes: of a location, or with `user_type` of the company.
async fn tokens(server: &Server, scope: &str, others: &[(&str, &str)]) -> Value {
    let code = code(server, &[("scope", scope)]).await;
    sent(exchange(server, &code, others)).await.1
}

const INVALID_GRANT: &str = "400 invalid_grant This refresh token is invalid";
const NO_CODE: &str = "401 UnAuthorized! Authorization code not found";
const NO_CLIENT: &str = "401 UnAuthorized! Invalid client credentials!";
const INVALID_JWT: &str = "401 Unauthorized Invalid JWT";
const NO_TOKEN: &str = "401 Unauthorized Invalid token: access token is invalid";
const NO_VERSION: &str = "401 Unauthorized version header was not found";
const MISMATCH: &str = "401 Unauthorized Token's user type mismatch!";
const NO_SCOPE: &str = "401 Unauthorized The token is not authorized for this scope.";
const NO_ACCESS: &str = "403 Forbidden The token does not have access to this location.";

#[tokio::test]
async fn the_consent_page_sends_the_browser_to_the_app() {
    let server = started().await;
    let cases = [
        ("/oauth/chooselocation", CALLBACK, "", "https://example.com/callback?code=mock-code-1"),
        (
            "/v2/oauth/chooselocation",
            CALLBACK,
            "a b&c=é",
            "https://example.com/callback?code=mock-code-2&state=a+b%26c%3D%C3%A9",
        ),
        ("/oauth/chooselocation", "http://127.0.0.1:9/?x=1", "s", "http://127.0.0.1:9/?x=1&code=mock-code-3&state=s"),
    ];
    for (path, redirect_uri, state, expected) in cases {
        let response = visit(&server, path, &with(&ASKED, &[("redirect_uri", redirect_uri), ("state", state)])).await;
        assert_eq!((response.status().as_u16(), target(&response)), (302, expected));
    }
}

#[tokio::test]
async fn what_the_consent_page_refuses() {
    let strict = Server::builder().oauth(app().redirect_uri(CALLBACK)).start().await.unwrap();
    let lenient = started().await;
    let none = Server::builder().oauth(app().locations(Vec::<String>::new())).start().await.unwrap();
    let cases = [
        (&lenient, ("response_type", ""), "response_type must be code"),
        (&lenient, ("response_type", "token"), "response_type must be code"),
        (&lenient, ("client_id", ""), "client_id is not that of the app"),
        (&lenient, ("client_id", APP_ID), "client_id is not that of the app"),
        (&lenient, ("redirect_uri", ""), "redirect_uri should not be empty"),
        (&lenient, ("redirect_uri", "https://example.com/é\n"), "redirect_uri must be a URL address"),
        (&lenient, ("redirect_uri", "https://example.com/#a"), "redirect_uri must be a URL address"),
        (&strict, ("redirect_uri", ""), "redirect_uri should not be empty"),
        (&strict, ("redirect_uri", "https://example.com/callback/"), "redirect_uri is not that of the app"),
        (&lenient, ("scope", ""), "scope should not be empty"),
        (&lenient, ("scope", " "), "scope should not be empty"),
        (&lenient, ("locationId", "elsewhere"), "locationId is no location of the app"),
        (&none, ("state", "s"), "the app has no location"),
    ];
    for (server, changed, message) in cases {
        let response = visit(server, "/oauth/chooselocation", &with(&ASKED, &[changed])).await;
        assert!(!response.headers().contains_key("location"), "{changed:?}");
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(body, json!({"statusCode": 400, "message": message, "error": "Bad Request"}), "{changed:?}");
    }
    // Nobody got a code; and the app's own address is taken.
    for server in [&strict, &lenient] {
        assert_eq!(code(server, &[]).await, "mock-code-1");
    }
}

#[tokio::test]
async fn a_code_is_exchanged_for_tokens() {
    let server = started().await;
    let mut expected = json!({
        "access_token": "mock-access-token-2", "refresh_token": "mock-refresh-token-3",
        "refreshTokenId": "000000000000000000000004", "traceId": "00000000-0000-4000-a000-000000000005",
        "token_type": "Bearer", "expires_in": 86_399, "scope": "contacts.readonly contacts.write",
        "userType": "Location", "locationId": LOCATION, "companyId": COMPANY, "userId": "GCs5KuzPqTls7vWclkEV",
    });
    let first = code(&server, &[]).await;
    assert_eq!(sent(exchange(&server, &first, &[])).await, (200, expected.clone()));

    // For another location, and as the vendor's samples send it.
    let second = code(&server, &[("locationId", OTHER_LOCATION)]).await;
    let body = json!({
        "client_id": CLIENT_ID, "client_secret": SECRET, "grant_type": "authorization_code", "code": second,
        "user_type": "Location", "redirect_uri": CALLBACK,
    });
    let request = client().post(format!("{}/oauth/token", server.url())).header("content-type", "application/json");
    let (status, answer) = sent(request.body(body.to_string())).await;
    assert_eq!((status, &answer["locationId"]), (200, &json!(OTHER_LOCATION)));

    let third = code(&server, &[("scope", "oauth.write")]).await;
    let (status, answer) = sent(exchange(&server, &third, &[("user_type", "Company")])).await;
    expected.as_object_mut().unwrap().remove("locationId");
    expected["userType"] = json!("Company");
    expected["scope"] = json!("oauth.write");
    expected["approvedLocations"] = json!([LOCATION, OTHER_LOCATION]);
    for name in ["access_token", "refresh_token", "refreshTokenId", "traceId"] {
        expected[name] = answer[name].clone();
    }
    assert_eq!((status, answer), (200, expected));
}

#[tokio::test]
async fn what_the_token_endpoint_refuses() {
    let server = started().await;
    let code = code(&server, &[]).await;
    let other_uri = "400 invalid_grant The redirect_uri is not that of the authorization code";
    let cases: [(&[(&str, &str)], &str); 17] = [
        (&[("client_secret", "wrong")], NO_CLIENT),
        (&[("client_id", APP_ID)], NO_CLIENT),
        (&[("code", "mock-code-9")], NO_CODE),
        // The code is looked at first.
        (&[("code", "mock-code-9"), ("client_secret", "wrong")], NO_CODE),
        (&[("redirect_uri", "https://example.com/other")], other_uri),
        (&[("client_id", "")], r#"422 Unprocessable Entity ["client_id should not be empty"]"#),
        (&[("client_secret", "")], r#"422 Unprocessable Entity ["client_secret should not be empty"]"#),
        (&[("code", "")], r#"422 Unprocessable Entity ["code should not be empty"]"#),
        (&[("grant_type", "")], r#"422 Unprocessable Entity ["grant_type should not be empty"]"#),
        (
            &[("grant_type", "password"), ("user_type", "Agency")],
            "422 Unprocessable Entity [\"user_type must be one of the following values: Company, Location\",\
             \"grant_type must be one of the following values: authorization_code, refresh_token, client_credentials\"]",
        ),
        (&[("grant_type", "refresh_token")], r#"422 Unprocessable Entity ["refresh_token should not be empty"]"#),
        (&[("grant_type", "refresh_token"), ("refresh_token", &code)], INVALID_GRANT),
        (&[("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_secret", "wrong")], NO_CLIENT),
        (&[("grant_type", "client_credentials")], "400 unsupported_grant_type The grant type is not supported"),
        (&[("grant_type", "client_credentials"), ("client_secret", "wrong")], NO_CLIENT),
        (
            &[("client_id", ""), ("client_secret", ""), ("code", "")],
            "422 Unprocessable Entity [\"client_id should not be empty\",\"client_secret should not be empty\",\
             \"code should not be empty\"]",
        ),
        (
            &[("client_id", ""), ("clientId", CLIENT_ID)],
            r#"422 Unprocessable Entity ["client_id should not be empty"]"#,
        ),
    ];
    for (changed, expected) in cases {
        assert_eq!(said(exchange(&server, &code, changed)).await, expected, "{changed:?}");
    }
    // None of them has used the code up.
    assert_eq!(said(exchange(&server, &code, &[("redirect_uri", CALLBACK)])).await, "200");
}

#[tokio::test]
async fn bodies_that_the_token_endpoint_does_not_read() {
    let server = started().await;
    for (content_type, body, expected) in [
        ("text/plain", "a=b", "415"),
        ("application/json", "{", "400"),
        ("application/json", "[]", r#"422 Unprocessable Entity ["the body must be an object"]"#),
        (
            "Application/JSON; charset=utf-8",
            r#"{"client_id": 7, "client_secret": null, "grant_type": []}"#,
            "422 Unprocessable Entity [\"client_id must be a string\",\"client_secret should not be empty\",\
             \"grant_type must be a string\"]",
        ),
    ] {
        let request = client().post(format!("{}/oauth/token", server.url())).header("content-type", content_type);
        let said = said(request.body(body)).await;
        assert!(said.starts_with(expected), "{body}: {said}");
    }
    let large = token_request(&server, &[("code", &"x".repeat(2_000_000))]);
    assert!(said(large).await.starts_with("413"));
}

#[tokio::test]
async fn a_code_is_used_once_and_lives_ten_minutes() {
    let server = started().await;
    let [used, old, fresh] = [code(&server, &[]).await, code(&server, &[]).await, code(&server, &[]).await];
    assert_eq!(said(exchange(&server, &used, &[])).await, "200");
    assert_eq!(said(exchange(&server, &used, &[])).await, NO_CODE);

    server.advance(9 * MINUTE);
    assert_eq!(said(exchange(&server, &fresh, &[])).await, "200");
    server.advance(MINUTE);
    assert_eq!(said(exchange(&server, &old, &[])).await, NO_CODE);
}

#[tokio::test]
async fn a_refresh_token_is_used_up_by_a_refresh() {
    let server = started().await;
    let first = tokens(&server, "contacts.readonly", &[]).await;
    let (status, second) = sent(refresh(&server, &first, &[])).await;
    assert_eq!((status, server.refreshes()), (200, 1));
    for name in ["access_token", "refresh_token", "refreshTokenId", "traceId"] {
        assert_ne!(first[name], second[name], "{name}");
    }
    for name in ["token_type", "expires_in", "scope", "userType", "locationId", "companyId", "userId"] {
        assert_eq!(first[name], second[name], "{name}");
    }
    // Both access tokens are valid.
    for tokens in [&first, &second] {
        assert_eq!(said(look_up(&server, access_token(tokens), LOCATION)).await, "200");
    }

    // For 30 seconds, the same refresh token gets the same tokens, even when the new one was used meanwhile.
    assert_eq!(sent(refresh(&server, &first, &[])).await, (200, second.clone()));
    assert_eq!(said(refresh(&server, &second, &[])).await, "200");
    server.advance(20 * SECOND);
    assert_eq!(sent(refresh(&server, &first, &[("user_type", "Location")])).await, (200, second.clone()));
    assert_eq!(server.refreshes(), 2);
    server.advance(10 * SECOND);
    assert_eq!(said(refresh(&server, &first, &[])).await, INVALID_GRANT);
    assert_eq!(said(refresh(&server, &second, &[])).await, INVALID_GRANT);
    assert_eq!(server.refreshes(), 2);
}

#[tokio::test]
async fn a_repetition_is_refused_without_a_window() {
    let server = Server::builder().oauth(app().repeat_window(Duration::ZERO)).start().await.unwrap();
    let first = server.consent(LOCATION).unwrap();
    assert_eq!(said(refresh(&server, &first, &[])).await, "200");
    assert_eq!(said(refresh(&server, &first, &[])).await, INVALID_GRANT);
}

#[tokio::test]
async fn a_refresh_for_another_kind_of_user() {
    let server = started().await;
    let (of_location, of_company) = (server.consent(LOCATION).unwrap(), server.consent(COMPANY).unwrap());
    assert_eq!(said(refresh(&server, &of_location, &[("user_type", "Company")])).await, INVALID_GRANT);
    assert_eq!(said(refresh(&server, &of_company, &[("user_type", "Location")])).await, INVALID_GRANT);
    assert_eq!(server.refreshes(), 0);
    let (status, answer) = sent(refresh(&server, &of_company, &[("user_type", "Company")])).await;
    assert_eq!((status, &answer["userType"]), (200, &json!("Company")));
    assert_eq!(said(refresh(&server, &of_location, &[])).await, "200");
    // The kind of user counts for a repetition too.
    assert_eq!(said(refresh(&server, &of_location, &[("user_type", "Company")])).await, INVALID_GRANT);
}

#[tokio::test]
async fn a_refresh_token_lives_a_year() {
    let server = started().await;
    let (first, second) = (server.consent(LOCATION).unwrap(), server.consent(LOCATION).unwrap());
    server.advance(364 * 24 * 60 * MINUTE);
    assert_eq!(said(refresh(&server, &first, &[])).await, "200");
    server.advance(24 * 60 * MINUTE);
    assert_eq!(said(refresh(&server, &second, &[])).await, INVALID_GRANT);
}

#[tokio::test]
async fn an_access_token_expires() {
    let lifetime = Duration::from_millis(60_900);
    let server = Server::builder().oauth(app().token_lifetime(lifetime)).start().await.unwrap();
    let first = server.consent(LOCATION).unwrap();
    let of_company = server.consent(COMPANY).unwrap();
    assert_eq!(first["expires_in"], 60);
    server.advance(50 * SECOND);
    assert_eq!(said(look_up(&server, access_token(&first), LOCATION)).await, "200");
    assert_eq!(said(installed(&server, access_token(&of_company), &[])).await, "200");
    server.advance(10 * SECOND);
    assert_eq!(said(look_up(&server, access_token(&first), LOCATION)).await, INVALID_JWT);
    assert_eq!(said(installed(&server, access_token(&of_company), &[])).await, INVALID_JWT);
    let (_, second) = sent(refresh(&server, &first, &[])).await;
    assert_eq!(said(look_up(&server, access_token(&second), LOCATION)).await, "200");

    // However much time there is, nothing overflows.
    let server = Server::builder().oauth(app().token_lifetime(Duration::MAX)).start().await.unwrap();
    server.advance(Duration::MAX);
    server.advance(Duration::MAX);
    assert_eq!(server.consent(LOCATION).unwrap()["expires_in"], u64::MAX);
}

#[tokio::test]
async fn what_a_token_reaches() {
    let server = started().await;
    let contact = server.insert(&json!({"locationId": LOCATION, "firstName": "Rosan"})).unwrap();
    let foreign = server.insert(&json!({"locationId": OTHER_LOCATION, "firstName": "Rubika"})).unwrap();
    let (contact, foreign) = (path_of(&contact), path_of(&foreign));
    let readonly = tokens(&server, "contacts.readonly", &[]).await;
    let both = tokens(&server, "contacts.readonly contacts.write", &[]).await;
    let company = tokens(&server, "contacts.readonly oauth.write", &[("user_type", "Company")]).await;
    let [readonly, both, company] = [&readonly, &both, &company].map(access_token);

    let look_up = |location: &str| format!("/contacts/search/duplicate?locationId={location}&email=a%40deos.com");
    let fields = |location: &str| format!("/locations/{location}/customFields");
    let not_found = "404 Not Found Cannot GET /users/";
    for (method, path, token, expected) in [
        (Method::GET, contact.as_str(), readonly, "200"),
        (Method::GET, &look_up(LOCATION), readonly, "200"),
        (Method::GET, &contact, "any-token", INVALID_JWT),
        (Method::GET, &contact, "mock-refresh-token-3", INVALID_JWT),
        (Method::GET, &contact, company, MISMATCH),
        (Method::DELETE, &contact, readonly, NO_SCOPE),
        (Method::GET, &fields(LOCATION), both, NO_SCOPE),
        (Method::GET, &foreign, readonly, NO_ACCESS),
        (Method::DELETE, &foreign, both, NO_ACCESS),
        (Method::GET, &look_up(OTHER_LOCATION), readonly, NO_ACCESS),
        // A contact that nobody has is no secret.
        (Method::GET, "/contacts/nobody", readonly, "400 Contact with id nobody not found"),
        // Paths that the server does not have need a token, but no scope.
        (Method::GET, "/users/", readonly, not_found),
        (Method::GET, "/users/", "any-token", INVALID_JWT),
        (Method::GET, "/users/?locationId=elsewhere", readonly, NO_ACCESS),
        // A Private Integration Token is as good as ever.
        (Method::GET, &fields(OTHER_LOCATION), "pit-1", "200"),
        (Method::DELETE, &foreign, "pit-1", "200"),
        (Method::DELETE, &contact, both, "200"),
    ] {
        let case = format!("{method} {path} {token}");
        assert_eq!(said(authorized(&server, method, path, token)).await, expected, "{case}");
    }

    let fields_token = tokens(&server, "locations/customFields.readonly", &[]).await;
    for (location, expected) in [(LOCATION, "200"), (OTHER_LOCATION, NO_ACCESS)] {
        let request = authorized(&server, Method::GET, &fields(location), access_token(&fields_token));
        assert_eq!(said(request).await, expected);
    }
    // The body names the location; what the query says does not cover it.
    for (query, location, expected) in [
        ("", LOCATION, "201"),
        ("", OTHER_LOCATION, NO_ACCESS),
        ("?locationId=ve9EPM428h8vShlRW1KT", OTHER_LOCATION, NO_ACCESS),
    ] {
        let request = authorized(&server, Method::POST, &format!("/contacts/{query}"), both);
        let body = json!({"locationId": location, "firstName": "Rosan"}).to_string();
        assert_eq!(said(request.header("content-type", "application/json").body(body)).await, expected);
    }
    assert_eq!(server.contacts().len(), 1);

    let url = format!("{}{contact}", server.url());
    assert_eq!(said(client().get(&url).header("version", "2021-07-28")).await, NO_TOKEN);
    assert_eq!(said(client().get(&url).bearer_auth(both)).await, NO_VERSION);
}

fn location_token(server: &Server, token: &str, others: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let members = with(&[("companyId", COMPANY), ("locationId", OTHER_LOCATION)], others);
    authorized(server, Method::POST, "/oauth/locationToken", token)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(encoded(&members))
}

#[tokio::test]
async fn a_token_of_the_company_makes_tokens_of_locations() {
    let server = started().await;
    let company = tokens(&server, "contacts.readonly oauth.write", &[("user_type", "Company")]).await;
    let (status, minted) = sent(location_token(&server, access_token(&company), &[])).await;
    let expected = json!({
        "access_token": minted["access_token"], "traceId": minted["traceId"], "token_type": "Bearer",
        "expires_in": 86_399, "scope": "contacts.readonly oauth.write", "locationId": OTHER_LOCATION,
        "userId": "GCs5KuzPqTls7vWclkEV", "userType": "Location", "appId": APP_ID,
    });
    assert_eq!((status, &minted), (201, &expected));
    assert_eq!(said(look_up(&server, access_token(&minted), OTHER_LOCATION)).await, "200");
    assert_eq!(said(look_up(&server, access_token(&minted), LOCATION)).await, NO_ACCESS);

    let request = authorized(&server, Method::POST, "/oauth/locationToken", access_token(&company));
    let body = json!({"companyId": COMPANY, "locationId": LOCATION}).to_string();
    let (status, minted) = sent(request.header("content-type", "application/json").body(body)).await;
    assert_eq!((status, &minted["locationId"]), (201, &json!(LOCATION)));

    server.advance(Duration::from_secs(86_399));
    assert_eq!(said(look_up(&server, access_token(&minted), LOCATION)).await, INVALID_JWT);
}

#[tokio::test]
async fn what_is_refused_to_who_wants_a_token_of_a_location() {
    let server = started().await;
    let company = tokens(&server, "oauth.write", &[("user_type", "Company")]).await;
    let readonly = tokens(&server, "oauth.readonly", &[("user_type", "Company")]).await;
    let location = tokens(&server, "oauth.write", &[]).await;
    let [company, readonly, location] = [&company, &readonly, &location].map(access_token);
    let inactive = "400 Bad Request Location is not active";
    let empty = r#"422 Unprocessable Entity ["companyId should not be empty","locationId should not be empty"]"#;
    for (token, changed, expected) in [
        ("any-token", [("a", ""), ("b", "")], INVALID_JWT),
        ("pit-1", [("a", ""), ("b", "")], MISMATCH),
        (location, [("a", ""), ("b", "")], MISMATCH),
        (readonly, [("a", ""), ("b", "")], NO_SCOPE),
        (company, [("companyId", ""), ("locationId", "")], empty),
        (company, [("companyId", "other"), ("b", "")], "403 Forbidden Forbidden resource"),
        (company, [("locationId", "other"), ("b", "")], inactive),
        (company, [("a", ""), ("b", "")], "201"),
    ] {
        assert_eq!(said(location_token(&server, token, &changed)).await, expected, "{token} {changed:?}");
    }
    let url = format!("{}/oauth/locationToken", server.url());
    assert_eq!(said(client().post(&url)).await, NO_TOKEN);
    assert_eq!(said(client().post(&url).bearer_auth(company)).await, NO_VERSION);

    server.uninstall(OTHER_LOCATION);
    assert_eq!(said(location_token(&server, company, &[])).await, inactive);
}

fn installed(server: &Server, token: &str, others: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let members = with(&[("companyId", COMPANY), ("appId", APP_ID)], others);
    let path = format!("/oauth/installedLocations?{}", encoded(&members));
    authorized(server, Method::GET, &path, token)
}

#[tokio::test]
async fn the_locations_of_the_app_are_listed() {
    let ids: Vec<_> = (0..25).map(|number| format!("location{number}")).collect();
    let server = Server::builder().oauth(app().locations(&ids)).start().await.unwrap();
    let company = server.consent(COMPANY).unwrap();
    server.uninstall("location1");
    for (query, expected) in [
        (&[][..], 0..20),
        (&[("skip", "20")], 20..25),
        (&[("skip", "1"), ("limit", "2")], 1..3),
        (&[("skip", "30")], 25..25),
    ] {
        let (status, answer) = sent(installed(&server, access_token(&company), query)).await;
        let listed = expected.map(|number: usize| {
            let id = &ids[number];
            json!({"_id": id, "name": format!("Location {id}"), "address": "", "isInstalled": number != 1})
        });
        let body = json!({"locations": listed.collect::<Vec<_>>(), "count": 25, "installToFutureLocations": false});
        assert_eq!((status, answer), (200, body), "{query:?}");
    }
}

#[tokio::test]
async fn what_is_refused_to_who_wants_the_list_of_locations() {
    let server = started().await;
    let company = tokens(&server, "oauth.readonly", &[("user_type", "Company")]).await;
    let write = tokens(&server, "oauth.write", &[("user_type", "Company")]).await;
    let location = tokens(&server, "oauth.readonly", &[]).await;
    let [company, write, location] = [&company, &write, &location].map(access_token);
    let empty = r#"422 Unprocessable Entity ["companyId should not be empty","appId should not be empty"]"#;
    let numbers = r#"422 Unprocessable Entity ["skip must be a number string","limit must be a number string"]"#;
    for (token, changed, expected) in [
        ("any-token", [("a", ""), ("b", "")], INVALID_JWT),
        ("pit-1", [("a", ""), ("b", "")], MISMATCH),
        (location, [("a", ""), ("b", "")], MISMATCH),
        (write, [("a", ""), ("b", "")], NO_SCOPE),
        (company, [("companyId", ""), ("appId", "")], empty),
        (company, [("skip", "-1"), ("limit", "many")], numbers),
        (company, [("companyId", "other"), ("b", "")], "403 Forbidden Forbidden resource"),
        (company, [("appId", CLIENT_ID), ("b", "")], "400 Bad Request appId is not that of the app"),
        (company, [("a", ""), ("b", "")], "200"),
    ] {
        assert_eq!(said(installed(&server, token, &changed)).await, expected, "{token} {changed:?}");
    }
    let url = format!("{}/oauth/installedLocations", server.url());
    assert_eq!(said(client().get(&url)).await, NO_TOKEN);
    assert_eq!(said(client().get(&url).bearer_auth(company)).await, NO_VERSION);
}

#[tokio::test]
async fn consent_without_a_page() {
    let server = started().await;
    let location = server.consent(OTHER_LOCATION).unwrap();
    let scope = "contacts.readonly contacts.write locations/customFields.readonly oauth.readonly oauth.write";
    let of = |tokens: &Value| ["userType", "locationId", "scope"].map(|name| tokens[name].clone());
    assert_eq!(of(&location), [json!("Location"), json!(OTHER_LOCATION), json!(scope)]);
    assert_eq!(of(&server.consent(COMPANY).unwrap()), [json!("Company"), json!(null), json!(scope)]);
    assert_eq!(server.consent("elsewhere"), None);
    assert!(server.requests().is_empty());
    assert_eq!(said(look_up(&server, access_token(&location), OTHER_LOCATION)).await, "200");
    assert_eq!(said(refresh(&server, &location, &[])).await, "200");
}

#[tokio::test]
async fn another_company() {
    let server = Server::builder().oauth(app().company("agency")).start().await.unwrap();
    assert_eq!(server.consent(COMPANY), None);
    let tokens = server.consent("agency").unwrap();
    assert_eq!(tokens["companyId"], "agency");
    let (status, minted) = sent(location_token(&server, access_token(&tokens), &[("companyId", "agency")])).await;
    assert_eq!((status, &minted["locationId"]), (201, &json!(OTHER_LOCATION)));
}

#[tokio::test]
async fn an_app_that_is_removed_from_a_location() {
    let server = started().await;
    let company = server.consent(COMPANY).unwrap();
    let (_, minted) = sent(location_token(&server, access_token(&company), &[("locationId", LOCATION)])).await;
    let (tokens, kept) = (server.consent(LOCATION).unwrap(), server.consent(OTHER_LOCATION).unwrap());
    let (used, pending) = (server.consent(LOCATION).unwrap(), code(&server, &[]).await);
    assert_eq!(said(refresh(&server, &used, &[])).await, "200");

    server.uninstall(LOCATION);
    for tokens in [&tokens, &minted] {
        assert_eq!(said(look_up(&server, access_token(tokens), LOCATION)).await, INVALID_JWT);
    }
    // Not even what can be repeated is.
    for tokens in [&tokens, &used] {
        assert_eq!(said(refresh(&server, tokens, &[])).await, INVALID_GRANT);
    }
    assert_eq!(said(exchange(&server, &pending, &[])).await, NO_CODE);
    assert_eq!(said(look_up(&server, access_token(&kept), OTHER_LOCATION)).await, "200");
    let (_, company) = sent(refresh(&server, &company, &[])).await;
    assert_eq!(company["approvedLocations"], json!([OTHER_LOCATION]));

    // Another consent installs it again.
    let code = code(&server, &[]).await;
    assert_eq!(said(exchange(&server, &code, &[])).await, "200");
    assert_eq!(said(location_token(&server, access_token(&company), &[("locationId", LOCATION)])).await, "201");
    server.uninstall(LOCATION);
    server.consent(LOCATION).unwrap();
    assert_eq!(said(location_token(&server, access_token(&company), &[("locationId", LOCATION)])).await, "201");
}

#[tokio::test]
async fn an_app_that_is_removed_from_the_company() {
    let server = started().await;
    let company = server.consent(COMPANY).unwrap();
    let (_, minted) = sent(location_token(&server, access_token(&company), &[])).await;
    let (location, pending) = (server.consent(OTHER_LOCATION).unwrap(), code(&server, &[]).await);

    server.uninstall(COMPANY);
    assert_eq!(said(installed(&server, access_token(&company), &[])).await, INVALID_JWT);
    assert_eq!(said(look_up(&server, access_token(&minted), OTHER_LOCATION)).await, INVALID_JWT);
    assert_eq!(said(refresh(&server, &company, &[])).await, INVALID_GRANT);
    assert_eq!(said(exchange(&server, &pending, &[("user_type", "Company")])).await, NO_CODE);
    // What a location consented to by itself stays.
    assert_eq!(said(look_up(&server, access_token(&location), OTHER_LOCATION)).await, "200");
    assert_eq!(said(refresh(&server, &location, &[])).await, "200");
}

#[tokio::test]
async fn a_server_without_an_app() {
    let server = Server::start().await.unwrap();
    assert_eq!((server.consent(LOCATION), server.consent(COMPANY), server.refreshes()), (None, None, 0));
    server.advance(MINUTE);
    server.uninstall(LOCATION);
    for (method, path) in [
        (Method::GET, "/oauth/chooselocation"),
        (Method::GET, "/v2/oauth/chooselocation"),
        (Method::POST, "/oauth/token"),
        (Method::POST, "/oauth/locationToken"),
        (Method::GET, "/oauth/installedLocations"),
    ] {
        let expected = format!("404 Not Found Cannot {method} {path}");
        assert_eq!(said(authorized(&server, method.clone(), path, "any-token")).await, expected);
        assert_eq!(said(client().request(method, format!("{}{path}", server.url()))).await, NO_TOKEN);
    }
    assert_eq!(said(look_up(&server, "any-token", LOCATION)).await, "200");
}

#[tokio::test]
async fn other_methods_and_paths_of_oauth() {
    let server = started().await;
    let tokens = server.consent(LOCATION).unwrap();
    for (method, path) in
        [(Method::GET, "/oauth/token"), (Method::POST, "/oauth/token/"), (Method::POST, "/oauth/location-token")]
    {
        let expected = format!("404 Not Found Cannot {method} {path}");
        assert_eq!(said(authorized(&server, method, path, access_token(&tokens))).await, expected);
    }
}

#[tokio::test]
async fn replies_that_a_test_asks_for() {
    let server = started().await;
    let tokens = server.consent(LOCATION).unwrap();
    // The refresh happened, and its answer is lost: the repetition gets what was lost.
    server.reply(Reply::ordinary().cut_before());
    refresh(&server, &tokens, &[]).send().await.unwrap_err();
    assert_eq!(server.refreshes(), 1);
    assert_eq!(said(refresh(&server, &tokens, &[])).await, "200");
    assert_eq!((server.refreshes(), server.requests().len()), (1, 2));
    assert_eq!(server.last_request().unwrap().path, "/oauth/token");

    // It did not happen.
    let tokens = server.consent(LOCATION).unwrap();
    server.reply(Reply::new(StatusCode::BAD_GATEWAY));
    assert_eq!((said(refresh(&server, &tokens, &[])).await.as_str(), server.refreshes()), ("502", 1));
    // It happens later.
    server.reply(Reply::new(StatusCode::GATEWAY_TIMEOUT).carried_out_after(Duration::from_millis(20)));
    assert_eq!(said(refresh(&server, &tokens, &[])).await, "504");
    until(async || server.refreshes() == 2).await;

    server.reply(Reply::ordinary().cut_after(20));
    let code = code(&server, &[]).await;
    server.reply(Reply::ordinary().cut_after(20));
    let response = exchange(&server, &code, &[]).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    response.text().await.unwrap_err();
    assert_eq!(said(exchange(&server, &code, &[])).await, NO_CODE);
}

#[tokio::test]
async fn no_rate_limit_of_a_location_holds_for_oauth() {
    let server = builder().enforce(Enforcement::SlidingWindow).daily_limit(1).start().await.unwrap();
    let company = server.consent(COMPANY).unwrap();
    let tokens = server.consent(LOCATION).unwrap();
    assert_eq!(said(look_up(&server, access_token(&tokens), LOCATION)).await, "200");
    assert!(said(look_up(&server, access_token(&tokens), LOCATION)).await.starts_with("429"));
    for _ in 0..2 {
        let code = code(&server, &[("locationId", LOCATION)]).await;
        assert_eq!(said(exchange(&server, &code, &[])).await, "200");
        let request = authorized(&server, Method::POST, "/oauth/locationToken", access_token(&company));
        let body = json!({"companyId": COMPANY, "locationId": LOCATION}).to_string();
        assert_eq!(said(request.header("content-type", "application/json").body(body)).await, "201");
    }
    assert_eq!(server.refused(), 1);
}

#[tokio::test]
async fn neither_the_log_nor_debug_has_a_secret() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&log);
    let builder = builder().log(move |line| lines.lock().unwrap().push(line.to_owned()));
    let mut shown = format!("{:?} {builder:?}", app());
    let server = builder.start().await.unwrap();

    let code = code(&server, &[]).await;
    let (_, tokens) = sent(exchange(&server, &code, &[])).await;
    said(exchange(&server, &code, &[])).await;
    said(refresh(&server, &tokens, &[])).await;
    said(refresh(&server, &tokens, &[("client_secret", "wrong")])).await;
    let company = server.consent(COMPANY).unwrap();
    said(location_token(&server, access_token(&company), &[])).await;
    said(location_token(&server, access_token(&tokens), &[])).await;
    said(look_up(&server, access_token(&tokens), LOCATION)).await;
    shown += &format!("{server:?}");

    let lines = log.lock().unwrap();
    // Without the time that each took.
    let told = lines.iter().map(|line| {
        let mut words: Vec<_> = line.split(' ').collect();
        words.drain(3..5);
        words.join(" ")
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "GET /oauth/chooselocation 302",
            "POST /oauth/token 200",
            "POST /oauth/token 401 \"Authorization code not found\"",
            "POST /oauth/token 200",
            "POST /oauth/token 401 \"Invalid client credentials!\"",
            "POST /oauth/locationToken 201",
            "POST /oauth/locationToken 401 \"Token's user type mismatch!\"",
            "GET /contacts/search/duplicate 200",
        ]
    );
    assert!(shown.contains(CLIENT_ID));
    assert!(!shown.contains(SECRET) && !shown.contains("mock-"), "{shown}");
}
