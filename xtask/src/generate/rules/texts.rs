//! Characters that no text of a source file may have, or that nobody who reads it would see.

use serde_json::Value;

use super::Problems;
use crate::document::child;

/// Looks at each text of the document, and each name.
pub(super) fn texts(path: &str, value: &Value, problems: &mut Problems) {
    match value {
        Value::String(text) => character(path, "has", text, problems),
        Value::Object(members) => {
            for (name, member) in members {
                character(path, "has a member whose name has", name, problems);
                texts(&child(path, name), member, problems);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts(&child(path, &index.to_string()), item, problems);
            }
        }
        _ => {}
    }
}

fn character(path: &str, has: &str, text: &str, problems: &mut Problems) {
    let Some(found) = text.chars().find(|c| is_direction(*c) || is_control(*c)) else { return };
    let what = if is_direction(found) {
        "a mark for the direction of text, which makes code look other than it is"
    } else {
        "a control character"
    };
    problems.add(
        // It is shown on a terminal.
        path.escape_debug().to_string(),
        format!("{has} `{}`: {what}", found.escape_unicode()),
        "the text without it; a line ends with a line feed alone",
    );
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::{is_control, is_direction};

    #[test]
    fn marks_and_text() {
        for c in ['\u{61C}', '\u{200E}', '\u{200F}', '\u{202A}', '\u{202E}', '\u{2066}', '\u{2069}'] {
            assert!(is_direction(c), "{}", c.escape_unicode());
        }
        for c in ['\0', '\r', '\u{7}', '\u{1B}', '\u{7F}', '\u{85}'] {
            assert!(is_control(c), "{}", c.escape_unicode());
        }
        for c in ['a', 'é', '日', '\n', '\t', ' ', '\u{200D}', '\u{202F}', '\u{2065}'] {
            assert!(!is_direction(c) && !is_control(c), "{}", c.escape_unicode());
        }
    }
}
