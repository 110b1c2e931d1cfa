//! A mock of HighLevel's contacts API, for the tests of programs that call it: a server on loopback, without an account and without a
//! network.
//!
//! Unofficial: not made by HighLevel, nor affiliated with it.
//!
//! ```console
//! $ cargo add --dev leadconnector-mock serde_json
//! $ cargo add --dev tokio --features macros,rt
//! ```
//!
//! # Example
//!
//! The server works with any client. A test of a program that uses [leadconnector](https://docs.rs/leadconnector):
//!
//! ```ignore
//! use leadconnector::{Client, LocationId, NewContact};
//! use leadconnector_mock::Server;
//!
//! #[tokio::test]
//! async fn creates_a_contact() -> Result<(), Box<dyn std::error::Error>> {
//!     let server = Server::start().await?;
//!     let client = Client::builder("any-token").base_url(server.url()).build()?;
//!     let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
//!
//!     contacts.create(NewContact::builder().first_name("Rosan").build()).await?;
//!
//!     assert_eq!(server.contacts()[0]["firstName"], "Rosan");
//!     Ok(())
//! }
//! ```
//!
//! The [guide to testing](https://docs.rs/leadconnector/latest/leadconnector/guide/testing/index.html) goes on from there. A test can:
//!
//! - have contacts there before it begins: [`Server::insert`], [`Server::insert_note`] and [`Server::define_custom_field`];
//! - look at what was sent and stored: [`Server::requests`], [`Server::contacts`] and [`Server::carried_out`];
//! - have the server fail, be late or lose an answer: [`Server::reply`];
//! - set a rate limit, or look-ups and searches that lag: [`Server::builder`];
//! - take an app through [OAuth](#oauth): [`ServerBuilder::oauth`], [`Server::consent`], [`Server::advance`] and [`Server::refreshes`].
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use leadconnector_mock::Server;
//! use serde_json::json;
//!
//! let server = Server::start().await?;
//! let location = "ve9EPM428h8vShlRW1KT";
//! let known = server.insert(&json!({"locationId": location, "email": "rosan@deos.com"}))?;
//! println!("{} is in the location; send requests to {}", known["id"], server.url());
//!
//! assert!(server.requests().is_empty());
//! assert_eq!(server.contacts(), [known]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # As a program
//!
//! The binary of this crate is the same server, for clients in any language. `--help` lists its options:
//!
//! ```console
//! $ cargo install leadconnector-mock
//! $ leadconnector-mock --port 8080
//! ```
//!
//! # What it imitates
//!
//! `POST /contacts/`, "Create Contact" on the vendor's page:
//!
//! | request | answer |
//! | --- | --- |
//! | without a bearer token, or without the `Version` header | 401 |
//! | a body that is not JSON | 400 |
//! | a wrong type, no `locationId`, a status that is not allowed, a malformed email | 422 with a list of messages |
//! | a property that the page does not list | 422, `property … should not exist` |
//! | none of email, phone, first name and last name, or only as null or an empty text | 422 with one message; 400 with the same body if only `locationId` is sent |
//! | an email or phone that the location has already | 400 with `meta`: the contact's id and name, the field |
//! | any other | 201 with the contact as it is stored, and a `traceId` |
//!
//! Tags are stored in lower case, and each once. If no `country` is sent, it is that of the location: `US`. The `type` is `lead`.
//!
//! The other operations, for a request with a bearer token and the `Version` header:
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /contacts/search/duplicate`, "Get Duplicate Contact" | 200 with the contact of the location that has the email or the number of the query, or with `null`; a number without `+` and country code finds none; it may [lag](ServerBuilder::look_up_lag) |
//! | `POST /contacts/search`, "Search Contacts" | 200 with a page of the contacts of the location that the filters and the query let through, each in the shape `FoundContact`, and how many there are in all; it may [lag](ServerBuilder::search_lag) |
//! | a search by a field, or with an operator, that there is not | 400, `Invalid field …` or `Invalid operator …`, and a `traceId` |
//! | `GET /contacts/{contactId}`, "Get Contact" | 200 with the contact |
//! | `DELETE /contacts/{contactId}`, "Delete Contact" | 200; the contact is gone, and its notes are |
//! | `GET /contacts/{contactId}/notes`, "Get All Notes" | 200 with the notes, in the order in which they were added: [`Server::insert_note`] |
//! | `POST /contacts/{contactId}/notes`, "Create Note" | 201 with the note as it is stored |
//! | `POST /contacts/{contactId}/tags`, "Add Tags" | 201 with all tags of the contact, and those that were added |
//! | `DELETE /contacts/{contactId}/tags`, "Remove Tags" | 200 with all tags of the contact, and those that were removed |
//! | `POST /contacts/{contactId}/workflow/{workflowId}`, "Add Contact to Workflow" | 201; the contact is enrolled once more: [`Server::workflows`] |
//! | `DELETE /contacts/{contactId}/workflow/{workflowId}`, "Delete Contact from Workflow" | 200; the contact is not enrolled any more |
//! | `GET /locations/{locationId}/customFields`, "Get Custom Fields" | 200 with the custom fields of the location: [`Server::define_custom_field`]; none for `model=opportunity` |
//! | one of these with a body that is not valid | 422 with a list of messages |
//! | one of these with an id, for a contact that is unknown or deleted | 400, `Contact with id … not found` |
//!
//! Until a location has a custom field, it takes any value in `customFields`. Once it has one, it takes only those that it has. A request
//! names a field by its `id`, or else by its `key`; the field is stored under its id. The location drops a field that it does not have,
//! and a value that does not fit the field, and its answer does not say so. Of a list of choices, it keeps those that are options.
//!
//! | kind of the field | value that fits |
//! | --- | --- |
//! | `TEXT`, `LARGE_TEXT`, `PHONE`, `EMAIL`, `TIME` | a text |
//! | `SINGLE_OPTIONS`, `RADIO` | one of the options |
//! | `CHECKBOX`, `MULTIPLE_OPTIONS` | a list of options |
//! | `NUMERICAL`, `MONETORY` | a number, or a text with one |
//! | `DATE` | a date |
//! | `TEXTBOX_LIST`, `FILE_UPLOAD` | an object |
//! | any other | anything |
//!
//! A search has the fields, the operators, the limits and the eight fields to sort by of the vendor's guide. The guide leaves some
//! things open. They are decided like this:
//!
//! - Texts are compared without regard to case. Only the value for `firstNameLowerCase` or `lastNameLowerCase` has to be in lower case.
//! - A list, such as the tags, passes if one of its items is equal to the value, or contains it.
//! - A contact that has no value passes `not_eq` and `not_contains`.
//! - A day in a range is the whole day, in UTC: `lte` ends with it, and `gt` begins after it.
//! - A query finds contacts whose names, email, phone or company contain it.
//! - If no order is given, the contact that was added last comes first. Contacts that are equal in the fields of the order are sorted by
//!   their ids, in the direction of the last field.
//! - `searchAfter` is `[value, id]`, or `[value, value, id]` for two fields. A date is in milliseconds. Any other value is a text, which is
//!   empty if the contact has none. The next page begins behind that place, even if the contact is gone.
//!
//! A search looks at all contacts of its location, sorts what it finds, and keeps that until something changes. So 100,000 contacts in
//! pages of 500 take some seconds; a page after a change takes some tenths of a second.
//!
//! Every answer has the six rate-limit headers, and so has a 429, which has no `Retry-After`. A location's day lasts 24 hours from its
//! first request; `x-ratelimit-daily-reset` says how many milliseconds of it are left. A location has the [`Allowance`] of an ordinary
//! one or of a trial. Any other method or path is answered with 404.
//!
//! The property names, types and allowed values are those of the OpenAPI description from which the crate
//! `leadconnector-raw` is generated. The texts of errors are the vendor's if they are known: those about an email, an unknown property, a
//! duplicate, a contact that is not there, and a missing header. The other texts are those of the framework that the vendor uses.
//!
//! ## OAuth
//!
//! A server that is set up for a [`MarketplaceApp`] has the paths by which an app gets its tokens, and accepts no others:
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /oauth/chooselocation`, also below `/v2`: the page on which a user consents | 302 to the `redirect_uri`, with a `code`, and with the `state` that was sent |
//! | the same with a wrong `client_id` or `redirect_uri`, or without a `scope` | 400, and the browser is sent nowhere |
//! | `POST /oauth/token`, "Get Access Token", with a code; a form or JSON | 200 with tokens for the location, or for the company with `user_type=Company`; the code is used up |
//! | the same with a refresh token | 200 with new tokens; the refresh token is used up, and gets the same answer for 30 seconds more |
//! | a code that is unknown, used or ten minutes old | 401, `Authorization code not found` |
//! | a refresh token that is unknown, used or a year old, or for another `user_type` | 400, `invalid_grant` |
//! | a wrong client id or secret | 401, `Invalid client credentials!` |
//! | `grant_type=client_credentials` | 400, `unsupported_grant_type` |
//! | `POST /oauth/locationToken`, "Get Location Access Token from Agency Token", with a token of the company and the scope `oauth.write` | 201 with a token for the location, and no refresh token; 400, `Location is not active`, if the app is not installed there |
//! | `GET /oauth/installedLocations`, "Get Location where app is installed", with a token of the company and the scope `oauth.readonly` | 200 with a page of the app's locations |
//! | one of these without a member that it needs | 422 with a list of messages |
//! | any other with a token that is unknown or has expired | 401, `Invalid JWT` |
//! | … with a token of the company; one of the last two with a token of a location | 401, `Token's user type mismatch!` |
//! | … with a token that has not the scope of the operation | 401, `The token is not authorized for this scope.` |
//! | … for another location than that of the token | 403 |
//!
//! The consent page takes a parameter of the mock's own: `locationId`, the location for which the user consents. Without it, it is the
//! first one of the app.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use std::time::Duration;
//!
//! use leadconnector_mock::{MarketplaceApp, Server};
//!
//! let app = MarketplaceApp::new("6866c5ad3e9cb0bb3ad47d8e-mcq1x2yz", "client-secret");
//! let server = Server::builder().oauth(app).start().await?;
//! let tokens = server.consent("ve9EPM428h8vShlRW1KT").ok_or("no such location")?;
//! println!("store {} and {}", tokens["access_token"], tokens["refresh_token"]);
//!
//! // A day later the access token has expired, and the program under test has to refresh.
//! server.advance(Duration::from_secs(86_400));
//! assert_eq!(server.refreshes(), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # What it does not imitate
//!
//! - It accepts any token for any location, unless it is set up for a [`MarketplaceApp`]: see [OAuth](#oauth). It accepts any value of
//!   `Version`.
//! - Nobody logs in and nobody refuses: whoever visits the consent page consents to all scopes for which it asks, whatever scopes the app
//!   has. An address of the app need not be one with `https`.
//! - The vendor says only that a code is short-lived: the ten minutes are a guess. It is a guess too that an access token lives on after
//!   a refresh, and that uninstalling an app ends what was issued.
//! - Tokens are texts with a number, and no JWT. Any text that begins with `pit-` passes for a Private Integration Token, which reaches
//!   all locations, and no path of OAuth.
//! - Of the paths of OAuth, those of the version `v3` and `/oauth/reconnect` are missing. The list of locations has only the filters
//!   `skip` and `limit`. No webhook is sent.
//! - It refuses no request for its rate limit unless it is told to: [`ServerBuilder::enforce`].
//! - It does not look at what a value means: a time zone, a country or a user need not exist. A phone is
//!   stored without spaces and punctuation, and gets no country code. If neither a first nor a last name is sent, a `name` is split at
//!   its first space.
//! - The body of a request may have 1 MiB, and must be declared as JSON. The vendor's limit is not known.
//! - The vendor answers with some members that the page does not list, such as `createdBy` and `followers`. They are missing here. Every
//!   operation answers with the same members of a contact; the vendor leaves some out, and adds others, when a contact is read.
//! - No contact has opportunities, so the filter `opportunities` is refused with 400. Nor has one a business, followers, a valid email or
//!   WhatsApp, an appointment, opened emails or finished workflows: filters by these find that there is none.
//! - Special characters, which the vendor's `contains` does not take, are taken here.
//! - A contact that is deleted cannot be restored. It is unknown what the vendor answers to a second deletion; here it is the
//!   answer for a contact that is not there.
//! - The `bodyText` of a note, which is its text without markup, is the body as it came.
//!
//! # Misbehaving
//!
//! A [`Reply`] makes the server answer one request in another way. The answer can have any status, headers and body. It can be late, come
//! byte by byte, never end, or be cut off before, during or after it. The contact can be stored, stored later, or not stored.

#![allow(clippy::indexing_slicing, reason = "of JSON values, where a member that is missing reads as null")]

mod answers;
mod contact;
mod custom_fields;
mod duplicate;
mod email;
mod endpoint;
mod misbehavior;
mod note;
mod oauth;
#[rustfmt::skip]
mod operation_id;
mod operations;
mod rate_limit;
mod request;
mod routes;
mod search;
mod server;
mod store;
mod validation;
mod values;

pub use misbehavior::Reply;
pub use oauth::MarketplaceApp;
pub use rate_limit::{Allowance, Enforcement};
pub use request::Request;
pub use server::{Server, ServerBuilder};
pub use validation::{InvalidContact, InvalidCustomField, InvalidNote};

/// The fragment, as `cargo xtask generate` writes it.
const FRAGMENT: &str = include_str!("contacts.json");

/// The types of statuses and headers, in the version that a [`Reply`] takes.
pub use http;
