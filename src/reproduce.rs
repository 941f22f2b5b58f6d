//! `hustings reproduce`: the published results on Raft's elections, measured anew by the ordinary engine on scenarios of the
//! library.

use indicatif::ProgressBar;
use reports::published::{self, Comparison, Setting};
use scenarios::Sweep;
use sim::setup::MemberSetup;
use sim::{Delay, Options, Registry, Setup, Span};

use crate::arguments::{PlayerArguments, Published, ReproduceArguments};
use crate::cast::Cast;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Data;
use crate::progress;

/// The range of the timeouts, R: the scenarios draw them from [R, 2R).
const RANGE: Span = Span::millis(150);
/// Seeds that a thread takes in one go.
const BATCH: u64 = 500;

/// V2 holds for any number of available servers; this is the one that the text has a value for.
const EARLIEST: (u16, u16) = (5, 1);
/// V3: servers, down, latency. Elsewhere splits are so frequent that the formula overestimates.
const ELECTIONS: [(u16, u16, &str); 6] =
    [(5, 0, "0.05"), (5, 0, "0.1"), (5, 1, "0.05"), (5, 1, "0.1"), (9, 1, "0.1"), (7, 1, "0.1")];
/// V4: down of five, published split rate.
const VARIABLE: [(u16, f64); 2] = [(1, 0.164), (2, 0.384)];

pub fn reproduce(registry: &Registry, arguments: &ReproduceArguments, data: &mut Data) -> Result<Exit, Failure> {
    if arguments.seed_base.checked_add(arguments.trials).is_none() {
        return Err(Failure::usage("the last seed is beyond 2^64", "give a smaller --seed-base"));
    }
    interrupt::listen();
    let wanted = |result| arguments.results.is_empty() || arguments.results.contains(&result);
    let jobs: Vec<Job> = jobs().into_iter().filter(|job| wanted(job.result)).collect();
    let bar = progress::bar(jobs.len() as u64 * arguments.trials);
    let bench = Bench { registry, arguments, bar };
    let mut comparisons = Vec::new();
    for job in &jobs {
        let Some(comparison) = bench.compare(job)? else { break };
        comparisons.push(comparison);
    }
    bench.bar.finish_and_clear();
    data.write(&format!(
        "seeds {}..{}, {} runs a setting\n\n{}",
        arguments.seed_base,
        arguments.seed_base + arguments.trials,
        arguments.trials,
        published::table(&comparisons)
    ))?;
    let missed = comparisons.iter().any(|comparison| !comparison.met);
    let exit = if missed { exit::LIVENESS } else { exit::AS_EXPECTED };
    Ok(if interrupt::asked() { exit.or(exit::INTERRUPTED) } else { exit })
}

/// One setting of one published result.
struct Job {
    result: Published,
    setting: Setting,
    label: String,
    /// For V4, which is not given by a formula.
    target: f64,
    scenario: &'static str,
    /// `None`: as the scenario has it.
    delay: Option<Delay>,
}

fn jobs() -> Vec<Job> {
    let splits = published::closed_form()
        .map(|(servers, down, latency)| Job::fixed(Published::V1, "v1-split-fixed-latency", servers, down, latency));
    let (servers, down) = EARLIEST;
    let earliest = Job::fixed(Published::V2, "v2-earliest-timeout", servers, down, "0.1");
    let elections =
        ELECTIONS.iter().map(|&(servers, down, latency)| Job::fixed(Published::V3, "v3-election-time", servers, down, latency));
    splits.chain([earliest]).chain(elections).chain(VARIABLE.iter().map(|&(down, target)| Job::variable(down, target))).collect()
}

impl Job {
    /// `latency` is written in units of R.
    fn fixed(result: Published, scenario: &'static str, servers: u16, down: u16, latency: &str) -> Job {
        let setting = Setting { servers, down, latency: latency.parse().expect("latencies are numbers") };
        let delay = Some(Delay::Constant(Span::nanos((setting.latency * RANGE.0 as f64).round() as u64)));
        let label = format!("{servers} servers, {down} down, latency {latency} R");
        Job { result, setting, label, target: 0.0, scenario, delay }
    }

    fn variable(down: u16, target: f64) -> Job {
        let setting = Setting { servers: 5, down, latency: 0.0 };
        let label = format!("5 servers, {down} down, latency U[0.1, 0.2] R");
        Job { result: Published::V4, setting, label, target, scenario: "v4-split-variable-latency", delay: None }
    }

    /// Lays the setting over the scenario; the servers with the highest numbers are down.
    fn lay_over(&self, setup: &mut Setup) {
        let Setting { servers, down, .. } = self.setting;
        setup.nodes = servers;
        setup.members = (servers - down..servers).map(|member| MemberSetup { down: true, ..MemberSetup::of(member) }).collect();
        if let Some(delay) = &self.delay {
            setup.link.delay = delay.clone();
        }
    }
}

struct Bench<'a> {
    registry: &'a Registry,
    arguments: &'a ReproduceArguments,
    bar: ProgressBar,
}

impl Bench<'_> {
    /// `None`: interrupted.
    fn compare(&self, job: &Job) -> Result<Option<Comparison>, Failure> {
        let player = PlayerArguments { algorithm: String::from("raft"), set: Vec::new(), mutant: None };
        let mut cast = Cast::new(self.registry, job.scenario, &player)?;
        job.lay_over(&mut cast.scenario.setup);
        let figures = self.figures(&cast);
        let trials = self.arguments.trials;
        if interrupt::asked() {
            return Ok(None);
        }
        if figures.len() as u64 != trials {
            let what = format!("{}: only {} of {trials} runs came to a figure", job.label, figures.len());
            return Err(Failure::Ours(what));
        }
        let (setting, label) = (job.setting, job.label.clone());
        let units = |nanos: u64| nanos as f64 / RANGE.0 as f64;
        let splits = || figures.iter().sum();
        Ok(Some(match job.result {
            Published::V1 => published::split(setting, label, splits(), trials),
            Published::V2 => {
                let times: Vec<f64> = figures.iter().map(|&nanos| units(nanos) - 1.0).collect();
                published::earliest(setting, label, &times)
            }
            Published::V3 => {
                let times: Vec<f64> = figures.iter().map(|&nanos| units(nanos)).collect();
                published::election(setting, label, &times)
            }
            Published::V4 => published::variable(job.target, label, splits(), trials),
        }))
    }

    /// What each run was asked to measure, in the order of the seeds; runs that did not come to it are missing.
    fn figures(&self, cast: &Cast<'_>) -> Vec<u64> {
        let (base, trials) = (self.arguments.seed_base, self.arguments.trials);
        let mut figures = Vec::with_capacity(trials as usize);
        let batch = |number: u64| {
            let from = base + number * BATCH;
            let seeds = from..(from + BATCH).min(base + trials);
            let unchecked = |seed| cast.run_with(seed, Options { checks: false, fingerprint: false, ..Options::default() });
            seeds.filter_map(|seed| unchecked(seed).measured).collect::<Vec<u64>>()
        };
        let seeds = 0..trials.div_ceil(BATCH);
        Sweep { seeds, jobs: self.arguments.threads.count(), stop: interrupt::stopped() }.each(batch, |_, some| {
            self.bar.inc(BATCH);
            figures.extend(some);
        });
        figures
    }
}
