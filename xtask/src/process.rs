//! Other programs: started, listened to, and quoted in one line when they fail.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, anyhow, bail};

/// What git tells the programs that it starts, such as hooks, and what makes a git that they start in another folder work on
/// the repository that started them.
const OF_ANOTHER_REPOSITORY: [&str; 6] =
    ["GIT_COMMON_DIR", "GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_WORK_TREE"];

/// git, in a folder.
pub(crate) fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    // What it says is read, so it has to be English.
    command.arg("-C").arg(folder).env("LC_ALL", "C");
    for variable in OF_ANOTHER_REPOSITORY {
        command.env_remove(variable);
    }
    command
}

/// Runs a program whose output is for the person at the terminal.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if !status.success() {
        bail!("`{}` failed", line(command));
    }
    Ok(())
}

/// Runs a program, and gives what it printed; if it fails, the error says in one line why.
pub(crate) fn capture(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().map_err(|error| cannot_start(command, &error))?;
    if !output.status.success() {
        bail!("`{}` failed: {}", line(command), reason(&String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` printed something that is not UTF-8", line(command)))
}

/// Runs a program that takes a while, shows what it says, and if it fails says in one line why.
pub(crate) fn watch(command: &mut Command) -> anyhow::Result<()> {
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(|error| cannot_start(command, &error))?;
    let mut said = String::new();
    if let Some(stderr) = child.stderr.take() {
        for said_now in BufReader::new(stderr).lines() {
            let said_now = said_now.context("cannot read what a program says")?;
            eprintln!("{said_now}");
            said.push_str(&said_now);
            said.push('\n');
        }
    }
    if !child.wait().with_context(|| format!("cannot wait for `{}`", line(command)))?.success() {
        bail!("{}", reason(&said));
    }
    Ok(())
}

fn cannot_start(command: &Command, error: &std::io::Error) -> anyhow::Error {
    let program = command.get_program().to_string_lossy();
    match error.kind() {
        ErrorKind::NotFound => anyhow!("{program} is not installed, or not on the PATH: install it, and start again"),
        _ => anyhow!("cannot start {program}: {error}"),
    }
}

/// The command as somebody would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args()).map(OsStr::to_string_lossy);
    words.collect::<Vec<_>>().join(" ")
}

/// What a program said last about its failure: the line with "error", and the last cause below it.
fn reason(said: &str) -> String {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines().find(|line| line.starts_with("error") || line.starts_with("fatal"));
    let Some(error) = error.or_else(|| lines().next_back()) else { return "it does not say why".into() };
    let (_, error) = error.split_once(": ").unwrap_or(("", error));
    let causes = lines().skip_while(|line| *line != "Caused by:");
    match causes.filter(|line| *line != "Caused by:").last() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn a_reason_is_one_line() {
        let said = "   Uploading a v0.1.0\nerror: failed to publish a\n\nCaused by:\n  the registry said\n\nCaused by:\n  no\n";
        assert_eq!(reason(said), "failed to publish a: no");
        assert_eq!(reason("fatal: not a git repository\n"), "not a git repository");
        assert_eq!(reason("no such thing\n"), "no such thing");
        assert_eq!(reason(""), "it does not say why");
    }
}
