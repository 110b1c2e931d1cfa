//! The lines of the file, read one after the other: a file may be larger than the memory.

pub(crate) mod delimiter;
pub(crate) mod encoding;
mod quotes;

use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use csv::{ByteRecord, StringRecord};
use encoding_rs::{Encoding, UTF_8};
use leadconnector::NewContact;
use leadconnector::custom_fields::CustomFields;
use sha2::{Digest, Sha256};

use crate::columns::Columns;
use encoding::{Text, Told};

/// A file with the names of its columns.
pub(crate) struct Table {
    file: TextFile,
    /// What shows whether the encoding is the right one, in words.
    sign: Option<String>,
    /// The line with the names of the columns: that of most tables is the first one.
    header_line: u64,
    /// The names of the columns as they are there.
    header: ByteRecord,
    columns: Arc<Columns>,
    /// Of each line, besides its own.
    tags: Arc<[String]>,
    /// How it was when its columns were read.
    version: Version,
    /// The records in which a quote is not closed, by their places, each with the lines to the quote: they have swallowed the lines
    /// behind them.
    unclosed: Arc<HashMap<u64, u64>>,
}

/// How a file is to be read, as far as it is not to be told by what is in it.
#[derive(Default)]
pub(crate) struct Reading {
    pub(crate) encoding: Option<&'static Encoding>,
    pub(crate) delimiter: Option<u8>,
}

/// A file, and how it is read.
#[derive(Clone)]
struct TextFile {
    path: PathBuf,
    encoding: &'static Encoding,
    /// What stands between the cells.
    delimiter: u8,
}

impl TextFile {
    fn text(&self) -> Result<Text, String> {
        Text::open(&self.path, self.encoding).map_err(|error| self.unreadable(&error))
    }

    /// The records behind the first one, which has the names of the columns.
    fn records(&self) -> Result<(csv::Reader<Text>, ByteRecord), String> {
        let mut builder = csv::ReaderBuilder::new();
        let mut records = builder.delimiter(self.delimiter).flexible(true).from_reader(self.text()?);
        let names = records.byte_headers().map_err(|error| self.unreadable(&error))?.clone();
        Ok((records, names))
    }

    fn unreadable(&self, error: &dyn fmt::Display) -> String {
        format!("cannot read {}: {error}", self.path.display())
    }

    fn no_text(&self) -> String {
        format!("it is not text in {}", encoding::shown(self.encoding))
    }
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
    /// As they are in the file.
    pub(crate) cells: ByteRecord,
}

/// A line of the file.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    /// Its number in the file, in which the first line is line 1.
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
    pub(crate) what: String,
    /// As they are in the file; none if it is unknown where they end.
    pub(crate) cells: Option<ByteRecord>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl Table {
    /// Opens a file; each line has these tags besides its own.
    pub(crate) fn open(path: &Path, reading: &Reading, tags: Vec<String>) -> Result<Self, String> {
        let unreadable = |error: &dyn fmt::Display| format!("cannot read {}: {error}", path.display());
        let metadata = path.metadata().map_err(|error| unreadable(&error))?;
        if !metadata.is_file() {
            return Err(unreadable(&"it is no file, which would be read more than once"));
        }
        let version = Version::of(path).map_err(|error| unreadable(&error))?;
        let Told { encoding, sign } = encoding::tell(path, reading.encoding).map_err(|error| unreadable(&error))?;
        let mut file = TextFile { path: path.to_owned(), encoding, delimiter: b',' };
        file.delimiter = match reading.delimiter {
            Some(delimiter) => delimiter,
            None => delimiter::tell(file.text()?).map_err(|error| unreadable(&error))?,
        };
        let mut numbers = Numbers::of(file.text()?);
        let header_line = numbers.at(0).map_err(|error| unreadable(&error))?;
        let of_header = |error: &dyn fmt::Display| format!("{}, line {header_line}: {error}", path.display());
        let unclosed = quotes::unclosed(file.text()?, file.delimiter).map_err(|error| unreadable(&error))?;
        let unclosed: HashMap<_, _> = unclosed.into_iter().map(|unclosed| (unclosed.record, unclosed.lines)).collect();
        if unclosed.contains_key(&numbers.place) {
            return Err(of_header(&quotes::NOT_CLOSED));
        }
        let (_, names) = file.records()?;
        if names.is_empty() {
            return Err(unreadable(&"it is empty, and its first line should have the names of the columns"));
        }
        let header = names.clone();
        let mut names = StringRecord::from_byte_record(names).map_err(|_| of_header(&file.no_text()))?;
        names.trim();
        let columns = Columns::new(&names).map_err(|error| of_header(&error))?;
        Ok(Self {
            file,
            sign,
            header_line,
            header,
            columns: Arc::new(columns),
            tags: tags.into(),
            version,
            unclosed: Arc::new(unclosed),
        })
    }

    /// How the file is read, in words, if that is not what the program writes itself.
    pub(crate) fn reading_words(&self) -> Option<String> {
        let TextFile { encoding, delimiter, .. } = self.file;
        let sign = self.sign.as_ref().map(|sign| format!(" ({sign})")).unwrap_or_default();
        let encoding = (encoding != UTF_8).then(|| format!("as {}{sign}", encoding::shown(encoding)));
        let delimiter = (delimiter != b',').then(|| format!("with {} between the cells", delimiter::shown(delimiter)));
        let words: Vec<_> = [encoding, delimiter].into_iter().flatten().collect();
        (!words.is_empty()).then(|| format!("read {}", words.join(", ")))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.file.path
    }

    /// What stands between the cells.
    pub(crate) fn delimiter(&self) -> u8 {
        self.file.delimiter
    }

    /// The names of the columns as they are there.
    pub(crate) fn header(&self) -> &ByteRecord {
        &self.header
    }

    /// The place of the column that says why a line was refused before.
    pub(crate) fn reason(&self) -> Option<usize> {
        self.columns.reason()
    }

    /// Whether columns call custom fields of the location.
    pub(crate) fn calls_fields(&self) -> bool {
        self.columns.call_fields()
    }

    /// Finds the custom fields that columns call, among those of the location; says of each column what is wrong with it.
    pub(crate) fn find_fields(&mut self, fields: &CustomFields) -> Result<(), String> {
        Arc::make_mut(&mut self.columns).find_fields(fields).map_err(|errors| {
            let place = format!("{}, line {}", self.file.path.display(), self.header_line);
            let errors = errors.iter().map(|error| format!("{place}: {error}"));
            errors.collect::<Vec<_>>().join("\n")
        })
    }

    /// Reads all lines, hands over those that are good, which may be refused all the same, and tells what is wrong with the others.
    pub(crate) fn check(
        &self,
        mut refusal: impl FnMut(&Row) -> Result<Option<&'static str>, String>,
        mut tell: impl FnMut(&Problem) -> Result<(), String>,
    ) -> Result<Checked, String> {
        let mut checked = Checked::default();
        for item in self.items()? {
            let problem = match item? {
                Item::Good(row) => match refusal(&row)? {
                    None => {
                        checked.good += 1;
                        continue;
                    }
                    Some(refusal) => {
                        Problem { line: row.line.number, what: refusal.to_owned(), cells: Some(row.cells) }
                    }
                },
                Item::Blank => {
                    checked.blank += 1;
                    continue;
                }
                Item::Bad(problem) => problem,
            };
            checked.bad += 1;
            tell(&problem)?;
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
        let (records, names) = self.file.records()?;
        Ok(Items {
            file: self.file.clone(),
            columns: Arc::clone(&self.columns),
            tags: Arc::clone(&self.tags),
            version: self.version,
            unclosed: Arc::clone(&self.unclosed),
            header_line: self.header_line,
            names: names.len(),
            records,
            record: ByteRecord::new(),
            numbers: Numbers::of(self.file.text()?),
            same: HashMap::new(),
        })
    }
}

enum Item {
    Good(Row),
    Blank,
    Bad(Problem),
}

/// The records of a file.
struct Items {
    file: TextFile,
    columns: Arc<Columns>,
    tags: Arc<[String]>,
    version: Version,
    unclosed: Arc<HashMap<u64, u64>>,
    header_line: u64,
    /// How many columns there are.
    names: usize,
    records: csv::Reader<Text>,
    record: ByteRecord,
    numbers: Numbers<Text>,
    /// How many lines there were before with the same in them.
    same: HashMap<[u8; 12], u32>,
}

impl Iterator for Items {
    type Item = Result<Item, String>;

    fn next(&mut self) -> Option<Self::Item> {
        // An import takes hours, and a cell would be taken for one of another column.
        if Version::of(&self.file.path).ok() != Some(self.version) {
            return Some(Err(format!("{} was changed while it was read: start again", self.file.path.display())));
        }
        match self.records.read_byte_record(&mut self.record) {
            Ok(false) => return None,
            Ok(true) => {}
            Err(error) => return Some(Err(self.file.unreadable(&error))),
        }
        let number = match self.numbers.at(self.record.position().map_or(0, csv::Position::byte)) {
            Ok(number) => number,
            Err(error) => return Some(Err(self.file.unreadable(&error))),
        };
        if let Some(lines) = self.unclosed.get(&self.numbers.place) {
            let line = number + lines;
            return Some(Ok(Item::Bad(Problem { line, what: quotes::NOT_CLOSED.to_owned(), cells: None })));
        }
        Some(Ok(self
            .item(number)
            .unwrap_or_else(|what| Item::Bad(Problem { line: number, what, cells: Some(self.record.clone()) }))))
    }
}

impl Items {
    /// What the record is, which has this number; or what is wrong with it.
    fn item(&mut self, number: u64) -> Result<Item, String> {
        let (cells, names) = (self.record.len(), self.names);
        if cells != names {
            return Err(format!("it has {cells} cells, and line {} has {names}", self.header_line));
        }
        let mut record = StringRecord::from_byte_record(self.record.clone()).map_err(|_| self.file.no_text())?;
        record.trim();
        match self.columns.contact(&record, &self.tags).map_err(|error| error.to_string())? {
            Some(contact) => {
                let line = Line { number, key: self.key(&record) };
                Ok(Item::Good(Row { line, contact, cells: self.record.clone() }))
            }
            None => Ok(Item::Blank),
        }
    }

    /// The key of a record: of its cells that are not empty, with the names of their columns, in whatever order these stand.
    fn key(&mut self, record: &StringRecord) -> Key {
        let mut hash = Sha256::new();
        let cells = self.columns.keyed(record);
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
    fn of(text: T) -> Self {
        Self { text, place: 0, number: 1 }
    }

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
