//! `cargo xtask check`: what CI runs, the fast things first.
//!
//! `.ci/run` and the workflows have their checks from here, so that a desk and CI cannot disagree.

mod adding_a_field;
mod adding_an_operation;
mod node_client;
mod odd_fragments;
mod oldest;
mod scratch;
mod steps;

use std::cmp::Reverse;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::bail;

use crate::workspace;
use steps::{STEPS, Step, Work};

/// Run what CI runs, in CI's order
///
/// It stops at the first step that fails, and says which command mends it. A step that needs a program which is not
/// installed is left out, and named at the end; so is a step that only runs when it is asked for. Exits with 1 if a step fails,
/// or is left out although it was asked for, with 2 if the arguments make no sense.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run only these steps, also those that are not run by default
    steps: Vec<String>,
    /// List the steps, and what each is for
    #[arg(long)]
    list: bool,
    /// Fail if a step is left out
    #[arg(long)]
    strict: bool,
}

/// How a step ended, if it did not fail.
enum End {
    Passed,
    LeftOut(String),
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let root = workspace::root()?;
    if arguments.list {
        for step in STEPS {
            let by_default = if step.by_default { "" } else { " (only when asked for)" };
            println!("{:<20} {}{by_default}", step.name, step.about);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let steps = chosen(&arguments.steps)?;
    let (mut left_out, mut passed) = (Vec::new(), Vec::new());
    let begin = Instant::now();
    for (index, step) in steps.iter().enumerate() {
        println!("\n== {} ({} of {}): {}", step.name, index + 1, steps.len(), step.about);
        let start = Instant::now();
        match perform(step, &root) {
            Ok(End::Passed) => {
                println!("== {}: passed, {:.1} s", step.name, start.elapsed().as_secs_f64());
                passed.push((start.elapsed(), step.name));
            }
            Ok(End::LeftOut(why)) => {
                println!("== {}: LEFT OUT: {why}", step.name);
                left_out.push((step.name, why));
            }
            Err(error) => {
                passed.push((start.elapsed(), step.name));
                println!("\n{}", times(passed));
                eprintln!("\nerror: the step {} failed: {error:#}", step.name);
                eprintln!("  mend it with: {}", step.mend);
                eprintln!("  try it again with: cargo xtask check {}", step.name);
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    if steps.len() > 1 {
        println!("\n{:>6.1} s in all\n{}", begin.elapsed().as_secs_f64(), times(passed));
    }
    println!("\n{} of {} steps passed", steps.len() - left_out.len(), steps.len());
    for (name, why) in &left_out {
        println!("LEFT OUT: {name}: {why}");
    }
    if arguments.steps.is_empty() {
        for step in STEPS.iter().filter(|step| !step.by_default) {
            println!("not asked for: {}: {}; run it with: cargo xtask check {}", step.name, step.about, step.name);
        }
    }
    if left_out.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    if !arguments.steps.is_empty() {
        for (name, why) in &left_out {
            eprintln!("error: the step {name} was asked for, and was left out: {why}");
        }
        return Ok(ExitCode::FAILURE);
    }
    if arguments.strict {
        eprintln!("error: with --strict, no step may be left out");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// How long each step took, the longest first; those that took no second together.
fn times(mut passed: Vec<(Duration, &str)>) -> String {
    passed.sort_by_key(|(time, _)| Reverse(*time));
    let line = |time: Duration, names: &str| format!("{:>6.1} s  {names}", time.as_secs_f64());
    let (long, short): (Vec<_>, Vec<_>) = passed.into_iter().partition(|(time, _)| *time >= Duration::from_secs(1));
    let (times, names): (Vec<Duration>, Vec<&str>) = short.into_iter().unzip();
    let short = (!names.is_empty()).then(|| line(times.iter().sum(), &names.join(", ")));
    long.into_iter().map(|(time, name)| line(time, name)).chain(short).collect::<Vec<_>>().join("\n")
}

fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static Step>> {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        bail!("there is no step {unknown:?}: see cargo xtask check --list");
    }
    let chosen = |step: &&Step| {
        if names.is_empty() { step.by_default } else { names.iter().any(|name| name == step.name) }
    };
    Ok(STEPS.iter().filter(chosen).collect())
}

fn perform(step: &Step, root: &Path) -> anyhow::Result<End> {
    if let Some(tool) = step.tool
        && tool.find(root).is_none()
    {
        return Ok(End::LeftOut(format!(
            "it needs a program that is not installed; get it with: {}",
            tool.how_to_get()
        )));
    }
    match step.work {
        Work::Cargo(arguments) => steps::cargo(root, arguments),
        Work::Example(name) => steps::example(root, name),
        Work::Tool(tool, arguments) => steps::tool(root, tool, arguments),
        Work::Function(function) => return function(root),
    }
    .map(|()| End::Passed)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::times;

    #[test]
    fn the_longest_first_and_the_short_ones_together() {
        let of = |millis: u64, name: &'static str| (Duration::from_millis(millis), name);
        insta::assert_snapshot!(times(vec![of(300, "fmt"), of(1000, "doc"), of(61_040, "test"), of(500, "generate")]), @"
        61.0 s  test
         1.0 s  doc
         0.8 s  generate, fmt
        ");
        insta::assert_snapshot!(times(vec![of(1000, "doc")]), @"   1.0 s  doc");
        insta::assert_snapshot!(times(vec![of(10, "fmt")]), @"   0.0 s  fmt");
    }
}
