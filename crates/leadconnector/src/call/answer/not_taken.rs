use std::fmt;

use crate::{Contact, CustomField, CustomFieldId, NewContact, Upserted};

/// Something that was sent, and that the server did not write: [`Answer::not_taken`](crate::Answer::not_taken).
///
/// Written out with `Display`, it says what it is, and nothing private.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotTaken {
    /// The custom field of this id.
    CustomField(CustomFieldId),
    /// The gender. The server takes it only for a new contact.
    Gender,
    /// The email: the contact that was found has another one. That happens if the email belongs to somebody else.
    Email,
    /// The phone: the contact that was found has another one. That happens if the phone belongs to somebody else. A number
    /// without `+` and the code of a country cannot be compared for certain, so it may be named although the server took it.
    Phone,
}

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CustomField(id) => write!(f, "the custom field `{id}`"),
            Self::Gender => f.write_str("the gender"),
            Self::Email => f.write_str("the email"),
            Self::Phone => f.write_str("the phone"),
        }
    }
}

impl NotTaken {
    /// Those of these custom fields, sent with a value, that a contact does not have. None where one in the answer could not be read,
    /// or has no id: it may be the one.
    pub(crate) fn of_custom_fields(sent: Vec<CustomFieldId>, contact: &Contact, undecoded: &[String]) -> Vec<Self> {
        let has_all =
            || contact.custom_fields.iter().all(|field| field.id.is_some()) && is_read("customFields", undecoded);
        let mut not_taken = Vec::new();
        if sent.is_empty() || !has_all() {
            return not_taken;
        }
        for id in sent {
            let is_taken = contact.custom_fields.iter().any(|field| field.id.as_ref() == Some(&id));
            let id = Self::CustomField(id);
            if !is_taken && !not_taken.contains(&id) {
                not_taken.push(id);
            }
        }
        not_taken
    }

    /// What an upsert left alone.
    pub(crate) fn of_upsert(sent: &NewContact, upserted: &Upserted, undecoded: &[String]) -> Vec<Self> {
        let Upserted { new, contact } = upserted;
        let mut not_taken = Self::of_custom_fields(CustomField::filled(sent.custom_fields()), contact, undecoded);
        // Whatever gender the answer has: it need not be the stored one.
        if sent.gender().is_some() && *new == Some(false) {
            not_taken.push(Self::Gender);
        }
        if let Some(email) = sent.email().value()
            && is_read("email", undecoded)
            && !contact.email.as_deref().is_some_and(|taken| is_same_text(taken, email.as_str()))
        {
            not_taken.push(Self::Email);
        }
        if let Some(phone) = sent.phone().value()
            && is_read("phone", undecoded)
            && !contact.phone.as_deref().is_some_and(|taken| is_same_phone(taken, phone.as_str()))
        {
            not_taken.push(Self::Phone);
        }
        not_taken
    }
}

/// Whether nothing of a member of the contact is among what could not be read.
fn is_read(member: &str, undecoded: &[String]) -> bool {
    let is_of = |path: &String| {
        let rest = path.strip_prefix("contact.").and_then(|path| path.strip_prefix(member));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
    };
    !undecoded.iter().any(is_of)
}

fn is_same_text(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Whether a phone is the one that was sent: the server writes it with `+` and the code of a country, whether it was sent so or not.
/// How it makes that of the rest is not known.
fn is_same_phone(taken: &str, sent: &str) -> bool {
    let digits = |phone: &str| phone.chars().filter(char::is_ascii_digit).collect::<String>();
    let (taken, all) = (digits(taken), digits(sent));
    // A zero in parentheses is dialled within the country alone.
    let number = digits(&sent.replace("(0)", ""));
    if taken == all || taken == number {
        return true;
    }
    if sent.starts_with('+') {
        // So is one behind the code of the country, which is wrong there and common.
        return (1..=3)
            .filter_map(|place| all.split_at_checked(place))
            .any(|(code, rest)| rest.strip_prefix('0').is_some_and(|rest| taken.strip_prefix(code) == Some(rest)));
    }
    let behind = |dialled: &str| number.strip_prefix(dialled);
    taken.ends_with(&number)
        || behind("0").is_some_and(|rest| rest.len() > 4 && taken.ends_with(rest))
        || ["00", "011"].into_iter().any(|abroad| behind(abroad) == Some(&taken))
        // In Russia and Hungary something else than a zero is dialled.
        || [("8", "7"), ("06", "36")].into_iter().any(|(dialled, code)| behind(dialled).is_some_and(|rest| taken.strip_prefix(code) == Some(rest)))
}

#[cfg(test)]
mod tests {
    use super::{is_read, is_same_phone};

    #[test]
    fn a_phone_as_the_server_writes_it() {
        for (sent, taken, is_same) in [
            ("+1 888-888-8888", "+18888888888", true),
            ("(888) 888-8888", "+18888888888", true),
            ("+49 (0)30 123456", "+4930123456", true),
            ("030 123456", "+4930123456", true),
            ("+1 888-888-8888", "+18888888889", false),
            ("888-888-8888", "+18888888889", false),
            ("+888-888-8888", "+18888888888", false),
            // What is dialled before a number, with a country code or within a country.
            ("0049 30 123456", "+4930123456", true),
            ("0049 (0)30 123456", "+4930123456", true),
            ("011 49 30 123456", "+4930123456", true),
            ("+49 030 123456", "+4930123456", true),
            ("+44 020 7946 0958", "+442079460958", true),
            ("8 (912) 345-67-89", "+79123456789", true),
            ("06 1 234 5678", "+3612345678", true),
            ("1 (888) 888-8888", "+18888888888", true),
            // In Italy the zero stays.
            ("06 1234 5678", "+390612345678", true),
            ("+39 (0)6 1234 5678", "+390612345678", true),
            ("888-888-8888", "(888) 888-8888", true),
            ("0000", "+18888888888", false),
            ("8888", "+18888888889", false),
            ("+1 080 888 8888", "+18888888888", false),
            ("+1 888-888-8888", "", false),
        ] {
            assert_eq!(is_same_phone(taken, sent), is_same, "{sent} and {taken}");
        }
    }

    #[test]
    fn what_could_not_be_read_is_not_claimed() {
        let is_read = |member, path: &str| is_read(member, &[path.to_owned()]);
        for path in ["contact.customFields", "contact.customFields[3]", "contact.customFields[3].value"] {
            assert!(!is_read("customFields", path), "{path}");
        }
        for path in ["contact.customFieldsOther", "contact.email", "customFields"] {
            assert!(is_read("customFields", path), "{path}");
        }
        assert!(is_read("email", "contact.emailLowerCase"));
    }
}
