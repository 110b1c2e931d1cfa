//! What was done, in a file: where the contacts go, then an intent before a line is sent, and an outcome after.
//!
//! Each entry is one line of JSON, written at once at the end of the file. A kill can leave an entry half-written only as the
//! last one, and that one is taken away when the journal is opened again. A line of the file is known by what is in it, so that
//! others can be mended, added or taken away between two runs; its number is only for those who read the journal.
//!
//! The intent of an upsert is `upsert`, and what comes of one is `updated`, `upserted` or `again` besides. A journal of creations
//! has none of these, so that it is as it was before there were upserts. It may be gone on with by upserts, and is one of upserts
//! from then on: to create whom an upsert has found could make a second contact.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fs::{File, OpenOptions};
use std::hash::BuildHasher;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::lock;
use crate::table::{Key, Line};
use crate::way::Way;

/// No entry is longer, in bytes; what is may have no end.
const LONGEST_ENTRY: u64 = 1024 * 1024;

/// The journal; clones write to the same file.
#[derive(Clone)]
pub(crate) struct Journal(Arc<Mutex<Inner>>);

struct Inner {
    /// The path, for errors.
    path: String,
    /// What is done with the lines.
    way: Way,
    file: File,
    /// Of the entries that are whole, in bytes.
    length: u64,
    lines: HashMap<Key, State>,
    /// The line that became a contact, or found one, with its number then, by a hash of its id.
    contacts: HashMap<u64, (Key, u64)>,
    hasher: RandomState,
}

/// What the journal says of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing, or that it failed and nothing was done.
    New,
    /// That it was sent, or was about to be, and that it may have been created or upserted.
    Begun(Times),
    /// That its contact is there, and that it is to be upserted once more.
    Again(Done),
    Done(Done),
}

/// How a line was done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    Created,
    /// The contact was there already, and has what is in the line now.
    Updated,
    /// One of the two.
    Upserted,
    /// The contact was there already, and nothing was changed.
    Duplicate,
}

impl Done {
    /// As it is written.
    fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Upserted => "upserted",
            Self::Duplicate => "duplicate",
        }
    }

    /// What is written like this; none if it is something else.
    fn read(word: &str) -> Option<Self> {
        [Self::Created, Self::Updated, Self::Upserted, Self::Duplicate].into_iter().find(|done| done.word() == word)
    }
}

/// When a line was sent, in milliseconds of Unix.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    /// For the last time.
    pub(crate) at: i64,
    /// For the first time of which it is unknown what came of it.
    pub(crate) since: i64,
}

/// What became of a line.
pub(crate) enum Outcome {
    /// With the id of the contact.
    Done(Done, String),
    Failed(String),
    Unknown(String),
    /// The contact is there, and something of the line is missing.
    Again(Done, String),
    /// Nothing was done, because nothing could succeed.
    Left,
}

/// A line that was sent, or may have been.
#[derive(Clone, Copy)]
pub(crate) struct Sent {
    pub(crate) line: Line,
    pub(crate) times: Times,
    /// What the journal said of it before.
    pub(crate) before: State,
}

impl Journal {
    /// Opens the journal of an import to this destination, or begins it. Nothing in the file is changed before its first line
    /// has said that it is a journal.
    pub(crate) fn open(path: &Path, destination: &str, way: Way) -> Result<Self, String> {
        let failed = |what: &str, error: io::Error| format!("cannot {what} the journal {}: {error}", path.display());
        // Reading something else may have no end, or take it away from who needs it.
        if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return Err(format!("{} is no file that can be a journal: name another with --journal", path.display()));
        }
        let mut options = OpenOptions::new();
        let opened = lock::open(options.read(true).append(true).create(true), path);
        let file = opened.map_err(|error| failed("open", error))?.ok_or_else(|| {
            format!("another import is writing to the journal {}: wait until it ends", path.display())
        })?;
        let mut inner = Inner {
            path: path.display().to_string(),
            way,
            file,
            length: 0,
            lines: HashMap::new(),
            contacts: HashMap::new(),
            hasher: RandomState::new(),
        };
        inner.read(destination)?;
        Ok(Self(Arc::new(Mutex::new(inner))))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> String {
        self.lock().path.clone()
    }

    /// What is done with the lines.
    pub(crate) fn way(&self) -> Way {
        self.lock().way
    }

    pub(crate) fn state(&self, line: &Line) -> State {
        self.lock().lines.get(&line.key).copied().unwrap_or(State::New)
    }

    /// The number of another line that has become, or has found, the contact with this id.
    pub(crate) fn other_line_of(&self, id: &str, line: &Line) -> Option<u64> {
        let inner = self.lock();
        let (key, number) = inner.contacts.get(&inner.hasher.hash_one(id))?;
        (*key != line.key).then_some(*number)
    }

    /// Writes that a line is about to be sent: for the first time, or once more.
    pub(crate) fn intent(&self, line: Line) -> Result<Sent, String> {
        let before = self.state(&line);
        let at = Utc::now().timestamp_millis();
        let times = Times { at, since: if let State::Begun(times) = before { times.since } else { at } };
        let mut inner = self.lock();
        let intent = inner.way.word();
        let entry = json!({"intent": intent, "at": written(times.at), "since": written(times.since)});
        inner.write(&line, entry, State::Begun(times))?;
        Ok(Sent { line, times, before })
    }

    /// Writes what became of a line.
    pub(crate) fn outcome(&self, sent: &Sent, outcome: &Outcome) -> Result<(), String> {
        let line = &sent.line;
        let (entry, state) = match outcome {
            Outcome::Done(done, id) => (json!({"outcome": done.word(), "contactId": id}), State::Done(*done)),
            Outcome::Failed(error) => (json!({"outcome": "failed", "error": error}), State::New),
            Outcome::Unknown(error) => {
                let Times { at, since } = sent.times;
                let entry = json!({"outcome": "unknown", "error": error, "at": written(at), "since": written(since)});
                (entry, State::Begun(sent.times))
            }
            Outcome::Again(done, error) => {
                (json!({"outcome": "again", "was": done.word(), "error": error}), State::Again(*done))
            }
            Outcome::Left => (json!({"outcome": "left"}), State::New),
        };
        let mut inner = self.lock();
        inner.write(line, entry, state)?;
        if let Outcome::Done(_, id) = outcome {
            let id = inner.hasher.hash_one(id.as_str());
            inner.contacts.insert(id, (line.key, line.number));
        }
        Ok(())
    }

    /// Writes that a line whose contact is there is to be upserted once more.
    pub(crate) fn again(&self, line: &Line, done: Done) -> Result<(), String> {
        self.lock().write(line, json!({"outcome": "again", "was": done.word()}), State::Again(done))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A time as it is written.
fn written(milliseconds: i64) -> String {
    DateTime::from_timestamp_millis(milliseconds).unwrap_or_default().to_rfc3339()
}

impl Inner {
    /// Reads the file, begins it if it is empty, and takes away an entry at its end that is not whole.
    fn read(&mut self, destination: &str) -> Result<(), String> {
        let first = format!("{}\n", json!({"destination": destination}));
        let mut reader = BufReader::new(self.file.try_clone().map_err(|error| self.failed("read", &error))?);
        let (mut bytes, mut number, mut length) = (Vec::new(), 0_u64, 0_u64);
        let (mut is_ours, mut rest) = (false, 0);
        loop {
            bytes.clear();
            number += 1;
            match reader.by_ref().take(LONGEST_ENTRY).read_until(b'\n', &mut bytes) {
                Ok(0) => break,
                Ok(length) if length as u64 == LONGEST_ENTRY => return Err(self.no_journal(number)),
                Ok(_) => {}
                Err(error) => return Err(self.failed("read", &error)),
            }
            if bytes.last() != Some(&b'\n') {
                rest = bytes.len();
                break;
            }
            self.entry(&bytes, number, destination)?;
            is_ours = true;
            length += bytes.len() as u64;
        }
        // Before the first entry is whole, the file is empty, or has the beginning of what would be written.
        if !is_ours && rest > 0 && !first.as_bytes().starts_with(&bytes) {
            return Err(self.no_journal(1));
        }
        self.length = length;
        if rest > 0 {
            self.file.set_len(length).map_err(|error| self.failed("write", &error))?;
        }
        if is_ours { Ok(()) } else { self.append(&first) }
    }

    /// Takes in an entry. The first one says where the contacts go.
    fn entry(&mut self, bytes: &[u8], number: u64, destination: &str) -> Result<(), String> {
        let entry: Value = serde_json::from_slice(bytes).map_err(|_| self.no_journal(number))?;
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        if number == 1 {
            return match text("destination") {
                None => Err(self.no_journal(number)),
                Some(other) if other != destination => Err(format!(
                    "the journal {} is of an import to {other}, and this one goes to {destination}: \
                     name another with --journal",
                    self.path
                )),
                Some(_) => Ok(()),
            };
        }
        let is_of_upserts = text("intent") == Some(Way::Upsert.word()) || text("outcome") == Some("again");
        if is_of_upserts && self.way == Way::Create {
            let path = &self.path;
            return Err(format!(
                "the journal {path} is of upserts: start again with --upsert, or name another with --journal"
            ));
        }
        let key = text("key").and_then(Key::read).ok_or_else(|| self.no_journal(number))?;
        // What was begun at an unknown time may have been begun just now.
        let time = |name| Some(DateTime::parse_from_rfc3339(text(name)?).ok()?.timestamp_millis());
        let at = time("at").unwrap_or_else(|| Utc::now().timestamp_millis());
        let begun = State::Begun(Times { at, since: time("since").unwrap_or(at) });
        let state = match (text("intent"), text("outcome")) {
            (Some(_), _) | (None, Some("unknown")) => begun,
            (None, Some("failed" | "left")) => State::New,
            (None, Some("again")) => {
                State::Again(text("was").and_then(Done::read).ok_or_else(|| self.no_journal(number))?)
            }
            (None, Some(word)) => State::Done(Done::read(word).ok_or_else(|| self.no_journal(number))?),
            (None, None) => return Err(self.no_journal(number)),
        };
        if let (Some(id), Some(line)) = (text("contactId"), entry.get("line").and_then(Value::as_u64)) {
            self.contacts.insert(self.hasher.hash_one(id), (key, line));
        }
        self.lines.insert(key, state);
        Ok(())
    }

    /// Writes an entry of a line, which has this state from then on.
    fn write(&mut self, line: &Line, mut entry: Value, state: State) -> Result<(), String> {
        if let Some(members) = entry.as_object_mut() {
            members.insert("line".to_owned(), line.number.into());
            members.insert("key".to_owned(), line.key.to_string().into());
        }
        self.append(&format!("{entry}\n"))?;
        self.lines.insert(line.key, state);
        Ok(())
    }

    /// Writes an entry; what cannot be written whole is taken away, so that the next one does not join it.
    fn append(&mut self, entry: &str) -> Result<(), String> {
        if let Err(error) = self.file.write_all(entry.as_bytes()) {
            let _ = self.file.set_len(self.length);
            return Err(self.failed("write", &error));
        }
        self.length += entry.len() as u64;
        Ok(())
    }

    fn failed(&self, what: &str, error: &io::Error) -> String {
        format!("cannot {what} the journal {}: {error}", self.path)
    }

    fn no_journal(&self, number: u64) -> String {
        let path = &self.path;
        format!("{path} is no journal of an import, as its line {number} shows: name another with --journal")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// What is said of a line is what the last whole entry says, wherever the file was cut off; and what is written then is whole.
    #[test]
    fn a_journal_that_is_cut_at_every_byte() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let open = |way| Journal::open(&path, "a t\u{e9}st", way);
        let line = |number: u64| Line { number, key: Key::read(&format!("{number:024x}-1")).unwrap() };
        let lines = [line(2), line(3), line(4)];
        let journal = open(Way::Upsert).unwrap();
        // What each entry says of its line, in the order of the entries.
        let mut said = Vec::new();
        let mut write = |line: Line, outcomes: &[Outcome]| {
            let sent = journal.intent(line).unwrap();
            said.push((line, journal.state(&line)));
            for outcome in outcomes {
                journal.outcome(&sent, outcome).unwrap();
                said.push((line, journal.state(&line)));
            }
        };
        let done = || Outcome::Done(Done::Created, "an id".to_owned());
        write(lines[0], &[Outcome::Failed("n\u{f6}".to_owned())]);
        write(lines[1], &[Outcome::Unknown("why".to_owned())]);
        write(lines[0], &[Outcome::Left]);
        write(lines[1], &[Outcome::Again(Done::Updated, "tags".to_owned()), done()]);
        write(lines[2], &[]);
        write(lines[0], &[done()]);
        drop(journal);

        let whole = fs::read(&path).unwrap();
        for cut in 0..=whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let journal = open(Way::Upsert).unwrap();
            let entries = whole[..cut].iter().filter(|byte| **byte == b'\n').count().saturating_sub(1);
            let state = |line: &Line| {
                let of_line = said[..entries].iter().rev().find(|(said, _)| said.key == line.key);
                of_line.map_or(State::New, |(_, state)| *state)
            };
            assert!(lines.iter().all(|line| journal.state(line) == state(line)), "cut at {cut}");
            // One more, behind what was whole.
            journal.intent(line(5)).unwrap();
            drop(journal);
            let journal = open(Way::Upsert).unwrap();
            assert!(lines.iter().all(|line| journal.state(line) == state(line)), "cut at {cut}");
            assert!(matches!(journal.state(&line(5)), State::Begun(_)), "cut at {cut}");
        }
    }
}
