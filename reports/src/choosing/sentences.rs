//! What one is to choose, in words.

use sim::Span;

use super::{Cell, Choice, Latency, Meets, Wishes};
use crate::quantile::{Quantile, TooFew};
use crate::rate::Rate;
use crate::words;

/// One or more for each value of the second setting; none where nothing is wished for.
pub(super) fn said(wishes: &Wishes, choice: &Choice) -> Vec<String> {
    if !wishes.targets() {
        return Vec::new();
    }
    let groups = choice.recommended.iter().zip(choice.cells.chunks(wishes.width())).enumerate();
    groups.flat_map(|(group, (recommended, cells))| of_group(wishes, choice, group, *recommended, cells)).collect()
}

fn of_group(wishes: &Wishes, choice: &Choice, group: usize, recommended: Option<usize>, cells: &[Option<Cell>]) -> Vec<String> {
    let circumstances = match wishes.axes.get(1) {
        Some(axis) => format!(" with {}={}", axis.setting, axis.values[group]),
        None => String::new(),
    };
    let who = format!("{}{circumstances}", choice.algorithm);
    let (both, meets) = match (wishes.p99, wishes.false_per_day) {
        (Some(_), Some(_)) => ("both targets", "meets"),
        _ => ("the target", "meets"),
    };
    if let Some(cell) = recommended.and_then(|place| choice.cells[place].as_ref()) {
        let which = match wishes.axes.first() {
            Some(axis) => {
                let most = if axis.ascending { "smallest" } else { "first" };
                format!("{} is the {most} that {meets} {both}", one(wishes, recommended.unwrap_or(0) % wishes.width()))
            }
            None => format!("what it is set to {meets} {both}"),
        };
        return vec![format!("{who}: {which}: {}", figures(wishes, cell).join("; "))];
    }
    let playing: Vec<(usize, &Cell)> = cells.iter().enumerate().filter_map(|(at, cell)| Some((at, cell.as_ref()?))).collect();
    if playing.is_empty() {
        return vec![format!("{who} does not play")];
    }
    let nobody = match wishes.axes.first() {
        Some(axis) => format!("{who}: no value of {} {meets} {both} with 95 % confidence", axis.setting),
        None => format!("{who}: what it is set to does not meet {both} with 95 % confidence"),
    };
    let mut lines = vec![nobody];
    lines.extend(met_by(wishes, &playing));
    lines.extend(closest(wishes, &playing));
    lines
}

/// `algorithm.raft.election-timeout=150ms..300ms`.
fn one(wishes: &Wishes, place: usize) -> String {
    wishes
        .axes
        .first()
        .map_or_else(|| String::from("what it is set to"), |axis| format!("{}={}", axis.setting, axis.values[place]))
}

/// Each target and who meets it.
fn met_by(wishes: &Wishes, playing: &[(usize, &Cell)]) -> Vec<String> {
    let Some(axis) = wishes.axes.first() else { return Vec::new() };
    let names = |meets: &dyn Fn(&Cell) -> Meets| -> String {
        let met: Vec<&str> =
            playing.iter().filter(|(_, cell)| meets(cell) == Meets::Surely).map(|(at, _)| axis.values[*at].as_str()).collect();
        if met.is_empty() { String::from("none") } else { met.join(", ") }
    };
    let mut lines = Vec::new();
    if let Some(most) = wishes.p99 {
        let names = names(&|cell| wishes.of_latency(cell.latency.as_ref()));
        lines.push(format!("  99 of 100 failovers within {}: {names}", words::span(most)));
    }
    if let Some(most) = wishes.false_per_day {
        let names = names(&|cell| wishes.of_rate(cell.rate.as_ref()));
        lines.push(format!("  at most {most} false failovers a day: {names}"));
    }
    lines
}

/// Who would meet the targets if the figures were exact; or whoever misses them by the smallest factor.
fn closest(wishes: &Wishes, playing: &[(usize, &Cell)]) -> Vec<String> {
    let perhaps = playing.iter().find(|(_, cell)| cell.meets == Meets::Perhaps);
    let (words, (at, cell)) = match perhaps {
        Some(found) => ("may, but so few seeds do not show it: take more", found),
        None => {
            let by_factor = |a: &&(usize, &Cell), b: &&(usize, &Cell)| excess(wishes, a.1).total_cmp(&excess(wishes, b.1));
            let Some(found) = playing.iter().min_by(by_factor) else { return Vec::new() };
            ("comes closest", found)
        }
    };
    vec![format!("  {} {words}: {}", one(wishes, *at), figures(wishes, cell).join("; "))]
}

/// By what factor the worse of the two targets is missed.
fn excess(wishes: &Wishes, cell: &Cell) -> f64 {
    let latency = match (wishes.p99, &cell.latency) {
        (Some(most), Some(Latency { p99: Ok(Quantile { value: Some(time), .. }), .. })) => *time as f64 / most.0.max(1) as f64,
        (Some(_), _) => f64::INFINITY,
        (None, _) => 0.0,
    };
    let rate = match (wishes.false_per_day, &cell.rate) {
        (Some(most), Some(rate)) if most > 0.0 => rate.value / most,
        (Some(_), Some(rate)) => {
            if rate.value > 0.0 {
                f64::INFINITY
            } else {
                1.0
            }
        }
        (Some(_), None) => f64::INFINITY,
        (None, _) => 0.0,
    };
    latency.max(rate)
}

/// What the cell has to say to each target.
fn figures(wishes: &Wishes, cell: &Cell) -> Vec<String> {
    let latency = wishes.p99.zip(cell.latency.as_ref()).map(|(most, latency)| of_latency(most, latency));
    let rate = wishes.false_per_day.zip(cell.rate.as_ref()).map(|(most, rate)| of_rate(most, rate));
    latency.into_iter().chain(rate).collect()
}

fn of_latency(most: Span, latency: &Latency) -> String {
    let time = |time: Option<u64>| time.map_or_else(|| String::from("never"), |ns| words::span(Span(ns)));
    let target = words::span(most);
    match &latency.p99 {
        Ok(p99) => format!(
            "99 of 100 failovers in {} are over within {} (95 %: at most {}; target {target}; {} failovers)",
            latency.scenario,
            time(p99.value),
            time(p99.high),
            latency.failovers
        ),
        Err(TooFew { there, needed }) => {
            format!("{} has {there} failovers, and a 99th percentile takes {needed} (target {target})", latency.scenario)
        }
    }
}

fn of_rate(most: f64, rate: &Rate) -> String {
    format!(
        "{} false failovers in {:.1} healthy days are {} a day (95 %: at most {}; target {most})",
        rate.count,
        rate.days,
        a_day(rate.value),
        a_day(rate.high)
    )
}

/// Three digits, so that small rates do not look like none.
pub(super) fn a_day(rate: f64) -> String {
    match rate {
        0.0 => String::from("0"),
        small if small < 0.095 => format!("{small:.3}"),
        few if few < 9.95 => format!("{few:.2}"),
        many => format!("{many:.0}"),
    }
}
