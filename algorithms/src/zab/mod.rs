//! ZAB: ZooKeeper's atomic broadcast, with Fast Leader Election, discovery and synchronisation before a leader leads.
//!
//! F. Junqueira, B. Reed, M. Serafini, *Zab: High-performance broadcast for primary-backup systems* (DSN 2011); P. Hunt et al.,
//! *ZooKeeper* (USENIX ATC 2010); and Apache ZooKeeper's own implementation and TLA+ specification, which go further: the
//! election (`FastLeaderElection`), the leader (`Leader`, `LearnerHandler`) and the learner (`Learner`, `Follower`).
//!
//! Where this differs from ZooKeeper, and why it may:
//! - One session a pair carries the election's notifications and the connection between learner and leader, which are two TCP
//!   connections there. Connections are numbered, so that one can be closed without the other ([`Message`]). What a member does
//!   about a lost session it does at once, and a connection without a session counts as refused.
//! - A proposal is a client's item; there are no client sessions, observers or weights. A member that a scenario calls ineligible
//!   votes and acknowledges, but begins elections with a vote for nobody, as an observer does.
//! - Reads are not modelled, so a follower's copy of the state is its history up to what it knows to be committed.
//! - A learner keeps the proposals that it has when it connects anew: ZooKeeper cuts them off and sends them again, while it may
//!   have counted their acknowledgement already.
//! - Each tick, a leader counts the learners that have taken over its history. ZooKeeper also counts one that is still
//!   synchronising, for up to initLimit + syncLimit ticks, which would be the bound for stepping down.
//! - The history is never made shorter by snapshots; SNAP copies what differs.
//! - A leader is established (`Role::Leader`, authority) at a quorum of acknowledged NEWLEADERs. To win the election is to be a
//!   candidate, and two at once are legal.

mod bounds;
mod broadcast;
mod config;
mod durable;
mod election;
mod following;
mod invariants;
mod leading;
mod learners;
mod messages;
mod mutants;
mod votes;

use sim::{
    Algorithm, Asserts, Authority, Bounds, Claim, Context, Entry, Epoch, Facts, Initial, Item, LinkState, MutantInfo, Network,
    NoService, NodeId, Observation, Role, Shelf, Transport,
};

pub use config::Config;
pub use durable::{Stable, Write};
pub use messages::{Message, Notification, PeerState, Timer, Zxid};
pub use mutants::Mutant;
pub use votes::Vote;

use election::Election;
use following::Following;
use leading::Leading;

/// How far a member has come with the leader that it follows, or is (`ZabState`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// There is none yet.
    Election,
    /// A quorum agrees to a new epoch.
    Discovery,
    /// Followers take over the leader's history.
    Synchronization,
    /// The leader is established, and this member is up to date.
    Broadcast,
}

/// The volatile state of one member.
#[derive(Debug)]
pub struct Zab {
    me: NodeId,
    state: PeerState,
    phase: Phase,
    /// How many entries of its history it knows to be committed.
    commit: u64,
    /// By member: there is a session with it.
    connected: Vec<bool>,
    election: Election,
    following: Following,
    leading: Leading,
    /// For entries that are sent, and for finding a middle value.
    shelf: Shelf<Entry>,
    room: Vec<u64>,
}

impl Zab {
    /// Looking, following or leading, as its notifications have it.
    pub fn state(&self) -> PeerState {
        self.state
    }

    /// How far it has come.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Its election round.
    pub fn round(&self) -> u64 {
        self.election.round
    }

    /// For whom it votes, or voted last.
    pub fn vote(&self) -> Vote {
        self.election.proposal
    }

    /// The number of its latest connection to a leader.
    pub fn connection(&self) -> u32 {
        self.following.connection
    }

    /// Ends what it was doing as leader or follower.
    fn leave(&mut self, ctx: &mut Context<'_, Zab>) {
        match self.state {
            PeerState::Looking => {}
            PeerState::Following => self.stop_following(ctx),
            PeerState::Leading => self.stop_leading(ctx),
        }
    }

    /// A connection was closed by its other end.
    fn on_close(&mut self, from: NodeId, connection: u32, ctx: &mut Context<'_, Zab>) {
        match self.state {
            PeerState::Looking => {}
            PeerState::Leading => self.on_learner_closed(from, connection),
            PeerState::Following => {
                if self.following.leader == Some(from) && self.following.connection == connection {
                    self.look(ctx);
                }
            }
        }
    }

    /// The session with this peer is over, and so is whatever connection was in it.
    fn on_session_lost(&mut self, peer: NodeId, ctx: &mut Context<'_, Zab>) {
        match self.state {
            PeerState::Looking => {}
            PeerState::Leading => learners::of(&mut self.leading.learners, peer).disconnected(),
            PeerState::Following => {
                if self.following.leader == Some(peer) {
                    self.look(ctx);
                }
            }
        }
    }

    /// A member that knows nothing but what is durable, in room that was used before.
    fn anew(fallen: Option<Zab>, ctx: &mut Context<'_, Zab>) -> Zab {
        let members = ctx.members().count();
        let room = fallen.unwrap_or_else(|| Zab {
            me: ctx.id(),
            state: PeerState::Looking,
            phase: Phase::Election,
            commit: 0,
            connected: Vec::new(),
            election: Election::default(),
            following: Following::default(),
            leading: Leading::default(),
            shelf: Shelf::default(),
            room: Vec::new(),
        });
        let mut zab = Zab {
            state: PeerState::Looking,
            phase: Phase::Election,
            commit: 0,
            election: room.election.anew(members),
            following: Following::default(),
            leading: room.leading.anew(),
            ..room
        };
        if ctx.bug(Mutant::Z17) {
            let epoch = ctx.durable().last().0;
            ctx.persist(Write::Accepted { epoch });
        }
        zab.connected.clear();
        zab.connected.resize(members, false);
        zab.look(ctx);
        zab
    }
}

impl Algorithm for Zab {
    const NAME: &'static str = "zab";
    const ABOUT: &'static str =
        "ZooKeeper: Fast Leader Election, then an epoch and a history that a quorum agrees to, then broadcast.";
    const CITATION: &'static str =
        "F. Junqueira, B. Reed, M. Serafini, Zab: High-performance broadcast for primary-backup systems, 2011; Apache ZooKeeper";
    const TRANSPORT: Transport = Transport::Session;
    const MUTANTS: &'static [MutantInfo<Mutant>] = mutants::MUTANTS;

    type Config = Config;
    type Durable = Stable;
    type Message = Message;
    type Timer = Timer;
    type Mutant = Mutant;
    type Service = NoService;

    fn claims(config: &Config) -> Vec<Claim> {
        bounds::claims(config)
    }

    fn bounds(config: &Config, network: &Network) -> Bounds {
        bounds::bounds(config, network)
    }

    fn facts(_config: &Config) -> Facts {
        Facts { epochs: true, votes: true, history: true, durable: true, leases: false }
    }

    fn invariants() -> Vec<Box<dyn sim::Invariant<Zab>>> {
        invariants::all()
    }

    /// A given log has entries of these epochs; their counters follow from their places.
    fn initial(_config: &Config, initial: &Initial) -> Stable {
        let mut stable = Stable::default();
        for entry in &initial.history {
            let (epoch, last) = (entry.epoch.0, stable.last());
            let counter = if last.0 == epoch { last.1 + 1 } else { 1 };
            stable.history.push(Entry { epoch: Epoch(epoch, counter), ..*entry });
        }
        (stable.accepted, stable.current) = (stable.last().0, stable.last().0);
        stable
    }

    fn start(ctx: &mut Context<'_, Zab>) -> Zab {
        Zab::anew(None, ctx)
    }

    fn restart(fallen: Zab, ctx: &mut Context<'_, Zab>) -> Zab {
        Zab::anew(Some(fallen), ctx)
    }

    #[inline]
    fn on_message(&mut self, from: NodeId, message: Message, ctx: &mut Context<'_, Zab>) {
        match message {
            Message::Propose { connection, entry } => self.on_proposal(from, connection, entry, ctx),
            Message::Ack { connection, zxid } => self.on_ack(from, connection, zxid, ctx),
            Message::Commit { connection, zxid } => self.on_commit(from, connection, zxid, ctx),
            Message::Ping { connection, epoch } => self.on_ping(from, connection, epoch, ctx),
            Message::Pong { connection, epoch } => self.on_pong(from, connection, epoch, ctx),
            Message::Notification(notification) => self.on_notification(from, notification, ctx),
            Message::FollowerInfo { connection, accepted } => self.on_follower_info(from, connection, accepted, ctx),
            Message::Refused { connection } => self.on_refused(from, connection, ctx),
            Message::LeaderInfo { connection, epoch } => self.on_leader_info(from, connection, epoch, ctx),
            Message::AckEpoch { connection, epoch, current, last, .. } => {
                self.on_ack_epoch(from, (connection, epoch), current, last, ctx);
            }
            Message::Diff { connection, keep, entries, .. } => self.on_diff(from, connection, keep, entries, ctx),
            Message::Snap { connection, entries, .. } => self.on_snap(from, connection, entries, ctx),
            Message::NewLeader { connection, epoch } => self.on_new_leader(from, connection, epoch, ctx),
            Message::AckLeader { connection, epoch } => self.on_ack_leader(from, connection, epoch, ctx),
            Message::UpToDate { connection, epoch, committed } => self.on_up_to_date(from, connection, epoch, committed, ctx),
            Message::Close { connection } => self.on_close(from, connection, ctx),
        }
    }

    #[inline]
    fn on_timer(&mut self, timer: Timer, ctx: &mut Context<'_, Zab>) {
        match timer {
            Timer::HalfTick => self.on_half_tick(ctx),
            Timer::Silence => self.on_silence(ctx),
            Timer::Finalize => self.on_finalized(ctx),
            Timer::Connect => self.connect(ctx),
            // Nobody has done what was waited for.
            Timer::Leader | Timer::Phase => self.look(ctx),
        }
    }

    /// Whoever comes back is told again what it was told last.
    fn on_link(&mut self, peer: NodeId, state: LinkState, ctx: &mut Context<'_, Zab>) {
        self.connected[peer.index()] = state == LinkState::Up;
        match state {
            LinkState::Up => self.repeat(peer, ctx),
            LinkState::Down => self.on_session_lost(peer, ctx),
        }
    }

    fn on_propose(&mut self, item: Item, ctx: &mut Context<'_, Zab>) {
        self.propose(item, ctx);
    }

    #[inline(always)]
    fn observe(&self, durable: &Stable) -> Observation {
        let settled = self.phase == Phase::Broadcast;
        let (role, leader) = match self.state {
            PeerState::Looking => (Role::PreCandidate, None),
            PeerState::Following => (Role::Follower, self.following.leader.filter(|_| settled)),
            PeerState::Leading if settled => (Role::Leader, Some(self.me)),
            // It stands once it knows in which epoch.
            PeerState::Leading if self.leading.proposed => (Role::Candidate, None),
            PeerState::Leading => (Role::PreCandidate, None),
        };
        let leads = role == Role::Leader;
        Observation::new(role, Epoch(durable.accepted, 0))
            .with_leader(leader)
            .with_authority(if leads { Authority::UntilItSays } else { Authority::None })
            .with_token(if leads { Some(durable.accepted) } else { None })
            .with_committed(self.commit.min(durable.length()))
    }

    #[inline(always)]
    fn asserts(message: &Message) -> Asserts {
        message.asserts()
    }

    #[inline(always)]
    fn asks_vote(message: &Message) -> Option<Epoch> {
        match *message {
            Message::LeaderInfo { epoch, .. } => Some(Epoch(epoch, 0)),
            _ => None,
        }
    }

    #[inline(always)]
    fn backed(message: &Message, disk: &Stable, _sender: NodeId) -> bool {
        message.backed(disk)
    }

    fn history(durable: &Stable) -> &[Entry] {
        &durable.history
    }
}
