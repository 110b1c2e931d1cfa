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
    /// Takes an address that the server's own check accepts, which is `isEmail` of validator.js: a name of at most 64 bytes, `@`, and a
    /// domain of at least two parts whose last one has two letters or more.
    ///
    /// # Errors
    ///
    /// The text has another form, which the server would refuse with 422, and with it the whole contact; or it has a space or a byte
    /// order mark beyond ASCII, which is a slip.
    pub fn new(address: impl Into<String>) -> Result<Self, InvalidValue> {
        let address = address.into();
        if is_plain(&address) {
            return Ok(Self(address));
        }
        if address.is_empty() {
            return Err(InvalidValue::new("email", "is empty"));
        }
        match check(&address) {
            Ok(()) => Ok(Self(address)),
            Err(what) => {
                Err(InvalidValue::new("email", format!("is not an email address such as `rosan@deos.com`: {what}")))
            }
        }
    }
}

/// Whether an address is as nearly all are: letters, digits and a few signs, in one pass over the bytes. The whole check would cost
/// more instructions than all else that is done for a contact's email.
fn is_plain(address: &str) -> bool {
    let mut at = None;
    // Of the part that is read: its length, and whether it has letters alone.
    let (mut length, mut letters) = (0, true);
    let mut dot_in_domain = false;
    for (place, byte) in address.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => length += 1,
            b'0'..=b'9' => (length, letters) = (length + 1, false),
            b'_' | b'-' | b'+' if at.is_none() => length += 1,
            b'.' if length > 0 => {
                dot_in_domain = at.is_some();
                (length, letters) = (0, true);
            }
            b'@' if length > 0 && at.is_none() => {
                at = Some(place);
                (length, letters) = (0, true);
            }
            _ => return false,
        }
    }
    // The most that the local part, and one part of a domain, may have.
    at.is_some_and(|at| at <= 64 && address.len() - at <= 64) && dot_in_domain && length >= 2 && letters
}

fn check(address: &str) -> Result<(), &'static str> {
    let (user, domain) = address.rsplit_once('@').ok_or("it has no `@`")?;
    if user.len() > 64 {
        return Err("it has more than 64 bytes before the `@`");
    }
    check_domain(domain)?;
    match user.strip_prefix('"').and_then(|user| user.strip_suffix('"')) {
        Some(quoted) if is_quoted(quoted) => Ok(()),
        Some(_) => Err("it has a character between the quotes that cannot stand there"),
        None if user.split('.').any(str::is_empty) => Err("it has nothing before the `@`, or before or behind a dot"),
        None if user.split('.').flat_map(str::chars).all(is_of_a_user) => Ok(()),
        None => Err("it has a character before the `@` that cannot stand there"),
    }
}

fn check_domain(domain: &str) -> Result<(), &'static str> {
    if domain.len() > 254 {
        return Err("its domain has more than 254 bytes");
    }
    let (_, last) = domain.rsplit_once('.').ok_or("its domain has no dot")?;
    for part in domain.split('.') {
        // Counted as JavaScript does.
        if part.encode_utf16().count() > 63 {
            return Err("a part of its domain is longer than 63 characters");
        }
        if part.is_empty() || part.starts_with('-') || part.ends_with('-') {
            return Err("a part of its domain is empty, or begins or ends with `-`");
        }
        if !part.chars().all(is_of_a_domain) {
            return Err("it has a character in its domain that cannot stand there");
        }
    }
    let punycode = last.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("xn"))
        && last.len() >= 4
        && last.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let letters =
        last.chars().count() >= 2 && last.chars().all(|c| c.is_ascii_alphabetic() || (c != '\u{a9}' && is_letter(c)));
    if letters || punycode { Ok(()) } else { Err("its domain does not end with two letters or more") }
}

/// What the server's check takes for a letter beyond ASCII: everything up to the surrogates, and two ranges behind them. It takes
/// spaces and the byte order mark among them too; here they are refused, since they are a slip of whoever copied the address.
fn is_letter(c: char) -> bool {
    !is_space(c) && matches!(c, '\u{a1}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{ffef}')
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

fn is_of_a_user(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_letter(c)
}

fn is_of_a_domain(c: char) -> bool {
    // Letters of full width look like ASCII, and are refused.
    c.is_ascii_alphanumeric() || c == '-' || (c >= '\u{a1}' && !is_space(c) && !('\u{ff01}'..='\u{ff5e}').contains(&c))
}

/// Whether text can stand between quotes: a quote and a backslash behind a backslash alone.
fn is_quoted(text: &str) -> bool {
    let may_stand = |c: char| c == '\u{a0}' || is_letter(c) || (c.is_ascii() && c != '\0');
    let mut escaped = false;
    for c in text.chars() {
        match c {
            _ if !may_stand(c) => return false,
            '\n' if escaped => return false,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return false,
            _ => {}
        }
    }
    !escaped
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
                prop_assert!(check(&address).is_ok(), "{address}");
            }
        }
    }

    #[test]
    fn limits() {
        let user = |length| Email::new(format!("{}@example.com", "x".repeat(length))).is_ok();
        assert!(user(64) && !user(65));
        let part = |length| Email::new(format!("rosan@{}.com", "x".repeat(length))).is_ok();
        assert!(part(63) && !part(64));
        let domain = |last: &str| Email::new(format!("rosan@{}{last}", "x.".repeat(124))).is_ok();
        assert!(domain("yy.com") && !domain("yyy.com"));
    }
}
