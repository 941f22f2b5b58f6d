//! Where the time of a failover goes: detection, election and takeover of every algorithm as three strips, one below the other.
//! Quantiles of parts do not add up to the quantile of the whole, so the strips are not put end to end.

use std::ops::Range;

use sim::Span;

use super::axis::{TICK, TimeAxis};
use super::canvas::{Anchor, Canvas, Chart, Figure, Label};
use super::palette::{self, Colour, GRID, INK, MUTED};
use super::{file_name, frame, text};
use crate::compare::{Figures, Row};
use crate::quantile::{Sample, fewest};
use crate::words;

const NAME: f64 = 12.0;
const LINE: f64 = 17.0;
const THICK: f64 = 9.0;
const BETWEEN: f64 = 12.0;
const APART: f64 = 8.0;
/// The ends of the pale and of the full strip, in thousandths.
const PALE: (u32, u32) = (100, 900);
const FULL: (u32, u32) = (250, 750);
const PALE_OPACITY: f64 = 0.3;

struct Part<'a> {
    name: &'static str,
    sample: &'a Sample,
    /// The name of its median in the JSON.
    member: &'static str,
}

fn parts(figures: &Figures) -> [Part<'_>; 3] {
    [
        Part { name: "detection", sample: &figures.detection, member: "detection_median_ns" },
        Part { name: "election", sample: &figures.election, member: "election_median_ns" },
        Part { name: "takeover", sample: &figures.takeover, member: "takeover_median_ns" },
    ]
}

impl Part<'_> {
    fn median(&self) -> String {
        self.sample.median().map_or_else(|| String::from("never"), |ns| words::span(Span(ns)))
    }

    /// The shortest and the longest time that is drawn.
    fn ends(&self) -> Vec<u64> {
        let finite = self.sample.finite();
        let few = self.sample.len() < fewest(PALE.0);
        let (shortest, longest) = if few { (finite.first().copied(), None) } else { (self.at(PALE.0), self.at(PALE.1)) };
        // What was never over for some goes on to the right end: the longest that was over is drawn too.
        [shortest, longest.or(finite.last().copied())].into_iter().flatten().collect()
    }

    /// Without an interval; whether there are enough figures was asked before.
    fn at(&self, per_mille: u32) -> Option<u64> {
        let rank = (self.sample.len() * per_mille as usize).div_ceil(1_000).max(1);
        self.sample.finite().get(rank - 1).copied()
    }
}

/// The chart of one scenario; `pointer` is where it stands in the JSON. `None`: nobody lost a leader.
pub fn chart(row: &Row, pointer: &str, seeds: &Range<u64>) -> Option<Chart> {
    let playing = row.columns.iter().enumerate().filter(|(_, column)| column.misfit.is_none());
    let all: Vec<(usize, &str, &Figures)> = playing
        .map(|(place, column)| (place, column.algorithm, column.figures()))
        .filter(|(.., figures)| figures.lost > 0)
        .collect();
    if all.is_empty() {
        return None;
    }
    let title = format!("{}: where the time of a failover goes", row.scenario);
    let mut canvas = Canvas::new(frame::WIDTH, 0.0);
    let top = frame::title(&mut canvas, &title) + 4.0;
    let names = all.iter().map(|(_, name, _)| text::width(name, NAME) * 1.12).fold(0.0, f64::max);
    let left = frame::MARGIN + names + APART + text::width("detection", TICK) + APART;
    let medians = all.iter().flat_map(|(.., figures)| parts(figures).map(|part| text::width(&part.median(), NAME)));
    let right = canvas.width - frame::MARGIN - medians.fold(0.0, f64::max) - APART;
    let drawn = || all.iter().flat_map(|(.., figures)| parts(figures)).flat_map(|part| part.ends());
    let longest = drawn().max().unwrap_or(0);
    let shortest = drawn().filter(|time| *time > 0).min().unwrap_or(longest);
    let x = TimeAxis::new(shortest, longest, left, right);
    let bottom = top + all.len() as f64 * (3.0 * LINE + BETWEEN);
    x.draw(&mut canvas, top, bottom, "time that each part took");
    let mut y = top + BETWEEN / 2.0 + LINE / 2.0;
    for (place, algorithm, figures) in &all {
        canvas.label(Label::new(*algorithm, (frame::MARGIN, y)).size(NAME).bold());
        for part in parts(figures) {
            canvas.label(Label::new(part.name, (left - APART, y)).anchor(Anchor::Right).size(TICK).colour(MUTED));
            strip(&mut canvas, &part, &x, y, right, palette::of(algorithm));
            let value = part.sample.median().map_or_else(|| String::from("null"), |ns| ns.to_string());
            let figure = Figure { pointer: format!("{pointer}/algorithms/{place}/{}", part.member), value };
            canvas.label(Label::new(part.median(), (right + APART, y)).size(NAME).figures(vec![figure]));
            y += LINE;
        }
        y += BETWEEN;
    }
    let mut caption = caption(&all, seeds);
    if x.ratios() && drawn().any(|time| time == 0) {
        caption.push(String::from("What took no time stands at the left end, where a scale of ratios has no place for it."));
    }
    frame::caption(&mut canvas, bottom + 48.0, &caption);
    Some(canvas.finish(file_name(&row.scenario, "parts"), title))
}

/// One part: strips between quantiles, or every figure where there are too few for these.
fn strip(canvas: &mut Canvas, part: &Part<'_>, x: &TimeAxis, y: f64, right: f64, colour: Colour) {
    let half = THICK / 2.0;
    canvas.line((x.place(0), y), (right, y), GRID, 0.75);
    if part.sample.len() < fewest(PALE.0) {
        part.sample.finite().iter().for_each(|time| canvas.dot((x.place(*time), y), 3.0, colour, false));
    } else {
        for ((from, to), opacity) in [(PALE, PALE_OPACITY), (FULL, 1.0)] {
            let Some(from) = part.at(from) else { continue };
            let from = x.place(from);
            // What never came about lies beyond every time.
            let to = part.at(to).map_or(right, |to| x.place(to)).max(from + 1.0);
            canvas.area(vec![(from, y - half), (to, y - half), (to, y + half), (from, y + half)], colour, opacity);
        }
    }
    if let Some(median) = part.sample.median() {
        let at = x.place(median);
        canvas.line((at, y - half - 2.0), (at, y + half + 2.0), INK, 2.0);
    }
}

fn caption(all: &[(usize, &str, &Figures)], seeds: &Range<u64>) -> Vec<String> {
    let runs = text::grouped(all.iter().map(|(.., figures)| figures.runs).max().unwrap_or(0));
    let (first, alike) = (all[0].2.lost, all.iter().all(|(.., figures)| figures.lost == all[0].2.lost));
    let counts: Vec<String> = all.iter().map(|(_, name, figures)| format!("{name} {}", text::grouped(figures.lost))).collect();
    let counts = if alike { text::grouped(first) } else { counts.join(", ") };
    let mut sentences = vec![
        format!("n, of {runs} seeds ({}..{}) those that lost a leader: {counts}.", seeds.start, seeds.end),
        String::from(
            "Detection: until somebody stood. Election: from there until somebody held authority. Takeover: from there until the \
             first item was done.",
        ),
    ];
    let few = |figures: &Figures| figures.lost < fewest(PALE.0);
    if all.iter().any(|(.., figures)| !few(figures)) {
        let never = "a strip that reaches the right end goes on to what never came about";
        sentences.push(format!("Full: the middle half of the seeds. Pale: the middle four fifths; {never}."));
    }
    if all.iter().any(|(.., figures)| few(figures)) {
        sentences.push(format!("Circles: every seed, where there are fewer than {}.", fewest(PALE.0)));
    }
    sentences.push(String::from("Cross line, and number at the right: the median of each part. Medians of parts do not add up."));
    sentences
}
