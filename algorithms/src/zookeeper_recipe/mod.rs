//! The leader recipe of ZooKeeper, as Curator's LeaderLatch carries it out: every contender creates an ephemeral node with a
//! sequence number; the smallest leads; each of the others watches the one before its own, and looks again when that is gone.
//!
//! **Sources.** ZooKeeper, "Recipes and Solutions", Leader Election; `ClientCnxn` (read timeout of 2/3 of the session, a ping
//! when nothing was sent for half of that and at least every 10 s, connect timeout of a session divided by the number of
//! servers, up to a second of sleep before the next server is tried); `QuorumPeerConfig` (a session lasts between 2 and 20
//! ticks); Curator `LeaderLatch` (what it does on SUSPENDED, LOST and RECONNECTED; the owner of a node is checked since
//! CURATOR-696), `ConnectionStateManager` (a session that has been SUSPENDED for its whole time is given up: LOST),
//! `ConnectionStateErrorPolicy`, `ProtectedMode` (a node carries a GUID, by which its creator finds it if the answer was lost).
//!
//! **States.** Without a session (Connecting, after Expired or LOST), with one and in contact (Connected), with one and out of
//! contact (Disconnected, which Curator calls SUSPENDED). The holder acts only while Connected. That its session has expired
//! it learns from the service, after it has reconnected; unless it has given the session up before.
//!
//! **Token**: the revision at which the node was created (czxid), which is the epoch, too.
//!
//! **Deviations.**
//! 1. The time out of which a client is Disconnected counts from when it *sent* the last request that was answered;
//!    `ClientCnxn` counts from when something last arrived (`deadline-from = "receipt"`), which is later by the answer's delay.
//! 2. The holder compares that deadline with its clock whenever it acts. Curator keeps a flag, which a thread takes down: after
//!    a pause the flag stands for a moment longer. (`error-policy = "session"` is modelled by such a flag.)
//! 3. Only pings keep a session alive, and only they move the deadline; in ZooKeeper every request does.
//! 4. One service stands for an ensemble of three, so a connect timeout is a third of the session.
//! 5. With every ping a waiting client asks for its predecessor again. A ZooKeeper client hears when its connection is closed,
//!    and sets its watches anew with the next one; here a notice can be lost without a sign.
//! 6. A node that belongs to another session is deleted and created anew whenever it is found, not only when it is the first.
//! 7. Nobody closes a session: a process that ends crashes.
//! 8. An ineligible member opens no session.

mod bounds;
mod client;
mod config;
mod election;
mod mutants;

use sim::{
    Algorithm, Authority, Bounds, Claim, Context, Encode, Encoder, Epoch, Facts, LocalTime, MutantInfo, Network, Never, NodeId,
    Observation, Role, Span,
};

use crate::lock_service::{self, Answer, Key, LockService, Revision, Rules};

pub use config::{Config, DeadlineFrom, ErrorPolicy};
pub use mutants::Mutant;

/// What the client waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// Nothing has been sent for a while.
    Ping,
    /// The last request that was answered is 2/3 of the session ago.
    Disconnect,
    /// The next server is tried.
    Connect,
    /// Curator gives a session up with which it has been out of contact for so long.
    GiveUp,
}

impl Encode for Timer {
    fn encode(&self, to: &mut Encoder) {
        to.words([match self {
            Timer::Ping => 1,
            Timer::Disconnect => 2,
            Timer::Connect => 3,
            Timer::GiveUp => 4,
        }]);
    }
}

/// A session as its client knows it.
#[derive(Clone, Copy, Debug)]
struct Session {
    id: u64,
    /// As the service has granted it.
    timeout: Span,
}

/// How far a contender has come. Questions are numbered by the clock at which they were asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Out of contact.
    Out,
    /// Has asked for a node.
    Creating { asked: u64 },
    /// Has asked who is there.
    Listing { asked: u64 },
    /// Watches this node.
    Waiting { watched: Revision },
    /// Its node is the smallest.
    Leading,
}

/// One contender.
pub struct ZookeeperRecipe {
    me: NodeId,
    session: Option<Session>,
    connected: bool,
    /// When the connection in use was asked for. What was asked over an older one is not answered any more.
    since: LocalTime,
    /// Connected until then.
    deadline: LocalTime,
    phase: Phase,
    /// The tag of the node that it asked for last; 0: none yet.
    guid: u64,
    /// Its node, as far as it knows.
    node: Option<Key>,
    /// The newest epoch in which it has taken part.
    epoch: u64,
    /// As holder it goes by a flag that a thread takes down, and not by the deadline.
    by_flag: bool,
}

impl ZookeeperRecipe {
    /// Leads by its own lights, in contact or not.
    fn leads(&self) -> bool {
        self.phase == Phase::Leading
    }
}

impl Algorithm for ZookeeperRecipe {
    const NAME: &'static str = "zookeeper-recipe";
    const ABOUT: &'static str = "Contenders create ephemeral sequential nodes in ZooKeeper; the smallest leads, each other watches \
                                 the one before it. The holder stops when it is out of contact for 2/3 of its session.";
    const CITATION: &'static str = "ZooKeeper, Recipes and Solutions: Leader Election; Apache Curator, LeaderLatch";
    const MUTANTS: &'static [MutantInfo<Mutant>] = mutants::MUTANTS;

    type Config = Config;
    type Durable = ();
    type Message = Never;
    type Timer = Timer;
    type Mutant = Mutant;
    type Service = LockService;

    fn claims(config: &Config) -> Vec<Claim> {
        bounds::claims(config)
    }

    fn bounds(config: &Config, network: &Network) -> Bounds {
        bounds::bounds(config, network)
    }

    fn facts(_config: &Config) -> Facts {
        Facts { epochs: true, votes: false, history: false, durable: false, leases: true }
    }

    fn services(config: &Config) -> Vec<(&'static str, Rules)> {
        vec![("zookeeper", Rules::zookeeper(config.tick_time))]
    }

    fn service_mutant(mutant: Mutant) -> Option<lock_service::Mutant> {
        mutants::of_service(mutant)
    }

    fn start(ctx: &mut Context<'_, Self>) -> Self {
        let mut contender = ZookeeperRecipe {
            me: ctx.id(),
            session: None,
            connected: false,
            since: ctx.now(),
            deadline: ctx.now(),
            phase: Phase::Out,
            guid: 0,
            node: None,
            epoch: 0,
            by_flag: mutants::leads_on_without_contact(ctx),
        };
        if !ctx.ineligible() {
            contender.connect(ctx);
        }
        contender
    }

    fn on_message(&mut self, _from: NodeId, message: Never, _ctx: &mut Context<'_, Self>) {
        match message {}
    }

    fn on_timer(&mut self, timer: Timer, ctx: &mut Context<'_, Self>) {
        match timer {
            Timer::Ping => self.ping(ctx),
            Timer::Disconnect => self.disconnected(ctx),
            Timer::Connect => self.connect(ctx),
            Timer::GiveUp => self.session_is_over(ctx),
        }
    }

    fn on_answer(&mut self, _service: NodeId, answer: Answer, ctx: &mut Context<'_, Self>) {
        match answer {
            Answer::Session { asked, session, ttl } => self.on_session(asked, Session { id: session, timeout: ttl }, ctx),
            Answer::NoSession { session, .. } if self.session.is_some_and(|own| own.id == session) => self.session_is_over(ctx),
            Answer::Key { asked, key } if self.phase == (Phase::Creating { asked }) => self.on_created(key, ctx),
            Answer::Keys { asked, keys } if self.phase == (Phase::Listing { asked }) => {
                self.on_list(keys.as_deref().unwrap_or_default(), ctx);
            }
            Answer::Gone { key } if self.phase == (Phase::Waiting { watched: key }) => self.on_gone(ctx),
            _ => {}
        }
    }

    /// Whoever waits knows its predecessor, not who leads.
    fn observe(&self, (): &()) -> Observation {
        let epoch = Epoch(self.epoch, 0);
        match self.phase {
            Phase::Leading if self.by_flag => Self::leader(self.me, epoch).with_authority(Authority::UntilItSays),
            Phase::Leading => Self::leader(self.me, epoch).with_authority(Authority::Until(self.deadline)),
            Phase::Listing { .. } => Observation::new(Role::Candidate, epoch),
            Phase::Out | Phase::Creating { .. } | Phase::Waiting { .. } => Observation::new(Role::Follower, epoch),
        }
    }
}

impl ZookeeperRecipe {
    fn leader(me: NodeId, epoch: Epoch) -> Observation {
        Observation::new(Role::Leader, epoch).with_leader(Some(me)).with_token(Some(epoch.0))
    }
}
