//! What each rule of the resource is good for, and what it is not.

use sim::fault::{Fault, Target};
use sim::outcome::{JobReport, Outcome, ResourceReport, Standing, Verdict};
use sim::setup::{Fencing, MemberSetup, Operation, Reads, Work};
use sim::{Promise, Setup, Span, Time};

use crate::{at, calm, cut_off, event, fenced, findings, pauses, pauses_and_a_crash, run, run_variant, thoughtful};

const SEEDS: u64 = 200;

fn resource(outcome: &Outcome) -> ResourceReport {
    outcome.resource.expect("Bully acts on the resource")
}

fn verdict(outcome: &Outcome, promise: Promise) -> (&Verdict, Standing) {
    let judgement = &outcome.judgements[promise as usize];
    (&judgement.verdict, judgement.standing)
}

/// How many of all runs were harmed: effects that contradict each other, lost updates among them.
fn harmed(setup: &Setup) -> usize {
    (0..SEEDS).filter(|&seed| run(setup, None, seed).split_brain.conflicting_effects > 0).count()
}

fn with(fencing: Fencing) -> Work {
    Work { fencing, ..Work::default() }
}

#[test]
fn a_pause_between_check_and_effect_harms_who_is_not_fenced_and_nobody_else() {
    let of = |fencing| harmed(&pauses(thoughtful(with(fencing))));
    let none = of(Fencing::None);
    println!("harmed by a pause, of {SEEDS} seeds: {none} without a fence");
    assert!(none > 100, "{none}");
    for fencing in [Fencing::AtLeast, Fencing::Equal, Fencing::Transaction] {
        assert_eq!(of(fencing), 0, "{fencing:?}");
    }
}

#[test]
fn every_fence_lets_the_rightful_leader_work() {
    for fencing in [Fencing::AtLeast, Fencing::Equal, Fencing::Transaction] {
        for seed in 0..50 {
            let outcome = run(&pauses_and_a_crash(with(fencing)), None, seed);
            assert_eq!(findings(&outcome), [""; 0], "{fencing:?}, seed {seed}");
            assert!(outcome.counters.acknowledged > 300, "{fencing:?}, seed {seed}: {:?}", outcome.counters);
            assert!(resource(&outcome).accepted > 300 && resource(&outcome).tokens);
        }
    }
}

#[test]
fn a_fence_that_forgets_in_a_crash_protects_no_longer_and_is_promised_by_nobody() {
    let volatile = Work { durable_mark: false, ..thoughtful(fenced()) };
    let setup = pauses_and_a_crash(volatile);
    let mut fell = 0;
    for seed in 0..SEEDS {
        let outcome = run(&setup, None, seed);
        let (verdict, standing) = verdict(&outcome, Promise::FencingMonotonic);
        assert_eq!(standing, Standing::NotPromised, "the scenario says that the mark is volatile");
        fell += u64::from(matches!(verdict, Verdict::Violated(_)));
        assert!(!findings(&outcome).contains(&"fencing-monotonic"), "it is measured, not condemned");
    }
    assert!(fell > SEEDS / 2, "{fell}");
    assert_eq!(harmed(&pauses_and_a_crash(thoughtful(fenced()))), 0);
}

#[test]
fn after_a_crash_that_took_the_current_token_the_leader_takes_over_again() {
    let work = Work { durable_mark: false, ..with(Fencing::Equal) };
    for seed in 0..20 {
        let outcome = run(&pauses_and_a_crash(work.clone()), None, seed);
        assert!(!findings(&outcome).contains(&"eventual-leader"), "seed {seed}");
        assert!(outcome.counters.acknowledged > 300, "seed {seed}: {:?}", outcome.counters);
    }
}

#[test]
fn whoever_takes_over_without_a_fence_may_overwrite_what_it_has_not_seen() {
    let unfenced = Work { take_over: Some(true), ..thoughtful(with(Fencing::None)) };
    let lost = |work: &Work| -> u64 {
        let setup = pauses(work.clone());
        (0..SEEDS).map(|seed| resource(&run(&setup, None, seed)).lost_updates).sum()
    };
    let without = lost(&unfenced);
    println!("updates lost in {SEEDS} seeds: {without} without a fence");
    assert!(without > 20, "{without}");
    assert_eq!(lost(&Work { fencing: Fencing::AtLeast, ..unfenced }), 0);
}

#[test]
fn a_leader_that_answers_from_memory_is_stale_beside_another_and_one_that_asks_the_resource_is_not() {
    let reads = Work { operations: vec![Operation::Write, Operation::Read], take_over: Some(true), ..Work::default() };
    let memory = Work { reads: Reads::Memory, ..reads.clone() };
    // Reads that were answered, and how many of them were stale, under an old leader that is cut off from all others.
    let count = |quorum: bool, work: &Work| -> (u64, u64) {
        let setup = cut_off(work.clone());
        let reports = (0..50).map(|seed| {
            let outcome = run_variant(quorum, &setup, None, seed);
            assert!(!findings(&outcome).contains(&"no-stale-leader-read"), "Bully promises nothing of the kind");
            let exercised = outcome.judgements[Promise::NoStaleLeaderRead as usize].exercised;
            assert!(exercised > 20, "seed {seed}: {exercised}");
            resource(&outcome)
        });
        reports.fold((0, 0), |(reads, stale), report| (reads + report.reads, stale + report.stale_reads))
    };
    let (answered, stale) = count(false, &memory);
    println!("reads from memory, without quorums: {answered}, {stale} stale");
    assert!(answered > 5_000 && stale > 1_000, "{answered}, {stale}");
    assert_eq!(count(true, &memory).1, 0, "with quorums, the old leader stops first");
    assert_eq!(count(false, &reads).1, 0, "the resource has the last word");
}

#[test]
fn what_is_exercised_is_counted_and_what_is_not_there_is_not_applicable() {
    let outcome = run(&pauses(thoughtful(fenced())), None, 1);
    let (fencing, standing) = verdict(&outcome, Promise::FencingMonotonic);
    assert_eq!((fencing, standing), (&Verdict::Held, Standing::Promised));
    assert!(outcome.judgements[Promise::FencingMonotonic as usize].exercised > 0);
    assert_eq!(verdict(&outcome, Promise::NoStaleLeaderRead).0, &Verdict::NotApplicable, "nobody reads");
    assert_eq!(verdict(&outcome, Promise::SingletonJob).0, &Verdict::NotApplicable, "there is no job");
    let calm = run(&calm(fenced()), None, 1);
    assert_eq!(verdict(&calm, Promise::FencingMonotonic).0, &Verdict::NotExercised);
}

#[test]
fn an_algorithm_without_a_token_gets_nothing_done_at_a_fence_and_is_listed_as_such() {
    let outcome = run_variant(false, &calm(fenced()), None, 1);
    let report = resource(&outcome);
    assert!(report.led && !report.tokens && report.accepted == 0 && report.without_token > 50, "{report:?}");
    assert_eq!(verdict(&outcome, Promise::FencingMonotonic).0, &Verdict::NotApplicable);
    assert_eq!(findings(&outcome), [""; 0], "that it gets nothing done is no fault of its leadership");
}

fn with_job(work: Work) -> Work {
    Work { job: Some(Span::secs(1)), ..work }
}

fn job(outcome: &Outcome) -> JobReport {
    resource(outcome).job.expect("there is a job")
}

#[test]
fn while_nothing_goes_wrong_the_job_runs_once_a_period() {
    for seed in 0..20 {
        let outcome = run(&calm(with_job(fenced())), None, seed);
        // The job of second 0 is before the beginning, that of second 7 still has its period before it.
        assert_eq!(job(&outcome), JobReport { periods: 7, once: 7, repeated: 0, missed: 0 }, "seed {seed}");
    }
}

#[test]
fn a_job_that_falls_into_a_failover_is_missed_and_counted() {
    let setup = cut_off(with_job(fenced()));
    let missed: u64 = (0..20).map(|seed| job(&run(&setup, None, seed)).missed).sum();
    assert!(missed >= 10, "{missed}");
}

#[test]
fn a_clock_that_jumps_back_runs_the_job_of_its_period_again_unless_the_resource_knows() {
    let back = Fault::ClockJump { who: vec![Target::Leader], by: -1_500_000_000 };
    let setup = |work| Setup { script: vec![event("back", at(4_100, 4_400), back.clone(), None)], ..calm(with_job(work)) };
    for seed in 0..20 {
        let twice = run(&setup(fenced()), None, seed);
        assert!(job(&twice).repeated >= 1, "seed {seed}: {:?}", job(&twice));
        assert!(findings(&twice).contains(&"singleton-job"), "a fence does not help: it is the same leader");
        let once = run(&setup(Work { idempotent: true, ..fenced() }), None, seed);
        assert_eq!((job(&once).repeated, findings(&once)), (0, vec![]), "seed {seed}");
        assert_eq!(verdict(&once, Promise::SingletonJob), (&Verdict::Held, Standing::Promised), "seed {seed}");
    }
}

#[test]
fn two_leaders_whose_wall_clocks_differ_run_the_same_period_one_after_the_other() {
    let slow = MemberSetup { wall_offset: -900_000_000, ..MemberSetup::of(3) };
    let crash = event("crash", at(4_050, 4_100), Fault::Crash(vec![Target::Member(4)]), None);
    let setup = |work| Setup { members: vec![slow.clone()], script: vec![crash.clone()], ..calm(with_job(work)) };
    let repeated = |work: Work| -> u64 { (0..20).map(|seed| job(&run(&setup(work.clone()), None, seed)).repeated).sum() };
    assert!(repeated(fenced()) >= 15, "the second has the newer token: no fence can tell");
    assert_eq!(repeated(Work { idempotent: true, ..fenced() }), 0);
}

#[test]
fn a_job_that_came_due_in_a_pause_is_run_after_it_by_whoever_still_believes_to_lead() {
    let pause = Fault::Pause { who: vec![Target::Leader], lasting: Some(Span::millis(200)) };
    let setup = Setup { script: vec![event("pause", at(3_900, 3_950), pause, None)], ..calm(with_job(fenced())) };
    let outcome = run(&setup, None, 1);
    assert_eq!(job(&outcome).missed, 0, "{:?}", outcome.tenures);
}

#[test]
fn nothing_reaches_a_resource_that_is_down_and_nobody_is_blamed_for_it() {
    let down = || vec![Target::Part(String::from("resource"))];
    let script = vec![
        event("down", at(2_000, 2_000), Fault::Crash(down()), None),
        event("up", at(40_000, 40_000), Fault::Restart(down()), None),
    ];
    let setup = Setup { duration: Span::secs(60), script, ..calm(Work::default()) };
    let outcome = run(&setup, None, 1);
    assert_eq!(findings(&outcome), [""; 0]);
    let expected = 20 * 22;
    assert!(outcome.counters.acknowledged.abs_diff(expected) < 40, "{} of about {expected}", outcome.counters.acknowledged);
    assert_eq!(outcome.end, Time::ZERO + Span::secs(60));
}
