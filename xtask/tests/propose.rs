//! `cargo xtask propose` and the script that opens the pull request with what it writes: with a remote repository, and a program in
//! place of `gh` that writes down what it is asked for.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests")]

mod environment;
mod gh;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use gh::Gh;
use tempfile::TempDir;

const FRAGMENT: &str = "openapi/contacts.yaml";

/// A folder with a remote repository, and a clone of it in which the generated files are up to date.
struct Folder {
    folder: TempDir,
    gh: Gh,
}

impl Folder {
    fn new() -> Self {
        let folder = Self { folder: TempDir::new().unwrap(), gh: Gh::new() };
        for name in [
            "clone/openapi",
            "clone/crates/leadconnector/docs",
            "clone/crates/leadconnector-raw/src",
            "clone/crates/leadconnector-mock/src",
        ] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(FRAGMENT);
        fs::copy(ours, folder.path().join("clone").join(FRAGMENT)).unwrap();
        folder.git(&["init", "--quiet", "--bare", "--initial-branch", "main", "../remote"]);
        folder.git(&["init", "--quiet", "--initial-branch", "main"]);
        folder.git(&["remote", "add", "origin", "../remote"]);
        assert!(folder.xtask(&["generate"]).status.success());
        folder.commit();
        folder
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path().join("clone"));
        environment::isolate(&mut command);
        self.gh.stands_in(&mut command);
        command.env("GITHUB_REPOSITORY", "owner/name");
        command
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> String {
        let output = self.command("git").args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "test"]);
        self.git(&["push", "--quiet", "origin", "main"]);
    }

    fn xtask(&self, arguments: &[&str]) -> Output {
        self.command(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap()
    }

    fn edit(&self, from: &str, to: &str) {
        let path = self.path().join("clone").join(FRAGMENT);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "the fragment no longer has {from:?}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    /// Adds an optional member to the request, and commits.
    fn add(&self, member: &str) {
        let gender = "            gender:\n              type: string\n";
        self.edit(gender, &format!("{}{gender}", gender.replace("gender", member)));
        self.commit();
    }

    /// What the workflow does: the first job, and then the second one, in a clone of its own.
    fn workflow(&self) -> Output {
        let proposal = self.path().join("proposal");
        let _ = fs::remove_dir_all(&proposal);
        let output = self.xtask(&["propose", proposal.to_str().unwrap()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.git(&["restore", "."]);

        let clone = self.path().join("second");
        let _ = fs::remove_dir_all(&clone);
        self.git(&["clone", "--quiet", "../remote", clone.to_str().unwrap()]);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/scripts/propose.sh");
        self.command("bash").current_dir(clone).arg(script).arg(proposal).output().unwrap()
    }

    #[track_caller]
    fn proposes(&self) -> String {
        let output = self.workflow();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let revisions = self.git(&["log", "--format=%h", "main"]);
        let mut asked = self.gh.asked();
        for revision in revisions.lines() {
            asked = asked.replace(revision, "[revision]");
        }
        asked
    }

    /// The branches of the remote repository, and the commits of ours.
    fn remote(&self) -> String {
        let log = ["--git-dir", "../remote", "log", "--format=%an: %s", "main..regenerate"];
        let output = self.command("git").args(log).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

#[test]
fn a_change_of_the_fragment_and_another_one() {
    let folder = Folder::new();
    folder.add("nickname");
    insta::assert_snapshot!(folder.proposes());
    insta::assert_snapshot!(folder.remote(), @"github-actions[bot]: Regenerate from openapi/contacts.yaml");

    // There is one pull request for both.
    folder.add("title");
    folder.gh.answers("pr list", "7\n");
    insta::assert_snapshot!(folder.proposes());
    insta::assert_snapshot!(folder.remote(), @"github-actions[bot]: Regenerate from openapi/contacts.yaml");
    let generated = folder.git(&["--git-dir", "../remote", "show", "regenerate"]);
    assert!(generated.contains("nickname") && generated.contains("title"), "{generated}");

    // What was proposed is on main.
    assert!(folder.xtask(&["generate"]).status.success());
    folder.commit();
    insta::assert_snapshot!(folder.proposes());
    assert_eq!(folder.git(&["--git-dir", "../remote", "branch", "--list", "regenerate"]), "");
}

#[test]
fn nothing_to_propose() {
    let folder = Folder::new();
    folder.edit("# ", "#  ");
    folder.commit();
    insta::assert_snapshot!(folder.proposes(), @"
    pr
    list
    --head
    regenerate
    --base
    main
    --state
    open
    --json
    number
    --jq
    .[0].number // empty
    ");
    assert_eq!(folder.git(&["--git-dir", "../remote", "branch", "--list", "regenerate"]), "");
}

#[test]
fn a_branch_that_somebody_else_pushed_to() {
    let folder = Folder::new();
    folder.add("nickname");
    folder.proposes();
    folder.git(&["fetch", "--quiet", "origin", "regenerate"]);
    folder.git(&["switch", "--quiet", "--create", "regenerate", "FETCH_HEAD"]);
    folder.git(&["commit", "--quiet", "--allow-empty", "--message", "A mend"]);
    folder.git(&["push", "--quiet", "origin", "regenerate"]);
    let mend = folder.git(&["rev-parse", "--short", "HEAD"]);
    folder.git(&["switch", "--quiet", "main"]);

    for member in ["title", "pet"] {
        folder.add(member);
        let output = folder.workflow();
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap().replace(mend.trim(), "[revision]");
        insta::allow_duplicates!(
            insta::assert_snapshot!(said, @"error: somebody else has pushed to the branch regenerate, and that would be lost: [revision] by test. Merge its pull request, or delete the branch, and run this workflow again")
        );
    }
    assert!(folder.remote().contains("A mend"));

    // Nor is it lost once main has it in another form.
    assert!(folder.xtask(&["generate"]).status.success());
    folder.commit();
    let output = folder.workflow();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap().replace(mend.trim(), "[revision]");
    insta::assert_snapshot!(said, @"
    what is generated is up to date: there is nothing to propose
    the branch regenerate is left, since it has commits of somebody else, [revision] by test: delete it if main has them
    ");
    assert!(folder.remote().contains("A mend"));
}

#[test]
fn a_fragment_that_was_never_generated_from() {
    let folder = Folder::new();
    folder.git(&["rm", "--quiet", "--cached", "crates/leadconnector-mock/src/contacts.json"]);
    folder.git(&["commit", "--quiet", "--amend", "--message", "test"]);
    fs::write(folder.path().join("clone/.git/info/exclude"), "contacts.json\n").unwrap();
    let output = folder.xtask(&["propose", "../proposal"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"error: crates/leadconnector-mock/src/contacts.json was never committed, so there is nothing to compare with");
}

#[test]
fn changes_that_are_not_committed() {
    let folder = Folder::new();
    folder.edit("            gender:\n", "            nickname:\n              type: string\n            gender:\n");
    let output = folder.xtask(&["propose", "../proposal"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"error: there are changes that are not committed: commit them, or stash them: openapi/contacts.yaml");
    assert_eq!(folder.git(&["status", "--porcelain"]), format!(" M {FRAGMENT}\n"));
}
