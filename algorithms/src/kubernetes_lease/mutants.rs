//! The bugs that can be switched on, numbered as in the catalogue of bugs, and the rules that they break: each rule is one
//! function, and nothing else asks for a bug.

use sim::{Context, MutantInfo, Promise, Span};

use super::config::{ExpiresBy, OnStopped, ReleaseCheck};
use super::{KubernetesLease, LEASE_SECOND};
use crate::lock_service::{Expected, Record};

/// The real implementation with one rule changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    L2,
    L3,
    L4,
    L5,
    L6,
    L7,
    L8,
    L11,
    L21,
}

const fn bug(mutant: Mutant, id: &'static str, caught_by: Promise, breaks: &'static str) -> MutantInfo<Mutant> {
    MutantInfo { mutant, id, breaks, caught_by: Some(caught_by) }
}

/// Where they show: L2 when a challenger's wall clock jumps forward while the leader cannot renew; L3, L8 and L11 when the leader is cut off from the
/// service; L4 where wall clocks are off; L5 when the leader crashes; L6 when two challengers come at once after a crash; L7
/// with `release-on-cancel` and `release-check = "fetched"`, when a leader was paused for longer than a lease; L21 where now and then an answer
/// takes longer than `request-timeout`, and nothing is wrong.
pub(super) const MUTANTS: &[MutantInfo<Mutant>] = &[
    bug(Mutant::L2, "L2", Promise::LeaseExclusive, "a lease is over by a monotonic clock"),
    bug(Mutant::L3, "L3", Promise::LeaseExclusive, "a leader gives up renewing before its lease is over, and not with it"),
    bug(
        Mutant::L4,
        "L4",
        Promise::LeaseExclusive,
        "a challenger counts from when it saw a change, not from the holder's renewTime",
    ),
    bug(Mutant::L5, "L5", Promise::EventualLeader, "a challenger counts from the last change, not from its last look"),
    bug(Mutant::L6, "L6", Promise::ServiceSideExclusive, "a record is replaced only if nobody else has replaced it"),
    bug(Mutant::L7, "L7", Promise::ReleaseOwnOnly, "only its holder releases a lease"),
    bug(Mutant::L8, "L8", Promise::LeaseExclusive, "a leader gives up at its deadline, also while it waits for an answer"),
    bug(Mutant::L11, "L11", Promise::LeaseExclusive, "who has stopped leading stops working"),
    bug(Mutant::L21, "L21", Promise::Stability, "a renewal that failed is tried again, up to the deadline"),
];

/// L2. What the clock shows by which a lease is over.
pub(super) fn reading(ctx: &Context<'_, KubernetesLease>) -> u64 {
    if ctx.config().expires_by == ExpiresBy::Wall || ctx.bug(Mutant::L2) { ctx.wall().0 } else { ctx.now().0 }
}

/// L3. How long a leader tries to renew.
pub(super) fn renew_deadline(ctx: &Context<'_, KubernetesLease>) -> Span {
    if ctx.bug(Mutant::L3) { ctx.config().lease_duration } else { ctx.config().renew_deadline }
}

/// L4. Is the lease still valid at `began`, having been observed at `observed`?
pub(super) fn is_valid(record: &Record, observed: u64, began: u64, ctx: &Context<'_, KubernetesLease>) -> bool {
    if ctx.config().expires_by == ExpiresBy::RenewTime || ctx.bug(Mutant::L4) {
        return record.renewed + u64::from(record.seconds) > ctx.wall().0 / LEASE_SECOND.0;
    }
    observed + LEASE_SECOND.times(u64::from(record.seconds)).0 > began
}

/// L5. Does a record that was read start the time anew?
pub(super) fn counts_anew(record: &Record, before: Option<&Record>, ctx: &Context<'_, KubernetesLease>) -> bool {
    before != Some(record) || ctx.bug(Mutant::L5)
}

/// L6. What must be true of the record for an update of the one that was seen at this revision.
pub(super) fn expected(revision: u64, ctx: &Context<'_, KubernetesLease>) -> Expected {
    if ctx.bug(Mutant::L6) { Expected::Anything } else { Expected::Revision(revision) }
}

/// L7. May it release the record that it has just read?
pub(super) fn may_release(elector: &KubernetesLease, fetched: &Record, ctx: &Context<'_, KubernetesLease>) -> bool {
    if ctx.bug(Mutant::L7) {
        return true;
    }
    match ctx.config().release_check {
        ReleaseCheck::Observed => elector.holds(),
        ReleaseCheck::Fetched => fetched.holder == Some(elector.me),
    }
}

/// L8. Does waiting for an answer end before the answer?
pub(super) fn waits_for_ever(ctx: &Context<'_, KubernetesLease>) -> bool {
    ctx.bug(Mutant::L8)
}

/// L21. Is the first renewal that fails the end?
pub(super) fn gives_up_at_once(ctx: &Context<'_, KubernetesLease>) -> bool {
    ctx.bug(Mutant::L21)
}

/// L11. Does the work end with the leadership?
pub(super) fn tells_the_workers(ctx: &Context<'_, KubernetesLease>) -> bool {
    ctx.config().on_stopped == OnStopped::Exit && !ctx.bug(Mutant::L11)
}
