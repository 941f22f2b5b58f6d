//! Which runs are worth showing: the worst, the median, and the first of every kind of finding.

use sim::Span;

use crate::compare::{Column, Comparison, Found};
use crate::story::Limits;
use crate::words;

/// Of one algorithm in one scenario at most so many.
const MOST_OF_ONE: usize = 6;
/// Of a whole report.
const MOST: usize = 500;
/// All stories together are to be no more than about so many bytes, and each within these.
const ALL_STORIES: usize = 9 << 20;
const ONE_STORY: std::ops::RangeInclusive<usize> = (12 << 10)..=(768 << 10);
/// About what a message takes in the page without its words.
const MESSAGE: usize = 22;

/// A run that is worth showing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pick {
    pub row: usize,
    pub column: usize,
    pub seed: u64,
    /// What it is shown for, in words.
    pub why: Vec<String>,
}

/// All of a comparison, scenario by scenario. Where there would be too many, every pair keeps its first ones.
pub fn picks(comparison: &Comparison) -> Vec<Pick> {
    let mut all = Vec::new();
    for (row_number, row) in comparison.rows.iter().enumerate() {
        for (column_number, column) in row.columns.iter().enumerate() {
            let own = of(column).into_iter().enumerate();
            all.extend(own.map(|(rank, (seed, why))| (rank, Pick { row: row_number, column: column_number, seed, why })));
        }
    }
    let mut most = MOST_OF_ONE;
    while most > 1 && all.iter().filter(|(rank, _)| *rank < most).count() > MOST {
        most -= 1;
    }
    all.into_iter().filter(|(rank, _)| *rank < most).map(|(_, pick)| pick).take(MOST).collect()
}

/// How much each of so many stories may hold.
pub fn limits(stories: usize) -> Limits {
    let bytes = (ALL_STORIES / stories.max(1)).clamp(*ONE_STORY.start(), *ONE_STORY.end());
    Limits {
        messages: bytes / 2 / MESSAGE,
        contents: bytes * 3 / 10,
        stretches: bytes / 200,
        moments: bytes / 400,
        work: bytes / 400,
    }
}

/// The runs of one pair, the most telling first.
fn of(column: &Column) -> Vec<(u64, Vec<String>)> {
    let figures = column.figures();
    let mut picked: Vec<(u64, Vec<String>)> = Vec::new();
    let mut pick = |seed: u64, why: String| match picked.iter_mut().find(|(there, _)| *there == seed) {
        Some((_, whys)) => whys.push(why),
        None => picked.push((seed, vec![why])),
    };
    // What never came about is above every time.
    let mut failovers: Vec<(u64, u64)> =
        column.seeds.iter().filter_map(|seed| Some((seed.first?.total().unwrap_or(u64::MAX), seed.seed))).collect();
    failovers.sort_unstable();
    let time = |ns: u64| if ns == u64::MAX { String::from("not over when the run ended") } else { words::span(Span(ns)) };
    // The first of several seeds that are equally bad.
    if let Some((worst, _)) = failovers.last()
        && let Some((_, seed)) = failovers.iter().find(|(ns, _)| ns == worst)
    {
        pick(*seed, format!("worst failover ({})", time(*worst)));
    }
    let first = |found: &Found, what: &str| format!("{what} {} (in {} of {})", found.invariant, found.seeds, figures.runs);
    figures.safety.iter().for_each(|found| pick(found.first, first(found, "first with safety finding")));
    if let Some((ns, seed)) = failovers.get(failovers.len().saturating_sub(1) / 2) {
        pick(*seed, format!("median failover ({})", time(*ns)));
    }
    figures.liveness.iter().for_each(|found| pick(found.first, first(found, "first with liveness finding")));
    let longest = column.seeds.iter().map(|seed| seed.overlap_ns).max().unwrap_or(0);
    if let Some(seed) = column.seeds.iter().find(|seed| longest > 0 && seed.overlap_ns == longest) {
        pick(seed.seed, format!("longest overlap of leaders ({})", words::span(Span(longest))));
    }
    if let Some(seed) = column.seeds.iter().find(|seed| seed.false_failovers > 0) {
        pick(seed.seed, String::from("first with a false failover"));
    }
    figures.measured.iter().for_each(|found| pick(found.first, first(found, "first with")));
    if picked.is_empty() {
        picked.extend(column.seeds.iter().take(1).map(|seed| (seed.seed, vec![String::from("an ordinary run")])));
    }
    picked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{First, Seed};

    fn seed(seed: u64, failover: Option<u64>) -> Seed {
        let millis = |ms: u64| ms * 1_000_000;
        let first =
            First { lost_ns: 1, detection: failover.map(millis), election: failover.map(|_| 0), takeover: failover.map(|_| 0) };
        Seed {
            seed,
            first: Some(first),
            safety: 0,
            liveness: 0,
            measured: 0,
            false_failovers: 0,
            conflicting_effects: 0,
            lost_acknowledged: 0,
            overlap_ns: 0,
            leaderless_ns: 0,
            messages: 0,
            end_ns: 10_000_000_000,
            measure: None,
            exercised: true,
        }
    }

    fn column(seeds: Vec<Seed>) -> Column {
        let mut column = Column::new("raft", None);
        column.invariants = vec!["election-safety", "stability"];
        column.seeds.extend(seeds);
        column
    }

    #[test]
    fn the_worst_the_median_and_the_first_of_every_finding_are_kept_once_each() {
        let mut seeds: Vec<Seed> = (0..9).map(|number| seed(number, Some(100 + 10 * number))).collect();
        seeds[3].safety = 1;
        seeds[5].safety = 1;
        seeds[4].liveness = 2;
        seeds[8].overlap_ns = 7;
        let told = of(&column(seeds));
        let numbers: Vec<u64> = told.iter().map(|(seed, _)| *seed).collect();
        assert_eq!(numbers, [8, 3, 4]);
        assert_eq!(told[0].1, ["worst failover (180.000 ms)", "longest overlap of leaders (7 ns)"]);
        assert_eq!(told[1].1, ["first with safety finding election-safety (in 2 of 9)"]);
        assert_eq!(told[2].1, ["median failover (140.000 ms)", "first with liveness finding stability (in 1 of 9)"]);
    }

    #[test]
    fn a_failover_that_never_ends_is_the_worst_and_the_first_such_seed_is_shown() {
        let told = of(&column(vec![seed(0, Some(900)), seed(1, None), seed(2, None), seed(3, Some(100)), seed(4, Some(50))]));
        assert_eq!(told[0], (1, vec![String::from("worst failover (not over when the run ended)")]));
        assert_eq!(told[1].0, 0, "of 50, 100, 900, never, never the third is the median");
    }

    #[test]
    fn where_nothing_happens_the_first_run_is_shown() {
        let mut quiet = seed(7, None);
        quiet.first = None;
        assert_eq!(of(&column(vec![quiet])), [(7, vec![String::from("an ordinary run")])]);
        assert_eq!(of(&column(Vec::new())), []);
    }

    #[test]
    fn many_pairs_share_the_room_and_a_few_have_more() {
        assert!(limits(1).messages > 10 * limits(400).messages);
        assert!(limits(10_000).messages > 200, "every run shows its messages around what matters");
    }
}
