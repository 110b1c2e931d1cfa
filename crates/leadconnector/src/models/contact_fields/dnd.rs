use leadconnector_raw::types as raw;

use crate::Optional;

/// A channel of communication: a member of `dndSettings` on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Channel {
    /// Phone calls: `Call` on the page.
    Call,
    /// Emails: `Email` on the page.
    Email,
    /// Text messages: `SMS` on the page.
    Sms,
    /// WhatsApp messages: `WhatsApp` on the page.
    WhatsApp,
    /// Google My Business: `GMB` on the page.
    Gmb,
    /// Facebook: `FB` on the page.
    Fb,
}

/// Whether do-not-disturb is on: `status` of a channel on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DndStatus {
    /// `active`: on.
    Active,
    /// `inactive`: off.
    Inactive,
    /// `permanent`: on for good.
    Permanent,
}

/// Do-not-disturb for one channel, to be written.
///
/// ```
/// use leadconnector::NewContact;
/// use leadconnector::dnd::{Channel, DndSetting};
///
/// let stopped = DndSetting::permanent().message("replied STOP");
/// let contact = NewContact::builder().dnd_setting(Channel::Sms, stopped).build();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DndSetting {
    /// Whether it is on: `status` on the page.
    pub status: DndStatus,
    /// The reason, in words: `message` on the page.
    pub message: Option<String>,
    /// The reason, as a code: `code` on the page.
    pub code: Option<String>,
}

impl DndSetting {
    /// A setting with this status.
    pub fn new(status: DndStatus) -> Self {
        Self { status, message: None, code: None }
    }

    /// Do not disturb: the status `active`.
    pub fn active() -> Self {
        Self::new(DndStatus::Active)
    }

    /// May be disturbed: the status `inactive`.
    pub fn inactive() -> Self {
        Self::new(DndStatus::Inactive)
    }

    /// Never disturb: the status `permanent`.
    pub fn permanent() -> Self {
        Self::new(DndStatus::Permanent)
    }

    /// The reason, in words: `message` on the page.
    #[inline]
    #[must_use]
    pub fn message(mut self, message: impl Into<Optional<String>>) -> Self {
        self.message = message.into().0;
        self
    }

    /// The reason, as a code: `code` on the page.
    #[inline]
    #[must_use]
    pub fn code(mut self, code: impl Into<Optional<String>>) -> Self {
        self.code = code.into().0;
        self
    }

    fn into_request(self) -> raw::DndSetting {
        let Self { status, message, code } = self;
        let status = match status {
            DndStatus::Active => raw::DndStatus::Active,
            DndStatus::Inactive => raw::DndStatus::Inactive,
            DndStatus::Permanent => raw::DndStatus::Permanent,
        };
        raw::DndSetting { status, message, code }
    }
}

/// Do-not-disturb for the channels of a new contact: `dndSettings` on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DndSettings {
    pub(crate) call: Option<DndSetting>,
    pub(crate) email: Option<DndSetting>,
    pub(crate) sms: Option<DndSetting>,
    pub(crate) whats_app: Option<DndSetting>,
    pub(crate) gmb: Option<DndSetting>,
    pub(crate) fb: Option<DndSetting>,
}

impl DndSettings {
    pub(super) fn set(&mut self, channel: Channel, setting: DndSetting) {
        let slot = match channel {
            Channel::Call => &mut self.call,
            Channel::Email => &mut self.email,
            Channel::Sms => &mut self.sms,
            Channel::WhatsApp => &mut self.whats_app,
            Channel::Gmb => &mut self.gmb,
            Channel::Fb => &mut self.fb,
        };
        *slot = Some(setting);
    }

    pub(super) fn get(&self, channel: Channel) -> Option<&DndSetting> {
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

    pub(crate) fn into_request(self) -> raw::DndSettings {
        let Self { call, email, sms, whats_app, gmb, fb } = self;
        raw::DndSettings {
            call: call.map(DndSetting::into_request),
            email: email.map(DndSetting::into_request),
            sms: sms.map(DndSetting::into_request),
            whats_app: whats_app.map(DndSetting::into_request),
            gmb: gmb.map(DndSetting::into_request),
            fb: fb.map(DndSetting::into_request),
        }
    }
}

/// Whether do-not-disturb is on for what the contact sends: `inboundDndSettings.all.status` on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InboundDndStatus {
    /// `active`: on.
    Active,
    /// `inactive`: off.
    Inactive,
}

/// Do-not-disturb for what the contact sends, on all channels: `inboundDndSettings.all` on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InboundDndSetting {
    /// Whether it is on: `inboundDndSettings.all.status` on the page.
    pub status: InboundDndStatus,
    /// The reason, in words: `message` on the page.
    pub message: Option<String>,
}

impl InboundDndSetting {
    /// A setting with this status.
    pub fn new(status: InboundDndStatus) -> Self {
        Self { status, message: None }
    }

    /// Do not disturb: the status `active`.
    pub fn active() -> Self {
        Self::new(InboundDndStatus::Active)
    }

    /// May be disturbed: the status `inactive`.
    pub fn inactive() -> Self {
        Self::new(InboundDndStatus::Inactive)
    }

    /// The reason, in words: `message` on the page.
    #[inline]
    #[must_use]
    pub fn message(mut self, message: impl Into<Optional<String>>) -> Self {
        self.message = message.into().0;
        self
    }

    pub(crate) fn into_request(self) -> raw::InboundDndSetting {
        let Self { status, message } = self;
        let status = match status {
            InboundDndStatus::Active => raw::InboundDndStatus::Active,
            InboundDndStatus::Inactive => raw::InboundDndStatus::Inactive,
        };
        raw::InboundDndSetting { status, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A status that appears in the fragment breaks the build here.
    #[test]
    fn every_status_can_be_sent() {
        use raw::{DndStatus as Dnd, InboundDndStatus as Inbound};
        for sent in [Dnd::Active, Dnd::Inactive, Dnd::Permanent] {
            let status = match sent {
                Dnd::Active => DndStatus::Active,
                Dnd::Inactive => DndStatus::Inactive,
                Dnd::Permanent => DndStatus::Permanent,
            };
            assert_eq!(DndSetting::new(status).into_request().status, sent);
        }
        for sent in [Inbound::Active, Inbound::Inactive] {
            let status = match sent {
                Inbound::Active => InboundDndStatus::Active,
                Inbound::Inactive => InboundDndStatus::Inactive,
            };
            assert_eq!(InboundDndSetting::new(status).into_request().status, sent);
        }
    }
}
