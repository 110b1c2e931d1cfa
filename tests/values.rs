//! Values that are refused before anything is sent: each error names the field and what is wrong.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};

use leadconnector::contact::{PropertyName, TagChange, UpdatePropertyName};
use leadconnector::custom_fields::CustomFieldValue;
use leadconnector::error::BuildError;
use leadconnector::search::{ContactOpportunity, FoundContact, SearchPage};
use leadconnector::{
    ApiVersion, BusinessId, Client, Contact, ContactId, Country, CustomFieldId, Email, InvalidValue, LocationId,
    NoteId, Phone, Token, Upserted, UserId, WorkflowId,
};
use serde_json::json;

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

/// A checked value in settings and as the key of a map: what is written is read, what `new` refuses is refused, and a map is asked by
/// text.
macro_rules! as_text {
    ($name:ident, $good:expr, $bad:expr) => {{
        let value = $name::new($good).unwrap();
        let written = serde_json::to_string(&value).unwrap();
        assert_eq!(written, format!("\"{}\"", value.as_str()));
        assert_eq!(serde_json::from_str::<$name>(&written).unwrap(), value);

        let settings = json!({"value": {"before": $good, "this": $bad}});
        let error = serde_json::from_str::<HashMap<String, HashMap<String, $name>>>(&settings.to_string()).unwrap_err();
        let refusal = $name::new($bad).unwrap_err().to_string();
        assert!(error.to_string().starts_with(&format!("{refusal} at line 1 column ")), "{error}");
        assert_eq!(
            serde_json::from_value::<$name>(json!(5)).unwrap_err().to_string(),
            format!("{} is not a string that can be read", stringify!($name))
        );

        let map = HashMap::from([(value.clone(), 7)]);
        assert_eq!((map.get(value.as_str()), map.get($bad)), (Some(&7), None));
        let written = serde_json::to_string(&map).unwrap();
        assert_eq!(written, format!("{{\"{}\":7}}", value.as_str()));
        assert_eq!(serde_json::from_str::<HashMap<$name, i32>>(&written).unwrap(), map);
        assert!(serde_json::from_value::<HashMap<$name, i32>>(json!({$bad: 7})).is_err());

        let hasher = RandomState::new();
        let text: &str = value.borrow();
        assert_eq!((text, hasher.hash_one(&value)), (value.as_str(), hasher.hash_one(value.as_str())));
    }};
    ($name:ident, $good:expr, $bad:expr, ordered before $larger:expr) => {{
        as_text!($name, $good, $bad);
        let [one, other] = [$good, $larger].map(|text| $name::new(text).unwrap());
        assert_eq!(one.cmp(&other), one.as_str().cmp(other.as_str()));
        let map = BTreeMap::from([(other.clone(), 2), (one.clone(), 1)]);
        assert_eq!([one.as_str(), other.as_str()].map(|text| map.get(text)), [Some(&1), Some(&2)]);
    }};
}

#[test]
fn checked_values_in_settings_and_maps() {
    as_text!(LocationId, "ve9EPM428h8vShlRW1KT", "a/b", ordered before "w");
    as_text!(ContactId, "seD4PfOuKoVMLkEZqohJ", "search", ordered before "t");
    as_text!(NoteId, "HGPcayliwcdoUFzvbTok", "..", ordered before "a");
    as_text!(UserId, "GCs5KuzPqTls7vWclkEV", "", ordered before "a");
    as_text!(BusinessId, "641c094001436dbc2081e642", "a b", ordered before "7");
    as_text!(WorkflowId, "f31175d4-2b06-4fc6-b7bc-74cd814c68cb", "?", ordered before "g");
    as_text!(CustomFieldId, "6dvNaf7VhkQ9snc5vnjJ", "contact.plan", ordered before "7");
    as_text!(Email, "rosan@deos.com", "rosan", ordered before "rubika@deos.com");
    as_text!(Phone, "+1 888-888-8888", "+1", ordered before "1 888-888-8888");
    as_text!(Country, "US", "UK", ordered before "VA");
    as_text!(ApiVersion, "2021-07-28", "v3\r\n");
    as_text!(PropertyName, "dateOfBirth", "firstName", ordered before "keyword");
    as_text!(UpdatePropertyName, "companyName", "gender", ordered before "keyword");
    // As `new` reads it, and not letter for letter.
    assert_eq!(serde_json::from_value::<Country>(json!("us")).unwrap().as_str(), "US");
    assert_eq!(serde_json::from_value::<Phone>(json!(" 1\u{a0}234")).unwrap().as_str(), "1 234");
    assert_eq!(serde_json::from_value::<ApiVersion>(json!("2021-04-15")).unwrap(), ApiVersion::default());
}

/// What the server sent is read back from where a program has kept it, whatever its ids are.
#[test]
fn an_odd_id_in_a_model_and_by_itself() {
    let odd = "seD4/PfOu KoVM";
    let kept = json!({"id": odd, "locationId": "..", "assignedTo": "a b", "customFields": [{"id": "contact.plan"}]});
    let contact: Contact = serde_json::from_value(kept.clone()).unwrap();
    assert_eq!(contact.id.as_str(), odd);
    assert_eq!(serde_json::to_value(&contact).unwrap(), kept);
    let error = serde_json::from_value::<ContactId>(json!(odd)).unwrap_err();
    assert_eq!(error.to_string(), ContactId::new(odd).unwrap_err().to_string());
}

#[test]
fn a_token_in_settings() {
    let read = |settings: &str| serde_json::from_str::<HashMap<String, Token>>(settings);
    assert_eq!(read(r#"{"token": "pit-12345678"}"#).unwrap()["token"], Token::new("pit-12345678").unwrap());
    for (settings, reason) in [
        (r#"{"token": "Bearer pit-12345678"}"#, "token begins with `Bearer`"),
        (r#"{"token": "pit-12345678\n"}"#, "token has a line break, which is not a part of it"),
        (r#"{"token": 12345678}"#, "token is not a string"),
        (r#"{"token": -12345678.5}"#, "token is not a string"),
        (r#"{"token": ["pit-12345678"]}"#, "token is not a string"),
        (r#"{"token": "pit-12345678"#, "token is not a string"),
        (r#"{"token": null}"#, "token is not a string"),
    ] {
        let error = read(settings).unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(said.starts_with(reason) && !said.contains("12345678"), "{said}");
    }
    let settings = serde_saphyr::from_str::<HashMap<String, Token>>("token: pit-1234 5678").unwrap_err();
    assert!(!settings.without_snippet().to_string().contains("1234"), "{settings}");
}

/// What a call answers with can be made by who imitates it, from outside of the crate.
#[test]
fn answers_made_by_a_test() {
    let id = || ContactId::new("seD4PfOuKoVMLkEZqohJ").unwrap();
    let upserted = Upserted::new(Contact::new(id()));
    assert_eq!((upserted.new, upserted.contact), (None, Contact::new(id())));
    let mut change = TagChange::new(vec!["vip".to_owned()]);
    change.added = change.tags.clone();
    assert_eq!((change.tags, change.added, change.removed), (vec!["vip".into()], vec!["vip".into()], vec![]));
    let mut found = FoundContact::new(id());
    found.opportunities = vec![ContactOpportunity::default()];
    let page = SearchPage::new(vec![found.clone()]);
    assert_eq!((page.contacts, page.total), (vec![found], None));
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
        let body = json!({"locationId": "ve9EPM428h8vShlRW1KT", "email": address});
        assert_eq!(server.insert(&body).is_ok(), accepted, "{address:?} at the mock");
        count += 1;
    }
    assert_eq!(count, 59);
}
