//! The files that spreadsheets write, and what is none.

#![allow(clippy::unwrap_used, reason = "tests")]

mod program;

use std::fs;

use leadconnector_mock::Server;
use program::{import, run, run_with, with};
use tempfile::TempDir;

/// A text in UTF-16.
fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

/// A text in Latin letters, in Windows-1252.
fn windows_1252(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect()
}

/// Whatever a file is written in, its lines are the same: none is sent twice.
#[tokio::test]
async fn a_file_that_is_saved_in_another_way() {
    let server = Server::builder().allow_duplicates(true).start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let text = "firstName,email,address1\nZo\u{eb},zoe@deos.com,\"a, b; c\td\"\nM\u{fc}ller,,\n\nZo\u{eb},zoe@deos.com,\"a, b; c\td\"\n";
    // With another delimiter between the cells, and not within the quotes.
    let with_delimiter = |delimiter: &str| {
        let header =
            text.replacen("firstName,email,address1", "First Name, E_MAIL , address 1", 1).replacen(',', delimiter, 2);
        let lines =
            header.replace("\u{eb},", &format!("\u{eb}{delimiter}")).replace(".com,", &format!(".com{delimiter}"));
        lines.replace(",,", &delimiter.repeat(2))
    };
    let sign = "its first letter beyond ASCII is \u{eb}, in line 2";
    for (bytes, arguments, words) in [
        (text.as_bytes().to_vec(), &[][..], ""),
        (format!("\u{feff}{text}").into(), &[], ""),
        (text.replace('\n', "\r\n").into(), &[], ""),
        (text.replace('\n', "\r").into(), &[], ""),
        (with_delimiter(";").into(), &[], "read with ; between the cells\n"),
        (with_delimiter("\t").into(), &[], "read with tabs between the cells\n"),
        (with_delimiter("|").into(), &["--delimiter", "|"], "read with | between the cells\n"),
        (windows_1252(text), &[], &format!("read as Windows-1252 ({sign})\n")),
        (windows_1252(text), &["--encoding", "latin1"], "read as Windows-1252\n"),
        (utf_16(text, u16::to_le_bytes), &[], "read as UTF-16LE\n"),
        (utf_16(text, u16::to_be_bytes), &[], "read as UTF-16BE\n"),
        // As Excel saves "Unicode text".
        (
            utf_16(&format!("\u{feff}{}", with_delimiter("\t").replace('\n', "\r\n")), u16::to_le_bytes),
            &[],
            "read as UTF-16LE, with tabs between the cells\n",
        ),
    ] {
        fs::write(&file, &bytes).unwrap();
        let (code, out, err) = run_with(with(&file, &server, arguments)).await;
        let name = file.display();
        let (read, rest) = if words.is_empty() {
            (String::new(), out.as_str())
        } else {
            out.split_once('\n').map(|(read, rest)| (format!("{read}\n"), rest)).unwrap()
        };
        let expected = if words.is_empty() { String::new() } else { format!("{name}: {words}") };
        assert_eq!((code, read), (Some(0), expected), "{out}{err}");
        assert!(rest.ends_with("3 created, 0 there already, 0 failed, 0 unknown\n"), "{words}: {out}{err}");
        assert_eq!(server.contacts().len(), 3, "{words}: {out}");
    }
    let mut names: Vec<_> = server.contacts().iter().map(|contact| contact["firstName"].to_string()).collect();
    names.sort();
    assert_eq!(names, ["\"M\u{fc}ller\"", "\"Zo\u{eb}\"", "\"Zo\u{eb}\""]);
    assert_eq!(server.contacts().iter().filter(|contact| contact["address1"] == "a, b; c\td").count(), 2);
}

/// A line has the key that the first version of the program gave it.
#[tokio::test]
async fn a_journal_of_an_earlier_version() {
    let server = Server::start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let lines = "Rosan ,rosan@deos.com,\"a; b\",x\n  M\u{fc}ller\u{a0},,,\nRosan,rosan@deos.com,a; b,x\n";
    let journal: String = ["50173c0bec40eea61ee16523-1", "fd9a584848d6eba41a94c808-1", "50173c0bec40eea61ee16523-2"]
        .map(|key| format!("{{\"contactId\":\"any\",\"key\":\"{key}\",\"line\":2,\"outcome\":\"created\"}}\n"))
        .concat();
    let destination = format!("{{\"destination\":\"the location ve9EPM428h8vShlRW1KT at {}\"}}\n", server.url());
    fs::write(file.with_extension("csv.journal"), destination + &journal).unwrap();
    for header in ["firstName, email,tags,customFields.6dvN", "FIRSTNAME,E mail,Tags,Custom Fields.6dvN"] {
        fs::write(&file, format!("{header}\n{lines}")).unwrap();
        let (code, out, err) = run_with(import(&file, Some(&server))).await;
        assert!(code == Some(0) && out.contains("3 of 3 lines are done"), "{out}{err}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn names_of_columns_as_people_write_them() {
    for header in ["First Name,LASTNAME, e_mail ,Postal\u{a0}Code,cf_ID", "first_name,cf:x,CF: y,customfields.z"] {
        let (_, out, err) = run(format!("{header}\n"), &["--dry-run"]);
        // What is wrong is what cannot be known without the location, or is no column.
        let expected = if header.contains("cf_ID") { "there is no column \"cf_ID\"" } else { "custom field `x`" };
        assert!(err.contains(expected), "{out}{err}");
    }
    let (code, _, err) = run("First Name,email,firstName\n", &[]);
    let both = "the columns 1 and 3, \"First Name\" and \"firstName\", are both firstName: take one of them away";
    assert_eq!((code, err), (Some(1), format!("error: contacts.csv, line 1: {both}\n")));
}

#[test]
fn an_encoding_or_a_delimiter_that_is_none() {
    for (arguments, words) in [
        (["--encoding", "utf-9"], "no name of an encoding, such as utf-8, utf-16le"),
        (["--delimiter", "a"], "neither tab nor one character such as , ; or |"),
        (["--delimiter", "\""], "neither tab nor one character"),
        (["--delimiter", ",,"], "neither tab nor one character"),
    ] {
        let (code, _, err) = run("email\n", &arguments);
        assert!(code == Some(2) && err.contains(words), "{err}");
    }
    let (code, _, err) = run(b"email\nM\xc3\xbcller\nM\xfcller\n", &[]);
    let words =
        "error: cannot read contacts.csv: its encoding cannot be told: the byte at offset 15, in line 3, is not UTF-8";
    assert!(code == Some(1) && err.starts_with(words) && err.lines().count() == 1, "{err}");
    // Such lines are refused if it is named.
    let (code, out, err) = run(b"firstName\nM\xc3\xbcller\nM\xfcller\n", &["--encoding", "utf-8", "--dry-run"]);
    assert!(code == Some(1) && out.starts_with("1 lines are good and would be created, 1 are not"), "{out}");
    assert_eq!(err, "contacts.csv: line 3: it is not text in UTF-8\n");
}

/// What is wrong with a file, where, and what to do about it: in one line, before anything is sent.
#[test]
fn a_file_that_is_no_table() {
    let no_header = "none of its cells is the name of a column: put a line with the names above the others, such as \
                     firstName,email (see --help), or say with --delimiter what stands between the cells";
    let empty = "cannot read contacts.csv: it is empty, and its first line should have the names of the columns";
    let workbook = "save it as CSV, and import that";
    for (bytes, expected) in [
        (&b"PK\x03\x04\x14\0\x06\0"[..], format!("cannot read contacts.csv: it is an Excel workbook, or packed otherwise: {workbook}")),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", format!("cannot read contacts.csv: it is an old Excel workbook (.xls): {workbook}")),
        (
            b"\x7fELF\x02\0\0",
            "cannot read contacts.csv: it is no text: there is a zero at offset 5, in line 1: save the table as CSV, and import that".into(),
        ),
        (b"", empty.into()),
        (b"\xef\xbb\xbf", empty.into()),
        (b"\xff\xfe", empty.into()),
        (b"\r\n\r\n", empty.into()),
        (b"Rosan,rosan@deos.com\nRubika,rubika@deos.com\n", format!("contacts.csv, line 1: {no_header}")),
        (b"\n\nfirstName|email\nRosan|rosan@deos.com\n", format!("contacts.csv, line 3: {no_header}")),
        (
            b"\nfirstName,email,,\nRosan,rosan@deos.com,,\n",
            "contacts.csv, line 2: column 3 has no name: give it one, or take the column away".into(),
        ),
        (
            b"\nfirstName,Telephone\nRosan,1\n",
            "contacts.csv, line 2: there is no column \"Telephone\": did you mean phone? See --help for their names".into(),
        ),
    ] {
        for arguments in [&[][..], &["--dry-run"]] {
            let (code, out, err) = run(bytes, arguments);
            assert_eq!((code, out.as_str(), err), (Some(1), "", format!("error: {expected}\n")));
        }
    }
    let (_, _, err) = run("\n\"firstName\nRosan\n", &[]);
    assert!(err.starts_with("error: contacts.csv, line 2: a quote is opened here"), "{err}");
    let (_, _, err) = run("\nfirstName,email\nRosan\n", &["--dry-run"]);
    assert_eq!(err, "contacts.csv: line 3: it has 1 cells, and line 2 has 2\n");
    let (_, _, err) = run(b"first\xfcName\n", &["--encoding", "utf-8"]);
    assert_eq!(err, "error: contacts.csv, line 1: it is not text in UTF-8\n");
}
