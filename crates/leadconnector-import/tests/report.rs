//! The report: the lines that were refused, to be mended and imported.

#![allow(clippy::unwrap_used, reason = "tests")]

mod program;

use std::collections::BTreeSet;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
#[cfg(unix)]
use std::process::Command;
use std::time::Duration;

use leadconnector_mock::http::StatusCode;
use leadconnector_mock::{Reply, Server};
use program::{import, run, run_with, with};
#[cfg(unix)]
use program::{program, to};
use serde_json::json;
use tempfile::TempDir;

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap().strip_prefix('\u{feff}').unwrap().to_owned()
}

/// As they were, with the reasons; and given again as it is, the same lines are refused for the same reasons.
#[tokio::test]
async fn lines_that_are_refused_before_anything_is_sent() {
    let server = Server::start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let (file, report) = (folder.path().join("contacts.csv"), folder.path().join("refused.csv"));
    let text = "First Name;email;address1\r\n\
                Rosan;rosan@deos.com;\r\n \
                R\u{fc}bi ;rubika;\" a; \"\"b\"\"\r\nc\"\r\n\
                too;few\r\n\
                one;too@deos.com;many;cells\r\n\
                ;;\r\n\
                ;;nobody\r\n\
                Last;\"last@deos.com;\r\nNobody;nobody@deos.com;\r\n";
    // The letter is in Windows-1252.
    let text: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    fs::write(&file, text).unwrap();
    let reported = ["--report", report.to_str().unwrap()];
    let lines = "email is not an email address such as `rosan@deos.com`: it has no `@`; R\u{fc}bi ;rubika;\" a; \"\"b\"\"\r\nc\"\n\
                 it has 2 cells, and line 1 has 3;too;few\n\
                 it has 4 cells, and line 1 has 3;one;too@deos.com;many;cells\n\
                 none of firstName, lastName, email and phone is there, and the server needs one;;;nobody\n";
    let expected = format!("error;First Name;email;address1\n{lines}");
    for arguments in [&[&reported[..], &["--dry-run"]].concat(), &reported[..]] {
        let (code, out, err) = run_with(with(&file, &server, arguments)).await;
        assert_eq!((code, read(&report)), (Some(1), expected.clone()), "{out}{err}");
        let words = format!(
            "4 lines are in {0}, each with the reason: mend them there, and import that file\n\
             1 are not in {0}, since a quote is not closed: mend them where they are\n",
            report.display()
        );
        assert!(out.ends_with(&words), "{out}");
    }
    assert_eq!(server.contacts().len(), 1);

    let again = folder.path().join("again.csv");
    let (code, out, err) = run_with(with(&report, &server, &["--report", again.to_str().unwrap()])).await;
    let passed_over = "the column \"error\" is passed over: it says why a line was refused before";
    assert_eq!(out.matches(passed_over).count(), 1, "{out}");
    assert_eq!((code, err.lines().count()), (Some(1), 4), "{err}");
    // The reasons, but that there is a column more.
    let reasons = expected.replace("2 cells, and line 1 has 3", "3 cells, and line 1 has 4");
    assert_eq!(read(&again), reasons.replace("4 cells, and line 1 has 3", "5 cells, and line 1 has 4"));
    assert_eq!(server.contacts().len(), 1);

    // It is mended, and imported.
    let mended = read(&again)
        .replace(";rubika;", ";rubika@deos.com;")
        .replace(";too;few", ";too;few;")
        .replace(";many;cells", ";many");
    fs::write(&again, mended.replace("nobody", "somebody").replace(";;;somebody", ";Some;;body")).unwrap();
    let (code, out, err) = run_with(import(&again, Some(&server))).await;
    assert!(code == Some(1) && out.contains("3 created, 0 there already, 0 failed, 0 unknown"), "{out}{err}");
    assert!(err.starts_with(&format!("{}: line 4: email is not", again.display())), "{err}");
    assert!(
        server
            .contacts()
            .iter()
            .any(|contact| contact["address1"] == "a; \"b\"\r\nc" && contact["firstName"] == "R\u{fc}bi")
    );
}

/// Only what was not created is in it: what may have been would be there twice.
#[tokio::test]
async fn lines_that_the_server_refuses() {
    let server = Server::builder().allow_duplicates(true).start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let (file, report) = (folder.path().join("contacts.csv"), folder.path().join("refused.csv"));
    fs::write(&file, "firstName,email\nRosan,rosan@deos.com\n").unwrap();
    let reported = ["--report", report.to_str().unwrap()];
    // Of one line, so that each gets the answer that is meant for it.
    for (way, reply, lines) in [
        ("--upsert", Reply::new(StatusCode::FOUND).carried_out_after(Duration::ZERO), ""),
        ("--wait=0", Reply::new(StatusCode::UNAUTHORIZED), ""),
        (
            "--wait=0",
            Reply::new(StatusCode::BAD_REQUEST),
            "the server refused the request: 400 Bad Request,Rosan,rosan@deos.com\n",
        ),
    ] {
        let journal = TempDir::new().unwrap();
        let journal = journal.path().join("journal");
        server.reply(reply);
        let arguments = [&reported[..], &[way, "--journal", journal.to_str().unwrap()]].concat();
        let (code, out, err) = run_with(with(&file, &server, &arguments)).await;
        assert_eq!((code, read(&report)), (Some(1), format!("error,firstName,email\n{lines}")), "{out}{err}");
        assert_eq!(out.contains("1 line is in"), !lines.is_empty(), "{out}");
    }
    assert_eq!(server.contacts().len(), 1);

    // One that was begun before, and is refused now, may have been created then.
    let refusal = || Reply::new(StatusCode::BAD_REQUEST);
    server.reply(Reply::new(StatusCode::FOUND));
    run_with(with(&file, &server, &["--upsert"])).await;
    server.reply(refusal());
    let (_, out, _) = run_with(with(&file, &server, &[&reported[..], &["--upsert"]].concat())).await;
    assert!(out.contains("0 failed, 1 unknown"), "{out}");
    assert_eq!(read(&report), "error,firstName,email\n");
    // One that is sent for the first time was not; and none without a key is upserted.
    fs::write(&file, "firstName,email\nAnna,anna@deos.com\nBert,\n").unwrap();
    server.reply(refusal());
    let (_, out, _) = run_with(with(&file, &server, &[&reported[..], &["--upsert"]].concat())).await;
    assert!(out.contains("1 failed, 0 unknown") && out.contains("2 lines are in"), "{out}");
    let reasons: Vec<_> =
        read(&report).lines().skip(1).map(|line| line.rsplitn(3, ',').last().unwrap().to_owned()).collect();
    assert_eq!(
        reasons,
        [
            "\"it has neither email nor phone, and would be there twice if it were sent twice: import such lines by themselves, without --upsert\"",
            "the server refused the request: 400 Bad Request",
        ]
    );
}

/// No file of somebody else's is changed, and a report that may have been mended is kept.
#[test]
fn what_is_no_report_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let other = folder.path().join("other.csv");
    let reported = ["--dry-run", "--report", other.to_str().unwrap()];
    for text in ["email\n", "errors,email\n", "remember the milk"] {
        fs::write(&other, text).unwrap();
        let (code, out, err) = run("email\nrubika\n", &reported);
        let words = "other.csv is no report of an import: name another file with --report\n";
        assert!(code == Some(1) && out.is_empty() && err.ends_with(words), "{out}{err}");
        assert_eq!(fs::read_to_string(&other).unwrap(), text);
    }
    for text in ["", "error\n", "error,email\nany,mended@deos.com\n"] {
        fs::write(&other, text).unwrap();
        let (code, _, err) = run("email\nrubika\n", &reported);
        assert_eq!((code, read(&other).lines().count()), (Some(1), 2), "{err}");
        assert_eq!(fs::read_to_string(folder.path().join("other.csv.before")).unwrap(), text);
    }
    let output = import(&other, None).args(reported).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.ends_with("other.csv is what is imported: name another file with --report\n"), "{err}");
    assert_eq!(read(&other).lines().count(), 2);
    // What could not be read is not taken for what was meant.
    fs::write(&other, "error,firstName\nany,M\u{fffd}ller\n").unwrap();
    let output = import(&other, None).arg("--dry-run").output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("line 2: firstName has the sign of a letter that could not be read"), "{err}");
}

/// It can be read after a kill, and none of its lines was created.
#[tokio::test]
async fn a_report_of_an_import_that_is_killed() {
    const LINES: usize = 600;
    let folder = TempDir::new().unwrap();
    let (file, report) = (folder.path().join("contacts.csv"), folder.path().join("refused.csv"));
    let lines: String =
        (0..LINES).map(|number| format!("{number}@example.com,\"several\nlines; {number}\"\n")).collect();
    fs::write(&file, format!("email,address1\n{lines}")).unwrap();
    let server =
        Server::builder().allow_duplicates(true).rate_limit(100, Duration::from_millis(40)).start().await.unwrap();
    let (mut unfinished, mut most) = (0, 0);
    for kill in 0..8_u64 {
        // No more than are sent at once before the server has said how many may be.
        for _ in 0..50 {
            server.reply(Reply::new(StatusCode::BAD_REQUEST));
        }
        let mut command = with(&file, &server, &["--wait", "0", "--report", report.to_str().unwrap()]);
        let mut child =
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        let (before, more) = (server.received(), 20 + RandomState::new().hash_one(kill) % 80);
        while child.try_wait().unwrap().is_none() && server.received() < before + more {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        unfinished += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();

        let text = if report.exists() { read(&report) } else { continue };
        assert!(text.ends_with('\n'), "{text}");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let refused: BTreeSet<_> = reader.records().map(|record| record.unwrap().get(1).unwrap().to_owned()).collect();
        let created: BTreeSet<_> =
            server.contacts().iter().map(|contact| contact["email"].as_str().unwrap().to_owned()).collect();
        assert!(refused.is_disjoint(&created), "{refused:?}");
        most = most.max(refused.len());
    }
    assert!(most > 0, "nothing was refused");
    assert!(unfinished >= 4, "only {unfinished} of 8 kills came before the end: the file is too short");
}

/// Where there is no room for the report, nothing is sent if that is known before; and otherwise the import goes on, and says so.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_report_on_a_disk_that_is_full() {
    let server = Server::start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let (file, report) = (folder.path().join("contacts.csv"), folder.path().join("refused.csv"));
    fs::write(&file, format!("email,address1\na@deos.com,\nb@deos.com,{}\nc@deos.com,\n", "b".repeat(5_000))).unwrap();
    let (code, _, err) = run_with(with(&file, &server, &["--report", "/dev/full"])).await;
    assert!(code == Some(1) && err.contains("error: cannot write the report /dev/full: No space left"), "{err}");
    assert!(server.requests().is_empty());

    // Files may have 2,048 or 4,096 bytes: enough for the journal.
    let refusal = json!({"statusCode": 400, "message": "no"});
    for _ in 0..3 {
        server.reply(Reply::json(StatusCode::BAD_REQUEST, &refusal));
    }
    let mut command = Command::new("sh");
    command.arg("-c").arg("trap '' XFSZ; ulimit -f 4; exec \"$0\" \"$@\"").arg(program());
    command.arg(&file).arg("--report").arg(&report);
    let (code, out, err) = run_with(to(command, &server)).await;
    let words = format!("cannot write the report {}: ", report.display());
    assert!(
        code == Some(1) && err.contains(&words) && err.contains("; what is refused from here on is not in it\n"),
        "{err}"
    );
    assert!(out.contains("0 created, 0 there already, 3 failed, 0 unknown\n"), "{out}");
    let text = read(&report);
    assert!(text.starts_with("error,email,address1\n") && text.ends_with('\n') && !text.contains("bb"), "{text}");

    // Started again, it is whole: nothing of it was lost.
    server.reply(Reply::json(StatusCode::BAD_REQUEST, &refusal));
    let (code, out, _) = run_with(with(&file, &server, &["--report", report.to_str().unwrap()])).await;
    assert!(code == Some(1) && out.contains("2 created, 0 there already, 1 failed"), "{out}");
    assert_eq!(read(&report).lines().count(), 2);
}
