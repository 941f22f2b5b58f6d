//! The words of `hustings mutants`.

use clap::{Args, ValueEnum};

use crate::arguments::Threads;

#[derive(Args)]
pub struct MutantsArguments {
    /// Only these, as `hustings list mutants` has them; default: all.
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Only the mutants of these algorithms, separated by commas.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub algorithm: Vec<String>,
    /// Search so often for each bug, each time among other seeds.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub sweeps: u64,
    /// A bug must be caught within so many seeds of each sweep.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub budget: u64,
    /// An equivalent must pass so many seeds of each of its worlds.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub quiet: u64,
    /// By random faults alone, in place of the worlds that were made for the bugs.
    #[arg(long)]
    pub swarm: bool,
    /// Say how long it took; this differs from run to run, and nothing else does.
    #[arg(long)]
    pub time: bool,
    #[command(flatten)]
    pub threads: Threads,
    /// What is written to standard output.
    #[arg(long, value_enum, default_value_t)]
    pub format: MutantsFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum MutantsFormat {
    /// For the eye.
    #[default]
    Human,
    /// One object.
    Json,
    Markdown,
}
