//! The example that imports a file: what it says, and that a kill at any moment neither loses nor doubles anyone.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use leadconnector_mock::http::StatusCode;
use leadconnector_mock::{Reply, Server};
use tempfile::TempDir;

/// The example, beside the folder that this test was built in.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("examples/import_csv");
    assert!(program.with_extension(std::env::consts::EXE_EXTENSION).exists(), "run: cargo build --examples");
    program
}

fn import(file: &Path, server: Option<&Server>) -> Command {
    let mut command = Command::new(program());
    command.arg(file).env_remove("LEADCONNECTOR_TOKEN").env_remove("LEADCONNECTOR_LOCATION_ID");
    if let Some(server) = server {
        command.env("LEADCONNECTOR_TOKEN", "token").env("LEADCONNECTOR_LOCATION_ID", "ve9EPM428h8vShlRW1KT");
        command.env("LEADCONNECTOR_BASE_URL", server.url());
    }
    command
}

fn said(output: &Output) -> (String, String) {
    (String::from_utf8(output.stdout.clone()).unwrap(), String::from_utf8(output.stderr.clone()).unwrap())
}

/// What the program says of a file, without an account.
fn run(text: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    fs::write(&file, text).unwrap();
    let output = import(&file, None).args(arguments).output().unwrap();
    let (out, err) = said(&output);
    (output.status.code(), out, err.replace(&file.display().to_string(), "contacts.csv"))
}

#[test]
fn bad_lines_do_not_stop_the_good_ones() {
    let text = "firstName,email,phone,dnd,customFields.6dvN\n\
                Rosan,rosan@deos.com,+1 888-888-8888,true,x\n\
                ,rubika,,,\n\
                ,,,maybe,\n\
                too,few\n\
                ,,,true,\n\
                Anna,anna@deos.com,,,\n";
    let problems = "contacts.csv: line 3: email is not an email address such as `rosan@deos.com`: it has no `@`\n\
                    contacts.csv: line 4: dnd is neither true nor false\n\
                    contacts.csv: line 5: CSV error";
    let (code, out, err) = run(text, &["--dry-run"]);
    assert_eq!((code, out.as_str()), (Some(1), "2 lines are good, 4 are not; nothing was sent\n"));
    assert!(err.starts_with(problems), "{err}");
    let nobody = "line 6: none of firstName, lastName, email and phone is there, and the server needs one";
    assert!(err.contains(nobody), "{err}");

    let (code, out, err) = run(text, &[]);
    assert_eq!(code, Some(1));
    assert!(out.contains("2 created, 0 there already, 0 failed, 0 unknown"), "{out}");
    assert!(err.starts_with(problems) && err.contains("2 of 2"), "{err}");
}

/// The help lists the columns that are taken: each of them, and of the page no other.
#[test]
fn the_columns_of_the_help() {
    let help = Command::new(program()).arg("--help").output().unwrap();
    let help = said(&help).0;
    let listed = help.split_once("as on the vendor's page:").unwrap().1.split_once("and customFields").unwrap().0;
    // Without what is said of a column in parentheses.
    let listed: String =
        listed.split('(').map(|part| part.split_once(')').map_or(part, |(_, behind)| behind)).collect();
    let columns: Vec<_> = listed.split(',').map(str::trim).filter(|column| !column.is_empty()).collect();
    for property in leadconnector_raw::document::CREATE_CONTACT_REQUEST_PROPERTIES {
        let (code, out, err) = run(&format!("{property}\n\n"), &["--dry-run"]);
        let taken = code == Some(0) && out.contains("lines are good");
        assert_eq!(taken, columns.contains(property), "{property}: {out}{err}");
    }
    assert!(columns.len() > 10, "{columns:?}");
}

#[test]
fn a_column_that_is_not_known() {
    let (code, _, err) = run("firstName,e-mail\nRosan,rosan@deos.com\n", &[]);
    assert_eq!(code, Some(1));
    assert_eq!(err, "error: contacts.csv, line 1: there is no column \"e-mail\": see --help for their names\n");
}

#[test]
fn help_and_what_is_missing() {
    let help = Command::new(program()).arg("--help").output().unwrap();
    assert!(help.status.success() && said(&help).0.contains("customFields.ID"));
    let nothing = Command::new(program()).output().unwrap();
    assert_eq!(
        (nothing.status.code(), said(&nothing).1.as_str()),
        (Some(2), "error: no FILE is given\n  see --help\n")
    );
    let (code, _, err) = run("name\n", &["--journal", "/dev/null/journal"]);
    assert!(code == Some(1) && err.contains("cannot open the journal"), "{err}");
}

#[tokio::test]
async fn a_line_that_was_begun_is_looked_up() {
    let server = Server::builder().allow_duplicates(true).start().await.unwrap();
    let known = serde_json::json!({"locationId": "ve9EPM428h8vShlRW1KT", "email": "rosan@deos.com"});
    server.insert(&known).unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    fs::write(&file, "firstName,email\nRosan,rosan@deos.com\nRubika,rubika@deos.com\nNobody,\n").unwrap();
    // A journal of these lines, of which only the intents are left; the last entry is half-written, as a kill may leave it.
    let journal = folder.path().join("contacts.csv.journal");
    let other = Server::start().await.unwrap();
    run_with(import(&file, Some(&other))).await;
    let entries = fs::read_to_string(&journal).unwrap().replace(other.url(), server.url());
    let kept: Vec<_> = entries.lines().filter(|entry| !entry.contains("outcome")).collect();
    fs::write(&journal, kept.join("\n") + "\n{\"line\":2,\"outc").unwrap();

    let (code, out, _) = run_with(import(&file, Some(&server))).await;
    assert!(out.contains("2 created, 0 there already, 0 failed, 1 unknown\nline 4: unknown: "), "{out}");
    assert_eq!((code, server.contacts().len()), (Some(1), 2));
}

async fn run_with(mut command: Command) -> (Option<i32>, String, String) {
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let (out, err) = said(&output);
    (output.status.code(), out, err)
}

/// A line is known by what is in it, and the journal by where the contacts go.
#[tokio::test]
async fn a_file_that_is_mended_between_two_runs() {
    let server = Server::builder().allow_duplicates(true).start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    fs::write(&file, "name,email\r\nRosan,rosan@deos.com\r\nRubika,rubika\r\nAnna,anna@deos.com\r\n").unwrap();
    let (code, out, err) = run_with(import(&file, Some(&server))).await;
    assert!(code == Some(1) && out.contains("2 created") && err.contains("line 3: email"), "{out}{err}");

    fs::write(&file, "name,email\nAnna,anna@deos.com\nRosan,rosan@deos.com\nRosan,rosan@deos.com\n").unwrap();
    let (code, out, _) = run_with(import(&file, Some(&server))).await;
    assert!(code == Some(0) && out.contains("2 of 3 lines are done") && out.contains("3 created"), "{out}");
    assert_eq!(server.contacts().len(), 3);

    let other = Server::start().await.unwrap();
    let (code, _, err) = run_with(import(&file, Some(&other))).await;
    assert!(code == Some(1) && err.contains("name another with --journal"), "{err}");
    assert!(other.requests().is_empty());
}

/// What the server refuses was not created: it is sent again when it is mended there.
#[tokio::test]
async fn a_line_that_was_refused_is_tried_again() {
    let server = Server::start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    fs::write(&file, "email,customFields.6dvN\nrosan@deos.com,x\n").unwrap();
    let refusal = serde_json::json!({"statusCode": 422, "message": ["customFields.0.id must be a string"]});
    server.reply(Reply::json(StatusCode::UNPROCESSABLE_ENTITY, &refusal));
    let (code, out, _) = run_with(import(&file, Some(&server))).await;
    assert!(code == Some(1) && out.contains("line 2: failed, and tried again next time"), "{out}");
    let (code, out, _) = run_with(import(&file, Some(&server))).await;
    assert!(code == Some(0) && out.contains("1 created"), "{out}");
}

/// Two at a time would send each line twice.
#[tokio::test]
async fn one_import_at_a_time() {
    let server = Server::start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    fs::write(&file, "email\nrosan@deos.com\n").unwrap();
    let journal = fs::File::create(folder.path().join("contacts.csv.journal")).unwrap();
    lock(&journal);
    let (code, _, err) = run_with(import(&file, Some(&server))).await;
    assert!(code == Some(1) && err.contains("another import is writing"), "{err}");
    assert!(server.requests().is_empty());
}

#[expect(clippy::incompatible_msrv, reason = "a test is built with the toolchain of the workspace")]
fn lock(file: &fs::File) {
    file.lock().unwrap();
}

/// The location allows duplicates, so that each line that is sent twice would show.
#[tokio::test]
async fn killed_at_twenty_moments() {
    const LINES: usize = 3_000;
    let server =
        Server::builder().allow_duplicates(true).rate_limit(100, Duration::from_millis(40)).start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let mut text = String::from("name,email,phone\n");
    for number in 0..LINES {
        // Half of them by email, half by phone.
        let (email, phone) = if number % 2 == 0 {
            (format!("{number}@example.com"), String::new())
        } else {
            (String::new(), format!("+1555{number:07}"))
        };
        writeln!(text, "Number {number},{email},{phone}").unwrap();
    }
    fs::write(&file, text).unwrap();

    let mut unfinished = 0;
    for kill in 0..20_u64 {
        let mut child = import(&file, Some(&server))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let moment = 30 + RandomState::new().hash_one(kill) % 120;
        tokio::time::sleep(Duration::from_millis(moment)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        unfinished += usize::from(server.contacts().len() < LINES);
    }
    let mut command = import(&file, Some(&server));
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let (out, err) = said(&output);
    assert!(output.status.success(), "{out}{err}");
    assert!(out.contains(&format!("{LINES} created, 0 there already, 0 failed, 0 unknown")), "{out}");

    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for contact in server.contacts() {
        *times
            .entry(contact["firstName"].as_str().unwrap().to_owned() + contact["lastName"].as_str().unwrap())
            .or_default() += 1;
    }
    assert_eq!(times.len(), LINES);
    assert!(times.values().all(|times| *times == 1), "somebody is there twice");
    println!("{unfinished} of 20 kills came before the end");
    assert!(unfinished >= 10, "only {unfinished} of 20 kills came before the end: the file is too short");
}
