//! What an algorithm promises, on what assumption, and how long it may take: by these claims it is judged.

use crate::ratio::Ratio;
use crate::time::Span;

/// The invariants that are common to all algorithms. What each means: [`crate::audit::catalogue`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Promise {
    /// One epoch has one leader.
    ElectionSafety,
    /// One vote a member and epoch, across crashes too.
    VoteOnce,
    /// The epoch that a member's messages assert never falls.
    TermMonotonic,
    /// What a message asserts is on its sender's disk when it departs.
    DurableBeforeReply,
    /// Whoever leads had the votes of a majority.
    QuorumCertificate,
    /// Logs that share an entry are equal up to there.
    LogMatching,
    /// Whoever leads holds what was committed before.
    LeaderCompleteness,
    /// What was called committed stays, and acknowledged work is kept, once and in order.
    CommittedNeverLost,
    /// A leader's log only grows.
    LeaderAppendOnly,
    /// Only entries of the leader's own epoch are committed by counting replicas.
    CommitCurrentTermOnly,
    /// Two members would act as leader together for no longer than [`Bounds::overlap`].
    BeliefOverlap,
    /// No effect of an older tenure after one of a newer.
    EffectiveSplitBrain,
    /// A leader without its majority gives up within [`Bounds::step_down`].
    LeaderHasQuorum,
    /// Nobody comes to lead while no member can reach a majority.
    NoLeaderWithoutQuorum,
    /// One leads and gets work done within [`Bounds::recovery`].
    EventualLeader,
    /// An established leader stays while nothing is wrong.
    Stability,
    /// All who name a leader of one epoch name the same; in the end all name the one that leads.
    FollowerAgreement,
    /// Epochs do not race while the network stays as it is.
    BoundedTermGrowth,
    /// Nobody stands for longer than [`Bounds::recovery`].
    NoStuckRole,
    /// At any true time at most one member would act as leader.
    LeaseExclusive,
    /// A service grants to another only what its holder has released, or has let expire by the service's own rule.
    ServiceSideExclusive,
    /// A holder's authority ends no later than its grant does by the record of the service.
    LeaseContainment,
    /// A release removes nothing but the grant of whoever asked for it.
    ReleaseOwnOnly,
    /// Fencing tokens rise with every grant, and nothing takes hold at the resource with an older one than before.
    FencingMonotonic,
    /// What a leader's client reads reflects all work that was acknowledged before it asked.
    NoStaleLeaderRead,
    /// The job of a period takes effect once.
    SingletonJob,
}

/// What must be true of the world for a promise to bind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Assumption {
    /// Nothing but crash-recovery with durable state: any delay, loss, pause, clock.
    Asynchrony,
    /// Clock rates within the bound that the settings state.
    BoundedDrift,
    /// Clock rates within the bound, and no wall clock that jumps.
    SteadyWall,
    /// No pause between checking authority and acting on it, and bounded drift.
    NoPause,
    /// All that, and what arrives at all has not been held back beyond the network's longest delay, by links or disks.
    BoundedDelay,
    /// Known bounds on delay and processing, reliable links, crashes only.
    Synchrony,
}

impl Assumption {
    /// In words, for `explain` and for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Assumption::Asynchrony => "asynchrony (crash-recovery with durable state)",
            Assumption::BoundedDrift => "bounded clock drift",
            Assumption::SteadyWall => "bounded clock drift and no wall clock that jumps",
            Assumption::NoPause => "bounded clock drift and no pause between check and effect",
            Assumption::BoundedDelay => "bounded clock drift, no pause, and no answer later than the network's longest delay",
            Assumption::Synchrony => "synchrony (known delay bound, reliable links, crashes only)",
        }
    }
}

/// One promise of an algorithm under its settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// What is promised.
    pub promise: Promise,
    /// What must be true of the world for it.
    pub given: Assumption,
}

impl Claim {
    /// All of these under one assumption.
    pub fn all(given: Assumption, promises: &[Promise]) -> Vec<Claim> {
        promises.iter().map(|&promise| Claim { promise, given }).collect()
    }
}

/// A sum whose terms say what they are for.
pub type Sum = Vec<(Span, &'static str)>;

/// The liveness bounds that an algorithm states for itself, as commented sums.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// From the moment when the network is whole and a majority is up, to an established leader.
    pub recovery: Sum,
    /// Where a holder gives its leadership back by itself while nothing is wrong (a lease that nobody renews): from there to the next
    /// established leader. So long nobody may lead between two, also when the recovery bound has just passed. `None`: whoever leads
    /// goes on.
    pub handover: Option<Sum>,
    /// From the moment when a leader has lost its majority, to the end of its authority; `None`: not promised.
    pub step_down: Option<Sum>,
    /// Election timeout, or what takes its place: the unit in which scenarios of random faults are measured.
    pub detection: Span,
    /// The longest time for which two nodes may believe that they lead, without a pause; `None`: not promised.
    pub overlap: Option<Sum>,
    /// By how much the fastest monotonic clock may outrun the slowest, services included, before [`Assumption::BoundedDrift`] is
    /// broken: `5/4`. `None`: by no more than the scenario sets at its start.
    pub drift: Option<Ratio>,
    /// The longest time from a request to its answer for which promises under [`Assumption::BoundedDelay`] are made; `None`:
    /// what the network needs at most as the scenario sets it at its start.
    pub answer: Option<Span>,
}

impl Bounds {
    /// For a cluster whose members differ in their settings: of each bound the longer, and nothing that one of them does
    /// not promise.
    #[must_use]
    pub fn worst(self, other: Bounds) -> Bounds {
        let longer = |a: Sum, b: Sum| if total(&a) >= total(&b) { a } else { b };
        Bounds {
            recovery: longer(self.recovery, other.recovery),
            handover: match (self.handover, other.handover) {
                (Some(a), Some(b)) => Some(longer(a, b)),
                (a, b) => a.or(b),
            },
            step_down: self.step_down.zip(other.step_down).map(|(a, b)| longer(a, b)),
            detection: self.detection.max(other.detection),
            overlap: self.overlap.zip(other.overlap).map(|(a, b)| longer(a, b)),
            drift: self.drift.zip(other.drift).map(|(a, b)| if a.exceeds(b) { b } else { a }),
            answer: self.answer.zip(other.answer).map(|(a, b)| a.min(b)),
        }
    }
}

/// The total of a commented sum.
pub fn total(sum: &Sum) -> Span {
    sum.iter().fold(Span::ZERO, |total, (span, _)| total + *span)
}

/// What the scenario guarantees once the trouble is over.
#[derive(Clone, Copy, Debug)]
pub struct Network {
    /// How many members the electorate has.
    pub members: u16,
    /// Longest one-way delay (the one-in-a-million quantile of unbounded distributions).
    pub max_delay: Span,
    /// Largest probability of loss on any link.
    pub loss: Ratio,
    /// Largest clock rate error, in parts per million.
    pub drift_ppm: u64,
    /// Longest disk latency.
    pub disk: Span,
    /// Session timeout, where sessions are used.
    pub session: Span,
}
