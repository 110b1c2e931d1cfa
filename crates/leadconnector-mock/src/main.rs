//! The mock server as a program, for clients in any language.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use leadconnector_mock::Server;

const HELP: &str = "\
A server on loopback that behaves as HighLevel's contacts endpoint does

Usage: leadconnector-mock [OPTIONS]

Options:
  --port PORT          The port to listen on [default: a free one]
  --accept PROPERTY    Accept a property that the vendor's page does not list; may be repeated
  --allow-duplicates   Let a location have two contacts with one email or phone
  --help               Print this help
  --version            Print the version

It prints a line for each request, and stops on Ctrl-C. To create a contact, with 8080 for the port:

  curl http://127.0.0.1:8080/contacts/ \\
    --header 'Authorization: Bearer any-token' \\
    --header 'Version: 2021-04-15' \\
    --json '{\"locationId\": \"ve9EPM428h8vShlRW1KT\", \"email\": \"rosan@deos.com\"}'
";

/// What the command line asks for.
enum Command {
    Serve(Options),
    Print(String),
}

#[derive(Default)]
struct Options {
    port: u16,
    accept: Vec<String>,
    allow_duplicates: bool,
}

fn main() -> ExitCode {
    let result = match arguments() {
        Ok(Command::Serve(options)) => serve(options),
        Ok(Command::Print(text)) => {
            say(text.trim_end());
            Ok(())
        }
        Err(error) => {
            eprintln!("error: {error}\n  see leadconnector-mock --help");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Result<Command, lexopt::Error> {
    use lexopt::prelude::*;

    let mut options = Options::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") | Short('p') => options.port = parser.value()?.parse()?,
            Long("accept") => options.accept.push(parser.value()?.string()?),
            Long("allow-duplicates") => options.allow_duplicates = true,
            Long("help") | Short('h') => return Ok(Command::Print(HELP.to_owned())),
            Long("version") | Short('V') => {
                return Ok(Command::Print(concat!("leadconnector-mock ", env!("CARGO_PKG_VERSION")).to_owned()));
            }
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Serve(options))
}

fn serve(options: Options) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = Server::builder()
            .port(options.port)
            .accepting(options.accept)
            .allow_duplicates(options.allow_duplicates)
            .log(say)
            .start()
            .await
            .map_err(|error| format!("cannot listen on port {}: {error}", options.port))?;
        say(&format!("listening on {}, until Ctrl-C", server.url()));
        tokio::signal::ctrl_c().await?;
        say(&format!("stopped after {} requests", server.requests().len()));
        Ok(())
    })
}

/// Prints a line; `println!` would panic when nobody reads any more.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
