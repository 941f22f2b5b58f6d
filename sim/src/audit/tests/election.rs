//! Votes, epochs, and who led.

use super::*;
use crate::outcome::{Severity, Standing};
use Promise::{DurableBeforeReply, ElectionSafety, QuorumCertificate, TermMonotonic, VoteOnce};

#[test]
fn an_ordinary_election_passes_and_says_what_it_did_not_exercise() {
    let verdicts = raft().elected(1, 1, &[1, 2]).says(1, 1).end();
    verdicts.only(&[]);
    verdicts.held(QuorumCertificate);
    verdicts.held(DurableBeforeReply);
    verdicts.not_exercised(ElectionSafety);
    verdicts.not_exercised(VoteOnce);
    verdicts.not_exercised(TermMonotonic);
}

#[test]
fn two_leaders_of_one_epoch_are_caught_and_counted() {
    let verdicts = raft().elected(1, 1, &[1, 2]).elected(3, 1, &[3, 2]).end();
    assert!(verdicts.violated(ElectionSafety).contains("n1 had led in epoch 1"));
    assert_eq!(verdicts.split_brain.same_epoch, 1);
    // Each had two votes: the cause is the voter.
    assert!(verdicts.violated(VoteOnce).contains("n2 had voted for n1 in epoch 1"));
    assert_eq!(verdicts.of(QuorumCertificate).verdict, Verdict::Held);
}

#[test]
fn two_leaders_of_different_epochs_are_no_collision_but_an_exercise() {
    let verdicts = raft().elected(1, 1, &[1, 2]).elected(3, 2, &[3, 2]).end();
    verdicts.held(ElectionSafety);
    assert_eq!(verdicts.of(ElectionSafety).exercised, 1);
}

#[test]
fn a_leader_whose_tenure_lapsed_and_began_again_in_its_epoch_is_the_same_leader() {
    let verdicts = raft().elected(1, 1, &[1, 2]).ends(1).leads(1, 1).end();
    verdicts.only(&[]);
}

#[test]
fn a_vote_that_is_repeated_to_the_same_candidate_is_no_second_vote() {
    let verdicts = raft().votes(2, 4, 1).asks(1, 2, 4).votes(2, 4, 1).end();
    verdicts.not_exercised(VoteOnce);
}

#[test]
fn a_voter_that_crashed_and_forgot_its_vote_is_caught() {
    let verdicts = raft().votes(2, 4, 1).crashes(2).restarts(2, 0).asks(3, 2, 4).votes(2, 4, 3).end();
    assert!(verdicts.violated(VoteOnce).contains("n2 had voted for n1 in epoch 4 and voted for n3 too"));
    assert_eq!(verdicts.of(VoteOnce).standing, Standing::Promised);
    assert_eq!(verdicts.of(VoteOnce).severity, Severity::Safety);
}

#[test]
fn a_voter_that_refuses_a_second_candidate_has_been_put_to_the_test() {
    let verdicts = raft().votes(2, 4, 1).asks(3, 2, 4).says(2, 4).end();
    verdicts.held(VoteOnce);
    assert_eq!(verdicts.of(VoteOnce).exercised, 1);
}

#[test]
fn a_wiped_disk_puts_a_second_vote_outside_the_assumptions() {
    let broken = Broken { wiped: true, ..Broken::default() };
    let verdicts = raft().votes(2, 4, 1).crashes(2).restarts(2, 0).votes(2, 4, 3).end_with(broken);
    verdicts.violated(VoteOnce);
    assert_eq!(verdicts.of(VoteOnce).standing, Standing::OutsideAssumptions);
    assert_eq!(verdicts.of(VoteOnce).severity, Severity::Measurement);
}

#[test]
fn two_leaders_of_one_epoch_are_a_safety_finding_even_where_nothing_was_promised() {
    let mut story = Story::with_claims(3, RAFT, &[], |_| ());
    let verdicts = story.elected(1, 1, &[1, 2]).elected(3, 1, &[3, 2]).end();
    assert_eq!(verdicts.of(ElectionSafety).standing, Standing::NotPromised);
    assert_eq!(verdicts.of(ElectionSafety).severity, Severity::Safety);
}

#[test]
fn an_epoch_that_falls_over_a_restart_is_caught_and_one_that_stays_is_an_exercise() {
    let verdicts = raft().says(1, 7).crashes(1).restarts(1, 0).says(1, 7).end();
    verdicts.held(TermMonotonic);
    let verdicts = raft().says(1, 7).crashes(1).restarts(1, 0).says(1, 1).end();
    assert!(verdicts.violated(TermMonotonic).contains("n1 had been in epoch 7"));
}

#[test]
fn a_message_that_says_nothing_of_its_epoch_is_not_a_fall() {
    let verdicts = raft().says(1, 7).sends(1, Asserts::default(), true).says(1, 7).end();
    verdicts.only(&[]);
}

#[test]
fn a_vote_that_leaves_before_the_disk_has_answered_is_caught_without_a_crash() {
    let vote = Asserts { epoch: term(3), vote: Some((term(3), node(1))) };
    let verdicts = raft().sends(2, vote, false).end();
    assert!(verdicts.violated(DurableBeforeReply).contains("a vote of n2 for n1 in epoch 3"));
}

#[test]
fn a_leader_that_counted_one_vote_twice_is_caught() {
    let mut story = Story::new(4, RAFT, Assumption::Asynchrony);
    let verdicts = story.elected(1, 1, &[1, 2, 2]).end();
    assert!(verdicts.violated(QuorumCertificate).contains("2 of 4 members; 3 are needed"));
}

#[test]
fn a_vote_of_an_earlier_epoch_does_not_count() {
    let verdicts = raft().votes(2, 1, 1).elected(1, 2, &[1]).end();
    verdicts.violated(QuorumCertificate);
}

#[test]
fn an_algorithm_without_epochs_and_votes_is_not_judged_by_them() {
    let verdicts = Story::new(3, BULLY, Assumption::Synchrony).leads(3, 0).end();
    for promise in [ElectionSafety, VoteOnce, TermMonotonic, DurableBeforeReply, QuorumCertificate] {
        assert_eq!(verdicts.of(promise).verdict, Verdict::NotApplicable);
    }
}
