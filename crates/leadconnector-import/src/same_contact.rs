//! Which lines may be for the same contact. An upsert finds it by the email or the phone, so two of them must not be sent at one
//! time, which could make two contacts, nor in another order than that of the file.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use leadconnector::NewContact;
use leadconnector::contact::ContactKey;
use tokio::sync::watch;

/// A phone is known by so many digits at its end: before them there may be a code of a country, or none.
const LAST_DIGITS: usize = 7;

/// So many last lines are kept before those that have ended are taken away: more than there are lines under way.
const KEPT: usize = 1_000;

/// What two lines for the same contact have in common. Two that have it need not be for the same contact.
#[derive(PartialEq, Eq, Hash)]
enum Mark {
    Email(String),
    Phone(String),
}

fn marks(contact: &NewContact) -> impl Iterator<Item = Mark> {
    contact.keys().into_iter().filter_map(|key| match key {
        ContactKey::Email(email) => Some(Mark::Email(email.as_str().to_lowercase())),
        ContactKey::Phone(phone) => {
            let digits: Vec<_> = phone.as_str().chars().filter(char::is_ascii_digit).collect();
            let last = digits.iter().skip(digits.len().saturating_sub(LAST_DIGITS));
            Some(Mark::Phone(last.collect()))
        }
        _ => None,
    })
}

/// The marks that were met, in groups: those of one line are of one contact, and so are those of another line that has one of them.
#[derive(Default)]
pub(crate) struct Groups {
    hasher: RandomState,
    /// Of each mark, by its hash, another one of its group; of one mark in each group, itself: the root.
    parents: HashMap<u64, u64>,
}

impl Groups {
    /// Makes one group of those of a contact: the roots that they had, and the one that they have now. None if it has no mark.
    fn join(&mut self, contact: &NewContact) -> Option<(Vec<u64>, u64)> {
        let marks: Vec<_> = marks(contact).map(|mark| self.hasher.hash_one(mark)).collect();
        let roots: Vec<_> = marks.into_iter().map(|mark| self.root(mark)).collect();
        let root = *roots.first()?;
        self.parents.extend(roots.iter().map(|joined| (*joined, root)));
        Some((roots, root))
    }

    fn root(&mut self, mut mark: u64) -> u64 {
        loop {
            let parent = *self.parents.entry(mark).or_insert(mark);
            if parent == mark {
                return mark;
            }
            // The way is shorter the next time.
            let next = *self.parents.entry(parent).or_insert(parent);
            self.parents.insert(mark, next);
            mark = next;
        }
    }
}

/// The groups of lines that are met in the order of the file, and in which of them something is to be sent.
#[derive(Default)]
pub(crate) struct ToDo {
    groups: Groups,
    /// By their roots.
    to_do: HashSet<u64>,
}

impl ToDo {
    /// Takes in a line, which is to be sent or not; true if one before it is to be sent that may be for the same contact.
    pub(crate) fn is_behind(&mut self, contact: &NewContact, is_to_do: bool) -> bool {
        let Some((roots, root)) = self.groups.join(contact) else { return false };
        let mut is_behind = false;
        for root in roots {
            is_behind |= self.to_do.remove(&root);
        }
        if is_behind || is_to_do {
            self.to_do.insert(root);
        }
        is_behind
    }

    pub(crate) fn into_groups(self) -> Groups {
        self.groups
    }
}

/// The turns of lines: one comes when those before it that may be for the same contact have ended.
pub(crate) struct Turns {
    groups: Groups,
    /// The last line of each group, by the root; closed when it has ended.
    last: HashMap<u64, watch::Receiver<()>>,
}

/// The turn of a line, which ends when it is dropped.
pub(crate) struct Turn {
    before: Vec<watch::Receiver<()>>,
    _ends: watch::Sender<()>,
}

impl Turns {
    /// Turns of lines among these groups.
    pub(crate) fn new(groups: Groups) -> Self {
        Self { groups, last: HashMap::new() }
    }

    /// The turn of the next line.
    pub(crate) fn next(&mut self, contact: &NewContact) -> Turn {
        if self.last.len() >= KEPT {
            self.last.retain(|_, last| last.has_changed().is_ok());
        }
        let (ends, ended) = watch::channel(());
        let mut before = Vec::new();
        if let Some((roots, root)) = self.groups.join(contact) {
            before.extend(roots.iter().filter_map(|root| self.last.remove(root)));
            self.last.insert(root, ended);
        }
        Turn { before, _ends: ends }
    }
}

impl Turn {
    /// Waits until it comes.
    pub(crate) async fn comes(&mut self) {
        for before in &mut self.before {
            // Nothing is ever sent: what comes is the end.
            let _ = before.changed().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use leadconnector::{Email, Phone};

    use super::*;

    fn contact(email: &str, phone: &str) -> NewContact {
        let email = (!email.is_empty()).then(|| Email::new(email).unwrap());
        let phone = (!phone.is_empty()).then(|| Phone::new(phone).unwrap());
        NewContact::builder().email(email).phone(phone).build()
    }

    #[test]
    fn who_may_be_the_same() {
        for (one, other, may_be) in [
            (("a@b.co", ""), ("A@B.co", ""), true),
            (("a@b.co", ""), ("c@b.co", ""), false),
            (("", "+1 512-555-0123"), ("", "(512) 555.0123"), true),
            (("", "+49 (0)30 1234567"), ("", "030 1234567"), true),
            (("", "+1 512 555 0123"), ("", "+1 512 555 0124"), false),
            (("", "1234"), ("", "1234"), true),
            (("a@b.co", "+15125550123"), ("c@b.co", "+15125550123"), true),
            (("a@b.co", "+15125550123"), ("a@b.co", ""), true),
            (("a@b.co", ""), ("", "+15125550123"), false),
            (("", ""), ("", ""), false),
        ] {
            let mut to_do = ToDo::default();
            assert!(!to_do.is_behind(&contact(one.0, one.1), true));
            assert_eq!(to_do.is_behind(&contact(other.0, other.1), false), may_be, "{one:?} and {other:?}");
            let mut turns = Turns::new(Groups::default());
            let _first = turns.next(&contact(one.0, one.1));
            let waits = turns.next(&contact(other.0, other.1)).comes().now_or_never().is_none();
            assert_eq!(waits, may_be, "{one:?} and {other:?}");
        }
    }

    const EMAIL: (&str, &str) = ("a@b.co", "");
    const PHONE: (&str, &str) = ("", "+15125550123");
    const BOTH: (&str, &str) = ("a@b.co", "+15125550123");

    /// Each waits for all before it, also by way of another, which may have ended.
    #[test]
    fn turns_come_in_order() {
        let lines = [EMAIL, PHONE, BOTH, PHONE, EMAIL];
        let mut turns = Turns::new(Groups::default());
        let [first, second, mut third, mut fourth, mut fifth] =
            lines.map(|(email, phone)| turns.next(&contact(email, phone)));
        drop(second);
        assert!(third.comes().now_or_never().is_none());
        drop(first);
        assert!(third.comes().now_or_never().is_some());
        assert!(fourth.comes().now_or_never().is_none());
        drop(third);
        assert!(fourth.comes().now_or_never().is_some());
        assert!(fifth.comes().now_or_never().is_none());
        drop(fourth);
        assert!(fifth.comes().now_or_never().is_some());
    }

    /// One that is done says that two marks are of one contact, and what is behind one that is to be sent is sent, too.
    #[test]
    fn what_is_behind_what_is_to_be_sent() {
        for (lines, behind) in [
            ([(EMAIL, false), (BOTH, true), (EMAIL, false), (PHONE, false)], [false, false, true, true]),
            ([(BOTH, false), (EMAIL, true), (PHONE, false), (EMAIL, false)], [false, false, true, true]),
            ([(EMAIL, true), (PHONE, false), (BOTH, false), (PHONE, false)], [false, false, true, true]),
            ([(EMAIL, true), (EMAIL, true), (PHONE, false), (PHONE, true)], [false, true, false, false]),
        ] {
            let mut to_do = ToDo::default();
            let found = lines.map(|((email, phone), is_to_do)| to_do.is_behind(&contact(email, phone), is_to_do));
            assert_eq!(found, behind, "{lines:?}");
        }
        // The turns know of it, too.
        let mut to_do = ToDo::default();
        to_do.is_behind(&contact(BOTH.0, BOTH.1), false);
        let mut turns = Turns::new(to_do.into_groups());
        let _email = turns.next(&contact(EMAIL.0, EMAIL.1));
        assert!(turns.next(&contact(PHONE.0, PHONE.1)).comes().now_or_never().is_none());
    }

    /// What is kept does not grow with the file, and those under way are kept.
    #[test]
    fn ended_turns_are_forgotten() {
        let mut turns = Turns::new(Groups::default());
        let _under_way = turns.next(&contact("a@b.co", ""));
        for number in 0..5 * KEPT {
            turns.next(&contact(&format!("{number}@b.co"), ""));
        }
        assert!(turns.last.len() <= KEPT, "{}", turns.last.len());
        assert!(turns.next(&contact("a@b.co", "")).comes().now_or_never().is_none());
    }
}
