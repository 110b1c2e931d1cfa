//! `cargo xtask publish`: from a commit to the registry, and its rehearsal.

mod hand_over;
mod preconditions;
mod registry;
pub(crate) mod rehearsal;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use cargo_metadata::MetadataCommand;
use semver::Version;

use crate::{process, workspace};
use registry::{Published, Registry};

/// Check, package and publish the crates
///
/// In the order in which they depend on each other, after everything that could be wrong has been looked at. Started again
/// after a failure half-way, it publishes what is missing. Exits with 2 if something is refused or fails.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Publish nothing; say what would go out
    #[arg(long)]
    dry_run: bool,
    /// Publish nothing; put the packages that would go out into this folder, with their checksums, for a job that publishes and
    /// builds nothing
    #[arg(long, value_name = "FOLDER", conflicts_with = "dry_run")]
    hand_over: Option<PathBuf>,
    /// Publish the working tree to a registry on loopback, and test a crate that depends on it from there
    #[arg(long, conflicts_with_all = ["dry_run", "hand_over", "without_semver_checks", "registry"])]
    rehearse: bool,
    /// Go on without comparing the public API with the last release's
    #[arg(long)]
    without_semver_checks: bool,
    /// A registry of cargo's configuration, instead of crates.io
    #[arg(long)]
    registry: Option<String>,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let root = workspace::root()?;
    if arguments.rehearse {
        for left_out in rehearsal::run(&root)? {
            println!("LEFT OUT: {left_out}");
        }
        return Ok(ExitCode::SUCCESS);
    }
    let packages = packages(&root)?;
    let target = workspace::target(&root);
    let registry = Registry::new(arguments.registry.clone());
    if let Some(folder) = &arguments.hand_over {
        hand_over::is_free(folder)?;
    }
    preconditions::check(&root, &target, &packages, &registry, &arguments)?;
    let purpose = match &arguments.hand_over {
        Some(folder) => Purpose::HandOver(folder),
        None if arguments.dry_run => Purpose::Look,
        None => Purpose::Publish,
    };
    release_to(&root, &target, None, &packages, &registry, purpose)?;
    Ok(ExitCode::SUCCESS)
}

/// A crate that is published.
#[derive(Clone)]
pub(crate) struct Package {
    pub(crate) name: String,
    version: Version,
    has_repository: bool,
    /// Whether it can be depended on: a program has no public API.
    pub(crate) has_library: bool,
}

impl Package {
    /// The name of the file that it is packaged in.
    fn file(&self) -> String {
        format!("{}-{}.crate", self.name, self.version)
    }
}

/// The crates that are published, each after those on which it depends.
pub(crate) fn packages(root: &Path) -> anyhow::Result<Vec<Package>> {
    let mut command = MetadataCommand::new();
    command.current_dir(root).no_deps();
    let metadata = command.exec().map_err(|error| match error {
        cargo_metadata::Error::CargoMetadata { stderr } => {
            anyhow::anyhow!(
                "cargo cannot read the workspace: {}",
                stderr.split_whitespace().collect::<Vec<_>>().join(" ")
            )
        }
        error => error.into(),
    })?;
    let mut rest: Vec<_> = metadata.packages.iter().filter(|package| package.publish != Some(Vec::new())).collect();
    rest.sort_by(|a, b| a.name.cmp(&b.name));
    let mut ordered = Vec::new();
    while !rest.is_empty() {
        let names: BTreeSet<_> = rest.iter().map(|package| package.name.to_string()).collect();
        // A dev-dependency by path alone is left out of the package.
        let waits = |package: &&cargo_metadata::Package| {
            package
                .dependencies
                .iter()
                .any(|dependency| names.contains(&dependency.name) && !dependency.req.comparators.is_empty())
        };
        let (waiting, ready): (Vec<_>, Vec<_>) = rest.into_iter().partition(waits);
        ensure!(!ready.is_empty(), "the crates depend on each other in a circle: {names:?}");
        ordered.extend(ready.into_iter().map(|package| Package {
            name: package.name.to_string(),
            version: package.version.clone(),
            has_repository: package.repository.is_some(),
            has_library: package.targets.iter().any(cargo_metadata::Target::is_lib),
        }));
        rest = waiting;
    }
    ensure!(!ordered.is_empty(), "there is no crate to publish: each has `publish = false`");
    Ok(ordered)
}

/// The version of all of them.
pub(crate) fn common_version(packages: &[Package]) -> anyhow::Result<&Version> {
    let mut versions = packages.iter().map(|package| (&package.name, &package.version));
    let (first, version) = versions.next().context("there is no crate to publish")?;
    if let Some((other, different)) = versions.find(|(_, other)| *other != version) {
        bail!("{first} has version {version} and {other} has {different}: the crates are released in one version");
    }
    Ok(version)
}

/// What becomes of the packages.
#[derive(Clone, Copy)]
enum Purpose<'a> {
    Look,
    HandOver(&'a Path),
    Publish,
}

/// Packages, builds from the packages, and publishes what the registry does not have yet, if that is the purpose. With a folder to
/// build in, dependencies are kept there; but only a version that was never packaged is built anew.
fn release_to(
    root: &Path,
    target: &Path,
    build: Option<&Path>,
    packages: &[Package],
    registry: &Registry,
    purpose: Purpose,
) -> anyhow::Result<()> {
    println!("\n== asking {registry} what it has");
    let before = published(target, packages, registry)?;
    let yanked =
        |published: &Option<Published>| published.as_ref().is_some_and(|published| published.checksum.is_none());
    if let Some((package, _)) = packages.iter().zip(&before).find(|(_, published)| yanked(published)) {
        let (name, version) = (&package.name, &package.version);
        bail!(
            "{name} {version} was published on {registry}, and yanked: no registry takes a version twice, so raise it \
             (RELEASING.md), or take the yank back with `cargo yank --undo {name}@{version}`"
        );
    }

    println!("\n== packaging, and building from the packages");
    // Each time in a folder of its own. cargo takes a package that another one depends on for unchanged as long as its version
    // and this folder are the same: it would build against the one that was packaged before.
    let fresh = tempfile::Builder::new().prefix("package-").tempdir_in(target);
    let fresh = fresh.with_context(|| format!("cannot make a folder in {}", target.display()))?;
    let mut package = workspace::cargo(root);
    package.args(["package", "--locked", "--target-dir"]).arg(fresh.path());
    if let Some(build) = build {
        package.env(BUILD, build);
    }
    select(&mut package, packages.iter());
    registry.name_to(&mut package);
    // Code of all dependencies runs in this build, and the token is only for the upload.
    package.env_remove("CARGO_REGISTRY_TOKEN");
    process::watch(&mut package).context("the crates cannot be packaged")?;

    let (mut missing, mut packaged) = (Vec::new(), Vec::new());
    for (package, published) in packages.iter().zip(before) {
        let file = fresh.path().join("package").join(package.file());
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let (name, version) = (&package.name, &package.version);
        match published {
            None => {
                println!("{name} {version}: {} KiB, to be published", bytes.len().div_ceil(1024));
                missing.push(package);
            }
            Some(published) if published.checksum == Some(registry::checksum(&bytes)) => {
                println!("{name} {version}: published already")
            }
            Some(_) => bail!(
                "{name} {version} is already published on {registry}, from another commit: publish from that commit, or \
                 raise the version (RELEASING.md)"
            ),
        }
        packaged.push((package, bytes));
    }
    if let Purpose::HandOver(folder) = purpose {
        return hand_over::write(folder, &packaged, &missing);
    }
    ensure!(
        !missing.is_empty(),
        "every crate is already published on {registry} in this version: raise the version for a new release (RELEASING.md)"
    );
    if let Purpose::Look = purpose {
        println!("\nnothing was published: this was a dry run");
        return Ok(());
    }

    println!("\n== publishing to {registry}");
    let mut publish = workspace::cargo(root);
    // Built from the packages above.
    publish.args(["publish", "--locked", "--no-verify", "--target-dir"]).arg(fresh.path());
    select(&mut publish, missing.iter().copied());
    registry.name_to(&mut publish);
    if let Err(error) = process::watch(&mut publish) {
        let state = match published(target, packages, registry) {
            Ok(now) => {
                let of = packages.iter().zip(now);
                let there: Vec<_> =
                    of.filter(|(_, now)| now.is_some()).map(|(package, _)| package.name.as_str()).collect();
                if there.is_empty() {
                    "nothing is published".into()
                } else {
                    format!("published so far: {}", there.join(", "))
                }
            }
            Err(_) => "the registry does not say what is published so far".into(),
        };
        bail!("{error:#}; {state}; mend it, and start `cargo xtask publish` again: it publishes what is missing");
    }
    println!(
        "\npublished to {registry}: {}",
        missing.iter().map(|package| package.name.as_str()).collect::<Vec<_>>().join(", ")
    );
    Ok(())
}

/// The variable that tells cargo where to build.
const BUILD: &str = "CARGO_BUILD_BUILD_DIR";

fn select<'a>(command: &mut std::process::Command, packages: impl Iterator<Item = &'a Package>) {
    for package in packages {
        command.args(["--package", &package.name]);
    }
}

/// The version of each package, if the registry has it.
fn published(target: &Path, packages: &[Package], registry: &Registry) -> anyhow::Result<Vec<Option<Published>>> {
    packages.iter().map(|package| registry.published(target, &package.name, &package.version)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Each after those on which it depends; and the import is a program, so that no API of it is compared.
    #[test]
    fn the_crates_of_this_workspace() {
        let packages = super::packages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap();
        let crates: Vec<_> = packages.iter().map(|package| (package.name.as_str(), package.has_library)).collect();
        let [mock, raw, client] = ["leadconnector-mock", "leadconnector-raw", "leadconnector"].map(|name| (name, true));
        assert_eq!(crates, [mock, raw, client, ("leadconnector-import", false), ("leadconnector-redis", true)]);
    }
}
