//! Our distributions against published ones: the steps of what was measured, and beside them the points that were printed.

use super::axis::{Nines, TimeAxis};
use super::canvas::{Canvas, Chart, Label};
use super::distribution::{self, Curve};
use super::palette::{self, Colour};
use super::{frame, text};
use crate::quantile::Sample;

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
///
/// # Panics
/// Where nothing was measured.
pub fn curves(file: &str, title: &str, time: &str, caption: &[String], pairs: &[Pair]) -> Chart {
    let mut canvas = Canvas::new(frame::WIDTH, 0.0);
    let top = frame::title(&mut canvas, title);
    let colours = || PAIRS.map(palette::of).into_iter().cycle();
    let ours = pairs.iter().zip(colours()).map(|(pair, colour)| {
        assert!(!pair.measured.is_empty(), "there is something to draw of {}", pair.name);
        let said = format!("{}: n = {}", pair.name, text::grouped(pair.measured.len()));
        Curve { sample: &pair.measured, colour, label: Label::new(said, (0.0, 0.0)) }
    });
    let ours: Vec<Curve<'_>> = ours.collect();
    let printed: Vec<u64> = pairs.iter().flat_map(|pair| pair.published.points.iter().map(|(_, time)| *time)).collect();
    let plot = distribution::axes(&mut canvas, top, &ours, &printed, (time, "share of the trials, in nines"));
    for (pair, colour) in pairs.iter().zip(colours()) {
        published(&mut canvas, &pair.published, &plot.x, &plot.y, colour);
    }
    distribution::draw(&mut canvas, &plot, ours);
    let mut sentences = caption.to_vec();
    sentences.push(String::from("Lines, with a dot at the median: measured. Circles: published."));
    if pairs.iter().any(|pair| !pair.published.band.is_empty()) {
        sentences.push(String::from("Shaded: near enough to what is published."));
    }
    frame::caption(&mut canvas, plot.bottom, &sentences);
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
