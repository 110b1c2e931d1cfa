//! Why there is no token.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Holder;
use crate::{BoxError, Error, InvalidValue, LocationId, Response, TransportError};

/// Why an [`App`](super::App) has no token. [`remedy`](Self::remedy) says what to do about it.
///
/// A call that needed the token fails with [`Error::Token`](crate::Error::Token), and
/// [`TokenError::oauth`](crate::error::TokenError::oauth) has this.
///
/// `Display`, `Debug` and the chain of sources hold no token, no code and no secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum OAuthError {
    /// A value was refused before anything was sent.
    Invalid(InvalidValue),
    /// The `state` that came back from the consent page is not the one that was sent there: it is missing, it is that of another
    /// browser, or somebody has made the link.
    StateMismatch,
    /// The consent page came back without a code, and with an error: the user has declined, as a rule.
    Declined {
        /// The error, such as `access_denied`.
        error: String,
    },
    /// The vendor does not take the authorization code: it was used already, is too old, or is not for this app.
    CodeRefused(Box<Response>),
    /// The answer to an authorization code was lost, and the code may be used up.
    CodeLost(Arc<NotAnswered>),
    /// The vendor does not take the refresh token: it was used already, has expired, or the app was uninstalled.
    #[non_exhaustive]
    RefreshRefused {
        /// Whose refresh token it is.
        holder: Holder,
        /// When it was first sent, or may have been, if no answer to that has arrived. The vendor repeats its answer for 30 seconds.
        lost_at: Option<DateTime<Utc>>,
        /// The vendor's answer.
        response: Box<Response>,
    },
    /// There is no token for it in the store.
    NoConsent(Holder),
    /// The store has the token of another holder in its place.
    #[non_exhaustive]
    OtherHolder {
        /// Who the token was needed for.
        holder: Holder,
        /// Who it is for, if it says so.
        found: Option<Holder>,
    },
    /// The store has a token of another app: each app needs a store of its own.
    OtherApp(Holder),
    /// The vendor has answered with a token of another holder than the one that was asked for.
    #[non_exhaustive]
    OtherGrant {
        /// Who was asked for.
        holder: Holder,
        /// Who the token is for.
        found: Holder,
    },
    /// The vendor does not take the client id or the client secret.
    CredentialsRefused(Box<Response>),
    /// The vendor refused the request for another reason.
    Rejected(Box<Response>),
    /// The vendor's answer to a refresh did not arrive, or says that the server failed.
    NotAnswered(Arc<NotAnswered>),
    /// No token for the location could be made with that of its agency.
    #[non_exhaustive]
    NotMinted {
        /// The location.
        location: LocationId,
        /// Why: the error of the call.
        error: Box<Error>,
    },
    /// The clock of this machine, or of the one that stored the token, is wrong: the token would have been obtained more than a day
    /// from now.
    #[non_exhaustive]
    ClockBehind {
        /// When the token was obtained, as it is stored.
        obtained_at: DateTime<Utc>,
        /// What the clock says.
        now: DateTime<Utc>,
    },
    /// The store failed. The source is what it said.
    #[non_exhaustive]
    Store {
        /// Whose tokens were to be read or saved.
        holder: Holder,
        /// What it said.
        source: Arc<dyn StdError + Send + Sync>,
        /// Whether there are new tokens, which are in memory alone until they are saved: a later call for the holder tries that first.
        unsaved: bool,
    },
    /// The store has something else than tokens.
    Unreadable(Holder),
    /// The operating system has no randomness for the `state`.
    NoRandomness,
}

/// What came instead of an answer of the token endpoint.
#[derive(Debug)]
#[non_exhaustive]
pub enum NotAnswered {
    /// The connection failed, or the time was up.
    Transport(TransportError),
    /// The server failed: 5xx; or it has been asked too often: 429.
    Status(Response),
    /// The server answered with a success, but its body has no token, or not all of it arrived.
    #[non_exhaustive]
    Undecodable {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The task that asked for the token was not run to its end: it is none of a runtime of tokio, the runtime has ended, or the store has
    /// panicked.
    Interrupted,
}

/// What to do about an [`OAuthError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Remedy {
    /// Try again: the next call does.
    TryAgain,
    /// Send the user to the consent page again: [`App::consent`](super::App::consent). For a location whose token is made with that of its
    /// agency, that is the agency's user; or the app has to be installed in the location.
    Consent,
    /// Mend the store, or what it keeps.
    MendStore,
    /// Change a setting: of the app, or of this machine.
    ChangeSettings,
}

impl OAuthError {
    /// What to do about it.
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::NotAnswered(_) => Remedy::TryAgain,
            Self::StateMismatch
            | Self::Declined { .. }
            | Self::CodeRefused(_)
            | Self::CodeLost(_)
            | Self::RefreshRefused { .. }
            | Self::OtherGrant { .. }
            | Self::NoConsent(_) => Remedy::Consent,
            Self::Store { .. } | Self::Unreadable(_) | Self::OtherHolder { .. } | Self::OtherApp(_) => {
                Remedy::MendStore
            }
            Self::Invalid(_)
            | Self::CredentialsRefused(_)
            | Self::Rejected(_)
            | Self::ClockBehind { .. }
            | Self::NoRandomness => Remedy::ChangeSettings,
            Self::NotMinted { error, .. } => not_minted(error),
        }
    }

    /// The vendor's answer, if there is one.
    pub fn response(&self) -> Option<&Response> {
        match self {
            Self::CodeRefused(response)
            | Self::RefreshRefused { response, .. }
            | Self::CredentialsRefused(response)
            | Self::Rejected(response) => Some(response),
            Self::NotAnswered(error) | Self::CodeLost(error) => match &**error {
                NotAnswered::Status(response) => Some(response),
                NotAnswered::Transport(_) | NotAnswered::Undecodable { .. } | NotAnswered::Interrupted => None,
            },
            Self::NotMinted { error, .. } => error.response(),
            Self::Invalid(_)
            | Self::StateMismatch
            | Self::Declined { .. }
            | Self::NoConsent(_)
            | Self::OtherHolder { .. }
            | Self::OtherApp(_)
            | Self::OtherGrant { .. }
            | Self::ClockBehind { .. }
            | Self::Store { .. }
            | Self::Unreadable(_)
            | Self::NoRandomness => None,
        }
    }

    pub(super) fn store(holder: &Holder, source: BoxError, unsaved: bool) -> Self {
        Self::Store { holder: holder.clone(), source: source.into(), unsaved }
    }
}

/// What to do if the call fails that makes a location's token.
fn not_minted(error: &Error) -> Remedy {
    match error {
        // The agency has no token.
        Error::Token(error) => error.oauth().map_or(Remedy::TryAgain, OAuthError::remedy),
        Error::Invalid(_) | Error::Setup(_) | Error::Validation(_) | Error::Blocked(_) => Remedy::ChangeSettings,
        // A scope, or a location that is not the agency's, or where the app is not installed.
        Error::Unauthorized(_) | Error::Forbidden(_) | Error::NotFound(_) | Error::Rejected(_) => Remedy::Consent,
        Error::Pacing(_)
        | Error::NotConnected(_)
        | Error::RateLimited(_)
        | Error::Unexpected(_)
        | Error::Server(_)
        | Error::Undecodable(_)
        | Error::TimedOut(_)
        | Error::BrokenOff(_)
        | Error::TooLarge(_)
        | Error::Duplicate(_)
        | Error::Unreconciled(_)
        | Error::TagsNotAdded(_) => Remedy::TryAgain,
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => error.fmt(f),
            Self::StateMismatch => f.write_str(
                "the `state` of the consent is not the one that this browser was sent with: begin the consent again",
            ),
            Self::Declined { error } => {
                write!(f, "the user has not consented (`{error}`): ask again if that was a mistake")
            }
            Self::CodeRefused(response) => write!(
                f,
                "the vendor does not take the authorization code ({}): it was used already, is too old, or is not for this \
                 app; begin the consent again",
                response.status().as_u16()
            ),
            Self::RefreshRefused { holder, lost_at: None, response } => write!(
                f,
                "the vendor does not take the refresh token of {holder} ({}): it was used, has expired, or the app was \
                 uninstalled; the user has to consent again",
                response.status().as_u16()
            ),
            Self::CodeLost(error) => {
                write!(f, "{error}, and the authorization code may be used up: begin the consent again")
            }
            Self::RefreshRefused { holder, lost_at: Some(lost_at), response } => write!(
                f,
                "the vendor does not take the refresh token of {holder} any more ({}): it may have been sent at {} already, \
                 and no answer arrived, which the vendor repeats for 30 seconds alone; the user has to consent again",
                response.status().as_u16(),
                lost_at.format("%Y-%m-%dT%H:%M:%SZ")
            ),
            Self::NoConsent(holder) => write!(f, "there is no token for {holder}: its user has to consent first"),
            Self::OtherHolder { holder, found: Some(found) } => {
                write!(f, "the store has the token of {found} in the place of that for {holder}: mend the store")
            }
            Self::OtherHolder { holder, found: None } => {
                write!(f, "the store has a token of nobody in the place of that for {holder}: mend the store")
            }
            Self::OtherApp(holder) => {
                write!(f, "the store has a token of another app for {holder}: give each app a store of its own")
            }
            Self::OtherGrant { holder, found } => write!(
                f,
                "the vendor has answered with a token of {found} where one for {holder} was asked for; the user has to \
                 consent again"
            ),
            Self::CredentialsRefused(response) => write!(
                f,
                "the vendor does not take the client id or the client secret ({}): are they those of the app?",
                response.status().as_u16()
            ),
            Self::Rejected(response) => {
                write!(f, "the vendor refused the request for a token: {}; its answer says why", response.status())
            }
            Self::NotAnswered(error) => write!(f, "{error}; try again"),
            Self::NotMinted { location, .. } => {
                write!(f, "no token for the location {location} could be made with that of its agency")
            }
            Self::ClockBehind { obtained_at, now } => write!(
                f,
                "the stored token was obtained at {}, and this machine's clock says {}: set the clock, or that of the machine \
                 that stored it",
                obtained_at.format("%Y-%m-%dT%H:%M:%SZ"),
                now.format("%Y-%m-%dT%H:%M:%SZ")
            ),
            Self::Store { holder, unsaved: false, .. } => {
                write!(f, "the store of tokens failed for {holder}: mend the store")
            }
            Self::Store { holder, unsaved: true, .. } => write!(
                f,
                "the store of tokens failed for {holder}: mend the store; until then new tokens are in the memory of this \
                 process alone, and a later call saves them"
            ),
            Self::Unreadable(holder) => {
                write!(f, "the store has something for {holder} that is no token of this crate's: mend the store")
            }
            Self::NoRandomness => f.write_str("the operating system has no randomness for the `state`"),
        }
    }
}

impl StdError for OAuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Store { source, .. } => Some(&**source),
            Self::NotAnswered(error) | Self::CodeLost(error) => error.source(),
            Self::NotMinted { error, .. } => Some(&**error),
            _ => None,
        }
    }
}

impl fmt::Display for NotAnswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(_) => f.write_str("the answer with the token did not arrive"),
            Self::Status(response) => write!(f, "the server of tokens failed: {}", response.status()),
            Self::Undecodable { problem } => write!(f, "the answer with the token {problem}"),
            Self::Interrupted => {
                f.write_str("the task that asks for the token was interrupted, or has no runtime of tokio")
            }
        }
    }
}

impl StdError for NotAnswered {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Transport(error) => Some(error),
            Self::Status(_) | Self::Undecodable { .. } | Self::Interrupted => None,
        }
    }
}

impl From<InvalidValue> for OAuthError {
    fn from(error: InvalidValue) -> Self {
        Self::Invalid(error)
    }
}
