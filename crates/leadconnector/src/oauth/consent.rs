//! The consent of a user: the page where it is given, and what comes back from there.

use std::fmt;

use url::form_urlencoded;

use super::{App, OAuthError};
use crate::InvalidValue;

/// A user's way to the consent page: [`App::consent`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Consent {
    /// The URL to which the browser is sent.
    pub url: String,
    /// What comes back with the code. Keep it where only this browser's next request finds it, such as in a cookie that is `HttpOnly`,
    /// `Secure` and `SameSite=Lax`, and give it to [`Code::from_callback`].
    pub state: String,
}

impl App {
    /// Begins a consent, to these scopes, such as `contacts.write`. Send the user's browser to the [`url`](Consent::url), and keep the
    /// [`state`](Consent::state) until it comes back. Nothing is sent by this.
    ///
    /// # Errors
    ///
    /// The app has no [`redirect_uri`](super::AppBuilder::redirect_uri), there is no scope, a scope has a space, or the operating
    /// system has no randomness.
    pub fn consent(&self, scopes: impl IntoIterator<Item: AsRef<str>>) -> Result<Consent, OAuthError> {
        let settings = self.settings();
        let redirect_uri = settings.redirect_uri.as_deref().ok_or_else(|| {
            InvalidValue::new(
                "redirect_uri",
                "is not set: the consent page has to know where to send the browser back to",
            )
        })?;
        let mut scope = String::new();
        for one in scopes {
            let one = one.as_ref();
            if one.is_empty() || one.contains(char::is_whitespace) {
                return Err(InvalidValue::new("scope", "is empty or has a space: give each scope by itself").into());
            }
            if !scope.is_empty() {
                scope.push(' ');
            }
            scope.push_str(one);
        }
        if scope.is_empty() {
            return Err(InvalidValue::new("scope", "is missing: name one at least, such as `contacts.readonly`").into());
        }
        let state = state()?;
        let mut url = settings.consent_page.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", &scope)
            .append_pair("state", &state);
        Ok(Consent { url: url.into(), state })
    }
}

/// Without the state.
impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Consent(…)")
    }
}

/// 128 bits that nobody can guess.
fn state() -> Result<String, OAuthError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| OAuthError::NoRandomness)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// An authorization code, which can be exchanged for tokens once, and within minutes: [`App::exchange`].
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// The code with which a browser came back from the consent page. `query` is what stands behind the `?` in the URL that it came
    /// back with; `state` is that of its [`Consent`].
    ///
    /// ```
    /// use leadconnector::oauth::{Code, OAuthError};
    ///
    /// let code = Code::from_callback("code=7676cf&state=5a1f", "5a1f")?;
    /// let error = Code::from_callback("code=7676cf&state=4711", "5a1f").unwrap_err();
    /// assert!(matches!(error, OAuthError::StateMismatch));
    /// # Ok::<(), OAuthError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The state is missing or another one, the user has declined, or there is no code.
    pub fn from_callback(query: &str, state: &str) -> Result<Self, OAuthError> {
        let parameter = |name: &str| parameter(query, name);
        // An empty one would be that of everybody.
        if state.is_empty() || parameter("state").as_deref() != Some(state) {
            return Err(OAuthError::StateMismatch);
        }
        Self::from_parameters(parameter("code"), parameter("error"))
    }

    /// The code of an installation that was begun in the vendor's marketplace: the app has not sent the browser, so there is no state.
    /// `query` is what stands behind the `?` in the URL.
    ///
    /// Anybody can make such a link, and decides by it whose tokens they are. Before you join the location with somebody who is signed
    /// in to your program, ask them.
    ///
    /// # Errors
    ///
    /// There is a state, the user has declined, or there is no code.
    pub fn from_marketplace(query: &str) -> Result<Self, OAuthError> {
        let parameter = |name: &str| parameter(query, name);
        if parameter("state").is_some() {
            return Err(OAuthError::StateMismatch);
        }
        Self::from_parameters(parameter("code"), parameter("error"))
    }

    fn from_parameters(code: Option<String>, error: Option<String>) -> Result<Self, OAuthError> {
        match (code, error) {
            (_, Some(error)) => Err(OAuthError::Declined { error: shown(&error) }),
            (Some(code), None) if !code.is_empty() => Ok(Self(code)),
            _ => Err(OAuthError::Declined { error: "no code".into() }),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A parameter of a query, with or without its `?`.
fn parameter(query: &str, name: &str) -> Option<String> {
    let query = query.strip_prefix('?').unwrap_or(query);
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// The error of a consent page, as far as it looks like one of OAuth's: anybody can make such a link.
fn shown(error: &str) -> String {
    error.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')).take(50).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_comes_back_with_the_state_it_was_sent_with() {
        let code =
            |query, state| Code::from_callback(query, state).map(|code| code.0).map_err(|error| error.to_string());
        assert_eq!(code("code=a%2Fb&state=5", "5"), Ok("a/b".into()));
        assert_eq!(code("?state=5&code=a", "5"), Ok("a".into()));
        for (query, state, said) in [
            ("code=a", "5", "the `state` of the consent is not"),
            ("code=a&state=", "", "the `state` of the consent is not"),
            ("code=a&state=6", "5", "the `state` of the consent is not"),
            // Not before it is known whose browser it is.
            ("error=access_denied&state=6", "5", "the `state` of the consent is not"),
            ("error=access_denied&state=5", "5", "the user has not consented (`access_denied`)"),
            ("error=%3Cb%3Eaccess&code=a&state=5", "5", "the user has not consented (`baccess`)"),
            ("state=5", "5", "the user has not consented (`no code`)"),
            ("code=&state=5", "5", "the user has not consented (`no code`)"),
        ] {
            let error = code(query, state).unwrap_err();
            assert!(error.starts_with(said), "{query}: {error}");
        }
        let code = |query| Code::from_marketplace(query).map(|code| code.0).map_err(|error| error.to_string());
        assert_eq!(code("?code=a%2Fb"), Ok("a/b".into()));
        for (query, said) in [
            // It is from there where one was sent along, or from somebody who makes one up.
            ("code=a&state=5", "the `state` of the consent is not"),
            ("error=access_denied", "the user has not consented (`access_denied`)"),
            ("", "the user has not consented (`no code`)"),
        ] {
            let error = code(query).unwrap_err();
            assert!(error.starts_with(said), "{query}: {error}");
        }
    }

    #[test]
    fn no_two_states_are_the_same() {
        let (one, two) = (state().unwrap(), state().unwrap());
        assert!(one.len() == 32 && one != two);
    }
}
