//! One run as a trace that Perfetto (ui.perfetto.dev) and Chrome's tracing page open: one track a node with its roles as slices,
//! messages as flows between them, faults and findings as instants, and a counter of acting leaders.
//!
//! The format is Chrome's "Trace Event Format" (JSON object form): `ts` and `dur` in microseconds, with nanoseconds behind the point.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};
use sim::Time;

use crate::story::{Fate, Story, Trouble};
use crate::words;

/// All nodes are threads of one process.
const PROCESS: u32 = 1;
/// A message leaves and arrives in no time; something must be wide enough to be seen and clicked. Shorter where the next event of
/// the node is nearer, so that slices never overlap without nesting.
const MOMENT: u64 = 2_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Trace {
    trace_events: Vec<Event>,
    display_time_unit: &'static str,
    other_data: Map<String, Value>,
}

#[derive(Serialize, Default)]
struct Event {
    ph: &'static str,
    name: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    cat: &'static str,
    pid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    tid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dur: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    /// Of an instant: on its thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<&'static str>,
    /// Of a flow's end: it belongs to the slice around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    bp: Option<&'static str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    args: Map<String, Value>,
}

/// The trace, complete.
pub fn json(story: &Story) -> String {
    let mut events = tracks(story);
    roles(story, &mut events);
    outages(story, &mut events);
    messages(story, &mut events);
    moments(story, &mut events);
    for (at, count) in story.acting() {
        let args = args([("leaders", Value::from(count))]);
        events.push(Event { ts: Some(micros(at)), args, ..event("C", "acting leaders") });
    }
    let other_data = args([
        ("scenario", Value::from(story.scenario.as_str())),
        ("algorithm", Value::from(story.algorithm.as_str())),
        ("seed", Value::from(story.seed)),
        ("command", Value::from(story.command.as_str())),
        ("messages left out", Value::from(story.left_out.messages)),
    ]);
    let trace = Trace { trace_events: events, display_time_unit: "ns", other_data };
    serde_json::to_string(&trace).expect("numbers and text always fit JSON") + "\n"
}

fn event(ph: &'static str, name: impl Into<String>) -> Event {
    Event { ph, name: name.into(), pid: PROCESS, ..Event::default() }
}

fn args<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (String::from(name), value)).collect()
}

fn micros(at: Time) -> f64 {
    at.0 as f64 / 1_000.0
}

const fn thread(lane: usize) -> Option<u32> {
    Some(lane as u32 + 1)
}

/// Faults and findings have a track of their own, above the nodes.
const ABOVE: u32 = 10_000;

fn tracks(story: &Story) -> Vec<Event> {
    let name = format!("{}: {}, seed {}", story.scenario, story.algorithm, story.seed);
    let mut events = vec![Event { args: args([("name", Value::from(name))]), ..event("M", "process_name") }];
    let lanes = story.lanes.iter().enumerate().map(|(lane, it)| (thread(lane), it.name.as_str(), lane as u64 + 1));
    for (tid, name, order) in [(Some(ABOVE), "faults and findings", 0)].into_iter().chain(lanes) {
        events.push(Event { tid, args: args([("name", Value::from(name))]), ..event("M", "thread_name") });
        events.push(Event { tid, args: args([("sort_index", Value::from(order))]), ..event("M", "thread_sort_index") });
    }
    events
}

fn slice(lane: usize, from: Time, until: Time, name: String, cat: &'static str) -> Event {
    let dur = until.since(from).0 as f64 / 1_000.0;
    Event { tid: thread(lane), ts: Some(micros(from)), dur: Some(dur), cat, ..event("X", name) }
}

fn roles(story: &Story, events: &mut Vec<Event>) {
    for it in &story.roles {
        let epoch = if it.epoch.is_empty() { String::new() } else { format!(", epoch {}", it.epoch) };
        let leader = it.leader.map_or(Value::Null, |leader| Value::from(story.lanes[leader].name.as_str()));
        let args = args([("leader", leader)]);
        events.push(Event { args, ..slice(it.lane, it.from, it.until, format!("{}{epoch}", it.role.name()), "role") });
    }
    for it in &story.grants {
        let holder = story.lanes[it.holder].name.as_str();
        let args = args([("token", it.token.map_or(Value::Null, Value::from))]);
        events.push(Event { args, ..slice(it.lane, it.from, it.until, format!("granted to {holder}"), "grant") });
    }
}

/// Who is down has no role, so that shows in its track; the rest runs beside roles, which asynchronous slices may.
fn outages(story: &Story, events: &mut Vec<Event>) {
    let beside = story.outages.iter().filter(|outage| outage.what != Trouble::Down);
    for it in story.outages.iter().filter(|outage| outage.what == Trouble::Down) {
        events.push(slice(it.lane, it.from, it.until, String::from("down"), "outage"));
    }
    let reigns = story.reigns.iter().map(|it| {
        let epoch = if it.epoch.is_empty() { String::new() } else { format!(" in epoch {}", it.epoch) };
        (it.from, it.until, format!("{} would act as leader{epoch}", story.lanes[it.lane].name), "authority")
    });
    let outages = beside.map(|it| (it.from, it.until, format!("{} {}", story.lanes[it.lane].name, it.what.name()), "outage"));
    let cuts = story.cuts.iter().map(|it| (it.from, it.until, format!("cut: {}", it.text), "cut"));
    for (id, (from, until, name, cat)) in reigns.chain(outages).chain(cuts).enumerate() {
        for (ph, at) in [("b", from), ("e", until)] {
            events.push(Event { cat, id: Some(id as u64), ts: Some(micros(at)), ..event(ph, name.clone()) });
        }
    }
}

/// What happens on one lane at one time, and is drawn as one slice.
#[derive(Default)]
struct Instant<'a> {
    sends: Vec<&'a str>,
    hears: Vec<&'a str>,
    said: Vec<String>,
}

/// What a node sends at one time is one slice, with a flow to each who hears it.
fn messages(story: &Story, events: &mut Vec<Event>) {
    let mut instants: BTreeMap<(usize, Time), Instant<'_>> = BTreeMap::new();
    for message in &story.messages {
        let (from, to) = (&story.lanes[message.from].name, &story.lanes[message.to].name);
        let content = message.content.as_deref().unwrap_or("");
        let sends = instants.entry((message.from, message.sent)).or_default();
        sends.sends.push(message.kind);
        sends.said.push(format!("to {to}, {}: {content}", message.fate.name()));
        if message.fate == Fate::Arrived {
            let hears = instants.entry((message.to, message.ended)).or_default();
            hears.hears.push(message.kind);
            hears.said.push(format!("from {from}: {content}"));
        }
    }
    // Where something on a lane begins or ends, a moment before it must be over.
    let mut borders: BTreeSet<(usize, Time)> = instants.keys().copied().collect();
    borders.extend(story.roles.iter().flat_map(|it| [(it.lane, it.from), (it.lane, it.until)]));
    borders.extend(story.grants.iter().flat_map(|it| [(it.lane, it.from), (it.lane, it.until)]));
    borders.extend(story.outages.iter().flat_map(|it| [(it.lane, it.from), (it.lane, it.until)]));
    for (&(lane, at), instant) in &instants {
        let next = borders.range((lane, Time(at.0 + 1))..).next().filter(|(of, _)| *of == lane);
        let until = next.map_or(at.0 + MOMENT, |(_, next)| next.0.min(at.0 + MOMENT));
        let name = [counted("sends", &instant.sends), counted("hears", &instant.hears)].concat().join("; ");
        let said = instant.said.iter().enumerate().map(|(place, said)| (place.to_string(), Value::from(said.as_str())));
        events.push(Event { args: said.collect(), ..slice(lane, at, Time(until), name, "message") });
    }
    let arrived = story.messages.iter().filter(|message| message.fate == Fate::Arrived);
    for (id, message) in arrived.enumerate() {
        let ends = [("s", message.from, message.sent, None), ("f", message.to, message.ended, Some("e"))];
        for (ph, lane, at, bp) in ends {
            let (tid, ts, id) = (thread(lane), Some(micros(at)), Some(id as u64));
            events.push(Event { cat: "message", tid, ts, id, bp, ..event(ph, message.kind) });
        }
    }
}

/// `sends Heartbeat ×4`, one for each kind.
fn counted(verb: &str, kinds: &[&str]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    kinds.iter().for_each(|kind| *counts.entry(kind).or_default() += 1);
    let words =
        |(kind, count): (&str, usize)| if count == 1 { format!("{verb} {kind}") } else { format!("{verb} {kind} ×{count}") };
    counts.into_iter().map(words).collect()
}

fn moments(story: &Story, events: &mut Vec<Event>) {
    let instant = |lane: Option<usize>, at: Time, name: String, cat: &'static str| Event {
        tid: lane.map_or(Some(ABOVE), thread),
        ts: Some(micros(at)),
        s: Some("t"),
        cat,
        ..event("i", name)
    };
    for moment in &story.moments {
        events.push(instant(moment.lane, moment.at, moment.text.clone(), "fault"));
    }
    for finding in &story.findings {
        let args = args([
            ("saw", Value::from(finding.saw.as_str())),
            ("standing", Value::from(words::standing(finding.standing))),
            ("severity", Value::from(words::severity(finding.severity))),
            ("times", Value::from(finding.times)),
        ]);
        events.push(Event { args, ..instant(None, finding.at, format!("{} violated", finding.invariant), "finding") });
    }
    for failover in &story.failovers {
        let name = format!("leader lost: {}", failover.cause.name());
        events.push(instant(None, failover.lost, name, "failover"));
    }
}

#[cfg(test)]
mod tests;
