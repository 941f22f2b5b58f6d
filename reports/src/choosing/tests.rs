//! From seeds to the value that is recommended, by hand.

use super::*;
use crate::compare::{Column, First, Seed};

const HOUR: u64 = 3_600_000_000_000;
const MILLI: u64 = 1_000_000;

fn seed(seed: u64, failover_ms: Option<u64>, false_failovers: u32) -> Seed {
    let first =
        |ms: u64| First { lost_ns: 1, detection: Some(ms * MILLI), election: Some(0), takeover: (ms < 60_000).then_some(0) };
    Seed {
        seed,
        first: failover_ms.map(first),
        safety: 0,
        liveness: 0,
        measured: 0,
        false_failovers,
        conflicting_effects: 0,
        lost_acknowledged: 0,
        overlap_ns: 0,
        leaderless_ns: 0,
        messages: 1,
        end_ns: HOUR,
        measure: None,
        exercised: true,
    }
}

fn row(scenario: &str, faults: bool, value: &str, seeds: impl Iterator<Item = Seed>) -> Row {
    let mut column = Column::new("raft", None);
    column.seeds.extend(seeds);
    let (scenario, about) = (String::from(scenario), String::from("A test."));
    Row { scenario, about, faults, measure: None, varied: vec![String::from(value)], columns: vec![column] }
}

/// A timeout, how many milliseconds failovers take with it at most, and how many false failovers an hour there are.
fn comparison(runs: u64, values: &[(&str, u64, u32)], p99: Option<Span>, false_per_day: Option<f64>) -> Comparison {
    let slow = |value: &(&str, u64, u32)| {
        let most = value.1;
        row("crash", true, value.0, (0..runs).map(move |n| seed(n, Some(most - n % 100), 0)))
    };
    let quiet = |value: &(&str, u64, u32)| {
        let each = value.2;
        row("quiet", false, value.0, (0..runs).map(move |n| seed(n, None, each)))
    };
    let axis = Axis {
        setting: String::from("algorithm.raft.timeout"),
        values: values.iter().map(|value| String::from(value.0)).collect(),
        ascending: true,
    };
    Comparison {
        version: "1.2.3",
        seeds: 0..runs,
        asked: runs,
        rows: values.iter().map(slow).chain(values.iter().map(quiet)).collect(),
        wishes: Wishes { axes: vec![axis], p99, false_per_day },
    }
}

const THREE: &[(&str, u64, u32)] = &[("1s", 1_200, 2), ("2s", 2_200, 0), ("3s", 3_200, 0)];

#[test]
fn the_smallest_value_that_meets_both_targets_is_recommended() {
    let comparison = comparison(1_000, THREE, Some(Span::secs(4)), Some(1.0));
    let choice = &choices(&comparison)[0];
    assert_eq!(choice.recommended, [Some(1)]);
    assert_eq!(
        choice.cells.iter().flatten().map(|cell| cell.meets).collect::<Vec<_>>(),
        [Meets::No, Meets::Surely, Meets::Surely]
    );
    let text = text::human(&comparison);
    assert!(text.contains("raft: failovers from crash, false failovers from quiet"), "{text}");
    assert!(text.contains("timeout=2s is the smallest that meets both targets"), "{text}");
    assert!(text.contains("0 false failovers in 41.7 healthy days are 0 a day (95 %: at most 0.089; target 1)"), "{text}");
}

#[test]
fn where_no_value_meets_both_it_says_who_meets_which_and_who_comes_closest() {
    let comparison = comparison(1_000, &THREE[..2], Some(Span::secs(2)), Some(1.0));
    assert_eq!(choices(&comparison)[0].recommended, [None]);
    let text = text::human(&comparison);
    for line in [
        "no value of algorithm.raft.timeout meets both targets with 95 % confidence",
        "99 of 100 failovers within 2.000 s: 1s",
        "at most 1 false failovers a day: 2s",
        "timeout=2s comes closest",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
}

#[test]
fn what_so_few_seeds_do_not_show_is_not_recommended() {
    // In 400 hours nobody was deposed: a rate of 0.2 a day is not shown by that.
    let comparison = comparison(400, THREE, None, Some(0.2));
    let choice = &choices(&comparison)[0];
    assert_eq!(choice.recommended, [None]);
    assert_eq!(choice.cells[1].as_ref().map(|cell| cell.meets), Some(Meets::Perhaps));
    let text = text::human(&comparison);
    assert!(text.contains("timeout=2s may, but so few seeds do not show it"), "{text}");
}

#[test]
fn failovers_that_never_end_are_above_every_target() {
    let mut comparison = comparison(1_000, THREE, Some(Span::secs(4)), None);
    comparison.rows[1].columns[0].seeds = (0..1_000).map(|n| seed(n, Some(if n < 20 { 60_000 } else { 100 }), 0)).collect();
    let choice = &choices(&comparison)[0];
    let cell = choice.cells[1].as_ref().expect("it plays");
    assert_eq!((cell.meets, cell.latency.as_ref().map(|latency| latency.never)), (Meets::No, Some(20)));
    assert_eq!(choice.recommended, [Some(0)]);
}

#[test]
fn the_second_setting_is_a_circumstance_and_each_of_its_values_has_an_answer() {
    let of = |value: &(&str, u64, u32)| {
        let most = value.1;
        row("crash", true, value.0, (0..400).map(move |n| seed(n, Some(most - n % 100), 0)))
    };
    let axis = |setting: &str, values: [&str; 2]| Axis {
        setting: String::from(setting),
        values: values.map(String::from).into(),
        ascending: true,
    };
    let wishes = Wishes {
        axes: vec![axis("timeout", ["1s", "2s"]), axis("delay", ["1ms", "9ms"])],
        p99: Some(Span::secs(2)),
        false_per_day: None,
    };
    assert_eq!(
        (0..4).map(|cell| wishes.values(cell)).collect::<Vec<_>>(),
        [["1s", "1ms"], ["2s", "1ms"], ["1s", "9ms"], ["2s", "9ms"]]
    );
    let rows = [("a", 900, 0), ("b", 1_900, 0), ("c", 2_900, 0), ("d", 1_900, 0)].iter().map(of).collect();
    let comparison = Comparison { version: "1.2.3", seeds: 0..400, asked: 400, rows, wishes };
    assert_eq!(choices(&comparison)[0].recommended, [Some(0), Some(3)]);
    let text = text::markdown(&comparison);
    assert!(text.contains("- raft with delay=1ms: timeout=1s is the smallest"), "{text}");
    assert!(text.contains("- raft with delay=9ms: timeout=2s is the smallest"), "{text}");
}

#[test]
fn an_algorithm_that_cannot_play_has_no_cell_and_is_said_so() {
    let mut comparison = comparison(400, THREE, Some(Span::secs(4)), None);
    for row in &mut comparison.rows {
        row.columns[0] = Column::new("raft", Some(String::from("it is too small")));
    }
    assert_eq!(choices(&comparison)[0].cells, [None, None, None]);
    assert!(text::human(&comparison).contains("raft does not play"));
    assert!(csv::text(&comparison).contains("raft,1s,,,,,,,,,,,,false\n"), "{}", csv::text(&comparison));
}

#[test]
fn json_and_csv_hold_the_figures_of_the_table() {
    let comparison = comparison(1_000, THREE, Some(Span::secs(4)), Some(1.0));
    let json: serde_json::Value = serde_json::from_str(&crate::compare::json::text(&comparison)).expect("it is JSON");
    let choosing = &json["choosing"];
    assert_eq!(choosing["algorithms"][0]["recommended"], serde_json::json!([1]));
    assert_eq!(choosing["algorithms"][0]["cells"][0]["false_failovers"]["count"], 2_000);
    assert_eq!(choosing["algorithms"][0]["cells"][1]["latency"]["p99_ns"], 2_199 * MILLI);
    assert_eq!(json["scenarios"][1]["varied"], serde_json::json!({ "algorithm.raft.timeout": "2s" }));
    let csv = csv::text(&comparison);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[2].starts_with("raft,2s,1000,0,2199000000,") && lines[2].ends_with(",surely,true"), "{csv}");
    assert_eq!(lines[0].split(',').count(), lines[2].split(',').count());
}
