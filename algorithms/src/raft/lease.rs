//! Reads by lease (dissertation, section 6.4.1; etcd's `ReadOnlyLeaseBased`), with `reads = "lease"`: while a majority has pledged
//! itself to elect nobody else, a leader answers reads from what it calls committed, and asks nobody.
//!
//! The leader asks for pledges with every heartbeat. A voter pledges itself for its shortest election timeout from when it is asked, and
//! says for how long; the leader counts from when it *sent* the question, and takes a margin off, because clocks run apart. What
//! has been pledged for at least so long by a majority is its lease. etcd has no such count: there a leader answers for as long as its
//! check of the majority lets it lead, which may be longer than the others wait ([`Mutant::R18c`]); hashicorp/raft's
//! `LeaderLeaseTimeout` counts from when answers *arrive* ([`Mutant::R18a`]), and is for stepping down, not for reads.
//!
//! Leader stickiness alone is no pledge: it ends when a member starts anew, or hears of a later term. So a pledge is kept apart from it,
//! and a member that starts with a term refuses everybody for one shortest election timeout, as if it had just pledged itself. A vote
//! that the leader itself has asked for (a transfer) breaks the pledge: so whoever begins to hand over has no lease any more in its
//! term.
//!
//! The question travels beside the heartbeat and not in it, so that runs without leases are what they were.

use sim::{Context, LocalTime, NodeId, Role, Span};

use super::Raft;
use super::config::Reads;
use super::messages::{Message, Timer};
use super::mutants::Mutant;

/// What a member knows of leases.
#[derive(Debug)]
pub(super) struct Lease {
    /// Until then this member helps to elect nobody …
    pledged: LocalTime,
    /// … but this leader; `None`: nobody at all, because it knows no more whom it had pledged itself to.
    to: Option<NodeId>,
    /// While it leads: by member, until when that one is known to have pledged itself.
    granted: Vec<LocalTime>,
    /// It began to hand over, in this term.
    given_up: bool,
}

impl Lease {
    /// Of a member that starts; `None`: reads go through the log.
    pub fn at_start(ctx: &Context<'_, Raft>) -> Option<Box<Lease>> {
        let silence = ctx.config().election_low;
        // Whoever has never been in any term has never heard a leader.
        let pledged = if ctx.durable().term > 0 && keeps_quiet_at_first(ctx) { ctx.now() + silence } else { ctx.now() };
        let lease = Lease { pledged, to: None, granted: Vec::new(), given_up: false };
        (ctx.config().reads == Reads::Lease).then(|| Box::new(lease))
    }

    pub fn pledged_to(&self, leader: NodeId) -> Option<LocalTime> {
        self.to.is_none_or(|to| to == leader).then_some(self.pledged)
    }
}

impl Raft {
    /// A term begins in which this member leads.
    pub(super) fn begin_lease(&mut self, ctx: &mut Context<'_, Raft>) {
        if let Some(lease) = &mut self.lease {
            let none_yet = ctx.now();
            lease.granted.clear();
            lease.granted.extend(ctx.members().map(|_| none_yet));
            lease.given_up = false;
            ctx.arm(Timer::Lease, ctx.config().heartbeat);
        }
    }

    /// Somebody will be told to campaign now, and nobody will keep a pledge then. That message may be long on its way.
    pub(super) fn give_up_lease(&mut self) {
        if let Some(lease) = &mut self.lease {
            lease.given_up = true;
        }
    }

    /// The question asserts nothing but the term, which was durable before anyone voted: as a heartbeat, it need not wait for the disk.
    #[cold]
    pub(super) fn on_lease_timer(&mut self, ctx: &mut Context<'_, Raft>) {
        if self.role != Role::Leader || self.lease.is_none() {
            return;
        }
        let (term, sent) = (self.term, ctx.now());
        for to in ctx.members() {
            if to != ctx.id() {
                ctx.send_at_once(to, Message::AskPledge { term, sent });
            }
        }
        ctx.arm(Timer::Lease, ctx.config().heartbeat);
    }

    /// The leader that it follows asks. (Who asks in another term learns of that by its heartbeats.)
    #[cold]
    pub(super) fn on_ask_pledge(&mut self, from: NodeId, term: u64, sent: LocalTime, ctx: &mut Context<'_, Raft>) {
        let follows = term == self.term && self.role == Role::Follower && self.leader == Some(from);
        let Some(lease) = self.lease.as_mut().filter(|_| follows) else { return };
        let lasting = ctx.config().election_low;
        (lease.pledged, lease.to) = (ctx.now() + lasting, Some(from));
        // It will not stand itself, either.
        self.restart_election_timer(ctx);
        ctx.send(from, Message::Pledge { term, sent, lasting });
    }

    /// A member has pledged itself for so long from some time after the question had been sent.
    #[cold]
    pub(super) fn on_pledge(&mut self, from: NodeId, term: u64, (sent, lasting): (LocalTime, Span), ctx: &mut Context<'_, Raft>) {
        // Its own timeout is what the margin was made for.
        let lasting = lasting.min(ctx.config().election_low);
        let until = counts_from(sent, ctx) + (lasting - margin(ctx));
        let leads = self.role == Role::Leader && term == self.term;
        if let Some(lease) = self.lease.as_mut().filter(|_| leads) {
            let granted = &mut lease.granted[from.index()];
            *granted = until.max(*granted);
        }
    }

    /// Until when its lease lasts, if it has one now.
    pub(super) fn lease_until(&mut self, ctx: &Context<'_, Raft>) -> Option<LocalTime> {
        let now = ctx.now();
        let lease = self.lease.as_ref().filter(|lease| self.role == Role::Leader && !lease.given_up)?;
        if !knows_what_is_committed(self.commit, self.term, ctx) {
            return None;
        }
        if ctx.bug(Mutant::R18c) {
            return Some(now);
        }
        let own = now + (ctx.config().election_low - margin(ctx));
        self.room.scratch.clear();
        self.room.scratch.extend(lease.granted.iter().map(|granted| granted.0));
        self.room.scratch[ctx.id().index()] = own.0;
        let (_, until, _) = self.room.scratch.select_nth_unstable_by(Raft::quorum(ctx) - 1, |a, b| b.cmp(a));
        Some(LocalTime(*until)).filter(|until| *until > now)
    }

    /// Must it refuse to help this candidate, whatever it knows of terms and leaders?
    pub(super) fn is_pledged_to_another(&self, candidate: NodeId, ctx: &Context<'_, Raft>) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.to != Some(candidate) && ctx.now() < lease.pledged)
    }
}

/// R18a. From when the leader counts what was pledged in answer to a question of this time.
fn counts_from(sent: LocalTime, ctx: &Context<'_, Raft>) -> LocalTime {
    if ctx.bug(Mutant::R18a) { ctx.now() } else { sent }
}

/// R18b. By how much the leader's lease is shorter than what was pledged.
fn margin(ctx: &Context<'_, Raft>) -> Span {
    if ctx.bug(Mutant::R18b) { Span::ZERO } else { ctx.config().clock_margin }
}

/// R18d. Does a member that has just started keep the pledge that it may have given before?
fn keeps_quiet_at_first(ctx: &Context<'_, Raft>) -> bool {
    !ctx.bug(Mutant::R18d)
}

/// R23. All that others have acknowledged is known to be committed once an entry of the own term is (section 6.4, step 1).
fn knows_what_is_committed(commit: u64, term: u64, ctx: &Context<'_, Raft>) -> bool {
    ctx.durable().term_at(commit) == Some(term) || ctx.bug(Mutant::R23)
}
