//! The bug zoo as a table: each mutant, the rule that it breaks, the invariant that caught it, where, and after how many seeds.

mod json;

use sim::Span;

use crate::paint::Paint;
use crate::quantile::Sample;
use crate::table::{Cell, Table};
use crate::words;

pub use json::pretty;

/// What became of one mutant.
#[derive(Clone, Debug)]
pub struct Row {
    pub algorithm: String,
    pub mutant: String,
    /// The rule that it breaks.
    pub breaks: String,
    /// The invariant that must catch it; `None`: it is an equivalent, which nothing may catch.
    pub caught_by: Option<&'static str>,
    /// Under which a change is no bug.
    pub condition: Option<&'static str>,
    /// The worlds that it met, as they are named on the command line.
    pub scenarios: Vec<String>,
    /// For each sweep how many seeds it took until it was caught; `None`: more than there were.
    pub seeds_needed: Vec<Option<u64>>,
    /// Runs with the mutant in these worlds.
    pub runs: u64,
    /// Simulated time of these runs.
    pub simulated: Span,
    /// Real time that all of it took, where somebody asked.
    pub took: Option<Span>,
    /// Findings in the world without faults: it must have none.
    pub wreckage: Vec<String>,
    /// What an equivalent was caught by, or what catches a world even without the bug.
    pub false_alarms: Vec<String>,
    /// Runs the first seed that caught it again.
    pub command: Option<String>,
}

/// What a row says of the gate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// A bug, caught in every sweep by the invariant that is named for it.
    Caught,
    /// An equivalent, and nothing caught it.
    Harmless,
    /// A bug that was not caught in every sweep.
    Escaped,
    /// Something was found although nothing is wrong with the algorithm.
    FalseAlarm,
    /// It does not work even without faults, so being caught proves nothing.
    Wreckage,
}

impl Fate {
    /// In JSON and in tables: `false-alarm`.
    pub const fn name(self) -> &'static str {
        match self {
            Fate::Caught => "caught",
            Fate::Harmless => "harmless",
            Fate::Escaped => "escaped",
            Fate::FalseAlarm => "false-alarm",
            Fate::Wreckage => "wreckage",
        }
    }

    pub const fn is_as_it_must_be(self) -> bool {
        matches!(self, Fate::Caught | Fate::Harmless)
    }
}

impl Row {
    pub fn fate(&self) -> Fate {
        match self.caught_by {
            _ if !self.wreckage.is_empty() => Fate::Wreckage,
            _ if !self.false_alarms.is_empty() => Fate::FalseAlarm,
            None => Fate::Harmless,
            Some(_) if self.seeds_needed.iter().all(Option::is_some) && !self.seeds_needed.is_empty() => Fate::Caught,
            Some(_) => Fate::Escaped,
        }
    }

    /// The seeds needed in the middle of the sweeps, of an even number the lower middle one, as everywhere; `None`: more than there
    /// were.
    pub fn median(&self) -> Option<u64> {
        self.needed().median()
    }

    /// In the worst sweep; `None`: more than there were.
    pub fn worst(&self) -> Option<u64> {
        let needed = self.needed();
        if needed.never() == 0 { needed.finite().last().copied() } else { None }
    }

    fn needed(&self) -> Sample {
        Sample::new(self.seeds_needed.iter().copied())
    }

    fn remark(&self) -> String {
        match self.fate() {
            Fate::Caught | Fate::Escaped => self.breaks.clone(),
            Fate::Harmless => match self.condition {
                Some(condition) => format!("{} (no bug: {condition})", self.breaks),
                None => self.breaks.clone(),
            },
            Fate::FalseAlarm => format!("found without a bug: {}", self.false_alarms.join(", ")),
            Fate::Wreckage => format!("found without faults: {}", self.wreckage.join(", ")),
        }
    }
}

/// What all rows were made with.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Disjoint, for every bug.
    pub sweeps: u64,
    /// The most seeds of each.
    pub budget: u64,
    /// Seeds that an equivalent meets in each world.
    pub quiet: u64,
}

fn table(rows: &[Row], effort: Effort) -> Table {
    let timed = rows.iter().any(|row| row.took.is_some());
    let mut table = Table::new(&[
        "algorithm",
        "mutant",
        "fate",
        "invariant",
        "where",
        "median",
        "worst",
        "simulated",
        "took",
        "rule that it breaks",
    ]);
    for row in rows {
        let fate = row.fate();
        let paint = if fate.is_as_it_must_be() { Paint::Good } else { Paint::Bad };
        let needed = |seeds: Option<u64>| match (row.caught_by, seeds) {
            (None, _) => Cell::from(""),
            (Some(_), Some(seeds)) => Cell::from(words::count(seeds)),
            (Some(_), None) => Cell::painted(format!("> {}", words::count(effort.budget)), Paint::Bad),
        };
        table.row([
            row.algorithm.as_str().into(),
            row.mutant.as_str().into(),
            Cell::painted(fate.name(), paint),
            row.caught_by.unwrap_or("none").into(),
            worlds(row).into(),
            needed(row.median()),
            needed(row.worst()),
            words::about(row.simulated).into(),
            row.took.filter(|_| timed).map_or(String::new(), words::about).into(),
            row.remark().into(),
        ]);
    }
    table
}

/// The world of a bug; of an equivalent how many there were.
fn worlds(row: &Row) -> String {
    match &row.scenarios[..] {
        [only] => only.clone(),
        several => format!("{} worlds", several.len()),
    }
}

/// For the eye.
pub fn text(rows: &[Row], effort: Effort) -> String {
    format!("{}\n{}", table(rows, effort).text(), sentence(rows, effort))
}

/// The same for a page.
pub fn markdown(rows: &[Row], effort: Effort) -> String {
    format!("{}\n{}", table(rows, effort).markdown(), sentence(rows, effort))
}

/// What it amounts to, and how it was come by.
fn sentence(rows: &[Row], effort: Effort) -> String {
    let count = |fate: Fate| rows.iter().filter(|row| row.fate() == fate).count();
    let bugs = rows.iter().filter(|row| row.caught_by.is_some()).count();
    let equivalents = rows.len() - bugs;
    let mut parts = Vec::new();
    if bugs > 0 {
        let (sweeps, budget) = (effort.sweeps, words::count(effort.budget));
        parts.push(format!("{} of {bugs} bugs caught in each of {sweeps} sweeps of at most {budget} seeds", count(Fate::Caught)));
    }
    if equivalents > 0 {
        let (harmless, quiet) = (count(Fate::Harmless), words::count(effort.quiet));
        parts.push(format!("{harmless} of {equivalents} equivalents caught by nothing in {quiet} seeds of each world"));
    }
    let mut out = format!("{}.\n", parts.join("; "));
    for (fate, what) in [(Fate::Escaped, "escaped"), (Fate::FalseAlarm, "false alarms"), (Fate::Wreckage, "wreckage")] {
        let ids: Vec<String> =
            rows.iter().filter(|row| row.fate() == fate).map(|row| format!("{} {}", row.algorithm, row.mutant)).collect();
        if !ids.is_empty() {
            out.push_str(&format!("{what}: {}\n", ids.join(", ")));
        }
    }
    out
}

#[cfg(test)]
mod tests;
