//! The maintainers' commands, run as `cargo xtask <command>`. Each command is a module; this file only dispatches.

mod changelog;
mod check;
mod compatibility;
mod diff;
mod document;
mod drift;
mod effect;
mod footprint;
mod generate;
mod outputs;
mod performance;
mod process;
mod propose;
mod public_api;
mod publish;
mod release;
mod releases;
mod scope;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The maintainers' commands of leadconnector.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Generate(generate::Arguments),
    Check(check::Arguments),
    Diff(diff::Arguments),
    Drift(drift::Arguments),
    PublicApi(public_api::Arguments),
    Propose(propose::Arguments),
    Release(release::Arguments),
    Publish(publish::Arguments),
    Footprint(footprint::Arguments),
    Performance(performance::Arguments),
    Tools(tools::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Generate(arguments) => return generate::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Diff(arguments) => diff::run(arguments),
        Command::Drift(arguments) => drift::run(arguments),
        Command::PublicApi(arguments) => public_api::run(arguments),
        Command::Propose(arguments) => propose::run(arguments),
        Command::Release(arguments) => release::run(arguments),
        Command::Publish(arguments) => publish::run(arguments),
        Command::Footprint(arguments) => footprint::run(arguments),
        Command::Performance(arguments) => performance::run(arguments),
        Command::Tools(arguments) => tools::run(arguments),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}
