//! Services: the parts of a cluster that an algorithm brings along beside the members. A lock service, five Redis masters.
//! Each is one linearizable node with a clock of its own, across the network; nobody can read its clock, and it learns of time
//! only as its members do.
//!
//! Members ask, the service answers or notifies unasked, over one connection each, which behaves as TCP does: in order, and a
//! loss is a delay. A cut breaks it: what was on its way is gone, and whoever waits has to notice by a timer of its own. What a
//! member asked before it crashed may still take hold; what answers it does not reach whoever started after it.

use std::fmt::Debug;

use crate::algorithm::{Authority, Message, Never, NodeId};
use crate::encode::Encode;
use crate::random::{Stream, uniform};
use crate::time::{LocalTime, Span, WallTime};

/// A node kind beside the electorate, with types of its own, shared by the algorithms that stand on it. `Self` is what an
/// outage leaves and a crash takes.
pub trait Service: Sized + 'static {
    /// Its settings.
    type Config: Clone + Debug;
    /// What survives a crash. There is no disk latency: a request's latency is that of the network.
    type Durable: Default + Clone + Debug + 'static;
    /// What members ask.
    type Ask: Message;
    /// What it answers, or notifies unasked (a watch).
    type Answer: Message;
    /// `Expire(session)`: there may be as many as there are sessions. Arming an equal one replaces it.
    type Timer: Copy + Eq + Debug + Encode;
    /// The bugs that can be switched on in it; [`Never`] where there is none. An algorithm that stands on it has them among its own
    /// ([`Algorithm::service_mutant`](crate::Algorithm::service_mutant)), because what a rule of the service is worth shows at its members.
    type Mutant: Copy + Eq + Debug;

    /// Called at time 0, and after every crash, with whatever [`Desk::durable`] holds.
    fn start(desk: &mut Desk<'_, Self>) -> Self;
    /// A member asks.
    fn on_ask(&mut self, from: NodeId, ask: Self::Ask, desk: &mut Desk<'_, Self>);
    /// An armed timer fires, and is armed no longer.
    fn on_timer(&mut self, timer: Self::Timer, desk: &mut Desk<'_, Self>);
    /// The fault of that name: another replica of the service leads it now. What the reference does to its time-outs then, and
    /// what it loses, if its replication is asynchronous.
    fn on_leader_change(&mut self, _desk: &mut Desk<'_, Self>) {}
    /// Who holds what the members compete for, by its own record. Looked at after every step; must be cheap.
    fn grant(&self, durable: &Self::Durable) -> Option<Grant>;
    /// If this asks to end a grant: the one that the asker takes for its own.
    fn releases(_ask: &Self::Ask) -> Option<u64> {
        None
    }
}

/// One grant of a lock or a leadership, as the service has it on record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grant {
    /// To whom.
    pub holder: NodeId,
    /// Different for every grant, the same for as long as it lasts.
    pub id: u64,
    /// Its fencing token, where the service gives one that is ordered.
    pub token: Option<u64>,
    /// Until when it is the holder's by the service's own clocks, if nothing renews it.
    pub until: Authority,
}

/// What a step of a service does.
pub(crate) struct Effects<S: Service> {
    pub answers: Vec<(NodeId, S::Answer)>,
    /// `None`: disarm it.
    pub timers: Vec<(S::Timer, Option<Span>)>,
}

impl<S: Service> Default for Effects<S> {
    fn default() -> Effects<S> {
        Effects { answers: Vec::new(), timers: Vec::new() }
    }
}

/// A service's desk during one step: its clocks, chance, what is durable, its timers, and the ears of the members.
pub struct Desk<'a, S: Service> {
    pub(crate) id: NodeId,
    pub(crate) members: u16,
    pub(crate) now: LocalTime,
    pub(crate) wall: WallTime,
    pub(crate) config: &'a S::Config,
    pub(crate) mutant: Option<S::Mutant>,
    pub(crate) durable: &'a mut S::Durable,
    pub(crate) noise: &'a mut Stream,
    pub(crate) effects: &'a mut Effects<S>,
}

impl<S: Service> Desk<'_, S> {
    /// Its number among the parts of the cluster.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// All members, by number.
    pub fn members(&self) -> impl Iterator<Item = NodeId> + use<S> {
        (0..self.members).map(NodeId)
    }

    /// Its monotonic clock.
    pub fn now(&self) -> LocalTime {
        self.now
    }

    /// Its wall clock.
    pub fn wall(&self) -> WallTime {
        self.wall
    }

    /// Its settings.
    pub fn config(&self) -> &S::Config {
        self.config
    }

    /// Is this bug switched on? One rule = one small function, and only such functions ask.
    pub fn bug(&self, mutant: S::Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    /// What survives a crash, to read and to write.
    pub fn durable(&mut self) -> &mut S::Durable {
        self.durable
    }

    /// Answers a member, or tells it something unasked.
    pub fn answer(&mut self, to: NodeId, answer: S::Answer) {
        self.effects.answers.push((to, answer));
    }

    /// Arms a timer on its monotonic clock.
    pub fn arm(&mut self, timer: S::Timer, after: Span) {
        self.effects.timers.push((timer, Some(after)));
    }

    /// Forgets an armed timer; does nothing where it is not armed.
    pub fn disarm(&mut self, timer: S::Timer) {
        self.effects.timers.push((timer, None));
    }

    /// Uniform on `[low, high]`, from this service's own stream.
    pub fn between(&mut self, low: Span, high: Span) -> Span {
        uniform(self.noise.word(), low, high)
    }
}

/// No service: for algorithms that stand on nothing but their members.
#[derive(Clone, Copy, Debug)]
pub enum NoService {}

impl Message for Never {
    fn kind(&self) -> &'static str {
        match *self {}
    }
}

impl Service for NoService {
    type Config = ();
    type Durable = ();
    type Ask = Never;
    type Answer = Never;
    type Timer = Never;
    type Mutant = Never;

    fn start(_desk: &mut Desk<'_, Self>) -> Self {
        unreachable!("no service was asked for")
    }
    fn on_ask(&mut self, _from: NodeId, ask: Never, _desk: &mut Desk<'_, Self>) {
        match ask {}
    }
    fn on_timer(&mut self, timer: Never, _desk: &mut Desk<'_, Self>) {
        match timer {}
    }
    fn grant(&self, _durable: &()) -> Option<Grant> {
        match *self {}
    }
}
