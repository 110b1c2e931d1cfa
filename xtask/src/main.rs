//! The maintainers' commands, run as `cargo xtask <command>`. Each command is a module; this file only dispatches.

mod diff;
mod document;
mod generate;
mod outputs;
mod process;
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
    Diff(diff::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Generate(arguments) => return generate::run(arguments),
        Command::Diff(arguments) => diff::run(arguments),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}
