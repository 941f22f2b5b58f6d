//! What a gate keeps of one run: enough to judge it again, and to hold another run of the same seed against it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sim::outcome::{Cause, Failover, Judgement, Outcome, Severity, Standing, Verdict};

use crate::compare::Seed;

/// One run. Sets of invariants are bits, by place among the verdicts; times are in nanoseconds.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Row", into = "Row")]
pub struct Run {
    pub seed: u64,
    /// A leader was lost, if only for a moment; …
    pub lost: bool,
    /// … there was something to recover from, …
    pub failover: bool,
    /// … and this long after it work went on; `None`: it never did.
    pub recovered_ns: Option<u64>,
    /// At the end there was no leader to be waited for.
    pub led: bool,
    pub messages: u64,
    pub leaderless_ns: u64,
    pub overlap_ns: u64,
    pub false_failovers: u64,
    /// Put to the test.
    pub tested: u64,
    /// Violated, whatever was promised.
    pub violated: u64,
    /// Violated, and promised: safety, …
    pub safety: u64,
    /// … and liveness.
    pub liveness: u64,
    /// Events of the script that never once found their target.
    pub missed: Vec<String>,
}

/// As it stands in a file: a list, because names of fields a thousand times over say nothing.
type Row = (u64, bool, bool, Option<u64>, bool, u64, u64, u64, u64, [u64; 4], Vec<String>);

impl From<Row> for Run {
    fn from(row: Row) -> Run {
        let (seed, lost, failover, recovered_ns, led, messages, leaderless_ns, overlap_ns, false_failovers, sets, missed) = row;
        let [tested, violated, safety, liveness] = sets;
        Run {
            seed,
            lost,
            failover,
            recovered_ns,
            led,
            messages,
            leaderless_ns,
            overlap_ns,
            false_failovers,
            tested,
            violated,
            safety,
            liveness,
            missed,
        }
    }
}

impl From<Run> for Row {
    fn from(run: Run) -> Row {
        let sets = [run.tested, run.violated, run.safety, run.liveness];
        let times = (run.messages, run.leaderless_ns, run.overlap_ns);
        let (messages, leaderless, overlap) = times;
        let (seed, lost, failover, recovered, led) = (run.seed, run.lost, run.failover, run.recovered_ns, run.led);
        (seed, lost, failover, recovered, led, messages, leaderless, overlap, run.false_failovers, sets, run.missed)
    }
}

/// Each once, however often it was due.
fn missed(outcome: &Outcome) -> Vec<String> {
    let never: BTreeSet<&String> =
        outcome.not_exercised.iter().filter(|missed| !missed.fired).map(|missed| &missed.event).collect();
    never.into_iter().cloned().collect()
}

impl Run {
    /// # Panics
    /// Where there are more verdicts than bits.
    pub fn new(outcome: &Outcome) -> Run {
        assert!(outcome.judgements.len() <= 64, "every verdict has its bit");
        let seed = Seed::new(outcome);
        let set = |holds: &dyn Fn(&Judgement) -> bool| {
            let places = outcome.judgements.iter().enumerate().filter(|(_, judgement)| holds(judgement));
            places.fold(0u64, |set, (place, _)| set | 1 << place)
        };
        let violated = |judgement: &Judgement| matches!(judgement.verdict, Verdict::Violated(_));
        let promised = |judgement: &Judgement, severity| {
            violated(judgement) && judgement.severity == severity && judgement.standing == Standing::Promised
        };
        let works = outcome.counters.proposed > 0;
        let over = |failover: &Failover| {
            failover.absorbed || if works { failover.effective.is_some() } else { failover.elected.is_some() }
        };
        Run {
            seed: outcome.seed,
            // The first election of all loses nobody.
            lost: outcome.failovers.iter().any(|failover| failover.cause != Cause::Start),
            failover: seed.first.is_some(),
            recovered_ns: seed.first.and_then(|first| first.total()),
            led: outcome.failovers.last().is_none_or(over),
            messages: seed.messages,
            leaderless_ns: seed.leaderless_ns,
            overlap_ns: seed.overlap_ns,
            false_failovers: u64::from(seed.false_failovers),
            tested: set(&|judgement| matches!(judgement.verdict, Verdict::Held | Verdict::Violated(_))),
            violated: set(&violated),
            safety: set(&|judgement| promised(judgement, Severity::Safety)),
            liveness: set(&|judgement| promised(judgement, Severity::Liveness)),
            missed: missed(outcome),
        }
    }
}
