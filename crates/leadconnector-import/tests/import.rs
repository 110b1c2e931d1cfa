//! The program that imports a file: what it says, and that a kill at any moment neither loses nor doubles anyone.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod program;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use leadconnector_mock::http::{HeaderName, HeaderValue, StatusCode};
use leadconnector_mock::{Reply, Request, Server};
use program::{import, program, run, run_with, said, to, with};
use serde_json::{Value, json};
use tempfile::TempDir;

#[cfg(unix)]
fn run_path(path: &Path) -> (Option<i32>, String, String) {
    let output = import(path, None).output().unwrap();
    let (out, err) = said(&output);
    (output.status.code(), out, err)
}

#[test]
fn bad_lines_do_not_stop_the_good_ones() {
    let text = "firstName,email,phone,dnd,customFields.6dvN\n\
                Rosan,rosan@deos.com,+1 888-888-8888,TRUE,\"x\ny\"\n\
                ,rubika,,,\n\
                ,,,maybe,\n\
                too,few\n\
                ,,,true,\n\
                , ,,,\n\
                \n\
                \"An\nna\",,,,\n\
                Anna,anna@deos.com,,,\n\
                Rubika,\"rubika@deos.com,,,\n\
                Nobody,nobody@deos.com,,,\n";
    let problems = "contacts.csv: line 4: email is not an email address such as `rosan@deos.com`: it has no `@`\n\
                    contacts.csv: line 5: dnd is neither true nor false\n\
                    contacts.csv: line 6: it has 2 cells, and line 1 has 5\n\
                    contacts.csv: line 7: none of firstName, lastName, email and phone is there, and the server needs one\n\
                    contacts.csv: line 10: firstName has a line break: is a quote not closed?\n\
                    contacts.csv: line 13: a quote is opened here and not closed: the lines behind it would be part of the cell\n";
    let (code, out, err) = run(text, &["--dry-run"]);
    assert_eq!(err, problems);
    assert_eq!(
        (code, out.as_str()),
        (Some(1), "2 lines are good and would be created, 6 are not, 1 are blank and skipped; nothing was sent\n")
    );

    let (code, out, err) = run(text, &[]);
    assert_eq!(code, Some(1));
    assert!(out.contains("2 created, 0 there already, 0 failed, 0 unknown"), "{out}");
    assert!(err.starts_with(problems) && err.contains("2 of 2"), "{err}");

    // As a spreadsheet of Windows ends its lines, and with the quote in the last column.
    let (_, _, err) =
        run("firstName,email\r\nRosan,rosan@deos.com\r\nRubika,\"rubika@deos.com\r\nAnna,\r\n", &["--dry-run"]);
    assert!(err.starts_with("contacts.csv: line 3: a quote is opened here"), "{err}");
    // Where another quote follows, in a column that may have several lines.
    let (_, out, err) = run("firstName,address1\nA,\"abc\nB,b\nC,\"c\"\nD,d\n", &["--dry-run"]);
    assert!(
        err.starts_with("contacts.csv: line 2: a quote is opened here") && out.starts_with("1 lines are good"),
        "{out}{err}"
    );
    let (_, _, err) = run("\"firstName\nRosan\n", &["--dry-run"]);
    assert!(err.starts_with("error: contacts.csv, line 1: a quote is opened here"), "{err}");
}

/// As by `| head`: nothing panics, and what was done counts.
#[test]
fn nobody_reads_what_is_said() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    fs::write(&file, "email\nrosan@deos.com\nrubika\n").unwrap();
    for (argument, expected) in [("--help", 0), ("--dry-run", 1), ("--wait=1", 1)] {
        let closed = || std::process::Stdio::from(std::io::pipe().unwrap().1);
        let status = import(&file, None).arg(argument).stdout(closed()).stderr(closed()).status().unwrap();
        assert_eq!(status.code(), Some(expected), "{argument}");
    }
}

/// The help lists the columns that are taken: each of them, and of the page no other. A property of a contact is one of them, unless a
/// cell cannot hold it.
#[test]
fn the_columns_of_the_help() {
    // Of the location that is imported into; by a column for each; and objects.
    const NO_COLUMNS: [&str; 4] = ["locationId", "customFields", "dndSettings", "inboundDndSettings"];
    let help = Command::new(program()).arg("--help").output().unwrap();
    let help = said(&help).0;
    let listed = help.split_once("as on the vendor's page:").unwrap().1.split_once("and customFields").unwrap().0;
    // Without what is said of a column in parentheses.
    let listed: String =
        listed.split('(').map(|part| part.split_once(')').map_or(part, |(_, behind)| behind)).collect();
    let columns: Vec<_> = listed.split(',').map(str::trim).filter(|column| !column.is_empty()).collect();
    for property in leadconnector_raw::document::CREATE_CONTACT_REQUEST_PROPERTIES {
        let (code, out, err) = run(format!("{property}\n\n"), &["--dry-run"]);
        let taken = code == Some(0) && out.contains("lines are good");
        assert_eq!(taken, columns.contains(property), "{property}: {out}{err}");
        assert_ne!(taken, NO_COLUMNS.contains(property), "{property}: {out}{err}");
    }
    assert!(columns.len() > 10, "{columns:?}");
}

#[test]
fn a_column_that_is_not_known() {
    let (code, _, err) = run("firstName,mail\nRosan,rosan@deos.com\n", &[]);
    assert_eq!(code, Some(1));
    let hint = "there is no column \"mail\": did you mean email? See --help for their names";
    assert_eq!(err, format!("error: contacts.csv, line 1: {hint}\n"));
    let (code, _, err) = run("firstName,shoe size\nRosan,44\n", &[]);
    let unknown = "there is no column \"shoe size\": see --help for their names";
    assert_eq!((code, err), (Some(1), format!("error: contacts.csv, line 1: {unknown}\n")));
    let (code, _, err) = run("email,firstName, email\nrosan@deos.com,Rosan,rosan@deos.com\n", &[]);
    let twice = "the columns 1 and 3 have the same name, \"email\": take one of them away";
    assert_eq!((code, err), (Some(1), format!("error: contacts.csv, line 1: {twice}\n")));
}

#[test]
fn help_and_what_is_missing() {
    let help = Command::new(program()).arg("--help").output().unwrap();
    assert!(help.status.success() && said(&help).0.contains("customFields.ID"));
    assert!(said(&help).0.lines().all(|line| line.len() <= 80), "a line is longer than a terminal is wide");
    let nothing = Command::new(program()).output().unwrap();
    assert_eq!(
        (nothing.status.code(), said(&nothing).1.as_str()),
        (Some(2), "error: no FILE is given\n  see --help\n")
    );
    let (code, _, err) = run("", &[]);
    assert!(code == Some(1) && err.contains("it is empty, and its first line should have the names"), "{err}");
    #[cfg(unix)]
    {
        let (code, _, err) = run_path(Path::new("/dev/null"));
        assert!(code == Some(1) && err.contains("it is no file, which would be read more than once"), "{err}");
    }
    let (code, _, err) = run("name\n", &["--journal", "no folder/journal"]);
    assert!(code == Some(1) && err.contains("cannot open the journal"), "{err}");
    for wait in ["-1", "soon", "1e99"] {
        let (code, _, err) = run("email\n", &["--wait", wait]);
        assert!(code == Some(2) && err.contains("number of seconds"), "{err}");
    }
}

/// A journal of which only the intents are left, as after a kill; its last entry is half-written.
async fn begun(file: &Path, server: &Server) -> PathBuf {
    let journal = file.with_extension("csv.journal");
    let other = Server::start().await.unwrap();
    run_with(import(file, Some(&other))).await;
    let entries = fs::read_to_string(&journal).unwrap().replace(other.url(), server.url());
    let kept: Vec<_> = entries.lines().filter(|entry| !entry.contains("outcome")).collect();
    fs::write(&journal, kept.join("\n") + "\n{\"line\":2,\"outc").unwrap();
    journal
}

fn known(email: Option<&str>, phone: Option<&str>) -> serde_json::Value {
    serde_json::json!({"locationId": "ve9EPM428h8vShlRW1KT", "firstName": "known", "email": email, "phone": phone})
}

#[tokio::test]
async fn a_line_that_was_begun_is_looked_up() {
    let server = Server::builder().allow_duplicates(true).start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let lines = "Rosan,rosan@deos.com,\nRubika,rubika@deos.com,\nNobody,,\nAnna,anna@deos.com,+15125550123\n";
    fs::write(&file, format!("firstName,email,phone\n{lines}")).unwrap();
    begun(&file, &server).await;
    server.insert(&known(Some("ROSAN@deos.com"), None)).unwrap();
    // Of the same household.
    server.insert(&known(Some("other@deos.com"), Some("+15125550123"))).unwrap();

    let (code, out, err) = run_with(with(&file, &server, &["--wait", "0.2"])).await;
    assert!(out.contains("0 of 4 lines are done, 4 were begun"), "{out}");
    assert!(out.contains("1 created, 0 there already, 0 failed, 3 unknown\n"), "{out}");
    let not_found = "it may have been created, and no look-up finds it; --send-again sends it again";
    for line in [
        &format!("line 3: unknown: {not_found}"),
        "line 4: unknown: it has neither email nor phone to be looked up by; --send-again sends it again",
        &format!("line 5: unknown: {not_found}"),
    ] {
        assert!(out.contains(line), "{out}");
    }
    assert_eq!((code, server.contacts().len()), (Some(1), 2), "{err}");

    let (code, out, _) = run_with(with(&file, &server, &["--wait", "0.2", "--send-again"])).await;
    assert!(out.contains("1 of 4 lines are done, 3 were begun"), "{out}");
    assert!(out.contains("4 created, 0 there already, 0 failed, 0 unknown\n"), "{out}");
    assert_eq!((code, server.contacts().len()), (Some(0), 5));
}

/// What was there before is not what a line created.
#[tokio::test]
async fn a_line_that_finds_an_older_contact_stays_unknown() {
    let server = Server::builder().allow_duplicates(true).start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    fs::write(&file, "email\nrosan@deos.com\nrubika@deos.com\nanna@deos.com\n").unwrap();
    begun(&file, &server).await;
    let found = |added: &str| serde_json::json!({"contact": {"id": "seD4PfOuKoVMLkEZqohJ", "email": "rosan@deos.com", "dateAdded": added}});
    server.reply(Reply::json(StatusCode::OK, &found("2021-08-31T09:59:41.937Z")));
    // One whose look-up is refused does not keep the others.
    server.reply(Reply::new(StatusCode::BAD_REQUEST));
    server.insert(&known(Some("anna@deos.com"), None)).unwrap();
    let (code, out, err) = run_with(with(&file, &server, &["--wait", "0"])).await;
    assert!(out.contains("1 created, 0 there already, 0 failed, 2 unknown\n"), "{out}{err}");
    assert!(out.contains("line 2: unknown: its email or phone finds a contact that may be another one: seD4"), "{out}");
    assert!(out.contains("line 3: unknown: its look-up failed: the server refused the request: 400"), "{out}");
    assert_eq!((code, server.contacts().len()), (Some(1), 1));
}

/// What was begun stays unknown, whatever becomes of a second try; and nothing is sent again on no evidence.
#[tokio::test]
async fn a_second_try_that_is_refused_says_nothing_of_the_first() {
    let none = || Reply::json(StatusCode::OK, &serde_json::json!({"contact": null}));
    for (replies, words) in [
        // Not found, and then refused; and a look-up that was never answered.
        (vec![none(), Reply::new(StatusCode::UNAUTHORIZED)], "it was begun before, and the import stopped"),
        (vec![Reply::new(StatusCode::BAD_REQUEST)], "its look-up failed: the server refused the request: 400"),
    ] {
        let server = Server::builder().allow_duplicates(true).start().await.unwrap();
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("contacts.csv");
        fs::write(&file, "email\nrosan@deos.com\n").unwrap();
        begun(&file, &server).await;
        server.insert(&known(Some("rosan@deos.com"), None)).unwrap();
        for reply in replies {
            server.reply(reply);
        }
        let (code, out, _) = run_with(with(&file, &server, &["--wait", "0", "--send-again"])).await;
        assert!(code == Some(1) && out.contains("0 created, 0 there already, 0 failed, 1 unknown\n"), "{out}");
        assert!(out.contains(words), "{out}");
        // The first request's contact is found by now, and was added after that.
        let (code, out, _) = run_with(with(&file, &server, &["--wait", "0"])).await;
        assert!(code == Some(0) && out.contains("1 created"), "{out}");
        assert_eq!(server.contacts().len(), 1);
    }
}

/// Two people share an email, and the line of one is taken away.
#[tokio::test]
async fn another_line_is_known_by_what_was_in_it() {
    let server = Server::builder().allow_duplicates(true).start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let (anna, bert) = ("Anna,both@deos.com\n", "Bert,both@deos.com\n");
    fs::write(&file, format!("firstName,email\n{bert}")).unwrap();
    let journal = begun(&file, &server).await;
    fs::write(&file, format!("firstName,email\n{anna}")).unwrap();
    // The half-written entry of the kill is taken away, and Anna is created.
    run_with(import(&file, Some(&server))).await;
    assert_eq!(server.contacts().len(), 1, "{}", fs::read_to_string(&journal).unwrap());
    fs::write(&file, format!("firstName,email\n{bert}")).unwrap();
    let (code, out, _) = run_with(with(&file, &server, &["--wait", "0"])).await;
    assert!(code == Some(1) && out.contains("finds the contact of line 2"), "{out}");
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
    let why = "the server does not accept the contact (422): customFields; its messages are in the error: \
               customFields.0.id must be a string";
    assert!(code == Some(1) && out.contains(&format!("line 2: failed, and tried again next time: {why}")), "{out}");
    let (code, out, _) = run_with(import(&file, Some(&server))).await;
    assert!(code == Some(0) && out.contains("1 created"), "{out}");
}

/// A file that is changed meanwhile is not read on: a cell would be taken for one of another column.
#[tokio::test]
async fn a_file_that_changes_while_it_is_read() {
    let server = Server::builder().rate_limit(20, Duration::from_millis(300)).start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let lines: String = (0..200).map(|number| format!("First {number},Last {number}\n")).collect();
    fs::write(&file, format!("firstName,lastName\n{lines}")).unwrap();
    let mut command = to(Command::new(program()), &server);
    let child =
        command.arg(&file).stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().unwrap();
    while server.requests().len() < 25 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    fs::write(&file, format!("lastName,firstName,email\n{}", lines.replace('\n', ",\n"))).unwrap();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    let (_, err) = said(&output);
    assert!(output.status.code() == Some(1) && err.contains("was changed while it was read: start again"), "{err}");
    assert!(server.contacts().iter().all(|contact| contact["firstName"].as_str().unwrap().starts_with("First")));
}

/// Gives the location of the tests a choice, choices, a number, a text of several lines, and two fields of one name.
fn define_fields(server: &Server) {
    for (id, name, key, kind, options) in [
        ("idOfPlan", "Plan", "contact.the_plan", "SINGLE_OPTIONS", json!(["Basic", "Enterprise annual"])),
        ("idOfColors", "Colors", "contact.colors", "CHECKBOX", json!(["Red", "Blue", "Black; white"])),
        ("idOfSeats", "Seats", "contact.seats", "NUMERICAL", json!(null)),
        ("idOfRemark", "Any remark", "contact.remark", "LARGE_TEXT", json!(null)),
        ("idOfSize", "Size", "contact.size", "TEXT", json!(null)),
        ("idOfOtherSize", "Size", "contact.other_size", "TEXT", json!(null)),
    ] {
        let field = json!({
            "id": id, "name": name, "fieldKey": key, "dataType": kind, "picklistOptions": options,
            "locationId": "ve9EPM428h8vShlRW1KT",
        });
        server.define_custom_field(&field).unwrap();
    }
}

/// The custom fields of a request, sorted.
fn sent_fields(request: &Request) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let mut fields = body["customFields"].as_array().cloned().unwrap_or_default();
    fields.sort_by_key(|field| field["id"].to_string());
    fields
}

const FIELDS: &str = "/locations/ve9EPM428h8vShlRW1KT/customFields";

/// By name, key and id, in any case and with spaces; they are asked for once, and a line is known by the ids.
#[tokio::test]
async fn custom_fields_by_what_they_are_called() {
    let server = Server::start().await.unwrap();
    define_fields(&server);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let lines = "rosan@deos.com,Basic,Red;  Blue ;,-19.5,\"a;\nb\",x\n\
                 rubika@deos.com,,Black; white,,,\n\
                 anna@deos.com,,;,,,\n";
    fs::write(&file, format!("email,cf: plan,cf:contact.colors,cf:idOfSeats,cf:remark,cf:contact.size\n{lines}"))
        .unwrap();
    let (code, out, err) = run_with(import(&file, Some(&server))).await;
    assert!(code == Some(0) && out.contains("3 created"), "{out}{err}");
    assert_eq!(paths(&server), [FIELDS, "/contacts/", "/contacts/", "/contacts/"]);
    let mut sent: Vec<_> = server.requests()[1..].iter().map(sent_fields).collect();
    sent.sort_by_key(Vec::len);
    let field = |id: &str, value: Value| json!({"id": id, "field_value": value});
    let all = [
        field("idOfColors", json!(["Red", "Blue"])),
        field("idOfPlan", json!("Basic")),
        field("idOfRemark", json!("a;\nb")),
        field("idOfSeats", json!(-19.5)),
        field("idOfSize", json!("x")),
    ];
    assert_eq!(sent, [vec![], vec![field("idOfColors", json!(["Black; white"]))], all.to_vec()]);
    assert!(!err.contains("left out"), "{err}");

    // It is the same line if its fields are called otherwise, and the columns are in another order.
    let lines = "Basic,Red;  Blue ;,-19.5,\"a;\nb\",x,rosan@deos.com\n";
    let header = "cf:the_plan,cf:COLORS,cf:Seats,cf:any remark,customFields.idOfSize,email";
    fs::write(&file, format!("{header}\n{lines}")).unwrap();
    let (code, out, err) = run_with(import(&file, Some(&server))).await;
    assert!(code == Some(0) && out.contains("1 of 1 lines are done"), "{out}{err}");
    assert_eq!(server.contacts().len(), 3);
}

#[tokio::test]
async fn columns_that_are_no_custom_field() {
    let server = Server::start().await.unwrap();
    define_fields(&server);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let header = "email,cf:Colrs,cf:Size,cf:Plan,customFields.idOfSeats,cf:the_plan,cf:seats,cf:";
    fs::write(&file, format!("{header}\nrosan@deos.com,,,,,,,\n")).unwrap();
    let place = format!("{}, line 1: ", file.display());
    let none = "if it is new, `Contacts::refresh_custom_fields` asks for it";
    let said = [
        "column 2: custom field `Colrs` is none of the location's: did you mean `Colors` (key `contact.colors`, id `idOfColors`)?",
        "column 3: custom field `Size` may be any of 2: `Size` (key `contact.size`, id `idOfSize`), \
         `Size` (key `contact.other_size`, id `idOfOtherSize`); say which by its key or its id",
        &format!("column 8: custom field `` is none of the location's 6; {none}"),
        "the columns 4 and 6, \"cf:Plan\" and \"cf:the_plan\", are the same custom field: take one of them away",
        "the columns 5 and 7, \"customFields.idOfSeats\" and \"cf:seats\", are the same custom field: take one of them away",
    ];
    let said = format!("error: {place}{}\n", said.join(&format!("\n{place}")));
    for arguments in [&["--dry-run"][..], &[], &["--upsert"]] {
        let (code, out, err) = run_with(with(&file, &server, arguments)).await;
        assert_eq!((code, out.as_str(), err.as_str()), (Some(1), "", said.as_str()));
    }
    assert_eq!(paths(&server), [FIELDS; 3]);
    assert!(!file.with_extension("csv.journal").exists());

    // Without an account, it is the mock that is asked, and it has none.
    let (code, out, err) = run("email,cf:Plan\n", &["--dry-run"]);
    assert!(code == Some(1) && out.contains("using a mock server"), "{out}");
    assert!(err.contains("`Plan` is none of the location's 0"), "{err}");
    // What can be seen without the location is said without asking it.
    for header in ["cf:Plan,mail", "cf:Plan,email,cf:Plan"] {
        let (code, out, err) = run(format!("{header}\n"), &[]);
        assert!(code == Some(1) && out.is_empty() && err.contains("contacts.csv, line 1: the"), "{out}{err}");
    }
}

/// What does not fit is said before anything is sent, with its line and its column; the good lines are sent all the same.
#[tokio::test]
async fn cells_that_do_not_fit_their_custom_field() {
    let server = Server::start().await.unwrap();
    define_fields(&server);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let lines = "anna@deos.com,Basic,,\nrosan@deos.com,basic,,\nrubika@deos.com,,Red;Green,\nbert@deos.com,,,1e3\n";
    fs::write(&file, format!("email,cf:Plan,cf:colors,cf:idOfSeats\n{lines}")).unwrap();
    let place = file.display();
    let value = "customFields[].field_value of";
    let problems = format!(
        "{place}: line 3: column \"cf:Plan\": {value} `Plan` is none of its options: did you mean `Basic`?\n\
         {place}: line 4: column \"cf:colors\": {value} `Colors` is none of its options: `Red`, `Blue`, `Black; white`\n\
         {place}: line 5: column \"cf:idOfSeats\": {value} `Seats` has to be a number such as `42` or `-19.99`, \
         without an exponent, a currency and separators of thousands\n"
    );
    let (code, out, err) = run_with(with(&file, &server, &["--dry-run"])).await;
    let words = "1 lines are good and would be created, 3 are not; \
                 the custom fields were asked for, and nothing else was sent\n";
    assert_eq!((code, out.as_str(), err.as_str()), (Some(1), words, problems.as_str()));
    assert_eq!(paths(&server), [FIELDS]);
    // Without the fields it stops, before anything is written down.
    server.reply(Reply::new(StatusCode::UNAUTHORIZED));
    let (code, _, err) = run_with(import(&file, Some(&server))).await;
    assert!(code == Some(1) && err.starts_with("error: cannot get the custom fields of the location: "), "{err}");
    assert!(!file.with_extension("csv.journal").exists());

    let (code, out, err) = run_with(import(&file, Some(&server))).await;
    assert!(code == Some(1) && out.contains("1 created, 0 there already, 0 failed"), "{out}");
    assert!(err.starts_with(&problems), "{err}");
    assert_eq!(server.contacts().len(), 1);
}

/// A custom field that the server drops is named.
#[tokio::test]
async fn what_the_server_leaves_out() {
    let server = Server::start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    fs::write(&file, "email,customFields.6dvN\nrosan@deos.com,x\n").unwrap();
    let without = serde_json::json!({"contact": {"id": "seD4PfOuKoVMLkEZqohJ", "customFields": []}});
    server.reply(Reply::json(StatusCode::CREATED, &without));
    let (code, out, err) = run_with(import(&file, Some(&server))).await;
    assert!(code == Some(0) && out.contains("1 created"), "{out}");
    assert!(err.contains("line 2: the server left out the custom field `6dvN`"), "{err}");
}

/// Tags of the command line come to those of a line, and make no contact of a blank one.
#[tokio::test]
async fn tags_for_all_lines() {
    let server = Server::start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    fs::write(&file, "email,tags\nrosan@deos.com,Customer; vip\n,\nrubika@deos.com,\n").unwrap();
    let tagged = ["--tag", " trade fair ", "--tag=a;b"];
    let (code, out, _) = run_with(with(&file, &server, &[&tagged[..], &["--dry-run"]].concat())).await;
    let words = "2 lines are good and would be created, 0 are not, 1 are blank and skipped; nothing was sent\n\
                 each of them would be tagged: trade fair, a, b\n";
    assert_eq!((code, out.as_str()), (Some(0), words));
    for blank in ["", " ", ";", "\t; "] {
        let (code, _, err) = run_with(with(&file, &server, &["--tag", "a", "--tag", blank])).await;
        assert!(code == Some(2) && err.contains("a tag has no text"), "{err}");
    }
    assert!(server.requests().is_empty());

    let (code, out, _) = run_with(with(&file, &server, &tagged)).await;
    assert!(code == Some(0) && out.contains("2 created"), "{out}");
    let mut tags: Vec<_> = server.contacts().iter().map(|contact| contact["tags"].to_string()).collect();
    tags.sort();
    assert_eq!(tags, [r#"["customer","vip","trade fair","a","b"]"#, r#"["trade fair","a","b"]"#]);
    // It is the line that was done, whatever its tags are now.
    let (code, out, _) = run_with(with(&file, &server, &["--tag", "another"])).await;
    assert!(code == Some(0) && out.contains("2 of 2 lines are done"), "{out}");
}

/// The stored contact with this email.
fn stored(server: &Server, email: &str) -> Value {
    let mut contacts = server.contacts().into_iter().filter(|contact| contact["emailLowerCase"] == email);
    let contact = contacts.next().unwrap();
    assert!(contacts.next().is_none(), "{email} is there twice");
    contact
}

/// The paths that were asked for, in order, without their queries.
fn paths(server: &Server) -> Vec<String> {
    let path = |request: Request| request.path.split('?').next().unwrap().to_owned();
    server.requests().into_iter().map(path).collect()
}

#[tokio::test]
async fn upserts_update_and_create() {
    let server = Server::builder().allow_duplicates(true).start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let old =
        json!({"locationId": "ve9EPM428h8vShlRW1KT", "email": "rosan@deos.com", "city": "Delhi", "tags": ["old"]});
    server.insert(&old).unwrap();
    let lines = "Rosan,ROSAN@deos.com,,customer,male\nRubika,,+15125550123,,female\nAnna,anna@deos.com,,new,\n";
    fs::write(&file, format!("firstName,email,phone,tags,gender\n{lines}")).unwrap();
    let (code, out, _) = run_with(with(&file, &server, &["--upsert", "--dry-run"])).await;
    let words = "3 lines are good and would be upserted, 0 are not; nothing was sent\n";
    assert_eq!((code, out.as_str(), server.requests().len()), (Some(0), words, 0));

    let (code, out, err) = run_with(with(&file, &server, &["--upsert", "--tag", "trade fair"])).await;
    assert!(code == Some(0) && out.contains("2 created, 1 updated, 0 failed, 0 unknown\n"), "{out}{err}");
    assert!(err.contains("3 of 3, 0 seconds left: 2 created, 1 updated\n"), "{err}");
    // The vendor takes the gender of a contact that is new alone.
    let remarks: Vec<_> = err.lines().filter(|line| line.contains("left out")).collect();
    assert_eq!(remarks, ["line 2: the server left out the gender"]);
    let rosan = stored(&server, "rosan@deos.com");
    assert_eq!((&rosan["firstName"], &rosan["city"]), (&json!("Rosan"), &json!("Delhi")));
    assert_eq!(rosan["tags"], json!(["old", "customer", "trade fair"]));
    assert_eq!(stored(&server, "anna@deos.com")["tags"], json!(["new", "trade fair"]));
    assert_eq!((server.contacts().len(), server.carried_out("upsert_contact")), (3, 3));

    let (code, out, _) = run_with(with(&file, &server, &["--upsert"])).await;
    assert!(code == Some(0) && out.contains("3 of 3 lines are done, 0 were begun\n2 created, 1 updated, "), "{out}");
    assert_eq!(server.requests().len(), 6);
}

/// Without an email and a phone, nobody knows whose line it is.
#[tokio::test]
async fn a_line_that_finds_nobody_is_not_upserted() {
    let server = Server::start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    fs::write(&file, "firstName,email,phone\nNobody,,\nRosan,rosan@deos.com,\nAnna,,+15125550123\n").unwrap();
    let reason = "contacts.csv: line 2: it has neither email nor phone, and would be there twice if it were sent twice: \
                  import such lines by themselves, without --upsert\n";
    for arguments in [&["--upsert", "--dry-run"][..], &["--upsert"]] {
        let (code, out, err) = run_with(with(&file, &server, arguments)).await;
        assert!(code == Some(1) && err.contains(reason), "{out}{err}");
    }
    assert_eq!((server.contacts().len(), server.requests().len()), (2, 2));

    // One that was created is done.
    let journal = folder.path().join("journal");
    let other = Server::start().await.unwrap();
    for arguments in [&[][..], &["--upsert"]] {
        let arguments = [&["--journal", journal.to_str().unwrap()], arguments].concat();
        let (code, out, err) = run_with(with(&file, &other, &arguments)).await;
        assert!(code == Some(0) && out.contains("3 created, 0 "), "{out}{err}");
    }
    assert_eq!(other.requests().len(), 3);
}

/// They would be two contacts if they were sent at one time, and the later line is the one that counts.
#[tokio::test]
async fn lines_for_one_contact_go_one_after_the_other() {
    let server = Server::start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let lines =
        "Anna,anna@deos.com,\nFirst,ROSAN@deos.com,+15125550123\nSecond,rosan@deos.com,\nThird,,+1 512-555-0123\n";
    fs::write(&file, format!("firstName,email,phone\n{lines}")).unwrap();
    // The first request of all goes ahead of the others.
    server.reply(Reply::ordinary());
    for wait in [400, 200] {
        server.reply(Reply::ordinary().carried_out_after(Duration::from_millis(wait)));
    }
    let (code, out, err) = run_with(with(&file, &server, &["--upsert"])).await;
    assert!(code == Some(0) && out.contains("2 created, 2 updated, 0 failed"), "{out}{err}");
    assert_eq!((&stored(&server, "rosan@deos.com")["firstName"], server.contacts().len()), (&json!("Third"), 2));
}

/// What an earlier line has written over is sent again.
#[tokio::test]
async fn the_later_line_counts_also_when_the_earlier_one_is_tried_again() {
    let server = Server::start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let lines = "Anna,anna@deos.com,\nFirst,rosan@deos.com,Delhi\nSecond,rosan@deos.com,\n";
    fs::write(&file, format!("firstName,email,city\n{lines}")).unwrap();
    server.reply(Reply::ordinary());
    server.reply(Reply::new(StatusCode::BAD_REQUEST));
    let (code, out, err) = run_with(with(&file, &server, &["--upsert"])).await;
    assert!(code == Some(1) && out.contains("2 created, 0 updated, 1 failed, 0 unknown\n"), "{out}{err}");
    assert!(out.contains("line 3: failed, and tried again next time: the server refused the request: 400"), "{out}");
    let before = server.requests().len();

    // Nothing is done about it, as in a run that is killed just then.
    server.reply(Reply::new(StatusCode::UNAUTHORIZED));
    server.reply(Reply::new(StatusCode::UNAUTHORIZED));
    let (code, out, _) = run_with(with(&file, &server, &["--upsert"])).await;
    assert!(code == Some(1) && out.contains("1 of 3 lines are done") && out.contains(", 2 left to do\n"), "{out}");
    let (code, out, _) = run_with(with(&file, &server, &["--upsert"])).await;
    assert!(code == Some(0) && out.contains("2 created, 1 updated, 0 failed, 0 unknown\n"), "{out}");
    let rosan = stored(&server, "rosan@deos.com");
    assert_eq!((&rosan["firstName"], &rosan["city"]), (&json!("Second"), &json!("Delhi")));
    assert!(server.requests().len() <= before + 4, "{:?}", paths(&server));
}

/// The contact is there and its line is not done.
#[tokio::test]
async fn tags_that_are_missing() {
    let server = Server::start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    fs::write(&file, "email,tags\nrosan@deos.com,customer\n").unwrap();
    for (reply, words, stopped) in [
        (StatusCode::BAD_REQUEST, "only its tags are missing: the server refused the request: 400", ""),
        (StatusCode::FOUND, "only its tags may be missing: the server redirects (302)", ""),
        (StatusCode::UNAUTHORIZED, "only its tags are missing: the server does not accept the token", "stopped, since"),
    ] {
        server.reply(Reply::ordinary());
        server.reply(Reply::new(reply));
        let (code, out, err) = run_with(with(&file, &server, &["--upsert"])).await;
        assert!(code == Some(1) && out.contains("0 created, 0 updated, 1 failed, 0 unknown\n"), "{out}");
        let line = "line 2: failed, and tried again next time: the contact is there, and";
        assert!(out.contains(&format!("{line} {words}")), "{out}");
        assert!(err.contains(stopped), "{err}");
    }
    let (code, out, _) = run_with(with(&file, &server, &["--upsert"])).await;
    // It was created, although this run has found it.
    assert!(code == Some(0) && out.contains("1 created, 0 updated, 0 failed, 0 unknown\n"), "{out}");
    assert_eq!(stored(&server, "rosan@deos.com")["tags"], json!(["customer"]));
}

/// An upsert may be repeated, so nothing is looked up.
#[tokio::test]
async fn an_upsert_of_unknown_outcome_is_sent_again() {
    let server = Server::builder().allow_duplicates(true).start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    fs::write(&file, "email,gender\nrosan@deos.com,male\nanna@deos.com,\n").unwrap();
    server.reply(Reply::new(StatusCode::FOUND).carried_out_after(Duration::ZERO));
    let (code, out, _) = run_with(with(&file, &server, &["--upsert"])).await;
    assert!(code == Some(1) && out.contains("1 created, 0 updated, 0 failed, 1 unknown\n"), "{out}");
    assert!(out.contains("line 2: unknown, and sent again next time: the server redirects (302)"), "{out}");
    assert_eq!(server.contacts().len(), 2);
    // A refusal now says nothing of the time before.
    server.reply(Reply::new(StatusCode::BAD_REQUEST));
    let (code, out, _) = run_with(with(&file, &server, &["--upsert"])).await;
    assert!(code == Some(1) && out.contains("line 2: unknown, and sent again next time: the server refused"), "{out}");

    let (code, out, err) = run_with(with(&file, &server, &["--upsert"])).await;
    assert!(out.contains("1 of 2 lines are done, 1 were begun\n"), "{out}");
    let words = "1 created, 0 updated, 1 created or updated, 0 failed, 0 unknown\n";
    assert!(code == Some(0) && out.contains(words), "{out}");
    // The first request has taken the gender.
    assert!(!err.contains("left out"), "{err}");
    assert_eq!(stored(&server, "rosan@deos.com")["gender"], "male");
    assert_eq!(paths(&server), ["/contacts/upsert"; 4]);
}

/// What was created stays done, and what was begun, or was there already, is upserted. Not the other way round.
#[tokio::test]
async fn creations_are_gone_on_with_as_upserts() {
    let server = Server::start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    fs::write(&file, "firstName,email\nRosan,rosan@deos.com\n").unwrap();
    let journal = begun(&file, &server).await;
    let created = known(Some("rosan@deos.com"), None);
    server.insert(&created).unwrap();
    server.insert(&known(Some("rubika@deos.com"), None)).unwrap();
    let lines = "Anna,anna@deos.com\nRubika,rubika@deos.com\n";
    fs::write(&file, format!("firstName,email\n{lines}")).unwrap();
    let (code, out, _) = run_with(import(&file, Some(&server))).await;
    assert!(code == Some(0) && out.contains("1 created, 1 there already, 0 failed, 0 unknown\n"), "{out}");
    fs::write(&file, format!("firstName,email\nRosan,rosan@deos.com\n{lines}")).unwrap();
    let before = server.requests().len();

    let (code, out, _) = run_with(with(&file, &server, &["--upsert"])).await;
    assert!(out.contains("1 of 3 lines are done, 1 were begun\n"), "{out}");
    let words = "1 created, 1 updated, 1 created or updated, 0 failed, 0 unknown\n";
    assert!(code == Some(0) && out.contains(words), "{out}");
    assert_eq!(paths(&server)[before..], ["/contacts/upsert"; 2]);
    assert_eq!(stored(&server, "rubika@deos.com")["firstName"], "Rubika");

    // A creation of somebody who was upserted could make a second contact.
    let entries = fs::read_to_string(&journal).unwrap();
    let (code, _, err) = run_with(import(&file, Some(&server))).await;
    let words = "is of upserts: start again with --upsert, or name another with --journal\n";
    assert!(code == Some(1) && err.contains(words), "{err}");
    assert_eq!((server.requests().len(), fs::read_to_string(&journal).unwrap()), (before + 2, entries));
}

/// When nothing can succeed, the rest is left to do.
#[tokio::test]
async fn a_list_stops_when_nothing_can_succeed() {
    let day_over = || {
        let zero = HeaderValue::from_static("0");
        Reply::new(StatusCode::TOO_MANY_REQUESTS).header(HeaderName::from_static("x-ratelimit-daily-remaining"), zero)
    };
    let redirect = || Reply::new(StatusCode::FOUND);
    for (way, reply, words, least_left) in [
        (&[][..], Reply::new(StatusCode::UNAUTHORIZED), "the server does not accept the token (401)", 350),
        (&[], Reply::new(StatusCode::FORBIDDEN), "the token is not for this location", 350),
        (&[], day_over(), "the allowance of the day is used up", 350),
        (&[], Reply::new(StatusCode::NOT_FOUND), "404 Not Found", 350),
        (&[], Reply::new(StatusCode::BAD_GATEWAY), "50 times in a row: the server failed: 502", 250),
        (&["--upsert"], Reply::new(StatusCode::UNAUTHORIZED), "the server does not accept the token (401)", 350),
        (&["--upsert"], redirect(), "50 times in a row: the server redirects (302)", 250),
    ] {
        let server = Server::start().await.unwrap();
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("contacts.csv");
        let (column, end) = if way.is_empty() { ("firstName", "") } else { ("email", "@example.com") };
        let lines: String = (0..400).map(|number| format!("{number}{end}\n")).collect();
        fs::write(&file, format!("{column}\n{lines}")).unwrap();
        for _ in 0..400 {
            server.reply(reply.clone());
        }
        let (code, out, err) = run_with(with(&file, &server, way)).await;
        assert_eq!(code, Some(1));
        assert_eq!(err.matches("stopped, since nothing can succeed: ").count(), 1, "{err}");
        assert!(err.contains(words), "{err}");
        let left = out.rsplit_once(" left to do").unwrap().0.rsplit_once(' ').unwrap().1;
        assert!(left.parse::<u32>().unwrap() >= least_left, "{out}");
        let words =
            if way.is_empty() { "0 created, 0 there already, 0 failed" } else { "0 created, 0 updated, 0 failed" };
        assert!(out.contains(words), "{out}");
        assert!(server.requests().len() < 150, "{} requests", server.requests().len());
        assert!(server.contacts().is_empty());
    }
}

/// Nothing is changed in a file that is no journal.
#[tokio::test]
async fn what_is_no_journal_is_left_alone() {
    let server = Server::start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let (table, notes) = ("firstName\nRosan\nRubika", folder.path().join("notes"));
    fs::write(&file, table).unwrap();
    for (path, text) in [
        (&file, table),
        (&notes, "remember the milk"),
        (&notes, "{\"remember\": \"the milk\"}\nand the eggs"),
        (&notes, "{\"destination\":\"the location ve9EPM428h8vShlRW1KT at nowhere\"}\nrest"),
    ] {
        fs::write(path, text).unwrap();
        let (code, _, err) = run_with(with(&file, &server, &["--journal", path.to_str().unwrap()])).await;
        assert_eq!(code, Some(1));
        assert!(err.contains("name another with --journal"), "{err}");
        assert_eq!(fs::read_to_string(path).unwrap(), text);
    }
    assert!(server.requests().is_empty());

    // A kill may have left half of the first entry.
    fs::write(&notes, "{\"destination\":").unwrap();
    let (code, out, _) = run_with(with(&file, &server, &["--journal", notes.to_str().unwrap()])).await;
    assert!(code == Some(0) && out.contains("2 created"), "{out}");
}

/// Behind an entry, before its end, and within the next one: what may have been created by then is found, and nobody is there twice. What
/// is read of a journal that is cut at any other byte, the tests of `journal.rs` say.
#[tokio::test]
async fn a_journal_that_is_cut_off() {
    let folder = TempDir::new().unwrap();
    let (file, journal) = (folder.path().join("contacts.csv"), folder.path().join("contacts.csv.journal"));
    fs::write(&file, "firstName,email\nR\u{f6}san,rosan@deos.com\nAnna,anna@deos.com\n").unwrap();
    let other = Server::start().await.unwrap();
    // One of the two is refused at first.
    other.reply(Reply::new(StatusCode::BAD_REQUEST));
    run_with(import(&file, Some(&other))).await;
    run_with(import(&file, Some(&other))).await;
    let whole = fs::read_to_string(&journal).unwrap();
    let outcomes = [":\"created\"", ":\"failed\"", "outcome"].map(|word| whole.matches(word).count());
    assert_eq!(outcomes, [2, 1, 3], "{whole}");

    // Of no contact that has the same id at another server.
    let id = |line: &str| {
        let mut entry: Value = serde_json::from_str(line).unwrap();
        if entry["contactId"].is_string() {
            entry["contactId"] = json!(format!("of line {}", entry["line"]));
        }
        format!("{entry}\n")
    };
    let whole: String = whole.lines().map(id).collect();
    let mut begun = 0;
    for (entry, moved) in (0..=whole.lines().count()).flat_map(|entry| [(entry, 0), (entry, -1), (entry, 20)]) {
        let server = &Server::builder().allow_duplicates(true).start().await.unwrap();
        let whole = whole.replace(other.url(), server.url()).into_bytes();
        let cut = whole.split_inclusive(|byte| *byte == b'\n').take(entry).map(<[u8]>::len).sum::<usize>();
        let cut = cut.saturating_add_signed(moved).min(whole.len());
        let kept = &whole[..cut];
        // What was begun is there, since nothing is sent before that is written down; and so is what was done.
        let entries = kept.split_inclusive(|byte| *byte == b'\n').filter(|entry| entry.ends_with(b"\n"));
        let entries: Vec<Value> = entries.map(|entry| serde_json::from_slice(entry).unwrap()).collect();
        let mut there = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry["key"].is_string()) {
            there.insert(entry["line"].as_u64().unwrap(), entry["outcome"] != "failed");
        }
        for line in there.iter().filter(|(_, is_there)| **is_there).map(|(line, _)| line) {
            let (name, email) = if *line == 2 { ("R\u{f6}san", "rosan@deos.com") } else { ("Anna", "anna@deos.com") };
            server.insert(&json!({"locationId": "ve9EPM428h8vShlRW1KT", "firstName": name, "email": email})).unwrap();
        }
        begun += usize::from(entries.last().is_some_and(|entry| entry["intent"].is_string()));
        fs::write(&journal, kept).unwrap();

        let (code, out, err) = run_with(with(&file, server, &["--wait", "0"])).await;
        let done = "2 created, 0 there already, 0 failed, 0 unknown\n";
        assert!(code == Some(0) && out.ends_with(done), "cut at {cut}: {out}{err}");
        assert_eq!((most_often(server), server.contacts().len()), (1, 2), "cut at {cut}: {out}{err}");
        // What is written behind the cut is not joined to what was before it.
        let (code, out, err) = run_with(with(&file, server, &[])).await;
        assert!(code == Some(0) && out.contains("2 of 2 lines are done"), "cut at {cut}: {out}{err}");
    }
    assert!(begun > 5, "{begun}");
}

/// A journal that cannot be written stops the import, names the place, and is whole.
#[cfg(unix)]
#[tokio::test]
async fn a_disk_that_is_full() {
    let server =
        Server::builder().allow_duplicates(true).rate_limit(100, Duration::from_millis(100)).start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let lines: String = (0..20).map(|number| format!("{number}@example.com\n")).collect();
    fs::write(&file, format!("email\n{lines}")).unwrap();
    // Files may have 512 or 1,024 bytes.
    let mut command = Command::new("sh");
    command.arg("-c").arg("trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$1\"").arg(program()).arg(&file);
    let (code, _, err) = run_with(to(command, &server)).await;
    let journal = folder.path().join("contacts.csv.journal");
    let words = format!("error: cannot write the journal {}: ", journal.display());
    assert!(code == Some(1) && err.contains(&words), "{err}");
    let text = fs::read_to_string(&journal).unwrap();
    assert!(text.ends_with("}\n") && text.lines().count() > 1, "{text}");

    let (code, out, _) = run_with(with(&file, &server, &["--wait", "0.1", "--send-again"])).await;
    assert!(code == Some(0) && out.contains("20 created"), "{out}");
    assert_eq!(most_often(&server), 1);

    let (code, _, err) = run_with(with(&file, &server, &["--journal", "/dev/full"])).await;
    assert!(code == Some(1) && err.contains("/dev/full is no file that can be a journal"), "{err}");
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

/// The location allows duplicates, so that each line that is sent twice would show; and a look-up lags behind.
#[tokio::test]
async fn killed_at_twenty_moments() {
    const LINES: usize = 3_000;
    let server =
        Server::builder().allow_duplicates(true).rate_limit(100, Duration::from_millis(40)).start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let mut text = String::from("firstName,email,phone\n");
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
        let mut child = with(&file, &server, &["--wait", "0.5"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let (before, more) = (server.requests().len(), RandomState::new().hash_one(kill) as usize % 130);
        while child.try_wait().unwrap().is_none() && server.requests().len() < before + more {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        unfinished += usize::from(server.contacts().len() < LINES);
    }
    assert!(unfinished >= 10, "only {unfinished} of 20 kills came before the end: the file is too short");
    let (_, out, err) = run_with(with(&file, &server, &["--wait", "0.5"])).await;
    assert!(out.contains(", 0 there already, 0 failed, "), "{out}{err}");
    assert_eq!(most_often(&server), 1, "somebody is there twice");

    // What is not there by now was never sent.
    let (code, out, err) = run_with(with(&file, &server, &["--wait", "0.5", "--send-again"])).await;
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains(&format!("{LINES} created, 0 there already, 0 failed, 0 unknown")), "{out}");
    assert_eq!((most_often(&server), server.contacts().len()), (1, LINES));
}

/// Nobody is there twice, nobody lacks what a second request adds, and somebody else's tags stay.
#[tokio::test]
async fn upserts_killed_at_twenty_moments() {
    const LINES: usize = 1_000;
    let server =
        Server::builder().allow_duplicates(true).rate_limit(100, Duration::from_millis(40)).start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.csv");
    let mut text = String::from("firstName,email,phone,tags\n");
    for number in 0..LINES {
        // Half of them by email, half by phone; a third is there already.
        let (email, phone) = if number % 2 == 0 {
            (format!("{number}@example.com"), String::new())
        } else {
            (String::new(), format!("+1555{number:07}"))
        };
        if number % 3 == 0 {
            let mut known = json!({"locationId": "ve9EPM428h8vShlRW1KT", "tags": ["old"]});
            known[if email.is_empty() { "phone" } else { "email" }] = json!(format!("{email}{phone}"));
            server.insert(&known).unwrap();
        }
        writeln!(text, "Number {number},{email},{phone},own {number}").unwrap();
    }
    fs::write(&file, text).unwrap();
    let command = || with(&file, &server, &["--upsert", "--tag", "all"]);

    let mut unfinished = 0;
    for kill in 0..20_u64 {
        let mut child =
            command().stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        let (before, more) = (server.received(), RandomState::new().hash_one(kill) % 130);
        while child.try_wait().unwrap().is_none() && server.received() < before + more {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        unfinished += usize::from(server.contacts().len() < LINES);
    }
    assert!(unfinished >= 10, "only {unfinished} of 20 kills came before the end: the file is too short");
    let (code, out, err) = run_with(command()).await;
    assert!(code == Some(0) && out.contains(", 0 failed, 0 unknown\n"), "{out}{err}");
    assert_eq!((most_often(&server), server.contacts().len()), (1, LINES));
    for contact in server.contacts() {
        let name = contact["firstName"].as_str().unwrap();
        let number: usize = name.strip_prefix("Number ").unwrap().parse().unwrap();
        let mut tags = contact["tags"].as_array().unwrap().clone();
        tags.retain(|tag| *tag != "old");
        assert_eq!(
            tags.len() + usize::from(number.is_multiple_of(3)),
            contact["tags"].as_array().unwrap().len(),
            "{contact}"
        );
        assert_eq!(tags, [json!(format!("own {number}")), json!("all")], "{contact}");
    }
}

/// How often the contact is there that is there most often.
fn most_often(server: &Server) -> usize {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for contact in server.contacts() {
        *times.entry(format!("{} {}", contact["firstName"], contact["email"])).or_default() += 1;
    }
    times.values().copied().max().unwrap()
}
