//! What a comparison keeps of one run.

use sim::outcome::{Cause, Judgement, Outcome, Severity, Verdict};

/// One run, in few words: there may be a million of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seed {
    pub seed: u64,
    /// The first time that a leader was lost; `None`: it never was.
    pub first: Option<First>,
    /// By place among the verdicts: violated, as a safety finding, a liveness finding, a measurement.
    pub safety: u64,
    pub liveness: u64,
    pub measured: u64,
    /// Losses of a leader for which there was no fault.
    pub false_failovers: u32,
    pub conflicting_effects: u64,
    pub lost_acknowledged: u64,
    /// The longest stretch in which two or more would have acted.
    pub overlap_ns: u64,
    pub leaderless_ns: u64,
    pub messages: u64,
    pub end_ns: u64,
    /// What the scenario asks to be measured, in nanoseconds or a count; `None`: nothing, or it did not come about.
    pub measure: Option<u64>,
    /// Everything in the scenario's script took place.
    pub exercised: bool,
}

/// The first failover of a run, in its parts, in nanoseconds. A part that never came to its end is `None`, and so is what follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct First {
    pub lost_ns: u64,
    /// Until somebody stood.
    pub detection: Option<u64>,
    /// From there until somebody held authority.
    pub election: Option<u64>,
    /// From there until the first item was done; nothing where there is no work.
    pub takeover: Option<u64>,
}

impl First {
    /// From the loss until work went on.
    pub fn total(&self) -> Option<u64> {
        Some(self.detection? + self.election? + self.takeover?)
    }
}

impl Seed {
    pub fn new(outcome: &Outcome) -> Seed {
        let mask = |severity| {
            let violated =
                |judgement: &Judgement| matches!(judgement.verdict, Verdict::Violated(_)) && judgement.severity == severity;
            let places = outcome.judgements.iter().enumerate().filter(|(_, judgement)| violated(judgement));
            places.fold(0u64, |mask, (place, _)| mask | 1 << place.min(63))
        };
        let works = outcome.counters.proposed > 0;
        // The first election of all is no failover; one whose cause was over before anybody noticed is none either.
        let first = outcome.failovers.iter().find(|failover| failover.cause != Cause::Start && !failover.absorbed);
        let first = first.map(|failover| {
            let detected = failover.detected;
            let takeover = match (failover.elected, failover.effective) {
                (Some(elected), Some(effective)) if works => Some(effective.since(elected).0),
                (Some(_), _) if !works => Some(0),
                _ => None,
            };
            First {
                lost_ns: failover.lost.0,
                detection: detected.map(|detected| detected.since(failover.lost).0),
                election: detected.zip(failover.elected).map(|(detected, elected)| elected.since(detected).0),
                takeover,
            }
        });
        let false_failovers = outcome.failovers.iter().filter(|failover| failover.cause == Cause::Unprovoked).count();
        Seed {
            seed: outcome.seed,
            first,
            safety: mask(Severity::Safety),
            liveness: mask(Severity::Liveness),
            measured: mask(Severity::Measurement),
            false_failovers: false_failovers as u32,
            conflicting_effects: outcome.split_brain.conflicting_effects,
            lost_acknowledged: outcome.split_brain.lost_acknowledged,
            overlap_ns: outcome.split_brain.longest_overlap.0,
            leaderless_ns: outcome.counters.leaderless.0,
            messages: outcome.counters.sent,
            end_ns: outcome.end.0,
            measure: outcome.measured,
            exercised: outcome.not_exercised.is_empty(),
        }
    }
}
