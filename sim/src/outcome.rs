//! What a run gives back: verdicts, split-brain by kind, tenures, failovers, counters and the fingerprint. Values only;
//! `reports` turns them into words and JSON.

use crate::algorithm::{Epoch, NodeId};
use crate::time::{Span, Time};

/// The three values of a verdict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It was exercised, and not violated.
    Held,
    /// It was violated at least once.
    Violated(Violation),
    /// No situation arose in which a wrong implementation could have failed.
    NotExercised,
    /// The algorithm has no facts of this kind (no epochs, no votes, no log), or the scenario gave no occasion to judge.
    NotApplicable,
}

/// The first violation of an invariant in a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// True time; the end of the run for what shows only then.
    pub at: Time,
    /// Who took part; empty where nobody in particular did.
    pub nodes: Vec<NodeId>,
    /// What was seen, in words.
    pub saw: String,
    /// How often in this run, this one included.
    pub times: u64,
}

/// What weight a violation has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// The algorithm promises it, and what it assumes held in this run.
    Promised,
    /// It promises it, under an assumption that this scenario breaks.
    OutsideAssumptions,
    /// The algorithm does not promise it with these settings.
    NotPromised,
}

/// For a liveness invariant: later than the bound, or not at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Liveness {
    /// Between the bound and four times the bound.
    Slow,
    /// Not within four times the bound.
    Stuck,
    /// Late, but the run ended before four times the bound.
    Late,
}

/// What came of one invariant in one run.
#[derive(Clone, PartialEq, Debug)]
pub struct Judgement {
    /// As in `hustings explain`: `election-safety`.
    pub invariant: &'static str,
    /// What came of it.
    pub verdict: Verdict,
    /// What weight a violation has here, whether there was one or not.
    pub standing: Standing,
    /// Situations in which a wrong implementation could have failed.
    pub exercised: u64,
    /// Safety or liveness; set for violated liveness invariants.
    pub liveness: Option<Liveness>,
    /// A violation of this counts as a safety finding (exit 1), a liveness finding (exit 3), or is a measurement only.
    pub severity: Severity,
}

/// What a violation of an invariant is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// Something happened that must never happen.
    Safety,
    /// Something did not come about in time.
    Liveness,
    /// Of interest, and no finding.
    Measurement,
}

/// The four kinds, never merged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SplitBrain {
    /// How often a second node led in one epoch.
    pub same_epoch: u64,
    /// Total time in which two or more nodes would have acted as leader.
    pub overlap: Span,
    /// The longest stretch of that kind.
    pub longest_overlap: Span,
    /// How many effects of an older tenure took hold after one of a newer.
    pub conflicting_effects: u64,
    /// Acknowledged items that the history kept after the heal does not hold.
    pub lost_acknowledged: u64,
}

/// A stretch in which one node held authority.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tenure {
    pub node: NodeId,
    pub epoch: Epoch,
    /// When its authority began.
    pub from: Time,
    /// `None`: to the end of the run.
    pub until: Option<Time>,
}

/// Why the leader was lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// There was none yet.
    Start,
    /// It crashed, or was wiped.
    Crash,
    /// Its process was paused.
    Pause,
    /// Its machine was suspended.
    Suspend,
    /// It lost the two-way path to a majority (or to its lock service).
    Cut,
    /// It stepped down while a fault was in force somewhere.
    SteppedDown,
    /// It stepped down and nothing was wrong: a false failover.
    Unprovoked,
    /// An operator asked for it.
    Transfer,
}

impl Cause {
    /// As in reports: `stepped-down`.
    pub const fn name(self) -> &'static str {
        match self {
            Cause::Start => "start",
            Cause::Crash => "crash",
            Cause::Pause => "pause",
            Cause::Suspend => "suspend",
            Cause::Cut => "cut",
            Cause::SteppedDown => "stepped-down",
            Cause::Unprovoked => "unprovoked",
            Cause::Transfer => "transfer",
        }
    }
}

/// From the loss of a leader to the first item acknowledged under a new one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Failover {
    /// When the leader was lost; the start of the run, where there was none yet.
    pub lost: Time,
    pub cause: Cause,
    /// Somebody first stood for election.
    pub detected: Option<Time>,
    /// Somebody first held authority.
    pub elected: Option<Time>,
    /// The first item was acknowledged under the new leader.
    pub effective: Option<Time>,
    /// The condition ended before anyone else had authority.
    pub absorbed: bool,
}

/// What is simply counted over a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Messages that left a node.
    pub sent: u64,
    /// Messages handed to a live node.
    pub delivered: u64,
    /// Messages, or copies of them, that did not arrive.
    pub dropped: u64,
    /// Messages of which the network made a copy.
    pub duplicated: u64,
    /// Timers that fired.
    pub timers: u64,
    /// Times a member became a candidate in a new epoch (pre-candidacies are not counted).
    pub elections: u64,
    /// Tenures after the first.
    pub leader_changes: u64,
    /// Time in which nobody held authority.
    pub leaderless: Span,
    /// Items that were handed to members with authority.
    pub proposed: u64,
    /// How often a client was told that its item is done.
    pub acknowledged: u64,
}

/// What came of the work on the protected resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ResourceReport {
    /// Somebody had authority …
    pub led: bool,
    /// … and an ordered fencing token; without one, fencing is not applicable.
    pub tokens: bool,
    /// Operations that it did.
    pub accepted: u64,
    /// Operations that it refused because their token was too old, or not the current one.
    pub fenced: u64,
    /// Operations that it refused because they had no token.
    pub without_token: u64,
    /// Changes that were overwritten by a leader that had not seen them; among [`SplitBrain::conflicting_effects`].
    pub lost_updates: u64,
    /// Reads that were answered.
    pub reads: u64,
    /// … and did not reflect what had been acknowledged before.
    pub stale_reads: u64,
    /// `None`: there is no job.
    pub job: Option<JobReport>,
}

/// What came of a job that must run once a period.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct JobReport {
    /// Periods that were over at the end of the run, by the true wall time.
    pub periods: u64,
    /// Periods whose job took effect once, …
    pub once: u64,
    /// … more than once, …
    pub repeated: u64,
    /// … and, of those that were over, not at all.
    pub missed: u64,
}

/// A fault that did not fire, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotExercised {
    /// The name of the event in the script.
    pub event: String,
    /// In words.
    pub why: String,
    /// It did fire at another time of the same run: it repeats.
    pub fired: bool,
    /// A swarm drew it: it is not what the scenario was to show, and another seed has another.
    pub drawn: bool,
}

/// Everything about one run.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// [`crate::Setup::name`].
    pub scenario: String,
    /// [`crate::Algorithm::NAME`].
    pub algorithm: &'static str,
    pub seed: u64,
    /// Settings of the algorithm in force, as they would be written in a file.
    pub settings: Vec<(String, String)>,
    /// Hash of every event in order; of nothing, if [`crate::Options::fingerprint`] was off.
    pub fingerprint: u128,
    /// Messages handed to live nodes and timers that fired.
    pub events: u64,
    /// When the run was over: its duration, or earlier if what it was to stop for came about.
    pub end: Time,
    /// One for each invariant, in the order of [`crate::audit::catalogue::ALL`]; the algorithm's own follow.
    pub judgements: Vec<Judgement>,
    pub split_brain: SplitBrain,
    /// In the order in which they began; they may overlap.
    pub tenures: Vec<Tenure>,
    /// In order of time; the first is the first election.
    pub failovers: Vec<Failover>,
    pub counters: Counters,
    /// `None`: nothing was done on the protected resource.
    pub resource: Option<ResourceReport>,
    /// Events of the script that found no target or were not due in time.
    pub not_exercised: Vec<NotExercised>,
    /// What the scenario asked to be measured, in nanoseconds (or a count); `None` if it did not come about.
    pub measured: Option<u64>,
}
