//! The test kit: it passes what holds, and what breaks fails with the finding and with a command that really shows it again.

use std::panic::catch_unwind;
use std::process::Command;

use algorithms::{Bully, NaiveLowestId, Raft};
use hustings::testing::{Gate, gate};
use sim::Promise;

/// What a gate that does not pass says.
fn complaint(gate: Gate) -> String {
    // It has no state of ours that a panic could leave half done.
    let panic = catch_unwind(std::panic::AssertUnwindSafe(|| gate.run())).expect_err("this gate should not pass");
    *panic.downcast::<String>().expect("a panic with words")
}

#[test]
fn a_bug_fails_with_what_was_found_and_its_last_line_shows_it_again() {
    let said = complaint(gate::<Raft>().scenario("random-faults").seeds(200).mutant("R1"));
    assert!(said.starts_with("raft fails in random-faults, seed "), "{said}");
    assert!(said.contains("durable-before-reply violated at "), "{said}");

    let last = said.lines().last().expect("it says something");
    let (command, fingerprint) = last.split_once("  # fingerprint ").expect("the command and the fingerprint");
    let arguments = command.strip_prefix("cargo run --release -- ").expect("the author's own program");
    let output = Command::new(env!("CARGO_BIN_EXE_hustings"))
        .args(arguments.split(' '))
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("the program starts");
    let shown = String::from_utf8(output.stdout).expect("the program writes text");
    assert_eq!(output.status.code(), Some(1), "a safety finding:\n{shown}");
    assert!(shown.contains(fingerprint), "another run:\n{shown}");
}

#[test]
fn what_holds_passes_and_the_gate_says_what_it_has_tested() {
    let passed = gate::<Raft>()
        .scenario("random-faults")
        .scenario("fig8-like")
        .scenario("leader-isolated")
        .seeds(20)
        .leaves_unexercised(Promise::CommitCurrentTermOnly)
        .run();
    assert_eq!(passed.runs, 60);
    assert!(passed.skipped.is_empty());
    assert!(passed.exercised["election-safety"] > 20, "{:?}", passed.exercised);
}

#[test]
fn a_claim_that_nothing_put_to_the_test_is_not_passed() {
    let said = complaint(gate::<Raft>().scenario("healthy").seeds(1));
    assert!(said.starts_with("raft claims what none of its runs put to the test (1 in all): "), "{said}");
    assert!(said.contains("leader-completeness") && said.contains("more seeds"), "{said}");
}

#[test]
fn harm_outside_of_what_was_claimed_is_tolerated_only_by_name() {
    let split = || gate::<NaiveLowestId>().scenario("majority-split").seeds(3);
    let said = complaint(split());
    assert!(said.contains("effective-split-brain violated at ") && said.contains("(outside-assumptions)"), "{said}");
    let said = complaint(split().tolerates(Promise::EffectiveSplitBrain));
    assert!(said.starts_with("naive-lowest-id claims what none of its runs put to the test"), "no finding is left:\n{said}");
}

#[test]
fn harm_within_the_claims_is_never_tolerated() {
    let gate = gate::<Raft>().scenario("random-faults").seeds(200).mutant("R1").tolerates(Promise::DurableBeforeReply);
    assert!(complaint(gate).contains("durable-before-reply violated"));
}

#[test]
fn a_gate_through_which_nobody_can_go_shows_nothing() {
    let said = complaint(gate::<Bully>().seeds(0));
    assert!(said.contains("nothing ran") && said.contains(".seeds(20)"), "{said}");
    let said = complaint(gate::<Bully>().scenario("redlock-clock-jump").seeds(1));
    assert!(said.contains("nothing ran") && said.contains("redlock-clock-jump: "), "{said}");
}

#[test]
fn what_is_misspelt_is_told_as_the_command_line_tells_it() {
    assert!(complaint(gate::<Raft>().scenario("leader-isolatd")).contains("did you mean the library scenario `leader-isolated`"));
    assert!(complaint(gate::<Raft>().scenario("healthy").mutant("R999")).contains("raft has no mutant `R999`"));
    assert!(complaint(gate::<Raft>().scenario("healthy").set("nods=3")).contains("nods"));
}
