//! What is done with the lines: they are created, or upserted.

use leadconnector::NewContact;

use crate::journal::{Done, State};

/// What is done with the lines.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Create,
    Upsert,
}

impl Way {
    /// As it is written in the journal.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Upsert => "upsert",
        }
    }

    /// What became of a line, in words.
    pub(crate) fn past(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Upsert => "upserted",
        }
    }

    /// Why a line in this state cannot be sent; none if it can, or need not be.
    pub(crate) fn refusal(self, contact: &NewContact, state: State) -> Option<&'static str> {
        (self == Self::Upsert && contact.keys().is_empty() && !self.is_done(state)).then_some(
            "it has neither email nor phone, and would be there twice if it were sent twice: \
             import such lines by themselves, without --upsert",
        )
    }

    /// Whether nothing is left to do for a line.
    pub(crate) fn is_done(self, state: State) -> bool {
        match state {
            State::New | State::Begun(_) | State::Again(_) => false,
            // Nothing of the line was written to the contact that was there.
            State::Done(Done::Duplicate) => self == Self::Create,
            State::Done(_) => true,
        }
    }
}
