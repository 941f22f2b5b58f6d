//! One mutant is searched for: in a world without faults, in the worlds that show it, and without the bug.

use std::sync::atomic::{AtomicBool, Ordering};

use reports::mutants::Row;
use scenarios::Sweep;
use scenarios::zoo::{self, Ordeal};
use sim::outcome::{Judgement, Outcome, Severity, Standing, Verdict};
use sim::registry::MutantWords;
use sim::{Options, Player, Promise, Registry, Span, audit};

use super::MutantsArguments;
use crate::cast::Cast;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::talk;

/// Seeds of the world without faults.
const CALM_SEEDS: u64 = 5;
/// Work that must be done in each of them: who does nothing breaks nothing.
const CALM_WORK: u64 = 50;

pub(super) struct Search<'a> {
    pub registry: &'a Registry,
    pub arguments: &'a MutantsArguments,
}

/// The invariants that were violated, whatever was promised: harm is harm.
pub(super) fn findings(outcome: &Outcome) -> Vec<&'static str> {
    violated(outcome).map(|judgement| judgement.invariant).collect()
}

fn violated(outcome: &Outcome) -> impl Iterator<Item = &Judgement> {
    let judged = outcome.judgements.iter().filter(|judgement| judgement.severity != Severity::Measurement);
    judged.filter(|judgement| matches!(judgement.verdict, Verdict::Violated(_)))
}

fn name_of(promise: Promise) -> &'static str {
    audit::catalogue::name_of(promise)
}

impl Search<'_> {
    /// `None`: interrupted before it was finished.
    pub fn row(&self, player: &dyn Player, mutant: &MutantWords) -> Result<Option<Row>, Failure> {
        let begun = self.begun();
        let mut ordeals = zoo::ordeals(player, mutant.id);
        if self.arguments.swarm {
            ordeals = ordeals.iter().map(|ordeal| ordeal.by_swarm(player)).collect();
            ordeals.dedup();
        }
        if mutant.caught_by.is_some() {
            ordeals.truncate(1);
        }
        let mut row = Row {
            algorithm: String::from(player.name()),
            mutant: String::from(mutant.id),
            breaks: String::from(mutant.breaks),
            caught_by: mutant.caught_by.map(name_of),
            condition: zoo::condition(player.name(), mutant.id),
            scenarios: ordeals.iter().map(|ordeal| ordeal.scenario.clone()).collect(),
            seeds_needed: Vec::new(),
            runs: 0,
            simulated: Span::ZERO,
            took: None,
            wreckage: Vec::new(),
            false_alarms: Vec::new(),
            command: None,
        };
        self.calm(player, mutant.id, &ordeals, &mut row)?;
        for ordeal in &ordeals {
            let (with, without) = (self.cast(player, ordeal, Some(mutant.id))?, self.cast(player, ordeal, None)?);
            let done = match row.caught_by {
                Some(invariant) => self.hunt(&with, &without, invariant, &mut row),
                None => self.leave_alone(&with, &without, &mut row),
            };
            if !done {
                return Ok(None);
            }
        }
        row.took = begun.map(since);
        super::escaped(&row);
        Ok(Some(row))
    }

    /// What counts in these worlds. Random faults do harm that nobody promised to avoid, and any change moves it to other seeds: there
    /// only broken promises tell of a bug, as `hustings swarm` judges.
    fn found(&self, outcome: &Outcome) -> Vec<&'static str> {
        let counts = |judgement: &&Judgement| !self.arguments.swarm || judgement.standing == Standing::Promised;
        violated(outcome).filter(counts).map(|judgement| judgement.invariant).collect()
    }

    fn cast<'p>(&self, player: &'p dyn Player, ordeal: &Ordeal, mutant: Option<&str>) -> Result<Cast<'p>, Failure> {
        Cast::of(ordeal.read(self.registry)?, player, mutant.map(String::from))
    }

    /// Works while nothing goes wrong, by what is common to all: a rule of the algorithm's own may be what the bug is about.
    fn calm(&self, player: &dyn Player, mutant: &str, ordeals: &[Ordeal], row: &mut Row) -> Result<(), Failure> {
        for ordeal in ordeals {
            let cast = Cast::of(ordeal.read_calm(self.registry)?, player, Some(String::from(mutant)))?;
            for seed in 0..CALM_SEEDS {
                let outcome = run(&cast, seed);
                let common = findings(&outcome).into_iter().filter(|name| audit::catalogue::by_name(name).is_some());
                row.wreckage.extend(common.map(String::from));
                if outcome.counters.acknowledged < CALM_WORK {
                    row.wreckage.push(format!("only {} pieces of work done", outcome.counters.acknowledged));
                }
            }
        }
        row.wreckage.sort_unstable();
        row.wreckage.dedup();
        Ok(())
    }

    /// Sweep after sweep until the bug is seen. False: interrupted.
    fn hunt(&self, with: &Cast<'_>, without: &Cast<'_>, invariant: &'static str, row: &mut Row) -> bool {
        let (sweeps, budget) = (self.arguments.sweeps, self.arguments.budget);
        for from in (0..sweeps).map(|sweep| sweep * budget) {
            let mut caught = None;
            let mut runs = 0;
            let stop = AtomicBool::new(interrupt::asked());
            let sweep = Sweep { seeds: from..from + budget, jobs: self.arguments.threads.count(), stop: &stop };
            sweep.each(
                |seed| self.found(&run(with, seed)).contains(&invariant),
                |seed, found| {
                    if caught.is_none() {
                        runs += 1;
                    }
                    if found && caught.is_none() {
                        caught = Some(seed);
                    }
                    if found || interrupt::asked() {
                        stop.store(true, Ordering::Relaxed);
                    }
                },
            );
            if caught.is_none() && interrupt::asked() {
                return false;
            }
            count(row, runs, with);
            row.seeds_needed.push(caught.map(|seed| seed - from + 1));
            let Some(seed) = caught else { continue };
            row.command.get_or_insert_with(|| with.command(seed));
            if self.found(&run(without, seed)).contains(&invariant) {
                row.false_alarms.push(format!("{invariant} in seed {seed}"));
            }
        }
        true
    }

    /// An equivalent meets its seeds; what befalls the algorithm without it, too, is not its doing. False: interrupted.
    fn leave_alone(&self, with: &Cast<'_>, without: &Cast<'_>, row: &mut Row) -> bool {
        let (mut runs, mut alarms) = (0, Vec::new());
        let sweep = Sweep { seeds: 0..self.arguments.quiet, jobs: self.arguments.threads.count(), stop: interrupt::stopped() };
        let own = |seed| {
            let mut found = self.found(&run(with, seed));
            if !found.is_empty() {
                let anyway = self.found(&run(without, seed));
                found.retain(|name| !anyway.contains(name));
            }
            found
        };
        sweep.each(own, |seed, found| {
            runs += 1;
            alarms.extend(found.into_iter().map(|name| (name, seed)));
        });
        count(row, runs, with);
        let moved = self.moved(without, &alarms);
        alarms.retain(|(name, _)| !moved.contains(name));
        row.false_alarms.extend(alarms.iter().map(|(name, seed)| format!("{name} in seed {seed}")));
        if let Some((_, seed)) = alarms.first() {
            row.command.get_or_insert_with(|| with.command(*seed));
        }
        !interrupt::asked()
    }

    /// Of these what the algorithm does without the change as well, in other seeds: the change moved it, and what is wrong is wrong
    /// with the algorithm, which is said.
    fn moved(&self, without: &Cast<'_>, alarms: &[(&'static str, u64)]) -> Vec<&'static str> {
        let mut moved = Vec::new();
        for seed in (0..self.arguments.quiet).take_while(|_| !interrupt::asked()) {
            if alarms.iter().all(|(name, _)| moved.contains(name)) {
                break;
            }
            for name in self.found(&run(without, seed)) {
                if alarms.iter().any(|(alarm, _)| *alarm == name) && !moved.contains(&name) {
                    talk(&format!("{name} is violated without any change, too: {}", without.command(seed)));
                    moved.push(name);
                }
            }
        }
        moved
    }

    #[expect(clippy::disallowed_methods, reason = "somebody asked how long it takes; nothing else depends on it")]
    fn begun(&self) -> Option<std::time::Instant> {
        self.arguments.time.then(std::time::Instant::now)
    }
}

fn run(cast: &Cast<'_>, seed: u64) -> Outcome {
    cast.run_with(seed, Options { fingerprint: false, ..Options::default() })
}

fn count(row: &mut Row, runs: u64, cast: &Cast<'_>) {
    row.runs += runs;
    row.simulated += cast.scenario.setup.duration.times(runs);
}

fn since(begun: std::time::Instant) -> Span {
    Span(u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX))
}
