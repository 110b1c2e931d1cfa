//! The encoding of a file: it is told by the bytes, and what is read becomes UTF-8.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use encoding_rs::{
    Decoder, DecoderResult, Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED,
};

/// How a file begins that is no text: what it is, and what can be done.
const NO_TABLES: [(&[u8], &str); 4] = [
    (b"PK\x03\x04", "it is an Excel workbook, or packed otherwise: save it as CSV, and import that"),
    (b"\xd0\xcf\x11\xe0", "it is an old Excel workbook (.xls): save it as CSV, and import that"),
    (b"%PDF", "it is a PDF: save the table that it was made of as CSV, and import that"),
    (b"\xff\xfe\0\0", "it is UTF-32: save it as UTF-8, and import that"),
];

/// So many bytes at the beginning show whether a file is text.
const BEGINNING: u64 = 4096;

/// So many bytes beyond ASCII in a row are no word of Windows-1252, but of another alphabet.
const ANOTHER_ALPHABET: u32 = 4;

/// A byte that is not in UTF-8: it takes the place of what is not in the encoding of the file.
const NO_TEXT: u8 = 0xff;

/// So much is decoded at a time, in bytes.
const CHUNK: usize = 16 * 1024;

/// The encoding with this name, or with one of the other names that the web has for it.
pub(crate) fn named(name: &str) -> Result<&'static Encoding, &'static str> {
    let encoding = Encoding::for_label(name.as_bytes()).filter(|found| ![REPLACEMENT, X_USER_DEFINED].contains(found));
    encoding
        .ok_or("no name of an encoding, such as utf-8, utf-16le, windows-1252, windows-1251, macintosh or shift_jis")
}

/// How an encoding is called where people read it.
pub(super) fn shown(encoding: &'static Encoding) -> String {
    encoding.name().replace("windows", "Windows")
}

/// The encoding of a file.
pub(super) struct Told {
    pub(super) encoding: &'static Encoding,
    /// What shows whether it is the right one, in words.
    pub(super) sign: Option<String>,
}

/// Tells the encoding of a file by its bytes, where a byte order mark counts before this one, and this one before the rest.
pub(super) fn tell(path: &Path, named: Option<&'static Encoding>) -> Result<Told, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut beginning = Vec::new();
    (&file).take(BEGINNING).read_to_end(&mut beginning).map_err(|error| error.to_string())?;
    if let Some((_, what)) = NO_TABLES.iter().find(|(bytes, _)| beginning.starts_with(bytes)) {
        return Err((*what).to_owned());
    }
    let told = |encoding| Ok(Told { encoding, sign: None });
    let marked = Encoding::for_bom(&beginning).map(|(encoding, _)| encoding);
    if let Some(encoding) = marked.or(named).or_else(|| utf_16(&beginning)) {
        return told(encoding);
    }
    if let Some(place) = beginning.iter().position(|byte| *byte == 0) {
        let line = beginning.iter().take(place).filter(|byte| **byte == b'\n').count() + 1;
        return Err(format!(
            "it is no text: there is a zero at offset {place}, in line {line}: save the table as CSV, and import that"
        ));
    }
    let mut survey = Survey::default();
    let file = File::open(path).map_err(|error| error.to_string())?;
    survey.read(BufReader::new(file)).map_err(|error| error.to_string())?;
    match survey.told()? {
        Some(sign) => Ok(Told { encoding: WINDOWS_1252, sign: Some(sign) }),
        None => told(UTF_8),
    }
}

/// UTF-16 without a byte order mark: each of the first characters, which are of the name of a column, has a zero beside it.
fn utf_16(beginning: &[u8]) -> Option<&'static Encoding> {
    let pairs = || beginning.chunks_exact(2).take(4);
    let all = |zero: usize| {
        pairs().count() > 2
            && pairs().all(|pair| pair.get(zero) == Some(&0) && pair.get(1 - zero).is_some_and(|byte| *byte != 0))
    };
    match (all(0), all(1)) {
        (true, _) => Some(UTF_16BE),
        (_, true) => Some(UTF_16LE),
        _ => None,
    }
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    offset: u64,
    line: u64,
}

/// What the bytes of a file say of its encoding.
#[derive(Default)]
struct Survey {
    offset: u64,
    /// How many lines have ended.
    lines: u64,
    before: u8,
    /// How many bytes a character of UTF-8 still needs, and between which ones the next has to be.
    needed: u8,
    range: (u8, u8),
    /// Where the character began.
    beginning: Option<Place>,
    not_utf_8: Option<Place>,
    /// Whether there is a character beyond ASCII in UTF-8.
    has_utf_8: bool,
    /// The first byte beyond ASCII.
    first: Option<(u8, Place)>,
    not_windows_1252: Option<Place>,
    another_alphabet: Option<Place>,
    in_a_row: u32,
}

impl Survey {
    fn read(&mut self, mut bytes: impl BufRead) -> io::Result<()> {
        loop {
            let some = bytes.fill_buf()?;
            if some.is_empty() {
                break;
            }
            let length = some.len();
            some.iter().for_each(|byte| self.byte(*byte));
            bytes.consume(length);
        }
        // A character that the file ends in.
        if self.needed > 0 {
            self.not_utf_8 = self.not_utf_8.or(self.beginning);
        }
        Ok(())
    }

    fn byte(&mut self, byte: u8) {
        let here = Place { offset: self.offset, line: self.lines + 1 };
        self.utf_8(byte, here);
        if byte >= 0x80 {
            self.first.get_or_insert((byte, here));
            self.in_a_row += 1;
            if self.in_a_row >= ANOTHER_ALPHABET {
                self.another_alphabet.get_or_insert(here);
            }
        } else {
            self.in_a_row = 0;
        }
        let is_control = byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
        if is_control || matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d) {
            self.not_windows_1252.get_or_insert(here);
        }
        // CR and LF end one line.
        self.lines += u64::from(byte == b'\r' || (byte == b'\n' && self.before != b'\r'));
        self.before = byte;
        self.offset += 1;
    }

    fn utf_8(&mut self, byte: u8, here: Place) {
        if self.needed > 0 {
            let (least, most) = std::mem::replace(&mut self.range, (0x80, 0xbf));
            if (least..=most).contains(&byte) {
                self.needed -= 1;
                self.has_utf_8 |= self.needed == 0;
                return;
            }
            self.not_utf_8 = self.not_utf_8.or(self.beginning);
        }
        self.beginning = Some(here);
        (self.needed, self.range) = match byte {
            0xc2..=0xdf => (1, (0x80, 0xbf)),
            0xe0 => (2, (0xa0, 0xbf)),
            0xed => (2, (0x80, 0x9f)),
            0xe1..=0xef => (2, (0x80, 0xbf)),
            0xf0 => (3, (0x90, 0xbf)),
            0xf1..=0xf3 => (3, (0x80, 0xbf)),
            0xf4 => (3, (0x80, 0x8f)),
            _ => (0, (0x80, 0xbf)),
        };
        if self.needed == 0 && !byte.is_ascii() {
            self.not_utf_8.get_or_insert(here);
        }
    }

    /// Nothing if it is UTF-8; of Windows-1252, what shows whether it is that.
    fn told(&self) -> Result<Option<String>, String> {
        let Some(Place { offset, line }) = self.not_utf_8 else { return Ok(None) };
        let (why, do_what) = if self.has_utf_8 {
            (", though other bytes are".to_owned(), ", or have such lines refused with --encoding utf-8")
        } else if let Some(Place { offset, line }) = self.not_windows_1252 {
            (format!(", and that at offset {offset}, in line {line}, is not Windows-1252"), "")
        } else if let Some(Place { offset, line }) = self.another_alphabet {
            (format!(", and those at offset {offset}, in line {line}, are no word of Windows-1252"), "")
        } else {
            let (byte, place) = self.first.unwrap_or((b' ', Place { offset, line }));
            let letter = [byte];
            let letter = WINDOWS_1252.decode_without_bom_handling(&letter).0;
            return Ok(Some(format!("its first letter beyond ASCII is {letter}, in line {}", place.line)));
        };
        Err(format!(
            "its encoding cannot be told: the byte at offset {offset}, in line {line}, is not UTF-8{why}: save it as UTF-8, \
             name its encoding with --encoding{do_what}"
        ))
    }
}

/// The text of a file in UTF-8, without a byte order mark.
pub(super) struct Text {
    file: BufReader<File>,
    decoder: Decoder,
    decoded: Vec<u8>,
    /// How much of it was taken.
    taken: usize,
    has_ended: bool,
}

impl Text {
    pub(super) fn open(path: &Path, encoding: &'static Encoding) -> io::Result<Self> {
        let file = BufReader::new(File::open(path)?);
        let decoder = encoding.new_decoder_with_bom_removal();
        Ok(Self { file, decoder, decoded: Vec::new(), taken: 0, has_ended: false })
    }
}

impl BufRead for Text {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken >= self.decoded.len() && !self.has_ended {
            let bytes = self.file.fill_buf()?;
            let is_last = bytes.is_empty();
            self.taken = 0;
            self.decoded.resize(CHUNK, 0);
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.decoded, is_last);
            self.file.consume(read);
            self.decoded.truncate(written);
            match result {
                DecoderResult::InputEmpty => self.has_ended = is_last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.decoded.push(NO_TEXT),
            }
        }
        Ok(self.decoded.get(self.taken..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.taken += amount;
    }
}

impl Read for Text {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> Result<(String, Option<String>), String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        tell(file.path(), None).map(|told| (shown(told.encoding), told.sign))
    }

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn what_an_encoding_is_told_by() {
        let text = "email\nM\u{fc}ller\n";
        for (bytes, expected) in [
            (b"email\n".to_vec(), "UTF-8"),
            (text.into(), "UTF-8"),
            (format!("\u{feff}{text}").into(), "UTF-8"),
            ("email\n\u{41f}\u{451}\u{442}\u{440} \u{1f600} \u{d7ff}\u{e000}\u{10ffff}".into(), "UTF-8"),
            (utf_16(text, u16::to_le_bytes), "UTF-16LE"),
            (utf_16(text, u16::to_be_bytes), "UTF-16BE"),
            (utf_16("\u{feff}\u{442}", u16::to_le_bytes), "UTF-16LE"),
            (utf_16("\u{feff}\u{442}", u16::to_be_bytes), "UTF-16BE"),
        ] {
            assert_eq!(told(&bytes), Ok((expected.to_owned(), None)), "{bytes:?}");
        }
        // What is told is said with a sign; so is a letter at the end of the file, which UTF-8 would go on with.
        for (bytes, letter, line) in
            [(&b"email\r\n\r\nM\xfcller\r\n"[..], "\u{fc}", 3), (b"email\nCaf\xe9", "\u{e9}", 2)]
        {
            let sign = format!("its first letter beyond ASCII is {letter}, in line {line}");
            assert_eq!(told(bytes), Ok(("Windows-1252".to_owned(), Some(sign))));
        }
    }

    #[test]
    fn what_cannot_be_told() {
        let cannot = "its encoding cannot be told: the byte at offset";
        let save = "save it as UTF-8, name its encoding with --encoding";
        for (bytes, expected) in [
            // In UTF-8 but for one line.
            (
                &b"email\nM\xc3\xbcller\nM\xfcller\n"[..],
                format!(
                    "{cannot} 15, in line 3, is not UTF-8, though other bytes are: {save}, or have such lines refused with \
                         --encoding utf-8"
                ),
            ),
            (
                b"email\na\xfc\x81\n",
                format!(
                    "{cannot} 7, in line 2, is not UTF-8, and that at offset 8, in line 2, is not Windows-1252: {save}"
                ),
            ),
            // Cyrillic, in Windows-1251.
            (
                b"email\r\xcf\xb8\xf2\xf0\n",
                format!(
                    "{cannot} 8, in line 2, is not UTF-8, though other bytes are: {save}, or have such lines refused with \
                         --encoding utf-8"
                ),
            ),
            (
                b"email\n\xcf\xe5\xf2\xf0\n",
                format!(
                    "{cannot} 6, in line 2, is not UTF-8, and those at offset 9, in line 2, are no word of Windows-1252: {save}"
                ),
            ),
            (
                b"em\nab\0c\n",
                "it is no text: there is a zero at offset 5, in line 2: save the table as CSV, and import that"
                    .to_owned(),
            ),
            (b"PK\x03\x04\x14\0", NO_TABLES[0].1.to_owned()),
        ] {
            assert_eq!(told(bytes), Err(expected), "{bytes:?}");
        }
        // Told it all the same.
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"\xcf\xe5\xf2\xf0").unwrap();
        let encoding = named("Windows-1251").unwrap();
        assert_eq!(tell(file.path(), Some(encoding)).unwrap().encoding, encoding);
        assert_eq!(["utf-7", "x-user-defined", "iso-2022-kr"].map(|name| named(name).is_err()), [true; 3]);
    }

    /// However the chunks are cut; what is not text stays none, one byte for each sequence.
    #[test]
    fn what_is_read_is_utf_8() {
        let long: String = (0..20_000).map(|number| format!("{number}\u{fc}\u{20ac}\u{1f600}\n")).collect();
        let malformed = [b"a\xfcb\xe2\x82".as_slice(), b"a\xffb\xff"];
        let lone = utf_16("ab\n", u16::to_le_bytes).into_iter().chain([0, 0xd8, b'c', 0, b'd']).collect();
        for (encoding, bytes, expected) in [
            (UTF_8, long.clone().into_bytes(), long.clone().into_bytes()),
            (UTF_16LE, utf_16(&format!("\u{feff}{long}"), u16::to_le_bytes), long.clone().into_bytes()),
            (UTF_16BE, utf_16(&long, u16::to_be_bytes), long.into_bytes()),
            (UTF_8, malformed[0].into(), malformed[1].into()),
            (UTF_16LE, lone, b"ab\n\xffc\xff".into()),
            (UTF_8, Vec::new(), Vec::new()),
        ] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &bytes).unwrap();
            let mut read = Vec::new();
            Text::open(file.path(), encoding).unwrap().read_to_end(&mut read).unwrap();
            assert!(read == expected, "{}: {} bytes, not {}", encoding.name(), read.len(), expected.len());
        }
    }
}
