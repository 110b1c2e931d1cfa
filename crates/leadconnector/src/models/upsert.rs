//! A contact to upsert, with what the call can be told besides, and what came of it.

use chrono::NaiveDate;
use leadconnector_raw::types as raw;

use super::contact_fields::request;
use super::new_contact::Members;
use super::tag_change::with_text;
use crate::{Contact, InvalidValue, LocationId, NewContact, Nullable};

/// A contact to upsert, with options for [`Contacts::upsert`](crate::Contacts::upsert). If you need none, pass a [`NewContact`].
///
/// ```
/// use leadconnector::{Email, NewContact, Upsert};
///
/// let email = Email::new("rosan@deos.com")?;
/// let rosan = NewContact::builder().first_name("Rosan").email(email).build();
/// let upsert = Upsert::new(rosan).date_of_birth(chrono::NaiveDate::from_ymd_opt(1990, 9, 25));
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Upsert {
    contact: NewContact,
    date_of_birth: Nullable<NaiveDate>,
    create_new_if_duplicate_allowed: bool,
    replace_tags: bool,
}

impl Upsert {
    /// An upsert of this contact.
    pub fn new(contact: NewContact) -> Self {
        Self { contact, date_of_birth: Nullable::Absent, create_new_if_duplicate_allowed: false, replace_tags: false }
    }

    /// The contact.
    pub fn contact(&self) -> &NewContact {
        &self.contact
    }

    /// The day of birth: `dateOfBirth`, sent as `1990-09-25`. It replaces a property of this name.
    #[must_use]
    pub fn date_of_birth(self, day: impl Into<Nullable<NaiveDate>>) -> Self {
        Self { date_of_birth: day.into(), ..self }
    }

    /// Whether a second contact is created if the location allows duplicated contacts: `createNewIfDuplicateAllowed`. Such a
    /// request is not sent again after a lost answer. If the location does not allow them, the server updates all the same.
    #[must_use]
    pub fn create_new_if_duplicate_allowed(self, create: bool) -> Self {
        Self { create_new_if_duplicate_allowed: create, ..self }
    }

    /// Whether the tags replace all tags of a contact that is there: it loses those that are not among them, and with no tags,
    /// all of them. The default is no: the tags are added to those that are there, by a second request.
    #[must_use]
    pub fn replace_tags(self, replace: bool) -> Self {
        Self { replace_tags: replace, ..self }
    }

    /// What is sent, and the tags that are to be added then.
    pub(crate) fn into_request(
        self,
        location: &LocationId,
    ) -> Result<(raw::UpsertContactRequest, Vec<String>), InvalidValue> {
        let Self { contact, date_of_birth, create_new_if_duplicate_allowed, replace_tags } = self;
        let Members { fields, gender, tags, source, company_name, assigned_to, mut properties } = *contact.0;
        let tags = with_text(tags)?;
        let (replacing, added) = if replace_tags { (Some(raw::TagList(tags)), Vec::new()) } else { (None, tags) };
        if date_of_birth != Nullable::Absent {
            properties.remove("dateOfBirth");
        }
        let request = request!(UpsertContactRequest, fields, {
            location_id: location.as_str().to_owned(),
            gender,
            source,
            company_name: company_name.into_request(),
            assigned_to: assigned_to.map(String::from),
            tags: replacing,
            date_of_birth: date_of_birth.map(|day| day.to_string()).into_request(),
            create_new_if_duplicate_allowed: create_new_if_duplicate_allowed.then_some(true),
            extra: properties,
        });
        Ok((request, added))
    }
}

impl From<NewContact> for Upsert {
    fn from(contact: NewContact) -> Self {
        Self::new(contact)
    }
}

/// The outcome of an upsert: the contact, and whether it is new. A test makes one of a contact:
///
/// ```
/// use leadconnector::{Contact, ContactId, Upserted};
///
/// let mut saved = Upserted::new(Contact::new(ContactId::new("seD4PfOuKoVMLkEZqohJ")?));
/// saved.new = Some(true);
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Upserted {
    /// Whether the contact was created, `new` in the answer: true if it was created, false if it was there already and was
    /// updated. None if that is unknown: the answer does not say it, or an earlier request of the same call, whose answer was
    /// lost, may have created it.
    pub new: Option<bool>,
    /// The contact, with the tags that were added.
    pub contact: Contact,
}

impl Upserted {
    /// An upsert that came to this contact, for a test. Whether it was created is unknown until it is set.
    pub fn new(contact: Contact) -> Self {
        Self { new: None, contact }
    }
}
