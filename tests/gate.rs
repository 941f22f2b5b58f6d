//! How sure a baseline is, measured on the engine itself: a timeout that is a fifth longer, and the same distribution drawn anew, over a
//! family of scenarios, algorithms and measures. Long: `cargo test --release --test gate -- --ignored --nocapture`.

use std::sync::atomic::AtomicBool;

use reports::baseline;
use reports::check::{Case, Ledger, Records, Run};
use scenarios::{Scenario, Sweep, find, run_one};
use sim::{Options, Registry};

const REPETITIONS: u64 = 100;
const SEEDS: u64 = 1_000;
const SCENARIOS: [&str; 2] = ["leader-crash", "leader-isolated"];
const ALGORITHMS: [&str; 3] = ["raft", "bully", "zab"];

/// The setting of Raft that is made slower, as it is and a fifth longer.
const TIMEOUT: (&str, &str, &str) = ("algorithm.raft.election-timeout", "[\"1s\", \"2s\"]", "[\"1200ms\", \"2400ms\"]");

/// One algorithm in one scenario, under this salt.
fn case(registry: &Registry, name: &str, algorithm: &'static str, salt: u64, timeout: &str) -> Case {
    let found = find(name).expect("a scenario of the library");
    let set = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let overrides = [set("salt", &salt.to_string()), set(TIMEOUT.0, timeout)];
    let scenario = Scenario::parse_with(&found.text, name, registry, &overrides).expect("it is in order");
    let player = registry.get(algorithm).expect("it is built in");
    let (mut runs, mut invariants) = (Vec::new(), Vec::new());
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let never = AtomicBool::new(false);
    Sweep { seeds: 0..SEEDS, jobs, stop: &never }.each(
        |seed| {
            let outcome = run_one(&scenario, player, seed, Options { fingerprint: false, ..Options::default() });
            let names: Vec<String> = outcome.judgements.iter().map(|judgement| judgement.invariant.to_owned()).collect();
            (Run::new(&outcome), names)
        },
        |_, (run, names)| {
            runs.push(run);
            invariants = names;
        },
    );
    let (scenario, algorithm_name) = (name.to_owned(), algorithm.to_owned());
    Case {
        scenario: scenario.clone(),
        file: None,
        algorithm,
        misfit: None,
        expects: Vec::new(),
        expects_line: None,
        thresholds: Vec::new(),
        measures_failover: false,
        repeated: Vec::new(),
        records: Records { scenario, algorithm: algorithm_name, digest: String::new(), invariants, runs },
        complaints: Vec::new(),
    }
}

fn family(registry: &Registry, salt: u64) -> Vec<Case> {
    let pairs = SCENARIOS.iter().flat_map(|scenario| ALGORITHMS.iter().map(move |algorithm| (*scenario, *algorithm)));
    pairs.map(|(scenario, algorithm)| case(registry, scenario, algorithm, salt, TIMEOUT.1)).collect()
}

#[test]
#[ignore = "a million runs"]
fn a_fifth_slower_is_flagged_and_the_same_distribution_drawn_anew_seldom_is() {
    let registry = hustings::registry();
    let (mut flagged, mut alarms, mut asked) = (0, 0, 0);
    for repetition in 0..REPETITIONS {
        let then = family(&registry, 2 * repetition + 1);
        let records = then.iter().map(|case| case.records.clone()).collect();
        let was = Ledger { cases: records, ..Ledger::new("", &[], &[], &[], (0, SEEDS)) };
        let anew = baseline::judge(&family(&registry, 2 * repetition + 2), &was);
        alarms += usize::from(!anew.complaints.is_empty());
        asked += anew.family;
        let slower = |case_then: Case| match case_then.algorithm {
            "raft" => case(&registry, &case_then.scenario, "raft", 2 * repetition + 1, TIMEOUT.2),
            _ => case_then,
        };
        let slower: Vec<Case> = then.into_iter().map(slower).collect();
        let judged = baseline::judge(&slower, &was);
        flagged += usize::from(judged.complaints.iter().any(|(place, _)| slower[*place].algorithm == "raft"));
    }
    let questions = asked as f64 / REPETITIONS as f64;
    println!("| what | seeds | repetitions | questions in a family | flagged |\n|---|---|---|---|---|");
    println!("| timeout of raft a fifth longer | {SEEDS} | {REPETITIONS} | | {flagged} |");
    println!("| the same distribution, another salt | {SEEDS} | {REPETITIONS} | {questions:.1} | {alarms} |");
    assert!(flagged * 100 >= 95 * REPETITIONS as usize, "{flagged}");
    assert!(alarms * 100 <= 5 * REPETITIONS as usize, "{alarms}");
}
