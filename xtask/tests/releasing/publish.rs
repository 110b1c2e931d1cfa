//! `cargo xtask publish`.

use std::fs;

use tempfile::TempDir;

use crate::registry::Registry;
use crate::workspace::{Workspace, refusal};

impl Workspace {
    /// Raises the version, and commits.
    fn raise(&self) {
        for file in ["Cargo.toml", "Cargo.lock", "CHANGELOG.md", "crates/leadconnector/Cargo.toml"] {
            self.edit(file, "0.1.0", "0.1.1");
        }
        self.commit();
    }
}

#[test]
fn in_the_order_of_dependency_and_once() {
    let registry = Registry::start();
    let workspace = Workspace::new(&registry.index());

    workspace.publishes(&["--dry-run"]);
    assert!(registry.published().is_empty());

    let said = workspace.publishes(&[]);
    assert!(said.contains("no earlier release, so no API to compare with"), "{said}");
    let published = registry.published();
    let place = |name: &str| published.iter().position(|published| published == name).unwrap();
    assert!(place("leadconnector-raw") < place("leadconnector"), "{published:?}");
    assert_eq!(published.len(), 3, "{published:?}");

    insta::assert_snapshot!(workspace.refuses(&[]));
    assert_eq!(registry.published().len(), 3);
}

#[test]
fn a_crate_that_has_changed_since_it_was_packaged() {
    let registry = Registry::start();
    let workspace = Workspace::new(&registry.index());
    workspace.publishes(&["--dry-run"]);

    workspace.write("crates/leadconnector-raw/src/lib.rs", "pub const NEW: u8 = 1;\n");
    workspace.write("crates/leadconnector/src/lib.rs", "const _: u8 = leadconnector_raw::NEW;\n");
    workspace.commit();
    workspace.publishes(&["--dry-run"]);
}

#[test]
fn what_is_missing_after_a_refusal() {
    let registry = Registry::start();
    registry.refuse("leadconnector");
    let workspace = Workspace::new(&registry.index());
    insta::assert_snapshot!(workspace.refuses(&[]));

    registry.accept_all();
    let said = workspace.publishes(&[]);
    assert!(said.contains("leadconnector-raw 0.1.0: published already"), "{said}");
    assert!(said.ends_with("published to the registry local: leadconnector\n"), "{said}");
}

#[test]
fn a_version_from_another_commit() {
    let registry = Registry::start();
    registry.refuse("leadconnector");
    let workspace = Workspace::new(&registry.index());
    workspace.refuses(&[]);

    registry.accept_all();
    workspace.write("crates/leadconnector-raw/src/lib.rs", "//! Something else.\n");
    workspace.commit();
    insta::assert_snapshot!(workspace.refuses(&[]));
}

/// A version that was yanked is there for good.
#[test]
fn a_version_that_was_yanked() {
    let registry = Registry::start();
    let workspace = Workspace::new(&registry.index());
    workspace.publishes(&[]);
    registry.yank("leadconnector");
    insta::assert_snapshot!(workspace.refuses(&[]), @"error: leadconnector 0.1.0 was published on the registry local, and yanked: no registry takes a version twice, so raise it (RELEASING.md), or take the yank back with `cargo yank --undo leadconnector@0.1.0`");
    assert_eq!(registry.published().len(), 3);

    // Nor is it none where an earlier release is looked for.
    workspace.raise();
    registry.yank("leadconnector-mock");
    insta::assert_snapshot!(workspace.refuses(&[]), @"error: the registry local has leadconnector-mock 0.1.0, which was yanked, and this commit has no earlier tag v0.1.0: run `git fetch --tags`, or tag the commit from which it was published");
}

#[test]
fn a_registry_that_is_down() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let workspace = Workspace::new(&format!("sparse+http://127.0.0.1:{port}/"));
    let said = workspace.refuses(&[]).replace(&port.to_string(), "[port]");
    insta::assert_snapshot!(said);
}

#[test]
fn changes_that_are_not_committed() {
    let workspace = Workspace::new("sparse+http://127.0.0.1:1/");
    workspace.write("crates/leadconnector/src/lib.rs", "//! A change.\n");
    insta::assert_snapshot!(workspace.refuses(&[]));
}

#[test]
fn a_generated_file_that_is_stale() {
    let workspace = Workspace::new("sparse+http://127.0.0.1:1/");
    workspace.edit("openapi/contacts.yaml", "example: male", "example: female");
    workspace.commit();
    insta::assert_snapshot!(workspace.refuses(&[]));
}

#[test]
fn a_public_api_that_is_not_written_down() {
    let workspace = Workspace::new("sparse+http://127.0.0.1:1/");
    workspace.write("crates/leadconnector/src/lib.rs", "pub struct Unsaid;\n");
    workspace.commit();
    insta::assert_snapshot!(workspace.refuses(&[]), @"error: crates/leadconnector/public-api.txt is not what the crate offers: run `cargo xtask public-api`, and commit");
}

/// Without its tag, an earlier release cannot be compared with.
#[test]
fn an_earlier_release_without_its_tag() {
    let registry = Registry::start();
    let workspace = Workspace::new(&registry.index());
    workspace.publishes(&[]);
    workspace.raise();
    insta::assert_snapshot!(workspace.refuses(&[]), @"error: the registry local has leadconnector-mock 0.1.0, and this commit has no earlier tag v0.1.0: run `git fetch --tags`, or tag the commit from which it was published");
}

#[test]
fn a_changelog_without_the_version() {
    let workspace = Workspace::new("sparse+http://127.0.0.1:1/");
    workspace.edit("CHANGELOG.md", "[0.1.0]", "[0.0.9]");
    workspace.commit();
    insta::assert_snapshot!(workspace.refuses(&[]));
}

#[test]
fn a_version_that_was_released() {
    let workspace = Workspace::new("sparse+http://127.0.0.1:1/");
    workspace.run("git", &["tag", "v0.1.0"]);
    workspace.commit();
    insta::assert_snapshot!(workspace.refuses(&[]));

    workspace.run("git", &["tag", "v0.2.0"]);
    insta::assert_snapshot!(workspace.refuses(&[]));
    workspace.commit();
    insta::assert_snapshot!(workspace.refuses(&[]));
}

#[test]
fn a_tag_on_another_commit() {
    let workspace = Workspace::new("sparse+http://127.0.0.1:1/");
    workspace.run("git", &["switch", "--quiet", "--create", "other"]);
    workspace.commit();
    workspace.run("git", &["tag", "v0.1.0"]);
    workspace.run("git", &["switch", "--quiet", "main"]);
    insta::assert_snapshot!(workspace.refuses(&[]));
}

#[test]
fn a_tag_of_another_version() {
    let workspace = Workspace::new("sparse+http://127.0.0.1:1/");
    workspace.run("git", &["tag", "v0.2.0"]);
    insta::assert_snapshot!(workspace.refuses(&[]));
    // Nor does a second one help.
    workspace.run("git", &["tag", "v0.1.0"]);
    let said = workspace.refuses(&[]);
    assert!(said.contains("the commit has the tag v0.2.0"), "{said}");
}

#[cfg(unix)]
#[test]
fn an_api_that_cannot_be_compared() {
    let workspace = Workspace::new("sparse+http://127.0.0.1:1/");
    workspace.run("git", &["tag", "v0.1.0"]);
    workspace.raise();
    // A path with everything but cargo-semver-checks.
    let programs = TempDir::new().unwrap();
    for folder in std::env::split_paths(&std::env::var_os("PATH").unwrap()) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_name() != "cargo-semver-checks" {
                let _ = std::os::unix::fs::symlink(entry.path(), programs.path().join(entry.file_name()));
            }
        }
    }
    let mut publish = workspace.command(env!("CARGO_BIN_EXE_xtask"));
    let output = publish.args(["publish", "--registry", "local"]).env("PATH", programs.path()).output().unwrap();
    insta::assert_snapshot!(refusal(&output));

    // Told to go on, it comes as far as the registry, which is down.
    let said = workspace.refuses(&["--without-semver-checks"]);
    assert!(said.contains("the registry local cannot be asked"), "{said}");
}

#[test]
fn crates_without_a_home() {
    let registry = Registry::start();
    let workspace = Workspace::new(&registry.index());
    workspace.edit("Cargo.toml", "repository = \"https://example.invalid\"\n", "repository = \"\"\n");
    for name in ["leadconnector", "leadconnector-mock", "leadconnector-raw"] {
        workspace.edit(&format!("crates/{name}/Cargo.toml"), "repository.workspace = true\n", "");
    }
    workspace.commit();
    insta::assert_snapshot!(workspace.refuses(&[]));
    assert!(workspace.publishes(&["--dry-run"]).contains("warning: "));
}

#[test]
fn a_shallow_clone() {
    let workspace = Workspace::new("sparse+http://127.0.0.1:1/");
    workspace.commit();
    let clone = TempDir::new().unwrap();
    let from = format!("file://{}", workspace.path().display());
    workspace.run("git", &["clone", "--quiet", "--depth", "1", &from, clone.path().to_str().unwrap()]);
    let mut publish = workspace.command(env!("CARGO_BIN_EXE_xtask"));
    let output = publish.args(["publish", "--registry", "local"]).current_dir(clone.path()).output().unwrap();
    insta::assert_snapshot!(refusal(&output));
}

#[test]
fn no_git() {
    let workspace = Workspace::new("sparse+http://127.0.0.1:1/");
    fs::remove_dir_all(workspace.path().join(".git")).unwrap();
    insta::assert_snapshot!(workspace.refuses(&[]));

    let output = workspace
        .command(env!("CARGO_BIN_EXE_xtask"))
        .args(["publish"])
        .env("CARGO", env!("CARGO"))
        .env("PATH", "")
        .output()
        .unwrap();
    insta::assert_snapshot!(refusal(&output));
}
