//! The bugs that can be switched on, numbered as in the catalogue of bugs, and the rules that they break: each rule is one
//! function, and nothing else asks for a bug.

use sim::{Context, MutantInfo, NodeId, Promise, Span};

use super::{Bully, Status, Task};

/// The real implementation with one rule changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    B1,
    B2,
    B3,
    B4,
    B5,
    B7,
    B8,
    B11,
    B13,
    B16,
}

const fn bug(mutant: Mutant, id: &'static str, caught_by: Promise, breaks: &'static str) -> MutantInfo<Mutant> {
    MutantInfo { mutant, id, breaks, caught_by: Some(caught_by) }
}

/// B7, B8 and B11 are bugs of the variant `quorum-and-epoch`, B1 and B3 of the plain algorithm; the others are of both.
///
/// Where they show: B1 when a higher number recovers; B2 when one recovers and crashes again within an answer-timeout; B3 when
/// one recovers while a question of the lower coordinator is on its way to it; B4 when one recovers while a lower one forms
/// its group, the more so the more delays differ; B5 when the highest number recovers; B7 and B11 when the coordinator is cut
/// off, and nothing is fenced; B8 when a member has lost its link to the coordinator only; B13 and B16 when the coordinator
/// crashes. (Under B8 every election of the member with the lost link raises the epoch, about twice a second: too slowly to
/// be a storm by the default timers, not with a ping-timeout of a second.)
pub(super) const MUTANTS: &[MutantInfo<Mutant>] = &[
    bug(Mutant::B1, "B1", Promise::BeliefOverlap, "a coordinator waits answer-timeout for those it halts before it takes over"),
    bug(
        Mutant::B2,
        "B2",
        Promise::EventualLeader,
        "who knows of a higher member waits for it no longer than coordinator-timeout",
    ),
    bug(Mutant::B3, "B3", Promise::FollowerAgreement, "a coordinator with a lower number is not accepted"),
    bug(Mutant::B4, "B4", Promise::FollowerAgreement, "what belongs to another election or group is not accepted"),
    bug(Mutant::B5, "B5", Promise::FollowerAgreement, "a member that comes up calls an election"),
    bug(Mutant::B7, "B7", Promise::EffectiveSplitBrain, "a coordinator has the promises and the answers of a majority"),
    bug(Mutant::B8, "B8", Promise::BoundedTermGrowth, "only a member that misses its coordinator calls an election"),
    bug(Mutant::B11, "B11", Promise::EffectiveSplitBrain, "a majority is of all members, not of those in view"),
    bug(Mutant::B13, "B13", Promise::EventualLeader, "a coordinator that answers no more is given up"),
    bug(Mutant::B16, "B16", Promise::FollowerAgreement, "a new Halt replaces the nominee of the last election"),
];

/// B1. How long a candidate waits for those it halts. In that time every other coordinator has stopped, and what one of them
/// had sent to the protected resource has arrived there.
pub(super) fn time_to_halt(ctx: &Context<'_, Bully>) -> Span {
    if ctx.bug(Mutant::B1) && !ctx.config().quorum_and_epoch { Span::ZERO } else { ctx.config().answer_timeout }
}

/// B2. Waiting for another to take over ends some time.
pub(super) fn waits_for_ever(ctx: &Context<'_, Bully>) -> bool {
    ctx.bug(Mutant::B2)
}

/// B3. Without quorums, nobody follows a lower number.
pub(super) fn follows_anyone(ctx: &Context<'_, Bully>) -> bool {
    ctx.bug(Mutant::B3) && !ctx.config().quorum_and_epoch
}

/// B4. Is this of the election, or from the coordinator of the group, that it should be?
pub(super) fn belongs<T: PartialEq>(theirs: T, ours: T, ctx: &Context<'_, Bully>) -> bool {
    theirs == ours || ctx.bug(Mutant::B4)
}

/// B5. Does a member that has just come up wait to be told who leads, instead of finding out?
pub(super) fn comes_up_silent(bully: &Bully, ctx: &Context<'_, Bully>) -> bool {
    bully.fresh && ctx.bug(Mutant::B5)
}

/// B7, B11. How many members, itself included, a coordinator needs; when it last asked, it saw so many, itself included.
pub(super) fn quorum(in_view: usize, ctx: &Context<'_, Bully>) -> usize {
    if !ctx.config().quorum_and_epoch || ctx.bug(Mutant::B7) {
        1
    } else if ctx.bug(Mutant::B11) {
        in_view / 2 + 1
    } else {
        ctx.majority()
    }
}

/// B8. Does being asked make a member call an election, whoever asks, and although it knows of no trouble?
pub(super) fn joins_every_election(bully: &Bully, ctx: &Context<'_, Bully>) -> bool {
    bully.status == Status::Normal && bully.task == Task::Nothing && ctx.bug(Mutant::B8)
}

/// B13. Is an old sign of life as good as an answer?
pub(super) fn trusts_an_old_ping(ctx: &Context<'_, Bully>) -> bool {
    ctx.bug(Mutant::B13)
}

/// B16. Who halted this member last is the only one it will accept as coordinator.
pub(super) fn nominee<G>(old: Option<(NodeId, G)>, new: (NodeId, G), ctx: &Context<'_, Bully>) -> Option<(NodeId, G)> {
    if ctx.bug(Mutant::B16) { old.or(Some(new)) } else { Some(new) }
}
