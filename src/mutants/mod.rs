//! `hustings mutants`: the bug zoo. Whether the checks can fail is put to the test: every bug must be caught by the invariant that
//! is named for it, every equivalent by nothing, and the canary at once.

mod arguments;
mod search;

use reports::mutants::{self, Effort, Row};
use reports::words;
use scenarios::suggest;
use scenarios::zoo;
use sim::registry::MutantWords;
use sim::resource_bugs::resource_mutants;
use sim::{Player, Registry};

use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{Data, talk};
use crate::progress;
use crate::run::VERSION;

pub use arguments::{MutantsArguments, MutantsFormat};
use search::Search;

/// Whose bugs those of the protected resource and its client are shown with: it has fencing tokens.
const ACTS_ON_THE_RESOURCE: &str = "bully";

pub fn mutants(registry: &Registry, arguments: &MutantsArguments, data: &mut Data) -> Result<Exit, Failure> {
    let chosen = chosen(registry, arguments)?;
    interrupt::listen();
    canary(registry)?;
    let search = Search { registry, arguments };
    let bar = progress::bar(chosen.len() as u64);
    let mut rows: Vec<Row> = Vec::new();
    for (player, mutant) in &chosen {
        let Some(row) = search.row(*player, mutant)? else { break };
        rows.push(row);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let effort = Effort { sweeps: arguments.sweeps, budget: arguments.budget, quiet: arguments.quiet };
    if !rows.is_empty() {
        data.write(&match arguments.format {
            MutantsFormat::Human => mutants::text(&rows, effort),
            MutantsFormat::Json => mutants::pretty(&rows, effort, VERSION),
            MutantsFormat::Markdown => mutants::markdown(&rows, effort),
        })?;
    }
    Ok(verdict(&rows, arguments))
}

/// A bug that escaped was never seen to be seen; anything found where nothing is wrong is a finding.
fn verdict(rows: &[Row], arguments: &MutantsArguments) -> Exit {
    let mut exit = if interrupt::asked() { exit::INTERRUPTED } else { exit::AS_EXPECTED };
    for row in rows {
        exit = exit.or(match row.fate() {
            mutants::Fate::Caught | mutants::Fate::Harmless => exit::AS_EXPECTED,
            // Random faults find what they find: that some bugs need a world of their own is why there is one.
            mutants::Fate::Escaped if arguments.swarm => exit::AS_EXPECTED,
            mutants::Fate::Escaped => exit::NOT_EXERCISED,
            mutants::Fate::FalseAlarm | mutants::Fate::Wreckage => exit::SAFETY,
        });
    }
    exit
}

/// Where what must fail does not, nothing else means anything. A program without the algorithm of the canary has none.
fn canary(registry: &Registry) -> Result<(), Failure> {
    let (scenario, algorithm, invariant) = zoo::CANARY;
    if registry.get(algorithm).is_none() {
        return Ok(());
    }
    let arguments = crate::arguments::PlayerArguments { algorithm: String::from(algorithm), set: Vec::new(), mutant: None };
    let cast = crate::cast::Cast::new(registry, scenario, &arguments)?;
    let outcome = cast.run(0, None);
    if search::findings(&outcome).contains(&invariant) {
        return Ok(());
    }
    Err(Failure::Ours(format!("the canary lives: `{}` did not find {invariant}", cast.command(0))))
}

/// Who has which bugs, in the order of the registry; those of the resource last.
fn all(registry: &Registry) -> Vec<(&dyn Player, MutantWords)> {
    let mut all: Vec<(&dyn Player, MutantWords)> = Vec::new();
    for player in registry.iter() {
        all.extend(player.mutants().into_iter().map(|mutant| (player, mutant)));
    }
    if let Some(player) = registry.get(ACTS_ON_THE_RESOURCE) {
        all.extend(resource_mutants().into_iter().map(|mutant| (player, mutant)));
    }
    all
}

fn chosen<'r>(registry: &'r Registry, arguments: &MutantsArguments) -> Result<Vec<(&'r dyn Player, MutantWords)>, Failure> {
    let mut all = all(registry);
    for name in &arguments.algorithm {
        crate::cast::player(registry, name)?;
    }
    let wanted = |player: &dyn Player| arguments.algorithm.is_empty() || arguments.algorithm.iter().any(|a| a == player.name());
    all.retain(|(player, _)| wanted(*player));
    for id in &arguments.ids {
        if all.iter().all(|(_, mutant)| mutant.id != id) {
            let mut known: Vec<&str> = all.iter().map(|(_, mutant)| mutant.id).collect();
            known.sort_unstable();
            known.dedup();
            let whose =
                if arguments.algorithm.is_empty() { String::new() } else { format!(" of {}", arguments.algorithm.join(", ")) };
            return Err(Failure::usage(format!("there is no mutant `{id}`{whose}"), suggest::advice(id, known)));
        }
    }
    all.retain(|(_, mutant)| arguments.ids.is_empty() || arguments.ids.iter().any(|id| id == mutant.id));
    if all.is_empty() {
        return Err(Failure::Nothing(String::from("these algorithms have no mutants, so nothing was put to the test")));
    }
    Ok(all)
}

/// What is told while it goes on, where somebody watches a long one.
fn escaped(row: &Row) {
    if row.fate() == mutants::Fate::Escaped {
        let invariant = row.caught_by.unwrap_or("nothing");
        talk(&format!("{} {} was not caught by {invariant} in {} runs", row.algorithm, row.mutant, words::count(row.runs)));
    }
}
