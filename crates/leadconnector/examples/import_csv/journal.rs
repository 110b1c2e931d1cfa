//! What was done, in a file: an intent before a line is sent, an outcome after.
//!
//! Each entry is one line of JSON, written at once at the end of the file. A kill can leave an entry half-written only as the
//! last one, and that one is taken away when the journal is opened again.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

/// The journal; clones write to the same file.
#[derive(Clone)]
pub(crate) struct Journal(Arc<Mutex<Inner>>);

struct Inner {
    file: File,
    /// By the number of the line: its outcome, or null while it has only an intent.
    entries: BTreeMap<u64, Value>,
}

/// What the journal says of a line.
pub(crate) enum State {
    /// Nothing, or that it failed and nothing was created.
    New,
    /// That it was being sent.
    Begun,
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
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(|error| format!("cannot open the journal {}: {error}", path.display()))?;
        let entries =
            read(&mut file).map_err(|error| format!("cannot read the journal {}: {error}", path.display()))?;
        Ok(Self(Arc::new(Mutex::new(Inner { file, entries }))))
    }

    pub(crate) fn state(&self, line: u64) -> State {
        match self.lock().entries.get(&line) {
            None => State::New,
            Some(Value::Null) => State::Begun,
            Some(entry) if entry.get("outcome").is_some_and(|outcome| outcome == "failed") => State::New,
            Some(_) => State::Done,
        }
    }

    /// Writes that a line is about to be sent.
    pub(crate) fn intent(&self, line: u64) -> io::Result<()> {
        self.write(line, json!({"line": line, "intent": "create"}), Value::Null)
    }

    /// Writes what became of a line.
    pub(crate) fn outcome(&self, line: u64, outcome: &Outcome) -> io::Result<()> {
        let mut entry = outcome.0.clone();
        if let Some(members) = entry.as_object_mut() {
            members.insert("line".to_owned(), line.into());
        }
        self.write(line, entry.clone(), entry)
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (line, entry) in &self.lock().entries {
            let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            match text("outcome").as_str() {
                "created" => counts.created += 1,
                "duplicate" => counts.duplicates += 1,
                "failed" => counts.failed.push((*line, text("error"))),
                _ => counts.unknown.push((*line, text("error"))),
            }
        }
        counts
    }

    fn write(&self, line: u64, entry: Value, state: Value) -> io::Result<()> {
        let mut inner = self.lock();
        inner.file.write_all(format!("{entry}\n").as_bytes())?;
        inner.entries.insert(line, state);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The entries of a journal, without one at its end that is not whole.
fn read(file: &mut File) -> io::Result<BTreeMap<u64, Value>> {
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    if whole < text.len() {
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
    }
    let mut entries = BTreeMap::new();
    for (number, line) in text.get(..whole).unwrap_or_default().lines().enumerate() {
        let entry: Value = serde_json::from_str(line)
            .map_err(|_| io::Error::other(format!("line {} is not an entry: is this a journal?", number + 1)))?;
        let Some(line) = entry.get("line").and_then(Value::as_u64) else {
            return Err(io::Error::other(format!("line {} names no line of the file", number + 1)));
        };
        let state = if entry.get("intent").is_some() { Value::Null } else { entry };
        entries.insert(line, state);
    }
    Ok(entries)
}
