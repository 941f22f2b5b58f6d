//! The words of `hustings swarm`.

use std::ops::Range;

use clap::Args;

use crate::arguments::{Threads, seeds};
use crate::mutants::MutantsFormat;

#[derive(Args)]
pub struct SwarmArguments {
    /// Scenarios with a `[swarm]`; default: the built-in ones that each algorithm can meet.
    pub scenarios: Vec<String>,
    /// Who plays, separated by commas; default: everybody.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub algorithm: Vec<String>,
    /// The first seed, and the one after the last.
    #[arg(long, value_name = "A..B", value_parser = seeds, default_value = "0..1000")]
    pub seeds: Range<u64>,
    /// Deal the seeds out, the first to the first algorithm and so on, in place of giving all of them to each.
    #[arg(long)]
    pub dealt: bool,
    /// Every promise must be put to the test so often by all who make it, together.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub exercised: u64,
    /// Override a key of the scenarios: `swarm.every=500ms`.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    #[command(flatten)]
    pub threads: Threads,
    /// What is written to standard output.
    #[arg(long, value_enum, default_value_t)]
    pub format: MutantsFormat,
}
