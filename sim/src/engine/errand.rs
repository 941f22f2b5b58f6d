//! An errand: one piece of work on its way to the protected resource and back, in separate events: check, think, send, apply,
//! answer. A pause or a slow link can fall between any two.

use crate::algorithm::{Acted, Algorithm, Item, NodeId};
use crate::engine::job::Job;
use crate::engine::link::Fate;
use crate::engine::node::{Arrived, Power};
use crate::engine::{Engine, tag};
use crate::setup::{Operation, Reads};

/// What a member's client wants of the resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Errand {
    pub node: NodeId,
    pub incarnation: u32,
    /// In which tenure authority was checked.
    pub tenure: usize,
    pub item: Item,
    pub token: Option<u64>,
    /// What it is for …
    pub operation: Operation,
    /// … and what it asks now: a new leader takes over first.
    pub asks: Operation,
    /// Of a job.
    pub period: u64,
    /// The version of the state that the client knows of; `None`: it never asked.
    pub based_on: Option<u64>,
    /// For the checkers: what had been acknowledged when a read was invoked is in this version.
    pub acknowledged: u64,
}

/// What the resource answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reply {
    pub accepted: bool,
    /// The job of this period had been done before, so it was not done again.
    pub repeated: bool,
    /// Of the state, after it.
    pub version: u64,
    /// The highest token that it has accepted; 0: none yet.
    pub newest: u64,
}

impl Errand {
    /// A blind write, until somebody says more.
    pub fn new(node: NodeId, incarnation: u32, tenure: usize, item: Item, token: Option<u64>) -> Errand {
        let (operation, asks) = (Operation::Write, Operation::Write);
        Errand { node, incarnation, tenure, item, token, operation, asks, period: 0, based_on: None, acknowledged: 0 }
    }
}

/// The item that is being handed out in this step.
#[derive(Clone, Copy)]
pub struct Handed {
    pub item: Item,
    pub operation: Operation,
    pub period: u64,
}

impl<A: Algorithm> Engine<'_, A> {
    /// Authority was checked in the step that is over; now the thinking begins.
    pub(super) fn take_acts(&mut self, i: usize) {
        while let Some((item, token)) = self.wire.acts.pop() {
            if let Some(tenure) = self.reigns.tenure_of(i) {
                self.send_out(i, tenure, item, token);
            }
        }
    }

    /// Somebody goes on an errand for this item.
    pub(super) fn send_out(&mut self, i: usize, tenure: usize, item: Item, token: Option<u64>) {
        let node = &self.nodes[i];
        let mut errand = Errand::new(node.id, node.incarnation, tenure, item, token);
        if let Some(handed) = self.errands.handed.filter(|handed| handed.item == item) {
            (errand.operation, errand.period) = (handed.operation, handed.period);
        }
        if errand.operation == Operation::Read && self.wire.audit.on {
            errand.acknowledged = self.wire.audit.acknowledged_version(errand.node, self.setup.work.reads);
        }
        self.errands.clients[i].begin(&errand);
        self.think(errand);
    }

    /// What the client asks next, and for how long it thinks before it does.
    fn think(&mut self, mut errand: Errand) {
        let (i, rules) = (errand.node.index(), &self.setup.work);
        self.errands.clients[i].prepare(&mut errand, rules, self.errands.bug);
        let over = self.wire.now + self.nodes[i].think(&rules.think);
        self.wire.queue.schedule(over, Job::Thought(errand));
    }

    /// The thinking is over: the request leaves, if the process runs.
    pub(super) fn thought(&mut self, errand: Errand) {
        let node = &mut self.nodes[errand.node.index()];
        if node.incarnation != errand.incarnation || node.power == Power::Down {
            return;
        }
        if node.power == Power::Paused {
            node.inbox.push(Arrived::Errand(errand));
            return;
        }
        if errand.asks == Operation::Read && self.setup.work.reads == Reads::Memory {
            self.answer_from_memory(errand);
            return;
        }
        let resource = self.resource_id();
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

    pub(super) fn send_answer(&mut self, errand: Errand, reply: Reply) {
        let resource = self.resource_id();
        self.travel(resource, errand.node, Job::Answer(errand, reply), None);
    }

    pub(super) fn answered(&mut self, errand: Errand, reply: Reply) {
        let i = errand.node.index();
        let resource = self.resource_id();
        let node = &mut self.nodes[i];
        if node.incarnation != errand.incarnation || node.power == Power::Down || self.wire.link(resource, errand.node).cut {
            return;
        }
        if node.power == Power::Paused {
            node.inbox.push(Arrived::Answer { errand, reply });
            return;
        }
        self.record_answer(&errand, reply.accepted);
        self.errands.clients[i].hear(&errand, &reply, self.errands.bug);
        if !reply.accepted {
            self.tell_algorithm(&errand, Acted::Fenced { newest: reply.newest });
        } else if errand.asks == errand.operation {
            if errand.operation == Operation::Read && self.wire.audit.on {
                self.wire.audit.read(self.wire.now, &errand, reply.version);
            }
            self.tell_algorithm(&errand, Acted::Accepted);
        } else if self.reigns.tenure_of(i) == Some(errand.tenure) {
            // The way is free: the item itself, if the leader still is one.
            self.think(errand);
        }
    }

    /// A replicated log knows nothing of the resource: the job is then the engine's own.
    fn tell_algorithm(&mut self, errand: &Errand, acted: Acted) {
        if !self.errands.replicates {
            let item = errand.item;
            self.step(errand.node.index(), |mind, ctx| mind.on_acted(item, acted, ctx));
        }
    }

    /// The leader tells its client what it knows, and asks nobody.
    fn answer_from_memory(&mut self, errand: Errand) {
        self.record_answer(&errand, true);
        if self.wire.audit.on {
            self.wire.audit.read(self.wire.now, &errand, errand.based_on.unwrap_or(0));
        }
    }

    fn record_answer(&mut self, errand: &Errand, accepted: bool) {
        if self.wire.fingerprint {
            let kind = (errand.asks as u64) << 56;
            let words =
                [self.wire.now.0, tag::ANSWER | errand.node.index() as u64, kind | errand.item.0 << 1 | u64::from(accepted)];
            self.wire.encoder.words(words);
        }
    }
}
