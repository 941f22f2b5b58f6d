//! The bugs that can be switched on, numbered as in the catalogue of bugs; each is asked for in one small rule.

use sim::{MutantInfo, Promise};

/// The real implementation with one rule changed. `Q…` are changes that are *not* bugs: nothing may catch them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Mutant {
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
    R16,
    R18a,
    R18b,
    R18c,
    R18d,
    R22,
    R23,
    R25,
    R26,
    R27,
    R29,
    Q1,
    Q5,
    Q6,
    Q9,
}

const fn bug(mutant: Mutant, id: &'static str, caught_by: Promise, breaks: &'static str) -> MutantInfo<Mutant> {
    MutantInfo { mutant, id, breaks, caught_by: Some(caught_by) }
}

const fn harmless(mutant: Mutant, id: &'static str, breaks: &'static str) -> MutantInfo<Mutant> {
    MutantInfo { mutant, id, breaks, caught_by: None }
}

pub(super) const MUTANTS: &[MutantInfo<Mutant>] = &[
    bug(Mutant::R1, "R1", Promise::DurableBeforeReply, "a vote is given only when it is durable"),
    bug(Mutant::R2, "R2", Promise::VoteOnce, "stepping down within a term keeps the vote of that term"),
    bug(Mutant::R3, "R3", Promise::LeaderCompleteness, "a vote goes only to a log that is at least as new"),
    bug(Mutant::R4, "R4", Promise::TermMonotonic, "a term is durable, also one in which it gave no vote"),
    bug(
        Mutant::R5,
        "R5",
        Promise::QuorumCertificate,
        "a majority is more than half of the members (half is enough, where their number is even)",
    ),
    bug(Mutant::R6, "R6", Promise::QuorumCertificate, "a vote that arrives twice counts once"),
    bug(Mutant::R7, "R7", Promise::QuorumCertificate, "a vote of an earlier term does not count"),
    bug(Mutant::R8, "R8", Promise::FollowerAgreement, "a higher term in a reply is heeded"),
    bug(Mutant::R9, "R9", Promise::EventualLeader, "election timeouts are drawn anew, and not only at the start"),
    bug(Mutant::R10, "R10", Promise::CommitCurrentTermOnly, "only entries of the leader's own term are committed by counting"),
    bug(Mutant::R11, "R11", Promise::CommittedNeverLost, "a follower commits only what it knows to agree with the leader"),
    bug(Mutant::R12, "R12", Promise::BoundedTermGrowth, "who hears a leader grants no pre-vote"),
    bug(Mutant::R13, "R13", Promise::NoStuckRole, "a pre-vote request of a lower term is answered"),
    bug(Mutant::R14, "R14", Promise::LeaderHasQuorum, "a leader without a majority steps down"),
    bug(Mutant::R15, "R15", Promise::LeaderHasQuorum, "each check of the majority asks for new answers"),
    bug(Mutant::R16, "R16", Promise::EventualLeader, "a vote request alone does not restart the election timer"),
    bug(
        Mutant::R18a,
        "R18a",
        Promise::NoStaleLeaderRead,
        "a lease counts from when pledges were asked for, not from when they came",
    ),
    bug(Mutant::R18b, "R18b", Promise::NoStaleLeaderRead, "a lease is shorter than the pledges, because clocks run apart"),
    bug(
        Mutant::R18c,
        "R18c",
        Promise::NoStaleLeaderRead,
        "a leader reads by pledges, and not for as long as check-quorum lets it lead",
    ),
    bug(Mutant::R18d, "R18d", Promise::LeaseContainment, "a pledge outlives a restart"),
    bug(Mutant::R22, "R22", Promise::CommittedNeverLost, "entries are cut off only where they conflict"),
    bug(
        Mutant::R23,
        "R23",
        Promise::NoStaleLeaderRead,
        "a leader reads by lease only when an entry of its own term is committed",
    ),
    bug(Mutant::R25, "R25", Promise::FollowerAgreement, "a higher term forgets the leader of the lower one"),
    bug(Mutant::R26, "R26", Promise::NoStuckRole, "a candidate follows the leader of its own term"),
    bug(Mutant::R27, "R27", Promise::BoundedTermGrowth, "asking for pre-votes leaves the term alone"),
    bug(Mutant::R29, "R29", Promise::EventualLeader, "a silent leader is forgotten"),
    harmless(Mutant::Q1, "Q1", "the commit index is durable"),
    harmless(Mutant::Q5, "Q5", "a leader stores entries before it sends them (it counts itself only afterwards)"),
    harmless(Mutant::Q6, "Q6", "who heard a leader recently keeps to the setting, instead of refusing its vote"),
    harmless(Mutant::Q9, "Q9", "a vote is sent once"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_every_mutant_by_its_own_name() {
        for (place, info) in MUTANTS.iter().enumerate() {
            assert_eq!(info.id, format!("{:?}", info.mutant));
            assert_eq!(info.mutant as usize, place, "{} stands where the type has it", info.id);
        }
    }
}
