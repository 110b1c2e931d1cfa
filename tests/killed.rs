//! A process that is killed while it renews a token: started again, it needs no new consent.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use leadconnector::oauth::{App, Code, FileStore};
use leadconnector::{ContactId, LocationId};
use leadconnector_mock::{MarketplaceApp, Reply, Server};
use serde_json::json;
use tempfile::TempDir;

const CLIENT_ID: &str = "66a1d0c4f2b3a49e1c7d5e8f-m3kz9x1q";
const LOCATION: &str = "ve9EPM428h8vShlRW1KT";

const ROUNDS: u64 = 20;
/// How long the server takes for a token.
const ANSWER: Duration = Duration::from_millis(20);
/// A refresh takes about as long: the answer, and two files that are written to the disk.
const REFRESH: Duration = Duration::from_millis(40);
/// How long a process leaves a refresh to one that may be dead.
const LEFT_TO_OTHERS: Duration = Duration::from_millis(100);

fn app(url: &str, tokens: &Path) -> App {
    App::builder(CLIENT_ID, "secret", FileStore::new(tokens))
        .base_url(url)
        .consent_page(format!("{url}/oauth/chooselocation"))
        .redirect_uri("https://example.com/callback")
        .timeout(LEFT_TO_OTHERS)
        .build()
        .unwrap()
}

/// Gets a contact, which takes a token that lasts.
#[tokio::test]
#[ignore = "a program that the test below starts and kills"]
async fn the_program() {
    let variable = |name| std::env::var(name).unwrap();
    let app = app(&variable("BASE_URL"), Path::new(&variable("TOKENS")));
    let contacts = app.client().build().unwrap().contacts(LocationId::new(LOCATION).unwrap());
    contacts.get(&ContactId::new(variable("CONTACT")).unwrap()).await.unwrap();
}

/// The program, the server that it calls, and the file with the tokens to which a user has consented.
struct Program {
    server: Server,
    tokens: TempDir,
    contact: String,
}

impl Program {
    async fn consented() -> Self {
        let server = Server::builder().oauth(MarketplaceApp::new(CLIENT_ID, "secret")).start().await.unwrap();
        let contact = server.insert(&json!({"locationId": LOCATION, "firstName": "Rosan"})).unwrap();
        let contact = contact["id"].as_str().unwrap().to_owned();
        let program = Self { server, tokens: tempfile::tempdir().unwrap(), contact };
        consent(&app(program.server.url(), &program.file())).await;
        program
    }

    fn file(&self) -> PathBuf {
        self.tokens.path().join("tokens.json")
    }

    fn start(&self) -> Child {
        let mut program = Command::new(std::env::current_exe().unwrap());
        program.args(["killed::the_program", "--exact", "--ignored", "--nocapture", "--quiet"]);
        program.env("BASE_URL", self.server.url()).env("TOKENS", self.file()).env("CONTACT", &self.contact);
        program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    async fn run(&self) -> Result<(), String> {
        let program = self.start();
        let output = tokio::task::spawn_blocking(|| program.wait_with_output()).await.unwrap().unwrap();
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        if output.status.success() { Ok(()) } else { Err(said) }
    }

    /// Starts it with a token that has ended, and kills it once `is_time` has come, or lets it end before.
    async fn kill(&self, is_time: impl Future<Output = ()>) -> io::Result<()> {
        self.server.advance(Duration::from_secs(24 * 60 * 60));
        // To the 401, and to the refresh.
        self.server.reply(Reply::ordinary());
        self.server.reply(Reply::ordinary().delay(ANSWER));
        let before = self.server.received();
        let mut program = self.start();
        while self.server.received() == before && program.try_wait()?.is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        is_time.await;
        program.kill()?;
        program.wait().map(drop)
    }
}

/// A part of a time, by the randomness of the standard library's hash maps.
fn a_part_of(time: Duration) -> Duration {
    use std::hash::{BuildHasher, RandomState};

    let random = RandomState::new().hash_one(time);
    time.mul_f64((random >> 11) as f64 / (1_u64 << 53) as f64)
}

#[tokio::test]
async fn a_process_that_is_killed_while_it_renews_a_token_needs_no_consent() {
    let program = Program::consented().await;
    let server = &program.server;
    program.run().await.unwrap();

    for round in 1..=ROUNDS {
        let moment = a_part_of(REFRESH);
        program.kill(tokio::time::sleep(moment)).await.unwrap();
        let rotated = server.refreshes();
        assert!((round - 1..=round).contains(&rotated), "killed after {moment:?}: {rotated} refreshes");
        program.run().await.unwrap_or_else(|said| panic!("killed after {moment:?}:\n{said}"));
        assert_eq!(server.refreshes(), round, "killed after {moment:?}");
    }

    // The worst moment: the old refresh token is used up, and nobody has the new one.
    program
        .kill(async {
            let rotated = async {
                while server.refreshes() == ROUNDS {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(Duration::from_secs(60), rotated).await.unwrap();
        })
        .await
        .unwrap();
    program.run().await.unwrap();
    assert_eq!(server.refreshes(), ROUNDS + 1);
}

#[tokio::test]
async fn two_processes_that_share_a_file_make_one_refresh() {
    let program = Program::consented().await;
    let server = &program.server;
    for day in 1..=3 {
        server.advance(Duration::from_secs(24 * 60 * 60));
        let (one, other) = tokio::join!(program.run(), program.run());
        one.unwrap();
        other.unwrap();
        assert_eq!(server.refreshes(), day);
    }
}

async fn consent(app: &App) {
    let consent = app.consent(["contacts.readonly"]).unwrap();
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let answer = browser.get(&consent.url).send().await.unwrap();
    let back = answer.headers()["location"].to_str().unwrap();
    let (_, query) = back.split_once('?').unwrap();
    app.exchange(Code::from_callback(query, &consent.state).unwrap()).await.unwrap();
}
