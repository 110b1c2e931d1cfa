//! The story of a contact, told by the vendor's own client for Node to the mock server: a client that shares nothing with ours
//! gets along with the mock, so that the mock is no mirror of our own mistakes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use cargo_metadata::Message;

use super::End;
use crate::tools::Tool;
use crate::{process, workspace};

/// Seen from the root of the workspace.
const STORY: &str = "tests/node/story_of_a_contact.mjs";
/// How long the story takes at the most; it takes a second.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn run(root: &Path) -> anyhow::Result<End> {
    if !cfg!(unix) {
        return Ok(End::LeftOut("only on Unix can the mock be asked how many requests it received".into()));
    }
    let client = Tool::HighlevelClient.find(root).context("the vendor's client is no longer there")?;
    let mut mock = Program::start(Command::new(mock(root)?).args(["--port", "0"]))?;
    let listening = mock.line()?.context("the mock ended at once: what it said stands above")?;
    let address = address(&listening).with_context(|| format!("the mock does not say its address: {listening}"))?;

    // A module is looked for beside the file that imports it, and the client is not installed beside the story.
    let story = client.join("story_of_a_contact.mjs");
    fs::copy(root.join(STORY), &story).with_context(|| format!("cannot copy {STORY}"))?;
    let mut node = Command::new("node");
    // A proxy is for what is not on this machine.
    node.arg(story).arg(address).env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    let told = tell(&mut node);
    let heard = mock.stop();
    if let (Err(_), Ok(heard)) = (&told, &heard) {
        eprintln!("what the mock was asked, and what it answered:");
        heard.iter().for_each(|line| eprintln!("  {line}"));
    }
    let sent = told?;
    let received = heard?.last().and_then(|line| number(line)).context("the mock does not say what it received")?;
    ensure!(sent == received, "the client sent {sent} requests, and the mock received {received}");
    Ok(End::Passed)
}

/// Builds the mock, and gives where its program is.
fn mock(root: &Path) -> anyhow::Result<PathBuf> {
    let build = || {
        let mut build = workspace::cargo(root);
        build.args(["build", "--quiet", "--package", "leadconnector-mock", "--bin", "leadconnector-mock", "--locked"]);
        build
    };
    process::run(&mut build())?;
    // Once more, for what cargo says to programs: there is nothing left to be built.
    let said = process::capture(build().args(["--message-format", "json"]))?;
    for message in Message::parse_stream(said.as_bytes()) {
        if let Message::CompilerArtifact(artifact) = message.context("cannot read what cargo says")?
            && let Some(program) = artifact.executable
        {
            return Ok(program.into());
        }
    }
    bail!("cargo does not say where the program of the mock is")
}

/// Has the story told, and gives how many requests it took.
fn tell(node: &mut Command) -> anyhow::Result<u64> {
    let mut node = Program::start(node)?;
    let mut last = String::from("its beginning");
    while let Some(line) = node.line().with_context(|| format!("the story hangs at {last:?}"))? {
        println!("  {line}");
        last = line;
    }
    ensure!(node.ended()?.success(), "the story broke off at {last:?}, for the reason that stands above");
    number(&last).context("the story does not say how many requests it took")
}

/// The address in the line with which the mock begins.
fn address(listening: &str) -> Option<&str> {
    listening.split([' ', ',']).find(|word| word.starts_with("http://"))
}

/// The first number in a line.
fn number(line: &str) -> Option<u64> {
    line.split(' ').find_map(|word| word.parse().ok())
}

/// A program whose lines are read, until its time is over. It is killed when it is dropped.
struct Program {
    name: String,
    child: Child,
    said: Receiver<String>,
    until: Instant,
}

impl Program {
    fn start(command: &mut Command) -> anyhow::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = child.with_context(|| format!("cannot start {name}"))?;
        let (sender, said) = channel();
        if let Some(stdout) = child.stdout.take() {
            // By a thread, since a pipe cannot be read with a deadline. The thread ends with the program.
            std::thread::spawn(move || {
                BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
            });
        }
        Ok(Self { name, child, said, until: Instant::now() + PATIENCE })
    }

    /// The next line; none if there will be no more.
    fn line(&mut self) -> anyhow::Result<Option<String>> {
        match self.said.recv_timeout(self.until.saturating_duration_since(Instant::now())) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => bail!(self.too_late()),
        }
    }

    fn ended(&mut self) -> anyhow::Result<ExitStatus> {
        loop {
            if let Some(status) = self.child.try_wait().context("cannot look after a program")? {
                return Ok(status);
            }
            ensure!(Instant::now() < self.until, self.too_late());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn too_late(&self) -> String {
        format!("{} did not end within {} seconds", self.name, PATIENCE.as_secs())
    }

    /// Asks the program to end, as Ctrl-C does, and gives what else it says.
    fn stop(&mut self) -> anyhow::Result<Vec<String>> {
        process::run(Command::new("kill").args(["-INT", &self.child.id().to_string()]))?;
        // A story that took all of its time must not take the mock's, too.
        self.until = Instant::now() + PATIENCE;
        let mut said = Vec::new();
        while let Some(line) = self.line()? {
            said.push(line);
        }
        ensure!(self.ended()?.success(), "the mock ended with an error");
        Ok(said)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_of_a_line() {
        assert_eq!(address("listening on http://127.0.0.1:40169, until Ctrl-C"), Some("http://127.0.0.1:40169"));
        assert_eq!(address("cannot listen"), None);
        assert_eq!(number("stopped after 21 requests, 0 of them refused for the rate limit"), Some(21));
        assert_eq!(number("told, in 21 requests"), Some(21));
        assert_eq!(number("told"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_story_that_breaks_off() {
        let error = |script: &str| tell(Command::new("sh").args(["-c", script])).unwrap_err().to_string();
        assert_eq!(
            error("echo create; echo delete; exit 1"),
            "the story broke off at \"delete\", for the reason that stands above"
        );
        assert_eq!(error("echo delete"), "the story does not say how many requests it took");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_does_not_end() {
        let mut hanging = Program::start(Command::new("sh").args(["-c", "echo here; exec sleep 1000"])).unwrap();
        assert_eq!(hanging.line().unwrap().as_deref(), Some("here"));
        hanging.until = Instant::now();
        assert_eq!(hanging.line().unwrap_err().to_string(), "sh did not end within 60 seconds");
        assert_eq!(hanging.ended().unwrap_err().to_string(), "sh did not end within 60 seconds");

        // Nothing of it is left.
        let id = hanging.child.id().to_string();
        drop(hanging);
        assert!(!Command::new("kill").args(["-0", &id]).stderr(Stdio::null()).status().unwrap().success());
    }
}
