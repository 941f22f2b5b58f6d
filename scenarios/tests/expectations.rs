//! What a scenario of the library says is meant to go wrong does go wrong.

use scenarios::{Scenario, default_registry, library, misfit, run_one};
use sim::audit::catalogue;
use sim::outcome::{Outcome, Verdict};
use sim::{Options, Promise};

const SEEDS: u64 = 20;

fn violates(outcome: &Outcome, promise: Promise) -> bool {
    let name = catalogue::name_of(promise);
    outcome.judgements.iter().any(|judgement| judgement.invariant == name && matches!(judgement.verdict, Verdict::Violated(_)))
}

#[test]
fn every_expectation_of_the_library_comes_true() {
    let registry = default_registry();
    let mut expectations = 0;
    for (name, text) in library() {
        let scenario = Scenario::parse(text, name, &registry).unwrap_or_else(|wrong| panic!("{name}:\n{wrong}"));
        for (algorithm, promises) in &scenario.expect {
            let player = registry.get(algorithm).expect("the parser knows it");
            assert_eq!(misfit(&scenario.setup, player, scenario.settings_of(algorithm)), None, "{algorithm} in {name}");
            let outcomes: Vec<Outcome> = (0..SEEDS)
                .map(|seed| run_one(&scenario, player, seed, Options { fingerprint: false, ..Options::default() }))
                .collect();
            for &promise in promises {
                let seen = outcomes.iter().filter(|outcome| violates(outcome, promise)).count();
                println!("{name}: {algorithm} breaks {} in {seen} of {SEEDS} seeds", catalogue::name_of(promise));
                assert!(seen > 0, "{name}: {algorithm} was to break {}", catalogue::name_of(promise));
                expectations += 1;
            }
        }
    }
    assert!(expectations >= 20, "the library expects something: {expectations}");
}
