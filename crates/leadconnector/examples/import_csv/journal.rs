//! What was done, in a file: where the contacts go, then an intent before a line is sent, and an outcome after.
//!
//! Each entry is one line of JSON, written at once at the end of the file. A kill can leave an entry half-written only as the
//! last one, and that one is taken away when the journal is opened again. A line of the file is known by what is in it, so that
//! others can be mended, added or taken away between two runs; its number is only for those who read the journal.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::row::{Line, Row};

/// The journal; clones write to the same file.
#[derive(Clone)]
pub(crate) struct Journal(Arc<Mutex<Inner>>);

struct Inner {
    file: File,
    /// Of the entries that are whole, in bytes.
    length: u64,
    /// By what is in the line: its outcome, or null while it has only an intent.
    entries: BTreeMap<String, Value>,
}

/// What the journal says of a line.
pub(crate) enum State {
    /// Nothing, or that it failed and nothing was created.
    New,
    /// That it was being sent.
    Begun,
    /// That it was sent, and may have been created.
    Unknown,
    /// What became of it.
    Done,
}

/// What became of a line.
pub(crate) struct Outcome(Value);

impl Outcome {
    pub(crate) fn created(id: &str) -> Self {
        Self(json!({"outcome": "created", "contactId": id}))
    }

    pub(crate) fn duplicate(id: &str) -> Self {
        Self(json!({"outcome": "duplicate", "contactId": id}))
    }

    pub(crate) fn failed(error: &str) -> Self {
        Self(json!({"outcome": "failed", "error": error}))
    }

    pub(crate) fn unknown(error: &str) -> Self {
        Self(json!({"outcome": "unknown", "error": error}))
    }
}

/// How many lines ended in which way.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) created: usize,
    pub(crate) duplicates: usize,
    pub(crate) failed: Vec<(u64, String)>,
    pub(crate) unknown: Vec<(u64, String)>,
}

impl Journal {
    /// Opens the journal of an import to this destination, or begins it.
    // The example is built with the toolchain of the workspace.
    #[expect(clippy::incompatible_msrv, reason = "an example is not built by those who depend on the crate")]
    pub(crate) fn open(path: &Path, destination: &str) -> Result<Self, String> {
        let failed = |what: &str, error: io::Error| format!("cannot {what} the journal {}: {error}", path.display());
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).append(true).create(true).open(path).map_err(|error| failed("open", error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(format!("another import is writing to the journal {}: wait until it ends", path.display()));
            }
            Err(TryLockError::Error(error)) => return Err(failed("lock", error)),
        }
        let (destinations, entries, length) = read(&mut file).map_err(|error| failed("read", error))?;
        if let Some(other) = destinations.iter().find(|other| *other != destination) {
            return Err(format!(
                "the journal {} is of an import to {other}, and this one goes to {destination}: name another with --journal",
                path.display()
            ));
        }
        let journal = Self(Arc::new(Mutex::new(Inner { file, length, entries })));
        if destinations.is_empty() {
            journal.lock().append(&json!({"destination": destination})).map_err(|error| failed("write", error))?;
        }
        Ok(journal)
    }

    pub(crate) fn state(&self, row: &Row) -> State {
        match self.lock().entries.get(&row.line.key) {
            None => State::New,
            Some(Value::Null) => State::Begun,
            Some(entry) => match entry.get("outcome").and_then(Value::as_str) {
                Some("failed") => State::New,
                Some("unknown") => State::Unknown,
                _ => State::Done,
            },
        }
    }

    /// The number of another line that has become, or is, the contact with this id.
    pub(crate) fn other_line_of(&self, id: &str, row: &Row) -> Option<u64> {
        let inner = self.lock();
        let is_it = |entry: &Value| entry.get("contactId").is_some_and(|other| other == id);
        let (_, entry) = inner.entries.iter().find(|(key, entry)| **key != row.line.key && is_it(entry))?;
        entry.get("line").and_then(Value::as_u64)
    }

    /// Writes that a line is about to be sent.
    pub(crate) fn intent(&self, line: &Line) -> io::Result<()> {
        self.write(line, json!({"intent": "create"}), true)
    }

    /// Writes what became of a line.
    pub(crate) fn outcome(&self, line: &Line, outcome: &Outcome) -> io::Result<()> {
        self.write(line, outcome.0.clone(), false)
    }

    /// How the lines ended.
    pub(crate) fn counts(&self, lines: &[Line]) -> Counts {
        let (mut counts, inner) = (Counts::default(), self.lock());
        for line in lines {
            let entry = inner.entries.get(&line.key).unwrap_or(&Value::Null);
            let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            match text("outcome").as_str() {
                "created" => counts.created += 1,
                "duplicate" => counts.duplicates += 1,
                "failed" => counts.failed.push((line.number, text("error"))),
                _ => counts.unknown.push((line.number, text("error"))),
            }
        }
        counts
    }

    fn write(&self, line: &Line, mut entry: Value, is_intent: bool) -> io::Result<()> {
        if let Some(members) = entry.as_object_mut() {
            members.insert("line".to_owned(), line.number.into());
            members.insert("key".to_owned(), line.key.clone().into());
        }
        let mut inner = self.lock();
        inner.append(&entry)?;
        inner.entries.insert(line.key.clone(), if is_intent { Value::Null } else { entry });
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Writes an entry; what cannot be written whole is taken away, so that the next one does not join it.
    fn append(&mut self, entry: &Value) -> io::Result<()> {
        let text = format!("{entry}\n");
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            let _ = self.file.set_len(self.length);
            return Err(error);
        }
        self.length += text.len() as u64;
        Ok(())
    }
}

/// The destinations and the entries of a journal, and its length without an entry at its end that is not whole, which is taken
/// away.
fn read(file: &mut File) -> io::Result<(Vec<String>, BTreeMap<String, Value>, u64)> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole < bytes.len() {
        file.set_len(whole as u64)?;
        bytes.truncate(whole);
    }
    let (mut destinations, mut entries) = (Vec::new(), BTreeMap::new());
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
        let is_none = |what| io::Error::other(format!("line {} {what}: is this a journal?", number + 1));
        let entry: Value = serde_json::from_slice(line).map_err(|_| is_none("is not an entry"))?;
        if let Some(destination) = entry.get("destination").and_then(Value::as_str) {
            destinations.push(destination.to_owned());
            continue;
        }
        let key = entry.get("key").and_then(Value::as_str).ok_or_else(|| is_none("names no line of the file"))?;
        let key = key.to_owned();
        let state = if entry.get("intent").is_some() { Value::Null } else { entry };
        entries.insert(key, state);
    }
    Ok((destinations, entries, whole as u64))
}
