//! The mock server as a program.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadconnector-mock"));
    command.args(arguments);
    command
}

fn finished(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// A program that serves; it is killed when a test fails.
struct Serving {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
    address: String,
}

impl Serving {
    fn start(arguments: &[&str]) -> Self {
        let mut child = program(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = said.next().unwrap().unwrap();
        let address = first.split("http://").nth(1).unwrap().split(',').next().unwrap().to_owned();
        Self { child, said, address }
    }

    /// Sends a request with the page's headers, and gives the answer.
    fn post(&self, body: &str) -> String {
        self.send("POST", "/contacts/", body)
    }

    fn send(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path}?secret=1 HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer secret\r\nVersion: 2021-04-15\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn line(&mut self) -> String {
        self.said.next().unwrap().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A line of the log without the time that the answer took.
fn without_time(line: &str) -> String {
    let mut words: Vec<_> = line.split(' ').collect();
    words.drain(3..5);
    words.join(" ")
}

/// A program that starts the server, and does not read what it prints.
#[test]
fn nobody_reads() {
    let mut serving = Serving::start(&[]);
    // A pipe holds about a thousand lines, and as many as the server keeps wait behind it.
    for _ in 0..2_500 {
        assert!(serving.send("GET", "/", "").starts_with("HTTP/1.1 404"));
    }
    let interrupted = Command::new("kill").args(["-INT", &serving.child.id().to_string()]).status().unwrap();
    assert!(interrupted.success() && serving.child.wait().unwrap().success());
    let said: Vec<_> = serving.said.by_ref().map(Result::unwrap).collect();
    assert!(said.len() < 2_500, "{} lines", said.len());
}

#[test]
fn serves_and_logs_until_ctrl_c() {
    let mut serving = Serving::start(&["--accept", "dateOfBirth"]);
    let body = r#"{"locationId": "ve9EPM428h8vShlRW1KT", "email": "rosan@deos.com", "dateOfBirth": "1990-09-25"}"#;
    assert!(serving.post(body).starts_with("HTTP/1.1 201"));
    assert!(serving.post(body).starts_with("HTTP/1.1 400"));
    assert!(serving.post("{}").starts_with("HTTP/1.1 422"));

    let lines = [(); 3].map(|()| without_time(&serving.line()));
    assert_eq!(
        lines,
        [
            "POST /contacts/ 201 contact v6xaqpIopZ4cds2MMMCe",
            "POST /contacts/ 400 \"This location does not allow duplicated contacts.\" contact v6xaqpIopZ4cds2MMMCe",
            "POST /contacts/ 422 [\"locationId should not be empty\"]",
        ]
    );

    let interrupt = Command::new("kill").args(["-INT", &serving.child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    assert_eq!(serving.line(), "stopped after 3 requests, 0 of them refused for the rate limit");
    assert!(serving.child.wait().unwrap().success());
}

#[test]
fn the_log_has_no_data_of_a_contact() {
    let mut serving = Serving::start(&[]);
    serving.post(r#"{"locationId": "ve9EPM428h8vShlRW1KT", "email": "rosan@deos.com"}"#);
    let contact = "/contacts/v6xaqpIopZ4cds2MMMCe";
    let notes = format!("{contact}/notes");
    for (method, path) in [("GET", contact), ("GET", &notes), ("DELETE", contact), ("GET", contact), ("GET", "/x")] {
        serving.send(method, path, "");
    }
    assert_eq!(
        [(); 6].map(|()| without_time(&serving.line())),
        [
            "POST /contacts/ 201 contact v6xaqpIopZ4cds2MMMCe",
            "GET /contacts/v6xaqpIopZ4cds2MMMCe 200 contact v6xaqpIopZ4cds2MMMCe",
            "GET /contacts/v6xaqpIopZ4cds2MMMCe/notes 200",
            "DELETE /contacts/v6xaqpIopZ4cds2MMMCe 200",
            "GET /contacts/v6xaqpIopZ4cds2MMMCe 400 \"Contact with id v6xaqpIopZ4cds2MMMCe not found\"",
            "GET /x 404 \"Cannot GET /x\"",
        ]
    );
}

#[test]
fn allows_duplicates_on_request() {
    let serving = Serving::start(&["--allow-duplicates"]);
    for _ in 0..2 {
        assert!(serving.post(r#"{"locationId": "a", "email": "rosan@deos.com"}"#).starts_with("HTTP/1.1 201"));
    }
}

#[test]
fn enforces_a_limit_on_request() {
    let serving = Serving::start(&["--enforce", "sliding", "--max", "1", "--interval", "60000"]);
    assert!(serving.post(r#"{"locationId": "a", "firstName": "Rosan"}"#).starts_with("HTTP/1.1 201"));
    assert!(serving.post(r#"{"locationId": "a", "firstName": "Rosan"}"#).starts_with("HTTP/1.1 429"));
    assert!(serving.post(r#"{"locationId": "b", "firstName": "Rosan"}"#).starts_with("HTTP/1.1 201"));
}

/// The values of an answer's headers for what a location is allowed.
fn allowed(answer: &str) -> [&str; 4] {
    ["max", "interval-milliseconds", "limit-daily", "daily-reset"].map(|name| {
        let name = format!("x-ratelimit-{name}: ");
        answer.lines().find_map(|line| line.strip_prefix(&name)).unwrap()
    })
}

#[test]
fn has_the_allowance_of_a_trial_on_request() {
    let body = r#"{"locationId": "a", "firstName": "Rosan"}"#;
    let answer = |arguments: &[&str]| Serving::start(arguments).post(body);
    assert_eq!(allowed(&answer(&[])), ["100", "10000", "200000", "86400000"]);
    assert_eq!(allowed(&answer(&["--trial"])), ["25", "10000", "10000", "86400000"]);
    // Wherever they stand, the other options take the place of a part.
    let parts = ["--max", "1", "--daily", "2", "--interval", "3", "--day", "4", "--trial"];
    assert_eq!(allowed(&answer(&parts)), ["1", "3", "2", "4"]);
}

#[test]
fn finds_a_new_contact_later_on_request() {
    for (lag, found) in [("3600000", false), ("0", true)] {
        let serving = Serving::start(&["--lag", lag]);
        assert!(serving.post(r#"{"locationId": "a", "email": "rosan@deos.com"}"#).starts_with("HTTP/1.1 201"));
        let answer = serving.send("GET", "/contacts/search/duplicate?locationId=a&email=rosan%40deos.com&also=", "");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert_eq!(answer.contains("\"contact\":null"), !found, "{answer}");
    }
}

#[test]
fn a_search_finds_a_new_contact_later_on_request() {
    for (lag, total) in [("3600000", 0), ("0", 1)] {
        let serving = Serving::start(&["--search-lag", lag]);
        assert!(serving.post(r#"{"locationId": "a", "email": "rosan@deos.com"}"#).starts_with("HTTP/1.1 201"));
        let answer = serving.send("POST", "/contacts/search", r#"{"locationId": "a", "pageLimit": 20}"#);
        assert!(answer.contains(&format!("\"total\":{total}")), "{answer}");
    }
}

#[test]
fn custom_fields_come_from_a_file() {
    let file = format!("{}/custom_fields.json", env!("CARGO_TARGET_TMPDIR"));
    let failed = |content: &str| {
        std::fs::write(&file, content).unwrap();
        let output = finished(&["--custom-fields", &file]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(failed("[").starts_with(&format!("error: cannot read custom fields from {file}: EOF")));
    let said = failed(r#"[{"name": "Plan", "dataType": "TEXT"}]"#);
    assert_eq!(
        said,
        "error: no custom field: {\"dataType\":\"TEXT\",\"name\":\"Plan\"}: locationId should not be empty\n"
    );

    std::fs::write(&file, r#"[{"id": "b", "name": "Plan", "dataType": "TEXT", "locationId": "a"}]"#).unwrap();
    let serving = Serving::start(&["--custom-fields", &file]);
    let answer = serving.post(
        r#"{"locationId": "a", "firstName": "Rosan", "customFields": [
            {"id": "b", "field_value": "Basic"}, {"id": "c", "field_value": "dropped"}]}"#,
    );
    assert!(answer.contains(r#""customFields":[{"id":"b","value":"Basic"}]"#), "{answer}");
}

/// What a program without headers of its own, such as a browser, gets of a path.
fn visit(serving: &Serving, path: &str) -> String {
    let mut stream = TcpStream::connect(&serving.address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", serving.address).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn serves_an_app_of_the_marketplace_on_request() {
    let app = ["--client-id", "6866-a", "--client-secret", "b"];
    let others = ["--location", "c", "--location", "d", "--token-lifetime", "60"];
    for (others, location, lifetime) in [(&[][..], "ve9EPM428h8vShlRW1KT", 86_399), (&others, "c", 60)] {
        let serving = Serving::start(&[&app, others].concat());
        let page = "/oauth/chooselocation?response_type=code&client_id=6866-a&redirect_uri=x&scope=contacts.readonly";
        let answer = visit(&serving, page);
        let code = answer.lines().find_map(|line| line.strip_prefix("location: x?code=")).unwrap();
        let body = format!(
            r#"{{"client_id": "6866-a", "client_secret": "b", "grant_type": "authorization_code", "code": "{code}"}}"#
        );
        let answer = serving.send("POST", "/oauth/token", &body);
        assert!(answer.contains(&format!("\"locationId\":\"{location}\"")), "{answer}");
        assert!(answer.contains(&format!("\"expires_in\":{lifetime},")), "{answer}");
        // The token of other tests.
        assert!(serving.post(r#"{"locationId": "c", "firstName": "Rosan"}"#).contains("Invalid JWT"));
        if !others.is_empty() {
            assert!(visit(&serving, &format!("{page}&locationId=d")).starts_with("HTTP/1.1 302"));
        }
    }
}

#[test]
fn an_app_that_is_given_by_halves() {
    for (arguments, expected) in [
        (["--client-id", "a"], "--client-id needs --client-secret"),
        (["--client-secret", "a"], "--client-secret needs --client-id"),
        (["--location", "a"], "--location needs --client-id"),
        (["--token-lifetime", "60"], "--token-lifetime needs --client-id"),
    ] {
        let output = finished(&arguments);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said, format!("error: {expected}\n  see leadconnector-mock --help\n"));
    }
}

#[test]
fn a_port_that_is_taken() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let output = finished(&["--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with(&format!("error: cannot listen on port {port}: ")), "{said}");
}

#[test]
fn help_and_version() {
    let output = finished(&["--help"]);
    assert!(output.status.success());
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap());
    let version = finished(&["--version"]).stdout;
    assert_eq!(String::from_utf8(version).unwrap(), format!("leadconnector-mock {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn arguments_that_it_does_not_have() {
    for arguments in
        [["--port", "many"], ["--port", "70000"], ["--token-lifetime", "-1"], ["--prot", "8080"], ["--enforce", "none"]]
    {
        let output = finished(&arguments);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("error: ") && said.contains("--help"), "{said}");
    }
}
