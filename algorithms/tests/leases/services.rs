//! What befalls the service itself: it is out of order, crashes, or changes its leader, and whoever stands on it comes through.

use sim::fault::{Fault, Target};
use sim::setup::{Fencing, Work};
use sim::{Setup, Span};

use crate::ordeal::{ETCD, KUBERNETES, Ordeal, event, findings, story};

const SEEDS: u64 = 50;

fn services() -> Vec<Target> {
    vec![Target::Services]
}

fn both(setup: &Setup) -> [Ordeal; 2] {
    let work = Work { fencing: Fencing::AtLeast, ..setup.work.clone() };
    let setup = Setup { work, ..setup.clone() };
    let etcd = Ordeal::new("service", ETCD, setup.clone()).span("ttl", Span::secs(15)).word("deadline-from", "send");
    [Ordeal::new("service", KUBERNETES, setup), etcd]
}

/// In every seed nothing is found, and these are the fewest and the most changes of leader.
fn changes(ordeal: &Ordeal) -> (u64, u64) {
    let runs: Vec<u64> = (0..SEEDS)
        .map(|seed| {
            let outcome = ordeal.run(None, seed);
            assert_eq!(findings(&outcome), [""; 0], "{}, seed {seed}", ordeal.algorithm);
            assert!(outcome.counters.acknowledged > 100, "{}, seed {seed}: it works", ordeal.algorithm);
            outcome.counters.leader_changes
        })
        .collect();
    (runs.iter().copied().min().unwrap_or(0), runs.iter().copied().max().unwrap_or(0))
}

#[test]
fn a_short_outage_is_ridden_out_and_a_long_one_costs_the_leader_its_lease() {
    let outage =
        |seconds| story(3, 150, vec![event("out", (20, 22), Fault::Outage { who: services(), lasting: Span::secs(seconds) })]);
    for ordeal in both(&outage(4)) {
        assert_eq!(changes(&ordeal), (0, 0), "{}", ordeal.algorithm);
    }
    for ordeal in both(&outage(40)) {
        assert!(changes(&ordeal).0 >= 1, "{}", ordeal.algorithm);
    }
}

#[test]
fn a_service_that_crashes_and_comes_back_has_lost_nothing() {
    // Not for so long that two requests in a row, of five seconds each, are lost: that would be the leader's ten.
    let script = vec![event("crash", (20, 22), Fault::Crash(services())), event("back", (23, 24), Fault::Restart(services()))];
    for ordeal in both(&story(3, 150, script)) {
        assert_eq!(changes(&ordeal), (0, 0), "{}", ordeal.algorithm);
    }
}

#[test]
fn another_leader_of_the_service_gives_a_dead_holder_its_full_time_again() {
    let gone = event("gone", (20, 21), Fault::Crash(vec![Target::Leader]));
    let change = event("change", (25, 26), Fault::ServiceLeaderChange(services()));
    let leaderless = |script| {
        let [_, etcd] = both(&story(3, 150, script));
        changes(&etcd);
        (0..SEEDS).map(|seed| etcd.run(None, seed).counters.leaderless).min().expect("some seeds")
    };
    let (plain, prolonged) = (leaderless(vec![gone.clone()]), leaderless(vec![gone, change]));
    assert!(prolonged > plain + Span::secs(4), "{plain} and {prolonged}");
}
