//! The group: its coordinator leads and looks after it, the others follow.

use sim::{Context, LocalTime, NodeId};

use super::messages::{Group, Message, Timer};
use super::{Bully, Reply, Status, Task, mutants};

type Ctx<'a> = Context<'a, Bully>;

impl Bully {
    /// Everybody who could be reached has accepted.
    pub(super) fn begin(&mut self, ctx: &mut Ctx<'_>) {
        (self.status, self.task) = (Status::Normal, Task::Nothing);
        self.fresh = false;
        ctx.disarm(Timer::Answer);
        for to in ctx.members() {
            if self.peers[to.index()].reply == Reply::Accepted {
                ctx.send(to, Message::Ready { group: self.group });
            }
        }
        self.ping(ctx);
        if ctx.config().quorum_and_epoch {
            self.count_answers(ctx);
        }
    }

    /// The paper's Check.
    pub(super) fn ping(&mut self, ctx: &mut Ctx<'_>) {
        ctx.broadcast(&Message::AreYouNormal { group: self.group, sent: ctx.now() });
        ctx.arm(Timer::Ping, ctx.config().ping_interval);
    }

    pub(super) fn on_are_you_normal(&mut self, from: NodeId, group: Group, sent: LocalTime, ctx: &mut Ctx<'_>) {
        if self.follows() && mutants::belongs((Some(from), group), (self.coordinator, self.group), ctx) {
            self.is_content(ctx);
            ctx.send(from, Message::Normal { group, sent });
        } else if self.may_follow(from, ctx) {
            // Our own coordinator will halt a lower one, unless that one is newer.
            let outranked = self.follows() && self.coordinator > Some(from) && group.epoch <= self.group.epoch;
            if !outranked {
                ctx.send(from, Message::Disturbed { epoch: ctx.durable().epoch });
            }
        } else if mutants::comes_up_silent(self, ctx) {
            self.wait(Task::Awaiting, ctx);
        } else if mutants::follows_anyone(ctx) && !self.leads() {
            ctx.disarm(Timer::Answer);
            self.halter = Some((from, group));
            self.join(from, group, ctx);
        }
    }

    /// A member of the group is well.
    pub(super) fn on_normal(&mut self, from: NodeId, group: Group, sent: LocalTime, ctx: &Ctx<'_>) {
        if self.leads() && mutants::belongs(group, self.group, ctx) {
            let peer = &mut self.peers[from.index()];
            peer.answered = peer.answered.max(sent);
        }
    }

    /// Somebody is up and not in the group. If it is in a newer epoch, this group is of no use to it, and there may be a newer
    /// coordinator.
    pub(super) fn on_disturbed(&mut self, from: NodeId, epoch: u64, ctx: &mut Ctx<'_>) {
        self.newest = self.newest.max(epoch);
        if !self.leads() {
            return;
        }
        if epoch > self.group.epoch {
            self.step_down(ctx);
        } else {
            self.admit(from, ctx);
        }
    }

    /// Takes one more member into the group.
    pub(super) fn admit(&self, member: NodeId, ctx: &mut Ctx<'_>) {
        ctx.send(member, Message::Halt { group: self.group, candidate: self.me });
    }

    pub(super) fn on_ready(&mut self, from: NodeId, group: Group, ctx: &mut Ctx<'_>) {
        let expected = mutants::belongs((Some(from), group), (self.coordinator, self.group), ctx);
        if let Some(coordinator) = self.coordinator
            && self.status == Status::Reorganization
            && self.task == Task::Halted
            && expected
        {
            self.join(coordinator, self.group, ctx);
        }
    }

    fn join(&mut self, coordinator: NodeId, group: Group, ctx: &mut Ctx<'_>) {
        self.status = Status::Normal;
        self.coordinator = Some(coordinator);
        self.group = group;
        self.fresh = false;
        self.keep_following(ctx);
    }

    /// Who follows a lower number asks from time to time whether a majority would answer it now.
    pub(super) fn keep_following(&mut self, ctx: &mut Ctx<'_>) {
        self.task = Task::Nothing;
        if self.leads() {
            return;
        }
        ctx.arm(Timer::Silence, ctx.config().ping_timeout);
        if ctx.config().quorum_and_epoch && self.coordinator < Some(self.me) {
            ctx.arm(Timer::Coordinator, ctx.config().coordinator_timeout);
        } else {
            ctx.disarm(Timer::Coordinator);
        }
    }

    /// With quorums: goes on leading for as long as a majority has answered questions put within ping-timeout.
    pub(super) fn count_answers(&mut self, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        let until = self.answered_by_majority(now, ctx) + ctx.config().ping_timeout;
        if until > now {
            ctx.arm(Timer::StepDown, until.since(now));
        } else {
            self.step_down(ctx);
        }
    }

    /// The latest time since which a majority, itself included, has answered something.
    fn answered_by_majority(&mut self, now: LocalTime, ctx: &Ctx<'_>) -> LocalTime {
        self.times.clear();
        self.times.extend(self.peers.iter().enumerate().filter(|(i, _)| *i != self.me.index()).map(|(_, peer)| peer.answered));
        let others = mutants::quorum(self.in_view, ctx) - 1;
        if others == 0 {
            return now;
        }
        let place = self.times.len() - others;
        *self.times.select_nth_unstable(place).1
    }

    pub(super) fn step_down(&mut self, ctx: &mut Ctx<'_>) {
        self.status = Status::Election;
        for timer in [Timer::Ping, Timer::StepDown] {
            ctx.disarm(timer);
        }
        self.ask(ctx);
    }
}
