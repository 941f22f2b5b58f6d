//! A story as the report's page reads it: one JSON object, with times in microseconds and lists of numbers instead of names, because
//! there may be hundreds of them in one file.

use std::collections::BTreeMap;

use serde::Serialize;
use sim::Time;
use sim::observer::Dropped;

use super::{Done, Fate, LaneKind, Story, Trouble};
use crate::words;

type Lanes<'a> = &'a [usize];

/// `story.js` reads these names.
#[derive(Serialize)]
struct Page<'a> {
    end: u64,
    /// Name and kind: 0 member, 1 service, 2 resource.
    lanes: Vec<(&'a str, u8)>,
    /// Lane, from, until, role (0 follower to 3 leader), epoch, leader or -1.
    roles: Vec<(usize, u64, u64, u8, &'a str, i64)>,
    /// Lane, from, until, what.
    outages: Vec<(usize, u64, u64, &'static str)>,
    /// Lane, from, until, epoch.
    reigns: Vec<(usize, u64, u64, &'a str)>,
    /// From, until, words, isolated, touched.
    cuts: Vec<(u64, u64, &'a str, Lanes<'a>, Lanes<'a>)>,
    /// Lane, from, until, holder, token.
    grants: Vec<(usize, u64, u64, usize, Option<u64>)>,
    /// Lane, whose, from, until, items, what (0 acknowledged, 1 applied, 2 fenced off).
    work: Vec<(usize, usize, u64, u64, u64, u8)>,
    /// Time, lane or -1, words.
    moments: Vec<(u64, i64, &'a str)>,
    failovers: Vec<Failover>,
    findings: Vec<Finding<'a>>,
    kinds: Vec<&'static str>,
    fates: Vec<&'static str>,
    contents: Vec<&'a str>,
    /// Seven numbers a message: from, to, sent after the one before, on its way for, fate, kind, content or -1.
    messages: Vec<i64>,
    left: Left,
}

#[derive(Serialize)]
struct Failover {
    lost: u64,
    cause: &'static str,
    detected: Option<u64>,
    elected: Option<u64>,
    effective: Option<u64>,
    absorbed: bool,
    /// From the loss until it was over, if it ever was. Not the difference of two rounded times.
    took: Option<u64>,
}

#[derive(Serialize)]
struct Finding<'a> {
    at: u64,
    invariant: &'a str,
    kind: Option<&'a str>,
    severity: &'static str,
    standing: &'static str,
    lanes: &'a [usize],
    saw: &'a str,
    times: u64,
}

#[derive(Serialize)]
struct Left {
    messages: u64,
    contents: u64,
    stretches: u64,
    moments: u64,
    work: u64,
}

/// What became of messages, in the order of their numbers in the page.
const FATES: [Fate; 8] = [
    Fate::Arrived,
    Fate::Underway,
    Fate::Dropped(Dropped::CutWhenSent),
    Fate::Dropped(Dropped::CutOnArrival),
    Fate::Dropped(Dropped::Lost),
    Fate::Dropped(Dropped::ReceiverDown),
    Fate::Dropped(Dropped::SessionDown),
    Fate::Dropped(Dropped::StaleSession),
];

/// The object, on one line.
pub fn json(story: &Story) -> String {
    let mut kinds: Vec<&'static str> = Vec::new();
    let mut contents: Vec<&str> = Vec::new();
    let mut places: BTreeMap<&str, i64> = BTreeMap::new();
    let mut messages = Vec::with_capacity(story.messages.len() * 7);
    let mut last = 0;
    for message in &story.messages {
        let kind = kinds.iter().position(|kind| *kind == message.kind).unwrap_or_else(|| {
            kinds.push(message.kind);
            kinds.len() - 1
        });
        let content = message.content.as_deref().map_or(-1, |content| {
            *places.entry(content).or_insert_with(|| {
                contents.push(content);
                contents.len() as i64 - 1
            })
        });
        let fate = FATES.iter().position(|fate| *fate == message.fate).expect("every fate has a number");
        let (sent, ended) = (micros(message.sent), micros(message.ended));
        let numbers = [message.from as u64, message.to as u64, sent - last, ended - sent, fate as u64, kind as u64];
        messages.extend(numbers.map(|number| number as i64));
        messages.push(content);
        last = sent;
    }
    let left = &story.left_out;
    let page = Page {
        end: micros(story.end),
        lanes: story.lanes.iter().map(|lane| (lane.name.as_str(), lane_kind(lane.kind))).collect(),
        kinds,
        fates: FATES.map(Fate::name).to_vec(),
        contents,
        messages,
        left: Left {
            messages: left.messages,
            contents: left.contents,
            stretches: left.stretches,
            moments: left.moments,
            work: left.work,
        },
        ..spans(story)
    };
    serde_json::to_string(&page).expect("numbers and text always fit JSON")
}

/// Everything but the messages.
fn spans(story: &Story) -> Page<'_> {
    let number = |lane: Option<usize>| lane.map_or(-1, |lane| lane as i64);
    let time = |at: Option<Time>| at.map(micros);
    Page {
        end: 0,
        lanes: Vec::new(),
        roles: story
            .roles
            .iter()
            .map(|it| (it.lane, micros(it.from), micros(it.until), it.role as u8, it.epoch.as_str(), number(it.leader)))
            .collect(),
        outages: story.outages.iter().map(|it| (it.lane, micros(it.from), micros(it.until), Trouble::name(it.what))).collect(),
        reigns: story.reigns.iter().map(|it| (it.lane, micros(it.from), micros(it.until), it.epoch.as_str())).collect(),
        cuts: story
            .cuts
            .iter()
            .map(|it| (micros(it.from), micros(it.until), it.text.as_str(), &it.isolated[..], &it.touched[..]))
            .collect(),
        grants: story.grants.iter().map(|it| (it.lane, micros(it.from), micros(it.until), it.holder, it.token)).collect(),
        work: story.work.iter().map(|it| (it.lane, it.by, micros(it.from), micros(it.until), it.items, done(it.done))).collect(),
        moments: story.moments.iter().map(|it| (micros(it.at), number(it.lane), it.text.as_str())).collect(),
        failovers: story
            .failovers
            .iter()
            .map(|it| Failover {
                lost: micros(it.lost),
                cause: it.cause.name(),
                detected: time(it.detected),
                elected: time(it.elected),
                effective: time(it.effective),
                absorbed: it.absorbed,
                took: story.over(it).map(|over| over.since(it.lost).0 / 1_000),
            })
            .collect(),
        findings: story
            .findings
            .iter()
            .map(|it| Finding {
                at: micros(it.at),
                invariant: it.invariant,
                kind: it.split_brain,
                severity: words::severity(it.severity),
                standing: words::standing(it.standing),
                lanes: &it.lanes,
                saw: &it.saw,
                times: it.times,
            })
            .collect(),
        kinds: Vec::new(),
        fates: Vec::new(),
        contents: Vec::new(),
        messages: Vec::new(),
        left: Left { messages: 0, contents: 0, stretches: 0, moments: 0, work: 0 },
    }
}

const fn micros(at: Time) -> u64 {
    at.0 / 1_000
}

const fn lane_kind(kind: LaneKind) -> u8 {
    match kind {
        LaneKind::Member => 0,
        LaneKind::Service => 1,
        LaneKind::Resource => 2,
    }
}

const fn done(done: Done) -> u8 {
    match done {
        Done::Acknowledged => 0,
        Done::Applied => 1,
        Done::Fenced => 2,
    }
}
