//! Signs people up for a newsletter.

use leadconnector::error::{Created, CreatedId, MatchingField};
use leadconnector::{ContactId, Contacts, Email, Error, NewContact, Phone};

/// What became of somebody who signed up.
#[derive(Debug)]
pub enum SignUp {
    /// They are new.
    New(ContactId),
    /// The location has them already.
    Known(ContactId),
    /// They may have been created, or not: find out before trying again, or there may be two of them.
    Unclear(Error),
}

/// Signs somebody up, who may be there already.
///
/// # Errors
///
/// They were not signed up. [`Error::Duplicate`]: somebody else has their phone; anything else can be tried again.
pub async fn sign_up(contacts: &Contacts, name: &str, email: Email, phone: Phone) -> Result<SignUp, Error> {
    let contact = NewContact::builder().name(name).email(email).phone(phone);
    let contact = contact.tag("newsletter").source("website").build();
    match contacts.create(contact).await {
        Ok(contact) => Ok(SignUp::New(contact.id)),
        Err(Error::Duplicate(found)) if is_of_one_person(found.matching_field.as_ref()) => {
            Ok(SignUp::Known(found.contact_id))
        }
        Err(error) => match error.created() {
            Created::No => Err(error),
            // Whatever else went wrong, there is a contact now.
            Created::Yes(CreatedId::Contact(id)) => Ok(SignUp::New(id.clone())),
            Created::Yes(_) | Created::Unknown => Ok(SignUp::Unclear(error)),
        },
    }
}

/// By the phone alone it may be anybody of their household.
fn is_of_one_person(field: Option<&MatchingField>) -> bool {
    matches!(field, Some(MatchingField::Email | MatchingField::AdditionalEmail))
}
