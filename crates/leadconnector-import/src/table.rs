//! The lines of the file, read one after the other: a file may be larger than the memory.

mod quotes;

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use csv::{ErrorKind, StringRecord};
use leadconnector::{CustomFields, NewContact};
use sha2::{Digest, Sha256};

use crate::columns::Columns;

/// A file with the names of its columns.
pub(crate) struct Table {
    path: PathBuf,
    columns: Arc<Columns>,
    /// Of each line, besides its own.
    tags: Arc<[String]>,
    /// How it was when its columns were read.
    version: Version,
    /// The records in which a quote is not closed, by their places, each with the lines to the quote: they have swallowed the lines
    /// behind them.
    unclosed: Arc<HashMap<u64, u64>>,
}

/// What shows that a file is another one than before.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Version {
    length: u64,
    changed: Option<SystemTime>,
}

impl Version {
    fn of(path: &Path) -> io::Result<Self> {
        let metadata = path.metadata()?;
        Ok(Self { length: metadata.len(), changed: metadata.modified().ok() })
    }
}

/// What is in the lines of a table.
#[derive(Default)]
pub(crate) struct Checked {
    pub(crate) good: u64,
    pub(crate) bad: u64,
    blank: u64,
}

impl Checked {
    /// How many lines were skipped, in words, if any was.
    pub(crate) fn blank_words(&self) -> String {
        match self.blank {
            0 => String::new(),
            blank => format!(", {blank} are blank and skipped"),
        }
    }
}

/// A line that can be sent.
pub(crate) struct Row {
    pub(crate) line: Line,
    pub(crate) contact: NewContact,
}

/// A line of the file.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    /// Its number in the file; the names of the columns are line 1.
    pub(crate) number: u64,
    pub(crate) key: Key,
}

/// What is in a line, as a digest, so that it is known again wherever it stands; and which one of several that are the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    digest: [u8; 12],
    which: u32,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.digest {
            write!(f, "{byte:02x}")?;
        }
        write!(f, "-{}", self.which)
    }
}

impl Key {
    /// The key that is written like this; none if it is no key.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (hex, which) = text.split_once('-')?;
        let mut digest = [0; 12];
        if hex.len() != 2 * digest.len() {
            return None;
        }
        for (place, byte) in digest.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.get(2 * place..2 * place + 2)?, 16).ok()?;
        }
        Some(Self { digest, which: which.parse().ok()? })
    }
}

/// A line that cannot be sent.
pub(crate) struct Problem {
    line: u64,
    what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl Table {
    /// Opens a file; each line has these tags besides its own.
    pub(crate) fn open(path: &Path, tags: Vec<String>) -> Result<Self, String> {
        let unreadable = |error: &dyn fmt::Display| format!("cannot read {}: {error}", path.display());
        let first_line = |error: &dyn fmt::Display| format!("{}, line 1: {error}", path.display());
        let metadata = path.metadata().map_err(|error| unreadable(&error))?;
        if !metadata.is_file() {
            return Err(unreadable(&"it is no file, which would be read more than once"));
        }
        if metadata.len() == 0 {
            return Err(unreadable(&"it is empty, and its first line should have the names of the columns"));
        }
        let version = Version::of(path).map_err(|error| unreadable(&error))?;
        let unclosed = File::open(path).and_then(|file| quotes::unclosed(BufReader::new(file)));
        let unclosed = unclosed.map_err(|error| unreadable(&error))?;
        let unclosed: HashMap<_, _> = unclosed.into_iter().map(|unclosed| (unclosed.record, unclosed.lines)).collect();
        if unclosed.contains_key(&0) {
            return Err(first_line(&quotes::NOT_CLOSED));
        }
        let mut reader = reader(path).map_err(|error| unreadable(&error))?;
        let names = reader.headers().map_err(|error| unreadable(&error))?;
        let columns = Columns::new(names).map_err(|error| first_line(&error))?;
        Ok(Self {
            path: path.to_owned(),
            columns: Arc::new(columns),
            tags: tags.into(),
            version,
            unclosed: Arc::new(unclosed),
        })
    }

    /// Whether columns call custom fields of the location.
    pub(crate) fn calls_fields(&self) -> bool {
        self.columns.call_fields()
    }

    /// Finds the custom fields that columns call, among those of the location; says of each column what is wrong with it.
    pub(crate) fn find_fields(&mut self, fields: &CustomFields) -> Result<(), String> {
        Arc::make_mut(&mut self.columns).find_fields(fields).map_err(|errors| {
            let errors = errors.iter().map(|error| format!("{}, line 1: {error}", self.path.display()));
            errors.collect::<Vec<_>>().join("\n")
        })
    }

    /// Reads all lines, hands over those that are good, which may be refused all the same, and tells what is wrong with the others.
    pub(crate) fn check(
        &self,
        mut refusal: impl FnMut(&Row) -> Result<Option<&'static str>, String>,
        mut tell: impl FnMut(&Problem),
    ) -> Result<Checked, String> {
        let mut checked = Checked::default();
        for item in self.items()? {
            let problem = match item? {
                Item::Good(row) => match refusal(&row)? {
                    None => {
                        checked.good += 1;
                        continue;
                    }
                    Some(refusal) => Problem { line: row.line.number, what: refusal.to_owned() },
                },
                Item::Blank => {
                    checked.blank += 1;
                    continue;
                }
                Item::Bad(problem) => problem,
            };
            checked.bad += 1;
            tell(&problem);
        }
        Ok(checked)
    }

    /// The good lines. An error is one of reading, and the last item.
    pub(crate) fn rows(&self) -> Result<impl Iterator<Item = Result<Row, String>> + Send + 'static, String> {
        Ok(self.items()?.filter_map(|item| match item {
            Ok(Item::Good(row)) => Some(Ok(row)),
            Ok(Item::Blank | Item::Bad(_)) => None,
            Err(error) => Some(Err(error)),
        }))
    }

    fn items(&self) -> Result<Items, String> {
        let unreadable = |error: io::Error| format!("cannot read {}: {error}", self.path.display());
        let mut records =
            reader(&self.path).map_err(|error| format!("cannot read {}: {error}", self.path.display()))?;
        // Before the first record: its place would be that of the names otherwise.
        records.headers().map_err(|error| format!("cannot read {}: {error}", self.path.display()))?;
        Ok(Items {
            path: self.path.clone(),
            columns: Arc::clone(&self.columns),
            tags: Arc::clone(&self.tags),
            version: self.version,
            unclosed: Arc::clone(&self.unclosed),
            records,
            record: StringRecord::new(),
            numbers: Numbers { text: BufReader::new(File::open(&self.path).map_err(unreadable)?), place: 0, number: 1 },
            same: HashMap::new(),
        })
    }
}

fn reader(path: &Path) -> Result<csv::Reader<File>, csv::Error> {
    csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path)
}

enum Item {
    Good(Row),
    Blank,
    Bad(Problem),
}

/// The records of a file.
struct Items {
    path: PathBuf,
    columns: Arc<Columns>,
    tags: Arc<[String]>,
    version: Version,
    unclosed: Arc<HashMap<u64, u64>>,
    records: csv::Reader<File>,
    record: StringRecord,
    numbers: Numbers<BufReader<File>>,
    /// How many lines there were before with the same in them.
    same: HashMap<[u8; 12], u32>,
}

impl Iterator for Items {
    type Item = Result<Item, String>;

    fn next(&mut self) -> Option<Self::Item> {
        // An import takes hours, and a cell would be taken for one of another column.
        if Version::of(&self.path).ok() != Some(self.version) {
            return Some(Err(format!("{} was changed while it was read: start again", self.path.display())));
        }
        let read = self.records.read_record(&mut self.record);
        let position = match &read {
            Ok(false) => return None,
            Ok(true) => self.record.position(),
            Err(error) => error.position(),
        };
        let unreadable = |error: &dyn fmt::Display| format!("cannot read {}: {error}", self.path.display());
        let number = match self.numbers.at(position.map_or(0, csv::Position::byte)) {
            Ok(number) => number,
            Err(error) => return Some(Err(unreadable(&error))),
        };
        if let Some(lines) = self.unclosed.get(&self.numbers.place) {
            let line = number + lines;
            return Some(Ok(Item::Bad(Problem { line, what: quotes::NOT_CLOSED.to_owned() })));
        }
        let what = match read {
            Ok(_) => match self.columns.contact(&self.record, &self.tags) {
                Ok(Some(contact)) => {
                    let line = Line { number, key: self.key() };
                    return Some(Ok(Item::Good(Row { line, contact })));
                }
                Ok(None) => return Some(Ok(Item::Blank)),
                Err(error) => error.to_string(),
            },
            Err(error) => match error.kind() {
                ErrorKind::UnequalLengths { expected_len, len, .. } => {
                    format!("it has {len} cells, and line 1 has {expected_len}")
                }
                ErrorKind::Utf8 { .. } => "it is not text in UTF-8".to_owned(),
                _ => return Some(Err(unreadable(&error))),
            },
        };
        Some(Ok(Item::Bad(Problem { line: number, what })))
    }
}

impl Items {
    /// The key of the record: of its cells that are not empty, with the names of their columns, in whatever order these stand.
    fn key(&mut self) -> Key {
        let mut hash = Sha256::new();
        let cells = self.columns.keyed(&self.record);
        for text in cells.iter().flat_map(|(name, cell)| [name.as_ref(), *cell]) {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        }
        let mut digest = [0; 12];
        for (to, from) in digest.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        let which = self.same.entry(digest).or_default();
        *which = which.saturating_add(1);
        Key { digest, which: *which }
    }
}

/// Counts lines, whatever ends them. The reader's own count is one too small where lines end with CR and LF.
struct Numbers<T> {
    text: T,
    place: u64,
    number: u64,
}

impl<T: BufRead> Numbers<T> {
    /// The number of the first line with something in it from this place on, which becomes the place. The places must not go
    /// back.
    fn at(&mut self, place: u64) -> io::Result<u64> {
        loop {
            let bytes = self.text.fill_buf()?;
            let Some(byte) = bytes.first().copied() else { return Ok(self.number) };
            let ends = match byte {
                b'\n' => true,
                // The end of the buffer may be between the two.
                b'\r' => {
                    self.text.consume(1);
                    self.place += 1;
                    self.number += u64::from(self.text.fill_buf()?.first() != Some(&b'\n'));
                    continue;
                }
                _ => false,
            };
            if self.place >= place && !ends {
                return Ok(self.number);
            }
            self.number += u64::from(ends);
            self.place += 1;
            self.text.consume(1);
        }
    }
}
