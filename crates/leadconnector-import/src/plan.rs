//! What is to be done, before anything is sent.

use crate::import::Tally;
use crate::journal::{Journal, State};
use crate::same_contact::ToDo;
use crate::table::Row;
use crate::way::Way;

/// What the journal says of the lines of a table, which are taken in one after the other.
pub(crate) struct Plan<'a> {
    pub(crate) journal: &'a Journal,
    /// How many lines are in which state.
    pub(crate) tally: Tally,
    /// Those that are to be upserted.
    pub(crate) to_do: ToDo,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(journal: &'a Journal) -> Self {
        Self { journal, tally: Tally::default(), to_do: ToDo::default() }
    }

    /// Takes in a line; says why it cannot be sent.
    ///
    /// Of two lines for the same contact, the later one counts. So one that is done is upserted again behind one that is not. That is
    /// written down before anything is sent: a kill between the two would leave the earlier one's values otherwise.
    pub(crate) fn add(&mut self, row: &Row) -> Result<Option<&'static str>, String> {
        let way = self.journal.way();
        let mut state = self.journal.state(&row.line);
        if let Some(refusal) = way.refusal(&row.contact, state) {
            return Ok(Some(refusal));
        }
        if way == Way::Upsert {
            let is_done = way.is_done(state);
            let is_behind = self.to_do.is_behind(&row.contact, !is_done);
            if let State::Done(done) = state
                && is_done
                && is_behind
            {
                self.journal.again(&row.line, done)?;
                state = State::Again(done);
            }
        }
        self.tally.add(state, way);
        Ok(None)
    }
}
