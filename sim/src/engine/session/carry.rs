//! How messages get through a session: numbered, acknowledged one by one and up to the first that is missing, sent again
//! when no acknowledgement comes (each on its own, at doubling intervals), handed over in order and once.

use crate::algorithm::{Algorithm, NodeId};
use crate::engine::job::Job;
use crate::engine::link::Fate;
use crate::engine::node::{Node, Power};
use crate::engine::session::end::Unacknowledged;
use crate::engine::session::{Packet, SessionJob, State, Told};
use crate::engine::{Engine, Wire};
use crate::observer::Dropped;
use crate::time::LocalTime;

impl<A: Algorithm> Wire<A> {
    /// A message leaves `node`: into the session, if there is one that the process has heard of.
    #[inline(never)]
    pub fn send_in_session(&mut self, node: &Node<A>, to: NodeId, message: A::Message) {
        let now = self.now;
        // Drawn in any case, so that the k-th message of a link meets the same noise whatever became of those before it.
        let link = self.link(node.id, to);
        let (plain, word) = link.draw();
        let sessions = self.sessions();
        let retransmit = sessions.settings.retransmit;
        let end = sessions.end(node.id, to);
        if !end.heard.is_some_and(|generation| end.is_up(generation)) {
            self.drop_message(node.id, to, message, Dropped::SessionDown);
            return;
        }
        let (generation, number, sent) = (end.generation, end.next, node.clock.local(now));
        let letter = sessions.letters.insert(message);
        let end = sessions.end(node.id, to);
        end.next += 1;
        let due = sent + retransmit;
        end.unacknowledged.push_back(Unacknowledged { number, letter, sent, due, interval: retransmit });
        let link = self.link(node.id, to);
        let fate = match plain {
            Some(delay) => Fate::Arrives(delay, None),
            None if link.cut => Fate::Lost,
            None => link.fate(now, word),
        };
        let packet = Packet::Data { generation, number, letter };
        let (first, second) = match fate {
            Fate::Lost => (None, None),
            Fate::Arrives(first, second) => (Some(first), second),
        };
        self.broken.links |= first.is_none();
        self.counters.duplicated += u64::from(second.is_some());
        for delay in [first, second].into_iter().flatten() {
            self.sessions().letters.hold(letter);
            self.queue.schedule(now + delay, Job::Session(SessionJob::Packet { from: node.id, to, packet }));
        }
        let timeout = self.sessions().settings.timeout;
        self.ring_session(node, to, due.min(sent + timeout));
    }
}

impl<A: Algorithm> Engine<'_, A> {
    /// Sends again what is due, or gives up.
    pub(super) fn send_overdue(&mut self, node: NodeId, peer: NodeId) {
        let local = self.local(node);
        let sessions = self.wire.sessions();
        let settings = sessions.settings;
        let end = sessions.end(node, peer);
        let Some(oldest) = end.unacknowledged.front() else { return };
        if end.deadline(oldest.sent, settings.timeout) <= local {
            self.break_off(node, peer);
            return;
        }
        let generation = end.generation;
        for place in 0..end.unacknowledged.len() {
            let end = self.wire.sessions().end(node, peer);
            let deadline = end.deadline(end.unacknowledged[place].sent, settings.timeout);
            let one = &mut end.unacknowledged[place];
            if one.due > local {
                continue;
            }
            one.interval = one.interval.times(2);
            one.due = local + one.interval;
            // Linux cuts the interval to what is left of the user timeout. A little less, so that the last attempt can still
            // be answered: a cut that is shorter than the timeout (by that little) ends no session.
            let last = LocalTime(deadline.0.saturating_sub(settings.retransmit.0));
            if local < last && last < one.due {
                one.due = last;
            }
            let (number, letter) = (one.number, one.letter);
            if self.wire.post_packet(node, peer, Packet::Data { generation, number, letter }) {
                self.wire.sessions().letters.hold(letter);
            }
        }
    }

    pub(super) fn data_arrives(&mut self, from: NodeId, to: NodeId, generation: u64, number: u64, letter: u32) {
        let end = self.wire.sessions().end(to, from);
        if end.state == State::Accepting && end.generation == generation {
            // Whoever sends data has heard that it was accepted.
            self.come_up(to, from);
        }
        let end = self.wire.sessions().end(to, from);
        if !end.is_up(generation) {
            let down = self.nodes[to.index()].power == Power::Down;
            self.let_go(from, to, letter, if down { Dropped::ReceiverDown } else { Dropped::StaleSession });
            self.wire.post_packet(to, from, Packet::Reset { generation });
            return;
        }
        let is_new = end.keep(number, letter);
        let expected = end.expected;
        self.wire.post_packet(to, from, Packet::Acknowledge { generation, expected, number });
        if !is_new {
            self.let_go(from, to, letter, Dropped::StaleSession);
            return;
        }
        // Asked anew each time: the process may close the session while it handles one of them.
        while let Some(letter) = self.next_letter(to, from, generation) {
            let message = self.wire.sessions().letters.open(letter);
            self.tell_process(to, Told::Message { from, generation, message });
        }
    }

    fn next_letter(&mut self, node: NodeId, peer: NodeId, generation: u64) -> Option<u32> {
        let end = self.wire.sessions().end(node, peer);
        if end.is_up(generation) { end.next_in_order() } else { None }
    }

    pub(super) fn acknowledgement(&mut self, node: NodeId, by: NodeId, generation: u64, expected: u64, number: u64) {
        let local = self.local(node);
        let end = self.wire.sessions().end(node, by);
        if !end.is_up(generation) {
            return;
        }
        while let Some(letter) = self.wire.sessions().end(node, by).acknowledge(local, expected, number) {
            self.let_go(node, by, letter, Dropped::StaleSession);
        }
    }
}
