//! Every mutant works while nothing goes wrong, and is caught by the invariant that its entry names, under the recipe's own
//! promises; the recipe itself survives the same worlds, and the equivalent is caught by nothing. `-- --nocapture` prints the
//! table.

use super::*;
use sim::delay::LinkPatch;
use sim::fault::{Family, Swarm};
use sim::setup::{Fencing, MemberSetup};
use sim::{Promise, Ratio};

/// Within so many seeds a bug must be found.
const BUDGET: u64 = 1000;
/// So many seeds of each world stand for all, where nothing may be found.
const QUIET: u64 = 25;

/// Answers take about as long as a third of the session, for a while.
fn late_answers() -> Setup {
    let patch = LinkPatch { delay: Some(Delay::Uniform(Span::millis(1_900), Span::millis(2_500))), ..LinkPatch::default() };
    let slow = Fault::Degrade { from: service(), to: vec![Target::All], both: false, patch, lasting: Span::secs(30) };
    out_of_step(world(vec![at("slow", (20_000, 22_000), slow)]))
}

/// The members' clocks are slow and the service's is fast, within the bound.
fn clocks_apart() -> Setup {
    let rate = Fault::ClockRate { who: service(), rate: Ratio::new(11, 10) };
    let slow = |number| MemberSetup { clock_rate: Ratio::new(9, 10), ..MemberSetup::of(number) };
    Setup { members: (0..3).map(slow).collect(), ..world(vec![at("fast", (0, 3_000), rate)]) }
}

/// A contender goes that does not lead; when its session is over, the one behind it is told.
fn contender_goes() -> Setup {
    Setup { nodes: 5, ..world(vec![at("crash", (20_000, 22_000), Fault::Crash(vec![Target::Follower]))]) }
}

fn holder_cut_off() -> Setup {
    world(vec![at("cut", (20_000, 24_000), cut_off(vec![Target::Leader])), at("heal", (60_000, 60_000), Fault::Heal)])
}

/// The service is away for longer than clients wait for it; the leader that it has when it comes back gives the old sessions
/// their full time (CURATOR-696).
fn service_away() -> Setup {
    let outage = Fault::Outage { who: service(), lasting: Span::secs(14) };
    let change = Fault::ServiceLeaderChange(service());
    world(vec![at("away", (20_000, 20_000), outage), at("elects", (33_500, 33_900), change)])
}

/// One member hears no answers when it asks for its node.
fn deaf_at_the_start() -> Setup {
    let deaf = Fault::Cut { from: service(), to: member(2), both: false };
    let script = vec![at("deaf", (2, 30), deaf), at("heals", (2_500, 2_500), Fault::Heal)];
    Setup { duration: Span::secs(200), ..world(script) }
}

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

/// Where the rule that a mutant breaks matters.
fn ordeal(id: &str) -> (&'static str, Setup) {
    match id {
        "L1" => ("late answers", late_answers()),
        "L3" => ("clocks apart", clocks_apart()),
        "L9" => ("a contender goes", contender_goes()),
        "L27" => ("holder cut off", holder_cut_off()),
        "L28" => ("service away", service_away()),
        "L30" => ("deaf at the start", deaf_at_the_start()),
        _ => ("random faults", bad_days(5)),
    }
}

fn invariant(promise: Promise) -> &'static str {
    sim::audit::catalogue::of(promise).name
}

#[test]
fn a_mutant_passes_while_nothing_goes_wrong() {
    for mutant in ZookeeperRecipe::MUTANTS {
        for nodes in [2, 3, 5] {
            for seed in 0..5 {
                let outcome = run(&Setup { nodes, ..world(vec![]) }, &settings(&[]), Some(mutant.id), seed);
                assert_eq!(findings(&outcome), [""; 0], "{} of {nodes}, seed {seed}", mutant.id);
                assert!(outcome.counters.acknowledged > 400, "{} of {nodes}, seed {seed}: it works", mutant.id);
            }
        }
    }
}

#[test]
fn a_mutant_is_caught_by_the_invariant_that_it_breaks() {
    for mutant in ZookeeperRecipe::MUTANTS {
        let Some(promise) = mutant.caught_by else { continue };
        let (name, setup) = ordeal(mutant.id);
        let named = format!("{}: ", invariant(promise));
        let found = |seed: u64, bug| findings(&run(&setup, &settings(&[]), bug, seed));
        let seed = (0..BUDGET).find(|&seed| found(seed, Some(mutant.id)).iter().any(|finding| finding.starts_with(&named)));
        let seeds = seed.map_or(String::from("never"), |seed| (seed + 1).to_string());
        println!("{:<4} {:<26} {name:<22} seeds needed: {seeds}", mutant.id, invariant(promise));
        let seed = seed.unwrap_or_else(|| panic!("{} is not caught by {}", mutant.id, invariant(promise)));
        assert_eq!(found(seed, None), [""; 0], "without the bug, the same world is survived: {}", mutant.id);
    }
}

#[test]
fn without_a_bug_all_these_worlds_are_survived() {
    for id in ["L1", "L3", "L9", "L27", "L28", "L30"] {
        let (name, setup) = ordeal(id);
        for seed in 0..QUIET {
            assert_eq!(findings(&run(&setup, &settings(&[]), None, seed)), [""; 0], "{name}, seed {seed}");
        }
    }
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
