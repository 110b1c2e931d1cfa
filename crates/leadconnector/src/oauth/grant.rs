//! What a user has granted: the tokens, as the vendor sends them and as the store keeps them.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::clock::Now;
use super::{Holder, OAuthError, Record};
use crate::newtypes::CompanyId;
use crate::{LocationId, Token, UserId};

/// Further ahead than this, a stored moment shows that a clock is wrong.
const CLOCK_TOLERANCE: u64 = 24 * 60 * 60;

/// What a user has granted to an [`App`](super::App), without the tokens, which the app keeps to itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grant {
    /// Who the token is for: `userType`, with `locationId` or `companyId`.
    pub holder: Holder,
    /// The agency: `companyId`.
    pub company_id: Option<CompanyId>,
    /// The user who consented: `userId`.
    pub user_id: Option<UserId>,
    /// What the token may do: `scope`.
    pub scopes: Vec<String>,
    /// The locations of an agency for which the app was installed: `approvedLocations`.
    pub approved_locations: Vec<LocationId>,
    /// When the access token ends: `expires_in` from when it came. It is renewed before that. None if the vendor does not say.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The tokens of a holder, with all that is kept of them.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The app that they are for.
    client_id: String,
    pub(super) access_token: String,
    /// None if the token was made with that of the agency.
    pub(super) refresh_token: Option<String>,
    /// In seconds since 1970.
    obtained_at: u64,
    expires_in: Option<u64>,
    scope: String,
    company_id: Option<String>,
    location_id: Option<String>,
    is_company: bool,
    user_id: Option<String>,
    approved_locations: Vec<String>,
    /// The refresh that a process has begun with this refresh token.
    pub(super) claim: Option<Claim>,
    /// When the refresh token was first sent, or may have been, without an answer: in seconds since 1970.
    pub(super) lost_at: Option<u64>,
}

/// A refresh that a process has begun.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Claim {
    /// A number of the process.
    pub(super) by: i64,
    /// When it was begun, in seconds since 1970.
    pub(super) at: u64,
}

impl Kept {
    /// What the token endpoint has answered; or what is wrong with that. What a refresh leaves out is as it was `before`.
    pub(super) fn of_answer(
        body: &[u8],
        client_id: &str,
        now: Now,
        before: Option<&Self>,
    ) -> Result<Self, &'static str> {
        let body: Map<String, Value> = serde_json::from_slice(body).map_err(|_| "is not a JSON object")?;
        let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let or_before = |name: &str, of: fn(&Self) -> Option<&String>| {
            text(name).map(str::to_owned).or_else(|| before.and_then(of).cloned())
        };
        let access_token = text("access_token").ok_or("has no `access_token`")?.to_owned();
        Token::new(&*access_token).map_err(|_| "has an `access_token` that cannot be sent")?;
        let location_id = or_before("locationId", |kept| kept.location_id.as_ref());
        let is_company = match (text("userType"), before) {
            (Some(user_type), _) => user_type.eq_ignore_ascii_case("Company"),
            (None, Some(before)) => before.is_company,
            (None, None) => location_id.is_none(),
        };
        let approved = body.get("approvedLocations").and_then(Value::as_array);
        let approved = approved.map(|ids| ids.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        Ok(Self {
            client_id: client_id.to_owned(),
            access_token,
            refresh_token: or_before("refresh_token", |kept| kept.refresh_token.as_ref()),
            obtained_at: now.unix,
            expires_in: body.get("expires_in").and_then(seconds),
            scope: or_before("scope", |kept| Some(&kept.scope)).unwrap_or_default(),
            company_id: or_before("companyId", |kept| kept.company_id.as_ref()),
            location_id,
            is_company,
            user_id: or_before("userId", |kept| kept.user_id.as_ref()),
            approved_locations: approved
                .or_else(|| before.map(|kept| kept.approved_locations.clone()))
                .unwrap_or_default(),
            claim: None,
            lost_at: None,
        })
    }

    /// The same for this location, whose token was made with that of the agency.
    pub(super) fn minted(self, location: &LocationId, company: &CompanyId) -> Self {
        Self {
            // It is made anew, so that there is one refresh token alone that can be lost.
            refresh_token: None,
            location_id: self.location_id.or_else(|| Some(location.to_string())),
            company_id: self.company_id.or_else(|| Some(company.to_string())),
            is_company: false,
            ..self
        }
    }

    /// The same, while a process refreshes it. If another one has begun that before, and left no word, it may have sent the refresh token.
    pub(super) fn claimed(self, claim: Claim) -> Self {
        let lost_at = self.lost_at.or(self.claim.map(|before| before.at));
        Self { claim: Some(claim), lost_at, ..self }
    }

    /// The same, when the refresh has ended without new tokens; and when it was begun, if the answer was lost.
    pub(super) fn released(self, lost_at: Option<u64>) -> Self {
        Self { claim: None, lost_at: self.lost_at.or(lost_at), ..self }
    }

    /// What a store has for a holder.
    pub(super) fn of_record(record: &Record, holder: &Holder, client_id: &str, now: Now) -> Result<Self, OAuthError> {
        let unreadable = || OAuthError::Unreadable(holder.clone());
        let kept: Self = serde_json::from_str(record.text()).map_err(|_| unreadable())?;
        Token::new(&*kept.access_token).map_err(|_| unreadable())?;
        if kept.client_id != client_id {
            return Err(OAuthError::OtherApp(holder.clone()));
        }
        let found = kept.holder();
        if found.as_ref() != Some(holder) {
            return Err(OAuthError::OtherHolder { holder: holder.clone(), found });
        }
        if kept.obtained_at > now.unix.saturating_add(CLOCK_TOLERANCE) {
            let [obtained_at, now] = [kept.obtained_at, now.unix].map(moment);
            return Err(OAuthError::ClockBehind { obtained_at, now });
        }
        Ok(kept)
    }

    pub(super) fn to_record(&self, holder: &Holder) -> Result<Record, OAuthError> {
        let text = serde_json::to_string(self).map_err(|_| OAuthError::Unreadable(holder.clone()))?;
        Ok(Record::new(random()?, text))
    }

    /// Who the token is for, if it says so.
    pub(super) fn holder(&self) -> Option<Holder> {
        let received = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
        if self.is_company {
            received(&self.company_id).map(|id| Holder::Company(CompanyId::received(id)))
        } else {
            received(&self.location_id).map(|id| Holder::Location(LocationId::received(id)))
        }
    }

    /// How long the access token lasts from when it was obtained, in seconds; none if that is not known.
    pub(super) fn life(&self) -> Option<u64> {
        self.expires_in
    }

    /// Whether it came later than another one, or at the same time.
    pub(super) fn is_as_new_as(&self, other: &Self) -> bool {
        self.obtained_at >= other.obtained_at
    }

    /// When it ends, in seconds since 1970.
    pub(super) fn ends_at(&self) -> Option<u64> {
        self.expires_in.map(|life| self.obtained_at.saturating_add(life))
    }

    pub(super) fn grant(&self, holder: Holder) -> Grant {
        Grant {
            holder,
            company_id: self.company_id.clone().map(CompanyId::received),
            user_id: self.user_id.clone().map(UserId::received),
            scopes: self.scope.split_whitespace().map(str::to_owned).collect(),
            approved_locations: self.approved_locations.iter().cloned().map(LocationId::received).collect(),
            expires_at: self.ends_at().map(moment),
        }
    }
}

/// Without the tokens.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("holder", &self.holder()).finish_non_exhaustive()
    }
}

/// Seconds, as a number or as text.
fn seconds(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        value => {
            value.as_u64().or_else(|| value.as_f64().filter(|seconds| *seconds >= 0.0).map(|seconds| seconds as u64))
        }
    }
}

/// A moment in seconds since 1970.
pub(super) fn moment(seconds: u64) -> DateTime<Utc> {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A number that nobody else has.
pub(super) fn random() -> Result<i64, OAuthError> {
    getrandom::u64().map(u64::cast_signed).map_err(|_| OAuthError::NoRandomness)
}
