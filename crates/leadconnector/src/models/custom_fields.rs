//! The custom fields of a location, by what they are called.

mod near;

use std::fmt;
use std::sync::Arc;

pub(super) use near::nearest;

use crate::{CustomFieldId, InvalidValue, LocationCustomField};

/// How many things an error lists at the most.
const LISTED: usize = 5;
/// How many characters an error has of a name at the most.
const LONGEST: usize = 60;

/// The custom fields of a location: [`Contacts::custom_fields`](crate::Contacts::custom_fields) gives them, in the order of the
/// server. A test makes them of a list.
///
/// Cloning them is cheap.
///
/// ```
/// use leadconnector::CustomFieldId;
/// use leadconnector::custom_fields::{CustomFields, LocationCustomField};
///
/// let mut plan = LocationCustomField::new(CustomFieldId::new("3sv6UEo51C9Bmpo1cKTq")?);
/// plan.name = Some("Plan".into());
/// plan.key = Some("contact.plan".into());
/// let fields = CustomFields::from_iter([plan]);
///
/// assert_eq!(fields.by_name("plan")?.id, fields.by_key("contact.plan")?.id);
/// assert_eq!(
///     fields.find("Plam").unwrap_err().to_string(),
///     "custom field `Plam` is none of the location's: \
///      did you mean `Plan` (key `contact.plan`, id `3sv6UEo51C9Bmpo1cKTq`)?"
/// );
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomFields(Arc<[LocationCustomField]>);

impl CustomFields {
    /// The field with this id.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn by_id(&self, id: &CustomFieldId) -> Result<&LocationCustomField, InvalidValue> {
        self.only("custom field id", id.as_str(), [&|field| field.id == *id])
    }

    /// The field with this key, such as `contact.plan`; `contact.` may be left out.
    ///
    /// # Errors
    ///
    /// There is none. The error names the one that was probably meant.
    pub fn by_key(&self, key: &str) -> Result<&LocationCustomField, InvalidValue> {
        self.only("custom field key", key, [&|field| has_key(field, key)])
    }

    /// The field with this name, as the vendor's forms show it. If there is none, the search ignores upper and lower case, and
    /// the spaces around the name.
    ///
    /// # Errors
    ///
    /// There is none; the error names the one that was probably meant. Or several fields have this name; the error has the key and the
    /// id of each.
    pub fn by_name(&self, name: &str) -> Result<&LocationCustomField, InvalidValue> {
        self.only("custom field name", name, [&|field| has_name(field, name), &|field| has_name_like(field, name)])
    }

    /// The field with this id, key or name: see [`by_id`](Self::by_id), [`by_key`](Self::by_key) and
    /// [`by_name`](Self::by_name).
    ///
    /// # Errors
    ///
    /// As of [`by_name`](Self::by_name). What is the key of one field and the name of another one is refused as well.
    pub fn find(&self, text: &str) -> Result<&LocationCustomField, InvalidValue> {
        let exactly =
            |field: &LocationCustomField| field.id.as_str() == text || has_key(field, text) || has_name(field, text);
        self.only("custom field", text, [&exactly, &|field| has_name_like(field, text)])
    }

    /// The fields, in the order of the server.
    pub fn iter(&self) -> std::slice::Iter<'_, LocationCustomField> {
        self.0.iter()
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the location has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The only field that is meant, by the first of these ways in which any is.
    fn only<const N: usize>(
        &self,
        what: &'static str,
        text: &str,
        ways: [&dyn Fn(&LocationCustomField) -> bool; N],
    ) -> Result<&LocationCustomField, InvalidValue> {
        let invalid = |reason| InvalidValue::new(what, format!("{} {reason}", quoted(text)));
        for is_meant in ways {
            let meant: Vec<_> = self.iter().filter(|field| is_meant(field)).collect();
            match meant.as_slice() {
                [] => {}
                [field] => return Ok(field),
                several => {
                    let all = listed(several.iter().map(|field| field.described().to_string()));
                    return Err(invalid(format!(
                        "may be any of {}: {all}; say which by its key or its id",
                        several.len()
                    )));
                }
            }
        }
        let names = self.iter().flat_map(|field| {
            let key = field.key.as_deref().map(without_prefix);
            [field.name.as_deref(), key].into_iter().flatten().map(move |name| (name, field))
        });
        Err(invalid(match nearest(without_prefix(text), names, |(name, _)| name) {
            Some((_, field)) => format!("is none of the location's: did you mean {}?", field.described()),
            None => format!(
                "is none of the location's {}; if it is new, `Contacts::refresh_custom_fields` asks for it",
                self.len()
            ),
        }))
    }
}

impl FromIterator<LocationCustomField> for CustomFields {
    fn from_iter<I: IntoIterator<Item = LocationCustomField>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

impl<'a> IntoIterator for &'a CustomFields {
    type Item = &'a LocationCustomField;
    type IntoIter = std::slice::Iter<'a, LocationCustomField>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl LocationCustomField {
    /// What it is called, for an error: by the name, or else by what there is.
    pub(super) fn label(&self) -> String {
        quoted(self.name.as_deref().or(self.key.as_deref()).unwrap_or(self.id.as_str()))
    }

    /// The same with the key and the id.
    fn described(&self) -> impl fmt::Display {
        let key = self.key.as_deref().map(|key| format!("key {}, ", quoted(key))).unwrap_or_default();
        format!("{} ({key}id {})", self.label(), quoted(self.id.as_str()))
    }
}

fn without_prefix(key: &str) -> &str {
    key.strip_prefix("contact.").unwrap_or(key)
}

fn has_key(field: &LocationCustomField, key: &str) -> bool {
    field.key.as_deref().is_some_and(|other| without_prefix(other) == without_prefix(key))
}

fn has_name(field: &LocationCustomField, name: &str) -> bool {
    field.name.as_deref() == Some(name)
}

fn has_name_like(field: &LocationCustomField, name: &str) -> bool {
    let folded = |name: &str| name.trim().to_lowercase();
    field.name.as_deref().is_some_and(|other| folded(other) == folded(name))
}

/// A name for an error: not too long, and in one line.
pub(super) fn quoted(name: &str) -> String {
    let mut quoted: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect();
    if name.chars().nth(LONGEST).is_some() {
        quoted.push('…');
    }
    format!("`{quoted}`")
}

/// The first few of these, and how many more there are.
pub(super) fn listed(all: impl ExactSizeIterator<Item = String>) -> String {
    let more = all.len().saturating_sub(LISTED);
    let first = all.take(LISTED).collect::<Vec<_>>().join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(id: &str, name: &str, key: &str) -> LocationCustomField {
        let mut field = LocationCustomField::new(CustomFieldId::received(id.to_owned()));
        field.name = Some(name.to_owned()).filter(|name| !name.is_empty());
        field.key = Some(key.to_owned()).filter(|key| !key.is_empty());
        field
    }

    fn fields() -> CustomFields {
        CustomFields::from_iter([
            field("a", "Plan", "contact.plan"),
            field("b", "plan", "contact.plan_2"),
            field("c", "Größe", "contact.gre"),
            field("d", "Seats", "contact.seats"),
            field("e", "Seats", "contact.seats_2"),
            field("f", "gre", "contact.colour"),
            field("g", "", ""),
        ])
    }

    /// The id of what is found, or the error.
    fn said(found: Result<&LocationCustomField, InvalidValue>) -> String {
        found.map_or_else(|error| error.to_string(), |field| field.id.to_string())
    }

    #[test]
    fn what_is_found() {
        let fields = fields();
        let id = |id: &str| CustomFieldId::new(id).unwrap();
        assert_eq!(said(fields.by_id(&id("c"))), "c");
        assert_eq!(said(fields.by_key("contact.gre")), "c");
        assert_eq!(said(fields.by_key("gre")), "c");
        assert_eq!(said(fields.by_name("gre")), "f");
        // Exactly, before anything else.
        assert_eq!([said(fields.by_name("Plan")), said(fields.by_name("plan"))], ["a", "b"]);
        assert_eq!([said(fields.by_name(" größe\t")), said(fields.by_name("GRÖßE"))], ["c", "c"]);
        assert_eq!([said(fields.find("g")), said(fields.find("größe")), said(fields.find("colour"))], ["g", "c", "f"]);
        assert_eq!([said(fields.find("Plan")), said(fields.find("contact.plan_2"))], ["a", "b"]);
        assert_eq!((fields.len(), fields.is_empty(), (&fields).into_iter().count()), (7, false, 7));
    }

    #[test]
    fn what_is_not_found_or_not_alone() {
        let fields = fields();
        let refusals = [
            fields.by_id(&CustomFieldId::new("zz").unwrap()),
            fields.by_key("contact.Colour"),
            fields.by_key("contact.seat"),
            fields.by_key("Größe"),
            fields.by_key("contact."),
            fields.by_name("GroBe"),
            fields.by_name("Weight"),
            fields.by_name(""),
            fields.by_name("Seats"),
            fields.by_name("PLAN"),
            // The name of one, and the key of another one.
            fields.find("gre"),
            fields.find("plan"),
            fields.find(&"very long\n".repeat(20)),
        ];
        let not_there = "is none of the location's 7; if it is new, `Contacts::refresh_custom_fields` asks for it";
        let expected = [
            format!("custom field id `zz` {not_there}"),
            "custom field key `contact.Colour` is none of the location's: did you mean `gre` (key `contact.colour`, id `f`)?".to_owned(),
            "custom field key `contact.seat` is none of the location's: did you mean `Seats` (key `contact.seats`, id `d`)?".to_owned(),
            "custom field key `Größe` is none of the location's: did you mean `Größe` (key `contact.gre`, id `c`)?".to_owned(),
            format!("custom field key `contact.` {not_there}"),
            format!("custom field name `GroBe` {not_there}"),
            format!("custom field name `Weight` {not_there}"),
            format!("custom field name `` {not_there}"),
            "custom field name `Seats` may be any of 2: `Seats` (key `contact.seats`, id `d`), \
             `Seats` (key `contact.seats_2`, id `e`); say which by its key or its id".to_owned(),
            "custom field name `PLAN` may be any of 2: `Plan` (key `contact.plan`, id `a`), \
             `plan` (key `contact.plan_2`, id `b`); say which by its key or its id".to_owned(),
            "custom field `gre` may be any of 2: `Größe` (key `contact.gre`, id `c`), \
             `gre` (key `contact.colour`, id `f`); say which by its key or its id".to_owned(),
            "custom field `plan` may be any of 2: `Plan` (key `contact.plan`, id `a`), \
             `plan` (key `contact.plan_2`, id `b`); say which by its key or its id".to_owned(),
            format!("custom field `{}…` {not_there}", &"very long ".repeat(6)),
        ];
        assert_eq!(refusals.map(said), expected);

        let many: CustomFields = (0..22).map(|number| field(&number.to_string(), "Same", "")).collect();
        assert_eq!(
            said(many.by_name("same")),
            "custom field name `same` may be any of 22: `Same` (id `0`), `Same` (id `1`), `Same` (id `2`), `Same` (id `3`), \
             `Same` (id `4`) and 17 more; say which by its key or its id"
        );
        let none = CustomFields::default();
        assert!(said(none.find("x")).starts_with("custom field `x` is none of the location's 0; if it is new"));
    }
}
