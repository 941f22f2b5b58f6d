//! Who has voted, in a candidacy: sets of members, and what they amount to.

use sim::NodeId;
use sim::setup::MOST_NODES;

/// A set of members.
#[derive(Clone, Copy, Default, Debug)]
struct Members([u64; MOST_NODES.div_ceil(64) as usize]);

impl Members {
    /// Whether it was not in the set.
    fn insert(&mut self, member: NodeId) -> bool {
        let (word, bit) = (member.index() / 64, 1u64 << (member.index() % 64));
        let fresh = self.0[word] & bit == 0;
        self.0[word] |= bit;
        fresh
    }
}

/// What the answers so far amount to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Open,
    Won,
    /// So many refused that the rest is no majority.
    Lost,
}

/// The answers to one candidacy.
#[derive(Clone, Copy, Default, Debug)]
pub struct Tally {
    granting: Members,
    refusing: Members,
    granted: usize,
    refused: usize,
}

impl Tally {
    /// Counts an answer. An answer that arrives twice counts once, unless the bug `twice` is on.
    pub fn count(&mut self, member: NodeId, granted: bool, twice: bool) {
        let (set, count) =
            if granted { (&mut self.granting, &mut self.granted) } else { (&mut self.refusing, &mut self.refused) };
        if set.insert(member) || twice {
            *count += 1;
        }
    }

    pub fn outcome(&self, members: usize, quorum: usize) -> Outcome {
        if self.granted >= quorum {
            Outcome::Won
        } else if self.refused + quorum > members {
            Outcome::Lost
        } else {
            Outcome::Open
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_majority_decides_either_way_and_nobody_counts_twice() {
        use Outcome::{Lost, Open, Won};
        // (members, granting, refusing, outcome), the candidate being member 0; repeated answers are meant.
        let cases: [(usize, &[u16], &[u16], Outcome); 10] = [
            (1, &[0], &[], Won),
            (2, &[0], &[], Open),
            (2, &[0], &[1], Lost),
            (3, &[0, 0, 0], &[], Open),
            (3, &[0, 2], &[], Won),
            (4, &[0, 1], &[], Open),
            (4, &[0, 1], &[2, 3], Lost),
            (5, &[0, 1], &[2, 3, 3, 3], Open),
            (5, &[0, 1], &[2, 3, 4], Lost),
            (MOST_NODES.into(), &[0, MOST_NODES - 1], &[63, 64, 65], Open),
        ];
        for (members, granting, refusing, outcome) in cases {
            let mut tally = Tally::default();
            granting.iter().for_each(|&member| tally.count(NodeId(member), true, false));
            refusing.iter().for_each(|&member| tally.count(NodeId(member), false, false));
            assert_eq!(tally.outcome(members, members / 2 + 1), outcome, "{members}: {granting:?} against {refusing:?}");
        }
    }
}
