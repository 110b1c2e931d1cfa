//! A server on loopback that behaves as HighLevel's contacts endpoint does, for the tests of programs that create, read
//! and delete contacts.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use leadconnector_mock::Server;
//! use serde_json::json;
//!
//! let server = Server::start().await?;
//! let known = server.insert(&json!({"locationId": "ve9EPM428h8vShlRW1KT", "email": "rosan@deos.com"}))?;
//! println!("{} is in the location; send requests to {}", known["id"], server.url());
//!
//! assert!(server.requests().is_empty());
//! assert_eq!(server.contacts(), [known]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
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
//! | none of email, phone, first name and last name, or only as null or an empty text | 422 with one message; 400 with the same body where nothing but `locationId` is sent |
//! | an email or phone that the location has already | 400 with `meta`: the contact's id and name, the field |
//! | any other | 201 with the contact as it is stored, and a `traceId` |
//!
//! Tags are stored in lower case, and each once. The `country` is that of the location where none is sent: `US`. The `type`
//! is `lead`.
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
//! Once a location has a custom field, it takes no others: of what a request has in `customFields`, it drops without a word a field
//! that it does not have, by its `id` or else its `key`, a choice that is none of the options, and a value of the wrong kind. A list of
//! choices keeps those that are options. A field that is given by its key is stored under its id. A text is wanted for `TEXT`,
//! `LARGE_TEXT`, `PHONE`, `EMAIL` and `TIME`, one of the options for `SINGLE_OPTIONS` and `RADIO`, a list of them for `CHECKBOX` and
//! `MULTIPLE_OPTIONS`, a number or a text with one for `NUMERICAL` and `MONETORY`, a date for `DATE`, an object for `TEXTBOX_LIST` and
//! `FILE_UPLOAD`. A field of another kind takes anything, and so does a location without any.
//!
//! A search has the fields, the operators, the limits and the eight fields to sort by of the vendor's guide. What the guide leaves
//! open is decided so:
//!
//! - Texts are compared without regard to case. Only the value for `firstNameLowerCase` or `lastNameLowerCase` has to be in lower case.
//! - Of a list, such as the tags, one item has to be equal to the value, or to contain it.
//! - `not_eq` and `not_contains` let contacts through that have no value.
//! - A day in a range is the whole of it, in UTC: `lte` ends with it, and `gt` begins behind it.
//! - A query finds what is a part of the names, the email, the phone or the company of a contact.
//! - Without a wish, the contact that was added last comes first. Contacts that are equal in what they are sorted by are sorted by
//!   their ids, in the direction of the last field.
//! - `searchAfter` is `[value, id]`, and `[value, value, id]` with two fields: milliseconds for a date, else a text, which is empty where
//!   the contact has none. The next page begins behind that place, also when the contact is gone.
//!
//! A search looks at all contacts of its location, sorts what it finds, and keeps that until something changes. So 100,000 contacts in
//! pages of 500 take some seconds; a page after a change takes some tenths of a second.
//!
//! Every answer has the six rate-limit headers, a 429 too, which has no `Retry-After`. A location's day lasts 24 hours from
//! its first request; `x-ratelimit-daily-reset` is what is left of it in milliseconds. What a location is allowed is the
//! [`Allowance`] of an ordinary one or of a trial. Any other method or path is a 404.
//!
//! The property names, types and allowed values are those of the OpenAPI description from which the crate
//! `leadconnector-raw` is generated. The words are the vendor's where they are known (an email, an unknown property, a
//! duplicate, a contact that is not there, a missing header), and those of the framework that the vendor uses elsewhere.
//!
//! # What it does not imitate
//!
//! - It accepts any token for any location, and any value of `Version`.
//! - It refuses no request for its rate limit unless it is told to: [`ServerBuilder::enforce`].
//! - It does not look at what a value means: a time zone, a country or a user need not exist. A phone is
//!   stored without spaces and punctuation, and gets no country code. A `name` is taken apart at its first space where
//!   neither first nor last name is sent.
//! - The body of a request may have 1 MiB, and must be declared as JSON. The vendor's limit is not known.
//! - A member that the page does not list, but the vendor answers with (`createdBy`, `followers`), is not there. A contact
//!   is the same to every operation; the vendor leaves some members out, and adds others, when it is read.
//! - No contact has opportunities, so the filter `opportunities` is refused with 400. Nor has one a business, followers, a valid email or
//!   WhatsApp, an appointment, opened emails or finished workflows: filters by these find that there is none.
//! - Special characters, which the vendor's `contains` does not take, are taken here.
//! - A contact that is deleted cannot be restored. What the vendor answers to a second deletion is not known; here it is the
//!   answer for a contact that is not there.
//! - The text of a note without markup, `bodyText`, is its body as it came.
//!
//! # Misbehaving
//!
//! A [`Reply`] makes the server answer one request in another way: with any status, headers and body, late, byte by byte,
//! without end, or cut off before, during or after the answer; with the contact stored, stored later, or not.
//!
//! # Without Rust
//!
//! The binary of this crate is the same server, for clients in any language: `leadconnector-mock --port 8080`.

#![allow(clippy::indexing_slicing, reason = "of JSON values, where a member that is missing reads as null")]

mod answers;
mod contact;
mod custom_fields;
mod duplicate;
mod email;
mod endpoint;
mod misbehavior;
mod note;
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
pub use rate_limit::{Allowance, Enforcement};
pub use request::Request;
pub use server::{Server, ServerBuilder};
pub use validation::{InvalidContact, InvalidCustomField, InvalidNote};

/// The fragment, as `cargo xtask generate` writes it.
const FRAGMENT: &str = include_str!("contacts.json");

/// The types of statuses and headers, in the version that a [`Reply`] takes.
pub use http;
