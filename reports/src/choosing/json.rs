//! The choice as a part of a comparison's JSON.

use serde::Serialize;

use super::sentences::said;
use super::{Cell, Choice, Wishes, choices};
use crate::compare::Comparison;

#[derive(Serialize)]
pub(crate) struct Choosing<'a> {
    target_p99_ns: Option<u64>,
    target_false_per_day: Option<f64>,
    /// The first varies fastest in `cells`.
    settings: Vec<Setting<'a>>,
    algorithms: Vec<OneChoice<'a>>,
}

#[derive(Serialize)]
struct Setting<'a> {
    setting: &'a str,
    values: &'a [String],
}

#[derive(Serialize)]
struct OneChoice<'a> {
    algorithm: &'a str,
    /// Null: it does not play.
    cells: Vec<Option<OneCell<'a>>>,
    /// Places in `cells`, one for each value of the second setting; null: nothing surely meets the targets.
    recommended: Vec<Option<usize>>,
    said: Vec<String>,
}

#[derive(Serialize)]
struct OneCell<'a> {
    values: Vec<&'a str>,
    latency: Option<OneLatency>,
    false_failovers: Option<OneRate>,
    meets: &'static str,
}

#[derive(Serialize)]
struct OneLatency {
    scenario: String,
    failovers: usize,
    never: usize,
    p99_ns: Option<u64>,
    p99_low_ns: Option<u64>,
    p99_high_ns: Option<u64>,
    /// So many figures are needed; null: there are enough.
    needs: Option<usize>,
}

#[derive(Serialize)]
struct OneRate {
    count: u64,
    days: f64,
    per_day: f64,
    per_day_low: f64,
    /// Null: nothing was watched.
    per_day_high: Option<f64>,
}

/// `None`, where nothing was varied and nothing is wished for.
pub(crate) fn choosing(comparison: &Comparison) -> Option<Choosing<'_>> {
    let wishes = &comparison.wishes;
    if wishes.is_empty() {
        return None;
    }
    Some(Choosing {
        target_p99_ns: wishes.p99.map(|most| most.0),
        target_false_per_day: wishes.false_per_day,
        settings: wishes.axes.iter().map(|axis| Setting { setting: &axis.setting, values: &axis.values }).collect(),
        algorithms: choices(comparison).into_iter().map(|choice| one(wishes, choice)).collect(),
    })
}

fn one(wishes: &Wishes, choice: Choice) -> OneChoice<'_> {
    let said = said(wishes, &choice);
    let cell = |(place, cell): (usize, Option<Cell>)| cell.map(|cell| of(wishes.values(place), cell));
    OneChoice {
        algorithm: choice.algorithm,
        cells: choice.cells.into_iter().enumerate().map(cell).collect(),
        recommended: choice.recommended,
        said,
    }
}

fn of(values: Vec<&str>, cell: Cell) -> OneCell<'_> {
    let latency = cell.latency.map(|latency| {
        let p99 = latency.p99.ok();
        OneLatency {
            failovers: latency.failovers,
            never: latency.never,
            p99_ns: p99.and_then(|p99| p99.value),
            p99_low_ns: p99.and_then(|p99| p99.low),
            p99_high_ns: p99.and_then(|p99| p99.high),
            needs: latency.p99.err().map(|few| few.needed),
            scenario: latency.scenario,
        }
    });
    let rate = cell.rate.map(|rate| OneRate {
        count: rate.count,
        days: rate.days,
        per_day: rate.value,
        per_day_low: rate.low,
        per_day_high: rate.high.is_finite().then_some(rate.high),
    });
    OneCell { values, latency, false_failovers: rate, meets: cell.meets.name() }
}
