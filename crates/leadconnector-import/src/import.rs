//! The import: sends the lines, and settles those of which it is unknown what became of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::Utc;
use futures_util::{StreamExt, stream};
use leadconnector::{Contact, Contacts, Created, Error, Validation};

use crate::AnyError;
use crate::begun::{Begun, Finding};
use crate::journal::{Done, Journal, Outcome, Sent, State};
use crate::report::{Counts, Named, Progress, say};
use crate::table::{Row, Table};

/// So many unknown outcomes one after the other mean that nothing succeeds: more than there are lines under way.
const UNKNOWN_IN_A_ROW: u32 = 50;

/// The same of look-ups that fail, each after several attempts.
const FAILED_LOOK_UPS: u32 = 5;

/// Imports the good lines of a table; false if not all of them ended well.
pub(crate) async fn run(
    contacts: &Contacts,
    table: &Table,
    before: Tally,
    journal: &Journal,
    send_again: bool,
    wait: Duration,
) -> Result<bool, AnyError> {
    let (total, done) = (before.total(), before.created + before.duplicates);
    if done + before.begun > 0 {
        say(&format!("going on: {done} of {total} lines are done, {} were begun", before.begun));
    }
    let mut import = Import {
        contacts,
        journal,
        progress: Progress::new(total, done),
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
        after.add(journal.state(&row?.line));
    }
    let Tally { new, begun, created, duplicates } = after;
    let Import { failed, unknown, .. } = import;
    // Also those that were begun before, and not met before the import stopped.
    let unknown = unknown.of(begun);
    // What failed can be sent again, as what was never sent.
    let left = new.saturating_sub(failed.count());
    Ok(Counts { created, duplicates, failed, unknown, left }.say(&journal.path()))
}

/// What the journal says of the good lines of a table.
#[derive(Default)]
pub(crate) struct Tally {
    new: u64,
    begun: u64,
    created: u64,
    duplicates: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, state: State) {
        *match state {
            State::New => &mut self.new,
            State::Begun(_) => &mut self.begun,
            State::Done(Done::Created) => &mut self.created,
            State::Done(Done::Duplicate) => &mut self.duplicates,
        } += 1;
    }

    fn total(&self) -> u64 {
        let Self { new, begun, created, duplicates } = self;
        new + begun + created + duplicates
    }
}

/// The lines that are new; and those that were begun, as far as they were met on the way.
#[expect(clippy::type_complexity, reason = "an iterator that is used once")]
fn lines_to_do(
    table: &Table,
    journal: &Journal,
) -> Result<(impl Iterator<Item = Result<Row, String>> + Send + 'static, Arc<Mutex<Vec<Begun>>>), String> {
    let begun = Arc::new(Mutex::new(Vec::new()));
    let (met, journal) = (Arc::clone(&begun), journal.clone());
    let new = table.rows()?.filter_map(move |row| {
        let Ok(row) = row else { return Some(row) };
        match journal.state(&row.line) {
            State::New => Some(Ok(row)),
            State::Begun(times) => {
                lock(&met).push(Begun::new(row, times));
                None
            }
            State::Done(_) => None,
        }
    });
    Ok((new, begun))
}

struct Import<'a> {
    contacts: &'a Contacts,
    journal: &'a Journal,
    progress: Progress,
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
    /// The lines under way, by their places in the list.
    sent: HashMap<usize, Sent>,
    /// Whether no more lines are to be taken.
    is_stopped: bool,
    /// Why a line could not be taken: the file or the journal.
    broken: Option<String>,
}

impl Import<'_> {
    /// Sends lines until one fails in a way in which all would.
    async fn send(&mut self, rows: impl Iterator<Item = Result<Row, String>> + Send + 'static) -> Result<(), AnyError> {
        let sending = Arc::new(Mutex::new(Sending { is_stopped: self.is_stopped, ..Sending::default() }));
        let (shared, journal, mut place) = (Arc::clone(&sending), self.journal.clone(), 0);
        // The intent of a line is written when its contact is taken from the list, just before it is sent.
        let list = rows.map_while(move |row| {
            let mut sending = lock(&shared);
            if sending.is_stopped {
                return None;
            }
            match row.and_then(|row| Ok((journal.intent(row.line)?, row.contact))) {
                Ok((sent, contact)) => {
                    sending.sent.insert(place, sent);
                    place += 1;
                    Some(contact)
                }
                Err(error) => {
                    sending.broken = Some(error);
                    None
                }
            }
        });
        let mut results = self.contacts.create_all(stream::iter(list)).answers();
        while let Some((place, result)) = results.next().await {
            let Some(sent) = lock(&sending).sent.remove(&place) else { continue };
            match &result {
                Ok(answer) => {
                    self.unknown_in_a_row = 0;
                    for not_taken in answer.not_taken() {
                        self.progress.say(&format!("line {}: the server left out {not_taken}", sent.line.number));
                    }
                }
                Err(error) => {
                    self.stop_if_hopeless(error);
                    lock(&sending).is_stopped = self.is_stopped;
                }
            }
            self.ended(&sent, outcome(result.map(|answer| answer.value)))?;
        }
        let broken = lock(&sending).broken.take();
        broken.map_or(Ok(()), |error| Err(error.into()))
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
                    Ok(Finding::Created(id)) => self.ended(&line.sent(), Outcome::Done(Done::Created, id))?,
                    Ok(Finding::ProvesNothing(why)) => self.ended(&line.sent(), Outcome::Unknown(why))?,
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
            self.ended(&line.sent(), Outcome::Unknown(line.not_found.clone()))?;
        }
        Ok(again)
    }

    /// Stops if nothing that is sent after this error can succeed, and says why.
    fn stop_if_hopeless(&mut self, error: &Error) {
        self.unknown_in_a_row = if error.created() == Created::Unknown { self.unknown_in_a_row + 1 } else { 0 };
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

    fn ended(&mut self, sent: &Sent, outcome: Outcome) -> Result<(), AnyError> {
        // That it was refused now says nothing of the time before.
        let outcome = match (outcome, sent.before) {
            (Outcome::Failed(error), State::Begun(_)) => Outcome::Unknown(error),
            (Outcome::Left, State::Begun(_)) => {
                Outcome::Unknown("it was begun before, and the import stopped".to_owned())
            }
            (outcome, _) => outcome,
        };
        self.journal.outcome(sent, &outcome)?;
        let number = sent.line.number;
        match outcome {
            Outcome::Failed(error) => self.failed.add(number, error),
            Outcome::Unknown(error) => self.unknown.add(number, error),
            Outcome::Left => return Ok(()),
            Outcome::Done(..) => {}
        }
        self.progress.one_more();
        Ok(())
    }
}

/// Whether an error is not about the contact that was sent, so that any other would end in the same way.
fn is_hopeless(error: &Error) -> bool {
    match error {
        Error::Unauthorized(_)
        | Error::Forbidden(_)
        | Error::Blocked(_)
        | Error::Token(_)
        | Error::Pacing(_)
        | Error::NotConnected(_) => true,
        Error::RateLimited(limited) => limited.day_used_up,
        // The path is not known there: the base URL is another server's.
        Error::Rejected(response) => response.status().as_u16() == 404,
        _ => false,
    }
}

fn outcome(result: Result<Contact, Error>) -> Outcome {
    let error = match result {
        Ok(contact) => return Outcome::Done(Done::Created, contact.id.to_string()),
        Err(error) => error,
    };
    match (error.created(), &error) {
        (Created::Yes(id), _) => Outcome::Done(Done::Created, id.to_string()),
        (Created::No, Error::Duplicate(found)) => Outcome::Done(Done::Duplicate, found.contact_id.to_string()),
        (Created::No, _) if is_hopeless(&error) => Outcome::Left,
        (Created::No, Error::Validation(refused)) => Outcome::Failed(format!("{error}: {}", messages(refused))),
        (Created::No, _) => Outcome::Failed(error.to_string()),
        (Created::Unknown, Error::Unreconciled(unknown)) => {
            let id = &unknown.found.id;
            Outcome::Unknown(format!(
                "{}; its email or phone finds a contact that may be another one: {id}",
                unknown.error
            ))
        }
        (Created::Unknown, _) => Outcome::Unknown(error.to_string()),
    }
}

/// What the server says of the values, as far as it fits in a line.
fn messages(refused: &Validation) -> String {
    let messages: Vec<_> = refused.messages.iter().map(|message| message.text()).collect();
    messages.join("; ").chars().filter(|c| !c.is_control()).take(300).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
