//! Raft: leader election by terms and majorities over a replicated log.
//!
//! D. Ongaro, *Consensus: Bridging Theory and Practice* (2014), chapters 3 (elections, log), 4.2.3 (leader stickiness), 6.2
//! (leaders without a majority), 9.6 (pre-vote), 3.10 (leadership transfer); and the choices that etcd-io/raft and
//! hashicorp/raft make where that text leaves one, as three separate switches and three presets ([`Config`]).
//!
//! Where this differs from the sources, and why it may:
//! - Continuous timers instead of ticks. A new timeout is drawn where etcd draws one: when a member becomes follower,
//!   candidate or leader, and not when it becomes pre-candidate or hears its leader.
//! - The election timer is set back when a vote is given, a leader is heard, a candidacy begins or a leader resigns. etcd also
//!   sets it back when a vote is refused under a higher term, and when a majority refuses; the dissertation does not.
//! - Heartbeats are empty AppendEntries for what the follower is known to have, so the log check rarely fails on them. What got
//!   lost is found by the next answer. There are no snapshots and no flow control; what is missing is sent at once.
//! - Every request of an older term is answered with the newer one (the dissertation's replies; etcd leaves out some).
//! - The commit index travels with the next message; there is no message for it alone.
//! - hashicorp/raft's two follower timers (heartbeat and election) are one, and its two-part vote record is written at once.

mod bounds;
mod config;
mod durable;
mod election;
mod lease;
mod messages;
mod mutants;
mod presence;
mod replication;
mod tally;
mod transfer;

use sim::{
    Algorithm, Asserts, Authority, Bounds, Claim, Context, Entry, Epoch, Facts, Initial, Item, LocalTime, MutantInfo, Network,
    NoService, NodeId, Observation, Role, Shelf, Span,
};

pub use config::{CheckQuorum, Config, Preset, Reads, Stickiness};
pub use durable::{Stable, Write};
pub use messages::{Message, Timer};
pub use mutants::Mutant;

use lease::Lease;
use replication::Progress;
use tally::Tally;

/// Room that is used again and again, and holds nothing that is known.
#[derive(Default, Debug)]
struct Room {
    /// For finding a middle value.
    scratch: Vec<u64>,
    /// For entries that are sent.
    shelf: Shelf<Entry>,
}

/// The volatile state of one member.
#[derive(Debug)]
pub struct Raft {
    role: Role,
    /// The current term: that of the image of the disk.
    term: u64,
    leader: Option<NodeId>,
    commit: u64,
    /// The election timeout drawn last.
    timeout: Span,
    /// When the election timer was last set back.
    heard: LocalTime,
    /// While it is candidate or pre-candidate.
    tally: Tally,
    /// While it leads: what it knows of each member, itself included.
    peers: Vec<Progress>,
    /// While it leads: how many others have answered since the last check.
    active: usize,
    /// While it leads: to whom it is handing over.
    transferee: Option<NodeId>,
    /// Where reads are answered by lease.
    lease: Option<Box<Lease>>,
    room: Room,
}

impl Raft {
    pub fn role(&self) -> Role {
        self.role
    }

    pub fn term(&self) -> u64 {
        self.term
    }

    /// Whom it takes for the leader of its term.
    pub fn leader(&self) -> Option<NodeId> {
        self.leader
    }

    /// How many entries it knows to be committed.
    pub fn commit(&self) -> u64 {
        self.commit
    }

    /// Whether it is handing over.
    pub fn transferee(&self) -> Option<NodeId> {
        self.transferee
    }

    /// The election timeout that it drew last.
    pub fn timeout(&self) -> Span {
        self.timeout
    }

    /// How many members are a majority.
    fn quorum(ctx: &Context<'_, Raft>) -> usize {
        if ctx.bug(Mutant::R5) { ctx.members().count().div_ceil(2) } else { ctx.majority() }
    }

    /// Enters a later term, with the vote that it gives in it, in one durable write.
    fn enter(&mut self, term: u64, vote: Option<NodeId>, ctx: &mut Context<'_, Raft>) {
        debug_assert!(term > self.term, "terms only grow");
        self.term = term;
        if vote.is_some() || !ctx.bug(Mutant::R4) {
            self.remember(vote, ctx);
        }
    }

    /// Makes the current term and this vote durable, before anything that is said later.
    fn remember(&mut self, vote: Option<NodeId>, ctx: &mut Context<'_, Raft>) {
        ctx.persist(Write::Ballot { term: self.term, vote });
    }

    /// For whom it voted in the current term.
    fn vote(&self, ctx: &Context<'_, Raft>) -> Option<NodeId> {
        ctx.durable().vote.filter(|_| ctx.durable().term == self.term)
    }

    /// Becomes follower in this term, which is its own or a later one.
    #[cold]
    fn step_down(&mut self, term: u64, leader: Option<NodeId>, ctx: &mut Context<'_, Raft>) {
        if term > self.term {
            self.enter(term, None, ctx);
        } else if ctx.bug(Mutant::R2) {
            self.remember(None, ctx);
        }
        self.become_follower(leader, ctx);
    }

    /// What stepping down does besides the term. A running election timer runs on; a leader had none.
    fn become_follower(&mut self, leader: Option<NodeId>, ctx: &mut Context<'_, Raft>) {
        let led = self.role == Role::Leader;
        self.role = Role::Follower;
        if !(leader.is_none() && ctx.bug(Mutant::R25)) {
            self.leader = leader;
        }
        self.draw_timeout(ctx);
        if led {
            self.resign(ctx);
        }
    }

    /// A leader stops its timers and waits for another leader, like every follower.
    fn resign(&mut self, ctx: &mut Context<'_, Raft>) {
        self.transferee = None;
        ctx.disarm(Timer::Heartbeat);
        ctx.disarm(Timer::Quorum);
        ctx.disarm(Timer::Transfer);
        ctx.disarm(Timer::Lease);
        self.restart_election_timer(ctx);
    }

    #[inline(always)]
    fn restart_election_timer(&mut self, ctx: &mut Context<'_, Raft>) {
        self.heard = ctx.now();
        ctx.arm(Timer::Election, self.timeout);
    }

    fn draw_timeout(&mut self, ctx: &mut Context<'_, Raft>) {
        self.timeout = if ctx.bug(Mutant::R9) { ctx.config().election_low } else { draw(ctx) };
    }
}

/// An election timeout, uniform on [low, high).
fn draw(ctx: &mut Context<'_, Raft>) -> Span {
    let (low, high) = (ctx.config().election_low, ctx.config().election_high);
    if low == high { low } else { ctx.between(low, high - Span::nanos(1)) }
}

impl Algorithm for Raft {
    const NAME: &'static str = "raft";
    const ABOUT: &'static str =
        "Terms, majority votes and a replicated log; pre-vote, leader stickiness and check-quorum as switches.";
    const CITATION: &'static str = "D. Ongaro, Consensus: Bridging Theory and Practice, 2014; etcd-io/raft; hashicorp/raft";
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

    fn initial(_config: &Config, initial: &Initial) -> Stable {
        let term = initial.history.last().map_or(0, |entry| entry.epoch.0);
        Stable { term, vote: None, commit: 0, log: initial.history.clone() }
    }

    fn start(ctx: &mut Context<'_, Raft>) -> Raft {
        let mut raft = Raft {
            role: Role::Follower,
            term: ctx.durable().term,
            leader: None,
            commit: ctx.durable().commit,
            timeout: draw(ctx),
            heard: ctx.now(),
            tally: Tally::default(),
            peers: Vec::new(),
            active: 0,
            transferee: None,
            lease: Lease::at_start(ctx),
            room: Room::default(),
        };
        raft.restart_election_timer(ctx);
        raft
    }

    fn restart(mut fallen: Raft, ctx: &mut Context<'_, Raft>) -> Raft {
        fallen.peers.clear();
        Raft { peers: fallen.peers, room: fallen.room, ..Raft::start(ctx) }
    }

    #[inline]
    fn on_message(&mut self, from: NodeId, message: Message, ctx: &mut Context<'_, Raft>) {
        match message {
            Message::AppendEntries { term, previous, previous_term, commit, entries } => {
                self.on_append_entries(from, term, (previous, previous_term), commit, entries, ctx);
            }
            Message::Appended { term, index, .. } => self.on_appended(from, term, index, ctx),
            Message::Refused { term, previous, hint } => self.on_refused(from, term, previous, hint, ctx),
            Message::RequestVote { term, last_index, last_term, transfer } => {
                self.on_request_vote(from, term, (last_term, last_index), transfer, ctx);
            }
            Message::Vote { term, granted, .. } => self.on_vote(from, term, granted, ctx),
            Message::RequestPreVote { term, last_index, last_term } => {
                self.on_request_pre_vote(from, term, (last_term, last_index), ctx);
            }
            Message::PreVote { term, granted } => self.on_pre_vote(from, term, granted, ctx),
            Message::TimeoutNow { term } => self.on_timeout_now(from, term, ctx),
            Message::TransferLeader { to } => self.on_transfer_leader(to, ctx),
            Message::AskPledge { term, sent } => self.on_ask_pledge(from, term, sent, ctx),
            Message::Pledge { term, sent, lasting } => self.on_pledge(from, term, (sent, lasting), ctx),
        }
    }

    #[inline]
    fn on_timer(&mut self, timer: Timer, ctx: &mut Context<'_, Raft>) {
        match timer {
            Timer::Heartbeat => self.on_heartbeat_timer(ctx),
            Timer::Quorum => self.on_quorum_timer(ctx),
            Timer::Election => self.on_election_timer(ctx),
            Timer::Transfer => self.transferee = None,
            Timer::Lease => self.on_lease_timer(ctx),
        }
    }

    /// Appended and replicated at once. While it is handing over, a leader takes no more work (dissertation, section 3.10).
    fn on_propose(&mut self, item: Item, ctx: &mut Context<'_, Raft>) {
        if self.role == Role::Leader && self.transferee.is_none() {
            self.append(Some(item), ctx);
        }
    }

    fn on_read(&mut self, item: Item, ctx: &mut Context<'_, Raft>) -> Option<LocalTime> {
        let until = self.lease_until(ctx);
        if until.is_none() {
            self.on_propose(item, ctx);
        }
        until
    }

    fn pledged_to(&self, leader: NodeId) -> Option<LocalTime> {
        self.lease.as_ref()?.pledged_to(leader)
    }

    #[inline(always)]
    fn observe(&self, durable: &Stable) -> Observation {
        let leads = self.role == Role::Leader;
        Observation::new(self.role, Epoch(self.term, 0))
            .with_leader(self.leader)
            // The lease of hashicorp/raft is no deadline that ends by itself: a leader stops when its own check runs.
            .with_authority(if leads { Authority::UntilItSays } else { Authority::None })
            .with_token(if leads { Some(self.term) } else { None })
            .with_committed(self.commit.min(durable.last_index()))
    }

    #[inline(always)]
    fn asserts(message: &Message) -> Asserts {
        message.asserts()
    }

    #[inline(always)]
    fn asks_vote(message: &Message) -> Option<Epoch> {
        match *message {
            Message::RequestVote { term, .. } => Some(Epoch(term, 0)),
            _ => None,
        }
    }

    #[inline(always)]
    fn backed(message: &Message, disk: &Stable, sender: NodeId) -> bool {
        message.backed(disk, sender)
    }

    fn history(durable: &Stable) -> &[Entry] {
        &durable.log
    }

    fn transfer_request(to: NodeId) -> Option<Message> {
        Some(Message::TransferLeader { to })
    }

    fn campaign() -> Option<Timer> {
        Some(Timer::Election)
    }
}
