//! The order of what a search finds, and the place in it at which a page ends.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::values;

/// What can be sorted by: the name, and the member of the stored contact.
const FIELDS: [(&str, Kind, &str); 8] = [
    ("firstNameLowerCase", Kind::Text, "firstNameLowerCase"),
    ("lastNameLowerCase", Kind::Text, "lastNameLowerCase"),
    ("businessName", Kind::Text, "businessName"),
    ("dateAdded", Kind::Date, DATE_ADDED),
    ("dateUpdated", Kind::Date, "dateUpdated"),
    ("email", Kind::Text, "emailLowerCase"),
    ("dnd", Kind::Flag, "dnd"),
    ("source", Kind::Text, "source"),
];

const DATE_ADDED: &str = "dateAdded";

/// The names of what can be sorted by.
pub(crate) fn names() -> [&'static str; 8] {
    FIELDS.map(|(name, ..)| name)
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Date,
    Flag,
}

/// By what contacts are sorted. Those that are equal in that are sorted by their ids, in the direction of the last one.
#[derive(Debug)]
pub(crate) struct Order(Vec<Sort>);

#[derive(Debug)]
struct Sort {
    kind: Kind,
    member: &'static str,
    descending: bool,
}

/// The place of a contact in an order: what it is sorted by, and its id.
#[derive(Debug, PartialEq)]
pub(crate) struct Position<'a> {
    values: Vec<SortValue<'a>>,
    id: &'a str,
}

/// What is sorted by: milliseconds since 1970 for a date, else a text, which is empty where there is none.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SortValue<'a> {
    Date(i64),
    Text(&'a str),
}

impl Order {
    /// The order that a request asks for, whose schema was checked. That without a wish is by the date, the last one first.
    pub(crate) fn read(sort: &Value) -> Self {
        let sorts = sort.as_array().into_iter().flatten().filter_map(|sort| {
            let (_, kind, member) = FIELDS.iter().find(|(name, ..)| sort["field"] == *name)?;
            Some(Sort { kind: *kind, member, descending: sort["direction"] == "desc" })
        });
        let mut sorts: Vec<_> = sorts.collect();
        if sorts.is_empty() {
            sorts.push(Sort { kind: Kind::Date, member: DATE_ADDED, descending: true });
        }
        Self(sorts)
    }

    /// Whether it is the order in which the contacts were added, and then whether it is descending.
    pub(crate) fn by_date_added(&self) -> Option<bool> {
        match self.0.as_slice() {
            [Sort { member, descending, .. }] if *member == DATE_ADDED => Some(*descending),
            _ => None,
        }
    }

    pub(crate) fn position<'a>(&self, contact: &'a Value) -> Position<'a> {
        let values = self.0.iter().map(|sort| match sort.kind {
            Kind::Date => SortValue::Date(values::milliseconds(&contact[sort.member]).unwrap_or_default()),
            Kind::Text => SortValue::Text(contact[sort.member].as_str().unwrap_or_default()),
            Kind::Flag => SortValue::Text(if contact[sort.member] == true { "true" } else { "false" }),
        });
        Position { values: values.collect(), id: contact["id"].as_str().unwrap_or_default() }
    }

    /// The position that a page gave as its end; none if it is none of this order.
    pub(crate) fn read_position<'a>(&self, search_after: &'a Value) -> Option<Position<'a>> {
        let (id, values) = search_after.as_array()?.split_last()?;
        let read = |(sort, value): (&Sort, &'a Value)| match sort.kind {
            Kind::Date => value.as_i64().map(SortValue::Date),
            Kind::Text | Kind::Flag => value.as_str().map(SortValue::Text),
        };
        if values.len() != self.0.len() {
            return None;
        }
        Some(Position { values: self.0.iter().zip(values).map(read).collect::<Option<_>>()?, id: id.as_str()? })
    }

    /// What comes first.
    pub(crate) fn compare(&self, one: &Position<'_>, other: &Position<'_>) -> Ordering {
        let directed = |ordering: Ordering, descending| if descending { ordering.reverse() } else { ordering };
        let values = self.0.iter().zip(one.values.iter().zip(&other.values));
        let by_values = values.map(|(sort, (one, other))| directed(one.cmp(other), sort.descending));
        by_values
            .fold(Ordering::Equal, Ordering::then)
            .then_with(|| directed(one.id.cmp(other.id), self.0.last().is_some_and(|sort| sort.descending)))
    }
}

impl Position<'_> {
    /// As a contact has it in `searchAfter`: `[value, id]`, and `[value, value, id]` where two are sorted by.
    pub(crate) fn to_json(&self) -> Value {
        let values = self.values.iter().map(|value| match value {
            SortValue::Date(milliseconds) => json!(milliseconds),
            SortValue::Text(text) => json!(text),
        });
        values.chain([json!(self.id)]).collect()
    }
}
