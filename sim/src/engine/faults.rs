//! Acting faults out, on nodes that have been resolved.

use crate::algorithm::{Algorithm, NodeId};
use crate::delay::{Delay, LinkPatch};
use crate::engine::ask::Passage;
use crate::engine::job::Job;
use crate::engine::node::{Arrived, Power, UNTOUCHED};
use crate::engine::session::Told;
use crate::engine::topology::{Degradation, Flapping};
use crate::engine::{Engine, tag};
use crate::fault::ClockDuring;
use crate::observer::{Dropped, NodeEvent};
use crate::outcome::Cause;
use crate::random::{Purpose, Stream};
use crate::ratio::Ratio;
use crate::time::{Span, Time};

impl<A: Algorithm> Engine<'_, A> {
    /// A member starts, for the first time or again, with what its disk holds. The caller sees to what follows for the world.
    /// False: it was up.
    pub(super) fn start(&mut self, i: usize) -> bool {
        if i >= self.nodes.len() {
            return match self.service_of(i) {
                Some(s) => self.start_service(s),
                None => self.restart_resource(),
            };
        }
        if self.nodes[i].power != Power::Down {
            return false;
        }
        let node = &mut self.nodes[i];
        node.power = Power::Running;
        let from = std::mem::replace(&mut node.rewritten, UNTOUCHED);
        if self.wire.audit.on {
            self.wire.audit.restarted(self.wire.now, node.id, from, A::history(&node.image));
        }
        self.tell_node(i, NodeEvent::Restarted);
        let node = &mut self.nodes[i];
        let ctx = &mut crate::context::Context { node, wire: &mut self.wire };
        self.minds[i] = Some(match self.fallen[i].take() {
            None => A::start(ctx),
            Some(fallen) => A::restart(fallen, ctx),
        });
        if !self.own.is_empty() {
            let was = self.nodes[i].seen;
            self.ask_own(crate::invariant::Interest::Wrote, i, &was);
        }
        self.take_step(i, |_, _| {});
        self.sessions_started(i);
        true
    }

    /// What arrived while the process stood still goes with it.
    fn lose_inbox(&mut self, i: usize) {
        let to = NodeId(i as u16);
        for arrived in std::mem::take(&mut self.nodes[i].inbox) {
            if let Arrived::Message { from, message } | Arrived::Told(Told::Message { from, message, .. }) = arrived {
                self.wire.drop_message(from, to, message, Dropped::ReceiverDown);
            }
        }
        self.tell_sent();
    }

    pub(super) fn campaign(&mut self, i: usize) {
        if self.nodes[i].power == Power::Running
            && let Some(timer) = A::campaign()
        {
            self.step(i, |mind, ctx| mind.on_timer(timer, ctx));
        }
    }

    /// False: it was down. A disk is emptied either way.
    pub(super) fn crash(&mut self, i: usize, wipe: bool) -> bool {
        if i >= self.nodes.len() {
            return match self.service_of(i) {
                Some(s) => self.crash_service(s, wipe),
                None => !wipe && self.crash_resource(),
            };
        }
        if self.nodes[i].power == Power::Down {
            if wipe {
                self.wipe(i);
                self.tell_node(i, NodeEvent::Wiped);
            }
            return wipe;
        }
        if self.reigns.leader() == Some(i) {
            self.reigns.failovers.lost(self.wire.now, NodeId(i as u16), Cause::Crash);
        }
        self.end_tenure(i, None);
        self.lose_inbox(i);
        let node = &mut self.nodes[i];
        node.crashed_at = self.wire.now;
        node.crash();
        self.topology.hiccup[i] = false;
        for host in &mut self.hosts {
            (host.inbound[i], host.outbound[i]) = (Passage::NONE, Passage::NONE);
        }
        if wipe {
            self.wipe(i);
        }
        let node = &mut self.nodes[i];
        if self.topology.suspended_clock[i] {
            self.topology.suspended_clock[i] = false;
            node.clock.stop(self.wire.now, false);
        }
        node.seen = crate::algorithm::Observation::new(crate::algorithm::Role::Follower, crate::algorithm::Epoch::default());
        self.fallen[i] = self.minds[i].take();
        self.wire.deadlines.set(i, crate::engine::keys::Key::NEVER);
        if self.wire.audit.on {
            self.wire.audit.crashed(self.wire.now, NodeId(i as u16));
        }
        self.sessions_crashed(i);
        self.tell_node(i, if wipe { NodeEvent::Wiped } else { NodeEvent::Crashed });
        self.set_alarm();
        true
    }

    fn wipe(&mut self, i: usize) {
        let node = &mut self.nodes[i];
        node.image = A::Durable::default();
        node.disk.image = A::Durable::default();
        node.touched(Some(0));
        self.wire.broken.wiped = true;
    }

    /// The process stands still, or the whole machine does (`clock` says what its monotonic clock does then). Where pauses
    /// overlap, the latest end counts. False: nothing changed by it.
    pub(super) fn pause(&mut self, i: usize, lasting: Option<Span>, clock: Option<ClockDuring>) -> bool {
        if i >= self.nodes.len() {
            let stops = clock == Some(ClockDuring::Stops);
            return self.service_of(i).is_some_and(|s| self.pause_service(s, lasting, stops, clock.is_some()));
        }
        if self.nodes[i].power == Power::Down {
            return false;
        }
        let until = lasting.map_or(Time::NEVER, |lasting| self.wire.now + lasting);
        // What was an everyday pause until now is one no longer.
        let hiccup = std::mem::replace(&mut self.topology.hiccup[i], false);
        let stood_still = self.nodes[i].power == Power::Paused;
        let already = stood_still && !hiccup;
        let stops = clock == Some(ClockDuring::Stops) && !self.topology.suspended_clock[i];
        if already && until <= self.topology.paused_until[i] && !stops {
            return false;
        }
        self.topology.paused_until[i] = if stood_still { until.max(self.topology.paused_until[i]) } else { until };
        if lasting.is_some() {
            self.wire.queue.schedule(until, Job::Resume(NodeId(i as u16)));
        }
        self.wire.broken.paused = true;
        if !already {
            if self.reigns.leader() == Some(i) {
                let cause = if clock.is_some() { Cause::Suspend } else { Cause::Pause };
                self.reigns.failovers.lost(self.wire.now, NodeId(i as u16), cause);
            }
            self.nodes[i].power = Power::Paused;
            self.wire.deadlines.set(i, crate::engine::keys::Key::NEVER);
        }
        self.sessions_paused(i, clock.is_some());
        if stops {
            self.nodes[i].clock.stop(self.wire.now, true);
            self.topology.suspended_clock[i] = true;
            self.wire.broken.clocks = true;
            self.authority_changed(i);
        }
        self.tell_node(i, if clock.is_some() { NodeEvent::Suspended } else { NodeEvent::Paused });
        true
    }

    /// A pause is over, if no other holds the member longer.
    pub(super) fn resume_if_over(&mut self, i: usize) {
        let until = self.service_of(i).map_or_else(|| self.topology.paused_until[i], |s| self.hosts[s].paused_until);
        self.take_in_acknowledgements_of(i);
        // Nobody took an everyday pause for trouble, so that its end is no recovery either.
        let hiccup = self.topology.hiccup.get(i).copied().unwrap_or(false);
        if until <= self.wire.now && self.resume(i) && !hiccup {
            self.world_changed();
        }
    }

    /// Timers that are overdue fire first, then what the buffers hold is handled in order, as event loops do. False: it did not
    /// stand still.
    pub(super) fn resume(&mut self, i: usize) -> bool {
        if i >= self.nodes.len() {
            return self.service_of(i).is_some_and(|s| self.resume_service(s));
        }
        if self.nodes[i].power != Power::Paused {
            return false;
        }
        let now = self.wire.now;
        if std::mem::replace(&mut self.topology.suspended_clock[i], false) {
            self.nodes[i].clock.stop(now, false);
        }
        let node = &mut self.nodes[i];
        node.power = Power::Running;
        self.wire.release(node);
        self.rearm(i);
        let to = NodeId(i as u16);
        let mut inbox = std::mem::take(&mut self.nodes[i].inbox);
        for arrived in inbox.drain(..) {
            match arrived {
                Arrived::Message { from, message } => self.wire.queue.schedule(now, Job::HandOver { from, to, message }),
                Arrived::Errand(errand) => self.wire.queue.schedule(now, Job::Thought(errand)),
                Arrived::Answer { errand, reply } => self.wire.queue.schedule(now, Job::Answer(errand, reply)),
                Arrived::Told(told) => self.tell_later(to, told),
                Arrived::FromService { service, answer } => {
                    let incarnation = self.nodes[i].incarnation;
                    self.wire.queue.schedule(now, Job::HearLate { service, to, incarnation, answer });
                }
            }
        }
        self.nodes[i].inbox = inbox;
        if !std::mem::replace(&mut self.topology.hiccup[i], false) {
            self.reigns.failovers.condition_ended(now, to);
        }
        self.authority_changed(i);
        self.reschedule_jobs(i);
        self.tell_node(i, NodeEvent::Resumed);
        self.tell_sent();
        true
    }

    /// Maps every armed timer of a member to true time again, in the order in which they are due.
    fn rearm(&mut self, i: usize) {
        let now = self.wire.now;
        let node = &mut self.nodes[i];
        node.timers.sort_by_key(|slot| (slot.local, slot.key));
        for slot in &mut node.timers {
            slot.key = self.wire.queue.key(node.clock.when_local(now, slot.local));
        }
        if node.power == Power::Running {
            self.wire.deadlines.set(i, node.next_timer());
        }
        self.rearm_sessions(i);
    }

    /// False: it has no clock.
    pub(super) fn set_clock_rate(&mut self, i: usize, rate: Ratio) -> bool {
        if i < self.nodes.len() {
            self.nodes[i].clock.set_rate(self.wire.now, rate);
            self.rearm(i);
            self.authority_changed(i);
            self.reschedule_jobs(i);
            self.tell_node(i, NodeEvent::ClockChanged);
        } else if let Some(s) = self.service_of(i) {
            self.set_service_clock(s, rate);
        } else {
            return false;
        }
        self.wire.broken.clocks |= self.bounds.drift.is_none();
        self.judge_clocks();
        true
    }

    /// Do the monotonic clocks run apart by more than the algorithm can bear?
    pub(super) fn judge_clocks(&mut self) {
        let Some(bound) = self.bounds.drift else { return };
        let rates = || self.nodes.iter().map(|node| node.clock.rate()).chain(self.hosts.iter().map(|host| host.clock.rate()));
        let apart = rates().any(|fast| rates().any(|slow| fast.outruns(slow, bound)));
        self.wire.broken.clocks |= apart;
    }

    /// False: it has no clock.
    pub(super) fn jump_clock(&mut self, i: usize, by: i64) -> bool {
        if i >= self.nodes.len() {
            let service = self.service_of(i);
            if let Some(s) = service {
                self.jump_service_clock(s, by);
            }
            return service.is_some();
        }
        self.nodes[i].clock.jump(self.wire.now, by);
        self.wire.broken.walls = true;
        self.authority_changed(i);
        self.reschedule_jobs(i);
        self.tell_node(i, NodeEvent::ClockChanged);
        true
    }

    pub(super) fn degrade(&mut self, pairs: Vec<(NodeId, NodeId)>, patch: LinkPatch, lasting: Span) {
        self.topology.numbered += 1;
        let number = self.topology.numbered;
        self.wire.queue.schedule(self.wire.now + lasting, Job::Restore(number));
        let slower = patch.delay.is_some() || patch.floor.is_some() || patch.extra.is_some() || patch.reorder.is_some();
        self.wire.broken.late |= match self.bounds.answer {
            None => slower,
            // There and back; a question that was lost on its way is late by far more.
            Some(bound) => slower && self.setup.link.patched(&patch).longest().times(2) > bound,
        };
        let mut copy = self.script.spare.pop().unwrap_or_default();
        copy.clone_from(&pairs);
        self.topology.degradations.push(Degradation { number, pairs: copy, patch });
        self.settle_links(&pairs);
        self.script.spare.push(pairs);
        self.wire.broken.links = true;
    }

    pub(super) fn begin_flap(&mut self, event: usize, pairs: Vec<(NodeId, NodeId)>, down: Delay, up: Delay, lasting: Span) {
        self.topology.numbered += 1;
        let number = self.topology.numbered;
        let stream = Stream::new(self.seed, Purpose::Flap { event: event as u32 });
        let until = self.wire.now + lasting;
        self.topology.flaps.push(Flapping { number, pairs, down, up, until, is_down: false, stream });
        self.flap(number);
    }

    /// Hands an operator's order to the leader.
    pub(super) fn transfer(&mut self, leader: usize, to: NodeId) {
        let Some(message) = A::transfer_request(to) else { return };
        if self.nodes[leader].power == Power::Running {
            self.reigns.transferring = true;
            self.reigns.failovers.lost(self.wire.now, NodeId(leader as u16), Cause::Transfer);
            let from = NodeId(leader as u16);
            self.wire.queue.post(self.wire.now, from, from, message);
        }
    }

    pub(super) fn record_fault(&mut self, event: usize, nodes: &[NodeId]) {
        if self.wire.fingerprint {
            self.wire.encoder.words([self.wire.now.0, tag::FAULT | event as u64, nodes.len() as u64]);
            for node in nodes {
                self.wire.encoder.words([u64::from(node.0)]);
            }
        }
    }
}
