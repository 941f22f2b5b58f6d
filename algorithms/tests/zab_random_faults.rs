//! ZAB under random faults, in clusters of several sizes. (Its bugs are shown in the worlds of the zoo.)

use algorithms::Zab;
use sim::fault::{Family, Swarm};
use sim::outcome::{Outcome, Severity, Verdict};
use sim::setup::SessionSettings;
use sim::{Algorithm, Delay, Options, Ratio, Registry, Setup, Span, Value};

/// So many seeds of each scenario stand for all, where nothing may be found.
const QUIET: u64 = 25;

/// A scenario with settings of ZAB.
struct Ordeal {
    name: &'static str,
    setup: Setup,
    settings: Vec<(String, Value)>,
}

impl Ordeal {
    /// With a tenth of ZooKeeper's times.
    fn new(name: &'static str, setup: Setup) -> Ordeal {
        let ordeal = Ordeal { name, setup, settings: Vec::new() };
        ordeal
            .with("tick-time", Value::Span(Span::millis(200)))
            .with("max-notification-interval", Value::Span(Span::secs(6)))
            .with("yield-to-later-epoch", Value::Switch(true))
    }

    fn with(mut self, key: &str, value: Value) -> Ordeal {
        self.settings.push((String::from(key), value));
        self
    }

    fn run(&self, seed: u64) -> Outcome {
        let registry = Registry::new().with::<Zab>();
        let player = registry.get(Zab::NAME).expect("it was just added");
        player.run(&self.setup, &self.settings, seed, Options { fingerprint: false, ..Options::default() })
    }
}

/// The invariants that were violated although they were promised, or that nobody may violate.
fn findings(outcome: &Outcome) -> Vec<&'static str> {
    let found = |j: &&sim::outcome::Judgement| matches!(j.verdict, Verdict::Violated(_)) && j.severity != Severity::Measurement;
    outcome.judgements.iter().filter(found).map(|judgement| judgement.invariant).collect()
}

/// Random faults for more than twenty times a follower's patience of one second, then twice the time to recover in.
fn bad_days(nodes: u16, families: &[Family], disk: Delay) -> Setup {
    let patience = Span::secs(1);
    let swarm = Swarm {
        families: families.to_vec(),
        from: patience.times(2),
        until: patience.times(26),
        every: patience.fraction(1, 3),
        lasting: (patience.fraction(1, 10), patience.fraction(5, 2)),
        loss: Ratio::new(1, 5),
        drift: Ratio::new(1, 50),
        core: Ratio::ZERO,
    };
    let session = SessionSettings { timeout: patience, ..SessionSettings::default() };
    Setup { nodes, duration: patience.times(60), swarm: Some(swarm), disk, session, ..Setup::default() }
}

fn random_faults(nodes: u16) -> Setup {
    bad_days(nodes, &Family::USUAL, Delay::Uniform(Span::micros(100), Span::millis(5)))
}

/// Disks that are slow enough for crashes to come between two writes.
fn slow_disks(nodes: u16) -> Setup {
    let families = [Family::Crash, Family::Restart, Family::Partition];
    bad_days(nodes, &families, Delay::Uniform(Span::millis(1), Span::millis(100)))
}

/// Everything that it is put through.
fn ordeals() -> Vec<Ordeal> {
    let mut ordeals = Vec::new();
    for nodes in [3, 4, 5, 7] {
        ordeals.push(Ordeal::new("random faults", random_faults(nodes)));
        ordeals.push(Ordeal::new("slow disks", slow_disks(nodes)));
    }
    ordeals
}

#[test]
fn without_a_bug_every_ordeal_is_survived() {
    for ordeal in ordeals() {
        let mut changes: Vec<u64> = Vec::new();
        for seed in 0..QUIET {
            let outcome = ordeal.run(seed);
            assert_eq!(findings(&outcome), [""; 0], "{}, {} nodes, seed {seed}", ordeal.name, ordeal.setup.nodes);
            changes.push(outcome.counters.leader_changes);
        }
        changes.sort_unstable();
        assert!(changes[changes.len() / 2] >= 3, "{}: too quiet to prove anything, {changes:?}", ordeal.name);
    }
}
