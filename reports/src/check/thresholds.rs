//! What a scenario allows an algorithm at most, held against what it took.

use scenarios::Threshold;
use sim::{Span, Value};

use super::run::Run;
use super::{Complaint, Kind};
use crate::quantile::{Sample, TooFew};
use crate::words;

/// `None`: it is met. `beyond_run`: how long recovery may take by the algorithm's own bound, where no run is so long.
pub fn judge(threshold: &Threshold, runs: &[Run], beyond_run: Option<Span>) -> Option<Complaint> {
    let (key, most) = (threshold.key, &threshold.most);
    let missed = |seen: String, worst: Option<u64>| {
        let words = format!("{key} is {seen}, and at most {} is allowed", allowed(most));
        Some(Complaint::new(Kind::Threshold, key, words).seen_in(worst.into_iter().collect()))
    };
    let never = |words: String| Some(Complaint::new(Kind::NotExercised, key, format!("{key} was not put to the test: {words}")));
    let limit = match most {
        Value::Span(span) => span.0,
        Value::Count(count) => *count,
        other => unreachable!("the reader takes no other threshold: {other}"),
    };
    let worst_by = |figure: &dyn Fn(&Run) -> u64| {
        runs.iter().max_by_key(|run| (figure(run), std::cmp::Reverse(run.seed))).map(|run| run.seed)
    };
    if runs.is_empty() {
        return never(String::from("nothing ran"));
    }
    if key.starts_with("failover-") {
        let lost: Vec<&Run> = runs.iter().filter(|run| run.failover).collect();
        if lost.is_empty() {
            return never(format!("no leader was lost in {} seeds", runs.len()));
        }
        let figure = match failover(key, &lost) {
            Ok(figure) => figure,
            Err(TooFew { there, needed }) => {
                return never(format!("it takes {needed} failovers, and there were {there}: take more seeds"));
            }
        };
        let worst = worst_by(&|run| if run.failover { run.recovered_ns.unwrap_or(u64::MAX) } else { 0 });
        return match figure {
            Some(figure) if figure <= limit => None,
            Some(figure) => missed(words::span(Span(figure)), worst),
            None => missed(not_over(beyond_run), worst),
        };
    }
    let sum = |figure: &dyn Fn(&Run) -> u64| runs.iter().map(|run| u128::from(figure(run))).sum::<u128>();
    let (figure, worst): (u128, _) = match key {
        "leaderless-mean" => (sum(&|run| run.leaderless_ns) / runs.len() as u128, worst_by(&|run| run.leaderless_ns)),
        "overlap-max" => (runs.iter().map(|run| u128::from(run.overlap_ns)).max().unwrap_or(0), worst_by(&|run| run.overlap_ns)),
        "false-failovers" => (sum(&|run| run.false_failovers), worst_by(&|run| run.false_failovers)),
        "unrecovered" => (sum(&|run| u64::from(!run.led)), worst_by(&|run| u64::from(!run.led))),
        other => unreachable!("the reader knows no threshold `{other}`"),
    };
    if figure <= u128::from(limit) {
        return None;
    }
    let figure = u64::try_from(figure).unwrap_or(u64::MAX);
    let seen = if matches!(most, Value::Span(_)) { words::span(Span(figure)) } else { words::count(figure) };
    missed(seen, worst)
}

/// Of the first failover of every seed that had one; `None`: some never ended, and that is what counts here.
fn failover(key: &str, lost: &[&Run]) -> Result<Option<u64>, TooFew> {
    let sample = Sample::new(lost.iter().map(|run| run.recovered_ns));
    let at = |per_mille: u32| sample.quantile(per_mille).map(|quantile| quantile.value);
    match key {
        "failover-p50" => at(500),
        "failover-p90" => at(900),
        "failover-p95" => at(950),
        "failover-p99" => at(990),
        "failover-p999" => at(999),
        _ if sample.never() > 0 => Ok(None),
        "failover-max" => Ok(sample.finite().last().copied()),
        "failover-mean" => {
            let sum: u128 = sample.finite().iter().map(|figure| u128::from(*figure)).sum();
            Ok(u64::try_from(sum / sample.len() as u128).ok())
        }
        other => unreachable!("the reader knows no threshold `{other}`"),
    }
}

/// A failover was not over when its run ended.
fn not_over(beyond_run: Option<Span>) -> String {
    beyond_run.map_or_else(
        || String::from("never"),
        |bound| format!("beyond the end of the run, which is too short to judge (recovery may take {})", words::about(bound)),
    )
}

fn allowed(most: &Value) -> String {
    match most {
        Value::Span(span) => words::span(*span),
        other => other.to_string(),
    }
}
