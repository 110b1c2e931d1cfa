//! The scripts of the workflows that tell GitHub something, with a program in place of `gh` that writes down what it is asked for.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests")]

mod gh;

use std::fs;
use std::path::Path;
use std::process::Command;

use gh::Gh;
use tempfile::TempDir;

/// What a script of `.github/scripts` asks of `gh`.
#[track_caller]
fn asks(gh: &Gh, script: &str, arguments: &[&str]) -> String {
    let output = command(gh, script, arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    gh.asked()
}

fn command(gh: &Gh, script: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("bash");
    gh.stands_in(&mut command);
    command.envs([("GITHUB_REPOSITORY", "owner/name"), ("GITHUB_RUN_ID", "1")]).env_remove("GITHUB_SERVER_URL");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/scripts").join(script));
    command.args(arguments);
    command
}

#[test]
fn an_issue_is_opened_brought_up_to_date_and_closed() {
    let gh = Gh::new();
    let folder = TempDir::new().unwrap();
    let text = folder.path().join("text.md");
    let issue = || asks(&gh, "issue.sh", &["Something's up", text.to_str().unwrap()]);

    fs::write(&text, "").unwrap();
    insta::assert_snapshot!(issue(), @r#"
    issue
    list
    --app
    github-actions
    --state
    open
    --limit
    1000
    --json
    number,title
    --jq
    map(select(.title == "Something's up"))[0].number // empty
    "#);
    fs::write(&text, "- News.\n").unwrap();
    insta::assert_snapshot!(issue());
    gh.answers("issue list", "7\n");
    insta::assert_snapshot!(issue());
    fs::write(&text, "").unwrap();
    insta::assert_snapshot!(issue());
}

#[test]
fn a_text_that_github_would_not_take() {
    let gh = Gh::new();
    let folder = TempDir::new().unwrap();
    let text = folder.path().join("text.md");
    fs::write(&text, format!("{}\n", "ä".repeat(500)).repeat(70)).unwrap();
    let asked = asks(&gh, "issue.sh", &["Something's up", text.to_str().unwrap()]);
    assert_eq!(asked.matches("ää\n").count(), 59);
    assert!(asked.contains("This is not all: 11 lines are left out."), "{asked}");
}

#[test]
fn a_scheduled_workflow_that_fails() {
    let gh = Gh::new();
    insta::assert_snapshot!(asks(&gh, "scheduled.sh", &["ci", "true"]));
    gh.answers("issue list", "7\n");
    insta::assert_snapshot!(asks(&gh, "scheduled.sh", &["ci", "false"]));
}

#[test]
fn a_release() {
    let gh = Gh::new();
    let folder = TempDir::new().unwrap();
    let handed_over = folder.path().join("handed-over");
    fs::create_dir(&handed_over).unwrap();
    fs::write(handed_over.join("a-0.2.0.crate"), "").unwrap();
    let changelog = "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-01-02\n\n### Added\n\n- News.\n\n\
                     ## [0.2.0-rc.1] - 2026-01-01\n\n- Some.\n";
    fs::write(folder.path().join("CHANGELOG.md"), changelog).unwrap();
    let run = |tag: &str| command(&gh, "release.sh", &[tag, "handed-over"]).current_dir(&folder).output().unwrap();
    let release = |tag: &str| {
        let output = run(tag);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        gh.asked()
    };

    // The run was started again.
    insta::assert_snapshot!(release("v0.2.0"));
    gh.answers("release view", "fails\n");
    insta::assert_snapshot!(release("v0.2.0"));
    insta::assert_snapshot!(release("v0.2.0-rc.1"));
    let output = run("v0.2");
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"error: CHANGELOG.md has no section for 0.2: say on main what has changed, and make the release by hand");
}
