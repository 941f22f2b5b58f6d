//! What the checkers see in a service's record: each bug is caught by the invariant that is meant for it, and the right lock
//! passes under the same faults.

use super::*;

fn slow_answers() -> Setup {
    let mut setup = quiet();
    setup.link.delay = Delay::Constant(Span::millis(200));
    let cut = Fault::Cut { from: vec![Target::Member(0)], to: vec![Target::Services], both: true };
    setup.script = vec![event("cut", 5_000, cut), event("heal", 9_000, Fault::Heal)];
    setup
}

#[test]
fn a_deadline_that_counts_from_the_answer_outlives_the_grant() {
    let (right, _) = run::<One>(&slow_answers(), None, false);
    assert!(held(&right, "lease-containment") && held(&right, "lease-exclusive"), "{:?}", right.judgements);
    let (wrong, _) = run::<One>(&slow_answers(), Some("T1"), false);
    assert!(violated(&wrong, "lease-containment"), "{:?}", wrong.judgements);
}

#[test]
fn a_blind_write_takes_what_another_holds() {
    let (wrong, _) = run::<One>(&quiet(), Some("T2"), false);
    assert!(violated(&wrong, "service-side-exclusive"), "{:?}", wrong.judgements);
    assert!(violated(&wrong, "lease-exclusive"));
}

#[test]
fn a_belated_release_removes_nothing_but_its_own() {
    let (right, log) = run::<Releasing>(&quiet(), None, false);
    assert_eq!(log.count("lock-1 grants 2 to n2"), 1, "n1 gave it back");
    assert!(held(&right, "release-own-only"), "{:?}", right.judgements);
    let (wrong, _) = run::<Releasing>(&quiet(), Some("T3"), false);
    assert!(violated(&wrong, "release-own-only"), "{:?}", wrong.judgements);
}
