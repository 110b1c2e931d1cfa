use leadconnector_raw::types as raw;

use crate::models::json::as_raw;

/// Where a contact came from: `AttributionSource` in the vendor's public specification, which explains none of its members. A test
/// makes one by `default`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttributionSource {
    /// The page, or what else led here, such as `Trigger Link`: `url`.
    pub url: Option<String>,
    /// The campaign: `campaign`.
    pub campaign: Option<String>,
    /// The source of the campaign, as its link says: `utmSource`.
    pub utm_source: Option<String>,
    /// The medium of the campaign, as its link says: `utmMedium`.
    pub utm_medium: Option<String>,
    /// The content of the campaign, as its link says: `utmContent`.
    pub utm_content: Option<String>,
    /// The page before: `referrer`.
    pub referrer: Option<String>,
    /// The id of the campaign: `campaignId`.
    pub campaign_id: Option<String>,
    /// The click at Facebook: `fbclid`.
    pub fbclid: Option<String>,
    /// The click at Google: `gclid`.
    pub gclid: Option<String>,
    /// The click at Microsoft, spelled so: `msclikid`.
    pub msclikid: Option<String>,
    /// The click at Display & Video 360: `dclid`.
    pub dclid: Option<String>,
    /// Facebook's cookie of the click: `fbc`.
    pub fbc: Option<String>,
    /// Facebook's cookie of the browser: `fbp`.
    pub fbp: Option<String>,
    /// The event at Facebook: `fbEventId`.
    pub fb_event_id: Option<String>,
    /// The browser, such as `Mozilla/5.0`: `userAgent`.
    pub user_agent: Option<String>,
    /// The address of the visitor: `ip`.
    pub ip: Option<String>,
    /// The medium, such as `survey`: `medium`.
    pub medium: Option<String>,
    /// The id of the medium: `mediumId`.
    pub medium_id: Option<String>,
}

as_raw!(AttributionSource, raw::AttributionSource);

impl AttributionSource {
    pub(crate) fn read(source: raw::AttributionSource) -> Self {
        let raw::AttributionSource {
            url,
            campaign,
            utm_source,
            utm_medium,
            utm_content,
            referrer,
            campaign_id,
            fbclid,
            gclid,
            msclikid,
            dclid,
            fbc,
            fbp,
            fb_event_id,
            user_agent,
            ip,
            medium,
            medium_id,
        } = source;
        Self {
            url,
            campaign,
            utm_source,
            utm_medium,
            utm_content,
            referrer,
            campaign_id,
            fbclid,
            gclid,
            msclikid,
            dclid,
            fbc,
            fbp,
            fb_event_id,
            user_agent,
            ip,
            medium,
            medium_id,
        }
    }

    pub(crate) fn into_raw(self) -> raw::AttributionSource {
        let Self {
            url,
            campaign,
            utm_source,
            utm_medium,
            utm_content,
            referrer,
            campaign_id,
            fbclid,
            gclid,
            msclikid,
            dclid,
            fbc,
            fbp,
            fb_event_id,
            user_agent,
            ip,
            medium,
            medium_id,
        } = self;
        raw::AttributionSource {
            url,
            campaign,
            utm_source,
            utm_medium,
            utm_content,
            referrer,
            campaign_id,
            fbclid,
            gclid,
            msclikid,
            dclid,
            fbc,
            fbp,
            fb_event_id,
            user_agent,
            ip,
            medium,
            medium_id,
        }
    }
}
