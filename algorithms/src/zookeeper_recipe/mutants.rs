//! The bugs that can be switched on, numbered as in the catalogue of bugs, and the rules that they break: each rule is one
//! function, and nothing else asks for a bug. Where a reference implementation has such a rule as a setting, or had the bug,
//! the rule asks for that too.

use sim::{Context, LocalTime, MutantInfo, Promise, Span};

use super::{DeadlineFrom, ErrorPolicy, ZookeeperRecipe};
use crate::lock_service::{self, Key};

/// The real implementation with one rule changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    L1,
    L3,
    L9,
    L18,
    L19,
    L20,
    L27,
    L28,
    L29,
    L30,
}

const fn bug(mutant: Mutant, id: &'static str, caught_by: Promise, breaks: &'static str) -> MutantInfo<Mutant> {
    MutantInfo { mutant, id, breaks, caught_by: Some(caught_by) }
}

/// Where they show: L1 when answers are late; L3 when clocks differ within the bound; L9 when a contender crashes that is
/// neither the first nor the last; of the service, L18 when no node is left, L19 and L20 when it changes its leader; L27 when the holder is cut off; L28 when the service is away for longer than clients wait,
/// and its next leader gives the old sessions their full time again; L30 when the answer to a create is lost. L29 costs
/// messages and breaks nothing: it is an equivalent.
pub(super) const MUTANTS: &[MutantInfo<Mutant>] = &[
    bug(Mutant::L1, "L1", Promise::LeaseContainment, "the deadline counts from when the request was sent"),
    bug(Mutant::L3, "L3", Promise::LeaseContainment, "the holder stops a third of the session before the service forgets it"),
    bug(Mutant::L9, "L9", Promise::LeaseExclusive, "whoever has waited looks again before it leads"),
    bug(Mutant::L18, "L18", Promise::FencingMonotonic, "tokens are counted on when the lock's last node is gone"),
    bug(Mutant::L19, "L19", Promise::ServiceSideExclusive, "only whoever leads the service ends sessions, and no former leader"),
    bug(Mutant::L20, "L20", Promise::LeaseExclusive, "a new leader of the service gives every session its full time again"),
    bug(Mutant::L27, "L27", Promise::LeaseExclusive, "the holder stops when it is disconnected, not when it has expired"),
    bug(Mutant::L28, "L28", Promise::LeaseExclusive, "a node of a previous session is not one's own"),
    MutantInfo {
        mutant: Mutant::L29,
        id: "L29",
        breaks: "each contender watches the node before its own, not the smallest",
        caught_by: None,
    },
    bug(Mutant::L30, "L30", Promise::EventualLeader, "before a node is created again, the first is looked for by its GUID"),
];

/// Those that are bugs of the service.
pub(super) fn of_service(mutant: Mutant) -> Option<lock_service::Mutant> {
    match mutant {
        Mutant::L18 => Some(lock_service::Mutant::L18),
        Mutant::L19 => Some(lock_service::Mutant::L19),
        Mutant::L20 => Some(lock_service::Mutant::L20),
        _ => None,
    }
}

/// L1. From when the time out of which a client is disconnected counts.
pub(super) fn deadline_counts_from(asked: LocalTime, ctx: &Context<'_, ZookeeperRecipe>) -> LocalTime {
    if ctx.bug(Mutant::L1) || ctx.config().deadline_from == DeadlineFrom::Receipt { ctx.now() } else { asked }
}

/// L3. The read timeout.
pub(super) fn patience(timeout: Span, ctx: &Context<'_, ZookeeperRecipe>) -> Span {
    if ctx.bug(Mutant::L3) { timeout } else { timeout.fraction(2, 3) }
}

/// L9. Does the going of the one before make it the first?
pub(super) fn leads_without_looking(ctx: &Context<'_, ZookeeperRecipe>) -> bool {
    ctx.bug(Mutant::L9)
}

/// L27. Does a holder that is out of contact lead on until its session is over?
pub(super) fn leads_on_without_contact(ctx: &Context<'_, ZookeeperRecipe>) -> bool {
    ctx.bug(Mutant::L27) || ctx.config().error_policy == ErrorPolicy::Session
}

/// L28. Is this node, which carries our GUID, kept alive by us?
pub(super) fn is_own(key: &Key, session: Option<u64>, ctx: &Context<'_, ZookeeperRecipe>) -> bool {
    session == Some(key.session) || ctx.bug(Mutant::L28) || !ctx.config().check_owner
}

/// L29. The place in the list that the contender at this place watches.
pub(super) fn watched(place: usize, ctx: &Context<'_, ZookeeperRecipe>) -> usize {
    if ctx.bug(Mutant::L29) { 0 } else { place - 1 }
}

/// L30. May there be a node of ours? One may have been created although we have not heard of it.
pub(super) fn may_have_a_node(guid: u64, node: Option<Key>, ctx: &Context<'_, ZookeeperRecipe>) -> bool {
    if ctx.bug(Mutant::L30) { node.is_some() } else { guid != 0 }
}
