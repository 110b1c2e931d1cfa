use crate::Channel;

/// Do-not-disturb for the channels of a contact: `dndSettings` on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactDndSettings {
    pub(crate) call: Option<ContactDndSetting>,
    pub(crate) email: Option<ContactDndSetting>,
    pub(crate) sms: Option<ContactDndSetting>,
    pub(crate) whats_app: Option<ContactDndSetting>,
    pub(crate) gmb: Option<ContactDndSetting>,
    pub(crate) fb: Option<ContactDndSetting>,
}

impl ContactDndSettings {
    /// The setting of a channel; none if the server did not mention the channel.
    pub fn get(&self, channel: Channel) -> Option<&ContactDndSetting> {
        match channel {
            Channel::Call => &self.call,
            Channel::Email => &self.email,
            Channel::Sms => &self.sms,
            Channel::WhatsApp => &self.whats_app,
            Channel::Gmb => &self.gmb,
            Channel::Fb => &self.fb,
        }
        .as_ref()
    }

    /// The channels of the page that the server mentioned, with their settings. For others, see
    /// [`Contact::other_dnd_settings`](crate::Contact::other_dnd_settings).
    pub fn iter(&self) -> impl Iterator<Item = (Channel, &ContactDndSetting)> {
        Channel::ALL.into_iter().filter_map(|channel| Some((channel, self.get(channel)?)))
    }
}

/// Do-not-disturb for one channel of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactDndSetting {
    /// Whether it is on: `status` on the page.
    pub status: ContactDndStatus,
    /// The reason, in words: `message` on the page.
    pub message: Option<String>,
    /// The reason, as a code: `code` on the page.
    pub code: Option<String>,
}

/// Whether do-not-disturb is on: `status` of a channel on the page.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContactDndStatus {
    /// `active`: on.
    Active,
    /// `inactive`: off.
    Inactive,
    /// `permanent`: on for good.
    Permanent,
    /// A status that the page does not list.
    Other(String),
}
