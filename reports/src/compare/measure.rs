//! The figure that a scenario asks for (`measure`), over all seeds of one algorithm.

use serde_json::{Map, Value, json};
use sim::Span;
use sim::setup::Measure;

use super::{Column, QUANTILES};
use crate::paired::{self, Interval};
use crate::quantile::Sample;
use crate::words;

/// The figure of every seed that could have come to one: without a leader lost there is no failover, not one that never ends.
fn sample(what: &Measure, column: &Column) -> Sample {
    let asked = column.seeds.iter().filter(|seed| *what != Measure::Failover || seed.first.is_some());
    Sample::new(asked.map(|seed| seed.measure))
}

/// Of a count that is 0 or 1, the share of ones among all runs.
fn share(what: &Measure, sample: &Sample) -> Option<Interval> {
    let ones = || sample.finite().iter().filter(|&&figure| figure == 1).count();
    (*what == Measure::FirstTermSplit).then(|| paired::share(ones(), sample.len()))
}

/// Where every run came to a figure.
fn mean(sample: &Sample) -> Option<f64> {
    let sum: u128 = sample.finite().iter().map(|&figure| u128::from(figure)).sum();
    (sample.never() == 0 && !sample.is_empty()).then(|| sum as f64 / sample.len() as f64)
}

/// `raft: stable leader: mean 430 ms, median 410 ms (95 %: 408 ms to 411 ms), p90 489 ms, p99 833 ms`.
pub fn sentence(what: &Measure, column: &Column) -> String {
    let (name, is_time) = words::measure(what);
    let sample = &sample(what, column);
    let figure = |figure: Option<u64>| match figure {
        Some(nanos) if is_time => words::about(Span(nanos)),
        Some(count) => words::count(count),
        None => String::from("never"),
    };
    let mut parts = Vec::new();
    if sample.is_empty() {
        parts.push(String::from("no leader was lost in any seed"));
    } else if let Some(share) = share(what, sample) {
        let [low, value, high] = [share.low, share.value, share.high].map(|share| share * 100.0);
        let (ones, runs) = (words::count(sample.finite().iter().sum::<u64>()), words::count(sample.len()));
        parts.push(format!("in {ones} of {runs} seeds, {value:.2} % (95 %: {low:.2} to {high:.2} %)"));
    } else {
        parts.extend(mean(sample).map(|mean| {
            let mean = if is_time { words::about(Span(mean.round() as u64)) } else { format!("{mean:.2}") };
            format!("mean {mean}")
        }));
        for per_mille in QUANTILES {
            let Ok(found) = sample.quantile(per_mille) else { continue };
            let (value, low, high) = (figure(found.value), figure(found.low), figure(found.high));
            parts.push(match per_mille {
                500 => format!("median {value} (95 %: {low} to {high})"),
                _ => format!("{} {value}", words::quantile(per_mille)),
            });
        }
    }
    if sample.never() > 0 {
        parts.push(format!("it did not come about in {} of {} seeds", words::count(sample.never()), words::count(sample.len())));
    }
    format!("{}: {name}: {}", column.algorithm, parts.join(", "))
}

/// The same for programs; the names of times end in `_ns`, null is never.
pub fn json(what: &Measure, column: &Column) -> Map<String, Value> {
    let (name, is_time) = words::measure(what);
    let sample = &sample(what, column);
    let key = |name: &str| if is_time { format!("{name}_ns") } else { String::from(name) };
    let quantile = |per_mille: u32| {
        let found = sample.quantile(per_mille);
        let of = |figure: Option<Option<u64>>| json!(figure.flatten());
        let pairs = [
            (String::from("per_mille"), json!(per_mille)),
            (key("value"), of(found.ok().map(|found| found.value))),
            (key("low"), of(found.ok().map(|found| found.low))),
            (key("high"), of(found.ok().map(|found| found.high))),
            (String::from("needs"), json!(found.err().map(|few| few.needed))),
        ];
        Value::Object(pairs.into_iter().collect())
    };
    let mut all = Map::new();
    all.insert(String::from("what"), Value::from(name.replace(' ', "-")));
    all.insert(String::from("never"), json!(sample.never()));
    all.insert(key("mean"), json!(mean(sample)));
    all.insert(key("quantiles"), QUANTILES.into_iter().map(quantile).collect());
    if let Some(share) = share(what, sample) {
        all.insert(String::from("share"), json!([share.low, share.value, share.high]));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Seed;

    fn column(figures: impl IntoIterator<Item = Option<u64>>) -> Column {
        let mut column = Column::new("raft", None);
        for (seed, measure) in (0u64..).zip(figures) {
            column.seeds.push(Seed { seed, measure, ..Seed::new(&crate::example::outcome()) });
        }
        column
    }

    #[test]
    fn how_often_the_first_term_splits_is_a_share_with_its_interval() {
        let column = column((0..1_000).map(|seed| Some(u64::from(seed % 20 == 0))));
        let told = sentence(&Measure::FirstTermSplit, &column);
        assert_eq!(told, "raft: first term split: in 50 of 1 000 seeds, 5.00 % (95 %: 3.81 to 6.53 %)");
        let json = json(&Measure::FirstTermSplit, &column);
        assert_eq!((&json["what"], &json["share"][1], &json["mean"]), (&json!("first-term-split"), &json!(0.05), &json!(0.05)));
    }

    #[test]
    fn a_time_has_a_mean_and_the_quantiles_that_so_many_seeds_support() {
        let column = column((1..=100).map(|ms| Some(ms * 1_000_000)));
        let told = sentence(&Measure::StableLeader, &column);
        assert_eq!(told, "raft: stable leader: mean 50.5 ms, median 50.0 ms (95 %: 40.0 ms to 61.0 ms), p90 90.0 ms");
        let json = json(&Measure::StableLeader, &column);
        assert_eq!((&json["mean_ns"], &json["quantiles_ns"][0]["low_ns"]), (&json!(50_500_000.0), &json!(40_000_000)));
        assert_eq!((&json["quantiles_ns"][2]["value_ns"], &json["quantiles_ns"][2]["needs"]), (&Value::Null, &json!(368)));
    }

    #[test]
    fn a_run_in_which_no_leader_was_lost_has_no_failover_that_never_ended() {
        let calm = |mut column: Column| {
            for seed in 1..4 {
                column.seeds.push(Seed { seed, first: None, measure: None, ..Seed::new(&crate::example::outcome()) });
            }
            column
        };
        let all = calm(column([Some(5_000_000)]));
        let told = sentence(&Measure::Failover, &all);
        assert_eq!(told, "raft: failover: mean 5.00 ms");
        assert_eq!(json(&Measure::Failover, &all)["never"], 0);
        let none = calm(column([]));
        assert_eq!(sentence(&Measure::Failover, &none), "raft: failover: no leader was lost in any seed");
    }

    #[test]
    fn runs_that_come_to_no_figure_are_counted_and_leave_no_mean() {
        let column = column((0..10).map(|seed| (seed % 10 < 4).then_some(seed)));
        let told = sentence(&Measure::MessagesToFirstLeader, &column);
        let median = "median never (95 %: 1 to never)";
        assert_eq!(told, format!("raft: messages to first leader: {median}, it did not come about in 6 of 10 seeds"));
        assert_eq!(json(&Measure::MessagesToFirstLeader, &column)["mean"], Value::Null);
    }
}
