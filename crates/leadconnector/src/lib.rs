//! Creates, upserts, updates, finds, tags and deletes contacts in HighLevel, and keeps notes of them. Its API lives at `services.leadconnectorhq.com`.
//!
//! Unofficial: not made by HighLevel, nor affiliated with it. "The page" in this documentation is the vendor's page
//! "Create Contact"; names in `camelCase` are its names.
//!
//! ```
//! use leadconnector::{Channel, Client, Country, DndSetting, Email, Error, LocationId, NewContact, Phone};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = leadconnector_mock::Server::start().await?;
//! # let client = Client::builder("token").base_url(server.url()).build()?;
//! # if false {
//! let client = Client::from_env()?; // LEADCONNECTOR_TOKEN
//! # }
//! let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
//!
//! let rosan = NewContact::builder()
//!     .first_name("Rosan")
//!     .last_name("Deo")
//!     .email(Email::new("rosan@deos.com")?)
//!     .phone(Phone::new("+1 888-888-8888")?)
//!     .country(Country::new("US")?)
//!     .tags(["newsletter", "2026"])
//!     .dnd_setting(Channel::Sms, DndSetting::permanent().message("replied STOP"))
//!     .build();
//!
//! // Somebody signs up, and may be there already.
//! let saved = contacts.upsert(rosan.clone()).await?;
//! match saved.new {
//!     Some(true) => println!("created {}", saved.contact.id),
//!     Some(false) => println!("updated {}", saved.contact.id),
//!     None => println!("created or updated {}", saved.contact.id),
//! }
//!
//! // Or: create, and decide.
//! match contacts.create(rosan).await {
//!     Ok(contact) => println!("created {} on {:?}", contact.id, contact.date_added),
//!     Err(Error::Duplicate(found)) => {
//!         contacts.add_tags(&found.contact_id, ["vip"]).await?;
//!     }
//!     Err(error) => return Err(error.into()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! - What the API requires is an argument, what has a form is a type of its own, and everything else is optional.
//! - A member that the page calls "string or null" can be absent, null or a value: not called, `.city(Null)`,
//!   `.city("Dolomite")`. An `Option` fits too: `None` is the same as not called.
//! - A [`Call`] yields plain data; [`Call::answer`] yields what came with it too.
//! - A custom field can be written by its name, with a value that fits it: [`Contacts::custom_fields`].
//! - What is different for one call is said on it: `contacts.get(&id).timeout(…)`, and `retry`, `version` and `header`.
//! - What the API has and this crate does not is called by [`Client::request`], as carefully as all else.
//! - Each error says whether the operation was carried out all the same: [`Error::carried_out`], and [`Error::created`].
//! - Nothing panics, and `Debug` never prints a token.
//! - [`guide::running`] is about settings, several clients, and what a program sees of its calls in `tracing`.
//! - [`guide::operations`] has a table of the operations: what repeating each of them does, and which scope the token needs.
//!
//! # Features
//!
//! - `rustls` (default): TLS by rustls, with the certificates that the operating system trusts.
//! - `rustls-no-provider`: the same, with a cryptography that the program installs instead of aws-lc-rs, such as ring:
//!
//!   ```ignore
//!   // rustls = { version = "0.23", default-features = false, features = ["ring"] }
//!   rustls::crypto::ring::default_provider().install_default().expect("nobody else has installed one");
//!   ```
//!
//!   Until then, [`ClientBuilder::build`] gives an error, also for a server on this machine. It cannot see what other crates
//!   enable in reqwest: where one of them brings aws-lc-rs or native-tls, enable `rustls` or `native-tls` here too.
//! - `native-tls`: TLS by the library of the operating system. Where it is enabled too, it is what is used.

/// The READMEs are tested too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct ReadmeOfTheRepository;

mod call;
mod client;
mod contacts;
mod error;
#[cfg(any(doc, doctest))]
pub mod guide;
mod invalid_value;
mod models;
mod newtypes;
mod request;

pub use call::pacing::{BudgetAnswer, NoPacing, Pacing, PacingError, Permit, SlidingWindow, WindowPermit};
pub use call::response::{RateLimit, Response};
pub use call::retry::{Attempt, Decision, Failure, NoRetry, Retry, RetryPolicy};
pub use call::token_source::{BoxError, TokenSource};
pub use call::{Answer, Call, NotTaken};
pub use client::{Client, ClientBuilder};
pub use contacts::{Contacts, CreateAll, Reconcile, SearchPage, SearchPages, SearchResults};
pub use error::{
    BuildError, CarriedOut, Created, CreatedId, Duplicate, Error, HttpSetupError, Incomplete, MatchingField,
    RateLimited, TagsNotAdded, TokenError, TransportError, Undecodable, UndecodableReason, Unreconciled, Validation,
    ValidationMessage,
};
pub use invalid_value::InvalidValue;
pub use leadconnector_raw::Effect;
pub use models::contact::{
    AttributionSource, Contact, ContactCustomField, ContactDndSetting, ContactDndSettings, ContactDndStatus,
};
pub use models::contact_fields::{
    Channel, CustomField, CustomFieldValue, DndSetting, DndStatus, InboundDndSetting, InboundDndStatus, Null, Nullable,
    Optional, PropertyName, UpdatePropertyName, UploadedFile,
};
pub use models::contact_key::ContactKey;
pub use models::contact_update::{ContactUpdate, ContactUpdateBuilder};
pub use models::custom_fields::CustomFields;
pub use models::found_contact::{ContactOpportunity, FoundContact};
pub use models::list::List;
pub use models::list_item::ListItem;
pub use models::location_custom_field::{CustomFieldKind, LocationCustomField};
pub use models::new_contact::{NewContact, NewContactBuilder};
pub use models::new_note::NewNote;
pub use models::note::Note;
pub use models::search::{Direction, Filter, FilterField, FilterValue, Search};
pub use models::tag_change::TagChange;
pub use models::upsert::{Upsert, Upserted};
pub use newtypes::{
    ApiVersion, BusinessId, ContactId, Country, CustomFieldId, Email, LocationId, NoteId, Phone, Token, UserId,
    WorkflowId,
};
pub use request::Request;

/// The HTTP client underneath, in the version that [`ClientBuilder::http`] takes.
pub use leadconnector_raw::reqwest;
