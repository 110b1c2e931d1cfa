//! The documentation of the crates as it is seen in a browser.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

/// How many characters of a line the narrowest box has room for, in a window of 1280 pixels: an example within a list.
const ROOM: usize = 92;

#[test]
fn no_example_is_wider_than_its_box() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut wide = Vec::new();
    for folder in [
        "leadconnector/src",
        "leadconnector/docs",
        "leadconnector-mock/src",
        "leadconnector-raw/src",
        "leadconnector-redis/src",
        "leadconnector-redis/docs",
    ] {
        for file in files(&root.join("crates").join(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            let is_code = file.extension().is_some_and(|extension| extension == "rs");
            let file = file.strip_prefix(&root).unwrap().display();
            wide.extend(too_wide(&text, is_code).into_iter().map(|line| format!("{file}:{line}")));
        }
    }
    assert!(wide.is_empty(), "examples beyond {ROOM} characters:\n{}", wide.join("\n"));
}

#[test]
fn what_is_too_wide() {
    let (fits, beyond) = ("a".repeat(ROOM), "b".repeat(ROOM + 1));
    let guide = format!("{beyond}\n```\n{fits}\n# {beyond}\n{beyond}\n```\n{beyond}\n");
    assert_eq!(too_wide(&guide, false), [format!("5: {beyond}")]);
    let code = format!("/// ```\n    /// {fits}\n//! {beyond}\n{beyond}\n/// ```\n/// {beyond}\n");
    assert_eq!(too_wide(&code, true), [format!("3: {beyond}")]);
    // In a list, what stands before each line is not shown.
    assert_eq!(too_wide(&format!("- A list:\n\n  ```\n  {fits}\n  # {beyond}\n  ```\n"), false), [""; 0]);
}

/// The lines of examples that are too wide, with their numbers. What `# ` hides is not seen, and counts for nothing.
fn too_wide(text: &str, is_code: bool) -> Vec<String> {
    let mut box_indent = None;
    let mut wide = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = if is_code {
            let comment = line.trim_start();
            let Some(line) = comment.strip_prefix("///").or_else(|| comment.strip_prefix("//!")) else { continue };
            line.strip_prefix(' ').unwrap_or(line)
        } else {
            line
        };
        let inner = line.trim_start();
        if inner.starts_with("```") {
            box_indent = if box_indent.is_some() { None } else { Some(line.len() - inner.len()) };
        } else if let Some(indent) = box_indent
            && let Some(shown) = line.get(indent..)
            && !shown.trim_start().starts_with("# ")
            && shown.chars().count() > ROOM
        {
            wide.push(format!("{number}: {shown}"));
        }
    }
    wide
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "md") {
            files.push(path);
        }
    }
    files.sort();
    files
}
