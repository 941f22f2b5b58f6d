//! All runs of a comparison, over all cores, merged seed by seed: everybody meets a seed before anybody meets the next, so that an
//! interrupted comparison is a smaller one and no half of one.

use std::sync::OnceLock;
use std::vec::Drain;

use indicatif::ProgressBar;
use reports::compare::{Column, Comparison, Row, Seed};
use scenarios::Sweep;

use super::programme::{Part, Programme};
use crate::arguments::{CompareArguments, FieldArguments};
use crate::cast::Cast;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Whole;
use crate::progress;
use crate::run::VERSION;

/// What comes of one run.
struct Came {
    seed: Seed,
    /// As JSON, where that is wanted.
    line: Option<String>,
}

/// A cast, and what its first run has shown.
struct Playing<'p> {
    cast: &'p Cast<'p>,
    /// The settings that were varied.
    varied: Vec<(&'p str, &'p str)>,
    invariants: OnceLock<Vec<&'static str>>,
}

/// Everything is run, and kept to be compared; the lines go to `raw`.
///
/// # Errors
/// Where the raw lines cannot be written.
pub fn run(programme: &Programme<'_>, arguments: &CompareArguments, mut raw: Option<&mut Whole>) -> Result<Comparison, Failure> {
    let playing = playing(programme);
    let column = |one: &Playing<'_>| Column::new(one.cast.player.name(), None).recovering_within(one.cast.recovery());
    let mut columns: Vec<Column> = playing.iter().map(column).collect();
    let wants_lines = raw.is_some();
    seed_by_seed(&playing, &arguments.field, wants_lines, |came| {
        for (column, came) in columns.iter_mut().zip(came) {
            column.seeds.push(came.seed);
            if let (Some(raw), Some(line)) = (raw.as_deref_mut(), came.line) {
                raw.write(&line).map_err(|error| Failure::write("the raw lines", error))?;
            }
        }
        Ok(())
    })?;
    for (column, playing) in columns.iter_mut().zip(&playing) {
        column.invariants = playing.invariants.get().cloned().unwrap_or_default();
    }
    Ok(comparison(programme, arguments, columns))
}

/// How many of the runs that were handed on had findings.
#[derive(Default)]
pub struct Counted {
    pub seeds: u64,
    pub runs: u64,
    pub safety: u64,
    pub liveness: u64,
}

/// Everything is run, and nothing of it kept: each line is handed to `write`.
///
/// # Errors
/// What `write` complains about, which ends everything.
pub fn stream(
    programme: &Programme<'_>,
    arguments: &CompareArguments,
    mut write: impl FnMut(&str) -> Result<(), Failure>,
) -> Result<Counted, Failure> {
    let mut counted = Counted::default();
    seed_by_seed(&playing(programme), &arguments.field, true, |came| {
        counted.seeds += 1;
        for Came { seed, line } in came {
            counted.runs += 1;
            counted.safety += u64::from(seed.safety != 0);
            counted.liveness += u64::from(seed.liveness != 0);
            write(&line.expect("lines are wanted"))?;
        }
        Ok(())
    })?;
    Ok(counted)
}

/// Runs everything. `each` is handed what everybody made of a seed, in the order of the columns, seed after seed; where it fails, no
/// more is run.
fn seed_by_seed(
    playing: &[Playing<'_>],
    field: &FieldArguments,
    wants_lines: bool,
    mut each: impl FnMut(Drain<'_, Came>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let (seeds, casts) = (&field.seeds, playing.len() as u64);
    let runs = (seeds.end - seeds.start).checked_mul(casts).ok_or_else(|| {
        let what = format!("{} seeds of {casts} pairs are more runs than can be counted", seeds.end - seeds.start);
        Failure::usage(what, "take fewer: a thousand seeds say a lot")
    })?;
    let bar = progress::findings(runs);
    let mut under_way: Vec<Came> = Vec::new();
    let mut done = Ok(());
    let sweep = Sweep { seeds: 0..runs, jobs: field.threads.count(), stop: interrupt::stopped() };
    sweep.each(
        |run| playing[(run % casts) as usize].run(seeds.start + run / casts, wants_lines),
        |_, came| {
            tell(&bar, &came);
            under_way.push(came);
            if under_way.len() == playing.len() && done.is_ok() {
                done = each(under_way.drain(..));
                if done.is_err() {
                    interrupt::stop();
                }
            }
        },
    );
    bar.finish_and_clear();
    done
}

fn playing<'p>(programme: &'p Programme<'p>) -> Vec<Playing<'p>> {
    let settings = || programme.wishes.axes.iter().map(|axis| axis.setting.as_str());
    let parts = programme.scenes.iter().flat_map(|scene| scene.parts.iter().map(move |part| (scene, part)));
    let plays = parts.filter_map(|(scene, part)| match part {
        Part::Plays(cast) => Some(Playing {
            cast,
            varied: settings().zip(scene.varied.iter().map(String::as_str)).collect(),
            invariants: OnceLock::new(),
        }),
        Part::Misfit(..) => None,
    });
    plays.collect()
}

impl Playing<'_> {
    fn run(&self, seed: u64, wants_line: bool) -> Came {
        let outcome = self.cast.run(seed, None);
        self.invariants.get_or_init(|| outcome.judgements.iter().map(|judgement| judgement.invariant).collect());
        let line = wants_line.then(|| self.cast.as_json(&outcome).varied(&self.varied).line() + "\n");
        Came { seed: Seed::new(&outcome), line }
    }
}

fn tell(bar: &ProgressBar, came: &Came) {
    bar.inc(1);
    if came.seed.safety != 0 {
        progress::found(bar);
    }
}

/// The columns in their places.
fn comparison(programme: &Programme<'_>, arguments: &CompareArguments, columns: Vec<Column>) -> Comparison {
    let seeds = columns.first().map_or(0, |column| column.seeds.len() as u64);
    let mut columns = columns.into_iter();
    let mut rows = Vec::new();
    for scene in &programme.scenes {
        let place = |part: &Part<'_>| match part {
            Part::Plays(_) => columns.next().expect("one for each pair that plays"),
            Part::Misfit(algorithm, why) => Column::new(algorithm, Some(why.clone())),
        };
        rows.push(Row {
            scenario: scene.scenario.setup.name.clone(),
            about: scene.scenario.about.clone(),
            faults: scene.faults(),
            measure: scene.scenario.setup.measure.clone(),
            varied: scene.varied.clone(),
            columns: scene.parts.iter().map(place).collect(),
        });
    }
    let first = arguments.field.seeds.start;
    let asked = arguments.field.seeds.end - first;
    Comparison { version: VERSION, seeds: first..first + seeds, asked, rows, wishes: programme.wishes.clone() }
}
