//! When was anybody in charge: for every algorithm one strip with the seeds from left to right, the darker the longer nobody led. The
//! seeds are paired, so a day that is bad for all is a dark line from top to bottom.

use std::ops::Range;

use sim::Span;

use super::axis::TICK;
use super::canvas::{Anchor, Canvas, Chart, Figure, Label};
use super::palette::{Colour, GRID, MUTED};
use super::{file_name, frame, text};
use crate::compare::{Column, Row, Seed};
use crate::words;

const NAME: f64 = 12.0;
const LINE: f64 = 24.0;
const THICK: f64 = 16.0;
const APART: f64 = 8.0;
/// A strip has at most so many stripes; where there are more seeds each shows the worst of several.
const STRIPES: usize = 200;
/// Up to this share of the run without a leader, in percent; the last is all the rest.
const LEVELS: [(u32, Colour); 5] = [
    (5, (0xE6, 0xF0, 0xFA)),
    (10, (0xAE, 0xC7, 0xE0)),
    (25, (0x6F, 0x97, 0xC4)),
    (50, (0x3A, 0x66, 0x9E)),
    (100, (0x0B, 0x2F, 0x66)),
];

/// The chart of one scenario; `pointer` is where it stands in the JSON. `None`: nobody ran.
pub fn chart(row: &Row, pointer: &str, seeds: &Range<u64>) -> Option<Chart> {
    let ran: Vec<(usize, &Column)> = row.columns.iter().enumerate().filter(|(_, column)| !column.seeds.is_empty()).collect();
    let longest = ran.iter().map(|(_, column)| column.seeds.len()).max()?;
    let title = format!("{}: how long nobody led, seed by seed", row.scenario);
    let mut canvas = Canvas::new(frame::WIDTH, 0.0);
    let top = frame::title(&mut canvas, &title) + 4.0;
    let names = ran.iter().map(|(_, column)| text::width(column.algorithm, NAME) * 1.12).fold(0.0, f64::max);
    let left = frame::MARGIN + names + APART;
    let labels: Vec<Label> = ran.iter().map(|(place, column)| median(column, &format!("{pointer}/algorithms/{place}"))).collect();
    let right = canvas.width - frame::MARGIN - labels.iter().map(Label::width).fold(0.0, f64::max) - APART;
    let in_one = longest.div_ceil(STRIPES);
    let width = (right - left) / longest.div_ceil(in_one) as f64;
    let mut y = top + LINE / 2.0;
    for ((_, column), label) in ran.iter().zip(labels) {
        canvas.label(Label::new(column.algorithm, (left - APART, y)).anchor(Anchor::Right).size(NAME).bold());
        stripes(&mut canvas, column, in_one, (left, y), width);
        canvas.label(Label { at: (right + APART, y), ..label });
        y += LINE;
    }
    let bottom = y - LINE / 2.0;
    let last = seeds.start + longest as u64 - 1;
    for (seed, x, anchor) in [(seeds.start, left, Anchor::Left), (last, right, Anchor::Right)] {
        if anchor == Anchor::Left || last > seeds.start {
            canvas.label(Label::new(format!("seed {seed}"), (x, bottom + 8.0)).anchor(anchor).size(TICK).colour(MUTED));
        }
    }
    key(&mut canvas, left, bottom + 30.0);
    let mut caption =
        vec![String::from("Share of each run in which no member held authority, its start included. Number: the median.")];
    if in_one > 1 {
        caption.push(format!("A stripe is {in_one} seeds, and as dark as the worst of them."));
    }
    frame::caption(&mut canvas, bottom + 48.0, &caption);
    Some(canvas.finish(file_name(&row.scenario, "availability"), title))
}

fn median(column: &Column, pointer: &str) -> Label {
    let median = column.figures().leaderless_ns.median();
    let said = median.map_or_else(|| String::from("never"), |ns| words::span(Span(ns)));
    let value = median.map_or_else(|| String::from("null"), |ns| ns.to_string());
    let figure = Figure { pointer: format!("{pointer}/leaderless_median_ns"), value };
    Label::new(said, (0.0, 0.0)).size(NAME).figures(vec![figure])
}

fn level(seed: &Seed) -> usize {
    // In whole numbers: a share in percent that is above the level before.
    let above = |seed: &Seed, percent: u32| u128::from(seed.leaderless_ns) * 100 > u128::from(seed.end_ns) * u128::from(percent);
    LEVELS[..LEVELS.len() - 1].iter().filter(|(percent, _)| above(seed, *percent)).count()
}

/// Neighbours of one level are one rectangle.
fn stripes(canvas: &mut Canvas, column: &Column, in_one: usize, (left, y): (f64, f64), width: f64) {
    // As many as there are stripes: of a million seeds nobody needs all at once.
    let mut levels = vec![0; column.seeds.len().div_ceil(in_one)];
    for (place, seed) in column.seeds.iter().enumerate() {
        let worst = &mut levels[place / in_one];
        *worst = level(&seed).max(*worst);
    }
    let mut from = 0;
    for run in levels.chunk_by(|a, b| a == b) {
        let to = from + run.len();
        let corners = [(from, y - THICK / 2.0), (to, y + THICK / 2.0)].map(|(place, y)| (left + place as f64 * width, y));
        canvas.filled(corners[0], corners[1], LEVELS[run[0]].1);
        from = to;
    }
}

fn key(canvas: &mut Canvas, left: f64, y: f64) {
    let mut x = left;
    for (percent, colour) in LEVELS {
        let corners = ((x, y - 6.0), (x + 12.0, y + 6.0));
        canvas.filled(corners.0, corners.1, colour);
        canvas.outlined(corners.0, corners.1, GRID);
        let label = Label::new(format!("up to {percent} %"), (x + 18.0, y)).size(TICK).colour(MUTED);
        x += 18.0 + label.width() + 14.0;
        canvas.label(label);
    }
}
