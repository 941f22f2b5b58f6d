//! The established leader (`Leader.java`): proposals, commits, pings, and stepping down without a quorum.

use sim::{Context, Entry, Epoch, Item, NodeId};

use super::durable::Write;
use super::learners;
use super::messages::{Message, PeerState, Timer, Zxid};
use super::mutants::Mutant;
use super::{Phase, Zab};

impl Zab {
    /// Broadcasts an item. Learners get it before it is on the leader's disk; the leader counts itself afterwards.
    pub(super) fn propose(&mut self, item: Item, ctx: &mut Context<'_, Zab>) {
        let (epoch, position) = (self.leading.epoch, ctx.durable().length());
        let entry = Entry { epoch: Epoch(epoch, position - self.leading.base + 1), item: Some(item) };
        ctx.persist(Write::Append { position, entry });
        let me = ctx.id();
        ctx.send(me, Message::Ack { connection: 0, zxid: entry.epoch });
        for to in ctx.members() {
            let learner = &self.leading.learners[to.index()];
            if learner.forwarding || self.leading.forwards_to_all {
                self.forward(to, entry, ctx);
            }
        }
    }

    /// Sends one learner a proposal, once.
    pub(super) fn forward(&mut self, to: NodeId, entry: Entry, ctx: &mut Context<'_, Zab>) {
        let learner = learners::of(&mut self.leading.learners, to);
        let Some(connection) = learner.connection else { return };
        learner.proposed(self.leading.base + entry.epoch.1, ctx.now());
        ctx.send_at_once(to, Message::Propose { connection, entry });
        if ctx.bug(Mutant::Q8) {
            ctx.send_at_once(to, Message::Propose { connection, entry });
        }
    }

    /// A member has a proposal and all before it on its disk.
    #[inline]
    pub(super) fn on_ack(&mut self, from: NodeId, connection: u32, zxid: Zxid, ctx: &mut Context<'_, Zab>) {
        if self.hears_learner(from, connection, zxid.0, ctx) {
            learners::of(&mut self.leading.learners, from).acknowledged(self.leading.base + zxid.1);
            self.advance_commit(ctx);
        }
    }

    /// What a quorum holds is committed; clients are told of what was proposed in this epoch.
    pub(super) fn advance_commit(&mut self, ctx: &mut Context<'_, Zab>) {
        let held = learners::held_by(ctx.majority(), &self.leading.learners, &mut self.room);
        if held <= self.commit || self.phase != Phase::Broadcast {
            return;
        }
        let committed = self.commit as usize..held as usize;
        self.commit = held;
        let zxid = ctx.durable().history[held as usize - 1].epoch;
        for to in ctx.members() {
            let learner = &self.leading.learners[to.index()];
            if let Some(connection) = learner.connection.filter(|_| learner.forwarding) {
                ctx.send_at_once(to, Message::Commit { connection, zxid });
            }
        }
        for position in committed {
            let entry = ctx.durable().history[position];
            if let Some(item) = entry.item.filter(|_| entry.epoch.0 == self.leading.epoch) {
                ctx.acknowledge(item);
            }
        }
    }

    #[inline]
    pub(super) fn on_pong(&mut self, from: NodeId, connection: u32, epoch: u64, ctx: &Context<'_, Zab>) {
        self.hears_learner(from, connection, epoch, ctx);
    }

    /// Twice a tick the learners are pinged; once a tick it is counted who has been heard.
    pub(super) fn on_half_tick(&mut self, ctx: &mut Context<'_, Zab>) {
        if self.state != PeerState::Leading {
            return;
        }
        self.leading.half = !self.leading.half;
        if !self.leading.half {
            self.leading.tick += 1;
            if !self.has_quorum(ctx) {
                return self.look(ctx);
            }
        }
        for to in ctx.members() {
            self.ping(to, ctx);
        }
        ctx.arm(Timer::HalfTick, ctx.config().tick_time.fraction(1, 2));
    }

    /// Has a quorum, itself included, been heard of within the limit?
    fn has_quorum(&self, ctx: &Context<'_, Zab>) -> bool {
        let tick = self.leading.tick;
        let heard = learners::count(&self.leading.learners, |learner| learner.serving && tick <= learner.deadline);
        heard + 1 >= ctx.majority() || ctx.bug(Mutant::Z11)
    }

    /// Pings a learner, or gives it up: it has not been heard for too long, or leaves proposals unanswered.
    fn ping(&mut self, to: NodeId, ctx: &mut Context<'_, Zab>) {
        let learner = &self.leading.learners[to.index()];
        let Some(connection) = learner.connection else { return };
        let (now, config) = (ctx.now(), ctx.config());
        let limit = if learner.serving { config.sync_timeout() } else { config.init_timeout() };
        if now.since(learner.heard) >= limit || learner.lags(now, config.sync_timeout()) {
            self.close(to, ctx);
        } else if learner.serving {
            ctx.send_at_once(to, Message::Ping { connection, epoch: self.leading.epoch });
        }
    }
}
