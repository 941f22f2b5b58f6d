//! Lost updates: a leader changes the state on the basis of a version that it knows, and another leader's change has come between.
//! That one is overwritten by somebody who never saw it. A case of EffectiveSplitBrain.

use crate::algorithm::{NodeId, Promise};
use crate::audit::findings::Findings;
use crate::engine::{Errand, Reply};
use crate::time::Time;

/// A change of the state, and whose it was: what a crashed process left behind is a stranger's.
#[derive(Clone, Copy)]
struct Change {
    holder: (NodeId, u32),
    item: u64,
    version: u64,
}

#[derive(Default)]
pub(super) struct Updates {
    newest: Option<Change>,
    /// The newest of any other holder.
    newest_of_another: Option<Change>,
    /// Changes up to this version have been counted as lost, or overwritten by somebody who knew of them.
    settled: u64,
    pub lost: u64,
}

impl Updates {
    /// The state was changed. `otherwise_bad`: it was no lawful effect anyway, and is counted as that.
    pub fn changed(&mut self, findings: &mut Findings, at: Time, errand: &Errand, reply: &Reply, otherwise_bad: bool) {
        let change = Change { holder: (errand.node, errand.incarnation), item: errand.item.0, version: reply.version };
        let rival = match self.newest {
            Some(newest) if newest.holder != change.holder => Some(newest),
            _ => self.newest_of_another,
        };
        if let (Some(rival), Some(based_on)) = (rival, errand.based_on)
            && rival.version > based_on.max(self.settled)
        {
            self.settled = rival.version;
            if !otherwise_bad {
                self.lost += 1;
                let (node, other) = (errand.node, rival.holder.0);
                findings.violated(Promise::EffectiveSplitBrain, at, &[node, other], || {
                    format!(
                        "lost update: item {} of {node}, based on version {based_on}, overwrote item {} of {other} (version {}), \
                         which {node} had not seen",
                        change.item, rival.item, rival.version
                    )
                });
            }
        }
        if self.newest.is_some_and(|newest| newest.holder != change.holder) {
            self.newest_of_another = self.newest;
        }
        self.newest = Some(change);
    }
}
