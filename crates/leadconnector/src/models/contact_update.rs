//! What to change of a contact.

use chrono::NaiveDate;
use leadconnector_raw::types as raw;
use serde_json::{Map, Value};

use super::contact_fields::{ContactFields, request};
use super::tag_change::with_text;
use crate::{InvalidValue, List, Nullable, UpdatePropertyName, UserId};

/// What to change of a contact: the body of "Update Contact" in the vendor's public specification.
///
/// A member that is not set stays as it is; [`Null`](crate::Null) clears it. The vendor's specification allows null where a setter
/// takes a [`Nullable`]. What it does is not said there; the mock clears, and so should the server.
///
/// ```
/// use leadconnector::{ContactUpdate, Null};
///
/// let update = ContactUpdate::builder().city("Dolomite").website(Null).build();
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContactUpdate(pub(super) Box<Members>);

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Members {
    pub(super) fields: ContactFields,
    tags: Option<Vec<String>>,
    source: Nullable<String>,
    date_of_birth: Nullable<NaiveDate>,
    assigned_to: Nullable<UserId>,
    properties: Map<String, Value>,
}

impl ContactUpdate {
    /// Starts an update that changes nothing.
    pub fn builder() -> ContactUpdateBuilder {
        ContactUpdateBuilder(Box::default())
    }

    /// Whether the update changes nothing. Such an update is refused before anything is sent.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The builder with all that is set in this update, to change it.
    pub fn into_builder(self) -> ContactUpdateBuilder {
        ContactUpdateBuilder(self.0)
    }

    /// All tags that the contact will have, `tags`; none if those that are there stay.
    pub fn tags(&self) -> Option<&[String]> {
        self.0.tags.as_deref()
    }

    /// Where the contact comes from: `source`.
    pub fn source(&self) -> &Nullable<String> {
        &self.0.source
    }

    /// The day of birth: `dateOfBirth`.
    pub fn date_of_birth(&self) -> &Nullable<NaiveDate> {
        &self.0.date_of_birth
    }

    /// The user who looks after the contact: `assignedTo`.
    pub fn assigned_to(&self) -> &Nullable<UserId> {
        &self.0.assigned_to
    }

    /// The property of this name that the vendor's specification of "Update Contact" does not have, as JSON.
    pub fn property(&self, name: &str) -> Option<&Value> {
        self.0.properties.get(name)
    }

    pub(crate) fn into_request(self) -> Result<raw::UpdateContactRequest, InvalidValue> {
        if self.is_empty() {
            return Err(InvalidValue::new("update", "changes nothing: set at least one member"));
        }
        let Members { fields, tags, source, date_of_birth, assigned_to, properties } = *self.0;
        Ok(request!(UpdateContactRequest, fields, {
            tags: tags.map(with_text).transpose()?.map(raw::TagList),
            source: source.into_request(),
            date_of_birth: date_of_birth.map(|day| day.to_string()).into_request(),
            assigned_to: assigned_to.into_request(),
            extra: properties,
        }))
    }
}

/// Sets the members of a [`ContactUpdate`]. A member that is set twice has the later value.
///
/// A setter that takes a [`Nullable`] accepts a value, [`Null`](crate::Null) or an `Option`; one that takes an
/// [`Optional`](crate::Optional) accepts a value or an `Option`; one that takes a [`List`] accepts a list or an `Option`
/// of one. `None` leaves the member as it is.
///
/// Custom fields that are not set stay as they are. One with an empty text loses its value. Whether do-not-disturb for a channel that
/// is not set stays, where it is set for another one, is not known: set it for each.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ContactUpdateBuilder(pub(super) Box<Members>);

impl ContactUpdateBuilder {
    /// All tags that the contact will have: `tags`. It loses the tags that are not among these. An empty list removes all tags,
    /// and `None` leaves them as they are. To change single tags, call [`Contacts::add_tags`](crate::Contacts::add_tags) or
    /// [`Contacts::remove_tags`](crate::Contacts::remove_tags).
    #[inline]
    pub fn replace_tags<Kind>(mut self, tags: impl List<String, Kind>) -> Self {
        if let Some(tags) = tags.items() {
            self.0.tags = Some(tags.collect());
        }
        self
    }

    /// Where the contact comes from: `source`, text such as `public api`.
    #[inline]
    pub fn source(mut self, source: impl Into<Nullable<String>>) -> Self {
        self.0.source = source.into();
        self
    }

    /// The day of birth: `dateOfBirth`, sent as `1990-09-25`.
    #[inline]
    pub fn date_of_birth(mut self, day: impl Into<Nullable<NaiveDate>>) -> Self {
        self.0.date_of_birth = day.into();
        self
    }

    /// The user who looks after the contact: `assignedTo`.
    #[inline]
    pub fn assigned_to(mut self, user: impl Into<Nullable<UserId>>) -> Self {
        self.0.assigned_to = user.into();
        self
    }

    /// A property that the vendor's specification of "Update Contact" does not have, as JSON, such as `companyName`, which the live
    /// API takes. The server refuses a property that it does not know.
    ///
    /// ```
    /// use leadconnector::ContactUpdate;
    /// use leadconnector::contact::UpdatePropertyName;
    ///
    /// let company = UpdatePropertyName::new("companyName")?;
    /// let update = ContactUpdate::builder().property(company, "DGS VolMAX").build();
    ///
    /// let refused = UpdatePropertyName::new("gender").unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "property name is `gender`, which the server refuses in an update"
    /// );
    /// # Ok::<(), leadconnector::InvalidValue>(())
    /// ```
    #[inline]
    pub fn property(mut self, name: UpdatePropertyName, value: impl Into<Value>) -> Self {
        self.0.properties.insert(name.into(), value.into());
        self
    }

    /// The update.
    #[inline]
    pub fn build(self) -> ContactUpdate {
        ContactUpdate(self.0)
    }
}
