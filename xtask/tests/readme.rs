//! What the README says is true by what it is said of.

#![allow(clippy::unwrap_used, reason = "tests")]

const README: &str = include_str!("../../README.md");
const MANIFEST: &str = include_str!("../../Cargo.toml");
const PERFORMANCE: &str = include_str!("../../docs/performance.md");

/// The value of a line `name = "value"`.
fn value(name: &str) -> &'static str {
    let line = MANIFEST.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = ")).unwrap();
    line.trim_matches('"')
}

#[test]
fn its_badges_are_true() {
    let badges: Vec<_> = README.lines().filter(|line| line.contains("img.shields.io")).collect();
    let rust = value("rust-version");
    let license = value("license");
    let escaped = license.replace(' ', "%20").replace('-', "--");
    let expected = [
        format!("![Rust {rust} or newer](https://img.shields.io/badge/rust-{rust}%2B-blue)"),
        format!("![no unsafe code](https://img.shields.io/badge/unsafe-{}den-success)", value("unsafe_code")),
        format!(
            "![{}](https://img.shields.io/badge/license-{}-blue)",
            license.replace("OR", "or"),
            escaped.replace("OR", "or")
        ),
    ];
    assert_eq!(badges, expected);
}

#[test]
fn its_figures_are_those_that_were_measured() {
    for (measured, said) in [
        ("| instructions of a whole call, 1 at a time |", "the instructions of a whole call"),
        ("| instructions to decode the full answer into `Contact` |", "to decode the answer"),
        ("| instructions to build and serialize the full request |", "to build and serialize the request"),
        ("| rustls: the stripped program, KiB |", "the program with rustls"),
    ] {
        let row = PERFORMANCE.lines().find(|line| line.starts_with(measured)).unwrap();
        let ratio = row.split('|').nth(4).unwrap().trim().trim_matches('*');
        let text = README.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&format!("{ratio} times {said}")), "{ratio} times {said}");
    }
}
