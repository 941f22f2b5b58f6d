//! The bugs that can be switched on, numbered as in the catalogue of bugs; each is asked for in one small rule.

use sim::{Context, MutantInfo, Promise};

use super::Zab;
use super::votes::Rules;

/// The real implementation with one rule changed. `Q…` are changes that are *not* bugs: nothing may catch them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Mutant {
    Z1,
    Z2,
    Z3,
    Z5,
    Z7,
    Z8,
    Z9,
    Z10,
    Z11,
    Z12,
    Z13,
    Z14,
    Z15,
    Z17,
    Q4,
    Q8,
}

const fn bug(mutant: Mutant, id: &'static str, caught_by: Promise, breaks: &'static str) -> MutantInfo<Mutant> {
    MutantInfo { mutant, id, breaks, caught_by: Some(caught_by) }
}

const fn harmless(mutant: Mutant, id: &'static str, breaks: &'static str) -> MutantInfo<Mutant> {
    MutantInfo { mutant, id, breaks, caught_by: None }
}

pub(super) const MUTANTS: &[MutantInfo<Mutant>] = &[
    bug(Mutant::Z1, "Z1", Promise::LeaderCompleteness, "the newest history is elected, and leads nobody whose history is newer"),
    bug(Mutant::Z2, "Z2", Promise::LeaderCompleteness, "the epoch decides which history is newer, and only then the counter"),
    bug(Mutant::Z3, "Z3", Promise::EventualLeader, "a new round forgets the votes of earlier ones"),
    bug(Mutant::Z5, "Z5", Promise::EventualLeader, "nobody joins a leader that has not said itself that it leads"),
    bug(Mutant::Z7, "Z7", Promise::LeaderCompleteness, "a follower stores the leader's history before the leader's epoch"),
    bug(Mutant::Z8, "Z8", Promise::DurableBeforeReply, "a follower says that it has taken over a history when it is on disk"),
    bug(Mutant::Z9, "Z9", Promise::CommittedNeverLost, "a leader serves when a quorum has taken over its history"),
    bug(Mutant::Z10, "Z10", Promise::VoteOnce, "agreeing to an epoch for the second time does not count"),
    bug(Mutant::Z11, "Z11", Promise::LeaderHasQuorum, "a leader without a quorum steps down"),
    bug(Mutant::Z12, "Z12", Promise::LeaderCompleteness, "a leader does not count a follower that is ahead of it"),
    bug(Mutant::Z13, "Z13", Promise::LogMatching, "proposals go only to followers that are given the leader's history"),
    bug(
        Mutant::Z14,
        "Z14",
        Promise::CommittedNeverLost,
        "a follower that is up to date learns what is committed, not what is proposed",
    ),
    bug(Mutant::Z15, "Z15", Promise::CommittedNeverLost, "what a follower lacks of the committed history is sent to it whole"),
    bug(
        Mutant::Z17,
        "Z17",
        Promise::VoteOnce,
        "a member that starts again still knows to which epoch it agreed, and does not read it off its history",
    ),
    harmless(Mutant::Q4, "Q4", "a member that sees a quorum agree waits for a better vote"),
    harmless(Mutant::Q8, "Q8", "a proposal is sent once"),
];

impl Rules {
    /// As this member has them.
    pub(super) fn of(ctx: &Context<'_, Zab>) -> Rules {
        Rules { number_only: ctx.bug(Mutant::Z1), counter_first: ctx.bug(Mutant::Z2), any_round: ctx.bug(Mutant::Z3) }
    }
}

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
