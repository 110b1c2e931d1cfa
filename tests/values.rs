//! Values that are refused before anything is sent: each error names the field and what is wrong.

use leadconnector::{
    ApiVersion, BuildError, BusinessId, Client, ContactId, Country, CustomFieldId, CustomFieldValue, Email,
    InvalidValue, LocationId, Phone, PropertyName, Token, UserId,
};

fn refused<T>(result: Result<T, InvalidValue>) -> String {
    match result {
        Ok(_) => panic!("was accepted"),
        Err(error) => error.to_string(),
    }
}

fn built(base_url: &str) -> Result<Client, InvalidValue> {
    match Client::builder("token").base_url(base_url).build() {
        Ok(client) => Ok(client),
        Err(BuildError::Invalid(error)) => Err(error),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn refusals() {
    let refusals = [
        refused(LocationId::new("")),
        refused(LocationId::new("a/b")),
        refused(LocationId::new("..")),
        refused(ContactId::new("a b")),
        refused(UserId::new("a?b")),
        refused(BusinessId::new("a%2Fb")),
        refused(CustomFieldId::new("ключ")),
        refused(CustomFieldId::new("contact.invite_token")),
        refused(ContactId::new("search")),
        refused(Email::new("")),
        refused(Email::new("rosan")),
        refused(Email::new("rosan@deos")),
        refused(Email::new("rosan@@deos.com")),
        refused(Email::new("Rosan Deo <rosan@deos.com>")),
        refused(Email::new("rosan @deos.com")),
        refused(Email::new("rosan@deos.com\n")),
        refused(Email::new("rosan@gmail.c")),
        refused(Email::new("rosan@example.com?subject=Quote")),
        refused(Email::new("rosan@exam_ple.com")),
        refused(Email::new("rosan@10.0.0.1")),
        refused(Phone::new("")),
        refused(Phone::new("+1 888 CALL-ME")),
        refused(Phone::new("1+888")),
        refused(Phone::new("+1")),
        refused(Phone::new("+1234567890123456")),
        refused(Country::new("")),
        refused(Country::new("USA")),
        refused(Country::new("ZZ")),
        refused(Country::new("uk")),
        refused(Token::new("")),
        refused(Token::new("9c48df\n")),
        refused(Token::new("Bearer 9c48df")),
        refused(Token::new("9c 48df")),
        refused(Token::new("\"pit-1234\"")),
        refused(Token::new("\u{feff}pit-1234")),
        refused(ApiVersion::new("")),
        refused(ApiVersion::new("v3\r\nX: y")),
        refused(PropertyName::new("")),
        refused(PropertyName::new("locationId")),
        refused(PropertyName::new("customFields")),
        refused(CustomFieldValue::try_from(f64::NAN)),
        refused(built("")),
        refused(built("services.leadconnectorhq.com")),
        refused(built("ftp://services.leadconnectorhq.com")),
        refused(built("http://127.0.0.1/?key=value")),
        refused(built("http://user:password@127.0.0.1/")),
    ];
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn accepted() {
    for id in ["ve9EPM428h8vShlRW1KT", "641c094001436dbc2081e642", "f31175d4-2b06-4fc6-b7bc-74cd814c68cb"] {
        assert_eq!(LocationId::new(id).unwrap().as_str(), id);
    }
    for address in ["rosan@deos.com", "a.b+c@sub.example.co.uk", "o'neil@example.org", "юлия@пример.рф"] {
        assert_eq!(Email::new(address).unwrap().as_str(), address);
    }
    for number in ["+1 888-888-8888", "+18832327657", "(020) 7946 0123", "0049.30/1234567", "1234"] {
        assert_eq!(Phone::new(number).unwrap().as_str(), number);
    }
    for (code, stored) in [("US", "US"), ("de", "DE"), ("AN", "AN"), ("XK", "XK")] {
        assert_eq!(Country::new(code).unwrap().as_str(), stored);
    }
    for version in ["2021-04-15", "2021-07-28", "2023-02-21", "v3"] {
        assert_eq!(ApiVersion::new(version).unwrap().as_str(), version);
    }
    built("http://127.0.0.1:8080/").unwrap();
    built("https://services.leadconnectorhq.com").unwrap();
}

#[test]
fn a_refused_token_comes_back_from_build() {
    match Client::builder("two\nlines").build() {
        Err(BuildError::Invalid(error)) => assert_eq!(error.field(), "token"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn debug_does_not_print_the_token() {
    let token = Token::new("secret").unwrap();
    let builder = Client::builder(token.clone()).base_url("http://127.0.0.1");
    let said = format!("{token:?} {builder:?}");
    let client = builder.build().unwrap();
    assert!(!format!("{said} {client:?}").contains("secret"));
}

/// Addresses, as JSON text, each with the verdict of the check that the server uses: `isEmail` of validator.js.
const EMAILS: &str = include_str!("emails.tsv");

/// The client refuses what would cost the contact a 422, and the mock refuses what the server does.
#[tokio::test]
async fn emails_have_the_servers_verdict() {
    let server = leadconnector_mock::Server::builder().recording(false).start().await.unwrap();
    let mut count = 0;
    for line in EMAILS.lines() {
        let (address, verdict) = line.split_once('\t').unwrap();
        let address: String = serde_json::from_str(address).unwrap();
        let accepted = verdict == "accepted";
        assert_eq!(Email::new(address.as_str()).is_ok(), accepted, "{address:?}");
        let body = serde_json::json!({"locationId": "ve9EPM428h8vShlRW1KT", "email": address});
        assert_eq!(server.insert(&body).is_ok(), accepted, "{address:?} at the mock");
        count += 1;
    }
    assert_eq!(count, 59);
}
