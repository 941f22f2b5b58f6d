//! Flushes: when the disk answers, and what had waited for it leaves.

use crate::algorithm::{Algorithm, NodeId};
use crate::delay::Delay;
use crate::engine::job::Job;
use crate::engine::node::{Disk, Node, Power, Trouble};
use crate::engine::wire::Wire;
use crate::engine::{Engine, tag};
use crate::fault::Moment;
use crate::observer::{Happening, NodeEvent};
use crate::time::{Span, Time};

impl<A: Algorithm> Wire<A> {
    /// Begins a flush of all that has been written.
    #[inline(never)]
    pub fn flush(&mut self, node: &mut Node<A>) {
        node.disk.flushing = Some(node.disk.written);
        let answers = self.now + node.flush_time();
        self.queue.schedule(answers.max(node.disk.stalled_until), Job::Flushed(node.id, node.incarnation));
    }

    /// Sends what no longer has to wait. What was sent into a session that is over by now is lost, as with TCP.
    pub fn release(&mut self, node: &mut Node<A>) {
        while let Some(held) = node.held.front()
            && held.barrier <= node.disk.synced
        {
            let held = node.held.pop_front().expect("it was seen");
            if self.session_heard(node.id, held.to) == held.session {
                self.depart(node, held.to, held.message);
            } else {
                self.depart_too_late(node.id, held.to, held.message);
            }
        }
    }
}

impl<A: Algorithm> Engine<'_, A> {
    pub(super) fn flushed(&mut self, i: usize, incarnation: u32) {
        let node = &mut self.nodes[i];
        if node.incarnation != incarnation {
            return;
        }
        if self.wire.now < node.disk.stalled_until {
            self.wire.queue.schedule(node.disk.stalled_until, Job::Flushed(node.id, incarnation));
            return;
        }
        let target = node.disk.flushing.take().expect("a flush that ends was begun");
        node.sync(target);
        if self.wire.fingerprint {
            self.wire.encoder.words([self.wire.now.0, tag::FLUSH | i as u64, node.disk.synced]);
        }
        let writes = node.disk.synced;
        self.tell(&Happening::Synced { node: NodeId(i as u16), writes });
        if self.script.armed {
            self.moments_of_flush(i, incarnation);
        }
        let node = &mut self.nodes[i];
        if node.incarnation == incarnation && node.waits_for_disk() {
            self.wire.flush(node);
        }
        if node.power == Power::Running {
            self.wire.release(node);
        }
        self.wire.notes = false;
        self.tell_sent();
    }

    /// The member may not survive what waited for this.
    #[cold]
    fn moments_of_flush(&mut self, i: usize, incarnation: u32) {
        let node = &self.nodes[i];
        let (more, synced) = (node.waits_for_disk(), node.disk.synced);
        let leaves = node.power == Power::Running && node.held.iter().any(|held| held.barrier <= synced && held.to != node.id);
        if more {
            self.moment(Moment::BetweenWrites, i);
        }
        if leaves && self.nodes[i].incarnation == incarnation {
            self.moment(Moment::BeforeAcknowledgement, i);
        }
    }

    pub(super) fn stall_disk(&mut self, i: usize, lasting: Span) {
        self.trouble_disk(i, None, lasting);
        self.tell_node(i, NodeEvent::DiskStalled);
    }

    pub(super) fn slow_disk(&mut self, i: usize, latency: &Delay, lasting: Span) {
        self.trouble_disk(i, Some(latency.clone()), lasting);
        self.tell_node(i, NodeEvent::DiskSlowed);
    }

    fn trouble_disk(&mut self, i: usize, latency: Option<Delay>, lasting: Span) {
        self.topology.numbered += 1;
        let (number, until) = (self.topology.numbered, self.wire.now + lasting);
        let disk = &mut self.nodes[i].disk;
        disk.troubles.push(Trouble { number, latency, until });
        disk.settle();
        self.wire.broken.late = true;
        self.wire.queue.schedule(until, Job::DiskRight(NodeId(i as u16), number));
    }

    /// One trouble of a disk is over.
    pub(super) fn disk_right(&mut self, i: usize, number: u32) {
        let disk = &mut self.nodes[i].disk;
        disk.troubles.retain(|trouble| trouble.number != number);
        disk.settle();
        self.tell_node(i, NodeEvent::DiskRestored);
        self.world_changed();
    }
}

impl<A: Algorithm> Disk<A> {
    /// What holds of the troubles in force: the latest latency, and the last end of a stall.
    fn settle(&mut self) {
        let slowed = self.troubles.iter().rev().find_map(|trouble| trouble.latency.as_ref());
        self.latency = slowed.unwrap_or(&self.usual).clone();
        let stalls = self.troubles.iter().filter(|trouble| trouble.latency.is_none());
        self.stalled_until = stalls.map(|trouble| trouble.until).max().unwrap_or(Time::ZERO);
        self.instant = self.troubles.is_empty() && self.usual == Delay::Constant(Span::ZERO);
    }
}
