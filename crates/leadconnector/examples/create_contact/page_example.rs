use leadconnector::{
    Channel, Country, CustomField, CustomFieldId, DndSetting, Email, InboundDndSetting, InvalidValue, NewContact,
    Phone, UserId,
};

/// The contact of the vendor's page, with every field that the page lists.
pub(crate) fn page_example() -> Result<NewContact, InvalidValue> {
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
        .custom_field(CustomField::new(CustomFieldId::new("6dvNaf7VhkQ9snc5vnjJ")?, "My Text").key("my_custom_field"))
        .source("public api")
        .country(Country::new("US")?)
        .company_name("DGS VolMAX")
        .assigned_to(UserId::new("y0BeYjuRIlDwsDcOHOJo")?)
        .build();
    Ok(contact)
}
