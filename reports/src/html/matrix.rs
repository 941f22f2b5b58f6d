//! Scenario × algorithm: what came of each pair in one cell.

use super::push;
use crate::compare::{Column, Comparison};
use crate::escape::Escaped;
use crate::quantile::Quantile;
use crate::statistics;

/// Every algorithm of the comparison, in order.
pub fn algorithms(comparison: &Comparison) -> Vec<&'static str> {
    let mut names = Vec::new();
    for column in comparison.rows.iter().flat_map(|row| &row.columns) {
        if !names.contains(&column.algorithm) {
            names.push(column.algorithm);
        }
    }
    names
}

/// Every invariant that was violated anywhere.
pub fn found(comparison: &Comparison) -> Vec<&'static str> {
    let mut names = Vec::new();
    for column in comparison.rows.iter().flat_map(|row| &row.columns) {
        let figures = column.figures();
        for found in figures.safety.iter().chain(&figures.liveness).chain(&figures.measured) {
            if !names.contains(&found.invariant) {
                names.push(found.invariant);
            }
        }
    }
    names
}

pub fn html(comparison: &Comparison) -> String {
    let algorithms = algorithms(comparison);
    let mut out = String::from("<div class=\"wide\"><table class=\"matrix\"><thead><tr><th></th>");
    for algorithm in &algorithms {
        push(&mut out, format_args!("<th scope=\"col\">{}</th>", Escaped(algorithm)));
    }
    out.push_str("</tr></thead><tbody>\n");
    for (row_number, row) in comparison.rows.iter().enumerate() {
        push(&mut out, format_args!("<tr><th scope=\"row\" title=\"{}\">{}</th>", Escaped(&row.about), Escaped(&row.title())));
        for (number, algorithm) in algorithms.iter().enumerate() {
            match row.columns.iter().find(|column| column.algorithm == *algorithm) {
                Some(column) => cell(&mut out, column, row_number, number),
                None => out.push_str("<td></td>"),
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    out
}

fn cell(out: &mut String, column: &Column, row: usize, algorithm: usize) {
    if let Some(why) = &column.misfit {
        push(out, format_args!("<td><div class=\"cell misfit\" title=\"{}\"><b>– does not play</b></div></td>", Escaped(why)));
        return;
    }
    let figures = column.figures();
    let hit = |mask: &dyn Fn(u64, u64) -> bool| column.seeds.iter().filter(|seed| mask(seed.safety, seed.liveness)).count();
    let (safety, liveness) = (hit(&|safety, _| safety != 0), hit(&|_, liveness| liveness != 0));
    let runs = figures.runs;
    let (class, verdict, names) = match (safety, liveness) {
        (0, 0) => ("held", String::from("✓ held"), Vec::new()),
        (0, seeds) => ("liveness", format!("! late: {seeds} of {runs}"), figures.liveness.iter().collect()),
        (seeds, _) => ("safety", format!("✗ {seeds} of {runs}"), figures.safety.iter().collect()),
    };
    let mut lines: Vec<String> = names.iter().take(2).map(|found| String::from(found.invariant)).collect();
    if names.len() > 2 {
        lines.push(format!("and {} more", names.len() - 2));
    }
    if class == "held" {
        lines.push(format!("≤ {:.1} %", statistics::rule_of_three(runs as u64) * 100.0));
    }
    let measured = column.seeds.iter().filter(|seed| seed.measured != 0).count();
    if measured > 0 {
        lines.push(format!("measured in {measured}"));
    }
    lines.push(match (figures.lost, &figures.quantiles[0]) {
        (0, _) => String::from("no failover"),
        (_, Err(_)) => String::from("too few for a median"),
        (_, Ok(Quantile { value: Some(median), .. })) => format!("median {}", brief(*median)),
        (_, Ok(_)) if figures.is_mostly_stuck() => String::from("median: never"),
        (_, Ok(_)) => String::from("run too short"),
    });
    push(
        out,
        format_args!(
            "<td><button type=\"button\" class=\"cell {class}\" data-scenario=\"{row}\" data-algorithm=\"{algorithm}\"><b>{}</b>",
            Escaped(&verdict)
        ),
    );
    // A figure and its unit stay together.
    let last = lines.last_mut().expect("there always is a last line");
    *last = last.replace(' ', "\u{a0}");
    lines.iter().for_each(|line| push(out, format_args!("<span>{}</span>", Escaped(line))));
    out.push_str("</button></td>");
}

/// Three digits, for a cell with little room: `622 ms`, `1.22 s`. The table below says more.
fn brief(nanos: u64) -> String {
    match nanos {
        0..1_000_000 => format!("{} µs", nanos / 1_000),
        1_000_000..100_000_000 => format!("{:.1} ms", nanos as f64 / 1e6),
        100_000_000..999_500_000 => format!("{:.0} ms", nanos as f64 / 1e6),
        _ => format!("{:.2} s", nanos as f64 / 1e9),
    }
}
