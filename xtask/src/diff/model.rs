//! A fragment as what travels: the operations, and each member that is sent or received, by its path.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value};

use crate::document::{self, Document, holds_names, is_true, members};
use crate::effect::Repetition;
use crate::scope;

/// How deep members are followed: a schema can contain itself.
const DEPTH: usize = 8;

/// How many members of one body are looked at: schemas that have each other several times multiply.
pub(crate) const MOST_MEMBERS: usize = 20_000;

pub(crate) struct Api {
    pub(crate) server: Option<String>,
    /// By operationId.
    pub(crate) operations: BTreeMap<String, Operation>,
}

pub(crate) struct Operation {
    /// The method and the path.
    pub(crate) address: String,
    /// What it takes to be allowed to call it, as JSON.
    pub(crate) security: String,
    /// What it says of being repeated, if it says something that is understood.
    pub(crate) repetition: Option<Repetition>,
    /// The scope that the token needs, if it says one.
    pub(crate) scope: Option<String>,
    pub(crate) parts: BTreeMap<Part, BTreeMap<String, Member>>,
}

/// Where a member travels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Parameters,
    Request,
    /// By its status.
    Response(String),
}

impl Part {
    pub(crate) fn is_sent(&self) -> bool {
        matches!(self, Self::Parameters | Self::Request)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameters => f.write_str("parameters"),
            Self::Request => f.write_str("request"),
            Self::Response(status) => write!(f, "response {status}"),
        }
    }
}

/// Something that is sent or received.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub(crate) required: bool,
    pub(crate) nullable: bool,
    pub(crate) kind: Kind,
    /// The keywords that restrict it further.
    pub(crate) limits: BTreeMap<String, Value>,
    /// Under which other names it is read.
    pub(crate) other_spellings: Vec<String>,
}

/// The values that are possible.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Any,
    /// A type, and its format.
    Plain(String, Option<String>),
    /// These and no other.
    Closed(BTreeSet<String>),
    /// Text: these are known, and others are possible.
    Open(BTreeSet<String>),
    /// One of several, each in words.
    OneOf(BTreeSet<String>),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list =
            |values: &BTreeSet<String>| values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Any => f.write_str("any JSON value"),
            Self::Plain(name, Some(format)) => write!(f, "{} ({format})", with_article(name)),
            Self::Plain(name, None) => f.write_str(&with_article(name)),
            Self::Closed(values) => write!(f, "only {}", list(values)),
            Self::Open(values) => write!(f, "{} or any other text", list(values)),
            Self::OneOf(kinds) => f.write_str(&kinds.iter().cloned().collect::<Vec<_>>().join(" or ")),
        }
    }
}

fn with_article(name: &str) -> String {
    match name {
        "array" => "a list".into(),
        "object" | "integer" => format!("an {name}"),
        name => format!("a {name}"),
    }
}

impl Api {
    pub(crate) fn of(document: &Document) -> Self {
        let root = document.root();
        let server = root.pointer("/servers/0/url").and_then(Value::as_str).map(str::to_owned);
        let operations = document.operations().into_iter().map(|(pointer, operation)| {
            let (method, path) = document::address(&pointer);
            let address = format!("{method} {path}");
            let name = operation.get("operationId").and_then(Value::as_str).unwrap_or(&address).to_owned();
            let security = operation.get("security").or_else(|| root.get("security"));
            let security = security.map(|security| with_schemes(root, security)).unwrap_or_default();
            let repetition = Repetition::of(operation).ok();
            let scope = scope::of(operation).ok().map(str::to_owned);
            (name, Operation { address, security, repetition, scope, parts: parts(document, &pointer, operation) })
        });
        Self { server, operations: operations.collect() }
    }
}

/// The requirements as JSON, with the definitions of the schemes that they name.
fn with_schemes(root: &Value, security: &Value) -> String {
    let names = security.as_array().into_iter().flatten().filter_map(Value::as_object).flat_map(Map::keys);
    let scheme = |name: &String| root.pointer("/components/securitySchemes")?.get(name).map(without_texts);
    let schemes: BTreeMap<_, _> = names.map(|name| (name, scheme(name))).collect();
    format!("{security} {schemes:?}")
}

fn parts(document: &Document, path: &str, operation: &Value) -> BTreeMap<Part, BTreeMap<String, Member>> {
    let mut parts = BTreeMap::new();
    let mut parameters = BTreeMap::new();
    let of_path = path.rsplit_once('/').and_then(|(item, _)| document.at(item));
    for holder in of_path.into_iter().chain([operation]) {
        let listed = holder.get("parameters").and_then(Value::as_array);
        for parameter in listed.into_iter().flatten().map(|parameter| document.resolve(parameter)) {
            let text = |key| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
            let name = format!("{} ({})", text("name"), text("in"));
            if let Some(schema) = parameter.get("schema") {
                collect(document, &name, schema, is_true(parameter, "required"), 0, &mut parameters);
            }
        }
    }
    if !parameters.is_empty() {
        parts.insert(Part::Parameters, parameters);
    }
    if let Some(body) = operation.get("requestBody").map(|body| document.resolve(body)) {
        parts.insert(Part::Request, content(document, body, is_true(body, "required")));
    }
    for (status, response) in members(operation, "responses") {
        parts.insert(Part::Response(status.to_owned()), content(document, document.resolve(response), true));
    }
    parts
}

/// The members of a body; those of another media type than JSON are behind its name.
fn content(document: &Document, holder: &Value, required: bool) -> BTreeMap<String, Member> {
    let mut found = BTreeMap::new();
    for (media_type, content) in members(holder, "content") {
        let path = if media_type == "application/json" { String::new() } else { format!("({media_type})") };
        if let Some(schema) = content.get("schema") {
            collect(document, &path, schema, required, 0, &mut found);
        }
    }
    found
}

fn collect(
    document: &Document,
    path: &str,
    schema: &Value,
    required: bool,
    depth: usize,
    found: &mut BTreeMap<String, Member>,
) {
    if found.len() == MOST_MEMBERS {
        return;
    }
    let resolved = document.resolve(schema);
    let nullable = is_true(schema, "nullable") || is_true(resolved, "nullable");
    let kind = kind(document, resolved, &[]);
    let spellings = schema.get("x-other-spellings").and_then(Value::as_array).into_iter().flatten();
    let other_spellings = spellings.filter_map(Value::as_str).map(str::to_owned).collect();
    let member = Member { required, nullable, kind, limits: limits(resolved), other_spellings };
    found.insert(path.to_owned(), member);
    if depth == DEPTH {
        return;
    }

    let child = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let listed: BTreeSet<_> =
        resolved.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, member) in members(resolved, "properties") {
        collect(document, &child(name), member, listed.contains(name), depth + 1, found);
    }
    match resolved.get("additionalProperties") {
        // What is not named is neither sent nor read, whatever JSON Schema says of its absence.
        None | Some(Value::Bool(false)) => {}
        Some(Value::Bool(true)) => collect(document, &child("*"), &Value::Object(Map::new()), false, depth + 1, found),
        Some(schema) => collect(document, &child("*"), schema, false, depth + 1, found),
    }
    if let Some(items) = resolved.get("items") {
        collect(document, &format!("{path}[]"), items, true, depth + 1, found);
    }
    for key in ["oneOf", "anyOf"] {
        let alternatives = resolved.get(key).and_then(Value::as_array);
        for (index, alternative) in alternatives.into_iter().flatten().enumerate() {
            let target = document.resolve(alternative);
            if matches!(target.get("type").and_then(Value::as_str), Some("object" | "array")) {
                let title =
                    target.get("title").and_then(Value::as_str).map_or_else(|| index.to_string(), str::to_owned);
                collect(document, &format!("{path}<{title}>"), alternative, required, depth + 1, found);
            }
        }
    }
}

/// The values that a schema allows. `within` has those of which it is an alternative.
fn kind(document: &Document, schema: &Value, within: &[&Value]) -> Kind {
    let alternatives = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(key)?.as_array());
    if let Some(alternatives) = alternatives.filter(|_| within.len() < DEPTH) {
        let within = [within, &[schema]].concat();
        let alternatives = alternatives.iter().map(|alternative| document.resolve(alternative));
        // One that is an alternative of itself adds nothing.
        let is_new = |alternative: &&Value| !within.iter().any(|outer| std::ptr::eq(*outer, *alternative));
        let alternatives: Vec<_> = alternatives.filter(is_new).collect();
        let values = alternatives.iter().find_map(|alternative| values(alternative));
        let others = alternatives.iter().any(|alternative| alternative.pointer("/not/enum").is_some());
        let kinds = || alternatives.iter().map(|alternative| kind(document, alternative, &within).to_string());
        return match values {
            Some(values) if others => Kind::Open(values),
            _ => Kind::OneOf(kinds().collect()),
        };
    }
    if let Some(values) = values(schema) {
        return Kind::Closed(values);
    }
    let text = |key| schema.get(key).and_then(Value::as_str).map(str::to_owned);
    match text("type") {
        Some(name) => Kind::Plain(name, text("format")),
        None if schema.get("properties").is_some() => Kind::Plain("object".into(), None),
        None => Kind::Any,
    }
}

fn values(schema: &Value) -> Option<BTreeSet<String>> {
    let values = schema.get("enum")?.as_array()?;
    Some(values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect())
}

/// The keywords that are not looked at elsewhere, save those that only describe.
fn limits(schema: &Value) -> BTreeMap<String, Value> {
    const ELSEWHERE: [&str; 14] = [
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "deprecated",
        "enum",
        "format",
        "items",
        "not",
        "nullable",
        "oneOf",
        "properties",
        "required",
        "type",
    ];
    let keywords = schema.as_object().into_iter().flatten();
    let of_interest =
        keywords.filter(|(name, _)| !ELSEWHERE.contains(&name.as_str()) && !is_text(name) && !name.starts_with("x-"));
    of_interest.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Whether a keyword is there for people who read.
fn is_text(keyword: &str) -> bool {
    matches!(keyword, "description" | "example" | "examples" | "externalDocs" | "summary" | "title")
}

/// A document, or a part of one, without what is there for people who read.
pub(crate) fn without_texts(value: &Value) -> Value {
    let mut value = value.clone();
    let mut described = BTreeMap::new();
    texts("", &value, false, &mut described);
    let places: Vec<String> = described.into_keys().collect();
    for place in places {
        let Some((holder, name)) = place.rsplit_once('/') else { continue };
        if let Some(holder) = value.pointer_mut(holder).and_then(Value::as_object_mut) {
            holder.remove(&name.replace("~1", "/").replace("~0", "~"));
        }
    }
    value
}

/// How many descriptions and examples differ between two fragments.
pub(crate) fn texts_changed(before: &Document, after: &Document) -> usize {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    texts("#", before.root(), false, &mut old);
    texts("#", after.root(), false, &mut new);
    let places: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let differs = |place: &&String| old.get(*place) != new.get(*place);
    // What is described for the first time, or no longer there, is said otherwise.
    let of_both = |place: &&String| {
        let holder = place.rsplit_once('/').map_or("", |(holder, _)| holder);
        before.at(holder).is_some() && after.at(holder).is_some()
    };
    places.into_iter().filter(differs).filter(of_both).count()
}

fn texts<'a>(path: &str, value: &'a Value, by_name: bool, found: &mut BTreeMap<String, &'a Value>) {
    match value {
        Value::Object(object) => {
            for (name, member) in object {
                let path = document::child(path, name);
                if !by_name && is_text(name) {
                    found.insert(path, member);
                } else {
                    texts(&path, member, !by_name && holds_names(name), found);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts(&format!("{path}/{index}"), item, false, found);
            }
        }
        _ => {}
    }
}
