//! Failovers: from the loss of a leader to the first item that is acknowledged under a new one.
//!
//! A failover opens when the leader crashes, is paused or suspended, loses the path to its majority, gives up, or is told to
//! hand over. It is *absorbed* if the trouble ends while the old leader still holds its authority and nobody else has come
//! to it: then there was nothing to recover from. A leader that has lost its authority (a crash always takes it) leaves the
//! cluster without one however soon it is back, so that failover stays open until somebody leads, be it the same member.

use crate::algorithm::NodeId;
use crate::outcome::{Cause, Failover};
use crate::time::{Span, Time};

/// A failover under way.
#[derive(Clone, Debug)]
struct Open {
    failover: Failover,
    /// Who was lost; nobody, if nobody had led yet.
    lost: Option<NodeId>,
    /// The one who was lost still holds its authority.
    holds: bool,
    /// How many conditions (pause, cut) still keep it from leading.
    conditions: u32,
}

impl Open {
    fn new(lost: Option<NodeId>, at: Time, cause: Cause) -> Open {
        let failover = Failover { lost: at, cause, detected: None, elected: None, effective: None, absorbed: false };
        Open { failover, lost, holds: keeps_authority(cause), conditions: u32::from(is_condition(cause)) }
    }

    /// The old leader may simply go on: it has its authority, and nobody else came to any.
    fn may_be_absorbed(&self) -> bool {
        self.holds && self.conditions == 0 && self.failover.elected.is_none()
    }
}

/// Lasts, and then ends.
fn is_condition(cause: Cause) -> bool {
    matches!(cause, Cause::Pause | Cause::Suspend | Cause::Cut)
}

/// Does a leader that was lost for this cause still take itself for one?
fn keeps_authority(cause: Cause) -> bool {
    is_condition(cause) || cause == Cause::Transfer
}

/// Follows who leads, and keeps the record of how it changed hands.
pub struct Failovers {
    /// Is there work? If not, a failover is over when somebody leads.
    work: bool,
    /// A transfer that has not led to anything after this time has failed.
    patience: Span,
    open: Option<Open>,
    /// Who has come to lead since the open one began, and still might get work done.
    new: Vec<NodeId>,
    closed: Vec<Failover>,
}

impl Failovers {
    /// At the start nobody leads: the first election is a failover of its own kind. `patience` is the detection time of the
    /// algorithm.
    pub fn new(work: bool, patience: Span) -> Failovers {
        Failovers { work, patience, open: Some(Open::new(None, Time::ZERO, Cause::Start)), new: Vec::new(), closed: Vec::new() }
    }

    /// Is one under way?
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// How many are over that had something to recover from, the first election not counted.
    pub fn closed_after_start(&self) -> usize {
        self.closed.iter().filter(|failover| failover.cause != Cause::Start && !failover.absorbed).count()
    }

    /// The leader crashed, was paused or cut off, gave up while no failover was open, or was told to hand over.
    pub fn lost(&mut self, at: Time, node: NodeId, cause: Cause) {
        if let Some(open) = &mut self.open {
            let order_came_to_nothing = open.failover.cause == Cause::Transfer && open.holds && cause != Cause::Transfer;
            if open.lost != Some(node) {
                // The new leader is in trouble before it got anything done: the failover goes on.
                if !keeps_authority(cause) {
                    self.new.retain(|new| *new != node);
                }
                return;
            } else if order_came_to_nothing && open.failover.elected.is_none() {
                self.absorb();
            } else {
                open.holds &= keeps_authority(cause);
                open.conditions += u32::from(is_condition(cause));
                return;
            }
        }
        self.new.clear();
        self.open = Some(Open::new(Some(node), at, cause));
    }

    /// A member's authority ended by its own doing or by its deadline.
    pub fn gave_up(&mut self, node: NodeId) {
        let Some(open) = &mut self.open else { return };
        if open.lost == Some(node) {
            open.holds = false;
        }
        self.new.retain(|new| *new != node);
    }

    /// A member stands for election. What a member does that is still cut off is no sign that its loss was noticed.
    pub fn stood(&mut self, at: Time, node: NodeId) {
        let Some(open) = &mut self.open else { return };
        if open.lost != Some(node) || open.conditions == 0 {
            open.failover.detected.get_or_insert(at);
        }
    }

    /// A member came to hold authority.
    pub fn led(&mut self, at: Time, node: NodeId) {
        let Some(open) = &mut self.open else { return };
        if open.lost == Some(node) && open.holds {
            // The old leader, in a new epoch.
            return;
        }
        open.failover.detected.get_or_insert(at);
        open.failover.elected.get_or_insert(at);
        self.new.push(node);
        if !self.work {
            self.close();
        }
    }

    /// A member told a client that an item is done.
    pub fn acknowledged(&mut self, at: Time, node: NodeId) {
        let Some(open) = &mut self.open else { return };
        if self.new.contains(&node) {
            open.failover.effective = Some(at);
            self.close();
        } else if open.lost == Some(node) && open.may_be_absorbed() && at.since(open.failover.lost) >= self.patience {
            self.absorb();
        }
    }

    /// The member runs again, or has its path back.
    pub fn condition_ended(&mut self, _at: Time, node: NodeId) {
        let Some(open) = self.open.as_mut().filter(|open| open.lost == Some(node) && open.conditions > 0) else { return };
        open.conditions -= 1;
        if open.may_be_absorbed() {
            self.absorb();
        }
    }

    /// The run is over. A failover that is still open never came to an end, except for an order that the old leader
    /// disregarded.
    pub fn finish(&mut self) -> Vec<Failover> {
        if let Some(open) = &mut self.open {
            open.failover.absorbed = open.may_be_absorbed();
        }
        self.close();
        std::mem::take(&mut self.closed)
    }

    fn absorb(&mut self) {
        if let Some(open) = &mut self.open {
            open.failover.absorbed = true;
        }
        self.close();
    }

    fn close(&mut self) {
        self.closed.extend(self.open.take().map(|open| open.failover));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const N1: NodeId = NodeId(0);
    const N2: NodeId = NodeId(1);
    const N3: NodeId = NodeId(2);

    fn at(millis: u64) -> Time {
        Time::ZERO + Span::millis(millis)
    }

    /// n1 was elected at 200 ms and got to work at 210 ms.
    fn n1_leads(work: bool) -> Failovers {
        let mut failovers = Failovers::new(work, Span::millis(100));
        failovers.stood(at(150), N1);
        failovers.led(at(200), N1);
        failovers.acknowledged(at(210), N1);
        assert!(!failovers.is_open());
        failovers
    }

    fn last(mut failovers: Failovers) -> Failover {
        *failovers.finish().last().expect("the first election is always there")
    }

    #[test]
    fn the_first_election_opens_at_the_start_and_has_its_parts() {
        let expected = Failover {
            lost: Time::ZERO,
            cause: Cause::Start,
            detected: Some(at(150)),
            elected: Some(at(200)),
            effective: Some(at(210)),
            absorbed: false,
        };
        assert_eq!(n1_leads(true).finish(), [expected]);
        assert_eq!(n1_leads(true).closed_after_start(), 0);
    }

    #[test]
    fn a_crash_is_over_when_work_is_acknowledged_under_the_new_leader() {
        let mut failovers = n1_leads(true);
        failovers.lost(at(1_000), N1, Cause::Crash);
        failovers.stood(at(1_150), N2);
        failovers.stood(at(1_160), N3);
        failovers.led(at(1_200), N2);
        assert!(failovers.is_open());
        failovers.acknowledged(at(1_220), N2);
        assert_eq!(failovers.closed_after_start(), 1);
        let crash = last(failovers);
        assert_eq!((crash.detected, crash.elected, crash.effective), (Some(at(1_150)), Some(at(1_200)), Some(at(1_220))));
        assert!(!crash.absorbed);
    }

    #[test]
    fn a_crashed_leader_that_is_soon_back_and_wins_again_was_a_failover_all_the_same() {
        let mut failovers = n1_leads(true);
        failovers.lost(at(1_000), N1, Cause::Crash);
        failovers.condition_ended(at(1_100), N1);
        failovers.stood(at(1_300), N1);
        failovers.led(at(1_320), N1);
        failovers.acknowledged(at(1_340), N1);
        let crash = last(failovers);
        assert_eq!((crash.effective, crash.absorbed), (Some(at(1_340)), false));
    }

    #[test]
    fn a_pause_that_nobody_noticed_in_time_was_absorbed() {
        let mut failovers = n1_leads(true);
        failovers.lost(at(1_000), N1, Cause::Pause);
        failovers.stood(at(1_090), N2);
        failovers.condition_ended(at(1_100), N1);
        let pause = last(failovers);
        assert!(pause.absorbed);
        assert_eq!((pause.elected, pause.effective), (None, None));
    }

    #[test]
    fn a_pause_that_ends_after_somebody_else_leads_was_not() {
        let mut failovers = n1_leads(true);
        failovers.lost(at(1_000), N1, Cause::Pause);
        failovers.led(at(1_200), N2);
        failovers.condition_ended(at(1_210), N1);
        // What the old leader acknowledges now counts for nothing.
        failovers.acknowledged(at(1_215), N1);
        failovers.acknowledged(at(1_220), N2);
        assert_eq!(last(failovers).effective, Some(at(1_220)));
    }

    #[test]
    fn a_leader_that_is_cut_off_and_gives_up_leaves_a_failover_open_even_if_the_path_comes_back() {
        let mut failovers = n1_leads(true);
        failovers.lost(at(1_000), N1, Cause::Cut);
        failovers.gave_up(N1);
        // Alone on its side it stands, which tells nothing of when the others noticed.
        failovers.stood(at(1_300), N1);
        failovers.condition_ended(at(1_400), N1);
        assert!(failovers.is_open());
        failovers.stood(at(1_450), N1);
        failovers.led(at(1_500), N1);
        failovers.acknowledged(at(1_510), N1);
        let cut = last(failovers);
        assert_eq!((cut.cause, cut.detected, cut.effective), (Cause::Cut, Some(at(1_450)), Some(at(1_510))));
    }

    #[test]
    fn what_a_leader_acknowledges_just_after_it_was_cut_off_was_on_its_way() {
        let mut failovers = n1_leads(true);
        failovers.lost(at(1_000), N1, Cause::Cut);
        failovers.acknowledged(at(1_002), N1);
        assert!(failovers.is_open());
    }

    #[test]
    fn two_conditions_must_both_end() {
        let mut failovers = n1_leads(true);
        failovers.lost(at(1_000), N1, Cause::Cut);
        failovers.lost(at(1_050), N1, Cause::Pause);
        failovers.condition_ended(at(1_060), N1);
        assert!(failovers.is_open());
        failovers.condition_ended(at(1_070), N1);
        let both = last(failovers);
        assert_eq!((both.lost, both.cause, both.absorbed), (at(1_000), Cause::Cut, true));
    }

    #[test]
    fn a_new_leader_that_is_lost_before_it_got_anything_done_makes_one_long_failover() {
        let mut failovers = n1_leads(true);
        failovers.lost(at(1_000), N1, Cause::Crash);
        failovers.led(at(1_200), N2);
        failovers.lost(at(1_201), N2, Cause::Crash);
        failovers.acknowledged(at(1_202), N2);
        assert!(failovers.is_open());
        failovers.led(at(1_400), N3);
        failovers.acknowledged(at(1_410), N3);
        let all = failovers.finish();
        assert_eq!(all.len(), 2);
        assert_eq!((all[1].elected, all[1].effective), (Some(at(1_200)), Some(at(1_410))));
    }

    #[test]
    fn without_work_a_failover_is_over_when_somebody_leads() {
        let mut failovers = n1_leads(false);
        failovers.lost(at(1_000), N1, Cause::Crash);
        failovers.led(at(1_200), N2);
        assert!(!failovers.is_open());
        let crash = last(failovers);
        assert_eq!((crash.elected, crash.effective), (Some(at(1_200)), None));
    }

    #[test]
    fn a_run_that_never_recovers_is_told_as_such() {
        let mut failovers = n1_leads(true);
        failovers.lost(at(1_000), N1, Cause::Crash);
        let crash = last(failovers);
        assert_eq!((crash.elected, crash.effective, crash.absorbed), (None, None, false));
    }

    #[test]
    fn an_order_to_hand_over_is_a_failover_with_its_own_cause() {
        let mut failovers = n1_leads(true);
        failovers.lost(at(1_000), N1, Cause::Transfer);
        // An item of before was on its way.
        failovers.acknowledged(at(1_003), N1);
        failovers.led(at(1_010), N2);
        failovers.gave_up(N1);
        failovers.acknowledged(at(1_020), N2);
        let transfer = last(failovers);
        assert_eq!((transfer.cause, transfer.effective), (Cause::Transfer, Some(at(1_020))));
    }

    #[test]
    fn an_order_that_came_to_nothing_was_absorbed_and_a_later_crash_is_another_failover() {
        let mut failovers = n1_leads(true);
        failovers.lost(at(1_000), N1, Cause::Transfer);
        failovers.acknowledged(at(1_200), N1);
        failovers.lost(at(2_000), N1, Cause::Transfer);
        failovers.lost(at(2_010), N1, Cause::Crash);
        let all = failovers.finish();
        let causes: Vec<(Cause, bool)> = all.iter().map(|failover| (failover.cause, failover.absorbed)).collect();
        let transfer = (Cause::Transfer, true);
        assert_eq!(causes, [(Cause::Start, false), transfer, transfer, (Cause::Crash, false)]);
    }
}
