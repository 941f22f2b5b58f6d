//! The null comparison: an algorithm against itself under another salt, where every difference that is called is a false alarm.

use std::sync::atomic::AtomicBool;

use reports::compare::{Column, Seed};
use scenarios::{Scenario, Sweep};
use sim::Options;

/// One column under this salt and these settings.
fn column(scenario: &str, algorithm: &'static str, set: &[(&str, String)], seeds: u64) -> Column {
    let registry = hustings::registry();
    let found = scenarios::find(scenario).unwrap_or_else(|complaints| panic!("{}", complaints.render(false)));
    let set: Vec<(String, String)> = set.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    let parsed = Scenario::parse_with(&found.text, &found.origin, &registry, &set)
        .unwrap_or_else(|complaints| panic!("{}", complaints.render(false)));
    let player = registry.get(algorithm).unwrap_or_else(|| panic!("no algorithm `{algorithm}`"));
    let mut column = Column::new(algorithm, None);
    let options = || Options { checks: false, fingerprint: false, ..Options::default() };
    let run = |seed| Seed::new(&player.run(&parsed.setup, parsed.settings_of(algorithm), seed, options()));
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    Sweep { seeds: 0..seeds, jobs, stop: &AtomicBool::new(false) }.each(run, |_, seed| column.seeds.push(seed));
    column
}

fn salted(salt: u32, seeds: u64) -> Column {
    column("leader-crash", "raft", &[("salt", salt.to_string())], seeds)
}

#[test]
fn salt_zero_is_no_salt_and_another_one_leaves_no_run_as_it_was() {
    let plain = column("leader-crash", "raft", &[], 20);
    let (zero, one) = (salted(0, 20), salted(1, 20));
    let failover = |column: &Column| -> Vec<Option<u64>> {
        column.seeds.iter().map(|seed| seed.first.and_then(|first| first.total())).collect()
    };
    assert_eq!(failover(&plain), failover(&zero));
    let numbers: Vec<u64> = one.seeds.iter().map(|seed| seed.seed).collect();
    assert_eq!(numbers, (0..20).collect::<Vec<u64>>(), "a run is still called by its seed");
    let same = failover(&zero).iter().zip(failover(&one)).filter(|(zero, one)| **zero == *one).count();
    assert_eq!(same, 0);
}

/// Issue a figure: `cargo test --release --test null -- --ignored --nocapture`.
#[test]
#[ignore = "80 000 runs"]
fn an_algorithm_is_called_different_from_itself_in_fewer_than_one_in_20_comparisons() {
    const REPETITIONS: u32 = 200;
    const SEEDS: u64 = 200;
    let (mut called, mut by_interval) = (0, 0);
    for repetition in 0..REPETITIONS {
        let (one, other) = (salted(2 * repetition + 1, SEEDS), salted(2 * repetition + 2, SEEDS));
        let compared = one.against(&other).expect("both lost leaders");
        called += u32::from(compared.differs());
        by_interval += u32::from(compared.ratio.expect("both recover").excludes(1.0));
    }
    println!("the same algorithm: called different in {called} of {REPETITIONS}, by the interval alone in {by_interval}");
    assert!(called * 20 <= REPETITIONS, "{called} of {REPETITIONS}");
}

/// The same comparison is able to call a difference: timeouts a fifth longer, under another salt.
#[test]
#[ignore = "40 000 runs"]
fn an_algorithm_with_timeouts_a_fifth_longer_is_called_slower_in_nearly_all_comparisons() {
    const REPETITIONS: u32 = 50;
    const SEEDS: u64 = 400;
    let slower = |repetition: u32| {
        let timeouts = ("algorithm.raft.election-timeout", String::from("[1200ms, 2400ms]"));
        let slow = column("leader-crash", "raft", &[("salt", (2 * repetition + 2).to_string()), timeouts], SEEDS);
        let compared = salted(2 * repetition + 1, SEEDS).against(&slow).expect("both lost leaders");
        compared.differs() && compared.ratio.expect("both recover").value < 1.0
    };
    let called = (0..REPETITIONS).filter(|repetition| slower(*repetition)).count();
    println!("timeouts a fifth longer: called slower in {called} of {REPETITIONS}");
    assert!(called * 20 >= REPETITIONS as usize * 19, "{called} of {REPETITIONS}");
}
