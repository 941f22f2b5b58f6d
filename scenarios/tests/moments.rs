//! Faults at moments that random times hardly ever hit: each happens exactly there, and before anything else does.

use scenarios::{Scenario, run_one};
use sim::observer::{Happening, Observer};
use sim::{NodeId, Options, Time};

/// What happened, as far as a moment is made of it.
#[derive(Clone, PartialEq, Eq, Debug)]
enum What {
    Synced(NodeId),
    Sent(NodeId),
    Proposed(NodeId, u64),
    Applied(NodeId, u64),
    Acknowledged(u64),
    Fault(String),
}

type At = (Time, What);

#[derive(Default)]
struct Log(Vec<At>);

impl Observer for Log {
    fn happened(&mut self, at: Time, what: &Happening<'_>) {
        let what = match *what {
            Happening::Synced { node, .. } => What::Synced(node),
            Happening::Sent { from, .. } => What::Sent(from),
            Happening::Proposed { node, item } => What::Proposed(node, item.0),
            Happening::Applied { node, item, accepted: true, .. } => What::Applied(node, item.0),
            Happening::Acknowledged { item, .. } => What::Acknowledged(item.0),
            Happening::Fault { text, .. } => What::Fault(text.to_owned()),
            _ => return,
        };
        self.0.push((at, what));
    }
}

impl Log {
    /// What came just before the fault, and all that came after it.
    fn around(&self) -> (&At, &At, &[At]) {
        let place = self.0.iter().position(|(_, what)| matches!(what, What::Fault(_))).expect("the fault happened");
        (&self.0[place - 1], &self.0[place], &self.0[place + 1..])
    }
}

/// A run with one event at such a moment, from 4 s on.
fn run(algorithm: &str, seed: u64, when: &str, fault: &str) -> (Log, usize) {
    let registry = scenarios::default_registry();
    let event = format!("[[event]]\nname = \"blow\"\nat = \"4s\"\nwhen = \"{when}\"\n{fault}\n");
    let text = format!("nodes = 3\nduration = \"9s\"\n[disk]\nlatency = {{ uniform = [\"30ms\", \"60ms\"] }}\n{event}");
    let scenario = Scenario::parse(&text, "moment.toml", &registry).unwrap_or_else(|wrong| panic!("{wrong}"));
    let mut log = Log::default();
    let options = Options { observer: Some(&mut log), ..Options::default() };
    let outcome = run_one(&scenario, registry.get(algorithm).expect("it is built in"), seed, options);
    (log, outcome.not_exercised.len())
}

#[test]
fn between_two_writes_the_disk_has_answered_for_the_first_and_the_second_is_lost() {
    for seed in 0..20 {
        let (log, missed) = run("raft", seed, "between-writes", "crash = \"there\"");
        assert_eq!(missed, 0, "seed {seed}");
        let ((before, what), (at, fault), after) = log.around();
        let What::Synced(node) = what else { panic!("seed {seed}: {what:?} came before") };
        assert_eq!((before, fault), (at, &What::Fault(format!("crash {node}"))), "seed {seed}");
        assert!(!after.contains(&(*at, What::Sent(*node))), "what waited for the disk never left");
        assert!(!after.iter().any(|(_, what)| *what == What::Synced(*node)), "it is down, and the rest is lost");
    }
}

#[test]
fn before_an_acknowledgement_the_disk_has_answered_and_nobody_hears_of_it() {
    for seed in 0..20 {
        let (log, missed) = run("raft", seed, "before-acknowledgement", "crash = \"there\"");
        let ((before, what), (at, fault), after) = log.around();
        let What::Synced(node) = what else { panic!("seed {seed}: {what:?} came before") };
        assert_eq!((before, fault, missed), (at, &What::Fault(format!("crash {node}")), 0), "seed {seed}");
        assert!(!after.iter().any(|(_, what)| *what == What::Sent(*node)), "seed {seed}");
    }
}

#[test]
fn a_resource_that_falls_before_its_answer_leaves_has_done_what_nobody_hears_of() {
    for seed in 0..20 {
        let (log, missed) = run("bully", seed, "before-acknowledgement", "crash = \"resource\"");
        let ((before, what), (at, fault), after) = log.around();
        let What::Applied(_, item) = what else { panic!("seed {seed}: {what:?} came before") };
        assert_eq!((before, fault, missed), (at, &What::Fault(String::from("crash resource")), 0), "seed {seed}");
        assert!(!after.iter().any(|(_, what)| *what == What::Acknowledged(*item)), "seed {seed}");
    }
}

#[test]
fn between_check_and_effect_the_leader_has_its_item_and_the_effect_comes_when_it_goes_on() {
    for seed in 0..20 {
        let (log, missed) = run("bully", seed, "between-check-and-effect", "pause = { who = \"there\", for = \"1500ms\" }");
        let (_, (at, fault), after) = log.around();
        let handed = log.0.iter().rev().find_map(|(time, what)| match what {
            What::Proposed(node, item) if time == at => Some((*node, *item)),
            _ => None,
        });
        let (node, item) = handed.expect("it was handed an item at that very time");
        assert!(matches!(fault, What::Fault(text) if text.starts_with(&format!("pause {node}"))), "seed {seed}: {fault:?}");
        let effect = after.iter().find(|(_, what)| *what == What::Applied(node, item)).map(|(time, _)| *time);
        assert!(effect.is_none_or(|effect| effect.since(*at) >= sim::Span::millis(1_500)), "seed {seed}: {effect:?}");
        assert_eq!(missed, 0, "seed {seed}");
    }
}

#[test]
fn a_moment_that_never_comes_is_reported() {
    let (_, missed) = run("bully", 0, "between-writes", "within = \"2s\"\ncrash = \"there\"");
    assert_eq!(missed, 1, "it writes nothing");
}
