//! Whether a leader still has a majority: etcd's check-quorum and hashicorp/raft's leader lease.

use sim::{Context, NodeId, Span};

use super::Raft;
use super::config::CheckQuorum;
use super::messages::Timer;
use super::mutants::Mutant;

/// hashicorp/raft's `minCheckInterval`: it never looks more often than this.
pub(super) const SHORTEST_CHECK: Span = Span::millis(10);

impl Raft {
    /// A member has answered in this term.
    #[inline(always)]
    pub(super) fn note_contact(&mut self, from: NodeId, ctx: &Context<'_, Raft>) {
        let peer = &mut self.peers[from.index()];
        peer.contact = ctx.now();
        if !peer.active && from != ctx.id() {
            peer.active = true;
            self.active += 1;
        }
    }

    pub(super) fn arm_first_quorum_check(&self, ctx: &mut Context<'_, Raft>) {
        match ctx.config().check_quorum {
            CheckQuorum::Off => {}
            CheckQuorum::On => ctx.arm(Timer::Quorum, ctx.config().election_low),
            CheckQuorum::Lease => ctx.arm(Timer::Quorum, ctx.config().lease_timeout),
        }
    }

    #[cold]
    pub(super) fn on_quorum_timer(&mut self, ctx: &mut Context<'_, Raft>) {
        if self.role != sim::Role::Leader || ctx.bug(Mutant::R14) {
            return;
        }
        let next = match ctx.config().check_quorum {
            CheckQuorum::Off => return,
            CheckQuorum::On => self.active_majority(ctx).then_some(ctx.config().election_low),
            CheckQuorum::Lease => self.lease_left(ctx),
        };
        match next {
            Some(after) => ctx.arm(Timer::Quorum, after),
            None => self.step_down(self.term, None, ctx),
        }
    }

    /// Has a majority, itself included, answered since the last time?
    fn active_majority(&mut self, ctx: &Context<'_, Raft>) -> bool {
        let majority = self.active + 1 >= Raft::quorum(ctx);
        if !ctx.bug(Mutant::R15) {
            self.active = 0;
            self.peers.iter_mut().for_each(|peer| peer.active = false);
        }
        majority
    }

    /// How long until the oldest of the recent answers is too old; `None` if a majority's are already. What counts is when an
    /// answer *arrived*, as in the original: a slow way back makes the leader optimistic.
    fn lease_left(&self, ctx: &Context<'_, Raft>) -> Option<Span> {
        let (now, lease) = (ctx.now(), ctx.config().lease_timeout);
        let mut recent = 0;
        let mut oldest = Span::ZERO;
        for (member, peer) in self.peers.iter().enumerate() {
            let age = if member == ctx.id().index() { Span::ZERO } else { now.since(peer.contact) };
            if age <= lease || ctx.bug(Mutant::R15) {
                recent += 1;
                oldest = oldest.max(age);
            }
        }
        (recent >= Raft::quorum(ctx)).then(|| (lease - oldest).max(SHORTEST_CHECK))
    }
}
