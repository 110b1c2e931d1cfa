//! What stands between the cells: it is told by the line with the names of the columns.

use std::io::{self, Read};

use csv::{ByteRecord, ReaderBuilder};

use crate::columns;

/// What spreadsheets write, the one first that counts where nothing speaks for another.
const DELIMITERS: [u8; 3] = *b",;\t";

/// So much of the text is looked at, in bytes. A quote that is not closed would have no end otherwise.
const LONGEST_HEADER: u64 = 64 * 1024;

/// The delimiter that makes the most known columns of the first line, and of those that make as many, the most cells. A quote is a
/// quote only at the beginning of a cell; so each of them reads the line in its own way.
pub(super) fn tell(text: impl Read) -> io::Result<u8> {
    let mut header = Vec::new();
    text.take(LONGEST_HEADER).read_to_end(&mut header)?;
    let (mut best, mut most) = (b',', (0, 0));
    for delimiter in DELIMITERS {
        let mut builder = ReaderBuilder::new();
        let mut reader = builder.delimiter(delimiter).has_headers(false).from_reader(header.as_slice());
        let mut record = ByteRecord::new();
        reader.read_byte_record(&mut record)?;
        let known = record.iter().filter(|cell| columns::is_known(&String::from_utf8_lossy(cell))).count();
        if (known, record.len()) > most {
            (best, most) = (delimiter, (known, record.len()));
        }
    }
    Ok(best)
}

/// The delimiter that is written like this on the command line.
pub(crate) fn named(text: &str) -> Result<u8, &'static str> {
    match text.as_bytes() {
        b"tab" | br"\t" => Ok(b'\t'),
        [byte] if *byte == b'\t' || (byte.is_ascii_punctuation() && *byte != b'"') => Ok(*byte),
        _ => Err("neither tab nor one character such as , ; or |"),
    }
}

/// How a delimiter is called where people read it.
pub(super) fn shown(delimiter: u8) -> String {
    if delimiter == b'\t' { "tabs".to_owned() } else { char::from(delimiter).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_delimiter_is_told_by() {
        for (header, expected) in [
            ("firstName,email\n", b','),
            ("firstName;email\n", b';'),
            ("\nFirst Name\temail\r\nRosan,a\tb;c,d,e\n", b'\t'),
            ("email\n", b','),
            ("", b','),
            // One that stands within quotes.
            ("\"cf:Fruit, nuts, and more\";email\n", b';'),
            ("\"cf:Fruit; nuts; and more\",email\n", b','),
            ("\"cf:a\tb\",\"cf:c\td\",email\n", b','),
            ("\"cf:Fruit,\nnuts, more\"\temail\n", b'\t'),
            // One that stands in a name without quotes, where the other makes more columns.
            ("cf:Fruit; nuts; and more,email\n", b','),
            ("email;cf:Fruit, nuts, and more\n", b';'),
            // No column is known.
            ("first;last\n", b';'),
            ("first,last\n", b','),
            // A quote that is not closed.
            ("email;\"name\nrosan@deos.com,,,,\n", b';'),
        ] {
            assert_eq!(tell(header.as_bytes()).unwrap(), expected, "{header:?}");
        }
    }
}
