//! A comparison as JSON, for programs: integers in nanoseconds, names end in `_ns`, null = never.

use serde::Serialize;

use super::{Column, Comparison, Found, QUANTILES, Row, Unended, measure};
use crate::choosing::json::{Choosing, choosing};
use crate::json::SCHEMA;
use crate::paired::{self, Interval};
use crate::quantile::{Quantile, Sample, TooFew};
use crate::statistics;

#[derive(Serialize)]
struct Whole<'a> {
    schema: u32,
    version: &'a str,
    seeds: [u64; 2],
    /// How many seeds were asked for; left out where all of them are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    interrupted_of: Option<u64>,
    /// Left out where nothing was varied and nothing is wished for.
    #[serde(skip_serializing_if = "Option::is_none")]
    choosing: Option<Choosing<'a>>,
    scenarios: Vec<OneRow<'a>>,
}

#[derive(Serialize)]
struct OneRow<'a> {
    scenario: &'a str,
    /// What was varied; left out where nothing was.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    varied: serde_json::Map<String, serde_json::Value>,
    algorithms: Vec<OneColumn<'a>>,
}

#[derive(Serialize)]
struct OneColumn<'a> {
    algorithm: &'a str,
    /// Why it cannot play; null: it does.
    misfit: Option<&'a str>,
    runs: usize,
    /// Seeds in which everything in the scenario's script took place.
    exercised: usize,
    failovers: usize,
    never: usize,
    /// Of the runs in which work never went on, the first, and the least time that was left to any of them.
    first_never_seed: Option<u64>,
    never_left_ns: Option<u64>,
    /// Those of them that ended before the algorithm's own recovery bound had passed; left out where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    cut_short: Option<CutShort>,
    /// Half the width of the band that holds the true distribution of failover times everywhere (Dvoretzky, Kiefer, Wolfowitz).
    failover_band: f64,
    failover_ns: Vec<OneQuantile>,
    detection_median_ns: Option<u64>,
    election_median_ns: Option<u64>,
    takeover_median_ns: Option<u64>,
    false_failovers: u64,
    false_failovers_per_day: f64,
    overlapping_seeds: usize,
    longest_overlap_ns: u64,
    conflicting_seeds: usize,
    lost_acknowledged_seeds: usize,
    messages_median: Option<u64>,
    leaderless_median_ns: Option<u64>,
    /// With no safety finding: at most this share of seeds has one (rule of three); null: there is one.
    unsafe_share_high: Option<f64>,
    safety: Vec<OneFound<'a>>,
    liveness: Vec<OneFound<'a>>,
    measured: Vec<OneFound<'a>>,
    /// What the scenario asks to be measured; left out where that is nothing.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    measure: serde_json::Map<String, serde_json::Value>,
    against: Vec<Against<'a>>,
}

#[derive(Serialize)]
struct CutShort {
    seeds: usize,
    first_seed: u64,
    /// The least time that was left to any of them.
    left_ns: u64,
    recovery_bound_ns: u64,
}

#[derive(Serialize)]
struct OneQuantile {
    per_mille: u32,
    value_ns: Option<u64>,
    low_ns: Option<u64>,
    high_ns: Option<u64>,
    /// So many figures are needed for an interval; null: there are enough.
    needs: Option<usize>,
}

#[derive(Serialize)]
struct OneFound<'a> {
    invariant: &'a str,
    seeds: usize,
    first_seed: u64,
    share_low: f64,
    share_high: f64,
}

#[derive(Serialize)]
struct Against<'a> {
    algorithm: &'a str,
    pairs: usize,
    /// Median failover over the other's, between the ends of its interval; null: one of the medians is above every finite figure,
    /// or an end of the interval without limit.
    ratio: Option<[f64; 3]>,
    won: [f64; 3],
    lost: [f64; 3],
    /// Two-sided probability of so uneven a split of the seeds, were either as likely to be faster.
    sign: f64,
    /// Interval and seeds both say so.
    differs: bool,
}

pub fn text(comparison: &Comparison) -> String {
    let scenarios = comparison.rows.iter().map(|row| {
        let mut pairs = Pairs::of(&row.columns);
        let algorithms = row.columns.iter().enumerate().map(|(place, column)| one(row, column, pairs.take(place))).collect();
        OneRow { scenario: &row.scenario, varied: varied(comparison, row), algorithms }
    });
    let seeds = [comparison.seeds.start, comparison.seeds.end];
    let whole = Whole {
        schema: SCHEMA,
        version: comparison.version,
        seeds,
        interrupted_of: comparison.interrupted().map(|_| comparison.asked),
        choosing: choosing(comparison),
        scenarios: scenarios.collect(),
    };
    serde_json::to_string_pretty(&whole).expect("numbers and text always fit JSON") + "\n"
}

fn varied(comparison: &Comparison, row: &Row) -> serde_json::Map<String, serde_json::Value> {
    let axes = comparison.wishes.axes.iter().zip(&row.varied);
    axes.map(|(axis, value)| (axis.setting.clone(), serde_json::Value::from(value.as_str()))).collect()
}

/// The version that wrote this comparison; `None`: it is none.
pub fn version_of(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    value.get("scenarios")?;
    Some(value.get("version")?.as_str()?.to_owned())
}

/// Everybody against everybody else. Each pair is resampled once, and turned round for the other side.
struct Pairs<'a>(Vec<Vec<Against<'a>>>);

impl<'a> Pairs<'a> {
    fn of(columns: &[Column]) -> Pairs<'a> {
        let mut all: Vec<Vec<Against<'a>>> = columns.iter().map(|_| Vec::new()).collect();
        for (second, other) in columns.iter().enumerate() {
            for (first, column) in columns[..second].iter().enumerate() {
                if let Some(compared) = column.against(other) {
                    all[first].push(against(other, compared));
                    all[second].push(against(column, compared.swapped()));
                }
            }
        }
        Pairs(all)
    }

    fn take(&mut self, place: usize) -> Vec<Against<'a>> {
        std::mem::take(&mut self.0[place])
    }
}

fn against<'a>(other: &Column, compared: paired::Comparison) -> Against<'a> {
    let three = |interval: Interval| [interval.low, interval.value, interval.high];
    Against {
        algorithm: other.algorithm,
        pairs: compared.pairs,
        ratio: compared.ratio.map(three),
        won: three(compared.won),
        lost: three(compared.lost),
        sign: compared.sign,
        differs: compared.differs(),
    }
}

fn one<'a>(row: &Row, column: &'a Column, against: Vec<Against<'a>>) -> OneColumn<'a> {
    let figures = column.figures();
    let median = |sample: &Sample| sample.median();
    let quantile = |(per_mille, found): (u32, &Result<Quantile, TooFew>)| OneQuantile {
        per_mille,
        value_ns: found.ok().and_then(|found| found.value),
        low_ns: found.ok().and_then(|found| found.low),
        high_ns: found.ok().and_then(|found| found.high),
        needs: found.err().map(|few| few.needed),
    };
    OneColumn {
        algorithm: column.algorithm,
        misfit: column.misfit.as_deref(),
        runs: figures.runs,
        exercised: figures.exercised,
        failovers: figures.lost,
        never: figures.failover.never(),
        first_never_seed: figures.first_never,
        never_left_ns: figures.left_ns,
        cut_short: figures.cut_short.map(|Unended { seeds, first, left }| CutShort {
            seeds,
            first_seed: first,
            left_ns: left.0,
            recovery_bound_ns: column.recovery.0,
        }),
        failover_band: figures.failover.band(),
        failover_ns: QUANTILES.into_iter().zip(&figures.quantiles).map(quantile).collect(),
        detection_median_ns: median(&figures.detection),
        election_median_ns: median(&figures.election),
        takeover_median_ns: median(&figures.takeover),
        false_failovers: figures.false_failovers,
        false_failovers_per_day: figures.false_a_day(),
        overlapping_seeds: figures.overlapped,
        longest_overlap_ns: figures.longest_overlap_ns,
        conflicting_seeds: figures.conflicted,
        lost_acknowledged_seeds: figures.threw_away,
        messages_median: median(&figures.messages),
        leaderless_median_ns: median(&figures.leaderless_ns),
        unsafe_share_high: figures.safety.is_empty().then(|| statistics::rule_of_three(figures.runs as u64)),
        safety: figures.safety.iter().map(found).collect(),
        liveness: figures.liveness.iter().map(found).collect(),
        measured: figures.measured.iter().map(found).collect(),
        measure: row.measure.as_ref().map(|what| measure::json(what, column)).unwrap_or_default(),
        against,
    }
}

fn found(found: &Found) -> OneFound<'static> {
    OneFound {
        invariant: found.invariant,
        seeds: found.seeds,
        first_seed: found.first,
        share_low: found.share.low,
        share_high: found.share.high,
    }
}
