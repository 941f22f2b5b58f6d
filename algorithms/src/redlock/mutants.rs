//! The bugs that can be switched on, numbered as in the catalogue of bugs, and the rules that they break: each rule is one
//! function, and nothing else asks for a bug.

use sim::{Context, MutantInfo, Promise};

use super::{MASTERS, Redlock};
use crate::redis::{Ask, Clock, validity};

/// The real implementation with one rule changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    L2,
    L22a,
    L22b,
    L23,
    L24,
    Q11,
}

const fn bug(mutant: Mutant, id: &'static str, caught_by: Promise, breaks: &'static str) -> MutantInfo<Mutant> {
    MutantInfo { mutant, id, breaks, caught_by: Some(caught_by) }
}

/// Where they show: L2 with monotonic clocks, when a holder's wall clock is set back; L22a when several members try at a time;
/// L22b when a holder's masters answer slowly, so slowly that a round takes longer than the margin for clocks; L23 when nobody
/// gets a majority; L24 with `persistence = "always"`, when masters crash and restart while a lock is held.
pub(super) const MUTANTS: &[MutantInfo<Mutant>] = &[
    bug(Mutant::L2, "L2", Promise::LeaseExclusive, "a holder measures its lock by a clock that does not jump"),
    bug(Mutant::L22a, "L22a", Promise::LeaseExclusive, "a lock needs more than half of the masters"),
    bug(Mutant::L22b, "L22b", Promise::LeaseExclusive, "the time that it took to get the lock is taken off its validity"),
    bug(Mutant::L23, "L23", Promise::EventualLeader, "whoever does not get a majority gives back what it got"),
    bug(Mutant::L24, "L24", Promise::LeaseExclusive, "a master that restarts still knows its keys, or waits until they expired"),
    // As redlock-rb does it: a late command of an earlier try cannot overtake one of a later try on the same connection.
    MutantInfo { mutant: Mutant::Q11, id: "Q11", caught_by: None, breaks: "every try of a call has a value of its own" },
];

/// L2. By which clock a holder measures how long its lock is valid.
pub(super) fn clock(ctx: &Context<'_, Redlock>) -> Clock {
    if ctx.bug(Mutant::L2) { Clock::Wall } else { ctx.config().client_clock }
}

/// L22a. How many masters a lock needs.
pub(super) fn quorum(ctx: &Context<'_, Redlock>) -> usize {
    if ctx.bug(Mutant::L22a) { MASTERS.len() / 2 } else { MASTERS.len() / 2 + 1 }
}

/// L22b. What the member's clock reads when a lock that it began to ask for at this reading is no longer valid.
pub(super) fn valid_until(started: u64, ctx: &Context<'_, Redlock>) -> u64 {
    let from = if ctx.bug(Mutant::L22b) { clock(ctx).read(ctx) } else { started };
    from.saturating_add(validity(ctx.config().ttl).0)
}

/// L23. Whether whoever has failed gives back what it may have got.
pub(super) fn gives_back_what_it_got(ctx: &Context<'_, Redlock>) -> bool {
    !ctx.bug(Mutant::L23)
}

/// L24. The masters keep to their settings; with the bug, somebody has turned their append-only files off.
pub(super) fn configure_masters(ctx: &mut Context<'_, Redlock>) {
    if ctx.bug(Mutant::L24) {
        for master in ctx.services() {
            ctx.ask(master, Ask::ConfigSet { append_only: false });
        }
    }
}

/// Q11. Whether a try draws a new value, or keeps that of the try before it.
pub(super) fn draws_a_value(failed: u64, ctx: &Context<'_, Redlock>) -> bool {
    failed == 0 || !ctx.bug(Mutant::Q11)
}
