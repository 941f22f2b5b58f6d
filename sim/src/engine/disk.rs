//! Flushes: when the disk answers, and what had waited for it leaves.

use crate::algorithm::{Algorithm, NodeId};
use crate::delay::Delay;
use crate::engine::job::Job;
use crate::engine::node::{Node, Power};
use crate::engine::wire::Wire;
use crate::engine::{Engine, tag};
use crate::observer::{Happening, NodeEvent};
use crate::time::{Span, Time};

/// What is wrong with a disk.
const STALLED: u32 = 0;
const SLOWED: u32 = 1;

impl<A: Algorithm> Wire<A> {
    /// Begins a flush of all that has been written.
    #[inline(never)]
    pub fn flush(&mut self, node: &mut Node<A>) {
        node.disk.flushing = Some(node.disk.written);
        let answers = self.now + node.flush_time();
        self.queue.schedule(answers.max(node.disk.stalled_until), Job::Flushed(node.id, node.incarnation));
    }

    /// Sends what no longer has to wait.
    pub fn release(&mut self, node: &mut Node<A>) {
        while let Some(held) = node.held.front()
            && held.barrier <= node.disk.synced
        {
            let held = node.held.pop_front().expect("it was seen");
            self.depart(node, held.to, held.message);
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
        if node.waits_for_disk() {
            self.wire.flush(node);
        }
        if node.power == Power::Running {
            self.wire.release(node);
        }
        self.tell(&Happening::Synced { node: NodeId(i as u16), writes });
        self.wire.notes = false;
        self.tell_sent();
    }

    pub(super) fn stall_disk(&mut self, i: usize, lasting: Span) {
        let until = self.wire.now + lasting;
        let node = &mut self.nodes[i];
        self.wire.broken.late = true;
        node.disk.stalled_until = node.disk.stalled_until.max(until);
        node.disk.troubles += 1;
        node.disk.instant = false;
        self.wire.queue.schedule(until, Job::DiskRight(NodeId(i as u16), STALLED));
        self.tell_node(i, NodeEvent::DiskStalled);
    }

    pub(super) fn slow_disk(&mut self, i: usize, latency: &Delay, lasting: Span) {
        let until = self.wire.now + lasting;
        let node = &mut self.nodes[i];
        self.wire.broken.late = true;
        node.disk.latency = latency.clone();
        node.disk.troubles += 1;
        node.disk.instant = false;
        self.wire.queue.schedule(until, Job::DiskRight(NodeId(i as u16), SLOWED));
        self.tell_node(i, NodeEvent::DiskSlowed);
    }

    /// A slow or stalled disk is right again (where faults overlap: when the last of them has ended).
    pub(super) fn disk_right(&mut self, i: usize, kind: u32) {
        let disk = &mut self.nodes[i].disk;
        disk.troubles -= 1;
        if disk.troubles == 0 {
            disk.latency = disk.usual.clone();
            disk.stalled_until = Time::ZERO;
            disk.instant = disk.usual == Delay::Constant(Span::ZERO);
        } else if kind == SLOWED && disk.stalled_until > self.wire.now {
            disk.latency = disk.usual.clone();
        }
        self.tell_node(i, NodeEvent::DiskRestored);
        self.world_changed();
    }
}
