//! What a process gets to hear of its sessions, in the order in which its kernel learned it; a paused one when it resumes.

use crate::algorithm::{Algorithm, LinkState, NodeId};
use crate::engine::job::Job;
use crate::engine::node::{Arrived, Power};
use crate::engine::session::SessionJob;
use crate::engine::{Engine, tag};
use crate::observer::{Dropped, Happening};

/// One thing that a process is told, of one generation of its session with a peer.
pub enum Told<M> {
    Up { peer: NodeId, generation: u64 },
    Down { peer: NodeId, generation: u64 },
    Message { from: NodeId, generation: u64, message: M },
}

impl<A: Algorithm> Engine<'_, A> {
    /// Tells the process now, or after all that it has not been told yet.
    pub(super) fn tell_process(&mut self, to: NodeId, told: Told<A::Message>) {
        if self.wire.sessions().catching_up[to.index()] > 0 {
            self.tell_later(to, told);
        } else if self.nodes[to.index()].power == Power::Paused {
            self.nodes[to.index()].inbox.push(Arrived::Told(told));
        } else {
            self.hear(to, told);
        }
    }

    /// In an event of its own, later at the same time: the process has just resumed and has more to handle before.
    pub(in crate::engine) fn tell_later(&mut self, to: NodeId, told: Told<A::Message>) {
        self.wire.sessions().catching_up[to.index()] += 1;
        let incarnation = self.nodes[to.index()].incarnation;
        self.wire.queue.schedule(self.wire.now, Job::Session(SessionJob::Tell { to, incarnation, told }));
    }

    pub(super) fn tell_after_pause(&mut self, to: NodeId, incarnation: u32, told: Told<A::Message>) {
        if self.nodes[to.index()].incarnation != incarnation {
            if let Told::Message { from, message, .. } = told {
                self.lose(from, to, message, Dropped::ReceiverDown);
            }
            return;
        }
        self.wire.sessions().catching_up[to.index()] -= 1;
        if self.nodes[to.index()].power == Power::Paused {
            self.nodes[to.index()].inbox.push(Arrived::Told(told));
        } else {
            self.hear(to, told);
        }
    }

    /// A step of the process. What belongs to a session that it has closed since is not for it any more.
    pub(super) fn hear(&mut self, to: NodeId, told: Told<A::Message>) {
        match told {
            Told::Up { peer, generation } => {
                self.wire.sessions().end(to, peer).heard = Some(generation);
                self.hear_link(to, peer, generation, LinkState::Up);
            }
            Told::Down { peer, generation } => {
                let heard = &mut self.wire.sessions().end(to, peer).heard;
                if *heard == Some(generation) {
                    *heard = None;
                    self.hear_link(to, peer, generation, LinkState::Down);
                }
            }
            Told::Message { from, generation, message } => {
                if self.wire.sessions().end(to, from).heard == Some(generation) {
                    let place = self.wire.queue.lay(from, to, message);
                    self.hand_over(from, to, place);
                } else {
                    self.lose(from, to, message, Dropped::StaleSession);
                }
            }
        }
    }

    fn hear_link(&mut self, node: NodeId, peer: NodeId, generation: u64, state: LinkState) {
        let up = state == LinkState::Up;
        if self.wire.fingerprint {
            let which = tag::LINK | u64::from(node.0) << 16 | u64::from(peer.0);
            self.wire.encoder.words([self.wire.now.0, which, generation, u64::from(up)]);
        }
        self.tell(&Happening::Link { node, peer, up });
        self.step(node.index(), |mind, ctx| mind.on_link(peer, state, ctx));
    }
}
