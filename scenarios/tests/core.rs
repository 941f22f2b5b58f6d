//! Only a core is healed: liveness is judged for it, and for nobody else.

use scenarios::{Scenario, run_one};
use sim::Options;
use sim::outcome::{Outcome, Verdict};

/// Raft with the rules of its paper, by which a leader without a majority leads on for good.
fn run(event: &str, seed: u64) -> Outcome {
    let registry = scenarios::default_registry();
    let text = format!("nodes = 5\nduration = \"60s\"\n[[event]]\nat = \"6s\"\n{event}\n[algorithm.raft]\npreset = \"paper\"\n");
    let scenario = Scenario::parse(&text, "core.toml", &registry).unwrap_or_else(|wrong| panic!("{wrong}"));
    run_one(&scenario, registry.get("raft").expect("it is built in"), seed, Options::default())
}

fn eventual_leader(outcome: &Outcome) -> (Verdict, u64) {
    let judged = outcome.judgements.iter().find(|judgement| judgement.invariant == "eventual-leader").expect("it is judged");
    (judged.verdict.clone(), judged.exercised)
}

#[test]
fn a_core_with_a_majority_must_find_a_leader_whoever_leads_on_outside_of_it() {
    for seed in 0..10 {
        let outcome = run("heal = \"others\"", seed);
        let at_end = outcome.tenures.iter().filter(|tenure| tenure.until.is_none()).count();
        assert_eq!(at_end, 2, "seed {seed}: the one that is cut off does not know");
        assert_eq!(eventual_leader(&outcome), (Verdict::Held, 2), "seed {seed}: once before the cut, and once after it");
    }
}

#[test]
fn a_partition_is_no_heal_and_a_core_without_a_majority_is_expected_nothing_of() {
    for seed in 0..10 {
        let before = eventual_leader(&run("partition = [[\"leader\"], [\"others\"]]", seed)).1;
        let few = eventual_leader(&run("heal = [\"n1\", \"n2\"]", seed));
        assert_eq!((few.1, few.0), (before, if before == 0 { Verdict::NotExercised } else { Verdict::Held }), "seed {seed}");
        let outcome = run("heal = [\"n1\", \"n2\", \"n3\"]", seed);
        assert_eq!(eventual_leader(&outcome), (Verdict::Held, before + 1), "seed {seed}");
    }
}
