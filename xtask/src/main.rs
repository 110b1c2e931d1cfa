//! The maintainers' commands, run as `cargo xtask <command>`. Each command is a module; this file only dispatches.

mod generate;

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
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Generate(arguments) => generate::run(arguments),
    }
}
