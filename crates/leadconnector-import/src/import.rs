//! The import: sends the lines, and settles those of which it is unknown what became of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::Utc;
use csv::ByteRecord;
use futures_util::{Stream, StreamExt, stream};
use leadconnector::answer::NotTaken;
use leadconnector::{Answer, Contacts, Error};

use crate::AnyError;
use crate::begun::{Begun, Finding};
use crate::journal::{Done, Journal, Outcome, Sent, State};
use crate::outcomes::{is_hopeless, is_unknown, of_creation, of_upsert};
use crate::plan::Plan;
use crate::refused::Refused;
use crate::report::{Counts, Named, Progress, say};
use crate::same_contact::Groups;
use crate::table::{Row, Table};
use crate::upserts::upserts;
use crate::way::Way;

/// So many unknown outcomes one after the other mean that nothing succeeds: more than there are lines under way.
const UNKNOWN_IN_A_ROW: u32 = 50;

/// The same of look-ups that fail, each after several attempts.
const FAILED_LOOK_UPS: u32 = 5;

/// Imports the good lines of a table; false if not all of them ended well.
pub(crate) async fn run(
    contacts: &Contacts,
    table: &Table,
    plan: Plan<'_>,
    refused: Option<Refused>,
    send_again: bool,
    wait: Duration,
) -> Result<bool, AnyError> {
    let Plan { journal, tally: before, to_do } = plan;
    let (way, total, done) = (journal.way(), before.total(), before.done());
    if done + before.begun > 0 {
        say(&format!("going on: {done} of {total} lines are done, {} were begun", before.begun));
    }
    let mut import = Import {
        contacts,
        journal,
        tally: before,
        groups: to_do.into_groups(),
        progress: Progress::new(total, done),
        refused,
        is_report_whole: true,
        failed: Named::default(),
        unknown: Named::default(),
        unknown_in_a_row: 0,
        failed_look_ups: 0,
        is_stopped: false,
    };
    let (new, begun) = lines_to_do(table, journal)?;
    import.send(new).await?;
    let begun = std::mem::take(&mut *lock(&begun));
    let not_found = import.settle(begun, wait, send_again).await?;
    import.send(not_found.into_iter().map(|begun| Ok(begun.row))).await?;
    import.progress.finish();
    let mut after = Tally::default();
    for row in table.rows()? {
        let row = row?;
        let state = journal.state(&row.line);
        if way.refusal(&row.contact, state).is_none() {
            after.add(state, way);
        }
    }
    let Import { failed, unknown, refused, is_report_whole, .. } = import;
    // Also those that were begun before, and not met before the import stopped.
    let unknown = unknown.of(after.begun);
    let unknown_title = match way {
        Way::Create => "unknown",
        Way::Upsert => "unknown, and sent again next time",
    };
    // What failed can be sent again, as what was never sent.
    let left = after.to_do.saturating_sub(failed.count());
    let counts = Counts { done: after.done_words(way), failed, unknown, unknown_title, left };
    let are_well = counts.say(&journal.path());
    refused.inspect(Refused::say);
    Ok(are_well && is_report_whole)
}

/// What the journal says of the good lines of a table.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    to_do: u64,
    begun: u64,
    created: u64,
    updated: u64,
    /// One of the two.
    upserted: u64,
    duplicates: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, state: State, way: Way) {
        match state {
            State::Done(done) if way.is_done(state) => self.add_done(done),
            State::New | State::Again(_) | State::Done(_) => self.to_do += 1,
            State::Begun(_) => self.begun += 1,
        }
    }

    fn add_done(&mut self, done: Done) {
        *match done {
            Done::Created => &mut self.created,
            Done::Updated => &mut self.updated,
            Done::Upserted => &mut self.upserted,
            Done::Duplicate => &mut self.duplicates,
        } += 1;
    }

    fn done(&self) -> u64 {
        self.created + self.updated + self.upserted + self.duplicates
    }

    fn total(&self) -> u64 {
        self.to_do + self.begun + self.done()
    }

    /// How those that are done were done.
    fn done_words(&self, way: Way) -> String {
        let Self { created, updated, upserted, duplicates, .. } = self;
        match way {
            Way::Create => format!("{created} created, {duplicates} there already"),
            Way::Upsert if *upserted == 0 => format!("{created} created, {updated} updated"),
            Way::Upsert => format!("{created} created, {updated} updated, {upserted} created or updated"),
        }
    }
}

/// The lines that are to be sent; and those that are to be looked up first, as far as they were met on the way. Upserts are sent in
/// the order of the file, those that were begun before among the others.
#[expect(clippy::type_complexity, reason = "an iterator that is used once")]
fn lines_to_do(
    table: &Table,
    journal: &Journal,
) -> Result<(impl Iterator<Item = Result<Row, String>> + Send + 'static, Arc<Mutex<Vec<Begun>>>), String> {
    let begun = Arc::new(Mutex::new(Vec::new()));
    let (met, journal, way) = (Arc::clone(&begun), journal.clone(), journal.way());
    let new = table.rows()?.filter_map(move |row| {
        let Ok(row) = row else { return Some(row) };
        match journal.state(&row.line) {
            state if way.is_done(state) || way.refusal(&row.contact, state).is_some() => None,
            State::Begun(times) if way == Way::Create => {
                lock(&met).push(Begun::new(row, times));
                None
            }
            _ => Some(Ok(row)),
        }
    });
    Ok((new, begun))
}

struct Import<'a> {
    contacts: &'a Contacts,
    journal: &'a Journal,
    /// With what was done since.
    tally: Tally,
    /// Which lines may be for the same contact.
    groups: Groups,
    progress: Progress,
    /// Where the lines are written that are refused.
    refused: Option<Refused>,
    is_report_whole: bool,
    failed: Named,
    unknown: Named,
    unknown_in_a_row: u32,
    failed_look_ups: u32,
    /// Whether something has shown that nothing can succeed.
    is_stopped: bool,
}

/// What a list that is sent shares with who waits for its results.
#[derive(Default)]
struct Sending {
    /// Whether no more lines are to be taken.
    is_stopped: bool,
    /// Why a line could not be taken: the file or the journal.
    broken: Option<String>,
}

impl Import<'_> {
    /// Sends lines until one fails in a way in which all would.
    async fn send(&mut self, rows: impl Iterator<Item = Result<Row, String>> + Send + 'static) -> Result<(), AnyError> {
        let sending = Arc::new(Mutex::new(Sending { is_stopped: self.is_stopped, ..Sending::default() }));
        let (shared, journal) = (Arc::clone(&sending), self.journal.clone());
        // The intent of a line is written when its contact is taken from the list, just before it is sent.
        let list = rows.map_while(move |row| {
            let mut sending = lock(&shared);
            if sending.is_stopped {
                return None;
            }
            match row.and_then(|row| Ok(((journal.intent(row.line)?, row.cells), row.contact))) {
                Ok(line) => Some(line),
                Err(error) => {
                    sending.broken = Some(error);
                    None
                }
            }
        });
        match self.journal.way() {
            Way::Create => {
                let results = self.contacts.create_all(stream::iter(list)).answers();
                self.take(results, &sending, of_creation).await?;
            }
            Way::Upsert => {
                let groups = std::mem::take(&mut self.groups);
                self.take(upserts(self.contacts, groups, list), &sending, of_upsert).await?;
            }
        }
        let broken = lock(&sending).broken.take();
        broken.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Takes the results of lines that are sent.
    async fn take<T>(
        &mut self,
        mut results: impl Stream<Item = ((Sent, ByteRecord), Result<Answer<T>, Error>)> + Unpin,
        sending: &Mutex<Sending>,
        outcome: fn(Result<T, Error>, State) -> Outcome,
    ) -> Result<(), AnyError> {
        while let Some(((sent, cells), result)) = results.next().await {
            let mut not_taken = Vec::new();
            match &result {
                Ok(answer) => {
                    self.unknown_in_a_row = 0;
                    not_taken.extend_from_slice(answer.not_taken());
                }
                Err(error) => {
                    self.stop_if_hopeless(error);
                    lock(sending).is_stopped = self.is_stopped;
                }
            }
            let outcome = outcome(result.map(|answer| answer.value), sent.before);
            for not_taken in not_taken {
                // The contact may have been created with it, by a request before this one.
                if not_taken != NotTaken::Gender || matches!(outcome, Outcome::Done(Done::Updated, _)) {
                    self.progress.say(&format!("line {}: the server left out {not_taken}", sent.line.number));
                }
            }
            self.ended(&sent, outcome, Some(&cells))?;
        }
        Ok(())
    }

    /// Looks up the lines that were begun before, until they are old enough, and gives those that are to be sent again.
    async fn settle(
        &mut self,
        mut begun: Vec<Begun>,
        wait: Duration,
        send_again: bool,
    ) -> Result<Vec<Begun>, AnyError> {
        for due in Begun::rounds(&begun, wait) {
            if self.is_stopped || begun.is_empty() {
                break;
            }
            if let Some(left) = (due - Utc::now()).to_std().ok().filter(|left| !left.is_zero()) {
                // The clock may have been set back.
                let left = left.min(wait);
                let seconds = left.as_secs_f64();
                self.progress.say(&format!("{} lines were begun: looking them up in {seconds:.0} s", begun.len()));
                tokio::time::sleep(left).await;
            }
            let mut left = Vec::new();
            for mut line in begun {
                // What is not looked up any more stays as it was.
                if self.is_stopped {
                    left.push(line);
                    continue;
                }
                match line.look_up(self.contacts, self.journal).await {
                    Ok(Finding::Nothing) => {
                        line.found_nothing();
                        self.failed_look_ups = 0;
                        left.push(line);
                    }
                    Ok(Finding::Created(id)) => self.ended(&line.sent(), Outcome::Done(Done::Created, id), None)?,
                    Ok(Finding::ProvesNothing(why)) => self.ended(&line.sent(), Outcome::Unknown(why), None)?,
                    Err(error) => {
                        self.failed_look_ups += 1;
                        if self.failed_look_ups >= FAILED_LOOK_UPS || is_hopeless(&error) {
                            self.stop(&error.to_string());
                        }
                        line.look_up_failed(&error);
                        left.push(line);
                    }
                }
            }
            begun = left;
        }
        let is_sent = |line: &Begun| send_again && !self.is_stopped && line.is_not_there;
        let (again, unknown): (Vec<_>, Vec<_>) = begun.into_iter().partition(is_sent);
        for line in unknown {
            self.ended(&line.sent(), Outcome::Unknown(line.not_found.clone()), None)?;
        }
        Ok(again)
    }

    /// Stops if nothing that is sent after this error can succeed, and says why.
    fn stop_if_hopeless(&mut self, error: &Error) {
        self.unknown_in_a_row = if is_unknown(error) { self.unknown_in_a_row + 1 } else { 0 };
        let too_many_unknown = self.unknown_in_a_row >= UNKNOWN_IN_A_ROW;
        if self.is_stopped || !(too_many_unknown || is_hopeless(error)) {
            return;
        }
        let how_many = if too_many_unknown { format!("{UNKNOWN_IN_A_ROW} times in a row: ") } else { String::new() };
        self.stop(&format!("{how_many}{error}"));
    }

    /// Stops, and says why for the first time.
    fn stop(&mut self, why: &str) {
        if !std::mem::replace(&mut self.is_stopped, true) {
            self.progress.say(&format!("stopped, since nothing can succeed: {why}"));
        }
    }

    /// Takes in what became of a line, which has these cells if it may have been refused.
    fn ended(&mut self, sent: &Sent, outcome: Outcome, cells: Option<&ByteRecord>) -> Result<(), AnyError> {
        // That it was refused now says nothing of the time before.
        let outcome = match (outcome, sent.before) {
            (Outcome::Failed(error), State::Begun(_)) => Outcome::Unknown(error),
            (Outcome::Left, State::Begun(_)) => {
                Outcome::Unknown("it was begun before, and the import stopped".to_owned())
            }
            (Outcome::Failed(error), State::Again(done)) => Outcome::Again(done, error),
            (Outcome::Left, State::Again(done)) => return Ok(self.journal.again(&sent.line, done)?),
            (outcome, _) => outcome,
        };
        self.journal.outcome(sent, &outcome)?;
        let number = sent.line.number;
        match outcome {
            Outcome::Failed(error) => {
                self.report(cells, &error);
                self.failed.add(number, error);
            }
            Outcome::Again(_, error) => self.failed.add(number, error),
            Outcome::Unknown(error) => self.unknown.add(number, error),
            Outcome::Left => return Ok(()),
            Outcome::Done(done, _) => self.tally.add_done(done),
        }
        if self.journal.way() == Way::Upsert {
            self.progress.counts(&self.tally.done_words(Way::Upsert));
        }
        self.progress.one_more();
        Ok(())
    }
}

impl Import<'_> {
    /// Writes a line that was refused to the report. One that cannot be written is said, and does not stop what can be sent.
    fn report(&mut self, cells: Option<&ByteRecord>, why: &str) {
        let Some(refused) = &mut self.refused else { return };
        if let Err(error) = refused.add(cells, why) {
            self.progress.say(&format!("{error}; what is refused from here on is not in it"));
            (self.refused, self.is_report_whole) = (None, false);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
