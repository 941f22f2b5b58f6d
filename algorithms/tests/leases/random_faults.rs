//! Random faults, and what the leases promise is kept. (Their bugs are shown in the worlds of the zoo.)

use sim::fault::{Family, Swarm};
use sim::setup::{Fencing, Work};
use sim::{Ratio, Setup, Span};

use crate::ordeal::{ETCD, KUBERNETES, Ordeal, findings, story};

/// So many seeds stand for all, where nothing may be found.
const QUIET: u64 = 25;

fn fenced(setup: Setup) -> Setup {
    let work = Work { fencing: Fencing::AtLeast, ..setup.work };
    Setup { work, ..setup }
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
        core: Ratio::ZERO,
    };
    let setup = fenced(story(nodes, 0, Vec::new()));
    Setup { duration: timeout.times(40), swarm: Some(swarm), ..setup }
}

fn etcd(name: &'static str, setup: Setup) -> Ordeal {
    Ordeal::new(name, ETCD, setup).span("ttl", Span::secs(6)).word("deadline-from", "send")
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
            assert_eq!(findings(&outcome), [""; 0], "{}: {algorithm}, {nodes} nodes, seed {seed}", ordeal.name);
            changes.push(outcome.counters.leader_changes);
        }
        changes.sort_unstable();
        println!("{algorithm}, {nodes} nodes: {} to {} leader changes", changes[0], changes[changes.len() - 1]);
        assert!(changes[changes.len() / 2] >= 3, "{algorithm}, {nodes} nodes: too quiet to prove anything, {changes:?}");
    }
}
