//! `cargo xtask check`: what it says of a step that fails, that is left out, or that there is not.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A workspace of one crate, which is not formatted.
fn workspace() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in [
        ("openapi/contacts.yaml", ""),
        ("Cargo.toml", "[package]\nname = \"unformatted\"\nedition = \"2024\"\n"),
        ("src/lib.rs", "pub  fn f( ) { }\n"),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn check(arguments: &[&str]) -> Output {
    let folder = workspace();
    let mut check = Command::new(env!("CARGO_BIN_EXE_xtask"));
    // Without the programs that some steps need.
    let rust = std::path::Path::new(env!("CARGO")).parent().unwrap();
    check.arg("check").args(arguments).current_dir(folder.path()).env("CARGO", env!("CARGO")).env("PATH", rust);
    check.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_step_that_fails() {
    let output = check(&["fmt"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(text(&output.stderr), @r"
    error: the step fmt failed: `cargo fmt --all --check` failed
      mend it with: cargo fmt --all
      try it again with: cargo xtask check fmt
    ");
}

/// Whoever asks for a step by its name wants to know what it finds.
#[test]
fn a_step_that_is_left_out() {
    let output = check(&["zizmor"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(text(&output.stdout), @r"
    == zizmor (1 of 1): the workflows are safe
    == zizmor: LEFT OUT: it needs a program that is not installed; get it with: cargo xtask tools zizmor

    0 of 1 steps passed
    LEFT OUT: zizmor: it needs a program that is not installed; get it with: cargo xtask tools zizmor
    ");
    insta::assert_snapshot!(text(&output.stderr), @"error: the step zizmor was asked for, and was left out: it needs a program that is not installed; get it with: cargo xtask tools zizmor");
    assert_eq!(check(&["--strict", "zizmor"]), output);
}

#[test]
fn a_step_that_there_is_not() {
    let output = check(&["fmt", "format"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(text(&output.stderr), @r#"error: there is no step "format": see cargo xtask check --list"#);
}

#[test]
fn what_there_is() {
    insta::assert_snapshot!(text(&check(&["--list"]).stdout));
}
