//! What the vendor's server takes for an email: `isEmail` of validator.js with its defaults, which class-validator calls.

use regex::Regex;

/// The expressions of that check.
#[derive(Debug)]
pub(crate) struct EmailCheck {
    /// A part of the name, between dots.
    user: Regex,
    /// A name in quotes, without them.
    quoted: Regex,
    /// A part of the domain.
    domain: Regex,
    /// Its last part.
    last: Regex,
}

impl EmailCheck {
    pub(crate) fn new() -> Result<Self, regex::Error> {
        let letters = r"\x{A1}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFEF}";
        Ok(Self {
            user: Regex::new(&format!(r"^[a-zA-Z0-9!#$%&'*+\-/=?\^_`{{|}}~{letters}]+$"))?,
            quoted: Regex::new(&format!(
                r"^(?:[\x01-\x21\x23-\x5B\x5D-\x7F\x{{A0}}{letters}]|\\[\x01-\x09\x0B-\x7F\x{{A0}}{letters}])*$"
            ))?,
            // A character beyond 16 bits is two of JavaScript's, and both are in its range.
            domain: Regex::new(r"^[a-zA-Z0-9\-\x{A1}-\x{FF00}\x{FF5F}-\x{10FFFF}]+$")?,
            last: Regex::new(&format!(
                r"^(?:[a-zA-Z{letters}&&[^\x{{A9}}\s\x{{FEFF}}]]{{2,}}|(?i:xn)[a-zA-Z0-9\-]{{2,}})$"
            ))?,
        })
    }

    pub(crate) fn accepts(&self, address: &str) -> bool {
        let Some((user, domain)) = address.rsplit_once('@') else { return false };
        let (Some((_, last)), true) = (domain.rsplit_once('.'), user.len() <= 64 && domain.len() <= 254) else {
            return false;
        };
        let part = |part: &str| {
            part.encode_utf16().count() <= 63
                && self.domain.is_match(part)
                && !part.starts_with('-')
                && !part.ends_with('-')
        };
        let user = match user.strip_prefix('"').and_then(|user| user.strip_suffix('"')) {
            Some(quoted) => self.quoted.is_match(quoted),
            None => user.split('.').all(|part| self.user.is_match(part)),
        };
        user && domain.split('.').all(part) && self.last.is_match(last)
    }
}
