//! Fast Leader Election (`FastLeaderElection.java`): members tell each other for whom they vote until a quorum agrees.
//!
//! It promises no safety: two members may both decide that they lead. What makes a leader of the one that was elected comes
//! afterwards, in discovery and synchronisation.

use sim::{Context, NodeId, Span};

use super::messages::{Message, Notification, PeerState, Timer};
use super::mutants::Mutant;
use super::votes::{Ballot, Ballots, Rules, Vote};
use super::{Phase, Zab};

/// What a member knows of the election that it takes part in, or took part in last.
#[derive(Debug, Default)]
pub(super) struct Election {
    /// How many elections it knows of (`logicalclock`); volatile.
    pub round: u64,
    /// For whom it votes, or voted.
    pub proposal: Vote,
    /// The latest vote of each member in this round, its own included (`recvset`).
    received: Ballots,
    /// What those say who have left the election (`outofelection`).
    outside: Ballots,
    /// How long to wait for a word before the vote is sent again.
    interval: Span,
    /// A quorum agrees, and it waits for a better vote.
    finalizing: bool,
    /// What each member was told last; whoever comes back is told again (`QuorumCnxManager.lastMessageSent`).
    told: Vec<Option<Notification>>,
}

impl Election {
    /// Of a member that starts; keeps the room of the fallen one.
    pub fn anew(mut self, members: usize) -> Election {
        self.received.clear(members);
        self.outside.clear(members);
        self.told.clear();
        self.told.resize(members, None);
        Election { received: self.received, outside: self.outside, told: self.told, ..Election::default() }
    }
}

impl Zab {
    /// Leaves whatever it was doing, and looks for a leader in a new round.
    pub(super) fn look(&mut self, ctx: &mut Context<'_, Zab>) {
        self.leave(ctx);
        self.state = PeerState::Looking;
        self.phase = Phase::Election;
        self.election.round += 1;
        self.election.outside.clear(ctx.members().count());
        self.forget_votes(ctx);
        self.election.interval = ctx.config().min_notification_interval;
        let own = own_vote(ctx);
        self.vote_for(own, ctx);
        ctx.arm(Timer::Silence, self.election.interval);
        self.count_votes(ctx);
    }

    fn forget_votes(&mut self, ctx: &Context<'_, Zab>) {
        if !ctx.bug(Mutant::Z3) {
            self.election.received.clear(ctx.members().count());
        }
    }

    /// Votes for this one from now on, and tells everybody.
    fn vote_for(&mut self, vote: Vote, ctx: &mut Context<'_, Zab>) {
        self.election.proposal = vote;
        let own = self.own_ballot();
        self.election.received.put(ctx.id(), own);
        self.notify_all(ctx);
    }

    fn own_ballot(&self) -> Ballot {
        Ballot { vote: self.election.proposal, round: self.election.round, state: self.state }
    }

    fn notify_all(&mut self, ctx: &mut Context<'_, Zab>) {
        for to in ctx.members() {
            if to != ctx.id() {
                self.notify(to, ctx);
            }
        }
    }

    /// Tells one member how it votes. Asserts nothing that a disk must hold.
    fn notify(&mut self, to: NodeId, ctx: &mut Context<'_, Zab>) {
        let Election { proposal: vote, round, .. } = self.election;
        self.election.told[to.index()] = Some(Notification { vote, round, state: self.state });
        self.repeat(to, ctx);
    }

    /// Says again what it said last; for members that come back.
    pub(super) fn repeat(&mut self, to: NodeId, ctx: &mut Context<'_, Zab>) {
        if let Some(notification) = self.election.told[to.index()].filter(|_| self.connected[to.index()]) {
            ctx.send_at_once(to, Message::Notification(notification));
        }
    }

    pub(super) fn on_silence(&mut self, ctx: &mut Context<'_, Zab>) {
        self.notify_all(ctx);
        self.election.interval = self.election.interval.times(2).min(ctx.config().max_notification_interval);
        ctx.arm(Timer::Silence, self.election.interval);
    }

    pub(super) fn on_notification(&mut self, from: NodeId, said: Notification, ctx: &mut Context<'_, Zab>) {
        let lost = said.state == PeerState::Looking && (self.state != PeerState::Looking || said.round < self.election.round);
        if lost {
            // It is behind, or looks for what this member has found.
            self.notify(from, ctx);
        }
        if self.state != PeerState::Looking {
            return;
        }
        if self.election.finalizing {
            if !said.vote.is_better_than(&self.election.proposal, Rules::of(ctx)) {
                // As in ZooKeeper, it is not even remembered.
                ctx.arm(Timer::Finalize, ctx.config().finalize_wait);
                return;
            }
            self.election.finalizing = false;
            ctx.disarm(Timer::Finalize);
        }
        ctx.arm(Timer::Silence, self.election.interval);
        match said.state {
            PeerState::Looking => self.on_vote(from, said, ctx),
            PeerState::Following | PeerState::Leading => self.on_word_from_outside(from, said, ctx),
        }
    }

    /// The vote of another that looks for a leader.
    fn on_vote(&mut self, from: NodeId, said: Notification, ctx: &mut Context<'_, Zab>) {
        let rules = Rules::of(ctx);
        if said.round > self.election.round {
            self.election.round = said.round;
            self.forget_votes(ctx);
            // What it had come to believe belongs to the round before: compared is what it would begin with.
            let own = own_vote(ctx);
            let better = if said.vote.is_better_than(&own, rules) { said.vote } else { own };
            self.vote_for(better, ctx);
        } else if said.round < self.election.round && !rules.any_round {
            return;
        } else if said.vote.is_better_than(&self.election.proposal, rules) {
            self.vote_for(said.vote, ctx);
        }
        self.election.received.put(from, Ballot::of(&said));
        self.count_votes(ctx);
    }

    /// When a quorum agrees with it, it waits whether something better comes.
    fn count_votes(&mut self, ctx: &mut Context<'_, Zab>) {
        let agreeing = self.election.received.agreeing(&self.own_ballot(), Rules::of(ctx));
        if agreeing < ctx.majority() || self.election.proposal.leader.is_none() {
            return;
        }
        let wait = finalize_wait(ctx);
        if wait == Span::ZERO {
            return self.on_finalized(ctx);
        }
        self.election.finalizing = true;
        ctx.disarm(Timer::Silence);
        ctx.arm(Timer::Finalize, wait);
    }

    pub(super) fn on_finalized(&mut self, ctx: &mut Context<'_, Zab>) {
        self.decide(self.election.proposal, ctx);
    }

    /// One who has left the election says for whom. It is joined if a quorum says the same, and it says so itself.
    fn on_word_from_outside(&mut self, from: NodeId, said: Notification, ctx: &mut Context<'_, Zab>) {
        let Some(leader) = said.vote.leader else { return };
        let (ballot, rules, quorum) = (Ballot::of(&said), Rules::of(ctx), ctx.majority());
        if said.round == self.election.round {
            self.election.received.put(from, ballot);
            let received = &self.election.received;
            if received.agreeing(&ballot, rules) >= quorum && self.is_led(received, leader, said.round, ctx) {
                return self.decide(said.vote, ctx);
            }
        }
        self.election.outside.put(from, ballot);
        let outside = &self.election.outside;
        if outside.agreeing(&ballot, rules) >= quorum && self.is_led(outside, leader, said.round, ctx) {
            self.election.round = said.round;
            self.decide(said.vote, ctx);
        }
    }

    /// `checkLeader`. A member that others take for the leader believes them only about its present round.
    fn is_led(&self, votes: &Ballots, leader: NodeId, round: u64, ctx: &Context<'_, Zab>) -> bool {
        if leader == ctx.id() {
            return round == self.election.round;
        }
        votes.says_that_it_leads(leader) || ctx.bug(Mutant::Z5)
    }

    /// The election is over for this member.
    fn decide(&mut self, vote: Vote, ctx: &mut Context<'_, Zab>) {
        self.election.proposal = vote;
        self.election.finalizing = false;
        ctx.disarm(Timer::Silence);
        ctx.disarm(Timer::Finalize);
        match vote.leader {
            Some(leader) if leader == ctx.id() => self.lead(ctx),
            Some(leader) => self.follow(leader, ctx),
            None => unreachable!("nobody is elected by a vote for nobody"),
        }
    }

    /// From now on its vote, which those are told who look for a leader, names the epoch that came of it (ZOOKEEPER-1732).
    pub(super) fn vote_in_epoch(&mut self, epoch: u64) {
        self.election.proposal.epoch = epoch;
    }
}

/// What a member begins an election with: itself, unless it is never to lead.
fn own_vote(ctx: &Context<'_, Zab>) -> Vote {
    if ctx.ineligible() {
        return Vote::default();
    }
    let newness = ctx.durable().newness();
    Vote { leader: Some(ctx.id()), epoch: newness.epoch, zxid: newness.last }
}

fn finalize_wait(ctx: &Context<'_, Zab>) -> Span {
    if ctx.bug(Mutant::Q4) { Span::ZERO } else { ctx.config().finalize_wait }
}
