//! A comparison as JSON, for programs: integers in nanoseconds, names end in `_ns`, null = never.

use serde::Serialize;

use super::{Column, Comparison, Found, QUANTILES, Row};
use crate::choosing::json::{Choosing, choosing};
use crate::json::SCHEMA;
use crate::paired::Interval;
use crate::quantile::Sample;

#[derive(Serialize)]
struct Whole<'a> {
    schema: u32,
    version: &'a str,
    seeds: [u64; 2],
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
    failovers: usize,
    never: usize,
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
    safety: Vec<OneFound<'a>>,
    liveness: Vec<OneFound<'a>>,
    measured: Vec<OneFound<'a>>,
    against: Vec<Against<'a>>,
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
    /// Median failover over the other's; null: one of them is above every finite figure.
    ratio: Option<[f64; 3]>,
    won: [f64; 3],
}

pub fn text(comparison: &Comparison) -> String {
    let scenarios = comparison.rows.iter().map(|row| OneRow {
        scenario: &row.scenario,
        varied: varied(comparison, row),
        algorithms: row.columns.iter().map(|column| one(column, &row.columns)).collect(),
    });
    let seeds = [comparison.seeds.start, comparison.seeds.end];
    let whole = Whole {
        schema: SCHEMA,
        version: comparison.version,
        seeds,
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

fn one<'a>(column: &'a Column, all: &'a [Column]) -> OneColumn<'a> {
    let figures = column.figures();
    let median = |sample: &Sample| sample.median();
    let quantile = |(per_mille, found): (u32, &Result<crate::quantile::Quantile, crate::quantile::TooFew>)| OneQuantile {
        per_mille,
        value_ns: found.ok().and_then(|found| found.value),
        low_ns: found.ok().and_then(|found| found.low),
        high_ns: found.ok().and_then(|found| found.high),
        needs: found.err().map(|few| few.needed),
    };
    let others = all.iter().filter(|other| other.algorithm != column.algorithm);
    let against = others.filter_map(|other| {
        let compared = column.against(other)?;
        let three = |interval: Interval| [interval.low, interval.value, interval.high];
        Some(Against {
            algorithm: other.algorithm,
            pairs: compared.pairs,
            ratio: compared.ratio.map(three),
            won: three(compared.won),
        })
    });
    OneColumn {
        algorithm: column.algorithm,
        misfit: column.misfit.as_deref(),
        runs: figures.runs,
        failovers: figures.lost,
        never: figures.failover.never(),
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
        safety: figures.safety.iter().map(found).collect(),
        liveness: figures.liveness.iter().map(found).collect(),
        measured: figures.measured.iter().map(found).collect(),
        against: against.collect(),
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
