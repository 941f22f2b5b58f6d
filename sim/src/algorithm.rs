//! The heart: an algorithm is a pure state machine, and this is all that it may know.
//!
//! `Self` is the *volatile* state: a crash drops it, and only [`Algorithm::start`] builds it anew. The *durable* state belongs
//! to the engine and changes by [`Durable::Write`]s only, which are data: the engine applies each to the node's image at
//! once and to the disk image when the disk answers. True time cannot be named here.

use std::fmt::Debug;

pub use crate::context::Context;
pub use crate::encode::{Encode, Encoder};
use crate::invariant::Invariant;
use crate::ratio::Ratio;
use crate::service::Service;
use crate::settings::Config;
use crate::time::{LocalTime, Span, WallTime};

/// A part of the cluster: the members are numbered from 0 (`n1` in words is `NodeId(0)`), parts beside them follow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u16);

impl NodeId {
    /// Its place in a list by number, from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// As people count: `n1` is the first.
impl std::fmt::Display for NodeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "n{}", self.0 + 1)
    }
}

/// A reign: opaque and ordered. (term, 0) for Raft; (round, id) for ballots; (epoch, counter). Zero means none yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Epoch(pub u64, pub u64);

impl std::fmt::Display for Epoch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.1 == 0 { write!(f, "{}", self.0) } else { write!(f, "{}.{}", self.0, self.1) }
    }
}

/// A piece of work, numbered by the engine from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Item(pub u64);

/// An entry of a replicated log; `item: None` is a no-op.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The reign in which it was made.
    pub epoch: Epoch,
    /// The work that it carries.
    pub item: Option<Item>,
}

/// No value at all: the mutant, message or timer of an algorithm that has none. Its branches compile to nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Never {}

impl Encode for Never {
    fn encode(&self, _to: &mut Encoder) {
        match *self {}
    }
}

/// A message between members. At most 64 bytes, no `Vec` inside: a list travels as `Option<List<T>>`, so that a heartbeat
/// owns nothing.
pub trait Message: Clone + Debug + Encode + 'static {
    /// Its name in the field's words, for traces: `RequestVote`.
    fn kind(&self) -> &'static str;
}

/// What survives a crash.
pub trait Durable: Default + Clone + Debug + 'static {
    /// A change, as data.
    type Write: Clone + Debug + Encode;

    /// Carries one write out: on the node's image at once, on the disk image when the disk has answered for it. The result may
    /// depend on nothing but the state and the write.
    fn apply(&mut self, write: &Self::Write);

    /// The first position of [`Algorithm::history`] (from 0) that this write may change; `None` if it leaves it alone.
    fn rewrites(_write: &Self::Write) -> Option<usize> {
        None
    }

    /// Becomes what the disk holds, after a crash has lost writes; `from` is the first position of the history that one of them
    /// had changed. Worth writing for whoever keeps a log: then a crash costs what was lost, and not the whole log.
    fn fall_back(&mut self, disk: &Self, _from: Option<usize>) {
        self.clone_from(disk);
    }
}

impl Durable for () {
    type Write = Never;
    fn apply(&mut self, write: &Never) {
        match *write {}
    }
}

/// What a member takes itself for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Role {
    /// Neither leads nor stands.
    Follower = 0,
    /// Asks whether it would win, before it stands.
    PreCandidate = 1,
    /// Stands for election.
    Candidate = 2,
    /// Leads, as far as it knows; its [`Authority`] says until when it would act.
    Leader = 3,
}

impl Role {
    /// In words: `pre-candidate`.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Follower => "follower",
            Role::PreCandidate => "pre-candidate",
            Role::Candidate => "candidate",
            Role::Leader => "leader",
        }
    }
}

/// Until when the node would act as leader if asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Authority {
    /// It would not act.
    None,
    /// A leader that checks nothing when asked (plain Raft; client-go, which stops when its own timer *runs*, so that a
    /// pause prolongs it).
    UntilItSays,
    /// Ends by itself when the node's monotonic clock reads this, whether the node runs or not.
    Until(LocalTime),
    /// The same by its wall clock.
    UntilWall(WallTime),
}

/// All that common checkers see of a node's mind. Six plain words inside, so that building and comparing one, which happens
/// after every event, takes a few instructions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    epoch: Epoch,
    until: u64,
    token: u64,
    committed: u64,
    /// Role in the lowest byte, kind of authority in the next, whether there is a token in the third, leader in the upper half.
    small: u64,
}

const NO_LEADER: u64 = 0xffff_ffff;
const AUTHORITY: u32 = 8;
const TOKEN: u32 = 16;
const LEADER: u32 = 32;

impl Observation {
    /// Without a known leader, without authority, without a token, nothing committed.
    #[inline(always)]
    pub const fn new(role: Role, epoch: Epoch) -> Observation {
        Observation { epoch, until: 0, token: 0, committed: 0, small: role as u64 | NO_LEADER << LEADER }
    }

    /// Whom it takes for the leader, itself included.
    #[inline(always)]
    pub const fn with_leader(mut self, leader: Option<NodeId>) -> Observation {
        let leader = match leader {
            Some(node) => node.0 as u64,
            None => NO_LEADER,
        };
        self.small = self.small & 0xffff_ffff | leader << LEADER;
        self
    }

    /// Until when it would act as leader if asked. A tenure lasts as long as there is authority, in one epoch.
    #[inline(always)]
    pub const fn with_authority(mut self, authority: Authority) -> Observation {
        let (kind, until) = match authority {
            Authority::None => (0, 0),
            Authority::UntilItSays => (1, 0),
            Authority::Until(at) => (2, at.0),
            Authority::UntilWall(at) => (3, at.0),
        };
        self.small = self.small & !(0xff << AUTHORITY) | kind << AUTHORITY;
        self.until = until;
        self
    }

    /// The fencing token it would send, if it has an ordered one.
    #[inline(always)]
    pub const fn with_token(mut self, token: Option<u64>) -> Observation {
        let (has, token) = match token {
            Some(token) => (1, token),
            None => (0, 0),
        };
        self.small = self.small & !(0xff << TOKEN) | has << TOKEN;
        self.token = token;
        self
    }

    /// How many entries of [`Algorithm::history`] it calls committed.
    #[inline(always)]
    pub const fn with_committed(mut self, committed: u64) -> Observation {
        self.committed = committed;
        self
    }

    /// What it takes itself for.
    pub const fn role(&self) -> Role {
        match self.small & 0xff {
            0 => Role::Follower,
            1 => Role::PreCandidate,
            2 => Role::Candidate,
            _ => Role::Leader,
        }
    }
    /// The reign in which it takes part.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }
    /// Whom it takes for the leader, itself included; `None`: nobody.
    pub const fn leader(&self) -> Option<NodeId> {
        match self.small >> LEADER {
            NO_LEADER => None,
            node => Some(NodeId(node as u16)),
        }
    }
    /// Until when it would act as leader if asked.
    pub const fn authority(&self) -> Authority {
        match self.small >> AUTHORITY & 0xff {
            0 => Authority::None,
            1 => Authority::UntilItSays,
            2 => Authority::Until(LocalTime(self.until)),
            _ => Authority::UntilWall(WallTime(self.until)),
        }
    }
    /// The fencing token that it would send; `None`: it has none that is ordered.
    pub const fn token(&self) -> Option<u64> {
        if self.small >> TOKEN & 0xff == 1 { Some(self.token) } else { None }
    }
    /// How many entries of [`Algorithm::history`] it calls committed, counted from the first.
    pub const fn committed(&self) -> u64 {
        self.committed
    }

    /// Whether anything differs, without branches.
    #[inline(always)]
    pub(crate) const fn differs(&self, other: &Observation) -> bool {
        (self.epoch.0 ^ other.epoch.0)
            | (self.epoch.1 ^ other.epoch.1)
            | (self.until ^ other.until)
            | (self.token ^ other.token)
            | (self.committed ^ other.committed)
            | (self.small ^ other.small)
            != 0
    }
}

impl Debug for Observation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Observation")
            .field("role", &self.role())
            .field("epoch", &self.epoch)
            .field("leader", &self.leader())
            .field("authority", &self.authority())
            .field("token", &self.token())
            .field("committed", &self.committed)
            .finish()
    }
}

/// What a message claims about its sender's past, judged when it departs.
#[derive(Clone, Copy, Default, Debug)]
pub struct Asserts {
    /// The sender has been in this epoch (zero: it says nothing about that, as a pre-vote does).
    pub epoch: Epoch,
    /// The sender voted, in this epoch, for this node.
    pub vote: Option<(Epoch, NodeId)>,
}

/// Which facts an algorithm offers to the common checkers; what it lacks makes an invariant *not applicable*.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Facts {
    /// Leaders have epochs, and one epoch has one leader.
    pub epochs: bool,
    /// [`Asserts::vote`] is filled.
    pub votes: bool,
    /// [`Algorithm::history`] is a replicated log, and items are acknowledged through it.
    pub history: bool,
    /// It writes durable state and says by [`Algorithm::backed`] which message needs it.
    pub durable: bool,
    /// Authority rests on a lease or a lock, which the record of a service shows.
    pub leases: bool,
}

/// The invariants that are common to all algorithms. What each means: [`crate::audit::catalogue`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Promise {
    /// One epoch has one leader.
    ElectionSafety,
    /// One vote a member and epoch, across crashes too.
    VoteOnce,
    /// The epoch that a member's messages assert never falls.
    TermMonotonic,
    /// What a message asserts is on its sender's disk when it departs.
    DurableBeforeReply,
    /// Whoever leads had the votes of a majority.
    QuorumCertificate,
    /// Logs that share an entry are equal up to there.
    LogMatching,
    /// Whoever leads holds what was committed before.
    LeaderCompleteness,
    /// What was called committed stays, and acknowledged work is kept, once and in order.
    CommittedNeverLost,
    /// A leader's log only grows.
    LeaderAppendOnly,
    /// Only entries of the leader's own epoch are committed by counting replicas.
    CommitCurrentTermOnly,
    /// Two members would act as leader together for no longer than [`Bounds::overlap`].
    BeliefOverlap,
    /// No effect of an older tenure after one of a newer.
    EffectiveSplitBrain,
    /// A leader without its majority gives up within [`Bounds::step_down`].
    LeaderHasQuorum,
    /// Nobody comes to lead while no member can reach a majority.
    NoLeaderWithoutQuorum,
    /// One leads and gets work done within [`Bounds::recovery`].
    EventualLeader,
    /// An established leader stays while nothing is wrong.
    Stability,
    /// All who name a leader of one epoch name the same; in the end all name the one that leads.
    FollowerAgreement,
    /// Epochs do not race while the network stays as it is.
    BoundedTermGrowth,
    /// Nobody stands for longer than [`Bounds::recovery`].
    NoStuckRole,
    /// At any true time at most one member would act as leader.
    LeaseExclusive,
    /// A service grants to another only what its holder has released, or has let expire by the service's own rule.
    ServiceSideExclusive,
    /// A holder's authority ends no later than its grant does by the record of the service.
    LeaseContainment,
    /// A release removes nothing but the grant of whoever asked for it.
    ReleaseOwnOnly,
    /// Fencing tokens rise with every grant, and nothing takes hold at the resource with an older one than before.
    FencingMonotonic,
    /// What a leader's client reads reflects all work that was acknowledged before it asked.
    NoStaleLeaderRead,
    /// The job of a period takes effect once.
    SingletonJob,
}

/// What must be true of the world for a promise to bind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Assumption {
    /// Nothing but crash-recovery with durable state: any delay, loss, pause, clock.
    Asynchrony,
    /// Clock rates within the bound that the settings state.
    BoundedDrift,
    /// Clock rates within the bound, and no wall clock that jumps.
    SteadyWall,
    /// No pause between checking authority and acting on it, and bounded drift.
    NoPause,
    /// All that, and what arrives at all has not been held back beyond the network's longest delay, by links or disks.
    BoundedDelay,
    /// Known bounds on delay and processing, reliable links, crashes only.
    Synchrony,
}

impl Assumption {
    /// In words, for `explain` and for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Assumption::Asynchrony => "asynchrony (crash-recovery with durable state)",
            Assumption::BoundedDrift => "bounded clock drift",
            Assumption::SteadyWall => "bounded clock drift and no wall clock that jumps",
            Assumption::NoPause => "bounded clock drift and no pause between check and effect",
            Assumption::BoundedDelay => "bounded clock drift, no pause, and no answer later than the network's longest delay",
            Assumption::Synchrony => "synchrony (known delay bound, reliable links, crashes only)",
        }
    }
}

/// One promise of an algorithm under its settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// What is promised.
    pub promise: Promise,
    /// What must be true of the world for it.
    pub given: Assumption,
}

impl Claim {
    /// All of these under one assumption.
    pub fn all(given: Assumption, promises: &[Promise]) -> Vec<Claim> {
        promises.iter().map(|&promise| Claim { promise, given }).collect()
    }
}

/// A sum whose terms say what they are for.
pub type Sum = Vec<(Span, &'static str)>;

/// The liveness bounds that an algorithm states for itself, as commented sums.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// From the moment when the network is whole and a majority is up, to an established leader.
    pub recovery: Sum,
    /// From the moment when a leader has lost its majority, to the end of its authority; `None`: not promised.
    pub step_down: Option<Sum>,
    /// Election timeout, or what takes its place: the unit in which scenarios of random faults are measured.
    pub detection: Span,
    /// The longest time for which two nodes may believe that they lead, without a pause; `None`: not promised.
    pub overlap: Option<Sum>,
    /// By how much the fastest monotonic clock may outrun the slowest, services included, before [`Assumption::BoundedDrift`] is
    /// broken: `5/4`. `None`: by no more than the scenario sets at its start.
    pub drift: Option<Ratio>,
    /// The longest time from a request to its answer for which promises under [`Assumption::BoundedDelay`] are made; `None`:
    /// what the network needs at most as the scenario sets it at its start.
    pub answer: Option<Span>,
}

impl Bounds {
    /// For a cluster whose members differ in their settings: of each bound the longer, and nothing that one of them does
    /// not promise.
    #[must_use]
    pub fn worst(self, other: Bounds) -> Bounds {
        let longer = |a: Sum, b: Sum| if total(&a) >= total(&b) { a } else { b };
        Bounds {
            recovery: longer(self.recovery, other.recovery),
            step_down: self.step_down.zip(other.step_down).map(|(a, b)| longer(a, b)),
            detection: self.detection.max(other.detection),
            overlap: self.overlap.zip(other.overlap).map(|(a, b)| longer(a, b)),
            drift: self.drift.zip(other.drift).map(|(a, b)| if a.exceeds(b) { b } else { a }),
            answer: self.answer.zip(other.answer).map(|(a, b)| a.min(b)),
        }
    }
}

/// The total of a commented sum.
pub fn total(sum: &Sum) -> Span {
    sum.iter().fold(Span::ZERO, |total, (span, _)| total + *span)
}

/// What the scenario guarantees once the trouble is over.
#[derive(Clone, Copy, Debug)]
pub struct Network {
    /// How many members the electorate has.
    pub members: u16,
    /// Longest one-way delay (the one-in-a-million quantile of unbounded distributions).
    pub max_delay: Span,
    /// Largest probability of loss on any link.
    pub loss: Ratio,
    /// Largest clock rate error, in parts per million.
    pub drift_ppm: u64,
    /// Longest disk latency.
    pub disk: Span,
    /// Session timeout, where sessions are used.
    pub session: Span,
}

/// How messages travel between members.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// Loss, duplication and reordering reach the algorithm.
    Datagram,
    /// In order and without duplicates, as TCP gives it; see [`crate::setup::SessionSettings`].
    Session,
}

/// What a member hears of its session with a peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkState {
    /// There is a session: what is sent goes into it.
    Up,
    /// There is none (any more): what is sent is dropped.
    Down,
}

/// What the protected resource answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acted {
    /// The item took hold.
    Accepted,
    /// The token was too old (or missing); this is the newest that the resource has seen.
    Fenced {
        /// The highest token that it has accepted; 0: none yet.
        newest: u64,
    },
}

/// How a member starts, besides its settings.
#[derive(Clone, Debug, Default)]
pub struct Initial {
    /// The log that it starts with, durable.
    pub history: Vec<Entry>,
    /// It never campaigns by itself.
    pub ineligible: bool,
}

/// A bug that can be switched on: the real implementation with one rule changed.
#[derive(Clone, Copy, Debug)]
pub struct MutantInfo<M> {
    /// What [`Context::bug`] is asked for.
    pub mutant: M,
    /// As in the catalogue of bugs: `R1`.
    pub id: &'static str,
    /// The rule that it breaks.
    pub breaks: &'static str,
    /// The invariant that must catch it; `None`: an equivalent, which none may catch.
    pub caught_by: Option<Promise>,
}

/// The settings of an algorithm's services.
pub type ServiceConfig<A> = <<A as Algorithm>::Service as Service>::Config;
/// What members ask them.
pub type ServiceAsk<A> = <<A as Algorithm>::Service as Service>::Ask;
/// What they answer.
pub type ServiceAnswer<A> = <<A as Algorithm>::Service as Service>::Answer;

/// A leader-election algorithm, as one member of a cluster runs it.
///
/// The engine calls one `on_…` at a time and hands it a [`Context`]; what the member does goes through that.
pub trait Algorithm: Sized + 'static {
    /// As on the command line: `raft`.
    const NAME: &'static str;
    /// One sentence for `list`.
    const ABOUT: &'static str;
    /// Paper or reference implementation.
    const CITATION: &'static str;
    /// What its messages travel in; datagrams, if it says nothing.
    const TRANSPORT: Transport = Transport::Datagram;
    /// The bugs that can be switched on, to see that the checkers catch them; none, if it says nothing.
    const MUTANTS: &'static [MutantInfo<Self::Mutant>] = &[];

    /// Its settings; `()` where there are none.
    type Config: Config;
    /// What survives a crash; `()` where nothing does.
    type Durable: Durable;
    /// Between members.
    type Message: Message;
    /// Small; may carry data (`Retry(NodeId)`). At most eight armed at once; arming an equal one replaces it.
    type Timer: Copy + Eq + Debug + Encode;
    /// [`Never`] where there is none.
    type Mutant: Copy + Eq + Debug;
    /// On what it stands beside its members; [`NoService`](crate::NoService) where that is nothing.
    type Service: Service;

    /// What these settings promise, and on what assumption.
    fn claims(config: &Self::Config) -> Vec<Claim>;
    /// How long recovery, detection and the like take on this network. Where recovery comes to zero, liveness is not judged.
    fn bounds(config: &Self::Config, network: &Network) -> Bounds;
    /// What the common checkers may rely on under these settings.
    fn facts(config: &Self::Config) -> Facts;

    /// The services that it brings along, by name, each with its settings: none, one lock service, five Redis masters. Scenario
    /// files name them in faults and links. A member that cannot reach a majority of them can do nothing.
    fn services(_config: &Self::Config) -> Vec<(&'static str, ServiceConfig<Self>)> {
        Vec::new()
    }

    /// Invariants of its own, beside the common ones.
    fn invariants() -> Vec<Box<dyn Invariant<Self>>> {
        Vec::new()
    }

    /// What is on the disk before the first start.
    fn initial(_config: &Self::Config, _initial: &Initial) -> Self::Durable {
        Self::Durable::default()
    }

    /// Called at the first start and after every crash, with whatever [`Context::durable`] holds.
    fn start(ctx: &mut Context<'_, Self>) -> Self;
    /// Called in place of [`Algorithm::start`] after a crash, by those who want to use again the room that the fallen mind had
    /// taken from the heap. Nothing else of it may be kept: what it knew is lost.
    fn restart(_fallen: Self, ctx: &mut Context<'_, Self>) -> Self {
        Self::start(ctx)
    }
    /// A message arrives, perhaps from the member itself. Datagrams come late, twice or out of order.
    fn on_message(&mut self, from: NodeId, message: Self::Message, ctx: &mut Context<'_, Self>);
    /// An armed timer fires, and is armed no longer. The timer of [`Algorithm::campaign`] may come without having been armed.
    fn on_timer(&mut self, timer: Self::Timer, ctx: &mut Context<'_, Self>);
    /// A service answers, or notifies. Never to another incarnation than the one that asked last.
    fn on_answer(&mut self, _service: NodeId, _answer: ServiceAnswer<Self>, _ctx: &mut Context<'_, Self>) {}
    /// Sessions only: each end hears of its session on its own clock. All are down at `start`.
    fn on_link(&mut self, _peer: NodeId, _state: LinkState, _ctx: &mut Context<'_, Self>) {}
    /// Called only while [`Algorithm::observe`] says that it has authority. The default acts on the protected resource.
    fn on_propose(&mut self, item: Item, ctx: &mut Context<'_, Self>) {
        let token = self.observe(ctx.durable()).token();
        ctx.act(item, token);
    }
    /// The protected resource answered.
    fn on_acted(&mut self, item: Item, acted: Acted, ctx: &mut Context<'_, Self>) {
        if acted == Acted::Accepted {
            ctx.acknowledge(item);
        }
    }

    /// What it shows of itself. Called after every step, with the latest image: must be cheap, and change nothing.
    fn observe(&self, durable: &Self::Durable) -> Observation;
    /// What this message claims about its sender's past. Asked when it *departs*; nothing, if the algorithm does not say.
    fn asserts(_message: &Self::Message) -> Asserts {
        Asserts::default()
    }
    /// If this message asks its receiver for a vote: in which epoch (the candidate is the sender).
    fn asks_vote(_message: &Self::Message) -> Option<Epoch> {
        None
    }
    /// Is everything that this message asserts on this disk? Asked when the message *departs*.
    fn backed(_message: &Self::Message, _disk: &Self::Durable, _sender: NodeId) -> bool {
        true
    }
    /// The replicated log. Looked at only after a write that says it changed it.
    fn history(_durable: &Self::Durable) -> &[Entry] {
        &[]
    }
    /// The message by which an operator asks the leader to hand over to `to`, if there is such a thing. The engine delivers
    /// it to the leader as coming from itself.
    fn transfer_request(_to: NodeId) -> Option<Self::Message> {
        None
    }
    /// The timer that makes a member campaign at once, for scenarios that begin with a given leader.
    fn campaign() -> Option<Self::Timer> {
        None
    }
}
