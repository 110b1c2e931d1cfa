//! `cargo xtask diff`: what a change of the fragment means, in words.
//!
//! A caller is a program that sends what was valid before, and reads what was promised before. A change breaks it if what it
//! sends may be refused, or what it reads may be absent or of another kind.

pub(crate) mod changes;
pub(crate) mod model;
pub(crate) mod render;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};

use crate::document::Document;
use crate::workspace::FRAGMENT;
use crate::{process, workspace};
use model::Api;

/// Say what the change of openapi/contacts.yaml since a revision means, and whether it breaks a caller
///
/// A caller is a program that sends what was valid before, and reads what was promised before. Exits with 0 also if one
/// breaks, with 2 if the two cannot be compared.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The revision of git with which the working tree is compared
    #[arg(default_value = "HEAD", allow_hyphen_values = true)]
    base: String,
    /// As Markdown, for a pull request
    #[arg(long)]
    markdown: bool,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    print!("{}", report(&workspace::root()?, &arguments.base, arguments.markdown)?);
    Ok(ExitCode::SUCCESS)
}

/// What the working tree's fragment changes since a revision.
pub(crate) fn report(root: &Path, base: &str, markdown: bool) -> anyhow::Result<String> {
    let (revision, before) = at_revision(root, base)?;
    let after = fs::read_to_string(root.join(FRAGMENT)).with_context(|| format!("cannot read {FRAGMENT}"))?;
    let before = parse(&before, &format!("at {base}"))?;
    let after = parse(&after, "in the working tree")?;

    let changes = changes::between(&Api::of(&before), &Api::of(&after));
    let texts = model::texts_changed(&before, &after);
    let rewritten = model::without_texts(before.root()) != model::without_texts(after.root());
    let report = render::Report { changes: &changes, texts, rewritten, revision: &revision };
    Ok(if markdown { report.markdown() } else { report.text() })
}

/// The revision's short name, and the fragment as it was then.
fn at_revision(root: &Path, base: &str) -> anyhow::Result<(String, String)> {
    process::capture(process::git(root).args(["rev-parse", "--git-dir"]))
        .context("only in a clone of the repository there is something to compare with")?;
    let commit = format!("{base}^{{commit}}");
    let verify = ["rev-parse", "--verify", "--quiet", "--short", "--end-of-options", &commit];
    let Ok(revision) = process::capture(process::git(root).args(verify)) else {
        let shallow = process::capture(process::git(root).args(["rev-parse", "--is-shallow-repository"]))?;
        if shallow.trim() == "true" {
            bail!("{base:?} is not in this clone, which is shallow: run `git fetch --unshallow`, then try again");
        }
        bail!("{base:?} is no revision of this repository: give a branch, a tag or a commit (git fetch gets new ones)");
    };
    let revision = revision.trim().to_owned();
    // The workspace need not be the root of the repository.
    let file = format!("{revision}:./{FRAGMENT}");
    let text = process::capture(process::git(root).args(["show", &file]))
        .map_err(|_| anyhow!("{base:?} has no {FRAGMENT}: give a revision that has it"))?;
    Ok((revision, text))
}

/// A fragment, with each composition as the object that it stands for: where a member is written means nothing to a caller.
pub(crate) fn parse(text: &str, which: &str) -> anyhow::Result<Document> {
    Document::parse(text).map(|document| document.composed()).map_err(|problem| {
        anyhow!(
            "{FRAGMENT} {which} cannot be read: {}: {}; mend it there, or give another revision",
            problem.path,
            problem.what
        )
    })
}
