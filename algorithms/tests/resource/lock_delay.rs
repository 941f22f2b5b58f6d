//! What lock-delay is worth, with a fence and without one. (The bugs of the resource are shown in the worlds of the zoo.)

use sim::setup::{Fencing, Work};
use sim::{Setup, Span};

use crate::{fenced, findings, pauses, run, thoughtful};

/// So many seeds without the wait.
const BUDGET: u64 = 1000;
/// So many seeds stand for all, where nothing may be found.
const QUIET: u64 = 200;

#[test]
fn without_lock_delay_a_fence_is_enough_and_no_lock_delay_is_enough_without_one() {
    let setup = pauses(thoughtful(Work { lock_delay: Span::millis(500), ..fenced() }));
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
