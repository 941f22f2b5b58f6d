//! How sessions come about and how they end: dialling, accepting, resets, crashes.
//!
//! Three packets make a session, as with TCP: the dialling end is up after one round trip, the other when the confirmation
//! (or the first data) reaches it. Either end may dial; where dials cross, the later one wins.

use crate::algorithm::{Algorithm, NodeId, Transport};
use crate::engine::Engine;
use crate::engine::node::Power;
use crate::engine::session::{Packet, State, Told};
use crate::observer::Dropped;

impl<A: Algorithm> Engine<'_, A> {
    /// A member has started: it dials everybody.
    pub(in crate::engine) fn sessions_started(&mut self, i: usize) {
        if A::TRANSPORT != Transport::Session {
            return;
        }
        let node = NodeId(i as u16);
        for peer in self.peers(i) {
            self.dial(node, peer);
            self.arm(node, peer);
        }
    }

    /// A member's process has crashed: its kernel says so to whoever has, or is about to have, a session with it, once. A
    /// peer that does not hear it finds out when it sends, when the process dials again, or by its own timeout. Nobody can
    /// say anything for a machine that was suspended.
    pub(in crate::engine) fn sessions_crashed(&mut self, i: usize) {
        if A::TRANSPORT != Transport::Session {
            return;
        }
        let node = NodeId(i as u16);
        let sessions = self.wire.sessions();
        let was_frozen = std::mem::replace(&mut sessions.frozen[i], false);
        sessions.catching_up[i] = 0;
        for peer in self.peers(i) {
            let end = self.wire.sessions().end(node, peer);
            let (state, generation) = (end.state, end.generation);
            self.hang_up(node, peer);
            let end = self.wire.sessions().end(node, peer);
            (end.heard, end.alarm) = (None, None);
            if state != State::Down && !was_frozen {
                self.wire.post_packet(node, peer, Packet::Reset { generation });
            }
        }
    }

    /// A process closes its session: this end is down at once, the peer when it hears of it.
    pub(in crate::engine) fn reset_session(&mut self, node: NodeId, peer: NodeId) {
        if A::TRANSPORT != Transport::Session || node == peer {
            return;
        }
        let end = self.wire.sessions().end(node, peer);
        // If the kernel has moved on while the process was paused, there is nothing left to close but what it believes.
        let Some(generation) = end.heard else { return };
        if end.is_up(generation) {
            self.wire.post_packet(node, peer, Packet::Reset { generation });
            self.hang_up(node, peer);
            self.arm(node, peer);
        }
        self.hear(node, Told::Down { peer, generation });
    }

    fn dial(&mut self, node: NodeId, peer: NodeId) {
        let local = self.local(node);
        let sessions = self.wire.sessions();
        let generation = sessions.new_generation(node, peer);
        let retransmit = sessions.settings.retransmit;
        let end = sessions.end(node, peer);
        // The wait doubles over dials that came to nothing; a member that starts begins anew.
        end.interval = end.interval.max(retransmit);
        (end.state, end.generation, end.due) = (State::Dialling, generation, local + end.interval);
        self.wire.post_packet(node, peer, Packet::Dial { generation });
    }

    /// What is due at an end that is not up.
    pub(super) fn connect_overdue(&mut self, node: NodeId, peer: NodeId) {
        let local = self.local(node);
        let running = self.nodes[node.index()].power == Power::Running;
        let sessions = self.wire.sessions();
        let (longest, timeout) = (sessions.longest_wait(), sessions.settings.timeout);
        let end = sessions.end(node, peer);
        let generation = end.generation;
        if end.state == State::Accepting && end.since + timeout <= local {
            (end.state, end.due) = (State::Down, local);
        }
        if end.due > local {
            return;
        }
        let repeated = match end.state {
            State::Down if running => return self.dial(node, peer),
            State::Down | State::Up => return,
            State::Dialling => Packet::Dial { generation },
            State::Accepting => Packet::Accept { generation },
        };
        end.interval = end.interval.times(2).min(longest);
        end.due = local + end.interval;
        self.wire.post_packet(node, peer, repeated);
    }

    /// A dial reaches a machine. A dead process does not answer (its kernel refuses, which the dialling end takes as it
    /// takes silence: it tries again); for a paused one, the kernel does.
    pub(super) fn dialled(&mut self, node: NodeId, by: NodeId, generation: u64) {
        if self.nodes[node.index()].power == Power::Down {
            return;
        }
        let local = self.local(node);
        let sessions = self.wire.sessions();
        let retransmit = sessions.settings.retransmit;
        let end = sessions.end(node, by);
        if !end.yields_to(generation) {
            return;
        }
        let (state, old) = (end.state, end.generation);
        if state == State::Up {
            // Whoever dials has no session any more: so this end's is over too.
            self.hang_up(node, by);
        }
        let end = self.wire.sessions().end(node, by);
        if state != State::Accepting || old != generation {
            (end.state, end.generation, end.since) = (State::Accepting, generation, local);
            (end.interval, end.due) = (retransmit, local + retransmit);
        }
        self.wire.post_packet(node, by, Packet::Accept { generation });
        self.arm(node, by);
        if state == State::Up {
            self.tell_process(node, Told::Down { peer: by, generation: old });
        }
    }

    /// An answer to a dial.
    pub(super) fn accepted(&mut self, node: NodeId, by: NodeId, generation: u64) {
        let end = self.wire.sessions().end(node, by);
        if end.is_up(generation) {
            // It was repeated: the confirmation was lost.
            self.wire.post_packet(node, by, Packet::Confirm { generation });
        } else if end.state == State::Dialling && end.generation == generation {
            self.wire.post_packet(node, by, Packet::Confirm { generation });
            self.come_up(node, by);
        } else {
            self.wire.post_packet(node, by, Packet::Reset { generation });
        }
    }

    pub(super) fn confirmed(&mut self, node: NodeId, by: NodeId, generation: u64) {
        let end = self.wire.sessions().end(node, by);
        if end.state == State::Accepting && end.generation == generation {
            self.come_up(node, by);
        } else if !end.is_up(generation) {
            self.wire.post_packet(node, by, Packet::Reset { generation });
        }
    }

    pub(super) fn come_up(&mut self, node: NodeId, peer: NodeId) {
        let local = self.local(node);
        let end = self.wire.sessions().end(node, peer);
        let generation = end.generation;
        assert!(generation > end.newest, "a generation comes up once at each end");
        assert!(end.unacknowledged.is_empty() && end.waiting.is_empty(), "a session begins empty");
        (end.state, end.newest, end.since) = (State::Up, generation, local);
        (end.next, end.expected, end.handed) = (0, 0, 0);
        self.tell_process(node, Told::Up { peer, generation });
    }

    /// The peer's kernel knows nothing of this generation (any more). One that is being dialled is simply dialled again.
    pub(super) fn reset_arrives(&mut self, node: NodeId, by: NodeId, generation: u64) {
        let end = self.wire.sessions().end(node, by);
        if end.generation != generation {
            return;
        }
        match end.state {
            State::Up => self.break_off(node, by),
            State::Accepting => {
                self.hang_up(node, by);
                self.arm(node, by);
            }
            State::Down | State::Dialling => {}
        }
    }

    /// This end's session is over, and the process gets to hear it.
    pub(super) fn break_off(&mut self, node: NodeId, peer: NodeId) {
        let generation = self.wire.sessions().end(node, peer).generation;
        self.hang_up(node, peer);
        self.arm(node, peer);
        self.tell_process(node, Told::Down { peer, generation });
    }

    /// Forgets a session, and dials anew after a while: not at once, or both ends would, and one that is refused for ever.
    fn hang_up(&mut self, node: NodeId, peer: NodeId) {
        let local = self.local(node);
        let sessions = self.wire.sessions();
        let retransmit = sessions.settings.retransmit;
        let end = sessions.end(node, peer);
        end.state = State::Down;
        (end.interval, end.due) = (retransmit, local + retransmit);
        // One by one, so that their room is there for the next session.
        while let Some(one) = self.wire.sessions().end(node, peer).unacknowledged.pop_front() {
            self.let_go(node, peer, one, Dropped::StaleSession);
        }
        self.wire.sessions().end(node, peer).answers.clear();
        while let Some((_, letter)) = self.wire.sessions().end(node, peer).waiting.pop_front() {
            self.let_go(peer, node, letter, Dropped::StaleSession);
        }
    }
}
