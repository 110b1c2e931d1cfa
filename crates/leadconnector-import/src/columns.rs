//! The columns of a table: which member of a contact each is about, and how a cell becomes its value.

use std::collections::BTreeMap;
use std::fmt;

use csv::StringRecord;
use leadconnector::{
    Country, CustomField, CustomFieldId, Email, InvalidValue, NewContact, NewContactBuilder, Phone, UserId,
};

/// One of these has to be there: the server refuses a contact without.
const NEEDED: [&str; 4] = ["firstName", "lastName", "email", "phone"];

/// What is wrong with a column or a cell.
pub(crate) enum ColumnError {
    Unknown(String),
    Twice(String, usize, usize),
    Value(InvalidValue),
    Dnd,
    LineBreak(String),
    Nobody,
}

impl fmt::Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "there is no column {name:?}: see --help for their names"),
            Self::Twice(name, first, second) => {
                write!(f, "the columns {first} and {second} have the same name, {name:?}: take one of them away")
            }
            Self::Value(error) => error.fmt(f),
            Self::Dnd => f.write_str("dnd is neither true nor false"),
            Self::LineBreak(name) => write!(f, "{name} has a line break: is a quote not closed?"),
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

/// Checks the names of the columns: one that is not known would be left out of every line.
pub(crate) fn check(names: &StringRecord) -> Result<(), ColumnError> {
    let mut places = BTreeMap::new();
    for (place, name) in (1..).zip(names) {
        let _ = set(NewContact::builder(), name, None)?;
        if let Some(before) = places.insert(name, place) {
            return Err(ColumnError::Twice(name.to_owned(), before, place));
        }
    }
    Ok(())
}

/// The contact of a line, with these tags besides its own; none if all its cells are empty.
pub(crate) fn contact(
    names: &StringRecord,
    record: &StringRecord,
    tags: &[String],
) -> Result<Option<NewContact>, ColumnError> {
    let (mut builder, mut is_blank, mut is_somebody) = (NewContact::builder(), true, false);
    for (name, cell) in names.iter().zip(record).filter(|(_, cell)| !cell.is_empty()) {
        if cell.contains(['\n', '\r']) && !takes_line_breaks(name) {
            return Err(ColumnError::LineBreak(name.to_owned()));
        }
        builder = set(builder, name, Some(cell))?;
        is_blank = false;
        is_somebody |= NEEDED.contains(&name);
    }
    match (is_blank, is_somebody) {
        (true, _) => Ok(None),
        (false, true) => Ok(Some(builder.tags(tags).build())),
        (false, false) => Err(ColumnError::Nobody),
    }
}

/// Addresses and custom fields of long text may have several lines.
fn takes_line_breaks(name: &str) -> bool {
    name == "address1" || name.starts_with("customFields.")
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
        "dnd" => builder.dnd(cell.map(is_true).transpose()?),
        "tags" => builder.tags(cell.into_iter().flat_map(tags)),
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

/// The tags that are written in one text. A contact is not sent with one that has no text.
pub(crate) fn tags(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|tag| !tag.is_empty())
}

/// Spreadsheets write `TRUE`.
fn is_true(cell: &str) -> Result<bool, ColumnError> {
    match cell.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(ColumnError::Dnd),
    }
}
