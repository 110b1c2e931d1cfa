//! Derived files: written to the workspace, or compared with what is there.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Context;
use similar::TextDiff;

/// A file that is derived from something else.
pub(crate) struct Output {
    /// Seen from the root of the workspace.
    pub(crate) path: String,
    pub(crate) content: String,
}

/// Writes the files; with `check` writes none, and shows how they differ from what `source` says, if they do. `mend` is
/// the command that writes them.
pub(crate) fn write_or_check(
    root: &Path,
    outputs: &[Output],
    check: bool,
    source: &str,
    mend: &str,
) -> anyhow::Result<bool> {
    if !check {
        write(root, outputs)?;
        return Ok(true);
    }
    let differences = compare(root, outputs, source)?;
    if differences.is_empty() {
        println!("what is generated matches {source}");
        return Ok(true);
    }
    for difference in &differences {
        println!("{difference}");
    }
    eprintln!("error: the files above are not what {source} says\n  mend it with: {mend}");
    Ok(false)
}

/// Writes the files that differ, and says of each what was done: all of them, or none if one cannot be written.
pub(crate) fn write(root: &Path, outputs: &[Output]) -> anyhow::Result<()> {
    let mut written = Vec::new();
    for output in outputs {
        if current(root, output)?.as_deref() == Some(output.content.as_bytes()) {
            println!("unchanged {}", output.path);
            continue;
        }
        let path = root.join(&output.path);
        let folder = path.parent().unwrap_or(root);
        // Made as any other file is: one that is temporary would be its owner's alone.
        let new = |path: &Path| File::options().write(true).create_new(true).open(path);
        let file = tempfile::Builder::new().make_in(folder, new);
        let mut file = file.with_context(|| format!("cannot write in {}", folder.display()))?;
        file.write_all(output.content.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
        if let Ok(replaced) = fs::metadata(&path) {
            fs::set_permissions(file.path(), replaced.permissions())
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        written.push((&output.path, path, file));
    }
    for (name, path, file) in written {
        file.persist(&path).with_context(|| format!("cannot write {}", path.display()))?;
        println!("wrote     {name}");
    }
    Ok(())
}

/// How the files differ from what they should be: a unified diff for each that does.
fn compare(root: &Path, outputs: &[Output], source: &str) -> anyhow::Result<Vec<String>> {
    let mut differences = Vec::new();
    for output in outputs {
        let current = current(root, output)?.unwrap_or_default();
        if current != output.content.as_bytes() {
            let current = String::from_utf8_lossy(&current);
            let diff = TextDiff::from_lines(&current, &output.content);
            let mut diff = diff.unified_diff();
            let difference = diff.header(&output.path, &format!("what {source} says")).to_string();
            differences.push(difference);
        }
    }
    Ok(differences)
}

/// What the file holds now; none if there is no such file.
fn current(root: &Path, output: &Output) -> anyhow::Result<Option<Vec<u8>>> {
    let path = root.join(&output.path);
    match fs::read(&path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}
