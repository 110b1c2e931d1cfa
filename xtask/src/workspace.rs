//! The workspace that a command works on: where it is, what it holds, and copies of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::process;

/// The hand-maintained source, seen from the root of the workspace.
pub(crate) const FRAGMENT: &str = "openapi/contacts.yaml";

/// What the fragment says otherwise than the vendor's specification, and why.
pub(crate) const DIFFERENCES: &str = "openapi/differences.yaml";

/// The nearest folder, from the current one upwards, that holds the fragment: a copy of the workspace works on itself.
pub(crate) fn root() -> anyhow::Result<PathBuf> {
    let here = std::env::current_dir().context("cannot tell the current folder")?;
    here.ancestors().find(|folder| folder.join(FRAGMENT).is_file()).map(Path::to_owned).with_context(|| {
        format!("there is no {FRAGMENT} in {} or above it; run this inside the workspace", here.display())
    })
}

/// Whether all there is is committed; what is not is named.
pub(crate) fn is_clean(root: &Path) -> anyhow::Result<()> {
    process::capture(process::git(root).args(["rev-parse", "--git-dir"]))
        .context("this works on a commit: run it in a clone of the repository")?;
    let changed = process::capture(process::git(root).args(["status", "--porcelain"]))?;
    let files: Vec<_> = changed.lines().filter_map(|line| line.get(3..)).collect();
    ensure!(
        files.is_empty(),
        "there are changes that are not committed: commit them, or stash them: {}",
        files.join(", ")
    );
    Ok(())
}

/// The cargo that runs this command, or the one on the path.
pub(crate) fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    command
}

/// Where cargo builds.
pub(crate) fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |target| root.join(target))
}

/// Copies what git knows of, or would take, as it stands in the working tree, into the place of an earlier copy.
pub(crate) fn copy(root: &Path, to: &Path) -> anyhow::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to).with_context(|| format!("cannot remove {}", to.display()))?;
    }
    let mut list = process::git(root);
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    for name in process::capture(&mut list)?.split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (root.join(name), to.join(name));
        // Deleted, and not yet committed.
        if !from.exists() {
            continue;
        }
        ensure!(from.is_file(), "{name} is neither a file nor a link to one");
        let folder = to.parent().unwrap_or(&to);
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::copy(&from, &to).with_context(|| format!("cannot copy {name} to {}", to.display()))?;
    }
    Ok(())
}

pub(crate) const HOW_TO_GET_OPENSSL: &str =
    "it needs pkg-config and the headers of OpenSSL; get them with: apt install pkg-config libssl-dev";

/// Whether native-tls can be built. Elsewhere than on Linux, the TLS of the operating system is always there.
pub(crate) fn has_openssl() -> bool {
    !cfg!(target_os = "linux") || process::capture(Command::new("pkg-config").args(["--exists", "openssl"])).is_ok()
}
