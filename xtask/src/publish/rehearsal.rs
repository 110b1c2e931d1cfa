//! `cargo xtask publish --rehearse`: the working tree is released as the next version, in a copy, and goes to a real registry on
//! loopback by the script of the workflow; a crate that depends on it from there is built and tested, as it will be by those who
//! depend on a release. The import is installed from there, and tried.

mod import;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use cargo_metadata::MetadataCommand;
use semver::{Prerelease, Version};
use tempfile::TempDir;
use toml_edit::{DocumentMut, InlineTable, Item, TableLike, Value};

use super::{BUILD, Package, Purpose, Registry, common_version, packages, release_to};
use crate::tools::Tool;
use crate::{changelog, compatibility, outputs, process, release, workspace};

/// The name of the registry in cargo's configuration.
const NAME: &str = "rehearsal";
/// What the workflow publishes with, seen from the root of the workspace.
const SCRIPT: &str = ".github/scripts/publish.sh";
/// The crate that stands for all that depend on a release.
const DOWNSTREAM: &str = "tests/downstream";
/// What is built anew each time: how the names of our crates begin, and that one with its tests.
const BUILT: [&str; 4] = ["leadconnector", "downstream", "json_schema", "sign_up"];
/// A test that it gets where it also depends on the raw client's JSON Schema.
const SCHEMA_TEST: &str = r#"//! The JSON Schema of a request, for a service that describes its own API with it.

#[test]
fn a_request_has_a_schema() {
    let schema = schemars::schema_for!(leadconnector_raw::types::CreateContactRequest);
    assert!(schema.as_value()["properties"]["locationId"].is_object(), "{schema:?}");
}
"#;

/// A way to depend on the crates.
struct Variant {
    name: &'static str,
    default_features: bool,
    features: &'static [&'static str],
    json_schema: bool,
}

const VARIANTS: [Variant; 4] = [
    Variant { name: "default features", default_features: true, features: &[], json_schema: false },
    Variant { name: "native-tls", default_features: false, features: &["native-tls"], json_schema: false },
    Variant {
        name: "oauth, and schemars of leadconnector-raw",
        default_features: true,
        features: &["oauth"],
        json_schema: true,
    },
    Variant { name: "no default features", default_features: false, features: &[], json_schema: false },
];

/// Gives the variants that were left out, each with the reason.
pub(crate) fn run(root: &Path) -> anyhow::Result<Vec<String>> {
    if Tool::CargoHttpRegistry.find(root).is_none() {
        println!("== installing cargo-http-registry into target/tools, for this once");
        Tool::CargoHttpRegistry.install(root).context("cargo-http-registry cannot be installed")?;
    }
    let target = workspace::target(root).join("rehearsal");
    let scratch = tempfile::Builder::new().prefix("leadconnector-rehearsal-").tempdir();
    let scratch = scratch.context("cannot make a temporary folder")?;

    let packages = packages(root)?;
    println!("== copying the working tree");
    let copy = scratch.path().join("workspace");
    workspace::copy(root, &copy)?;
    depend_on_registry(&copy)?;
    process::run(process::git(&copy).args(["init", "--quiet"]))?;
    commit(&copy, "What is there")?;

    let version = &next(common_version(&packages)?)?;
    println!("\n== releasing {version}");
    let path = copy.join(changelog::FILE);
    let changelog = changelog::with_an_entry(&changelog::read(&copy)?, "A rehearsal.");
    fs::write(&path, changelog).with_context(|| format!("cannot write {}", path.display()))?;
    outputs::write(&copy, &release::outputs(&copy, &packages, version)?)?;
    commit(&copy, "Release")?;
    let packages: Vec<_> =
        packages.iter().map(|package| Package { version: version.clone(), ..package.clone() }).collect();

    println!("\n== starting a registry on loopback");
    let mut server = Server::start(root, &scratch)?;
    let registry = Registry::on_loopback(NAME, server.index());
    let folder = scratch.path().join("handed-over");
    let build = target.join("build");
    forget(&build)?;
    release_to(&copy, &target, Some(&build), &packages, &registry, Purpose::HandOver(&folder))?;
    for step in ["compare", "upload"] {
        println!("\n== {SCRIPT} {step}");
        let mut script = Command::new("bash");
        script.arg(SCRIPT).arg(step).arg(&folder).current_dir(&copy).env("CARGO_REGISTRY_DEFAULT", NAME);
        registry.known_to(&mut script);
        process::run(&mut script)?;
    }

    let mut left_out = Vec::new();
    for variant in &VARIANTS {
        println!("\n== a crate that depends on them, with {}", variant.name);
        if variant.features.contains(&"native-tls") && !workspace::has_openssl() {
            left_out.push(format!("{}: {}", variant.name, workspace::HOW_TO_GET_OPENSSL));
            continue;
        }
        let folder = scratch.path().join("downstream");
        if folder.exists() {
            fs::remove_dir_all(&folder).context("cannot remove the crate of the variant before")?;
        }
        copy_folder(&copy.join(DOWNSTREAM), &folder)?;
        let manifest = folder.join("Cargo.toml");
        let text = fs::read_to_string(&manifest).with_context(|| format!("cannot read {DOWNSTREAM}/Cargo.toml"))?;
        let text = downstream_manifest(&text, variant, &compatibility::requirement(version))?;
        fs::write(&manifest, text).context("cannot write a manifest")?;
        if variant.json_schema {
            fs::write(folder.join("tests/json_schema.rs"), SCHEMA_TEST).context("cannot write a test")?;
        }
        server.note_what_is_kept(&folder, &registry)?;
        let mut test = workspace::cargo(&folder);
        test.args(["test", "--target-dir"]).arg(target.join("downstream")).env(BUILD, &build);
        test.env("INSTA_UPDATE", "no");
        registry.known_to(&mut test);
        process::run(&mut test).with_context(|| format!("a crate cannot depend on them with {}", variant.name))?;
    }
    println!("\n== the import, installed from there");
    import::install_and_try(scratch.path(), &workspace::target(root), &build, &registry, version)?;
    println!("\nthe rehearsal went well: published to a real registry, and used from there");
    Ok(left_out)
}

/// Writes the registry to each dependency of one of our crates on another that will be looked for in a registry.
fn depend_on_registry(copy: &Path) -> anyhow::Result<()> {
    let path = copy.join("Cargo.toml");
    let text = fs::read_to_string(&path).context("cannot read Cargo.toml")?;
    let mut manifest: DocumentMut = text.parse().context("cannot read Cargo.toml")?;
    let dependencies = manifest.get_mut("workspace").and_then(|workspace| workspace.get_mut("dependencies"));
    let dependencies =
        dependencies.and_then(Item::as_table_like_mut).context("Cargo.toml has no [workspace.dependencies]")?;
    for (_, dependency) in dependencies.iter_mut() {
        if let Some(dependency) = dependency.as_table_like_mut()
            && dependency.contains_key("path")
            && dependency.contains_key("version")
        {
            dependency.insert("registry", toml_edit::value(NAME));
        }
    }
    fs::write(&path, manifest.to_string()).context("cannot write Cargo.toml")
}

/// A pre-release of the next version, which there was never before: cargo takes a package of one that there was for unchanged.
fn next(version: &Version) -> anyhow::Result<Version> {
    let patch = if version.pre.is_empty() { version.patch + 1 } else { version.patch };
    let pre = format!("rehearsal.{}", chrono::Utc::now().timestamp_millis());
    let pre = Prerelease::new(&pre).context("a time is no name of a pre-release")?;
    Ok(Version { pre, ..Version::new(version.major, version.minor, patch) })
}

/// Removes what was built of the crates and of the one that depends on them: each time they have another place, and so would stay
/// beside what was built before.
fn forget(build: &Path) -> anyhow::Result<()> {
    for kind in [".fingerprint", "deps"] {
        let Ok(entries) = fs::read_dir(build.join("debug").join(kind)) else { continue };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let file = file.strip_prefix("lib").unwrap_or(&file);
            if BUILT.iter().any(|name| file.starts_with(name)) {
                let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                removed.with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
    }
    Ok(())
}

/// A commit, since what is packaged says from which it is.
fn commit(copy: &Path, message: &str) -> anyhow::Result<()> {
    process::run(process::git(copy).args(["add", "--all"]))?;
    let identity = ["-c", "user.name=rehearsal", "-c", "user.email=rehearsal@localhost", "-c", "commit.gpgsign=false"];
    process::run(process::git(copy).args(identity).args(["commit", "--quiet", "--message", message]))
}

/// The manifest of the downstream crate, with versions from the registry instead of paths.
fn downstream_manifest(text: &str, variant: &Variant, version: &str) -> anyhow::Result<String> {
    let mut manifest: DocumentMut = text.parse().with_context(|| format!("cannot read {DOWNSTREAM}/Cargo.toml"))?;
    // It is copied out of the workspace; above it, there may be another.
    manifest.insert("workspace", toml_edit::table());
    let of_registry = || {
        let mut dependency = InlineTable::new();
        dependency.insert("version", version.into());
        dependency.insert("registry", NAME.into());
        dependency
    };
    let mut leadconnector = of_registry();
    if !variant.default_features {
        leadconnector.insert("default-features", false.into());
    }
    if !variant.features.is_empty() {
        leadconnector.insert("features", Value::Array(variant.features.iter().copied().collect()));
    }
    let dependencies = dependencies(&mut manifest, "dependencies")?;
    dependencies.insert("leadconnector", toml_edit::value(leadconnector));
    let dependencies = self::dependencies(&mut manifest, "dev-dependencies")?;
    dependencies.insert("leadconnector-mock", toml_edit::value(of_registry()));
    if variant.json_schema {
        let mut raw = of_registry();
        raw.insert("features", Value::Array(["schemars"].into_iter().collect()));
        dependencies.insert("leadconnector-raw", toml_edit::value(raw));
        dependencies.insert("schemars", toml_edit::value("1"));
    }
    Ok(manifest.to_string())
}

fn dependencies<'a>(manifest: &'a mut DocumentMut, kind: &str) -> anyhow::Result<&'a mut dyn TableLike> {
    let dependencies = manifest.get_mut(kind).and_then(Item::as_table_like_mut);
    dependencies.with_context(|| format!("{DOWNSTREAM}/Cargo.toml has no [{kind}]"))
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry.with_context(|| format!("cannot read {}", from.display()))?;
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), &to).with_context(|| format!("cannot copy {}", entry.path().display()))?;
        }
    }
    Ok(())
}

/// A running cargo-http-registry.
struct Server {
    child: Child,
    folder: PathBuf,
    /// Where cargo has kept what it has from it; nobody will ask for that again.
    kept: Vec<PathBuf>,
}

impl Server {
    fn start(root: &Path, scratch: &TempDir) -> anyhow::Result<Self> {
        let program = Tool::CargoHttpRegistry.find(root).context("cargo-http-registry is no longer there")?;
        let folder = scratch.path().join("registry");
        fs::create_dir_all(&folder).context("cannot make the folder of the registry")?;
        let mut command = Command::new(program);
        command.arg(&folder).args(["--addr", "127.0.0.1:0"]).stdout(Stdio::null());
        let child = command.spawn().context("cannot start cargo-http-registry")?;
        let mut server = Self { child, folder, kept: Vec::new() };

        // It listens before it commits its address to the index.
        let start = Instant::now();
        while process::capture(process::git(&server.folder).args(["cat-file", "-e", "HEAD:index"])).is_err() {
            let ended = server.child.try_wait().context("cannot look after cargo-http-registry")?;
            ensure!(ended.is_none(), "cargo-http-registry ended at once: what it said stands above");
            ensure!(start.elapsed() < Duration::from_secs(30), "cargo-http-registry did not start within 30 seconds");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    fn index(&self) -> String {
        format!("file://{}", self.folder.display())
    }

    /// Notes where cargo keeps what a crate has from it: in CARGO_HOME, as `registry/src/[registry]/[package]`, and beside
    /// `src` the packages and the index under the same name.
    fn note_what_is_kept(&mut self, downstream: &Path, registry: &Registry) -> anyhow::Result<()> {
        let mut metadata = workspace::cargo(downstream);
        registry.known_to(metadata.args(["metadata", "--format-version", "1"]));
        let metadata =
            MetadataCommand::parse(process::capture(&mut metadata)?).context("cannot read what cargo says")?;
        let package = metadata.packages.iter().find(|package| package.name == "leadconnector");
        let source = package.and_then(|package| package.manifest_path.parent()?.parent());
        if let Some(source) = source
            && let (Some(name), Some(kinds)) = (source.file_name(), source.parent().and_then(|source| source.parent()))
        {
            self.kept = ["cache", "index", "src"].map(|kind| kinds.join(kind).join(name).into()).into();
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for folder in &self.kept {
            let _ = fs::remove_dir_all(folder);
        }
    }
}
