//! A quote that is not closed: the reader of CSV takes all that is behind it for one cell, without a word.

use std::io::{self, BufRead};

/// What is said of it.
pub(super) const NOT_CLOSED: &str =
    "a quote is opened here and not closed: all lines behind it would be part of the cell";

/// The last record of a file, which ends within quotes.
#[derive(Clone, Copy)]
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

/// Whether a file ends within quotes.
pub(super) fn unclosed(mut text: impl BufRead) -> io::Result<Option<Unclosed>> {
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
            state = match (state, byte) {
                (State::BeginningOfCell, b'"') => {
                    line_of_quote = line;
                    State::Quoted
                }
                (State::Quoted, b'"') => State::Quote,
                (State::Quoted, _) | (State::Quote, b'"') => State::Quoted,
                (_, b',') => State::BeginningOfCell,
                _ if is_end => {
                    (record, line_of_record) = (place, line);
                    State::BeginningOfCell
                }
                // A byte order mark is not part of the first cell.
                (State::BeginningOfCell, 0xef | 0xbb | 0xbf) if place <= 3 => State::BeginningOfCell,
                _ => State::Cell,
            };
        }
        text.consume(length);
    }
    Ok(matches!(state, State::Quoted).then(|| Unclosed { record, lines: line_of_quote - line_of_record }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn where_a_quote_is_not_closed() {
        for (text, expected) in [
            ("a,b\n1,2\n", None),
            ("a,b\n1,\"2\n3,4\n", Some((4, 0))),
            ("a,b\r\n\"1\r\n1\",\"2\r\n3,4\r\n", Some((5, 1))),
            ("a,b\n\"1\",\"2\"\"\"\n", None),
            ("a,b\n1,\"2\"\"\n", Some((4, 0))),
            ("a,b\n1\",2\"\n3,4\n", None),
            ("\u{feff}\"a,b\n1,2\n", Some((0, 0))),
            ("\u{feff}\"a\",b\n1,2\n", None),
            ("", None),
            ("a\n\"", Some((2, 0))),
        ] {
            let found = unclosed(text.as_bytes()).unwrap();
            assert_eq!(found.map(|found| (found.record, found.lines)), expected, "{text:?}");
        }
    }
}
