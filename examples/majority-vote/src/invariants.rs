//! An invariant of its own: a rule that no common checker can see.

use hustings::sim::invariant::{Finding, Interest, Invariant, OwnWords, View};
use hustings::sim::{NodeId, Observation, Role};

use crate::MajorityVote;

/// A leader stood for election, and so has voted for itself.
pub struct LeaderChoseItself;

impl Invariant<MajorityVote> for LeaderChoseItself {
    fn words(&self) -> OwnWords {
        OwnWords {
            name: "leader-chose-itself",
            citation: "Ongaro and Ousterhout 2014, section 5.2 (a candidate votes for itself)",
            sentence: "Whoever leads has its own vote on its disk.",
            exercised: "a member came to lead",
        }
    }

    fn interest(&self) -> Interest {
        Interest::Observed
    }

    fn after(&mut self, node: NodeId, was: &Observation, view: &View<'_, MajorityVote>) -> Finding {
        if was.role() == Role::Leader || view.seen(node).role() != Role::Leader {
            return Finding::NotExercised;
        }
        match view.disk(node).vote {
            Some(vote) if vote == node => Finding::Held,
            other => Finding::Violated { nodes: vec![node], saw: format!("{node} leads, and its disk holds the vote {other:?}") },
        }
    }
}
