//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use crate::columns;
use crate::table::{Reading, delimiter, encoding};
use crate::way::Way;

pub(crate) const HELP: &str = "\
Creates, or with --upsert updates or creates, the contacts of a CSV file in a
HighLevel location

Usage: leadconnector-import [OPTIONS] FILE

The first line of FILE has the names of the columns, as on the vendor's page:
  firstName, lastName, name, email, gender, phone, address1, city, state,
  postalCode, website, timezone, dnd (true or false), tags (separated by ;),
  source, country, companyName, assignedTo,
  and customFields.ID for the custom field with this id.
  cf:FIELD is the location's custom field with this key, name or id, such as
  cf:contact.plan or cf:Plan. The location is asked once for its fields (with
  the scope locations/customFields.readonly), and a line is refused in which a
  cell does not fit the kind or the options of its field. Several choices are
  separated by ;
Case, spaces, underscores and hyphens make no difference in these names: First
Name and first_name are firstName, and E-Mail is email.
An empty cell is not sent, and a line of empty cells is skipped. A line needs
one of firstName, lastName, email and phone: the server refuses name alone.

FILE is read as spreadsheets write it: in UTF-8, UTF-16 or Windows-1252, and
with commas, semicolons or tabs between the cells. Which of them is told by what
is in it, and said if it is not UTF-8 with commas. If it cannot be told, nothing
is sent.

Options:
  --upsert         Update the contact that is there already, and create one only
                   where there is none
  --tag TAG        Add a tag to each contact, besides those of its line; several
                   are separated by ;, or the option is repeated
  --dry-run        Check every line, say what would be done, and send nothing;
                   if there is a column cf:FIELD, nothing but the look-up of
                   the custom fields
  --encoding NAME  What FILE is written in, such as utf-8, utf-16le,
                   windows-1252, windows-1251, macintosh or shift_jis; a byte
                   order mark counts before it. Lines that are not in it are
                   refused one by one
  --delimiter C    What stands between the cells: one character, or tab
  --journal FILE   Where to write what was done [default: FILE.journal]
  --report FILE    Where to write the lines that are refused [default: nowhere]
  --wait SECONDS   How old a request is when a look-up that does not find its
                   contact counts [default: 60]
  --send-again     Send a line again that may have been created, and that no
                   look-up finds: it may be there twice then
  --help           Print this help

With LEADCONNECTOR_TOKEN and LEADCONNECTOR_LOCATION_ID in the environment the
contacts go to that location; without them, to a mock server, and what was done
is forgotten with it. A base URL other than the vendor's is taken from
LEADCONNECTOR_BASE_URL.

Started again with the same journal, it goes on where it was stopped. A line
that was being sent, or that may have been created, is looked up by its email
or phone until the request is old enough. If that finds a contact that was
added since, it is the line's; if not, the line stays unknown, and is sent again
only with --send-again. Lines that failed are tried again. A line is known by
what is in it: others can be mended, added or taken away meanwhile, and a line
that is changed is a new one. What is done is not done again for another --tag:
name another journal for that.

With --report, the lines that are refused are written to a CSV file as they are
in FILE, in UTF-8, behind a column that says why: error. Mend them there, and
import that file; the column error is passed over. What is refused is what is
said to be wrong before anything is sent, and what the server refuses. So each
of its lines was not created, and can be imported. A line of which that is
unknown is not among them, nor one that is left to do: start again with FILE for
these. Do not do both with one line, the mended one and that in FILE: it may be
there twice then. A line with a quote that is not closed has to be mended in
FILE. Nothing is written without --report, since FILE and the journal are enough
to go on. A report that is there is kept, with .before behind its name; any
other file is left alone. With --dry-run, it has what would be refused before
anything is sent.

With --upsert, the location finds the contact by its email or phone, as it is
set there. What a line does not have stays as it is, and its tags are added, by
a second request. A line needs an email or a phone: one that is sent twice would
be two contacts otherwise, and is refused before anything is sent. Lines with
one email, or one phone, go to one contact, one after the other, and the later
line counts; so two people who share one must not be two lines.
An upsert may be repeated: a line that may have been sent is sent again without
a look-up, whatever --wait and --send-again are, and behind it are those that
are done for the same contact. A journal of creations can be gone on with: what
was created is done, and what was there already is updated. One of upserts
cannot be gone on with by creations.

When nothing can succeed (the token is refused, the day's allowance is used up,
the server cannot be reached), it stops, and the rest is left to do.

It exits with 0 if every line ended well, with 1 if not, and with 2 if the
command line is wrong.
";

pub(crate) enum Command {
    Import(Arguments),
    Help,
}

pub(crate) struct Arguments {
    pub(crate) file: PathBuf,
    pub(crate) reading: Reading,
    pub(crate) journal: Option<PathBuf>,
    pub(crate) report: Option<PathBuf>,
    pub(crate) way: Way,
    /// For each contact, besides those of its line.
    pub(crate) tags: Vec<String>,
    pub(crate) dry_run: bool,
    pub(crate) send_again: bool,
    pub(crate) wait: Duration,
}

pub(crate) fn parse() -> Result<Command, lexopt::Error> {
    use lexopt::prelude::*;

    let (mut file, mut journal, mut report, mut dry_run, mut send_again) = (None, None, None, false, false);
    let (mut way, mut tags) = (Way::Create, Vec::new());
    let (mut reading, mut wait) = (Reading::default(), Duration::from_secs(60));
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("upsert") => way = Way::Upsert,
            Long("tag") => tags.extend(parser.value()?.parse_with(tags_of)?),
            Long("dry-run") => dry_run = true,
            Long("send-again") => send_again = true,
            Long("encoding") => reading.encoding = Some(parser.value()?.parse_with(encoding::named)?),
            Long("delimiter") => reading.delimiter = Some(parser.value()?.parse_with(delimiter::named)?),
            Long("journal") => journal = Some(PathBuf::from(parser.value()?)),
            Long("report") => report = Some(PathBuf::from(parser.value()?)),
            Long("wait") => wait = parser.value()?.parse_with(seconds)?,
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            other => return Err(other.unexpected()),
        }
    }
    let file = file.ok_or("no FILE is given")?;
    Ok(Command::Import(Arguments { file, reading, journal, report, way, tags, dry_run, send_again, wait }))
}

fn tags_of(text: &str) -> Result<Vec<String>, &'static str> {
    let tags: Vec<_> = columns::tags(text).map(str::to_owned).collect();
    if tags.is_empty() { Err("a tag has no text") } else { Ok(tags) }
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds")?;
    // A day is more than any request takes.
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|wait| *wait <= Duration::from_secs(24 * 60 * 60))
        .ok_or("not a number of seconds from 0 to 86400")
}
