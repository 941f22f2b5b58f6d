//! A scenario as the text of a file, from values: what a seed drew, or what is left of it, becomes a plain scenario that anybody
//! can read, run and change. Reading the text gives the same setup, so the run from the file has the same fingerprint.

mod events;
mod values;

use sim::setup::{Fencing, Measure, MemberSetup, Operation, Reads, SessionSettings, Setup, Stop, Work};
use sim::{Delay, LinkPatch, LinkSettings, Span, Value};

use crate::players::PerAlgorithm;
use values::{delay, list, patch, signed, span, target, text};

/// The setup of this seed: what a swarm draws stands in its script, event by event, and there is no swarm any more.
pub fn drawn(setup: &Setup, seed: u64) -> Setup {
    let mut plain = setup.clone();
    if let Some(swarm) = plain.swarm.take() {
        plain.script.extend(sim::swarm::draw(&swarm, setup, sim::random::salted(seed, setup.salt)));
    }
    plain
}

/// The text of a scenario file. `comments` stand at its head, one a line; `settings` are those of algorithms.
///
/// # Panics
/// When there is a swarm: that is for [`drawn`].
pub fn scenario(setup: &Setup, about: &str, settings: &PerAlgorithm<(String, Value)>, comments: &[String]) -> String {
    assert!(setup.swarm.is_none(), "a swarm is drawn before it is written");
    let mut page = Page(comments.iter().map(|comment| format!("# {}\n", comment.replace(char::is_control, " "))).collect());
    head(&mut page, setup, about);
    network(&mut page, setup);
    setup.members.iter().for_each(|member| node(&mut page, member));
    work(&mut page, &setup.work);
    setup.script.iter().for_each(|event| page.table("[[event]]", &events::event(event)));
    for (algorithm, values) in settings.iter().filter(|(_, values)| !values.is_empty()) {
        let keys: Vec<(&str, String)> = values.iter().map(|(key, value)| (key.as_str(), value.to_string())).collect();
        page.table(&format!("[algorithm.{algorithm}]"), &keys);
    }
    page.0
}

/// A key, and its value as TOML.
type Key<'a> = (&'a str, String);

/// A file in the making.
struct Page(String);

impl Page {
    fn keys(&mut self, keys: &[Key<'_>]) {
        for (key, value) in keys {
            self.0.push_str(&format!("{key} = {value}\n"));
        }
    }

    fn table(&mut self, heading: &str, keys: &[Key<'_>]) {
        self.0.push_str(&format!("\n{heading}\n"));
        self.keys(keys);
    }

    /// Nothing, where there is nothing to say.
    fn unless_empty(&mut self, heading: &str, keys: &[Key<'_>]) {
        if !keys.is_empty() {
            self.table(heading, keys);
        }
    }
}

fn head(page: &mut Page, setup: &Setup, about: &str) {
    let mut keys = vec![("name", text(&setup.name))];
    if !about.is_empty() {
        keys.push(("about", text(about)));
    }
    if setup.salt != 0 {
        keys.push(("salt", setup.salt.to_string()));
    }
    keys.push(("nodes", setup.nodes.to_string()));
    keys.push(("duration", span(setup.duration)));
    if let Some(first) = setup.first_leader {
        keys.push(("first-leader", format!("\"n{}\"", first + 1)));
    }
    if let Some(offset) = &setup.start_offset {
        keys.push(("start-offset", delay(offset)));
    }
    if let Some(what) = &setup.measure {
        keys.push(("measure", measure(what)));
    }
    let stop = match setup.stop {
        Stop::AtEnd => None,
        Stop::FirstLeader => Some("\"first-leader\""),
        Stop::FirstEpoch => Some("\"first-epoch\""),
        Stop::FirstFailover => Some("\"first-failover\""),
    };
    keys.extend(stop.map(|stop| ("stop", String::from(stop))));
    page.keys(&keys);
}

fn measure(measure: &Measure) -> String {
    let word = match measure {
        Measure::FirstCandidacy => "first-candidacy",
        Measure::FirstLeader { offset: Some(offset) } => {
            return format!("{{ what = \"first-leader\", offset = {} }}", delay(offset));
        }
        Measure::FirstLeader { offset: None } => "first-leader",
        Measure::StableLeader => "stable-leader",
        Measure::Failover => "failover",
        Measure::FirstTermSplit => "first-term-split",
        Measure::MessagesToFirstLeader => "messages-to-first-leader",
    };
    text(word)
}

/// What differs from a quiet network, as the patch that makes the difference.
fn difference(link: &LinkSettings) -> LinkPatch {
    let usual = LinkSettings::default();
    LinkPatch {
        delay: (link.delay != usual.delay).then(|| link.delay.clone()),
        floor: (link.floor != usual.floor).then_some(link.floor),
        extra: (link.extra != usual.extra).then_some(link.extra),
        loss: (link.loss != usual.loss).then_some(link.loss),
        burst: link.burst,
        duplicate: (link.duplicate != usual.duplicate).then_some(link.duplicate),
        reorder: link.reorder.clone(),
    }
}

/// Links, sessions, disks, everyday pauses.
fn network(page: &mut Page, setup: &Setup) {
    page.unless_empty("[network]", &patch(&difference(&setup.link)));
    for link in &setup.links {
        let mut keys = vec![("from", target(&link.from)), ("to", target(&link.to))];
        keys.extend(link.both.then(|| ("both", String::from("true"))));
        keys.extend(link.cut.then(|| ("cut", String::from("true"))));
        keys.extend(patch(&link.patch));
        page.table("[[link]]", &keys);
    }
    let (session, usual) = (setup.session, SessionSettings::default());
    let mut keys = Vec::new();
    keys.extend((session.timeout != usual.timeout).then(|| ("timeout", span(session.timeout))));
    keys.extend((session.retransmit != usual.retransmit).then(|| ("retransmit", span(session.retransmit))));
    page.unless_empty("[session]", &keys);
    if setup.disk != Delay::Constant(Span::ZERO) {
        page.table("[disk]", &[("latency", delay(&setup.disk))]);
    }
    if let Some(pauses) = &setup.pauses {
        page.table("[pauses]", &[("every", delay(&pauses.every)), ("for", delay(&pauses.lasting))]);
    }
}

fn node(page: &mut Page, member: &MemberSetup) {
    let usual = MemberSetup::of(member.member);
    let mut keys = vec![("id", format!("\"n{}\"", member.member + 1))];
    keys.extend((member.clock_rate != usual.clock_rate).then(|| ("clock-rate", text(&member.clock_rate.to_string()))));
    keys.extend((member.wall_offset != 0).then(|| ("wall-offset", signed(member.wall_offset))));
    keys.extend(member.start_offset.iter().map(|offset| ("start-offset", delay(offset))));
    keys.extend(member.down.then(|| ("down", String::from("true"))));
    keys.extend(member.ineligible.then(|| ("ineligible", String::from("true"))));
    keys.extend(member.disk.iter().map(|disk| ("disk", delay(disk))));
    if !member.log.is_empty() {
        keys.push(("log", list(member.log.iter().map(|entry| entry.epoch.0.to_string()))));
    }
    page.table("[[node]]", &keys);
    let mut told: Vec<&str> = Vec::new();
    for (algorithm, ..) in &member.settings {
        if told.contains(&algorithm.as_str()) {
            continue;
        }
        told.push(algorithm);
        let of_it = member.settings.iter().filter(|(other, ..)| other == algorithm);
        let keys: Vec<Key<'_>> = of_it.map(|(_, key, value)| (key.as_str(), value.to_string())).collect();
        page.table(&format!("[node.algorithm.{algorithm}]"), &keys);
    }
}

/// Only what differs from usual work.
fn work(page: &mut Page, work: &Work) {
    let usual = Work::default();
    let mut keys: Vec<Key<'_>> = Vec::new();
    let mut differs = |differs: bool, key, value: &dyn Fn() -> String| keys.extend(differs.then(|| (key, value())));
    let words = |operations: &[Operation]| list(operations.iter().map(|operation| text(operation.name())));
    differs(work.on != usual.on, "on", &|| work.on.to_string());
    differs(work.interval != usual.interval, "interval", &|| span(work.interval));
    differs(work.think != usual.think, "think", &|| delay(&work.think));
    differs(work.operations != usual.operations, "operations", &|| words(&work.operations));
    differs(work.reads == Reads::Memory, "reads", &|| text("memory"));
    differs(work.lock_delay != usual.lock_delay, "lock-delay", &|| span(work.lock_delay));
    differs(work.take_over.is_some(), "take-over", &|| work.take_over.unwrap_or_default().to_string());
    differs(work.fencing != usual.fencing, "fencing", &|| {
        text(match work.fencing {
            Fencing::None => "none",
            Fencing::AtLeast => "at-least",
            Fencing::Equal => "equal",
            Fencing::Transaction => "transaction",
        })
    });
    differs(!work.durable_mark, "high-water", &|| text("volatile"));
    differs(work.checked != usual.checked, "checked", &|| words(&work.checked));
    differs(work.job.is_some(), "job", &|| span(work.job.unwrap_or_default()));
    differs(work.idempotent, "idempotent", &|| String::from("true"));
    page.unless_empty("[work]", &keys);
}
