//! The example that calls an endpoint of which this crate knows nothing, run as a program of its own.

use std::process::Command;

use http::StatusCode;
use leadconnector_mock::{Reply, Server};
use serde_json::json;

#[path = "../crates/leadconnector/examples/any_endpoint.rs"]
mod example;

/// What the program prints, with these variables in its environment; and whether it succeeds.
fn run(variables: &[(&str, &str)]) -> (String, bool) {
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.args(["any_endpoint::the_program", "--exact", "--ignored", "--nocapture", "--quiet"]);
    for name in ["LEADCONNECTOR_TOKEN", "LEADCONNECTOR_LOCATION_ID", "LEADCONNECTOR_BASE_URL"] {
        program.env_remove(name);
    }
    let output = program.envs(variables.iter().copied()).output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (said, output.status.success())
}

#[test]
#[ignore = "a program that the other tests run"]
fn the_program() {
    if let Err(error) = example::main() {
        panic!("{error}");
    }
}

#[tokio::test]
async fn lists_what_the_server_has() {
    let server = Server::start().await.unwrap();
    let pipelines = [json!({"id": "p1", "name": "Sales", "stages": []}), json!({"id": "p2", "name": "Support"})];
    server.reply(Reply::new(StatusCode::SERVICE_UNAVAILABLE));
    server.reply(Reply::json(StatusCode::OK, &json!({"pipelines": pipelines, "traceId": "5"})));
    let url = server.url().to_owned();
    let program = tokio::task::spawn_blocking(move || {
        run(&[
            ("LEADCONNECTOR_TOKEN", "a-token"),
            ("LEADCONNECTOR_LOCATION_ID", "ve9EPM428h8vShlRW1KT"),
            ("LEADCONNECTOR_BASE_URL", &url),
        ])
    });
    let (said, succeeded) = program.await.unwrap();
    assert!(succeeded && said.contains("p1  Sales\np2  Support\n"), "{said}");
    let requests = server.requests();
    assert_eq!(requests.len(), 2, "it reads, so it is sent again");
    for request in requests {
        assert_eq!(request.path, "/opportunities/pipelines?locationId=ve9EPM428h8vShlRW1KT");
        assert_eq!(request.headers["authorization"], "Bearer a-token");
    }
}

#[test]
fn says_which_variable_is_wrong() {
    for (variables, error) in [
        (&[][..], "LEADCONNECTOR_TOKEN is not set: set it to the token of a sub-account"),
        (&[("LEADCONNECTOR_TOKEN", "a b")], "LEADCONNECTOR_TOKEN has a space"),
        (&[("LEADCONNECTOR_TOKEN", "a")], "LEADCONNECTOR_LOCATION_ID is not set: set it to the id of a location"),
    ] {
        let (said, succeeded) = run(variables);
        assert!(!succeeded && said.contains(error), "{said}");
    }
}
