//! What a leader knows of the members that follow it (`LearnerHandler.java`).

use sim::{LocalTime, NodeId, Span};

use super::messages::Zxid;

/// One member, as a prospective or established leader sees it. What it has agreed to outlives its connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Learner {
    /// The number of its connection, if it has one.
    pub connection: Option<u32>,
    /// It told which epoch it had agreed to (`connectingFollowers`).
    pub informed: bool,
    /// It agreed to this leader's epoch, for the first time (`electingFollowers`).
    pub agreed: bool,
    /// It has taken over the leader's history.
    pub synced: bool,
    /// On this connection: the last entry that it had, once it has answered to the epoch.
    pub last: Option<Zxid>,
    /// On this connection: it is sent proposals.
    pub forwarding: bool,
    /// On this connection: it has taken over the history.
    pub serving: bool,
    /// The history up to here was sent to it before the proposals.
    pub sent: u64,
    /// So much of the leader's history is on its disk.
    pub acked: u64,
    /// When it was last heard.
    pub heard: LocalTime,
    /// The tick in which it must be heard of again at the latest.
    pub deadline: u64,
    /// The oldest proposal that it has not answered, and the first that was made after that one.
    pub unanswered: Option<Unanswered>,
    pub next_unanswered: Option<Unanswered>,
}

/// A proposal that a learner was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unanswered {
    /// How long the history is with it.
    pub length: u64,
    pub at: LocalTime,
}

impl Learner {
    pub fn unknown(now: LocalTime) -> Learner {
        Learner {
            connection: None,
            informed: false,
            agreed: false,
            synced: false,
            last: None,
            forwarding: false,
            serving: false,
            sent: 0,
            acked: 0,
            heard: now,
            deadline: 0,
            unanswered: None,
            next_unanswered: None,
        }
    }

    /// The connection is no more (or there is a new one).
    pub fn disconnected(&mut self) {
        (self.connection, self.last) = (None, None);
        (self.forwarding, self.serving) = (false, false);
        (self.unanswered, self.next_unanswered) = (None, None);
    }

    /// It was sent a proposal (`SyncLimitCheck`: two are watched, which is enough to see that nothing moves).
    pub fn proposed(&mut self, length: u64, at: LocalTime) {
        let proposal = Some(Unanswered { length, at });
        if self.unanswered.is_none() {
            self.unanswered = proposal;
        } else if self.next_unanswered.is_none() {
            self.next_unanswered = proposal;
        }
    }

    pub fn acknowledged(&mut self, length: u64) {
        self.acked = self.acked.max(length);
        let open = |one: &Unanswered| one.length > length;
        if !self.unanswered.as_ref().is_some_and(open) {
            self.unanswered = self.next_unanswered.take().filter(open);
        }
    }

    /// Has it left a proposal unanswered for too long?
    pub fn lags(&self, now: LocalTime, limit: Span) -> bool {
        self.unanswered.is_some_and(|one| now.since(one.at) >= limit)
    }
}

/// How many of them are so.
pub(super) fn count(learners: &[Learner], so: impl Fn(&Learner) -> bool) -> usize {
    learners.iter().filter(|learner| so(learner)).count()
}

/// The longest history that so many members hold.
pub(super) fn held_by(quorum: usize, learners: &[Learner], room: &mut Vec<u64>) -> u64 {
    room.clear();
    room.extend(learners.iter().map(|learner| learner.acked));
    *room.select_nth_unstable_by(quorum - 1, |a, b| b.cmp(a)).1
}

/// By number of the member.
pub(super) fn of(learners: &mut [Learner], member: NodeId) -> &mut Learner {
    &mut learners[member.index()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_learner_lags_when_its_oldest_unanswered_proposal_is_too_old() {
        let (start, limit) = (LocalTime(1_000), Span::nanos(100));
        let at = |nanos| start + Span::nanos(nanos);
        let mut learner = Learner::unknown(start);
        assert!(!learner.lags(at(1_000), limit), "nothing was proposed");
        learner.proposed(7, at(0));
        learner.proposed(8, at(40));
        learner.proposed(9, at(60));
        learner.acknowledged(7);
        assert!(!learner.lags(at(139), limit), "the second is not old enough");
        assert!(learner.lags(at(140), limit));
        learner.acknowledged(9);
        assert!(!learner.lags(at(1_000), limit), "all were answered");
    }

    #[test]
    fn a_quorum_holds_the_middle_length() {
        let learners = |acked: &[u64]| -> Vec<Learner> {
            acked.iter().map(|&acked| Learner { acked, ..Learner::unknown(LocalTime(0)) }).collect()
        };
        let mut room = Vec::new();
        for (acked, held) in [(&[5u64][..], 5), (&[5, 3], 3), (&[5, 3, 0], 3), (&[9, 8, 3, 1], 3), (&[0, 9, 0, 9, 7], 7)] {
            assert_eq!(held_by(acked.len() / 2 + 1, &learners(acked), &mut room), held, "{acked:?}");
        }
    }
}
