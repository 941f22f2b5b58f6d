//! The choice in tables and sentences, for the eye and as Markdown.

use std::fmt::Write;

use sim::Span;

use super::sentences::{a_day, said};
use super::{Cell, Choice, Latency, Meets, Wishes, choices};
use crate::compare::Comparison;
use crate::escape::Escaped;
use crate::paint::Paint;
use crate::quantile::TooFew;
use crate::rate::Rate;
use crate::table::{Cell as Entry, Table};
use crate::words;

/// Nothing, where nothing was varied and nothing is wished for.
pub fn human(comparison: &Comparison) -> String {
    let mut out = String::new();
    for choice in of(comparison) {
        writeln!(out, "\n{}\n", Paint::Bold.on(&heading(comparison, &choice))).expect("a string takes any text");
        out.push_str(&table(&comparison.wishes, &choice).text());
        let lines = said(&comparison.wishes, &choice);
        lines.iter().for_each(|line| writeln!(out, "  {line}").expect("a string takes any text"));
    }
    out
}

/// The same as Markdown.
pub fn markdown(comparison: &Comparison) -> String {
    let mut out = String::new();
    for choice in of(comparison) {
        write!(out, "\n## {}\n\n", heading(comparison, &choice)).expect("a string takes any text");
        out.push_str(&table(&comparison.wishes, &choice).markdown());
        out.push('\n');
        let lines = said(&comparison.wishes, &choice);
        let bullet = |line: &String| if line.starts_with("  ") { format!("  - {}", line.trim()) } else { format!("- {line}") };
        lines.iter().for_each(|line| writeln!(out, "{}", bullet(line)).expect("a string takes any text"));
    }
    out
}

/// The same for the page.
pub(crate) fn html(comparison: &Comparison) -> String {
    let mut out = String::new();
    for choice in of(comparison) {
        let heading = heading(comparison, &choice);
        write!(out, "<h3>{}</h3>\n<div class=\"wide\">\n", Escaped(&heading)).expect("a string takes any text");
        out.push_str(&table(&comparison.wishes, &choice).html("figures"));
        out.push_str("</div>\n<ul>\n");
        let lines = said(&comparison.wishes, &choice);
        lines.iter().for_each(|line| writeln!(out, "<li>{}</li>", Escaped(line.trim())).expect("a string takes any text"));
        out.push_str("</ul>\n");
    }
    out
}

fn of(comparison: &Comparison) -> Vec<Choice> {
    if comparison.wishes.is_empty() { Vec::new() } else { choices(comparison) }
}

/// Which scenario gave which figure.
fn heading(comparison: &Comparison, choice: &Choice) -> String {
    let step = comparison.wishes.cells();
    let named = |faults: bool| {
        let rows = comparison.rows.iter().step_by(step).filter(|row| row.faults == faults);
        rows.map(|row| row.scenario.as_str()).collect::<Vec<&str>>().join(", ")
    };
    let mut from = Vec::new();
    if !named(true).is_empty() {
        from.push(format!("failovers from {}", named(true)));
    }
    if !named(false).is_empty() {
        from.push(format!("false failovers from {}", named(false)));
    }
    format!("{}: {}", choice.algorithm, from.join(", "))
}

fn table(wishes: &Wishes, choice: &Choice) -> Table {
    let mut table = Table::new(&["value", "under", "failovers", "p99 failover", "never", "false a day", "targets"]);
    for (place, cell) in choice.cells.iter().enumerate() {
        let values = wishes.values(place);
        let value =
            |at: usize| values.get(at).map_or_else(String::new, |value| format!("{}={value}", last(&wishes.axes[at].setting)));
        let recommended = choice.recommended.contains(&Some(place));
        let latency = cell.as_ref().and_then(|cell| cell.latency.as_ref());
        let rate = cell.as_ref().and_then(|cell| cell.rate.as_ref());
        table.row([
            Entry::painted(value(0), if recommended { Paint::Bold } else { Paint::Plain }),
            value(1).into(),
            latency.map_or_else(String::new, |latency| latency.failovers.to_string()).into(),
            latency.map_or_else(String::new, p99).into(),
            latency.map_or_else(String::new, |latency| latency.never.to_string()).into(),
            rate.map_or_else(String::new, false_a_day).into(),
            if wishes.targets() { verdict(cell.as_ref(), recommended) } else { "".into() },
        ]);
    }
    table
}

/// `election-timeout` of `algorithm.raft.election-timeout`: the rest stands in the command.
fn last(setting: &str) -> &str {
    setting.rsplit('.').next().unwrap_or(setting)
}

fn verdict(cell: Option<&Cell>, recommended: bool) -> Entry {
    match cell.map(|cell| cell.meets) {
        None => Entry::from("does not play"),
        Some(Meets::Surely) if recommended => Entry::painted("met: take this", Paint::Bold),
        Some(Meets::Surely) => Entry::from("met"),
        Some(Meets::Perhaps) => Entry::from("perhaps"),
        Some(Meets::No) => Entry::painted("missed", Paint::Bad),
    }
}

fn p99(latency: &Latency) -> String {
    let time = |time: Option<u64>| time.map_or_else(|| String::from("never"), |ns| words::span(Span(ns)));
    match &latency.p99 {
        Ok(p99) => format!("{} ({} to {})", time(p99.value), time(p99.low), time(p99.high)),
        Err(TooFew { needed, .. }) => format!("needs {needed}"),
    }
}

fn false_a_day(rate: &Rate) -> String {
    format!("{} ({} to {})", a_day(rate.value), a_day(rate.low), a_day(rate.high))
}
