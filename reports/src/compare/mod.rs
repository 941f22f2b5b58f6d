//! Several algorithms under the same seeds of several scenarios. What is kept of a run is [`Seed`]; what is said of them is
//! figured here, once, and written by [`text`], [`csv`] and [`json`].

pub mod csv;
pub mod json;
mod measure;
mod seed;
mod seeds;
pub mod text;

use std::ops::Range;
use std::sync::OnceLock;

use sim::Span;
use sim::setup::Measure;

pub use seed::{First, Seed};
pub use seeds::Seeds;

use crate::choosing::Wishes;
use crate::paired::{self, Interval};
use crate::quantile::{Quantile, Sample, TooFew};

/// Quantiles that are reported, in thousandths.
pub const QUANTILES: [u32; 3] = [500, 900, 990];

/// One algorithm in one scenario.
pub struct Column {
    pub algorithm: &'static str,
    /// Why it cannot play.
    pub misfit: Option<String>,
    /// Within what time it recovers, by its own bound; zero: it states none, or nothing is known of it.
    pub recovery: Span,
    /// In the order of the seeds.
    pub seeds: Seeds,
    /// Every invariant that was judged, in the order of the verdicts.
    pub invariants: Vec<&'static str>,
    /// Worked out once: every file and picture asks for them.
    figures: OnceLock<Figures>,
}

/// All algorithms in one scenario, under one pair of values of what was varied.
pub struct Row {
    pub scenario: String,
    pub about: String,
    /// Something goes wrong in it by script or by chance. Where nothing does, a leader that is lost was deposed for nothing.
    pub faults: bool,
    /// The figure that it asks for, one value a run.
    pub measure: Option<Measure>,
    /// The values of what was varied, in the order of [`Wishes::axes`].
    pub varied: Vec<String>,
    pub columns: Vec<Column>,
}

impl Row {
    /// The scenario, with the values of what was varied.
    pub fn title(&self) -> String {
        if self.varied.is_empty() { self.scenario.clone() } else { format!("{} with {}", self.scenario, self.varied.join(", ")) }
    }
}

/// The whole comparison.
pub struct Comparison {
    pub version: &'static str,
    pub seeds: Range<u64>,
    /// How many were asked for: more than there are where the comparison was interrupted.
    pub asked: u64,
    /// Scenario by scenario, each under every pair of values: those of the first setting in order, for each value of the second.
    pub rows: Vec<Row>,
    /// What was varied and what is wished for: mostly nothing.
    pub wishes: Wishes,
}

impl Comparison {
    /// That there was more to come, if there was.
    pub fn interrupted(&self) -> Option<String> {
        interrupted(self.seeds.end - self.seeds.start, self.asked)
    }
}

/// That so many seeds are there and more were asked for, if they were.
pub fn interrupted(there: u64, asked: u64) -> Option<String> {
    let words = || format!("Interrupted: everything here is about the first {there} of the {asked} seeds that were asked for.");
    (there < asked).then(words)
}

/// What one column amounts to.
pub struct Figures {
    pub runs: usize,
    /// Seeds in which everything in the scenario's script took place.
    pub exercised: usize,
    /// Seeds in which a leader was lost.
    pub lost: usize,
    /// Of these, the time until work went on, by seed; `None`: it never did.
    pub failover: Sample,
    pub quantiles: [Result<Quantile, TooFew>; QUANTILES.len()],
    /// Of the runs in which work never went on, the first, and the least time that was left to any of them.
    pub first_never: Option<u64>,
    pub left_ns: Option<u64>,
    /// Those of them that ended before the algorithm's own recovery bound had passed: whether it would have recovered, nobody knows.
    pub cut_short: Option<Unended>,
    /// The others: it had the time, and did not.
    pub stuck: Option<Unended>,
    pub detection: Sample,
    pub election: Sample,
    pub takeover: Sample,
    /// Losses of a leader for which there was no fault, in all runs.
    pub false_failovers: u64,
    /// Virtual time of all runs, in nanoseconds.
    pub time_ns: u128,
    pub safety: Vec<Found>,
    pub liveness: Vec<Found>,
    pub measured: Vec<Found>,
    /// Seeds in which two or more members would have acted at once, and the longest such time.
    pub overlapped: usize,
    pub longest_overlap_ns: u64,
    /// Seeds with conflicting effects, and with acknowledged work that was lost.
    pub conflicted: usize,
    pub threw_away: usize,
    pub messages: Sample,
    pub leaderless_ns: Sample,
}

/// Runs in which work had not gone on when they ended: how many, the first of them, and the least time that was left to any.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unended {
    pub seeds: usize,
    pub first: u64,
    pub left: Span,
}

impl Unended {
    /// `None`: there is none. `unended`: seeds in order, and how much time was left.
    fn of(unended: impl Iterator<Item = (u64, Span)>) -> Option<Unended> {
        unended.fold(None, |all: Option<Unended>, (seed, left)| {
            let Unended { seeds, first, left: least } = all.unwrap_or(Unended { seeds: 0, first: seed, left });
            Some(Unended { seeds: seeds + 1, first, left: least.min(left) })
        })
    }
}

/// An invariant that was violated, in so many seeds, the first of them, and how sure we are of its share.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Found {
    pub invariant: &'static str,
    pub seeds: usize,
    pub first: u64,
    pub share: Interval,
}

impl Column {
    pub fn new(algorithm: &'static str, misfit: Option<String>) -> Column {
        Column {
            algorithm,
            misfit,
            recovery: Span::ZERO,
            seeds: Seeds::default(),
            invariants: Vec::new(),
            figures: OnceLock::new(),
        }
    }

    /// The same, of an algorithm that by its own bound recovers within this time.
    #[must_use]
    pub fn recovering_within(self, recovery: Span) -> Column {
        Column { recovery, ..self }
    }

    /// To be asked for when all seeds are there.
    ///
    /// # Panics
    /// Where seeds were added after the figures had been asked for.
    pub fn figures(&self) -> &Figures {
        let figures = self.figures.get_or_init(|| self.work_out());
        assert_eq!(figures.runs, self.seeds.len(), "figures are asked for when all seeds are there");
        figures
    }

    fn work_out(&self) -> Figures {
        let runs = self.seeds.len();
        let lost = || self.seeds.iter().filter_map(|seed| seed.first);
        let failover = Sample::new(lost().map(|first| first.total()));
        let unended = || {
            let lost = self.seeds.iter().filter_map(|seed| Some((seed, seed.first?)));
            let never = lost.filter(|(_, first)| first.total().is_none());
            never.map(|(seed, first)| (seed.seed, Span(seed.end_ns - first.lost_ns)))
        };
        let never = Unended::of(unended());
        let quantiles = QUANTILES.map(|per_mille| failover.quantile(per_mille));
        let found = |mask: &dyn Fn(&Seed) -> u64| {
            let of = |(bit, &invariant): (usize, &&'static str)| {
                let hit = |seed: &Seed| mask(seed) >> bit & 1 == 1;
                let first = self.seeds.iter().find(hit)?.seed;
                let seeds = self.seeds.iter().filter(hit).count();
                Some(Found { invariant, seeds, first, share: paired::share(seeds, runs) })
            };
            self.invariants.iter().enumerate().filter_map(of).collect::<Vec<Found>>()
        };
        Figures {
            runs,
            exercised: self.seeds.iter().filter(|seed| seed.exercised).count(),
            lost: failover.len(),
            quantiles,
            first_never: never.map(|never| never.first),
            left_ns: never.map(|never| never.left.0),
            cut_short: Unended::of(unended().filter(|(_, left)| *left < self.recovery)),
            stuck: Unended::of(unended().filter(|(_, left)| *left >= self.recovery)),
            detection: Sample::new(lost().map(|first| first.detection)),
            election: Sample::new(lost().map(|first| first.election)),
            takeover: Sample::new(lost().map(|first| first.takeover)),
            failover,
            false_failovers: self.seeds.iter().map(|seed| u64::from(seed.false_failovers)).sum(),
            time_ns: self.seeds.iter().map(|seed| u128::from(seed.end_ns)).sum(),
            safety: found(&|seed| seed.safety),
            liveness: found(&|seed| seed.liveness),
            measured: found(&|seed| seed.measured),
            overlapped: self.seeds.iter().filter(|seed| seed.overlap_ns > 0).count(),
            longest_overlap_ns: self.seeds.iter().map(|seed| seed.overlap_ns).max().unwrap_or(0),
            conflicted: self.seeds.iter().filter(|seed| seed.conflicting_effects > 0).count(),
            threw_away: self.seeds.iter().filter(|seed| seed.lost_acknowledged > 0).count(),
            messages: Sample::new(self.seeds.iter().map(|seed| Some(seed.messages))),
            leaderless_ns: Sample::new(self.seeds.iter().map(|seed| Some(seed.leaderless_ns))),
        }
    }

    /// The failover of every seed of a range, `None` where there was none or it never ended; for pairing.
    fn paired(&self) -> Vec<(u64, Option<u64>)> {
        self.seeds.iter().filter_map(|seed| seed.first.map(|first| (seed.seed, first.total()))).collect()
    }

    /// Its failovers against another's, over the seeds in which both lost a leader.
    pub fn against(&self, other: &Column) -> Option<paired::Comparison> {
        let theirs = other.paired();
        let both = self.paired().into_iter().filter_map(|(seed, mine)| {
            let place = theirs.binary_search_by_key(&seed, |(seed, _)| *seed).ok()?;
            Some((mine, theirs[place].1))
        });
        let (mine, theirs): (Vec<_>, Vec<_>) = both.unzip();
        paired::compare(&mine, &theirs)
    }
}

impl Figures {
    /// In most of the seeds that lost a leader it did not recover, though it had the time.
    pub fn is_mostly_stuck(&self) -> bool {
        self.stuck.is_some_and(|stuck| 2 * stuck.seeds >= self.lost)
    }

    /// False failovers for each day of virtual time.
    pub fn false_a_day(&self) -> f64 {
        const DAY: f64 = 86_400e9;
        if self.time_ns == 0 { 0.0 } else { self.false_failovers as f64 * DAY / self.time_ns as f64 }
    }
}
