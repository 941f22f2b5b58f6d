//! The bugs that can be switched on, numbered as in the catalogue of bugs, and the rules that they break: each rule is one
//! function, and nothing else asks for a bug.

use sim::{Context, LocalTime, MutantInfo, Promise, Span};

use super::EtcdSession;
use super::config::{DeadlineFrom, Stops};
use crate::lock_service;

/// The real implementation with one rule changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    L1,
    L9,
    L18,
    L19,
    L20,
}

const fn bug(mutant: Mutant, id: &'static str, caught_by: Promise, breaks: &'static str) -> MutantInfo<Mutant> {
    MutantInfo { mutant, id, breaks, caught_by: Some(caught_by) }
}

/// Where they show: L1 with `deadline-from = "send"`, whenever an answer takes time; L9 when a member that waits is cut off for
/// longer than its TTL. Those of the service: L18 when all sessions are over, so that no key is left; L19 and L20 when the service
/// changes its leader.
pub(super) const MUTANTS: &[MutantInfo<Mutant>] = &[
    bug(Mutant::L1, "L1", Promise::LeaseContainment, "a session's time counts from when it was asked for"),
    bug(Mutant::L9, "L9", Promise::LeaseExclusive, "who was granted the lock after a wait leads only if its own session lives"),
    bug(Mutant::L18, "L18", Promise::FencingMonotonic, "tokens are counted on when the lock's last key is gone"),
    bug(Mutant::L19, "L19", Promise::ServiceSideExclusive, "only whoever leads the service ends sessions, and no former leader"),
    bug(Mutant::L20, "L20", Promise::LeaseExclusive, "a new leader of the service gives every session its full time again"),
];

/// Those that are bugs of the service.
pub(super) fn of_service(mutant: Mutant) -> Option<lock_service::Mutant> {
    match mutant {
        Mutant::L18 => Some(lock_service::Mutant::L18),
        Mutant::L19 => Some(lock_service::Mutant::L19),
        Mutant::L20 => Some(lock_service::Mutant::L20),
        Mutant::L1 | Mutant::L9 => None,
    }
}

/// L1. When a session's time is over that was asked for at `sent` and is answered now.
pub(super) fn deadline(sent: LocalTime, ttl: Span, ctx: &Context<'_, EtcdSession>) -> LocalTime {
    let config = ctx.config();
    let from = if config.deadline_from == DeadlineFrom::Receipt || ctx.bug(Mutant::L1) { ctx.now() } else { sent };
    from + (ttl - config.clock_margin)
}

/// L9. Does it matter to a member that does not lead that its session is over?
pub(super) fn minds_its_session(ctx: &Context<'_, EtcdSession>) -> bool {
    ctx.config().stops != Stops::Never && !ctx.bug(Mutant::L9)
}

/// L9. Until when a grant is good that has just been given.
pub(super) fn good_until(deadline: LocalTime, ctx: &Context<'_, EtcdSession>) -> LocalTime {
    if deadline <= ctx.now() && ctx.bug(Mutant::L9) { ctx.now() + ctx.config().ttl } else { deadline }
}
