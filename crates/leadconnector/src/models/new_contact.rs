//! A contact to create.

mod custom_field;
mod dnd;
mod nullable;
mod property_name;

use leadconnector_raw::types as raw;
use serde_json::{Map, Value};

pub use custom_field::{CustomField, CustomFieldValue, UploadedFile};
pub(crate) use dnd::DndSettings;
pub use dnd::{Channel, DndSetting, DndStatus, InboundDndSetting, InboundDndStatus};
pub use nullable::Nullable::{self, Null};
pub use nullable::Optional;
pub use property_name::PropertyName;

use crate::{ContactKey, Country, CustomFieldId, Email, LocationId, Phone, UserId};

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
    pub(crate) Box<Members>,
);

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Members {
    pub(crate) first_name: Nullable<String>,
    pub(crate) last_name: Nullable<String>,
    pub(crate) name: Nullable<String>,
    pub(crate) email: Nullable<Email>,
    pub(crate) gender: Option<String>,
    pub(crate) phone: Nullable<Phone>,
    pub(crate) address1: Nullable<String>,
    pub(crate) city: Nullable<String>,
    pub(crate) state: Nullable<String>,
    pub(crate) postal_code: Option<String>,
    pub(crate) website: Nullable<String>,
    pub(crate) timezone: Nullable<String>,
    pub(crate) dnd: Option<bool>,
    pub(crate) dnd_settings: Option<DndSettings>,
    pub(crate) inbound_dnd_setting: Option<InboundDndSetting>,
    pub(crate) tags: Vec<String>,
    pub(crate) custom_fields: Vec<CustomField>,
    pub(crate) source: Option<String>,
    pub(crate) country: Option<Country>,
    pub(crate) company_name: Nullable<String>,
    pub(crate) assigned_to: Option<UserId>,
    pub(crate) properties: Map<String, Value>,
}

impl NewContact {
    /// Starts a contact of which nothing is set.
    pub fn builder() -> NewContactBuilder {
        NewContactBuilder(Box::default())
    }

    /// The first and the last name, as far as it has them; none if it has only a full name.
    pub(crate) fn names(&self) -> [Option<&str>; 2] {
        [&self.0.first_name, &self.0.last_name].map(|name| match name {
            Nullable::Value(name) => Some(name.as_str()),
            Nullable::Absent | Nullable::Null => None,
        })
    }

    /// The email and the phone by which a location would recognize the contact, as far as it has them.
    pub fn keys(&self) -> Vec<ContactKey> {
        let email = match &self.0.email {
            Nullable::Value(email) => Some(ContactKey::Email(email.clone())),
            Nullable::Absent | Nullable::Null => None,
        };
        let phone = match &self.0.phone {
            Nullable::Value(phone) => Some(ContactKey::Phone(phone.clone())),
            Nullable::Absent | Nullable::Null => None,
        };
        email.into_iter().chain(phone).collect()
    }

    /// The ids of the custom fields that have a value. An empty one is none, and is not expected in the answer.
    pub(crate) fn filled_custom_fields(&self) -> Vec<CustomFieldId> {
        let filled = self.0.custom_fields.iter().filter(|field| !field.value.is_empty());
        filled.map(|field| field.id.clone()).collect()
    }

    /// What is sent. Each field is named on both sides and without `..`: one that appears in the fragment breaks the build here
    /// until someone has decided what it means.
    pub(crate) fn into_request(self, location: &LocationId) -> raw::CreateContactRequest {
        let Members {
            first_name,
            last_name,
            name,
            email,
            gender,
            phone,
            address1,
            city,
            state,
            postal_code,
            website,
            timezone,
            dnd,
            dnd_settings,
            inbound_dnd_setting,
            tags,
            custom_fields,
            source,
            country,
            company_name,
            assigned_to,
            properties,
        } = *self.0;
        raw::CreateContactRequest {
            first_name: first_name.into_request(),
            last_name: last_name.into_request(),
            name: name.into_request(),
            email: email.into_request(),
            location_id: location.as_str().to_owned(),
            gender,
            phone: phone.into_request(),
            address1: address1.into_request(),
            city: city.into_request(),
            state: state.into_request(),
            postal_code,
            website: website.into_request(),
            timezone: timezone.into_request(),
            dnd,
            dnd_settings: dnd_settings.map(|settings| Box::new(settings.into_request())),
            inbound_dnd_settings: inbound_dnd_setting
                .map(|setting| raw::InboundDndSettings { all: Some(setting.into_request()) }),
            tags,
            custom_fields: custom_fields.into_iter().map(CustomField::into_request).collect(),
            source,
            country: country.map(String::from),
            company_name: company_name.into_request(),
            assigned_to: assigned_to.map(String::from),
            extra: properties,
        }
    }
}

/// Sets the members of a [`NewContact`]. A member that is set twice has the later value.
///
/// A setter that takes a [`Nullable`] accepts a value, [`Null`] or an `Option`; one that takes an [`Optional`] accepts a
/// value or an `Option`. `None` leaves the member absent:
///
/// ```
/// use leadconnector::{NewContact, Null};
///
/// struct Row {
///     city: Option<String>,
///     gender: Option<String>,
/// }
///
/// fn contact(row: &Row) -> NewContact {
///     NewContact::builder().city(row.city.as_ref()).gender(row.gender.as_deref()).state(Null).build()
/// }
/// # contact(&Row { city: None, gender: Some("male".into()) });
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct NewContactBuilder(Box<Members>);

impl NewContactBuilder {
    /// The first name: `firstName` on the page.
    #[inline]
    pub fn first_name(mut self, first_name: impl Into<Nullable<String>>) -> Self {
        self.0.first_name = first_name.into();
        self
    }

    /// The last name: `lastName` on the page.
    #[inline]
    pub fn last_name(mut self, last_name: impl Into<Nullable<String>>) -> Self {
        self.0.last_name = last_name.into();
        self
    }

    /// The full name: `name` on the page.
    #[inline]
    pub fn name(mut self, name: impl Into<Nullable<String>>) -> Self {
        self.0.name = name.into();
        self
    }

    /// The email address: `email` on the page.
    #[inline]
    pub fn email(mut self, email: impl Into<Nullable<Email>>) -> Self {
        self.0.email = email.into();
        self
    }

    /// The gender: `gender` on the page, text such as `male`.
    #[inline]
    pub fn gender(mut self, gender: impl Into<Optional<String>>) -> Self {
        self.0.gender = gender.into().0;
        self
    }

    /// The phone number: `phone` on the page.
    #[inline]
    pub fn phone(mut self, phone: impl Into<Nullable<Phone>>) -> Self {
        self.0.phone = phone.into();
        self
    }

    /// The street and number: `address1` on the page.
    #[inline]
    pub fn address1(mut self, address1: impl Into<Nullable<String>>) -> Self {
        self.0.address1 = address1.into();
        self
    }

    /// The city: `city` on the page.
    #[inline]
    pub fn city(mut self, city: impl Into<Nullable<String>>) -> Self {
        self.0.city = city.into();
        self
    }

    /// The state or province: `state` on the page, text such as `AL`.
    #[inline]
    pub fn state(mut self, state: impl Into<Nullable<String>>) -> Self {
        self.0.state = state.into();
        self
    }

    /// The postal code: `postalCode` on the page, text such as `35061`.
    #[inline]
    pub fn postal_code(mut self, postal_code: impl Into<Optional<String>>) -> Self {
        self.0.postal_code = postal_code.into().0;
        self
    }

    /// The website: `website` on the page, a URL such as `https://www.tesla.com`.
    #[inline]
    pub fn website(mut self, website: impl Into<Nullable<String>>) -> Self {
        self.0.website = website.into();
        self
    }

    /// The time zone: `timezone` on the page, an IANA name such as `America/Chihuahua`.
    #[inline]
    pub fn timezone(mut self, timezone: impl Into<Nullable<String>>) -> Self {
        self.0.timezone = timezone.into();
        self
    }

    /// Whether do-not-disturb is on as a whole: `dnd` on the page.
    #[inline]
    pub fn dnd(mut self, dnd: impl Into<Optional<bool>>) -> Self {
        self.0.dnd = dnd.into().0;
        self
    }

    /// Do-not-disturb for one channel: a member of `dndSettings` on the page.
    #[inline]
    pub fn dnd_setting(mut self, channel: Channel, setting: DndSetting) -> Self {
        self.0.dnd_settings.get_or_insert_default().set(channel, setting);
        self
    }

    /// Do-not-disturb for what the contact sends: `inboundDndSettings.all` on the page.
    #[inline]
    pub fn inbound_dnd_setting(mut self, setting: impl Into<Optional<InboundDndSetting>>) -> Self {
        self.0.inbound_dnd_setting = setting.into().0;
        self
    }

    /// Adds a tag to `tags` on the page. The vendor stores tags in lower case, so that two spellings become one tag.
    #[inline]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.0.tags.push(tag.into());
        self
    }

    /// Adds tags to `tags` on the page: see [`tag`](Self::tag).
    #[inline]
    pub fn tags(mut self, tags: impl IntoIterator<Item: Into<String>>) -> Self {
        self.0.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// Adds a custom field to `customFields` on the page.
    #[inline]
    pub fn custom_field(mut self, field: CustomField) -> Self {
        self.0.custom_fields.push(field);
        self
    }

    /// Adds custom fields to `customFields` on the page.
    #[inline]
    pub fn custom_fields(mut self, fields: impl IntoIterator<Item = CustomField>) -> Self {
        self.0.custom_fields.extend(fields);
        self
    }

    /// Where the contact comes from: `source` on the page, text such as `public api`.
    #[inline]
    pub fn source(mut self, source: impl Into<Optional<String>>) -> Self {
        self.0.source = source.into().0;
        self
    }

    /// The country: `country` on the page.
    #[inline]
    pub fn country(mut self, country: impl Into<Optional<Country>>) -> Self {
        self.0.country = country.into().0;
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
    /// use leadconnector::{NewContact, PropertyName};
    ///
    /// let contact = NewContact::builder().property(PropertyName::new("dateOfBirth")?, "1990-09-25").build();
    ///
    /// let refused = PropertyName::new("firstName").unwrap_err();
    /// assert_eq!(refused.to_string(), "property name is `firstName`, which has a setter of its own");
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
