//! The lines that were refused, in a table of their own: it can be mended, and imported as it is.
//!
//! Its first column says why. It is the first one, since a line may have more cells or fewer than there are columns. Each line is
//! written at once at the end of the file, as soon as it is refused, so that the file can be read at any time. A line of which it is
//! unknown whether it was created is not in it: it would be there twice if it were imported again.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use crate::columns::REASON;
use crate::lock;
use crate::report::say;
use crate::table::Table;

/// What spreadsheets tell UTF-8 by.
const BYTE_ORDER_MARK: &str = "\u{feff}";

pub(crate) struct Refused {
    path: PathBuf,
    file: File,
    /// Of the lines that are whole, in bytes.
    length: u64,
    delimiter: u8,
    /// Which cell of a line says why it was refused before.
    reason: Option<usize>,
    lines: u64,
    /// Lines that cannot be in it, since they have no end.
    left_out: u64,
}

impl Refused {
    /// Begins the file. One that is there already is another such table, and is kept beside it.
    pub(crate) fn begin(path: PathBuf, table: &Table) -> Result<Self, String> {
        let shown = path.display();
        let failed = |error: io::Error| format!("cannot write the report {shown}: {error}");
        let busy = || format!("another import is writing to the report {shown}: wait until it ends");
        if is_same(&path, table.path()) {
            return Err(format!("{shown} is what is imported: name another file with --report"));
        }
        match path.metadata() {
            Ok(metadata) if metadata.is_file() => {
                let mut old = OpenOptions::new();
                let old = lock::open(old.read(true).append(true), &path).map_err(failed)?.ok_or_else(busy)?;
                if !is_report(&old).map_err(failed)? {
                    return Err(format!("{shown} is no report of an import: name another file with --report"));
                }
                drop(old);
                fs::rename(&path, beside(&path)).map_err(failed)?;
            }
            // Such as a terminal.
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let mut options = OpenOptions::new();
        let file = lock::open(options.append(true).create(true), &path).map_err(failed)?.ok_or_else(busy)?;
        let (delimiter, reason) = (table.delimiter(), table.reason());
        let mut refused = Self { path, file, length: 0, delimiter, reason, lines: 0, left_out: 0 };
        refused.write(BYTE_ORDER_MARK.into(), table.header(), REASON)?;
        Ok(refused)
    }

    /// Writes a line with the reason why it was refused; one without cells has no end.
    pub(crate) fn add(&mut self, cells: Option<&ByteRecord>, why: &str) -> Result<(), String> {
        match cells {
            Some(cells) => {
                self.write(Vec::new(), cells, why)?;
                self.lines += 1;
            }
            None => self.left_out += 1,
        }
        Ok(())
    }

    fn write(&mut self, before: Vec<u8>, cells: &ByteRecord, reason: &str) -> Result<(), String> {
        let cells = cells.iter().enumerate().filter(|(place, _)| Some(*place) != self.reason);
        let cells = cells.map(|(_, cell)| String::from_utf8_lossy(cell).into_owned());
        let mut writer = csv::WriterBuilder::new().delimiter(self.delimiter).from_writer(before);
        let line = writer.write_record(std::iter::once(reason.to_owned()).chain(cells)).map_err(io::Error::from);
        let line = line.and_then(|()| writer.into_inner().map_err(|error| error.into_error()));
        let written = line.and_then(|line| {
            self.file.write_all(&line)?;
            Ok(line.len() as u64)
        });
        match written {
            Ok(length) => {
                self.length += length;
                Ok(())
            }
            Err(error) => {
                // What is not whole is taken away, so that the file can be read.
                let _ = self.file.set_len(self.length);
                Err(format!("cannot write the report {}: {error}", self.path.display()))
            }
        }
    }

    /// Says what is in it.
    pub(crate) fn say(&self) {
        let shown = self.path.display();
        if self.lines > 0 {
            say(&format!(
                "{} in {shown}, each with the reason: mend them there, and import that file",
                if self.lines == 1 { "1 line is".to_owned() } else { format!("{} lines are", self.lines) }
            ));
        }
        if self.left_out > 0 {
            say(&format!(
                "{} are not in {shown}, since a quote is not closed: mend them where they are",
                self.left_out
            ));
        }
    }
}

/// Whether a file begins as a report does. An empty one may have been left by a disk that was full.
fn is_report(file: &File) -> io::Result<bool> {
    let mut beginning = Vec::new();
    file.take(64).read_to_end(&mut beginning)?;
    let names = beginning.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(&beginning);
    let behind = names.strip_prefix(REASON.as_bytes());
    Ok(beginning.is_empty()
        || behind.is_some_and(|behind| behind.first().is_none_or(|byte| !byte.is_ascii_alphanumeric())))
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Where the report is kept that was there before.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".before");
    name.into()
}
