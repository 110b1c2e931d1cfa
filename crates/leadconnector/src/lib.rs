//! Creates, upserts, updates, finds, tags and deletes contacts in [HighLevel](https://www.gohighlevel.com), and keeps notes of them.
//!
//! Unofficial: not made by HighLevel, nor affiliated with it. The API lives at `services.leadconnectorhq.com`.
//!
//! ```console
//! $ cargo add leadconnector
//! $ cargo add tokio --features macros,rt
//! ```
//!
//! Guides, each for one task:
//!
//! - [Duplicates](guide::duplicates): save somebody who may be there already.
//! - [Finding contacts](guide::finding): by an id, by an email or a phone, or by a search.
//! - [Many contacts](guide::many_contacts): create a long list as fast as is allowed, and lose nobody.
//! - [Running a client](guide::running): settings, several clients, logs, and endpoints that this crate does not model.
//! - [An app of the marketplace](guide::marketplace): tokens of OAuth, from the consent of a user to their renewal.
//! - [Testing](guide::testing): test your code with a mock server, without an account and without a network.
//! - [Operations](guide::operations): a table of all of them, with the scope that the token needs.
//!
//! # Example
//!
//! ```
//! use leadconnector::dnd::{Channel, DndSetting};
//! use leadconnector::{Client, Country, Email, Error, LocationId, NewContact, Phone};
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
//! Whole programs are in the folder `examples` of the repository. A method that has one names it, such as [`Contacts::search`].
//!
//! # How it works
//!
//! - [`Client`] has the token and the connections. With the feature `oauth`, its tokens renew themselves: [`oauth::App`]. [`Contacts`] are those of one location, and have a method for each operation.
//! - What the API requires is an argument. What has a form, such as an email, is a type that checks it. Everything else is optional.
//! - The page calls some members "string or null". Such a member can be absent, null or a value: leave the setter out, or call
//!   `.city(Null)` or `.city("Dolomite")`. An `Option` fits too: `None` is the same as leaving the setter out.
//! - Each method gives a [`Call`], and `.await` on it yields plain data. [`Call::answer`] also yields what came with the data.
//! - A custom field can be set by its name, and its value is checked: [`Contacts::custom_fields`].
//! - A single call can have options of its own: `contacts.get(&id).timeout(…)`, and so `retry`, `version` and `header`.
//! - [`Client::request`] calls any other endpoint of the API, with the same token, pace and retries.
//! - Each error says whether the operation was carried out all the same: [`Error::carried_out`] and [`Error::created`].
//! - Nothing panics, and `Debug` never prints a token.
//!
//! In this documentation, "the page" is the vendor's page "Create Contact". Names in `camelCase` are those of the page.
//!
//! # Features
//!
//! - `rustls` (default): TLS by rustls. It trusts the certificates that the operating system trusts.
//! - `rustls-no-provider`: the same, but the program installs the cryptography, such as ring in place of aws-lc-rs:
//!
//!   ```ignore
//!   // rustls = { version = "0.23", default-features = false, features = ["ring"] }
//!   rustls::crypto::ring::default_provider()
//!       .install_default()
//!       .expect("nobody else has installed one");
//!   ```
//!
//!   Until then, [`ClientBuilder::build`] gives an error, even for a server on this machine. This crate cannot see what other crates
//!   enable in reqwest. If one of them brings aws-lc-rs or native-tls, enable `rustls` or `native-tls` here too.
//! - `native-tls`: TLS by the library of the operating system. If several of these are enabled, this one is used.
//! - `oauth`: the tokens of an app of the vendor's marketplace, in the module [`oauth`].

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
mod errors;
#[cfg(any(doc, doctest))]
pub mod guide;
mod invalid_value;
mod models;
mod newtypes;
#[cfg(feature = "oauth")]
pub mod oauth;
mod request;

// Each item has one public path: at the root what nearly every program names, and the rest in the module of its subject.
pub use call::{Answer, Call};
pub use client::{Client, ClientBuilder};
/// The value that clears a member of a contact: `.city(Null)`.
pub use contact::Nullable::Null;
pub use contacts::Contacts;
pub use errors::Error;
pub use invalid_value::InvalidValue;
pub use leadconnector_raw::Effect;
pub use models::contact::Contact;
pub use models::contact_update::{ContactUpdate, ContactUpdateBuilder};
pub use models::new_contact::{NewContact, NewContactBuilder};
pub use models::new_note::NewNote;
pub use models::note::Note;
pub use models::upsert::{Upsert, Upserted};
pub use newtypes::{
    ApiVersion, BusinessId, ContactId, Country, CustomFieldId, Email, LocationId, NoteId, Phone, Token, UserId,
    WorkflowId,
};
pub use request::Request;

/// The HTTP client underneath, in the version that [`ClientBuilder::http`] takes.
pub use leadconnector_raw::reqwest;

pub mod answer {
    //! What comes with an answer, besides its value.
    //!
    //! [`Call::answer`](crate::Call::answer) yields an [`Answer`](crate::Answer). It has the value, the [`Response`] of the server, and
    //! the members that the server did not take over: [`NotTaken`]. An [`Error`](crate::Error) has its response too.

    pub use crate::call::NotTaken;
    pub use crate::call::response::{RateLimit, Response};
    pub use crate::models::list_item::ListItem;
}

pub mod contact {
    //! The parts of a contact, and what its setters take.
    //!
    //! [`NewContact`](crate::NewContact), [`ContactUpdate`](crate::ContactUpdate) and [`Upsert`](crate::Upsert) share their setters. Most
    //! of these take an [`Optional`] value, some a [`Nullable`] one or a [`List`]. A program seldom names these types: a text, an `Option`
    //! or an array becomes one by itself. Other modules have the settings for [do-not-disturb](crate::dnd) and the
    //! [custom fields](crate::custom_fields). Guide: [what to do with a duplicate](crate::guide::duplicates).

    pub use crate::models::contact::AttributionSource;
    pub use crate::models::contact_fields::{Nullable, Optional, PropertyName, UpdatePropertyName};
    pub use crate::models::contact_key::ContactKey;
    pub use crate::models::list::List;
    pub use crate::models::tag_change::TagChange;
}

pub mod create {
    //! Creating many contacts, and finding out whether a contact was created.
    //!
    //! [`Contacts::create_all`](crate::Contacts::create_all) creates the contacts of a list at the pace that the location allows.
    //! [`ClientBuilder::reconcile`](crate::ClientBuilder::reconcile) looks a contact up when the answer to its creation was lost. Guide:
    //! [creating many contacts](crate::guide::many_contacts).

    pub use crate::contacts::{CreateAll, Reconcile};
}

pub mod custom_fields {
    //! The custom fields of a location, and their values in a contact.
    //!
    //! [`Contacts::custom_fields`](crate::Contacts::custom_fields) gets the fields of the location. There a program finds a field by its
    //! name, and makes a [`CustomField`] of it with a value that fits. The setter `custom_field` takes that. What a contact has is a
    //! [`ContactCustomField`].

    pub use crate::models::contact::ContactCustomField;
    pub use crate::models::contact_fields::{CustomField, CustomFieldValue, UploadedFile};
    pub use crate::models::custom_fields::CustomFields;
    pub use crate::models::location_custom_field::{CustomFieldKind, LocationCustomField};
}

pub mod dnd {
    //! Do-not-disturb: on which channels a contact must not be written to, or called.
    //!
    //! [`DndSetting`] is what the setter `dnd_setting` takes for a [`Channel`], and [`InboundDndSetting`] what `inbound_dnd_setting` takes
    //! for messages that come from the contact. [`ContactDndSettings`] is what a contact has.

    pub use crate::models::contact::{ContactDndSetting, ContactDndSettings, ContactDndStatus};
    pub use crate::models::contact_fields::{Channel, DndSetting, DndStatus, InboundDndSetting, InboundDndStatus};
}

pub mod error {
    //! What an error holds: why a call failed, and whether the operation was carried out all the same.
    //!
    //! A call fails with an [`Error`](crate::Error). Its documentation has a table of its variants. These are the types within them, and
    //! the answers of [`Error::carried_out`](crate::Error::carried_out) and [`Error::created`](crate::Error::created). Guide:
    //! [what to do with a duplicate](crate::guide::duplicates).

    pub use crate::errors::{
        BuildError, CarriedOut, Created, CreatedId, Duplicate, HttpSetupError, Incomplete, MatchingField, RateLimited,
        TagsNotAdded, TokenError, TransportError, Undecodable, UndecodableReason, Unreconciled, Validation,
        ValidationMessage,
    };
}

pub mod pacing {
    //! How fast the API is called: the allowance of each location.
    //!
    //! The vendor allows a location 100 requests in 10 seconds, and 200,000 in a day. A client keeps to that by itself, with a
    //! [`SlidingWindow`]. [`ClientBuilder::pacing`](crate::ClientBuilder::pacing) takes another [`Pacing`], such as one that several
    //! processes share, or [`NoPacing`]. Guide: [creating many contacts](crate::guide::many_contacts).

    pub use crate::call::pacing::{BudgetAnswer, NoPacing, Pacing, PacingError, Permit, SlidingWindow, WindowPermit};
}

pub mod retry {
    //! Whether a request is sent again after it failed, and when.
    //!
    //! A client has a [`Retry`], which sends again only what cannot do harm. [`ClientBuilder::retry`](crate::ClientBuilder::retry) takes
    //! one with other limits, another [`RetryPolicy`], or [`NoRetry`]; and so does a [`Call`](crate::Call), for itself. Guide:
    //! [the operations](crate::guide::operations), with what repeating each of them does.

    pub use crate::call::retry::{Attempt, Decision, Failure, NoRetry, Retry, RetryPolicy};
}

pub mod search {
    //! Searching contacts: filters, their order, and what is found.
    //!
    //! A [`Search`] holds [`Filter`]s and an order. [`Contacts::search`](crate::Contacts::search) gives the contacts that it finds as a
    //! stream, page after page. [`Contacts::count`](crate::Contacts::count) counts them. Guide:
    //! [finding contacts](crate::guide::finding).

    pub use crate::contacts::{SearchPage, SearchPages, SearchResults};
    pub use crate::models::found_contact::{ContactOpportunity, FoundContact};
    pub use crate::models::search::{Direction, Filter, FilterField, FilterValue, Search};
}

pub mod token {
    //! Where a client gets its token from, if the token changes or each location has its own.
    //!
    //! A program that has one [`Token`](crate::Token) gives it to [`Client::builder`](crate::Client::builder). One that has several, or
    //! replaces them, gives a [`TokenSource`] to [`Client::with_token_source`](crate::Client::with_token_source). For the tokens of OAuth
    //! there is one: [`oauth::App`](crate::oauth::App). Guide: [running a client](crate::guide::running).

    pub use crate::call::token_source::{BoxError, TokenSource};
}

// Inside of the crate, all of them are at the root.
pub(crate) use {
    answer::*, contact::*, create::*, custom_fields::*, dnd::*, error::*, pacing::*, retry::*, search::*, token::*,
};
