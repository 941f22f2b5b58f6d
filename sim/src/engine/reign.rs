//! Who leads: tenures as an omniscient observer numbers them, and the failovers between them.

use crate::algorithm::{Algorithm, Authority, Epoch, NodeId, Observation, Role};
use crate::engine::Engine;
use crate::failover::Failovers;
use crate::invariant::Interest;
use crate::list::append;
use crate::observer::Happening;
use crate::outcome::{Cause, Tenure};
use crate::setup::Stop;
use crate::time::{Span, Time};

/// A tenure under way.
#[derive(Clone, Copy)]
struct Open {
    tenure: usize,
    epoch: Epoch,
    /// Authority lapses by itself then; [`Time::NEVER`] if it does not.
    until: Time,
}

pub struct Reigns {
    pub tenures: Vec<Tenure>,
    /// By node.
    open: Vec<Option<Open>>,
    /// When the first of them lapses by itself.
    expiry: Time,
    leaderless_since: Option<Time>,
    leaderless: Span,
    pub failovers: Failovers,
    /// A transfer was asked for and has not led to a new leader yet.
    pub transferring: bool,
    /// The newest fencing token that anyone held.
    pub newest_token: u64,
}

impl Reigns {
    pub fn new(members: u16, failovers: Failovers) -> Reigns {
        Reigns {
            tenures: Vec::new(),
            open: vec![None; usize::from(members)],
            expiry: Time::NEVER,
            leaderless_since: Some(Time::ZERO),
            leaderless: Span::ZERO,
            failovers,
            transferring: false,
            newest_token: 0,
        }
    }

    /// The tenure in which this node holds authority now.
    pub fn tenure_of(&self, i: usize) -> Option<usize> {
        self.open[i].map(|open| open.tenure)
    }

    /// The holder of authority with the highest epoch, the newest tenure among equals.
    pub fn leader(&self) -> Option<usize> {
        let held = self.open.iter().enumerate().filter_map(|(i, open)| open.map(|open| (open.epoch, open.tenure, i)));
        held.max().map(|(_, _, i)| i)
    }

    /// The node of the newest tenure, over or not.
    pub fn newest(&self) -> Option<usize> {
        self.tenures.last().map(|tenure| tenure.node.index())
    }

    /// When some authority lapses by itself; [`Time::NEVER`] if none does.
    #[inline(always)]
    pub fn next_expiry(&self) -> Time {
        self.expiry
    }

    /// The tenure that this member's authority stands for from now on, if any.
    fn set(&mut self, i: usize, open: Option<Open>) {
        self.open[i] = open;
        self.expiry = self.open.iter().flatten().map(|open| open.until).min().unwrap_or(Time::NEVER);
    }

    /// Total time without any leader, up to the end.
    pub fn leaderless(&self, end: Time) -> Span {
        self.leaderless + self.leaderless_since.map_or(Span::ZERO, |since| end.since(since))
    }
}

impl<A: Algorithm> Engine<'_, A> {
    /// What a member shows has changed.
    #[inline(never)]
    pub(super) fn observed(&mut self, i: usize, is: Observation) {
        let was = std::mem::replace(&mut self.nodes[i].seen, is);
        let (now, node) = (self.wire.now, NodeId(i as u16));
        if self.wire.watched {
            self.tell(&Happening::Observed { node, was: &was, is: &is });
        }
        if self.wire.audit.on {
            self.wire.audit.observed(now, node, &was, &is, A::history(&self.nodes[i].image));
        }
        if !self.own.is_empty() {
            self.ask_own(Interest::Observed, i, &was);
        }
        if matches!(is.role(), Role::PreCandidate | Role::Candidate) {
            self.stands(node, &was, &is);
        }
        self.authority_changed(i);
        self.check_stop();
        self.set_alarm();
    }

    /// A member shows that it stands for election, or asks whether it would win.
    fn stands(&mut self, node: NodeId, was: &Observation, is: &Observation) {
        let now = self.wire.now;
        let another = was.epoch() != is.epoch();
        if another || !matches!(was.role(), Role::PreCandidate | Role::Candidate) {
            self.reigns.failovers.stood(now, node);
            self.measurement.stood(now, is.role(), is.epoch());
        }
        if is.role() == Role::Candidate && (another || was.role() != Role::Candidate) {
            self.wire.counters.elections += 1;
        }
    }

    /// Until when this member truly holds authority, if it does.
    fn authority_until(&self, i: usize) -> Option<Time> {
        let (now, clock) = (self.wire.now, &self.nodes[i].clock);
        let until = match self.nodes[i].seen.authority() {
            Authority::None => return None,
            Authority::UntilItSays => Time::NEVER,
            Authority::Until(local) => clock.when_local(now, local),
            Authority::UntilWall(wall) => clock.when_wall(now, wall),
        };
        (until > now).then_some(until)
    }

    /// Opens and closes tenures after an observation or a clock has changed.
    #[inline(always)]
    pub(super) fn authority_changed(&mut self, i: usize) {
        if self.reigns.open[i].is_some() || self.nodes[i].seen.authority() != Authority::None {
            self.weigh_authority(i);
        }
    }

    #[inline(never)]
    fn weigh_authority(&mut self, i: usize) {
        let epoch = self.nodes[i].seen.epoch();
        let until = self.authority_until(i);
        if let Some(until) = until.filter(|until| self.reigns.open[i].is_none_or(|open| open.until != *until)) {
            self.contain(i, until);
        }
        match (self.reigns.open[i], until) {
            (None, None) => {}
            (None, Some(until)) => self.begin_tenure(i, epoch, until),
            (Some(_), None) => self.end_tenure(i, Some(Cause::SteppedDown)),
            (Some(open), Some(until)) if open.epoch == epoch => {
                self.reigns.set(i, Some(Open { until, ..open }));
            }
            (Some(_), Some(until)) => {
                self.end_tenure(i, None);
                self.begin_tenure(i, epoch, until);
            }
        }
    }

    fn begin_tenure(&mut self, i: usize, epoch: Epoch, until: Time) {
        let (now, node, tenure) = (self.wire.now, NodeId(i as u16), self.reigns.tenures.len());
        if let Some(old) = self.reigns.leader()
            && old != i
            // Whom late votes bring to lead in an epoch that is over already replaces nobody.
            && self.nodes[old].seen.epoch() <= epoch
            && !self.reigns.failovers.is_open()
        {
            // Somebody else took over from a leader that knew of no trouble.
            let cause = self.cause_without_fault();
            self.reigns.failovers.lost(now, NodeId(old as u16), cause);
        }
        append(&mut self.reigns.tenures, Tenure { node, epoch, from: now, until: None });
        self.reigns.set(i, Some(Open { tenure, epoch, until }));
        if let Some(since) = self.reigns.leaderless_since.take() {
            self.reigns.leaderless += now.since(since);
        }
        self.reigns.newest_token = self.reigns.newest_token.max(self.nodes[i].seen.token().unwrap_or(0));
        self.reigns.transferring = false;
        self.reigns.failovers.led(now, node);
        self.measurement.led(now, epoch, self.wire.left_before);
        if self.wire.audit.on {
            self.wire.audit.tenure_began(now, tenure, node, epoch);
        }
        self.tell(&Happening::TenureBegan { node, epoch });
        self.begin_work(i, tenure);
        self.leader_found();
    }

    /// `stepped_down`: the node gave authority up by itself; otherwise something was done to it, and the failover knows.
    pub(super) fn end_tenure(&mut self, i: usize, stepped_down: Option<Cause>) {
        let Some(open) = self.reigns.open[i] else { return };
        self.reigns.set(i, None);
        let (now, node) = (self.wire.now, NodeId(i as u16));
        self.reigns.tenures[open.tenure].until = Some(now);
        if self.wire.audit.on {
            self.wire.audit.tenure_ended(now, open.tenure, node);
        }
        self.tell(&Happening::TenureEnded { node, epoch: open.epoch });
        if self.reigns.open.iter().all(Option::is_none) {
            self.reigns.leaderless_since = Some(now);
            if stepped_down.is_some() && !self.reigns.failovers.is_open() {
                let cause = self.cause_without_fault();
                self.reigns.failovers.lost(now, node, cause);
            }
        }
        if stepped_down.is_some() {
            self.reigns.failovers.gave_up(node);
        }
    }

    /// Why a leader went that was neither stopped nor cut off: on order, by trouble elsewhere (now, or so recently that a
    /// recovery may still be under way), or for nothing.
    fn cause_without_fault(&self) -> Cause {
        let recently = self.topology.disturbed_at + crate::algorithm::total(&self.bounds.recovery);
        if self.reigns.transferring {
            Cause::Transfer
        } else if !self.topology.calm || (self.topology.ever_disturbed && self.wire.now <= recently) {
            Cause::SteppedDown
        } else {
            Cause::Unprovoked
        }
    }

    /// Ends the authority whose own deadline has passed.
    pub(super) fn expire_authority(&mut self) {
        for i in 0..self.nodes.len() {
            if self.reigns.open[i].is_some_and(|open| open.until <= self.wire.now) {
                self.end_tenure(i, Some(Cause::SteppedDown));
            }
        }
    }

    /// Has what the scenario waits for come about?
    pub(super) fn check_stop(&mut self) {
        self.stopped = match self.setup.stop {
            Stop::AtEnd => return,
            Stop::FirstLeader => !self.reigns.tenures.is_empty(),
            Stop::FirstEpoch => self.measurement.first_epoch_is_decided(),
            Stop::FirstFailover => self.reigns.failovers.closed_after_start() > 0,
        };
        self.set_horizon();
    }
}
