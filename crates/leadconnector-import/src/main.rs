//! Creates or upserts the contacts of a CSV file: at the full allowance, and going on where it was stopped. See `--help`.

mod arguments;
mod begun;
mod columns;
mod destination;
mod import;
mod journal;
mod lock;
mod outcomes;
mod plan;
mod refused;
mod report;
mod same_contact;
mod table;
mod upserts;
mod way;

use std::error::Error as StdError;
use std::process::ExitCode;

use arguments::{Arguments, Command};
use destination::Destination;
use journal::{Journal, State};
use plan::Plan;
use refused::Refused;
use report::{complain, say};
use table::{Problem, Table};

type AnyError = Box<dyn StdError + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let result = match arguments::parse() {
        Ok(Command::Import(arguments)) => run(arguments).await,
        Ok(Command::Help) => {
            say(arguments::HELP.trim_end());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            complain(&format!("error: {error}\n  see --help"));
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Imports the file; false if not every line ended well.
async fn run(arguments: Arguments) -> Result<bool, AnyError> {
    let Arguments { file, reading, journal, report, way, tags, dry_run, send_again, wait } = arguments;
    let tagged = (!tags.is_empty()).then(|| format!("each of them would be tagged: {}", tags.join(", ")));
    let mut table = Table::open(&file, &reading, tags)?;
    let shown = file.display().to_string();
    if let Some(words) = table.reading_words() {
        say(&format!("{shown}: {words}"));
    }
    if table.reason().is_some() {
        say(&format!(
            "{shown}: the column {:?} is passed over: it says why a line was refused before",
            columns::REASON
        ));
    }
    let tell = |refused: &mut Option<Refused>, problem: &Problem| {
        complain(&format!("{shown}: {problem}"));
        refused.as_mut().map_or(Ok(()), |refused| refused.add(problem.cells.as_ref(), &problem.what))
    };
    // A dry run needs no location otherwise.
    let asks = table.calls_fields();
    let destination = if dry_run && !asks { None } else { Some(Destination::of_environment().await?) };
    if asks && let Some(destination) = &destination {
        let fields = destination.contacts.custom_fields().await;
        let fields = fields.map_err(|error| format!("cannot get the custom fields of the location: {error}"))?;
        table.find_fields(&fields)?;
    }
    let Some(destination) = destination.filter(|_| !dry_run) else {
        let mut refused = report.map(|report| Refused::begin(report, &table)).transpose()?;
        let problem = |problem: &Problem| tell(&mut refused, problem);
        let checked = table.check(|row| Ok(way.refusal(&row.contact, State::New)), problem)?;
        let blank = checked.blank_words();
        let sent =
            if asks { "the custom fields were asked for, and nothing else was sent" } else { "nothing was sent" };
        say(&format!(
            "{} lines are good and would be {}, {} are not{blank}; {sent}",
            checked.good,
            way.past(),
            checked.bad
        ));
        if let Some(tagged) = tagged {
            say(&tagged);
        }
        refused.inspect(Refused::say);
        return Ok(checked.bad == 0);
    };
    // What was done at a mock server is forgotten with it.
    let forgotten = destination.mock.as_ref().map(|_| tempfile::tempdir()).transpose()?;
    let path = match (journal, &forgotten) {
        (Some(journal), _) => journal,
        (None, Some(folder)) => folder.path().join("journal"),
        (None, None) => {
            let mut name = file.into_os_string();
            name.push(".journal");
            name.into()
        }
    };
    let journal = Journal::open(&path, &destination.words, way)?;
    let mut refused = report.map(|report| Refused::begin(report, &table)).transpose()?;
    let mut plan = Plan::new(&journal);
    let checked = table.check(|row| plan.add(row), |problem| tell(&mut refused, problem))?;
    if !checked.blank_words().is_empty() {
        say(&format!("{} lines are good{}", checked.good, checked.blank_words()));
    }
    let finished = import::run(&destination.contacts, &table, plan, refused, send_again, wait).await?;
    if destination.mock.is_some() {
        say("the mock server is gone now, and the contacts with it");
    }
    Ok(finished && checked.bad == 0)
}
