//! How long a failover takes, as the distribution over the seeds of one scenario: the share of seeds in which work went on within
//! that time, in nines, because what hurts is the last percent.

use std::ops::Range;

use sim::Span;

use super::axis::{Nines, TimeAxis};
use super::canvas::{Canvas, Chart, Figure, Label, Point};
use super::palette::{self, Colour, MUTED};
use super::{file_name, frame, labels, step, text};
use crate::compare::{Figures, Row};
use crate::quantile::CONFIDENCE;
use crate::words;

const LEFT: f64 = 84.0;
const HEIGHT: f64 = 340.0;
const LABEL: f64 = 12.0;
const LABEL_LINE: f64 = 17.0;
/// Between the end of a curve and its label.
const APART: f64 = 6.0;

/// A band whose half is wider than this says nothing, and would cover the picture.
const LITTLE: f64 = 0.5;

/// An algorithm that lost a leader in some seed.
struct Line {
    algorithm: &'static str,
    figures: Figures,
    colour: Colour,
    /// In the JSON.
    pointer: String,
}

impl Line {
    fn label(&self) -> Label {
        let sample = &self.figures.failover;
        let median = sample.median();
        let mut said: Vec<String> = median.iter().map(|ns| words::span(Span(*ns))).collect();
        // Whether it is reported there, with its interval, depends on how many there are.
        let mut figures = Vec::new();
        if self.figures.quantiles[0].is_ok() {
            figures.push(self.figure("failover_ns/0/value_ns", median.map_or_else(|| String::from("null"), |ns| ns.to_string())));
        }
        if sample.never() > 0 {
            said.push(format!("{} of {} never", text::grouped(sample.never()), text::grouped(sample.len())));
            figures.push(self.figure("never", sample.never().to_string()));
            figures.push(self.figure("failovers", sample.len().to_string()));
        }
        let text = format!("{}: {}", self.algorithm, said.join(", "));
        Label::new(text, (0.0, 0.0)).size(LABEL).figures(figures)
    }

    fn figure(&self, name: &str, value: String) -> Figure {
        Figure { pointer: format!("{}/{name}", self.pointer), value }
    }
}

/// The chart of one scenario; `pointer` is where it stands in the JSON.
pub fn chart(row: &Row, pointer: &str, seeds: &Range<u64>) -> Chart {
    let heading = format!("{}: how long until work went on after the leader was lost", row.scenario);
    let mut canvas = Canvas::new(frame::WIDTH, 0.0);
    let top = frame::title(&mut canvas, &heading);
    let lines = lines(row, pointer);
    let bottom = if lines.is_empty() {
        let nothing = "No seed of any algorithm lost its leader, so there is no failover to draw.";
        canvas.label(Label::new(nothing, (frame::MARGIN, top + 20.0)).colour(MUTED));
        top + 44.0
    } else {
        plot(&mut canvas, top, &lines)
    };
    frame::caption(&mut canvas, bottom, &caption(row, &lines, seeds));
    canvas.finish(file_name(&row.scenario, "failover"), heading)
}

fn lines(row: &Row, pointer: &str) -> Vec<Line> {
    let playing = row.columns.iter().enumerate().filter(|(_, column)| column.misfit.is_none());
    let lines = playing.map(|(place, column)| Line {
        algorithm: column.algorithm,
        figures: column.figures(),
        colour: palette::of(column.algorithm),
        pointer: format!("{pointer}/algorithms/{place}"),
    });
    lines.filter(|line| line.figures.lost > 0).collect()
}

/// Draws everything between title and caption; below what it gives back the caption may begin.
fn plot(canvas: &mut Canvas, top: f64, lines: &[Line]) -> f64 {
    let labels: Vec<Label> = lines.iter().map(Line::label).collect();
    let widest = labels.iter().map(Label::width).fold(0.0, f64::max);
    let right = canvas.width - frame::MARGIN - widest - 2.0 * APART;
    let finite =
        |line: &&Line| line.figures.failover.finite().first().copied().zip(line.figures.failover.finite().last().copied());
    let (shortest, longest) =
        lines.iter().filter_map(|line| finite(&line)).fold((u64::MAX, 0), |(low, high), (a, b)| (low.min(a), high.max(b)));
    let x = TimeAxis::new(shortest.min(longest), longest, LEFT, right);
    // How many rows the labels above the plot take is known when the ends of the curves are.
    let ends: Vec<(f64, f64)> = lines
        .iter()
        .zip(&labels)
        .filter(|(line, _)| line.figures.failover.never() == 0)
        .map(|(line, label)| (x.place(*line.figures.failover.finite().last().expect("all are finite")), label.width() + APART))
        .collect();
    let rows = labels::staircase(&ends);
    let stairs = rows.iter().max().map_or(0.0, |row| (*row + 1) as f64 * LABEL_LINE + APART);
    let (plot_top, bottom) = (top + 8.0 + stairs, top + 8.0 + stairs + HEIGHT);
    let most = lines.iter().map(|line| line.figures.lost).max().unwrap_or(0);
    let y = Nines::new(most, plot_top, bottom);
    x.draw(canvas, plot_top, bottom, "time from the loss of the leader until work went on");
    y.draw(canvas, LEFT, right, "share of the seeds, in nines");
    let known = lines.iter().filter(|line| line.figures.failover.band() < LITTLE);
    known.for_each(|line| step::band(canvas, &line.figures.failover, &x, &y, line.colour));
    let mut rows = rows.into_iter();
    let mut beside: Vec<(Point, Label, Colour)> = Vec::new();
    for (line, label) in lines.iter().zip(labels) {
        let sample = &line.figures.failover;
        let end = step::curve(canvas, sample, &x, &y, line.colour);
        if let Some(median) = sample.median() {
            canvas.dot((x.place(median), y.place(0.5)), 3.0, line.colour, true);
        }
        if sample.never() == 0 {
            let row = rows.next().expect("one for each that reaches all") as f64;
            let height = plot_top - APART - (row + 0.5) * LABEL_LINE;
            canvas.line(end, (end.0, height - LABEL / 2.0), line.colour, 1.0);
            canvas.label(Label { at: (end.0 + APART, height), ..label });
        } else {
            beside.push((end, label, line.colour));
        }
    }
    write_beside(canvas, beside, right, plot_top, bottom);
    bottom + 48.0
}

/// Labels of curves that do not reach all, right of the plot at the height where each ends.
fn write_beside(canvas: &mut Canvas, beside: Vec<(Point, Label, Colour)>, right: f64, top: f64, bottom: f64) {
    let ends: Vec<(Point, Colour)> = beside.iter().map(|(end, _, colour)| (*end, *colour)).collect();
    step::go_on(canvas, &ends, right);
    let wanted: Vec<f64> = ends.iter().map(|((_, y), _)| *y).collect();
    let heights = labels::spread(&wanted, LABEL_LINE, top, bottom);
    for (((_, y), label, colour), height) in beside.into_iter().zip(heights) {
        canvas.line((right, y), (right + APART, height), colour, 1.0);
        canvas.label(Label { at: (right + 1.5 * APART, height), ..label });
    }
}

fn caption(row: &Row, lines: &[Line], seeds: &Range<u64>) -> Vec<String> {
    let runs = lines.iter().map(|line| line.figures.runs).max().unwrap_or(0);
    let mut sentences = Vec::new();
    if !lines.is_empty() {
        let all_alike = lines.iter().all(|line| line.figures.lost == lines[0].figures.lost);
        let count = |line: &Line| format!("{} {}", line.algorithm, text::grouped(line.figures.lost));
        let n = if all_alike {
            text::grouped(lines[0].figures.lost)
        } else {
            lines.iter().map(count).collect::<Vec<String>>().join(", ")
        };
        sentences.push(format!(
            "n = {n} of {} seeds ({}..{}): those that lost a leader.",
            text::grouped(runs),
            seeds.start,
            seeds.end
        ));
        sentences.push(String::from(
            "A failover begins when the leader is lost and ends with the first item that is done under a new one (where there is no \
             work: when there is a new one). A seed counts with its first; one that never recovered stands above every time.",
        ));
        let medians = "Dots, and times beside the names: medians.";
        let bands = lines.iter().any(|line| line.figures.failover.band() < LITTLE);
        let shaded = format!("Shaded: with {} % the true distribution lies within (DKW). ", CONFIDENCE * 100.0);
        sentences.push(if bands { shaded + medians } else { String::from(medians) });
    }
    let without = row.columns.iter().filter(|column| {
        column.misfit.is_none() && !column.seeds.is_empty() && !lines.iter().any(|line| line.algorithm == column.algorithm)
    });
    let without: Vec<&str> = without.map(|column| column.algorithm).collect();
    if !without.is_empty() {
        sentences.push(format!("Lost no leader in any seed: {}.", without.join(", ")));
    }
    let misfits: Vec<&str> = row.columns.iter().filter(|column| column.misfit.is_some()).map(|column| column.algorithm).collect();
    if !misfits.is_empty() {
        sentences.push(format!("Cannot play here: {}.", misfits.join(", ")));
    }
    sentences
}
