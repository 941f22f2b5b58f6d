//! The recipe survives random faults, and the herd that one bug wakes breaks nothing. (The bugs are shown in the worlds of the zoo.)

use super::*;
use sim::Ratio;
use sim::fault::{Family, Swarm};
use sim::setup::Fencing;

/// So many seeds of each world stand for all, where nothing may be found.
const QUIET: u64 = 25;

/// Random faults of members and links, of the service and of the way to it.
fn bad_days(nodes: u16) -> Setup {
    let families = vec![Family::Crash, Family::Restart, Family::Partition, Family::Flap, Family::Loss, Family::Pause];
    let swarm = Swarm {
        families,
        from: Span::secs(10),
        until: Span::secs(130),
        every: Span::secs(3),
        lasting: (Span::millis(600), Span::secs(15)),
        loss: Ratio::new(1, 5),
        drift: Ratio::new(1, 10),
        core: Ratio::ZERO,
    };
    let again = |name: &str, mean, fault| {
        let every = Some(Delay::Exponential { mean: Span::secs(mean) });
        ScriptEvent { every, until: Some(Span::secs(125)), ..at(name, (10_000, 40_000), fault) }
    };
    let script = vec![
        again("cut", 20, cut_off(vec![Target::Leader])),
        again("deaf", 30, Fault::Cut { from: service(), to: vec![Target::Random], both: false }),
        again("mute", 30, Fault::Cut { from: vec![Target::Random], to: service(), both: false }),
        again("mend", 8, Fault::Heal),
        again("outage", 40, Fault::Outage { who: service(), lasting: Span::secs(4) }),
        again("change", 40, Fault::ServiceLeaderChange(service())),
        again("stop", 60, Fault::Crash(service())),
        again("start", 10, Fault::Restart(service())),
        at("in the end", (130_000, 130_000), Fault::Restart(service())),
        at("whole", (130_000, 130_000), Fault::Heal),
    ];
    let setup = world(script);
    // Without a fence a pause between check and effect does harm, bug or no bug.
    let work = Work { fencing: Fencing::AtLeast, ..setup.work };
    Setup { nodes, swarm: Some(swarm), work, duration: Span::secs(200), ..setup }
}

#[test]
fn random_faults_are_survived() {
    for nodes in [3, 5] {
        let mut changes: Vec<u64> = Vec::new();
        for seed in 0..4 * QUIET {
            let outcome = run(&bad_days(nodes), &settings(&[]), None, seed);
            assert_eq!(findings(&outcome), [""; 0], "{nodes} nodes, seed {seed}");
            changes.push(outcome.counters.leader_changes);
        }
        changes.sort_unstable();
        assert!(changes[changes.len() / 2] >= 3, "{nodes} nodes: too quiet to prove anything, {changes:?}");
    }
}

#[test]
fn watching_the_smallest_wakes_the_whole_herd_and_breaks_nothing() {
    let crash = world(vec![at("crash", (20_000, 20_000), Fault::Crash(vec![Target::Leader]))]);
    let crash = Setup { nodes: 7, ..crash };
    let gone = |mutant| logged(&crash, &settings(&[]), mutant, 1).1.count("sends Gone");
    assert_eq!((gone(None), gone(Some("L29"))), (1, 6), "notices when the first of seven goes");
    for seed in 0..QUIET {
        assert_eq!(findings(&run(&bad_days(5), &settings(&[]), Some("L29"), seed)), [""; 0], "seed {seed}");
    }
}
