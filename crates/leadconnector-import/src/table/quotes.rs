//! A quote that is not closed: the reader of CSV takes what is behind it for one cell, without a word, to the next quote or to the
//! end of the file.

use std::io::{self, BufRead};

/// What is said of it.
pub(super) const NOT_CLOSED: &str =
    "a quote is opened here and not closed: the lines behind it would be part of the cell";

/// A record with a quote that is not closed where a cell ends.
pub(super) struct Unclosed {
    /// Where the record begins, in bytes.
    pub(super) record: u64,
    /// How many lines there are from there to the quote.
    pub(super) lines: u64,
}

/// Where the reader is, as the crate `csv` sees it: a quote opens a cell only at its beginning.
enum State {
    BeginningOfCell,
    Cell,
    Quoted,
    /// Behind a quote within quotes: the end of them, or half of a quote that is meant.
    Quote,
}

/// The records that end with the file and within quotes, or have a cell of several lines with something behind its quotes: there
/// another cell of these lines has begun.
pub(super) fn unclosed(mut text: impl BufRead, delimiter: u8) -> io::Result<Vec<Unclosed>> {
    let mut found: Vec<Unclosed> = Vec::new();
    let (mut state, mut place, mut line) = (State::BeginningOfCell, 0_u64, 0_u64);
    let (mut record, mut line_of_record, mut line_of_quote) = (0, 0, 0);
    let mut before = b'\n';
    loop {
        let bytes = text.fill_buf()?;
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        for byte in bytes {
            let is_end = matches!(byte, b'\n' | b'\r');
            // CR and LF end one line.
            line += u64::from(is_end && !(*byte == b'\n' && before == b'\r'));
            place += 1;
            before = *byte;
            let is_within = matches!(state, State::Quote) && !is_end && *byte != b'"' && *byte != delimiter;
            if is_within && line > line_of_quote && found.last().is_none_or(|last| last.record != record) {
                found.push(Unclosed { record, lines: line_of_quote - line_of_record });
            }
            state = match (state, byte) {
                (State::BeginningOfCell, b'"') => {
                    line_of_quote = line;
                    State::Quoted
                }
                (State::Quoted, b'"') => State::Quote,
                (State::Quoted, _) | (State::Quote, b'"') => State::Quoted,
                (_, byte) if *byte == delimiter => State::BeginningOfCell,
                _ if is_end => {
                    (record, line_of_record) = (place, line);
                    State::BeginningOfCell
                }
                _ => State::Cell,
            };
        }
        text.consume(length);
    }
    if matches!(state, State::Quoted) && found.last().is_none_or(|last| last.record != record) {
        found.push(Unclosed { record, lines: line_of_quote - line_of_record });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_quote_is_not_closed() {
        for (text, expected) in [
            ("a,b\n1,2\n", &[] as &[_]),
            ("a,b\n1,\"2\n3,4\n", &[(4, 0)]),
            ("a,b\r\n\"1\r\n1\",\"2\r\n3,4\r\n", &[(5, 1)]),
            ("a,b\n\"1\",\"2\"\"\"\n", &[]),
            ("a,b\n1,\"2\"\"\n", &[(4, 0)]),
            ("a,b\n1\",2\"\n3,4\n", &[]),
            ("\"a,b\n1,2\n", &[(0, 0)]),
            ("\"a\",b\n1,2\n", &[]),
            ("", &[]),
            ("a\n\"", &[(2, 0)]),
            // Up to the next quote, and not on one line, where the reader makes no other cell of it.
            ("a,b\n1,\"2\n3,4\n5,\"6\"\n7,8\n", &[(4, 0)]),
            ("a,b\n1,\"2\" 3\n", &[]),
        ] {
            for delimiter in [',', ';', '\t'] {
                let text = text.replace(',', &delimiter.to_string());
                let found = unclosed(text.as_bytes(), delimiter as u8).unwrap();
                let found: Vec<_> = found.into_iter().map(|found| (found.record, found.lines)).collect();
                assert_eq!(found, expected, "{text:?}");
            }
        }
    }
}
