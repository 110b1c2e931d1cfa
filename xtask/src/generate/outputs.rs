//! The derived files: written to the workspace, or compared with what is there.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use similar::TextDiff;

/// A file that is derived from the fragment.
pub(super) struct Output {
    /// Seen from the root of the workspace.
    pub(super) path: &'static str,
    pub(super) content: String,
}

/// Writes the files that differ, and says of each what was done.
pub(super) fn write(root: &Path, outputs: &[Output]) -> anyhow::Result<()> {
    for output in outputs {
        if current(root, output)?.as_ref() == Some(&output.content) {
            println!("unchanged {}", output.path);
            continue;
        }
        let path = root.join(output.path);
        fs::write(&path, &output.content).with_context(|| format!("cannot write {}", path.display()))?;
        println!("wrote     {}", output.path);
    }
    Ok(())
}

/// How the files differ from what they should be: a unified diff for each that does.
pub(super) fn compare(root: &Path, outputs: &[Output]) -> anyhow::Result<Vec<String>> {
    let mut differences = Vec::new();
    for output in outputs {
        let current = current(root, output)?.unwrap_or_default();
        if current != output.content {
            let diff = TextDiff::from_lines(&current, &output.content);
            let mut diff = diff.unified_diff();
            let difference = diff.header(output.path, "what the fragment says").to_string();
            differences.push(difference);
        }
    }
    Ok(differences)
}

/// What the file holds now; none if there is no such file.
fn current(root: &Path, output: &Output) -> anyhow::Result<Option<String>> {
    let path = root.join(output.path);
    match fs::read_to_string(&path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}
