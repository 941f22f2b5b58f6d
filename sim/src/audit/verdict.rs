//! From tallies to verdicts: three values (and "not applicable"), the standing of a violation, and its weight.

use crate::algorithm::{Assumption, Bounds, Claim, Facts, Promise, total};
use crate::audit::Broken;
use crate::audit::catalogue::{self, COUNT, Invariant};
use crate::audit::findings::{Findings, Tally};
use crate::outcome::{Judgement, Severity, Standing, Verdict};
use crate::setup::{Operation, Work};
use crate::time::Span;

/// What judging needs to know of the algorithm.
pub(super) struct Bench {
    facts: Facts,
    /// By promise: on what assumption it was made, if it was.
    given: [Option<Assumption>; COUNT],
    /// Is there a bound on recovery, and on stepping down?
    recovers: bool,
    steps_down: bool,
    /// Are leaders asked for the state, and is there a job?
    reads: bool,
    job: bool,
}

impl Bench {
    pub fn new(facts: Facts, claims: &[Claim], bounds: &Bounds, work: &Work) -> Bench {
        let mut given = [None; COUNT];
        for claim in claims {
            given[claim.promise as usize].get_or_insert(claim.given);
        }
        // What the resource itself promises, it promises whoever leads.
        let by_resource = catalogue::ALL.iter().filter(|known| known.is_promised_by_resource(work, facts));
        by_resource.for_each(|known| given[known.promise as usize] = Some(Assumption::Asynchrony));
        Bench {
            facts,
            given,
            recovers: total(&bounds.recovery) > Span::ZERO,
            steps_down: bounds.step_down.is_some(),
            reads: work.on && work.operations.contains(&Operation::Read),
            job: work.job.is_some(),
        }
    }

    /// `has_occasion`: whether the run gave any to judge this promise.
    pub fn judge(&self, findings: &Findings, broken: Broken, has_occasion: impl Fn(Promise) -> bool) -> Vec<Judgement> {
        let judgement = |invariant: &Invariant| {
            let tally = findings.tally(invariant.promise);
            let standing = self.standing(invariant.promise, broken);
            let (verdict, exercised) = match &tally.violation {
                _ if !self.applies(invariant) || !has_occasion(invariant.promise) => (Verdict::NotApplicable, 0),
                // Something was there to fail: it did.
                Some(violation) => (Verdict::Violated(violation.clone()), tally.exercised.max(1)),
                None if tally.exercised == 0 => (Verdict::NotExercised, 0),
                None => (Verdict::Held, tally.exercised),
            };
            Judgement {
                invariant: invariant.name,
                verdict,
                standing,
                exercised,
                liveness: tally.liveness,
                severity: severity(invariant, tally, standing),
            }
        };
        catalogue::ALL.iter().map(judgement).collect()
    }

    /// Do leaders answer reads by their logs, and claim that it is right to?
    pub fn judges_reads_of_log(&self) -> bool {
        self.reads && self.facts.history && self.given[Promise::NoStaleLeaderRead as usize].is_some()
    }

    fn applies(&self, invariant: &Invariant) -> bool {
        if self.facts.history && invariant.is_of_voters_lease() {
            return self.judges_reads_of_log();
        }
        let judged = match invariant.promise {
            // A rule of Raft's own: an algorithm that learns the log before it leads may commit older epochs by counting.
            Promise::CommitCurrentTermOnly => self.given[invariant.promise as usize].is_some(),
            Promise::LeaderHasQuorum => self.steps_down,
            Promise::NoStaleLeaderRead => self.reads,
            Promise::SingletonJob => self.job,
            Promise::EventualLeader | Promise::Stability | Promise::NoStuckRole | Promise::BoundedTermGrowth => self.recovers,
            _ => true,
        };
        judged && invariant.applies(self.facts)
    }

    fn standing(&self, promise: Promise, broken: Broken) -> Standing {
        match self.given[promise as usize] {
            None => Standing::NotPromised,
            Some(given) if breaks(given, broken) => Standing::OutsideAssumptions,
            Some(_) => Standing::Promised,
        }
    }
}

/// Did this run break that assumption?
fn breaks(given: Assumption, broken: Broken) -> bool {
    let Broken { links, paused, clocks, walls, wiped, late } = broken;
    match given {
        Assumption::Asynchrony => wiped,
        Assumption::BoundedDrift => wiped || clocks,
        Assumption::SteadyWall => wiped || clocks || walls,
        Assumption::NoPause => wiped || clocks || paused,
        Assumption::BoundedDelay => wiped || clocks || paused || late,
        Assumption::Synchrony => wiped || clocks || paused || late || links,
    }
}

/// Harm is harm, whatever was promised. All else is a finding only where it was promised and the world kept to the
/// assumption; where not, it is measured.
fn severity(invariant: &Invariant, tally: &Tally, standing: Standing) -> Severity {
    if invariant.is_harm() {
        return Severity::Safety;
    }
    match standing {
        Standing::Promised if tally.liveness.is_some() => Severity::Liveness,
        Standing::Promised => invariant.severity,
        Standing::OutsideAssumptions | Standing::NotPromised => Severity::Measurement,
    }
}
