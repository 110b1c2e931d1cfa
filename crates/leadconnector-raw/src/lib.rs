//! The client and the types that are generated from an OpenAPI description of HighLevel's contacts API.
//!
//! **Most programs want the crate [leadconnector](https://docs.rs/leadconnector) instead.** It is made on top of this one, and has
//! builders, checked values, retries, and errors that say what happened. Use this crate by itself only if you need the types exactly as
//! they travel. Its API follows the description, and may change with every release.
//!
//! Unofficial: not made by HighLevel, nor affiliated with it.
//!
//! ```console
//! $ cargo add leadconnector-raw serde_json
//! $ cargo add tokio --features macros,rt
//! ```
//!
//! # Example
//!
//! ```no_run
//! use leadconnector_raw::{BaseUrl, Client, document, reqwest, types};
//! use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let mut authorization = HeaderValue::from_static("Bearer 9c48df2694a849b6089f9d0d3513efe");
//! authorization.set_sensitive(true);
//! let headers = HeaderMap::from_iter([(AUTHORIZATION, authorization)]);
//! let http = reqwest::Client::builder().default_headers(headers).build()?;
//! let version = types::DocumentedVersion::X20210415.into();
//! let client = Client::new(BaseUrl::new(document::SERVER)?, &version, http)?;
//!
//! let json = r#"{"locationId": "ve9EPM428h8vShlRW1KT", "firstName": "Rosan"}"#;
//! let body: types::CreateContactRequest = serde_json::from_str(json)?;
//! let answer = client.send(client.create_contact(&body)?).await?;
//! println!("{:?}", answer.contact);
//! # Ok(())
//! # }
//! ```
//!
//! # How it works
//!
//! - The [`Client`] has a method for each operation, which makes a [`Request`]. A program can look at it, send it by [`Client::send`], or
//!   send it by other means.
//! - [`types`] has what is sent and received.
//! - [`operations`] describes each operation, and says what repeating it does.
//! - [`document`] has what the description says of the whole API, such as its server.
//! - If serde reads the type of a request, it does not keep the difference between `null` and an absent member. Build the type in Rust if
//!   that matters.
//!
//! # Features
//!
//! - `rustls` (default): TLS by rustls. It trusts the certificates that the operating system trusts.
//! - `rustls-no-provider`: the same, but the program installs the cryptography, such as ring.
//! - `native-tls`: TLS by the library of the operating system.
//! - `schemars`: derives `schemars::JsonSchema` for the generated types.

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
