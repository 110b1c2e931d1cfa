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
        if is_plain(&address) {
            return Ok(Self(address));
        }
        if address.is_empty() {
            return Err(InvalidValue::new("email", "is empty"));
        }
        match EmailAddress::parse_with_options(&address, options()) {
            Ok(_) => Ok(Self(address)),
            Err(error) => {
                Err(InvalidValue::new("email", format!("is not an email address such as `rosan@deos.com`: {error}")))
            }
        }
    }
}

fn options() -> Options {
    Options::default().with_required_tld().without_display_text().without_domain_literal()
}

/// Whether an address is as nearly all are: letters, digits and a few signs, which the parser need not look at. It would cost
/// more instructions than all else that is done for a contact's email.
fn is_plain(address: &str) -> bool {
    let mut at = None;
    let mut dot_in_domain = false;
    let mut part_is_empty = true;
    for (place, byte) in address.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => part_is_empty = false,
            b'_' | b'-' | b'+' if at.is_none() => part_is_empty = false,
            b'.' if !part_is_empty => {
                dot_in_domain = at.is_some();
                part_is_empty = true;
            }
            b'@' if !part_is_empty && at.is_none() => {
                at = Some(place);
                part_is_empty = true;
            }
            _ => return false,
        }
    }
    // The most that the local part, and one part of a domain, may have.
    at.is_some_and(|at| at <= 64 && address.len() - at <= 64) && dot_in_domain && !part_is_empty
}

checked_text!(Email);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_plain_address_is_one(address in "[a-z.+_@-]{0,6}@[a-z0-9.@-]{0,7}|[a-z]{60,66}@[a-z]{60,66}\\.[a-z]{60,66}") {
            if is_plain(&address) {
                prop_assert!(EmailAddress::parse_with_options(&address, options()).is_ok(), "{address}");
            }
        }
    }
}
