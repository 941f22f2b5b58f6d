//! Every mutant of ZAB works while nothing goes wrong, and is caught by the invariant that its entry names, under ZAB's own
//! promises; every equivalent is caught by none, and so is ZAB itself. `-- --nocapture` prints the table.

use algorithms::Zab;
use sim::fault::{Family, Fault, ScriptEvent, Shape, Swarm, Target, When};
use sim::outcome::{Outcome, Severity, Verdict};
use sim::setup::SessionSettings;
use sim::{Algorithm, Delay, LinkSettings, Options, Promise, Ratio, Registry, Setup, Span, Value};

/// Within so many seeds a bug must be found.
const BUDGET: u64 = 1000;
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

    fn run(&self, mutant: Option<&str>, seed: u64) -> Outcome {
        let registry = Registry::new().with::<Zab>();
        let player = registry.get(Zab::NAME).expect("it was just added");
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

fn parted(groups: &[&[u16]]) -> Fault {
    let group = |members: &&[u16]| members.iter().map(|member| Target::Member(*member)).collect();
    Fault::Partition(Shape::Groups(groups.iter().map(group).collect()))
}

/// The leader is cut off with fewer than half.
fn minority() -> Setup {
    let groups = vec![vec![Target::MinorityWithLeader], vec![Target::Others]];
    let script =
        vec![event("cut", Span::secs(3), Fault::Partition(Shape::Groups(groups))), event("mend", Span::secs(12), Fault::Heal)];
    Setup { duration: Span::secs(60), script, ..Setup::default() }
}

/// The leader is alone with work that nobody else has; all meet again, it is elected anew for its history, and is cut off
/// before anyone has got it, on slow links.
fn tail_of_the_elected() -> Setup {
    let link = LinkSettings { delay: Delay::Uniform(Span::millis(40), Span::millis(50)), ..LinkSettings::default() };
    let elected = When::At(Delay::Uniform(Span::millis(10_500), Span::millis(12_000)));
    let script = vec![
        event("all apart", Span::secs(3), parted(&[&[0], &[1], &[2]])),
        event("together", Span::secs(10), Fault::Heal),
        ScriptEvent { when: elected, ..event("n3 is gone", Span::ZERO, parted(&[&[0, 1], &[2]])) },
        event("mend", Span::secs(40), Fault::Heal),
    ];
    Setup { nodes: 3, duration: Span::secs(90), link, script, ..Setup::default() }
}

/// Answers take longer than the wait for a better vote. n3 is elected and cut off before it leads, n2 leads n1 instead, n1
/// dies: now n2 and n3 need each other, and n2 has the history.
fn elected_long_ago() -> Setup {
    let link = LinkSettings { delay: Delay::Uniform(Span::millis(145), Span::millis(155)), ..LinkSettings::default() };
    let script = vec![
        event("n3 is gone", Span::millis(1_200), parted(&[&[0, 1], &[2]])),
        event("n1 dies", Span::secs(20), Fault::Crash(vec![Target::Member(0)])),
        event("n3 is back", Span::secs(21), Fault::Heal),
    ];
    let session = SessionSettings { timeout: Span::secs(1), ..SessionSettings::default() };
    Setup { nodes: 3, duration: Span::secs(120), link, session, script, ..Setup::default() }
}

/// Where the rule that a mutant breaks matters.
fn ordeal(id: &str) -> Ordeal {
    match id {
        // What it waits for as prospective leader is not in step with the back-off.
        "Z3" => Ordeal::new("elected long ago", elected_long_ago()).with("tick-time", Value::Span(Span::millis(250))),
        "Z7" => Ordeal::new("slow disks, 3 nodes", slow_disks(3)),
        "Z12" => Ordeal::new("slow disks, 5 nodes", slow_disks(5)),
        "Z9" => Ordeal::new("tail of the elected", tail_of_the_elected()),
        "Z11" => Ordeal::new("minority with leader", minority()),
        _ => Ordeal::new("random faults, 5 nodes", random_faults(5)),
    }
}

fn invariant(promise: Promise) -> &'static str {
    sim::audit::catalogue::of(promise).name
}

#[test]
fn a_mutant_passes_while_nothing_goes_wrong() {
    for mutant in Zab::MUTANTS {
        for nodes in [3, 4, 5, 7] {
            let healthy = Ordeal::new("healthy", Setup { nodes, duration: Span::secs(30), ..Setup::default() });
            for seed in 0..20 {
                let outcome = healthy.run(Some(mutant.id), seed);
                // By what is common to all: one of ZAB's own rules is what Z9 breaks, whenever a leader comes up.
                let found: Vec<&str> = findings(&outcome).into_iter().filter(|name| *name != "zab-established").collect();
                assert_eq!(found, [""; 0], "{} with {nodes} nodes, seed {seed}", mutant.id);
                assert!(outcome.counters.acknowledged > 500, "{} with {nodes} nodes, seed {seed}: it works", mutant.id);
            }
        }
    }
}

#[test]
fn a_mutant_is_caught_by_the_invariant_that_it_breaks() {
    for mutant in Zab::MUTANTS {
        let Some(promise) = mutant.caught_by else { continue };
        let ordeal = ordeal(mutant.id);
        let caught = |seed: &u64| findings(&ordeal.run(Some(mutant.id), *seed)).contains(&invariant(promise));
        let seed = (0..BUDGET).find(caught);
        let seeds = seed.map_or(String::from("never"), |seed| (seed + 1).to_string());
        println!("{:<4} {:<22} {:<24} seeds needed: {seeds}", mutant.id, invariant(promise), ordeal.name);
        let seed = seed.unwrap_or_else(|| panic!("{} is not caught by {}", mutant.id, invariant(promise)));
        assert_eq!(findings(&ordeal.run(None, seed)), [""; 0], "without the bug, the same world is survived: {}", mutant.id);
    }
}

/// Everything that a mutant or an equivalent is put through.
fn ordeals() -> Vec<Ordeal> {
    let mut ordeals = vec![
        Ordeal::new("elected long ago", elected_long_ago()),
        Ordeal::new("tail of the elected", tail_of_the_elected()),
        Ordeal::new("minority with leader", minority()),
    ];
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
            let outcome = ordeal.run(None, seed);
            assert_eq!(findings(&outcome), [""; 0], "{}, {} nodes, seed {seed}", ordeal.name, ordeal.setup.nodes);
            changes.push(outcome.counters.leader_changes);
        }
        changes.sort_unstable();
        let least = if ordeal.setup.swarm.is_some() { 3 } else { 1 };
        assert!(changes[changes.len() / 2] >= least, "{}: too quiet to prove anything, {changes:?}", ordeal.name);
    }
}

#[test]
fn an_equivalent_is_caught_by_nothing() {
    for mutant in Zab::MUTANTS.iter().filter(|mutant| mutant.caught_by.is_none()) {
        let mut differs = false;
        for ordeal in ordeals() {
            for seed in 0..QUIET {
                let outcome = ordeal.run(Some(mutant.id), seed);
                assert_eq!(findings(&outcome), [""; 0], "{}: {}, seed {seed}", mutant.id, ordeal.name);
                differs |= outcome.counters != ordeal.run(None, seed).counters;
            }
            println!("{:<4} {:<22} {} nodes: not caught in {QUIET} seeds", mutant.id, ordeal.name, ordeal.setup.nodes);
        }
        assert!(differs, "{} changes what happens", mutant.id);
    }
}

/// ZAB's own invariants, and the bugs that each of them sees.
#[test]
fn what_zab_promises_of_its_own_is_seen_broken_by_bugs_and_by_nothing_else() {
    let verdict = |outcome: &Outcome, name: &str| {
        let own = outcome.judgements.iter().find(|judgement| judgement.invariant == name);
        own.map(|judgement| (matches!(judgement.verdict, Verdict::Violated(_)), judgement.exercised)).expect("it is ZAB's own")
    };
    for (name, ids) in
        [("zab-epochs-in-order", &["Z17"][..]), ("zab-zxids-in-order", &["Z13"]), ("zab-established", &["Z8", "Z9"])]
    {
        for id in ids {
            let ordeal = ordeal(id);
            let needed = (0..BUDGET).find(|&seed| verdict(&ordeal.run(Some(id), seed), name).0);
            println!(
                "{id:<4} {name:<24} {:<26} {}",
                ordeal.name,
                needed.map_or(String::from("never"), |seed| (seed + 1).to_string())
            );
            assert!(needed.is_some(), "{name} sees nothing of {id}");
            let right: Vec<(bool, u64)> = (0..QUIET).map(|seed| verdict(&ordeal.run(None, seed), name)).collect();
            assert!(right.iter().all(|(violated, _)| !violated), "{name} is not broken by ZAB itself");
            assert!(right.iter().any(|(_, exercised)| *exercised > 0), "{name} is put to the test in {}", ordeal.name);
        }
    }
}
