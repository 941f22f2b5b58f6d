//! Reads of a replicated log: a client asks whoever holds authority for the state, and is answered through the log, or at once by a
//! lease that the voters grant.

use crate::algorithm::{Algorithm, Item, NodeId};
use crate::engine::node::Power;
use crate::engine::{Engine, tag};
use crate::time::Time;

impl<A: Algorithm> Engine<'_, A> {
    /// An answer that is given at once is one about the entries that the member calls committed, at the true time of this step.
    pub(super) fn ask_for_state(&mut self, i: usize, item: Item) {
        let mut lease = None;
        self.step(i, |mind, ctx| lease = mind.on_read(item, ctx));
        let Some(until) = lease else { return };
        let (now, node) = (self.wire.now, &self.nodes[i]);
        let (id, known, until) = (node.id, node.seen.committed(), node.clock.when_local(now, until));
        if self.wire.fingerprint {
            self.wire.encoder.words([now.0, tag::ANSWER | u64::from(id.0), item.0 << 1 | 1, known]);
        }
        if self.wire.audit.on {
            let contained = self.is_pledged_to(id, until);
            self.wire.audit.read_by_lease(now, id, item, known, (until, contained));
        }
    }

    /// Does a majority help to elect nobody else until then? The leader itself does not; nor does whoever is down: when it starts
    /// again it says anew what it has pledged.
    fn is_pledged_to(&self, leader: NodeId, until: Time) -> bool {
        let now = self.wire.now;
        let holds = |i: &usize| {
            let node = &self.nodes[*i];
            let pledged = || self.minds[*i].as_ref().and_then(|mind| mind.pledged_to(leader));
            let until_then = || pledged().is_some_and(|pledged| node.clock.when_local(now, pledged) >= until);
            node.id == leader || node.power == Power::Down || until_then()
        };
        (0..self.nodes.len()).filter(holds).count() > self.nodes.len() / 2
    }
}
