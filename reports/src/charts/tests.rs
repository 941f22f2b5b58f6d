//! Charts of comparisons that were made by hand: what is written in them is in the JSON, and nothing lies on anything else.

use serde_json::Value;
use sim::Span;

use super::*;
use crate::compare::{Column, First, Row, Seed, json};
use crate::words;

const NAMES: [&str; 9] =
    ["raft", "zab", "kubernetes-lease", "etcd-session", "zookeeper-recipe", "redis-setnx", "redlock", "bully", "naive-lowest-id"];

fn seed(seed: u64, first: Option<First>) -> Seed {
    Seed {
        seed,
        first,
        safety: 0,
        liveness: 0,
        measured: 0,
        false_failovers: 0,
        conflicting_effects: 0,
        lost_acknowledged: 0,
        overlap_ns: 0,
        leaderless_ns: 5,
        messages: 100 + seed,
        end_ns: 30_000_000_000,
        exercised: true,
    }
}

/// A failover that ended, or one that went on for ever.
fn failover(total: Option<u64>) -> Option<First> {
    let part = total.map(|total| total / 2);
    Some(First { lost_ns: 1, detection: part, election: part, takeover: total.map(|_| 7) })
}

/// The first so many algorithms, each slower than the one before; with `never` the last recovers in no seed, the one before in most.
fn comparison(algorithms: usize, seeds: u64, never: bool) -> Comparison {
    let columns = NAMES.iter().take(algorithms).enumerate().map(|(place, name)| {
        let mut column = Column::new(name, None);
        for number in 0..seeds {
            let base = 150_000_000 * (1 + (place * place) as u64 / 3);
            let stuck = never && (place + 1 == algorithms || place + 2 == algorithms && number % 50 == 3);
            column.seeds.push(seed(number, failover((!stuck).then_some(base + number * 7_919 % 401 * base / 300))));
        }
        column
    });
    let row = Row { scenario: String::from("leader-crash"), about: String::new(), columns: columns.collect() };
    Comparison { version: "0", seeds: 0..seeds, rows: vec![row] }
}

fn comparisons() -> impl Iterator<Item = Comparison> {
    let sizes = [(1, 1), (1, 400), (2, 60), (9, 60), (9, 1), (2, 5)];
    sizes.into_iter().flat_map(|(algorithms, seeds)| [false, true].map(|never| comparison(algorithms, seeds, never)))
}

fn size(chart: &Chart, which: &str) -> f64 {
    chart.svg.split(&format!(" {which}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap().parse().unwrap()
}

fn check(chart: &Chart) {
    let (width, height) = (size(chart, "width"), size(chart, "height"));
    for (place, label) in chart.labels.iter().enumerate() {
        let (left, top, right, bottom) = label.bounds();
        assert!(
            left >= 0.0 && top >= 0.0 && right <= width && bottom <= height,
            "{}: `{}` is cut off: {:?}",
            chart.file,
            label.text,
            label.bounds()
        );
        for other in &chart.labels[..place] {
            let (other_left, other_top, other_right, other_bottom) = other.bounds();
            let apart = right <= other_left || other_right <= left || bottom <= other_top || other_bottom <= top;
            assert!(apart, "{}: `{}` lies on `{}`", chart.file, label.text, other.text);
        }
    }
}

#[test]
fn no_label_lies_on_another_or_is_cut_off() {
    comparisons().flat_map(|comparison| all(&comparison)).for_each(|chart| check(&chart));
}

/// The ways in which a figure of the JSON may be written in a label.
fn shown(value: &Value) -> Vec<String> {
    match (value.as_u64(), value.as_f64()) {
        (Some(whole), _) => vec![text::grouped(whole), words::span(Span(whole))],
        (None, Some(ratio)) => vec![format!("{ratio:.2}×"), format!("{:.0} %", ratio * 100.0)],
        (None, None) => vec![String::from("never")],
    }
}

#[test]
fn every_figure_in_a_label_is_the_one_of_the_json() {
    let mut compared = 0;
    for comparison in comparisons() {
        let document: Value = serde_json::from_str(&json::text(&comparison)).unwrap();
        for chart in all(&comparison) {
            let of = |label: &Label| label.figures.clone().into_iter().map(|figure| (label.clone(), figure)).collect::<Vec<_>>();
            for (label, figure) in chart.labels.iter().flat_map(of) {
                let there = document.pointer(&figure.pointer).unwrap_or_else(|| panic!("{} is not in the JSON", figure.pointer));
                assert_eq!(there.to_string(), figure.value, "{}: {}", chart.file, figure.pointer);
                let (text, ways) = (&label.text, shown(there));
                assert!(ways.iter().any(|way| text.contains(way)), "{}: `{text}` shows none of {ways:?}", chart.file);
                compared += 1;
            }
        }
    }
    assert!(compared > 20, "{compared} figures");
}

#[test]
fn the_same_comparison_gives_the_same_bytes() {
    let bytes = || all(&comparison(9, 400, true)).into_iter().map(|chart| chart.svg).collect::<Vec<String>>();
    assert_eq!(bytes(), bytes());
}
