//! Every mutant of Raft works while nothing goes wrong, and is caught by the invariant that its entry names, under Raft's own
//! promises; every equivalent is caught by none, and so is Raft itself. `-- --nocapture` prints the table.

use algorithms::Raft;
use sim::fault::{Family, Fault, ScriptEvent, Shape, Swarm, Target, When};
use sim::outcome::{Outcome, Severity, Verdict};
use sim::setup::{MemberSetup, Work};
use sim::{Algorithm, Delay, Entry, Epoch, Options, Promise, Ratio, Registry, Setup, Span, Value};

/// Within so many seeds a bug must be found.
const BUDGET: u64 = 1000;
/// So many seeds of each scenario stand for all, where nothing may be found.
const QUIET: u64 = 25;

/// A scenario with settings of Raft.
struct Ordeal {
    name: &'static str,
    setup: Setup,
    settings: Vec<(String, Value)>,
}

impl Ordeal {
    fn new(name: &'static str, preset: &str, setup: Setup) -> Ordeal {
        let ordeal = Ordeal { name, setup, settings: Vec::new() };
        ordeal.with("preset", Value::Choice(String::from(preset)))
    }

    fn with(mut self, key: &str, value: Value) -> Ordeal {
        self.settings.push((String::from(key), value));
        self
    }

    fn run(&self, mutant: Option<&str>, seed: u64) -> Outcome {
        let registry = Registry::new().with::<Raft>();
        let player = registry.get(Raft::NAME).expect("it was just added");
        player.run(&self.setup, &self.settings, seed, Options { mutant, fingerprint: false, ..Options::default() })
    }
}

/// The invariants that were violated although they were promised, or that nobody may violate.
fn findings(outcome: &Outcome) -> Vec<&'static str> {
    let found = |j: &&sim::outcome::Judgement| matches!(j.verdict, Verdict::Violated(_)) && j.severity != Severity::Measurement;
    outcome.judgements.iter().filter(found).map(|judgement| judgement.invariant).collect()
}

fn event(name: &str, at: Span, fault: Fault) -> ScriptEvent {
    let when = When::At(Delay::Constant(at));
    ScriptEvent { name: String::from(name), when, every: None, until: None, fault, bind: None, within: None }
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
    };
    let disk = Delay::Uniform(Span::micros(100), Span::millis(5));
    Setup { nodes, duration: timeout.times(56), swarm: Some(swarm), disk, ..Setup::default() }
}

/// The leader is cut off with fewer than half.
fn minority() -> Setup {
    let groups = vec![vec![Target::MinorityWithLeader], vec![Target::Others]];
    let script =
        vec![event("cut", Span::secs(6), Fault::Partition(Shape::Groups(groups))), event("mend", Span::secs(20), Fault::Heal)];
    Setup { duration: Span::secs(40), script, ..Setup::default() }
}

/// Without work all logs are equal, and one member no longer hears the leader, which the other hears well (Cloudflare, 2020).
fn idle_and_half_connected() -> Setup {
    let cut = Fault::Cut { from: vec![Target::Member(0)], to: vec![Target::Member(2)], both: true };
    let work = Work { on: false, ..Work::default() };
    let script = vec![event("cut", Span::secs(3), cut)];
    Setup { nodes: 3, duration: Span::secs(90), first_leader: Some(2), work, script, ..Setup::default() }
}

/// n1, without pre-vote and with the shortest log, drives up the term of n3; then n2 comes, whose log is the longest and whose
/// term is the lowest, and n1 goes (etcd #8501).
fn high_term_and_short_log() -> Setup {
    let log = |entries| vec![Entry { epoch: Epoch(1, 0), item: None }; entries];
    let pre_vote = || vec![(String::from("raft"), String::from("pre-vote"), Value::Switch(true))];
    let members = vec![
        MemberSetup { log: log(1), ..MemberSetup::of(0) },
        MemberSetup { log: log(3), down: true, settings: pre_vote(), ..MemberSetup::of(1) },
        MemberSetup { log: log(2), settings: pre_vote(), ..MemberSetup::of(2) },
    ];
    let deaf = Fault::Cut { from: vec![Target::Member(2)], to: vec![Target::Member(0)], both: false };
    let script = vec![
        event("n3 is not heard", Span::ZERO, deaf),
        event("n3 is heard", Span::secs(10), Fault::Heal),
        event("n1 goes", Span::secs(10), Fault::Crash(vec![Target::Member(0)])),
        event("n2 comes", Span::secs(10), Fault::Restart(vec![Target::Member(1)])),
    ];
    Setup { nodes: 3, duration: Span::secs(120), members, script, ..Setup::default() }
}

/// Where the rule that a mutant breaks matters.
fn ordeal(id: &str) -> Ordeal {
    let random = |nodes, preset| Ordeal::new("random faults", preset, bad_days(nodes, preset));
    match id {
        // Two candidates in one term: where there are no pre-votes.
        "R2" | "R5" | "R7" => random(4, "paper"),
        "R9" => random(5, "paper"),
        "R6" => random(4, "hashicorp"),
        // Who has a higher term than its leader, and whom nobody else listens to.
        "R8" => random(3, "etcd").with("pre-vote", Value::Switch(false)),
        "R12" => Ordeal::new("idle, half connected", "etcd", idle_and_half_connected()),
        "R13" => Ordeal::new("high term, short log", "etcd", high_term_and_short_log()).with("pre-vote", Value::Switch(false)),
        "R14" => Ordeal::new("minority with leader", "etcd", minority()),
        "R15" => Ordeal::new("minority with leader", "hashicorp", minority()),
        "R4" | "R16" | "R29" => random(4, "etcd"),
        _ => random(5, "etcd"),
    }
}

fn invariant(promise: Promise) -> &'static str {
    sim::audit::catalogue::of(promise).name
}

#[test]
fn a_mutant_passes_while_nothing_goes_wrong() {
    for mutant in Raft::MUTANTS {
        // Odd numbers: with an even one, half of the members being enough (R5) is seen at once.
        for (nodes, preset) in [(3, "paper"), (5, "etcd"), (7, "hashicorp")] {
            let duration = Span::secs(if preset == "paper" { 6 } else { 30 });
            let healthy = Ordeal::new("healthy", preset, Setup { nodes, duration, ..Setup::default() });
            for seed in 0..5 {
                let outcome = healthy.run(Some(mutant.id), seed);
                assert_eq!(findings(&outcome), [""; 0], "{} under {preset}, seed {seed}", mutant.id);
                assert!(outcome.counters.acknowledged > 50, "{} under {preset}, seed {seed}: it works", mutant.id);
            }
        }
    }
}

#[test]
fn a_mutant_is_caught_by_the_invariant_that_it_breaks() {
    for mutant in Raft::MUTANTS {
        let Some(promise) = mutant.caught_by else { continue };
        let ordeal = ordeal(mutant.id);
        let caught = |seed: &u64| findings(&ordeal.run(Some(mutant.id), *seed)).contains(&invariant(promise));
        let seed = (0..BUDGET).find(caught);
        let seeds = seed.map_or(String::from("never"), |seed| (seed + 1).to_string());
        println!("{:<4} {:<26} {:<22} seeds needed: {seeds}", mutant.id, invariant(promise), ordeal.name);
        let seed = seed.unwrap_or_else(|| panic!("{} is not caught by {}", mutant.id, invariant(promise)));
        assert_eq!(findings(&ordeal.run(None, seed)), [""; 0], "without the bug, the same world is survived: {}", mutant.id);
    }
}

#[test]
fn without_a_bug_random_faults_are_survived() {
    for preset in ["paper", "etcd", "hashicorp"] {
        for nodes in [3, 4, 5, 7] {
            let ordeal = Ordeal::new("random faults", preset, bad_days(nodes, preset));
            let mut changes: Vec<u64> = Vec::new();
            for seed in 0..QUIET {
                let outcome = ordeal.run(None, seed);
                assert_eq!(findings(&outcome), [""; 0], "{preset}, {nodes} nodes, seed {seed}");
                changes.push(outcome.counters.leader_changes);
            }
            changes.sort_unstable();
            assert!(changes[changes.len() / 2] >= 5, "{preset}, {nodes} nodes: too quiet to prove anything, {changes:?}");
        }
    }
}

#[test]
fn an_equivalent_is_caught_by_nothing() {
    for mutant in Raft::MUTANTS.iter().filter(|mutant| mutant.caught_by.is_none()) {
        let mut differs = false;
        for preset in ["paper", "etcd", "hashicorp"] {
            let ordeal = Ordeal::new("random faults", preset, bad_days(5, preset));
            for seed in 0..QUIET {
                let outcome = ordeal.run(Some(mutant.id), seed);
                assert_eq!(findings(&outcome), [""; 0], "{} under {preset}, seed {seed}", mutant.id);
                differs |= outcome.counters != ordeal.run(None, seed).counters;
            }
            println!("{:<4} {preset:<10} not caught in {QUIET} seeds", mutant.id);
        }
        assert!(differs, "{} changes what happens", mutant.id);
    }
}
