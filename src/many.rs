//! `hustings run --seeds`: many seeds, one summary (or one JSON line a run).

use std::ops::Range;

use reports::summary::Summary;
use scenarios::Sweep;
use sim::outcome::Outcome;

use crate::arguments::{Format, RunArguments};
use crate::cast::Cast;
use crate::determinism;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{Data, talk};
use crate::progress;
use crate::run::{VERSION, findings};
use crate::save;
use crate::watch::Watchers;

pub fn seeds(cast: &Cast<'_>, seeds: Range<u64>, arguments: &RunArguments, data: &mut Data) -> Result<Exit, Failure> {
    if seeds.is_empty() {
        return Err(Failure::Nothing(format!("{}..{} holds no seed, so nothing ran", seeds.start, seeds.end)));
    }
    interrupt::listen();
    let words = format!("{}..{}", seeds.start, seeds.end);
    let format = arguments.format;
    if format == Format::Human {
        data.write(&cast.head(&format!("seeds {words}")))?;
        data.flush()?;
    }
    let mut tally = Tally {
        summary: Summary::recovering_within(cast.recovery()),
        exit: exit::AS_EXPECTED,
        failure: None,
        first_failing: None,
    };
    let bar = progress::bar(seeds.end - seeds.start);
    let sweep = Sweep { seeds, jobs: arguments.threads.count(), stop: interrupt::stopped() };
    sweep.each(
        |seed| one(cast, seed, arguments.check_determinism),
        |_, result| {
            bar.inc(1);
            tally.take(cast, result, format, data);
        },
    );
    bar.finish_and_clear();
    let Tally { summary, mut exit, failure, first_failing } = tally;
    if let Some(failure) = failure {
        return Err(failure);
    }
    if interrupt::asked() {
        exit = exit.or(exit::INTERRUPTED);
    }
    if summary.runs() > 0 {
        tell(cast, &summary, &words, format, data)?;
    }
    if let Some(event) = summary.never_exercised() {
        talk(&format!("in no run did the event `{event}` find its target"));
        exit = exit.or(exit::NOT_EXERCISED);
    }
    if let Some(outcome) = &first_failing {
        exit = exit.or(save::and_tell(cast, outcome));
    }
    last_line(cast, &summary, format, data)?;
    Ok(exit)
}

/// One seed, twice if it is to show that it repeats itself.
fn one(cast: &Cast<'_>, seed: u64, check_determinism: bool) -> Result<Outcome, Failure> {
    if !check_determinism {
        return Ok(cast.run(seed, None));
    }
    let checked = determinism::check(|observer| cast.run(seed, Some(observer)), Watchers::default());
    checked.map_err(|what| Failure::Ours(format!("{}: {what}", cast.command(seed))))
}

struct Tally {
    summary: Summary,
    exit: Exit,
    failure: Option<Failure>,
    /// The first seed with findings: the one that is saved.
    first_failing: Option<Outcome>,
}

impl Tally {
    fn take(&mut self, cast: &Cast<'_>, result: Result<Outcome, Failure>, format: Format, data: &mut Data) {
        if self.failure.is_some() {
            return;
        }
        let written = result.and_then(|outcome| {
            self.summary.add(&outcome);
            self.exit = self.exit.or(findings(&outcome));
            if format == Format::Jsonl {
                data.write(&(cast.as_json(&outcome).line() + "\n"))?;
            }
            if self.first_failing.is_none() && findings(&outcome) != exit::AS_EXPECTED {
                self.first_failing = Some(outcome);
            }
            Ok(())
        });
        self.failure = written.err();
        // Where nobody reads the lines any more there is no need to go on making them.
        if self.failure.is_some() || data.closed() {
            interrupt::stop();
        }
    }
}

fn tell(cast: &Cast<'_>, summary: &Summary, seeds: &str, format: Format, data: &mut Data) -> Result<(), Failure> {
    let (scenario, algorithm) = (&cast.scenario.setup.name, cast.player.name());
    let text = match format {
        Format::Human => summary.text(&|seed| cast.command(seed)),
        Format::Json => summary.json(scenario, algorithm, VERSION) + "\n",
        Format::Jsonl => return data.flush(),
        Format::Markdown => summary.markdown(&format!("Seeds {seeds}, {scenario}, {algorithm}")),
    };
    data.write(&text)?;
    data.flush()
}

/// The command that runs the first seed with findings again.
fn last_line(cast: &Cast<'_>, summary: &Summary, format: Format, data: &mut Data) -> Result<(), Failure> {
    let Some(failing) = summary.failing().first() else { return Ok(()) };
    let line = format!("{}  # fingerprint {}", cast.command(failing.seed), failing.fingerprint);
    if format == Format::Human {
        return data.write(&format!("\n{line}\n"));
    }
    talk(&line);
    Ok(())
}
