//! The filters of a search, and which contacts they let through. How a request writes them says `filters/reading.rs`.
//!
//! What the vendor's guide leaves open is decided here. Texts are compared without regard to case, but the value for a field whose
//! name ends in `LowerCase` has to be in lower case, as the guide says. A list is let through where one of its items is. Who has no
//! value is equal to nothing and contains nothing, so `not_eq` and `not_contains` let such a contact through.

mod reading;

use serde_json::Value;

use crate::values;

pub(crate) use reading::{LONGEST_TEXT, Reader};

/// What a filter says of the contacts that it lets through.
#[derive(Debug)]
pub(crate) enum Filter {
    /// What all of these say.
    All(Vec<Self>),
    /// What one of these says.
    Any(Vec<Self>),
    /// A field passes a test, or does not where that is wanted.
    Field { field: Field, test: Test, negated: bool },
}

/// What a filter looks at.
#[derive(Debug)]
pub(crate) enum Field {
    /// A member of the stored contact.
    Member(&'static str),
    /// The workflows in which the contact is enrolled.
    Workflows,
    /// A custom field; of a list of text boxes, one of them.
    Custom { id: String, text_box: Option<String> },
}

/// What a filter asks of a value.
#[derive(Debug)]
pub(crate) enum Test {
    /// The same text, or the same number.
    Equals {
        text: String,
        number: Option<f64>,
    },
    /// This text is a part of it.
    Contains(String),
    Exists,
    /// It is within all of these bounds.
    Range(Vec<Bound>),
}

/// One end of a range: a number, or a date in milliseconds since 1970.
#[derive(Debug)]
pub(crate) struct Bound {
    side: Side,
    at: f64,
}

/// On which side of a bound a value is to be.
#[derive(Clone, Copy, Debug)]
enum Side {
    AtLeast,
    Above,
    AtMost,
    Below,
}

/// A contact as filters see it.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) contact: &'a Value,
    /// The ids of the workflows in which the contact with an id is enrolled.
    pub(crate) workflows: &'a dyn Fn(&str) -> &'a [Value],
}

impl Filter {
    pub(crate) fn passes(&self, subject: Subject<'_>) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.passes(subject)),
            Self::Any(filters) => filters.iter().any(|filter| filter.passes(subject)),
            Self::Field { field, test, negated } => test.passes(field.values(subject)) != *negated,
        }
    }
}

impl Field {
    /// What a contact has there: one value, those of a list, or none.
    fn values<'a>(&self, subject: Subject<'a>) -> &'a [Value] {
        let value = match self {
            Self::Member(name) => &subject.contact[*name],
            Self::Workflows => return (subject.workflows)(subject.contact["id"].as_str().unwrap_or_default()),
            Self::Custom { id, text_box } => {
                let fields = subject.contact["customFields"].as_array();
                let Some(field) = fields.into_iter().flatten().find(|field| field["id"] == **id) else { return &[] };
                match text_box {
                    Some(text_box) => &field["value"][text_box],
                    None => &field["value"],
                }
            }
        };
        match value {
            Value::Null => &[],
            Value::String(text) if text.is_empty() => &[],
            Value::Array(items) => items,
            value => std::slice::from_ref(value),
        }
    }
}

impl Test {
    fn passes(&self, values: &[Value]) -> bool {
        match self {
            Self::Equals { text, number } => values.iter().any(|value| match (number, value.as_f64()) {
                (Some(wanted), Some(stored)) => *wanted == stored,
                _ => lower_case(value).is_some_and(|stored| stored == *text),
            }),
            Self::Contains(part) => values.iter().filter_map(lower_case).any(|stored| stored.contains(part)),
            Self::Exists => !values.is_empty(),
            Self::Range(bounds) => {
                values.iter().filter_map(quantity).any(|stored| bounds.iter().all(|bound| bound.admits(stored)))
            }
        }
    }
}

impl Bound {
    fn admits(&self, stored: f64) -> bool {
        match self.side {
            Side::AtLeast => stored >= self.at,
            Side::Above => stored > self.at,
            Side::AtMost => stored <= self.at,
            Side::Below => stored < self.at,
        }
    }
}

/// What texts are compared by.
fn lower_case(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_lowercase()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// What a range compares.
fn quantity(value: &Value) -> Option<f64> {
    values::number(value).or_else(|| values::milliseconds(value).map(|date| date as f64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn contact() -> Value {
        json!({
            "id": "ocQHyuzHvysMo5N5VsXc",
            "firstName": "Rosan", "lastName": "Ärzte", "firstNameLowerCase": "rosan", "lastNameLowerCase": "ärzte",
            "fullNameLowerCase": "rosan ärzte", "email": "Rosan@Deos.com", "phone": "+18888888888", "city": "Dolomite",
            "dnd": true, "tags": ["vip", "new customer"], "country": "US", "address1": "3535 1st St N",
            "dateAdded": "2021-08-31T09:59:41.937Z", "dateOfBirth": "1990-09-25",
            "customFields": [
                {"id": "text", "value": "Basic Plan"},
                {"id": "number", "value": 100.5},
                {"id": "written", "value": "42"},
                {"id": "choices", "value": ["Red", "Blue"]},
                {"id": "date", "value": "2024-06-06"},
                {"id": "boxes", "value": {"left": "Oak"}},
                {"id": "none", "value": []},
                {"id": "odd", "value": [null, {"a": 1}]},
            ],
        })
    }

    fn passes(filters: Value) -> bool {
        let mut reader = Reader::new(&[]);
        let filters = reader.filters(&filters, "filters");
        reader.finish().unwrap();
        let (contact, enrolled) = (contact(), [json!("0b9c8a54")]);
        let workflows = |id: &str| if id == "ocQHyuzHvysMo5N5VsXc" { &enrolled[..] } else { &[] };
        Filter::All(filters).passes(Subject { contact: &contact, workflows: &workflows })
    }

    #[test]
    fn which_contacts_a_filter_lets_through() {
        for (field, operator, value, expected) in [
            // Whatever the case is, save where the field is one of lower case.
            ("city", "eq", json!("dolomite"), true),
            ("city", "eq", json!("DOLOMITE"), true),
            ("city", "eq", json!("Dolo"), false),
            ("city", "not_eq", json!("Dolo"), true),
            ("city", "contains", json!("LOMI"), true),
            ("city", "contains", json!("x"), false),
            ("city", "not_contains", json!("lomi"), false),
            ("address", "eq", json!("3535 1st st n"), true),
            ("contactName", "eq", json!("Rosan Ärzte"), true),
            ("email", "eq", json!("rosan@deos.com"), true),
            ("firstNameLowerCase", "eq", json!("rosan"), true),
            ("firstNameLowerCase", "eq", json!("Rosan"), false),
            ("lastNameLowerCase", "contains", json!("ärz"), true),
            ("lastNameLowerCase", "contains", json!("Ärz"), false),
            ("id", "eq", json!("ocQHyuzHvysMo5N5VsXc"), true),
            ("id", "not_eq", json!("ocQHyuzHvysMo5N5VsXc"), false),
            // A truth value, and a number.
            ("dnd", "eq", json!(true), true),
            ("dnd", "eq", json!(false), false),
            ("customFields.number", "eq", json!(100.5), true),
            ("customFields.number", "eq", json!(100), false),
            ("customFields.written", "eq", json!(42), true),
            ("customFields.written", "eq", json!("42"), true),
            // A list: an item.
            ("tags", "eq", json!("VIP"), true),
            ("tags", "eq", json!("new"), false),
            ("tags", "contains", json!("new"), true),
            ("tags", "not_eq", json!("vip"), false),
            ("tags", "not_contains", json!("old"), true),
            ("customFields.choices", "eq", json!("blue"), true),
            ("customFields.choices", "eq", json!("bl"), false),
            ("activeWorkflows", "eq", json!("0b9c8a54"), true),
            ("activeWorkflows", "eq", json!("another"), false),
            ("finishedWorkflows", "eq", json!("0b9c8a54"), false),
            // Custom fields, and a text box of one.
            ("customFields.text", "contains", json!("basic"), true),
            ("customFields.boxes.left", "eq", json!("oak"), true),
            ("customFields.boxes.right", "eq", json!("oak"), false),
            ("customFields.unknown", "eq", json!("oak"), false),
            ("customFields.odd", "eq", json!("null"), false),
            // Nothing is there.
            ("state", "eq", json!(""), false),
            ("state", "contains", json!(""), false),
            ("state", "not_eq", json!("AL"), true),
            ("state", "not_contains", json!("AL"), true),
            ("validEmail", "not_eq", json!(true), true),
            // Dates.
            ("dateAdded", "range", json!({"gte": "2021-08-31T09:59:41.937Z"}), true),
            ("dateAdded", "range", json!({"gt": "2021-08-31T09:59:41.937Z"}), false),
            ("dateAdded", "range", json!({"lte": "2021-08-31T11:59:41.937+02:00"}), true),
            ("dateAdded", "range", json!({"lt": "2021-08-31T09:59:41.937Z"}), false),
            ("dateAdded", "range", json!({"gte": 1_630_403_981_937_u64, "lte": 1_630_403_981_937_u64}), true),
            // A day is the whole of it.
            ("dateAdded", "range", json!({"gte": "2021-08-31"}), true),
            ("dateAdded", "range", json!({"gt": "2021-08-31"}), false),
            ("dateAdded", "range", json!({"gt": "2021-08-30"}), true),
            ("dateAdded", "range", json!({"lte": "2021-08-31"}), true),
            ("dateAdded", "range", json!({"lt": "2021-08-31"}), false),
            ("dateAdded", "range", json!({"lt": "2021-09-01"}), true),
            ("dateAdded", "range", json!({"gte": "2021-08-01", "lt": "2021-08-31"}), false),
            ("dateOfBirth", "range", json!({"gte": "1990-09-25", "lte": "1990-09-25"}), true),
            ("customFields.date", "range", json!({"gte": "2024-06-06", "lt": "2024-06-07"}), true),
            ("customFields.date", "range", json!({"gt": "2024-06-06"}), false),
            ("lastAppointment", "range", json!({"gte": "1970-01-01"}), false),
            // Numbers.
            ("customFields.number", "range", json!({"gt": 100, "lt": 101}), true),
            ("customFields.number", "range", json!({"gte": 100.5, "lte": 100.5}), true),
            ("customFields.number", "range", json!({"gt": 100.5}), false),
            ("customFields.written", "range", json!({"gte": 42}), true),
            ("customFields.written", "range", json!({"gte": "43"}), false),
            ("customFields.text", "range", json!({"gte": 0}), false),
        ] {
            let filter = json!([{"field": field, "operator": operator, "value": value}]);
            assert_eq!(passes(filter), expected, "{field} {operator} {value}");
        }
    }

    #[test]
    fn what_is_there_exists() {
        for (field, expected) in [
            ("city", true),
            ("state", false),
            ("tags", true),
            ("followers", false),
            ("dateAdded", true),
            ("lastEmailOpenedDate", false),
            ("activeWorkflows", true),
            ("customFields.number", true),
            ("customFields.boxes", true),
            ("customFields.boxes.left", true),
            ("customFields.boxes.right", false),
            ("customFields.none", false),
            ("customFields.unknown", false),
        ] {
            assert_eq!(passes(json!([{"field": field, "operator": "exists"}])), expected, "{field}");
            assert_eq!(passes(json!([{"field": field, "operator": "not_exists"}])), !expected, "{field}");
        }
    }

    #[test]
    fn groups_nest() {
        let (yes, no) =
            (json!({"field": "city", "operator": "exists"}), json!({"field": "state", "operator": "exists"}));
        let group = |name: &str, filters: Value| json!({"group": name, "filters": filters});
        for (filters, expected) in [
            (json!([]), true),
            (json!([yes, yes]), true),
            (json!([yes, no]), false),
            (json!([group("AND", json!([yes, no]))]), false),
            (json!([group("OR", json!([yes, no]))]), true),
            (json!([group("OR", json!([no, no]))]), false),
            (json!([group("OR", json!([])), yes]), false),
            (json!([group("AND", json!([])), yes]), true),
            (json!([group("OR", json!([no, group("AND", json!([yes, group("OR", json!([no, yes]))]))])), yes]), true),
            (json!([group("OR", json!([no, group("AND", json!([yes, group("OR", json!([no, no]))]))])), yes]), false),
        ] {
            assert_eq!(passes(filters.clone()), expected, "{filters}");
        }
    }
}
