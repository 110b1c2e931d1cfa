//! Composed schemas: an `allOf` of several objects stands for one object, which has the members of all of them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Document, child, holds_names, is_value, reference};

/// What gives an object its members.
const MEMBERS: [&str; 3] = ["additionalProperties", "properties", "required"];

/// One of the objects that a composition puts together.
pub(crate) struct Part<'a> {
    pub(crate) path: String,
    pub(crate) value: &'a Map<String, Value>,
    /// The references that lead to it from the composition.
    through: Vec<&'a str>,
}

impl<'a> Part<'a> {
    /// The names of its own properties.
    pub(crate) fn properties(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.value.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys).map(String::as_str)
    }
}

/// Whether a schema stands for the object that its parts make.
pub(crate) fn is_composition(schema: &Map<String, Value>) -> bool {
    let parts = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
    // An `allOf` of one is a reference with something beside it, unless what is beside it are members.
    parts > 1 || (parts == 1 && MEMBERS.iter().any(|key| schema.contains_key(*key)))
}

/// Whether a schema describes an object and nothing else, so that it can be a part of one.
pub(crate) fn is_object(schema: &Map<String, Value>) -> bool {
    let of_object = match schema.get("type") {
        Some(kind) => kind == "object",
        None => schema.contains_key("allOf") || MEMBERS.iter().any(|key| schema.contains_key(*key)),
    };
    of_object && !["anyOf", "enum", "items", "not", "oneOf"].iter().any(|key| schema.contains_key(*key))
}

impl Document {
    /// The parts of a composition: first what stands beside its `allOf`, then the others, with those of the compositions
    /// among them. Of any other schema, only itself.
    pub(crate) fn parts<'a>(&'a self, path: &str, schema: &'a Map<String, Value>) -> Vec<Part<'a>> {
        let mut parts = vec![Part { path: path.to_owned(), value: schema, through: Vec::new() }];
        if is_composition(schema) {
            self.collect_parts(path, schema, &[], &mut parts);
        }
        parts
    }

    fn collect_parts<'a>(
        &'a self,
        path: &str,
        schema: &'a Map<String, Value>,
        through: &[&'a str],
        parts: &mut Vec<Part<'a>>,
    ) {
        let listed = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        for (index, listed) in listed.enumerate() {
            let (mut path, mut value) = (child(&child(path, "allOf"), &index.to_string()), listed);
            let mut through = through.to_vec();
            while let Some(target) = reference(value) {
                // A part that is a part of itself adds nothing, and what is not there neither: both are refused elsewhere.
                let Some(next) = self.at(target).filter(|_| !through.contains(&target)) else { break };
                through.push(target);
                (path, value) = (target.to_owned(), next);
            }
            if reference(value).is_some() {
                continue;
            }
            if let Value::Object(value) = value {
                parts.push(Part { path: path.clone(), value, through: through.clone() });
                self.collect_parts(&path, value, &through, parts);
            }
        }
    }

    /// The document in which each composition is replaced by the object that it stands for. A component that is only a part
    /// of compositions is left out, since it is no type of its own.
    ///
    /// It does not depend on which part has a member, so nothing that is made from it does.
    pub(crate) fn composed(&self) -> Self {
        let mut composing = Composing::new(self);
        let mut root = composing.value("#", &self.0, false, &[]);
        let mut left_out: BTreeSet<String> = composing.parts.into_iter().map(str::to_owned).collect();
        loop {
            let mut referred = BTreeSet::new();
            collect_references("#", &root, false, &left_out, &mut referred);
            let before = left_out.len();
            left_out.retain(|part| !referred.contains(part));
            if left_out.len() == before {
                break;
            }
        }
        if let Some(schemas) = root.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
            schemas.retain(|name, _| !left_out.contains(&child("#/components/schemas", name)));
        }
        Self(root)
    }

    /// The compositions that stand within one of their own parts, and that part: the object would have no end.
    pub(crate) fn endless_compositions(&self) -> BTreeSet<(String, String)> {
        let mut composing = Composing::new(self);
        composing.value("#", &self.0, false, &[]);
        composing.endless
    }
}

struct Composing<'a> {
    document: &'a Document,
    /// The components that are parts.
    parts: BTreeSet<&'a str>,
    endless: BTreeSet<(String, String)>,
}

impl<'a> Composing<'a> {
    fn new(document: &'a Document) -> Self {
        Self { document, parts: BTreeSet::new(), endless: BTreeSet::new() }
    }

    /// What stands at a path, with its compositions replaced. `way` has the parts within which it stands.
    fn value(&mut self, path: &str, value: &'a Value, by_name: bool, way: &[&'a str]) -> Value {
        match value {
            Value::Object(object) => {
                let whole = if by_name || !is_composition(object) { None } else { self.whole(path, object, way) };
                Value::Object(whole.unwrap_or_else(|| {
                    object.iter().map(|(name, value)| self.member(path, name, value, by_name, way)).collect()
                }))
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(index, item)| self.value(&child(path, &index.to_string()), item, false, way)).collect()
            }
            scalar => scalar.clone(),
        }
    }

    fn member(&mut self, path: &str, name: &str, value: &'a Value, by_name: bool, way: &[&'a str]) -> (String, Value) {
        let value = match (name, value) {
            (name, value) if !by_name && is_value(name) => value.clone(),
            ("required", Value::Array(names)) if !by_name => in_order(names),
            (name, value) => self.value(&child(path, name), value, !by_name && holds_names(name), way),
        };
        (name.to_owned(), value)
    }

    /// The object that a composition stands for; none if it is not one of objects, or has no end.
    fn whole(
        &mut self,
        path: &str,
        composition: &'a Map<String, Value>,
        way: &[&'a str],
    ) -> Option<Map<String, Value>> {
        let parts = self.document.parts(path, composition);
        if !parts.iter().all(|part| is_object(part.value)) {
            return None;
        }
        if let Some(part) = parts.iter().flat_map(|part| &part.through).find(|part| way.contains(part)) {
            self.endless.insert((path.to_owned(), (*part).to_owned()));
            return None;
        }

        let beside = composition.iter().filter(|(name, _)| *name != "allOf" && !MEMBERS.contains(&name.as_str()));
        let mut whole: Map<_, _> = beside.map(|(name, value)| self.member(path, name, value, false, way)).collect();
        whole.insert("type".into(), "object".into());
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for part in &parts {
            self.parts.extend(&part.through);
            let way = [way, &part.through].concat();
            for key in MEMBERS {
                let Some(value) = part.value.get(key) else { continue };
                match self.member(&part.path, key, value, false, &way) {
                    (_, Value::Object(members)) if key == "properties" => properties.extend(members),
                    (_, Value::Array(names)) if key == "required" => required.extend(names),
                    (key, value) => {
                        whole.insert(key, value);
                    }
                }
            }
        }
        if parts.iter().any(|part| part.value.contains_key("properties")) {
            whole.insert("properties".into(), Value::Object(properties));
        }
        if !required.is_empty() {
            whole.insert("required".into(), in_order(&required));
        }
        Some(whole)
    }
}

/// The names that are required, each once, in an order that does not depend on where they are listed.
fn in_order(names: &[Value]) -> Value {
    let mut names = names.to_vec();
    names.sort_by_key(Value::to_string);
    names.dedup();
    Value::Array(names)
}

/// What the document refers to, save in the components that are left out.
fn collect_references(
    path: &str,
    value: &Value,
    by_name: bool,
    left_out: &BTreeSet<String>,
    found: &mut BTreeSet<String>,
) {
    match value {
        Value::Object(_) if left_out.contains(path) => {}
        Value::Object(object) => {
            if !by_name {
                found.extend(reference(value).map(str::to_owned));
            }
            for (name, member) in object.iter().filter(|(name, _)| by_name || !is_value(name)) {
                collect_references(&child(path, name), member, !by_name && holds_names(name), left_out, found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect_references(&child(path, &index.to_string()), item, false, left_out, found);
            }
        }
        _ => {}
    }
}
