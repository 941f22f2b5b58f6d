//! Does a run repeat itself? Two runs, every event of both held against each other, and the first that differs is named.

use std::fmt::{self, Write};

use sim::observer::{Happening, Observer};
use sim::outcome::Outcome;
use sim::{NodeId, Time};

use crate::watch::Watchers;

/// Runs twice, the first time before `others` too, and gives back the outcome; or what differed first.
pub fn check(run: impl Fn(&mut dyn Observer) -> Outcome, mut others: Watchers<'_>) -> Result<Outcome, String> {
    let mut recorder = Recorder::default();
    let first = run(&mut Watchers::default().and(&mut others).and(&mut recorder));
    let mut comparer = recorder.comparer();
    let second = run(&mut comparer);
    comparer.verdict(&first, &second)?;
    Ok(first)
}

/// What is kept of an event of the first run: enough to tell it from any other, and to name it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Mark {
    at: Time,
    kind: &'static str,
    nodes: [Option<NodeId>; 2],
    /// Of everything that the event says.
    content: u64,
}

/// Watches the first run.
#[derive(Default)]
struct Recorder {
    marks: Vec<Mark>,
}

/// Watches the second run.
struct Comparer {
    expected: Vec<Mark>,
    next: usize,
    difference: Option<String>,
}

impl Recorder {
    fn comparer(self) -> Comparer {
        Comparer { expected: self.marks, next: 0, difference: None }
    }
}

impl Observer for Recorder {
    fn happened(&mut self, at: Time, what: &Happening<'_>) {
        self.marks.push(Mark::of(at, what));
    }
}

impl Observer for Comparer {
    fn happened(&mut self, at: Time, what: &Happening<'_>) {
        if self.difference.is_some() {
            return;
        }
        let seen = Mark::of(at, what);
        match self.expected.get(self.next) {
            Some(expected) if *expected == seen => self.next += 1,
            expected => {
                let first = expected.map_or_else(|| String::from("the run was over"), |mark| format!("{mark}"));
                let number = self.next + 1;
                self.difference =
                    Some(format!("event {number} differs\n  first run:  {first}\n  second run: {seen}\n              {what:?}"));
            }
        }
    }
}

impl Comparer {
    /// What differed first, if anything did.
    fn verdict(self, first: &Outcome, second: &Outcome) -> Result<(), String> {
        if let Some(difference) = self.difference {
            return Err(difference);
        }
        if let Some(missing) = self.expected.get(self.next) {
            return Err(format!("event {} differs\n  first run:  {missing}\n  second run: the run was over", self.next + 1));
        }
        if first.fingerprint != second.fingerprint {
            return Err(format!(
                "all events agree, but not the fingerprints {:032x} and {:032x}",
                first.fingerprint, second.fingerprint
            ));
        }
        if first != second {
            return Err(String::from("all events and the fingerprint agree, but not what was concluded from them"));
        }
        Ok(())
    }
}

impl Mark {
    fn of(at: Time, what: &Happening<'_>) -> Mark {
        let mut content = Fold::default();
        write!(content, "{what:?}").expect("a fold takes any text");
        let (kind, nodes) = name(what);
        Mark { at, kind, nodes, content: content.0 }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.at, self.kind)?;
        for node in self.nodes.iter().flatten() {
            write!(f, " {node}")?;
        }
        write!(f, " (content {:016x})", self.content)
    }
}

/// The kind of an event, and the nodes that it concerns.
fn name(what: &Happening<'_>) -> (&'static str, [Option<NodeId>; 2]) {
    match *what {
        Happening::Sent { from, to, .. } => ("sent", [Some(from), Some(to)]),
        Happening::Delivered { from, to, .. } => ("delivered", [Some(from), Some(to)]),
        Happening::Dropped { from, to, .. } => ("dropped", [Some(from), Some(to)]),
        Happening::TimerFired { node, .. } => ("timer", [Some(node), None]),
        Happening::Synced { node, .. } => ("synced", [Some(node), None]),
        Happening::Observed { node, .. } => ("observed", [Some(node), None]),
        Happening::Link { node, peer, .. } => ("link", [Some(node), Some(peer)]),
        Happening::Fault { .. } => ("fault", [None, None]),
        Happening::Cuts { .. } => ("cuts", [None, None]),
        Happening::Node { node, .. } => ("node", [Some(node), None]),
        Happening::Proposed { node, .. } => ("proposed", [Some(node), None]),
        Happening::Acknowledged { node, .. } => ("acknowledged", [Some(node), None]),
        Happening::Applied { node, .. } => ("applied", [Some(node), None]),
        Happening::Granted { service, grant, .. } => ("granted", [Some(service), Some(grant.holder)]),
        Happening::TenureBegan { node, .. } => ("tenure began", [Some(node), None]),
        Happening::TenureEnded { node, .. } => ("tenure ended", [Some(node), None]),
        Happening::Violated { .. } => ("violated", [None, None]),
    }
}

/// FNV-1a over text, 64 bits: it only has to tell two runs of one process apart.
struct Fold(u64);

impl Default for Fold {
    fn default() -> Fold {
        Fold(0xcbf2_9ce4_8422_2325)
    }
}

impl Write for Fold {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use scenarios::Scenario;
    use sim::{Item, Options};

    use super::*;

    /// Every built-in scenario under every built-in algorithm, the first seconds of it: watched twice and once unwatched.
    #[test]
    fn every_library_scenario_repeats_itself_under_every_algorithm() {
        let registry = scenarios::default_registry();
        for (name, text) in scenarios::library() {
            let shorter = [(String::from("duration"), String::from("15s"))];
            let scenario = Scenario::parse_with(text, name, &registry, &shorter).expect("the library is in order");
            for player in registry.iter() {
                let settings = scenario.settings_of(player.name());
                let run = |observer: &mut dyn Observer| {
                    let options = Options { observer: Some(observer), ..Options::default() };
                    player.run(&scenario.setup, settings, 11, options)
                };
                let watched = check(run, Watchers::default()).unwrap_or_else(|what| panic!("{name} {}: {what}", player.name()));
                let unwatched = player.run(&scenario.setup, settings, 11, Options::default());
                assert_eq!(watched.fingerprint, unwatched.fingerprint, "{name} {}: a watcher changes nothing", player.name());
            }
        }
    }

    #[test]
    fn the_first_event_that_differs_is_named_and_not_a_later_one() {
        let registry = scenarios::default_registry();
        let scenario = Scenario::parse("duration = \"1ms\"", "short", &registry).expect("this is in order");
        let player = registry.iter().next().expect("there is an algorithm");
        let runs = Cell::new(0);
        let forgetful = |observer: &mut dyn Observer| {
            runs.set(runs.get() + 1);
            for number in 1..5 {
                let item = Item(if number < 3 { number } else { number * runs.get() });
                observer.happened(Time(number), &Happening::Proposed { node: NodeId(0), item });
            }
            player.run(&scenario.setup, &[], 0, Options::default())
        };
        let difference = check(forgetful, Watchers::default()).expect_err("the second run is another one");
        assert!(difference.starts_with("event 3 differs"), "{difference}");
        assert!(difference.contains("Item(6)"), "{difference}");
    }
}
