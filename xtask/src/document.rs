//! The fragment as a document: its text parsed, its references followed, its schemas listed with where they are used.

mod composition;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use openapiv3::OpenAPI;
use serde_json::{Map, Value};
use serde_saphyr::UserMessageFormatter;

pub(crate) use composition::{Part, is_composition, is_object};

/// Something in the fragment that a maintainer has to change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Where: a JSON pointer as in a `$ref`, or a place in the text.
    pub(crate) path: String,
    /// What is wrong there.
    pub(crate) what: String,
    /// What to write instead.
    pub(crate) instead: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}\n    {}\n    instead: {}", self.path, self.what, self.instead)
    }
}

/// The fragment, as JSON.
pub(crate) struct Document(Value);

/// The direction in which a schema travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    Request,
    Response,
}

/// A schema, and where it stands.
pub(crate) struct Schema<'a> {
    pub(crate) path: String,
    pub(crate) value: &'a Map<String, Value>,
    /// In which directions it travels; none for a component that no operation uses.
    pub(crate) directions: BTreeSet<Direction>,
    /// Whether each response that has it has it as a member of an open enum, where a list of values closes nothing.
    pub(crate) in_open_enum: bool,
    /// In which directions it travels as an optional member of an object, written in place.
    pub(crate) optional_in: BTreeSet<Direction>,
    visits: BTreeSet<Visit>,
}

impl Schema<'_> {
    /// Whether it is no object of its own: only compositions have it, and say with their other parts what it becomes.
    pub(crate) fn is_only_part(&self) -> bool {
        let is = |role| self.visits.iter().any(|visit| visit.role == role);
        is(Role::Part) && !is(Role::Alone)
    }
}

impl Document {
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        let value = serde_saphyr::from_str(text).map_err(|error| Problem {
            path: error
                .location()
                .map_or_else(|| "the file".to_owned(), |at| format!("line {}, column {}", at.line(), at.column())),
            what: format!(
                "is not YAML that can be read: {}",
                error.without_snippet().render_with_formatter(&UserMessageFormatter)
            ),
            instead: "YAML with two spaces a level, each key once, and quotes around text that looks like a number"
                .into(),
        })?;
        Ok(Self(value))
    }

    /// The document in the generator's terms. For a document that has passed the rules, which say it better.
    pub(crate) fn spec(&self) -> Result<OpenAPI, Problem> {
        serde_path_to_error::deserialize(&self.0).map_err(|error| {
            let mut path = String::from("#");
            for segment in error.path() {
                path = child(&path, &segment.to_string());
            }
            Problem {
                path,
                what: format!("is not OpenAPI 3.0.3: {}", error.inner()),
                instead: "what https://spec.openapis.org/oas/v3.0.3 allows at this place".into(),
            }
        })
    }

    /// A document that is not the fragment, such as the vendor's.
    pub(crate) fn of(value: Value) -> Self {
        Self(value)
    }

    pub(crate) fn root(&self) -> &Value {
        &self.0
    }

    /// What stands at a JSON pointer, written as in a `$ref`.
    pub(crate) fn at(&self, path: &str) -> Option<&Value> {
        self.0.pointer(path.strip_prefix('#')?)
    }

    /// The value itself, or what it refers to, also through an `allOf` of one.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let (mut value, mut followed) = (value, BTreeSet::new());
        loop {
            let only = value.get("allOf").and_then(Value::as_array).filter(|all| all.len() == 1);
            let next = match (reference(value), only) {
                // A chain that goes round in a circle is a problem of its own.
                (Some(target), _) => self.at(target).filter(|_| followed.insert(target)),
                (None, Some(only)) => only.first(),
                (None, None) => None,
            };
            match next {
                Some(next) => value = next,
                None => return value,
            }
        }
    }

    /// The schema of the JSON of a request body or a response; none for one without.
    pub(crate) fn json_schema<'a>(&'a self, holder: &'a Value) -> Option<&'a Value> {
        self.resolve(holder).get("content")?.get("application/json")?.get("schema")
    }

    /// A `oneOf` of listed values and of any string that is not listed: the same list on both sides.
    fn is_open_enum(&self, schema: &Map<String, Value>) -> bool {
        let members = || {
            let members = schema.get("oneOf").and_then(Value::as_array);
            members.into_iter().flatten().map(|member| self.resolve(member))
        };
        let listed = members().find_map(|member| member.get("enum"));
        let excluded = members().find_map(|member| member.get("not")?.get("enum"));
        listed.is_some() && listed == excluded
    }

    /// Every operation, as its path in the document and its value.
    pub(crate) fn operations(&self) -> Vec<(String, &Value)> {
        const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
        let mut operations = Vec::new();
        for (path, item) in members(&self.0, "paths") {
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    operations.push((child(&child("#/paths", path), method), operation));
                }
            }
        }
        operations
    }

    /// Every parameter, of a path or of one of its operations, followed to where it is described.
    pub(crate) fn parameters(&self) -> Vec<(String, &Value)> {
        let mut parameters = Vec::new();
        let paths = members(&self.0, "paths").map(|(path, item)| (child("#/paths", path), item));
        for (path, holder) in paths.chain(self.operations()) {
            let listed = holder.get("parameters").and_then(Value::as_array).into_iter().flatten();
            for (index, parameter) in listed.enumerate() {
                parameters.push(self.follow(child(&child(&path, "parameters"), &index.to_string()), parameter));
            }
        }
        parameters
    }

    /// The parameters of an operation, followed to where they are described: its own, and those of its path that it does not
    /// describe anew.
    pub(crate) fn parameters_of<'a>(&'a self, pointer: &str, operation: &'a Value) -> Vec<(String, &'a Value)> {
        let path = pointer.rsplit_once('/').map_or("", |(path, _)| path);
        let listed = |path: &str, holder: Option<&'a Value>| {
            let listed = holder.and_then(|holder| holder.get("parameters")?.as_array()).into_iter().flatten();
            let path = child(path, "parameters");
            let followed = listed.enumerate().map(|(index, one)| self.follow(child(&path, &index.to_string()), one));
            followed.collect::<Vec<_>>()
        };
        let mut parameters = listed(pointer, Some(operation));
        let of_path = listed(path, self.at(path)).into_iter().filter(|(_, one)| {
            let same = |(_, own): &(String, &Value)| ["name", "in"].iter().all(|key| own.get(key) == one.get(key));
            !parameters.iter().any(same)
        });
        let of_path: Vec<_> = of_path.collect();
        parameters.extend(of_path);
        parameters
    }

    /// The value at a path, or what it refers to.
    pub(crate) fn follow<'a>(&'a self, path: String, value: &'a Value) -> (String, &'a Value) {
        match reference(value).and_then(|target| Some((target, self.at(target)?))) {
            Some((target, value)) => (target.to_owned(), value),
            None => (path, value),
        }
    }

    /// Every schema of the document, once each.
    pub(crate) fn schemas(&self) -> Vec<Schema<'_>> {
        let mut walk = Walk { document: self, found: BTreeMap::new() };
        for (path, parameter) in self.parameters() {
            walk.content(&path, parameter, Direction::Request);
        }
        for (path, operation) in self.operations() {
            if let Some(body) = operation.get("requestBody") {
                let (path, body) = self.follow(child(&path, "requestBody"), body);
                walk.content(&path, body, Direction::Request);
            }
            for (status, response) in members(operation, "responses") {
                let (path, response) = self.follow(child(&child(&path, "responses"), status), response);
                walk.content(&path, response, Direction::Response);
            }
        }
        if let Some(components) = self.0.get("components") {
            for (name, schema) in members(components, "schemas") {
                let visit = Visit { role: Role::Listed, ..Visit::default() };
                walk.schema(child("#/components/schemas", name), schema, visit);
            }
        }
        walk.found.into_values().collect()
    }
}

/// How a schema was come by.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Visit {
    direction: Option<Direction>,
    in_open_enum: bool,
    optional_member: bool,
    role: Role,
}

/// As what a schema was come by.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    /// By a reference, or in place.
    #[default]
    Alone,
    Part,
    /// Among the components, which says nothing of its use.
    Listed,
}

struct Walk<'a> {
    document: &'a Document,
    found: BTreeMap<String, Schema<'a>>,
}

impl<'a> Walk<'a> {
    /// The schemas of a parameter, a request body or a response.
    fn content(&mut self, path: &str, holder: &'a Value, direction: Direction) {
        let visit = Visit { direction: Some(direction), ..Visit::default() };
        if let Some(schema) = holder.get("schema") {
            self.schema(child(path, "schema"), schema, visit);
        }
        for (media_type, content) in members(holder, "content") {
            if let Some(schema) = content.get("schema") {
                let path = child(&child(&child(path, "content"), media_type), "schema");
                self.schema(path, schema, visit);
            }
        }
    }

    fn schema(&mut self, path: String, schema: &'a Value, visit: Visit) {
        if let Some(target) = reference(schema) {
            if let Some(schema) = self.document.at(target) {
                // What is written in place says more than what is referred to: a named schema can be nullable.
                self.schema(target.to_owned(), schema, Visit { optional_member: false, role: Role::Alone, ..visit });
            }
            return;
        }
        let Value::Object(value) = schema else { return };
        if !self.note(&path, value, visit) {
            return;
        }
        let plain = Visit { direction: visit.direction, ..Visit::default() };
        if is_composition(value) {
            let parts = self.document.parts(&path, value);
            let required: BTreeSet<_> = parts.iter().flat_map(|part| required(part.value)).collect();
            for part in parts {
                if part.path != path {
                    self.note(&part.path, part.value, Visit { role: Role::Part, ..plain });
                }
                self.inside(&part.path, part.value, &required, plain);
            }
        } else {
            self.inside(&path, value, &required(value).collect(), plain);
            // A member of an `allOf` stands for the whole.
            let visit = Visit { optional_member: visit.optional_member, ..plain };
            self.alternatives(&path, value, "allOf", visit);
        }
    }

    /// Notes what was come by; false if it was come by in this way before, and so was all that is in it.
    fn note(&mut self, path: &str, value: &'a Map<String, Value>, visit: Visit) -> bool {
        let entry = self.found.entry(path.to_owned()).or_insert_with(|| Schema {
            path: path.to_owned(),
            value,
            directions: BTreeSet::new(),
            in_open_enum: true,
            optional_in: BTreeSet::new(),
            visits: BTreeSet::new(),
        });
        entry.directions.extend(visit.direction);
        entry.optional_in.extend(visit.direction.filter(|_| visit.optional_member));
        entry.in_open_enum &= visit.in_open_enum || visit.direction != Some(Direction::Response);
        entry.visits.insert(visit)
    }

    /// The schemas within one, save those of its `allOf`. `required` has the names of the whole, if it is a part.
    fn inside(&mut self, path: &str, value: &'a Map<String, Value>, required: &BTreeSet<&str>, plain: Visit) {
        let properties = value.get("properties").and_then(Value::as_object).into_iter().flatten();
        for (name, member) in properties {
            let optional_member = !required.contains(name.as_str());
            self.schema(child(&child(path, "properties"), name), member, Visit { optional_member, ..plain });
        }
        for key in ["items", "additionalProperties"] {
            if let Some(inner) = value.get(key) {
                self.schema(child(path, key), inner, plain);
            }
        }
        self.alternatives(path, value, "anyOf", plain);
        let in_open_enum = self.document.is_open_enum(value);
        self.alternatives(path, value, "oneOf", Visit { in_open_enum, ..plain });
    }

    fn alternatives(&mut self, path: &str, value: &'a Map<String, Value>, key: &str, visit: Visit) {
        let members = value.get(key).and_then(Value::as_array).into_iter().flatten();
        for (index, member) in members.enumerate() {
            self.schema(child(&child(path, key), &index.to_string()), member, visit);
        }
    }
}

/// The names that a schema requires.
pub(crate) fn required(schema: &Map<String, Value>) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Whether the members of what stands at a keyword have names that somebody chose; elsewhere a name is a keyword.
pub(crate) fn holds_names(keyword: &str) -> bool {
    matches!(
        keyword,
        "callbacks"
            | "content"
            | "examples"
            | "headers"
            | "links"
            | "parameters"
            | "paths"
            | "properties"
            | "requestBodies"
            | "responses"
            | "schemas"
            | "securitySchemes"
    )
}

/// Whether what stands at a keyword is a value as it travels, and nothing in it a keyword.
pub(crate) fn is_value(keyword: &str) -> bool {
    matches!(keyword, "default" | "enum" | "example" | "examples")
}

pub(crate) fn reference(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()
}

/// The members of the object at `key`, if there is one.
pub(crate) fn members<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
    let object = value.get(key).and_then(Value::as_object);
    object.into_iter().flatten().map(|(name, member)| (name.as_str(), member))
}

/// The JSON pointer to a member of what stands at `path`.
pub(crate) fn child(path: &str, name: &str) -> String {
    format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The method in capitals, and the path, of an operation's JSON pointer.
pub(crate) fn address(pointer: &str) -> (String, String) {
    let mut segments = pointer.rsplitn(3, '/').map(|segment| segment.replace("~1", "/").replace("~0", "~"));
    let (method, path) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    (method.to_uppercase(), path)
}

pub(crate) fn is_true(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or_default()
}
