//! The bugs that can be switched on, numbered as in the catalogue of bugs, and the rules that they break: each rule is one
//! function, and nothing else asks for a bug.

use sim::{Context, MutantInfo, NodeId, Promise};

use super::{NaiveLowestId, Outlook, Sight};

/// The real implementation with one rule changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    B1,
    B11,
    B12,
    B13,
    B14,
    B15,
    B16,
}

const fn bug(mutant: Mutant, id: &'static str, caught_by: Promise, breaks: &'static str) -> MutantInfo<Mutant> {
    MutantInfo { mutant, id, breaks, caught_by: Some(caught_by) }
}

/// B11 is a bug of `view-quorum`, B12 of `join-quorum`; the others are of every setting.
///
/// Where they show: B1 and B16 when the lowest number recovers; B11 when the leader is cut off; B12 when two members cannot
/// reach each other and a third reaches both; B13, B14 and B15 when the leader crashes and stays away. (What the catalogue
/// has under B12, a bridge that acknowledges two masters, is no bug of `view-quorum` but its nature; and B17, commands
/// without an epoch, is the nature of all of this.)
pub(super) const MUTANTS: &[MutantInfo<Mutant>] = &[
    bug(Mutant::B1, "B1", Promise::BeliefOverlap, "a newcomer listens for its whole time, however soon all have answered"),
    bug(Mutant::B11, "B11", Promise::LeaderHasQuorum, "a majority is of all members, not of those in view"),
    bug(Mutant::B12, "B12", Promise::BeliefOverlap, "a member that two would lead follows one of them only"),
    bug(Mutant::B13, "B13", Promise::EventualLeader, "a member that answers no more is given up"),
    bug(Mutant::B14, "B14", Promise::EventualLeader, "a member is in its own candidate set, also while it follows another"),
    bug(Mutant::B15, "B15", Promise::EventualLeader, "only a member's own answers show that it is alive"),
    bug(Mutant::B16, "B16", Promise::FollowerAgreement, "the nominee of an earlier look gives way to a lower number"),
];

/// B1. May a newcomer whom everybody has answered stop listening?
pub(super) fn knows_enough(naive: &NaiveLowestId, ctx: &Context<'_, NaiveLowestId>) -> bool {
    ctx.bug(Mutant::B1) && naive.outlook == Outlook::Listening && naive.in_view(ctx) == ctx.members().count()
}

/// B11. How many members, itself included, a leader and its followers must see; `in_view` are those that it sees.
pub(super) fn view_needed(in_view: usize, ctx: &Context<'_, NaiveLowestId>) -> usize {
    if !ctx.config().view_quorum {
        1
    } else if ctx.bug(Mutant::B11) {
        in_view / 2 + 1
    } else {
        ctx.majority()
    }
}

/// B12. Whom a member says that it follows, when `asker` asks.
pub(super) fn named_to(asker: NodeId, nominee: Option<NodeId>, ctx: &Context<'_, NaiveLowestId>) -> Option<NodeId> {
    if ctx.bug(Mutant::B12) { nominee.map(|_| asker) } else { nominee }
}

/// B13. Is a member in view that has last answered this many pings ago?
pub(super) fn is_alive(unanswered: u64, ctx: &Context<'_, NaiveLowestId>) -> bool {
    unanswered <= ctx.config().ping_retries || ctx.bug(Mutant::B13)
}

/// B14. Is a member among those whom it might nominate?
pub(super) fn nominates_itself(naive: &NaiveLowestId, ctx: &Context<'_, NaiveLowestId>) -> bool {
    !(ctx.bug(Mutant::B14) && naive.nominee.is_some_and(|nominee| nominee != naive.me))
}

/// B15. Whom an answer shows to be alive, besides the one who gave it.
pub(super) fn vouched_for(named: Option<NodeId>, ctx: &Context<'_, NaiveLowestId>) -> Option<NodeId> {
    named.filter(|named| ctx.bug(Mutant::B15) && *named != ctx.id())
}

/// B16. Whom a member that sees this follows without looking any further.
pub(super) fn settled_on(nominee: Option<NodeId>, sight: Sight, ctx: &Context<'_, NaiveLowestId>) -> Option<NodeId> {
    nominee.filter(|nominee| ctx.bug(Mutant::B16) && *nominee != ctx.id() && sight == Sight::StillThere)
}
