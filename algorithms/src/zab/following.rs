//! The learner's side (`Learner.java`, `Follower.java`): discovery, synchronisation, broadcast.

use sim::{Context, Entry, Epoch, List, NodeId, Span};

use super::durable::Write;
use super::messages::{Message, PeerState, Timer, Zxid};
use super::mutants::Mutant;
use super::{Phase, Zab};

/// A learner tries so often to connect to its leader (`Learner.connectToLeader`) …
const ATTEMPTS: u32 = 5;
/// … with so much time in between (`learner.leaderConnectDelayDuringRetryMs`).
const BETWEEN_ATTEMPTS: Span = Span::millis(100);

/// What a learner keeps of the leader that it follows.
#[derive(Debug, Default)]
pub(super) struct Following {
    pub leader: Option<NodeId>,
    /// The number of the present connection; counted up as long as the member runs.
    pub connection: u32,
    /// How often it was refused.
    attempts: u32,
    /// How the leader's history differs from its own; written when all of it is there.
    taken: Option<Write>,
    /// How many entries are older than the leader's epoch: (epoch, counter) stands at position `base + counter`, from 1.
    base: u64,
}

impl Zab {
    /// The election chose another.
    pub(super) fn follow(&mut self, leader: NodeId, ctx: &mut Context<'_, Zab>) {
        self.state = PeerState::Following;
        self.phase = Phase::Discovery;
        self.following.leader = Some(leader);
        self.following.attempts = 0;
        self.connect(ctx);
    }

    /// Opens a connection. Without a session there is nobody to connect to.
    pub(super) fn connect(&mut self, ctx: &mut Context<'_, Zab>) {
        let Some(leader) = self.following.leader else { return };
        self.following.connection += 1;
        self.following.taken = None;
        if !self.connected[leader.index()] {
            return self.connection_failed(ctx);
        }
        let (connection, accepted) = (self.following.connection, ctx.durable().accepted);
        ctx.send(leader, Message::FollowerInfo { connection, accepted });
        ctx.arm(Timer::Leader, ctx.config().init_timeout());
    }

    fn connection_failed(&mut self, ctx: &mut Context<'_, Zab>) {
        self.following.attempts += 1;
        if self.following.attempts >= ATTEMPTS {
            return self.look(ctx);
        }
        ctx.disarm(Timer::Leader);
        ctx.arm(Timer::Connect, BETWEEN_ATTEMPTS);
    }

    /// A word of its leader, on the present connection: it has the full time again.
    #[inline(always)]
    fn hears(&self, from: NodeId, connection: u32, ctx: &mut Context<'_, Zab>) -> bool {
        let heard =
            self.following.leader == Some(from) && self.following.connection == connection && self.state == PeerState::Following;
        if heard {
            let limit = if self.phase == Phase::Broadcast { ctx.config().sync_timeout() } else { ctx.config().init_timeout() };
            ctx.arm(Timer::Leader, limit);
        }
        heard
    }

    /// The connection was refused, or closed by the leader.
    pub(super) fn on_refused(&mut self, from: NodeId, connection: u32, ctx: &mut Context<'_, Zab>) {
        if self.hears(from, connection, ctx) && self.phase == Phase::Discovery {
            self.connection_failed(ctx);
        }
    }

    pub(super) fn on_leader_info(&mut self, from: NodeId, connection: u32, epoch: u64, ctx: &mut Context<'_, Zab>) {
        if !self.hears(from, connection, ctx) || self.phase != Phase::Discovery {
            return;
        }
        let accepted = ctx.durable().accepted;
        if epoch < accepted {
            return self.look(ctx);
        }
        // Whoever agreed to this number before may have done so for another leader, so it does not count a second time.
        let counts = epoch > accepted || ctx.bug(Mutant::Z10);
        if epoch > accepted {
            ctx.persist(Write::Accepted { epoch });
        }
        let newness = ctx.durable().newness();
        let current = counts.then_some(newness.epoch);
        self.phase = Phase::Synchronization;
        ctx.send(from, Message::AckEpoch { connection, leader: from, epoch, current, last: newness.last });
    }

    /// What the leader's history has that its own has not.
    pub(super) fn on_diff(
        &mut self,
        from: NodeId,
        connection: u32,
        keep: Zxid,
        entries: Option<List<Entry>>,
        ctx: &mut Context<'_, Zab>,
    ) {
        if !self.hears(from, connection, ctx) {
            return;
        }
        let history = &ctx.durable().history;
        let kept = ctx.durable().up_to(keep);
        if kept.checked_sub(1).map_or(Epoch::default(), |last| history[last].epoch) != keep {
            // ZooKeeper stops the server when it cannot truncate to where the leader says.
            return self.look(ctx);
        }
        let changes = kept < history.len() || entries.is_some();
        self.following.taken = changes.then_some(Write::Splice { keep: kept as u64, skip: 0, entries });
    }

    /// The leader's whole history; what is the same stays untouched.
    pub(super) fn on_snap(&mut self, from: NodeId, connection: u32, entries: Option<List<Entry>>, ctx: &mut Context<'_, Zab>) {
        if !self.hears(from, connection, ctx) {
            return;
        }
        let own = &ctx.durable().history;
        let theirs: &[Entry] = entries.as_deref().unwrap_or(&[]);
        let same = own.iter().zip(theirs).take_while(|(own, theirs)| own.epoch == theirs.epoch).count() as u64;
        let changes = same < own.len().max(theirs.len()) as u64;
        self.following.taken = changes.then_some(Write::Splice { keep: same, skip: same, entries });
    }

    /// Takes the leader's history over: first the history, then its epoch, then the answer (ZOOKEEPER-3911, -4643, -4646).
    pub(super) fn on_new_leader(&mut self, from: NodeId, connection: u32, epoch: u64, ctx: &mut Context<'_, Zab>) {
        if !self.hears(from, connection, ctx) || self.phase != Phase::Synchronization {
            return;
        }
        let history = self.following.taken.take();
        if let Some(Write::Splice { keep, .. }) = history {
            // What it knew to be committed is kept, unless disks were wiped.
            self.commit = self.commit.min(keep);
        }
        let [first, second] = in_order(history, Write::Current { epoch }, ctx);
        for write in [first, second].into_iter().flatten() {
            ctx.persist(write);
        }
        self.following.base = ctx.durable().up_to(Epoch(epoch, 0)) as u64;
        answer(from, Message::AckLeader { connection, epoch }, ctx);
    }

    pub(super) fn on_up_to_date(
        &mut self,
        from: NodeId,
        connection: u32,
        epoch: u64,
        committed: Zxid,
        ctx: &mut Context<'_, Zab>,
    ) {
        if !self.hears(from, connection, ctx) || self.phase != Phase::Synchronization {
            return;
        }
        self.phase = Phase::Broadcast;
        self.vote_in_epoch(epoch);
        ctx.arm(Timer::Leader, ctx.config().sync_timeout());
        let committed = ctx.durable().up_to(committed) as u64;
        self.commit = self.commit.max(committed);
    }

    /// The next entry. One that it has already is acknowledged again (the specification tolerates that, too).
    #[inline]
    pub(super) fn on_proposal(&mut self, from: NodeId, connection: u32, entry: Entry, ctx: &mut Context<'_, Zab>) {
        if !self.hears(from, connection, ctx) || self.phase == Phase::Discovery {
            return;
        }
        if entry.epoch > ctx.durable().last() {
            let position = ctx.durable().length();
            ctx.persist(Write::Append { position, entry });
        }
        ctx.send(from, Message::Ack { connection, zxid: entry.epoch });
    }

    #[inline]
    pub(super) fn on_commit(&mut self, from: NodeId, connection: u32, zxid: Zxid, ctx: &mut Context<'_, Zab>) {
        if self.hears(from, connection, ctx) && self.phase == Phase::Broadcast {
            self.commit = self.commit.max(self.following.base + zxid.1);
        }
    }

    #[inline]
    pub(super) fn on_ping(&mut self, from: NodeId, connection: u32, epoch: u64, ctx: &mut Context<'_, Zab>) {
        if self.hears(from, connection, ctx) {
            ctx.send_at_once(from, Message::Pong { connection, epoch });
        }
    }

    /// Closes its connection, if it has one.
    pub(super) fn stop_following(&mut self, ctx: &mut Context<'_, Zab>) {
        let Some(leader) = self.following.leader.take() else { return };
        self.following.taken = None;
        ctx.disarm(Timer::Leader);
        ctx.disarm(Timer::Connect);
        if self.connected[leader.index()] {
            ctx.send_at_once(leader, Message::Close { connection: self.following.connection });
        }
    }
}

/// The order in which what a follower takes over is written.
fn in_order(history: Option<Write>, epoch: Write, ctx: &Context<'_, Zab>) -> [Option<Write>; 2] {
    if ctx.bug(Mutant::Z7) { [Some(epoch), history] } else { [history, Some(epoch)] }
}

/// What a follower says of its disk it says when the disk has answered.
fn answer(leader: NodeId, message: Message, ctx: &mut Context<'_, Zab>) {
    if ctx.bug(Mutant::Z8) { ctx.send_at_once(leader, message) } else { ctx.send(leader, message) }
}
