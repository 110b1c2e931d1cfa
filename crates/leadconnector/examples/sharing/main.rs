//! Several processes at the allowance of one location, simulated: how much of it is used, what is refused, and what each gets.
//!
//! Each row is the worst of four runs, in which the processes begin at other moments. The program fails if less than nine tenths
//! are used beside somebody who sends one request in 10 seconds, or if one of four processes gets more than twice as much as
//! another.

mod simulation;

use std::process::ExitCode;
use std::time::Duration;

use simulation::{Got, INTERVAL, LENGTH, POSSIBLE, Window, simulate};

/// The worst of several runs.
struct Worst {
    used: f64,
    refused: f64,
    /// What the one gets who gets most, over what the one gets who gets least, as if all had begun at the same time.
    ratio: f64,
}

impl Worst {
    async fn of(window: Window, processes: u32, apart: Duration, is_stranger: bool) -> Self {
        let mut worst = Self { used: f64::MAX, refused: 0.0, ratio: 1.0 };
        for moment in [0, 777, 2_345, 5_021] {
            let apart = apart + Duration::from_millis(moment);
            let begin: Vec<_> = (0..processes).map(|place| apart * place).collect();
            let got = simulate(window, &begin, is_stranger).await;
            let sum = |number: fn(&Got) -> u32| f64::from(got.iter().map(number).sum::<u32>());
            let (admitted, refused) = (sum(|got| got.admitted), sum(|got| got.refused));
            let rates = got
                .iter()
                .zip(&begin)
                .map(|(got, begin)| f64::from(got.admitted) * LENGTH.as_secs_f64() / (LENGTH - *begin).as_secs_f64());
            let (least, most) =
                rates.fold((f64::MAX, 0.0_f64), |(least, most), rate| (least.min(rate), most.max(rate)));
            worst.used = worst.used.min(admitted / f64::from(POSSIBLE));
            worst.refused = worst.refused.max(refused / (admitted + refused));
            worst.ratio = worst.ratio.max(most / least);
        }
        worst
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> ExitCode {
    println!("{POSSIBLE} requests are possible in {} s\n", LENGTH.as_secs());
    println!("| processes | the server counts | used, at the least | refused, at the most | most to least |");
    println!("| --- | --- | --- | --- | --- |");
    let mut is_good = true;
    for window in [Window::Sliding, Window::Fixed] {
        let counts = match window {
            Window::Sliding => "by the last 10 s",
            Window::Fixed => "every 10 s anew",
        };
        for (name, processes, apart, is_stranger) in [
            ("one", 1, Duration::ZERO, false),
            ("one, beside a request in 10 s", 1, Duration::ZERO, true),
            ("two at once", 2, Duration::ZERO, false),
            ("two, half a minute apart", 2, INTERVAL * 3, false),
            ("four at once", 4, Duration::ZERO, false),
            ("four, half a minute apart", 4, INTERVAL * 3, false),
            ("ten at once", 10, Duration::ZERO, false),
            ("ten, half a minute apart", 10, INTERVAL * 3, false),
        ] {
            let Worst { used, refused, ratio } = Worst::of(window, processes, apart, is_stranger).await;
            println!("| {name} | {counts} | {:.0} % | {:.1} % | {ratio:.1} |", used * 100.0, refused * 100.0);
            is_good &= used >= 0.9 || !is_stranger;
            is_good &= ratio <= 2.0 || processes > 4;
        }
    }
    if is_good {
        return ExitCode::SUCCESS;
    }
    eprintln!(
        "error: less than nine tenths are used beside a request in 10 s, or one of up to four gets more than twice as much"
    );
    ExitCode::FAILURE
}
