//! Finds something in a body without decoding the rest of it, also in a body that breaks off behind it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// What the vendor's support asks for.
pub(crate) const TRACE_ID: [&str; 1] = ["traceId"];

/// The body as text: without a byte order mark, and with what is not UTF-8 replaced.
pub(super) fn text(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
}

/// Whether a body begins as an object does: a list would be decoded too, by the places of its items.
pub(super) fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

pub(super) fn first_value<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
    T::deserialize(&mut json(text)).ok()
}

/// Whether a body begins with a JSON value that is complete.
pub(crate) fn is_json(body: &[u8]) -> bool {
    first_value::<IgnoredAny>(&text(body)).is_some()
}

/// Whether a body has nothing in it.
pub(crate) fn is_empty(body: &[u8]) -> bool {
    text(body).trim().is_empty()
}

/// The JSON at the beginning of a body; none if it has something that cannot be held.
pub(crate) fn value(body: &[u8]) -> Option<Value> {
    first_value(&text(body))
}

/// The JSON at a path such as `notes[3].body`; none if there is nothing, or if it has something that cannot be held.
pub(crate) fn value_at(body: &[u8], path: &str) -> Option<Value> {
    let text = text(body);
    let mut place: &str = &text;
    for step in path.split('.') {
        let (name, items) = step.split_once('[').map_or((step, None), |(name, items)| (name, Some(items)));
        place = members(place, None, &[name]).pop()?.1?.get();
        for item in items.into_iter().flat_map(|items| items.split('[')) {
            let item: usize = item.strip_suffix(']')?.parse().ok()?;
            let items: Vec<&RawValue> = serde_json::from_str(place).ok()?;
            place = items.get(item)?.get();
        }
    }
    serde_json::from_str(place).ok()
}

/// Whether a member of the outer object is there, and null.
pub(crate) fn has_null(body: &[u8], name: &str) -> bool {
    let text = text(body);
    members(&text, None, &[name]).into_iter().any(|(_, raw)| raw.is_some_and(|raw| raw.get() == "null"))
}

/// Whether a member of the outer object is true, also in a body that breaks off behind it; none if it is neither true nor false.
pub(crate) fn bool_at(body: &[u8], name: &str) -> Option<bool> {
    let text = text(body);
    let (_, raw) = members(&text, None, &[name]).pop()?;
    raw?.get().parse().ok()
}

/// The texts in the member `message` of a refusal, and whether they are a list.
pub(crate) fn messages(body: &[u8]) -> (Vec<String>, bool) {
    let text = text(body);
    let raw = members(&text, None, &["message"]).into_iter().find_map(|(_, raw)| raw);
    let value =
        raw.filter(|raw| raw.get().len() <= super::REPAIRED_BYTES).and_then(|raw| serde_json::from_str(raw.get()).ok());
    match value {
        Some(Value::String(message)) => (vec![message], false),
        Some(Value::Array(items)) => (items.into_iter().flat_map(texts_of).collect(), true),
        _ => (Vec::new(), false),
    }
}

/// The texts of a message: itself, or the constraints of a value as class-validator has them.
fn texts_of(message: Value) -> Vec<String> {
    match message {
        Value::String(text) => vec![text],
        Value::Object(mut members) => match members.remove("constraints") {
            Some(Value::Object(constraints)) => constraints.into_iter().flat_map(|(_, text)| texts_of(text)).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The items of a list in a body, as far as they arrived whole.
pub(crate) fn items(body: &[u8], list: &'static str) -> Vec<String> {
    list_at(&text(body), list).into_iter().flatten().map(|item| item.get().to_owned()).collect()
}

/// The items of a list in the outer object, as they stand in the text, also in one that breaks off; none if there is no list.
pub(super) fn list_at<'a>(text: &'a str, name: &str) -> Option<Vec<&'a RawValue>> {
    let mut found = None;
    let _ = FindList { name, found: &mut found }.deserialize(&mut json(text));
    found
}

/// The members of an object that have one of the names, the last of each, as they stand in the text; `within` another member
/// or not. It stops where the text breaks off.
pub(super) fn members<'a, 'n>(
    text: &'a str,
    within: Option<&str>,
    names: &[&'n str],
) -> Vec<(&'n str, Option<&'a RawValue>)> {
    let mut found = names.iter().map(|name| (*name, None)).collect();
    let path: Vec<_> = within.into_iter().collect();
    // What is wrong behind a place does not matter, only whether it was reached.
    let _ = Find { path: &path, texts: false, found: &mut found }.deserialize(&mut json(text));
    found
}

/// The text or the number at a path, also in a body that breaks off behind it; none if it is empty or something else. Of a member
/// that is there twice, it is the last that is a text or a number.
pub(crate) fn text_at(body: &[u8], path: &[&str]) -> Option<String> {
    text_in(&text(body), path)
}

/// The same in text.
pub(super) fn text_in(body: &str, path: &[&str]) -> Option<String> {
    let (name, outer) = path.split_last()?;
    let mut found = vec![(*name, None)];
    let _ = Find { path: outer, texts: true, found: &mut found }.deserialize(&mut json(body));
    let raw: &RawValue = found.pop()?.1?;
    let text = raw.get();
    let text = if text.starts_with('"') {
        serde_json::from_str(text).ok()
    } else {
        // A number at the very end may have been longer.
        (text.as_bytes().as_ptr_range().end != body.as_bytes().as_ptr_range().end).then(|| text.to_owned())
    };
    text.filter(|text: &String| !text.is_empty())
}

fn json(text: &str) -> serde_json::Deserializer<serde_json::de::StrRead<'_>> {
    serde_json::Deserializer::from_str(text)
}

/// Looks for members, and keeps them as they stand.
struct Find<'p, 'f, 'n, 'de> {
    path: &'p [&'p str],
    /// Only what is a text or a number.
    texts: bool,
    found: &'f mut Vec<(&'n str, Option<&'de RawValue>)>,
}

impl<'de> DeserializeSeed<'de> for Find<'_, '_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Find<'_, '_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = members.next_key()? {
            match self.path.split_first() {
                Some((name, rest)) if key == name.as_bytes() => {
                    members.next_value_seed(Find { path: rest, texts: self.texts, found: &mut *self.found })?;
                }
                Some(_) => {
                    members.next_value::<IgnoredAny>()?;
                }
                None => match self.found.iter_mut().find(|(name, _)| key == name.as_bytes()) {
                    Some((_, found)) => {
                        let value: &RawValue = members.next_value()?;
                        if !self.texts || value.get().starts_with(|first: char| "\"-0123456789".contains(first)) {
                            *found = Some(value);
                        }
                    }
                    None => {
                        members.next_value::<IgnoredAny>()?;
                    }
                },
            }
        }
        Ok(())
    }

    // Where an object should be is something else: there is nothing to find, and more may follow.

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Looks for a list that is a member of an object, and keeps its items as they stand.
struct FindList<'n, 'f, 'de> {
    name: &'n str,
    found: &'f mut Option<Vec<&'de RawValue>>,
}

impl<'de> DeserializeSeed<'de> for FindList<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FindList<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = members.next_key()? {
            if key == self.name.as_bytes() {
                *self.found = None;
                members.next_value_seed(Items(&mut *self.found))?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// Keeps the items of a list; something else is an error, behind which nothing is looked for.
struct Items<'f, 'de>(&'f mut Option<Vec<&'de RawValue>>);

impl<'de> DeserializeSeed<'de> for Items<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let found = self.0.insert(Vec::new());
        while let Some(item) = items.next_element()? {
            found.push(item);
        }
        Ok(())
    }
}

/// The name of a member, as bytes: one half of a surrogate pair is no text, but a name all the same.
struct Key(Vec<u8>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_bytes<E>(self, name: &[u8]) -> Result<Key, E> {
                Ok(Key(name.to_vec()))
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}
