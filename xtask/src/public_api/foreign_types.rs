//! The types of other crates in the public API, and the list that says of each why it is there.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use toml_edit::DocumentMut;

pub(super) const FILE: &str = "crates/leadconnector/foreign-types.toml";

/// The crates of which everybody has the same version, and our own.
const NOT_FOREIGN: [&str; 4] = ["alloc", "core", "leadconnector", "std"];
/// What an entry of each crate says besides its types.
const STABILITY: &str = "stability";

/// What is wrong with the list beside the API: a text for each fault, none if all is well.
pub(super) fn faults(root: &Path, api: &str) -> anyhow::Result<Vec<String>> {
    let list = match fs::read_to_string(root.join(FILE)) {
        // An API without foreign types needs no list.
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read.with_context(|| format!("cannot read {FILE}"))?,
    };
    faults_of(api, &list)
}

fn faults_of(api: &str, list: &str) -> anyhow::Result<Vec<String>> {
    let list: DocumentMut = list.parse().with_context(|| format!("cannot read {FILE}"))?;
    let mut faults = Vec::new();
    let mut listed = BTreeMap::new();
    for (name, item) in list.iter() {
        let Some(entries) = item.as_table() else {
            faults.push(format!("{name} is no table: write `[{name}]`, and its types below"));
            continue;
        };
        if !says_something(entries.get(STABILITY)) {
            faults.push(format!("[{name}] does not say how stable the crate is: add `{STABILITY} = \"…\"`"));
        }
        let mut types = 0;
        for (path, reason) in entries.iter().filter(|(key, _)| *key != STABILITY) {
            types += 1;
            if !says_something(Some(reason)) {
                faults.push(format!("{path} has no reason: say what a program would lose without it"));
            }
            if listed.insert(path.to_owned(), name).is_some() {
                faults.push(format!("{path} is there twice: remove one of the two"));
            }
        }
        if types == 0 {
            faults.push(format!("[{name}] has no type: remove it"));
        }
    }

    let crates: Vec<_> = list.iter().map(|(name, _)| name).collect();
    let mut there = BTreeMap::new();
    for line in api.lines() {
        for path in foreign_types(line, &crates) {
            there.entry(path).or_insert(line);
        }
    }
    for (path, line) in &there {
        if !listed.contains_key(path) {
            faults.push(format!(
                "{path} is not listed: do without it, or add it with the reason why it must be there\n  it is in: {line}"
            ));
        }
    }
    for path in listed.keys().filter(|path| !there.contains_key(*path)) {
        faults.push(format!("{path} is not in the public API any more: remove it"));
    }
    Ok(faults)
}

fn says_something(value: Option<&toml_edit::Item>) -> bool {
    value.and_then(|value| value.as_str()).is_some_and(|text| !text.trim().is_empty())
}

/// What a line of the API has of other crates: their types by their paths, and what is exported of them as the whole line, which
/// does not say from where it is.
fn foreign_types(line: &str, crates: &[&str]) -> Vec<String> {
    if line.starts_with("pub use ") {
        return vec![line.to_owned()];
    }
    let is_of_a_path = |character: char| character.is_alphanumeric() || matches!(character, '_' | ':');
    let words = line.split(|character| !is_of_a_path(character));
    words.filter_map(|word| foreign_type(word, crates)).collect()
}

/// The path, if it is one, and begins with a foreign crate. What has `::` in front is the associated type of another path.
fn foreign_type(word: &str, crates: &[&str]) -> Option<String> {
    let (root, rest) = word.trim_end_matches(':').split_once("::")?;
    if root.is_empty() || !root.contains(char::is_lowercase) || root == "Self" {
        return None;
    }
    // Of `Item: core::fmt::Debug`, the crate public-api makes `Itemcore::fmt::Debug`.
    let known = NOT_FOREIGN
        .iter()
        .chain(crates)
        .filter(|name| root == **name || root.starts_with(char::is_uppercase) && root.ends_with(**name));
    let root = known.max_by_key(|name| name.len()).map_or(root, |name| *name);
    (!NOT_FOREIGN.contains(&root)).then(|| format!("{root}::{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "\
pub mod leadconnector
pub use leadconnector::http
pub fn leadconnector::Answer<T>::status(&self) -> http::status::StatusCode
impl<T: core::convert::Into<alloc::string::String>> core::convert::From<std::path::PathBuf> for leadconnector::Text
";
    const LIST: &str = "\
[http]
stability = \"1\"
\"http::status::StatusCode\" = \"It knows its class.\"
\"pub use leadconnector::http\" = \"Its name.\"
";

    fn faults(api: &str, list: &str) -> Vec<String> {
        faults_of(api, list).unwrap()
    }

    #[test]
    fn what_is_listed_is_well() {
        assert_eq!(faults(API, LIST), [""; 0]);
        assert_eq!(faults("pub mod leadconnector\n", ""), [""; 0]);
    }

    #[test]
    fn what_is_not_listed() {
        let api = format!("{API}pub leadconnector::Contact::added: core::option::Option<time::Date>\n");
        assert_eq!(
            faults(&api, LIST),
            ["time::Date is not listed: do without it, or add it with the reason why it must be there\n  \
              it is in: pub leadconnector::Contact::added: core::option::Option<time::Date>"]
        );
        let said = faults(API, "");
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[1].starts_with("pub use leadconnector::http is not listed: "), "{said:?}");
    }

    #[test]
    fn what_is_not_there_any_more() {
        let api: Vec<_> = API.lines().filter(|line| !line.contains("StatusCode")).collect();
        assert_eq!(
            faults(&api.join("\n"), LIST),
            ["http::status::StatusCode is not in the public API any more: remove it"]
        );
    }

    #[test]
    fn entries_that_do_not_say_enough() {
        for (list, fault) in [
            (
                LIST.replace("It knows its class.", " "),
                "http::status::StatusCode has no reason: say what a program would lose without it",
            ),
            (
                LIST.replace("\"It knows its class.\"", "1"),
                "http::status::StatusCode has no reason: say what a program would lose without it",
            ),
            (
                LIST.replace("stability = \"1\"\n", ""),
                "[http] does not say how stable the crate is: add `stability = \"…\"`",
            ),
            (format!("{LIST}[time]\nstability = \"0.3\"\n"), "[time] has no type: remove it"),
            (format!("time = 1\n{LIST}"), "time is no table: write `[time]`, and its types below"),
            (
                format!("{LIST}[time]\nstability = \"0.3\"\n\"http::status::StatusCode\" = \"It is here as well.\"\n"),
                "http::status::StatusCode is there twice: remove one of the two",
            ),
        ] {
            assert_eq!(faults(API, &list), [fault]);
        }
        assert!(faults_of(API, "[http").is_err());
    }

    #[test]
    fn types_wherever_they_stand() {
        for (line, types) in [
            ("impl serde::Serialize for leadconnector::Note", &["serde::Serialize"][..]),
            ("pub type leadconnector::Note::Item = <http::Uri as leadconnector::Text>::Item", &["http::Uri"]),
            (
                "pub fn leadconnector::Note::of(&'a http::Uri, Self::Item, T::Item) -> [bytes::Bytes; 2]",
                &["http::Uri", "bytes::Bytes"],
            ),
            ("pub fn leadconnector::all(impl Iterator<Itemcore::convert::Into<leadconnector::Note>>)", &[]),
            ("pub fn leadconnector::all(impl Iterator<Itemhttp::Uri>)", &["http::Uri"]),
            // A crate that is not listed is refused in any case.
            ("pub fn leadconnector::all(impl Iterator<Itemtime::Date>)", &["Itemtime::Date"]),
            ("impl leadconnector_raw::Effect for leadconnector::Note", &["leadconnector_raw::Effect"]),
        ] {
            assert_eq!(foreign_types(line, &["http"]), types, "{line}");
        }
    }
}
