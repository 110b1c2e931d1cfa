//! How a request writes filters. Which fields there are, and with which operators, is in the vendor's guide.

use serde_json::{Map, Value};

use super::{Bound, Field, Filter, Side, Test};
use crate::search::Invalid;
use crate::values;

/// How many characters the text of a filter, or of a query, has at the most.
pub(crate) const LONGEST_TEXT: usize = 75;

/// The milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// The fields that are members of the stored contact, under which name. Of those at the end, no contact of the mock has a value.
const MEMBERS: [(&str, Kind, &str); 30] = [
    ("id", Kind::Id, "id"),
    ("address", Kind::Text, "address1"),
    ("city", Kind::Text, "city"),
    ("companyName", Kind::Text, "companyName"),
    ("firstNameLowerCase", Kind::Text, "firstNameLowerCase"),
    ("lastNameLowerCase", Kind::Text, "lastNameLowerCase"),
    ("phone", Kind::Text, "phone"),
    ("postalCode", Kind::Text, "postalCode"),
    ("source", Kind::Text, "source"),
    ("state", Kind::Text, "state"),
    ("tags", Kind::Text, "tags"),
    ("contactName", Kind::Whole, "fullNameLowerCase"),
    ("assignedTo", Kind::Whole, "assignedTo"),
    ("country", Kind::Whole, "country"),
    ("dnd", Kind::Whole, "dnd"),
    ("email", Kind::Whole, "email"),
    ("timezone", Kind::Whole, "timezone"),
    ("type", Kind::Whole, "type"),
    ("website", Kind::Whole, "website"),
    ("dateAdded", Kind::Date, "dateAdded"),
    ("dateUpdated", Kind::Date, "dateUpdated"),
    ("dateOfBirth", Kind::Date, "dateOfBirth"),
    ("businessName", Kind::Text, "businessName"),
    ("followers", Kind::Whole, "followers"),
    ("isValidWhatsapp", Kind::Whole, "isValidWhatsapp"),
    ("validEmail", Kind::Whole, "validEmail"),
    ("finishedWorkflows", Kind::Whole, "finishedWorkflows"),
    ("lastEmailClickedDate", Kind::Date, "lastEmailClickedDate"),
    ("lastEmailOpenedDate", Kind::Date, "lastEmailOpenedDate"),
    ("lastAppointment", Kind::Date, "lastAppointment"),
];

/// What kind of values a field has: its operators depend on it.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    /// Values that are only compared as a whole.
    Whole,
    Id,
    Number,
    Date,
    /// Those of a custom field of which nothing is known.
    Open,
}

impl Kind {
    fn of_custom_field(data_type: &Value) -> Self {
        match data_type.as_str().unwrap_or_default() {
            "TEXT" | "LARGE_TEXT" | "SINGLE_OPTIONS" | "RADIO" | "PHONE" | "EMAIL" | "TEXTBOX_LIST" => Self::Text,
            "CHECKBOX" | "MULTIPLE_OPTIONS" => Self::Whole,
            "NUMERICAL" | "MONETORY" => Self::Number,
            "DATE" => Self::Date,
            _ => Self::Open,
        }
    }

    fn has(self, operator: Operator) -> bool {
        use Operator::{Contains, Equals, Exists, Range};
        match self {
            Self::Text => matches!(operator, Equals | Contains | Exists),
            Self::Whole => matches!(operator, Equals | Exists),
            Self::Id => matches!(operator, Equals),
            Self::Number => matches!(operator, Equals | Range | Exists),
            Self::Date => matches!(operator, Range | Exists),
            Self::Open => true,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Operator {
    Equals,
    Contains,
    Exists,
    Range,
}

impl Operator {
    /// The operator with this name, and whether it is negated.
    fn named(name: &str) -> Option<(Self, bool)> {
        Some(match name {
            "eq" => (Self::Equals, false),
            "not_eq" => (Self::Equals, true),
            "contains" => (Self::Contains, false),
            "not_contains" => (Self::Contains, true),
            "exists" => (Self::Exists, false),
            "not_exists" => (Self::Exists, true),
            "range" => (Self::Range, false),
            _ => return None,
        })
    }
}

/// Reads filters, and collects what is wrong with them.
pub(crate) struct Reader<'a> {
    /// The custom fields of the location. If it has none, any id is one.
    custom_fields: &'a [Value],
    messages: Vec<String>,
    unknown: Option<String>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(custom_fields: &'a [Value]) -> Self {
        Self { custom_fields, messages: Vec::new(), unknown: None }
    }

    /// Adds a message with which the request is refused.
    pub(crate) fn refuse(&mut self, message: String) {
        self.messages.push(message);
    }

    /// Why the request is refused, if it is.
    pub(crate) fn finish(self) -> Result<(), Invalid> {
        match (self.messages.is_empty(), self.unknown) {
            (false, _) => Err(Invalid::Body(self.messages)),
            (true, Some(message)) => Err(Invalid::Unknown(message)),
            (true, None) => Ok(()),
        }
    }

    /// The filters of a list, without those that are wrong.
    pub(crate) fn filters(&mut self, filters: &Value, path: &str) -> Vec<Filter> {
        let filters = filters.as_array().into_iter().flatten().enumerate();
        filters.filter_map(|(index, filter)| self.filter(filter, &format!("{path}.{index}"))).collect()
    }

    fn filter(&mut self, filter: &Value, path: &str) -> Option<Filter> {
        let Some(members) = filter.as_object() else {
            self.refuse(format!("{path} must be an object"));
            return None;
        };
        // Those of opportunities have filters of their own, in the place of a value.
        if members.get("field").is_some_and(|field| field == "opportunities") {
            return self.unknown("The mock does not imitate the field opportunities".to_owned());
        }
        if members.contains_key("field") || !(members.contains_key("group") || members.contains_key("filters")) {
            self.filter_of_field(members, path)
        } else {
            self.group(members, path)
        }
    }

    fn group(&mut self, members: &Map<String, Value>, path: &str) -> Option<Filter> {
        self.only(members, &["group", "filters"], path);
        let group = self.text(members, "group", path);
        let filters = members.get("filters").unwrap_or(&Value::Null);
        if !filters.is_array() {
            self.refuse(format!("{path}.filters must be an array"));
        }
        let filters = self.filters(filters, &format!("{path}.filters"));
        match group? {
            "AND" => Some(Filter::All(filters)),
            "OR" => Some(Filter::Any(filters)),
            _ => {
                self.refuse(format!("{path}.group must be one of the following values: AND, OR"));
                None
            }
        }
    }

    fn filter_of_field(&mut self, members: &Map<String, Value>, path: &str) -> Option<Filter> {
        let (name, operator) = (self.text(members, "field", path), self.text(members, "operator", path));
        let is_for_existence = matches!(operator, Some("exists" | "not_exists"));
        let value = if is_for_existence {
            self.only(members, &["field", "operator"], path);
            &Value::Null
        } else {
            self.only(members, &["field", "operator", "value"], path);
            members.get("value").unwrap_or(&Value::Null)
        };
        let (name, operator) = (name?, operator?);
        let Some((field, kind)) = self.field(name) else { return self.unknown(format!("Invalid field {name}")) };
        let Some((operator, negated)) = Operator::named(operator) else {
            return self.unknown(format!("Invalid operator {operator}"));
        };
        if !kind.has(operator) {
            return self.unknown(format!("Invalid operator {} for field {name}", members["operator"].as_str()?));
        }
        let path = format!("{path}.value");
        let test = match operator {
            Operator::Exists => Test::Exists,
            Operator::Range => Test::Range(self.range(value, kind, &path)?),
            Operator::Contains => Test::Contains(as_compared(name, self.short_text(value, &path)?)),
            Operator::Equals => match value {
                Value::Number(_) | Value::Bool(_) => Test::Equals { text: value.to_string(), number: value.as_f64() },
                Value::String(_) => {
                    Test::Equals { text: as_compared(name, self.short_text(value, &path)?), number: None }
                }
                Value::Null => return self.refused(format!("{path} should not be empty")),
                _ => return self.refused(format!("{path} must be a string, a number or a boolean value")),
            },
        };
        Some(Filter::Field { field, test, negated })
    }

    /// The field with this name; none if there is no such field.
    fn field(&self, name: &str) -> Option<(Field, Kind)> {
        if name == "activeWorkflows" {
            return Some((Field::Workflows, Kind::Whole));
        }
        if let Some(custom_field) = name.strip_prefix("customFields.") {
            return self.custom_field(custom_field);
        }
        let (_, kind, member) = MEMBERS.iter().find(|(field, ..)| *field == name)?;
        Some((Field::Member(member), *kind))
    }

    /// The custom field with this id, or with this id and that of a text box.
    fn custom_field(&self, name: &str) -> Option<(Field, Kind)> {
        let (id, text_box) = match name.split_once('.') {
            Some((id, text_box)) => (id, Some(text_box)),
            None => (name, None),
        };
        if id.is_empty() || text_box == Some("") {
            return None;
        }
        let kind = if self.custom_fields.is_empty() {
            Kind::Open
        } else {
            let data_type = &self.custom_fields.iter().find(|field| field["id"] == id)?["dataType"];
            if text_box.is_some() && data_type != "TEXTBOX_LIST" {
                return None;
            }
            Kind::of_custom_field(data_type)
        };
        Some((Field::Custom { id: id.to_owned(), text_box: text_box.map(str::to_owned) }, kind))
    }

    fn range(&mut self, value: &Value, kind: Kind, path: &str) -> Option<Vec<Bound>> {
        let Some(members) = value.as_object() else { return self.refused(format!("{path} must be an object")) };
        self.only(members, &["gte", "gt", "lte", "lt"], path);
        let bounds = [("gte", Side::AtLeast), ("gt", Side::Above), ("lte", Side::AtMost), ("lt", Side::Below)];
        let given: Vec<_> =
            bounds.into_iter().filter_map(|(name, side)| Some((name, side, members.get(name)?))).collect();
        if given.is_empty() {
            return self.refused(format!("{path} should not be empty"));
        }
        given.into_iter().map(|(name, side, value)| self.bound(side, value, kind, &format!("{path}.{name}"))).collect()
    }

    fn bound(&mut self, side: Side, value: &Value, kind: Kind, path: &str) -> Option<Bound> {
        let number = if matches!(kind, Kind::Date) { value.as_f64() } else { values::number(value) };
        if let Some(at) = number {
            return Some(Bound { side, at });
        }
        if matches!(kind, Kind::Number) {
            return self.refused(format!("{path} must be a number"));
        }
        let Some(at) = values::milliseconds(value) else {
            return self.refused(format!("{path} must be a valid ISO 8601 date string"));
        };
        // A day is the whole of it: who is above it is behind its end.
        let is_day = value.as_str().is_some_and(|text| values::begin_of_day(text).is_some());
        let (side, at) = match side {
            Side::Above if is_day => (Side::AtLeast, at + DAY),
            Side::AtMost if is_day => (Side::Below, at + DAY),
            side => (side, at),
        };
        Some(Bound { side, at: at as f64 })
    }

    /// A text that has to be there.
    fn text<'b>(&mut self, members: &'b Map<String, Value>, name: &str, path: &str) -> Option<&'b str> {
        match members.get(name) {
            None => self.refused(format!("{path}.{name} should not be empty")),
            Some(Value::String(text)) => Some(text),
            Some(_) => self.refused(format!("{path}.{name} must be a string")),
        }
    }

    /// A text that is not too long.
    fn short_text<'b>(&mut self, value: &'b Value, path: &str) -> Option<&'b str> {
        match value {
            Value::Null => self.refused(format!("{path} should not be empty")),
            Value::String(text) if text.chars().count() > LONGEST_TEXT => {
                self.refused(format!("{path} must be shorter than or equal to {LONGEST_TEXT} characters"))
            }
            Value::String(text) => Some(text),
            _ => self.refused(format!("{path} must be a string")),
        }
    }

    /// Refuses members other than these.
    fn only(&mut self, members: &Map<String, Value>, names: &[&str], path: &str) {
        for name in members.keys().filter(|name| !names.contains(&name.as_str())) {
            self.refuse(format!("{path}.property {name} should not exist"));
        }
    }

    fn refused<T>(&mut self, message: String) -> Option<T> {
        self.refuse(message);
        None
    }

    /// Notes the first field or operator that there is not.
    fn unknown<T>(&mut self, message: String) -> Option<T> {
        self.unknown.get_or_insert(message);
        None
    }
}

/// A text as it is compared with the field of this name.
fn as_compared(field: &str, text: &str) -> String {
    if field.ends_with("LowerCase") { text.to_owned() } else { text.to_lowercase() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal_with(custom_fields: &[Value], filters: Value) -> Result<(), Invalid> {
        let mut reader = Reader::new(custom_fields);
        reader.filters(&filters, "filters");
        reader.finish()
    }

    fn refusal(filter: Value) -> Invalid {
        refusal_with(&[], json!([filter])).unwrap_err()
    }

    #[test]
    fn what_is_no_filter() {
        let of_field = |value: Value| json!({"field": "city", "operator": "eq", "value": value});
        let range = |field: &str, value: Value| json!({"field": field, "operator": "range", "value": value});
        for (filter, messages) in [
            (json!("city"), &["filters.0 must be an object"][..]),
            (json!({}), &["filters.0.field should not be empty", "filters.0.operator should not be empty"]),
            (
                json!({"field": 1, "operator": null, "values": []}),
                &[
                    "filters.0.field must be a string",
                    "filters.0.operator must be a string",
                    "filters.0.property values should not exist",
                ],
            ),
            (of_field(json!(null)), &["filters.0.value should not be empty"]),
            (of_field(json!(["a"])), &["filters.0.value must be a string, a number or a boolean value"]),
            (of_field(json!("é".repeat(76))), &["filters.0.value must be shorter than or equal to 75 characters"]),
            (json!({"field": "city", "operator": "contains", "value": 1}), &["filters.0.value must be a string"]),
            (json!({"field": "city", "operator": "not_contains"}), &["filters.0.value should not be empty"]),
            (
                json!({"field": "city", "operator": "exists", "value": true}),
                &["filters.0.property value should not exist"],
            ),
            (range("dateAdded", json!("2021-08-31")), &["filters.0.value must be an object"]),
            (range("dateAdded", json!({})), &["filters.0.value should not be empty"]),
            (
                range("dateAdded", json!({"gte": "yesterday", "low": 1})),
                &[
                    "filters.0.value.property low should not exist",
                    "filters.0.value.gte must be a valid ISO 8601 date string",
                ],
            ),
            // Of a number in a text, it is not known of when.
            (range("dateAdded", json!({"gt": "2021"})), &["filters.0.value.gt must be a valid ISO 8601 date string"]),
            (json!({"group": "AND"}), &["filters.0.filters must be an array"]),
            (json!({"filters": []}), &["filters.0.group should not be empty"]),
            (json!({"group": "NOT", "filters": []}), &["filters.0.group must be one of the following values: AND, OR"]),
            (
                json!({"group": "OR", "filters": [of_field(json!("a")), {"group": "AND", "filters": [[]]}], "value": 1}),
                &["filters.0.property value should not exist", "filters.0.filters.1.filters.0 must be an object"],
            ),
        ] {
            let messages = messages.iter().map(|&message| message.to_owned()).collect();
            assert_eq!(refusal(filter.clone()), Invalid::Body(messages), "{filter}");
        }
        refusal_with(&[], json!([of_field(json!("é".repeat(75)))])).unwrap();
    }

    #[test]
    fn what_is_unknown() {
        let exists = |field: &str| json!({"field": field, "operator": "exists"});
        let of = |field: &str, operator: &str| json!({"field": field, "operator": operator, "value": "a"});
        for (filter, message) in [
            (exists("address1"), "Invalid field address1"),
            (exists("City"), "Invalid field City"),
            (exists(""), "Invalid field "),
            (exists("customFields"), "Invalid field customFields"),
            (exists("customFields."), "Invalid field customFields."),
            (exists("customFields.a."), "Invalid field customFields.a."),
            (of("city", "like"), "Invalid operator like"),
            (of("city", "nested"), "Invalid operator nested"),
            (of("city", "range"), "Invalid operator range for field city"),
            (of("email", "contains"), "Invalid operator contains for field email"),
            (of("dateAdded", "eq"), "Invalid operator eq for field dateAdded"),
            (exists("id"), "Invalid operator exists for field id"),
            (
                json!({"field": "opportunities", "operator": "nested", "filters": [of("status", "eq")]}),
                "The mock does not imitate the field opportunities",
            ),
        ] {
            assert_eq!(refusal(filter.clone()), Invalid::Unknown(message.to_owned()), "{filter}");
        }
        // What is wrong with the rest is said before that.
        let messages = refusal_with(&[], json!([exists("a"), exists("b"), {"group": "OR"}])).unwrap_err();
        assert_eq!(messages, Invalid::Body(vec!["filters.2.filters must be an array".to_owned()]));
        let first = refusal_with(&[], json!([exists("city"), exists("a"), exists("b")])).unwrap_err();
        assert_eq!(first, Invalid::Unknown("Invalid field a".to_owned()));
    }

    #[test]
    fn custom_fields_that_the_location_has() {
        let location = |kind: &str| json!({"id": kind, "dataType": kind});
        let kinds = ["TEXT", "CHECKBOX", "MONETORY", "DATE", "TEXTBOX_LIST", "SIGNATURE"].map(location);
        let refused = |field: &str, operator: &str, value: Value| {
            let filter = json!({"field": format!("customFields.{field}"), "operator": operator, "value": value});
            refusal_with(&kinds, json!([filter])).err()
        };
        let invalid = |message: &str| Some(Invalid::Unknown(message.to_owned()));
        for (field, operator, value) in [
            ("TEXT", "contains", json!("a")),
            ("CHECKBOX", "eq", json!("a")),
            ("MONETORY", "range", json!({"gte": "1"})),
            ("DATE", "range", json!({"gte": "2021-08-31"})),
            ("TEXTBOX_LIST.a", "contains", json!("a")),
            ("SIGNATURE", "range", json!({"gte": 1})),
        ] {
            assert_eq!(refused(field, operator, value), None, "{field} {operator}");
        }
        assert_eq!(refused("other", "eq", json!("a")), invalid("Invalid field customFields.other"));
        assert_eq!(refused("TEXT.a", "eq", json!("a")), invalid("Invalid field customFields.TEXT.a"));
        assert_eq!(
            refused("CHECKBOX", "contains", json!("a")),
            invalid("Invalid operator contains for field customFields.CHECKBOX")
        );
        assert_eq!(
            refused("MONETORY", "range", json!({"gte": "2021-08-31"})),
            Some(Invalid::Body(vec!["filters.0.value.gte must be a number".to_owned()]))
        );
    }
}
