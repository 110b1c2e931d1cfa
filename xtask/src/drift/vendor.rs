//! The vendor's file, with what it refers to in other files brought into it.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use serde_json::{Map, Value};

use crate::document::{Document, address, child, holds_names, is_composition, is_value, reference};

const WHICH: &str = "apps/contacts.json of https://github.com/GoHighLevel/highlevel-api-docs";

/// How deep values may be within each other: whatever walks through them does so by recursion.
const DEPTH: usize = 100;

/// How many compositions there may be: each could be a part of the next.
const MOST_COMPOSITIONS: usize = 1_000;

/// The file as one document, with each composition as the object that it stands for.
///
/// An operation of `ours`, by its address, has our operationId in it.
pub(super) fn read(file: &Path, ours: &Document) -> anyhow::Result<Document> {
    let mut root = parse(file)?;
    let version = ["openapi", "swagger"].into_iter().find_map(|key| root.get(key));
    let version = version.map(|version| version.as_str().map_or_else(|| version.to_string(), str::to_owned));
    match version {
        Some(version) if version.starts_with("3.0.") => {}
        Some(version) => {
            let instead =
                format!("give {WHICH}; if that is it, the vendor has changed the form, and this has to follow");
            bail!("{} is OpenAPI {version}, and this reads 3.0: {instead}", file.display());
        }
        None => bail!("{} is not OpenAPI: give {WHICH}", file.display()),
    }
    root = Bundle::of(file, root)?;
    if compositions(&root) > MOST_COMPOSITIONS {
        bail!("{} has more than {MOST_COMPOSITIONS} compositions (`allOf`): give {WHICH}", file.display());
    }
    inline_paths(&mut root);
    name_operations(&mut root, ours);
    let document = Document::of(root);
    if document.operations().is_empty() {
        bail!("{} describes no operation: give {WHICH}", file.display());
    }
    Ok(document.composed())
}

fn parse(file: &Path) -> anyhow::Result<Value> {
    let text =
        fs::read_to_string(file).map_err(|error| anyhow!("cannot read {}: {error}; give {WHICH}", file.display()))?;
    let text = text.trim_start_matches('\u{feff}');
    // What JSON has, such as the escapes of its texts, YAML does not read in each case as JSON does.
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(_) if !text.trim_start().starts_with('{') => {
            let read = Document::parse(text);
            let read = read.map_err(|no| anyhow!("{}, {}: {}; give {WHICH}", file.display(), no.path, no.what))?;
            read.root().clone()
        }
        Err(error) => bail!("{} is not JSON that can be read: {error}; give {WHICH}", file.display()),
    };
    if is_deeper(&value, DEPTH) {
        bail!("{} has values within values, more than {DEPTH} levels: give {WHICH}", file.display());
    }
    Ok(value)
}

fn is_deeper(value: &Value, than: usize) -> bool {
    let Some(left) = than.checked_sub(1) else { return true };
    match value {
        Value::Object(object) => object.values().any(|member| is_deeper(member, left)),
        Value::Array(items) => items.iter().any(|item| is_deeper(item, left)),
        _ => false,
    }
}

fn compositions(value: &Value) -> usize {
    match value {
        Value::Object(object) => usize::from(is_composition(object)) + object.values().map(compositions).sum::<usize>(),
        Value::Array(items) => items.iter().map(compositions).sum(),
        _ => 0,
    }
}

/// What the files have that are referred to, as one document.
struct Bundle {
    main: PathBuf,
    files: BTreeMap<PathBuf, Value>,
    /// What is brought in, by the file and the place in it, under which name.
    names: BTreeMap<(PathBuf, String), String>,
    waiting: VecDeque<(PathBuf, String)>,
}

impl Bundle {
    /// The document with what it refers to in other files among its schemas, and references to there.
    fn of(file: &Path, mut root: Value) -> anyhow::Result<Value> {
        let main = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let files = BTreeMap::from([(main.clone(), root.clone())]);
        let mut bundle = Self { main: main.clone(), files, names: BTreeMap::new(), waiting: VecDeque::new() };
        bundle.redirect(&main, "#", &mut root, false)?;
        while let Some((file, place)) = bundle.waiting.pop_front() {
            let found = bundle.files.get(&file).and_then(|document| document.pointer(&place)).cloned();
            let name = bundle.names.get(&(file.clone(), place.clone())).cloned();
            // Both were there when it was put into the line.
            let (Some(mut value), Some(name)) = (found, name) else { continue };
            bundle.redirect(&file, &format!("#{place}"), &mut value, false)?;
            if let Some(schemas) = schemas(&mut root) {
                schemas.insert(name, value);
            }
        }
        Ok(root)
    }

    /// Has each reference in a value of a file lead to where its target is in the one document.
    fn redirect(&mut self, file: &Path, path: &str, value: &mut Value, by_name: bool) -> anyhow::Result<()> {
        match value {
            Value::Object(object) => {
                if !by_name && let Some(Value::String(target)) = object.get_mut("$ref") {
                    *target = self.redirected(file, path, target)?;
                }
                for (name, member) in object.iter_mut().filter(|(name, _)| by_name || !is_value(name)) {
                    self.redirect(file, &child(path, name), member, !by_name && holds_names(name))?;
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.redirect(file, &child(path, &index.to_string()), item, false)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn redirected(&mut self, file: &Path, path: &str, target: &str) -> anyhow::Result<String> {
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
        let refers = || format!("{name} refers at {path} to {target}");
        let (other, place) = target.split_once('#').unwrap_or((target, ""));
        let other = if other.is_empty() { file.to_owned() } else { self.beside(file, other, &refers)? };
        if self.files.get(&other).and_then(|document| document.pointer(place)).is_none() {
            bail!("{}, which is not there: fetch both files anew, of one commit", refers());
        }
        if other == self.main {
            return Ok(format!("#{place}"));
        }
        let target = (other, place.to_owned());
        if let Some(name) = self.names.get(&target) {
            return Ok(child("#/components/schemas", name));
        }
        let name = self.free_name(place);
        self.names.insert(target.clone(), name.clone());
        self.waiting.push_back(target);
        Ok(child("#/components/schemas", &name))
    }

    /// The file that another one refers to, which is read when it is met for the first time.
    fn beside(&mut self, file: &Path, other: &str, refers: &dyn Fn() -> String) -> anyhow::Result<PathBuf> {
        if other.contains("://") || Path::new(other).is_absolute() {
            bail!("{}, and this reads files beside it alone: give {WHICH}", refers());
        }
        let other = file.parent().unwrap_or(Path::new("")).join(other);
        let found = other.canonicalize().ok().filter(|found| found.is_file());
        let Some(found) = found else {
            bail!("{}, and there is no file {}: fetch it, too, from the same commit", refers(), other.display());
        };
        if !self.files.contains_key(&found) {
            self.files.insert(found.clone(), parse(&found)?);
        }
        Ok(found)
    }

    /// A name for what stands at a place in another file that no schema has.
    fn free_name(&self, place: &str) -> String {
        let base = place.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("whole");
        let own = self.files.get(&self.main).and_then(|main| main.pointer("/components/schemas"));
        let is_free = |name: &String| {
            own.and_then(|schemas| schemas.get(name)).is_none() && !self.names.values().any(|other| other == name)
        };
        // There are more numbers than names.
        let numbered = (2..).map(|number: u64| format!("{base}{number}"));
        std::iter::once(base.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
    }
}

/// The document's schemas, made if it has none; none if there is something else in their place.
fn schemas(root: &mut Value) -> Option<&mut Map<String, Value>> {
    let mut holder = root;
    for key in ["components", "schemas"] {
        holder = holder.as_object_mut()?.entry(key).or_insert_with(|| Value::Object(Map::new()));
    }
    holder.as_object_mut()
}

/// Puts the paths that are described elsewhere where they belong.
fn inline_paths(root: &mut Value) {
    let document = Document::of(root.clone());
    let Some(paths) = root.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for item in paths.values_mut().filter(|item| reference(item).is_some()) {
        *item = document.resolve(item).clone();
    }
}

/// Gives each operation a name of its own: of one that we have, ours; of any other, its operationId where no other has that.
fn name_operations(root: &mut Value, ours: &Document) {
    let name = |operation: &Value| operation.get("operationId").and_then(Value::as_str).map(str::to_owned);
    let mut our_names: BTreeMap<_, _> = ours
        .operations()
        .into_iter()
        .filter_map(|(pointer, operation)| Some((general(&pointer), name(operation)?)))
        .collect();
    let theirs = Document::of(root.clone());
    let mut taken: Vec<String> = our_names.values().cloned().collect();
    for (pointer, operation) in theirs.operations() {
        let new = our_names.remove(&general(&pointer)).or_else(|| {
            let own = name(operation).filter(|own| !taken.contains(own));
            taken.extend(own.clone());
            own
        });
        let found = pointer.strip_prefix('#').and_then(|pointer| root.pointer_mut(pointer));
        let Some(operation) = found.and_then(Value::as_object_mut) else { continue };
        match new {
            Some(new) => operation.insert("operationId".into(), Value::String(new)),
            // Then its address is its name.
            None => operation.remove("operationId"),
        };
    }
}

/// The method and the path of an operation's JSON pointer, whatever the parameters of the path are called.
fn general(pointer: &str) -> String {
    let (method, path) = address(pointer);
    let segments = path.split('/').map(|segment| if super::parameter_of(segment).is_some() { "{}" } else { segment });
    format!("{method} {}", segments.collect::<Vec<_>>().join("/"))
}
