//! Settings in environment variables.

use std::env::VarError;

use crate::{Client, ClientBuilder, InvalidValue, LocationId, Token};

const TOKEN: &str = "LEADCONNECTOR_TOKEN";
const BASE_URL: &str = "LEADCONNECTOR_BASE_URL";
const LOCATION_ID: &str = "LEADCONNECTOR_LOCATION_ID";

/// What gives the value of an environment variable.
type Environment<'a> = &'a dyn Fn(&'static str) -> Result<String, VarError>;

const PROCESS: Environment<'static> = &|name| std::env::var(name);

impl Client {
    /// A client with the token in the environment variable `LEADCONNECTOR_TOKEN`, and with the base URL in
    /// `LEADCONNECTOR_BASE_URL` if that is set. All other settings have their defaults;
    /// [`builder_from_env`](Self::builder_from_env) lets you change them.
    ///
    /// ```no_run
    /// use leadconnector::{Client, LocationId};
    ///
    /// let client = Client::from_env()?;
    /// let contacts = client.contacts(LocationId::from_env()?);
    /// # Ok::<(), leadconnector::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The token is not set. What is set is empty, is not UTF-8, or is refused by [`Token::new`] or
    /// [`ClientBuilder::build`]. The error names the variable.
    pub fn from_env() -> Result<Self, crate::BuildError> {
        Self::builder_from_env().build()
    }

    /// Starts a client with what [`from_env`](Self::from_env) reads. If a variable is missing or not valid,
    /// [`build`](ClientBuilder::build) gives the error.
    pub fn builder_from_env() -> ClientBuilder {
        builder(PROCESS)
    }
}

impl LocationId {
    /// The id in the environment variable `LEADCONNECTOR_LOCATION_ID`.
    ///
    /// # Errors
    ///
    /// It is not set, is not UTF-8, or is refused by [`new`](Self::new). The error names the variable.
    pub fn from_env() -> Result<Self, InvalidValue> {
        location(PROCESS)
    }
}

fn builder(environment: Environment<'_>) -> ClientBuilder {
    let token = required(environment, TOKEN, "the token of a sub-account")
        .and_then(|token| Token::new(token).map_err(|error| error.of(TOKEN)));
    let builder = ClientBuilder::with_token(token);
    match optional(environment, BASE_URL) {
        Ok(Some(url)) => builder.named_base_url(BASE_URL, Ok(url)),
        Ok(None) => builder,
        Err(error) => builder.named_base_url(BASE_URL, Err(error)),
    }
}

fn location(environment: Environment<'_>) -> Result<LocationId, InvalidValue> {
    let id = required(environment, LOCATION_ID, "the id of a location, such as `ve9EPM428h8vShlRW1KT`")?;
    LocationId::new(id).map_err(|error| error.of(LOCATION_ID))
}

fn required(environment: Environment<'_>, name: &'static str, what: &str) -> Result<String, InvalidValue> {
    optional(environment, name)?.ok_or_else(|| InvalidValue::new(name, format!("is not set: set it to {what}")))
}

fn optional(environment: Environment<'_>, name: &'static str) -> Result<Option<String>, InvalidValue> {
    match environment(name) {
        Ok(value) if value.is_empty() => {
            Err(InvalidValue::new(name, "is set, but empty: give it a value, or unset it"))
        }
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(InvalidValue::new(name, "is not UTF-8, in which it has to be")),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    /// An environment in which these are set.
    fn of(variables: &[(&'static str, &str)], name: &str) -> Result<String, VarError> {
        let value = variables.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        match value {
            Some("not UTF-8") => Err(VarError::NotUnicode(OsString::new())),
            Some(value) => Ok(value.to_owned()),
            None => Err(VarError::NotPresent),
        }
    }

    #[test]
    fn what_is_set_is_taken() {
        let set = [(TOKEN, "secret"), (BASE_URL, "http://127.0.0.1:1/api"), (LOCATION_ID, "ve9EPM428h8vShlRW1KT")];
        let client = builder(&|name| of(&set, name)).build().unwrap();
        assert_eq!(client.base_url().as_str(), "http://127.0.0.1:1/api");
        assert_eq!(location(&|name| of(&set, name)).unwrap().as_str(), "ve9EPM428h8vShlRW1KT");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let built = |set: &[(&'static str, &str)]| builder(&|name| of(set, name)).build().unwrap_err().to_string();
        let url = |url| built(&[(TOKEN, "secret"), (BASE_URL, url)]);
        assert_eq!(built(&[]), "LEADCONNECTOR_TOKEN is not set: set it to the token of a sub-account");
        assert_eq!(built(&[(TOKEN, "")]), "LEADCONNECTOR_TOKEN is set, but empty: give it a value, or unset it");
        assert_eq!(built(&[(TOKEN, "a\n")]), "LEADCONNECTOR_TOKEN has a line break, which is not a part of it");
        assert_eq!(built(&[(TOKEN, "not UTF-8")]), "LEADCONNECTOR_TOKEN is not UTF-8, in which it has to be");
        assert_eq!(url(""), "LEADCONNECTOR_BASE_URL is set, but empty: give it a value, or unset it");
        assert_eq!(
            url("example.com"),
            "LEADCONNECTOR_BASE_URL is not a URL such as `https://services.leadconnectorhq.com`"
        );
        assert!(url("http://example.com").starts_with("LEADCONNECTOR_BASE_URL is http and leads to another machine"));

        let location = |set: &[(&'static str, &str)]| location(&|name| of(set, name)).unwrap_err().to_string();
        assert!(location(&[]).starts_with("LEADCONNECTOR_LOCATION_ID is not set: set it to the id of a location"));
        assert!(location(&[(LOCATION_ID, "a/b")]).starts_with("LEADCONNECTOR_LOCATION_ID has a character"));
    }
}
