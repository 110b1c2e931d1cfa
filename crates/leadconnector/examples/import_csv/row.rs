//! The lines of the file.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use leadconnector::{
    Country, CustomField, CustomFieldId, Email, InvalidValue, NewContact, NewContactBuilder, Phone, UserId,
};
use sha2::{Digest, Sha256};

/// A line that can be sent.
pub(crate) struct Row {
    pub(crate) line: Line,
    pub(crate) contact: NewContact,
}

/// A line of the file.
#[derive(Clone)]
pub(crate) struct Line {
    /// Its number in the file; the names of the columns are line 1.
    pub(crate) number: u64,
    /// What is in it, as a digest, so that it is known again wherever it stands; and which one of several that are the same.
    pub(crate) key: String,
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

/// The good lines of a file, and what is wrong with the others.
pub(crate) fn read(file: &Path) -> Result<(Vec<Row>, Vec<Problem>), String> {
    let text = fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let unreadable = |error: csv::Error| format!("cannot read {}: {error}", file.display());
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_slice());
    let names = reader.headers().map_err(unreadable)?.clone();
    for name in &names {
        // A column that is not known would be left out of every line.
        if let Err(error) = set(NewContact::builder(), name, None) {
            return Err(format!("{}, line 1: {error}", file.display()));
        }
    }
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    let mut numbers = Numbers { text: &text, place: 0, number: 1 };
    let mut same: BTreeMap<String, usize> = BTreeMap::new();
    for record in reader.records() {
        let position = match &record {
            Ok(record) => record.position(),
            Err(error) => error.position(),
        };
        let number = numbers.at(position.map_or(0, csv::Position::byte));
        let read = record.map_err(|error| error.to_string()).and_then(|record| {
            let contact = contact(&names, &record).map_err(|error| error.to_string())?;
            Ok((contact, digest(&names, &record)))
        });
        match read {
            Ok((contact, digest)) => {
                let before = same.entry(digest.clone()).or_default();
                *before += 1;
                rows.push(Row { line: Line { number, key: format!("{digest}-{before}") }, contact });
            }
            Err(what) => problems.push(Problem { line: number, what }),
        }
    }
    Ok((rows, problems))
}

/// Counts lines, whatever ends them. The reader's own count is one too small where lines end with CR and LF.
struct Numbers<'a> {
    text: &'a [u8],
    place: usize,
    number: u64,
}

impl Numbers<'_> {
    /// The number of the first line with something in it from this place on. The places must not go back.
    fn at(&mut self, place: u64) -> u64 {
        while let Some(byte) = self.text.get(self.place) {
            let ends = match byte {
                b'\n' => true,
                b'\r' => self.text.get(self.place + 1) != Some(&b'\n'),
                _ => false,
            };
            if self.place as u64 >= place && !matches!(byte, b'\n' | b'\r') {
                break;
            }
            self.number += u64::from(ends);
            self.place += 1;
        }
        self.number
    }
}

/// What is in a line: its cells that are not empty, with the names of their columns, in whatever order these stand.
fn digest(names: &csv::StringRecord, record: &csv::StringRecord) -> String {
    let mut cells: Vec<_> = names.iter().zip(record).filter(|(_, cell)| !cell.is_empty()).collect();
    cells.sort_by_key(|(name, _)| *name);
    let mut digest = Sha256::new();
    for text in cells.into_iter().flat_map(|(name, cell)| [name, cell]) {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    }
    digest.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

fn contact(names: &csv::StringRecord, record: &csv::StringRecord) -> Result<NewContact, ColumnError> {
    let cells = names.iter().zip(record).filter(|(_, cell)| !cell.is_empty());
    let builder =
        cells.clone().try_fold(NewContact::builder(), |builder, (name, cell)| set(builder, name, Some(cell)))?;
    let is_needed = |name: &str| ["firstName", "lastName", "email", "phone"].contains(&name);
    if cells.into_iter().any(|(name, _)| is_needed(name)) { Ok(builder.build()) } else { Err(ColumnError::Nobody) }
}

enum ColumnError {
    Unknown(String),
    Value(InvalidValue),
    Dnd,
    Nobody,
}

impl fmt::Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "there is no column {name:?}: see --help for their names"),
            Self::Value(error) => error.fmt(f),
            Self::Dnd => f.write_str("dnd is neither true nor false"),
            Self::Nobody => {
                f.write_str("none of firstName, lastName, email and phone is there, and the server needs one")
            }
        }
    }
}

impl From<InvalidValue> for ColumnError {
    fn from(error: InvalidValue) -> Self {
        Self::Value(error)
    }
}

/// Sets the member that a column is about; nothing if there is no cell.
fn set(builder: NewContactBuilder, name: &str, cell: Option<&str>) -> Result<NewContactBuilder, ColumnError> {
    Ok(match name {
        "firstName" => builder.first_name(cell),
        "lastName" => builder.last_name(cell),
        "name" => builder.name(cell),
        "email" => builder.email(cell.map(Email::new).transpose()?),
        "gender" => builder.gender(cell),
        "phone" => builder.phone(cell.map(Phone::new).transpose()?),
        "address1" => builder.address1(cell),
        "city" => builder.city(cell),
        "state" => builder.state(cell),
        "postalCode" => builder.postal_code(cell),
        "website" => builder.website(cell),
        "timezone" => builder.timezone(cell),
        "dnd" => builder.dnd(cell.map(|cell| cell.parse::<bool>().map_err(|_| ColumnError::Dnd)).transpose()?),
        "tags" => {
            builder.tags(cell.into_iter().flat_map(|cell| cell.split(';').map(str::trim).filter(|tag| !tag.is_empty())))
        }
        "source" => builder.source(cell),
        "country" => builder.country(cell.map(Country::new).transpose()?),
        "companyName" => builder.company_name(cell),
        "assignedTo" => builder.assigned_to(cell.map(UserId::new).transpose()?),
        _ => {
            let id = name.strip_prefix("customFields.").ok_or_else(|| ColumnError::Unknown(name.to_owned()))?;
            let id = CustomFieldId::new(id)?;
            builder.custom_fields(cell.map(|cell| CustomField::new(id, cell)))
        }
    })
}
