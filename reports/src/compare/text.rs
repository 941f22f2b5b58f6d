//! A comparison in words and tables, for the eye and as Markdown.

use std::fmt::Write;

use sim::Span;

use super::{Column, Comparison, Figures, Found, Row};
use crate::paint::Paint;
use crate::quantile::{Quantile, TooFew};
use crate::statistics;
use crate::table::{Cell, Table};
use crate::words;

/// Below this share of the seeds with a failover the figures say little, and the reader is told what to do.
const FEW: f64 = 0.5;

/// All scenarios, one after the other.
pub fn human(comparison: &Comparison) -> String {
    let mut out = String::new();
    for row in &comparison.rows {
        writeln!(out, "\n{}: {}\n", Paint::Bold.on(&row.scenario), row.about).expect("a string takes any text");
        out.push_str(&table(row).text());
        said(row).iter().for_each(|line| writeln!(out, "  {line}").expect("a string takes any text"));
    }
    out
}

/// The same as Markdown.
pub fn markdown(comparison: &Comparison) -> String {
    let seeds = &comparison.seeds;
    let mut out = format!("# Comparison, seeds {}..{}, version {}\n", seeds.start, seeds.end, comparison.version);
    for row in &comparison.rows {
        write!(out, "\n## {}\n\n{}\n\n", row.scenario, row.about).expect("a string takes any text");
        out.push_str(&table(row).markdown());
        out.push('\n');
        said(row).iter().for_each(|line| writeln!(out, "- {line}").expect("a string takes any text"));
    }
    out
}

/// Every algorithm that plays, with its figures.
pub(crate) fn table(row: &Row) -> Table {
    let head = ["algorithm", "failovers", "median", "p90", "p99", "never", "false a day", "overlap", "findings"];
    let mut table = Table::new(&head);
    for column in row.columns.iter().filter(|column| column.misfit.is_none()) {
        let figures = column.figures();
        let [p50, p90, p99] = figures.quantiles;
        let overlap = match figures.overlapped {
            0 => String::from("none"),
            seeds => format!("{seeds} seeds, up to {}", words::span(Span(figures.longest_overlap_ns))),
        };
        let paint = if figures.safety.is_empty() { Paint::Plain } else { Paint::Bad };
        table.row([
            Cell::painted(column.algorithm, Paint::Bold),
            format!("{} of {}", figures.lost, figures.runs).into(),
            quantile(p50, true).into(),
            quantile(p90, false).into(),
            quantile(p99, false).into(),
            figures.failover.never().to_string().into(),
            rate(figures.false_a_day()).into(),
            overlap.into(),
            Cell::painted(findings(&figures), paint),
        ]);
    }
    table
}

fn rate(rate: f64) -> String {
    if rate == 0.0 { String::from("0") } else { format!("{rate:.1}") }
}

/// `214 ms (210–219 ms)`.
fn quantile(quantile: Result<Quantile, TooFew>, with_interval: bool) -> String {
    let time = |figure: Option<u64>| figure.map_or_else(|| String::from("never"), |ns| words::span(Span(ns)));
    match quantile {
        Ok(found) if with_interval => format!("{} ({} to {})", time(found.value), time(found.low), time(found.high)),
        Ok(found) => time(found.value),
        Err(TooFew { there: 0, .. }) => String::from("-"),
        Err(TooFew { needed, .. }) => format!("needs {needed}"),
    }
}

fn findings(figures: &Figures) -> String {
    let named =
        |found: &[Found]| -> Vec<String> { found.iter().map(|one| format!("{} ({})", one.invariant, one.seeds)).collect() };
    let all: Vec<String> = named(&figures.safety).into_iter().chain(named(&figures.liveness)).collect();
    if all.is_empty() { String::from("none") } else { all.join(", ") }
}

/// What the figures amount to, each a sentence.
pub(crate) fn said(row: &Row) -> Vec<String> {
    let mut lines = Vec::new();
    let playing: Vec<&Column> = row.columns.iter().filter(|column| column.misfit.is_none() && !column.seeds.is_empty()).collect();
    let clean: Vec<&str> =
        playing.iter().filter(|column| column.figures().safety.is_empty()).map(|column| column.algorithm).collect();
    if let Some(runs) = playing.first().map(|column| column.seeds.len())
        && !clean.is_empty()
    {
        let bound = statistics::rule_of_three(runs as u64) * 100.0;
        lines.push(format!(
            "no safety finding in {runs} seeds of {}: with 95 % at most {bound:.1} % of seeds have one",
            clean.join(", ")
        ));
    }
    lines.extend(fastest(&playing));
    lines.extend(playing.iter().filter_map(|column| advice(column)));
    lines.extend(
        row.columns.iter().filter_map(|column| Some(format!("{} does not play: {}", column.algorithm, column.misfit.as_ref()?))),
    );
    lines
}

/// The fastest against each of the others.
fn fastest(playing: &[&Column]) -> Vec<String> {
    let median = |column: &&&Column| column.figures().failover.median().unwrap_or(u64::MAX);
    let Some(best) = playing.iter().filter(|column| column.figures().lost > 0).min_by_key(median) else { return Vec::new() };
    let mut lines = Vec::new();
    for other in playing.iter().filter(|other| other.algorithm != best.algorithm) {
        let Some(compared) = best.against(other) else { continue };
        let time = best.figures().failover.median().map_or_else(|| String::from("never"), |ns| words::span(Span(ns)));
        let won = compared.won.value * 100.0;
        lines.push(match compared.ratio {
            // Said the way round in which the factor is above one.
            Some(ratio) if ratio.excludes(1.0) => format!(
                "{}: median failover {time}, {:.2}x faster than {} (95 %: {:.2} to {:.2}, {} paired seeds, faster in {won:.0} %)",
                best.algorithm,
                1.0 / ratio.value,
                other.algorithm,
                1.0 / ratio.high,
                1.0 / ratio.low,
                compared.pairs
            ),
            Some(_) => format!(
                "{} and {}: no difference that {} paired seeds could show",
                best.algorithm, other.algorithm, compared.pairs
            ),
            None => {
                format!("{} recovers where {} mostly does not ({} paired seeds)", best.algorithm, other.algorithm, compared.pairs)
            }
        });
    }
    lines
}

/// What would make the figures say more.
fn advice(column: &Column) -> Option<String> {
    let figures = column.figures();
    let share = figures.lost as f64 / figures.runs.max(1) as f64;
    (share < FEW).then(|| {
        let (name, lost, runs) = (column.algorithm, figures.lost, figures.runs);
        format!("{name}: only {lost} of {runs} seeds caused a failover: aim at the leader, or lengthen the run")
    })
}
