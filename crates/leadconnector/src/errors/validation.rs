//! What the server does not accept.

use std::collections::BTreeSet;
use std::fmt;

use crate::Response;
use crate::call::Called;

/// What the server does not accept: `message` in its answer.
#[derive(Clone)]
#[non_exhaustive]
pub struct Validation {
    /// The server's messages, such as `email must be an email`.
    pub messages: Vec<ValidationMessage>,
    /// The server's answer.
    pub response: Response,
}

impl Validation {
    /// What the server does not accept, in its own words: `message` in its answer.
    pub fn new(messages: impl IntoIterator<Item: Into<String>>, response: Response) -> Self {
        Self { messages: messages.into_iter().map(|text| ValidationMessage(text.into())).collect(), response }
    }

    /// Whether a message names a member of the request: then that is why the server refused it.
    pub(crate) fn names_a_member(&self) -> bool {
        let called = self.response.called();
        self.messages.iter().any(|message| message.names_a_member_of(called))
    }
}

impl fmt::Display for Validation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sent = self.response.called().documented_members();
        let what = match self.response.called().creates() {
            Some(["contact", ..]) => "the contact",
            Some(["note", ..]) => "the note",
            _ => "the request",
        };
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

    /// Whether the message is about a member of the request: one of these, or another that the program has sent.
    fn names_a_member_of(&self, called: &Called) -> bool {
        let text = self.0.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if has(&["created", "saved"]) {
            return false;
        }
        let by_form = self.field().is_some_and(|field| {
            let first = field.split('.').next().unwrap_or_default();
            // Of others than the known ones, only what is written as a member is: `it must be repeated` is about none.
            let is_written_as_one =
                first.starts_with(|c: char| c.is_ascii_lowercase()) && first.contains(|c: char| c.is_ascii_uppercase());
            called.has_member(first) || is_written_as_one || field.contains('.') || text.contains("should not exist")
        });
        let mut words = self.0.split(|c: char| !c.is_ascii_alphanumeric());
        by_form || (has(&REFUSING) && words.any(|word| called.has_member(word)))
    }
}

/// How the server refuses a value in prose, such as `Contacts without email, … are not allowed.`
const REFUSING: [&str; 9] =
    ["invalid", "not valid", "not allowed", "required", "must be", "should", "incorrect", "wrong", "empty"];

impl fmt::Debug for ValidationMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValidationMessage").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_a_member() {
        for (text, names) in [
            ("email must be an email", true),
            ("customFields.0.id must be a string", true),
            ("property additionalEmails should not exist", true),
            ("dateOfBirth must be a valid ISO 8601 date string", true),
            ("nested property dndSettings must be either object or array", true),
            ("Contacts without email, phone, firstName and lastName are not allowed.", true),
            ("Invalid phone number", true),
            ("Invalid Email", true),
            ("Email is not valid", true),
            ("FirstName should not be empty", true),
            ("tags cannot be empty", true),
            ("property x should not exist", true),
            ("it must be retried", false),
            ("we should try again", false),
            ("The contact was created, but email must be verified", false),
            ("Contact was saved; tags are not allowed by the plan", false),
            ("Unprocessable Entity", false),
            ("Request must be repeated", false),
            ("Invalid request", false),
            ("The contact was created, but its tags were not", false),
            ("Not possible in the current state", false),
            ("", false),
        ] {
            let message = ValidationMessage(text.into());
            let called = Called::Operation(&leadconnector_raw::operations::CREATE_CONTACT);
            assert_eq!(message.names_a_member_of(&called), names, "{text}");
        }
    }

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
            assert_eq!(ValidationMessage(text.into()).field().as_deref(), field, "{text}");
        }
    }
}
