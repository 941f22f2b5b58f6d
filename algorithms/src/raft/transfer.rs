//! Handing leadership over, without waiting for a timeout (dissertation, section 3.10).

use sim::{Context, NodeId, Role};

use super::Raft;
use super::messages::{Message, Timer};

impl Raft {
    /// The operator's wish. A follower passes it on; a leader first brings the target's log up to date.
    #[cold]
    pub(super) fn on_transfer_leader(&mut self, to: NodeId, ctx: &mut Context<'_, Raft>) {
        let me = ctx.id();
        if self.role != Role::Leader {
            if let Some(leader) = self.leader.filter(|&leader| leader != me) {
                ctx.send(leader, Message::TransferLeader { to });
            }
            return;
        }
        if to.index() >= self.peers.len() || self.transferee == Some(to) {
            return;
        }
        self.transferee = None;
        ctx.disarm(Timer::Transfer);
        if to != me {
            self.transferee = Some(to);
            self.give_up_lease();
            // After one election timeout the target has failed, and the leader goes on.
            ctx.arm(Timer::Transfer, ctx.config().election_low);
            if !self.hand_over_if_ready(ctx) {
                self.catch_up(to, ctx);
            }
        }
    }

    /// Once the target has the whole log, it may campaign.
    pub(super) fn hand_over_if_ready(&mut self, ctx: &mut Context<'_, Raft>) -> bool {
        let last = ctx.durable().last_index();
        let Some(to) = self.transferee.filter(|to| self.peers[to.index()].matched == last) else {
            return false;
        };
        ctx.send(to, Message::TimeoutNow { term: self.term });
        true
    }

    /// The leader wants this member to take over: a real election at once, in which nobody protects the old leader.
    #[cold]
    pub(super) fn on_timeout_now(&mut self, from: NodeId, term: u64, ctx: &mut Context<'_, Raft>) {
        if term > self.term {
            self.step_down(term, Some(from), ctx);
        }
        if term == self.term && self.role == Role::Follower && !ctx.ineligible() {
            self.ask_for_votes(true, ctx);
        }
    }
}
