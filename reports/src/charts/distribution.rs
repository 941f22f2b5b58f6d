//! Several distributions in one picture: shares in nines against time, every curve named where it ends: above the plot where it
//! reaches all, beside it where some figures never came about.

use super::axis::{Nines, TimeAxis};
use super::canvas::{Canvas, Label, Point};
use super::palette::Colour;
use super::{frame, labels, step};
use crate::quantile::Sample;

const HEIGHT: f64 = 340.0;
const LABEL_LINE: f64 = 17.0;
/// Between the end of a curve and its label.
const APART: f64 = 6.0;
/// For the numbers and the words below the axis.
const BELOW: f64 = 48.0;
/// A band whose half is wider than this says nothing, and would cover the picture.
const LITTLE: f64 = 0.5;

/// One curve; its sample is not empty.
pub struct Curve<'a> {
    pub sample: &'a Sample,
    pub colour: Colour,
    pub label: Label,
}

impl Curve<'_> {
    /// Whether there are figures enough for a band.
    pub fn has_band(&self) -> bool {
        self.sample.band() < LITTLE
    }

    fn reaches_all(&self) -> bool {
        self.sample.never() == 0
    }
}

/// Where everything has its place.
pub struct Plot {
    pub x: TimeAxis,
    pub y: Nines,
    top: f64,
    right: f64,
    pub bottom: f64,
    /// Rows of the labels above, for those that reach all.
    rows: Vec<usize>,
}

/// Draws the axes below `top`. `others` are times for which there must be a place too.
pub fn axes(canvas: &mut Canvas, top: f64, curves: &[Curve<'_>], others: &[u64], words: (&str, &str)) -> Plot {
    let widest = curves.iter().map(|curve| curve.label.width()).fold(0.0, f64::max);
    let right = canvas.width - frame::MARGIN - widest - 2.0 * APART;
    let times = || curves.iter().flat_map(|curve| curve.sample.finite()).chain(others).copied();
    let longest = times().max().unwrap_or(0);
    let most = curves.iter().map(|curve| curve.sample.len()).max().unwrap_or(0);
    let left = Nines::new(most, 0.0, HEIGHT).room();
    let x = TimeAxis::new(times().min().unwrap_or(longest), longest, left, right);
    let complete = curves.iter().filter(|curve| curve.reaches_all());
    // How many rows the labels above the plot take is known when the ends of the curves are.
    let ends: Vec<(f64, f64)> = complete
        .map(|curve| (x.place(*curve.sample.finite().last().expect("all came about")), curve.label.width() + APART))
        .collect();
    let rows = labels::staircase(&ends);
    let stairs = rows.iter().max().map_or(0.0, |row| (*row + 1) as f64 * LABEL_LINE + APART);
    let top = top + 8.0 + stairs;
    let bottom = top + HEIGHT;
    let y = Nines::new(most, top, bottom);
    x.draw(canvas, top, bottom, words.0);
    y.draw(canvas, left, right, words.1);
    Plot { x, y, top, right, bottom: bottom + BELOW, rows }
}

/// The bands of those that have one.
pub fn bands(canvas: &mut Canvas, plot: &Plot, curves: &[Curve<'_>]) {
    let known = curves.iter().filter(|curve| curve.has_band());
    known.for_each(|curve| step::band(canvas, curve.sample, &plot.x, &plot.y, curve.colour));
}

/// The curves, with their medians and names.
pub fn draw(canvas: &mut Canvas, plot: &Plot, curves: Vec<Curve<'_>>) {
    let mut rows = plot.rows.iter();
    let mut beside: Vec<(Point, Label, Colour)> = Vec::new();
    for curve in curves {
        let (sample, colour) = (curve.sample, curve.colour);
        let end = step::curve(canvas, sample, &plot.x, &plot.y, colour);
        if let Some(median) = sample.median() {
            canvas.dot((plot.x.place(median), plot.y.place(0.5)), 3.0, colour, true);
        }
        if curve.reaches_all() {
            let row = *rows.next().expect("one for each that reaches all") as f64;
            let height = plot.top - APART - (row + 0.5) * LABEL_LINE;
            canvas.line(end, (end.0, height - LABEL_LINE / 3.0), colour, 1.0);
            canvas.label(Label { at: (end.0 + APART, height), ..curve.label });
        } else {
            beside.push((end, curve.label, colour));
        }
    }
    write_beside(canvas, plot, beside);
}

/// Curves that do not reach all go on in dashes, and are named right of the plot.
fn write_beside(canvas: &mut Canvas, plot: &Plot, beside: Vec<(Point, Label, Colour)>) {
    let ends: Vec<(Point, Colour)> = beside.iter().map(|(end, _, colour)| (*end, *colour)).collect();
    step::go_on(canvas, &ends, plot.right);
    let wanted: Vec<f64> = ends.iter().map(|((_, y), _)| *y).collect();
    let heights = labels::spread(&wanted, LABEL_LINE, plot.top, plot.top + HEIGHT);
    for (((_, y), label, colour), height) in beside.into_iter().zip(heights) {
        canvas.line((plot.right, y), (plot.right + APART, height), colour, 1.0);
        canvas.label(Label { at: (plot.right + 1.5 * APART, height), ..label });
    }
}
