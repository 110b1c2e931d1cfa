//! What can be written of a contact in the same way, whether it is created or updated: `ContactFields` of the fragment.

mod custom_field;
mod dnd;
mod nullable;
mod property_name;

pub use custom_field::{CustomField, CustomFieldValue, UploadedFile};
use dnd::DndSettings;
pub use dnd::{Channel, DndSetting, DndStatus, InboundDndSetting, InboundDndStatus};
pub use nullable::Nullable;
pub use nullable::Optional;
pub use property_name::{PropertyName, UpdatePropertyName};

use crate::{ContactUpdate, ContactUpdateBuilder, Country, Email, List, NewContact, NewContactBuilder, Phone};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ContactFields {
    pub(crate) first_name: Nullable<String>,
    pub(crate) last_name: Nullable<String>,
    pub(crate) name: Nullable<String>,
    pub(crate) email: Nullable<Email>,
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
    pub(crate) custom_fields: Vec<CustomField>,
    pub(crate) country: Option<Country>,
}

/// A request of these fields and of what it has besides. Each field is named on both sides and without `..`: one that appears in
/// the fragment breaks the build here until someone has decided what it means.
macro_rules! request {
    ($request:ident, $fields:expr, { $($own:tt)* }) => {{
        let $crate::models::contact_fields::ContactFields {
            first_name,
            last_name,
            name,
            email,
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
            custom_fields,
            country,
        } = $fields;
        leadconnector_raw::types::$request {
            first_name: first_name.into_request(),
            last_name: last_name.into_request(),
            name: name.into_request(),
            email: email.into_request(),
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
                .map(|setting| leadconnector_raw::types::InboundDndSettings { all: Some(setting.into_request()) }),
            custom_fields: custom_fields
                .into_iter()
                .map($crate::models::contact_fields::CustomField::into_request)
                .collect(),
            country: country.map(String::from),
            $($own)*
        }
    }};
}
pub(super) use request;

/// The setters of these fields, for a builder.
macro_rules! setters {
    ($builder:ty) => {
        impl $builder {
            /// The first name: `firstName` on the page.
            #[inline]
            pub fn first_name(mut self, first_name: impl Into<Nullable<String>>) -> Self {
                self.0.fields.first_name = first_name.into();
                self
            }

            /// The last name: `lastName` on the page.
            #[inline]
            pub fn last_name(mut self, last_name: impl Into<Nullable<String>>) -> Self {
                self.0.fields.last_name = last_name.into();
                self
            }

            /// The full name: `name` on the page.
            #[inline]
            pub fn name(mut self, name: impl Into<Nullable<String>>) -> Self {
                self.0.fields.name = name.into();
                self
            }

            /// The email address: `email` on the page.
            #[inline]
            pub fn email(mut self, email: impl Into<Nullable<Email>>) -> Self {
                self.0.fields.email = email.into();
                self
            }

            /// The phone number: `phone` on the page.
            #[inline]
            pub fn phone(mut self, phone: impl Into<Nullable<Phone>>) -> Self {
                self.0.fields.phone = phone.into();
                self
            }

            /// The street and number: `address1` on the page.
            #[inline]
            pub fn address1(mut self, address1: impl Into<Nullable<String>>) -> Self {
                self.0.fields.address1 = address1.into();
                self
            }

            /// The city: `city` on the page.
            #[inline]
            pub fn city(mut self, city: impl Into<Nullable<String>>) -> Self {
                self.0.fields.city = city.into();
                self
            }

            /// The state or province: `state` on the page, text such as `AL`.
            #[inline]
            pub fn state(mut self, state: impl Into<Nullable<String>>) -> Self {
                self.0.fields.state = state.into();
                self
            }

            /// The postal code: `postalCode` on the page, text such as `35061`.
            #[inline]
            pub fn postal_code(mut self, postal_code: impl Into<Optional<String>>) -> Self {
                self.0.fields.postal_code = postal_code.into().0;
                self
            }

            /// The website: `website` on the page, a URL such as `https://www.tesla.com`.
            #[inline]
            pub fn website(mut self, website: impl Into<Nullable<String>>) -> Self {
                self.0.fields.website = website.into();
                self
            }

            /// The time zone: `timezone` on the page, an IANA name such as `America/Chihuahua`.
            #[inline]
            pub fn timezone(mut self, timezone: impl Into<Nullable<String>>) -> Self {
                self.0.fields.timezone = timezone.into();
                self
            }

            /// Whether do-not-disturb is on as a whole: `dnd` on the page.
            #[inline]
            pub fn dnd(mut self, dnd: impl Into<Optional<bool>>) -> Self {
                self.0.fields.dnd = dnd.into().0;
                self
            }

            /// Do-not-disturb for one channel: a member of `dndSettings` on the page.
            #[inline]
            pub fn dnd_setting(mut self, channel: Channel, setting: DndSetting) -> Self {
                self.0.fields.dnd_settings.get_or_insert_default().set(channel, setting);
                self
            }

            /// Do-not-disturb for what the contact sends: `inboundDndSettings.all` on the page.
            #[inline]
            pub fn inbound_dnd_setting(mut self, setting: impl Into<Optional<InboundDndSetting>>) -> Self {
                self.0.fields.inbound_dnd_setting = setting.into().0;
                self
            }

            /// Adds a custom field to `customFields` on the page.
            #[inline]
            pub fn custom_field(mut self, field: impl Into<Optional<CustomField>>) -> Self {
                self.0.fields.custom_fields.extend(field.into().0);
                self
            }

            /// Adds custom fields to `customFields` on the page.
            #[inline]
            pub fn custom_fields<Kind>(mut self, fields: impl List<CustomField, Kind>) -> Self {
                self.0.fields.custom_fields.extend(fields.items().into_iter().flatten());
                self
            }

            /// The country: `country` on the page.
            #[inline]
            pub fn country(mut self, country: impl Into<Optional<Country>>) -> Self {
                self.0.fields.country = country.into().0;
                self
            }
        }
    };
}
setters!(NewContactBuilder);
setters!(ContactUpdateBuilder);

/// The getters of these fields, for what a builder builds. What the tests in `tests/contract/builder.rs` put in is read with these.
macro_rules! getters {
    ($built:ty) => {
        impl $built {
            /// The first name: `firstName` on the page.
            pub fn first_name(&self) -> &Nullable<String> {
                &self.0.fields.first_name
            }

            /// The last name: `lastName` on the page.
            pub fn last_name(&self) -> &Nullable<String> {
                &self.0.fields.last_name
            }

            /// The full name: `name` on the page.
            pub fn name(&self) -> &Nullable<String> {
                &self.0.fields.name
            }

            /// The email address: `email` on the page.
            pub fn email(&self) -> &Nullable<Email> {
                &self.0.fields.email
            }

            /// The phone number: `phone` on the page.
            pub fn phone(&self) -> &Nullable<Phone> {
                &self.0.fields.phone
            }

            /// The street and number: `address1` on the page.
            pub fn address1(&self) -> &Nullable<String> {
                &self.0.fields.address1
            }

            /// The city: `city` on the page.
            pub fn city(&self) -> &Nullable<String> {
                &self.0.fields.city
            }

            /// The state or province: `state` on the page.
            pub fn state(&self) -> &Nullable<String> {
                &self.0.fields.state
            }

            /// The postal code: `postalCode` on the page.
            pub fn postal_code(&self) -> Option<&str> {
                self.0.fields.postal_code.as_deref()
            }

            /// The website: `website` on the page.
            pub fn website(&self) -> &Nullable<String> {
                &self.0.fields.website
            }

            /// The time zone: `timezone` on the page.
            pub fn timezone(&self) -> &Nullable<String> {
                &self.0.fields.timezone
            }

            /// Whether do-not-disturb is on as a whole: `dnd` on the page.
            pub fn dnd(&self) -> Option<bool> {
                self.0.fields.dnd
            }

            /// Do-not-disturb for one channel: a member of `dndSettings` on the page.
            pub fn dnd_setting(&self, channel: Channel) -> Option<&DndSetting> {
                self.0.fields.dnd_settings.as_ref()?.get(channel)
            }

            /// Do-not-disturb for what the contact sends: `inboundDndSettings.all` on the page.
            pub fn inbound_dnd_setting(&self) -> Option<&InboundDndSetting> {
                self.0.fields.inbound_dnd_setting.as_ref()
            }

            /// The custom fields: `customFields` on the page.
            pub fn custom_fields(&self) -> &[CustomField] {
                &self.0.fields.custom_fields
            }

            /// The country: `country` on the page.
            pub fn country(&self) -> Option<Country> {
                self.0.fields.country
            }
        }
    };
}
getters!(NewContact);
getters!(ContactUpdate);
