/// Do-not-disturb for the channels of a contact: `dndSettings` on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactDndSettings {
    /// `Call` on the page.
    pub call: Option<ContactDndSetting>,
    /// `Email` on the page.
    pub email: Option<ContactDndSetting>,
    /// `SMS` on the page.
    pub sms: Option<ContactDndSetting>,
    /// `WhatsApp` on the page.
    pub whats_app: Option<ContactDndSetting>,
    /// Google My Business: `GMB` on the page.
    pub gmb: Option<ContactDndSetting>,
    /// Facebook: `FB` on the page.
    pub fb: Option<ContactDndSetting>,
}

/// Do-not-disturb for one channel of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactDndSetting {
    /// `status` on the page.
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
