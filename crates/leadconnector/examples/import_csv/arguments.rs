//! The command line.

use std::path::PathBuf;

pub(crate) const HELP: &str = "\
Creates the contacts of a CSV file in a HighLevel location

Usage: import_csv [OPTIONS] FILE

The first line of FILE has the names of the columns, as on the vendor's page:
  firstName, lastName, name, email, gender, phone, address1, city, state,
  postalCode, website, timezone, dnd (true or false), tags (separated by ;),
  source, country, companyName, assignedTo,
  and customFields.ID for the custom field with this id
An empty cell is not sent. A line needs one of firstName, lastName, email and
phone: the server refuses name alone.

Options:
  --dry-run        Check every line, and send nothing
  --journal FILE   Where to write what was done [default: FILE.journal]
  --help           Print this help

With LEADCONNECTOR_TOKEN and LEADCONNECTOR_LOCATION_ID in the environment the
contacts go to that location; without them, to a mock server, and what was done
is forgotten with it. A base URL other than the vendor's is taken from
LEADCONNECTOR_BASE_URL.

Started again with the same journal, it goes on where it was stopped. A line
that was being sent is looked up by its email or phone, and sent again only if
it is not there; one that may have been created is looked up, and never sent
again. Lines that failed are tried again. A line is known by what is in it:
others can be mended, added or taken away meanwhile, and a line that is
changed is a new one.
";

pub(crate) enum Command {
    Import(Arguments),
    Help,
}

pub(crate) struct Arguments {
    pub(crate) file: PathBuf,
    pub(crate) journal: Option<PathBuf>,
    pub(crate) dry_run: bool,
}

pub(crate) fn parse() -> Result<Command, lexopt::Error> {
    use lexopt::prelude::*;

    let (mut file, mut journal, mut dry_run) = (None, None, false);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("dry-run") => dry_run = true,
            Long("journal") => journal = Some(PathBuf::from(parser.value()?)),
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            other => return Err(other.unexpected()),
        }
    }
    let file = file.ok_or("no FILE is given")?;
    Ok(Command::Import(Arguments { file, journal, dry_run }))
}
