//! Every common invariant: its name, citation, sentence, what counts as exercised, the weight of a violation, and the facts
//! without which it cannot be judged. `hustings explain`, the JSON of a run and the scenario files speak of invariants by
//! these names.

use crate::algorithm::{Facts, Promise};
use crate::outcome::Severity;

/// A kind of evidence that an algorithm may offer; see [`Facts`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fact {
    /// Leaders have epochs: [`Facts::epochs`].
    Epochs,
    /// Messages say for whom their senders voted: [`Facts::votes`].
    Votes,
    /// There is a replicated log: [`Facts::history`].
    History,
    /// It says which message needs which durable state: [`Facts::durable`].
    Durable,
    /// Authority rests on a service's record: [`Facts::leases`].
    Leases,
    /// Its items are done on the protected resource: there is no [`Facts::history`].
    Resource,
}

impl Fact {
    const fn offered(self, facts: Facts) -> bool {
        match self {
            Fact::Epochs => facts.epochs,
            Fact::Votes => facts.votes,
            Fact::History => facts.history,
            Fact::Durable => facts.durable,
            Fact::Leases => facts.leases,
            Fact::Resource => !facts.history,
        }
    }

    /// In words: "needs epochs".
    pub const fn name(self) -> &'static str {
        match self {
            Fact::Epochs => "epochs",
            Fact::Votes => "votes",
            Fact::History => "a replicated log",
            Fact::Durable => "durable state",
            Fact::Leases => "a lease or a lock of a service",
            Fact::Resource => "work on the protected resource",
        }
    }
}

/// What there is to say of one invariant.
#[derive(Clone, Copy, Debug)]
pub struct Invariant {
    /// The promise of an algorithm to keep it.
    pub promise: Promise,
    /// `election-safety`.
    pub name: &'static str,
    /// Where it comes from.
    pub citation: &'static str,
    /// What must be true.
    pub sentence: &'static str,
    /// One of these is a situation in which a wrong implementation could have failed.
    pub exercised: &'static str,
    /// Of a violation by an algorithm that promises it while its assumptions hold.
    pub severity: Severity,
    /// Without all of these it is not applicable.
    pub needs: &'static [Fact],
}

impl Invariant {
    /// The kind of split-brain of which a violation is a case, if it is one.
    pub const fn kind(&self) -> Option<&'static str> {
        match self.promise {
            Promise::ElectionSafety => Some("same-epoch-leaders"),
            Promise::BeliefOverlap => Some("overlapping-authority"),
            Promise::EffectiveSplitBrain => Some("conflicting-effects"),
            Promise::CommittedNeverLost => Some("divergence"),
            _ => None,
        }
    }

    /// Can it be judged of an algorithm that offers these facts?
    pub fn applies(&self, facts: Facts) -> bool {
        self.needs.iter().all(|fact| fact.offered(facts))
    }

    /// Is it judged of a replicated log, too, whose leaders answer reads by a lease that their voters grant? It is where an algorithm
    /// claims that they may.
    pub const fn is_of_voters_lease(&self) -> bool {
        matches!(self.promise, Promise::LeaseContainment | Promise::NoStaleLeaderRead)
    }

    /// Real harm is a safety finding whatever was promised: two leaders in one epoch, thrown-away work, effects that
    /// contradict each other, a job that was run twice.
    pub const fn is_harm(&self) -> bool {
        matches!(
            self.promise,
            Promise::ElectionSafety | Promise::CommittedNeverLost | Promise::EffectiveSplitBrain | Promise::SingletonJob
        )
    }
}

/// The invariant of that name; a kind of split-brain names the invariant that finds it.
pub fn by_name(name: &str) -> Option<&'static Invariant> {
    ALL.iter().find(|invariant| invariant.name == name || invariant.kind() == Some(name))
}

/// What there is to say of this promise.
pub const fn of(promise: Promise) -> &'static Invariant {
    &ALL[promise as usize]
}

/// `election-safety`.
pub const fn name_of(promise: Promise) -> &'static str {
    of(promise).name
}

/// How many there are.
pub const COUNT: usize = 26;

/// All of them, in the order of [`Promise`], which is the order of verdicts everywhere.
pub const ALL: [Invariant; COUNT] = [
    Invariant {
        promise: Promise::ElectionSafety,
        name: "election-safety",
        citation: "Ongaro and Ousterhout 2014, figure 3",
        sentence: "At most one member ever leads in one epoch.",
        exercised: "a member came to lead after another had led, or had stood in the same epoch",
        severity: Severity::Safety,
        needs: &[Fact::Epochs],
    },
    Invariant {
        promise: Promise::VoteOnce,
        name: "vote-once",
        citation: "Ongaro 2014 (dissertation), sections 3.4 and 3.8",
        sentence: "No member votes for two candidates in one epoch, not even across a crash.",
        exercised: "a second candidate asked a voter that had already voted in that epoch",
        severity: Severity::Safety,
        needs: &[Fact::Votes],
    },
    Invariant {
        promise: Promise::TermMonotonic,
        name: "term-monotonic",
        citation: "Ongaro 2014 (dissertation), section 3.3",
        sentence: "The epoch that a member's messages assert never falls, not even across a crash.",
        exercised: "a member asserted an epoch for the first time after a restart",
        severity: Severity::Safety,
        needs: &[Fact::Epochs],
    },
    Invariant {
        promise: Promise::DurableBeforeReply,
        name: "durable-before-reply",
        citation: "Ongaro 2014 (dissertation), section 3.8; ZOOKEEPER-4646",
        sentence: "What a message asserts of its sender's past is on the sender's disk when the message departs.",
        exercised: "a message departed that asserted an epoch or a vote for the first time, from a member whose disk takes time",
        severity: Severity::Safety,
        needs: &[Fact::Durable],
    },
    Invariant {
        promise: Promise::QuorumCertificate,
        name: "quorum-certificate",
        citation: "Ongaro and Ousterhout 2014, section 5.2",
        sentence: "Whoever leads in an epoch had the votes of a majority in it, counted by what really left the voters.",
        exercised: "a member came to lead",
        severity: Severity::Safety,
        needs: &[Fact::Epochs, Fact::Votes],
    },
    Invariant {
        promise: Promise::LogMatching,
        name: "log-matching",
        citation: "Ongaro and Ousterhout 2014, figure 3",
        sentence: "If two logs hold an entry of the same epoch at the same position, they are equal up to there.",
        exercised: "an entry was written at a position and of an epoch that had been seen there before",
        severity: Severity::Safety,
        needs: &[Fact::Epochs, Fact::History],
    },
    Invariant {
        promise: Promise::LeaderCompleteness,
        name: "leader-completeness",
        citation: "Ongaro and Ousterhout 2014, figure 3 and section 5.4",
        sentence: "Whoever comes to lead holds every entry that was committed in an earlier epoch.",
        exercised: "a member came to lead when entries of earlier epochs had been committed",
        severity: Severity::Safety,
        needs: &[Fact::Epochs, Fact::History],
    },
    Invariant {
        promise: Promise::CommittedNeverLost,
        name: "committed-never-lost",
        citation: "Ongaro and Ousterhout 2014, figure 3 (State Machine Safety)",
        sentence: "What was called committed at a position stays there, and acknowledged work is in the final history once, \
                   in an order that agrees with real time.",
        exercised: "a member called committed what another had called committed before; without a log: work was acknowledged",
        severity: Severity::Safety,
        needs: &[],
    },
    Invariant {
        promise: Promise::LeaderAppendOnly,
        name: "leader-append-only",
        citation: "Ongaro and Ousterhout 2014, figure 3",
        sentence: "A leader's log neither shrinks nor changes at a position that it has, as long as it leads.",
        exercised: "a leader wrote into its log",
        severity: Severity::Safety,
        needs: &[Fact::Epochs, Fact::History],
    },
    Invariant {
        promise: Promise::CommitCurrentTermOnly,
        name: "commit-current-term-only",
        citation: "Ongaro 2014 (dissertation), section 3.6.2 and figure 3.7",
        sentence: "A leader commits by counting replicas only entries of its own epoch; older ones follow from those.",
        exercised: "a leader raised its commit position over an entry of an older epoch",
        severity: Severity::Safety,
        needs: &[Fact::Epochs, Fact::History],
    },
    Invariant {
        promise: Promise::BeliefOverlap,
        name: "belief-overlap",
        citation: "Gray and Cheriton 1989 (leases); DESIGN section 4",
        sentence: "Two members would act as leader at the same true time for no longer than promised.",
        exercised: "authority passed from one member to another",
        severity: Severity::Safety,
        needs: &[],
    },
    Invariant {
        promise: Promise::EffectiveSplitBrain,
        name: "effective-split-brain",
        citation: "Burrows 2006 (Chubby), section 2.4; Kleppmann 2016",
        sentence: "No effect of an older tenure takes hold after an effect of a newer one, and no leader overwrites a change that \
                   it has not seen.",
        exercised: "a tenure began while work of an older one was unfinished, or an older one was given work after that",
        severity: Severity::Safety,
        needs: &[],
    },
    Invariant {
        promise: Promise::LeaderHasQuorum,
        name: "leader-has-quorum",
        citation: "Ongaro 2014 (dissertation), section 6.2",
        sentence: "A leader that has lost its majority (or most of its services) gives up its authority within the step-down bound.",
        exercised: "a member with authority ran without its majority for as long as the bound",
        severity: Severity::Safety,
        needs: &[],
    },
    Invariant {
        promise: Promise::NoLeaderWithoutQuorum,
        name: "no-leader-without-quorum",
        citation: "Ongaro and Ousterhout 2014, section 5.2",
        sentence: "Nobody stands and comes to lead while no member can reach a majority (or most of its services).",
        exercised: "a member stood while no member could reach a majority",
        severity: Severity::Safety,
        needs: &[],
    },
    Invariant {
        promise: Promise::EventualLeader,
        name: "eventual-leader",
        citation: "Ongaro 2014 (dissertation), section 3.9",
        sentence: "Once the trouble is over, exactly one member leads and gets work done within the recovery bound (where a resource refuses it for want of a token, it is enough to lead).",
        exercised: "the network was whole and a majority up for as long as the bound",
        severity: Severity::Liveness,
        needs: &[],
    },
    Invariant {
        promise: Promise::Stability,
        name: "stability",
        citation: "Ongaro 2014 (dissertation), section 4.2.3; etcd issue 9333",
        sentence: "An established leader is not deposed while nothing is wrong.",
        exercised: "a leader was established and nothing was wrong for as long as the recovery bound",
        severity: Severity::Liveness,
        needs: &[],
    },
    Invariant {
        promise: Promise::FollowerAgreement,
        name: "follower-agreement",
        citation: "Hunt, Konar, Junqueira and Reed 2010 (ZooKeeper); ZAB's Leadership property",
        sentence: "In one epoch all who name a leader name the same; once the trouble is over all members name the one that leads.",
        exercised: "a second member named the leader of an epoch; or the network was whole for as long as the bound",
        severity: Severity::Safety,
        needs: &[],
    },
    Invariant {
        promise: Promise::BoundedTermGrowth,
        name: "bounded-term-growth",
        citation: "Ongaro 2014 (dissertation), section 9.6",
        sentence: "Epochs do not race while the network stays as it is, and a member that cannot win does not raise its epoch.",
        exercised: "a member without its majority stood; or the network stayed as it was for three recovery bounds",
        severity: Severity::Liveness,
        needs: &[Fact::Epochs],
    },
    Invariant {
        promise: Promise::NoStuckRole,
        name: "no-stuck-role",
        citation: "etcd issue 8501",
        sentence: "Once the trouble is over, nobody remains a candidate for longer than the recovery bound.",
        exercised: "a member stood, and nothing was wrong for as long as the recovery bound from then on",
        severity: Severity::Liveness,
        needs: &[],
    },
    Invariant {
        promise: Promise::LeaseExclusive,
        name: "lease-exclusive",
        citation: "Gray and Cheriton 1989 (leases); Burrows 2006 (Chubby), section 2.4",
        sentence: "At any true time at most one member would act as the holder of the lease.",
        exercised: "a member came to hold the lease after another had held it",
        severity: Severity::Safety,
        needs: &[Fact::Leases],
    },
    Invariant {
        promise: Promise::ServiceSideExclusive,
        name: "service-side-exclusive",
        citation: "Hunt, Konar, Junqueira and Reed 2010 (ZooKeeper), section 2.4; etcd documentation, \"why etcd\"",
        sentence: "By the service's own record a grant goes to another only after its holder has released it or let it expire.",
        exercised: "the service granted to another than the last holder",
        severity: Severity::Safety,
        needs: &[Fact::Leases],
    },
    Invariant {
        promise: Promise::LeaseContainment,
        name: "lease-containment",
        citation: "Gray and Cheriton 1989 (leases), section 2; Ongaro 2014 (dissertation), section 6.4.1",
        sentence: "A holder's own deadline is over no later than the grant is by the record of a majority of the services, or than \
                   a majority of the voters refuses to elect another.",
        exercised: "a holder's deadline was set or moved; or a leader answered a read by the lease of its voters",
        severity: Severity::Safety,
        needs: &[Fact::Leases],
    },
    Invariant {
        promise: Promise::ReleaseOwnOnly,
        name: "release-own-only",
        citation: "Redis documentation, distributed locks; etcd issue 22082",
        sentence: "A release removes nothing but the grant of whoever asked for it.",
        exercised: "a release arrived while the grant was not that of whoever asked for it",
        severity: Severity::Safety,
        needs: &[Fact::Leases],
    },
    Invariant {
        promise: Promise::FencingMonotonic,
        name: "fencing-monotonic",
        citation: "Burrows 2006 (Chubby), section 2.4; Kleppmann 2016",
        sentence: "Fencing tokens rise with every grant; the highest that the resource has accepted never falls, not even in a \
                   crash, and nothing takes hold there with an older one.",
        exercised: "an older token came to the resource after a newer one; or it crashed when it had accepted one; or a second \
                    token was granted",
        severity: Severity::Safety,
        needs: &[Fact::Resource],
    },
    Invariant {
        promise: Promise::NoStaleLeaderRead,
        name: "no-stale-leader-read",
        citation: "Ongaro 2014 (dissertation), section 6.4; Kingsbury 2013-2020 (Jepsen: MongoDB, etcd)",
        sentence: "What a leader's client reads reflects all work that was acknowledged before it asked.",
        exercised: "a read was answered when work of another member had been acknowledged",
        severity: Severity::Safety,
        needs: &[Fact::Resource],
    },
    Invariant {
        promise: Promise::SingletonJob,
        name: "singleton-job",
        citation: "Kubernetes client-go, leaderelection (what it is used for); Kleppmann 2016",
        sentence: "The job of a period, by the wall clock of whoever leads, takes effect once.",
        exercised: "a request to run the job came from another member than the last one, or for a period that had been asked for",
        severity: Severity::Safety,
        needs: &[],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_stands_in_the_order_of_the_promises_and_names_are_unique() {
        for (place, invariant) in ALL.iter().enumerate() {
            assert_eq!(invariant.promise as usize, place, "{}", invariant.name);
            assert_eq!(by_name(invariant.name).map(|found| found.promise), Some(invariant.promise));
            assert!(invariant.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", invariant.name);
            assert!(invariant.sentence.ends_with('.'), "{}", invariant.name);
        }
        assert_eq!(by_name("no-such-thing").map(|found| found.name), None);
        assert_eq!(name_of(Promise::NoStuckRole), "no-stuck-role");
        assert_eq!(by_name("conflicting-effects").map(|found| found.promise), Some(Promise::EffectiveSplitBrain));
    }

    #[test]
    fn an_algorithm_without_votes_is_not_judged_by_them() {
        let bully = Facts { epochs: false, votes: false, history: false, durable: false, leases: false };
        assert!(!of(Promise::VoteOnce).applies(bully));
        assert!(!of(Promise::ElectionSafety).applies(bully));
        assert!(of(Promise::EffectiveSplitBrain).applies(bully));
    }
}
