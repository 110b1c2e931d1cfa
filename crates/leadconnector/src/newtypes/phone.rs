use super::checked_text;
use crate::InvalidValue;

/// A phone number: `phone` on the page. Its example is `+1 888-888-8888`.
///
/// The vendor reads it by the country of the location if it does not begin with `+` and a country code. It is sent as
/// it is written.
///
/// ```
/// use leadconnector::Phone;
///
/// assert_eq!(Phone::new("+1 888-888-8888")?.as_str(), "+1 888-888-8888");
/// assert_eq!(Phone::new("+1").unwrap_err().to_string(), "phone has fewer than 4 digits");
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

impl Phone {
    /// Takes 4 to 15 digits (15 is the most that E.164 allows). There may be spaces and `-`, `.`, `/`, `(`, `)` among
    /// them, and a `+` at the very beginning. Spaces around it are left out; the spaces and hyphens of Unicode, which other
    /// programs write, are sent as those of ASCII.
    ///
    /// # Errors
    ///
    /// The text has another character, a `+` elsewhere, or fewer or more digits.
    pub fn new(number: impl Into<String>) -> Result<Self, InvalidValue> {
        let number = plain(number.into());
        let invalid = |reason| Err(InvalidValue::new("phone", reason));
        let mut digits = 0;
        for (place, c) in number.chars().enumerate() {
            match c {
                '0'..='9' => digits += 1,
                ' ' | '-' | '.' | '/' | '(' | ')' => {}
                '+' if place == 0 => {}
                '+' => return invalid("has a `+` that is not at its very beginning"),
                _ => {
                    let reason = format!(
                        "has the character U+{:04X} at place {}, which is no digit, no space and none of `+`, `-`, `.`, `/`, `(`, `)`",
                        u32::from(c),
                        place + 1
                    );
                    return Err(InvalidValue::new("phone", reason));
                }
            }
        }
        match digits {
            4..=15 => Ok(Self(number)),
            0 if number.is_empty() => invalid("is empty"),
            0..4 => invalid("has fewer than 4 digits"),
            _ => invalid("has more than 15 digits"),
        }
    }
}

/// The number with ASCII spaces and hyphens, and none around it.
fn plain(number: String) -> String {
    if number.is_ascii()
        && !number.starts_with(|c: char| c.is_ascii_whitespace())
        && !number.ends_with(|c: char| c.is_ascii_whitespace())
    {
        return number;
    }
    let ascii = |c: char| match c {
        // Hyphens and dashes, the minus sign, and those of half and full width.
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    };
    number.trim().chars().map(ascii).collect()
}

checked_text!(Phone);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_programs_write() {
        for (written, sent) in [
            ("+33\u{a0}6\u{a0}12\u{a0}34\u{a0}56\u{a0}78", "+33 6 12 34 56 78"),
            (" +1 512 555 0123", "+1 512 555 0123"),
            ("\t+1 512 555 0123\r\n", "+1 512 555 0123"),
            ("+1\u{202f}512\u{2011}555\u{2013}0123\u{a0}", "+1 512-555-0123"),
            ("+1 512-555-0123", "+1 512-555-0123"),
        ] {
            assert_eq!(Phone::new(written).unwrap().as_str(), sent);
        }
    }

    #[test]
    fn what_is_refused_is_named() {
        let reason = |number| Phone::new(number).unwrap_err().reason().to_owned();
        assert!(
            reason("+1 512 555 0123 x4").starts_with("has the character U+0078 at place 17"),
            "{}",
            reason("+1 512 555 0123 x4")
        );
        assert!(reason("+1\u{200e}512").starts_with("has the character U+200E at place 3"));
        assert_eq!(reason(" \u{a0}"), "is empty");
    }
}
