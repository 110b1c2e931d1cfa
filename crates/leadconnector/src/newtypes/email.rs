use email_address::{EmailAddress, Options};

use super::checked_text;
use crate::InvalidValue;

/// An email address: `email` on the page. Its example is `rosan@deos.com`.
///
/// ```
/// use leadconnector::Email;
///
/// assert_eq!(Email::new("rosan@deos.com")?.as_str(), "rosan@deos.com");
/// assert_eq!(Email::new("rosan").unwrap_err().field(), "email");
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

impl Email {
    /// Takes an address that has the form of RFC 5321 and a domain of at least two parts, without a display name.
    ///
    /// # Errors
    ///
    /// The text has another form.
    pub fn new(address: impl Into<String>) -> Result<Self, InvalidValue> {
        let address = address.into();
        if address.is_empty() {
            return Err(InvalidValue::new("email", "is empty"));
        }
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        match EmailAddress::parse_with_options(&address, options) {
            Ok(_) => Ok(Self(address)),
            Err(error) => {
                Err(InvalidValue::new("email", format!("is not an email address such as `rosan@deos.com`: {error}")))
            }
        }
    }
}

checked_text!(Email);
