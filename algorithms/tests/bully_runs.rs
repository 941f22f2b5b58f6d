//! Bully in the ordinary engine: what it promises while its assumptions hold, how it splits where they do not, and that
//! the variant `quorum-and-epoch` does not.

use std::collections::BTreeMap;

use algorithms::Bully;
use sim::delay::LinkPatch;
use sim::fault::{Fault, ScriptEvent, Shape, Target, When};
use sim::outcome::{Outcome, Standing, Verdict};
use sim::setup::{Fencing, MemberSetup};
use sim::{Delay, NodeId, Options, Ratio, Registry, Setup, Span, Time, Value};

const N5: NodeId = NodeId(4);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Variant {
    Plain,
    Safe,
}

use Variant::{Plain, Safe};

fn run(setup: &Setup, variant: Variant, seed: u64) -> Outcome {
    let settings = [(String::from("quorum-and-epoch"), Value::Switch(variant == Safe))];
    let registry = Registry::new().with::<Bully>();
    registry.get("bully").unwrap().run(setup, &settings, seed, Options::default())
}

/// At a time between these, in milliseconds.
fn event(name: &str, (low, high): (u64, u64), fault: Fault) -> ScriptEvent {
    let when = When::At(Delay::Uniform(Span::millis(low), Span::millis(high)));
    ScriptEvent { name: String::from(name), when, every: None, until: None, fault, bind: None, within: None }
}

/// Five members, n1 to n5, for as long as it takes to judge recovery.
fn story(script: Vec<ScriptEvent>) -> Setup {
    Setup { duration: Span::secs(21), script, ..Setup::default() }
}

/// Nearly the longest delays that the default settings are made for.
fn slow(setup: Setup) -> Setup {
    let mut setup = setup;
    setup.link.delay = Delay::Uniform(Span::millis(1), Span::millis(45));
    setup
}

fn n5() -> Vec<Target> {
    vec![Target::Member(4)]
}

fn crash_and_recovery() -> Setup {
    story(vec![event("crash", (3000, 3100), Fault::Crash(n5())), event("back", (5000, 5200), Fault::Restart(n5()))])
}

fn isolation() -> Setup {
    let cut = Fault::Partition(Shape::Groups(vec![n5(), vec![Target::Others]]));
    story(vec![event("cut", (3000, 3100), cut), event("mend", (8000, 8100), Fault::Heal)])
}

/// Violations of what is promised.
fn broken_promises(outcome: &Outcome) -> Vec<String> {
    let promised = outcome.judgements.iter().filter(|judgement| judgement.standing == Standing::Promised);
    let broken = promised.filter_map(|judgement| match &judgement.verdict {
        Verdict::Violated(violation) => Some(format!("{}: {} {}", judgement.invariant, violation.at, violation.saw)),
        _ => None,
    });
    broken.collect()
}

/// How long two members led at the same time.
fn overlap(outcome: &Outcome) -> Span {
    outcome.split_brain.longest_overlap
}

fn nodes(outcome: &Outcome) -> Vec<u16> {
    outcome.tenures.iter().map(|tenure| tenure.node.0 + 1).collect()
}

#[test]
fn without_faults_the_highest_number_leads_from_the_start_to_the_end() {
    for variant in [Plain, Safe] {
        for setup in [story(vec![]), slow(story(vec![]))] {
            let outcome = run(&setup, variant, 1);
            let [only] = &outcome.tenures[..] else { panic!("{variant:?}: {:?}", outcome.tenures) };
            assert_eq!((only.node, only.until), (N5, None));
            assert!(only.from < Time::ZERO + Span::millis(500), "{}", only.from);
            assert!(outcome.counters.acknowledged > 380, "{:?}", outcome.counters);
            assert_eq!(broken_promises(&outcome), [""; 0]);
        }
    }
}

#[test]
fn the_next_highest_takes_over_from_one_that_crashed_and_gives_way_when_it_recovers() {
    for variant in [Plain, Safe] {
        for seed in 0..50 {
            for setup in [crash_and_recovery(), slow(crash_and_recovery())] {
                let outcome = run(&setup, variant, seed);
                assert_eq!(nodes(&outcome), [5, 4, 5], "{variant:?} {seed}");
                assert_eq!(overlap(&outcome), Span::ZERO, "{variant:?} {seed}: n4 had stopped before n5 began");
                assert_eq!(broken_promises(&outcome), [""; 0], "{variant:?} {seed}");
            }
        }
    }
}

#[test]
fn an_isolated_highest_number_leads_for_ever_beside_the_other_coordinator_but_not_with_quorums() {
    for seed in 0..20 {
        let plain = run(&isolation(), Plain, seed);
        assert_eq!(nodes(&plain), [5, 4], "n5 never stopped: it has led in one stretch");
        assert!(overlap(&plain) > Span::secs(4));
        assert!(plain.split_brain.conflicting_effects > 0);
        assert_eq!(broken_promises(&plain), [""; 0], "the standing is: outside assumptions");

        let safe = run(&isolation(), Safe, seed);
        assert_eq!(nodes(&safe), [5, 4, 5]);
        assert_eq!(overlap(&safe), Span::ZERO, "n5 stopped before the others had given it up");
        assert_eq!(safe.split_brain.conflicting_effects, 0);
        assert_eq!(broken_promises(&safe), [""; 0]);
    }
}

#[test]
fn with_quorums_bad_links_of_high_numbers_keep_nobody_from_leading() {
    let cut = |shape| story(vec![event("cut", (3000, 3100), Fault::Partition(shape))]);
    let hub = cut(Shape::Star(Target::Member(0)));
    let chain = cut(Shape::Chain(vec![]));
    let bridge = cut(Shape::Bridge(Target::Member(2)));
    for (setup, last) in [(hub, 1), (chain, 4), (bridge, 5)] {
        for seed in 0..20 {
            let outcome = run(&setup, Safe, seed);
            // The highest of those that reach a majority leads, and is left alone.
            assert_eq!(nodes(&outcome).last(), Some(&last), "{seed}: {:?}", outcome.tenures);
            assert!(outcome.tenures.len() <= 2, "{seed}: {:?}", outcome.tenures);
            assert!(outcome.counters.leaderless < Span::secs(2), "{seed}: {}", outcome.counters.leaderless);
            assert_eq!(broken_promises(&outcome), [""; 0], "{seed}");
        }
    }
}

#[test]
fn with_quorums_two_that_reach_a_majority_each_do_not_take_turns() {
    // n5 reaches n1 and n2, n4 reaches n1 to n3, and they do not reach each other.
    let cut = Fault::Cut { from: n5(), to: vec![Target::Member(2), Target::Member(3)], both: true };
    for seed in 0..20 {
        let outcome = run(&story(vec![event("cut", (3000, 3100), cut.clone())]), Safe, seed);
        assert_eq!(nodes(&outcome), [5], "{seed}: {:?}", outcome.tenures);
        assert_eq!(broken_promises(&outcome), [""; 0], "{seed}");
    }
}

#[test]
fn a_highest_number_that_never_campaigns_follows_the_next() {
    for variant in [Plain, Safe] {
        let mut setup = story(vec![event("crash", (5000, 5000), Fault::Crash(vec![Target::Member(3)]))]);
        setup.members = vec![MemberSetup { ineligible: true, ..MemberSetup::of(4) }];
        let outcome = run(&setup, variant, 1);
        assert_eq!(nodes(&outcome), [4, 3], "{variant:?}");
        assert_eq!(broken_promises(&outcome), [""; 0], "{variant:?}");
    }
}

/// Members come and go for 13 s; at the end all are up. With `everything`, the links and disks and the members themselves have
/// bad times as well.
fn random_faults(members: u16, everything: bool) -> Setup {
    let mut faults = Vec::new();
    for _ in 0..8 {
        faults.push(Fault::Crash(vec![Target::Random]));
        faults.push(Fault::Restart(vec![Target::All]));
    }
    faults.extend([const { Vec::new() }; 4].map(|mut who: Vec<Target>| {
        who.push(Target::Leader);
        Fault::Crash(who)
    }));
    if everything {
        faults.truncate(9);
        let (random, all, lasting) = (|| vec![Target::Random], || vec![Target::All], Some(Span::millis(900)));
        let bad = LinkPatch {
            loss: Some(Ratio::new(1, 5)),
            duplicate: Some(Ratio::new(1, 5)),
            delay: Some(Delay::Uniform(Span::millis(1), Span::millis(400))),
            ..LinkPatch::default()
        };
        faults.extend([
            Fault::Partition(Shape::Groups(vec![vec![Target::MinorityWithLeader]])),
            Fault::Partition(Shape::Groups(vec![vec![Target::QuorumWithLeader]])),
            Fault::Partition(Shape::Bridge(Target::Random)),
            Fault::Partition(Shape::Star(Target::Random)),
            Fault::Partition(Shape::Ring),
            Fault::Cut { from: vec![Target::Leader], to: random(), both: false },
            Fault::Cut { from: random(), to: vec![Target::Leader], both: true },
            Fault::Heal,
            Fault::Heal,
            Fault::Degrade { from: all(), to: all(), both: true, patch: bad, lasting: Span::secs(2) },
            Fault::Pause { who: vec![Target::Leader], lasting },
            Fault::Pause { who: random(), lasting },
            Fault::StallDisk { who: random(), lasting: Span::secs(1) },
            Fault::SlowDisk { who: all(), latency: Delay::Uniform(Span::ZERO, Span::millis(300)), lasting: Span::secs(1) },
        ]);
    }
    let mut script: Vec<_> =
        faults.into_iter().enumerate().map(|(i, fault)| event(&format!("fault-{i}"), (2_000, 15_000), fault)).collect();
    script.push(event("mend", (20_000, 20_000), Fault::Heal));
    script.push(event("restart", (20_000, 20_000), Fault::Restart(vec![Target::All])));
    let mut setup = story(script);
    setup.nodes = members;
    setup.disk = Delay::Uniform(Span::micros(100), Span::millis(5));
    setup.duration = Span::secs(40);
    setup
}

/// Runs that many seeds over clusters of several sizes; nothing that is promised may be broken.
fn survives(variant: Variant, everything: bool, seeds: u64) {
    let mut exercised: BTreeMap<&str, u64> = BTreeMap::new();
    let mut changes = 0;
    for seed in 0..seeds {
        let mut setup = random_faults([2, 3, 4, 5, 7][seed as usize % 5], everything);
        if seed % 2 == 1 {
            setup = slow(setup);
        }
        if variant == Safe && seed % 3 == 0 {
            setup.work.fencing = Fencing::AtLeast;
        }
        let outcome = run(&setup, variant, seed);
        assert_eq!(broken_promises(&outcome), [""; 0], "{variant:?} {seed} {} members", setup.nodes);
        let fenced = setup.work.fencing == Fencing::AtLeast;
        assert!(!fenced || outcome.split_brain.conflicting_effects == 0, "{variant:?} {seed}: the epoch is the token");
        changes += outcome.counters.leader_changes;
        for judgement in &outcome.judgements {
            *exercised.entry(judgement.invariant).or_default() += judgement.exercised;
        }
    }
    println!("{variant:?}: {seeds} seeds, {changes} leader changes, exercised {exercised:?}");
    assert!(changes > 2 * seeds, "{changes}");
}

#[test]
fn crashes_and_restarts_break_no_promise() {
    survives(Plain, false, 150);
    survives(Safe, false, 150);
}

#[test]
fn with_quorums_nothing_breaks_a_promise() {
    survives(Safe, true, 300);
}

#[test]
#[ignore = "ten thousand seeds of each, for when the elections change"]
fn ten_thousand_seeds_break_no_promise() {
    survives(Plain, false, 10_000);
    survives(Safe, false, 10_000);
    survives(Safe, true, 10_000);
}
