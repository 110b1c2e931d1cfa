//! A contact to create, or to upsert.

use leadconnector_raw::types as raw;
use serde_json::{Map, Value};

use super::contact_fields::{ContactFields, request};
#[cfg(doc)]
use crate::Null;
use crate::{ContactKey, List, LocationId, Nullable, Optional, PropertyName, UserId};

/// A contact to create: the body of the request on the page, without `locationId`, which
/// [`Client::contacts`](crate::Client::contacts) takes.
///
/// The page requires nothing else, and that is what can be sent. The live API refuses a contact that has none of first name, last
/// name, email and phone, with [`Error::Validation`](crate::Error::Validation); a [`name`](NewContactBuilder::name) alone is
/// not enough. It recognizes a contact by its email or its phone, so give at least one of them.
///
/// ```
/// use leadconnector::{Email, NewContact, Null};
///
/// let contact = NewContact::builder()
///     .name("Rosan Deo")
///     .email(Email::new("rosan@deos.com")?)
///     .company_name(Null)
///     .build();
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewContact(
    // Boxed, since a contact is moved at every step, and its members take a thousand bytes.
    pub(super) Box<Members>,
);

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Members {
    pub(super) fields: ContactFields,
    pub(super) gender: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) source: Option<String>,
    pub(super) company_name: Nullable<String>,
    pub(super) assigned_to: Option<UserId>,
    pub(super) properties: Map<String, Value>,
}

impl NewContact {
    /// Starts a contact in which nothing is set.
    pub fn builder() -> NewContactBuilder {
        NewContactBuilder(Box::default())
    }

    /// The builder with all that is set in this contact, to change it.
    ///
    /// ```
    /// use leadconnector::NewContact;
    ///
    /// let rosan = NewContact::builder().first_name("Rosan").tag("newsletter").build();
    /// let here = rosan.tags().iter().any(|tag| tag == "newsletter");
    /// let rosan = rosan.into_builder().source(here.then_some("public api")).build();
    /// assert_eq!(rosan.source(), Some("public api"));
    /// ```
    pub fn into_builder(self) -> NewContactBuilder {
        NewContactBuilder(self.0)
    }

    /// The gender: `gender` on the page.
    pub fn gender(&self) -> Option<&str> {
        self.0.gender.as_deref()
    }

    /// The tags: `tags` on the page.
    pub fn tags(&self) -> &[String] {
        &self.0.tags
    }

    /// Where the contact comes from: `source` on the page.
    pub fn source(&self) -> Option<&str> {
        self.0.source.as_deref()
    }

    /// The name of the company: `companyName` on the page.
    pub fn company_name(&self) -> &Nullable<String> {
        &self.0.company_name
    }

    /// The user who looks after the contact: `assignedTo` on the page.
    pub fn assigned_to(&self) -> Option<&UserId> {
        self.0.assigned_to.as_ref()
    }

    /// The property of this name that the page does not list, as JSON.
    pub fn property(&self, name: &str) -> Option<&Value> {
        self.0.properties.get(name)
    }

    /// The email and the phone by which a location would recognize the contact, as far as it has them.
    pub fn keys(&self) -> Vec<ContactKey> {
        let email = self.email().value().cloned().map(ContactKey::Email);
        let phone = self.phone().value().cloned().map(ContactKey::Phone);
        email.into_iter().chain(phone).collect()
    }

    /// The body of "Create Contact".
    pub(crate) fn into_request(self, location: &LocationId) -> raw::CreateContactRequest {
        let Members { fields, gender, tags, source, company_name, assigned_to, properties } = *self.0;
        request!(CreateContactRequest, fields, {
            location_id: location.as_str().to_owned(),
            gender,
            source,
            company_name: company_name.into_request(),
            assigned_to: assigned_to.map(String::from),
            // Without any, there is nothing to replace.
            tags: (!tags.is_empty()).then_some(raw::TagList(tags)),
            extra: properties,
        })
    }
}

/// Sets the members of a [`NewContact`]. A member that is set twice has the later value.
///
/// A setter that takes a [`Nullable`] accepts a value, [`Null`] or an `Option`; one that takes an [`Optional`] accepts a
/// value or an `Option`; one that takes a [`List`] accepts a list or an `Option` of one. `None` leaves the member absent, or the list as
/// it is:
///
/// ```
/// use leadconnector::{NewContact, Null};
///
/// struct Row {
///     city: Option<String>,
///     gender: Option<String>,
///     tags: Option<Vec<String>>,
/// }
///
/// fn contact(row: &Row) -> NewContact {
///     let builder = NewContact::builder()
///         .city(row.city.as_ref())
///         .gender(row.gender.as_deref())
///         .state(Null);
///     builder.tags(row.tags.as_deref()).build()
/// }
/// # contact(&Row { city: None, gender: Some("male".into()), tags: None });
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct NewContactBuilder(pub(super) Box<Members>);

impl NewContactBuilder {
    /// The gender: `gender` on the page, text such as `male`.
    #[inline]
    pub fn gender(mut self, gender: impl Into<Optional<String>>) -> Self {
        self.0.gender = gender.into().0;
        self
    }

    /// Adds a tag to `tags` on the page. The vendor stores tags in lower case, so that two spellings become one tag.
    #[inline]
    pub fn tag(mut self, tag: impl Into<Optional<String>>) -> Self {
        self.0.tags.extend(tag.into().0);
        self
    }

    /// Adds tags to `tags` on the page: see [`tag`](Self::tag).
    #[inline]
    pub fn tags<Kind>(mut self, tags: impl List<String, Kind>) -> Self {
        self.0.tags.extend(tags.items().into_iter().flatten());
        self
    }

    /// Where the contact comes from: `source` on the page, text such as `public api`.
    #[inline]
    pub fn source(mut self, source: impl Into<Optional<String>>) -> Self {
        self.0.source = source.into().0;
        self
    }

    /// The name of the company: `companyName` on the page.
    #[inline]
    pub fn company_name(mut self, company_name: impl Into<Nullable<String>>) -> Self {
        self.0.company_name = company_name.into();
        self
    }

    /// The user who looks after the contact: `assignedTo` on the page.
    #[inline]
    pub fn assigned_to(mut self, user: impl Into<Optional<UserId>>) -> Self {
        self.0.assigned_to = user.into().0;
        self
    }

    /// A property that the page does not list, as JSON.
    ///
    /// The server refuses a property that it does not know: what it takes depends on the
    /// [`ApiVersion`](crate::ApiVersion) of the client. A property that a later release of this crate knows has a setter
    /// there, and [`PropertyName`] refuses its name.
    ///
    /// ```
    /// use leadconnector::NewContact;
    /// use leadconnector::contact::PropertyName;
    ///
    /// let birthday = PropertyName::new("dateOfBirth")?;
    /// let contact = NewContact::builder().property(birthday, "1990-09-25").build();
    ///
    /// let refused = PropertyName::new("firstName").unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "property name is `firstName`, which has a setter of its own"
    /// );
    /// # Ok::<(), leadconnector::InvalidValue>(())
    /// ```
    #[inline]
    pub fn property(mut self, name: PropertyName, value: impl Into<Value>) -> Self {
        self.0.properties.insert(name.into(), value.into());
        self
    }

    /// The contact.
    #[inline]
    pub fn build(self) -> NewContact {
        NewContact(self.0)
    }
}
