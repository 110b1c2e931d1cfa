use leadconnector_raw::types as raw;

use crate::Channel;
use crate::models::json::as_raw;

/// Do-not-disturb for the channels of a contact: `dndSettings` on the page.
///
/// A channel is read as the page spells it, `SMS`, and as the version `v3` of the API does, `sms`; it is written as on the page. If
/// both spellings come, the stricter setting counts: `permanent` before `active`, that before a status that the page does not
/// list, and that before `inactive`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactDndSettings(
    // In the order of the channels. Most contacts have none or a few, and all of them would take 400 bytes.
    Vec<(Channel, ContactDndSetting)>,
);

as_raw!(ContactDndSettings, raw::ContactDndSettings);

impl ContactDndSettings {
    /// The setting of a channel; none if the server did not mention the channel.
    pub fn get(&self, channel: Channel) -> Option<&ContactDndSetting> {
        self.iter().find_map(|(other, setting)| (other == channel).then_some(setting))
    }

    /// The channels of the page that the server mentioned, with their settings. For others, such as `RCS`, see
    /// [`Answer::json_at`](crate::Answer::json_at).
    pub fn iter(&self) -> impl Iterator<Item = (Channel, &ContactDndSetting)> {
        self.0.iter().map(|(channel, setting)| (*channel, setting))
    }

    /// Sets the setting of a channel.
    pub fn set(&mut self, channel: Channel, setting: ContactDndSetting) {
        match self.0.binary_search_by_key(&channel, |(channel, _)| *channel) {
            Ok(place) => {
                self.0.remove(place);
                self.0.insert(place, (channel, setting));
            }
            Err(place) => self.0.insert(place, (channel, setting)),
        }
    }

    pub(crate) fn read(settings: raw::ContactDndSettings) -> Self {
        let raw::ContactDndSettings { call, email, sms, whats_app, gmb, fb } = settings;
        let channels = [
            (Channel::Call, call),
            (Channel::Email, email),
            (Channel::Sms, sms),
            (Channel::WhatsApp, whats_app),
            (Channel::Gmb, gmb),
            (Channel::Fb, fb),
        ];
        let mut settings = Vec::with_capacity(channels.len());
        let mentioned = |(channel, setting): (Channel, Option<_>)| Some((channel, ContactDndSetting::read(setting?)));
        settings.extend(channels.into_iter().filter_map(mentioned));
        Self(settings)
    }

    pub(crate) fn into_raw(self) -> raw::ContactDndSettings {
        let mut settings = raw::ContactDndSettings::default();
        for (channel, setting) in self.0 {
            let raw::ContactDndSettings { call, email, sms, whats_app, gmb, fb } = &mut settings;
            let slot = match channel {
                Channel::Call => call,
                Channel::Email => email,
                Channel::Sms => sms,
                Channel::WhatsApp => whats_app,
                Channel::Gmb => gmb,
                Channel::Fb => fb,
            };
            *slot = Some(setting.into_raw());
        }
        settings
    }
}

impl FromIterator<(Channel, ContactDndSetting)> for ContactDndSettings {
    fn from_iter<I: IntoIterator<Item = (Channel, ContactDndSetting)>>(settings: I) -> Self {
        let mut all = Self::default();
        for (channel, setting) in settings {
            all.set(channel, setting);
        }
        all
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

as_raw!(ContactDndSetting, raw::ContactDndSetting);

impl ContactDndSetting {
    /// A setting with this status.
    pub fn new(status: ContactDndStatus) -> Self {
        Self { status, message: None, code: None }
    }

    fn read(setting: raw::ContactDndSetting) -> Self {
        let raw::ContactDndSetting { status, message, code } = setting;
        Self { status: ContactDndStatus::read(status), message, code }
    }

    fn into_raw(self) -> raw::ContactDndSetting {
        let Self { status, message, code } = self;
        raw::ContactDndSetting { status: status.into_raw(), message, code }
    }
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

as_raw!(ContactDndStatus, raw::ContactDndStatus);

impl ContactDndStatus {
    fn read(status: raw::ContactDndStatus) -> Self {
        match status {
            raw::ContactDndStatus::DocumentedDndStatus(status) => match status {
                raw::DocumentedDndStatus::Active => Self::Active,
                raw::DocumentedDndStatus::Inactive => Self::Inactive,
                raw::DocumentedDndStatus::Permanent => Self::Permanent,
            },
            raw::ContactDndStatus::OtherDndStatus(status) => Self::Other(status.into()),
        }
    }

    fn into_raw(self) -> raw::ContactDndStatus {
        raw::ContactDndStatus::from(match self {
            Self::Active => raw::DocumentedDndStatus::Active,
            Self::Inactive => raw::DocumentedDndStatus::Inactive,
            Self::Permanent => raw::DocumentedDndStatus::Permanent,
            Self::Other(text) => return text.into(),
        })
    }
}
