//! What the server does not accept.

use std::collections::BTreeSet;
use std::fmt;

use crate::Response;

/// What the server does not accept: `message` in its answer.
#[non_exhaustive]
pub struct Validation {
    /// The server's messages, such as `email must be an email`.
    pub messages: Vec<ValidationMessage>,
    /// The server's answer.
    pub response: Response,
}

impl fmt::Display for Validation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sent = self.response.operation().request;
        let what = if self.response.operation().creates.is_some() { "the contact" } else { "the request" };
        write!(f, "the server does not accept {what} ({})", self.response.status().as_u16())?;
        // Only names that the fragment has: anything else may be a value.
        let known = |message: &ValidationMessage| {
            let field = message.field()?.split('.').next()?.to_owned();
            sent.contains(&field.as_str()).then_some(field)
        };
        let fields: BTreeSet<_> = self.messages.iter().filter_map(known).collect();
        if !fields.is_empty() {
            write!(f, ": {}", Vec::from_iter(fields).join(", "))?;
        }
        f.write_str("; its messages are in the error")
    }
}

/// Without the messages, which come from a body.
impl fmt::Debug for Validation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validation")
            .field("messages", &self.messages.len())
            .field("response", &self.response)
            .finish_non_exhaustive()
    }
}

/// A message of the server about a value.
#[derive(Clone, PartialEq, Eq)]
pub struct ValidationMessage(String);

impl ValidationMessage {
    pub(crate) fn received(text: String) -> Self {
        Self(text)
    }

    /// The message, in the server's words.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The field that the message names, such as `email` or `customFields.0.id`.
    ///
    /// It is read from the forms that the server has been seen to use: `… must be …`, `… should not be …`,
    /// `property … should not exist`, `each value in … must be …`, `nested property … must be …`.
    pub fn field(&self) -> Option<String> {
        let mut words = self.0.split(' ');
        let field = match (words.next()?, words.next()?) {
            ("property", name) => name.to_owned(),
            ("nested", "property") => words.next()?.to_owned(),
            ("each", "value") => match (words.nth(1)?, words.next()) {
                ("nested", Some("property")) => words.next()?.to_owned(),
                (name, _) => name.to_owned(),
            },
            (name, "must" | "should") => name.to_owned(),
            (path, name) => format!("{}.{name}", path.strip_suffix(".property")?),
        };
        field.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '[' | ']')).then_some(field)
    }
}

impl fmt::Debug for ValidationMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValidationMessage").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_of_a_message() {
        for (text, field) in [
            ("email must be an email", Some("email")),
            ("locationId should not be empty", Some("locationId")),
            ("property additionalEmails should not exist", Some("additionalEmails")),
            ("dndSettings.property RCS should not exist", Some("dndSettings.RCS")),
            ("each value in tags must be a string", Some("tags")),
            ("nested property dndSettings must be either object or array", Some("dndSettings")),
            ("each value in nested property customFields must be either object or array", Some("customFields")),
            ("nested property", None),
            ("each value in nested", Some("nested")),
            ("customFields.0.id must be a string", Some("customFields.0.id")),
            ("Unprocessable Entity", None),
            ("rosan@deos.com must be different", None),
            ("", None),
        ] {
            assert_eq!(ValidationMessage::received(text.into()).field().as_deref(), field, "{text}");
        }
    }
}
