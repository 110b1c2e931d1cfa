//! `cargo xtask drift`: what the vendor's specification says otherwise than the fragment, beyond what is written down.

mod alike;
mod differences;
mod vendor;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};

use crate::diff::changes::{Change, Single, singles, together};
use crate::diff::model::{Api, MOST_MEMBERS};
use crate::diff::render::{and, counted, escaped, line, sections};
use crate::workspace::{DIFFERENCES, FRAGMENT};
use crate::{diff, workspace};
use differences::Written;

/// Say what the vendor's specification has otherwise than openapi/contacts.yaml, save what openapi/differences.yaml has
///
/// The fragment is what was before, the vendor's file what comes after. Exits with 0 if there is nothing new, with 1 if there
/// is, with 2 if the two cannot be compared.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// apps/contacts.json of GoHighLevel/highlevel-api-docs, with the files beside it that it refers to
    file: PathBuf,
    /// As Markdown, for an issue
    #[arg(long)]
    markdown: bool,
    /// As entries for openapi/differences.yaml, each of which lacks its `why`
    #[arg(long, conflicts_with = "markdown")]
    entries: bool,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let news = news(&workspace::root()?, &arguments.file)?;
    let report = match (arguments.entries, arguments.markdown) {
        (true, _) => news.entries(),
        (false, true) => news.markdown(&arguments.file),
        (false, false) => news.text(&arguments.file),
    };
    print!("{report}");
    Ok(if news.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What there is beyond what is written down.
struct News {
    new: BTreeSet<Single>,
    /// What is written down, and is no difference.
    past: BTreeSet<Written>,
}

fn news(root: &Path, file: &Path) -> anyhow::Result<News> {
    let text = |name: &str| fs::read_to_string(root.join(name)).with_context(|| format!("cannot read {name}"));
    let ours = diff::parse(&text(FRAGMENT)?, "in the working tree")?;
    let written = differences::read(&text(DIFFERENCES)?)?;
    let theirs = vendor::read(file, &ours)?;

    let (mut our_api, mut their_api) = (Api::of(&ours), Api::of(&theirs));
    for (name, operation) in &their_api.operations {
        if operation.parts.values().any(|members| members.len() >= MOST_MEMBERS) {
            bail!("{name} in {} has more than {MOST_MEMBERS} members in one body", file.display());
        }
    }
    alike::bring(&mut our_api, &mut their_api, &theirs);
    let mut found = singles(&our_api, &their_api);
    let deprecated = alike::deprecated(&theirs);
    for name in deprecated.difference(&alike::deprecated(&ours)).filter(|name| our_api.operations.contains_key(*name)) {
        let what = format!("the operation `{name}` is deprecated");
        found.insert(Single { operation: Some(name.clone()), part: None, member: None, what, breaks: None });
    }

    let mut past = written;
    let mut new = BTreeSet::new();
    for single in found {
        if !Written::of(&single).is_some_and(|single| past.remove(&single)) {
            new.insert(single);
        }
    }
    Ok(News { new, past })
}

/// The name in `{name}`, as a segment of a path.
fn parameter_of(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

impl News {
    fn is_empty(&self) -> bool {
        self.new.is_empty() && self.past.is_empty()
    }

    fn text(&self, file: &Path) -> String {
        let changes = together(self.new.iter().cloned());
        let mut text = format!("{FRAGMENT}, against {}: {}\n", file.display(), self.summary(&changes));
        for (title, lines) in self.sections(&changes) {
            text.push_str(&format!("\n{title}:\n"));
            text.extend(lines.iter().map(|line| format!("- {line}\n")));
        }
        if !self.new.is_empty() {
            text.push_str(&format!("\n{}\n", what_to_do(&file.display().to_string())));
        }
        text
    }

    fn markdown(&self, file: &Path) -> String {
        let changes = together(self.new.iter().cloned());
        let mut text = format!("### What the vendor's specification has otherwise than `{FRAGMENT}`\n\n");
        text.push_str(&format!("In `{}`: {}.\n", file.display(), escaped(&self.summary(&changes))));
        for (title, lines) in self.sections(&changes) {
            text.push_str(&format!("\n**{title}**\n\n"));
            text.extend(lines.iter().map(|line| format!("- {}\n", escaped(line))));
        }
        if !self.new.is_empty() {
            text.push_str(&format!("\n{}\n", escaped(&what_to_do(&file.display().to_string()))));
        }
        text
    }

    fn entries(&self) -> String {
        let mut entries = String::new();
        for past in self.past() {
            entries.push_str(&format!("# {past}.\n"));
        }
        entries + &differences::entries(&self.new)
    }

    fn summary(&self, changes: &[Change]) -> String {
        let new = match changes {
            [] => "nothing new".into(),
            changes => counted(changes),
        };
        match self.past().len() {
            0 => new,
            1 => format!("{new}; 1 difference is written down, and is none any more"),
            count => format!("{new}; {count} differences are written down, and are none any more"),
        }
    }

    fn sections(&self, changes: &[Change]) -> Vec<(&'static str, Vec<String>)> {
        let lines = |changes: Vec<&Change>| changes.into_iter().map(|change| one_line(&line(change))).collect();
        let mut all: Vec<(_, Vec<_>)> = sections(changes).map(|(title, changes)| (title, lines(changes))).collect();
        if !self.past.is_empty() {
            all.push(("No difference any more", self.past()));
        }
        all
    }

    /// What is no difference any more, a line for each group that an entry may have written.
    fn past(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let whole: BTreeSet<_> = self.past.iter().filter(|past| past.part.is_none()).map(|past| &past.what).collect();
        for what in whole {
            let of_what = self.past.iter().filter(|past| past.part.is_none() && past.what == *what);
            let operations: Vec<_> = of_what.map(|past| past.operation.as_str()).collect();
            lines.push(format!("{}: {what}", and(&operations)));
        }
        let of_parts = self.past.iter().filter(|past| past.part.is_some()).map(|past| Single {
            operation: Some(past.operation.clone()),
            part: past.part.clone(),
            member: past.member.as_deref().map(differences::shown),
            what: past.what.clone(),
            breaks: None,
        });
        lines.extend(together(of_parts).iter().map(line));
        let no_more = "is written down as a difference, and is none any more";
        lines
            .into_iter()
            .map(|what| one_line(&what))
            .map(|what| format!("{what}: this {no_more}: take it out of {DIFFERENCES}"))
            .collect()
    }
}

/// What the vendor calls a thing may have line breaks in it.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

fn what_to_do(file: &str) -> String {
    format!(
        "Change {FRAGMENT} (docs/adding-a-field.md), or write down in {DIFFERENCES} why it differs: `cargo xtask drift {file} \
         --entries` prints the entries."
    )
}
