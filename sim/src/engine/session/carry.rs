//! How messages get through a session: numbered, acknowledged one by one and up to the first that is missing, sent again
//! when no acknowledgement comes (each on its own, at doubling intervals), handed over in order and once.
//!
//! An acknowledgement changes nothing that anybody sees before the sender's kernel next looks. So it is no event: what
//! becomes of it is drawn when it leaves, and it is noted at the sender's end when it will be there. Likewise an end has an
//! alarm only if something may have to be sent again: if a packet was lost, or its acknowledgement was, or comes late. Both
//! hold as long as the world stays as it is; so before a fault what has arrived until then is taken in
//! ([`Engine::take_in_acknowledgements`]), and after it whatever is on its way gets an alarm
//! ([`Engine::doubt_acknowledgements`]).

use crate::algorithm::{Algorithm, NodeId, Transport};
use crate::engine::link::Fate;
use crate::engine::node::{Node, Power};
use crate::engine::session::end::Unacknowledged;
use crate::engine::session::letters::Address;
use crate::engine::session::{Packet, State, Told};
use crate::engine::{Engine, Wire, tag};
use crate::observer::Dropped;
use crate::time::{LocalTime, Time};

impl<A: Algorithm> Wire<A> {
    /// A message leaves `node`: into the session, if there is one that the process has heard of.
    #[inline(never)]
    pub fn send_in_session(&mut self, node: &Node<A>, to: NodeId, message: A::Message) {
        let now = self.now;
        // Drawn in any case, so that the k-th message of a link meets the same noise whatever became of those before it.
        let link = self.link(node.id, to);
        let (plain, word) = link.draw();
        let sessions = self.sessions.as_deref_mut().expect("a session algorithm has sessions");
        let settings = sessions.settings;
        let end = &mut sessions.ends[node.id.index() * sessions.members + to.index()];
        if !end.heard.is_some_and(|generation| end.is_up(generation)) {
            self.drop_message(node.id, to, message, Dropped::SessionDown);
            return;
        }
        self.settle_end(node, to);
        let sessions = self.sessions.as_deref_mut().expect("a session algorithm has sessions");
        let end = &mut sessions.ends[node.id.index() * sessions.members + to.index()];
        let sent = node.clock.local(now);
        let address = Address { from: node.id, to, generation: end.generation, number: end.next };
        let letter = sessions.letters.insert(address, message);
        let due = sent + settings.retransmit;
        end.next += 1;
        end.unacknowledged.push_back(Unacknowledged {
            number: address.number,
            letter,
            sent,
            due,
            interval: settings.retransmit,
            answered: Time::NEVER,
        });
        // What arrives before it would be sent again gets its alarm, if it needs one, when it arrives.
        let in_time = node.clock.when_local(now, due.min(sent + settings.timeout));
        match plain {
            Some(delay) if now + delay <= in_time => {
                sessions.letters.hold(letter);
                self.queue.carry(now + delay, letter);
            }
            Some(delay) => self.carry_late(node, to, letter, Fate::Arrives(delay, None)),
            None => {
                let link = self.link(node.id, to);
                let fate = if link.cut { Fate::Lost } else { link.fate(now, word) };
                self.carry_late(node, to, letter, fate);
            }
        }
    }

    /// The first transmission of a letter where not all is well.
    #[inline(never)]
    fn carry_late(&mut self, node: &Node<A>, to: NodeId, letter: u32, fate: Fate) {
        let (first, second) = match fate {
            Fate::Lost => (None, None),
            Fate::Arrives(first, second) => (Some(first), second),
        };
        self.broken.links |= first.is_none();
        self.counters.duplicated += u64::from(second.is_some());
        for delay in [first, second].into_iter().flatten() {
            self.sessions().letters.hold(letter);
            self.queue.carry(self.now + delay, letter);
        }
        self.arm_session(node, to);
    }

    /// Takes in the acknowledgements that have reached this end by now. What should have come through a link that is cut, or
    /// to a machine that stands still, never came.
    #[inline(always)]
    fn settle_end(&mut self, node: &Node<A>, peer: NodeId) {
        let sessions = self.sessions.as_deref_mut().expect("a session algorithm has sessions");
        let end = &mut sessions.ends[node.id.index() * sessions.members + peer.index()];
        if !end.unacknowledged.is_empty() {
            self.settle_unacknowledged(node, peer);
        }
    }

    fn settle_unacknowledged(&mut self, node: &Node<A>, peer: NodeId) {
        let now = self.now;
        let cut = self.link(peer, node.id).cut;
        let sessions = self.sessions.as_deref_mut().expect("a session algorithm has sessions");
        let end = &mut sessions.ends[node.id.index() * sessions.members + peer.index()];
        if cut || sessions.frozen[node.id.index()] {
            let lost = end.lose_answers(now);
            self.broken.links |= cut && lost;
            return;
        }
        while let Some((letter, at, oldest)) = end.take_answered(now) {
            if oldest {
                end.since = node.clock.local(at);
            }
            if let Some(message) = sessions.letters.let_go(letter) {
                // It had arrived, and waited for what was missing before it when the receiver's session ended.
                self.lose(node.id, peer, message, Dropped::StaleSession);
                return self.settle_unacknowledged(node, peer);
            }
        }
    }
}

impl<A: Algorithm> Engine<'_, A> {
    /// To be called before the world changes: what was acknowledged until now has been by the world as it is.
    pub(in crate::engine) fn take_in_acknowledgements(&mut self) {
        if A::TRANSPORT == Transport::Session {
            for node in &self.nodes {
                for peer in (0..self.nodes.len()).filter(|peer| *peer != node.id.index()) {
                    self.wire.settle_end(node, NodeId(peer as u16));
                }
            }
            self.tell_sent();
        }
    }

    /// To be called when the world has changed: whoever waits for an answer can rely on it no longer.
    pub(in crate::engine) fn doubt_acknowledgements(&mut self) {
        if A::TRANSPORT == Transport::Session {
            for node in &self.nodes {
                for peer in (0..self.nodes.len()).filter(|peer| *peer != node.id.index()) {
                    self.wire.arm_session(node, NodeId(peer as u16));
                }
            }
        }
    }

    /// Sends again what is due, or gives up.
    pub(super) fn send_overdue(&mut self, node: NodeId, peer: NodeId) {
        self.wire.settle_end(&self.nodes[node.index()], peer);
        self.tell_sent();
        let local = self.local(node);
        let sessions = self.wire.sessions();
        let settings = sessions.settings;
        let end = sessions.end(node, peer);
        let Some(oldest) = end.unacknowledged.front() else { return };
        if end.deadline(oldest.sent, settings.timeout) <= local {
            self.break_off(node, peer);
            return;
        }
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
            let letter = one.letter;
            if let Some(delay) = self.wire.stray(node, peer) {
                self.wire.sessions().letters.hold(letter);
                self.wire.queue.carry(self.wire.now + delay, letter);
            }
        }
    }

    /// A packet with a message reaches the machine that it was sent to.
    #[inline(never)]
    pub(in crate::engine) fn letter_arrives(&mut self, letter: u32) {
        let sessions = self.wire.sessions.as_deref_mut().expect("letters are of sessions");
        let Address { from, to, generation, number } = sessions.letters.address(letter);
        let end = &mut sessions.ends[to.index() * sessions.members + from.index()];
        let in_order = end.is_up(generation) && end.expected == number && end.waiting.is_empty();
        let cut = self.wire.any_cut && self.wire.link(from, to).cut;
        let sessions = self.wire.sessions.as_deref_mut().expect("letters are of sessions");
        if !in_order || cut || sessions.frozen[to.index()] {
            self.letter_arrives_oddly(letter);
            return;
        }
        let end = &mut sessions.ends[to.index() * sessions.members + from.index()];
        (end.expected, end.handed) = (number + 1, number + 1);
        let heard = end.heard == Some(generation) && sessions.catching_up[to.index()] == 0;
        let message = sessions.letters.open(letter);
        self.acknowledge(to, from, number, number + 1);
        if heard && self.nodes[to.index()].power == Power::Running {
            let place = self.wire.queue.lay(from, to, message);
            self.hand_over(from, to, place);
        } else {
            self.tell_process(to, Told::Message { from, generation, message });
        }
    }

    /// It is out of order, or was here before, or nobody takes it.
    #[inline(never)]
    fn letter_arrives_oddly(&mut self, letter: u32) {
        let Address { from, to, generation, number } = self.wire.sessions().letters.address(letter);
        if self.wire.fingerprint {
            let which = tag::LINK | 4 << 40 | u64::from(from.0) << 16 | u64::from(to.0);
            self.wire.encoder.words([self.wire.now.0, which, generation, number]);
        }
        let cut = self.wire.link(from, to).cut;
        self.wire.broken.links |= cut;
        if cut || self.wire.sessions().frozen[to.index()] {
            self.let_go(from, to, letter, if cut { Dropped::CutOnArrival } else { Dropped::StaleSession });
            self.arm(from, to);
            return;
        }
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
            self.arm(from, to);
            return;
        }
        let is_new = end.keep(number, letter);
        let expected = end.expected;
        self.acknowledge(to, from, number, expected);
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

    /// `by` acknowledges to `sender`, whose session with it is up in the same generation or over, that everything below
    /// `expected` has arrived, and `number` too.
    fn acknowledge(&mut self, by: NodeId, sender: NodeId, number: u64, expected: u64) {
        let generation = self.wire.sessions().end(by, sender).generation;
        let delay = self.wire.stray(by, sender);
        if !self.wire.sessions().end(sender, by).is_up(generation) {
            return;
        }
        let node = &self.nodes[sender.index()];
        let at = delay.map_or(Time::NEVER, |delay| self.wire.now + delay);
        let due = self.wire.sessions().end(sender, by).answer(number, expected, at);
        if due.is_some_and(|due| at > node.clock.when_local(self.wire.now, due)) {
            self.wire.arm_session(node, by);
        }
    }
}
