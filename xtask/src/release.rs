//! `cargo xtask release`: all that a release changes in the repository.

mod versions;

use std::path::Path;
use std::process::ExitCode;

use anyhow::ensure;
use semver::Version;

use crate::compatibility::{self, Lines, without_pre};
use crate::outputs::{self, Output};
use crate::publish::{self, Package};
use crate::releases::{Releases, tag_of};
use crate::tools::Tool;
use crate::{changelog, generate, process, public_api, workspace};

/// How many lines of the public API are shown.
const SHOWN: usize = 20;

/// Write a version to every place, date the changelog's section, and show what has changed
///
/// It says what the change of the public API asks of the number, and refuses a smaller one. It commits, tags and publishes nothing.
/// Exits with 2 if something is refused or fails.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The version: 0.2.0, or 0.2.0-rc.1 for a pre-release
    #[arg(value_parser = version)]
    version: Version,
    /// Do not compare the public API with the last release's: nothing that has changed breaks a dependent
    #[arg(long)]
    compatible: bool,
}

fn version(text: &str) -> Result<Version, String> {
    let version = Version::parse(text).map_err(|error| format!("{error}; write three numbers, as in 0.2.0"))?;
    if !version.build.is_empty() {
        return Err("what stands behind a `+` means nothing to cargo: leave it out".into());
    }
    Ok(version)
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let root = workspace::root()?;
    let Arguments { version, compatible } = arguments;
    // All that can be wrong is looked at before anything is written.
    workspace::is_clean(&root)?;
    let releases = Releases::so_far(&root)?;
    releases.has_room_for(&version, &root)?;
    let packages = publish::packages(&root)?;
    let outputs = outputs(&root, &packages, &version)?;
    ensure!(
        generate::succeeds(&root, true),
        "what is generated is not what the fragment says: run `cargo xtask generate`, and commit"
    );
    ensure!(
        public_api::is_written_down(&root)?,
        "{} is not what the crate offers: run `cargo xtask public-api`, and commit",
        public_api::FILE
    );
    match releases.last_stable() {
        None => println!("\nno earlier release, so no API to compare with"),
        Some(last) if compatible => println!("\nnot compared with {last}, as told"),
        Some(last) => has_room(&root, &packages, last, &version, &public_api::read(&root)?)?,
    }

    println!("\n== writing {version}");
    outputs::write(&root, &outputs)?;
    ensure!(
        generate::succeeds(&root, false),
        "what depends on the version cannot be generated: the reason stands above; `git restore .` takes back what was written"
    );
    println!("\n== what has changed");
    process::run(process::git(&root).args(["--no-pager", "diff"]))?;
    let tag = tag_of(&version);
    println!(
        "\nNothing was committed, tagged or published. Read what stands above, then:\n\
         \n  cargo xtask check --strict\
         \n  git commit --all --message \"Release {version}\"     # and have it merged to main\
         \n  cargo xtask publish --dry-run                   # on the commit on main: what would go out\
         \n  git tag {tag} && git push origin {tag}"
    );
    Ok(ExitCode::SUCCESS)
}

/// The files that have the version, and the changelog with its section.
pub(crate) fn outputs(root: &Path, packages: &[Package], version: &Version) -> anyhow::Result<Vec<Output>> {
    let today = chrono::Utc::now().date_naive();
    let changelog = changelog::released(&changelog::read(root)?, version, today)?;
    let mut outputs = versions::written(root, packages, publish::common_version(packages)?, version)?;
    outputs.push(Output { path: changelog::FILE.into(), content: changelog });
    Ok(outputs)
}

/// Whether the step to the version leaves room for what has changed in the public API.
fn has_room(root: &Path, packages: &[Package], last: &Version, version: &Version, now: &str) -> anyhow::Result<()> {
    println!("\n== what the public API's change since {last} asks of the number");
    let lines = Lines::since(root, last, now)?;
    for (sign, lines) in [("-", &lines.gone), ("+", &lines.new)] {
        for line in lines.iter().take(SHOWN) {
            println!("{sign}{line}");
        }
        if let Some(more @ 1..) = lines.len().checked_sub(SHOWN) {
            println!("{sign} and {more} more: git diff {} -- {}", tag_of(last), public_api::FILE);
        }
    }
    let asked = lines.change().asks_for(last);
    println!(
        "{} lines of {} are gone or read otherwise, {} are new: that asks for {asked} or higher",
        lines.gone.len(),
        public_api::FILE,
        lines.new.len()
    );
    ensure!(
        without_pre(version) >= asked,
        "the change of the public API asks for {asked} or higher, and {version} is less: release {asked}, or take back what stands \
         above; if it breaks no dependent, go on with --compatible"
    );
    if Tool::CargoSemverChecks.find(root).is_some() {
        return compatibility::semver_checks(root, packages, last, version);
    }
    println!(
        "the other crates were not compared, and this one by its lines alone: `{}` gets what does; `cargo xtask publish` does not go \
         on without it",
        Tool::CargoSemverChecks.how_to_get()
    );
    Ok(())
}
