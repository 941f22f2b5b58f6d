//! The leader's side until it is established (`Leader.java`, `LearnerHandler.java`): discovery and synchronisation.
//!
//! What a leader says to its learners need not wait for its disk once its epoch is there: it asserts nothing else.

use std::cmp::Ordering;

use sim::{Context, NodeId};

use super::durable::Write;
use super::learners::{self, Learner};
use super::messages::{Message, PeerState, Timer, Zxid};
use super::mutants::Mutant;
use super::votes::{Newness, Rules};
use super::{Phase, Zab};

/// What a member keeps that leads, or wants to.
#[derive(Debug, Default)]
pub(super) struct Leading {
    /// The epoch: until a quorum has said what it had agreed to, the least that may come of it.
    pub epoch: u64,
    /// The epoch is fixed.
    pub proposed: bool,
    /// How new it was when it began.
    own: Newness,
    /// How long its history was then: (epoch, counter) stands at position `base + counter`, from 1.
    pub base: u64,
    /// By member, itself included.
    pub learners: Vec<Learner>,
    /// Ticks since it was established, and whether half of another has passed.
    pub tick: u64,
    pub half: bool,
    /// The latest epoch that any learner ever said it had agreed to; the next attempt begins above it.
    latest_heard: u64,
    /// Proposals go to everybody who is connected; set where that bug is switched on.
    pub forwards_to_all: bool,
}

impl Leading {
    /// Of a member that starts; keeps the room of the fallen one.
    pub fn anew(mut self) -> Leading {
        self.learners.clear();
        Leading { learners: self.learners, ..Leading::default() }
    }
}

impl Zab {
    /// The election chose this member. It leads only when a quorum has agreed to its epoch and taken over its history.
    pub(super) fn lead(&mut self, ctx: &mut Context<'_, Zab>) {
        self.state = PeerState::Leading;
        self.phase = Phase::Discovery;
        let (now, newness, base) = (ctx.now(), ctx.durable().newness(), ctx.durable().length());
        let leading = &mut self.leading;
        leading.learners.clear();
        leading.learners.extend(ctx.members().map(|_| Learner::unknown(now)));
        let latest = if ctx.config().yields_to_later_epoch { leading.latest_heard } else { 0 };
        (leading.epoch, leading.proposed) = (ctx.durable().accepted.max(latest) + 1, false);
        (leading.own, leading.base) = (newness, base);
        (leading.tick, leading.half) = (0, false);
        leading.forwards_to_all = ctx.bug(Mutant::Z13);
        // Where a disk was wiped, even what was committed may be gone.
        self.commit = self.commit.min(base);
        learners::of(&mut leading.learners, ctx.id()).informed = true;
        ctx.arm(Timer::Phase, ctx.config().init_timeout());
        self.propose_epoch(ctx);
    }

    // ------------------------------------------------------------------------------------------------ discovery

    /// A learner connects, and says to which epoch it agreed last.
    pub(super) fn on_follower_info(&mut self, from: NodeId, connection: u32, accepted: u64, ctx: &mut Context<'_, Zab>) {
        if self.state != PeerState::Leading {
            ctx.send_at_once(from, Message::Refused { connection });
            return;
        }
        self.leading.latest_heard = self.leading.latest_heard.max(accepted);
        if ctx.config().yields_to_later_epoch && self.leading.proposed && accepted > self.leading.epoch {
            return self.look(ctx);
        }
        let now = ctx.now();
        let learner = learners::of(&mut self.leading.learners, from);
        learner.disconnected();
        (learner.connection, learner.informed, learner.heard) = (Some(connection), true, now);
        if self.leading.proposed {
            ctx.send(from, Message::LeaderInfo { connection, epoch: self.leading.epoch });
        } else {
            self.leading.epoch = self.leading.epoch.max(accepted + 1);
            self.propose_epoch(ctx);
        }
    }

    /// With a quorum informed, the epoch is above all that anyone in it has agreed to.
    fn propose_epoch(&mut self, ctx: &mut Context<'_, Zab>) {
        if learners::count(&self.leading.learners, |learner| learner.informed) < ctx.majority() {
            return;
        }
        self.leading.proposed = true;
        let (me, epoch, own) = (ctx.id(), self.leading.epoch, self.leading.own);
        ctx.persist(Write::Accepted { epoch });
        let current = Some(own.epoch);
        ctx.send(me, Message::AckEpoch { connection: 0, leader: me, epoch, current, last: own.last });
        for to in ctx.members() {
            if let Some(connection) = self.leading.learners[to.index()].connection {
                ctx.send(to, Message::LeaderInfo { connection, epoch });
            }
        }
        ctx.arm(Timer::Phase, ctx.config().init_timeout());
    }

    /// A word of a learner on its present connection, or of itself in its present epoch.
    #[inline(always)]
    pub(super) fn hears_learner(&mut self, from: NodeId, connection: u32, epoch: u64, ctx: &Context<'_, Zab>) -> bool {
        let present = self.state == PeerState::Leading && self.leading.proposed && epoch == self.leading.epoch;
        if !present || from == ctx.id() {
            return present;
        }
        let deadline = self.leading.tick + ctx.config().sync_limit;
        let learner = learners::of(&mut self.leading.learners, from);
        let heard = learner.connection == Some(connection);
        if heard {
            (learner.heard, learner.deadline) = (ctx.now(), deadline);
        }
        heard
    }

    /// A member agreed to the epoch; without `current`, for a second time.
    pub(super) fn on_ack_epoch(
        &mut self,
        from: NodeId,
        (connection, epoch): (u32, u64),
        current: Option<u64>,
        last: Zxid,
        ctx: &mut Context<'_, Zab>,
    ) {
        if !self.hears_learner(from, connection, epoch, ctx) {
            return;
        }
        if self.phase == Phase::Discovery
            && let Some(current) = current
        {
            if is_ahead(Newness { epoch: current, last }, self.leading.own, ctx) {
                return self.close(from, ctx);
            }
            learners::of(&mut self.leading.learners, from).agreed = true;
        }
        learners::of(&mut self.leading.learners, from).last = Some(last);
        if self.phase != Phase::Discovery {
            self.synchronise(from, ctx);
        } else if self.has_agreement(ctx) {
            self.begin_synchronisation(ctx);
        }
    }

    /// A quorum agreed, itself included.
    fn has_agreement(&self, ctx: &Context<'_, Zab>) -> bool {
        let learners = &self.leading.learners;
        learners[ctx.id().index()].agreed && learners::count(learners, |learner| learner.agreed) >= ctx.majority()
    }

    // ------------------------------------------------------------------------------------------------ synchronisation

    fn begin_synchronisation(&mut self, ctx: &mut Context<'_, Zab>) {
        self.phase = Phase::Synchronization;
        let (me, epoch) = (ctx.id(), self.leading.epoch);
        ctx.persist(Write::Current { epoch });
        ctx.send(me, Message::AckLeader { connection: 0, epoch });
        for to in ctx.members() {
            self.synchronise(to, ctx);
        }
        ctx.arm(Timer::Phase, ctx.config().init_timeout());
        if ctx.bug(Mutant::Z9) {
            self.establish(ctx);
        }
    }

    /// Sends a learner what it lacks of what was there before this epoch or is committed, and then what is proposed.
    fn synchronise(&mut self, to: NodeId, ctx: &mut Context<'_, Zab>) {
        let learner = &self.leading.learners[to.index()];
        let (Some(connection), Some(last)) = (learner.connection, learner.last) else { return };
        let (epoch, settled) = (self.leading.epoch, self.commit.max(self.leading.base));
        // A learner keeps what it has of the proposals: it may have acknowledged them.
        let kept = ctx.durable().up_to(last);
        let keep = kept.checked_sub(1).map_or(Zxid::default(), |place| ctx.durable().history[place].epoch);
        let end = kept.max(settled as usize);
        let part = |zab: &mut Zab, from: usize, to: usize, ctx: &Context<'_, Zab>| {
            (from < to).then(|| zab.shelf.list(&ctx.durable().history[from..to]))
        };
        // Within an epoch, whoever has an entry has all before it. Where the learner ends in an epoch that is not the leader's, it
        // is not known what they share.
        if keep.0 == last.0 {
            let entries = part(self, kept, sent_up_to(end, kept, ctx), ctx);
            ctx.send_at_once(to, Message::Diff { connection, epoch, keep, entries });
        } else {
            let entries = part(self, 0, end, ctx);
            ctx.send_at_once(to, Message::Snap { connection, epoch, entries });
        }
        ctx.send_at_once(to, Message::NewLeader { connection, epoch });
        let learner = learners::of(&mut self.leading.learners, to);
        (learner.forwarding, learner.sent) = (true, end as u64);
        for place in end..ctx.durable().history.len() {
            let entry = ctx.durable().history[place];
            self.forward(to, entry, ctx);
        }
    }

    /// A member has taken over the history.
    pub(super) fn on_ack_leader(&mut self, from: NodeId, connection: u32, epoch: u64, ctx: &mut Context<'_, Zab>) {
        if !self.hears_learner(from, connection, epoch, ctx) {
            return;
        }
        let own = from == ctx.id();
        let learner = learners::of(&mut self.leading.learners, from);
        learner.synced = true;
        let held = if own { self.leading.base } else { learner.sent };
        learner.acked = learner.acked.max(held);
        learner.serving = !own;
        if self.phase == Phase::Broadcast {
            if !own {
                self.tell_up_to_date(from, ctx);
            }
            self.advance_commit(ctx);
        } else if learners::count(&self.leading.learners, |learner| learner.synced) >= ctx.majority() {
            self.establish(ctx);
        }
    }

    /// From here on it leads: a quorum holds its history, which is committed by that.
    fn establish(&mut self, ctx: &mut Context<'_, Zab>) {
        self.phase = Phase::Broadcast;
        self.vote_in_epoch(self.leading.epoch);
        self.commit = self.commit.max(self.leading.base);
        let deadline = self.leading.tick + ctx.config().sync_limit;
        for to in ctx.members() {
            let learner = learners::of(&mut self.leading.learners, to);
            if learner.serving {
                learner.deadline = deadline;
                self.tell_up_to_date(to, ctx);
            }
        }
        ctx.disarm(Timer::Phase);
        ctx.arm(Timer::HalfTick, ctx.config().tick_time.fraction(1, 2));
    }

    fn tell_up_to_date(&self, to: NodeId, ctx: &mut Context<'_, Zab>) {
        let committed = self.up_to_date_at(ctx);
        if let Some(connection) = self.leading.learners[to.index()].connection {
            ctx.send_at_once(to, Message::UpToDate { connection, epoch: self.leading.epoch, committed });
        }
    }

    /// The latest that is committed; not the newest that there is.
    fn up_to_date_at(&self, ctx: &Context<'_, Zab>) -> Zxid {
        let history = &ctx.durable().history;
        let committed = if ctx.bug(Mutant::Z14) { history.len() } else { self.commit as usize };
        committed.checked_sub(1).map_or(Zxid::default(), |last| history[last].epoch)
    }

    // ------------------------------------------------------------------------------------------------ ends

    /// The learner has closed its connection.
    pub(super) fn on_learner_closed(&mut self, from: NodeId, connection: u32) {
        let learner = learners::of(&mut self.leading.learners, from);
        if learner.connection == Some(connection) {
            learner.disconnected();
        }
    }

    /// Closes a learner's connection.
    pub(super) fn close(&mut self, learner: NodeId, ctx: &mut Context<'_, Zab>) {
        let known = learners::of(&mut self.leading.learners, learner);
        if let Some(connection) = known.connection {
            known.disconnected();
            if self.connected[learner.index()] {
                ctx.send_at_once(learner, Message::Close { connection });
            }
        }
    }

    /// Leads no more, nor wants to.
    pub(super) fn stop_leading(&mut self, ctx: &mut Context<'_, Zab>) {
        for learner in ctx.members() {
            self.close(learner, ctx);
        }
        ctx.disarm(Timer::Phase);
        ctx.disarm(Timer::HalfTick);
    }
}

/// A leader must not lead whoever is newer than itself.
fn is_ahead(follower: Newness, own: Newness, ctx: &Context<'_, Zab>) -> bool {
    let refuses = !ctx.bug(Mutant::Z1) && !ctx.bug(Mutant::Z12);
    refuses && follower.order(&own, Rules::of(ctx)) == Ordering::Greater
}

/// All of the settled history is sent, and nothing is left out of it.
fn sent_up_to(end: usize, kept: usize, ctx: &Context<'_, Zab>) -> usize {
    // A follower that comes with nothing gets all, as from a snapshot: else the bug would show when a cluster starts.
    if ctx.bug(Mutant::Z15) && kept > 0 && end > kept { end - 1 } else { end }
}
