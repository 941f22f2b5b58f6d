//! Choosing a setting: what was varied, what is wished for, and which value is the smallest that meets it. How long failovers take
//! comes from the scenarios with faults, how often a leader is deposed for nothing from those without.

pub mod csv;
pub(crate) mod json;
mod sentences;
#[cfg(test)]
mod tests;
pub mod text;

use sim::Span;

use crate::compare::{Comparison, Row, Seeds};
use crate::quantile::{Quantile, Sample, TooFew};
use crate::rate::Rate;

/// The quantile of the failovers that a wish is about, in thousandths.
pub const TARGET: u32 = 990;

/// A setting and the values that it was given, as they were written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Axis {
    pub setting: String,
    pub values: Vec<String>,
    /// They are times or numbers, the smallest first; otherwise they stand as they were given.
    pub ascending: bool,
}

/// What was varied, and what is wished for.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Wishes {
    /// At most two: what is chosen, and under what circumstances.
    pub axes: Vec<Axis>,
    /// 99 of 100 failovers are to be over within this time.
    pub p99: Option<Span>,
    /// A healthy leader is to be deposed no more often, for each day.
    pub false_per_day: Option<f64>,
}

/// What came of one algorithm under every pair of values.
#[derive(Clone, PartialEq, Debug)]
pub struct Choice {
    pub algorithm: &'static str,
    /// The values of the first setting in order, for the first value of the second, then for its next. `None`: it does not play.
    pub cells: Vec<Option<Cell>>,
    /// For each value of the second setting, the place of the smallest value that meets every wish.
    pub recommended: Vec<Option<usize>>,
}

/// What came of one algorithm under one pair of values.
#[derive(Clone, PartialEq, Debug)]
pub struct Cell {
    /// `None`: no scenario has faults.
    pub latency: Option<Latency>,
    /// `None`: every scenario has faults.
    pub rate: Option<Rate>,
    pub meets: Meets,
}

/// The slowest failovers, of the scenario in which they are slowest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Latency {
    pub scenario: String,
    pub failovers: usize,
    pub never: usize,
    pub p99: Result<Quantile, TooFew>,
}

/// Whether a wish is met.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Meets {
    /// Even at the unfavourable end of the interval; or nothing was wished for.
    Surely,
    /// At the figure itself, but not at the end of its interval; or there are too few figures.
    Perhaps,
    No,
}

impl Meets {
    /// In JSON and CSV.
    pub const fn name(self) -> &'static str {
        match self {
            Meets::Surely => "surely",
            Meets::Perhaps => "perhaps",
            Meets::No => "no",
        }
    }
}

impl Wishes {
    /// Nothing was varied, nothing is wished for.
    pub fn is_empty(&self) -> bool {
        self.axes.is_empty() && !self.targets()
    }

    /// Whether anything is wished for.
    pub fn targets(&self) -> bool {
        self.p99.is_some() || self.false_per_day.is_some()
    }

    /// How many pairs of values there are.
    pub fn cells(&self) -> usize {
        self.axes.iter().map(|axis| axis.values.len()).product()
    }

    /// How many values there are to choose from.
    pub fn width(&self) -> usize {
        self.axes.first().map_or(1, |axis| axis.values.len())
    }

    /// The values of the pair at this place.
    pub fn values(&self, cell: usize) -> Vec<&str> {
        let mut rest = cell;
        let value = |axis: &'_ Axis| {
            let place = rest % axis.values.len();
            rest /= axis.values.len();
            place
        };
        let places: Vec<usize> = self.axes.iter().map(value).collect();
        self.axes.iter().zip(places).map(|(axis, place)| axis.values[place].as_str()).collect()
    }

    fn of_latency(&self, latency: Option<&Latency>) -> Meets {
        match (self.p99, latency) {
            (None, _) => Meets::Surely,
            (Some(_), None | Some(Latency { p99: Err(_), .. })) => Meets::Perhaps,
            (Some(most), Some(Latency { p99: Ok(p99), .. })) => {
                let within = |time: Option<u64>| time.is_some_and(|time| time <= most.0);
                graded(within(p99.high), within(p99.value))
            }
        }
    }

    fn of_rate(&self, rate: Option<&Rate>) -> Meets {
        match (self.false_per_day, rate) {
            (None, _) => Meets::Surely,
            (Some(_), None) => Meets::Perhaps,
            (Some(most), Some(rate)) => graded(rate.high <= most, rate.value <= most),
        }
    }
}

fn graded(surely: bool, perhaps: bool) -> Meets {
    match (surely, perhaps) {
        (true, _) => Meets::Surely,
        (false, true) => Meets::Perhaps,
        (false, false) => Meets::No,
    }
}

/// One for each algorithm.
pub fn choices(comparison: &Comparison) -> Vec<Choice> {
    let algorithms = comparison.rows.first().map_or(0, |row| row.columns.len());
    (0..algorithms).map(|place| choice(comparison, place)).collect()
}

fn choice(comparison: &Comparison, column: usize) -> Choice {
    let wishes = &comparison.wishes;
    let (cells, width) = (wishes.cells(), wishes.width());
    let all: Vec<Option<Cell>> = (0..cells)
        .map(|place| {
            let rows: Vec<&Row> = comparison.rows.iter().skip(place).step_by(cells).collect();
            cell(wishes, &rows, column)
        })
        .collect();
    let surely = |place: &usize| all[*place].as_ref().is_some_and(|cell| cell.meets == Meets::Surely);
    let group = |first: usize| (first..first + width).find(|place| wishes.targets() && surely(place));
    let recommended = (0..cells).step_by(width).map(group).collect();
    Choice { algorithm: comparison.rows[0].columns[column].algorithm, cells: all, recommended }
}

/// All scenarios under the same values.
fn cell(wishes: &Wishes, rows: &[&Row], column: usize) -> Option<Cell> {
    let playing = || rows.iter().filter(|row| row.columns[column].misfit.is_none());
    playing().next()?;
    let slowest = |latency: &Latency| match &latency.p99 {
        Ok(Quantile { value: Some(time), .. }) => (0, *time),
        Ok(_) => (1, 0),
        Err(_) => (2, 0),
    };
    let latencies = playing().filter(|row| row.faults).map(|row| latency(&row.scenario, &row.columns[column].seeds));
    let latency = latencies.max_by_key(slowest);
    let quiet: Vec<&Seeds> = playing().filter(|row| !row.faults).map(|row| &row.columns[column].seeds).collect();
    let rate = (!quiet.is_empty()).then(|| {
        let seeds = || quiet.iter().flat_map(|seeds| seeds.iter());
        Rate::new(seeds().map(|seed| seed.false_failovers), seeds().map(|seed| u128::from(seed.end_ns)).sum())
    });
    let meets = wishes.of_latency(latency.as_ref()).max(wishes.of_rate(rate.as_ref()));
    Some(Cell { latency, rate, meets })
}

fn latency(scenario: &str, seeds: &Seeds) -> Latency {
    let failovers = Sample::new(seeds.iter().filter_map(|seed| seed.first).map(|first| first.total()));
    Latency {
        scenario: String::from(scenario),
        failovers: failovers.len(),
        never: failovers.never(),
        p99: failovers.quantile(TARGET),
    }
}
