//! The columns of a table: which member of a contact each is about, and how a cell becomes its value.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use csv::StringRecord;
use leadconnector::custom_fields::{CustomField, CustomFieldKind, CustomFieldValue, CustomFields, LocationCustomField};
use leadconnector::{Country, CustomFieldId, Email, InvalidValue, NewContact, NewContactBuilder, Phone, UserId};

/// The columns, but those of custom fields.
const NAMES: [&str; 18] = [
    "firstName",
    "lastName",
    "name",
    "email",
    "gender",
    "phone",
    "address1",
    "city",
    "state",
    "postalCode",
    "website",
    "timezone",
    "dnd",
    "tags",
    "source",
    "country",
    "companyName",
    "assignedTo",
];

/// What some columns are called elsewhere, as `plain` has it.
const ELSEWHERE: [(&str, &str); 18] = [
    ("givenname", "firstName"),
    ("forename", "firstName"),
    ("surname", "lastName"),
    ("familyname", "lastName"),
    ("fullname", "name"),
    ("sex", "gender"),
    ("mobile", "phone"),
    ("mobilephone", "phone"),
    ("cell", "phone"),
    ("cellphone", "phone"),
    ("telephone", "phone"),
    ("street", "address1"),
    ("town", "city"),
    ("zip", "postalCode"),
    ("zipcode", "postalCode"),
    ("url", "website"),
    ("donotdisturb", "dnd"),
    ("organization", "companyName"),
];

/// One of these has to be there: the server refuses a contact without.
const NEEDED: [&str; 4] = ["firstName", "lastName", "email", "phone"];

/// Before the id of a custom field.
const BY_ID: &str = "customFields.";

/// Before what a custom field of the location is called.
const CALLED: &str = "cf:";

/// The column that says why a line was refused before: it is of the program, and not of a contact.
pub(crate) const REASON: &str = "error";

/// What is wrong with a column or a cell.
pub(crate) enum ColumnError {
    /// With the column that may be meant.
    Unknown(String, Option<&'static str>),
    NoName(usize),
    NoHeader,
    Twice(String, [(usize, String); 2]),
    SameField([(usize, String); 2]),
    NoField(usize, InvalidValue),
    Value(InvalidValue),
    FieldValue(String, InvalidValue),
    Dnd,
    LineBreak(String),
    Lost(String),
    Nobody,
}

impl fmt::Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name, None) => write!(f, "there is no column {name:?}: see --help for their names"),
            Self::Unknown(name, Some(meant)) => {
                write!(f, "there is no column {name:?}: did you mean {meant}? See --help for their names")
            }
            Self::NoName(place) => write!(f, "column {place} has no name: give it one, or take the column away"),
            Self::NoHeader => f.write_str(
                "none of its cells is the name of a column: put a line with the names above the others, such as \
                 firstName,email (see --help), or say with --delimiter what stands between the cells",
            ),
            Self::Twice(_, [(first, one), (second, other)]) if one == other => {
                write!(f, "the columns {first} and {second} have the same name, {one:?}: take one of them away")
            }
            Self::Twice(name, [(first, one), (second, other)]) => write!(
                f,
                "the columns {first} and {second}, {one:?} and {other:?}, are both {name}: take one of them away"
            ),
            Self::SameField([(first, one), (second, other)]) => write!(
                f,
                "the columns {first} and {second}, {one:?} and {other:?}, are the same custom field: take one of them away"
            ),
            Self::NoField(place, error) => write!(f, "column {place}: {error}"),
            Self::Value(error) => error.fmt(f),
            Self::FieldValue(name, error) => write!(f, "column {name:?}: {error}"),
            Self::Dnd => f.write_str("dnd is neither true nor false"),
            Self::LineBreak(name) => write!(f, "{name} has a line break: is a quote not closed?"),
            Self::Lost(name) => {
                write!(f, "{name} has the sign of a letter that could not be read, \u{fffd}: write it anew")
            }
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

/// The columns of a table, in order.
#[derive(Clone)]
pub(crate) struct Columns(Vec<Column>);

#[derive(Clone)]
struct Column {
    /// As it is written on the vendor's page, whatever the header is.
    name: String,
    /// The custom field that it calls by key, name or id, once those of the location are known.
    field: Option<LocationCustomField>,
}

impl Column {
    fn called(&self) -> Option<&str> {
        self.name.strip_prefix(CALLED).map(str::trim)
    }

    fn is_reason(&self) -> bool {
        self.name == REASON
    }

    /// What a line is known by: one that calls a custom field has the field's id, since the name can be changed in the location.
    fn key(&self) -> Cow<'_, str> {
        match &self.field {
            Some(field) => Cow::Owned(format!("{BY_ID}{}", field.id)),
            None => Cow::Borrowed(&self.name),
        }
    }
}

impl Columns {
    /// Checks the names of the columns: one that is not known would be left out of every line.
    pub(crate) fn new(headers: &StringRecord) -> Result<Self, ColumnError> {
        let mut places = BTreeMap::new();
        let mut columns = Vec::new();
        for (place, header) in (1..).zip(headers) {
            let name = name(header).ok_or_else(|| unknown(place, header, headers))?;
            let column = Column { name: name.clone(), field: None };
            if column.called().is_none() && !column.is_reason() {
                let _ = set(NewContact::builder(), &column, None)?;
            }
            let this = (place, header.to_owned());
            if let Some(before) = places.insert(name.clone(), this.clone()) {
                return Err(ColumnError::Twice(name, [before, this]));
            }
            columns.push(column);
        }
        Ok(Self(columns))
    }

    /// The place of the column that says why a line was refused before, which is passed over.
    pub(crate) fn reason(&self) -> Option<usize> {
        self.0.iter().position(Column::is_reason)
    }

    /// The cells of a line that are not empty, with their columns.
    fn cells<'a>(&'a self, record: &'a StringRecord) -> impl Iterator<Item = (&'a Column, &'a str)> {
        self.0.iter().zip(record).filter(|(column, cell)| !cell.is_empty() && !column.is_reason())
    }

    /// Whether the custom fields of the location are needed.
    pub(crate) fn call_fields(&self) -> bool {
        self.0.iter().any(|column| column.called().is_some())
    }

    /// Finds the custom fields that are called; or else everything that is wrong with these columns.
    pub(crate) fn find_fields(&mut self, fields: &CustomFields) -> Result<(), Vec<ColumnError>> {
        let mut errors = Vec::new();
        for (place, column) in (1..).zip(&mut self.0) {
            match column.called().map(|called| fields.find(called)) {
                None => {}
                Some(Ok(field)) => column.field = Some(field.clone()),
                Some(Err(error)) => errors.push(ColumnError::NoField(place, error)),
            }
        }
        let mut places = BTreeMap::new();
        for (place, column) in (1..).zip(&self.0) {
            let this = (place, column.name.clone());
            if let Some(before) = places.insert(column.key(), this.clone()) {
                errors.push(ColumnError::SameField([before, this]));
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// The contact of a line, with these tags besides its own; none if all its cells are empty.
    pub(crate) fn contact(&self, record: &StringRecord, tags: &[String]) -> Result<Option<NewContact>, ColumnError> {
        let (mut builder, mut is_blank, mut is_somebody) = (NewContact::builder(), true, false);
        let is_report = self.reason().is_some();
        for (column, cell) in self.cells(record) {
            let name = column.name.as_str();
            // A report is in UTF-8, also if a line that was refused was not.
            if is_report && cell.contains(char::REPLACEMENT_CHARACTER) {
                return Err(ColumnError::Lost(name.to_owned()));
            }
            if cell.contains(['\n', '\r']) && !takes_line_breaks(name) {
                return Err(ColumnError::LineBreak(name.to_owned()));
            }
            builder = set(builder, column, Some(cell))?;
            is_blank = false;
            is_somebody |= NEEDED.contains(&name);
        }
        match (is_blank, is_somebody) {
            (true, _) => Ok(None),
            (false, true) => Ok(Some(builder.tags(tags).build())),
            (false, false) => Err(ColumnError::Nobody),
        }
    }

    /// The cells of a line that are not empty, each behind what its column is known by, in whatever order these stand.
    pub(crate) fn keyed<'a>(&'a self, record: &'a StringRecord) -> Vec<(Cow<'a, str>, &'a str)> {
        let mut cells: Vec<_> = self.cells(record).map(|(column, cell)| (column.key(), cell)).collect();
        cells.sort();
        cells
    }
}

/// Whether a header is the name of a column.
pub(crate) fn is_known(header: &str) -> bool {
    name(header).is_some()
}

/// The name of the column that a header means, in whatever case it is, and with whatever spaces, underscores and hyphens.
fn name(header: &str) -> Option<String> {
    let same = |name: &&&str| folded(name) == folded(header);
    if let Some(name) = NAMES.iter().chain([&REASON]).find(same) {
        return Some((*name).to_owned());
    }
    [BY_ID, CALLED].into_iter().find_map(|prefix| {
        let end = prefix.chars().next_back()?;
        let (before, behind) = header.split_once(end)?;
        (folded(before) == folded(prefix.trim_end_matches(end))).then(|| format!("{prefix}{}", behind.trim()))
    })
}

/// What two spellings of a name have in common.
fn folded(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// What is wrong with a header that is the name of no column: with all of them, if none is like a name.
fn unknown(place: usize, header: &str, headers: &StringRecord) -> ColumnError {
    if headers.iter().all(|header| !is_known(header) && nearest(header).is_none()) {
        return ColumnError::NoHeader;
    }
    if header.is_empty() {
        ColumnError::NoName(place)
    } else {
        ColumnError::Unknown(header.to_owned(), nearest(header))
    }
}

/// The column that a header may mean: one that it is another word for, that it begins with or the other way round, or that is written
/// nearly like it. No more than every third letter is another one.
fn nearest(header: &str) -> Option<&'static str> {
    // Several names, with something unforeseen between them; or a cell of a contact.
    if header.contains([',', ';', '|', '\t', '@', ':']) {
        return None;
    }
    let header = plain(header);
    if let Some((_, name)) = ELSEWHERE.iter().find(|(other, _)| *other == header) {
        return Some(name);
    }
    let begins =
        |name: &&&str| header.len() > 3 && (plain(name).starts_with(&header) || header.starts_with(&plain(name)));
    let near = || {
        let distances = NAMES.iter().map(|name| (distance(&plain(name), &header), *name));
        let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
        (3 * distance <= header.chars().count()).then_some(name)
    };
    NAMES.iter().filter(begins).max_by_key(|name| name.len()).copied().or_else(near)
}

/// The letters and digits of a name.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How many letters have to be put in, taken out or changed to make one text of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<_> = other.chars().collect();
    // From what of the first text was read so far, to each beginning of the other.
    let mut distances: Vec<_> = (0..=other.len()).collect();
    for (read, letter) in one.chars().enumerate() {
        let mut last = read + 1;
        let mut row = vec![last];
        for ((another, shorter), same) in other.iter().zip(&distances).zip(distances.iter().skip(1)) {
            last = (shorter + usize::from(*another != letter)).min(last + 1).min(same + 1);
            row.push(last);
        }
        distances = row;
    }
    distances.last().copied().unwrap_or_default()
}

/// Addresses and custom fields of long text may have several lines.
fn takes_line_breaks(name: &str) -> bool {
    name == "address1" || name.starts_with(BY_ID) || name.starts_with(CALLED)
}

/// Sets the member that a column is about; nothing if there is no cell.
fn set(builder: NewContactBuilder, column: &Column, cell: Option<&str>) -> Result<NewContactBuilder, ColumnError> {
    if let Some(field) = &column.field {
        let value = cell.and_then(|cell| value(field, cell)).map(|value| field.value(value)).transpose();
        let value = value.map_err(|error| ColumnError::FieldValue(column.name.clone(), error))?;
        return Ok(builder.custom_field(value));
    }
    let name = column.name.as_str();
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
            let id = name.strip_prefix(BY_ID).ok_or_else(|| ColumnError::Unknown(name.to_owned(), None))?;
            let id = CustomFieldId::new(id)?;
            builder.custom_field(cell.map(|cell| CustomField::new(id, cell)))
        }
    })
}

/// What a cell is for a custom field; nothing if it has separators only, since an empty list would clear the field.
fn value(field: &LocationCustomField, cell: &str) -> Option<CustomFieldValue> {
    let takes_several = matches!(field.kind, Some(CustomFieldKind::MultipleOptions | CustomFieldKind::Checkbox));
    // An option may have a semicolon in it.
    if !takes_several || field.options.iter().any(|option| option == cell) {
        return Some(cell.into());
    }
    let choices: Vec<_> = tags(cell).map(str::to_owned).collect();
    (!choices.is_empty()).then(|| choices.into())
}

/// The tags, or the choices of a custom field, that are written in one text. A contact is not sent with one that has no text.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name() {
        for (header, expected) in [
            ("mail", Some("email")),
            ("E-Mail Address", Some("email")),
            ("frist name", Some("firstName")),
            ("Surname", Some("lastName")),
            ("ZIP", Some("postalCode")),
            ("Post code", Some("postalCode")),
            ("Company", Some("companyName")),
            ("Address", Some("address1")),
            ("Phone number", Some("phone")),
            ("Tag", Some("tags")),
            ("Contry", Some("country")),
            ("Favourite colour", None),
            ("Rosan", None),
            ("rosan@deos.com", None),
            ("+1 888-888-8888", None),
            ("", None),
        ] {
            assert_eq!(nearest(header), expected, "{header}");
        }
        assert_eq!([distance("", "abc"), distance("kitten", "sitting"), distance("ab", "ab")], [3, 3, 0]);
        // Each of the other words is needed, and leads to a column.
        for (other, name) in ELSEWHERE {
            assert!(!is_known(other) && NAMES.contains(&name) && plain(other) == other, "{other}");
        }
    }
}
