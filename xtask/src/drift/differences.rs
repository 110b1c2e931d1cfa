//! What is written down in openapi/differences.yaml: which differences are meant, and why.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{anyhow, bail};
use serde_json::{Map, Value};

use crate::diff::changes::{Single, together};
use crate::diff::model::Part;
use crate::document::Document;
use crate::workspace::DIFFERENCES;

/// A difference, as an entry says it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Written {
    pub(super) operation: String,
    /// None for what is about the operation as a whole.
    pub(super) part: Option<Part>,
    /// None for what is about the part as a whole.
    pub(super) member: Option<String>,
    pub(super) what: String,
}

impl Written {
    /// As a difference is to be written down; none for what is about no operation, which cannot be meant.
    pub(super) fn of(single: &Single) -> Option<Self> {
        let operation = single.operation.clone()?;
        let member = single.member.as_deref().map(bare);
        let what = if single.part.is_some() { single.what.clone() } else { of_operation(&single.what, &operation) };
        Some(Self { operation, part: single.part.clone(), member, what })
    }
}

/// A member without the marks of code, as it is in an entry.
fn bare(shown: &str) -> String {
    shown.replace('`', "")
}

/// A member of an entry, as the report has it.
pub(super) fn shown(bare: &str) -> String {
    match bare.split_once("any other member of ") {
        Some(("", holder)) => format!("any other member of `{holder}`"),
        _ if matches!(bare, "any other member" | "the body") => bare.to_owned(),
        _ => format!("`{bare}`"),
    }
}

/// What is said of an operation, without its name: "is added", or "the scope that it needs is …".
fn of_operation(what: &str, operation: &str) -> String {
    let name = format!("`{operation}`");
    match what.strip_prefix(&format!("the operation {name} ")) {
        // Its address is in brackets.
        Some(what) => what.rsplit_once(") ").map_or(what, |(_, what)| what).to_owned(),
        None => what.replacen(&name, "it", 1),
    }
}

const KEYS: [&str; 5] = ["operations", "in", "members", "what", "why"];

/// Every difference that the text of the file has.
pub(super) fn read(text: &str) -> anyhow::Result<BTreeSet<Written>> {
    let read = Document::parse(text);
    let read = read.map_err(|no| anyhow!("{DIFFERENCES} cannot be read: {}: {}", no.path, no.what))?;
    let entries = match read.root() {
        Value::Null => return Ok(BTreeSet::new()),
        Value::Array(entries) => entries,
        _ => bail!("{DIFFERENCES} is no list: each entry begins with `- operations:`"),
    };
    let mut found = BTreeSet::new();
    for (index, entry) in entries.iter().enumerate() {
        let written = of_entry(entry).map_err(|wrong| {
            let which = name(entry).map(|name| format!(" ({name})")).unwrap_or_default();
            anyhow!("{DIFFERENCES}, entry {}{which}: {wrong}", index + 1)
        })?;
        for one in written {
            if let Some(one) = found.replace(one) {
                let member = one.member.map(|member| format!(" {member}")).unwrap_or_default();
                let part = one.part.map(|part| format!(", {part}")).unwrap_or_default();
                let which = format!("{}{part}:{member} {}", one.operation, one.what);
                bail!("{DIFFERENCES}, entry {}: an entry before it has {which:?}, too: write it once", index + 1);
            }
        }
    }
    Ok(found)
}

/// What an entry is about, as far as it says so.
fn name(entry: &Value) -> Option<String> {
    let operations: Vec<_> = entry.get("operations")?.as_array()?.iter().filter_map(Value::as_str).collect();
    let what = entry.get("what").and_then(Value::as_str);
    Some(operations.into_iter().chain(what).collect::<Vec<_>>().join(", ")).filter(|name| !name.is_empty())
}

/// The differences of an entry: each of its members in each of its operations.
fn of_entry(entry: &Value) -> Result<Vec<Written>, String> {
    let entry = entry.as_object().ok_or("is no entry: it has `operations`, `what`, `why`, and `in` and `members`")?;
    if let Some(key) = entry.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("has the key `{key}`, and knows {}", KEYS.map(|key| format!("`{key}`")).join(", ")));
    }
    text(entry, "why")?.ok_or("does not say `why` it is so on purpose")?;
    let what = text(entry, "what")?.ok_or("does not say `what` differs, in the words of the report")?;
    let operations = texts(entry, "operations")?.ok_or("has no `operations`")?;
    let part = match text(entry, "in")? {
        None => None,
        Some("parameters") => Some(Part::Parameters),
        Some("request") => Some(Part::Request),
        Some(other) => match other.strip_prefix("response ").filter(|status| !status.is_empty()) {
            Some(status) => Some(Part::Response(status.to_owned())),
            None => return Err(format!("is `in: {other}`, and not in parameters, request, response 2XX or the like")),
        },
    };
    let members = texts(entry, "members")?;
    if members.is_some() && part.is_none() {
        return Err("has `members`, and does not say what they are `in`".into());
    }
    let members = members.map_or_else(|| vec![None], |members| members.into_iter().map(Some).collect());
    let written = operations.iter().flat_map(|operation| {
        let one = |member: &Option<String>| Written {
            operation: operation.clone(),
            part: part.clone(),
            member: member.clone(),
            what: what.to_owned(),
        };
        members.iter().map(one)
    });
    Ok(written.collect())
}

/// The text at a key, if the key is there.
fn text<'a>(entry: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, String> {
    match entry.get(key) {
        None => Ok(None),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text)),
        Some(Value::Null | Value::String(_)) => Err(format!("has nothing at `{key}`")),
        Some(_) => Err(format!("has something else than a text at `{key}`: put it in quotes")),
    }
}

/// The texts in the list at a key, if the key is there.
fn texts(entry: &Map<String, Value>, key: &str) -> Result<Option<Vec<String>>, String> {
    let Some(list) = entry.get(key) else { return Ok(None) };
    let texts = list.as_array().filter(|list| !list.is_empty()).and_then(|list| {
        let texts = list.iter().map(|text| text.as_str().map(str::to_owned));
        texts.collect::<Option<Vec<_>>>()
    });
    let texts = texts.ok_or_else(|| format!("has no list of names at `{key}`"))?;
    Ok(Some(texts))
}

/// The entries that say these differences, with nothing at `why`: who writes them down has to say it.
pub(super) fn entries(singles: &BTreeSet<Single>) -> String {
    let mut entries = String::new();
    let (of_parts, others): (Vec<_>, Vec<_>) = singles.iter().cloned().partition(|single| single.part.is_some());
    let mut by_what: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for single in &others {
        match Written::of(single) {
            Some(written) => by_what.entry(written.what).or_default().push(written.operation),
            None => entries.push_str(&format!("# This cannot be written down: {}.\n", single.what)),
        }
    }
    for (what, operations) in by_what {
        entries.push_str(&entry(&operations, None, &[], &what));
    }
    for change in together(of_parts) {
        let parts: BTreeSet<_> = change.places.iter().map(|(part, _)| part).collect();
        for part in parts {
            let operations = change.places.iter().filter(|(other, _)| other == part).map(|(_, name)| name.clone());
            let members: Vec<_> = change.members.iter().map(|member| bare(member)).collect();
            entries.push_str(&entry(&operations.collect::<Vec<_>>(), Some(part), &members, &change.what));
        }
    }
    entries
}

fn entry(operations: &[String], part: Option<&Part>, members: &[String], what: &str) -> String {
    let list = |names: &[String]| names.iter().map(|name| scalar(name)).collect::<Vec<_>>().join(", ");
    let mut entry = format!("- operations: [{}]\n", list(operations));
    if let Some(part) = part {
        entry.push_str(&format!("  in: {}\n", scalar(&part.to_string())));
    }
    if !members.is_empty() {
        entry.push_str(&format!("  members: [{}]\n", list(members)));
    }
    entry.push_str(&format!("  what: {}\n  why:\n", scalar(what)));
    entry
}

/// A text as YAML has it, in quotes where it needs them.
fn scalar(text: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.' | ' ' | '/');
    let is_name = text.starts_with(|first: char| first.is_ascii_alphabetic());
    let means_something = matches!(text, "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n");
    if is_name && !means_something && !text.ends_with(' ') && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        // What JSON has in quotes, YAML has in the same ones.
        Value::String(text.to_owned()).to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::fs;
    use std::path::Path;

    use super::{bare, read};
    use crate::diff;
    use crate::diff::changes;
    use crate::diff::model::Api;
    use crate::workspace::{DIFFERENCES, FRAGMENT};

    /// What an entry says of ours is so, whatever the vendor's file has.
    #[test]
    fn the_entries_are_about_the_fragment() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let fragment = diff::parse(&fs::read_to_string(root.join(FRAGMENT)).unwrap(), "in the working tree").unwrap();
        let ours = Api::of(&fragment);
        let written = read(&fs::read_to_string(root.join(DIFFERENCES)).unwrap()).unwrap();
        assert!(!written.is_empty());
        for one in written {
            let is_added = one.what.contains("is added");
            let operation = ours.operations.get(&one.operation);
            let Some(part) = &one.part else {
                assert_eq!(operation.is_some(), !is_added, "{one:?}");
                continue;
            };
            let part = operation.unwrap_or_else(|| panic!("{one:?}: no such operation")).parts.get(part);
            let is_there = match (&one.member, part) {
                (Some(member), Some(part)) => part.keys().any(|path| bare(&changes::shown(path)) == *member),
                (_, part) => part.is_some(),
            };
            assert_eq!(is_there, !is_added, "{one:?}");
        }
    }
}
