//! `cargo xtask performance`: every figure of docs/performance.md, measured.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::tools::Tool;
use crate::{footprint, process, workspace};

/// Print every figure of docs/performance.md, as measured on this machine now
///
/// The instructions, which repeat exactly; whole calls over loopback; what a dependent pays; and what a maintainer pays. It takes
/// a quarter of an hour, needs valgrind and Linux, and wants a machine that does nothing else.
#[derive(clap::Args)]
pub(crate) struct Arguments {}

/// What is compared in instructions: what it is, the two benchmarks, and their case.
const INSTRUCTIONS: [(&str, &str, &str, &str); 3] = [
    ("build and serialize", "floor_builds_and_serializes", "leadconnector_builds_and_serializes", "full"),
    ("decode", "floor_decodes", "leadconnector_decodes", "full"),
    (
        "decode a contact that a search has found",
        "floor_decodes_what_is_found",
        "leadconnector_decodes_what_is_found",
        "full",
    ),
];

pub(crate) fn run(_: Arguments) -> anyhow::Result<ExitCode> {
    let root = workspace::root()?;
    println!("== instructions");
    instructions(&root)?;
    println!("\n== whole calls over loopback");
    process::run(bench(&root, "calls").arg("--quiet"))?;
    println!("\n== what a dependent pays for a program that creates one contact");
    footprint::print(&root)?;
    println!("\n== what a maintainer pays");
    maintaining(&root)?;
    Ok(ExitCode::SUCCESS)
}

fn bench(root: &Path, name: &str) -> Command {
    let mut cargo = workspace::cargo(root);
    cargo.args(["bench", "--locked", "--package", "leadconnector", "--bench", name]);
    cargo
}

fn instructions(root: &Path) -> anyhow::Result<()> {
    let Some(runner) = Tool::GungraunRunner.find(root) else {
        bail!("gungraun-runner is not installed: get it with `{}`", Tool::GungraunRunner.how_to_get());
    };
    process::capture(Command::new("valgrind").arg("--version")).context("instructions are counted by valgrind")?;
    let mut bench = bench(root, "instructions");
    bench.env("GUNGRAUN_RUNNER", runner).args(["--quiet", "--", "--output-format=json"]);
    let mut counts = BTreeMap::new();
    for line in process::capture(&mut bench)?.lines().filter(|line| line.starts_with('{')) {
        let result: Value = serde_json::from_str(line).context("cannot read what gungraun says")?;
        let text = |key: &str| result.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let count = result.pointer("/profiles/0/data/parts/0/metrics/Ir/values/new").and_then(Value::as_f64);
        counts.insert((text("function_name"), text("id")), count.context("gungraun gives no number of instructions")?);
    }
    println!("{:<52} {:>10} {:>14} {:>6}", "", "floor", "leadconnector", "ratio");
    for (what, floor, ours, case) in INSTRUCTIONS {
        let count = |name: &str| {
            let count = counts.get(&(name.to_owned(), case.to_owned()));
            count.with_context(|| format!("there is no benchmark {name} of the case {case}"))
        };
        let (floor, ours) = (count(floor)?, count(ours)?);
        println!("{what:<52} {floor:>10} {ours:>14} {:>6.3}", ours / floor);
    }
    Ok(())
}

fn maintaining(root: &Path) -> anyhow::Result<()> {
    let timed = |command: &mut Command| {
        let begun = Instant::now();
        process::capture(command).map(|_| begun.elapsed().as_secs_f64())
    };
    let mut generate = workspace::cargo(root);
    println!("cargo xtask generate: {:.2} s", timed(generate.args(["xtask", "generate"]))?);
    let test = || {
        let mut cargo = workspace::cargo(root);
        cargo.args(["test", "--workspace", "--locked"]);
        cargo
    };
    process::run(test().args(["--quiet", "--no-run"]))?;
    println!("cargo test --workspace, once built: {:.1} s", timed(&mut test())?);
    Ok(())
}
