//! The program, and what it says.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use leadconnector_mock::Server;
use tempfile::TempDir;

pub(crate) fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_leadconnector-import").into()
}

pub(crate) fn import(file: &Path, server: Option<&Server>) -> Command {
    let mut command = Command::new(program());
    command.arg(file);
    match server {
        Some(server) => to(command, server),
        None => nowhere(command),
    }
}

/// The same without an account.
fn nowhere(mut command: Command) -> Command {
    for name in ["LEADCONNECTOR_TOKEN", "LEADCONNECTOR_LOCATION_ID", "LEADCONNECTOR_BASE_URL"] {
        command.env_remove(name);
    }
    command
}

/// The same with an account at this server.
pub(crate) fn to(mut command: Command, server: &Server) -> Command {
    command.env("LEADCONNECTOR_TOKEN", "token").env("LEADCONNECTOR_LOCATION_ID", "ve9EPM428h8vShlRW1KT");
    command.env("LEADCONNECTOR_BASE_URL", server.url());
    command
}

pub(crate) fn said(output: &Output) -> (String, String) {
    (String::from_utf8(output.stdout.clone()).unwrap(), String::from_utf8(output.stderr.clone()).unwrap())
}

/// What the program says of a file, without an account.
pub(crate) fn run(text: impl AsRef<[u8]>, arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    std::fs::write(&file, text).unwrap();
    let output = import(&file, None).args(arguments).output().unwrap();
    let (out, err) = said(&output);
    (output.status.code(), out, err.replace(&file.display().to_string(), "contacts.csv"))
}

pub(crate) fn with(file: &Path, server: &Server, arguments: &[&str]) -> Command {
    let mut command = import(file, Some(server));
    command.args(arguments);
    command
}

pub(crate) async fn run_with(mut command: Command) -> (Option<i32>, String, String) {
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let (out, err) = said(&output);
    (output.status.code(), out, err)
}
