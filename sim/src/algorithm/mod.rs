//! The heart: an algorithm is a pure state machine, and this is all that it may know.
//!
//! `Self` is the *volatile* state: a crash drops it, and only [`Algorithm::start`] builds it anew. The *durable* state belongs
//! to the engine and changes by [`Durable::Write`]s only, which are data: the engine applies each to the node's image at
//! once and to the disk image when the disk answers. True time cannot be named here.
//!
//! The trait stands here, with what its methods are handed; the nouns in its signatures have files of their own.

mod claims;
mod durable;
mod identity;
mod message;
mod observation;

use std::fmt::Debug;

pub use self::claims::{Assumption, Bounds, Claim, Network, Promise, Sum, total};
pub use self::durable::Durable;
pub use self::identity::{Entry, Epoch, Item, NodeId};
pub use self::message::{Message, Never};
pub use self::observation::{Asserts, Authority, Facts, Observation, Role};
pub use crate::context::Context;
pub use crate::encode::{Encode, Encoder};
use crate::invariant::Invariant;
use crate::service::Service;
use crate::settings::Config;
use crate::time::LocalTime;

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
/// The bugs that they can have.
pub type ServiceMutant<A> = <<A as Algorithm>::Service as Service>::Mutant;

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

    /// Of a bug that is one of its services: which of theirs it is.
    fn service_mutant(_mutant: Self::Mutant) -> Option<ServiceMutant<Self>> {
        None
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
    /// As [`Algorithm::on_propose`], where items go into a replicated log and this one only asks for the state. Whoever answers it there and
    /// then, from what it calls committed, by a lease that its voters grant, says until when by its own clock that lease lasts.
    /// The default puts reads into the log, like all else.
    fn on_read(&mut self, item: Item, ctx: &mut Context<'_, Self>) -> Option<LocalTime> {
        self.on_propose(item, ctx);
        None
    }
    /// The protected resource answered.
    fn on_acted(&mut self, item: Item, acted: Acted, ctx: &mut Context<'_, Self>) {
        if acted == Acted::Accepted {
            ctx.acknowledge(item);
        }
    }

    /// What it shows of itself. Called after every step, with the latest image: must be cheap, and change nothing.
    fn observe(&self, durable: &Self::Durable) -> Observation;
    /// Until when, by its own clock, it helps to elect nobody but this leader: on such pledges the lease rests by which a leader answers
    /// reads. Asked by the checkers when one has.
    fn pledged_to(&self, _leader: NodeId) -> Option<LocalTime> {
        None
    }
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
    /// Whether whoever campaigns at once when all start comes to lead, because nobody else tries so soon.
    fn heeds_first_leader(_config: &Self::Config, _network: &Network) -> bool {
        true
    }
}
