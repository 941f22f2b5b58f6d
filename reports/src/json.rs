//! One run as JSON, schema 1. Integers in nanoseconds, names end in `_ns`, points in time are absolute true time of the
//! run, null is never.

use serde::Serialize;
use serde_json::Value;
use sim::outcome::{Failover, Judgement, Outcome, Tenure, Verdict};
use sim::setup::Measure;
use sim::{Epoch, Time};

use crate::resource::Resource;
use crate::words;

/// Raised when a name or a meaning changes; new names alone do not raise it.
pub const SCHEMA: u32 = 1;

#[derive(Serialize)]
pub struct Run<'a> {
    schema: u32,
    scenario: &'a str,
    algorithm: &'a str,
    seed: u64,
    version: &'a str,
    settings: serde_json::Map<String, Value>,
    /// What a comparison varied, of the scenario or of an algorithm; left out where it varied nothing.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    varied: serde_json::Map<String, Value>,
    /// Hex text: 128 bits do not fit a JSON number.
    fingerprint: String,
    events: u64,
    end_ns: u64,
    verdicts: Vec<OneVerdict<'a>>,
    split_brain: SplitBrain,
    leaders: Vec<Leader>,
    failovers: Vec<OneFailover>,
    counters: Counters,
    /// Left out where the scenario asks for no figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    measure: Option<OneMeasure>,
    /// Left out where nothing was done on the protected resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Resource>,
}

#[derive(Serialize)]
struct OneVerdict<'a> {
    invariant: &'a str,
    verdict: &'a str,
    standing: &'a str,
    exercised: u64,
    at_ns: Option<u64>,
    evidence: Option<Evidence<'a>>,
    liveness: Option<&'a str>,
}

#[derive(Serialize)]
struct Evidence<'a> {
    /// Numbered from 1, as in scenario files.
    nodes: Vec<u32>,
    saw: &'a str,
    times: u64,
}

#[derive(Serialize)]
struct SplitBrain {
    same_epoch: u64,
    overlap_ns: u64,
    conflicting_effects: u64,
    lost_acknowledged: u64,
}

#[derive(Serialize)]
struct Leader {
    at_ns: u64,
    node: u32,
    /// Opaque text, as everywhere: `3`, or `3.2` for a ballot. Null where the algorithm knows no epochs.
    epoch: Option<String>,
    until_ns: Option<u64>,
}

#[derive(Serialize)]
struct OneFailover {
    lost_ns: u64,
    cause: &'static str,
    detected_ns: Option<u64>,
    elected_ns: Option<u64>,
    effective_ns: Option<u64>,
    absorbed: bool,
}

#[derive(Serialize)]
struct Counters {
    sent: u64,
    delivered: u64,
    dropped: u64,
    duplicated: u64,
    timers: u64,
    elections: u64,
    leader_changes: u64,
    leaderless_ns: u64,
}

/// The figure that the scenario asks for.
#[derive(Serialize)]
struct OneMeasure {
    /// As in a scenario file.
    what: String,
    #[serde(flatten)]
    figure: Figure,
}

/// Null: it did not come about.
#[derive(Serialize)]
enum Figure {
    #[serde(rename = "value_ns")]
    Time(Option<u64>),
    #[serde(rename = "value")]
    Count(Option<u64>),
}

impl<'a> Run<'a> {
    /// `version` is that of the program that ran it.
    pub fn new(outcome: &'a Outcome, version: &'a str) -> Run<'a> {
        Run {
            schema: SCHEMA,
            scenario: &outcome.scenario,
            algorithm: outcome.algorithm,
            seed: outcome.seed,
            version,
            settings: outcome.settings.iter().map(|(key, value)| (key.clone(), setting(value))).collect(),
            varied: serde_json::Map::new(),
            fingerprint: words::fingerprint(outcome.fingerprint),
            events: outcome.events,
            end_ns: outcome.end.0,
            verdicts: outcome.judgements.iter().map(OneVerdict::of).collect(),
            split_brain: SplitBrain {
                same_epoch: outcome.split_brain.same_epoch,
                overlap_ns: outcome.split_brain.overlap.0,
                conflicting_effects: outcome.split_brain.conflicting_effects,
                lost_acknowledged: outcome.split_brain.lost_acknowledged,
            },
            leaders: outcome.tenures.iter().map(Leader::of).collect(),
            failovers: outcome.failovers.iter().map(OneFailover::of).collect(),
            counters: Counters::of(outcome),
            measure: None,
            resource: outcome.resource.as_ref().map(Resource::of),
        }
    }

    /// Under these values of settings that a comparison varied.
    #[must_use]
    pub fn varied(mut self, varied: &[(&str, &str)]) -> Run<'a> {
        self.varied = varied.iter().map(|(key, value)| (String::from(*key), Value::from(*value))).collect();
        self
    }

    /// With the figure that its scenario asks for, if it asks for one.
    #[must_use]
    pub fn measured(mut self, measure: Option<&Measure>, figure: Option<u64>) -> Run<'a> {
        self.measure = measure.map(|measure| {
            let (name, is_time) = words::measure(measure);
            OneMeasure {
                what: name.replace(' ', "-"),
                figure: if is_time { Figure::Time(figure) } else { Figure::Count(figure) },
            }
        });
        self
    }

    /// On one line, without the line's end.
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("integers and text always fit JSON")
    }

    /// For the eye, on many lines, without the last line's end.
    pub fn pretty(&self) -> String {
        serde_json::to_string_pretty(self).expect("integers and text always fit JSON")
    }
}

/// A setting as a file would write it: switches, counts and lists of quoted text read the same in JSON.
fn setting(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

impl<'a> OneVerdict<'a> {
    fn of(judgement: &'a Judgement) -> OneVerdict<'a> {
        let violation = match &judgement.verdict {
            Verdict::Violated(violation) => Some(violation),
            _ => None,
        };
        OneVerdict {
            invariant: judgement.invariant,
            verdict: words::verdict(&judgement.verdict),
            standing: words::standing(judgement.standing),
            exercised: judgement.exercised,
            at_ns: violation.map(|violation| violation.at.0),
            evidence: violation.map(|violation| Evidence {
                nodes: violation.nodes.iter().map(|node| u32::from(node.0) + 1).collect(),
                saw: &violation.saw,
                times: violation.times,
            }),
            liveness: judgement.liveness.map(words::liveness),
        }
    }
}

impl Leader {
    fn of(tenure: &Tenure) -> Leader {
        Leader {
            at_ns: tenure.from.0,
            node: u32::from(tenure.node.0) + 1,
            epoch: (tenure.epoch != Epoch::default()).then(|| tenure.epoch.to_string()),
            until_ns: tenure.until.map(|until| until.0),
        }
    }
}

impl OneFailover {
    fn of(failover: &Failover) -> OneFailover {
        let nanos = |time: Option<Time>| time.map(|time| time.0);
        OneFailover {
            lost_ns: failover.lost.0,
            cause: failover.cause.name(),
            detected_ns: nanos(failover.detected),
            elected_ns: nanos(failover.elected),
            effective_ns: nanos(failover.effective),
            absorbed: failover.absorbed,
        }
    }
}

impl Counters {
    fn of(outcome: &Outcome) -> Counters {
        let counters = &outcome.counters;
        Counters {
            sent: counters.sent,
            delivered: counters.delivered,
            dropped: counters.dropped,
            duplicated: counters.duplicated,
            timers: counters.timers,
            elections: counters.elections,
            leader_changes: counters.leader_changes,
            leaderless_ns: counters.leaderless.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn a_leader_without_an_epoch_has_none() {
        let mut outcome = example::outcome();
        outcome.tenures[0].epoch = Epoch::default();
        let value: Value = serde_json::from_str(&Run::new(&outcome, "1.2.3").line()).unwrap();
        assert_eq!(value["leaders"][0]["epoch"], Value::Null);
        assert_eq!(value["leaders"][1]["epoch"], "2");
    }

    #[test]
    fn what_a_scenario_measures_stands_in_its_runs_a_time_in_nanoseconds_and_a_count_as_it_is() {
        let outcome = example::outcome();
        let measure = |measure: Option<&Measure>, figure| -> Value {
            let value: Value = serde_json::from_str(&Run::new(&outcome, "1").measured(measure, figure).line()).unwrap();
            value["measure"].clone()
        };
        let of = |what, figure| measure(Some(&what), figure);
        assert_eq!(of(Measure::StableLeader, Some(7)), serde_json::json!({ "what": "stable-leader", "value_ns": 7 }));
        assert_eq!(of(Measure::StableLeader, None), serde_json::json!({ "what": "stable-leader", "value_ns": null }));
        assert_eq!(of(Measure::FirstTermSplit, Some(1)), serde_json::json!({ "what": "first-term-split", "value": 1 }));
        assert_eq!(measure(None, None), Value::Null);
    }

    #[test]
    fn a_run_has_the_names_of_the_contract_in_its_order() {
        let outcome = example::outcome();
        let line = Run::new(&outcome, "1.2.3").line();
        let value: Value = serde_json::from_str(&line).unwrap();
        let mut at = 0;
        for name in [
            "schema",
            "scenario",
            "algorithm",
            "seed",
            "version",
            "settings",
            "fingerprint",
            "events",
            "end_ns",
            "verdicts",
            "split_brain",
            "leaders",
            "failovers",
            "counters",
        ] {
            assert!(value.get(name).is_some(), "{name} is missing");
            let found = line[at..].find(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} is out of order"));
            at += found;
        }
        assert_eq!(value["fingerprint"], "000000000000000000000000000000ff");
        assert_eq!(value["settings"]["election-timeout"], serde_json::json!(["150ms", "300ms"]));
        assert_eq!(value["verdicts"][1]["evidence"]["nodes"], serde_json::json!([1, 3]));
        assert_eq!(value["verdicts"][0]["at_ns"], Value::Null);
        assert_eq!(value["leaders"][1]["until_ns"], Value::Null);
        assert_eq!(value["failovers"][1]["cause"], "cut");
        assert!(!line.contains('\n'));
    }
}
