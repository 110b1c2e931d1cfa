//! Tokens of an app of the vendor's marketplace, which renew themselves. Needs the feature `oauth`.
//!
//! An [`App`] sends users to the vendor's consent page, exchanges the code that comes back for tokens, keeps these in a
//! [`TokenStore`], and renews them. It is the [`TokenSource`](crate::token::TokenSource) of a client. An [`OAuthError`] says whether to
//! try again, to ask for consent again, or what to mend. Guide: [an app of the marketplace](crate::guide::marketplace).

mod agency;
mod app;
mod clock;
mod consent;
mod error;
mod grant;
mod holder;
mod renewal;
mod store;
#[cfg(test)]
mod tests;
mod token_endpoint;

pub use agency::{InstalledLocation, InstalledLocations};
pub use app::{App, AppBuilder};
pub use consent::{Code, Consent};
pub use error::{NotAnswered, OAuthError, Remedy};
pub use grant::Grant;
pub use holder::{Holder, UserType};
pub use store::{FileStore, MemoryStore, Record, TokenStore};

pub use crate::newtypes::CompanyId;
