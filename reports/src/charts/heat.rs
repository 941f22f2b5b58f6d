//! Two settings against each other: how long a failover takes at worst, and how often a healthy leader is deposed for nothing.

use sim::Span;

use super::canvas::{Anchor, Canvas, Chart, Figure, Label, Point};
use super::palette::{self, Colour, GRID, INK, MUTED};
use super::{file_name, frame, text};
use crate::choosing::{self, Choice, choices};
use crate::compare::{Comparison, QUANTILES, Row};
use crate::quantile::{Quantile, TooFew};
use crate::words;

/// A setting and the values that it was given, as they are written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Axis {
    pub setting: String,
    pub values: Vec<String>,
}

/// What came of one pair of values.
#[derive(Clone, PartialEq, Debug)]
pub struct Cell {
    pub runs: usize,
    /// 99th percentile of the failover, in nanoseconds.
    pub p99: Result<Quantile, TooFew>,
    pub false_a_day: f64,
    /// Where its algorithm stands in `comparison.json`: `/scenarios/3/algorithms/0`.
    pub pointer: Option<String>,
}

/// One algorithm in one scenario under every pair of values.
#[derive(Clone, PartialEq, Debug)]
pub struct Grid {
    pub scenario: String,
    pub algorithm: String,
    /// From left to right.
    pub x: Axis,
    /// From bottom to top; `None`: only one setting was varied.
    pub y: Option<Axis>,
    /// Row by row from the first value of `y`, in each in the order of `x`; `None`: with these it does not play.
    pub cells: Vec<Option<Cell>>,
    /// The places in `cells` of the values that are recommended, one at most for each of `y`; they are marked.
    pub recommended: Vec<usize>,
}

const LIGHTEST: Colour = (0xE6, 0xF0, 0xFA);
const DARKEST: Colour = (0x0B, 0x2F, 0x66);
/// Too few figures.
const UNKNOWN: Colour = (0xC8, 0xCC, 0xD0);
/// Above every finite figure.
const NEVER: Colour = (0x5A, 0x0F, 0x0F);
const CELL_HEIGHT: f64 = 44.0;
const WIDEST_CELL: f64 = 130.0;
const NUMBER: f64 = 12.0;
/// Smaller than this nobody can read: then the colours alone speak, and the JSON has the numbers.
const SMALLEST: f64 = 7.0;

/// What is written in a cell, what it weighs for its colour, and the figure in the JSON.
struct Shown {
    text: String,
    weight: Weight,
    figures: Vec<Figure>,
}

#[derive(Clone, Copy, PartialEq)]
enum Weight {
    Unknown,
    Finite(f64),
    Never,
}

/// Two charts: the 99th percentile, and false failovers per day.
///
/// # Panics
/// Where there is not one cell for each pair of values.
pub fn heat(grid: &Grid) -> [Chart; 2] {
    let rows = grid.y.as_ref().map_or(1, |y| y.values.len());
    assert_eq!(grid.cells.len(), rows * grid.x.values.len(), "one cell for each pair of values");
    let runs = grid.cells.iter().flatten().map(|cell| cell.runs).max().unwrap_or(0);
    let who = format!("{} in {}", grid.algorithm, grid.scenario);
    let n = format!("n = {} seeds a cell.", text::grouped(runs));
    let p99 = chart(
        grid,
        &format!("{}-{}-p99", grid.scenario, grid.algorithm),
        format!("{who}: 99 of 100 failovers are over within"),
        vec![
            n.clone(),
            String::from("A failover begins when the leader is lost and ends with the first item that is done under a new one."),
        ],
        slowest,
    );
    let false_a_day = chart(
        grid,
        &format!("{}-{}-false", grid.scenario, grid.algorithm),
        format!("{who}: false failovers per day"),
        vec![
            n,
            String::from("A false failover is the loss of a leader for which there was no fault; a day is one of virtual time."),
        ],
        falsest,
    );
    [p99, false_a_day]
}

/// For every algorithm, how slow failovers are in each scenario with faults, and how often there are false ones in each without.
/// Only where settings were varied.
pub fn maps(comparison: &Comparison) -> Vec<Chart> {
    let cells = comparison.wishes.cells();
    let mut charts = Vec::new();
    for (group, rows) in comparison.rows.chunks(cells).enumerate() {
        for (place, choice) in choices(comparison).iter().enumerate() {
            if let Some(grid) = grid(comparison, rows, (group * cells, place), choice) {
                let [p99, false_a_day] = heat(&grid);
                charts.push(if rows[0].faults { p99 } else { false_a_day });
            }
        }
    }
    charts
}

/// One algorithm in one scenario, whose rows begin at that place; `None`: it plays under no values.
fn grid(comparison: &Comparison, rows: &[Row], (first, place): (usize, usize), choice: &Choice) -> Option<Grid> {
    let axis = |axis: &choosing::Axis| Axis { setting: axis.setting.clone(), values: axis.values.clone() };
    let mut axes = comparison.wishes.axes.iter().map(axis);
    let x = axes.next()?;
    let cell = |(at, row): (usize, &Row)| {
        let column = &row.columns[place];
        let figures = column.misfit.is_none().then(|| column.figures())?;
        Some(Cell {
            runs: figures.runs,
            false_a_day: figures.false_a_day(),
            p99: figures.quantiles[QUANTILES.iter().position(|per_mille| *per_mille == choosing::TARGET)?],
            pointer: Some(format!("/scenarios/{}/algorithms/{place}", first + at)),
        })
    };
    let cells: Vec<Option<Cell>> = rows.iter().enumerate().map(cell).collect();
    cells.iter().any(Option::is_some).then(|| Grid {
        scenario: rows[0].scenario.clone(),
        algorithm: String::from(choice.algorithm),
        x,
        y: axes.next(),
        cells,
        recommended: choice.recommended.iter().flatten().copied().collect(),
    })
}

fn slowest(cell: &Cell) -> Shown {
    let figure = |value: String| {
        cell.pointer.iter().map(|at| Figure { pointer: format!("{at}/failover_ns/2/value_ns"), value: value.clone() }).collect()
    };
    match cell.p99 {
        Ok(Quantile { value: Some(ns), .. }) => {
            Shown { text: words::span(Span(ns)), weight: Weight::Finite(ns as f64), figures: figure(ns.to_string()) }
        }
        Ok(Quantile { value: None, .. }) => {
            Shown { text: String::from("never"), weight: Weight::Never, figures: figure(String::from("null")) }
        }
        Err(TooFew { there: 0, .. }) => Shown { text: String::from("none"), weight: Weight::Unknown, figures: Vec::new() },
        Err(TooFew { needed, .. }) => Shown { text: format!("needs {needed}"), weight: Weight::Unknown, figures: Vec::new() },
    }
}

fn falsest(cell: &Cell) -> Shown {
    let rate = cell.false_a_day;
    let figure = |at: &String| Figure { pointer: format!("{at}/false_failovers_per_day"), value: format!("{rate:?}") };
    let text = if rate == 0.0 { String::from("0") } else { format!("{rate:.1}") };
    Shown { text, weight: Weight::Finite(rate), figures: cell.pointer.iter().map(figure).collect() }
}

fn chart(grid: &Grid, file: &str, title: String, mut caption: Vec<String>, show: fn(&Cell) -> Shown) -> Chart {
    let mut canvas = Canvas::new(frame::WIDTH, 0.0);
    let top = frame::title(&mut canvas, &title) + 8.0;
    let shown: Vec<Option<Shown>> = grid.cells.iter().map(|cell| cell.as_ref().map(show)).collect();
    if shown.iter().flatten().any(|shown| shown.weight == Weight::Unknown) {
        caption.push(String::from("Grey: too few seeds lost their leader for this quantile; \"needs\" says how many have to."));
    }
    if shown.iter().any(Option::is_none) {
        caption.push(String::from("–: with these values it cannot play."));
    }
    let bottom = plot(&mut canvas, grid, &shown, top);
    if !grid.recommended.is_empty() {
        caption.push(String::from("Outlined: the values that are recommended."));
    }
    frame::caption(&mut canvas, bottom, &caption);
    canvas.finish(file_name(file, "heat"), title)
}

fn plot(canvas: &mut Canvas, grid: &Grid, shown: &[Option<Shown>], top: f64) -> f64 {
    let columns = grid.x.values.len();
    let rows = shown.len() / columns;
    let names = grid.y.iter().flat_map(|y| &y.values);
    let left = frame::MARGIN + 24.0 + names.map(|name| text::width(name, NUMBER) + 8.0).fold(0.0, f64::max);
    let width = ((canvas.width - left - frame::MARGIN) / columns as f64).min(WIDEST_CELL);
    let corner =
        |place: usize| (left + (place % columns) as f64 * width, top + (rows - 1 - place / columns) as f64 * CELL_HEIGHT);
    let size = shown.iter().flatten().map(|shown| (width - 8.0) / text::width(&shown.text, 1.0)).fold(NUMBER, f64::min);
    let colours = Colours::new(shown);
    for (place, one) in shown.iter().enumerate() {
        let (x, y) = corner(place);
        let middle = (x + width / 2.0, y + CELL_HEIGHT / 2.0);
        let Some(one) = one else {
            canvas.outlined((x + 1.0, y + 1.0), (x + width - 1.0, y + CELL_HEIGHT - 1.0), GRID);
            canvas.label(Label::new("–", middle).anchor(Anchor::Middle).size(NUMBER).colour(MUTED));
            continue;
        };
        let colour = colours.of(one.weight);
        canvas.filled((x + 1.0, y + 1.0), (x + width - 1.0, y + CELL_HEIGHT - 1.0), colour);
        if size >= SMALLEST {
            let label = Label::new(one.text.as_str(), middle).anchor(Anchor::Middle).size(size);
            canvas.label(label.colour(palette::readable_on(colour)).figures(one.figures.clone()));
        }
    }
    for &place in &grid.recommended {
        let (x, y) = corner(place);
        for inset in [-0.5, 0.5, 1.5] {
            canvas.outlined((x + inset, y + inset), (x + width - inset, y + CELL_HEIGHT - inset), INK);
        }
    }
    let bottom = top + rows as f64 * CELL_HEIGHT;
    if let Some(axis) = &grid.y {
        for (row, value) in axis.values.iter().enumerate() {
            let y = corner(row * columns).1 + CELL_HEIGHT / 2.0;
            canvas.label(Label::new(value.as_str(), (left - 8.0, y)).anchor(Anchor::Right).colour(MUTED));
        }
    }
    below(canvas, grid, (left, bottom), width)
}

/// Names of the values below their columns, and what is varied; gives back where it ends.
fn below(canvas: &mut Canvas, grid: &Grid, (left, bottom): Point, width: f64) -> f64 {
    let widest = grid.x.values.iter().map(|name| text::width(name, NUMBER)).fold(0.0, f64::max);
    let upright = widest > width - 6.0;
    for (place, value) in grid.x.values.iter().enumerate() {
        let x = left + (place as f64 + 0.5) * width;
        canvas.label(if upright {
            Label::new(value.as_str(), (x, bottom + 6.0)).anchor(Anchor::Right).colour(MUTED).upright()
        } else {
            Label::new(value.as_str(), (x, bottom + 14.0)).anchor(Anchor::Middle).colour(MUTED)
        });
    }
    let mut y = bottom + if upright { widest + 18.0 } else { 34.0 };
    let mut name = |what: String| {
        canvas.label(Label::new(what, (left, y)).colour(MUTED));
        y += 17.0;
    };
    name(format!("from left to right: {}", grid.x.setting));
    if let Some(axis) = &grid.y {
        name(format!("from bottom to top: {}", axis.setting));
    }
    y + 4.0
}

/// From the smallest figure to the largest, in equal ratios.
struct Colours {
    least: f64,
    most: f64,
}

impl Colours {
    fn new(shown: &[Option<Shown>]) -> Colours {
        let finite = shown.iter().flatten().filter_map(|shown| match shown.weight {
            Weight::Finite(figure) if figure > 0.0 => Some(figure),
            _ => None,
        });
        let (least, most) = finite.fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), x| (least.min(x), most.max(x)));
        Colours { least, most }
    }

    fn of(&self, weight: Weight) -> Colour {
        match weight {
            Weight::Unknown => UNKNOWN,
            Weight::Never => NEVER,
            Weight::Finite(figure) if figure <= self.least || self.most <= self.least => LIGHTEST,
            Weight::Finite(figure) => {
                let share = libm::log(figure / self.least) / libm::log(self.most / self.least);
                let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as u8;
                (mix(LIGHTEST.0, DARKEST.0), mix(LIGHTEST.1, DARKEST.1), mix(LIGHTEST.2, DARKEST.2))
            }
        }
    }
}
