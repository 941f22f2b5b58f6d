//! Everyday pauses: every member stands still now and then, although nothing is wrong.

use crate::algorithm::{Algorithm, NodeId};
use crate::engine::Engine;
use crate::engine::job::Job;
use crate::engine::node::Power;
use crate::observer::NodeEvent;
use crate::random::{Purpose, Stream};
use crate::time::{Span, Time};

/// When each member stands still and for how long, by seed alone.
pub struct Hiccups {
    streams: Vec<Stream>,
}

impl Hiccups {
    /// For no members, where the scenario has no everyday pauses.
    pub fn new(members: u16, seed: u64) -> Hiccups {
        Hiccups { streams: (0..members).map(|node| Stream::new(seed, Purpose::Pauses { node })).collect() }
    }
}

impl<A: Algorithm> Engine<'_, A> {
    pub(super) fn schedule_hiccups(&mut self) {
        let Some(pauses) = &self.setup.pauses else { return };
        for (i, stream) in self.hiccups.streams.iter_mut().enumerate() {
            let first = Time::ZERO + stream.span(&pauses.every);
            self.wire.queue.schedule(first, Job::Hiccup(NodeId(i as u16)));
        }
    }

    /// The process stands still for a moment. Whoever is down, or stands still for another reason, is not bothered.
    pub(super) fn hiccup(&mut self, i: usize) {
        let Some(pauses) = &self.setup.pauses else { return };
        let (now, node) = (self.wire.now, NodeId(i as u16));
        let stream = &mut self.hiccups.streams[i];
        let until = now + stream.span(&pauses.lasting);
        // At least a microsecond, or pauses that follow at once would stop time.
        let next = until + Span(stream.span(&pauses.every).0.max(1_000));
        self.wire.queue.schedule(next, Job::Hiccup(node));
        if self.nodes[i].power != Power::Running || until == now {
            return;
        }
        self.topology.hiccup[i] = true;
        self.topology.paused_until[i] = until;
        self.wire.queue.schedule(until, Job::Resume(node));
        self.wire.broken.paused = true;
        self.nodes[i].power = Power::Paused;
        self.wire.deadlines.set(i, crate::engine::keys::Key::NEVER);
        self.sessions_paused(i, false);
        self.tell_node(i, NodeEvent::Paused);
    }
}
