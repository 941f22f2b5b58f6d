//! Held against what the Trace Event Format says: required fields of every phase, slices of a thread that nest, flows with two
//! ends that lie in slices.

use serde_json::Value;

use super::*;
use crate::story::{Limits, tests::story};

/// The events of one run.
fn events(scenario: &str, algorithm: &str) -> (Story, Vec<Value>) {
    let story = story(scenario, algorithm, 2, &Limits { messages: 3_000, ..Limits::ALONE });
    let trace: Value = serde_json::from_str(&json(&story)).expect("it is JSON");
    let events = trace["traceEvents"].as_array().expect("a list of events").clone();
    (story, events)
}

fn nanos(value: &Value) -> u64 {
    (value.as_f64().expect("a number") * 1_000.0).round() as u64
}

/// Slices of each thread: from, until.
fn slices(events: &[Value]) -> BTreeMap<u64, Vec<(u64, u64)>> {
    let mut slices: BTreeMap<u64, Vec<(u64, u64)>> = BTreeMap::new();
    for event in events.iter().filter(|event| event["ph"] == "X") {
        let from = nanos(&event["ts"]);
        let thread = event["tid"].as_u64().expect("a slice has a thread");
        slices.entry(thread).or_default().push((from, from + nanos(&event["dur"])));
    }
    slices
}

const RUNS: [(&str, &str); 4] =
    [("leader-isolated", "raft"), ("leader-crash", "bully"), ("lock-holder-paused", "etcd-session"), ("random-faults", "zab")];

#[test]
fn every_event_has_what_its_phase_requires() {
    for (scenario, algorithm) in RUNS {
        for event in events(scenario, algorithm).1 {
            let has = |name: &str| event.get(name).is_some();
            assert!(has("name") && event["pid"] == 1, "{event}");
            let required: &[&str] = match event["ph"].as_str().expect("a phase") {
                "M" => &["args"],
                "X" => &["tid", "ts", "dur"],
                "s" => &["tid", "ts", "id", "cat"],
                "f" => &["tid", "ts", "id", "cat", "bp"],
                "i" => &["tid", "ts", "s"],
                "b" | "e" => &["ts", "id", "cat"],
                "C" => &["ts", "args"],
                phase => panic!("the format has no phase {phase} that we write"),
            };
            assert!(required.iter().all(|name| has(name)), "{event} lacks one of {required:?}");
        }
    }
}

#[test]
fn slices_of_a_node_lie_within_each_other_or_apart() {
    for (scenario, algorithm) in RUNS {
        for (thread, mut slices) in slices(&events(scenario, algorithm).1) {
            // The longer first, as a reader of the format takes what begins at the same time.
            slices.sort_unstable_by_key(|(from, until)| (*from, u64::MAX - until));
            let mut open: Vec<u64> = Vec::new();
            for (from, until) in slices {
                assert!(from < until, "{scenario} {algorithm}: a slice of no length");
                open.retain(|end| *end > from);
                assert!(
                    open.iter().all(|end| until <= *end),
                    "{scenario} {algorithm} thread {thread}: {from} to {until} straddles"
                );
                open.push(until);
            }
        }
    }
}

#[test]
fn every_message_that_arrived_is_a_flow_from_a_slice_to_a_slice() {
    for (scenario, algorithm) in RUNS {
        let (story, events) = events(scenario, algorithm);
        let slices = slices(&events);
        let begin: BTreeMap<u64, BTreeSet<u64>> =
            slices.iter().map(|(thread, slices)| (*thread, slices.iter().map(|(from, _)| *from).collect())).collect();
        let mut ends: BTreeMap<u64, Vec<(&str, u64)>> = BTreeMap::new();
        for event in events.iter().filter(|event| event["ph"] == "s" || event["ph"] == "f") {
            let (thread, at) = (event["tid"].as_u64().expect("a thread"), nanos(&event["ts"]));
            assert!(begin[&thread].contains(&at), "{scenario} {algorithm}: a flow's end at {at} lies in no message's slice");
            let phase = event["ph"].as_str().expect("a phase");
            ends.entry(event["id"].as_u64().expect("an id")).or_default().push((phase, at));
        }
        let arrived = story.messages.iter().filter(|message| message.fate == Fate::Arrived).count();
        assert_eq!(ends.len(), arrived);
        assert!(ends.values().all(|ends| ends.len() == 2 && ends[0].0 == "s" && ends[1].0 == "f" && ends[0].1 <= ends[1].1));
    }
}

#[test]
fn the_counter_shows_two_leaders_where_two_act() {
    let (story, events) = events("leader-isolated", "raft");
    let counts: Vec<u64> = events
        .iter()
        .filter(|event| event["ph"] == "C")
        .map(|event| event["args"]["leaders"].as_u64().expect("a count"))
        .collect();
    assert!(!story.overlaps().is_empty());
    assert_eq!(counts, story.acting().iter().map(|(_, count)| *count as u64).collect::<Vec<u64>>());
    assert!(counts.contains(&0) && counts.contains(&2));
}
