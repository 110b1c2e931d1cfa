//! `cargo xtask generate`: everything that is derived from the fragment.

mod raw_client;
mod rules;

use std::process::ExitCode;

use anyhow::Context;

use crate::document::{Document, Problem};
use crate::outputs::{self, Output};
use crate::workspace::{self, FRAGMENT};

/// Derive the raw client from openapi/contacts.yaml
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
    /// A file or folder could not be read or written.
    Files(anyhow::Error),
}

pub(crate) fn run(arguments: Arguments) -> ExitCode {
    match generate(arguments.check) {
        Ok(code) => code,
        Err(refusal) => {
            report(refusal);
            ExitCode::from(2)
        }
    }
}

fn generate(check: bool) -> Result<ExitCode, Refusal> {
    let root = workspace::root().map_err(Refusal::Files)?;
    let source = root.join(FRAGMENT);
    let text = std::fs::read_to_string(&source)
        .with_context(|| format!("cannot read {}", source.display()))
        .map_err(Refusal::Files)?;
    let outputs = derive(&text)?;

    if !check {
        outputs::write(&root, &outputs).map_err(Refusal::Files)?;
        return Ok(ExitCode::SUCCESS);
    }
    let differences = outputs::compare(&root, &outputs, "what the fragment says").map_err(Refusal::Files)?;
    if differences.is_empty() {
        println!("what is generated matches {FRAGMENT}");
        return Ok(ExitCode::SUCCESS);
    }
    for difference in &differences {
        println!("{difference}");
    }
    eprintln!("error: the files above are not what {FRAGMENT} says\n  mend it with: cargo xtask generate");
    Ok(ExitCode::FAILURE)
}

/// Everything that the fragment's text determines: the same text gives the same bytes.
fn derive(text: &str) -> Result<Vec<Output>, Refusal> {
    let document = Document::parse(text).map_err(|problem| Refusal::Fragment(vec![problem]))?;
    let problems = rules::check(&document);
    if !problems.is_empty() {
        return Err(Refusal::Fragment(problems));
    }
    let spec = document.spec().map_err(|problem| Refusal::Fragment(vec![problem]))?;
    let raw_client = raw_client::generate(&document, &spec).map_err(Refusal::Generator)?;
    Ok(vec![
        Output { path: "crates/leadconnector-raw/src/generated.rs", content: raw_client },
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
        Refusal::Files(error) => eprintln!("error: {error:#}"),
    }
}
