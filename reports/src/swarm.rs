//! What a search by random faults amounts to: which families of faults were drawn, how often each promise was put to the test, and
//! what was found.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sim::Span;
use sim::fault::Family;
use sim::outcome::{Outcome, Severity, Standing, Verdict};

use crate::json::SCHEMA;
use crate::paint::Paint;
use crate::table::{Cell, Table};
use crate::words;

/// The runs of one algorithm, counted.
#[derive(Serialize)]
pub struct Census {
    pub algorithm: &'static str,
    pub scenario: String,
    pub runs: u64,
    pub events: u64,
    /// How long the trouble lasts in each run.
    trouble_ns: u64,
    /// In what time the algorithm notices a dead leader at the latest, of itself: what the trouble must be long against.
    detection_ns: u64,
    /// Runs in which each family of faults was in force.
    families: BTreeMap<&'static str, u64>,
    promises: BTreeMap<&'static str, Promised>,
    /// Runs with harm that was not promised away: by kind of finding.
    harm: BTreeMap<&'static str, u64>,
    /// Seeds in which a promise was broken.
    pub broken_seeds: BTreeSet<u64>,
}

/// One promise over many runs.
#[derive(Clone, Copy, Default, Serialize)]
struct Promised {
    /// Runs in which its assumptions held to the end.
    runs: u64,
    /// Situations in these runs in which a wrong implementation could have failed.
    exercised: u64,
    /// Runs in which it was broken.
    broken: u64,
    /// The gravest kind, where it was broken.
    safety: bool,
}

impl Census {
    /// Of these families; what the algorithm claims is counted even where it never stands a test. `times`: how long the trouble
    /// lasts, and in what time the algorithm notices a dead leader.
    pub fn new(
        algorithm: &'static str,
        scenario: &str,
        times: (Span, Span),
        families: &[Family],
        claims: &[&'static str],
    ) -> Census {
        Census {
            algorithm,
            scenario: String::from(scenario),
            runs: 0,
            events: 0,
            trouble_ns: times.0.0,
            detection_ns: times.1.0,
            families: families.iter().map(|family| (family.name(), 0)).collect(),
            promises: claims.iter().map(|name| (*name, Promised::default())).collect(),
            harm: BTreeMap::new(),
            broken_seeds: BTreeSet::new(),
        }
    }

    /// One more run, in which these families were in force.
    pub fn add(&mut self, outcome: &Outcome, drawn: &[Family]) {
        self.runs += 1;
        self.events += outcome.events;
        for family in drawn {
            *self.families.entry(family.name()).or_default() += 1;
        }
        for judgement in &outcome.judgements {
            let violated = matches!(judgement.verdict, Verdict::Violated(_)) && judgement.severity != Severity::Measurement;
            if judgement.standing != Standing::Promised {
                if violated {
                    *self.harm.entry(judgement.invariant).or_default() += 1;
                }
                continue;
            }
            if matches!(judgement.verdict, Verdict::NotApplicable) {
                continue;
            }
            let promised = self.promises.entry(judgement.invariant).or_default();
            promised.runs += 1;
            promised.exercised += judgement.exercised;
            if violated {
                promised.broken += 1;
                promised.safety |= judgement.severity == Severity::Safety;
                self.broken_seeds.insert(outcome.seed);
            }
        }
    }

    /// Whether a promise of safety was broken, and whether one of liveness.
    pub fn broken(&self) -> (bool, bool) {
        let broken = |safety| self.promises.values().any(|promised| promised.broken > 0 && promised.safety == safety);
        (broken(true), broken(false))
    }

    /// `20.3`: how long the trouble lasts, against the time in which a dead leader is noticed.
    fn detections(&self) -> String {
        let tenths = (10 * self.trouble_ns).checked_div(self.detection_ns);
        tenths.map_or_else(String::new, |tenths| format!("{}.{}", tenths / 10, tenths % 10))
    }

    /// The least and the largest share of runs in which a family was in force, in percent.
    fn shares(&self) -> Option<(u64, u64)> {
        // Half up.
        let percent = |runs: &u64| (200 * runs + self.runs) / (2 * self.runs.max(1));
        Some((self.families.values().map(percent).min()?, self.families.values().map(percent).max()?))
    }
}

/// Promises that all who make them put to the test less often than this, together.
pub fn hardly_exercised(all: &[Census], least: u64) -> Vec<&'static str> {
    let mut sums: BTreeMap<&'static str, u64> = BTreeMap::new();
    for (name, promised) in all.iter().flat_map(|census| &census.promises) {
        *sums.entry(*name).or_default() += promised.exercised;
    }
    sums.retain(|_, exercised| *exercised < least);
    sums.into_keys().collect()
}

/// For the eye: a line for each algorithm, then one for each promise.
pub fn text(all: &[Census]) -> String {
    format!("{}\n{}", runs(all).text(), promises(all).text())
}

/// The same for a page.
pub fn markdown(all: &[Census]) -> String {
    format!("{}\n{}", runs(all).markdown(), promises(all).markdown())
}

/// One object; integers in nanoseconds.
pub fn pretty(all: &[Census], version: &str) -> String {
    #[derive(Serialize)]
    struct Whole<'a> {
        schema: u32,
        version: &'a str,
        algorithms: &'a [Census],
    }
    let whole = Whole { schema: SCHEMA, version, algorithms: all };
    serde_json::to_string_pretty(&whole).expect("plain data becomes JSON") + "\n"
}

fn runs(all: &[Census]) -> Table {
    let mut table = Table::new(&[
        "algorithm",
        "scenario",
        "runs",
        "trouble a run",
        "in detection times",
        "families drawn",
        "promises broken",
        "harm not promised away",
    ]);
    for census in all {
        let shares = census.shares().map_or(String::new(), |(least, most)| format!("each in {least}-{most} % of runs"));
        let broken = census.broken_seeds.len();
        let paint = if broken == 0 { Paint::Good } else { Paint::Bad };
        let harm: Vec<String> = census.harm.iter().map(|(name, runs)| format!("{name} in {}", words::count(*runs))).collect();
        table.row([
            census.algorithm.into(),
            census.scenario.as_str().into(),
            words::count(census.runs).into(),
            words::about(Span(census.trouble_ns)).into(),
            census.detections().into(),
            shares.into(),
            Cell::painted(words::count(broken), paint),
            harm.join(", ").into(),
        ]);
    }
    table
}

fn promises(all: &[Census]) -> Table {
    let mut table = Table::new(&["algorithm", "promise", "promised in", "exercised", "broken in"]);
    for census in all {
        for (name, promised) in &census.promises {
            let whole = if promised.broken > 0 { Paint::Bad } else { Paint::Plain };
            table.row([
                census.algorithm.into(),
                (*name).into(),
                words::count(promised.runs).into(),
                words::count(promised.exercised).into(),
                Cell::painted(words::count(promised.broken), whole),
            ]);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::outcome;

    #[test]
    fn a_promise_that_never_stood_a_test_is_named_and_a_family_counts_where_it_was_drawn() {
        let mut census =
            Census::new("raft", "random-faults", (Span::secs(40), Span::millis(1_900)), &Family::USUAL, &["never-seen"]);
        let run = outcome();
        census.add(&run, &[Family::Crash]);
        census.add(&run, &[]);
        assert_eq!((census.runs, census.families["crash"], census.families["loss"]), (2, 1, 0));
        assert_eq!(census.shares(), Some((0, 50)));
        census.add(&run, &[Family::Crash]);
        assert_eq!(census.shares(), Some((0, 67)), "two of three, half up");
        assert_eq!(census.promises["election-safety"].exercised, 6, "three times two");
        let all = [census];
        assert_eq!(hardly_exercised(&all, 1), ["never-seen", "vote-once"]);
        assert_eq!(hardly_exercised(&all, 7), ["election-safety", "never-seen", "vote-once"]);
        assert!(text(&all).contains("each in 0-67 % of runs") && text(&all).contains("  21.0  "), "{}", text(&all));
    }
}
