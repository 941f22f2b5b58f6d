//! Who would act as leader, what took hold, and leading without a majority.

use super::*;
use crate::outcome::{Severity, Standing};
use Promise::{BeliefOverlap, CommittedNeverLost, EffectiveSplitBrain, LeaderHasQuorum, NoLeaderWithoutQuorum};

fn bully() -> Story {
    Story::new(3, BULLY, Assumption::Synchrony)
}

const CUT: Broken = Broken { links: true, paused: false, clocks: false, walls: false, wiped: false, late: false };

#[test]
fn one_leader_after_the_other_is_no_overlap() {
    let mut story = bully();
    story.leads(3, 0).at(10).ends(3).leads(2, 0).at(20).ends(2).leads(3, 0).at(30);
    let verdicts = story.end();
    assert_eq!(verdicts.of(BeliefOverlap).verdict, Verdict::Held);
    assert_eq!(verdicts.of(BeliefOverlap).exercised, 2);
    assert_eq!(verdicts.split_brain.overlap, Span::ZERO);
}

#[test]
fn an_overlap_is_a_duration_and_a_finding_only_beyond_what_was_promised() {
    let mut story = bully();
    story.leads(3, 0).at(10).leads(2, 0).at(50).ends(3).at(60).leads(1, 0).at(65).ends(2);
    let verdicts = story.end();
    verdicts.held(BeliefOverlap);
    assert_eq!((verdicts.split_brain.overlap, verdicts.split_brain.longest_overlap), (Span::millis(45), Span::millis(40)));
    let mut story = bully();
    story.leads(3, 0).at(10).leads(2, 0).at(100);
    let verdicts = story.end();
    assert!(verdicts.violated(BeliefOverlap).contains("n3 and n2 would all have acted as leader for 90ms"));
    assert_eq!(verdicts.of(BeliefOverlap).severity, Severity::Safety);
}

#[test]
fn an_overlap_of_three_is_counted_once() {
    let mut story = bully();
    story.leads(3, 0).at(10).leads(2, 0).at(20).leads(1, 0).at(30).ends(2).at(40).ends(3).at(50);
    assert_eq!(story.end().split_brain.overlap, Span::millis(30));
}

#[test]
fn an_overlap_under_a_broken_assumption_is_measured_and_not_condemned() {
    let mut story = bully();
    story.leads(3, 0).at(10).leads(2, 0).at(100);
    let verdicts = story.end_with(CUT);
    assert_eq!(verdicts.of(BeliefOverlap).standing, Standing::OutsideAssumptions);
    assert_eq!(verdicts.of(BeliefOverlap).severity, Severity::Measurement);
}

#[test]
fn effects_of_two_leaders_one_after_the_other_and_back_are_no_conflict() {
    let mut story = bully();
    story.leads(3, 0).applies(3, 0, 1).ends(3).leads(2, 0).applies(2, 1, 2).ends(2).leads(3, 0).applies(3, 2, 3);
    let verdicts = story.end();
    assert_eq!(verdicts.split_brain.conflicting_effects, 0);
    verdicts.not_exercised(EffectiveSplitBrain);
}

#[test]
fn an_effect_of_an_older_tenure_after_one_of_a_newer_is_a_conflict_even_outside_the_assumptions() {
    let mut story = bully();
    story.leads(3, 0).gets(3, 1).leads(2, 0).applies(2, 1, 2).applies(3, 0, 1).applies(3, 0, 3);
    let verdicts = story.end_with(CUT);
    assert!(
        verdicts.violated(EffectiveSplitBrain).contains("item 1 of n3 (tenure 1) took hold after an effect of n2 (tenure 2)")
    );
    assert_eq!(verdicts.split_brain.conflicting_effects, 2);
    assert_eq!(verdicts.of(EffectiveSplitBrain).severity, Severity::Safety);
    assert_eq!(verdicts.of(EffectiveSplitBrain).standing, Standing::OutsideAssumptions);
}

#[test]
fn a_late_effect_of_the_same_process_is_no_split_brain_but_one_of_its_former_life_is() {
    let mut story = bully();
    story.leads(3, 0).ends(3).leads(3, 0).applies(3, 1, 2).applies(3, 0, 1);
    assert_eq!(story.end().split_brain.conflicting_effects, 0);
    let mut story = bully();
    story.leads(3, 0).crashes(3).restarts(3, 0).leads(3, 0).applies(3, 1, 2).applies(3, 0, 1);
    assert_eq!(story.end().split_brain.conflicting_effects, 1);
}

#[test]
fn an_effect_between_two_tenures_of_one_member_conflicts_with_the_other_member() {
    let mut story = bully();
    story.leads(3, 0).ends(3).leads(2, 0).applies(2, 1, 1).ends(2).leads(3, 0).applies(3, 2, 2).applies(3, 0, 3);
    assert_eq!(story.end().split_brain.conflicting_effects, 1);
}

#[test]
fn where_there_are_epochs_they_order_the_tenures() {
    let fenced = Facts { epochs: true, ..BULLY };
    let mut story = Story::new(3, fenced, Assumption::Asynchrony);
    // n1 has the newer epoch, and came to lead first.
    story.leads(1, 7).leads(2, 6).applies(2, 1, 1).applies(1, 0, 2);
    assert_eq!(story.end().split_brain.conflicting_effects, 0);
    let mut story = Story::new(3, fenced, Assumption::Asynchrony);
    story.leads(1, 7).leads(2, 6).applies(1, 0, 1).applies(2, 1, 2);
    assert!(story.end().violated(EffectiveSplitBrain).contains("item 2 of n2 (epoch 6)"));
}

#[test]
fn work_that_was_acknowledged_and_never_applied_is_lost() {
    let mut story = bully();
    story.leads(3, 0).gets(3, 1).applies(3, 0, 1).acknowledges(3, 1).gets(3, 2).acknowledges(3, 2);
    let verdicts = story.end();
    assert_eq!(verdicts.split_brain.lost_acknowledged, 1);
    assert!(verdicts.violated(CommittedNeverLost).contains("item 2 was acknowledged"));
}

#[test]
fn a_leader_without_its_majority_must_go_within_the_bound_and_may_use_it_all() {
    let mut story = raft();
    story.world(&[1, 2, 3], &[1, 2, 3], true).elected(1, 1, &[1, 2]);
    story.at(1_000).world(&[1, 2, 3], &[2, 3], false).at(1_300).steps_down(1, 1).at(2_000);
    let verdicts = story.end();
    verdicts.held(LeaderHasQuorum);
    assert_eq!(verdicts.of(LeaderHasQuorum).exercised, 1);
    let mut story = raft();
    story.world(&[1, 2, 3], &[1, 2, 3], true).elected(1, 1, &[1, 2]);
    story.at(1_000).world(&[1, 2, 3], &[2, 3], false).at(1_400);
    assert!(story.end().violated(LeaderHasQuorum).contains("n1 still leads"));
}

#[test]
fn a_leader_that_has_its_majority_back_before_the_bound_was_not_put_to_the_test() {
    let mut story = raft();
    story.world(&[1, 2, 3], &[1, 2, 3], true).elected(1, 1, &[1, 2]);
    story.at(1_000).world(&[1, 2, 3], &[2, 3], false).at(1_200).world(&[1, 2, 3], &[1, 2, 3], true);
    story.at(1_300).world(&[1, 2, 3], &[2, 3], false).at(1_500).world(&[1, 2, 3], &[1, 2, 3], true).at(2_000);
    story.end().not_exercised(LeaderHasQuorum);
}

#[test]
fn a_leader_that_hears_now_these_and_now_those_has_not_lost_its_majority_for_good() {
    let mut story = raft();
    story.world(&[1, 2, 3], &[1, 2, 3], true).elected(1, 1, &[1, 2]);
    for half in 0..10 {
        story.at(1_000 + half * 200).world(&[1, 2, 3], &[2], false);
    }
    story.end().not_exercised(LeaderHasQuorum);
    let mut story = raft();
    story.world(&[1, 2, 3], &[1, 2, 3], true).elected(1, 1, &[1, 2]);
    // Members that stop cannot answer: this leader has no excuse.
    story.at(1_000).world(&[1, 2], &[], false).at(1_200).world(&[1], &[], false).at(1_400);
    story.end().violated(LeaderHasQuorum);
}

#[test]
fn a_leader_that_stands_still_gets_the_full_time_when_it_runs_again() {
    let mut story = raft();
    story.world(&[1, 2, 3], &[1, 2, 3], true).elected(1, 1, &[1, 2]);
    story.at(1_000).world(&[2, 3], &[2, 3], false).at(5_000).world(&[1, 2, 3], &[2, 3], false).at(5_300).steps_down(1, 1);
    story.at(6_000).end().held(LeaderHasQuorum);
}

#[test]
fn a_leader_of_an_algorithm_without_a_step_down_bound_may_stay() {
    let setup = Setup { nodes: 3, ..Setup::default() };
    let bounds = Bounds { recovery: vec![(Span::secs(1), "recovery")], ..Bounds::default() };
    let mut audit = Audit::new(&setup, &setup.script, RAFT, &[], &bounds);
    let (judgements, _) = audit.finish(Time::ZERO, Broken::default());
    assert_eq!(judgements[LeaderHasQuorum as usize].verdict, Verdict::NotApplicable);
}

#[test]
fn nobody_may_stand_and_win_while_nobody_reaches_a_majority() {
    let mut story = raft();
    story.world(&[1, 2, 3], &[], false).at(10).elected(1, 1, &[1, 2]);
    assert!(story.end().violated(NoLeaderWithoutQuorum).contains("n1 came to lead"));
}

#[test]
fn a_candidate_that_had_its_votes_before_the_network_fell_apart_may_still_win() {
    let mut story = raft();
    story.world(&[1, 2, 3], &[1, 2, 3], true).stands(1, 1).votes(1, 1, 1).votes(2, 1, 1);
    // The vote of n2 has arrived; the disk of n1 answers late.
    story.at(10).world(&[1, 2, 3], &[], false).at(900).leads(1, 1);
    story.end().only(&[]);
}

#[test]
fn no_leader_at_all_while_there_is_no_majority_is_right_and_an_exercise() {
    let mut story = raft();
    story.world(&[1], &[], false).at(10).stands(1, 1).at(2_000).stands(1, 2).at(60_000);
    let verdicts = story.end();
    verdicts.held(NoLeaderWithoutQuorum);
    verdicts.not_exercised(Promise::EventualLeader);
}
