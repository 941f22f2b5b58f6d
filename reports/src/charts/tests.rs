//! Charts of comparisons that were made by hand: what is written in them is in the JSON, and nothing lies on anything else.

use std::sync::OnceLock;

use serde_json::Value;
use sim::Span;

use super::*;
use crate::choosing::Wishes;
use crate::compare::{Column, First, Row, Seed, Seeds, json};
use crate::published::{self, WAN, Wan};
use crate::quantile::{Quantile, Sample, TooFew};
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
        measure: None,
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
    let row = Row {
        scenario: String::from("leader-crash"),
        about: String::new(),
        faults: true,
        measure: None,
        varied: Vec::new(),
        columns: columns.collect(),
    };
    Comparison { version: "0", seeds: 0..seeds, asked: seeds, rows: vec![row], wishes: Wishes::default() }
}

fn comparisons() -> impl Iterator<Item = Comparison> {
    let sizes = [(1, 1), (1, 400), (2, 60), (9, 40), (9, 1), (2, 5)];
    sizes.into_iter().flat_map(|(algorithms, seeds)| [false, true].map(|never| comparison(algorithms, seeds, never)))
}

/// Every verdict of the matrix, in scenarios of which one is for nobody and one leaves every leader alone; and names that would end
/// an attribute, a tag or a file's name.
fn verdicts() -> Comparison {
    let mut comparison = comparison(9, 40, true);
    let mut row = self::comparison(9, 40, false).rows.remove(0);
    row.scenario = String::from("a & b <\"c\">/../d");
    for (place, column) in row.columns.iter_mut().enumerate() {
        column.invariants = vec!["election-safety", "eventual-leader", "belief-overlap"];
        let other = |seed: Seed| Seed {
            first: None,
            exercised: place != 5,
            safety: u64::from(place == 1 && seed.seed.is_multiple_of(3)),
            liveness: if place == 2 { 0b10 } else { 0 },
            measured: if place == 3 { 0b100 } else { 0 },
            ..seed
        };
        column.seeds = column.seeds.iter().map(other).collect();
        if place > 6 {
            column.misfit = Some(format!("it needs a part that {} does not bring along, & < >", column.algorithm));
            column.seeds = Seeds::default();
        }
    }
    row.columns[6].seeds = Seeds::default();
    comparison.rows.push(row);
    comparison
}

fn quantile(value: Option<u64>) -> Result<Quantile, TooFew> {
    Ok(Quantile { value, low: value, high: value })
}

/// So many values against so many; among them cells that cannot play, that have too few figures, and that never recover.
fn grid(columns: usize, rows: usize) -> Grid {
    let values =
        |count: usize| (0..count).map(|place| format!("[\"{}ms\", \"{}ms\"]", 150 * (place + 1), 300 * (place + 1))).collect();
    let cell = |place: usize| {
        let p99 = match place % 7 {
            3 => Err(TooFew { there: 12, needed: 368 }),
            4 => quantile(None),
            5 => Err(TooFew { there: 0, needed: 368 }),
            _ => quantile(Some(17_654_321 * (place as u64 + 1))),
        };
        (place % 7 != 6).then_some(Cell { runs: 1_000, p99, false_a_day: place as f64 * 1_234.56, pointer: None })
    };
    let axis = |setting: &str, count| Axis { setting: String::from(setting), values: values(count) };
    Grid {
        scenario: String::from("healthy-with-pauses"),
        algorithm: String::from("raft"),
        x: axis("algorithm.raft.election-timeout", columns),
        y: (rows > 1).then(|| axis("network.delay", rows)),
        cells: (0..columns * rows).map(cell).collect(),
        recommended: vec![0],
    }
}

fn pairs(trials: u64) -> Vec<Pair> {
    let measured = |f: u64| Sample::new((0..trials).map(|i| Some(360_000_000 + (i * i % 1_999) * 100_000 * (f + 1))));
    let points = |f: u64| (1..100).map(|p| (p as f64, 360_000_000 + p * 2_000_000 * (f + 1))).collect::<Vec<_>>();
    let band = |f: u64| points(f).into_iter().map(|(p, time)| (p, time * 97 / 100, time * 103 / 100)).collect();
    let pair = |f: u64| Pair {
        name: format!("{f} servers down"),
        measured: measured(f),
        published: Published { points: points(f), band: band(f) },
    };
    (0..3).map(pair).collect()
}

/// Every kind of chart in every situation that is known to be hard.
fn charts() -> &'static [Chart] {
    // Drawn once for all tests: resampling takes its time.
    static CHARTS: OnceLock<Vec<Chart>> = OnceLock::new();
    CHARTS.get_or_init(drawn)
}

fn drawn() -> Vec<Chart> {
    let mut charts: Vec<Chart> = comparisons().chain([verdicts()]).flat_map(|comparison| all(&comparison)).collect();
    for (columns, rows) in [(1, 1), (4, 1), (3, 4), (12, 5), (40, 2)] {
        charts.extend(heat(&grid(columns, rows)));
    }
    for trials in [1, 2_000, 1_000_000] {
        let (file, title) = (format!("v5-{trials}.svg"), "V5 against what was published");
        charts.push(curves(&file, title, "time to the leader that stays", &[], &pairs(trials)));
    }
    for trials in [100, 100_000] {
        let measured: Vec<(Wan, Sample)> = WAN.into_iter().zip(pairs(trials)).map(|(wan, pair)| (wan, pair.measured)).collect();
        charts.push(published::chart(&measured));
    }
    charts
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
    let charts = charts();
    assert!(charts.len() > 60, "{} charts", charts.len());
    charts.iter().for_each(check);
}

#[test]
fn every_chart_is_a_well_formed_document_that_says_what_its_labels_say() {
    for chart in charts() {
        let document = roxmltree::Document::parse(&chart.svg).unwrap_or_else(|error| panic!("{}: {error}", chart.file));
        let texts: Vec<&str> = document
            .descendants()
            .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")))
            .map(|node| node.text().unwrap_or("").trim_matches('\n'))
            .collect();
        let labels: Vec<&str> = chart.labels.iter().map(|label| label.text.as_str()).collect();
        assert_eq!(texts, labels, "{}", chart.file);
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        assert!(chart.file.chars().all(plain), "{} is no name for a file", chart.file);
    }
}

#[test]
fn the_matrix_has_a_word_for_everything_that_can_come_of_a_scenario() {
    let chart = matrix::chart(&verdicts()).unwrap();
    for word in ["finding", "late", "measured", "safe", "not exercised", "does not play", "not run"] {
        assert!(chart.labels.iter().any(|label| label.text == word), "nobody is `{word}`");
    }
    let notes = |label: &&Label| label.text.contains("does not play: it needs a part");
    assert_eq!(chart.labels.iter().filter(notes).count(), 2);
}

#[test]
fn whoever_never_recovers_is_counted_in_the_chart_and_nobody_is_dropped() {
    let chart = failover::chart(&comparison(2, 60, true).rows[0], "", &(0..60));
    let texts: Vec<&str> = chart.labels.iter().map(|label| label.text.as_str()).collect();
    assert!(texts.iter().any(|text| text.starts_with("zab: 60 of 60 never")), "{texts:?}");
    assert!(texts.iter().any(|text| text.starts_with("raft: ") && text.ends_with("2 of 60 never")), "{texts:?}");
}

#[test]
fn whoever_the_end_of_the_run_cut_short_is_not_said_never_to_recover() {
    let mut comparison = comparison(2, 60, true);
    comparison.rows[0].columns.iter_mut().for_each(|column| column.recovery = Span(u64::MAX));
    let chart = failover::chart(&comparison.rows[0], "", &(0..60));
    let texts: Vec<&str> = chart.labels.iter().map(|label| label.text.as_str()).collect();
    assert!(texts.iter().any(|text| text.starts_with("zab: 60 of 60 cut short")), "{texts:?}");
    assert!(texts.iter().any(|text| text.starts_with("raft: ") && text.ends_with("2 of 60 cut short")), "{texts:?}");
}

/// The ways in which a figure of the JSON may be written in a label.
fn shown(value: &Value) -> Vec<String> {
    match (value.as_u64(), value.as_f64()) {
        (Some(whole), _) => vec![text::grouped(whole), words::span(Span(whole))],
        (None, Some(ratio)) => vec![ratios::times(ratio), format!("{:.0} %", ratio * 100.0)],
        (None, None) => vec![String::from("never")],
    }
}

#[test]
fn every_figure_in_a_label_is_the_one_of_the_json() {
    let mut compared = 0;
    for comparison in comparisons().chain([verdicts()]) {
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
    let bytes = || all(&comparison(9, 40, true)).into_iter().map(|chart| chart.svg).collect::<Vec<String>>();
    assert_eq!(bytes(), bytes());
}
