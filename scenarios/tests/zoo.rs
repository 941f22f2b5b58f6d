//! The bug zoo: every built-in mutant works while nothing goes wrong, and is caught by the invariant that its entry names in the world
//! that the zoo has for it; without the bug the same world is survived; every equivalent is caught by nothing, and differs.
//! `-- --nocapture` prints the table.

use scenarios::zoo::{self, Ordeal};
use scenarios::{Scenario, default_registry};
use sim::outcome::{Outcome, Severity, Verdict};
use sim::registry::MutantWords;
use sim::resource_bugs::resource_mutants;
use sim::{Options, Player, Registry, audit};

/// Within so many seeds a bug must be found.
const BUDGET: u64 = 1000;
/// So many seeds of each world stand for all, where nothing may be found.
const QUIET: u64 = 25;

/// Every mutant with whoever has it; those of the protected resource are shown with Bully, which has fencing tokens.
fn all(registry: &Registry) -> Vec<(&dyn Player, MutantWords)> {
    let mut all: Vec<(&dyn Player, MutantWords)> = Vec::new();
    for player in registry.iter() {
        all.extend(player.mutants().into_iter().map(|mutant| (player, mutant)));
    }
    let bully = registry.get("bully").expect("it is built in");
    all.extend(resource_mutants().into_iter().map(|mutant| (bully, mutant)));
    all
}

fn run(scenario: &Scenario, player: &dyn Player, mutant: Option<&str>, seed: u64) -> Outcome {
    let options = Options { mutant, fingerprint: false, ..Options::default() };
    scenarios::run_one(scenario, player, seed, options)
}

/// The invariants that were violated although they were promised, or that nobody may violate.
fn findings(outcome: &Outcome) -> Vec<&'static str> {
    let judged = outcome.judgements.iter().filter(|judgement| judgement.severity != Severity::Measurement);
    judged.filter(|judgement| matches!(judgement.verdict, Verdict::Violated(_))).map(|judgement| judgement.invariant).collect()
}

fn read(ordeal: &Ordeal, registry: &Registry) -> Scenario {
    ordeal.read(registry).unwrap_or_else(|complaints| panic!("{ordeal:?}\n{complaints}"))
}

#[test]
fn every_world_of_the_zoo_is_in_order_and_has_its_name() {
    let registry = default_registry();
    let names: Vec<&str> = zoo::worlds().iter().map(|(name, _)| *name).collect();
    assert!(names.is_sorted());
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("zoo");
    let stem =
        |file: std::io::Result<std::fs::DirEntry>| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
    let mut files: Vec<String> = std::fs::read_dir(folder).unwrap().map(|file| format!("zoo/{}", stem(file))).collect();
    files.sort();
    assert_eq!(names, files, "a file of zoo/ is missing in the table, or the other way round");
    for (name, text) in zoo::worlds() {
        let scenario = Scenario::parse(text, name, &registry).unwrap_or_else(|wrong| panic!("{name}:\n{wrong}"));
        assert!(scenario.warnings.is_empty(), "{name}:\n{}", scenario.warnings);
        assert!(scenario.about.len() > 20 && scenario.about.ends_with(['.', '?', ')']), "{name}: {}", scenario.about);
        assert_eq!(scenarios::find(name).expect("it is built in").origin, *name);
    }
}

#[test]
fn every_mutant_has_its_world_and_no_world_waits_for_a_mutant_that_is_no_more() {
    let registry = default_registry();
    let all: Vec<(&str, &str)> = all(&registry).iter().map(|(player, mutant)| (player.name(), mutant.id)).collect();
    let listed: Vec<(&str, &str)> = zoo::listed().collect();
    assert!(all.iter().all(|one| listed.contains(one)), "{all:?}");
    assert!(listed.iter().all(|one| all.contains(one)), "{listed:?}");
}

#[test]
fn an_equivalent_says_under_what_condition_it_is_one_and_a_bug_has_none() {
    for (player, mutant) in all(&default_registry()) {
        let condition = zoo::condition(player.name(), mutant.id);
        assert_eq!(condition.is_some(), mutant.caught_by.is_none(), "{} {}", player.name(), mutant.id);
    }
}

#[test]
fn a_mutant_passes_while_nothing_goes_wrong() {
    let registry = default_registry();
    for (player, mutant) in all(&registry) {
        for ordeal in zoo::ordeals(player, mutant.id) {
            let calm = ordeal.read_calm(&registry).unwrap_or_else(|complaints| panic!("{ordeal:?}\n{complaints}"));
            for seed in 0..5 {
                let outcome = run(&calm, player, Some(mutant.id), seed);
                // By what is common to all: a rule of the algorithm's own may be what the bug is about.
                let mut found = findings(&outcome);
                found.retain(|name| audit::catalogue::by_name(name).is_some());
                assert_eq!(found, [""; 0], "{} {}, seed {seed}", player.name(), mutant.id);
                assert!(outcome.counters.acknowledged > 500, "{} {}, seed {seed}: it works", player.name(), mutant.id);
            }
        }
    }
}

#[test]
fn a_mutant_is_caught_by_the_invariant_that_it_breaks_and_the_same_world_is_survived_without_it() {
    let registry = default_registry();
    for (player, mutant) in all(&registry) {
        let (name, id) = (player.name(), mutant.id);
        let Some(invariant) = mutant.caught_by.map(audit::catalogue::name_of) else { continue };
        let ordeal = &zoo::ordeals(player, id)[0];
        let world = read(ordeal, &registry);
        let seed = (0..BUDGET).find(|&seed| findings(&run(&world, player, Some(id), seed)).contains(&invariant));
        let needed = seed.map_or(String::from("never"), |seed| (seed + 1).to_string());
        println!("{name:<17} {id:<4} {invariant:<26} {:<30} seeds needed: {needed}", ordeal.scenario);
        let seed = seed.unwrap_or_else(|| panic!("{name} {id} is not caught by {invariant}"));
        let innocent = run(&world, player, None, seed);
        assert!(!findings(&innocent).contains(&invariant), "{name} without {id} in {}, seed {seed}", ordeal.scenario);
    }
}

#[test]
fn without_a_bug_its_world_holds_nothing_that_the_bug_is_caught_by() {
    let registry = default_registry();
    for (player, mutant) in all(&registry) {
        let Some(invariant) = mutant.caught_by.map(audit::catalogue::name_of) else { continue };
        let ordeal = &zoo::ordeals(player, mutant.id)[0];
        let world = read(ordeal, &registry);
        for seed in 0..QUIET {
            let found = findings(&run(&world, player, None, seed));
            assert!(!found.contains(&invariant), "{} in {}, seed {seed}: {found:?}", player.name(), ordeal.scenario);
        }
    }
}

#[test]
fn an_equivalent_changes_what_happens_and_is_caught_by_nothing() {
    let registry = default_registry();
    for (player, mutant) in all(&registry).into_iter().filter(|(_, mutant)| mutant.caught_by.is_none()) {
        let mut differs = false;
        for ordeal in zoo::ordeals(player, mutant.id) {
            let world = read(&ordeal, &registry);
            for seed in 0..QUIET {
                let (with, without) = (run(&world, player, Some(mutant.id), seed), run(&world, player, None, seed));
                let found = findings(&with);
                assert_eq!(found, [""; 0], "{} {} in {}, seed {seed}", player.name(), mutant.id, ordeal.scenario);
                differs |= with.counters != without.counters;
            }
        }
        assert!(differs, "{} {} changes what happens", player.name(), mutant.id);
    }
}

#[test]
fn the_canary_dies() {
    let (scenario, algorithm, invariant) = zoo::CANARY;
    let registry = default_registry();
    let text = scenarios::find(scenario).expect("it is built in").text;
    let scenario = Scenario::parse(&text, scenario, &registry).expect("it is in order");
    let player = registry.get(algorithm).expect("it is built in");
    for seed in 0..QUIET {
        assert!(findings(&run(&scenario, player, None, seed)).contains(&invariant), "seed {seed}");
    }
}

/// ZAB's own invariants, and the bugs that each of them sees.
#[test]
fn what_zab_promises_of_its_own_is_seen_broken_by_bugs_and_by_nothing_else() {
    let registry = default_registry();
    let zab = registry.get("zab").expect("it is built in");
    let verdict = |outcome: &Outcome, name: &str| {
        let own = outcome.judgements.iter().find(|judgement| judgement.invariant == name).expect("it is ZAB's own");
        (matches!(own.verdict, Verdict::Violated(_)), own.exercised)
    };
    for (name, ids) in
        [("zab-epochs-in-order", &["Z17"][..]), ("zab-zxids-in-order", &["Z13"]), ("zab-established", &["Z8", "Z9"])]
    {
        for id in ids {
            let world = read(&zoo::ordeals(zab, id)[0], &registry);
            let needed = (0..BUDGET).find(|&seed| verdict(&run(&world, zab, Some(id), seed), name).0);
            assert!(needed.is_some(), "{name} sees nothing of {id}");
            let right: Vec<(bool, u64)> = (0..QUIET).map(|seed| verdict(&run(&world, zab, None, seed), name)).collect();
            assert!(right.iter().all(|(violated, _)| !violated), "{name} is not broken by ZAB itself");
            assert!(right.iter().any(|(_, exercised)| *exercised > 0), "{name} is put to the test where {id} is");
        }
    }
}
