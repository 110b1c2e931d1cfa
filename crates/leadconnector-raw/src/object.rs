//! Reads an object from an object alone. Serde would also take a list, by the places of its items.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Reads an object that may be null: for fields that are generated.
pub(crate) fn optional<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_option(Nullable(Object(PhantomData)))
}

/// The same of one that is boxed.
pub(crate) fn boxed<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Box<T>>, D::Error> {
    optional(deserializer).map(|object| object.map(Box::new))
}

/// Reads a list of objects that may be null.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    deserializer.deserialize_option(Nullable(List(PhantomData)))
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Object<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for List<T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Object(PhantomData))? {
            list.push(item);
        }
        Ok(list)
    }
}

/// What may be null.
struct Nullable<S>(S);

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Nullable<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, a list of them, or null")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use crate::types::{CreateContactResponse, GetAllNotesResponse};

    #[test]
    fn a_list_is_no_object() {
        let read = |json| serde_json::from_str::<GetAllNotesResponse>(json).ok().map(|answer| answer.notes);
        assert_eq!(read(r#"{"notes": [{"id": "a"}]}"#).unwrap().unwrap()[0].id.as_deref(), Some("a"));
        assert!(read(r#"{"notes": null}"#).unwrap().is_none() && read("{}").unwrap().is_none());
        assert!(read(r#"{"notes": [["b", "bt", "white", "c", null, "HG", true, "t", "u"]]}"#).is_none());
        let read = |json| serde_json::from_str::<CreateContactResponse>(json).is_ok();
        assert!(read(r#"{"contact": {"dndSettings": {"Call": {"status": "active"}}}}"#));
        assert!(!read(r#"{"contact": []}"#) && !read(r#"{"contact": {"dndSettings": []}}"#));
    }
}
