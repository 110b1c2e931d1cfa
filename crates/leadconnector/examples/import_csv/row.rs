//! The lines of the file.

use std::fmt;
use std::path::Path;

use leadconnector::{
    Country, CustomField, CustomFieldId, Email, InvalidValue, NewContact, NewContactBuilder, Phone, UserId,
};

/// A line that can be sent.
pub(crate) struct Row {
    /// Its number in the file; the names of the columns are line 1.
    pub(crate) line: u64,
    pub(crate) contact: NewContact,
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
    let unreadable = |error: csv::Error| format!("cannot read {}: {error}", file.display());
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file).map_err(unreadable)?;
    let names = reader.headers().map_err(unreadable)?.clone();
    for name in &names {
        // A column that is not known would be left out of every line.
        if let Err(error) = set(NewContact::builder(), name, None) {
            return Err(format!("{}, line 1: {error}", file.display()));
        }
    }
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                match contact(&names, &record) {
                    Ok(contact) => rows.push(Row { line, contact }),
                    Err(error) => problems.push(Problem { line, what: error.to_string() }),
                }
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                problems.push(Problem { line, what: error.to_string() });
            }
        }
    }
    Ok((rows, problems))
}

fn contact(names: &csv::StringRecord, record: &csv::StringRecord) -> Result<NewContact, ColumnError> {
    let cells = names.iter().zip(record).filter(|(_, cell)| !cell.is_empty());
    let builder =
        cells.into_iter().try_fold(NewContact::builder(), |builder, (name, cell)| set(builder, name, Some(cell)))?;
    Ok(builder.build())
}

enum ColumnError {
    Unknown(String),
    Value(InvalidValue),
    Dnd,
}

impl fmt::Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "there is no column {name:?}: see --help for their names"),
            Self::Value(error) => error.fmt(f),
            Self::Dnd => f.write_str("dnd is neither true nor false"),
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
