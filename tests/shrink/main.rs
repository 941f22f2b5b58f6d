//! Findings of random faults, made small by the command: what it writes fails by itself in the same way, and needs every event.

mod kit;

use kit::{Subject, table};

/// Three that are quick; of the last it is a liveness finding.
const QUICK: [(&str, &str); 3] = [("raft", "R7"), ("zab", "Z1"), ("kubernetes-lease", "L5")];

#[test]
fn findings_of_three_mutants_shrink_to_files_that_fail_alone_in_the_same_way() {
    for (algorithm, mutant) in QUICK {
        let subject = Subject::search(algorithm, mutant, 200).expect("random faults catch it within 200 seeds");
        let row = subject.shrink();
        assert!(row.events.1 < row.events.0, "{row:?}");
        assert!(row.messages <= 40, "{row:?}");
    }
}

/// Row 6 of the gate asks for so many findings, and for short stories of so many of them.
const ASKED: usize = 20;
const SHORT: usize = 15;

#[test]
#[ignore = "a finding of every mutant that random faults find: some minutes; prints the table of docs/shrinking.md"]
fn findings_of_twenty_mutants_and_more_shrink_within_a_minute_each() {
    let rows: Vec<_> = kit::found_by_random_faults().iter().map(Subject::shrink).collect();
    println!("{}", table(&rows));
    let short = |rows: &[kit::Row]| rows.iter().filter(|row| row.messages <= 40 && row.left_out == 0).count();
    println!("{} of {} stories are whole with at most 40 messages", short(&rows), rows.len());
    assert!(rows.iter().all(|row| row.seconds < 60.0));
    assert!(rows.len() >= ASKED, "only {} mutants are found by random faults", rows.len());
    let first = &rows[..ASKED];
    assert!(short(first) >= SHORT, "{} stories of the first {ASKED} are whole with at most 40 messages", short(first));
}

#[test]
fn a_saved_failure_shrinks_as_its_scenario_does_and_an_innocent_run_does_not() {
    kit::saved_failure_shrinks();
    let output = kit::hustings(&["shrink", "healthy", "--algorithm", "raft"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no finding"));
    let output = kit::hustings(&["shrink", "failure.json", "--seed", "3"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn who_is_interrupted_writes_the_smallest_that_it_has_and_says_so() {
    kit::interrupted();
}

#[test]
fn a_broken_promise_is_told_before_harm_that_nobody_promised_to_avoid() {
    kit::promises_come_first();
}

#[test]
fn what_cannot_be_written_takes_no_story_with_it() {
    kit::unwritable();
}
