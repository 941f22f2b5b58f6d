//! `hustings explain NAME`: what an invariant, an algorithm, a mutant or a scenario means.

use reports::catalogue;
use scenarios::{Scenario, suggest};
use sim::audit::catalogue as invariants;
use sim::resource_bugs::resource_mutants;
use sim::{Player, Registry};

use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::Data;

pub fn explain(registry: &Registry, name: &str, data: &mut Data) -> Result<Exit, Failure> {
    let text = if let Some(invariant) = invariants::by_name(name) {
        catalogue::invariant(invariant, registry)
    } else if let Some(text) = own_invariant(registry, name) {
        text
    } else if let Some(player) = registry.get(name) {
        catalogue::algorithm(player)
    } else if let Some(text) = mutants(registry, name) {
        text
    } else if let Some((name, text)) =
        scenarios::library().iter().chain(scenarios::zoo::worlds()).find(|(known, _)| *known == name)
    {
        catalogue::scenario(&Scenario::parse(text, name, registry)?)
    } else {
        let of_algorithms = registry.iter().flat_map(|player| player.mutants());
        let ids: Vec<&str> = of_algorithms.chain(resource_mutants()).map(|mutant| mutant.id).collect();
        let own: Vec<&str> = registry.iter().flat_map(|player| player.invariants()).map(|words| words.name).collect();
        let known: Vec<&str> = invariants::ALL
            .iter()
            .map(|invariant| invariant.name)
            .chain(own.iter().copied())
            .chain(registry.iter().map(Player::name))
            .chain(ids.iter().copied())
            .chain(scenarios::library().iter().map(|(name, _)| *name))
            .collect();
        let help = match suggest::closest(name, known) {
            Some(close) => format!("did you mean `{close}`?"),
            None => String::from("`hustings list` shows all names"),
        };
        return Err(Failure::usage(format!("there is nothing called `{name}`"), help));
    };
    data.write(&text)?;
    Ok(exit::AS_EXPECTED)
}

/// An invariant of one algorithm's own.
fn own_invariant(registry: &Registry, name: &str) -> Option<String> {
    let of = |player: &dyn Player| {
        let own = player.invariants();
        own.iter().find(|words| words.name == name).map(|words| catalogue::own_invariant(words, player))
    };
    registry.iter().find_map(of)
}

/// The mutants of this id; algorithms from elsewhere may use an id once more.
fn mutants(registry: &Registry, id: &str) -> Option<String> {
    let of = |player: &dyn Player| {
        let mutants = player.mutants();
        mutants.iter().find(|mutant| mutant.id == id).map(|mutant| catalogue::mutant(mutant, player))
    };
    let of_resource = resource_mutants().into_iter().filter(|mutant| mutant.id == id);
    let of_resource = of_resource.map(|mutant| catalogue::resource_mutant(&mutant));
    let found: Vec<String> = registry.iter().filter_map(of).chain(of_resource).collect();
    (!found.is_empty()).then(|| found.join("\n"))
}
