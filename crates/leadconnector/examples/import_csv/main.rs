//! Creates the contacts of a CSV file: at the full allowance, and going on where it was stopped. See `--help`.

mod arguments;
mod journal;
mod row;

use std::error::Error as StdError;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use leadconnector::{Client, ContactKey, Contacts, Created, Error, LocationId};
use leadconnector_mock::Server;

use arguments::{Arguments, Command};
use journal::{Counts, Journal, Outcome};
use row::{Line, Row};

type AnyError = Box<dyn StdError>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let result = match arguments::parse() {
        Ok(Command::Import(arguments)) => run(arguments).await,
        Ok(Command::Help) => {
            println!("{}", arguments::HELP.trim_end());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("error: {error}\n  see --help");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Imports the file; false if not every line ended well.
async fn run(arguments: Arguments) -> Result<bool, AnyError> {
    let (rows, bad) = row::read(&arguments.file)?;
    for problem in &bad {
        eprintln!("{}: {problem}", arguments.file.display());
    }
    if arguments.dry_run {
        println!("{} lines are good, {} are not; nothing was sent", rows.len(), bad.len());
        return Ok(bad.is_empty());
    }
    // The mock server runs as long as this binding lives.
    let mut mock = None;
    let (contacts, destination) = contacts(&mut mock).await?;
    let forgotten = tempfile::tempdir()?;
    let journal = match arguments.journal {
        Some(journal) => journal,
        None if mock.is_some() => forgotten.path().join("journal"),
        None => {
            let mut name = arguments.file.into_os_string();
            name.push(".journal");
            name.into()
        }
    };
    let journal = Journal::open(&journal, &destination)?;
    let finished = import(&contacts, rows, &journal, mock.is_some()).await?;
    Ok(finished && bad.is_empty())
}

/// The contacts of the environment's location, or of a mock server; and where they go, in words.
async fn contacts(mock: &mut Option<Server>) -> Result<(Contacts, String), AnyError> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let location = variable("LEADCONNECTOR_LOCATION_ID");
    let (client, location) = match (variable("LEADCONNECTOR_TOKEN"), location) {
        (Some(token), Some(location)) => (Client::builder(token), location),
        (None, None) => {
            println!("LEADCONNECTOR_TOKEN and LEADCONNECTOR_LOCATION_ID are not set: using a mock server");
            let server = mock.insert(Server::start().await?);
            (Client::builder("a-token-for-the-mock").base_url(server.url()), "ve9EPM428h8vShlRW1KT".to_owned())
        }
        _ => return Err("set both LEADCONNECTOR_TOKEN and LEADCONNECTOR_LOCATION_ID, or neither".into()),
    };
    let url = variable("LEADCONNECTOR_BASE_URL");
    let of_server = url.as_ref().map(|url| format!(" at {url}")).unwrap_or_default();
    let destination = match mock {
        Some(_) => "a mock server".to_owned(),
        None => format!("the location {location}{of_server}"),
    };
    let client = match url {
        Some(url) => client.base_url(url),
        None => client,
    };
    // What a lost answer leaves unknown is looked up.
    Ok((client.reconcile(true).build()?.contacts(LocationId::new(location)?), destination))
}

async fn import(contacts: &Contacts, rows: Vec<Row>, journal: &Journal, mock: bool) -> Result<bool, AnyError> {
    let total = rows.len();
    let all: Vec<Line> = rows.iter().map(|row| row.line.clone()).collect();
    let (mut left, mut begun) = (Vec::new(), Vec::new());
    for row in rows {
        match journal.state(&row) {
            journal::State::New => left.push(row),
            journal::State::Begun => begun.push((row, true)),
            // A look-up that finds nothing may come too early for what the server has said that it created.
            journal::State::Unknown => begun.push((row, false)),
            journal::State::Done => {}
        }
    }
    let done = total - left.len() - begun.len();
    if done + begun.len() > 0 {
        println!("going on: {done} of {total} lines are done, {} were begun", begun.len());
    }
    let progress = Progress::new(total as u64, done as u64);

    // Lines whose request may have been sent before this program was stopped: looked up, not sent again.
    for (row, again) in begun {
        match look_up(contacts, &row, journal).await? {
            Some(outcome) => journal.outcome(&row.line, &outcome)?,
            None if again => {
                left.push(row);
                continue;
            }
            None => {}
        }
        progress.one_more();
    }

    // The intent of a line is written when its contact is taken from the list, just before it is sent.
    let lines: Vec<Line> = left.iter().map(|row| row.line.clone()).collect();
    let intents = journal.clone();
    let unwritable = Arc::new(Mutex::new(None));
    let problem = Arc::clone(&unwritable);
    let list = left.into_iter().map_while(move |row| match intents.intent(&row.line) {
        Ok(()) => Some(row.contact),
        Err(error) => {
            *problem.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            None
        }
    });
    let mut results = contacts.create_all(stream::iter(list));
    while let Some((place, result)) = results.next().await {
        let Some(line) = lines.get(place) else { continue };
        journal.outcome(line, &outcome(result))?;
        progress.one_more();
    }
    if let Some(error) = unwritable.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(format!("the journal cannot be written: {error}").into());
    }
    progress.finish();
    Ok(summarize(&journal.counts(&all), mock))
}

/// What became of a line that was begun; none if the location does not have it.
async fn look_up(contacts: &Contacts, row: &Row, journal: &Journal) -> Result<Option<Outcome>, AnyError> {
    let keys = row.contact.keys();
    if keys.is_empty() {
        return Ok(Some(Outcome::unknown("it has neither email nor phone to be looked up by")));
    }
    let email = keys.iter().find_map(|key| match key {
        ContactKey::Email(email) => Some(email.as_str().to_lowercase()),
        _ => None,
    });
    for key in keys {
        let by_phone = matches!(key, ContactKey::Phone(_));
        if let Some(contact) = contacts.find_duplicate(key).await? {
            let id = contact.id.as_str();
            // Two people may share a phone.
            if by_phone && email.is_some() && email != contact.email.map(|email| email.to_lowercase()) {
                continue;
            }
            return Ok(Some(match journal.other_line_of(id, row) {
                None => Outcome::created(id),
                Some(other) => Outcome::unknown(&format!("its email or phone finds the contact of line {other}")),
            }));
        }
    }
    Ok(None)
}

fn outcome(result: Result<leadconnector::Contact, Error>) -> Outcome {
    match result {
        Ok(contact) => Outcome::created(contact.id.as_str()),
        Err(Error::Duplicate(found)) => Outcome::duplicate(found.contact_id.as_str()),
        Err(Error::Unreconciled(error)) => Outcome::unknown(&format!("{error}: {}", error.found.id)),
        Err(error) => match error.created() {
            Created::Yes(id) => Outcome::created(id.as_str()),
            Created::No => Outcome::failed(&error.to_string()),
            Created::Unknown => Outcome::unknown(&error.to_string()),
        },
    }
}

/// Says how the lines ended; false if not all of them ended well.
fn summarize(counts: &Counts, mock: bool) -> bool {
    println!(
        "{} created, {} there already, {} failed, {} unknown",
        counts.created,
        counts.duplicates,
        counts.failed.len(),
        counts.unknown.len()
    );
    for (title, lines) in [("failed, and tried again next time", &counts.failed), ("unknown", &counts.unknown)] {
        for (line, error) in lines {
            println!("line {line}: {title}: {error}");
        }
    }
    if mock {
        println!("the mock server is gone now, and the contacts with it");
    }
    counts.failed.is_empty() && counts.unknown.is_empty()
}

/// A bar with rate and time left on a terminal; a line now and then elsewhere.
struct Progress(ProgressBar);

impl Progress {
    fn new(total: u64, done: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len}, {per_sec}, {eta} left") {
            bar.set_style(style);
        }
        bar.set_position(done);
        bar.reset_eta();
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    fn one_more(&self) {
        self.0.inc(1);
        let (done, total) = (self.0.position(), self.0.length().unwrap_or_default());
        if !std::io::stderr().is_terminal() && (done.is_multiple_of(100) || done == total) {
            eprintln!("{done} of {total}, {} left", indicatif::HumanDuration(self.0.eta()));
        }
    }

    fn finish(&self) {
        self.0.finish();
    }
}
