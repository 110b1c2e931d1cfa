//! The mock server as a program, for clients in any language.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use leadconnector_mock::{Allowance, Enforcement, MarketplaceApp, Server};
use serde_json::Value;

fn help() -> String {
    let (ordinary, trial) = (Allowance::Ordinary, Allowance::Trial);
    format!(
        "\
A server on loopback that behaves as HighLevel's contacts endpoint does

Usage: leadconnector-mock [OPTIONS]

Options:
  --port PORT          The port to listen on [default: a free one]
  --accept PROPERTY    Accept a property that the vendor's page does not list; may be repeated
  --allow-duplicates   Let a location have two contacts with one email or phone
  --custom-fields FILE Give locations the custom fields of a JSON list, with name, dataType and locationId each
  --lag MS             Find a new contact by its email or phone only after so many milliseconds [default: 0]
  --search-lag MS      Have a search find what has changed only after so many milliseconds [default: 0]
  --enforce WINDOW     Refuse requests beyond the rate limit; WINDOW is fixed or sliding
  --trial              Give each location the allowance of a trial
  --max NUMBER         Requests of a location in each interval [default: {}, of a trial {}]
  --interval MS        The length of an interval in milliseconds [default: {}]
  --daily NUMBER       Requests of a location in a day [default: {}, of a trial {}]
  --day MS             The length of a day in milliseconds, from a location's first request [default: 24 hours]
  --client-id ID       Accept only the tokens of this app of the marketplace, which it gets by OAuth
  --client-secret TEXT The secret of that app
  --location ID        A location in which the app is installed; may be repeated [default: ve9EPM428h8vShlRW1KT]
  --token-lifetime S   How many seconds an access token lives [default: 86399]
  --help               Print this help
  --version            Print the version

It prints a line for each request, and stops on Ctrl-C. To create a contact, with 8080
for the port and without --client-id:

  curl http://127.0.0.1:8080/contacts/ \\
    --header 'Authorization: Bearer any-token' \\
    --header 'Version: 2021-04-15' \\
    --json '{{\"locationId\": \"ve9EPM428h8vShlRW1KT\", \"email\": \"rosan@deos.com\"}}'
",
        ordinary.max(),
        trial.max(),
        ordinary.interval().as_millis(),
        ordinary.daily(),
        trial.daily(),
    )
}

/// What the command line asks for.
enum Command {
    Serve(Box<Options>),
    Print(String),
}

/// What is not given is as the server has it.
#[derive(Default)]
struct Options {
    port: u16,
    accept: Vec<String>,
    allow_duplicates: bool,
    custom_fields: Option<PathBuf>,
    lag: Duration,
    search_lag: Duration,
    enforcement: Enforcement,
    allowance: Allowance,
    max: Option<u64>,
    interval: Option<Duration>,
    daily: Option<u64>,
    day: Option<Duration>,
    app: Option<MarketplaceApp>,
}

/// What is given of an app of the marketplace.
#[derive(Default)]
struct App {
    client_id: Option<String>,
    client_secret: Option<String>,
    locations: Vec<String>,
    token_lifetime: Option<Duration>,
}

impl App {
    /// The app; none if there is to be none.
    fn build(self) -> Result<Option<MarketplaceApp>, &'static str> {
        let mut app = match (self.client_id, self.client_secret) {
            (Some(id), Some(secret)) => MarketplaceApp::new(id, secret),
            (Some(_), None) => return Err("--client-id needs --client-secret"),
            (None, Some(_)) => return Err("--client-secret needs --client-id"),
            (None, None) if !self.locations.is_empty() => return Err("--location needs --client-id"),
            (None, None) if self.token_lifetime.is_some() => return Err("--token-lifetime needs --client-id"),
            (None, None) => return Ok(None),
        };
        if !self.locations.is_empty() {
            app = app.locations(self.locations);
        }
        if let Some(time) = self.token_lifetime {
            app = app.token_lifetime(time);
        }
        Ok(Some(app))
    }
}

fn main() -> ExitCode {
    let result = match arguments() {
        Ok(Command::Serve(options)) => serve(*options),
        Ok(Command::Print(text)) => {
            // `println!` would panic when nobody reads.
            let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
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
    let mut app = App::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") | Short('p') => options.port = parser.value()?.parse()?,
            Long("accept") => options.accept.push(parser.value()?.string()?),
            Long("allow-duplicates") => options.allow_duplicates = true,
            Long("custom-fields") => options.custom_fields = Some(parser.value()?.into()),
            Long("lag") => options.lag = milliseconds(&mut parser)?,
            Long("search-lag") => options.search_lag = milliseconds(&mut parser)?,
            Long("enforce") => options.enforcement = parser.value()?.parse_with(enforcement)?,
            Long("trial") => options.allowance = Allowance::Trial,
            Long("max") => options.max = Some(parser.value()?.parse()?),
            Long("interval") => options.interval = Some(milliseconds(&mut parser)?),
            Long("daily") => options.daily = Some(parser.value()?.parse()?),
            Long("day") => options.day = Some(milliseconds(&mut parser)?),
            Long("client-id") => app.client_id = Some(parser.value()?.string()?),
            Long("client-secret") => app.client_secret = Some(parser.value()?.string()?),
            Long("location") => app.locations.push(parser.value()?.string()?),
            Long("token-lifetime") => app.token_lifetime = Some(Duration::from_secs(parser.value()?.parse()?)),
            Long("help") | Short('h') => return Ok(Command::Print(help())),
            Long("version") | Short('V') => {
                return Ok(Command::Print(concat!("leadconnector-mock ", env!("CARGO_PKG_VERSION")).to_owned()));
            }
            other => return Err(other.unexpected()),
        }
    }
    options.app = app.build()?;
    Ok(Command::Serve(Box::new(options)))
}

fn milliseconds(parser: &mut lexopt::Parser) -> Result<Duration, lexopt::Error> {
    use lexopt::prelude::*;

    Ok(Duration::from_millis(parser.value()?.parse()?))
}

fn enforcement(window: &str) -> Result<Enforcement, &'static str> {
    match window {
        "fixed" => Ok(Enforcement::FixedWindow),
        "sliding" => Ok(Enforcement::SlidingWindow),
        _ => Err("neither fixed nor sliding"),
    }
}

/// The definitions of custom fields in a file.
fn definitions(file: &Path) -> Result<Vec<Value>, String> {
    let read = || serde_json::from_slice(&std::fs::read(file)?).map_err(std::io::Error::from);
    read().map_err(|error| format!("cannot read custom fields from {}: {error}", file.display()))
}

fn serve(options: Options) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let custom_fields = options.custom_fields.as_deref().map(definitions).transpose()?.unwrap_or_default();
    let output = Output::start()?;
    let log = output.clone();
    let served = runtime.block_on(async {
        let allowance = options.allowance;
        let mut server = Server::builder()
            .port(options.port)
            .accepting(options.accept)
            .allow_duplicates(options.allow_duplicates)
            .look_up_lag(options.lag)
            .search_lag(options.search_lag)
            .enforce(options.enforcement)
            .rate_limit(options.max.unwrap_or(allowance.max()), options.interval.unwrap_or(allowance.interval()))
            .daily_limit(options.daily.unwrap_or(allowance.daily()))
            .keep_requests(0)
            .log(move |line| log.say(line));
        if let Some(day) = options.day {
            server = server.day(day);
        }
        if let Some(app) = options.app {
            server = server.oauth(app);
        }
        let server =
            server.start().await.map_err(|error| format!("cannot listen on port {}: {error}", options.port))?;
        for definition in &custom_fields {
            server
                .define_custom_field(definition)
                .map_err(|error| format!("no custom field: {definition}: {error}"))?;
        }
        // Before anybody is told that the server is there.
        let stop = Stop::new()?;
        output.say(&format!("listening on {}, until Ctrl-C", server.url()));
        stop.asked_for().await?;
        let (requests, refused) = (server.received(), server.refused());
        output.say(&format!("stopped after {requests} requests, {refused} of them refused for the rate limit"));
        Ok(())
    });
    output.finish();
    served
}

/// How many lines wait to be read at the most.
const WAITING_LINES: usize = 1_000;
/// How long the end of the program waits for somebody to read.
const PATIENCE: Duration = Duration::from_secs(1);

/// Lines to be printed, by a thread of its own: a reader who does not read must not stop the server.
#[derive(Clone)]
struct Output(Arc<Printing>);

struct Printing {
    lines: SyncSender<String>,
    /// How many were left out, because too many waited.
    left_out: AtomicU64,
    /// How many were taken, and how many printed.
    taken: AtomicU64,
    printed: AtomicU64,
}

impl Output {
    fn start() -> std::io::Result<Self> {
        let (lines, waiting) = sync_channel::<String>(WAITING_LINES);
        let printing =
            Printing { lines, left_out: AtomicU64::new(0), taken: AtomicU64::new(0), printed: AtomicU64::new(0) };
        let output = Self(Arc::new(printing));
        let printing = output.0.clone();
        // The thread ends with the program.
        std::thread::Builder::new().spawn(move || {
            for line in waiting {
                let left_out = printing.left_out.swap(0, Ordering::Relaxed);
                if left_out > 0 {
                    let _ = writeln!(std::io::stdout(), "{left_out} lines are left out, since nobody read them");
                }
                // `println!` would panic when nobody reads any more.
                let _ = writeln!(std::io::stdout(), "{line}");
                printing.printed.fetch_add(1, Ordering::Relaxed);
            }
        })?;
        Ok(output)
    }

    fn say(&self, line: &str) {
        match self.0.lines.try_send(line.to_owned()) {
            Ok(()) => &self.0.taken,
            Err(_) => &self.0.left_out,
        }
        .fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until all is printed, if somebody reads.
    fn finish(&self) {
        let begun = Instant::now();
        let Printing { taken, printed, .. } = &*self.0;
        while printed.load(Ordering::Relaxed) < taken.load(Ordering::Relaxed) && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// The wish that the server stop: Ctrl-C, and on Unix the signal to terminate.
struct Stop {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

impl Stop {
    #[cfg(unix)]
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { signals: [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?] })
    }

    #[cfg(not(unix))]
    fn new() -> std::io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn asked_for(self) -> std::io::Result<()> {
        let [mut interrupt, mut terminate] = self.signals;
        std::future::poll_fn(|context| match interrupt.poll_recv(context) {
            std::task::Poll::Pending => terminate.poll_recv(context),
            ready => ready,
        })
        .await;
        Ok(())
    }

    #[cfg(not(unix))]
    async fn asked_for(self) -> std::io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}
