//! Raft under random faults, with each preset and in clusters of several sizes. (Its bugs are shown in the worlds of the zoo.)

use algorithms::Raft;
use sim::fault::{Family, Swarm};
use sim::outcome::{Outcome, Severity, Verdict};
use sim::{Algorithm, Delay, Options, Ratio, Registry, Setup, Span, Value};

/// So many seeds of each scenario stand for all, where nothing may be found.
const QUIET: u64 = 25;

/// A scenario with settings of Raft.
struct Ordeal {
    setup: Setup,
    settings: Vec<(String, Value)>,
}

impl Ordeal {
    fn new(preset: &str, setup: Setup) -> Ordeal {
        Ordeal { setup, settings: vec![(String::from("preset"), Value::Choice(String::from(preset)))] }
    }

    fn run(&self, seed: u64) -> Outcome {
        let registry = Registry::new().with::<Raft>();
        let player = registry.get(Raft::NAME).expect("it was just added");
        player.run(&self.setup, &self.settings, seed, Options { fingerprint: false, ..Options::default() })
    }
}

/// The invariants that were violated although they were promised, or that nobody may violate.
fn findings(outcome: &Outcome) -> Vec<&'static str> {
    let found = |j: &&sim::outcome::Judgement| matches!(j.verdict, Verdict::Violated(_)) && j.severity != Severity::Measurement;
    outcome.judgements.iter().filter(found).map(|judgement| judgement.invariant).collect()
}

/// Random faults for at least twenty election timeouts, then twice the time to recover in.
fn bad_days(nodes: u16, preset: &str) -> Setup {
    let timeout = Span::millis(if preset == "paper" { 300 } else { 2000 });
    let swarm = Swarm {
        families: Family::USUAL.to_vec(),
        from: timeout.times(2),
        until: timeout.times(24),
        every: timeout.fraction(1, 3),
        lasting: (timeout.fraction(1, 10), timeout.fraction(5, 2)),
        loss: Ratio::new(1, 5),
        drift: Ratio::new(1, 50),
        core: Ratio::ZERO,
    };
    let disk = Delay::Uniform(Span::micros(100), Span::millis(5));
    Setup { nodes, duration: timeout.times(56), swarm: Some(swarm), disk, ..Setup::default() }
}

#[test]
fn without_a_bug_random_faults_are_survived() {
    for preset in ["paper", "etcd", "hashicorp"] {
        for nodes in [3, 4, 5, 7] {
            let ordeal = Ordeal::new(preset, bad_days(nodes, preset));
            let mut changes: Vec<u64> = Vec::new();
            for seed in 0..QUIET {
                let outcome = ordeal.run(seed);
                assert_eq!(findings(&outcome), [""; 0], "{preset}, {nodes} nodes, seed {seed}");
                changes.push(outcome.counters.leader_changes);
            }
            changes.sort_unstable();
            assert!(changes[changes.len() / 2] >= 5, "{preset}, {nodes} nodes: too quiet to prove anything, {changes:?}");
        }
    }
}
