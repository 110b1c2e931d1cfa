//! The import, installed from the registry as by those who have a spreadsheet and no workspace, and tried with what spreadsheets write.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use semver::Version;

use super::NAME;
use crate::publish::{BUILD, Registry};
use crate::{process, workspace};

/// The crate, and its program.
const IMPORT: &str = "leadconnector-import";

/// A file of each kind.
struct Kind {
    name: &'static str,
    text: &'static str,
    encode: fn(&str) -> Vec<u8>,
    /// What the program says of it, but for its name.
    said: &'static str,
}

const KINDS: [Kind; 8] = [
    Kind { name: "commas", text: "firstName,email\nZoë,zoe@example.com\nRosan,\n", encode: utf_8, said: "" },
    Kind {
        name: "semicolons, a byte order mark, CR and LF",
        text: "\u{feff}First Name;E_MAIL\r\nZoë;zoe@example.com\r\n\r\nRosan;\r\n",
        encode: utf_8,
        said: "read with ; between the cells",
    },
    Kind {
        name: "tabs",
        text: "FIRSTNAME\temail\nZoë\tzoe@example.com\nRosan\t\n",
        encode: utf_8,
        said: "read with tabs between the cells",
    },
    Kind { name: "CR alone", text: "first_name,email\rZoë,zoe@example.com\rRosan,\r", encode: utf_8, said: "" },
    Kind {
        name: "quotes around delimiters",
        text: "\"firstName\",\"email\",\"address1\"\n\"Zoë\",\"zoe@example.com\",\"a; b;\nc; d\"\nRosan,,\n",
        encode: utf_8,
        said: "",
    },
    Kind {
        name: "Windows-1252",
        text: "firstName;email\nZoë;zoe@example.com\nRosan;\n",
        encode: windows_1252,
        said: "read as Windows-1252 (its first letter beyond ASCII is ë, in line 2), with ; between the cells",
    },
    Kind {
        name: "UTF-16 with a byte order mark",
        text: "\u{feff}firstName\temail\r\nZoë\tzoe@example.com\r\nRosan\t\r\n",
        encode: utf_16le,
        said: "read as UTF-16LE, with tabs between the cells",
    },
    Kind {
        name: "UTF-16 without one",
        text: "firstName,email\nZoë,zoe@example.com\nRosan,\n",
        encode: utf_16be,
        said: "read as UTF-16BE",
    },
];

fn utf_8(text: &str) -> Vec<u8> {
    text.into()
}

fn windows_1252(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect()
}

fn utf_16le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn utf_16be(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Installs the program into a folder, with the versions that are packaged with it, and imports a file of each kind into the mock.
pub(super) fn install_and_try(
    scratch: &Path,
    target: &Path,
    build: &Path,
    registry: &Registry,
    version: &Version,
) -> anyhow::Result<()> {
    let installed = scratch.join("installed");
    let mut install = workspace::cargo(scratch);
    install.args(["install", "--locked", "--debug", IMPORT, "--version", &version.to_string(), "--registry", NAME]);
    // Where the tests are built, with the same versions of the dependencies: the C code of some takes a minute.
    install.arg("--root").arg(&installed).arg("--target-dir").arg(target).env(BUILD, build);
    registry.known_to(&mut install);
    process::run(&mut install).context("the import cannot be installed")?;
    let program = installed.join("bin").join(format!("{IMPORT}{}", std::env::consts::EXE_SUFFIX));

    let file = scratch.join("contacts.csv");
    for Kind { name, text, encode, said } in &KINDS {
        println!("== importing a file with {name}");
        fs::write(&file, encode(text)).with_context(|| format!("cannot write {}", file.display()))?;
        let out = import(&program, &file, &[]).with_context(|| format!("a file with {name} cannot be imported"))?;
        let read = out
            .lines()
            .find_map(|line| line.split_once(": ").map(|(_, words)| words).filter(|words| words.starts_with("read ")));
        ensure!(
            read.unwrap_or_default() == *said,
            "of a file with {name}, the import does not say {said:?}, but: {out}"
        );
        let created = "\n2 created, 0 there already, 0 failed, 0 unknown\n";
        ensure!(out.contains(created), "of a file with {name}, not both lines were created: {out}");
    }
    println!("== reporting what is refused");
    let report = scratch.join("refused.csv");
    fs::write(&file, "firstName;email\nZoë;zoe\nRosan;rosan@example.com\n").context("cannot write a file")?;
    let reported = ["--report".into(), report.clone()];
    ensure!(import(&program, &file, &reported).is_err(), "the import exits with 0 though a line is refused");
    let refused = fs::read_to_string(&report).with_context(|| format!("there is no {}", report.display()))?;
    let is_whole = refused.starts_with("\u{feff}error;firstName;email\n") && refused.ends_with(";Zoë;zoe\n");
    ensure!(is_whole && refused.lines().count() == 2, "the report has not the line that was refused, but: {refused}");
    Ok(())
}

/// What the import of a file says, without an account.
fn import(program: &Path, file: &Path, arguments: &[PathBuf]) -> anyhow::Result<String> {
    let mut import = Command::new(program);
    import.arg(file).args(arguments);
    for name in ["LEADCONNECTOR_TOKEN", "LEADCONNECTOR_LOCATION_ID", "LEADCONNECTOR_BASE_URL"] {
        import.env_remove(name);
    }
    process::capture(&mut import)
}
