use std::borrow::Cow;

use leadconnector_raw::types as raw;

use super::checked_text;
use crate::InvalidValue;

/// The version of the API that a client asks for: the header `Version` on the page.
///
/// The default is [`V2021_04_15`](Self::V2021_04_15), the one that the page allows. The vendor accepts others, such as
/// `2021-07-28` and `v3`, and may answer differently with them.
///
/// What is sent is spelled as on the page, whatever the version. `v3` spells some of it otherwise: the channels of do-not-disturb are
/// `call`, `email`, `sms`, `whatsApp`, `gmb` and `fb`, and the value of a custom field is `fieldValue`. Whether it takes the page's
/// spelling of a channel is not known: [`Contact::dnd_settings`](crate::Contact::dnd_settings) of the answer shows what came of it.
/// Answers are read in both spellings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApiVersion(Cow<'static, str>);

impl ApiVersion {
    /// `2021-04-15`, the version that the page documents.
    pub const V2021_04_15: Self = Self(Cow::Borrowed("2021-04-15"));

    /// Another version, such as `2021-07-28` or `v3`.
    ///
    /// # Errors
    ///
    /// The version is empty, or has a character that is no letter, no digit and neither `-` nor `.`.
    pub fn new(version: impl Into<String>) -> Result<Self, InvalidValue> {
        let version = version.into();
        if version.is_empty() {
            Err(InvalidValue::new("Version", "is empty"))
        } else if !version.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')) {
            Err(InvalidValue::new("Version", "has a character that is no letter, no digit and neither `-` nor `.`"))
        } else {
            Ok(Self(version.into()))
        }
    }

    pub(crate) fn to_raw(&self) -> raw::Version {
        self.as_str().to_owned().into()
    }
}

impl Default for ApiVersion {
    fn default() -> Self {
        Self::V2021_04_15
    }
}

checked_text!(ApiVersion);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documented_version_and_another_one() {
        let raw = |version: ApiVersion| version.to_raw();
        assert!(matches!(raw(ApiVersion::default()), raw::Version::DocumentedVersion(_)));
        let other = raw(ApiVersion::new("v3").unwrap());
        assert!(matches!(other, raw::Version::OtherVersion(_)));
        assert_eq!(other.to_string(), "v3");
    }
}
