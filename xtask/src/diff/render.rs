//! The differences as text, and as Markdown for a pull request.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::Change;
use super::model::Part;
use crate::workspace::FRAGMENT;

pub(crate) struct Report<'a> {
    pub(crate) changes: &'a [Change],
    /// How many descriptions and examples differ.
    pub(crate) texts: usize,
    /// Whether something else differs too: there may be more in it than what was recognized.
    pub(crate) rewritten: bool,
    /// The revision with which the working tree was compared.
    pub(crate) revision: &'a str,
}

impl Report<'_> {
    pub(crate) fn text(&self) -> String {
        let mut text = format!("{FRAGMENT}, from {} to the working tree: {}\n", self.revision, self.summary());
        for (title, changes) in sections(self.changes) {
            text.push_str(&format!("\n{title}:\n"));
            for change in changes {
                text.push_str(&format!("- {}\n", line(change)));
            }
        }
        text
    }

    pub(crate) fn markdown(&self) -> String {
        let mut text =
            format!("### What the change of `{FRAGMENT}` means\n\nSince {}: {}.\n", self.revision, self.summary());
        for (title, changes) in sections(self.changes) {
            text.push_str(&format!("\n**{title}**\n\n"));
            for change in changes {
                text.push_str(&format!("- {}\n", escaped(&line(change))));
            }
        }
        text
    }

    fn summary(&self) -> String {
        let texts = match self.texts {
            0 => String::new(),
            1 => "; a description or an example differs".into(),
            count => format!("; {count} descriptions and examples differ"),
        };
        if self.changes.is_empty() {
            let rewritten = if self.rewritten {
                "; it is written otherwise, so read `git diff` for what this cannot tell"
            } else {
                ""
            };
            return format!("nothing that is sent or received has changed{texts}{rewritten}");
        }
        format!("{}{texts}", counted(self.changes))
    }
}

/// How many changes there are, and how many of them break a caller.
pub(crate) fn counted(changes: &[Change]) -> String {
    let breaking = changes.iter().filter(|change| change.breaks.is_some()).count();
    let count = if changes.len() == 1 { "1 change".into() } else { format!("{} changes", changes.len()) };
    let breaking = match breaking {
        0 => "none of which breaks a caller".into(),
        1 if changes.len() == 1 => "which breaks a caller".into(),
        1 => "1 of which breaks a caller".into(),
        all if all == changes.len() => "all of which break a caller".into(),
        several => format!("{several} of which break a caller"),
    };
    format!("{count}, {breaking}")
}

/// The changes in two parts with a title each, save one that has none.
pub(crate) fn sections(changes: &[Change]) -> impl Iterator<Item = (&'static str, Vec<&Change>)> {
    let (breaking, others): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.breaks.is_some());
    [("Breaks a caller", breaking), ("Breaks no caller", others)].into_iter().filter(|(_, changes)| !changes.is_empty())
}

/// Where, what, and why it breaks.
pub(crate) fn line(change: &Change) -> String {
    let mut by_operations: BTreeMap<Vec<&str>, Vec<String>> = BTreeMap::new();
    let parts: BTreeSet<&Part> = change.places.iter().map(|(part, _)| part).collect();
    for part in parts {
        let of_part = change.places.iter().filter(|(other, _)| other == part);
        by_operations.entry(of_part.map(|(_, name)| name.as_str()).collect()).or_default().push(part.to_string());
    }
    let places: Vec<_> = by_operations
        .iter()
        .map(|(operations, parts)| {
            format!("{}, {}", and(operations), and(&parts.iter().map(String::as_str).collect::<Vec<_>>()))
        })
        .collect();
    let place = if places.is_empty() { String::new() } else { format!("{}: ", places.join("; ")) };
    let why = change.breaks.map(|why| format!(": {why}")).unwrap_or_default();
    let members: Vec<_> = change.members.iter().map(String::as_str).collect();
    let members = match members.as_slice() {
        [] => String::new(),
        [one] => format!("{one} "),
        several => format!("each of {} ", and(several)),
    };
    format!("{place}{members}{}{why}", change.what)
}

/// Words as a list in a sentence.
pub(crate) fn and(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// Underscores and the like in Markdown, save in code.
pub(crate) fn escaped(line: &str) -> String {
    let mut in_code = false;
    let mut escaped = String::new();
    for character in line.chars() {
        if character == '`' {
            in_code = !in_code;
        } else if !in_code && matches!(character, '_' | '*' | '<' | '>' | '[' | ']' | '#') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
