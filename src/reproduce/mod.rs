//! `hustings reproduce`: the published results on Raft's elections, measured anew by the ordinary engine on scenarios of the
//! library.

mod jobs;

use std::fs;
use std::path::Path;

use indicatif::ProgressBar;
use reports::published::{self, Comparison, Wan};
use reports::quantile::Sample;
use scenarios::Sweep;
use sim::{Options, Registry};

use crate::arguments::{PlayerArguments, ReproduceArguments, TableFormat};
use crate::cast::Cast;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{Data, Whole, talk};
use crate::progress;
use jobs::{Job, jobs};

/// Seeds that a thread takes in one go.
const BATCH: u64 = 500;

pub fn reproduce(registry: &Registry, arguments: &ReproduceArguments, data: &mut Data) -> Result<Exit, Failure> {
    if arguments.seed_base.checked_add(arguments.trials).is_none() {
        return Err(Failure::usage("the last seed is beyond 2^64", "give a smaller --seed-base"));
    }
    if let Some(folder) = &arguments.charts {
        // Before anything has run, so that minutes are not lost for want of a folder.
        fs::create_dir_all(folder).map_err(|error| Failure::write(folder.display(), error))?;
    }
    interrupt::listen();
    let wanted = |result| arguments.results.is_empty() || arguments.results.contains(&result);
    let jobs: Vec<Job> = jobs().into_iter().filter(|job| wanted(job.result)).collect();
    let bar = progress::bar(jobs.len() as u64 * arguments.trials);
    let bench = Bench { registry, arguments, bar };
    let mut comparisons: Vec<Comparison> = Vec::new();
    let mut curves: Vec<(Wan, Sample)> = Vec::new();
    for job in &jobs {
        let Some(figures) = bench.run(job)? else { break };
        comparisons.extend(job.judge(&figures));
        curves.extend(job.curve().map(|wan| (wan, Sample::new(figures.into_iter().map(Some)))));
    }
    bench.bar.finish_and_clear();
    data.write(&told(&comparisons, arguments))?;
    if let Some(folder) = &arguments.charts {
        draw(&curves, folder)?;
    }
    let missed = comparisons.iter().any(|comparison| !comparison.met);
    let exit = if missed { exit::LIVENESS } else { exit::AS_EXPECTED };
    Ok(if interrupt::asked() { exit.or(exit::INTERRUPTED) } else { exit })
}

fn told(comparisons: &[Comparison], arguments: &ReproduceArguments) -> String {
    let (base, trials) = (arguments.seed_base, arguments.trials);
    let head = format!("seeds {base}..{}, {trials} runs a setting\n\n", base + trials);
    match arguments.format {
        TableFormat::Human => head + &published::table(comparisons),
        TableFormat::Markdown => head + &published::markdown(comparisons),
    }
}

/// The results that were run and have a curve.
fn draw(curves: &[(Wan, Sample)], folder: &Path) -> Result<(), Failure> {
    if curves.is_empty() {
        talk("note: nothing is drawn: of these results only V5 is a curve");
        return Ok(());
    }
    let chart = published::chart(curves);
    let path = folder.join(&chart.file);
    let mut file = Whole::create(&path)?;
    file.write(&chart.svg).map_err(|error| Failure::write(path.display(), error))?;
    file.finish()?;
    talk(&format!("written: {}", path.display()));
    Ok(())
}

struct Bench<'a> {
    registry: &'a Registry,
    arguments: &'a ReproduceArguments,
    bar: ProgressBar,
}

impl Bench<'_> {
    /// What every run of this setting measured; `None`: interrupted.
    fn run(&self, job: &Job) -> Result<Option<Vec<u64>>, Failure> {
        let player = PlayerArguments { algorithm: String::from("raft"), set: job.set.clone(), mutant: None };
        let cast = Cast::new(self.registry, job.scenario, &player)?;
        let figures = self.figures(&cast);
        let trials = self.arguments.trials;
        if interrupt::asked() {
            return Ok(None);
        }
        if figures.len() as u64 != trials {
            let what = format!("{}: only {} of {trials} runs came to a figure", job.label, figures.len());
            return Err(Failure::Ours(what));
        }
        Ok(Some(figures))
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
