//! The bugs that can be switched on, numbered as in the catalogue of bugs, and the rules that they break: each rule is one
//! function, and nothing else asks for a bug.

use sim::{Context, MutantInfo, Promise, Span};

use super::RedisSetnx;
use crate::redis::{Ask, Clock};

/// The real implementation with one rule changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    L2,
    L7,
    L25,
    L26,
}

const fn bug(mutant: Mutant, id: &'static str, caught_by: Promise, breaks: &'static str) -> MutantInfo<Mutant> {
    MutantInfo { mutant, id, breaks, caught_by: Some(caught_by) }
}

/// Where they show: L2 with `deadline-from = "send"` and monotonic clocks, when a holder's wall clock is set back; L7 when a holder
/// stood still for longer than its lock lasts, and then gives back; L25 with `wait-for-replica`, when the replica takes over just
/// after the lock was granted; L26 when a member crashes between its two commands.
pub(super) const MUTANTS: &[MutantInfo<Mutant>] = &[
    bug(Mutant::L2, "L2", Promise::LeaseExclusive, "a holder measures its lock by a clock that does not jump"),
    bug(Mutant::L7, "L7", Promise::ReleaseOwnOnly, "a lock is given back only by whoever holds it: compare, then delete"),
    bug(Mutant::L25, "L25", Promise::ServiceSideExclusive, "a lock counts only when the replica knows of it"),
    bug(Mutant::L26, "L26", Promise::EventualLeader, "a lock gets its time to live in the command that takes it"),
];

/// L2. By which clock a holder measures how long its lock is valid.
pub(super) fn clock(ctx: &Context<'_, RedisSetnx>) -> Clock {
    if ctx.bug(Mutant::L2) { Clock::Wall } else { ctx.config().client_clock }
}

/// L7. How a lock is given back.
pub(super) fn release(value: u64, ctx: &Context<'_, RedisSetnx>) -> Ask {
    if ctx.bug(Mutant::L7) { Ask::Delete { value } } else { Ask::CompareAndDelete { value } }
}

/// L25. Whether an answer is to wait for the replica.
pub(super) fn waits_for_replica(ctx: &Context<'_, RedisSetnx>) -> bool {
    ctx.config().wait_for_replica && !ctx.bug(Mutant::L25)
}

/// L26. The time to live that goes with the command; without one, it follows in a second command.
pub(super) fn ttl_of_set(ctx: &Context<'_, RedisSetnx>) -> Option<Span> {
    if ctx.bug(Mutant::L26) { None } else { Some(ctx.config().ttl) }
}
