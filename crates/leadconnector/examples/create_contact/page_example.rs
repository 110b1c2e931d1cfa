use leadconnector::custom_fields::CustomField;
use leadconnector::dnd::{Channel, DndSetting, InboundDndSetting};
use leadconnector::{Country, CustomFieldId, Email, InvalidValue, NewContact, NewContactBuilder, Phone, UserId};

/// The contact of the vendor's page, save what belongs to the page's own location.
pub(crate) fn page_example() -> Result<NewContactBuilder, InvalidValue> {
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
        .dnd_setting(Channel::Call, DndSetting::active())
        .dnd_setting(Channel::Email, DndSetting::inactive())
        .dnd_setting(Channel::Sms, DndSetting::permanent().message("replied STOP").code("STOP"))
        .dnd_setting(Channel::WhatsApp, DndSetting::active())
        .dnd_setting(Channel::Gmb, DndSetting::active())
        .dnd_setting(Channel::Fb, DndSetting::active())
        .inbound_dnd_setting(InboundDndSetting::inactive().message("may write to us"))
        .tags(["nisi sint commodo amet", "consequat"])
        .source("public api")
        .country(Country::new("US")?)
        .company_name("DGS VolMAX");
    Ok(contact)
}

/// Adds the user and the custom field of the page, which no other location has: then every field is set.
pub(crate) fn of_the_pages_location(contact: NewContactBuilder) -> Result<NewContactBuilder, InvalidValue> {
    let field = CustomField::new(CustomFieldId::new("6dvNaf7VhkQ9snc5vnjJ")?, "My Text").key("my_custom_field");
    Ok(contact.custom_field(field).assigned_to(UserId::new("y0BeYjuRIlDwsDcOHOJo")?))
}
