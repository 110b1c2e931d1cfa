//! What becomes of a creation whose outcome is unknown: the contact is looked up.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use tracing::debug;

use super::Contacts;
use crate::call::response::date;
use crate::call::telemetry::millis;
use crate::error::Unreconciled;
use crate::{Answer, CarriedOut, Contact, ContactKey, Error, NewContact, Nullable};

/// How the client looks a contact up if it is unknown whether it was created:
/// [`ClientBuilder::reconcile`](crate::ClientBuilder::reconcile).
///
/// The server may still be at work when an answer is lost, and a look-up may not know a contact yet. So the client looks several times,
/// until it finds the contact: after 1, 3, 6 and 10 seconds of waiting, which is 20 seconds in all. A national phone number, one without
/// `+` and the code of its country, finds nobody. So a contact needs an email or an international phone number.
///
/// The client takes a contact for the one that the call created if the contact was added after the request was sent, by the clock of the
/// server and give or take a second, and has the email that was sent. Two people may share a phone, so a contact with another email that
/// is found by the phone proves nothing. If no email was sent, the contact must have no email either, and no other name.
///
/// ```
/// use std::time::Duration;
///
/// use leadconnector::Client;
/// use leadconnector::create::Reconcile;
///
/// let reconcile = Reconcile::default().waits([1, 2, 4, 8, 16, 32].map(Duration::from_secs));
/// let client = Client::builder("any-token").reconcile(reconcile).build()?;
/// # Ok::<(), leadconnector::error::BuildError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconcile {
    waits: Vec<Duration>,
    risk_a_second_contact: bool,
}

impl Reconcile {
    /// No look-up: the outcome stays unknown.
    pub(crate) fn off() -> Self {
        Self { waits: Vec::new(), risk_a_second_contact: false }
    }

    pub(crate) fn is_off(&self) -> bool {
        self.waits.is_empty()
    }

    /// The waits, each followed by a look-up. If there are none, nothing is looked up.
    #[must_use]
    pub fn waits(self, waits: impl IntoIterator<Item = Duration>) -> Self {
        Self { waits: waits.into_iter().collect(), ..self }
    }

    /// Whether the request is sent once more if no look-up finds the contact, and the server has not answered with a success. The
    /// default is that it is not.
    ///
    /// The server may have created the contact all the same, or may create it later; then there are two, in a location that
    /// allows duplicated contacts. In one that refuses them, the second request finds the first contact, and decides.
    #[must_use]
    pub fn risk_a_second_contact(self, risk: bool) -> Self {
        Self { risk_a_second_contact: risk, ..self }
    }
}

impl Default for Reconcile {
    fn default() -> Self {
        Self::off().waits([1, 3, 6, 10].map(Duration::from_secs))
    }
}

impl From<bool> for Reconcile {
    /// The default, or no look-up.
    fn from(reconcile: bool) -> Self {
        if reconcile { Self::default() } else { Self::off() }
    }
}

/// A creation of which it is unknown whether it happened.
pub(super) struct Unknown {
    pub(super) contact: NewContact,
    /// The email, and then the phone, that were sent.
    pub(super) keys: Vec<ContactKey>,
    /// When the request was sent of which it is unknown what it did.
    pub(super) sent: Instant,
    /// The same by the server's clock, as far as look-ups have shown it: not before.
    pub(super) not_before: Option<DateTime<Utc>>,
    pub(super) error: Error,
}

/// The contact that a look-up has found.
struct Found {
    answer: Answer<Contact>,
    /// Whether the call created it; it need not have, if not.
    is_created: bool,
}

impl Contacts {
    /// Looks up a contact until it is found. Where that decides nothing, the outcome is as unknown as before, and the error is
    /// the one that said so.
    pub(super) async fn reconcile(&self, mut unknown: Unknown) -> Result<Answer<Contact>, Error> {
        let Reconcile { waits, risk_a_second_contact } = self.client().reconcile();
        let mut is_not_there = false;
        for wait in waits {
            debug!(error.message = %unknown.error, leadconnector.wait_ms = millis(*wait), "looking up whether the contact was created");
            tokio::time::sleep(*wait).await;
            match self.look_up(&mut unknown).await {
                Ok(Some(Found { answer, is_created: true })) => return Ok(answer),
                Ok(Some(Found { answer, is_created: false })) => {
                    return Err(Unreconciled::new(answer.value, unknown.error).into());
                }
                Ok(None) => is_not_there = true,
                Err(error) => {
                    debug!(error.message = %error, "the look-up failed");
                    is_not_there = false;
                    if !may_pass(&error) {
                        return Err(unknown.error);
                    }
                }
            }
        }
        let succeeded = unknown.error.response().is_some_and(|response| response.status().is_success());
        if *risk_a_second_contact && is_not_there && !succeeded {
            self.create_again(unknown).await
        } else {
            Err(unknown.error)
        }
    }

    async fn look_up(&self, unknown: &mut Unknown) -> Result<Option<Found>, Error> {
        for key in unknown.keys.clone() {
            let by_phone = matches!(key, ContactKey::Phone(_));
            let answer = self.find_duplicate(key).answer().await?;
            unknown.learn(answer.headers());
            let Some(answer) = answer.transposed() else { continue };
            // Two people may share a phone.
            if by_phone && unknown.has_another_email(&answer.value) {
                continue;
            }
            let is_created = unknown.is(&answer.value) && unknown.was_sent_before(&answer.value) == Some(true);
            return Ok(Some(Found { answer, is_created }));
        }
        Ok(None)
    }

    async fn create_again(&self, mut unknown: Unknown) -> Result<Answer<Contact>, Error> {
        debug!("no look-up found the contact: sending again");
        let mut found = match self.send_creation(unknown.contact.clone(), &mut None).await {
            Err(Error::Duplicate(found)) => found,
            Err(error) if error.carried_out() == CarriedOut::No => {
                debug!(error.message = %error, "the second request failed");
                return Err(unknown.error);
            }
            decided => return decided,
        };
        // From the first request or from somebody else: a contact that was there before refused both.
        match self.get(&found.contact_id).answer().await {
            Ok(answer) => {
                unknown.learn(answer.headers());
                match unknown.was_sent_before(&answer.value) {
                    Some(true) if unknown.is(&answer.value) => return Ok(answer),
                    Some(false) => {}
                    Some(true) | None => found.may_be_new = true,
                }
            }
            Err(error) => {
                debug!(error.message = %error, "the look-up of the duplicate failed");
                found.may_be_new = true;
            }
        }
        Err(Error::Duplicate(found))
    }
}

impl Unknown {
    /// The email that was sent.
    fn email(&self) -> Option<&str> {
        self.keys.iter().find_map(|key| match key {
            ContactKey::Email(email) => Some(email.as_str()),
            ContactKey::Phone(_) => None,
        })
    }

    /// Whether an email was sent, and a contact does not have it.
    fn has_another_email(&self, found: &Contact) -> bool {
        self.email().is_some_and(|sent| !found.email.as_deref().is_some_and(|email| is_same(email, sent)))
    }

    /// Whether a contact may be the one that was sent: it has the email, or else no other name, and no email either.
    fn is(&self, found: &Contact) -> bool {
        if self.email().is_some() {
            return !self.has_another_email(found);
        }
        let sent = [self.contact.first_name(), self.contact.last_name()];
        let names = sent.map(Nullable::value).into_iter().zip([&found.first_name, &found.last_name]);
        let mut others = names.filter(|(sent, found)| match (sent, found) {
            (Some(sent), Some(found)) => !is_same(sent, found),
            _ => false,
        });
        found.email.is_none() && others.next().is_none()
    }

    /// Takes in what an answer shows of when the request was sent by the server's clock. Its date has no fractions of a second, and
    /// it has come some way, so that the time is never too late: the latest of them is the closest.
    fn learn(&mut self, headers: &HeaderMap) {
        // A contact's date has milliseconds.
        let elapsed = TimeDelta::from_std(self.sent.elapsed() + Duration::from_millis(1)).ok();
        let sent = date(headers).zip(elapsed).and_then(|(date, elapsed)| date.checked_sub_signed(elapsed));
        self.not_before = self.not_before.max(sent);
    }

    /// Whether the request was sent before a contact was added; none if that is not known.
    fn was_sent_before(&self, found: &Contact) -> Option<bool> {
        Some(found.date_added? >= self.not_before?)
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Whether a look-up that failed with this error may succeed a little later.
fn may_pass(error: &Error) -> bool {
    matches!(error, Error::NotConnected(_) | Error::RateLimited(_)) || error.carried_out() == CarriedOut::Unknown
}
