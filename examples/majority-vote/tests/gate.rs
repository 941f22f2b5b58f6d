//! The gate: one line for the algorithm, and one for each bug that it must not let through.

use hustings::testing::gate;
use majority_vote::MajorityVote;

#[test]
fn nothing_breaks_what_it_claims() {
    gate::<MajorityVote>().seeds(200).set("work.fencing=at-least").run();
}

#[test]
#[should_panic(expected = "vote-once violated")]
fn a_second_vote_in_one_term_is_caught() {
    gate::<MajorityVote>().seeds(20).set("work.fencing=at-least").mutant("votes-twice").run();
}

#[test]
#[should_panic(expected = "durable-before-reply violated")]
fn a_vote_that_the_disk_does_not_hold_yet_is_caught() {
    gate::<MajorityVote>().seeds(20).set("work.fencing=at-least").mutant("answers-before-the-disk").run();
}

#[test]
#[should_panic(expected = "quorum-certificate violated")]
fn an_answer_that_is_no_vote_is_caught_when_it_makes_a_leader() {
    gate::<MajorityVote>().seeds(200).set("work.fencing=at-least").mutant("counts-any-answer").run();
}
