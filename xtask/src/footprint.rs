//! `cargo xtask footprint`: what a program pays for depending on the SDK, beside the same program on the floor.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;

use crate::{process, workspace};

/// The programs that create one contact: the crate, and what it stands on.
const PROGRAMS: [&str; 2] = ["floor", "one_contact"];
const TLS: [&str; 2] = ["rustls", "native-tls"];

/// Say what a program that creates one contact pays for the SDK, beside the same program on the floor
///
/// For each TLS feature: the time of a clean release build, the size of the stripped program, and the crates in it. Four clean
/// builds, of a minute or so each.
#[derive(clap::Args)]
pub(crate) struct Arguments {}

struct Footprint {
    seconds: f64,
    bytes: u64,
    crates: BTreeSet<String>,
}

pub(crate) fn run(_: Arguments) -> anyhow::Result<ExitCode> {
    print(&workspace::root()?)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn print(root: &Path) -> anyhow::Result<()> {
    process::run(workspace::cargo(root).args(["fetch", "--locked", "--quiet"]))?;
    println!("{:<52} {:>10} {:>14} {:>6}", "", "floor", "leadconnector", "ratio");
    for tls in TLS {
        if tls == "native-tls" && !workspace::has_openssl() {
            println!("LEFT OUT: {tls}: {}", workspace::HOW_TO_GET_OPENSSL);
            continue;
        }
        let [floor, ours] = PROGRAMS.map(|program| footprint(root, program, tls));
        let (floor, ours) = (floor?, ours?);
        let line = |what: &str, floor: f64, ours: f64, digits: usize| {
            let what = format!("{tls}: {what}");
            println!("{what:<52} {floor:>10.digits$} {ours:>14.digits$} {:>6.3}", ours / floor);
        };
        line("a clean release build, s", floor.seconds, ours.seconds, 1);
        line("the stripped program, KiB", floor.bytes as f64 / 1024.0, ours.bytes as f64 / 1024.0, 0);
        line("crates", floor.crates.len() as f64, ours.crates.len() as f64, 0);
        let more: Vec<_> = ours.crates.difference(&floor.crates).map(String::as_str).collect();
        println!("  {} more than the floor has: {}", more.len(), more.join(", "));
    }
    Ok(())
}

fn footprint(root: &Path, program: &str, tls: &str) -> anyhow::Result<Footprint> {
    let features = ["--package", program, "--no-default-features", "--features", tls];
    let mut tree = workspace::cargo(root);
    tree.args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}"]).args(features);
    let tree = process::capture(&mut tree)?;
    let crates = tree.lines().filter_map(|line| line.split(' ').next()).filter(|name| *name != program);

    let target = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut build = workspace::cargo(root);
    build.args(["build", "--release", "--locked", "--offline", "--quiet", "--bin", program]).args(features);
    build.arg("--target-dir").arg(target.path()).env("CARGO_PROFILE_RELEASE_STRIP", "true");
    let begun = Instant::now();
    process::run(&mut build)?;
    let seconds = begun.elapsed().as_secs_f64();
    let file = target.path().join("release").join(format!("{program}{}", std::env::consts::EXE_SUFFIX));
    let bytes = fs::metadata(&file).with_context(|| format!("cannot look at {}", file.display()))?.len();
    Ok(Footprint { seconds, bytes, crates: crates.map(str::to_owned).collect() })
}
