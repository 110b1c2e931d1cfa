//! What is said: progress while the lines are sent, and how they ended.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How many lines are named one by one.
const NAMED: usize = 1_000;

/// Prints a line; nobody need read it.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Prints a line of what is wrong.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// How many lines ended in which way.
pub(crate) struct Counts {
    /// Those that are done, in words.
    pub(crate) done: String,
    pub(crate) failed: Named,
    pub(crate) unknown: Named,
    /// What is said of each line that is unknown.
    pub(crate) unknown_title: &'static str,
    /// Lines that nothing was done about, because nothing could succeed.
    pub(crate) left: u64,
}

/// Lines with what became of them, of which not all are kept.
#[derive(Default)]
pub(crate) struct Named {
    count: u64,
    first: Vec<(u64, String)>,
}

impl Named {
    /// The same of so many lines, also if not all of them were named.
    pub(crate) fn of(self, count: u64) -> Self {
        Self { count, ..self }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn add(&mut self, line: u64, error: String) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push((line, error));
        }
    }
}

impl Counts {
    /// Says how the lines ended; false if not all of them ended well.
    pub(crate) fn say(&self, journal: &str) -> bool {
        let Self { done, failed, unknown, unknown_title, left } = self;
        let left_words = if *left > 0 { format!(", {left} left to do") } else { String::new() };
        say(&format!("{done}, {} failed, {} unknown{left_words}", failed.count, unknown.count));
        for (title, lines) in [("failed, and tried again next time", failed), (unknown_title, unknown)] {
            for (line, error) in &lines.first {
                say(&format!("line {line}: {title}: {error}"));
            }
            let more = lines.count.saturating_sub(lines.first.len() as u64);
            if more > 0 {
                say(&format!("and {more} more lines {title}: see {journal}"));
            }
        }
        failed.count == 0 && unknown.count == 0 && *left == 0
    }
}

/// A bar with rate and time left on a terminal; a line now and then elsewhere.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn new(total: u64, done: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len}, {per_sec}, {eta} left{msg}") {
            bar.set_style(style);
        }
        bar.set_position(done);
        bar.reset_eta();
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// Says this behind the time left from now on.
    pub(crate) fn counts(&self, words: &str) {
        self.0.set_message(format!(": {words}"));
    }

    pub(crate) fn one_more(&self) {
        self.0.inc(1);
        let (done, total) = (self.0.position(), self.0.length().unwrap_or_default());
        if !std::io::stderr().is_terminal() && (done.is_multiple_of(100) || done == total) {
            let left = indicatif::HumanDuration(self.0.eta());
            complain(&format!("{done} of {total}, {left} left{}", self.0.message()));
        }
    }

    /// Says something beside the bar.
    pub(crate) fn say(&self, line: &str) {
        self.0.suspend(|| complain(line));
    }

    pub(crate) fn finish(&self) {
        self.0.abandon();
    }
}
