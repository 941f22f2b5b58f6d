//! How sure a baseline is, measured on the engine itself, over a family of scenarios, algorithms and measures: a timeout that is a fifth
//! longer must be flagged, and the same distribution drawn anew must not. Long: `cargo test --release --test gate -- --ignored --nocapture`.
//!
//! Every pair of scenario and algorithm is run once under each seed of a few salts. A repetition draws its seeds from these: a thousand
//! for the baseline, and a thousand others for what is held against it. So all repetitions share the runs, and each by itself is
//! what two checks under two salts are: which of these runs are of which check is drawn anew.

use std::sync::atomic::AtomicBool;

use reports::baseline::{self, Judged};
use reports::check::{Case, Ledger, Records, Run};
use scenarios::{Scenario, Sweep, library, misfit, run_one};
use sim::random::{Purpose, Stream};
use sim::{Options, Registry};

const REPETITIONS: u64 = 400;
/// Seeds of a baseline, and of what is held against it.
const SEEDS: usize = 1_000;
/// So many thousand runs of each pair are drawn from.
const SALTS: u32 = 2;

/// The algorithm that is made slower, and its setting as it is and a fifth longer.
const SLOWED: &str = "raft";
const TIMEOUT: [&str; 2] = ["[\"1s\", \"2s\"]", "[\"1200ms\", \"2400ms\"]"];
/// Where it alone is slower, in the third row.
const ALONE: &str = "leader-crash";

/// One algorithm in one scenario, under every seed of every salt.
struct Pool {
    scenario: &'static str,
    algorithm: &'static str,
    invariants: Vec<String>,
    runs: Vec<Run>,
    /// The same with the longer timeout, where it is the algorithm with one.
    slower: Vec<Run>,
}

/// Of each scenario of the library, with everybody who can play it.
fn pools(registry: &Registry) -> Vec<Pool> {
    let mut pools = Vec::new();
    for (name, text) in library() {
        for player in registry.iter() {
            let scenario = Scenario::parse(text, name, registry).expect("it is built in");
            if misfit(&scenario.setup, player, scenario.settings_of(player.name())).is_some() {
                continue;
            }
            let (invariants, runs) = runs(registry, (name, text), player.name(), TIMEOUT[0]);
            let slower =
                if player.name() == SLOWED { self::runs(registry, (name, text), SLOWED, TIMEOUT[1]).1 } else { Vec::new() };
            pools.push(Pool { scenario: name, algorithm: player.name(), invariants, runs, slower });
        }
        eprintln!("{name}: {} pairs by now", pools.len());
    }
    pools
}

fn runs(registry: &Registry, (name, text): (&str, &str), algorithm: &str, timeout: &str) -> (Vec<String>, Vec<Run>) {
    let player = registry.get(algorithm).expect("it is built in");
    let (mut invariants, mut runs) = (Vec::new(), Vec::new());
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let never = AtomicBool::new(false);
    for salt in 1..=SALTS {
        let set = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let slowed = (algorithm == SLOWED).then(|| set("algorithm.raft.election-timeout", timeout));
        let overrides: Vec<(String, String)> = [set("salt", &salt.to_string())].into_iter().chain(slowed).collect();
        let scenario = Scenario::parse_with(text, name, registry, &overrides).expect("it is in order");
        let options = || Options { fingerprint: false, ..Options::default() };
        Sweep { seeds: 0..SEEDS as u64, jobs, stop: &never }.each(
            |seed| {
                let outcome = run_one(&scenario, player, seed, options());
                let names: Vec<&'static str> = outcome.judgements.iter().map(|judgement| judgement.invariant).collect();
                (Run::new(&outcome), names)
            },
            |_, (run, names)| {
                runs.push(run);
                invariants = names;
            },
        );
    }
    (invariants.into_iter().map(String::from).collect(), runs)
}

/// The same for all pairs, because under one seed all algorithms meet the same weather: places in the pools, in a random order.
fn drawn(stream: &mut Stream) -> Vec<usize> {
    let mut places: Vec<usize> = (0..SEEDS * SALTS as usize).collect();
    for at in 0..2 * SEEDS {
        let other = at + stream.below((places.len() - at) as u64) as usize;
        places.swap(at, other);
    }
    places.truncate(2 * SEEDS);
    places
}

/// The case of a pair whose runs, seed by seed, are these.
fn case(pool: &Pool, runs: &[Run], places: &[usize]) -> Case {
    let runs = places.iter().enumerate().map(|(seed, place)| Run { seed: seed as u64, ..runs[*place].clone() }).collect();
    let (scenario, algorithm) = (pool.scenario.to_owned(), pool.algorithm.to_owned());
    let invariants = pool.invariants.clone();
    Case {
        scenario: scenario.clone(),
        file: None,
        algorithm: pool.algorithm,
        misfit: None,
        expects: Vec::new(),
        expects_line: None,
        thresholds: Vec::new(),
        harm_fails: false,
        measures_failover: false,
        measure_line: None,
        recovery_beyond_run: None,
        events: Vec::new(),
        records: Records { scenario, algorithm, digest: String::new(), invariants, runs },
        complaints: Vec::new(),
    }
}

/// Repetitions in which something was flagged, and questions that were asked in all of them.
#[derive(Default)]
struct Row {
    flagged: u64,
    asked: usize,
}

impl Row {
    fn add(&mut self, judged: &Judged, flagged: bool) {
        self.flagged += u64::from(flagged);
        self.asked += judged.family;
    }

    fn print(&self, what: &str) {
        let questions = self.asked as f64 / REPETITIONS as f64;
        println!("| {what} | {SEEDS} | {REPETITIONS} | {questions:.0} | {} |", self.flagged);
    }
}

#[test]
#[ignore = "more than a million runs"]
fn a_fifth_slower_is_flagged_and_the_same_distribution_drawn_anew_seldom_is() {
    let registry = hustings::registry();
    let pools = pools(&registry);
    let (mut anew, mut slower, mut alone) = (Row::default(), Row::default(), Row::default());
    let mut stream = Stream::new(0, Purpose::Measure);
    for _ in 0..REPETITIONS {
        let places = drawn(&mut stream);
        let (first, second) = places.split_at(SEEDS);
        let then: Vec<Records> = pools.iter().map(|pool| case(pool, &pool.runs, first).records).collect();
        let was = Ledger { cases: then, ..Ledger::new("", &[], &[], &[], (0, SEEDS as u64)) };
        let cases: Vec<Case> = pools.iter().map(|pool| case(pool, &pool.runs, second)).collect();
        let judged = baseline::judge(&cases, &was);
        anew.add(&judged, !judged.complaints.is_empty());
        // The one pair that is slower meets the seeds of the baseline; all others are drawn anew.
        let of = |pool: &Pool| pool.scenario == ALONE && pool.algorithm == SLOWED;
        let one = |pool: &Pool| if of(pool) { case(pool, &pool.slower, first) } else { case(pool, &pool.runs, second) };
        let cases: Vec<Case> = pools.iter().map(one).collect();
        let judged = baseline::judge(&cases, &was);
        alone.add(&judged, judged.complaints.iter().any(|(place, _)| of(&pools[*place])));
        // All of its scenarios are, and everything else is as it was.
        let runs =
            |pool: &Pool| if pool.slower.is_empty() { case(pool, &pool.runs, first) } else { case(pool, &pool.slower, first) };
        let judged = baseline::judge(&pools.iter().map(runs).collect::<Vec<Case>>(), &was);
        slower.add(&judged, judged.complaints.iter().any(|(place, _)| pools[*place].algorithm == SLOWED));
    }
    println!("{} pairs of a scenario and an algorithm", pools.len());
    println!("| what | seeds | repetitions | questions in the family | flagged |\n|---|---|---|---|---|");
    slower.print("timeout of raft a fifth longer");
    alone.print("the same in leader-crash alone, everything else drawn anew");
    anew.print("the same distribution, another salt");
    assert!(slower.flagged * 100 >= 95 * REPETITIONS && alone.flagged * 100 >= 95 * REPETITIONS);
    assert!(anew.flagged * 100 <= 5 * REPETITIONS, "{}", anew.flagged);
}
