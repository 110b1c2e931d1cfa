//! What is in the packages: only what those who depend on them need.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::Command;

/// The files of a package, in the notation of this system's paths turned into that of all others.
fn files(package: &str) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["package", "--list", "--allow-dirty", "--offline", "--package", package]);
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().replace('\\', "/")
}

#[test]
fn leadconnector() {
    insta::assert_snapshot!(files("leadconnector"));
}

#[test]
fn leadconnector_import() {
    insta::assert_snapshot!(files("leadconnector-import"));
}

#[test]
fn leadconnector_mock() {
    insta::assert_snapshot!(files("leadconnector-mock"));
}

#[test]
fn leadconnector_raw() {
    insta::assert_snapshot!(files("leadconnector-raw"));
}

#[test]
fn leadconnector_redis() {
    insta::assert_snapshot!(files("leadconnector-redis"));
}
