//! The bugs of the protected resource and of its client, under an algorithm that has fencing tokens (Bully with `quorum-and-epoch`):
//! each passes while nothing goes wrong, and is caught by the invariant that its entry names; where it is, the resource without the
//! bug is fine. `-- --nocapture` prints the table.

use sim::resource_bugs::resource_mutants;
use sim::setup::{Fencing, Operation, Work};
use sim::{Setup, Span};

use crate::{calm, cut_off, fenced, findings, pauses, pauses_and_a_crash, run, thoughtful};

/// Within so many seeds a bug must be found.
const BUDGET: u64 = 1000;
/// So many seeds stand for all, where nothing may be found.
const QUIET: u64 = 200;

/// Where the rule that a bug breaks matters.
fn ordeal(id: &str) -> (&'static str, Setup) {
    let mixed = Work { operations: vec![Operation::Write, Operation::Delete, Operation::Read], ..fenced() };
    match id {
        // A pause between check and effect harms the careful client, too, where nothing is fenced; being cut off does not.
        "L10" => ("cut off, no fence", cut_off(Work::default())),
        "L14" => ("pauses, and the resource crashes", pauses_and_a_crash(fenced())),
        "L15" => ("pauses, writes, deletes and reads", pauses(thoughtful(mixed))),
        "Q10" => ("pauses, lock-delay", pauses(thoughtful(Work { lock_delay: Span::millis(500), ..fenced() }))),
        _ => ("pauses", pauses(thoughtful(fenced()))),
    }
}

#[test]
fn a_bug_passes_while_nothing_goes_wrong() {
    let everything = Work {
        operations: vec![Operation::Write, Operation::Delete, Operation::Read],
        job: Some(Span::secs(1)),
        lock_delay: Span::millis(300),
        ..fenced()
    };
    let unfenced = Work { fencing: Fencing::None, ..everything.clone() };
    let equal = Work { fencing: Fencing::Equal, ..everything.clone() };
    for mutant in resource_mutants() {
        for work in [Work::default(), fenced(), everything.clone(), unfenced.clone(), equal.clone()] {
            for seed in 0..5 {
                let outcome = run(&calm(work.clone()), Some(mutant.id), seed);
                assert_eq!(findings(&outcome), [""; 0], "{} with {:?}, seed {seed}", mutant.id, work.fencing);
                assert!(outcome.counters.acknowledged > 80, "{} with {:?}, seed {seed}: it works", mutant.id, work.fencing);
            }
        }
    }
}

#[test]
fn a_bug_is_caught_by_the_invariant_that_it_breaks() {
    for mutant in resource_mutants() {
        let (Some(promise), (name, setup)) = (mutant.caught_by, ordeal(mutant.id)) else { continue };
        let invariant = sim::audit::catalogue::name_of(promise);
        let seed = (0..BUDGET).find(|&seed| findings(&run(&setup, Some(mutant.id), seed)).contains(&invariant));
        let needed = seed.map_or(String::from("never"), |seed| (seed + 1).to_string());
        println!("{:<4} {invariant:<22} {name:<34} seeds needed: {needed}", mutant.id);
        assert!(seed.is_some(), "{} is not caught by {invariant}", mutant.id);
        for seed in 0..QUIET {
            assert!(!findings(&run(&setup, None, seed)).contains(&invariant), "{}, without the bug, seed {seed}", mutant.id);
        }
    }
}

#[test]
fn without_lock_delay_a_fence_is_enough_and_no_lock_delay_is_enough_without_one() {
    let (_, setup) = ordeal("Q10");
    let mut differs = false;
    for seed in 0..BUDGET {
        let hasty = run(&setup, Some("Q10"), seed);
        assert_eq!(findings(&hasty), [""; 0], "seed {seed}");
        differs |= seed < 20 && hasty.counters != run(&setup, None, seed).counters;
    }
    assert!(differs, "it changes what happens");
    println!("Q10  not caught in {BUDGET} seeds");
    let unfenced = Setup { work: Work { fencing: Fencing::None, ..setup.work.clone() }, ..setup };
    let harmed = (0..QUIET).filter(|&seed| run(&unfenced, None, seed).split_brain.conflicting_effects > 0).count();
    assert!(harmed > 20, "lock-delay is a hope, not a guarantee: {harmed} of {QUIET} seeds");
}
