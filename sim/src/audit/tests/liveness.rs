//! What must come about once the trouble is over, and what must last. The recovery bound is a second.

use super::*;
use crate::outcome::{Liveness, Severity};
use Promise::{BoundedTermGrowth, EventualLeader, FollowerAgreement, NoStuckRole, Stability};

/// Without work, so that a leader is enough.
fn idle() -> Story {
    let claims: Vec<Claim> =
        catalogue::ALL.iter().map(|known| Claim { promise: known.promise, given: Assumption::Asynchrony }).collect();
    Story::with_claims(3, RAFT, &claims, |setup| setup.work.on = false)
}

/// The same, of an algorithm whose leaders go by themselves: the next one is there within a fifth of a second.
fn passing_on() -> Story {
    let mut setup = Setup { nodes: 3, ..Setup::default() };
    setup.work.on = false;
    let claims = Claim::all(Assumption::Asynchrony, &[EventualLeader]);
    let handover = Some(vec![(Span::millis(200), "handover")]);
    Story::with_bounds(&setup, BULLY, &claims, &Bounds { handover, ..bounds() })
}

impl Story {
    /// All is well: everybody runs and reaches everybody.
    fn calm(&mut self) -> &mut Story {
        self.world(&[1, 2, 3], &[1, 2, 3], true)
    }

    fn all_follow(&mut self, leader: u16, epoch: u64) -> &mut Story {
        for member in (1..=3).filter(|member| *member != leader) {
            self.follows(member, Some(leader), epoch);
        }
        self
    }
}

fn lateness(verdicts: &Verdicts, promise: Promise) -> Option<Liveness> {
    verdicts.violated(promise);
    assert_eq!(verdicts.of(promise).severity, Severity::Liveness);
    verdicts.of(promise).liveness
}

#[test]
fn a_leader_within_the_bound_that_stays_is_all_that_is_asked() {
    let mut story = idle();
    story.calm().at(500).elected(1, 1, &[1, 2]).all_follow(1, 1).at(5_000);
    let verdicts = story.end();
    verdicts.only(&[]);
    for promise in [EventualLeader, Stability, FollowerAgreement, NoStuckRole, BoundedTermGrowth] {
        verdicts.held(promise);
    }
}

#[test]
fn a_run_that_is_shorter_than_the_bound_judges_nothing() {
    let verdicts = idle().calm().at(900).end();
    for promise in [EventualLeader, Stability, FollowerAgreement, NoStuckRole] {
        verdicts.not_exercised(promise);
    }
}

#[test]
fn a_leader_after_the_bound_is_slow_and_no_leader_after_four_bounds_is_stuck() {
    let verdicts = idle().calm().at(1_001).elected(1, 1, &[1, 2]).all_follow(1, 1).at(2_000).end();
    assert_eq!(lateness(&verdicts, EventualLeader), Some(Liveness::Slow));
    let verdicts = idle().calm().at(3_000).end();
    assert_eq!(lateness(&verdicts, EventualLeader), Some(Liveness::Late));
    let verdicts = idle().calm().at(4_001).end();
    assert_eq!(lateness(&verdicts, EventualLeader), Some(Liveness::Stuck));
    assert!(verdicts.violated(EventualLeader).contains("nobody leads"));
}

#[test]
fn the_bound_may_pass_between_two_leaders_where_each_goes_by_itself() {
    let mut story = passing_on();
    story.calm().at(500).leads(1, 0).at(900).steps_down(1, 0).at(1_099).leads(2, 0).at(1_500).steps_down(2, 0);
    let verdicts = story.at(2_400).leads(3, 0).at(4_000).end();
    verdicts.held(EventualLeader);
    // Once before the bound, and once when the second had gone: from then on the bound is counted anew.
    assert_eq!(verdicts.of(EventualLeader).exercised, 2);
    let mut story = idle();
    story.calm().at(500).elected(1, 1, &[1, 2]).at(900).steps_down(1, 1).at(1_099).elected(2, 2, &[2, 3]).at(1_500);
    assert_eq!(lateness(&story.end(), EventualLeader), Some(Liveness::Slow));
}

#[test]
fn a_handover_that_takes_longer_than_it_may_is_found() {
    let mut story = passing_on();
    story.calm().at(500).leads(1, 0).at(900).steps_down(1, 0).at(1_101).leads(2, 0).at(1_500);
    assert_eq!(lateness(&story.end(), EventualLeader), Some(Liveness::Slow));
    let mut story = passing_on();
    story.calm().at(500).leads(1, 0).at(900).steps_down(1, 0).at(4_001);
    assert_eq!(lateness(&story.end(), EventualLeader), Some(Liveness::Stuck));
    // Nor does a leader of early times excuse that there has been none since.
    let mut story = passing_on();
    story.calm().at(300).leads(1, 0).at(700).steps_down(1, 0).at(1_001).leads(2, 0).at(1_500);
    assert_eq!(lateness(&story.end(), EventualLeader), Some(Liveness::Slow));
}

#[test]
fn every_change_of_the_world_starts_the_time_anew() {
    let mut story = idle();
    story.calm().at(900).calm().at(1_800).world(&[1, 2, 3], &[2, 3], false).at(60_000).calm().at(60_900);
    story.end().not_exercised(EventualLeader);
}

#[test]
fn no_leader_while_the_network_is_cut_is_right() {
    let verdicts = idle().world(&[1, 2, 3], &[], false).at(60_000).end();
    verdicts.not_exercised(EventualLeader);
}

#[test]
fn a_member_that_is_down_does_not_excuse_the_others() {
    let verdicts = idle().world(&[2, 3], &[2, 3], true).at(5_000).end();
    assert_eq!(lateness(&verdicts, EventualLeader), Some(Liveness::Stuck));
}

#[test]
fn two_leaders_are_not_a_leader() {
    let mut story = idle();
    story.calm().elected(1, 1, &[1, 2]).elected(3, 2, &[3, 2]).at(5_000);
    assert!(story.end().violated(EventualLeader).contains("2 members lead"));
}

#[test]
fn where_there_is_work_a_leader_that_gets_nothing_done_is_not_enough() {
    let mut story = raft();
    story.calm().elected(1, 1, &[1, 2]).all_follow(1, 1).at(5_000);
    assert!(story.end().violated(EventualLeader).contains("n1 leads and gets nothing done"));
    let mut story = raft();
    story.calm().elected(1, 1, &[1, 2]).all_follow(1, 1).gets(1, 1).writes(1, 1, &[entry(1, 1)]).commits(1, 1);
    story.acknowledges(1, 1).at(5_000);
    story.end().held(EventualLeader);
}

/// n1 never campaigns.
fn with_a_bystander() -> Story {
    Story::with_claims(3, RAFT, &[], |setup| {
        setup.members.push(crate::setup::MemberSetup { ineligible: true, ..crate::setup::MemberSetup::of(0) });
    })
}

#[test]
fn a_member_that_never_campaigns_excuses_the_others_only_if_its_log_is_newer_than_theirs() {
    let mut story = with_a_bystander();
    story.calm().writes(1, 1, &[entry(1, 1)]).at(60_000);
    assert_ne!(story.end().of(EventualLeader).liveness, Some(Liveness::Stuck));
    let mut story = with_a_bystander();
    story.calm().writes(1, 1, &[entry(1, 1)]).writes(2, 1, &[entry(1, 1)]).at(60_000);
    assert_eq!(story.end().of(EventualLeader).liveness, Some(Liveness::Stuck));
}

#[test]
fn an_established_leader_that_goes_for_nothing_is_a_finding() {
    let mut story = idle();
    story.calm().elected(1, 1, &[1, 2]).all_follow(1, 1).at(3_000).steps_down(1, 2).at(3_100);
    assert!(story.end().violated(Stability).contains("n1 lost its leadership with nothing wrong"));
    let mut story = idle();
    story.calm().elected(1, 1, &[1, 2]).all_follow(1, 1).at(3_000).elected(2, 2, &[2, 3]).at(3_100);
    assert!(story.end().violated(Stability).contains("n2 came to lead beside n1"));
}

#[test]
fn a_leader_that_crashes_did_not_go_for_nothing() {
    let mut story = idle();
    story.calm().elected(1, 1, &[1, 2]).all_follow(1, 1).at(3_000).crashes(1).world(&[2, 3], &[2, 3], true);
    story.at(3_500).elected(2, 2, &[2, 3]).follows(3, Some(2), 2).at(6_000);
    let verdicts = story.end();
    verdicts.only(&[]);
    assert_eq!(verdicts.of(Stability).exercised, 2);
}

#[test]
fn a_change_of_leaders_before_the_bound_is_part_of_the_recovery() {
    let mut story = idle();
    story.calm().elected(1, 1, &[1, 2]).all_follow(1, 1).at(500).elected(2, 2, &[2, 3]).at(505).steps_down(1, 2);
    story.follows(1, Some(2), 2).follows(3, Some(2), 2).at(5_000);
    story.end().only(&[]);
}

#[test]
fn on_a_lossy_network_a_healthy_leader_may_be_mistaken_for_a_dead_one() {
    let mut story = Story::with_claims(3, RAFT, &[], |setup| {
        setup.work.on = false;
        setup.link.loss = crate::ratio::Ratio::new(1, 5);
    });
    story.calm().elected(1, 1, &[1, 2]).at(3_000).steps_down(1, 2).at(3_100).elected(2, 2, &[2, 3]).at(9_000);
    story.end().not_exercised(Stability);
}

#[test]
fn two_leaders_named_for_one_epoch_are_a_safety_finding() {
    let mut story = raft();
    story.follows(1, Some(2), 4).follows(2, Some(2), 4).follows(3, Some(1), 4);
    let verdicts = story.end();
    assert!(verdicts.violated(FollowerAgreement).contains("n3 names n1 as leader of epoch 4, of which n2 had been named"));
    assert_eq!(verdicts.of(FollowerAgreement).severity, Severity::Safety);
}

#[test]
fn a_stale_hint_of_an_older_epoch_is_legal() {
    let verdicts = raft().follows(1, Some(2), 4).follows(2, Some(3), 5).follows(3, Some(3), 5).end();
    verdicts.only(&[]);
    verdicts.held(FollowerAgreement);
}

#[test]
fn a_member_that_never_hears_of_the_leader_is_found() {
    let mut story = idle();
    story.calm().elected(1, 1, &[1, 2]).follows(2, Some(1), 1).at(10_000);
    let verdicts = story.end();
    assert_eq!(lateness(&verdicts, FollowerAgreement), Some(Liveness::Stuck));
    assert!(verdicts.violated(FollowerAgreement).contains("n3 names nobody"));
}

#[test]
fn a_candidate_that_stays_one_beside_a_leader_is_stuck() {
    let mut story = idle();
    story.calm().elected(1, 1, &[1, 2]).follows(2, Some(1), 1).at(100).stands(3, 1).at(5_000);
    let verdicts = story.end();
    assert_eq!(lateness(&verdicts, NoStuckRole), Some(Liveness::Stuck));
    assert!(verdicts.violated(NoStuckRole).contains("n3 stood for election"));
}

#[test]
fn a_candidate_of_before_the_heal_has_the_bound_from_the_heal_on() {
    let mut story = idle();
    story.world(&[1, 2, 3], &[1, 2], false).stands(3, 1).at(60_000).calm().at(60_900).follows(3, Some(1), 2).at(62_000);
    let verdicts = story.end();
    verdicts.held(NoStuckRole);
}

#[test]
fn a_member_that_is_cut_off_must_not_raise_its_epoch() {
    let pre = |epoch: u64| Observation::new(Role::PreCandidate, term(epoch));
    let mut story = idle();
    story.follows(3, None, 4).world(&[1, 2, 3], &[1, 2], false).at(100).shows(3, pre(4)).at(9_000).shows(3, pre(4));
    story.end().held(BoundedTermGrowth);
    let mut story = idle();
    story.follows(3, None, 4).world(&[1, 2, 3], &[1, 2], false).at(100).shows(3, pre(4)).at(200).stands(3, 5);
    assert!(story.end().violated(BoundedTermGrowth).contains("n3 raised its epoch from 4 to 5"));
    let mut story = idle();
    story.follows(3, None, 4).world(&[1, 2, 3], &[1, 2], false).at(100).shows(3, pre(5));
    story.end().violated(BoundedTermGrowth);
}

#[test]
fn a_member_that_is_told_to_stand_as_the_network_is_cut_may_raise_its_epoch() {
    let mut story = idle();
    story.calm().at(99).world(&[1, 2, 3], &[1, 2], false).at(100).stands(3, 1).follows(3, None, 5);
    story.end().only(&[]);
}

#[test]
fn epochs_that_race_in_a_world_that_does_not_change_are_found() {
    let mut story = idle();
    story.calm();
    for epoch in 1..40 {
        story.at(2_000 + epoch * 20).follows(1, None, epoch);
    }
    assert!(story.end().violated(BoundedTermGrowth).contains("11 new epochs within 1s"));
}

#[test]
fn epochs_that_grow_once_a_while_do_not_race() {
    let mut story = idle();
    story.calm();
    for epoch in 1..40 {
        story.at(epoch * 150).follows(1, None, epoch);
    }
    let verdicts = story.end();
    assert_eq!(verdicts.of(BoundedTermGrowth).verdict, Verdict::Held);
}
