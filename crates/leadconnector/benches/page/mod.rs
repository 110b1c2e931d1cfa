//! A request with every field of the page, as the floor and as this crate build it, and an answer with every field. The values
//! are the page's examples where it has some.

use floor::{CreateContact, DndSettings, InboundDndSettings};
use leadconnector::custom_fields::CustomField;
use leadconnector::dnd::{Channel, DndSetting, InboundDndSetting};
use leadconnector::{Country, CustomFieldId, Email, InvalidValue, NewContact, Phone, UserId};

pub(crate) const LOCATION: &str = "ve9EPM428h8vShlRW1KT";
pub(crate) const ANSWER: &[u8] = include_bytes!("answer.json");
/// A contact that a search has found, with every member.
pub(crate) const FOUND_CONTACT: &str = include_str!("found_contact.json");

pub(crate) fn contact() -> Result<NewContact, InvalidValue> {
    let contact = NewContact::builder()
        .first_name("Rosan")
        .last_name("Deo")
        .name("Rosan Deo")
        .email(Email::new("rosan@deos.com")?)
        .gender("male")
        .phone(Phone::new("+1 888-888-8888")?)
        .address1("3535 1st St N")
        .city("Dolomite")
        .state("AL")
        .postal_code("35061")
        .website("https://www.tesla.com")
        .timezone("America/Chihuahua")
        .dnd(true)
        .dnd_setting(Channel::Call, DndSetting::active().message("asked on the phone").code("ASKED"))
        .dnd_setting(Channel::Email, DndSetting::inactive().message("subscribed").code("SUBSCRIBED"))
        .dnd_setting(Channel::Sms, DndSetting::permanent().message("replied STOP").code("STOP"))
        .dnd_setting(Channel::WhatsApp, DndSetting::active().message("blocked us").code("BLOCKED"))
        .dnd_setting(Channel::Gmb, DndSetting::active().message("asked in a chat").code("ASKED"))
        .dnd_setting(Channel::Fb, DndSetting::active().message("left the page").code("LEFT"))
        .inbound_dnd_setting(InboundDndSetting::inactive().message("may write to us"))
        .tags(["nisi sint commodo amet", "consequat"])
        .custom_field(CustomField::new(CustomFieldId::new("6dvNaf7VhkQ9snc5vnjJ")?, "My Text").key("my_custom_field"))
        .source("public api")
        .country(Country::new("US")?)
        .company_name("DGS VolMAX")
        .assigned_to(UserId::new("y0BeYjuRIlDwsDcOHOJo")?)
        .build();
    Ok(contact)
}

pub(crate) fn floors_contact() -> CreateContact {
    use floor::DndStatus::{Active, Inactive, Permanent};

    let text = |text: &str| Some(text.to_owned());
    let setting = |status, message, code| Some(floor::DndSetting { status, message: text(message), code: text(code) });
    CreateContact {
        first_name: text("Rosan"),
        last_name: text("Deo"),
        name: text("Rosan Deo"),
        email: text("rosan@deos.com"),
        location_id: LOCATION.into(),
        gender: text("male"),
        phone: text("+1 888-888-8888"),
        address1: text("3535 1st St N"),
        city: text("Dolomite"),
        state: text("AL"),
        postal_code: text("35061"),
        website: text("https://www.tesla.com"),
        timezone: text("America/Chihuahua"),
        dnd: Some(true),
        dnd_settings: Some(DndSettings {
            call: setting(Active, "asked on the phone", "ASKED"),
            email: setting(Inactive, "subscribed", "SUBSCRIBED"),
            sms: setting(Permanent, "replied STOP", "STOP"),
            whats_app: setting(Active, "blocked us", "BLOCKED"),
            gmb: setting(Active, "asked in a chat", "ASKED"),
            fb: setting(Active, "left the page", "LEFT"),
        }),
        inbound_dnd_settings: Some(InboundDndSettings {
            all: floor::InboundDndSetting { status: Inactive, message: text("may write to us") },
        }),
        tags: vec!["nisi sint commodo amet".into(), "consequat".into()],
        custom_fields: vec![floor::CustomField {
            id: "6dvNaf7VhkQ9snc5vnjJ".into(),
            key: text("my_custom_field"),
            field_value: "My Text".into(),
        }],
        source: text("public api"),
        country: text("US"),
        company_name: text("DGS VolMAX"),
        assigned_to: text("y0BeYjuRIlDwsDcOHOJo"),
    }
}
