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
    /// them, and a `+` at the very beginning.
    ///
    /// # Errors
    ///
    /// The text has another character, a `+` elsewhere, or fewer or more digits.
    pub fn new(number: impl Into<String>) -> Result<Self, InvalidValue> {
        let number = number.into();
        let invalid = |reason| Err(InvalidValue::new("phone", reason));
        let mut digits = 0;
        for (place, byte) in number.bytes().enumerate() {
            match byte {
                b'0'..=b'9' => digits += 1,
                b' ' | b'-' | b'.' | b'/' | b'(' | b')' => {}
                b'+' if place == 0 => {}
                b'+' => return invalid("has a `+` that is not at its very beginning"),
                _ => {
                    return invalid(
                        "has a character that is no digit, no space and none of `+`, `-`, `.`, `/`, `(`, `)`",
                    );
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

checked_text!(Phone);
