//! The words of the command line.

use std::ops::Range;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sim::Span;

use crate::check::CheckArguments;
use crate::mutants::MutantsArguments;
use crate::swarm::SwarmArguments;

/// Put leader-election algorithms through the same bad days, and see what breaks.
#[derive(Parser)]
#[command(name = "hustings", version, arg_required_else_help = true, after_help = EXITS)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

const EXITS: &str = "\
Exit codes: 0 as expected, 1 safety finding, 2 usage or scenario file, 3 liveness finding, or expectation,
threshold or published result not met, 4 nothing selected or never exercised, 5 worse than the baseline, 70 a bug of ours or a run that does not repeat itself, 130 interrupted.";

#[derive(Subcommand)]
pub enum Command {
    /// Run a scenario: live log, verdicts, failovers, fingerprint.
    Run(RunArguments),
    /// Compare algorithms: many paired seeds, failover times with intervals, findings, files.
    Compare(CompareArguments),
    /// Hold scenarios against what they expect and allow, for continuous integration: findings, thresholds, a baseline.
    Check(CheckArguments),
    /// Run a saved failure again and compare the fingerprint.
    Replay(ReplayArguments),
    /// The smallest scenario in which the same is still found, and its story.
    Shrink(ShrinkArguments),
    /// Hold the simulator against the published results on Raft's elections.
    Reproduce(ReproduceArguments),
    /// Put the checks themselves to the test: every built-in bug must be caught, and nothing else.
    Mutants(MutantsArguments),
    /// Search for trouble by random faults, and count what was put to the test.
    Swarm(SwarmArguments),
    /// What is built in: scenarios, algorithms, invariants, mutants.
    List(ListArguments),
    /// What an invariant, an algorithm, a mutant or a scenario means.
    Explain {
        /// As in `hustings list`.
        name: String,
    },
    /// Check scenario files without running them.
    Validate {
        #[arg(required = true)]
        files: Vec<String>,
    },
    /// Print the JSON schema of scenario files, for editors.
    Schema,
    /// Print completions for a shell.
    Completions { shell: clap_complete::Shell },
}

#[derive(Args)]
pub struct RunArguments {
    /// A file, or the name of a built-in scenario.
    pub scenario: String,
    #[command(flatten)]
    pub player: PlayerArguments,
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    pub seed: u64,
    /// Many seeds instead of one: the first, and the one after the last.
    #[arg(long, value_name = "A..B", value_parser = seeds, conflicts_with = "seed")]
    pub seeds: Option<Range<u64>>,
    #[command(flatten)]
    pub threads: Threads,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Write every event as a JSON line; `-` is standard output.
    #[arg(long, value_name = "FILE", conflicts_with = "seeds")]
    pub trace: Option<PathBuf>,
    #[command(flatten)]
    pub pictures: PictureArguments,
    /// Run everything twice, and name the first event that differs.
    #[arg(long)]
    pub check_determinism: bool,
    /// Write the scenario as it is for this seed: what is drawn at random stands in it event by event.
    #[arg(long, value_name = "FILE.toml", conflicts_with = "seeds")]
    pub write_script: Option<PathBuf>,
}

#[derive(Args)]
pub struct CompareArguments {
    /// Files, or names of built-in scenarios.
    #[arg(required = true)]
    pub scenarios: Vec<String>,
    #[command(flatten)]
    pub field: FieldArguments,
    /// Compare several values of a setting, `network.loss=0,1/100,1/20`; a range is `150ms..300ms`. May stand twice: the first is
    /// what is chosen, the second under what circumstances. Without --algorithm, those play whose settings are varied.
    #[arg(long, value_name = "KEY=A,B,C")]
    pub vary: Vec<String>,
    /// Name the smallest value with which 99 of 100 failovers are over within this time, in the scenarios that have faults.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub target_p99: Option<Span>,
    /// … and with which a leader is deposed for nothing no more often for each virtual day, in the scenarios without faults.
    #[arg(long, value_name = "NUMBER", value_parser = a_day, allow_negative_numbers = true)]
    pub target_false_per_day: Option<f64>,
    /// What is written to standard output.
    #[arg(long, value_enum, default_value_t)]
    pub format: CompareFormat,
    /// Write every run as a JSON line, seed by seed; of each seed scenario by scenario, algorithm by algorithm.
    #[arg(long, value_name = "FILE")]
    pub raw: Option<PathBuf>,
    /// Write the lines of --raw and nothing else: no statistics, no report. Takes no more memory for a million seeds than for ten;
    /// `--raw -` is then standard output.
    #[arg(long)]
    pub raw_only: bool,
    /// Where the files go; default: a folder under `runs/` that is named after what is compared.
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

/// Who meets the same seeds, and with what changed.
#[derive(Args)]
pub struct FieldArguments {
    /// Who plays, separated by commas; default: everybody who can.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub algorithm: Vec<String>,
    /// The first seed, and the one after the last; every algorithm meets the same.
    #[arg(long, value_name = "A..B", value_parser = seeds, default_value = "0..100")]
    pub seeds: Range<u64>,
    /// Override a key of the scenarios: `nodes=7`, `algorithm.raft.pre-vote=true`.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum CompareFormat {
    #[default]
    Human,
    Json,
    Markdown,
    Csv,
}

/// Who plays, and with what changed.
#[derive(Args, Clone)]
pub struct PlayerArguments {
    #[arg(long, default_value = "raft")]
    pub algorithm: String,
    /// Override a key of the scenario: `nodes=7`, `algorithm.raft.pre-vote=true`.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Switch on a built-in bug: see `hustings list mutants`.
    #[arg(long, value_name = "ID")]
    pub mutant: Option<String>,
}

/// Pictures of one run.
#[derive(Args, Default)]
pub struct PictureArguments {
    /// Draw the run as an SVG: roles, faults, messages, who would act as leader.
    #[arg(long, value_name = "FILE.svg", conflicts_with = "seeds")]
    pub timeline: Option<PathBuf>,
    /// Write the run as a trace for ui.perfetto.dev or Chrome's tracing page.
    #[arg(long, value_name = "FILE.json", conflicts_with = "seeds")]
    pub perfetto: Option<PathBuf>,
}

#[derive(Args)]
pub struct Threads {
    /// Seeds that run at the same time; results do not depend on it. Default: all cores.
    #[arg(short = 'j', long = "jobs", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}

impl Threads {
    pub fn count(&self) -> usize {
        self.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
    }
}

#[derive(Args)]
pub struct ReplayArguments {
    /// As `hustings run` saved it.
    pub file: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Write every event as a JSON line; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
}

#[derive(Args)]
pub struct ShrinkArguments {
    /// A failure that `hustings run` saved (`….json`), or a scenario: a file, or the name of a built-in one.
    pub file: String,
    /// With a scenario: who plays; default: raft.
    #[arg(long)]
    pub algorithm: Option<String>,
    /// With a scenario: which run; default: 0.
    #[arg(long)]
    pub seed: Option<u64>,
    /// With a scenario: override a key of it.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// With a scenario: a built-in bug to switch on.
    #[arg(long, value_name = "ID")]
    pub mutant: Option<String>,
    /// Hold on to the finding by this invariant; default: to a broken promise, where there is one.
    #[arg(long, value_name = "NAME")]
    pub invariant: Option<String>,
    /// Where the smallest scenario goes; default: under `runs/`.
    #[arg(long, value_name = "FILE.toml")]
    pub out: Option<PathBuf>,
    /// Draw the story as an SVG too.
    #[arg(long, value_name = "FILE.svg")]
    pub diagram: Option<PathBuf>,
    /// The story has at most so many messages.
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub messages: usize,
    /// Give up after so many runs: what is left then may not be the smallest.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub runs: u64,
}

#[derive(Args)]
pub struct ReproduceArguments {
    /// Only these; default: all.
    #[arg(value_enum)]
    pub results: Vec<Published>,
    /// Runs for each setting.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(100..=100_000_000))]
    pub trials: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    pub seed_base: u64,
    #[command(flatten)]
    pub threads: Threads,
    /// What is written to standard output.
    #[arg(long, value_enum, default_value_t)]
    pub format: TableFormat,
    /// Draw the published curves and ours into this folder.
    #[arg(long, value_name = "FOLDER")]
    pub charts: Option<PathBuf>,
}

#[derive(Args)]
pub struct ListArguments {
    /// Default: all but the mutants.
    #[arg(value_enum)]
    pub what: Option<Listed>,
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Format {
    /// For the eye.
    #[default]
    Human,
    /// One object on many lines.
    Json,
    /// One object a run, on one line.
    Jsonl,
    Markdown,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum ListFormat {
    /// For the eye.
    #[default]
    Human,
    /// One object, with a list for each kind of thing.
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum TableFormat {
    /// For the eye.
    #[default]
    Human,
    Markdown,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, ValueEnum)]
pub enum Published {
    /// Split rate of the first term, fixed latency (exact).
    #[value(name = "V1", alias = "v1")]
    V1,
    /// The earliest of several timeouts (exact).
    #[value(name = "V2", alias = "v2")]
    V2,
    /// Mean election time, fixed latency.
    #[value(name = "V3", alias = "v3")]
    V3,
    /// Split rate, variable latency.
    #[value(name = "V4", alias = "v4")]
    V4,
    /// Election time across a wide-area network: means, percentiles, the whole distribution.
    #[value(name = "V5", alias = "v5")]
    V5,
    /// Election time and vote packets of Raft Refloated.
    #[value(name = "V6", alias = "v6")]
    V6,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Listed {
    Scenarios,
    Algorithms,
    Invariants,
    Mutants,
}

/// `0..1000`. An empty range is no mistake of form: it selects nothing, and is answered as such.
pub fn seeds(text: &str) -> Result<Range<u64>, String> {
    let advice = "write the first seed and the one after the last, such as 0..1000";
    let (first, end) = text.split_once("..").ok_or(advice)?;
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| format!("`{text}` is not a seed: {advice}"));
    Ok(number(first)?..number(end)?)
}

/// `1.5s`, and more than nothing.
pub fn duration(text: &str) -> Result<Span, String> {
    let span = Span::parse(text)?;
    if span == Span::ZERO { Err(String::from("nothing is over at once: write a time such as 2s")) } else { Ok(span) }
}

/// `0.5`: once every two days.
fn a_day(text: &str) -> Result<f64, String> {
    let advice = "write how often a day, such as 1 or 0.1";
    let rate: f64 = text.trim().parse().map_err(|_| format!("`{text}` is no number: {advice}"))?;
    if rate > 0.0 && rate.is_finite() {
        Ok(rate)
    } else {
        Err(format!("no number of seeds can show that it is {text}: {advice}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_fits_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn seeds_are_a_range_and_nonsense_is_answered_with_the_form() {
        assert_eq!(seeds("0..1000"), Ok(0..1000));
        assert_eq!(seeds("5..5"), Ok(5..5));
        for wrong in ["", "7", "..", "a..b", "1..=2", "-1..3"] {
            assert!(seeds(wrong).is_err_and(|advice| advice.contains("0..1000")), "{wrong}");
        }
    }
}
