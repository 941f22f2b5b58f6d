//! The checkers: they watch every event and judge the common invariants by facts, never by what a node says of itself.
//!
//! [`Audit`] is called by the engine at the few moments that can interest an invariant: a message that departs, a changed
//! observation, a write into the log, a tenure that begins or ends, an effect, a change of the world. Between those it
//! costs nothing. It never changes the run.

pub mod catalogue;

use crate::algorithm::{Asserts, Bounds, Claim, Entry, Epoch, Facts, Item, Network, NodeId, Observation};
use crate::outcome::{Judgement, SplitBrain};
use crate::setup::Setup;
use crate::time::Time;

/// What is true of the world between two events, as far as checkers care. Handed over after every fault.
#[derive(Clone, Copy, Debug)]
pub struct Conditions<'a> {
    /// Up, and neither paused nor suspended; one entry a member.
    pub running: &'a [bool],
    pub up: &'a [bool],
    /// Runs, and has working links both ways to so many running members that they are a majority with it.
    pub quorum_connected: &'a [bool],
    /// Nothing is wrong but that some members may be down: no cut, flap or degradation, nobody paused or suspended, no disk
    /// trouble, all clock rates as the scenario set them; and a majority is up.
    pub calm: bool,
}

/// How an assumption was broken in this run, for the standing of findings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Broken {
    /// A message was lost, or a link cut, flapped or degraded.
    pub links: bool,
    /// A member was paused or suspended.
    pub paused: bool,
    /// A clock rate was changed, or a wall clock jumped.
    pub clocks: bool,
    /// A disk was wiped: durable state did not survive.
    pub wiped: bool,
}

/// All checkers of one run.
pub struct Audit {
    /// Whether anything is judged at all; the engine asks before it calls.
    pub on: bool,
}

#[allow(unused_variables, clippy::unused_self, clippy::too_many_arguments)]
impl Audit {
    pub fn new(setup: &Setup, network: &Network, facts: Facts, claims: &[Claim], bounds: &Bounds) -> Audit {
        Audit { on: true }
    }

    /// A message leaves a member. Hot: called once a message.
    #[inline(always)]
    pub fn departed(&mut self, at: Time, from: NodeId, asserts: Asserts, backed: bool) {}

    /// A message that asks `voter` for its vote is about to be handled.
    pub fn asked_vote(&mut self, at: Time, voter: NodeId, candidate: NodeId, epoch: Epoch) {}

    /// A step wrote into the log; `history` from position `from` on may be new. Called before [`Audit::observed`] of the same
    /// step; `seen` is what was observed of the node before this step.
    pub fn wrote(&mut self, at: Time, node: NodeId, from: usize, history: &[Entry], seen: &Observation) {}

    /// What a node shows has changed.
    pub fn observed(&mut self, at: Time, node: NodeId, was: &Observation, is: &Observation, history: &[Entry]) {}

    /// `durable_term`-like facts are read from what departs; a crash only ends what the volatile state promised.
    pub fn crashed(&mut self, at: Time, node: NodeId) {}

    /// The node runs again. Its log is what the disk held: positions from `from` on may differ from before the crash.
    pub fn restarted(&mut self, at: Time, node: NodeId, from: usize, history: &[Entry]) {}

    /// The world has changed by a fault or its end.
    pub fn conditions(&mut self, at: Time, conditions: Conditions<'_>) {}

    /// A node began to hold authority (it would act as leader if asked). `tenure` counts from 0 in order of time.
    pub fn tenure_began(&mut self, at: Time, tenure: usize, node: NodeId, epoch: Epoch) {}

    /// … and ended to: it said so, crashed, or its deadline passed.
    pub fn tenure_ended(&mut self, at: Time, tenure: usize, node: NodeId) {}

    /// An item was handed to a member that holds authority, in this tenure.
    pub fn proposed(&mut self, at: Time, node: NodeId, tenure: usize, item: Item) {}

    /// The protected resource took an item that was checked in this tenure.
    pub fn applied(&mut self, at: Time, node: NodeId, tenure: usize, item: Item, token: Option<u64>) {}

    /// A client was told that its item is done.
    pub fn acknowledged(&mut self, at: Time, node: NodeId, item: Item) {}

    /// When [`Audit::wake`] wants to be called next; [`Time::NEVER`] if not.
    #[inline(always)]
    pub fn alarm(&self) -> Time {
        Time::NEVER
    }

    /// Called with the time of the alarm, before any later event is handled.
    pub fn wake(&mut self, at: Time) {}

    /// The run is over: the verdicts, in the order of the catalogue.
    pub fn finish(&mut self, at: Time, broken: Broken) -> (Vec<Judgement>, SplitBrain) {
        (Vec::new(), SplitBrain::default())
    }
}
