//! The client that is generated from an OpenAPI description of HighLevel's contacts endpoint, with the types of progenitor.
//!
//! This is the layer below the crate `leadconnector`, which is what most people want. Used by itself:
//!
//! ```no_run
//! use leadconnector_raw::{BaseUrl, Client, document, reqwest, types};
//! use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let mut authorization = HeaderValue::from_static("Bearer 9c48df2694a849b6089f9d0d3513efe");
//! authorization.set_sensitive(true);
//! let http = reqwest::Client::builder().default_headers(HeaderMap::from_iter([(AUTHORIZATION, authorization)])).build()?;
//! let version = types::DocumentedVersion::X20210415.into();
//! let client = Client::new(BaseUrl::new(document::SERVER)?, &version, http)?;
//!
//! let body: types::CreateContactRequest =
//!     serde_json::from_str(r#"{"locationId": "ve9EPM428h8vShlRW1KT", "firstName": "Rosan"}"#)?;
//! let answer = client.send(client.create_contact(&body)?).await?;
//! println!("{:?}", answer.contact);
//! # Ok(())
//! # }
//! ```
//!
//! Each operation has a method of the [`Client`] that makes its [`Request`], which can be looked at, sent by
//! [`Client::send`], or sent by other means. [`operations`] says of each what it is, and what repeating it does.
//!
//! A request type that is read with serde loses the difference between a `null` and an absent member: build it in Rust
//! where that matters.

mod base_url;
mod client;
mod headers;
mod object;
mod operation;
mod request;
mod spelling;
mod timestamp;
mod version;
mod whole_number;

#[rustfmt::skip]
#[allow(missing_docs, reason = "the vendor's page does not describe every member")]
#[allow(clippy::all, clippy::allow_attributes_without_reason, reason = "written by progenitor")]
#[allow(unreachable_pub, reason = "written by progenitor")]
mod generated;

pub use base_url::BaseUrl;
pub use client::{Client, Error};
pub use generated::{document, operations, types};
pub use operation::{Content, Effect, Member, Operation};
pub use request::{Request, RequestError, json, path_segment};
/// The HTTP client underneath, in the version that [`Client::new`] takes.
pub use reqwest;
