//! Every mutant works while nothing goes wrong, and is caught by the invariant that its entry names, under the algorithm's own
//! promises; without the bug the same world is survived.

use algorithms::{EtcdSession, KubernetesLease};
use sim::fault::{Family, Fault, Swarm, Target};
use sim::setup::{Fencing, MemberSetup, Work};
use sim::{Algorithm, Delay, LinkPatch, Promise, Ratio, Setup, Span};

use crate::ordeal::{ETCD, KUBERNETES, Ordeal, cut_off, event, findings, story};

/// Within so many seeds a bug must be found.
const BUDGET: u64 = 1000;
/// So many seeds stand for all, where nothing may be found.
const QUIET: u64 = 25;

fn leader() -> Vec<Target> {
    vec![Target::Leader]
}

/// The leader cannot reach the service for a minute (Kubernetes #23731).
fn leader_cut_off() -> Setup {
    story(3, 140, vec![event("cut", (20, 22), cut_off(Target::Leader)), event("mend", (82, 82), Fault::Heal)])
}

fn leader_gone(nodes: u16) -> Setup {
    story(nodes, 160, vec![event("crash", (20, 22), Fault::Crash(leader()))])
}

/// The wall clocks of the challengers jump by an hour (Kubernetes #125761), while the leader cannot renew for a short time. (When
/// it can, every poll finds the record changed, and counts anew by the clock that has jumped.)
fn wall_clocks_jump() -> Setup {
    let jump = Fault::ClockJump { who: vec![Target::Others], by: 3_600_000_000_000 };
    let script = vec![
        event("cut", (20, 22), cut_off(Target::Leader)),
        event("jump", (25, 26), jump),
        event("mend", (29, 29), Fault::Heal),
    ];
    story(3, 90, script)
}

/// It takes a while from reading the record to replacing it.
fn far(setup: Setup) -> Setup {
    let mut setup = setup;
    setup.link.delay = Delay::Uniform(Span::millis(50), Span::millis(150));
    setup
}

/// The wall clock of n2 is ahead.
fn wall_clock_is_off() -> Setup {
    let members = vec![MemberSetup { wall_offset: 20_000_000_000, ..MemberSetup::of(1) }];
    Setup { members, ..story(3, 90, Vec::new()) }
}

/// Fenced: what a leader does when it wakes up would be harm.
fn leader_paused() -> Setup {
    let pause = Fault::Pause { who: leader(), lasting: Some(Span::secs(40)) };
    fenced(story(3, 140, vec![event("pause", (20, 22), pause)]))
}

fn fenced(setup: Setup) -> Setup {
    let work = Work { fencing: Fencing::AtLeast, ..setup.work };
    Setup { work, ..setup }
}

/// What the service says reaches the leader late.
fn late_answers() -> Setup {
    let patch = LinkPatch { delay: Some(Delay::Uniform(Span::millis(1), Span::millis(400))), ..LinkPatch::default() };
    let late = Fault::Degrade { from: vec![Target::Services], to: leader(), both: false, patch, lasting: Span::secs(20) };
    story(3, 60, vec![event("late", (10, 12), late)])
}

/// One that waits is cut off until its session is over; later the leader goes.
fn session_lost_while_waiting() -> Setup {
    let script = vec![
        event("cut", (10, 12), cut_off(Target::Follower)),
        event("mend", (30, 30), Fault::Heal),
        event("crash", (40, 42), Fault::Crash(leader())),
    ];
    story(3, 90, script)
}

/// Random faults for twenty timeouts, then three times the time to recover in.
fn bad_days(nodes: u16, timeout: Span) -> Setup {
    let swarm = Swarm {
        families: Family::USUAL.to_vec(),
        from: timeout.times(2),
        until: timeout.times(24),
        every: timeout.fraction(1, 3),
        lasting: (timeout.fraction(1, 10), timeout.fraction(5, 2)),
        loss: Ratio::new(1, 5),
        drift: Ratio::new(1, 50),
    };
    let setup = fenced(story(nodes, 0, Vec::new()));
    Setup { duration: timeout.times(40), swarm: Some(swarm), ..setup }
}

fn etcd(name: &'static str, setup: Setup) -> Ordeal {
    Ordeal::new(name, ETCD, setup).span("ttl", Span::secs(6)).word("deadline-from", "send")
}

/// Where the rule that a mutant breaks matters.
fn ordeal(id: &str) -> Ordeal {
    match id {
        "L1" => etcd("late answers", late_answers()).span("clock-margin", Span::millis(100)),
        "L9" => etcd("session lost while waiting", session_lost_while_waiting()),
        "L2" => Ordeal::new("wall clocks jump", KUBERNETES, wall_clocks_jump()),
        "L4" => Ordeal::new("wall clock is off", KUBERNETES, wall_clock_is_off()),
        "L5" => Ordeal::new("leader gone", KUBERNETES, leader_gone(3)),
        "L6" => Ordeal::new("leader gone, far service", KUBERNETES, far(leader_gone(5))),
        "L7" => {
            Ordeal::new("leader paused", KUBERNETES, leader_paused()).on("release-on-cancel").word("release-check", "fetched")
        }
        _ => Ordeal::new("leader cut off", KUBERNETES, leader_cut_off()),
    }
}

fn invariant(promise: Promise) -> &'static str {
    sim::audit::catalogue::of(promise).name
}

/// Every mutant: its name, what must catch it, and where.
fn all() -> Vec<(&'static str, &'static str, Ordeal)> {
    let promise = |caught_by: Option<Promise>| invariant(caught_by.expect("no equivalents here"));
    let kubernetes = KubernetesLease::MUTANTS.iter().map(|mutant| (mutant.id, promise(mutant.caught_by)));
    let etcd = EtcdSession::MUTANTS.iter().map(|mutant| (mutant.id, promise(mutant.caught_by)));
    kubernetes.chain(etcd).map(|(id, promise)| (id, promise, ordeal(id))).collect()
}

#[test]
fn a_mutant_passes_while_nothing_goes_wrong() {
    for (id, _, ordeal) in all() {
        let healthy = Ordeal { setup: story(5, 100, Vec::new()), ..ordeal };
        for seed in 0..5 {
            let outcome = healthy.run(Some(id), seed);
            assert_eq!(findings(&outcome), [""; 0], "{id}, seed {seed}");
            assert!(outcome.counters.acknowledged > 900, "{id}, seed {seed}: it works");
        }
    }
}

#[test]
fn a_mutant_is_caught_by_the_invariant_that_it_breaks() {
    for (id, promise, ordeal) in all() {
        let seed = (0..BUDGET).find(|seed| findings(&ordeal.run(Some(id), *seed)).contains(&promise));
        let seeds = seed.map_or(String::from("never"), |seed| (seed + 1).to_string());
        println!("{id:<4} {:<16} {promise:<24} {:<26} seeds needed: {seeds}", ordeal.algorithm, ordeal.name);
        let seed = seed.unwrap_or_else(|| panic!("{id} is not caught by {promise}"));
        assert_eq!(findings(&ordeal.run(None, seed)), [""; 0], "without the bug, the same world is survived: {id}");
    }
}

#[test]
fn without_a_bug_the_same_troubles_are_survived() {
    for (id, _, ordeal) in all() {
        for seed in 0..QUIET {
            assert_eq!(findings(&ordeal.run(None, seed)), [""; 0], "{} ({id}), seed {seed}", ordeal.name);
        }
    }
}

#[test]
fn without_a_bug_random_faults_are_survived() {
    let kubernetes = |nodes| Ordeal::new("random faults", KUBERNETES, bad_days(nodes, Span::secs(15)));
    let margin = |nodes| etcd("random faults", bad_days(nodes, Span::secs(6))).span("clock-margin", Span::secs(1));
    for ordeal in [3, 4, 5].into_iter().flat_map(|nodes| [kubernetes(nodes), margin(nodes)]) {
        let (algorithm, nodes) = (ordeal.algorithm, ordeal.setup.nodes);
        let mut changes: Vec<u64> = Vec::new();
        for seed in 0..QUIET {
            let outcome = ordeal.run(None, seed);
            assert_eq!(findings(&outcome), [""; 0], "{algorithm}, {nodes} nodes, seed {seed}");
            changes.push(outcome.counters.leader_changes);
        }
        changes.sort_unstable();
        println!("{algorithm}, {nodes} nodes: {} to {} leader changes", changes[0], changes[changes.len() - 1]);
        assert!(changes[changes.len() / 2] >= 3, "{algorithm}, {nodes} nodes: too quiet to prove anything, {changes:?}");
    }
}
