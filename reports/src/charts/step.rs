//! The empirical distribution of a sample as a curve of steps, with its band.

use super::axis::{Nines, TimeAxis};
use super::canvas::{Canvas, Point};
use super::palette::Colour;
use crate::quantile::Sample;

/// Steps nearer to each other than this, in pixels, are drawn as one: a thousand seeds have more of them than a screen.
const FINE: f64 = 0.5;
const BAND_FINE: f64 = 1.5;
const LINE: f64 = 1.75;
const BAND_OPACITY: f64 = 0.10;

/// Each figure with the share of all that are at most as large, in order.
pub fn shares(sample: &Sample) -> Vec<(u64, f64)> {
    let mut shares: Vec<(u64, f64)> = Vec::new();
    for (place, figure) in sample.finite().iter().enumerate() {
        let share = (place + 1) as f64 / sample.len() as f64;
        match shares.last_mut() {
            Some((last, value)) if last == figure => *value = share,
            _ => shares.push((*figure, share)),
        }
    }
    shares
}

/// The corners of the steps; every share moved by `shift`.
fn corners(shares: &[(u64, f64)], shift: f64, x: &TimeAxis, y: &Nines, fine: f64) -> Vec<Point> {
    let place = |share: f64| y.place((share + shift).clamp(0.0, 1.0));
    let start = x.place(shares.first().map_or(0, |(first, _)| *first));
    let mut points: Vec<Point> = vec![(start, y.place(0.0))];
    for (index, (figure, share)) in shares.iter().enumerate() {
        let (at, height) = (x.place(*figure), place(*share));
        let &(last_x, last_y) = points.last().expect("there is the first");
        let is_last = index + 1 == shares.len();
        if !is_last && at - last_x < fine && last_y - height < fine {
            continue;
        }
        points.push((at, last_y));
        points.push((at, height));
    }
    points
}

/// The band that holds the true distribution everywhere with 95 %, as far as there are figures.
pub fn band(canvas: &mut Canvas, sample: &Sample, x: &TimeAxis, y: &Nines, colour: Colour) {
    let (shares, half) = (shares(sample), sample.band());
    let mut upper = corners(&shares, half, x, y, BAND_FINE);
    let lower = corners(&shares, -half, x, y, BAND_FINE);
    upper.extend(lower.into_iter().rev());
    canvas.area(upper, colour, BAND_OPACITY);
}

/// The curve itself; gives back where its last step ends.
pub fn curve(canvas: &mut Canvas, sample: &Sample, x: &TimeAxis, y: &Nines, colour: Colour) -> Point {
    let points = corners(&shares(sample), 0.0, x, y, FINE);
    let last = *points.last().expect("it has its first point");
    if points.len() > 1 {
        canvas.path(points, colour, LINE);
    }
    last
}

/// How a curve goes on that never reaches all, because some figures never came about: in dashes to the right end. Each with where
/// its last step ends; those at one height take turns.
pub fn go_on(canvas: &mut Canvas, curves: &[(Point, Colour)], right: f64) {
    let together = |a: f64, b: f64| (a - b).abs() < LINE;
    for (place, ((x, y), colour)) in curves.iter().enumerate() {
        let turn = curves[..place].iter().filter(|((_, other), _)| together(*y, *other)).count();
        let of = curves.iter().filter(|((_, other), _)| together(*y, *other)).count();
        canvas.dashed((*x, *y), (right, *y), (turn, of), *colour, LINE);
    }
}
