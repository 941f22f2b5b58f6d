//! The words of `hustings check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sim::Span;

use crate::arguments::{FieldArguments, duration};

#[derive(Args)]
pub struct CheckArguments {
    /// Files, folders of files, or names of built-in scenarios; default: all that are built in.
    pub scenarios: Vec<String>,
    #[command(flatten)]
    pub field: FieldArguments,
    /// What is written to standard output.
    #[arg(long, value_enum, default_value_t)]
    pub format: CheckFormat,
    /// Write JUnit XML: a suite a scenario, a test case an algorithm.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write annotations for GitHub Actions to standard error; each points at the line of the scenario.
    #[arg(long)]
    pub github: bool,
    /// Add a summary in Markdown to this file, such as "$GITHUB_STEP_SUMMARY".
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// Hold every seed against what it was when this file was written: failover p50 and p99, messages, verdicts.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write the file that --baseline takes.
    #[arg(long, value_name = "FILE", conflicts_with = "shard")]
    pub save_baseline: Option<PathBuf>,
    /// Run only this part of the seeds, and keep what came of it in a file for --merge; nothing is judged yet, so that what is to be judged
    /// how, and written where, is said beside --merge.
    #[arg(long, value_name = "N/M", value_parser = shard, conflicts_with_all = ["baseline", "junit", "summary", "github", "failures", "no_harm"])]
    pub shard: Option<(u64, u64)>,
    /// Where that file goes; default: `runs/check-1-of-4.json`.
    #[arg(long, value_name = "FILE", requires = "shard")]
    pub shard_file: Option<PathBuf>,
    /// Put these shards together, and judge them as one check. What was checked stands in them.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["scenarios", "algorithm", "seeds", "set", "shard", "max_time"])]
    pub merge: Vec<PathBuf>,
    /// Fail on harm (two leaders in one epoch, lost or contradicting effects, a job run twice) that the algorithm does not promise to
    /// avoid, too, unless the scenario's [expect] names it. Without this, such harm is told and does not fail.
    #[arg(long)]
    pub no_harm: bool,
    /// Begin no more runs after this time; what is over by then is judged.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub max_time: Option<Span>,
    /// First replay the runs in this folder that failed once, as `hustings` saved them: none may fail again.
    #[arg(long, value_name = "FOLDER")]
    pub failures: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum CheckFormat {
    #[default]
    Human,
    Json,
    Markdown,
}

/// `1/4`: the first of four.
fn shard(text: &str) -> Result<(u64, u64), String> {
    let advice = "write which part of how many, such as 1/4";
    let (number, of) = text.split_once('/').ok_or(advice)?;
    let parsed = |text: &str| text.trim().parse::<u64>().map_err(|_| format!("`{text}` is no number: {advice}"));
    let (number, of) = (parsed(number)?, parsed(of)?);
    if (1..=of).contains(&number) { Ok((number, of)) } else { Err(format!("there is no part {number} of {of}: {advice}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_so_many_and_nonsense_is_answered_with_the_form() {
        assert_eq!(shard("1/4"), Ok((1, 4)));
        assert_eq!(shard("4/4"), Ok((4, 4)));
        for wrong in ["", "1", "0/4", "5/4", "a/b", "1/0", "-1/2"] {
            assert!(shard(wrong).is_err_and(|advice| advice.contains("1/4")), "{wrong}");
        }
    }
}
