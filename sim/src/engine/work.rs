//! Work: a leader exists to do something. Items are handed to whoever holds authority; what is done outside a replicated log is
//! done on the protected resource.

use crate::algorithm::{Algorithm, Item, NodeId};
use crate::engine::errand::Handed;
use crate::engine::job::Job;
use crate::engine::node::Power;
use crate::engine::{Engine, tag};
use crate::fault::Moment;
use crate::observer::Happening;
use crate::resource_bugs::ResourceBug;
use crate::setup::Operation;
use crate::time::Span;

impl<A: Algorithm> Engine<'_, A> {
    /// A tenure begins, and with it the work. `tenure` is its number.
    pub(super) fn begin_work(&mut self, i: usize, tenure: usize) {
        if self.setup.work.on {
            let first = self.wire.now + self.lock_delay();
            self.wire.queue.schedule(first, Job::Work(NodeId(i as u16), tenure));
        }
        self.begin_jobs(i);
    }

    /// Q10. How long a new leader waits before it acts.
    fn lock_delay(&self) -> Span {
        if self.errands.bug == Some(ResourceBug::Q10) { Span::ZERO } else { self.setup.work.lock_delay }
    }

    /// The holder of this tenure gets an item; the next follows after the interval.
    pub(super) fn hand_out_work(&mut self, i: usize, tenure: usize) {
        let holds = self.reigns.tenure_of(i) == Some(tenure);
        if holds {
            self.errands.clients[i].asked();
        }
        let running = self.nodes[i].power == Power::Running;
        let incarnation = self.nodes[i].incarnation;
        let unasked = if holds { None } else { self.errands.clients[i].goes_on_unasked(tenure, incarnation, self.errands.bug) };
        if !holds && unasked.is_none() {
            return;
        }
        let node = NodeId(i as u16);
        self.wire.queue.schedule(self.wire.now + self.setup.work.interval, Job::Work(node, tenure));
        if !running {
            return;
        }
        let operation = self.setup.work.operation(self.wire.counters.proposed + 1);
        match unasked {
            None => self.hand_out(i, tenure, operation, 0),
            Some(token) => self.hand_to_client(i, tenure, operation, 0, token),
        }
    }

    /// A member that holds authority gets an item.
    pub(super) fn hand_out(&mut self, i: usize, tenure: usize, operation: Operation, period: u64) {
        let item = self.next_item(i, tenure, operation, period);
        if operation == Operation::Read && self.errands.replicates {
            return self.ask_for_state(i, item);
        }
        self.step(i, |mind, ctx| mind.on_propose(item, ctx));
        if self.script.armed {
            self.moment(Moment::BetweenCheckAndEffect, i);
        }
    }

    /// The client of the resource gets an item without asking the algorithm.
    pub(super) fn hand_to_client(&mut self, i: usize, tenure: usize, operation: Operation, period: u64, token: Option<u64>) {
        let item = self.next_item(i, tenure, operation, period);
        self.send_out(i, tenure, item, token);
    }

    fn next_item(&mut self, i: usize, tenure: usize, operation: Operation, period: u64) -> Item {
        self.wire.counters.proposed += 1;
        let (item, node) = (Item(self.wire.counters.proposed), NodeId(i as u16));
        if self.wire.fingerprint {
            self.wire.encoder.words([self.wire.now.0, tag::WORK | i as u64, item.0]);
            if operation == Operation::Job {
                self.wire.encoder.words([period]);
            }
        }
        // With a replicated log the job is none of the log's items.
        if self.wire.audit.on && !(self.errands.replicates && operation == Operation::Job) {
            self.wire.audit.proposed(self.wire.now, node, tenure, item);
        }
        self.tell(&Happening::Proposed { node, item });
        self.errands.handed = Some(Handed { item, operation, period });
        item
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
