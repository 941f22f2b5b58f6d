//! The names of the invariants, as files write them.

use sim::algorithm::Promise;

const NAMES: [(&str, Promise); 19] = [
    ("election-safety", Promise::ElectionSafety),
    ("vote-once", Promise::VoteOnce),
    ("term-monotonic", Promise::TermMonotonic),
    ("durable-before-reply", Promise::DurableBeforeReply),
    ("quorum-certificate", Promise::QuorumCertificate),
    ("log-matching", Promise::LogMatching),
    ("leader-completeness", Promise::LeaderCompleteness),
    ("committed-never-lost", Promise::CommittedNeverLost),
    ("leader-append-only", Promise::LeaderAppendOnly),
    ("commit-current-term-only", Promise::CommitCurrentTermOnly),
    ("belief-overlap", Promise::BeliefOverlap),
    ("effective-split-brain", Promise::EffectiveSplitBrain),
    ("leader-has-quorum", Promise::LeaderHasQuorum),
    ("no-leader-without-quorum", Promise::NoLeaderWithoutQuorum),
    ("eventual-leader", Promise::EventualLeader),
    ("stability", Promise::Stability),
    ("follower-agreement", Promise::FollowerAgreement),
    ("bounded-term-growth", Promise::BoundedTermGrowth),
    ("no-stuck-role", Promise::NoStuckRole),
];

pub(crate) fn by_name(name: &str) -> Option<Promise> {
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, promise)| *promise)
}

pub(crate) fn names() -> impl Iterator<Item = &'static str> + Clone {
    NAMES.iter().map(|(name, _)| *name)
}
