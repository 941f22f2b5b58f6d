//! The choice for spreadsheets: one line for each algorithm and pair of values. What there is not is empty.

use super::{Cell, choices};
use crate::compare::Comparison;
use crate::compare::csv::quoted;
use crate::quantile::Quantile;

pub fn text(comparison: &Comparison) -> String {
    let wishes = &comparison.wishes;
    let mut out = String::from("algorithm,");
    wishes.axes.iter().for_each(|axis| out.push_str(&format!("{},", quoted(&axis.setting))));
    out.push_str("failovers,never,p99_ns,p99_low_ns,p99_high_ns,false_failovers,days,false_per_day,false_per_day_low,");
    out.push_str("false_per_day_high,meets,recommended\n");
    for choice in choices(comparison) {
        for (place, cell) in choice.cells.iter().enumerate() {
            let values: String = wishes.values(place).iter().map(|value| quoted(value) + ",").collect();
            let recommended = choice.recommended.contains(&Some(place));
            let figures = cell.as_ref().map_or_else(|| ",".repeat(11), figures);
            out.push_str(&format!("{},{values}{figures}{recommended}\n", choice.algorithm));
        }
    }
    out
}

/// With a comma behind each.
fn figures(cell: &Cell) -> String {
    let number = |figure: Option<u64>| figure.map_or_else(String::new, |figure| figure.to_string());
    let latency = cell.latency.as_ref();
    let p99 = latency.and_then(|latency| latency.p99.ok());
    let time = |which: fn(Quantile) -> Option<u64>| number(p99.and_then(which));
    let rate = cell.rate.as_ref();
    [
        number(latency.map(|latency| latency.failovers as u64)),
        number(latency.map(|latency| latency.never as u64)),
        time(|p99| p99.value),
        time(|p99| p99.low),
        time(|p99| p99.high),
        number(rate.map(|rate| rate.count)),
        rate.map_or_else(String::new, |rate| rate.days.to_string()),
        rate.map_or_else(String::new, |rate| rate.value.to_string()),
        rate.map_or_else(String::new, |rate| rate.low.to_string()),
        rate.map_or_else(String::new, |rate| rate.high.to_string()),
        String::from(cell.meets.name()),
    ]
    .map(|figure| figure + ",")
    .concat()
}
