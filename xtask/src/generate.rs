//! `cargo xtask generate`: everything that is derived from the fragment.

mod marks;
mod operation_ids;
mod raw_client;
mod rules;
mod rust_names;
mod wrapper_uses;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use crate::document::{Document, Problem};
use crate::outputs::{self, Output};
use crate::workspace::{self, FRAGMENT};

const RAW_CLIENT: &str = "crates/leadconnector-raw/src/generated.rs";

/// Derive the raw client, and two files of the mock, from openapi/contacts.yaml
///
/// Exits with 1 if --check finds a difference, with 2 if the fragment is refused or a file cannot be read or written.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; show how the files differ from what the fragment says
    #[arg(long)]
    check: bool,
}

/// Why nothing was generated.
enum Refusal {
    /// The fragment says something that cannot be generated, or that would not work.
    Fragment(Vec<Problem>),
    /// The generator gave up on something that the rules do not know.
    Generator(String),
    /// The wrapper uses fields that are gone: of each the file, the type and the field.
    Used(Vec<(String, String, String)>),
    /// A file or folder could not be read or written.
    Files(anyhow::Error),
}

pub(crate) fn run(arguments: Arguments) -> ExitCode {
    match workspace::root().map_err(Refusal::Files).and_then(|root| generate(&root, arguments.check)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(refusal) => {
            report(refusal);
            ExitCode::from(2)
        }
    }
}

/// The same for another command: what is wrong is said at once.
pub(crate) fn succeeds(root: &Path, check: bool) -> bool {
    generate(root, check).unwrap_or_else(|refusal| {
        report(refusal);
        false
    })
}

/// Writes what is derived, or says whether it is what it should be.
fn generate(root: &Path, check: bool) -> Result<bool, Refusal> {
    let source = root.join(FRAGMENT);
    let text = std::fs::read_to_string(&source)
        .with_context(|| format!("cannot read {}", source.display()))
        .map_err(Refusal::Files)?;
    let outputs = derive(&text)?;
    let raw_client = outputs.iter().find(|output| output.path == RAW_CLIENT).map_or("", |output| &output.content);
    let missing = wrapper_uses::uses_of_missing_fields(root, raw_client).map_err(Refusal::Files)?;
    if !missing.is_empty() {
        return Err(Refusal::Used(missing));
    }

    outputs::write_or_check(root, &outputs, check, FRAGMENT, "cargo xtask generate").map_err(Refusal::Files)
}

/// Everything that the fragment's text determines: the same text gives the same bytes.
fn derive(text: &str) -> Result<Vec<Output>, Refusal> {
    let document = Document::parse(text).map_err(|problem| Refusal::Fragment(vec![problem]))?;
    let problems = rules::check(&document);
    if !problems.is_empty() {
        return Err(Refusal::Fragment(problems));
    }
    // First as it is written, so that the place of a problem is one of the file.
    document.spec().map_err(|problem| Refusal::Fragment(vec![problem]))?;
    let document = document.composed();
    let spec = document.spec().map_err(|problem| Refusal::Fragment(vec![problem]))?;
    let raw_client = raw_client::generate(&document, &spec).map_err(Refusal::Generator)?;
    let operation_ids = operation_ids::generate(&document).map_err(Refusal::Generator)?;
    Ok(vec![
        Output { path: RAW_CLIENT, content: raw_client },
        Output { path: "crates/leadconnector-mock/src/operation_id.rs", content: operation_ids },
        // The mock validates against the fragment, and its package has to have it.
        Output { path: "crates/leadconnector-mock/src/contacts.json", content: format!("{:#}\n", document.root()) },
    ])
}

fn report(refusal: Refusal) {
    match refusal {
        Refusal::Fragment(problems) => {
            eprintln!("error: {FRAGMENT} is refused, and nothing was written");
            for problem in problems {
                eprintln!("\n{problem}");
            }
        }
        Refusal::Generator(message) => eprintln!(
            "error: the generator cannot do what {FRAGMENT} asks for, and nothing was written\n  \
             it says: {message}\n  \
             openapi/README.md lists what it can do"
        ),
        Refusal::Used(missing) => {
            for (file, of, field) in missing {
                eprintln!(
                    "error: {FRAGMENT} no longer has `{field}` of {of}, which {file} uses: take it out there first, or put it \
                     back (docs/adding-a-field.md); nothing was written"
                );
            }
        }
        Refusal::Files(error) => eprintln!("error: {error:#}"),
    }
}
