//! `cargo xtask public-api`: the public API of `leadconnector`, a line an item, in a file that a change has to update.
//!
//! rustdoc describes the API as JSON, an output that a stable compiler has only with `RUSTC_BOOTSTRAP`; the crate
//! `public-api` turns it into lines. No feature of the crate adds to its API, so it is built without any, which spares
//! building a TLS library.
//!
//! Of a type of another crate that appears there, foreign-types.toml has to say why.

mod foreign_types;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use crate::outputs::{self, Output};
use crate::{process, workspace};

pub(crate) const FILE: &str = "crates/leadconnector/public-api.txt";

/// Write down the public API of leadconnector, in crates/leadconnector/public-api.txt
///
/// Exits with 1 if --check finds a difference, or if foreign-types.toml beside it does not list the types of other crates; with 2 if
/// it cannot be told.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; show how the file differs from what the crate offers
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let root = workspace::root()?;
    let written = write_or_check(&root, arguments.check)?;
    Ok(if has_listed_types(&root)? && written { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the file says.
pub(crate) fn read(root: &Path) -> anyhow::Result<String> {
    fs::read_to_string(root.join(FILE)).with_context(|| format!("cannot read {FILE}"))
}

/// Whether the file says what the crate offers; how it differs is shown.
pub(crate) fn is_written_down(root: &Path) -> anyhow::Result<bool> {
    write_or_check(root, true)
}

/// Whether foreign-types.toml says why each type of another crate is in the API that is written down, and of no other; what is wrong
/// with it is shown.
pub(crate) fn has_listed_types(root: &Path) -> anyhow::Result<bool> {
    let faults = foreign_types::faults(root, &read(root)?)?;
    for fault in &faults {
        eprintln!("error: {fault}");
    }
    if !faults.is_empty() {
        eprintln!("  mend it in: {}", foreign_types::FILE);
    }
    Ok(faults.is_empty())
}

fn write_or_check(root: &Path, check: bool) -> anyhow::Result<bool> {
    // By itself: the variable would have the dependencies built again and again.
    let target = root.join("target/public-api");
    let mut rustdoc = workspace::cargo(root);
    rustdoc.args(["rustdoc", "--quiet", "--locked", "--package", "leadconnector", "--lib", "--no-default-features"]);
    rustdoc.args(["--features", "oauth"]);
    rustdoc.arg("--target-dir").arg(&target).args(["--", "-Z", "unstable-options", "--output-format", "json"]);
    // In a release, the token is only for the upload.
    process::run(rustdoc.env("RUSTC_BOOTSTRAP", "1").env_remove("CARGO_REGISTRY_TOKEN"))?;

    let api = public_api::Builder::from_rustdoc_json(target.join("doc/leadconnector.json"))
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()
        .context("rustdoc and the crate public-api do not fit: raise the version of public-api in xtask/Cargo.toml")?;
    let output = Output { path: FILE.into(), content: format!("{api}") };
    let source = "the public API of leadconnector";
    outputs::write_or_check(root, &[output], check, source, "cargo xtask public-api")
}
