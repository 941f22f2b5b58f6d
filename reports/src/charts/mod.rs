//! Charts: outcomes in, SVG out, the same bytes on every machine. An algorithm has one colour everywhere, every line is named where
//! it ends, and the caption says how many figures there are and how they are defined.

mod availability;
mod axis;
mod canvas;
mod curves;
mod distribution;
mod failover;
mod frame;
mod heat;
mod labels;
mod matrix;
mod palette;
mod parts;
mod ratios;
mod step;
mod text;

#[cfg(test)]
mod tests;

pub use canvas::{Chart, Figure, Label};
pub use curves::{Pair, Published, curves};
pub use heat::{Axis, Cell, Grid, heat, maps};
pub use palette::dark;

use crate::compare::Comparison;

/// Every chart of a comparison: who was safe where, then scenario by scenario. Where settings were varied, maps of their values
/// take the place of the scenarios' own charts, which would be as many as there are values.
pub fn all(comparison: &Comparison) -> Vec<Chart> {
    let mut charts: Vec<Chart> = matrix::chart(comparison).into_iter().collect();
    if !comparison.wishes.axes.is_empty() {
        charts.extend(heat::maps(comparison));
        return charts;
    }
    for (place, row) in comparison.rows.iter().enumerate() {
        let (pointer, seeds) = (format!("/scenarios/{place}"), &comparison.seeds);
        charts.push(failover::chart(row, &pointer, seeds));
        charts.extend(parts::chart(row, &pointer, seeds));
        charts.extend(ratios::chart(row, &pointer, seeds));
        charts.extend(availability::chart(row, &pointer, seeds));
    }
    charts
}

/// A name as part of a file's name.
fn file_name(scenario: &str, what: &str) -> String {
    format!("{}-{what}.svg", plain(scenario))
}

/// A scenario's name with nothing in it that a file's name cannot hold everywhere.
pub fn plain(scenario: &str) -> String {
    scenario.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}
