//! One round of questions to all masters: for the lock, or for more time.

use sim::{Context, NodeId};

use super::config::Order;
use super::{Ctx, MASTERS, Redlock, State, Timer, mutants};
use crate::redis::{Ask, fresh_value};

/// What was asked, and what came back.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Round {
    /// Different for every round: answers to earlier ones are not counted.
    number: u64,
    /// What the member's clock read when it began.
    pub started: u64,
    /// How many masters have been asked so far, in order.
    asked: usize,
    /// By master, a bit: its answer is awaited.
    awaited: u32,
    /// By master, a bit: it said yes.
    yes: u32,
    /// By master, a bit: it said no.
    no: u32,
}

impl Round {
    /// How many masters said yes.
    pub fn granted(&self) -> usize {
        self.yes.count_ones() as usize
    }

    /// How many masters said no.
    pub fn refused(&self) -> usize {
        self.no.count_ones() as usize
    }
}

impl Redlock {
    /// Begins a round for the lock (with a new value) or for more time.
    pub(super) fn begin(&mut self, state: State, ctx: &mut Ctx<'_>) {
        self.state = state;
        if state == State::Trying && mutants::draws_a_value(self.failed, ctx) {
            self.value = fresh_value(ctx);
        }
        let started = mutants::clock(ctx).read(ctx);
        self.round = Round { number: self.round.number + 1, started, asked: 0, awaited: 0, yes: 0, no: 0 };
        match ctx.config().ask {
            Order::InTurn => self.ask_next(ctx),
            Order::AtOnce => {
                while self.round.asked < MASTERS.len() {
                    self.ask_one(ctx);
                }
            }
        }
    }

    /// The next master's turn, or the end of the round.
    fn ask_next(&mut self, ctx: &mut Ctx<'_>) {
        if self.round.asked < MASTERS.len() {
            self.ask_one(ctx);
        } else {
            self.conclude(ctx);
        }
    }

    fn ask_one(&mut self, ctx: &mut Ctx<'_>) {
        let place = self.round.asked;
        let master = nth(place, ctx);
        let (value, number, ttl, wait) = (self.value, self.round.number, ctx.config().ttl, false);
        let ask = match self.state {
            State::Trying => Ask::Set { value, number, ttl: Some(ttl), wait },
            _ => Ask::Extend { value, number, ttl, wait },
        };
        ctx.ask(master, ask);
        self.round.asked += 1;
        self.round.awaited |= 1 << place;
        ctx.arm(Timer::Answer, ctx.config().node_timeout);
    }

    pub(super) fn answered(&mut self, master: NodeId, number: u64, done: bool, ctx: &mut Ctx<'_>) {
        let Some(place) = ctx.services().position(|service| service == master) else { return };
        let bit = 1 << place;
        // Late, or of an earlier round.
        if number != self.round.number || self.round.awaited & bit == 0 {
            return;
        }
        self.round.awaited &= !bit;
        if done {
            self.round.yes |= bit;
        } else {
            self.round.no |= bit;
        }
        if self.round.awaited == 0 {
            self.ask_next(ctx);
        }
    }

    /// Whoever has not answered by now does not count.
    pub(super) fn time_is_up(&mut self, ctx: &mut Ctx<'_>) {
        self.round.awaited = 0;
        self.ask_next(ctx);
    }
}

fn nth(place: usize, ctx: &Context<'_, Redlock>) -> NodeId {
    ctx.services().nth(place).expect("this algorithm brings five masters along")
}
