//! What travels between members and services: questions and answers, over one connection a pair, which behaves as TCP does.

use crate::algorithm::{Algorithm, Message, NodeId, ServiceAnswer, ServiceAsk};
use crate::engine::host::Prompt;
use crate::engine::job::Job;
use crate::engine::link::Fate;
use crate::engine::node::{Arrived, Power};
use crate::engine::{Engine, tag};
use crate::observer::{Dropped, Happening};
use crate::service::Service;
use crate::time::{Span, Time};

/// How far something on its way has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Passage {
    /// When it leaves for the last time: what was lost before is sent again, if there is still somebody to do so.
    pub left: Time,
    /// When it is there, and all that went before it.
    pub arrives: Time,
}

impl Passage {
    /// Nothing is on its way.
    pub const NONE: Passage = Passage { left: Time::ZERO, arrives: Time::ZERO };
}

/// For whom an answer is, how often its sender had been out of service when it was sent, and when it left for the last time.
pub type Connection = (u32, u32, Time);

impl<A: Algorithm> Engine<'_, A> {
    /// Sends what a member asked in the step that is over.
    pub(super) fn send_asks(&mut self, i: usize) {
        let mut asks = std::mem::take(&mut self.wire.asks);
        for (service, ask) in asks.drain(..) {
            self.ask_departs(i, service, ask);
        }
        self.wire.asks = asks;
    }

    fn ask_departs(&mut self, i: usize, to: NodeId, ask: ServiceAsk<A>) {
        let from = NodeId(i as u16);
        let s = self.service_of(to.index()).expect("members ask services");
        self.wire.counters.sent += 1;
        self.tell(&Happening::Sent { from, to, kind: ask.kind(), message: &ask });
        match self.carry(from, to, self.hosts[s].inbound[i]) {
            Ok(passage) => {
                self.hosts[s].inbound[i] = passage;
                let Passage { left, arrives } = passage;
                let incarnation = self.nodes[i].incarnation;
                self.wire.queue.schedule(arrives, Job::Ask { from, incarnation, left, service: s, ask });
            }
            Err(why) => self.drop_between(from, to, &ask, why),
        }
    }

    pub(super) fn answer_departs(&mut self, s: usize, to: NodeId, answer: ServiceAnswer<A>) {
        let from = self.hosts[s].id;
        self.wire.counters.sent += 1;
        self.tell(&Happening::Sent { from, to, kind: answer.kind(), message: &answer });
        match self.carry(from, to, self.hosts[s].outbound[to.index()]) {
            Ok(passage) => {
                self.hosts[s].outbound[to.index()] = passage;
                let Passage { left, arrives } = passage;
                // The connection is that of whoever asked last; a crash has closed it.
                let incarnation = self.hosts[s].heard[to.index()];
                let breaks = self.hosts[s].breaks;
                self.wire.queue.schedule(arrives, Job::ServiceAnswer { service: s, to, incarnation, breaks, left, answer });
            }
            Err(why) => self.drop_between(from, to, &answer, why),
        }
    }

    /// When something leaves for good and arrives that is sent now and must not overtake what went before: a loss is sent again,
    /// with a delay that doubles, until the connection's patience is over.
    fn carry(&mut self, from: NodeId, to: NodeId, last: Passage) -> Result<Passage, Dropped> {
        let (now, settings) = (self.wire.now, self.setup.session);
        let link = self.wire.link(from, to);
        if link.cut {
            return Err(Dropped::CutWhenSent);
        }
        let (mut at, mut wait) = (now, settings.retransmit);
        loop {
            let (plain, word) = link.draw();
            match plain.map_or_else(|| link.fate(at, word), |delay| Fate::Arrives(delay, None)) {
                Fate::Arrives(delay, _) => {
                    let own = Passage { left: at, arrives: at + delay };
                    // What is handed over only after something else has not left for good before that has.
                    let behind = Passage { left: at.max(last.left), arrives: last.arrives };
                    let passage = if last.arrives > own.arrives { behind } else { own };
                    if passage.left > now {
                        self.judge_delay(passage.arrives.since(now));
                    }
                    return Ok(passage);
                }
                Fate::Lost => {
                    at = at + wait;
                    wait = wait.times(2);
                    if at.since(now) > settings.timeout {
                        return Err(Dropped::Lost);
                    }
                }
            }
        }
    }

    /// What was sent again took this long in one direction: is that more than promises allow for?
    fn judge_delay(&mut self, took: Span) {
        let allowed = match self.bounds.answer {
            Some(answer) => answer.fraction(1, 2),
            None => self.setup.network().max_delay,
        };
        self.wire.broken.late |= took > allowed;
    }

    fn drop_between<M: Message>(&mut self, from: NodeId, to: NodeId, message: &M, why: Dropped) {
        self.wire.counters.dropped += 1;
        self.wire.broken.links |= why != Dropped::ReceiverDown;
        if self.wire.fingerprint {
            let words = [self.wire.now.0, tag::DROP | u64::from(from.0) << 16 | u64::from(to.0), why as u64];
            self.wire.encoder.words(words);
            message.encode(&mut self.wire.encoder);
        }
        self.tell(&Happening::Dropped { from, to, kind: message.kind(), why });
    }

    /// A question reaches a service's machine.
    pub(super) fn ask_arrives(&mut self, from: NodeId, incarnation: u32, left: Time, s: usize, ask: ServiceAsk<A>) {
        let to = self.hosts[s].id;
        let node = &self.nodes[from.index()];
        if node.incarnation != incarnation && node.crashed_at < left {
            // Who was to send it again is gone.
            return self.drop_between(from, to, &ask, Dropped::StaleSession);
        }
        if self.wire.link(from, to).cut {
            return self.drop_between(from, to, &ask, Dropped::CutOnArrival);
        }
        if self.hosts[s].power == Power::Paused {
            self.hosts[s].inbox.push_back((from, incarnation, ask));
            return;
        }
        if !self.hosts[s].works(self.wire.now) {
            return self.drop_between(from, to, &ask, Dropped::ReceiverDown);
        }
        self.hosts[s].heard[from.index()] = incarnation;
        self.note_arrival(from, to, &ask);
        let prompt = Prompt::Asked { by: from, releases: A::Service::releases(&ask) };
        self.step_service(s, prompt, |mind, desk| {
            if let Some(mind) = mind {
                mind.on_ask(from, ask, desk);
            }
        });
    }

    /// An answer reaches a member's machine.
    pub(super) fn answer_arrives(
        &mut self,
        s: usize,
        to: NodeId,
        (incarnation, breaks, left): Connection,
        answer: ServiceAnswer<A>,
    ) {
        let (from, i) = (self.hosts[s].id, to.index());
        if self.hosts[s].breaks != breaks && self.hosts[s].broke_at < left {
            return self.drop_between(from, to, &answer, Dropped::StaleSession);
        }
        if self.wire.link(from, to).cut {
            return self.drop_between(from, to, &answer, Dropped::CutOnArrival);
        }
        match self.nodes[i].power {
            _ if self.nodes[i].incarnation != incarnation => self.drop_between(from, to, &answer, Dropped::ReceiverDown),
            Power::Down => self.drop_between(from, to, &answer, Dropped::ReceiverDown),
            Power::Paused => self.nodes[i].inbox.push(Arrived::FromService { service: s, answer }),
            Power::Running => self.hear_answer(s, to, answer),
        }
    }

    /// A member handles an answer.
    pub(super) fn hear_answer(&mut self, s: usize, to: NodeId, answer: ServiceAnswer<A>) {
        let from = self.hosts[s].id;
        self.note_arrival(from, to, &answer);
        self.step(to.index(), |mind, ctx| mind.on_answer(from, answer, ctx));
    }

    /// The same, of one that had waited while the member stood still, if it has not crashed since.
    pub(super) fn hear_late(&mut self, s: usize, to: NodeId, incarnation: u32, answer: ServiceAnswer<A>) {
        let node = &mut self.nodes[to.index()];
        match node.power {
            _ if node.incarnation != incarnation => {}
            Power::Down => {}
            Power::Paused => node.inbox.push(Arrived::FromService { service: s, answer }),
            Power::Running => self.hear_answer(s, to, answer),
        }
    }

    fn note_arrival<M: Message>(&mut self, from: NodeId, to: NodeId, message: &M) {
        self.wire.counters.delivered += 1;
        if self.wire.fingerprint {
            self.wire.encoder.words([self.wire.now.0, tag::MESSAGE | u64::from(from.0) << 16 | u64::from(to.0)]);
            message.encode(&mut self.wire.encoder);
        }
        if self.wire.watched {
            self.tell(&Happening::Delivered { from, to, kind: message.kind(), message });
        }
    }
}
