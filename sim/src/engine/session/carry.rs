//! How messages get through a session: numbered, acknowledged one by one and up to the first that is missing, sent again
//! when no acknowledgement comes (each on its own, at doubling intervals), handed over in order and once.
//!
//! An acknowledgement changes nothing that anybody sees before the sender's kernel next looks. So it is no event: what
//! becomes of it is drawn when it leaves, and it lies at the sender's end until the time at which it is there. Likewise a letter
//! has an alarm only if it may have to be sent again: if it was lost, or its acknowledgement was, or either comes late. Both
//! hold as long as the world stays as it is; so before a fault what has arrived until then is taken in
//! ([`Engine::take_in_acknowledgements`]), and after it whatever is on its way gets an alarm
//! ([`Engine::doubt_acknowledgements`]). One thing is seen late by that: a message that waited behind a missing one when the
//! receiver's session ended is told to be lost when its sender's kernel next looks, and not when its acknowledgement arrived: later,
//! perhaps for another reason, and not at all if the run ends before that. And an answer that is there at the very instant of a fault
//! is there before it, while a letter comes in the order of sequence numbers; only constant delays on round times can show that.

use crate::algorithm::{Algorithm, NodeId, Transport};
use crate::engine::link::Fate;
use crate::engine::node::{Node, Power};
use crate::engine::session::end::Answer;
use crate::engine::session::letters::Letter;
use crate::engine::session::{Packet, State, Told, kind};
use crate::engine::{Engine, Wire, tag};
use crate::observer::Dropped;
use crate::time::{LocalTime, Span, Time};

impl<A: Algorithm> Wire<A> {
    /// A message leaves `node`: into the session, if there is one that the process has heard of.
    #[inline(never)]
    pub fn send_in_session(&mut self, node: &Node<A>, to: NodeId, message: A::Message) {
        let now = self.now;
        if self.any_cut || !self.take_in(node, to) {
            self.settle_end(node, to);
        }
        // Drawn in any case, so that the k-th message of a link meets the same noise whatever became of those before it.
        let (plain, word) = self.links[node.id.index() * self.parts + to.index()].draw();
        let sessions = self.sessions.as_deref_mut().expect("a session algorithm has sessions");
        let end = &mut sessions.ends[node.id.index() * sessions.members + to.index()];
        if end.state != State::Up || end.heard != Some(end.generation) {
            self.drop_message(node.id, to, message, Dropped::SessionDown);
            return;
        }
        let parcel = self.queue.put_down(node.id, to, message);
        let (sent, again) = (node.clock.local(now), sessions.settings.retransmit);
        let letter = Letter::new(node.id, to, (end.generation, end.next), sent, again, parcel);
        // What arrives before it would be sent again gets its alarm, if it needs one, when it arrives.
        let in_time = node.clock.when_local(now, sent + again);
        let letter = sessions.letters.insert(letter);
        end.next += 1;
        end.unacknowledged.push_back(letter);
        if let Some(delay) = plain
            && now + delay <= in_time
        {
            sessions.letters.hold(letter);
            self.queue.carry(now + delay, letter);
        } else {
            self.carry_by_fate(node, letter, plain, word);
        }
    }

    /// The session with this peer that the process takes for up. None where there are no sessions, and with itself.
    pub fn session_heard(&self, node: NodeId, peer: NodeId) -> Option<u64> {
        if A::TRANSPORT != Transport::Session {
            return None;
        }
        let sessions = self.sessions.as_deref()?;
        sessions.ends[node.index() * sessions.members + peer.index()].heard
    }

    /// A message that waited for the disk while its session ended.
    #[cold]
    pub fn depart_too_late(&mut self, from: NodeId, to: NodeId, message: A::Message) {
        self.counters.sent += 1;
        self.tell_departed(from, to, &message);
        self.drop_message(from, to, message, Dropped::StaleSession);
    }

    /// Takes in the acknowledgements that have reached this end by now, where all is well: no link is cut, each is for the oldest
    /// letter, and its message was read. (A process that sends is not on a machine that stands still; when one resumes, what came
    /// meanwhile has been dropped before.) False: there is one that has to be looked at closely.
    #[inline(always)]
    fn take_in(&mut self, node: &Node<A>, peer: NodeId) -> bool {
        let sessions = self.sessions.as_deref_mut().expect("a session algorithm has sessions");
        let end = &mut sessions.ends[node.id.index() * sessions.members + peer.index()];
        while let Some(answer) = end.answered(self.now) {
            let Some(&oldest) = end.unacknowledged.front() else { return false };
            let letter = &sessions.letters[oldest];
            if letter.number != answer.number || answer.expected != answer.number + 1 || !letter.is_read() {
                return false;
            }
            end.since = end.since.max(node.clock.local(answer.at));
            sessions.letters.let_go(oldest);
            end.unacknowledged.pop_front();
            end.answers.pop_front();
        }
        true
    }

    /// The first transmission of a letter over a link that loses, repeats, reorders or is cut, or that is slower than patience.
    #[inline(never)]
    fn carry_by_fate(&mut self, node: &Node<A>, letter: u32, plain: Option<Span>, word: u64) {
        let (now, to) = (self.now, self.sessions().letters[letter].to);
        let link = self.link(node.id, to);
        let fate = match plain {
            Some(delay) => Fate::Arrives(delay, None),
            None if link.cut => Fate::Lost,
            None => link.fate(now, word),
        };
        let (first, second) = match fate {
            Fate::Lost => (None, None),
            Fate::Arrives(first, second) => (Some(first), second),
        };
        self.broken.links |= first.is_none();
        self.counters.duplicated += u64::from(second.is_some());
        for delay in [first, second].into_iter().flatten() {
            self.sessions().letters.hold(letter);
            self.queue.carry(now + delay, letter);
        }
        let due = node.clock.when_local(now, self.sessions().letters[letter].due);
        if first.is_none_or(|delay| now + delay > due) {
            self.ring_for(node, to, letter);
        }
    }

    /// Has this end looked at when something has to be done about this letter. What is older has an alarm, or needs none.
    fn ring_for(&mut self, node: &Node<A>, peer: NodeId, letter: u32) {
        let sessions = self.sessions();
        let timeout = sessions.settings.timeout;
        let end = &sessions.ends[node.id.index() * sessions.members + peer.index()];
        let due = end.due(&sessions.letters, letter, timeout);
        if !sessions.frozen[node.id.index()] {
            self.ring_session(node, peer, due);
        }
    }

    /// Takes in the acknowledgements that have reached this end by now. What should have come through a link that is cut, or
    /// to a machine that stands still, never came.
    #[inline(never)]
    pub(super) fn settle_end(&mut self, node: &Node<A>, peer: NodeId) {
        let now = self.now;
        let cut = self.any_cut && self.link(peer, node.id).cut;
        let sessions = self.sessions.as_deref_mut().expect("a session algorithm has sessions");
        let end = &mut sessions.ends[node.id.index() * sessions.members + peer.index()];
        if cut || sessions.frozen[node.id.index()] {
            let lost = end.lose_answers(now);
            self.broken.links |= cut && lost;
            return;
        }
        while let Some(answer) = self.sessions().end(node.id, peer).answered(now) {
            while let Some((letter, oldest)) = self.settled(node.id, peer, answer) {
                if oldest {
                    let end = self.sessions().end(node.id, peer);
                    end.since = end.since.max(node.clock.local(answer.at));
                }
                if let Some(parcel) = self.sessions().letters.let_go(letter) {
                    // It had arrived, and waited for what was missing before it when the receiver's session ended.
                    let message = self.unpack(parcel);
                    self.lose(node.id, peer, message, Dropped::StaleSession);
                }
            }
            self.sessions().end(node.id, peer).answers.pop_front();
        }
    }

    fn settled(&mut self, node: NodeId, peer: NodeId, answer: Answer) -> Option<(u32, bool)> {
        let sessions = self.sessions();
        sessions.ends[node.index() * sessions.members + peer.index()].settled(&sessions.letters, answer)
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

    /// The same for links between these alone.
    pub(in crate::engine) fn take_in_acknowledgements_between(&mut self, pairs: &[(NodeId, NodeId)]) {
        if A::TRANSPORT == Transport::Session {
            // What goes one way is answered the other way.
            for (node, peer) in pairs.iter().flat_map(|&(a, b)| [(a, b), (b, a)]) {
                if self.are_ends(node, peer) {
                    self.wire.settle_end(&self.nodes[node.index()], peer);
                }
            }
            self.tell_sent();
        }
    }

    fn are_ends(&self, node: NodeId, peer: NodeId) -> bool {
        node != peer && node.index().max(peer.index()) < self.nodes.len()
    }

    /// To be called before a member resumes: what came to a machine that stood still never came. Of a process alone that stood
    /// still its kernel knew nothing.
    pub(in crate::engine) fn take_in_acknowledgements_of(&mut self, i: usize) {
        if A::TRANSPORT == Transport::Session && i < self.nodes.len() && self.wire.sessions().frozen[i] {
            for peer in self.peers(i) {
                self.wire.settle_end(&self.nodes[i], peer);
            }
            self.tell_sent();
        }
    }

    /// To be called when the world has changed: whoever waits for an answer can rely on it no longer. What was answered up to now has been
    /// taken in just before ([`Engine::take_in_acknowledgements`]), so it does not matter that `any_cut` is not up to date yet.
    pub(in crate::engine) fn doubt_acknowledgements(&mut self) {
        if A::TRANSPORT == Transport::Session {
            for node in &self.nodes {
                for peer in (0..self.nodes.len()).filter(|peer| *peer != node.id.index()) {
                    self.wire.arm_session(node, NodeId(peer as u16));
                }
            }
            self.tell_sent();
        }
    }

    /// The same for links between these alone.
    pub(in crate::engine) fn doubt_acknowledgements_between(&mut self, pairs: &[(NodeId, NodeId)]) {
        if A::TRANSPORT == Transport::Session {
            for (node, peer) in pairs.iter().flat_map(|&(a, b)| [(a, b), (b, a)]) {
                if self.are_ends(node, peer) {
                    self.wire.arm_session(&self.nodes[node.index()], peer);
                }
            }
            self.tell_sent();
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
        let Some(&oldest) = end.unacknowledged.front() else { return };
        let end = &sessions.ends[node.index() * sessions.members + peer.index()];
        if end.deadline(sessions.letters[oldest].sent, settings.timeout) <= local {
            self.break_off(node, peer);
            return;
        }
        for place in 0..end.unacknowledged.len() {
            let sessions = self.wire.sessions();
            let end = &sessions.ends[node.index() * sessions.members + peer.index()];
            let letter = end.unacknowledged[place];
            let one = &mut sessions.letters[letter];
            let deadline = end.deadline(one.sent, settings.timeout);
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
        let &Letter { from, to, generation, number, .. } = &sessions.letters[letter];
        let end = &mut sessions.ends[to.index() * sessions.members + from.index()];
        let in_order = end.is_up(generation) && end.expected == number && end.waiting.is_empty();
        let cut = self.wire.any_cut && self.wire.links[from.index() * self.wire.parts + to.index()].cut;
        if !in_order || cut || sessions.frozen[to.index()] {
            self.letter_out_of_turn(letter);
            return;
        }
        (end.expected, end.handed) = (number + 1, number + 1);
        let heard = end.heard == Some(generation) && sessions.catching_up[to.index()] == 0;
        self.acknowledge(to, from, letter, number + 1);
        let parcel = self.wire.sessions().letters.open(letter);
        if heard && self.nodes[to.index()].power == Power::Running {
            self.wire.queue.pick_up(parcel);
            self.hand_over(from, to, parcel);
        } else {
            let message = self.wire.unpack(parcel);
            self.tell_process(to, Told::Message { from, generation, message });
        }
    }

    /// It is out of order, or was here before, or nobody takes it.
    #[inline(never)]
    fn letter_out_of_turn(&mut self, letter: u32) {
        let &Letter { from, to, generation, number, .. } = &self.wire.sessions().letters[letter];
        if self.wire.fingerprint {
            let which = tag::LINK | kind::LETTER << 40 | u64::from(from.0) << 16 | u64::from(to.0);
            self.wire.encoder.words([self.wire.now.0, which, generation, number]);
        }
        let cut = self.wire.link(from, to).cut;
        self.wire.broken.links |= cut;
        if cut || self.wire.sessions().frozen[to.index()] {
            self.unanswered(from, to, letter);
            self.let_go(from, to, letter, if cut { Dropped::CutOnArrival } else { Dropped::StaleSession });
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
            self.unanswered(from, to, letter);
            self.let_go(from, to, letter, if down { Dropped::ReceiverDown } else { Dropped::StaleSession });
            self.wire.post_packet(to, from, Packet::Reset { generation });
            return;
        }
        let is_new = end.keep(number, letter);
        let expected = end.expected;
        self.acknowledge(to, from, letter, expected);
        if !is_new {
            self.let_go(from, to, letter, Dropped::StaleSession);
            return;
        }
        // Asked anew each time: the process may close the session while it handles one of them.
        while let Some(letter) = self.next_letter(to, from, generation) {
            let parcel = self.wire.sessions().letters.open(letter);
            let message = self.wire.unpack(parcel);
            self.tell_process(to, Told::Message { from, generation, message });
        }
    }

    /// Nobody is going to acknowledge this transmission.
    fn unanswered(&mut self, sender: NodeId, peer: NodeId, letter: u32) {
        let sessions = self.wire.sessions();
        let generation = sessions.letters[letter].generation;
        if sessions.end(sender, peer).is_up(generation) {
            self.wire.ring_for(&self.nodes[sender.index()], peer, letter);
        }
    }

    fn next_letter(&mut self, node: NodeId, peer: NodeId, generation: u64) -> Option<u32> {
        let end = self.wire.sessions().end(node, peer);
        if end.is_up(generation) { end.next_in_order() } else { None }
    }

    /// `by` answers for a letter, and for everything below `expected`.
    #[inline(always)]
    fn acknowledge(&mut self, by: NodeId, sender: NodeId, letter: u32, expected: u64) {
        let at = self.wire.stray(by, sender).map_or(Time::NEVER, |delay| self.wire.now + delay);
        let sessions = self.wire.sessions.as_deref_mut().expect("letters are of sessions");
        let end = &mut sessions.ends[sender.index() * sessions.members + by.index()];
        let &Letter { generation, number, due, .. } = &sessions.letters[letter];
        if !end.is_up(generation) {
            return;
        }
        if at < Time::NEVER {
            end.expect(Answer { at, number, expected });
        }
        let node = &self.nodes[sender.index()];
        if at > node.clock.when_local(self.wire.now, due) {
            self.wire.ring_for(node, by, letter);
        }
    }
}
