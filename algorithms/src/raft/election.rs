//! Elections: who campaigns, who gets a vote, and who has won (dissertation, sections 3.4, 3.6.1, 4.2.3, 9.6).

use sim::{Context, NodeId, Role};

use super::config::Stickiness;
use super::messages::{Message, Timer};
use super::mutants::Mutant;
use super::tally::{Outcome, Tally};
use super::{Raft, Stable};

/// (last term, last index): ordered as logs are.
pub(super) type LogEnd = (u64, u64);

impl Raft {
    /// Nothing was heard of a leader, or nothing came of a candidacy.
    #[cold]
    pub(super) fn on_election_timer(&mut self, ctx: &mut Context<'_, Raft>) {
        if self.role == Role::Leader {
            return;
        }
        if !ctx.bug(Mutant::R29) {
            self.leader = None;
        }
        if ctx.ineligible() {
            self.restart_election_timer(ctx);
        } else if ctx.config().pre_vote {
            self.ask_for_pre_votes(ctx);
        } else {
            self.ask_for_votes(false, ctx);
        }
    }

    /// Becomes pre-candidate: would a majority vote for it? The term stays, and so does the timeout (etcd).
    fn ask_for_pre_votes(&mut self, ctx: &mut Context<'_, Raft>) {
        if ctx.bug(Mutant::R27) {
            self.enter(self.term + 1, None, ctx);
        }
        self.role = Role::PreCandidate;
        self.tally = Tally::default();
        self.restart_election_timer(ctx);
        let term = self.term + 1;
        let (last_term, last_index) = log_end(ctx.durable());
        ctx.broadcast(&Message::RequestPreVote { term, last_index, last_term });
        ctx.send(ctx.id(), Message::PreVote { term, granted: true });
    }

    /// Becomes candidate in the next term. Its own vote counts when it is durable: it comes as a message to itself.
    pub(super) fn ask_for_votes(&mut self, transfer: bool, ctx: &mut Context<'_, Raft>) {
        let me = ctx.id();
        self.enter(self.term + 1, Some(me), ctx);
        self.role = Role::Candidate;
        if !ctx.bug(Mutant::R25) {
            self.leader = None;
        }
        self.tally = Tally::default();
        self.draw_timeout(ctx);
        self.restart_election_timer(ctx);
        let term = self.term;
        let (last_term, last_index) = log_end(ctx.durable());
        ctx.broadcast(&Message::RequestVote { term, last_index, last_term, transfer });
        ctx.send(me, Message::Vote { term, candidate: me, granted: true });
    }

    #[cold]
    pub(super) fn on_request_vote(&mut self, from: NodeId, term: u64, end: LogEnd, transfer: bool, ctx: &mut Context<'_, Raft>) {
        if ctx.bug(Mutant::R16) && self.role != Role::Leader {
            self.restart_election_timer(ctx);
        }
        let pledged = term == self.term && self.is_pledged_to_another(from, ctx);
        if (term > self.term || pledged) && !transfer {
            match self.protects_leader_from(from, ctx) {
                Stickiness::Off => {}
                Stickiness::Ignore => return,
                Stickiness::Reject => return self.answer_vote(from, self.term, false, ctx),
            }
        }
        let granted = self.is_free_for(from, term, ctx) && is_up_to_date(end, ctx);
        if term > self.term {
            self.enter(term, granted.then_some(from), ctx);
            self.become_follower(None, ctx);
        } else if granted && self.vote(ctx) != Some(from) {
            self.remember(Some(from), ctx);
        }
        if granted {
            self.restart_election_timer(ctx);
        }
        self.answer_vote(from, self.term, granted, ctx);
        if granted && ctx.bug(Mutant::Q9) {
            self.answer_vote(from, self.term, granted, ctx);
        }
    }

    /// After the disk: a vote that a crash could undo might be given twice.
    fn answer_vote(&self, candidate: NodeId, term: u64, granted: bool, ctx: &mut Context<'_, Raft>) {
        let answer = Message::Vote { term, candidate, granted };
        if ctx.bug(Mutant::R1) { ctx.send_at_once(candidate, answer) } else { ctx.send(candidate, answer) }
    }

    /// A pre-vote is an opinion: giving one changes nothing here.
    #[cold]
    pub(super) fn on_request_pre_vote(&mut self, from: NodeId, term: u64, end: LogEnd, ctx: &mut Context<'_, Raft>) {
        let pledged = term == self.term && self.is_pledged_to_another(from, ctx);
        if (term > self.term || pledged) && !ctx.bug(Mutant::R12) {
            match self.protects_leader_from(from, ctx) {
                Stickiness::Off => {}
                Stickiness::Ignore => return,
                Stickiness::Reject => return ctx.send(from, Message::PreVote { term: self.term, granted: false }),
            }
        }
        // A lower term must be answered, or a member with a short log and a high term keeps all others from campaigning
        // (etcd #8501).
        if term < self.term && ctx.bug(Mutant::R13) {
            return;
        }
        let granted = self.is_free_for(from, term, ctx) && is_up_to_date(end, ctx);
        ctx.send(from, Message::PreVote { term: if granted { term } else { self.term }, granted });
    }

    #[cold]
    pub(super) fn on_vote(&mut self, from: NodeId, term: u64, granted: bool, ctx: &mut Context<'_, Raft>) {
        if term > self.term {
            return self.on_higher_term_in_reply(term, ctx);
        }
        let late = term < self.term && !(granted && ctx.bug(Mutant::R7));
        if late || self.role != Role::Candidate {
            return;
        }
        match self.count(from, granted, ctx) {
            Outcome::Open => {}
            Outcome::Won => self.become_leader(ctx),
            Outcome::Lost => self.step_down(self.term, None, ctx),
        }
    }

    #[cold]
    pub(super) fn on_pre_vote(&mut self, from: NodeId, term: u64, granted: bool, ctx: &mut Context<'_, Raft>) {
        if !granted && term > self.term {
            return self.on_higher_term_in_reply(term, ctx);
        }
        let asked = if granted { self.term + 1 } else { self.term };
        if term != asked || self.role != Role::PreCandidate {
            return;
        }
        match self.count(from, granted, ctx) {
            Outcome::Open => {}
            Outcome::Won => self.ask_for_votes(false, ctx),
            Outcome::Lost => self.step_down(self.term, None, ctx),
        }
    }

    fn count(&mut self, from: NodeId, granted: bool, ctx: &Context<'_, Raft>) -> Outcome {
        self.tally.count(from, granted, ctx.bug(Mutant::R6));
        self.tally.outcome(ctx.members().count(), Raft::quorum(ctx))
    }

    /// Somebody who answers is in a later term.
    #[cold]
    pub(super) fn on_higher_term_in_reply(&mut self, term: u64, ctx: &mut Context<'_, Raft>) {
        if !ctx.bug(Mutant::R8) {
            self.step_down(term, None, ctx);
        }
    }

    /// A vote is given once a term: to whom it was given before, or to anyone while there is neither a vote nor a leader. In
    /// a later term than this member's, it is free.
    fn is_free_for(&self, candidate: NodeId, term: u64, ctx: &Context<'_, Raft>) -> bool {
        match self.vote(ctx) {
            _ if term > self.term => true,
            _ if term < self.term => false,
            Some(vote) => vote == candidate,
            None => self.leader.is_none(),
        }
    }

    /// What it does with a request of a later term that is not the leader's own doing.
    fn protects_leader_from(&self, candidate: NodeId, ctx: &Context<'_, Raft>) -> Stickiness {
        let recent = self.role == Role::Leader || ctx.now().since(self.heard) < ctx.config().election_low;
        let hears_leader = self.leader.is_some() && (recent || ctx.bug(Mutant::R29));
        match ctx.config().stickiness {
            _ if hears_leader && ctx.bug(Mutant::Q6) => Stickiness::Reject,
            stickiness if self.is_pledged_to_another(candidate, ctx) => stickiness,
            Stickiness::Ignore if hears_leader => Stickiness::Ignore,
            Stickiness::Reject if self.leader.is_some_and(|leader| leader != candidate) => Stickiness::Reject,
            _ => Stickiness::Off,
        }
    }

    /// Leads from here on: it knows nothing of the others' logs, and starts its term with a no-op (section 6.4).
    fn become_leader(&mut self, ctx: &mut Context<'_, Raft>) {
        self.role = Role::Leader;
        self.leader = Some(ctx.id());
        self.draw_timeout(ctx);
        ctx.disarm(Timer::Election);
        self.forget_progress(ctx);
        self.append(None, ctx);
        self.arm_heartbeat(ctx);
        self.arm_first_quorum_check(ctx);
        self.begin_lease(ctx);
    }
}

fn log_end(durable: &Stable) -> LogEnd {
    (durable.last_term(), durable.last_index())
}

/// The rule that keeps committed entries: the term of the last entry decides, then the length (section 3.6.1).
fn is_up_to_date(end: LogEnd, ctx: &Context<'_, Raft>) -> bool {
    ctx.bug(Mutant::R3) || end >= log_end(ctx.durable())
}
