//! The election: the paper's procedures Check, Timeout, Election and Recovery, and what the others answer.

use sim::{Context, NodeId};

use super::messages::{Bearing, Group, Message, Promise, Timer};
use super::{Bully, Reply, Status, Task, mutants};

type Ctx<'a> = Context<'a, Bully>;

impl Bully {
    /// The paper's Timeout: the coordinator has not been heard of for too long, or someone else has reason to think so.
    pub(super) fn check(&mut self, ctx: &mut Ctx<'_>) {
        let Some(coordinator) = self.coordinator.filter(|_| self.follows() && self.task == Task::Nothing) else { return };
        self.task = Task::Checking;
        let asked = self.next_number(ctx);
        ctx.send(coordinator, Message::AreYouThere { asked, epoch: ctx.durable().epoch });
        ctx.arm(Timer::Answer, ctx.config().answer_timeout);
    }

    /// The paper's Election, first part. Whoever follows a lower number (an unfit member, that is) goes on following while it
    /// asks.
    pub(super) fn ask(&mut self, ctx: &mut Ctx<'_>) {
        if self.status != Status::Normal {
            self.status = Status::Election;
            self.task = Task::Nothing;
            self.coordinator = None;
            ctx.disarm(Timer::Silence);
        }
        if ctx.ineligible() {
            // Whoever leads will find it outside the group.
            return;
        }
        ctx.disarm(Timer::Coordinator);
        self.task = Task::Asking;
        self.deferred = false;
        self.forget_replies();
        let everybody = ctx.config().quorum_and_epoch;
        let question = Message::AreYouThere { asked: self.next_number(ctx), epoch: ctx.durable().epoch };
        let mut alone = true;
        for to in ctx.members() {
            if to > self.me || (everybody && to < self.me) {
                ctx.send(to, question.clone());
                alone = false;
            }
        }
        if alone {
            self.stand(ctx);
        } else {
            ctx.arm(Timer::Answer, ctx.config().answer_timeout);
        }
    }

    /// For a question or a group; never used before by this member, in this life or an earlier one.
    fn next_number(&mut self, ctx: &Ctx<'_>) -> u64 {
        self.asked = (self.asked + 1).max(ctx.now().0);
        self.asked
    }

    fn forget_replies(&mut self) {
        for peer in &mut self.peers {
            peer.reply = Reply::None;
        }
    }

    /// How many peers have come so far with us.
    pub(super) fn replies(&self, at_least: Reply) -> usize {
        self.peers.iter().filter(|peer| peer.reply >= at_least).count()
    }

    /// Waits for someone else to take over.
    pub(super) fn wait(&mut self, task: Task, ctx: &mut Ctx<'_>) {
        self.task = task;
        ctx.disarm(Timer::Answer);
        if mutants::waits_for_ever(ctx) {
            ctx.disarm(Timer::Coordinator);
        } else {
            ctx.arm(Timer::Coordinator, ctx.config().coordinator_timeout);
        }
    }

    pub(super) fn on_are_you_there(&mut self, from: NodeId, asked: u64, epoch: u64, ctx: &mut Ctx<'_>) {
        self.newest = self.newest.max(epoch);
        let free = !self.is_loyal_against(from, ctx);
        let bearing = Bearing { leads: self.leads(), fit: self.fit && !ctx.ineligible(), free };
        ctx.send(from, Message::Here { asked, epoch: ctx.durable().epoch, bearing });
        if mutants::joins_every_election(self, ctx) {
            self.ask(ctx);
        } else if self.leads() && from < self.me {
            self.admit(from, ctx);
        } else if from < self.me || !free {
            self.check(ctx);
        }
    }

    /// With quorums: does it hear a coordinator above this number?
    fn is_loyal_against(&self, number: NodeId, ctx: &Ctx<'_>) -> bool {
        let hears_it = self.status == Status::Normal && self.task != Task::Checking;
        ctx.config().quorum_and_epoch && hears_it && self.coordinator > Some(number)
    }

    pub(super) fn on_here(&mut self, from: NodeId, asked: u64, epoch: u64, bearing: Bearing, ctx: &mut Ctx<'_>) {
        self.newest = self.newest.max(epoch);
        if !mutants::belongs(asked, self.asked, ctx) {
            return;
        }
        if self.task == Task::Checking && Some(from) == self.coordinator {
            if bearing.leads || !ctx.config().quorum_and_epoch {
                self.is_content(ctx);
            }
        } else if self.task == Task::Asking {
            if bearing.free {
                self.peers[from.index()].reply = Reply::Here;
            }
            self.deferred |= bearing.fit && from > self.me;
        }
    }

    /// The coordinator is there.
    pub(super) fn is_content(&mut self, ctx: &mut Ctx<'_>) {
        if self.task == Task::Checking {
            self.task = Task::Nothing;
            ctx.disarm(Timer::Answer);
        }
        ctx.arm(Timer::Silence, ctx.config().ping_timeout);
    }

    /// An answer-timeout is over.
    pub(super) fn answers_are_in(&mut self, ctx: &mut Ctx<'_>) {
        match self.task {
            Task::Checking if mutants::trusts_an_old_ping(ctx) => self.is_content(ctx),
            Task::Checking => {
                self.status = Status::Election;
                self.ask(ctx);
            }
            Task::Asking => {
                self.in_view = self.replies(Reply::Here) + 1;
                self.fit = self.in_view >= mutants::quorum(self.in_view, ctx);
                if self.fit && !self.deferred {
                    self.stand(ctx);
                } else if self.status == Status::Normal {
                    self.keep_following(ctx);
                } else {
                    self.wait(Task::Awaiting, ctx);
                }
            }
            Task::Halting => self.form(ctx),
            Task::Forming => self.begin(ctx),
            Task::Nothing | Task::Awaiting | Task::Halted => {}
        }
    }

    /// The paper's Election, second part: nobody higher is there.
    pub(super) fn stand(&mut self, ctx: &mut Ctx<'_>) {
        for timer in [Timer::Silence, Timer::Ping, Timer::StepDown, Timer::Coordinator] {
            ctx.disarm(timer);
        }
        (self.status, self.task) = (Status::Election, Task::Halting);
        (self.coordinator, self.halter) = (None, None);
        self.sent = ctx.now();
        self.forget_replies();
        if ctx.config().quorum_and_epoch {
            let epoch = self.newest.max(ctx.durable().epoch) + 1;
            self.newest = epoch;
            self.group = Group { epoch, number: 0 };
            ctx.persist(Promise { epoch, to: self.me });
        } else {
            self.group = Group { epoch: 0, number: self.next_number(ctx) };
        }
        let halt = Message::Halt { group: self.group, candidate: self.me };
        for to in ctx.members() {
            if to < self.me || (ctx.config().quorum_and_epoch && to > self.me) {
                ctx.send(to, halt.clone());
            }
        }
        ctx.arm(Timer::Answer, mutants::time_to_halt(ctx));
    }

    /// Who is halted stops at once; so it is with authority. A higher number does not halt for a lower one, unless it cannot
    /// lead itself, and who has halted for a high one does not listen to a lower one until it is tired of waiting.
    pub(super) fn on_halt(&mut self, from: NodeId, group: Group, ctx: &mut Ctx<'_>) {
        if !self.may_follow(from, ctx) || self.is_loyal_against(from, ctx) {
            return;
        }
        if let Some((halter, halted_for)) = self.halter {
            let outdated = halter == from && group < halted_for;
            if outdated || (self.task == Task::Halted && halter > from) {
                return;
            }
        }
        let promised = match self.promise(from, group, ctx) {
            Ok(promised) => promised,
            Err(epoch) => return ctx.send(from, Message::Refused { epoch }),
        };
        if self.halter == Some((from, group)) && self.status == Status::Normal {
            return;
        }
        if self.halter == Some((from, group)) && self.status == Status::Reorganization {
            return ctx.send(from, Message::Accepted { group });
        }
        self.status = Status::Election;
        self.coordinator = None;
        self.halter = mutants::nominee(self.halter, (from, group), ctx);
        for timer in [Timer::Silence, Timer::Ping, Timer::StepDown] {
            ctx.disarm(timer);
        }
        self.wait(Task::Halted, ctx);
        ctx.send(from, Message::Halted { group, candidate: from, promised });
    }

    /// May this number coordinate us?
    pub(super) fn may_follow(&self, from: NodeId, ctx: &Ctx<'_>) -> bool {
        from > self.me || !self.fit || ctx.ineligible()
    }

    /// Is this epoch promised to this candidate, now if not before? An error is the newer epoch that is in the way.
    fn promise(&mut self, candidate: NodeId, group: Group, ctx: &mut Ctx<'_>) -> Result<bool, u64> {
        self.newest = self.newest.max(group.epoch);
        let promised = ctx.durable().epoch;
        if group.epoch < promised {
            return Err(promised);
        }
        if group.epoch > promised {
            ctx.persist(Promise { epoch: group.epoch, to: candidate });
        }
        Ok(group.epoch > 0 && ctx.durable().to == Some(candidate))
    }

    pub(super) fn on_halted(&mut self, from: NodeId, group: Group, candidate: NodeId, promised: bool, ctx: &mut Ctx<'_>) {
        if candidate != self.me || !mutants::belongs(group, self.group, ctx) {
            return;
        }
        if self.task == Task::Halting {
            let peer = &mut self.peers[from.index()];
            peer.reply = if promised { Reply::Promised } else { Reply::Halted };
            peer.answered = self.sent;
        } else if self.leads() {
            ctx.send(from, Message::NewCoordinator { group: self.group });
        }
    }

    /// Somebody is in a newer epoch than a Halt of ours.
    pub(super) fn on_refused(&mut self, epoch: u64, ctx: &mut Ctx<'_>) {
        self.newest = self.newest.max(epoch);
        if self.leads() && epoch > self.group.epoch {
            self.step_down(ctx);
        }
    }

    /// The election is won; with quorums, if a majority has promised. If not, someone higher may be about, or only a newer
    /// epoch.
    fn form(&mut self, ctx: &mut Ctx<'_>) {
        if self.replies(Reply::Promised) + 1 < mutants::quorum(self.in_view, ctx) {
            return self.ask(ctx);
        }
        self.status = Status::Reorganization;
        self.task = Task::Forming;
        self.coordinator = Some(self.me);
        self.sent = ctx.now();
        let mut alone = true;
        for to in ctx.members() {
            if self.peers[to.index()].reply >= Reply::Halted {
                ctx.send(to, Message::NewCoordinator { group: self.group });
                alone = false;
            }
        }
        if alone {
            self.begin(ctx);
        } else {
            ctx.arm(Timer::Answer, ctx.config().answer_timeout);
        }
    }

    pub(super) fn on_new_coordinator(&mut self, from: NodeId, group: Group, ctx: &mut Ctx<'_>) {
        let expected = !self.stands() && mutants::belongs(Some((from, group)), self.halter, ctx);
        if self.status == Status::Election && expected {
            self.status = Status::Reorganization;
            self.coordinator = Some(from);
            self.group = group;
            self.wait(Task::Halted, ctx);
        }
        if self.status == Status::Reorganization && expected {
            ctx.send(from, Message::Accepted { group });
        }
    }

    pub(super) fn on_accepted(&mut self, from: NodeId, group: Group, ctx: &mut Ctx<'_>) {
        if !mutants::belongs(group, self.group, ctx) {
            return;
        }
        if self.task == Task::Forming {
            let peer = &mut self.peers[from.index()];
            peer.reply = Reply::Accepted;
            peer.answered = self.sent;
            let all = self.peers.iter().all(|peer| matches!(peer.reply, Reply::None | Reply::Accepted));
            if all {
                self.begin(ctx);
            }
        } else if self.leads() {
            ctx.send(from, Message::Ready { group: self.group });
        }
    }
}
