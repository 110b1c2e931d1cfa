//! A small workspace with the names of ours, in a repository of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

pub(crate) const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-01-02\n\n- Everything.\n";

/// The script with which the workflow publishes, and the one that it calls.
pub(crate) const PUBLISH: &str = ".github/scripts/publish.sh";
const CHECKSUMS: &str = ".github/scripts/checksums.sh";

/// A workspace with three crates that are published and one that is not, committed.
pub(crate) struct Workspace {
    folder: TempDir,
    /// The address of the registry, without the protocol of its index.
    index: String,
    /// So that nothing of these registries stays in the real one.
    cargo_home: TempDir,
}

impl Workspace {
    pub(crate) fn new(index: &str) -> Self {
        let address = index.trim_start_matches("sparse+http://").trim_end_matches('/').to_owned();
        let workspace = Self { folder: TempDir::new().unwrap(), index: address, cargo_home: TempDir::new().unwrap() };
        workspace.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\", \"private\"]\n\n[workspace.package]\nversion = \"0.1.0\"\n\
             edition = \"2024\"\nlicense = \"MIT\"\ndescription = \"A test\"\nrepository = \"https://example.invalid\"\n",
        );
        let raw =
            "leadconnector-raw = { path = \"../leadconnector-raw\", version = \"=0.1.0\", registry = \"local\" }\n";
        let mock = "[dev-dependencies]\nleadconnector-mock = { path = \"../leadconnector-mock\" }\n";
        workspace.member(
            "crates/leadconnector",
            "leadconnector",
            &format!("[features]\noauth = []\n\n[dependencies]\n{raw}{mock}"),
        );
        workspace.member("crates/leadconnector-mock", "leadconnector-mock", "");
        workspace.member("crates/leadconnector-raw", "leadconnector-raw", "");
        workspace.member("private", "private", "");
        workspace.edit("private/Cargo.toml", "[package]\n", "[package]\npublish = false\n");
        workspace.write(".cargo/config.toml", &format!("[registries.local]\nindex = {index:?}\n"));
        workspace.write(".gitignore", "/target\n");
        workspace.write("CHANGELOG.md", CHANGELOG);
        workspace.write("crates/leadconnector/docs/testing.md", "");
        workspace.write("crates/leadconnector/public-api.txt", "pub mod leadconnector\n");
        for ours in ["openapi/contacts.yaml", CHECKSUMS, PUBLISH] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(ours);
            let to = workspace.path().join(ours);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(path, to).unwrap();
        }
        assert!(workspace.xtask(&["generate"]).status.success());
        workspace.run("cargo", &["generate-lockfile", "--quiet", "--offline"]);
        workspace.run("git", &["init", "--quiet", "--initial-branch", "main"]);
        workspace.commit();
        workspace
    }

    fn member(&self, folder: &str, name: &str, dependencies: &str) {
        let inherited = ["version", "edition", "license", "description", "repository"];
        let inherited: String = inherited.iter().map(|key| format!("{key}.workspace = true\n")).collect();
        self.write(
            &format!("{folder}/Cargo.toml"),
            &format!("[package]\nname = \"{name}\"\n{inherited}\n{dependencies}"),
        );
        self.write(&format!("{folder}/src/lib.rs"), "");
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    #[track_caller]
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path().join(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, &text.replace(from, to));
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).env("CARGO_HOME", self.cargo_home.path());
        command.env("CARGO_REGISTRIES_LOCAL_TOKEN", "any").env_remove("CARGO_TARGET_DIR");
        // A registry that is down is asked once.
        command.envs([("CARGO_NET_RETRY", "0"), ("CARGO_TERM_COLOR", "never")]);
        crate::environment::isolate(&mut command);
        command
    }

    #[track_caller]
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) {
        let output = self.command(program).args(arguments).output().unwrap();
        assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn commit(&self) {
        self.run("git", &["add", "--all"]);
        self.run("git", &["commit", "--quiet", "--allow-empty", "--message", "test"]);
    }

    pub(crate) fn xtask(&self, arguments: &[&str]) -> Output {
        self.command(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap()
    }

    /// What it prints when all goes well, without what cargo says.
    #[track_caller]
    pub(crate) fn publishes(&self, arguments: &[&str]) -> String {
        let output = self.xtask(&[&["publish", "--registry", "local"], arguments].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The line with which it refuses: the last one, and the only one of ours.
    #[track_caller]
    pub(crate) fn refuses(&self, arguments: &[&str]) -> String {
        let said = refusal(&self.xtask(&[&["publish", "--registry", "local"], arguments].concat()));
        said.replace(&self.index, "[index]").replace(&self.path().display().to_string(), "[workspace]")
    }
}

#[track_caller]
pub(crate) fn refusal(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("error: "), "{said}");
    last.to_owned()
}
