//! What an app was given: codes, access tokens and refresh tokens, with what they stand for. Times are those of the
//! [clock](super::clock).

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use serde_json::Value;

/// How long a code lives. The vendor says only that it is short.
const CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How long a refresh token lives that is not used.
const REFRESH_TOKEN_LIFETIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The codes and tokens that were issued. A code or a token that was ended is not here any more.
#[derive(Default)]
pub(super) struct Issued {
    codes: HashMap<String, Code>,
    access_tokens: HashMap<String, AccessToken>,
    refresh_tokens: HashMap<String, RefreshToken>,
    refreshes: u64,
    numbers: u64,
}

/// For whom a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    Company,
    Location(String),
}

/// What a token stands for.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) holder: Holder,
    /// The names of scopes, with spaces between them.
    pub(super) scope: String,
    /// Whether the token is for a location, but by the consent of the company.
    pub(super) of_company: bool,
}

/// What a code stands for.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) location: String,
    pub(super) scope: String,
    pub(super) redirect_uri: String,
    pub(super) issued: Duration,
}

struct AccessToken {
    grant: Grant,
    expires: Duration,
}

pub(super) struct RefreshToken {
    pub(super) grant: Grant,
    pub(super) state: RefreshState,
}

/// What has become of a refresh token.
pub(super) enum RefreshState {
    Unused { expires: Duration },
    Used { at: Duration, answer: Value },
}

impl Holder {
    /// The `userType` of the token.
    pub(super) fn user_type(&self) -> &'static str {
        match self {
            Self::Company => "Company",
            Self::Location(_) => "Location",
        }
    }
}

impl Grant {
    pub(super) fn has_scope(&self, name: &str) -> bool {
        self.scope.split_whitespace().any(|scope| scope == name)
    }

    fn is_of_company(&self) -> bool {
        self.of_company || self.holder == Holder::Company
    }

    fn is_of_location(&self, id: &str) -> bool {
        matches!(&self.holder, Holder::Location(location) if location == id)
    }
}

impl Issued {
    /// A number that was not given before.
    pub(super) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// The code for a consent.
    pub(super) fn add_code(&mut self, code: Code) -> String {
        let text = format!("mock-code-{}", self.number());
        self.codes.insert(text.clone(), code);
        text
    }

    /// A code that was not used, and has not expired.
    pub(super) fn code(&self, text: &str, now: Duration) -> Option<&Code> {
        self.codes.get(text).filter(|code| now < code.issued.saturating_add(CODE_LIFETIME))
    }

    pub(super) fn use_code_up(&mut self, text: &str) {
        self.codes.remove(text);
    }

    pub(super) fn add_access_token(&mut self, grant: Grant, expires: Duration) -> String {
        let text = format!("mock-access-token-{}", self.number());
        self.access_tokens.insert(text.clone(), AccessToken { grant, expires });
        text
    }

    /// What an access token stands for that has not expired.
    pub(super) fn grant(&self, access_token: &str, now: Duration) -> Option<&Grant> {
        self.access_tokens.get(access_token).filter(|token| now < token.expires).map(|token| &token.grant)
    }

    pub(super) fn add_refresh_token(&mut self, grant: Grant, now: Duration) -> String {
        let text = format!("mock-refresh-token-{}", self.number());
        let state = RefreshState::Unused { expires: now.saturating_add(REFRESH_TOKEN_LIFETIME) };
        self.refresh_tokens.insert(text.clone(), RefreshToken { grant, state });
        text
    }

    pub(super) fn refresh_token(&self, text: &str) -> Option<&RefreshToken> {
        self.refresh_tokens.get(text)
    }

    /// Notes that a refresh token was used, and what the answer was.
    pub(super) fn use_refresh_token_up(&mut self, text: &str, at: Duration, answer: Value) {
        if let Some(token) = self.refresh_tokens.get_mut(text) {
            token.state = RefreshState::Used { at, answer };
            self.refreshes += 1;
        }
    }

    /// How many refresh tokens were used up.
    pub(super) fn refreshes(&self) -> u64 {
        self.refreshes
    }

    /// Ends what a location has.
    pub(super) fn end_of_location(&mut self, id: &str) {
        self.codes.retain(|_, code| code.location != id);
        self.end(|grant| grant.is_of_location(id));
    }

    /// Ends what the company has, and what came from it. A code can become a token of the company, so all codes end.
    pub(super) fn end_of_company(&mut self) {
        self.codes.clear();
        self.end(Grant::is_of_company);
    }

    fn end(&mut self, ends: impl Fn(&Grant) -> bool) {
        self.access_tokens.retain(|_, token| !ends(&token.grant));
        self.refresh_tokens.retain(|_, token| !ends(&token.grant));
    }
}

/// Without the codes and the tokens.
impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued")
            .field("codes", &self.codes.len())
            .field("access_tokens", &self.access_tokens.len())
            .field("refresh_tokens", &self.refresh_tokens.len())
            .field("refreshes", &self.refreshes)
            .finish_non_exhaustive()
    }
}
