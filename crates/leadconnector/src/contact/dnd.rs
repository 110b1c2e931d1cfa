use crate::Channel;

/// Do-not-disturb for the channels of a contact: `dndSettings` on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactDndSettings(pub(crate) Vec<(Channel, ContactDndSetting)>);

impl ContactDndSettings {
    /// The setting of a channel; none if the server did not mention the channel.
    pub fn get(&self, channel: Channel) -> Option<&ContactDndSetting> {
        self.iter().find_map(|(other, setting)| (other == channel).then_some(setting))
    }

    /// The channels of the page that the server mentioned, with their settings. For others, see
    /// [`Contact::other_dnd_settings`](crate::Contact::other_dnd_settings).
    pub fn iter(&self) -> impl Iterator<Item = (Channel, &ContactDndSetting)> {
        self.0.iter().map(|(channel, setting)| (*channel, setting))
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
