use crate::{Email, Phone};

/// The email or phone by which a location recognizes a contact.
///
/// Made from an [`Email`] or a [`Phone`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContactKey {
    /// Its email: the parameter `email`.
    Email(Email),
    /// Its phone: the parameter `number`.
    Phone(Phone),
}

impl From<Email> for ContactKey {
    fn from(email: Email) -> Self {
        Self::Email(email)
    }
}

impl From<Phone> for ContactKey {
    fn from(phone: Phone) -> Self {
        Self::Phone(phone)
    }
}
