//! Raft whose leaders answer reads by lease, in the worlds of the zoo: right within the bound that its margin sets for clocks, measured
//! beyond it, and wrong in two ways at once where a rule is broken.

use scenarios::zoo::{self, Ordeal};
use scenarios::{Scenario, default_registry};
use sim::outcome::{Judgement, Outcome, Severity, Standing, Verdict};
use sim::{Options, Player, Registry};

const READS: &str = "no-stale-leader-read";
const LEASE: &str = "lease-containment";

fn ordeal(raft: &dyn Player, mutant: &str) -> Ordeal {
    zoo::ordeals(raft, mutant).swap_remove(0)
}

fn run(world: &Scenario, raft: &dyn Player, mutant: Option<&str>, seed: u64) -> Outcome {
    scenarios::run_one(world, raft, seed, Options { mutant, fingerprint: false, ..Options::default() })
}

fn of<'o>(outcome: &'o Outcome, invariant: &str) -> &'o Judgement {
    outcome.judgements.iter().find(|judgement| judgement.invariant == invariant).expect("it is in the catalogue")
}

fn is_violated(judgement: &Judgement) -> bool {
    matches!(judgement.verdict, Verdict::Violated(_))
}

fn raft(registry: &Registry) -> &dyn Player {
    registry.get("raft").expect("it is built in")
}

#[test]
fn random_faults_with_clocks_within_the_bound_are_survived_and_reads_are_put_to_the_test() {
    let registry = default_registry();
    let raft = raft(&registry);
    // Its world is random-faults, with the leader asked for the state every other time.
    let ordeal = ordeal(raft, "R18d");
    assert_eq!(ordeal.scenario, "random-faults");
    let world = ordeal.read(&registry).expect("it is in order");
    let (mut reads, mut leases) = (0, 0);
    for seed in 0..25 {
        let outcome = run(&world, raft, None, seed);
        for invariant in [READS, LEASE] {
            let judgement = of(&outcome, invariant);
            assert!(!is_violated(judgement), "{invariant}, seed {seed}: {judgement:?}");
            assert_eq!(judgement.standing, Standing::Promised, "seed {seed}: two in a hundred is within the bound");
        }
        reads += of(&outcome, READS).exercised;
        leases += of(&outcome, LEASE).exercised;
    }
    assert!(reads > 10_000 && leases > reads, "{reads} reads after work of others, {leases} reads by lease");
}

/// 3/5 against 21/20: by three quarters, where the margin bears a ninth.
#[test]
fn with_a_clock_beyond_the_bound_a_stale_read_is_measured_and_no_finding() {
    let registry = default_registry();
    let raft = raft(&registry);
    let ordeal = ordeal(raft, "R18b");
    let text = scenarios::find(&ordeal.scenario).expect("it is built in").text.replace("19/20", "3/5");
    let set: Vec<(String, String)> = ordeal
        .set
        .iter()
        .map(|set| set.split_once('=').map(|(key, value)| (String::from(key), String::from(value))).expect("KEY=VALUE"))
        .collect();
    let world = Scenario::parse_with(&text, "far", &registry, &set).expect("it is in order");
    let mut stale = 0;
    for seed in 0..10 {
        let outcome = run(&world, raft, None, seed);
        for judgement in outcome.judgements.iter().filter(|judgement| is_violated(judgement)) {
            assert_eq!(judgement.severity, Severity::Measurement, "seed {seed}: {judgement:?}");
        }
        assert_eq!(of(&outcome, READS).standing, Standing::OutsideAssumptions);
        stale += u32::from(is_violated(of(&outcome, READS)));
    }
    assert!(stale > 0, "that is what the bound is for");
}

#[test]
fn a_broken_lease_is_seen_by_what_was_read_and_by_what_was_pledged() {
    let registry = default_registry();
    let raft = raft(&registry);
    for mutant in ["R18a", "R18b", "R18c"] {
        let world = ordeal(raft, mutant).read(&registry).expect("it is in order");
        for invariant in [READS, LEASE] {
            let found = |seed: &u64| {
                let outcome = run(&world, raft, Some(mutant), *seed);
                let judgement = of(&outcome, invariant);
                is_violated(judgement) && judgement.severity == Severity::Safety
            };
            assert!((0..200).any(|seed| found(&seed)), "{mutant} is not caught by {invariant}");
        }
    }
}

#[test]
fn without_leases_reads_go_through_the_log_and_nothing_is_said_of_them() {
    let registry = default_registry();
    let raft = raft(&registry);
    let mut ordeal = ordeal(raft, "R18c");
    ordeal.set.retain(|set| !set.contains("reads=lease"));
    let world = ordeal.read(&registry).expect("it is in order");
    let outcome = run(&world, raft, None, 0);
    for invariant in [READS, LEASE] {
        assert_eq!(of(&outcome, invariant).verdict, Verdict::NotApplicable);
    }
    assert!(outcome.counters.acknowledged > 1000, "every item is one of the log");
}
