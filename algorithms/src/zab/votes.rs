//! Votes: what a member proposes, which of two proposals is better, and when two members agree.

use std::cmp::Ordering;

use sim::NodeId;

use super::messages::{Notification, PeerState, Zxid};

/// The rules by which votes are compared and counted, each with a bug that breaks it; all false in ZooKeeper.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Rules {
    /// Z1: only the number decides.
    pub number_only: bool,
    /// Z2: the counter of the zxid comes before the epoch.
    pub counter_first: bool,
    /// Z3: votes of other rounds count.
    pub any_round: bool,
}

/// How new what a member holds is: the epoch that it last took part in, then the last entry of its history. Who leads must
/// be at least as new as everybody whom it leads (`StateSummary` in ZooKeeper).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Newness {
    pub epoch: u64,
    pub last: Zxid,
}

impl Newness {
    /// By epoch, then by zxid.
    pub fn order(&self, other: &Newness, rules: Rules) -> Ordering {
        if rules.counter_first {
            return (self.last.1, self.epoch).cmp(&(other.last.1, other.epoch));
        }
        (self.epoch, self.last).cmp(&(other.epoch, other.last))
    }
}

/// A proposal: this member, which is as new as this. An observer of ZooKeeper starts with a vote for nobody, which is worse
/// than every other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Vote {
    pub leader: Option<NodeId>,
    /// The `currentEpoch` of the proposed member, not its election round.
    pub epoch: u64,
    /// The last entry of the proposed member.
    pub zxid: Zxid,
}

impl Vote {
    pub(super) fn newness(&self) -> Newness {
        Newness { epoch: self.epoch, last: self.zxid }
    }

    /// `totalOrderPredicate`: by epoch, then zxid, then number.
    pub(super) fn is_better_than(&self, other: &Vote, rules: Rules) -> bool {
        let newness = if rules.number_only { Ordering::Equal } else { self.newness().order(&other.newness(), rules) };
        newness.then(self.leader.cmp(&other.leader)) == Ordering::Greater
    }
}

/// A vote as it came from its voter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ballot {
    pub vote: Vote,
    /// The voter's election round (`logicalclock`).
    pub round: u64,
    pub state: PeerState,
}

impl Ballot {
    pub fn of(notification: &Notification) -> Ballot {
        let Notification { vote, round, state } = *notification;
        Ballot { vote, round, state }
    }

    /// `Vote.equals`: whoever has left the election may know the epoch that came of it, and count rounds of its own.
    fn agrees(&self, other: &Ballot, rules: Rules) -> bool {
        let looking = self.state == PeerState::Looking || other.state == PeerState::Looking;
        let same_round = self.round == other.round || rules.any_round;
        self.vote.leader == other.vote.leader
            && self.vote.epoch == other.vote.epoch
            && (!looking || self.vote.zxid == other.vote.zxid && same_round)
    }
}

/// The latest ballot of each member, in one of the two boxes that an election keeps.
#[derive(Debug, Default)]
pub(super) struct Ballots(Vec<Option<Ballot>>);

impl Ballots {
    pub fn clear(&mut self, members: usize) {
        self.0.clear();
        self.0.resize(members, None);
    }

    pub fn put(&mut self, voter: NodeId, ballot: Ballot) {
        self.0[voter.index()] = Some(ballot);
    }

    /// How many agree with this ballot.
    pub fn agreeing(&self, with: &Ballot, rules: Rules) -> usize {
        self.0.iter().flatten().filter(|ballot| ballot.agrees(with, rules)).count()
    }

    /// `checkLeader`: has the leader itself said that it leads? Else a crashed one would be elected for ever by members that
    /// have not heard of it.
    pub fn says_that_it_leads(&self, leader: NodeId) -> bool {
        self.0[leader.index()].is_some_and(|ballot| ballot.state == PeerState::Leading)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim::Epoch;

    fn vote(epoch: u64, zxid: (u64, u64), leader: u16) -> Vote {
        Vote { leader: Some(NodeId(leader)), epoch, zxid: Epoch(zxid.0, zxid.1) }
    }

    #[test]
    fn epoch_decides_then_zxid_then_number_and_nobody_is_worse_than_anybody() {
        let rising = [
            Vote::default(),
            vote(0, (0, 0), 0),
            vote(0, (0, 0), 4),
            vote(1, (1, 9), 0),
            vote(2, (1, 3), 1),
            vote(2, (1, 3), 2),
            vote(2, (2, 1), 0),
        ];
        for (place, one) in rising.iter().enumerate() {
            for (other_place, other) in rising.iter().enumerate() {
                assert_eq!(one.is_better_than(other, Rules::default()), place > other_place, "{one:?} and {other:?}");
            }
        }
    }

    #[test]
    fn looking_members_agree_only_in_one_round_and_on_everything() {
        let ballot = |round, state, vote| Ballot { vote, round, state };
        let (looking, following) = (PeerState::Looking, PeerState::Following);
        let one = vote(1, (1, 5), 2);
        assert!(ballot(3, looking, one).agrees(&ballot(3, looking, one), Rules::default()));
        assert!(!ballot(2, looking, one).agrees(&ballot(3, looking, one), Rules::default()), "another round");
        assert!(!ballot(3, looking, vote(1, (1, 4), 2)).agrees(&ballot(3, looking, one), Rules::default()), "another zxid");
        assert!(ballot(2, following, vote(1, (1, 4), 2)).agrees(&ballot(3, following, one), Rules::default()), "both have left");
        assert!(!ballot(3, following, vote(2, (1, 5), 2)).agrees(&ballot(3, following, one), Rules::default()), "another epoch");
    }
}
