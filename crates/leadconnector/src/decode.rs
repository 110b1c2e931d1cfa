//! Decoding that survives what the live API sends.
//!
//! The fast path is progenitor's. This is the other one: a member of an unforeseen type is cut out, and the rest decoded.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use serde_path_to_error::Segment;

/// So many members are cut out one by one; from then on, whole members of the outer object are. So the time stays linear in
/// the size of the body, whatever is in it.
const CUTS: usize = 32;

/// The id of a contact in a success.
pub(crate) const CONTACT_ID: [&str; 2] = ["contact", "id"];
/// The id of a contact in a refusal of a duplicate.
pub(crate) const DUPLICATE_ID: [&str; 2] = ["meta", "contactId"];
/// What the vendor's support asks for.
pub(crate) const TRACE_ID: [&str; 1] = ["traceId"];

/// A value, and the members that it lacks because their types were unforeseen.
pub(crate) struct Decoded<T> {
    pub(crate) value: T,
    /// The paths of the members, such as `contact.tags[3]`.
    pub(crate) undecoded: Vec<String>,
}

/// Decodes the JSON at the beginning of a body; none if it is not JSON, or not complete.
pub(crate) fn tolerant<T: DeserializeOwned>(body: &[u8]) -> Option<Decoded<T>> {
    let mut undecoded = Vec::new();
    let mut value = match first_value::<Value>(body) {
        Some(value) => value,
        None => {
            // Complete, but nested too deeply to be read: then the ids are all that is taken from it.
            first_value::<IgnoredAny>(body)?;
            undecoded.push("contact".to_owned());
            Value::Object(serde_json::Map::new())
        }
    };
    for path in [CONTACT_ID, DUPLICATE_ID] {
        put_text(&mut value, path, body);
    }
    let mut cuts = Vec::new();
    loop {
        let error = match serde_path_to_error::deserialize(&value) {
            Ok(decoded) => {
                undecoded.extend(cuts.iter().map(ToString::to_string));
                return Some(Decoded { value: decoded, undecoded });
            }
            Err(error) => error,
        };
        let mut path = Path::of(error.path());
        if cuts.len() >= CUTS {
            path.0.truncate(2);
        }
        if !path.cut_from(&mut value) {
            return None;
        }
        path.count_from_the_original(&cuts);
        cuts.push(path);
    }
}

pub(crate) fn first_value<'de, T: serde::Deserialize<'de>>(body: &'de [u8]) -> Option<T> {
    T::deserialize(&mut serde_json::Deserializer::from_slice(body)).ok()
}

/// Whether a member of the outer object is there, and null.
pub(crate) fn has_null(body: &[u8], name: &str) -> bool {
    first_value::<Value>(body).is_some_and(|value| value.get(name) == Some(&Value::Null))
}

/// Makes an id a text, as it stands in the body: a number is an id all the same.
fn put_text(value: &mut Value, path: [&str; 2], body: &[u8]) {
    let [outer, inner] = path;
    let Some(text) = text_at(body, &path) else { return };
    let Value::Object(members) = value else { return };
    let outer = members.entry(outer).or_insert_with(|| Value::Object(serde_json::Map::new()));
    if let Value::Object(members) = outer {
        members.insert(inner.to_owned(), Value::String(text));
    }
}

/// Where a member is.
#[derive(PartialEq)]
struct Path(Vec<Step>);

#[derive(Clone, PartialEq)]
enum Step {
    Member(String),
    Item(usize),
}

impl Path {
    fn of(path: &serde_path_to_error::Path) -> Self {
        let step = |segment: &Segment| match segment {
            Segment::Map { key } => Some(Step::Member(key.clone())),
            Segment::Seq { index } => Some(Step::Item(*index)),
            Segment::Enum { .. } | Segment::Unknown => None,
        };
        Self(path.iter().map_while(step).collect())
    }

    /// Takes the member out of the value; false if there is none at this path.
    fn cut_from(&self, value: &mut Value) -> bool {
        let Some((last, steps)) = self.0.split_last() else { return false };
        let holder = steps.iter().try_fold(value, |value, step| match (step, value) {
            (Step::Member(name), Value::Object(members)) => members.get_mut(name),
            (Step::Item(index), Value::Array(items)) => items.get_mut(*index),
            _ => None,
        });
        match (last, holder) {
            (Step::Member(name), Some(Value::Object(members))) => members.remove(name).is_some(),
            (Step::Item(index), Some(Value::Array(items))) if *index < items.len() => {
                items.remove(*index);
                true
            }
            _ => false,
        }
    }

    /// Counts an item as it stood in the body: decoding fails at the first bad item, so those cut before stood before it.
    fn count_from_the_original(&mut self, cuts: &[Self]) {
        if let Some((Step::Item(index), list)) = self.0.split_last_mut() {
            let before = |cut: &&Self| matches!(cut.0.split_last(), Some((Step::Item(_), other)) if other == &*list);
            *index += cuts.iter().filter(before).count();
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Member(name) if position == 0 => f.write_str(name)?,
                Step::Member(name) => write!(f, ".{name}")?,
                Step::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// The text or the number at a path, also in a body that breaks off behind it; none if it is empty or something else.
pub(crate) fn text_at(body: &[u8], path: &[&str]) -> Option<String> {
    let mut found = None;
    // What is wrong behind the place does not matter, only whether the place was reached.
    let _ = Find { path, found: &mut found }.deserialize(&mut serde_json::Deserializer::from_slice(body));
    let raw: &RawValue = found?;
    let text = raw.get();
    match text.bytes().next()? {
        b'"' => serde_json::from_str(text).ok(),
        // A number at the very end may have been longer.
        b'-' | b'0'..=b'9' if text.as_bytes().as_ptr_range().end != body.as_ptr_range().end => Some(text.to_owned()),
        _ => None,
    }
    .filter(|text: &String| !text.is_empty())
}

/// Looks for a member, and keeps it as it stands.
struct Find<'p, 'f, 'de> {
    path: &'p [&'p str],
    found: &'f mut Option<&'de RawValue>,
}

impl<'de> DeserializeSeed<'de> for Find<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Find<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Some((name, rest)) = self.path.split_first() else { return Ok(()) };
        while let Some(key) = members.next_key::<Cow<'_, str>>()? {
            if key != *name {
                members.next_value::<IgnoredAny>()?;
            } else if rest.is_empty() {
                *self.found = Some(members.next_value()?);
            } else {
                members.next_value_seed(Find { path: rest, found: &mut *self.found })?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use leadconnector_raw::types::CreateContactResponse;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn decoded(body: &Value) -> Decoded<CreateContactResponse> {
        tolerant(body.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_bad_member_costs_that_member() {
        let decoded = decoded(&json!({"contact": {
            "id": "seD4", "firstName": 1, "lastName": "Deo", "dateAdded": "yesterday", "dnd": "no",
            "tags": ["a", 1, "b", null, {}, "c"], "customFields": [{"id": 1}, "x", {"id": "f", "value": [1]}],
            "dndSettings": {"SMS": {}, "Call": {"status": null}, "Email": {"status": "active", "message": 1}},
        }}));
        let contact = decoded.value.contact.unwrap();
        assert_eq!(contact.id.as_deref(), Some("seD4"));
        assert_eq!(contact.last_name.as_deref(), Some("Deo"));
        assert_eq!(contact.tags.unwrap(), ["a", "b", "c"]);
        let fields = contact.custom_fields.unwrap();
        assert_eq!((fields.len(), fields[1].value.as_ref()), (2, Some(&json!([1]))));
        assert!(contact.dnd_settings.unwrap().email.unwrap().message.is_none());

        let mut undecoded = decoded.undecoded;
        undecoded.sort();
        assert_eq!(
            undecoded,
            [
                "contact.customFields[0].id",
                "contact.customFields[1]",
                "contact.dateAdded",
                "contact.dnd",
                "contact.dndSettings.Call",
                "contact.dndSettings.Call.status",
                "contact.dndSettings.Email.message",
                "contact.dndSettings.SMS",
                "contact.firstName",
                "contact.tags[1]",
                "contact.tags[3]",
                "contact.tags[4]",
            ]
        );
    }

    #[test]
    fn a_list_with_too_many_bad_items_goes_as_a_whole() {
        let tags: Vec<_> = (0..40).map(|number| json!(number)).collect();
        let decoded = decoded(&json!({"contact": {"id": "seD4", "city": 1, "tags": tags, "website": 1}}));
        let contact = decoded.value.contact.unwrap();
        assert_eq!((contact.id.as_deref(), contact.tags), (Some("seD4"), None));
        assert_eq!(decoded.undecoded.last().map(String::as_str), Some("contact.website"));
        assert!(decoded.undecoded.contains(&"contact.tags".to_owned()));
    }

    #[test]
    fn an_id_that_is_a_number_is_taken_as_its_text() {
        for number in ["7", "-7", "12345678901234567890123", "1.50"] {
            let body = format!(r#"{{"contact": {{"id": {number}, "firstName": "Rosan"}}}}"#);
            let contact = tolerant::<CreateContactResponse>(body.as_bytes()).unwrap().value.contact.unwrap();
            assert_eq!((contact.id.as_deref(), contact.first_name.as_deref()), (Some(number), Some("Rosan")));
        }
    }

    #[test]
    fn what_is_no_json_is_none() {
        for body in ["", "<html>", r#"{"contact": {"id": "seD4"}"#, "7", "[]", "null"] {
            assert!(tolerant::<CreateContactResponse>(body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn what_stands_behind_complete_json_does_not_matter() {
        let body = br#"{"contact": {"id": 7}} and more"#;
        assert!(tolerant::<CreateContactResponse>(body).is_some());
    }

    #[test]
    fn nesting_that_is_too_deep_leaves_the_id() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let body = format!(r#"{{"contact": {{"deep": {deep}, "id": "seD4", "firstName": 1}}}}"#);
        let decoded = tolerant::<CreateContactResponse>(body.as_bytes()).unwrap();
        assert_eq!(decoded.value.contact.unwrap().id.as_deref(), Some("seD4"));
        assert_eq!(decoded.undecoded, ["contact"]);
    }

    #[test]
    fn a_text_is_found_in_a_body_that_breaks_off() {
        let body = br#"{"traceId": "t", "contact": {"tags": ["a"], "id": "seD4", "city": "Dolo"#;
        assert_eq!(text_at(body, &CONTACT_ID).as_deref(), Some("seD4"));
        assert_eq!(text_at(body, &TRACE_ID).as_deref(), Some("t"));
        assert_eq!(text_at(body, &DUPLICATE_ID), None);
        for body in [
            r#"{"contact": {"id": "seD"#,
            r#"{"contact": {"id": 12"#,
            r#"{"contact": {"id": "#,
            r#"{"contact": {"id": null}}"#,
        ] {
            assert_eq!(text_at(body.as_bytes(), &CONTACT_ID), None, "{body}");
        }
        assert_eq!(text_at(br#"{"contact": {"id": 12,"#, &CONTACT_ID).as_deref(), Some("12"));
    }

    /// A body of the largest size that is all bad members takes about as long for each byte as a smaller one.
    #[test]
    fn the_number_of_attempts_does_not_grow_with_the_body() {
        for items in [100, 10_000] {
            let mut tags = String::from("0");
            for number in 1..items {
                write!(tags, ",{number}").unwrap();
            }
            let body = format!(
                r#"{{"contact": {{"id": "seD4", "tags": [{tags}], "offers": [{tags}], "products": [{tags}]}}}}"#
            );
            let decoded = tolerant::<CreateContactResponse>(body.as_bytes()).unwrap();
            assert_eq!(decoded.value.contact.unwrap().id.as_deref(), Some("seD4"));
            // Thirty-two items, and then the three lists.
            assert_eq!(decoded.undecoded.len(), CUTS + 3);
        }
    }

    /// JSON of any kind, more often than not of the kinds that are in an answer.
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
            Just(json!("2021-08-31T09:59:41.937Z")),
            Just(json!("active")),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(member(), inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn member() -> impl Strategy<Value = String> {
        let known = [
            "firstName",
            "tags",
            "customFields",
            "value",
            "dndSettings",
            "SMS",
            "status",
            "message",
            "dateAdded",
            "dateOfBirth",
            "birthMonth",
            "dnd",
            "offers",
            "businessId",
            "createdBy",
        ];
        prop_oneof![3 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => ".{0,4}"]
    }

    /// How many cases the ordinary run tries; `PROPTEST_CASES=1000000 cargo test -p leadconnector decode` tries more.
    fn cases() -> ProptestConfig {
        let ordinary = std::env::var_os("PROPTEST_CASES").is_none().then_some(5_000);
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
        ProptestConfig { cases: ordinary.unwrap_or(config.cases), ..config }
    }

    proptest! {
        #![proptest_config(cases())]

        /// Whatever else is in a contact, its id is never lost.
        #[test]
        fn never_a_lost_id(
            mut members in proptest::collection::btree_map(member(), any_value(), 0..12),
            beside in proptest::collection::btree_map(member(), any_value(), 0..3),
            id in prop_oneof!["[A-Za-z0-9]{1,20}".prop_map(Value::from), any::<u64>().prop_map(Value::from)],
        ) {
            members.insert("id".into(), id.clone());
            let mut body = serde_json::Map::from_iter(beside);
            body.insert("contact".into(), members.into_iter().collect());
            let text = Value::Object(body).to_string();
            let decoded = tolerant::<CreateContactResponse>(text.as_bytes()).unwrap();
            let expected = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            prop_assert_eq!(decoded.value.contact.unwrap().id.unwrap(), expected);
        }

        /// Bytes that were changed, lost or cut off never cause a panic; and a body that breaks off behind the id has it.
        #[test]
        fn never_a_panic(
            members in proptest::collection::btree_map(member(), any_value(), 0..6),
            cut in any::<proptest::sample::Index>(),
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..3),
        ) {
            let rest = Value::Object(members.into_iter().collect()).to_string();
            let head = r#"{"contact":{"id":"seD4PfOuKoVMLkEZqohJ","#;
            let whole = format!("{head}\"createdBy\":{rest}}}}}");
            let broken = &whole.as_bytes()[..cut.index(whole.len() + 1)];
            let id = text_at(broken, &CONTACT_ID);
            prop_assert_eq!(id.is_some(), broken.len() >= head.len() - 1);

            let mut changed = broken.to_vec();
            for (index, byte) in changes {
                if !changed.is_empty() {
                    let index = index.index(changed.len());
                    changed[index] = byte;
                }
            }
            let _ = text_at(&changed, &CONTACT_ID);
            let _ = tolerant::<CreateContactResponse>(&changed);
        }
    }
}
