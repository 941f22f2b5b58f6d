//! The table of the zoo says what became of each mutant, and says loudly what must not be.

use super::*;

const EFFORT: Effort = Effort { sweeps: 3, budget: 2_000, quiet: 100 };

fn row(needed: &[Option<u64>]) -> Row {
    Row {
        algorithm: String::from("raft"),
        mutant: String::from("R2"),
        breaks: String::from("a rule"),
        caught_by: Some("vote-once"),
        condition: None,
        scenarios: vec![String::from("random-faults")],
        seeds_needed: needed.to_vec(),
        runs: 7,
        simulated: Span::secs(70),
        took: None,
        wreckage: Vec::new(),
        false_alarms: Vec::new(),
        command: Some(String::from("hustings run random-faults --algorithm raft --seed 3 --mutant R2")),
    }
}

#[test]
fn a_bug_that_one_sweep_misses_has_escaped_however_soon_the_others_saw_it() {
    let caught = row(&[Some(9), Some(1), Some(4)]);
    assert_eq!((caught.fate(), caught.median(), caught.worst()), (Fate::Caught, Some(4), Some(9)));
    let missed = row(&[Some(9), None, Some(4)]);
    assert_eq!((missed.fate(), missed.median(), missed.worst()), (Fate::Escaped, Some(9), None));
    assert_eq!(row(&[]).fate(), Fate::Escaped, "where no sweep was run nothing was caught");
    assert!(text(&[caught, missed], EFFORT).contains("1 of 2 bugs caught in each of 3 sweeps"));
}

#[test]
fn of_two_sweeps_the_median_is_the_lower_as_every_other_median_here() {
    for needed in [[3, 8], [8, 3]] {
        let row = row(&needed.map(Some));
        assert_eq!((row.median(), row.worst()), (crate::statistics::median(&needed), Some(8)));
        assert_eq!(row.median(), Some(3));
    }
    let half = row(&[None, Some(5)]);
    assert_eq!((half.median(), half.worst()), (Some(5), None));
    assert_eq!((row(&[None; 2]).median(), row(&[]).median(), row(&[]).worst()), (None, None, None));
}

#[test]
fn what_is_found_without_faults_or_without_a_bug_proves_nothing() {
    let broken = Row { wreckage: vec![String::from("eventual-leader")], ..row(&[Some(1); 3]) };
    assert_eq!(broken.fate(), Fate::Wreckage);
    let innocent = Row { false_alarms: vec![String::from("vote-once")], ..row(&[Some(1); 3]) };
    assert_eq!(innocent.fate(), Fate::FalseAlarm);
    let text = text(&[broken, innocent], EFFORT);
    assert!(text.contains("found without faults: eventual-leader") && text.contains("false alarms: raft R2"), "{text}");
}

#[test]
fn an_equivalent_stands_in_the_table_with_the_condition_under_which_it_is_one() {
    let equivalent = Row { caught_by: None, condition: Some("the log is durable"), ..row(&[]) };
    assert_eq!(equivalent.fate(), Fate::Harmless);
    let page = markdown(std::slice::from_ref(&equivalent), EFFORT);
    assert!(page.contains("a rule (no bug: the log is durable)") && page.contains("1 of 1 equivalents"), "{page}");
    let alarm = Row { false_alarms: vec![String::from("vote-once")], ..equivalent };
    assert_eq!(alarm.fate(), Fate::FalseAlarm);
}

#[test]
fn json_says_null_for_a_sweep_that_ran_out_of_seeds() {
    let json = pretty(&[row(&[Some(2), None])], EFFORT, "1.0.0");
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let mutant = &value["mutants"][0];
    assert_eq!(mutant["seeds_needed"], serde_json::json!([2, null]));
    assert_eq!((mutant["fate"].as_str(), mutant["seeds_worst"].as_u64()), (Some("escaped"), None));
    assert_eq!(mutant["simulated_ns"], 70_000_000_000u64);
}
