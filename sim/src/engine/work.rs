//! Work: a leader exists to do something. Items are handed to whoever holds authority; what is done outside a replicated
//! log is done on the protected resource, in four separate events: check, think, send, apply.

use crate::algorithm::{Acted, Algorithm, Item, NodeId};
use crate::engine::job::Job;
use crate::engine::link::Fate;
use crate::engine::node::{Arrived, Errand, Power};
use crate::engine::{Engine, tag};
use crate::observer::Happening;
use crate::setup::Fencing;

/// The protected resource: a storage node across the network. What it has seen is durable, and it never fails.
#[derive(Default)]
pub struct Resource {
    /// The highest fencing token that it has accepted.
    newest: u64,
}

impl Resource {
    fn takes(&mut self, fencing: Fencing, token: Option<u64>, newest_issued: u64) -> bool {
        let accepts = match (fencing, token) {
            (Fencing::None, _) => return true,
            // An enforcing resource has nothing to compare, and takes no risk.
            (_, None) => false,
            // `Equal` differs only in how a new token gets in: it comes with the new leader's first item, which is what a
            // higher token is here.
            (Fencing::AtLeast | Fencing::Equal, Some(token)) => token >= self.newest,
            (Fencing::Transaction, Some(token)) => token >= newest_issued,
        };
        if accepts {
            self.newest = self.newest.max(token.unwrap_or(0));
        }
        accepts
    }
}

impl<A: Algorithm> Engine<'_, A> {
    fn resource(&self) -> NodeId {
        NodeId(self.nodes.len() as u16)
    }

    /// The holder of this tenure gets an item; the next follows after the interval.
    pub(super) fn hand_out_work(&mut self, i: usize, tenure: usize) {
        if self.reigns.tenure_of(i) != Some(tenure) {
            return;
        }
        let node = NodeId(i as u16);
        self.wire.queue.schedule(self.wire.now + self.setup.work.interval, Job::Work(node, tenure));
        if self.nodes[i].power != Power::Running {
            return;
        }
        self.wire.counters.proposed += 1;
        let item = Item(self.wire.counters.proposed);
        if self.wire.fingerprint {
            self.wire.encoder.words([self.wire.now.0, tag::WORK | i as u64, item.0]);
        }
        if self.wire.audit.on {
            self.wire.audit.proposed(self.wire.now, node, tenure, item);
        }
        self.tell(&Happening::Proposed { node, item });
        self.step(i, |mind, ctx| mind.on_propose(item, ctx));
    }

    /// Authority was checked in the step that is over; now the thinking begins.
    pub(super) fn take_acts(&mut self, i: usize) {
        while let Some((item, token)) = self.wire.acts.pop() {
            let Some(tenure) = self.reigns.tenure_of(i) else { continue };
            let node = &mut self.nodes[i];
            let errand = Errand { node: node.id, incarnation: node.incarnation, tenure, item, token };
            let over = self.wire.now + node.think(&self.setup.work.think);
            self.wire.queue.schedule(over, Job::Thought(errand));
        }
    }

    /// The thinking is over: the request leaves, if the process runs.
    pub(super) fn thought(&mut self, errand: Errand) {
        let i = errand.node.index();
        let node = &mut self.nodes[i];
        if node.incarnation != errand.incarnation || node.power == Power::Down {
            return;
        }
        if node.power == Power::Paused {
            node.inbox.push(Arrived::Errand(errand));
            return;
        }
        let resource = self.resource();
        self.travel(errand.node, resource, Job::Apply(errand), Some(Job::Apply(errand)));
    }

    /// Sends something over a link that is not a message between members.
    fn travel(&mut self, from: NodeId, to: NodeId, job: Job<A>, copy: Option<Job<A>>) {
        let now = self.wire.now;
        self.wire.counters.sent += 1;
        let link = self.wire.link(from, to);
        if link.cut {
            self.wire.counters.dropped += 1;
            return;
        }
        let (plain, word) = link.draw();
        match plain.map_or_else(|| link.fate(now, word), |delay| Fate::Arrives(delay, None)) {
            Fate::Lost => self.wire.counters.dropped += 1,
            Fate::Arrives(first, second) => {
                self.wire.queue.schedule(now + first, job);
                if let (Some(second), Some(copy)) = (second, copy) {
                    self.wire.counters.duplicated += 1;
                    self.wire.queue.schedule(now + second, copy);
                }
            }
        }
    }

    /// The item takes hold at the resource, or is fenced off.
    pub(super) fn apply(&mut self, errand: Errand) {
        let resource = self.resource();
        if self.wire.link(errand.node, resource).cut {
            self.wire.counters.dropped += 1;
            return;
        }
        let (now, token) = (self.wire.now, errand.token);
        let accepted = self.resource.takes(self.setup.work.fencing, token, self.reigns.newest_token);
        if self.wire.fingerprint {
            let words = [now.0, tag::APPLY | u64::from(errand.node.0), errand.item.0, token.map_or(u64::MAX, |t| t << 1)];
            self.wire.encoder.words(words);
            self.wire.encoder.words([u64::from(accepted)]);
        }
        if accepted && self.wire.audit.on {
            self.wire.audit.applied(now, errand.node, errand.tenure, errand.item, token);
        }
        self.tell(&Happening::Applied { node: errand.node, item: errand.item, token, accepted });
        let acted = if accepted { Acted::Accepted } else { Acted::Fenced { newest: self.resource.newest } };
        self.travel(resource, errand.node, Job::Answer(errand, acted), None);
    }

    pub(super) fn answered(&mut self, errand: Errand, acted: Acted) {
        let i = errand.node.index();
        let resource = self.resource();
        let node = &mut self.nodes[i];
        if node.incarnation != errand.incarnation || node.power == Power::Down || self.wire.link(resource, errand.node).cut {
            return;
        }
        if node.power == Power::Paused {
            node.inbox.push(Arrived::Answer { errand, acted });
            return;
        }
        if self.wire.fingerprint {
            let accepted = u64::from(acted == Acted::Accepted);
            self.wire.encoder.words([self.wire.now.0, tag::ANSWER | i as u64, errand.item.0 << 1 | accepted]);
        }
        self.step(i, |mind, ctx| mind.on_acted(errand.item, acted, ctx));
    }

    /// Clients were told: into the ledger.
    pub(super) fn take_acknowledgements(&mut self, i: usize) {
        if self.wire.acknowledged.is_empty() {
            return;
        }
        let (now, node) = (self.wire.now, NodeId(i as u16));
        let items = std::mem::take(&mut self.wire.acknowledged);
        for &item in &items {
            self.wire.counters.acknowledged += 1;
            if self.wire.audit.on {
                self.wire.audit.acknowledged(now, node, item);
            }
            self.tell(&Happening::Acknowledged { node, item });
        }
        self.reigns.failovers.acknowledged(now, node);
        self.wire.acknowledged = items;
        self.wire.acknowledged.clear();
        self.check_stop();
        self.set_alarm();
    }
}
