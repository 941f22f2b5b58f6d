//! What the engine costs, as a share of the speed of a bare loop that does the same and checks nothing; whether an event stays as
//! cheap in long runs and large clusters; and the memory of a run. First the comparison in interleaved rounds, which is what counts
//! (a shared machine drifts), then the same three under Criterion.

mod players;
mod ruler;
mod workload;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use workload::{Extras, Workload};

/// So many that a neighbour on the machine who is busy for a while does not decide.
const ROUNDS: usize = 15;
/// Virtual seconds a seed, and as long as a run may be before an event gets dearer.
const SECONDS: u64 = 60;
const LONG: u64 = 6_000;
const NODES: u16 = 5;
const MANY_NODES: u16 = 99;

/// Shares of the ruler's events a second that the engine has to reach, with fingerprint and checks, and without.
const TARGET: f64 = 0.33;
const GOAL: f64 = 0.40;
const TARGET_BARE: f64 = 0.45;
/// How much dearer an event may be in a long run and in a large cluster.
const TARGET_LONG: f64 = 1.10;
const TARGET_MANY: f64 = 3.0;
/// How far the engine's number of events may be from the ruler's: else they did not do the same.
const SAME_WORK: f64 = 0.02;
const MEMORY_MIB: f64 = 4.0;

fn main() {
    // Without this flag Cargo only wants to know whether the bench runs at all.
    if std::env::args().any(|argument| argument == "--bench") {
        // `cargo bench --bench speed players` measures one section only.
        let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
        let sections: [(&str, fn()); 4] =
            [("memory", memory), ("interleaved", interleaved), ("growth", growth), ("players", players::measure)];
        for (_, measure) in sections.into_iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name)) {
            measure();
        }
    }
    criterion_groups();
}

/// Seconds that this took, and what it gave.
#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
fn timed(work: impl FnOnce() -> u64) -> (f64, u64) {
    let start = Instant::now();
    let events = black_box(work());
    (start.elapsed().as_secs_f64(), events)
}

/// Events a second.
fn rate(work: impl FnOnce() -> u64) -> f64 {
    let (seconds, events) = timed(work);
    events as f64 / seconds
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn ruler(seeds: std::ops::Range<u64>) -> u64 {
    seeds.map(|seed| ruler::run(black_box(seed), SECONDS).events).sum()
}

fn met(is: bool) -> &'static str {
    if is { "met" } else { "NOT MET" }
}

fn interleaved() {
    // A quarter of a second for the ruler on a machine of today.
    const SEEDS: u64 = 1_500;
    let workload = Workload::new(NODES, SECONDS);
    let (of_ruler, of_engine) = (ruler(0..SEEDS), workload.run(0..SEEDS, Extras::On));
    let apart = (of_engine as f64 / of_ruler as f64 - 1.0).abs();
    println!("\nworkload W, {SEEDS} seeds of {SECONDS} virtual seconds, medians of {ROUNDS} interleaved rounds");
    println!("  events: ruler {of_ruler}, engine {of_engine} ({:.2} % apart)", apart * 100.0);
    assert!(apart <= SAME_WORK, "the ruler and the engine do not do the same work");

    let (mut plain, mut full, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        plain.push(rate(|| ruler(0..SEEDS)));
        full.push(rate(|| workload.run(0..SEEDS, Extras::On)));
        bare.push(rate(|| workload.run(0..SEEDS, Extras::Off)));
    }
    let share = |engine: &[f64]| median(engine.iter().zip(&plain).map(|(engine, ruler)| engine / ruler).collect());
    let (share_full, share_bare) = (share(&full), share(&bare));
    println!("  ruler                              {:6.2} M events/s", median(plain.clone()) / 1e6);
    println!(
        "  engine, fingerprint and checks     {:6.2} M events/s, {share_full:.3} of the ruler (at least {TARGET}: {}; goal {GOAL}: {})",
        median(full) / 1e6,
        met(share_full >= TARGET),
        met(share_full >= GOAL)
    );
    println!(
        "  engine, neither                    {:6.2} M events/s, {share_bare:.3} of the ruler (at least {TARGET_BARE}: {})",
        median(bare) / 1e6,
        met(share_bare >= TARGET_BARE)
    );
}

fn growth() {
    let variants = [
        (Workload::new(NODES, SECONDS), 0..LONG / SECONDS),
        (Workload::new(NODES, LONG), 0..1),
        (Workload::new(MANY_NODES, SECONDS), 0..3),
    ];
    let mut nanoseconds = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        for ((workload, seeds), found) in variants.iter().zip(&mut nanoseconds) {
            found.push(1e9 / rate(|| workload.run(seeds.clone(), Extras::On)));
        }
    }
    let [short, long, many] = nanoseconds.map(median);
    println!("\nnanoseconds an event, fingerprint and checks");
    println!("  {NODES} nodes, {SECONDS:5} virtual seconds     {short:6.1}");
    let (dearer, dearer_many) = (long / short, many / short);
    println!(
        "  {NODES} nodes, {LONG:5} virtual seconds     {long:6.1}, {dearer:.2} times (at most {TARGET_LONG}: {})",
        met(dearer <= TARGET_LONG)
    );
    println!(
        " {MANY_NODES} nodes, {SECONDS:5} virtual seconds     {many:6.1}, {dearer_many:.2} times (at most {TARGET_MANY}: {})",
        met(dearer_many <= TARGET_MANY)
    );
}

/// Of the whole process, where the operating system says: now, and at its peak.
fn resident_mib() -> Option<(f64, f64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let field = |name: &str| -> Option<f64> {
        let line = status.lines().find(|line| line.starts_with(name))?;
        let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kib / 1024.0)
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}

/// Called first, in a process that has done nothing yet: what the first run adds to its peak is the memory of a run.
fn memory() {
    println!("\nmemory of a run above the idle process");
    let Some((_, idle)) = resident_mib() else {
        return println!("  not measured: this system does not say (tests/no_allocation.rs counts allocated bytes everywhere)");
    };
    let above = |seconds| {
        Workload::new(NODES, seconds).run(0..1, Extras::On);
        resident_mib().map_or(0.0, |(_, peak)| peak - idle)
    };
    let (short, long) = (above(SECONDS), above(LONG));
    println!(
        "  {NODES} nodes, {SECONDS:5} virtual seconds   {short:6.2} MiB (at most {MEMORY_MIB}: {})",
        met(short <= MEMORY_MIB)
    );
    println!(
        "  {NODES} nodes, {LONG:5} virtual seconds   {long:6.2} MiB, with logs, tenures and failovers {} times as long",
        LONG / SECONDS
    );
}

fn criterion_groups() {
    const SEEDS: u64 = 50;
    let workload = Workload::new(NODES, SECONDS);
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let mut group = criterion.benchmark_group("workload-w");
    group.throughput(Throughput::Elements(ruler(0..SEEDS)));
    group.bench_function("ruler", |bencher| bencher.iter(|| ruler(0..SEEDS)));
    group.throughput(Throughput::Elements(workload.run(0..SEEDS, Extras::On)));
    group.bench_function("engine", |bencher| bencher.iter(|| workload.run(0..SEEDS, Extras::On)));
    group.bench_function("engine without fingerprint and checks", |bencher| {
        bencher.iter(|| workload.run(0..SEEDS, Extras::Off));
    });
    group.finish();
    criterion.final_summary();
}
