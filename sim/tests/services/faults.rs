//! What faults do to a service.

use super::*;
use sim::fault::{ClockDuring, Shape};

#[test]
fn an_outage_forgets_nothing_and_lets_nothing_expire_until_it_is_over() {
    let mut setup = quiet();
    setup.script = vec![event("outage", 5_000, Fault::Outage { who: part("lock-1"), lasting: Span::secs(3) })];
    let (outcome, log) = run::<One>(&setup, None, false);
    assert_eq!(log.first("n1 holds no longer"), Some(5_901));
    assert_eq!(log.between(5_000, 8_000, "grants"), 0);
    assert!(log.between(8_000, 8_200, "grants") == 1, "what was overdue expired first");
    assert!(log.first("OutOfService") == Some(5_000) && log.first("BackInService") == Some(8_000));
    assert!(held(&outcome, "lease-containment"));
}

#[test]
fn a_crash_keeps_what_was_stored_and_a_forgetful_lock_gives_away_what_is_held() {
    let mut setup = quiet();
    setup.script =
        vec![event("crash", 5_050, Fault::Crash(part("lock-1"))), event("restart", 5_100, Fault::Restart(part("lock-1")))];
    let (outcome, log) = run::<One>(&setup, None, false);
    assert_eq!(log.count("n2 holds"), 0);
    assert!(!violated(&outcome, "service-side-exclusive"));
    // n2 asks first after the restart if n1 is kept from it for a moment.
    let pause = Fault::Pause { who: vec![Target::Member(0)], lasting: Some(Span::millis(300)) };
    setup.script.push(event("pause", 5_060, pause));
    let (outcome, log) = run::<One>(&setup, None, true);
    assert_eq!(log.between(5_100, 5_300, "n2 holds"), 1);
    assert!(violated(&outcome, "service-side-exclusive"), "{:?}", outcome.judgements);
    assert!(violated(&outcome, "lease-exclusive"));
}

#[test]
fn what_a_service_answered_before_it_crashed_was_on_its_record() {
    let mut setup = quiet();
    setup.link.delay = Delay::Constant(Span::millis(60));
    // A question a hundred milliseconds, and an answer is always on its way for sixty of them.
    let crash = |at| event("crash", at, Fault::Crash(part("lock-1")));
    for at in (5_000..5_100).step_by(5) {
        setup.script = vec![crash(at), event("restart", 9_000, Fault::Restart(part("lock-1")))];
        let (outcome, _) = run::<One>(&setup, None, false);
        assert!(held(&outcome, "lease-containment"), "{at}: {:?}", outcome.judgements);
    }
}

#[test]
fn another_replica_restarts_the_time_of_a_grant() {
    let mut setup = quiet();
    let who = || vec![Target::Member(0)];
    let change = Fault::ServiceLeaderChange(vec![Target::Services]);
    setup.script = vec![event("crash", 5_000, Fault::Crash(who())), event("change", 5_800, change)];
    let (_, log) = run::<One>(&setup, None, false);
    assert!(log.first("lock-1 grants 2 to n2").is_some_and(|at| (6_800..6_920).contains(&at)));
    assert_eq!(log.first("LeaderChanged"), Some(5_800));
}

#[test]
fn a_paused_service_handles_its_questions_when_it_resumes() {
    let mut setup = quiet();
    let pause = Fault::Pause { who: part("lock-1"), lasting: Some(Span::millis(400)) };
    setup.script = vec![event("pause", 5_005, pause)];
    let (_, log) = run::<One>(&setup, None, false);
    assert_eq!(log.between(5_005, 5_404, "n4 gets"), 0);
    assert!(log.between(5_404, 5_406, "n4 gets Take") >= 7);
    assert_eq!(log.count("n1 holds no longer"), 0);
}

#[test]
fn a_fast_clock_of_the_service_ends_grants_early_and_that_is_outside_the_assumption() {
    let mut setup = quiet();
    let cut = Fault::Cut { from: vec![Target::Member(0)], to: vec![Target::Services], both: true };
    let rate = Fault::ClockRate { who: part("lock-1"), rate: Ratio::new(2, 1) };
    setup.script = vec![event("rate", 3_000, rate), event("cut", 5_000, cut)];
    let (outcome, log) = run::<One>(&setup, None, false);
    assert!(log.first("lock-1 grants 2 to n2").is_some_and(|at| at < 5_530), "half a second after the last renewal");
    let exclusive = outcome.judgements.iter().find(|judgement| judgement.invariant == "lease-exclusive").unwrap();
    assert!(matches!(exclusive.verdict, Verdict::Violated(_)));
    assert_eq!(exclusive.standing, sim::outcome::Standing::OutsideAssumptions);
}

#[test]
fn a_suspended_holder_takes_its_clock_with_it() {
    let mut setup = quiet();
    let suspend = |clock| Fault::Suspend { who: vec![Target::Member(0)], lasting: Some(Span::secs(3)), clock };
    for (clock, overlaps) in [(ClockDuring::Stops, true), (ClockDuring::Runs, false)] {
        setup.script = vec![event("suspend", 5_000, suspend(clock))];
        let (outcome, _) = run::<One>(&setup, None, false);
        assert_eq!(violated(&outcome, "lease-exclusive"), overlaps, "{clock:?}");
    }
}

#[test]
fn a_service_stands_with_the_majority_unless_a_group_names_it() {
    let group = |members: &[u16]| members.iter().map(|&member| Target::Member(member)).collect::<Vec<_>>();
    let mut setup = Setup { nodes: 3, ..quiet() };
    let mut holders = |groups: Vec<Vec<Target>>| {
        setup.script = vec![event("partition", 5_000, Fault::Partition(Shape::Groups(groups)))];
        let (_, log) = run::<One>(&setup, None, false);
        (log.between(5_000, 20_000, "n1 holds no longer"), log.between(5_000, 20_000, "grants"))
    };
    assert_eq!(holders(vec![group(&[0]), group(&[1, 2])]), (1, 1), "n1 is cut off from it");
    assert_eq!(holders(vec![group(&[0, 1]), group(&[2])]), (0, 0), "n1 is on its side");
    assert_eq!(holders(vec![group(&[0]), group(&[1]), group(&[2])]), (1, 0), "nobody is");
    let mut with_lock = group(&[0]);
    with_lock.extend(part("lock-1"));
    assert_eq!(holders(vec![with_lock, group(&[1, 2])]), (0, 0), "it was named beside n1");
}

#[test]
fn of_three_locks_two_are_enough() {
    let mut setup = quiet();
    setup.script = vec![event("crash", 5_000, Fault::Crash(part("lock-2")))];
    let (outcome, log) = run::<Three>(&setup, None, false);
    assert_eq!((log.count("n1 holds"), log.count("n1 holds no longer")), (1, 0));
    assert!(held(&outcome, "lease-containment"));
    setup.script.push(event("another", 8_000, Fault::Crash(part("lock-3"))));
    let (_, log) = run::<Three>(&setup, None, false);
    assert_eq!(log.count("n1 holds no longer"), 1);
}

#[test]
fn an_event_that_names_a_service_that_is_not_there_finds_no_target() {
    let mut setup = quiet();
    setup.script = vec![event("crash", 5_000, Fault::Crash(part("lock-9")))];
    let (outcome, _) = run::<One>(&setup, None, false);
    assert_eq!(outcome.not_exercised.len(), 1, "{:?}", outcome.not_exercised);
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let mut setup = quiet();
    setup.link.loss = Ratio::new(1, 10);
    setup.script = vec![event("outage", 5_000, Fault::Outage { who: vec![Target::Services], lasting: Span::secs(3) })];
    let fingerprints: Vec<u128> = (0..2).map(|_| run::<Three>(&setup, None, false).0.fingerprint).collect();
    assert_eq!(fingerprints[0], fingerprints[1]);
    setup.script.clear();
    assert_ne!(run::<Three>(&setup, None, false).0.fingerprint, fingerprints[0]);
    let _ = (Dropped::Lost, NodeEvent::LeaderChanged);
}
