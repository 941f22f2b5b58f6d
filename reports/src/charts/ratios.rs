//! Every algorithm against the first one of the comparison, seed by seed: how many times as long its median failover takes.

use std::ops::Range;

use super::axis::TICK;
use super::canvas::{Anchor, Canvas, Chart, Figure, Label};
use super::palette::{self, GRID, INK, MUTED};
use super::{file_name, frame, text};
use crate::compare::{Column, Row};
use crate::paired::{self, Interval};
use crate::quantile::fewest;

const NAME: f64 = 12.0;
const LINE: f64 = 26.0;
const APART: f64 = 8.0;
/// A ratio beyond this is drawn at the end of the scale.
const FARTHEST: f64 = 1_000.0;

/// One algorithm against the reference.
struct Against<'a> {
    algorithm: &'a str,
    compared: paired::Comparison,
    /// Of the comparison, in the JSON.
    pointer: String,
}

impl Against<'_> {
    fn label(&self) -> Label {
        let pairs = match self.compared.pairs {
            1 => String::from("1 pair"),
            pairs => format!("{} pairs", text::grouped(pairs)),
        };
        let won = self.compared.won.value;
        let won_figure = self.figure("won/1", won);
        let pairs_figure = Figure { pointer: format!("{}/pairs", self.pointer), value: self.compared.pairs.to_string() };
        let sooner = format!("sooner in {:.0} % of {pairs}", won * 100.0);
        let (said, mut figures) = match self.compared.ratio {
            Some(Interval { value, .. }) if self.few() => {
                (format!("{}, too few for an interval, {sooner}", times(value)), vec![self.figure("ratio/1", value)])
            }
            Some(Interval { value, low, high }) => (
                format!("{} ({} to {}), {sooner}", times(value), times(low), times(high)),
                vec![self.figure("ratio/0", low), self.figure("ratio/1", value), self.figure("ratio/2", high)],
            ),
            None => (
                format!("a median is never, {sooner}"),
                vec![Figure { pointer: format!("{}/ratio", self.pointer), value: String::from("null") }],
            ),
        };
        figures.extend([won_figure, pairs_figure]);
        Label::new(said, (0.0, 0.0)).size(NAME).figures(figures)
    }

    /// So few pairs support no interval of a median.
    fn few(&self) -> bool {
        self.compared.pairs < fewest(500)
    }

    fn figure(&self, member: &str, value: f64) -> Figure {
        // What JSON has no number for is null there.
        let value = serde_json::to_string(&value).expect("a number fits JSON");
        Figure { pointer: format!("{}/{member}", self.pointer), value }
    }
}

/// Two places; more where they would be zeros.
pub(super) fn times(ratio: f64) -> String {
    let places = if ratio >= 0.095 {
        2
    } else if ratio >= 0.0095 {
        3
    } else {
        4
    };
    if ratio.is_finite() { format!("{ratio:.places$}×") } else { String::from("never") }
}

/// The chart of one scenario; `pointer` is where it stands in the JSON. `None`: there are no two to compare.
pub fn chart(row: &Row, pointer: &str, seeds: &Range<u64>) -> Option<Chart> {
    let lost = |column: &Column| column.seeds.iter().any(|seed| seed.first.is_some());
    let reference = row.columns.iter().find(|column| lost(column))?;
    let others = row.columns.iter().enumerate().filter(|(_, column)| column.algorithm != reference.algorithm);
    let all: Vec<Against<'_>> = others
        .filter_map(|(place, column)| {
            let compared = column.against(reference)?;
            // Nobody before the reference lost a leader, so it is the first that there is anything against.
            Some(Against { algorithm: column.algorithm, compared, pointer: format!("{pointer}/algorithms/{place}/against/0") })
        })
        .collect();
    if all.is_empty() {
        return None;
    }
    let title = format!("{}: failover times against {}", row.scenario, reference.algorithm);
    let mut canvas = Canvas::new(frame::WIDTH, 0.0);
    let top = frame::title(&mut canvas, &title) + 18.0;
    let bottom = plot(&mut canvas, &all, reference.algorithm, top);
    let caption = [
        format!("Seeds {}..{}; a pair is a seed in which both lost a leader and at least one recovered.", seeds.start, seeds.end),
        format!(
            "Dots: median failover over that of {}; right of 1 it takes longer. Lines: with 95 % the true ratio lies within \
             (paired bootstrap). Sooner: the share of the pairs in which its failover was over first.",
            reference.algorithm
        ),
    ];
    frame::caption(&mut canvas, bottom, &caption);
    Some(canvas.finish(file_name(&row.scenario, "ratios"), title))
}

fn plot(canvas: &mut Canvas, all: &[Against<'_>], reference: &str, top: f64) -> f64 {
    let labels: Vec<Label> = all.iter().map(Against::label).collect();
    let names = all.iter().map(|against| text::width(against.algorithm, NAME) * 1.12).fold(0.0, f64::max);
    let left = frame::MARGIN + names + 2.0 * APART;
    let right = canvas.width - frame::MARGIN - labels.iter().map(Label::width).fold(0.0, f64::max) - 2.0 * APART;
    let bottom = top + all.len() as f64 * LINE;
    let x = Ratios::new(all, left, right);
    x.draw(canvas, top, bottom, reference);
    let mut y = top + LINE / 2.0;
    for (against, label) in all.iter().zip(labels) {
        let colour = palette::of(against.algorithm);
        canvas.label(Label::new(against.algorithm, (left - 2.0 * APART, y)).anchor(Anchor::Right).size(NAME).bold());
        if let Some(Interval { value, low, high }) = against.compared.ratio {
            if !against.few() {
                canvas.line((x.place(low), y), (x.place(high), y), colour, 2.5);
                for end in [low, high] {
                    canvas.line((x.place(end), y - 7.0), (x.place(end), y + 7.0), colour, 1.5);
                }
            }
            canvas.dot((x.place(value), y), 3.5, colour, true);
        }
        canvas.label(Label { at: (right + 2.0 * APART, y), ..label });
        y += LINE;
    }
    bottom + 48.0
}

/// Ratios from left to right, so that half and twice are as far from 1.
struct Ratios {
    low: f64,
    high: f64,
    left: f64,
    right: f64,
}

impl Ratios {
    fn new(all: &[Against<'_>], left: f64, right: f64) -> Ratios {
        let inside = |ratio: &f64| (1.0 / FARTHEST..=FARTHEST).contains(ratio);
        let ratios = || {
            let intervals = all.iter().filter_map(|against| against.compared.ratio);
            intervals.flat_map(|ratio| [ratio.low, ratio.value, ratio.high]).filter(inside)
        };
        let (low, high) = (ratios().fold(0.8, f64::min) / 1.1, ratios().fold(1.25, f64::max) * 1.1);
        Ratios { low, high, left, right }
    }

    fn place(&self, ratio: f64) -> f64 {
        let ratio = ratio.clamp(self.low, self.high);
        self.left + libm::log(ratio / self.low) / libm::log(self.high / self.low) * (self.right - self.left)
    }

    fn draw(&self, canvas: &mut Canvas, top: f64, bottom: f64, reference: &str) {
        let steps: [&[f64]; 3] = [&[1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 7.0], &[1.0, 2.0, 5.0], &[1.0]];
        let ticks = |steps: &[f64]| -> Vec<f64> {
            let all = [0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1_000.0].into_iter().flat_map(|decade| {
                // Divided where it is small, so that it is the number that is meant.
                steps.iter().map(move |step| if decade < 1.0 { step / libm::rint(1.0 / decade) } else { step * decade })
            });
            all.filter(|ratio| (self.low..=self.high).contains(ratio)).collect()
        };
        let fits = |ticks: &Vec<f64>| {
            let half = |ratio: f64| text::width(&ratio.to_string(), TICK) / 2.0 + 5.0;
            ticks.windows(2).all(|pair| self.place(pair[1]) - half(pair[1]) > self.place(pair[0]) + half(pair[0]))
        };
        for ratio in steps.into_iter().map(ticks).find(fits).unwrap_or_else(|| vec![1.0]) {
            let x = self.place(ratio);
            canvas.line((x, top), (x, bottom), GRID, 0.75);
            let label = Label::new(ratio.to_string(), (x, bottom + 12.0));
            canvas.label(label.anchor(Anchor::Middle).size(TICK).colour(MUTED));
        }
        let one = self.place(1.0);
        canvas.line((one, top - 4.0), (one, bottom), INK, 1.25);
        canvas.label(Label::new(reference, (one, top - 12.0)).anchor(Anchor::Middle).size(NAME).bold());
        let middle = ((self.left + self.right) / 2.0, bottom + 30.0);
        canvas.label(Label::new("times the failover of the reference", middle).anchor(Anchor::Middle).colour(MUTED));
    }
}
