//! Our distributions against published ones: the steps of what was measured, and beside them the points that were printed.

use super::axis::{Nines, TimeAxis};
use super::canvas::{Canvas, Chart, Label};
use super::palette::{self, Colour};
use super::{frame, labels, step};
use crate::quantile::Sample;

const LEFT: f64 = 84.0;
const HEIGHT: f64 = 360.0;
const LABEL_LINE: f64 = 17.0;
const APART: f64 = 6.0;
const BAND_OPACITY: f64 = 0.14;

/// What somebody printed of a distribution.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Published {
    /// (percentile between 0 and 100, nanoseconds), in order of percentile.
    pub points: Vec<(f64, u64)>,
    /// How far off is near enough: (percentile, least, most), in order of percentile. Empty: nothing is drawn.
    pub band: Vec<(f64, u64, u64)>,
}

/// One pair of curves.
#[derive(Clone, PartialEq, Debug)]
pub struct Pair {
    /// `f = 1`.
    pub name: String,
    /// Ours, in nanoseconds.
    pub measured: Sample,
    pub published: Published,
}

/// Colours for pairs, which are not algorithms.
const PAIRS: [&str; 5] = ["raft", "zab", "kubernetes-lease", "bully", "etcd-session"];

/// One chart with all pairs: steps and a solid line are ours, circles and their shaded band are published. `time` says what is on
/// the axis, `caption` where the points are from and how the figures are defined, each a sentence.
pub fn curves(file: &str, title: &str, time: &str, caption: &[String], pairs: &[Pair]) -> Chart {
    let mut canvas = Canvas::new(frame::WIDTH, 0.0);
    let top = frame::title(&mut canvas, title) + 8.0;
    let bottom = top + HEIGHT;
    let ours = |pair: &Pair| {
        Label::new(format!("{}: measured, n = {}", pair.name, super::text::grouped(pair.measured.len())), (0.0, 0.0))
    };
    let widest = pairs.iter().map(|pair| ours(pair).width()).fold(0.0, f64::max);
    let right = canvas.width - frame::MARGIN - widest - 2.0 * APART;
    let measured = pairs.iter().flat_map(|pair| pair.measured.finite()).copied();
    let times = || measured.clone().chain(pairs.iter().flat_map(|pair| pair.published.points.iter().map(|(_, time)| *time)));
    let x = TimeAxis::new(times().min().unwrap_or(1), times().max().unwrap_or(1), LEFT, right);
    let most = pairs.iter().map(|pair| pair.measured.len()).max().unwrap_or(1);
    let y = Nines::new(most, top, bottom);
    x.draw(&mut canvas, top, bottom, time);
    y.draw(&mut canvas, LEFT, right, "share of the trials, in nines");
    let mut ends = Vec::new();
    for (pair, colour) in pairs.iter().zip(PAIRS.map(palette::of).into_iter().cycle()) {
        published(&mut canvas, &pair.published, &x, &y, colour);
        let end = step::curve(&mut canvas, &pair.measured, &x, &y, colour);
        if pair.measured.never() > 0 {
            step::go_on(&mut canvas, &[(end, colour)], right);
        }
        ends.push((end, ours(pair), colour));
    }
    let wanted: Vec<f64> = ends.iter().map(|(at, ..)| at.1).collect();
    let heights = labels::spread(&wanted, LABEL_LINE, top, bottom);
    for ((at, label, colour), height) in ends.into_iter().zip(heights) {
        canvas.line(at, (right + APART, height), colour, 1.0);
        canvas.label(Label { at: (right + 1.5 * APART, height), ..label });
    }
    let key = String::from("Lines: measured. Circles: published. Shaded: near enough to what is published.");
    let sentences: Vec<String> = caption.iter().cloned().chain([key]).collect();
    frame::caption(&mut canvas, bottom + 48.0, &sentences);
    canvas.finish(file, title)
}

fn published(canvas: &mut Canvas, published: &Published, x: &TimeAxis, y: &Nines, colour: Colour) {
    let height = |percentile: f64| y.place(percentile / 100.0);
    if !published.band.is_empty() {
        let least = published.band.iter().map(|(at, least, _)| (x.place(*least), height(*at)));
        let most = published.band.iter().rev().map(|(at, _, most)| (x.place(*most), height(*at)));
        canvas.area(least.chain(most).collect(), colour, BAND_OPACITY);
    }
    for (percentile, time) in &published.points {
        canvas.dot((x.place(*time), height(*percentile)), 3.0, colour, false);
    }
}
