//! Logs, and what was called committed.

use super::*;
use crate::outcome::{Severity, Standing};
use Promise::{
    CommitCurrentTermOnly, CommittedNeverLost, EffectiveSplitBrain, LeaderAppendOnly, LeaderCompleteness, LogMatching,
};

/// n1 leads in epoch 1; its no-op and item 1 are on all three and committed.
fn one_item_done() -> Story {
    let mut story = raft();
    story.elected(1, 1, &[1, 2]).writes(1, 1, &[entry(1, 0)]).gets(1, 1).writes(1, 2, &[entry(1, 1)]);
    for member in [2, 3] {
        story.follows(member, Some(1), 1).writes(member, 1, &[entry(1, 0), entry(1, 1)]);
    }
    story.commits(1, 2).acknowledges(1, 1).commits(2, 2).commits(3, 2);
    story
}

#[test]
fn an_item_that_goes_its_way_passes() {
    let verdicts = one_item_done().end();
    verdicts.only(&[]);
    verdicts.held(LogMatching);
    verdicts.held(LeaderAppendOnly);
    verdicts.held(CommittedNeverLost);
    verdicts.not_exercised(LeaderCompleteness);
    verdicts.not_exercised(CommitCurrentTermOnly);
    assert_eq!(verdicts.split_brain.lost_acknowledged, 0);
}

#[test]
fn two_items_at_one_position_in_one_epoch_are_caught() {
    let verdicts = raft().writes(1, 1, &[entry(1, 1)]).writes(2, 1, &[entry(1, 2)]).end();
    assert!(verdicts.violated(LogMatching).contains("n2 holds item 2"));
}

#[test]
fn the_same_entry_after_different_epochs_is_caught() {
    let verdicts = raft().writes(1, 1, &[entry(1, 1), entry(3, 3)]).writes(2, 1, &[entry(2, 2), entry(3, 3)]).end();
    verdicts.violated(LogMatching);
}

#[test]
fn a_conflicting_suffix_that_was_never_committed_is_legal_and_may_be_overwritten() {
    let mut story = one_item_done();
    // n1 goes on alone; n2 takes over and replaces what n1 had.
    story.writes(1, 3, &[entry(1, 2), entry(1, 3)]).elected(2, 2, &[2, 3]).writes(2, 3, &[entry(2, 0)]);
    story.steps_down(1, 2).writes(1, 3, &[entry(2, 0)]).writes(3, 3, &[entry(2, 0)]).commits(2, 3).commits(1, 3);
    let verdicts = story.end();
    verdicts.only(&[]);
    verdicts.held(LeaderCompleteness);
}

#[test]
fn a_leader_that_steps_down_and_truncates_in_one_step_did_not_change_its_log_as_leader() {
    let mut story = one_item_done();
    story.writes(1, 3, &[entry(1, 2)]).at(5).writes(1, 3, &[entry(2, 0)]).steps_down(1, 2);
    story.end().only(&[]);
}

#[test]
fn a_leader_that_drops_an_entry_and_leads_on_is_caught() {
    let mut story = one_item_done();
    story.writes(1, 3, &[entry(1, 2), entry(1, 3)]).at(5).writes(1, 4, &[]).at(6).follows(2, Some(1), 1);
    let verdicts = story.end();
    assert!(verdicts.violated(LeaderAppendOnly).contains("position 4"));
    verdicts.only(&[LeaderAppendOnly]);
}

#[test]
fn a_leader_that_writes_again_what_it_has_changes_nothing() {
    let mut story = one_item_done();
    story.writes(1, 1, &[entry(1, 0), entry(1, 1), entry(1, 2)]);
    story.end().only(&[]);
}

#[test]
fn a_leader_without_a_committed_entry_is_caught_when_it_comes_to_lead() {
    let mut story = one_item_done();
    story.crashes(3).restarts(3, 1).elected(3, 2, &[3, 2]);
    let verdicts = story.end();
    assert!(verdicts.violated(LeaderCompleteness).contains("without item 1 at position 2"));
}

#[test]
fn a_late_leader_of_an_old_epoch_need_not_hold_what_a_newer_one_committed() {
    let mut story = raft();
    story.elected(1, 5, &[1, 2]).writes(1, 1, &[entry(5, 0)]).writes(2, 1, &[entry(5, 0)]).commits(1, 1);
    // n3 gets votes of epoch 4 that had been on their way.
    story.elected(3, 4, &[3, 2]);
    story.end().only(&[Promise::TermMonotonic]);
}

#[test]
fn a_commit_position_lost_over_a_restart_is_legal() {
    let mut story = one_item_done();
    story.crashes(2).restarts(2, 2).commits(2, 1).commits(2, 2);
    story.end().only(&[]);
}

#[test]
fn a_leader_that_counts_replicas_of_an_older_epoch_is_caught_before_harm_is_done() {
    let mut story = raft();
    story.writes(1, 1, &[entry(1, 1)]).writes(2, 1, &[entry(1, 1)]).elected(1, 3, &[1, 2]);
    let verdicts = story.commits(1, 1).end();
    assert!(verdicts.violated(CommitCurrentTermOnly).contains("the last of them of epoch 1"));
    verdicts.only(&[CommitCurrentTermOnly]);
}

#[test]
fn an_older_epoch_committed_under_an_entry_of_the_own_is_right_and_an_exercise() {
    let mut story = raft();
    story.writes(1, 1, &[entry(1, 1)]).elected(1, 3, &[1, 2]).writes(1, 2, &[entry(3, 0)]);
    let verdicts = story.commits(1, 2).end();
    verdicts.held(CommitCurrentTermOnly);
}

#[test]
fn a_second_value_at_a_committed_position_is_caught_and_lost_work_counted() {
    let mut story = one_item_done();
    story.crashes(2).restarts(2, 1).crashes(3).restarts(3, 1).elected(2, 2, &[2, 3]);
    story.writes(2, 2, &[entry(2, 0)]).writes(3, 2, &[entry(2, 0)]).commits(2, 2).commits(3, 2);
    let verdicts = story.end();
    assert!(verdicts.violated(CommittedNeverLost).contains("n2 called a no-op of epoch 2 committed at position 2, where item 1"));
    assert_eq!(verdicts.split_brain.lost_acknowledged, 1);
    verdicts.only(&[LeaderCompleteness, CommittedNeverLost]);
}

#[test]
fn work_that_was_thrown_away_is_a_safety_finding_even_if_a_disk_was_wiped() {
    let mut story = one_item_done();
    story.crashes(2).restarts(2, 0).crashes(3).restarts(3, 0).elected(2, 2, &[2, 3]);
    story.writes(2, 1, &[entry(2, 0)]).commits(2, 1);
    let verdicts = story.end_with(Broken { wiped: true, ..Broken::default() });
    assert_eq!(verdicts.of(CommittedNeverLost).standing, Standing::OutsideAssumptions);
    assert_eq!(verdicts.of(CommittedNeverLost).severity, Severity::Safety);
}

#[test]
fn a_follower_that_drops_what_it_called_committed_is_caught_at_once() {
    let mut story = one_item_done();
    story.writes(2, 2, &[]);
    assert!(story.end().violated(CommittedNeverLost).contains("n2 dropped item 1 at position 2"));
}

#[test]
fn a_follower_that_calls_committed_what_it_does_not_hold_is_caught() {
    let mut story = raft();
    story.writes(2, 1, &[entry(1, 0)]).commits(2, 2);
    assert!(story.end().violated(CommittedNeverLost).contains("calls 2 entries committed and holds 1"));
}

#[test]
fn work_that_two_sides_commit_in_turn_is_a_conflict_of_effects() {
    let mut story = one_item_done();
    // A majority of two halves: n1 goes on in epoch 1, n3 in epoch 2.
    story.elected(3, 2, &[3, 2]).writes(3, 3, &[entry(2, 0), entry(2, 2)]).commits(3, 4);
    story.writes(1, 3, &[entry(1, 3)]).commits(1, 3);
    let verdicts = story.end();
    assert!(verdicts.violated(EffectiveSplitBrain).contains("n1 committed work of epoch 1 after work of epoch 2"));
    assert_eq!(verdicts.split_brain.conflicting_effects, 1);
    verdicts.violated(CommittedNeverLost);
}

#[test]
fn an_old_leader_that_hears_late_of_what_is_committed_is_no_conflict() {
    let mut story = one_item_done();
    story.writes(1, 3, &[entry(1, 2)]).writes(2, 3, &[entry(1, 2)]).elected(2, 2, &[2, 3]);
    story.writes(2, 4, &[entry(2, 0)]).commits(2, 4);
    // The acknowledgements of item 2 were on their way to n1.
    story.commits(1, 3).acknowledges(1, 2);
    story.end().only(&[]);
}

#[test]
fn work_that_was_never_acknowledged_may_vanish() {
    let mut story = one_item_done();
    story.gets(1, 2).writes(1, 3, &[entry(1, 2)]).crashes(1).restarts(1, 2);
    assert_eq!(story.end().split_brain.lost_acknowledged, 0);
}

#[test]
fn work_in_an_order_that_contradicts_real_time_is_caught() {
    let mut story = raft();
    story.elected(1, 1, &[1, 2]).gets(1, 1).acknowledges(1, 1).gets(1, 2).acknowledges(1, 2);
    story.writes(1, 1, &[entry(1, 2), entry(1, 1)]).commits(1, 2);
    assert!(story.end().violated(CommittedNeverLost).contains("item 1 was acknowledged before item 2 was handed out"));
}

#[test]
fn a_rewrite_of_a_long_log_is_compared_only_where_it_changed() {
    let mut story = raft();
    let long: Vec<Entry> = (1..=1_000).map(|item| entry(1, item)).collect();
    story.elected(1, 1, &[1, 2]).writes(1, 1, &long).commits(1, 1_000);
    story.writes(2, 1, &long[..500]).commits(2, 500).writes(2, 501, &long[500..]).commits(2, 1_000);
    // Three restarts that lost nothing: nothing is compared again, and nothing is forgotten.
    for _ in 0..3 {
        story.crashes(2).restarts(2, 1_000).commits(2, 1_000);
    }
    story.elected(2, 2, &[2, 3]);
    let verdicts = story.end();
    verdicts.only(&[]);
    verdicts.held(LeaderCompleteness);
}

#[test]
fn whom_late_votes_bring_to_lead_in_an_older_epoch_need_not_hold_what_a_newer_one_committed() {
    let mut story = raft();
    story.elected(1, 1, &[1, 2]).writes(1, 1, &[entry(1, 0)]).steps_down(1, 1);
    // The votes of epoch 2 are cast, and on their way, when epoch 3 chooses n1, which commits its entry of epoch 1.
    story.votes(2, 2, 3).votes(3, 2, 3).elected(1, 3, &[1, 2]).writes(1, 2, &[entry(3, 0)]).commits(1, 2);
    story.shows(3, Observation::new(Role::Leader, Epoch(2, 0)).with_authority(Authority::UntilItSays)).leads(3, 2);
    story.end().not_exercised(LeaderCompleteness);
}
