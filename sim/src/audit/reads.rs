//! NoStaleLeaderRead: what a leader's client is told reflects all work that had been acknowledged before it asked.

use crate::algorithm::{NodeId, Promise};
use crate::audit::findings::Findings;
use crate::setup::Reads;
use crate::time::Time;

/// The newest version that was acknowledged, and by whom.
#[derive(Clone, Copy)]
struct Acknowledged {
    node: NodeId,
    version: u64,
}

#[derive(Default)]
pub(super) struct Freshness {
    newest: Option<Acknowledged>,
    /// The newest by anyone else.
    newest_of_another: Option<Acknowledged>,
    pub answered: u64,
    pub stale: u64,
}

impl Freshness {
    /// A client was told by this member that the change that made this version is done.
    pub fn acknowledged(&mut self, node: NodeId, version: u64) {
        let slot = match self.newest {
            Some(newest) if newest.node != node && newest.version < version => {
                self.newest_of_another = self.newest;
                &mut self.newest
            }
            Some(newest) if newest.node != node => &mut self.newest_of_another,
            _ => &mut self.newest,
        };
        if slot.is_none_or(|known| known.version < version) {
            *slot = Some(Acknowledged { node, version });
        }
    }

    fn by_others(&self, node: NodeId) -> u64 {
        let other = if self.newest.is_some_and(|newest| newest.node != node) { self.newest } else { self.newest_of_another };
        other.map_or(0, |other| other.version)
    }

    /// What a read that is invoked now must reflect. Its own changes a leader knows of: from memory, only those of others count.
    pub fn must_reflect(&self, node: NodeId, reads: Reads) -> u64 {
        match reads {
            Reads::Memory => self.by_others(node),
            Reads::Resource => self.newest.map_or(0, |newest| newest.version),
        }
    }

    /// A client of this member was told of the state of this version; `missing` had been acknowledged when it asked.
    pub fn answered(&mut self, findings: &mut Findings, at: Time, node: NodeId, version: u64, missing: u64) {
        self.answered += 1;
        if self.by_others(node) > 0 {
            findings.exercised(Promise::NoStaleLeaderRead);
        }
        if version < missing {
            self.stale += 1;
            findings.violated(Promise::NoStaleLeaderRead, at, &[node], || {
                format!("{node} answered with version {version} of the state; version {missing} had been acknowledged before it was asked")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_the_others_is_known_for_every_member() {
        let mut freshness = Freshness::default();
        for (node, version) in [(0, 1), (0, 2), (1, 3), (1, 4), (0, 5), (0, 4)] {
            freshness.acknowledged(NodeId(node), version);
        }
        let others = |node| freshness.must_reflect(NodeId(node), Reads::Memory);
        assert_eq!((others(0), others(1), others(2)), (4, 5, 5));
        assert_eq!(freshness.must_reflect(NodeId(0), Reads::Resource), 5);
    }
}
