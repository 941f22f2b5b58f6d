//! The checkers: they watch every event and judge the common invariants by facts, never by what a node says of itself.
//!
//! [`Audit`] is called by the engine at the few moments that can interest an invariant: a message that departs, a changed
//! observation, a write into the log, a tenure that begins or ends, an effect, a change of the world. Between those it
//! costs nothing. It never changes the run.

pub mod catalogue;

mod belief;
mod committed;
mod effects;
mod election;
mod fencing;
mod findings;
mod goal;
mod growth;
mod lease;
mod ledger;
mod liveness;
mod log;
mod quorum;
mod reads;
mod resource;
mod singleton;
mod updates;
mod verdict;

use crate::algorithm::{
    Asserts, Authority, Bounds, Claim, Entry, Epoch, Facts, Item, Network, NodeId, Observation, Promise, total,
};
use crate::engine::Prompt;
use crate::fault::{Fault, ScriptEvent};
use crate::outcome::{Judgement, SplitBrain, Violation};
use crate::service::Grant;
use crate::setup::Setup;
use crate::time::{Span, Time};

use belief::Belief;
use committed::Committed;
use effects::Effects;
use election::Election;
use findings::Findings;
use growth::Growth;
use lease::Leases;
use ledger::Ledger;
use liveness::{Liveness, Terms};
use log::Log;
use quorum::Quorum;
use resource::ResourceWatch;
use verdict::Bench;

/// What is true of the world between two events, as far as checkers care. Handed over after every fault.
#[derive(Clone, Copy, Debug)]
pub struct Conditions<'a> {
    /// Up, and neither paused nor suspended; one entry a member.
    pub running: &'a [bool],
    /// Not crashed: running, paused or suspended; one entry a member. Where only a core was healed, and it is calm: of that core.
    pub up: &'a [bool],
    /// Runs, and has working links both ways to so many running members that they are a majority with it; where the algorithm
    /// stands on services, to most of those instead.
    pub quorum_connected: &'a [bool],
    /// Nothing is wrong but that some members may be down: no cut, flap or degradation, nobody paused or suspended, no disk
    /// trouble, all clock rates as the scenario set them; and a majority is up (with
    /// services: all of them, and one member). Or all that is true of a core that was healed, from which the others are cut
    /// off.
    pub calm: bool,
}

/// What stands behind a message that departs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backing {
    /// Everything that it asserts is on its sender's disk.
    pub backed: bool,
    /// That disk takes time to answer, so that a message could have left too early.
    pub takes_time: bool,
}

/// How an assumption was broken in this run, for the standing of findings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Broken {
    /// A message was lost, or a link cut, flapped or degraded.
    pub links: bool,
    /// A member was paused or suspended.
    pub paused: bool,
    /// Monotonic clocks ran apart by more than the bound: a rate was changed, or a suspended machine's clock stood.
    pub clocks: bool,
    /// A wall clock jumped.
    pub walls: bool,
    /// A disk was wiped: durable state did not survive.
    pub wiped: bool,
    /// A message may have been held back for longer than the network says: a disk was slowed or stalled, or the delays of a
    /// link were changed.
    pub late: bool,
}

/// All checkers of one run.
pub struct Audit {
    /// Whether anything is judged at all; the engine asks before it calls.
    pub on: bool,
    facts: Facts,
    bench: Bench,
    findings: Findings,
    election: Election,
    log: Log,
    committed: Committed,
    ledger: Ledger,
    effects: Effects,
    resource: ResourceWatch,
    belief: Belief,
    leases: Leases,
    quorum: Quorum,
    liveness: Liveness,
    growth: Growth,
    /// By member: it never campaigns by itself; empty if all do.
    ineligible: Vec<bool>,
    up: Vec<bool>,
    /// When the next alarm goes off.
    alarm: Time,
}

impl Audit {
    /// `script`: all events of the run, the drawn ones too.
    pub fn new(setup: &Setup, script: &[ScriptEvent], facts: Facts, claims: &[Claim], bounds: &Bounds) -> Audit {
        let network = &setup.network();
        let nodes = usize::from(network.members);
        let recovery = total(&bounds.recovery);
        let on_its_way = longest_delay(setup, script, network) + network.disk;
        let bench = Bench::new(facts, claims, bounds, &setup.work);
        let reads = if bench.judges_reads_of_log() { setup.work.operations.len() as u64 - 1 } else { 0 };
        let in_vain = setup.work.interval.times(reads);
        Audit {
            on: true,
            facts,
            bench,
            findings: Findings::default(),
            election: Election::new(nodes),
            log: Log::new(nodes, claims.iter().any(|claim| claim.promise == Promise::CommitCurrentTermOnly)),
            committed: Committed::new(nodes),
            ledger: Ledger::default(),
            effects: Effects::new(nodes, facts.epochs),
            resource: ResourceWatch::new(nodes, &setup.work),
            belief: Belief::new(bounds.overlap.as_ref().map_or(Span::ZERO, total), facts.leases),
            leases: Leases::default(),
            quorum: Quorum::new(nodes, bounds.step_down.as_ref().map(total), on_its_way, recovery),
            liveness: Liveness::new(nodes, Terms::of(setup, network, bounds, in_vain)),
            growth: Growth::new(nodes, facts.epochs, recovery, bounds.detection),
            ineligible: ineligible(setup),
            up: vec![false; nodes],
            alarm: Time::NEVER,
        }
    }

    /// Whether a message says something that has to be looked at. Hot: asked once a message.
    #[inline(always)]
    pub fn is_news(&self, from: NodeId, (asserts, disk): (Asserts, Backing)) -> bool {
        self.election.is_news(from, asserts, disk)
    }

    /// A message leaves a member.
    pub fn departed(&mut self, at: Time, from: NodeId, (asserts, disk): (Asserts, Backing)) {
        self.election.departed(&mut self.findings, at, from, asserts, disk);
    }

    /// A message that asks `voter` for its vote is about to be handled.
    pub fn asked_vote(&mut self, _at: Time, voter: NodeId, candidate: NodeId, epoch: Epoch) {
        self.election.asked_vote(&mut self.findings, voter, candidate, epoch);
    }

    /// A step wrote into the log; `history` from position `from` on may be new. Called before [`Audit::observed`] of the same
    /// step; `seen` is what was observed of the node before this step.
    pub fn wrote(&mut self, at: Time, node: NodeId, from: usize, history: &[Entry], seen: &Observation) {
        self.log.wrote(&mut self.findings, at, node, from, history, seen);
        self.committed.wrote(&mut self.findings, at, node, from, history, seen.committed());
    }

    /// What a node shows has changed.
    pub fn observed(&mut self, at: Time, node: NodeId, was: &Observation, is: &Observation, history: &[Entry]) {
        if was.role() != is.role() || was.epoch() != is.epoch() || was.leader() != is.leader() {
            self.turned(at, node, was, is);
        }
        self.resource.shows(node, is.token());
        if self.facts.history {
            self.log.observed(&mut self.findings, at, node, was, is, history);
            let leads = is.authority() != Authority::None;
            if leads && (was.authority() == Authority::None || was.epoch() != is.epoch()) {
                self.committed.led(&mut self.findings, at, node, is.epoch(), history);
            }
            if is.committed() != was.committed() {
                self.committed.claimed(&mut self.findings, &mut self.effects, at, node, is, history);
            }
        }
    }

    /// A member shows another role, epoch or leader.
    fn turned(&mut self, at: Time, node: NodeId, was: &Observation, is: &Observation) {
        self.election.observed(&mut self.findings, node, is);
        self.quorum.observed(&mut self.findings, at, node, was, is);
        self.growth.observed(&mut self.findings, at, node, was, is);
        self.liveness.observed(&mut self.findings, at, node, is);
        self.set_alarm();
    }

    /// Where members never campaign, those who do may all have logs that cannot win.
    fn weigh_eligibility(&mut self) {
        if self.ineligible.is_empty() {
            return;
        }
        let newest = |ineligible: bool| {
            let asked = (0..self.up.len()).filter(|&i| self.up[i] && self.ineligible[i] == ineligible);
            asked.map(|i| self.log.newness(NodeId(i as u16))).max()
        };
        let (campaigns, never) = (newest(false), newest(true));
        if never > campaigns {
            self.liveness.excuse();
        }
    }

    fn set_alarm(&mut self) {
        self.alarm = self.quorum.alarm().min(self.liveness.alarm());
    }

    /// `durable_term`-like facts are read from what departs; a crash only ends what the volatile state promised.
    pub fn crashed(&mut self, _at: Time, node: NodeId) {
        self.election.crashed(node);
        self.effects.crashed(node);
        self.resource.shows(node, None);
        self.growth.crashed(node);
        self.liveness.crashed(node);
    }

    /// The node runs again. Its log is what the disk held: positions from `from` on may differ from before the crash.
    pub fn restarted(&mut self, at: Time, node: NodeId, from: usize, history: &[Entry]) {
        if self.facts.history {
            self.log.confirm(&mut self.findings);
            self.log.holds(&mut self.findings, at, node, from, history);
            self.committed.wrote(&mut self.findings, at, node, from, history, 0);
        }
    }

    /// The world has changed by a fault or its end.
    pub fn conditions(&mut self, at: Time, conditions: Conditions<'_>) {
        self.quorum.conditions(at, &conditions);
        self.growth.conditions(&mut self.findings, at, conditions.quorum_connected);
        self.up.copy_from_slice(conditions.up);
        let works = self.facts.history || !self.resource.is_down();
        self.liveness.conditions(&mut self.findings, at, conditions.up, conditions.calm && works);
        self.weigh_eligibility();
        self.set_alarm();
    }

    /// A node began to hold authority (it would act as leader if asked). `tenure` counts from 0 in order of time.
    pub fn tenure_began(&mut self, at: Time, tenure: usize, node: NodeId, epoch: Epoch) {
        if self.facts.epochs {
            self.election.led(&mut self.findings, at, node, epoch);
        }
        if self.facts.epochs && self.facts.votes {
            self.election.certified(&mut self.findings, at, node, epoch);
        }
        let unfinished = self.ledger.unfinished();
        let token = self.resource.began(node).unwrap_or(0);
        let rank = if self.facts.epochs { epoch } else { Epoch(token, 0) };
        self.effects.tenure_began(&mut self.findings, tenure, node, rank, unfinished);
        self.belief.began(&mut self.findings, at, node);
        self.quorum.began(&mut self.findings, at, node);
        self.liveness.began(&mut self.findings, at, node);
        self.set_alarm();
    }

    /// … and ended to: it said so, crashed, or its deadline passed.
    pub fn tenure_ended(&mut self, at: Time, _tenure: usize, node: NodeId) {
        self.belief.ended(&mut self.findings, at, node);
        self.quorum.ended(node);
        self.liveness.ended(&mut self.findings, at, node);
        self.set_alarm();
    }

    /// An item was handed to a member that holds authority, in this tenure.
    pub fn proposed(&mut self, _at: Time, _node: NodeId, tenure: usize, item: Item) {
        self.ledger.proposed(item);
        self.effects.proposed(&mut self.findings, tenure);
    }

    /// The protected resource took an item that was checked in this tenure.
    pub fn applied(&mut self, at: Time, _node: NodeId, tenure: usize, item: Item, _token: Option<u64>) {
        self.ledger.applied(item);
        self.effects.applied(&mut self.findings, at, tenure, item);
    }

    /// A client was told that its item is done.
    pub fn acknowledged(&mut self, at: Time, node: NodeId, item: Item) {
        self.ledger.acknowledged(item);
        self.liveness.acknowledged(&mut self.findings, at, node);
        if !self.facts.history {
            self.findings.exercised(Promise::CommittedNeverLost);
            self.acknowledged_change(node, self.ledger.version(item));
        } else if self.bench.judges_reads_of_log() {
            self.acknowledged_in_log(node, item);
        }
    }

    /// A step of a service has changed or confirmed its record of who holds the grant; `was`, and when that would have ended.
    pub(crate) fn recorded(&mut self, at: Time, service: usize, was: (Option<Grant>, Time), is: Option<Grant>, prompt: Prompt) {
        self.leases.recorded(&mut self.findings, at, service, was, is, prompt);
    }

    /// A holder's own deadline was set or moved; `contained`: a majority of the services has its grant on record for as long.
    pub(crate) fn deadline_set(&mut self, at: Time, node: NodeId, until: Time, contained: bool) {
        self.leases.deadline_set(&mut self.findings, at, node, until, contained);
    }

    /// When [`Audit::wake`] wants to be called next; [`Time::NEVER`] if not.
    #[inline(always)]
    pub fn alarm(&self) -> Time {
        self.alarm
    }

    /// Called with the time of the alarm, before any later event is handled.
    pub fn wake(&mut self, at: Time) {
        self.quorum.wake(&mut self.findings, at);
        self.weigh_eligibility();
        self.liveness.wake(&mut self.findings, at);
        self.set_alarm();
    }

    /// What has been violated so far, each invariant once, in the order of time; for live logs, which look at its length.
    pub fn found(&self) -> &[Promise] {
        self.findings.found()
    }

    /// The first violation of this invariant so far.
    pub fn violation(&self, promise: Promise) -> Option<&Violation> {
        self.findings.tally(promise).violation.as_ref()
    }

    /// The run is over: the verdicts, in the order of the catalogue.
    pub fn finish(&mut self, at: Time, broken: Broken) -> (Vec<Judgement>, SplitBrain) {
        self.log.confirm(&mut self.findings);
        self.belief.finish(&mut self.findings, at);
        self.weigh_eligibility();
        self.liveness.finish(&mut self.findings, at);
        self.growth.finish(&mut self.findings, at);
        let lost_acknowledged = if self.facts.history {
            self.ledger.lost(&mut self.findings, at, self.committed.items())
        } else {
            self.ledger.never_applied(&mut self.findings, at)
        };
        let split_brain = SplitBrain {
            same_epoch: self.election.same_epoch,
            overlap: self.belief.total,
            longest_overlap: self.belief.longest,
            conflicting_effects: self.effects.conflicts + self.resource.updates.lost,
            lost_acknowledged,
        };
        (self.bench.judge(&self.findings, broken, |promise| self.has_occasion(promise)), split_brain)
    }
}

/// The longest one-way delay that the scenario knows, in its worst hour.
fn longest_delay(setup: &Setup, script: &[ScriptEvent], network: &Network) -> Span {
    let degraded = script.iter().filter_map(|event| match &event.fault {
        Fault::Degrade { patch, .. } => Some(setup.link.patched(patch).longest()),
        _ => None,
    });
    degraded.fold(network.max_delay, Span::max)
}

/// By member, whether it never campaigns by itself; empty if all do.
fn ineligible(setup: &Setup) -> Vec<bool> {
    let mut ineligible = Vec::new();
    for member in setup.members.iter().filter(|member| member.ineligible) {
        ineligible.resize(usize::from(setup.nodes), false);
        ineligible[usize::from(member.member)] = true;
    }
    ineligible
}

#[cfg(test)]
mod tests;
