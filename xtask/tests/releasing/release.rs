//! `cargo xtask release`, and what comes after it: what the workflow `publish` does with the commit.

use std::fs;
use std::process::Output;

use crate::registry::Registry;
use crate::workspace::{self, Workspace, refusal};

const NOWHERE: &str = "sparse+http://127.0.0.1:1/";

impl Workspace {
    /// One whose version 0.1.0 is tagged, with something to say of the next.
    fn released(index: &str) -> Self {
        let workspace = Self::new(index);
        workspace.run("git", &["tag", "v0.1.0"]);
        workspace.say("- Something.");
        workspace
    }

    /// Writes an entry into the changelog, and commits.
    fn say(&self, entry: &str) {
        self.edit("CHANGELOG.md", "## [Unreleased]\n", &format!("## [Unreleased]\n\n{entry}\n"));
        self.commit();
    }

    /// Makes the public API this, in code and as it is written down, and commits.
    fn offer(&self, code: &str) {
        self.write("crates/leadconnector/src/lib.rs", code);
        assert!(self.xtask(&["public-api"]).status.success());
        self.commit();
    }

    /// What it prints when all goes well.
    #[track_caller]
    fn releases(&self, arguments: &[&str]) -> String {
        let output = self.xtask(&[&["release"], arguments].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The line with which it refuses, having written nothing.
    #[track_caller]
    fn does_not_release(&self, arguments: &[&str]) -> String {
        let output = self.xtask(&[&["release"], arguments].concat());
        assert_eq!(self.status(), "", "something was written");
        refusal(&output)
    }

    fn status(&self) -> String {
        let output = self.command("git").args(["status", "--porcelain"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Commits the release, tags it, and does what the workflow does.
    fn goes_out(&self, version: &str) {
        self.commit();
        self.run("git", &["tag", &format!("v{version}")]);
        let folder = self.path().join("target/handed-over");
        let _ = fs::remove_dir_all(&folder);
        self.publishes(&["--hand-over", "target/handed-over", "--without-semver-checks"]);
        self.run_script(&["compare", "target/handed-over"]);
        self.run_script(&["upload", "target/handed-over"]);
    }

    fn run_script(&self, arguments: &[&str]) {
        let output = self.script(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs the script with which the workflow publishes, where cargo publishes to the registry of the test.
    fn script(&self, arguments: &[&str]) -> Output {
        let mut script = self.command("bash");
        script.env("CARGO_REGISTRY_DEFAULT", "local").arg(workspace::PUBLISH).args(arguments).output().unwrap()
    }
}

#[test]
fn the_diff_of_a_release() {
    let workspace = Workspace::released(NOWHERE);
    workspace.write(
        "crates/leadconnector/docs/testing.md",
        "```toml\n[dev-dependencies]\nleadconnector-mock = \"0.1\"\n```\n",
    );
    workspace.write(
        "private/Cargo.toml",
        "[package]\nname = \"private\"\npublish = false\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         leadconnector-mock = { path = \"../crates/leadconnector-mock\", version = \"0.1\" }\n",
    );
    workspace.run("cargo", &["generate-lockfile", "--quiet", "--offline"]);
    workspace.commit();
    let said = workspace.releases(&["0.2.0"]);

    insta::assert_snapshot!(workspace.status(), @"
    M CHANGELOG.md
    M Cargo.lock
    M Cargo.toml
    M crates/leadconnector/Cargo.toml
    M crates/leadconnector/docs/testing.md
    M private/Cargo.toml
    ");
    workspace.run("cargo", &["metadata", "--quiet", "--locked", "--offline", "--format-version", "1"]);
    let today = said.split_once("+## [0.2.0] - ").unwrap().1.get(..10).unwrap().to_owned();
    let diff = said.split_once("== what has changed").unwrap().1.replace(&today, "[today]");
    let diff: String =
        diff.lines().filter(|line| !line.starts_with("index ")).map(|line| format!("{line}\n")).collect();
    insta::assert_snapshot!(diff);
}

#[test]
fn a_patch_and_then_what_breaks() {
    let registry = Registry::start();
    let workspace = Workspace::new(&registry.index());
    workspace.goes_out("0.1.0");
    assert_eq!(registry.published().len(), 3);

    workspace.offer("pub fn one() {}\n");
    workspace.say("- `one`.");
    let said = workspace.releases(&["0.1.1"]);
    assert!(said.contains("0 lines of crates/leadconnector/public-api.txt are gone or read otherwise, 1 are new: that asks for 0.1.1 or higher"), "{said}");
    workspace.goes_out("0.1.1");
    assert_eq!(registry.published().len(), 6);

    workspace.offer("pub fn one(_: u8) {}\n");
    workspace.say("- `one` takes a number.");
    insta::assert_snapshot!(workspace.does_not_release(&["0.1.2"]), @"error: the change of the public API asks for 0.2.0 or higher, and 0.1.2 is less: release 0.2.0, or take back what stands above; if it breaks no dependent, go on with --compatible");
    workspace.releases(&["0.1.2", "--compatible"]);
    workspace.run("git", &["restore", "."]);

    workspace.releases(&["0.2.0-rc.1"]);
    workspace.goes_out("0.2.0-rc.1");
    insta::assert_snapshot!(workspace.does_not_release(&["0.1.3"]), @"error: 0.1.3 goes back, since 0.2.0-rc.1 was released: choose a higher version");
    workspace.releases(&["0.2.0"]);
    workspace.goes_out("0.2.0");
    assert_eq!(registry.published().len(), 12);

    // Run again, there is nothing to upload.
    let _ = fs::remove_dir_all(workspace.path().join("target/handed-over"));
    workspace.publishes(&["--hand-over", "target/handed-over", "--without-semver-checks"]);
    let output = workspace.script(&["upload", "target/handed-over"]);
    assert!(output.status.success());
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @"the registry has every crate: there is nothing to upload");
    assert_eq!(registry.published().len(), 12);
}

/// What was looked at is not what would be published.
#[test]
fn other_packages() {
    let workspace = Workspace::new(NOWHERE);
    let refuses = |crates: &str, sums: &str| {
        workspace.write("target/handed-over/crates", crates);
        workspace.write("target/handed-over/SHA256SUMS", sums);
        let output = workspace.script(&["compare", "target/handed-over"]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap().lines().last().unwrap().to_owned()
    };
    let sum = |name: &str| format!("{}  {name}-0.1.0.crate\n", "0".repeat(64));
    insta::assert_snapshot!(refuses("leadconnector-mock\n", &sum("leadconnector-mock")), @"error: these are not the packages that were looked at (< is looked at, > is here): run the whole workflow again, on this tag");
    // One that is not in the list was not looked at.
    insta::assert_snapshot!(refuses("leadconnector-mock\n", ""), @"error: these are not the packages that were looked at (< is looked at, > is here): run the whole workflow again, on this tag");
    // What is no name could be another option of cargo.
    let option = refuses("leadconnector-mock --config=evil.toml\n", &sum("leadconnector-mock"));
    insta::assert_snapshot!(option.replace(workspace.path().to_str().unwrap(), "[workspace]"), @"error: [workspace]/target/handed-over/crates has a line that is no name of a crate: do not publish before it is known why");
}

#[test]
fn a_folder_that_holds_something() {
    let workspace = Workspace::new(NOWHERE);
    workspace.write("target/handed-over/old.crate", "");
    insta::assert_snapshot!(workspace.refuses(&["--hand-over", "target/handed-over"]), @"error: target/handed-over is not an empty folder: give one that is, or that is not there yet");
}

#[test]
fn versions_that_cannot_be() {
    let workspace = Workspace::released(NOWHERE);
    insta::assert_snapshot!(workspace.does_not_release(&["0.1.0"]), @"error: 0.1.0 was released: there is a tag v0.1.0; choose a higher version, or take the tag away if nothing was published");
    insta::assert_snapshot!(workspace.does_not_release(&["0.0.9"]), @"error: 0.0.9 goes back, since 0.1.0 was released: choose a higher version");
    insta::assert_snapshot!(workspace.does_not_release(&["0.1.0-rc.1"]), @"error: 0.1.0-rc.1 goes back, since 0.1.0 was released: choose a higher version");
    for odd in ["v0.2.0", "0.2", "0.2.0+build"] {
        let output = workspace.xtask(&["release", odd]);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        insta::assert_snapshot!(said.lines().next().unwrap());
    }
}

#[test]
fn what_has_to_be_there_before() {
    let workspace = Workspace::new(NOWHERE);
    insta::assert_snapshot!(workspace.does_not_release(&["0.2.0"]), @"error: CHANGELOG.md has nothing under [Unreleased]: say what has changed since the last release");
    workspace.edit("CHANGELOG.md", "## [Unreleased]\n", "");
    workspace.commit();
    insta::assert_snapshot!(workspace.does_not_release(&["0.2.0"]), @r###"error: CHANGELOG.md has no section "## [Unreleased]": add it, with what has changed since the last release"###);
    insta::assert_snapshot!(workspace.does_not_release(&["0.1.0"]), @"error: CHANGELOG.md has a section for 0.1.0 already: if that version was not released, move its entries under [Unreleased] and take its heading away");

    workspace.write("CHANGELOG.md", workspace::CHANGELOG);
    workspace.say("- Something.");
    workspace.write("crates/leadconnector/src/lib.rs", "pub fn unsaid() {}\n");
    workspace.commit();
    insta::assert_snapshot!(workspace.does_not_release(&["0.2.0"]), @"error: crates/leadconnector/public-api.txt is not what the crate offers: run `cargo xtask public-api`, and commit");

    workspace.write("new", "");
    let output = workspace.xtask(&["release", "0.2.0"]);
    insta::assert_snapshot!(refusal(&output), @"error: there are changes that are not committed: commit them, or stash them: new");
}
