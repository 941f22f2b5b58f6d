//! What a gate says: every scenario with everybody who plays it, held against what the scenario expects and allows. What is kept
//! of a run is [`Run`]; what is wrong is a [`Complaint`]; [`text`] and [`json`] write them.

pub mod json;
mod ledger;
mod run;
pub mod text;
mod thresholds;
mod weigh;

use std::ops::Range;

use scenarios::Threshold;
use sim::Span;

pub use ledger::{Ledger, NotALedger, Records};
pub use run::Run;
pub use weigh::weigh;

/// One algorithm in one scenario, what is demanded of it, and what came of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What the scenario was read from: a path, or the name of a built-in one.
    pub scenario: String,
    /// The file to point at, where there is one, and the line of what is said of this algorithm.
    pub file: Option<String>,
    pub algorithm: &'static str,
    /// Why it cannot play, though the scenario demands something of it.
    pub misfit: Option<String>,
    /// Invariants that must be seen violated.
    pub expects: Vec<&'static str>,
    pub expects_line: Option<usize>,
    pub thresholds: Vec<(Threshold, Option<usize>)>,
    /// Harm fails, though the algorithm does not promise to avoid it.
    pub harm_fails: bool,
    /// The scenario is there to measure failovers.
    pub measures_failover: bool,
    /// Where that stands.
    pub measure_line: Option<usize>,
    /// How long the algorithm may take to recover by its own bound, where that is longer than a run: then a failover that was not
    /// over says nothing.
    pub recovery_beyond_run: Option<Span>,
    /// Events of the script. What a swarm draws is none of them: it differs from seed to seed.
    pub events: Vec<Scripted>,
    pub records: Records,
    pub complaints: Vec<Complaint>,
}

/// An event that a scenario writes down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scripted {
    pub name: String,
    pub line: Option<usize>,
    /// The moment that it waits for: `between-writes`.
    pub moment: Option<&'static str>,
}

/// Why a gate is not green.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Something promised did not hold.
    Safety,
    /// Something promised did not come about in time.
    Liveness,
    /// What was meant to be found was not.
    Missing,
    Threshold,
    /// Worse than the baseline.
    Regression,
    NotExercised,
}

impl Kind {
    /// In JSON and JUnit: `safety`.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Safety => "safety",
            Kind::Liveness => "liveness",
            Kind::Missing => "expectation",
            Kind::Threshold => "threshold",
            Kind::Regression => "regression",
            Kind::NotExercised => "not-exercised",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Complaint {
    pub kind: Kind,
    /// The invariant, the threshold, the measure or the event that it is about.
    pub about: String,
    /// In one sentence.
    pub words: String,
    /// Seeds that show it, where single ones do.
    pub seeds: Vec<u64>,
    /// In the scenario's file, from 1.
    pub line: Option<usize>,
    /// What was seen in the first of these seeds.
    pub evidence: Option<String>,
    /// The command that shows it again, with the fingerprint where it is one run.
    pub replay: String,
}

impl Complaint {
    /// Without seeds, place, evidence and replay.
    pub fn new(kind: Kind, about: impl Into<String>, words: impl Into<String>) -> Complaint {
        let (about, words) = (about.into(), words.into());
        Complaint { kind, about, words, seeds: Vec::new(), line: None, evidence: None, replay: String::new() }
    }

    fn seen_in(self, seeds: Vec<u64>) -> Complaint {
        Complaint { seeds, ..self }
    }

    fn at(self, line: Option<usize>) -> Complaint {
        Complaint { line, ..self }
    }
}

/// What something that was named was to be, and is not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Wanted {
    Scenario,
    /// A folder of them.
    Folder,
    /// A run that failed once.
    Kept,
}

impl Wanted {
    /// `2 files are no scenarios`.
    fn missing(self, times: usize) -> String {
        let words = |one: &str, more: &str| if times == 1 { format!("1 {one}") } else { format!("{times} {more}") };
        match self {
            Wanted::Scenario => words("file is no scenario", "files are no scenarios"),
            Wanted::Folder => words("folder has no scenario", "folders have no scenario"),
            Wanted::Kept => words("file is no saved run", "files are no saved runs"),
        }
    }

    /// After its name: `is no scenario`.
    pub const fn is_not(self) -> &'static str {
        match self {
            Wanted::Scenario => "is no scenario",
            Wanted::Folder => "has no scenario",
            Wanted::Kept => "is no saved run",
        }
    }

    /// As the name of a test: `is a scenario`.
    pub const fn is(self) -> &'static str {
        match self {
            Wanted::Scenario => "is a scenario",
            Wanted::Folder => "has scenarios",
            Wanted::Kept => "is a saved run",
        }
    }
}

/// A file that is not what it was taken for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    pub wanted: Wanted,
    pub file: String,
    /// `None`: what is wrong stands on the command line.
    pub line: Option<usize>,
    pub title: String,
}

impl Broken {
    /// `all/b.toml:3`.
    fn place(&self) -> String {
        self.line.map_or_else(|| self.file.clone(), |line| format!("{}:{line}", self.file))
    }
}

/// A run that failed once and is kept, run again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    pub file: String,
    /// What it is about: scenario, algorithm and seed.
    pub words: String,
    /// What is wrong with it now; `None`: it is as it should be.
    pub complaint: Option<Complaint>,
}

/// Everything that a gate says.
pub struct Check {
    pub version: &'static str,
    /// Those that were run, of those that were asked for.
    pub seeds: Range<u64>,
    pub asked: Range<u64>,
    pub cases: Vec<Case>,
    pub broken: Vec<Broken>,
    pub kept: Vec<Kept>,
    /// What was not held against the baseline, and why.
    pub notes: Vec<String>,
}

impl Check {
    /// What is wrong with scenarios, then with runs that were kept: with what they are about.
    pub fn complaints(&self) -> impl Iterator<Item = (String, &Complaint)> {
        let kept = self.kept.iter().filter_map(|kept| Some((kept.file.clone(), kept.complaint.as_ref()?)));
        let of_case = |case: &Case| format!("{}, {}", case.scenario, case.algorithm);
        let cases = self.cases.iter().flat_map(move |case| case.complaints.iter().map(move |wrong| (of_case(case), wrong)));
        kept.chain(cases)
    }

    /// All of it in the order in which it is told: where only some have room, those are the ones to know of.
    pub fn gravest_first(&self) -> Vec<(String, &Complaint)> {
        let mut all: Vec<(String, &Complaint)> = self.complaints().collect();
        all.sort_by_key(|(_, complaint)| complaint.kind);
        all
    }

    /// Its replay is the last line.
    pub fn gravest(&self) -> Option<&Complaint> {
        self.complaints().map(|(_, complaint)| complaint).min_by_key(|complaint| complaint.kind)
    }
}

/// `4, 7, 9 and 12 more`.
fn seeds_in_words(seeds: &[u64]) -> String {
    const MOST_NAMED: usize = 5;
    let named = seeds.iter().take(MOST_NAMED).map(u64::to_string).collect::<Vec<_>>().join(", ");
    match seeds.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
pub(crate) mod tests;
