//! The operations of the fragment as a table, for the documentation of the wrapper.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::document::{Document, address, child};
use crate::effect::Repetition;
use crate::scope;

/// The first paragraph, which rustdoc shows beside the name of the module: nothing can stand before it.
const ABOUT: &str = "The operations of the API that this crate sends, and what each of them does and needs.";

const EFFECTS: &str = "\
Each operation has the vendor's name, and the method and the path of its request. A name in braces stands for a value, such as the id
of a contact. The token needs the scope: without it, a call ends in [`Error::Forbidden`](crate::Error::Forbidden).

The [effect](crate::Effect) is what repeating the operation does. When an answer is lost, nobody knows whether the operation was
carried out. Then the effect decides whether the client sends the same request again:

| effect | what repeating it does | sent again after a lost answer |
| --- | --- | --- |
| `reads` | it changes nothing | yes |
| `repeats` | it leaves the same end state | yes |
| `once` | it happens once more, and there may be a second contact | no |
";

const ONCE_IF: &str = "
If the table says `once` with a member of the request's body, the effect of a request is `once` if that member is true in it.
";

const REST: &str = "
The [`RetryPolicy`](crate::retry::RetryPolicy) decides how often a request is sent again, and when. What was certainly not carried out
can be sent again, whatever its effect is. If the answer to a creation was lost, the client can look the contact up:
[`ClientBuilder::reconcile`](crate::ClientBuilder::reconcile).

| operation | method | path | effect | scope |
| --- | --- | --- | --- | --- |
";

/// The text of the generated file, or why there is none.
pub(super) fn generate(document: &Document, text: &str) -> Result<String, String> {
    let mut rows = String::new();
    let mut once_if = "";
    for (pointer, operation) in in_written_order(document, text)? {
        let (method, path) = address(&pointer);
        let word = |key| operation.get(key).and_then(Value::as_str);
        let name = word("summary").or_else(|| word("operationId")).unwrap_or_default();
        let repetition = Repetition::of(operation).map_err(|problem| problem.to_string())?;
        let mut effect = code(repetition.effect.name());
        if let Some(member) = &repetition.once_if {
            effect.push_str(&format!(", `once` if {}", code(member)));
            once_if = ONCE_IF;
        }
        let scope = scope::of(operation).map_err(|problem| problem.to_string())?;
        let (name, path, scope) = (words(name), code(&path), code(scope));
        rows.push_str(&format!("| {name} | {method} | {path} | {effect} | {scope} |\n"));
    }
    Ok(format!("{ABOUT}\n\n<!-- {} -->\n\n{EFFECTS}{once_if}{REST}{rows}", super::MARK))
}

/// The operations in the order of the text, which the document does not keep.
fn in_written_order<'a>(document: &'a Document, text: &str) -> Result<Vec<(String, &'a Value)>, String> {
    #[derive(Deserialize)]
    struct Written {
        paths: IndexMap<String, IndexMap<String, IgnoredAny>>,
    }

    let written: Written = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    let of_path = |(path, item): (&String, &IndexMap<String, IgnoredAny>)| {
        let path = child("#/paths", path);
        item.keys().map(|method| child(&path, method)).collect::<Vec<_>>()
    };
    let places: BTreeMap<_, usize> = written.paths.iter().flat_map(of_path).zip(0..).collect();
    let mut operations = document.operations();
    operations.sort_by_key(|(pointer, _)| places.get(pointer).copied());
    Ok(operations)
}

/// A text as it reads, in a cell of a table: with a backslash before each character that Markdown, or a page that shows it, could
/// take for something else.
fn words(text: &str) -> String {
    let mut words = String::new();
    for c in in_a_line(text).chars() {
        if "\\`*_[]<>&|~$:^".contains(c) {
            words.push('\\');
        }
        words.push(c);
    }
    words
}

/// A text as code, in a cell of a table.
fn code(text: &str) -> String {
    // Between backticks, no backslash can stand before another character.
    if text.contains(['`', '|', '\\']) {
        format!("<code>{}</code>", words(text))
    } else {
        format!("`{}`", in_a_line(text))
    }
}

fn in_a_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    use super::{code, in_a_line, words};

    /// What a reader of the Markdown sees in each cell of the rows; an error if a cell is more than words and code.
    fn cells(rows: &str) -> Result<Vec<String>, String> {
        let table = format!("| a | b |\n| --- | --- |\n{rows}");
        let (mut cells, mut in_rows) = (Vec::new(), false);
        for event in Parser::new_ext(&table, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
            match (event, cells.last_mut()) {
                (Event::End(TagEnd::TableHead), _) => in_rows = true,
                (Event::Start(Tag::TableCell), _) if in_rows => cells.push(String::new()),
                (Event::Text(text) | Event::Code(text), Some(cell)) => cell.push_str(&text),
                (Event::InlineHtml(html), _) if matches!(&*html, "<code>" | "</code>") => {}
                (Event::Start(Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell), _) => {}
                (Event::End(TagEnd::Table | TagEnd::TableRow | TagEnd::TableCell), _) => {}
                (Event::Text(_), None) if !in_rows => {}
                (other, _) => return Err(format!("{other:?}")),
            }
        }
        Ok(cells)
    }

    #[test]
    fn what_is_plain_stays_as_it_is() {
        assert_eq!(words("Add Contact to Workflow (v3), \"again\""), "Add Contact to Workflow (v3), \"again\"");
        assert_eq!(code("/contacts/{contactId}"), "`/contacts/{contactId}`");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn each_text_is_read_as_it_is(
            name in r"[!-~ \n\t\u{a0}é日]{0,12}|\PC{0,12}",
            path in r"[!-~ \n\t\u{a0}é日]{0,12}|\PC{0,12}",
        ) {
            let path = format!("/{path}");
            let rows = format!("| {} | {} |\n", words(&name), code(&path));
            prop_assert_eq!(cells(&rows), Ok(vec![in_a_line(&name), in_a_line(&path)]), "{}", rows);
        }
    }
}
